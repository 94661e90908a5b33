//! What MitID Erhverv is asked, and what it answers.

use std::fmt;

use parties::{Cvr, Environment};
use pki::{Certificate, RequestRefusal, RevocationList, RevocationReason, Serial, SigningRequest};
use serde::{Deserialize, Serialize};

use crate::{
    Rejection,
    email::EmailAddress,
    mail::Letter,
    order::{Identification, Method, NewOrder, Proof, ReferenceNumber},
    overview::ProfileView,
    profile::{NewContact, NewProfile, ProfileId},
    secret::{MailToken, OneTimeCode, Password},
};

/// What MitID Erhverv is asked. Who may ask it is for the portal or the API to know: a core has no
/// log-in.
#[derive(Debug, Clone, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Request {
    /// An organisation is connected (*tilsluttes*).
    Connect {
        /// In which environment.
        environment: Environment,
        /// Its CVR number.
        cvr: Cvr,
        /// Its name in the CVR register.
        name: String,
    },
    /// The organisation administrator allows certificates, or no longer does (*indstillinger*).
    AllowCertificates {
        /// In which environment.
        environment: Environment,
        /// Which organisation.
        cvr: Cvr,
        /// Whether.
        allowed: bool,
    },
    /// The organisation terminates its agreement (*opsiger*).
    Terminate {
        /// In which environment.
        environment: Environment,
        /// Which organisation.
        cvr: Cvr,
    },
    /// The organisation withdraws the termination before it takes effect.
    WithdrawTermination {
        /// In which environment.
        environment: Environment,
        /// Which organisation.
        cvr: Cvr,
    },
    /// The administrator makes a certificate profile.
    CreateProfile(NewProfile),
    /// The administrator names another contact person, or none.
    ChangeContact {
        /// Of which profile.
        profile: ProfileId,
        /// Who.
        contact: Option<NewContact>,
    },
    /// Somebody follows the link in the mail to the address that is to stand in a certificate.
    ValidateEmail {
        /// Of which profile.
        profile: ProfileId,
        /// The token in the link.
        token: MailToken,
    },
    /// The administrator orders a certificate.
    Order(NewOrder),
    /// The administrator orders the renewal (*forny*) of a certificate in the portal.
    OrderRenewal {
        /// In which hierarchy.
        environment: Environment,
        /// The certificate's serial.
        serial: Serial,
        /// How one identifies oneself for the issue.
        identification: Identification,
        /// How it is handed out.
        method: Method,
    },
    /// The administrator cancels an order.
    Cancel {
        /// Which one.
        reference: ReferenceNumber,
    },
    /// Somebody has what was ordered issued for their own key, by reference number and code.
    Issue {
        /// Which order.
        reference: ReferenceNumber,
        /// The code that goes with it.
        code: OneTimeCode,
        /// The key with proof of its possession, or why it cannot be read.
        request: Result<SigningRequest, RequestRefusal>,
    },
    /// Somebody has what was ordered issued in the portal, and downloads it.
    Download {
        /// Which order.
        reference: ReferenceNumber,
        /// That they may.
        proof: Proof,
        /// Whether they accept the terms (*vilkår*).
        terms: bool,
        /// How the file is written.
        encoding: Encoding,
    },
    /// The holder of a certificate renews it, for a key of their own.
    Renew {
        /// In which hierarchy.
        environment: Environment,
        /// The certificate's serial.
        serial: Serial,
        /// The new key with proof of its possession, or why it cannot be read.
        request: Result<SigningRequest, RequestRefusal>,
    },
    /// The administrator revokes (*spærrer*) a certificate.
    Revoke {
        /// In which hierarchy.
        environment: Environment,
        /// The certificate's serial.
        serial: Serial,
        /// Why.
        reason: RevocationReason,
    },
    /// The administrator looks at the profiles, with their orders and certificates.
    Profiles {
        /// In which environment.
        environment: Environment,
        /// Of which organisation.
        cvr: Cvr,
        /// An e-mail address, a contact person, a name or a UUID, or part of one.
        search: Option<String>,
    },
    /// Somebody reads the mails to an address.
    Mailbox(EmailAddress),
    /// Anybody looks into the public directory (*certifikatdatabase*).
    Directory(Environment),
    /// Anybody fetches the revocation list.
    RevocationList(Environment),
    /// The revocation list of the root above it: of issuing authorities.
    RootRevocationList(Environment),
    /// Anybody fetches the certificates of the authorities.
    Authorities(Environment),
    /// Something that could not be read.
    Unreadable(Rejection),
}

impl Request {
    /// The name by which it is asked for; none if it could not be read.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        (!matches!(self, Self::Unreadable(_))).then(|| self.into())
    }
}

/// How a `.p12` file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// As the portal does.
    #[default]
    Portal,
    /// As old Windows reads it.
    OldWindows,
}

/// What MitID Erhverv answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It is done.
    Done,
    /// The profile is made.
    ProfileCreated {
        /// Its id.
        profile: ProfileId,
    },
    /// The order stands.
    Ordered {
        /// Its number.
        reference: ReferenceNumber,
        /// The code, if one identifies oneself by it. Shown once.
        code: Option<OneTimeCode>,
    },
    /// The certificate.
    Issued(Certificate),
    /// The certificate, as the portal hands it out.
    Downloaded(Download),
    /// It is revoked.
    Revoked,
    /// The profiles that were found.
    Profiles(Vec<ProfileView>),
    /// The mails, oldest first.
    Mailbox(Vec<Letter>),
    /// The certificates in the public directory.
    Directory(Vec<Certificate>),
    /// The revocation list as of now.
    RevocationList(RevocationList),
    /// The certificates of the hierarchy.
    Authorities {
        /// The root.
        root: Certificate,
        /// The issuing authority below it.
        issuing: Certificate,
    },
    /// No.
    Rejected(Rejection),
}

/// What the portal hands out, once. The file holds a private key: `Debug` does not show it.
#[derive(Clone)]
pub struct Download {
    /// The certificate, which the file holds too.
    pub certificate: Certificate,
    /// The `.p12` file.
    pub file: Vec<u8>,
    /// What opens it. Shown once, and nowhere kept.
    pub password: Password,
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Download({:?}, ..)", self.certificate)
    }
}
