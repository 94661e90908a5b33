//! The truth about what a client could not go on with.

use clock::Timestamp;
use parties::{Diagnose, Diagnosis};

use crate::{Failure, Wsc, exchange::Event};

impl Diagnose for Wsc {
    /// Everything that the client itself can find wrong with `event`. Why another party refused,
    /// only that party knows.
    fn diagnose(&self, event: &Event, now: Timestamp) -> Diagnosis {
        Diagnosis::new(self.obstacles(event, now).iter().map(Failure::finding).collect())
    }
}
