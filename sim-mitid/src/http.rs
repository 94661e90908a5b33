//! MitID Erhverv behind sockets: what everybody may fetch, at the addresses that certificates name,
//! and the control port.
//!
//! - [`MitidErhverv`]: MitID Erhverv as it is served, and how it starts anew
//! - [`KeyStock`]: the key pairs that the portal certifies, made ahead
//! - [`Publication`], [`router`]: what everybody may fetch
//! - [`program`]: the program `sim-mitid`
//! - `administration`: what administrators, contact persons and holders may do, at the control port

mod administration;
mod key_stock;
mod mitid_erhverv;
pub mod program;
mod publication;

use clock::Clock;
use shell::Shared;

use crate::Mitid;

pub use key_stock::KeyStock;
pub use mitid_erhverv::MitidErhverv;
pub use publication::router;

/// What MitID Erhverv publishes, as it is served.
#[derive(Debug)]
pub struct Publication {
    /// MitID Erhverv itself.
    pub mitid: Shared<Mitid>,
    /// What time it is.
    pub clock: Clock,
}
