//! Every reason for the STS to refuse a token.
//!
//! The fault that the caller gets hides the reason on purpose (`RULES` 2.7). The reason's name is for
//! journals and scenarios, and its [finding](Rejection::finding) for whoever must mend it.

mod fault_table;
mod finding;

use clock::{Span, Timestamp};
use oio_idws::{
    soap::{Unreadable, UnreadableReason},
    trust::{TokenRequestRefusal, UnsignedPart},
};
use parties::{EntityId, Environment, Excerpt, Slot, SystemUserId};
use pki::{Certificate, ChainRefusal, Serial};
use xml_security::{SignatureRefusal, xml::Malformed};

pub use fault_table::FaultTable;
pub(crate) use finding::{named, not_trusted, untrusted};

use crate::issue::Case;

/// Why the STS refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(Cause),
    vis(pub),
    doc = "The kind of a [`Rejection`], without what came.",
    derive(Hash, PartialOrd, Ord, strum::VariantArray, strum::IntoStaticStr),
    strum(serialize_all = "kebab-case"),
    allow(missing_docs)
)]
pub enum Rejection {
    /// The message is larger than any request.
    #[error("the message has {size} bytes, and {limit} are allowed")]
    MessageTooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The message is not XML that we accept.
    #[error("the message is not acceptable XML: {what}")]
    MalformedXml {
        /// What is wrong with it.
        what: Excerpt,
    },
    /// The message is not an envelope with a security header.
    #[error("the message is not a secured SOAP envelope: {what}")]
    NotSoap {
        /// What is wrong with it.
        what: Excerpt,
    },
    /// The timestamp is missing, lacks its end, or says what is no point in time.
    #[error("the message does not say until when it holds: {what}")]
    TimestampUnreadable {
        /// What is wrong with it.
        what: Excerpt,
    },
    /// The timestamp has ended.
    #[error("the message expired at {expires}, and it is {now}")]
    TimestampExpired {
        /// Its end.
        expires: Timestamp,
        /// When it came.
        now: Timestamp,
    },
    /// The timestamp begins too far from now, or not before its end, or has no beginning and an end
    /// too far from now.
    #[error("the message says it was made {} to be used before {expires}; it is {now}", made(*created))]
    TimestampImplausible {
        /// Its beginning, if it has one.
        created: Option<Timestamp>,
        /// Its end.
        expires: Timestamp,
        /// When it came.
        now: Timestamp,
        /// By how much the beginning may differ from now.
        tolerance: Span,
        /// How far from now the end may lie where there is no beginning.
        life: Span,
    },
    /// The signature leaves something out.
    #[error("the signature does not cover the message: {what}")]
    NotSigned {
        /// What it leaves out.
        what: Excerpt,
    },
    /// The signature does not hold.
    #[error("the signature does not hold: {what}")]
    SignatureInvalid {
        /// Why.
        what: Excerpt,
    },
    /// A header has SOAP's attribute `mustUnderstand`, which the STS does not accept there.
    #[error("wsa:{header} has the attribute mustUnderstand, which the STS does not accept there")]
    MustUnderstand {
        /// Which: `Action` or `To`.
        header: &'static str,
    },
    /// The request is for none of the cases that an STS knows.
    #[error("wsa:To `{to}` is not a case of this STS")]
    UnknownCase {
        /// What it is for.
        to: Excerpt,
    },
    /// The request is for the bootstrap or the local case.
    #[error("`{}` is a case that this STS does not offer", case.uri())]
    CaseNotOffered {
        /// Which.
        case: Case,
    },
    /// The request lacks something, or asks for what the STS does not do.
    #[error("the request is not one this STS answers: {what}")]
    InvalidRequest {
        /// What is wrong.
        what: Excerpt,
    },
    /// A system user acts as itself.
    #[error("`ActAs` has no place in a system user's request")]
    ActsAs,
    /// The certificate does not come from the authority of this environment, or is not of its kind.
    #[error("the certificate is not trusted here: {refusal}")]
    CertificateNotTrusted {
        /// Why.
        refusal: ChainRefusal,
    },
    /// The certificate is not valid yet.
    #[error("{certificate} is not valid before {from}, and it is {now}")]
    CertificateNotYetValid {
        /// Which.
        certificate: CertificateName,
        /// Its first instant.
        from: Timestamp,
        /// When it came.
        now: Timestamp,
    },
    /// The certificate has expired.
    #[error("{certificate} expired: it is refused since {since}, and it is {now}")]
    CertificateExpired {
        /// Which.
        certificate: CertificateName,
        /// The first instant at which it is refused.
        since: Timestamp,
        /// When it came.
        now: Timestamp,
    },
    /// Nobody knows whether the certificate is revoked.
    #[error("no revocation list in force could be had")]
    RevocationUnknown {
        /// From when until when the one at hand is in force, if there is one.
        list: Option<(Timestamp, Timestamp)>,
    },
    /// The certificate is revoked.
    #[error("{certificate} is revoked since {since}")]
    CertificateRevoked {
        /// Which.
        certificate: CertificateName,
        /// Since when.
        since: Timestamp,
    },
    /// The certificate is not a system's.
    #[error("the certificate of `{subject}` names no organisation")]
    NotSystemCertificate {
        /// Whose it is.
        subject: Excerpt,
    },
    /// No system user of this environment is, was or will be known by the certificate.
    #[error("no system user is registered with {certificate} in this environment")]
    CertificateNotRegistered {
        /// Which.
        certificate: CertificateName,
        /// What else is known of it, for a diagnosis; nothing in a decision.
        whereabouts: Whereabouts,
        /// What is in force for a system user of the same name, for a diagnosis; nothing in a decision.
        in_force: Vec<InForce>,
    },
    /// The certificate is provisioned, and comes into force later: in a swap, or when the activation
    /// delay is over.
    #[error("{certificate} is registered, and comes into force at {from}")]
    CertificateNotInForce {
        /// Which.
        certificate: CertificateName,
        /// What is in force meanwhile, for a diagnosis; nothing in a decision.
        in_force: Vec<InForce>,
        /// When it comes into force.
        from: Timestamp,
    },
    /// A system user was known by the certificate, and no longer is: it was replaced, taken from its
    /// slot, or taken by another system user.
    #[error("the system user is no longer known by {certificate}")]
    CertificateReplaced {
        /// Which.
        certificate: CertificateName,
        /// What is in force instead, for a diagnosis; nothing in a decision.
        in_force: Vec<InForce>,
    },
    /// No service has the name.
    #[error("no service is called `{applies_to}`; names are compared as strings")]
    UnknownService {
        /// The name.
        applies_to: Excerpt,
        /// The service whose name it is but for slashes at the end, too many or too few.
        meant: Option<EntityId>,
    },
    /// The service lets only approved system users in (*kun adgang for godkendte systembrugere*),
    /// and this one has no privilege at it.
    #[error("`{system_user}` has no privilege at `{service}`, which asks for one")]
    NotApproved {
        /// Who asks, by entity id.
        system_user: EntityId,
        /// The service.
        service: EntityId,
    },
    /// The same request came before.
    #[error("the same request was answered before")]
    Replayed,
    /// The STS has no certificate to sign with.
    #[error("the STS has no certificate to sign with")]
    NoSigner,
}

