//! MitID Erhverv as it is served: one core for what is published and what administrators do, the key
//! pairs that it needs, and how it starts anew.

use std::sync::{Arc, Mutex, PoisonError};

use clock::Clock;
use entropy::Entropy;
use parties::{Diagnose, Diagnosis};
use shell::{
    Exchange, Journal, Shared, Traffic,
    control::{Ready, Service},
};

use super::{
    KeyStock, Publication,
    administration::{self, Shown},
};
use crate::{Answer, Lesson, Mitid, Need};

/// MitID Erhverv as it is served.
pub struct MitidErhverv {
    publication: Arc<Publication>,
    keys: KeyStock,
    journal: Journal,
    start: Mitid,
    /// Held from what a request needs until it is answered, so that no other takes its key pair.
    request: Mutex<()>,
}

impl MitidErhverv {
    /// MitID Erhverv as it stands, with the key pairs that its portal certifies.
    #[must_use]
    pub fn new(start: Mitid, clock: &Clock, journal: &Journal, keys: KeyStock) -> Arc<Self> {
        let mitid = Shared::new(start.clone());
        let publication = Arc::new(Publication { mitid, clock: clock.clone() });
        let (journal, request) = (journal.clone(), Mutex::new(()));
        Arc::new(Self { publication, keys, journal, start, request })
    }

    /// What everybody may fetch.
    #[must_use]
    pub const fn publication(&self) -> &Arc<Publication> {
        &self.publication
    }

    /// What it brings to its control port.
    #[must_use]
    pub fn service(self: &Arc<Self>, traffic: Traffic, ready: Ready) -> Service {
        let this = Arc::clone(self);
        Service {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            clock: self.publication.clock.clone(),
            journal: self.journal.clone(),
            traffic,
            ready,
            reset: Arc::new(move || this.reset()),
            routes: administration::routes(self),
        }
    }

    /// One request, and everything that speaks against it. What it needs is at hand; it may take a
    /// second, where the stock of key pairs is used up.
    pub(super) fn ask(&self, bytes: &[u8]) -> (Exchange<Mitid>, Diagnosis) {
        let mitid = &self.publication.mitid;
        let request = mitid.read(bytes);
        let mut key = None;
        loop {
            let alone = self.request.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.publication.clock.now();
            if let [Need::KeyPair { .. }, ..] = mitid.needs(&request, now)[..] {
                match key.take() {
                    // Nobody else should wait until there is one.
                    None => {
                        drop(alone);
                        key = Some(self.keys.take());
                        continue;
                    }
                    Some(taken) => {
                        taken.into_iter().for_each(|it| mitid.learn(Lesson::KeyPair(it)))
                    }
                }
            }
            let diagnosis = mitid.look(|it| it.diagnose(&request, now));
            let exchange = mitid.answer(request, now, &mut Entropy::Os);
            drop(alone);
            // What is ordered will be downloaded, mostly.
            if let Answer::Ordered { .. } = exchange.answer {
                self.keys.prepare();
            }
            return (exchange, diagnosis);
        }
    }

    /// Who is connected, and how their profiles, orders and certificates stand.
    pub(super) fn shown(&self) -> Shown {
        let now = self.publication.clock.now();
        self.publication.mitid.look(|it| Shown::new(it, now))
    }

    /// Everything is as it was at the start; who is answered meanwhile is answered as before or after.
    fn reset(&self) {
        let _alone = self.request.lock().unwrap_or_else(PoisonError::into_inner);
        self.publication.mitid.change(|it| *it = self.start.clone());
    }
}
