//! What a listener counts, for who watches it.

use axum::http::StatusCode;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// Counts of one or more listeners; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    open: Gauge,
    turned_away: Counter,
    refused: Family<[(&'static str, u16); 1], Counter>,
}

impl Traffic {
    /// Somebody is connected, until what is returned is dropped.
    pub(crate) fn connected(&self) -> Connected {
        self.open.inc();
        Connected(self.open.clone())
    }

    /// There was no room for one more connection.
    pub(crate) fn turned_away(&self) {
        self.turned_away.inc();
    }

    /// A request was refused before any simulator saw it.
    pub(crate) fn refused(&self, status: StatusCode) {
        self.refused.get_or_create(&[("status", status.as_u16())]).inc();
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("connections_open", "Connections that are open", self.open.clone());
        let help = "Connections closed at once for want of room";
        registry.register("connections_turned_away", help, self.turned_away.clone());
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