impl Rejection {
    /// Every kind of it, in the order of the checks as far as there is one.
    pub const ALL: &[Cause] = <Cause as strum::VariantArray>::VARIANTS;

    /// Its kind.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.into()
    }

    /// The stable name that scenarios and journals use.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.cause().name()
    }

    pub(crate) fn unreadable(unreadable: &Unreadable) -> Self {
        let what = Excerpt::of_sentence(&unreadable.to_string());
        match &unreadable.reason {
            UnreadableReason::Xml(Malformed::TooLarge { size, limit }) => {
                Self::MessageTooLarge { size: *size, limit: *limit }
            }
            UnreadableReason::Xml(_) => Self::MalformedXml { what },
            UnreadableReason::NotSoap { .. }
            | UnreadableReason::WrongVersion { .. }
            | UnreadableReason::Shape(_)
            | UnreadableReason::Security(_) => Self::NotSoap { what },
            UnreadableReason::NoTimestamp | UnreadableReason::BadTimestamp { .. } => {
                Self::TimestampUnreadable { what }
            }
        }
    }

    pub(crate) fn unsigned(refusal: &TokenRequestRefusal) -> Self {
        let both = |refusal: &SignatureRefusal| {
            Excerpt::of_sentences(&refusal.to_string(), &refusal.in_danish())
        };
        match refusal {
            TokenRequestRefusal::Unsigned(UnsignedPart::NoCertificate) => Self::NotSigned {
                what: Excerpt::of_sentences(
                    &refusal.to_string(),
                    "beskeden har intet certifikat med",
                ),
            },
            TokenRequestRefusal::Unsigned(UnsignedPart::NotCovered(refusal)) => {
                Self::NotSigned { what: both(refusal) }
            }
            TokenRequestRefusal::Signature(refusal) => {
                Self::SignatureInvalid { what: both(refusal) }
            }
        }
    }
}

impl Cause {
    /// The stable name that scenarios and journals use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What is known of a certificate that no system user of an environment is known by. An STS knows it
/// of nobody; who diagnoses may.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Whereabouts {
    /// Nothing.
    #[default]
    Unknown,
    /// It is saved, and not provisioned.
    Saved {
        /// On which system user.
        system_user: SystemUserId,
        /// In which slot.
        slot: Slot,
        /// The environment to which it is not provisioned.
        environment: Environment,
    },
    /// It is of no authority that counts in this environment, and cannot be provisioned to it.
    Foreign,
}

/// A certificate that a system user is known by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// Its number.
    pub serial: Serial,
    /// The first instant at which it is refused.
    pub until: Timestamp,
}

/// When a message says it was made.
fn made(created: Option<Timestamp>) -> String {
    created.map_or_else(|| "at no time".to_owned(), |at| format!("at {at}"))
}

/// A certificate by what a journal may say of it: nothing that derives from its key, so no
/// thumbprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateName {
    /// Whose it is.
    pub subject: Excerpt,
    /// Its number.
    pub serial: Serial,
}

impl CertificateName {
    pub(crate) fn of(certificate: &Certificate) -> Self {
        let subject = Excerpt::of_name(certificate.subject());
        Self { subject, serial: *certificate.serial() }
    }
}

impl std::fmt::Display for CertificateName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the certificate {} of `{}`", self.serial, self.subject)
    }
}
