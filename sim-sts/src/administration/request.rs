//! What the administration is asked, and what it answers.

use parties::{Cvr, EntityId, Environment, ItSystemId, Slot, SystemUserId, Text};
use pki::{Certificate, UploadRefusal};
use serde::Deserialize;

use super::{FileEnding, PowerOfAttorney, Privilege, Rejection, wire};

/// What the administrator asks, or the owner of a service, or who gives a power of attorney.
#[derive(Debug, Clone, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[strum(serialize_all = "kebab-case")]
pub enum Request {
    /// A new IT system (*opret it-system*).
    CreateItSystem {
        /// Its handle.
        it_system: ItSystemId,
        /// The organisation that it belongs to.
        organisation: Cvr,
    },
    /// A new system user (*opret systembruger*).
    CreateSystemUser {
        /// Its handle.
        system_user: SystemUserId,
        /// The IT system that it belongs to.
        it_system: ItSystemId,
        /// What tokens call it.
        entity_id: EntityId,
    },
    /// Save another entity id in the draft.
    SaveEntityId {
        /// Of which system user.
        system_user: SystemUserId,
        /// What tokens call it, once it is provisioned.
        entity_id: EntityId,
    },
    /// Save (*gem tekniske oplysninger*): put a certificate in a slot of the draft.
    Save {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which slot.
        slot: Slot,
        /// The file that was chosen, or why it cannot be used. On the wire PEM, or a file in base64.
        #[serde(deserialize_with = "wire::file")]
        certificate: Result<Box<Certificate>, UploadRefusal>,
        /// How the file's name ends, if a name is said.
        #[serde(default)]
        file_name: Option<FileEnding>,
    },
    /// Empty a slot of the draft.
    Remove {
        /// Of which system user.
        system_user: SystemUserId,
        /// Which slot.
        slot: Slot,
    },
    /// Provision (*provisionér*): bring the draft into force in one environment.
    Provision {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which environment.
        environment: Environment,
    },
    /// Ask the owner of a service for a privilege (*ansøg om privilegium*).
    RequestPrivilege {
        /// For which system user.
        system_user: SystemUserId,
        /// Which one.
        privilege: Privilege,
    },
    /// The owner of the service approves (*godkend*).
    ApprovePrivilege {
        /// For which system user.
        system_user: SystemUserId,
        /// Which one.
        privilege: Privilege,
    },
    /// The owner of the service refuses (*afvis*).
    RefusePrivilege {
        /// For which system user.
        system_user: SystemUserId,
        /// Which one.
        privilege: Privilege,
    },
    /// A request is taken back, or a privilege that was approved (*træk tilbage*).
    WithdrawPrivilege {
        /// For which system user.
        system_user: SystemUserId,
        /// Which one.
        privilege: Privilege,
    },
    /// An organisation lets another act for it (*giv fuldmagt*).
    GivePowerOfAttorney {
        /// Which, and for what.
        power: PowerOfAttorney,
    },
    /// It does so no more (*tilbagekald fuldmagt*).
    WithdrawPowerOfAttorney {
        /// Which, and for what.
        power: PowerOfAttorney,
    },
    /// Something that could not be read.
    #[serde(skip)]
    Unreadable(Text),
}

impl Request {
    /// The name by which it is asked for; none if it could not be read.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        (!matches!(self, Self::Unreadable(_))).then(|| self.into())
    }
}

/// What the administrator is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// The slot has that very certificate already: nothing is changed. Who has just renewed it has
    /// chosen the old file once more.
    Unchanged,
    /// No.
    Rejected(Rejection),
}
