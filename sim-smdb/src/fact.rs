//! What SMDB remembers.

use clock::Timestamp;
use parties::{Cvr, UniqueKey};
use serde::{Deserialize, Serialize};

/// Something that happened at SMDB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Fact {
    /// A message was accepted, and may not come again.
    Accepted {
        /// Its id.
        message_id: String,
        /// When it was accepted.
        at: Timestamp,
        /// The instant from which its own timestamp refuses it, and it can be forgotten.
        until: Timestamp,
    },
    /// A submission was received.
    Received {
        /// Who submits.
        authority: Cvr,
        /// The submitter's reference.
        reference: String,
        /// SMDB's id.
        id: String,
    },
}

impl parties::Fact for Fact {
    const VERSION: u16 = 1;

    fn unique_key(&self) -> Option<UniqueKey> {
        Some(match self {
            Self::Accepted { message_id, .. } => UniqueKey::new("message", message_id),
            Self::Received { authority, reference, .. } => {
                UniqueKey::new("submission", &format!("{authority}/{reference}"))
            }
        })
    }
}
