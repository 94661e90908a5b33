//! Whether a service can be asked, and what it waits for until then.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// Whether a service can be asked; clones say the same.
#[derive(Debug, Clone)]
pub struct Ready(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    told: watch::Sender<Readiness>,
    /// One permit for each who may wait.
    waiters: Semaphore,
}

/// How many wait at a control port at most: fewer than it has connections, so that others are
/// answered beside them.
const WAITERS_MAX: usize = 40;

/// How far a service has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It cannot be asked yet.
    Starting {
        /// What it waits for, as far as is known.
        waits_for: String,
    },
    /// It has all that it needs; what is done before it may be asked is not done yet.
    Complete,
    /// It can be asked.
    Up,
    /// It can be asked no more.
    Stopping,
}

impl Default for Ready {
    fn default() -> Self {
        let starting = Readiness::Starting { waits_for: "its own start".to_owned() };
        let (told, waiters) = (watch::Sender::new(starting), Semaphore::new(WAITERS_MAX));
        Self(Arc::new(Inner { told, waiters }))
    }
}

impl Ready {
    /// It has all that it needs, and waits for whoever started it to let it be asked.
    pub fn complete(&self) {
        self.0.told.send_replace(Readiness::Complete);
    }

    /// From now on it can be asked.
    pub fn set(&self) {
        self.0.told.send_replace(Readiness::Up);
    }

    /// Says what it waits for.
    pub fn waits_for(&self, what: impl Into<String>) {
        self.0.told.send_replace(Readiness::Starting { waits_for: what.into() });
    }

    /// From now on it can be asked no more.
    pub fn stopping(&self) {
        self.0.told.send_replace(Readiness::Stopping);
    }

    /// How far it has come.
    #[must_use]
    pub fn get(&self) -> Readiness {
        self.0.told.borrow().clone()
    }

    /// One more may wait as long as what is returned lives; none where too many do already.
    pub(crate) fn waiter(&self) -> Option<SemaphorePermit<'_>> {
        self.0.waiters.try_acquire().ok()
    }

    /// Waits until it can be asked, or never will be; says which.
    pub async fn wait(&self) -> Readiness {
        self.wait_for(|it| matches!(it, Readiness::Up | Readiness::Stopping)).await
    }

    /// Waits until it has all that it needs, or never will have; says how far it has come.
    pub async fn wait_complete(&self) -> Readiness {
        self.wait_for(|it| !matches!(it, Readiness::Starting { .. })).await
    }

    async fn wait_for(&self, is_so: impl FnMut(&Readiness) -> bool) -> Readiness {
        let mut told = self.0.told.subscribe();
        let done = told.wait_for(is_so).await;
        done.map_or(Readiness::Stopping, |it| it.clone())
    }
}
