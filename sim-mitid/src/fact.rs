//! What MitID Erhverv remembers. No secret is in it: of a one-time code only a salted hash, of a
//! key only its certificate, of a token in a mail nothing.

use clock::Timestamp;
use parties::{Cvr, Environment, UniqueKey};
use pki::{Certificate, Holder, Serial};
use serde::{Deserialize, Serialize};

use crate::{
    mail::Mail,
    order::{Order, ReferenceNumber},
    profile::{Contact, ProfileData, ProfileId},
    register::Revocation,
};

/// Something that happened at MitID Erhverv.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fact {
    /// An organisation was connected.
    Connected {
        /// In which environment.
        environment: Environment,
        /// Which one.
        cvr: Cvr,
        /// Its name in the CVR register.
        name: String,
        /// When.
        at: Timestamp,
    },
    /// Its organisation administrator allowed certificates, or no longer does.
    CertificatesAllowed {
        /// In which environment.
        environment: Environment,
        /// Which organisation.
        cvr: Cvr,
        /// Whether it is so now.
        allowed: bool,
    },
    /// Its agreement was terminated.
    Terminated {
        /// In which environment.
        environment: Environment,
        /// Which organisation.
        cvr: Cvr,
        /// When the agreement ends.
        ends: Timestamp,
    },
    /// The termination was withdrawn.
    TerminationWithdrawn {
        /// In which environment.
        environment: Environment,
        /// Which organisation.
        cvr: Cvr,
        /// When.
        at: Timestamp,
    },
    /// A certificate profile was made.
    ProfileCreated {
        /// Its id.
        profile: ProfileId,
        /// What never changes.
        data: ProfileData,
        /// Who gets the mails at first.
        contact: Option<Contact>,
        /// When.
        at: Timestamp,
    },
    /// Another contact person gets the mails.
    ContactChanged {
        /// Of which profile.
        profile: ProfileId,
        /// Who, if anybody.
        contact: Option<Contact>,
        /// From when on.
        at: Timestamp,
    },
    /// It is known that the address in the certificates is read.
    EmailValidated {
        /// Of which profile.
        profile: ProfileId,
        /// Since when.
        at: Timestamp,
    },
    /// A certificate was ordered.
    Ordered {
        /// The order's number.
        reference: ReferenceNumber,
        /// What was ordered.
        order: Order,
    },
    /// A wrong one-time code was tried on an order.
    WrongCodeTried {
        /// Which order.
        reference: ReferenceNumber,
        /// The how-manieth time, from 1.
        attempt: u32,
    },
    /// An order was cancelled.
    OrderCancelled {
        /// Which one.
        reference: ReferenceNumber,
    },
    /// A certificate was issued.
    Issued {
        /// In which hierarchy.
        environment: Environment,
        /// Under which profile.
        profile: ProfileId,
        /// For whom.
        holder: Holder,
        /// The certificate.
        certificate: Certificate,
        /// When, to the millisecond.
        at: Timestamp,
        /// The order that it fulfils; none for a renewal by request.
        reference: Option<ReferenceNumber>,
        /// The certificate that it renews, if it is a renewal.
        renews: Option<Serial>,
    },
    /// A certificate was revoked.
    Revoked {
        /// In which hierarchy.
        environment: Environment,
        /// Its serial.
        serial: Serial,
        /// From when on, and why.
        revocation: Revocation,
    },
    /// A mail was sent.
    Mailed(Mail),
}

impl parties::Fact for Fact {
    const VERSION: u16 = 2;

    fn unique_key(&self) -> Option<UniqueKey> {
        let key = |kind: &str, value: &dyn std::fmt::Display| Some(UniqueKey::new(kind, value));
        match self {
            Self::Connected { environment, cvr, .. } => {
                key("organisation", &format!("{environment}/{cvr}"))
            }
            Self::ProfileCreated { profile, .. } => key("profile", profile),
            Self::EmailValidated { profile, .. } => key("email", profile),
            Self::Ordered { reference, .. } => key("order", reference),
            Self::WrongCodeTried { reference, attempt } => {
                key("attempt", &format!("{reference}/{attempt}"))
            }
            // An order is closed once, whichever way; that no serial comes twice is sure enough by
            // its 159 random bits.
            Self::Issued { reference: Some(reference), .. }
            | Self::OrderCancelled { reference } => key("closed-order", reference),
            Self::Issued { environment, certificate, reference: None, .. } => {
                key("serial", &format!("{environment}/{}", certificate.serial()))
            }
            Self::Revoked { environment, serial, .. } => {
                key("revocation", &format!("{environment}/{serial}"))
            }
            // What may happen again: the later one holds.
            Self::CertificatesAllowed { .. }
            | Self::Terminated { .. }
            | Self::TerminationWithdrawn { .. }
            | Self::ContactChanged { .. }
            | Self::Mailed(_) => None,
        }
    }
}
