//! The live world: the services behind real sockets of this machine, real HTTPS between them and the
//! clients, and clicks at their control ports.
//!
//! The run moves the one clock of the services, as it does in the virtual world. When something turns in a
//! service by itself it is not told, and so it looks again after each interval at the latest; when a
//! client's own time comes it looks then. An outage begins and ends at the first look that sees it. Only
//! how registrations stand is read out of NemLog-in, which is in this process.

mod clicks;
mod https;
mod served;
mod silence;

use std::{
    cell::RefCell,
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use clock::{Clock, Span, Timestamp};
use entropy::Entropy;
use parties::{Core as _, Pass, SystemUserId};
use pki::{KeySize, PrivateKey};

use self::{https::Https, served::Served};
use super::{
    ActionOutcome, CallOutcome, Message, Standing, World,
    clients::{Clients, Key},
    in_process::{InProcess, SetUpError},
    standings::standings,
};
use crate::scenario::{Action, ClientName, NodeName, Scenario};

/// A live world.
pub struct Live {
    clients: Clients,
    https: RefCell<Https>,
    served: Served,
    clock: Clock,
    /// How long it goes without a look.
    interval: Span,
    /// In the order of their names.
    system_users: Vec<SystemUserId>,
    /// Keys for certificates that are still to be made, the next one last.
    keys: Keys,
    /// Whose calls may meet something else than when that was last asked.
    touched: BTreeSet<Key>,
}

/// The keys that are left, for whoever asks first: the portal, or who renews.
#[derive(Clone)]
struct Keys(Arc<Mutex<Vec<PrivateKey>>>);

impl Keys {
    /// The next one; a new one if the pool has none left, since the portal makes some ahead.
    fn take(&self) -> PrivateKey {
        let key = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        key.unwrap_or_else(|| PrivateKey::generate(KeySize::Rsa3072))
    }
}

/// Why a live world cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The parties refuse what the file takes for granted.
    #[error(transparent)]
    SetUp(#[from] SetUpError),
    /// The machine does not let them listen, or has no randomness for TLS.
    #[error("the services cannot be reached on this machine: {0}")]
    Serve(String),
}

impl Live {
    /// The world of a scenario, which is looked at each `interval`.
    ///
    /// # Errors
    ///
    /// If keys are missing, a party refuses what the file takes for granted, or the machine does not let
    /// the services listen on loopback.
    pub fn new(
        scenario: &Scenario,
        interval: Span,
        key: impl FnMut(KeySize, usize) -> Option<PrivateKey>,
    ) -> Result<Self, LiveError> {
        let parts = InProcess::<Pass>::new(scenario, key)?.into_parts();
        let clock = Clock::frozen(scenario.start);
        let keys = Keys(Arc::new(Mutex::new(parts.keys)));
        let served = Served::serve(parts.mitid, parts.sts, parts.smdb, &clock, &keys)
            .map_err(|why| LiveError::Serve(why.to_string()))?;
        let soap = scenario.rules.smdb.binding.soap();
        let https = Https::to(&served, soap).map_err(|why| LiveError::Serve(why.to_string()))?;
        Ok(Self {
            clients: parts.clients,
            https: RefCell::new(https),
            served,
            clock,
            interval,
            system_users: parts.system_users,
            keys,
            touched: BTreeSet::new(),
        })
    }

    /// Everybody: an act may touch anybody, and what it touched stands behind sockets.
    fn everybody(&self) -> BTreeSet<Key> {
        self.clients.nodes.keys().cloned().collect()
    }
}

impl World for Live {
    fn act(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        self.clock.set(now);
        self.touched = self.everybody();
        self.carry_out(action, now)
    }

    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.clock.set(now);
        let key = (client.clone(), node.clone());
        let (outcome, touched) = self.clients.call(&key, self.https.get_mut(), now);
        self.touched.extend(touched);
        outcome
    }

    /// By a copy of the node, which draws ids of its own: the services remember those of a look too.
    fn probe(&self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.clock.set(now);
        let mut copy = self.clients.drawing_from(&Entropy::Os);
        let mut https = self.https.borrow_mut();
        let before = https.messages.len();
        let (outcome, _) = copy.call(&(client.clone(), node.clone()), &mut *https, now);
        https.messages.truncate(before);
        outcome
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let nodes = self.clients.nodes.values().map(|node| node.wsc.next_change(now));
        parties::earliest(nodes.chain([Some(now + self.interval)]))
    }

    fn looks_every(&self) -> Option<Span> {
        Some(self.interval)
    }

    fn take_touched(&mut self) -> BTreeSet<Key> {
        std::mem::take(&mut self.touched)
    }

    fn standing(&self, now: Timestamp) -> Vec<Standing> {
        standings(&self.clients, &self.system_users, self.served.nemlogin(), now)
    }

    fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.https.get_mut().messages)
    }
}
