//! What a listener counts and writes down, for who watches it.

use std::net::SocketAddr;

use clock::Clock;
use entropy::Entropy;
use parties::{Diagnosis, Environment, Finding, Party, TraceId};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::{
    Bounds, Journal, astray::Astray, journal::Entry, refusal::Refusal, unanswered::Unanswered,
};

/// Counts of one or more listeners; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    open: Gauge,
    unanswered: Family<[(&'static str, &'static str); 1], Counter>,
    refused: Family<[(&'static str, &'static str); 1], Counter>,
    witness: Option<Witness>,
    /// The environment whose services its listeners are of, if they are of one.
    environment: Option<Environment>,
}

/// Where it is written down that a request got no further than a listener.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The journal of the service.
    pub journal: Journal,
    /// What time it is there.
    pub clock: Clock,
    /// Whom the service plays.
    pub party: Party,
}

/// The path of what got no further than a listener: a client may have put anything there.
const ANY_PATH: &str = "*";

impl Traffic {
    /// Counts that begin at nothing, beside a journal.
    #[must_use]
    pub fn witnessed_by(witness: Witness) -> Self {
        Self { witness: Some(witness), ..Self::default() }
    }

    /// The same of listeners of an environment.
    #[must_use]
    pub fn of(&self, environment: Environment) -> Self {
        Self { environment: Some(environment), ..self.clone() }
    }

    /// The same of listeners whose connections are not those of clients: who looks how many those
    /// are is not one of them.
    pub(crate) fn aside(&self) -> Self {
        Self { open: Gauge::default(), ..self.clone() }
    }

    /// Somebody is connected, until what is returned is dropped.
    pub(crate) fn connected(&self) -> Connected {
        self.open.inc();
        Connected(self.open.clone())
    }

    /// A connection ended, and nobody could be told why.
    pub(crate) fn unanswered(&self, why: &Unanswered, bounds: &Bounds, from: SocketAddr) {
        self.unanswered.get_or_create(&[("why", why.name())]).inc();
        self.note(why.name(), why.finding(bounds), from, Journal::write_stopped);
    }

    /// A request was refused before any simulator saw it. Its name, if it was written down.
    pub(crate) fn refused(
        &self,
        refusal: Refusal,
        bounds: &Bounds,
        from: SocketAddr,
    ) -> Option<TraceId> {
        self.refused.get_or_create(&[("why", refusal.name())]).inc();
        self.note(refusal.name(), refusal.finding(bounds), from, Journal::write_stopped)
    }

    /// A request came to where nobody waits for it. Its name, if it was written down.
    pub(crate) fn astray(&self, astray: &Astray, from: SocketAddr) -> Option<TraceId> {
        self.refused.get_or_create(&[("why", astray.name())]).inc();
        self.note(astray.name(), astray.finding(), from, Journal::write_astray)
    }

    /// Writes it down, if there is a journal; says under which name.
    fn note(
        &self,
        outcome: &'static str,
        finding: Finding,
        from: SocketAddr,
        write: fn(&Journal, Entry),
    ) -> Option<TraceId> {
        let Witness { journal, clock, party } = self.witness.as_ref()?;
        let trace = TraceId::draw(&mut Entropy::Os);
        let entry = Entry {
            trace,
            at: clock.now(),
            party: *party,
            environment: self.environment,
            step: None,
            act: None,
            path: ANY_PATH,
            from: Some(from.ip().to_canonical()),
            message_id: None,
            answer_id: None,
            outcome,
            request_octets: 0,
            answer_octets: 0,
            remarks: Vec::new(),
            diagnosis: Diagnosis::new(vec![finding]),
        };
        write(journal, entry);
        Some(trace)
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("connections_open", "Connections that are open", self.open.clone());
        // Who watches for one of them wants to know that there was none.
        for why in Unanswered::names() {
            drop(self.unanswered.get_or_create(&[("why", why)]));
        }
        let help = "Connections that ended and nobody was answered, by why";
        registry.register("connections_unanswered", help, self.unanswered.clone());
        for why in Refusal::ALL.map(Refusal::name).into_iter().chain(Astray::NAMES) {
            drop(self.refused.get_or_create(&[("why", why)]));
        }
        let help = "Requests that got no further than a listener, by why";
        registry.register("refused", help, self.refused.clone());
    }
}

/// That somebody is connected.
#[derive(Debug)]
pub(crate) struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}
