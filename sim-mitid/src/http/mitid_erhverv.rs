//! MitID Erhverv as it is served: one core for what is published and what administrators do, the
//! key pairs that it needs, and how it starts anew.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{body::Bytes, response::Response};
use clock::Clock;
use parties::Core;
use pki::PrivateKey;
use shell::{
    Arrival, Exchange, FactLog, Journal, Kept, Shared, Traffic, apart,
    control::{Ready, Service, act::Act},
    go_back,
};

use super::{
    KeyStock, Publication,
    administration::{self, FORM, Shown},
};
use crate::{Answer, Fact, Lesson, Mitid, Need};

/// MitID Erhverv as it is served.
pub struct MitidErhverv {
    publication: Arc<Publication>,
    keys: KeyStock,
    journal: Journal,
    /// What a reset goes back to.
    founded: Mutex<Mitid>,
    log: Mutex<FactLog<Fact>>,
    /// Held from what a request needs until it is answered and written down, so that no other takes
    /// its key pair, and no reset comes in between.
    request: Mutex<()>,
}

impl MitidErhverv {
    /// MitID Erhverv as it stands, with the key pairs that its portal certifies. Nothing outlives
    /// it.
    #[must_use]
    pub fn new(start: Mitid, clock: &Clock, journal: &Journal, keys: KeyStock) -> Arc<Self> {
        let kept = Kept { founding: Vec::new(), since: Vec::new() };
        Self::going_on(start, kept, FactLog::nowhere(), clock, journal, keys)
    }

    /// The same after what was `kept`, and what happens from now on is kept too.
    #[must_use]
    pub fn going_on(
        mut mitid: Mitid,
        kept: Kept<Fact>,
        log: FactLog<Fact>,
        clock: &Clock,
        journal: &Journal,
        keys: KeyStock,
    ) -> Arc<Self> {
        kept.founding.into_iter().for_each(|fact| mitid.apply(fact));
        let founded = Mutex::new(mitid.clone());
        kept.since.into_iter().for_each(|fact| mitid.apply(fact));
        let publication = Publication { mitid: Shared::new(mitid), clock: clock.clone() };
        Arc::new(Self {
            publication: Arc::new(publication),
            keys,
            journal: journal.clone(),
            founded,
            log: Mutex::new(log),
            request: Mutex::new(()),
        })
    }

    /// It is ready for the first time, if it never was: a reset goes back to how it stands now, and
    /// the journal begins, as after a reset.
    ///
    /// # Errors
    ///
    /// If that cannot be kept.
    pub fn founded(&self) -> io::Result<()> {
        let _alone = lock(&self.request);
        let mut log = lock(&self.log);
        if !log.is_founded() {
            log.found()?;
            *lock(&self.founded) = self.publication.mitid.look(Clone::clone);
            self.journal.clear();
        }
        Ok(())
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
            reset: Arc::new(move |forget| this.reset(forget)),
            routes: administration::routes(self),
        }
    }

    /// The answer to one request, which is written down. What it needs is at hand; it may take a
    /// second, where the stock of key pairs is used up.
    pub(super) async fn ask(self: &Arc<Self>, arrival: Arrival, message: Bytes) -> Response {
        let mut key = None;
        loop {
            let (this, message) = (Arc::clone(self), message.clone());
            match apart(move || this.ask_with(arrival, &message, key)).await {
                Some(response) => return response,
                None => key = Some(self.keys.take().await),
            }
        }
    }

    /// The same with a key pair, if one was looked for; nothing is done where that is needed and
    /// was not.
    fn ask_with(
        &self,
        arrival: Arrival,
        message: &[u8],
        key: Option<Option<PrivateKey>>,
    ) -> Option<Response> {
        let mitid = &self.publication.mitid;
        let request = mitid.read(message);
        let alone = lock(&self.request);
        let now = self.publication.clock.now();
        if let [Need::KeyPair { .. }, ..] = mitid.needs(&request, now)[..] {
            key?.into_iter().for_each(|it| mitid.learn(Lesson::KeyPair(it)));
        }
        let mut log = lock(&self.log);
        let act = Act::decide(mitid, &mut log, request, now);
        let is_ordered =
            matches!(act.exchange(), Some(Exchange { answer: Answer::Ordered { .. }, .. }));
        let answered = act.answered(&FORM, &self.journal, arrival, message);
        drop((log, alone));
        // What is ordered will be downloaded, mostly.
        if is_ordered {
            self.keys.prepare();
        }
        Some(answered)
    }

    /// Who is connected, and how their profiles, orders and certificates stand.
    pub(super) fn shown(&self) -> Shown {
        let now = self.publication.clock.now();
        self.publication.mitid.look(|it| Shown::new(it, now))
    }

    /// Everything is as it was when it was first ready, or nothing, where that cannot be kept; who
    /// is answered meanwhile is answered as before or after.
    fn reset(&self, forget: &dyn Fn()) -> io::Result<()> {
        let _alone = lock(&self.request);
        go_back(&[(&self.publication.mitid, &*lock(&self.founded), Some(&self.log))], forget)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is locked here is changed whole or not at all.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
