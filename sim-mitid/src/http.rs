//! MitID Erhverv behind sockets: what everybody may fetch, at the addresses that certificates name.

mod publication;

use clock::Clock;
use shell::Shared;

use crate::Mitid;

pub use publication::{address_below, router};

/// What MitID Erhverv publishes, as it is served.
#[derive(Debug)]
pub struct Publication {
    /// MitID Erhverv itself.
    pub mitid: Shared<Mitid>,
    /// What time it is.
    pub clock: Clock,
}
