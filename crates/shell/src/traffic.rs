//! What a listener counts and writes down, for who watches it.

use std::net::SocketAddr;

use clock::Clock;
use entropy::Entropy;
use parties::{Diagnosis, Finding, Party, TraceId};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::{Bounds, Journal, closing::Closing, journal::Entry, refusal::Refusal};

/// Counts of one or more listeners; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    open: Gauge,
    closed: Family<[(&'static str, &'static str); 1], Counter>,
    refused: Family<[(&'static str, u16); 1], Counter>,
    witness: Option<Witness>,
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

/// The path of what was refused before anybody looked at it.
const ANY_PATH: &str = "*";

impl Traffic {
    /// Counts that begin at nothing, beside a journal.
    #[must_use]
    pub fn witnessed_by(witness: Witness) -> Self {
        Self { witness: Some(witness), ..Self::default() }
    }

    /// Somebody is connected, until what is returned is dropped.
    pub(crate) fn connected(&self) -> Connected {
        self.open.inc();
        Connected(self.open.clone())
    }

    /// A connection ended, and nobody could be told why.
    pub(crate) fn closed(&self, why: &Closing, bounds: &Bounds, from: SocketAddr) {
        self.closed.get_or_create(&[("why", why.name())]).inc();
        self.note(why.name(), why.finding(bounds), Some(from));
    }

    /// A request was refused before any simulator saw it. Its name, if it was written down.
    pub(crate) fn refused(
        &self,
        refusal: Refusal,
        bounds: &Bounds,
        from: Option<SocketAddr>,
    ) -> Option<TraceId> {
        self.refused.get_or_create(&[("status", refusal.status().as_u16())]).inc();
        self.note(refusal.name(), refusal.finding(bounds), from)
    }

    /// Writes it down, if there is a journal; says under which name.
    fn note(
        &self,
        outcome: &'static str,
        finding: Finding,
        from: Option<SocketAddr>,
    ) -> Option<TraceId> {
        let Witness { journal, clock, party } = self.witness.as_ref()?;
        let trace = TraceId::draw(&mut Entropy::Os);
        journal.write_refused(Entry {
            trace,
            at: clock.now(),
            party: *party,
            environment: None,
            step: None,
            path: ANY_PATH,
            from: from.map(|address| address.ip().to_canonical()),
            message_id: None,
            answer_id: None,
            outcome,
            request_octets: 0,
            answer_octets: 0,
            remarks: Vec::new(),
            diagnosis: Diagnosis::new(vec![finding]),
        });
        Some(trace)
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("connections_open", "Connections that are open", self.open.clone());
        let help = "Connections that ended without an answer, by why";
        registry.register("connections_closed", help, self.closed.clone());
        let help = "Requests refused by a bound, by the status of the answer";
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
