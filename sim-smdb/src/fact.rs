//! What SMDB remembers, and what it must be told.

use clock::Timestamp;
use parties::{Cvr, MessageHash, UniqueKey};
use pki::{RevocationList, Sealed};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    course::{Course, Reference},
    rule::Violation,
};

/// Something that happened at SMDB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Fact {
    /// A message passed every check of its security, and may not come again.
    Accepted {
        /// By what it is known.
        key: ReplayKey,
        /// When it was accepted.
        at: Timestamp,
        /// The instant from which its own timestamp refuses it, and it can be forgotten.
        until: Timestamp,
    },
    /// A version of a course was received.
    Received {
        /// SMDB's id of the course.
        id: Uuid,
        /// Who submits.
        authority: Cvr,
        /// The submitter's reference.
        reference: Reference,
        /// The submitter's version.
        version: u32,
        /// When it came.
        at: Timestamp,
        /// The id of its receipt.
        receipt: Uuid,
        /// The rules that it breaks and was stored all the same.
        warnings: Vec<Violation>,
        /// What it says, for SMDB alone: facts lie where they may, and show no personal number.
        course: Sealed<Box<Course>>,
    },
    /// A course was annulled.
    Annulled {
        /// SMDB's id of the course.
        id: Uuid,
        /// When.
        at: Timestamp,
        /// The id of its receipt.
        receipt: Uuid,
    },
    /// A submission was refused for a rule: the list of errors is made of it.
    Refused {
        /// Who submits.
        authority: Cvr,
        /// The submitter's reference.
        reference: Reference,
        /// The submitter's version.
        version: u32,
        /// When it came.
        at: Timestamp,
        /// The rules that it broke.
        violations: Vec<Violation>,
    },
}

/// What makes a message unique: its id and, beside it, the value of its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplayKey {
    /// Its `wsa:MessageID`: what a caller writes there may be long, and may be about somebody.
    MessageId(MessageHash),
    /// The value of its signature.
    Signature(MessageHash),
}

impl ReplayKey {
    /// The key of a `wsa:MessageID`.
    #[must_use]
    pub fn of_message_id(id: &str) -> Self {
        Self::MessageId(MessageHash::of(id.as_bytes()))
    }

    /// The key of a signature's value.
    #[must_use]
    pub fn of_signature(value: &[u8]) -> Self {
        Self::Signature(MessageHash::of(value))
    }
}

impl parties::Fact for Fact {
    const VERSION: u16 = 5;

    fn unique_key(&self) -> Option<UniqueKey> {
        match self {
            // An id may come again when it is forgotten, and its end is another then.
            Self::Accepted { key: ReplayKey::MessageId(id), until, .. } => {
                Some(UniqueKey::new("message", &format!("{until} {id}")))
            }
            // A signature covers the timestamp, so its value does not come again.
            Self::Accepted { key: ReplayKey::Signature(value), .. } => {
                Some(UniqueKey::new("signature", value))
            }
            Self::Received { authority, reference, version, .. } => {
                let value = format!("{authority}/{version}/{reference}");
                Some(UniqueKey::new("submission", &value))
            }
            Self::Annulled { id, .. } => Some(UniqueKey::new("annulment", id)),
            // The same mistake may be made twice.
            Self::Refused { .. } => None,
        }
    }
}

/// What SMDB must know before it can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The revocation list of its environment's authority.
    RevocationList,
}

/// What SMDB was told.
#[derive(Debug, Clone)]
pub enum Lesson {
    /// The revocation list of its environment's authority.
    RevocationList {
        /// The list.
        list: RevocationList,
        /// When it was fetched.
        fetched_at: Timestamp,
    },
}
