//! Every reason for the administration to refuse a click.

use clock::Timestamp;
use parties::{Cvr, EntityId, Environment, Excerpt, ItSystemId, Slot, SystemUserId, Text};
use pki::{ChainRefusal, PathMember, UploadRefusal};

use super::{FileEnding, Kind, PowerOfAttorney, Privilege};
use crate::rejection::CertificateName;

/// Why the administration refuses. The order is that of the checks, as far as they meet.
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
    /// The request cannot be read.
    #[error("the request cannot be read: {}", .0.en)]
    MalformedRequest(Text),
    /// There is no such IT system.
    #[error("there is no IT system `{0}`")]
    UnknownItSystem(ItSystemId),
    /// The handle is taken.
    #[error("there is an IT system `{0}` already")]
    ItSystemExists(ItSystemId),
    /// There is no such system user.
    #[error("there is no system user `{0}`")]
    UnknownSystemUser(SystemUserId),
    /// The handle is taken.
    #[error("there is a system user `{0}` already")]
    SystemUserExists(SystemUserId),
    /// Tokens could not tell the two apart.
    #[error("the entity id `{entity_id}` belongs to the system user `{holder}`")]
    EntityIdTaken {
        /// The entity id.
        entity_id: EntityId,
        /// Who has it.
        holder: SystemUserId,
    },
    /// The file is not a `.cer` file.
    #[error("the file cannot be used: {0}")]
    NotACerFile(UploadRefusal),
    /// The name of the file does not end in `.cer`.
    #[error("the file's name does not end in .cer{}", got(.0))]
    WrongFileName(FileEnding),
    /// The certificate is not a system's.
    #[error("the certificate of `{subject}` is {kind}: a system user takes a system certificate")]
    NotSystemCertificate {
        /// What it is.
        kind: Kind,
        /// Whose it is.
        subject: Excerpt,
    },
    /// Neither of the two authorities has issued the certificate.
    #[error("the certificate is not trusted in any environment: {0}")]
    CertificateNotTrusted(ChainRefusal),
    /// The key is too short.
    #[error("the key of the certificate has {bits} bits, the least is {least}")]
    KeyTooShort {
        /// What it has.
        bits: usize,
        /// What it takes.
        least: usize,
    },
    /// The certificate has expired.
    #[error("the certificate expired: it is refused since {since}")]
    CertificateExpired {
        /// The first instant at which it is refused.
        since: Timestamp,
    },
    /// The certificate is not valid yet.
    #[error("the certificate is not valid before {from}")]
    CertificateNotYetValid {
        /// Its first instant.
        from: Timestamp,
    },
    /// The certificate names another organisation.
    #[error(
        "the certificate is of {}, and the system user belongs to CVR {owner}, which gave no power \
         of attorney",
        named.as_ref().map_or_else(|| "no organisation".to_owned(), |cvr| format!("CVR {cvr}"))
    )]
    OtherOrganisation {
        /// Whom it names.
        named: Option<Cvr>,
        /// Whom the system user belongs to.
        owner: Cvr,
    },
    /// Each system user has a certificate of its own.
    #[error("the certificate belongs to the system user `{0}`: each needs one of its own")]
    CertificateTaken(SystemUserId),
    /// A certificate cannot take over from itself.
    #[error("the certificate is the active one of `{0}` already, and cannot take over from itself")]
    InBothSlots(SystemUserId),
    /// There is nothing to remove.
    #[error("the {slot} slot of `{system_user}` is empty")]
    SlotEmpty {
        /// Of which system user.
        system_user: SystemUserId,
        /// Which slot.
        slot: Slot,
    },
    /// There is no STS for the environment.
    #[error("there is no STS for {0}")]
    EnvironmentNotOffered(Environment),
    /// There is nothing to bring into force.
    #[error("nothing is saved for `{0}`: save a certificate first, then provision")]
    NothingSaved(SystemUserId),
    /// What is saved is for the other environment.
    #[error("{certificate} in the {slot} slot is not for {environment}: {}", ground(.refusal))]
    OtherEnvironment {
        /// In which slot it is.
        slot: Slot,
        /// Which one it is.
        certificate: CertificateName,
        /// Where it should have come into force.
        environment: Environment,
        /// Why it is not trusted there.
        refusal: ChainRefusal,
    },
    /// The privilege waits for approval, or is approved.
    #[error("the privilege {0} was requested already")]
    PrivilegeRequestedAlready(Privilege),
    /// Nobody asked for the privilege, or it was decided on.
    #[error("no request for the privilege {0} waits for a decision")]
    PrivilegeNotRequested(Privilege),
    /// There is nothing to withdraw.
    #[error("the privilege {0} is neither requested nor approved")]
    PrivilegeNotHeld(Privilege),
    /// An organisation may act for itself as it is.
    #[error("CVR {0} needs no power of attorney from itself")]
    PowerOfAttorneyToOneself(Cvr),
    /// It was given before.
    #[error("there is a power of attorney {0} already")]
    PowerOfAttorneyExists(PowerOfAttorney),
    /// There is nothing to withdraw.
    #[error("there is no power of attorney {0}")]
    NoPowerOfAttorney(PowerOfAttorney),
}

impl Rejection {
    /// Every kind of rejection.
    pub const ALL: &[Cause] = <Cause as strum::VariantArray>::VARIANTS;

    /// Its kind.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.into()
    }

    /// The stable name that scenarios and journals use.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.cause().into()
    }
}

/// Why a certificate that was named before is not trusted.
pub(super) fn ground(refusal: &ChainRefusal) -> String {
    let member = match refusal.certificate {
        PathMember::Leaf => "it",
        PathMember::Issuing => "its issuing authority's certificate",
        PathMember::Root => "its root certificate",
    };
    format!("{member} {}", refusal.reason)
}

/// What the name ends in instead.
fn got(ending: &FileEnding) -> String {
    if ending.is_none() { String::new() } else { format!(", but in {ending}") }
}
