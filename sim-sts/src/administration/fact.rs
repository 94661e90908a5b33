//! What the administration remembers.

use clock::Timestamp;
use parties::{Cvr, EntityId, Environment, ItSystemId, Slot, SystemUserId, UniqueKey};
use pki::Certificate;
use serde::{Deserialize, Serialize};

use super::{PowerOfAttorney, Privilege, PrivilegeStatus};
use crate::registration::TechnicalDetails;

/// What the administration remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Fact {
    /// An IT system was made.
    ItSystemCreated {
        /// Its handle.
        it_system: ItSystemId,
        /// The organisation that it belongs to.
        organisation: Cvr,
    },
    /// A system user was made.
    SystemUserCreated {
        /// Its handle.
        system_user: SystemUserId,
        /// The IT system that it belongs to.
        it_system: ItSystemId,
        /// What tokens will call it.
        entity_id: EntityId,
    },
    /// Another entity id was put in the draft.
    EntityIdSaved {
        /// Of which system user.
        system_user: SystemUserId,
        /// What tokens will call it.
        entity_id: EntityId,
    },
    /// A certificate was put in a slot of the draft.
    Saved {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which slot.
        slot: Slot,
        /// Which certificate.
        certificate: Certificate,
        /// When the click was.
        at: Timestamp,
    },
    /// A slot of the draft was emptied.
    Removed {
        /// Of which system user.
        system_user: SystemUserId,
        /// Which slot.
        slot: Slot,
        /// When the click was.
        at: Timestamp,
    },
    /// The draft came into force in one environment: a copy of it, which later edits do not change.
    Provisioned {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which environment.
        environment: Environment,
        /// What tokens call it.
        entity_id: EntityId,
        /// The copy.
        details: TechnicalDetails,
        /// When the click was.
        at: Timestamp,
    },
    /// A privilege was requested, approved, refused or withdrawn.
    PrivilegeChanged {
        /// Whose.
        system_user: SystemUserId,
        /// Which.
        privilege: Privilege,
        /// What became of it.
        status: PrivilegeStatus,
        /// When the click was.
        at: Timestamp,
    },
    /// A power of attorney was given.
    PowerGiven {
        /// Which.
        power: PowerOfAttorney,
        /// When the click was.
        at: Timestamp,
    },
    /// A power of attorney was withdrawn.
    PowerWithdrawn {
        /// Which.
        power: PowerOfAttorney,
        /// When the click was.
        at: Timestamp,
    },
}

impl parties::Fact for Fact {
    const VERSION: u16 = 2;

    fn unique_key(&self) -> Option<UniqueKey> {
        match self {
            Self::ItSystemCreated { it_system, .. } => Some(UniqueKey::new("it-system", it_system)),
            Self::SystemUserCreated { system_user, .. } => {
                Some(UniqueKey::new("system-user", system_user))
            }
            Self::EntityIdSaved { .. }
            | Self::Saved { .. }
            | Self::Removed { .. }
            | Self::Provisioned { .. }
            | Self::PrivilegeChanged { .. }
            | Self::PowerGiven { .. }
            | Self::PowerWithdrawn { .. } => None,
        }
    }
}
