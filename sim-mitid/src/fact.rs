//! What MitID Erhverv remembers.

use clock::Timestamp;
use parties::{Environment, UniqueKey};
use pki::{Certificate, RevocationReason, Serial};
use serde::{Deserialize, Serialize};

use crate::{
    order::{NewOrder, OneTimeCode, ReferenceNumber},
    register::HolderRecord,
};

/// Something that happened at MitID Erhverv.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Fact {
    /// A certificate was ordered.
    Ordered {
        /// The order's number.
        reference: ReferenceNumber,
        /// The code that fetches it, once.
        code: OneTimeCode,
        /// What was ordered.
        order: NewOrder,
    },
    /// A certificate was issued.
    Issued {
        /// In which hierarchy.
        environment: Environment,
        /// For whom.
        holder: HolderRecord,
        /// The certificate.
        certificate: Certificate,
        /// The order that it fulfils; none for a renewal.
        reference: Option<ReferenceNumber>,
    },
    /// A certificate was revoked.
    Revoked {
        /// In which hierarchy.
        environment: Environment,
        /// Its serial.
        serial: Serial,
        /// From when on.
        at: Timestamp,
        /// Why.
        reason: RevocationReason,
    },
}

impl parties::Fact for Fact {
    const VERSION: u16 = 1;

    fn unique_key(&self) -> Option<UniqueKey> {
        Some(match self {
            Self::Ordered { reference, .. } => UniqueKey::new("order", reference),
            // An order is fulfilled once; that no serial comes twice is sure enough by its 159
            // random bits.
            Self::Issued { reference: Some(reference), .. } => UniqueKey::new("issue", reference),
            Self::Issued { environment, certificate, reference: None, .. } => {
                UniqueKey::new("serial", &format!("{environment}/{}", certificate.serial()))
            }
            Self::Revoked { environment, serial, .. } => {
                UniqueKey::new("revocation", &format!("{environment}/{serial}"))
            }
        })
    }
}
