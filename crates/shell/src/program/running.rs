//! A program that was brought up: what it serves, and its end.

use std::{collections::BTreeMap, future::Future, io, sync::Arc, thread};

use tokio::{sync::watch, task::JoinSet};

use crate::{Readiness, Ready, apart};

/// Services that run. When it is dropped they end at once; [`stop`](Self::stop) lets them end well.
pub struct Running {
    urls: BTreeMap<String, String>,
    ready: Ready,
    stop: watch::Sender<bool>,
    failed: watch::Sender<bool>,
    tasks: JoinSet<()>,
    is_first: bool,
    founding: Option<Done>,
    held: Vec<Box<dyn Send>>,
}

/// What is done when they are ready for the first time.
type Done = Arc<dyn Fn() -> io::Result<()> + Send + Sync>;

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("urls", &self.urls).finish_non_exhaustive()
    }
}

impl Running {
    /// Services that are found at `urls`, each by a name, and that say when they are ready.
    #[must_use]
    pub fn new(urls: BTreeMap<String, String>, ready: Ready) -> Self {
        let (stop, failed) = (watch::Sender::new(false), watch::Sender::new(false));
        let (tasks, founding) = (JoinSet::new(), None);
        Self { urls, ready, stop, failed, tasks, is_first: false, founding, held: Vec::new() }
    }

    /// The same, and `done` is carried out once they are ready. `is_first` says whether they never
    /// were.
    #[must_use]
    pub fn when_founded(
        self,
        is_first: bool,
        done: impl Fn() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self { is_first, founding: Some(Arc::new(done)), ..self }
    }

    /// Whether they were never ready before this start.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.is_first
    }

    /// Where each service is.
    #[must_use]
    pub const fn urls(&self) -> &BTreeMap<String, String> {
        &self.urls
    }

    /// Whether they can be asked.
    #[must_use]
    pub const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Is done when they are told to stop.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stop = self.stop.subscribe();
        async move {
            // Who told them may be gone: then they are to stop as well.
            let _ = stop.wait_for(|stop| *stop).await;
        }
    }

    /// Is done when one of them has come to an end that nobody wanted: it has panicked, and said
    /// why.
    pub fn failed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut failed = self.failed.subscribe();
        async move {
            if failed.wait_for(|failed| *failed).await.is_err() {
                // They have all ended, as they were told to.
                std::future::pending().await
            }
        }
    }

    /// Fails when `part` does.
    pub fn fails_with(&mut self, part: &Self) {
        let (failed, of_part) = (self.failed.clone(), part.failed());
        self.work(async move {
            of_part.await;
            failed.send_replace(true);
        });
    }

    /// Runs a service, until it ends by itself after it was told to.
    pub fn serve(&mut self, service: impl Future<Output = ()> + Send + 'static) {
        let alarm = Alarm(self.failed.clone());
        self.tasks.spawn(async move {
            let _alarm = alarm;
            service.await;
        });
    }

    /// Runs what has no end of its own, until they are told to stop.
    pub fn work(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping();
        self.serve(async move {
            tokio::select! {
                () = work => {}
                () = stopping => {}
            }
        });
    }

    /// Keeps something until they have stopped.
    pub fn hold(&mut self, held: impl Send + 'static) {
        self.held.push(Box::new(held));
    }

    /// Waits until they have all that they need; says whether they do, and were not told to stop
    /// before.
    ///
    /// # Errors
    ///
    /// If one of them has panicked.
    pub async fn complete(&self) -> io::Result<bool> {
        tokio::select! {
            biased;
            () = self.failed() => Err(io::Error::other(FAILED)),
            standing = self.ready.wait_complete() => Ok(standing != Readiness::Stopping),
        }
    }

    /// Lets what happened until now be their founding.
    ///
    /// # Errors
    ///
    /// If that cannot be kept.
    pub async fn found(&self) -> io::Result<()> {
        match self.founding.clone() {
            Some(founding) => apart(move || founding()).await,
            None => Ok(()),
        }
    }

    /// Waits until they have all that they need, lets what happened until then be their founding,
    /// and says that they can be asked.
    ///
    /// # Errors
    ///
    /// If that cannot be kept, or one of them has panicked.
    pub async fn founded(&self) -> io::Result<()> {
        if self.complete().await? {
            self.found().await?;
            self.ready.set();
        }
        Ok(())
    }

    /// Tells them to stop, and waits until they have: who is being answered has the answer.
    pub async fn stop(mut self) {
        self.ready.stopping();
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// What is said where one has panicked.
pub(super) const FAILED: &str = "a part of the program has come to an end, for the reason above; this is a fault of the program";

/// Says so when a service panics.
struct Alarm(watch::Sender<bool>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.send_replace(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_runs_ends_when_it_is_told_to() {
        let ready = Ready::default();
        let mut running = Running::new(BTreeMap::new(), ready.clone());
        let ended = Arc::new(AtomicUsize::new(0));
        let (stopping, count) = (running.stopping(), Arc::clone(&ended));
        running.serve(async move {
            stopping.await;
            count.fetch_add(1, Ordering::Relaxed);
        });
        running.work(std::future::pending());
        running.stop().await;
        assert_eq!(ended.load(Ordering::Relaxed), 1);
        assert_eq!(ready.get(), Readiness::Stopping);
    }

    #[tokio::test]
    async fn it_is_founded_when_it_is_ready_and_not_when_it_ends_before() {
        let founded = Arc::new(AtomicUsize::new(0));
        let running = |ready: &Ready| {
            let count = Arc::clone(&founded);
            Running::new(BTreeMap::new(), ready.clone()).when_founded(true, move || {
                count.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        };
        let ready = Ready::default();
        let broken_off = running(&ready);
        ready.stopping();
        broken_off.founded().await.unwrap();
        assert_eq!(founded.load(Ordering::Relaxed), 0);
        let ready = Ready::default();
        let running = running(&ready);
        let (done, ()) = tokio::join!(running.founded(), async { ready.complete() });
        done.unwrap();
        assert_eq!(founded.load(Ordering::Relaxed), 1);
        assert_eq!(ready.get(), Readiness::Up);
    }

    /// Nobody is to wait for ever for what has panicked.
    #[tokio::test]
    async fn what_panics_is_told_also_by_a_whole_that_it_is_part_of() {
        let new = || Running::new(BTreeMap::new(), Ready::default());
        let (mut part, mut whole) = (new(), new());
        whole.fails_with(&part);
        part.work(async { panic!("a fault, for a test") });
        assert_eq!(part.founded().await.unwrap_err().to_string(), FAILED);
        assert_eq!(whole.founded().await.unwrap_err().to_string(), FAILED);
        part.stop().await;
        whole.stop().await;
    }
}
