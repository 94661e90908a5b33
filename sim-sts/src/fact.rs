//! What an STS remembers, and what it must be told.

use clock::Timestamp;
use parties::{EntityId, MessageHash, SystemUserId, UniqueKey};
use pki::RevocationList;
use serde::{Deserialize, Serialize};

use crate::registration::{PrivilegeGrant, TechnicalDetails};

/// What makes a request unique: the value of its signature, which covers all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReplayKey(MessageHash);

impl ReplayKey {
    /// The key of a signature's value.
    #[must_use]
    pub fn new(signature_value: &[u8]) -> Self {
        Self(MessageHash::of(signature_value))
    }
}

/// Something that happened at the STS of one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum IssuerFact {
    /// A system user's details were brought into force.
    Provisioned {
        /// Which system user.
        system_user: SystemUserId,
        /// What tokens call it.
        entity_id: EntityId,
        /// Its certificates.
        details: TechnicalDetails,
        /// When the click was.
        at: Timestamp,
    },
    /// What a system user may do has changed: a privilege was approved or withdrawn, or a power of
    /// attorney was given or withdrawn.
    PrivilegesChanged {
        /// Which system user.
        system_user: SystemUserId,
        /// Everything that it may do from then on.
        grants: Vec<PrivilegeGrant>,
        /// When the click was.
        at: Timestamp,
    },
    /// A request was answered with a token, and may not come again.
    Answered {
        /// Which request.
        replay_key: ReplayKey,
        /// When it was answered.
        at: Timestamp,
        /// The instant from which its own timestamp refuses it, and it can be forgotten.
        until: Timestamp,
    },
}

impl parties::Fact for IssuerFact {
    const VERSION: u16 = 3;

    fn unique_key(&self) -> Option<UniqueKey> {
        match self {
            Self::Answered { replay_key, .. } => Some(UniqueKey::new("replay", &replay_key.0)),
            Self::Provisioned { .. } | Self::PrivilegesChanged { .. } => None,
        }
    }
}

/// What an STS must know before it can judge a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerNeed {
    /// The revocation list of its environment's authority.
    RevocationList,
}

/// What an STS is told of it.
#[derive(Debug, Clone)]
pub enum IssuerLesson {
    /// The list as fetched.
    RevocationList {
        /// The list.
        list: RevocationList,
        /// When it was fetched.
        fetched_at: Timestamp,
    },
}
