//! The nouns that every party shares: who they are, where they meet, and how they name each other.
//!
//! Nothing here decides anything.

mod client_profile;
mod core;
mod diagnosis;
mod environment;
mod excerpt;
mod link;
mod malformed;
mod memory;
mod names;
mod nearest;
mod party;
pub mod personal_number;
mod proof;
mod slot;

pub use client_profile::ClientProfile;
pub use core::{Core, Fact, Recorded, UniqueKey, UnknownVersion, earliest};
pub use diagnosis::{Diagnose, Diagnosis, Finding, MalformedTraceId, Role, Text, TraceId};
pub use environment::Environment;
pub use excerpt::Excerpt;
pub use link::{Crossing, Direction, Link, Pass, Verdict};
pub use malformed::{malformed, malformed_request};
pub use memory::{Memory, MessageHash};
pub use names::{Cvr, EntityId, ItSystemId, NameError, SystemUserId, is_uri};
pub use nearest::nearest;
pub use party::{Party, Server, Step};
pub use proof::{Proof, UncheckedKey};
pub use slot::Slot;
