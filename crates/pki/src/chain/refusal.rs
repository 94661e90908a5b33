//! What is said of a certificate that may not be trusted.

use std::fmt;

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::certificate::Certificate;

/// Which certificate of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathMember {
    /// The end entity's.
    Leaf,
    /// The issuing authority's.
    Issuing,
    /// The root.
    Root,
}

impl fmt::Display for PathMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Leaf => "certificate",
            Self::Issuing => "issuing authority's certificate",
            Self::Root => "root certificate",
        })
    }
}

/// Why a certificate may not be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChainReason {
    /// `now` is before `notBefore`; the boundary is the first instant at which it is valid.
    NotYetValid,
    /// `now` is after `notAfter`; the boundary is the first instant at which it is refused.
    Expired,
    /// A revocation list names it; the boundary is the date in the list. A listed certificate is
    /// refused whatever that date says, as by OpenSSL and webpki (Java waits until after it).
    Revoked,
    /// Nobody who is trusted has the name, or the key, that it gives as its issuer.
    UnknownIssuer,
    /// It is its own issuer.
    SelfSigned,
    /// It comes from the simulator's hierarchy of the other environment.
    OtherEnvironment,
    /// It comes from the real authority. Nothing real is ever trusted here.
    RealAuthority,
    /// Its issuer did not sign it.
    BadSignature,
    /// It is signed with an algorithm that is not accepted, such as one with SHA-1.
    UnsupportedAlgorithm,
    /// It issued another, but `BasicConstraints` do not make it an authority.
    NotACertificateAuthority,
    /// It stands below an authority that may not have another authority below it.
    PathTooLong,
    /// It is an authority's certificate where an end entity's is due.
    IsACertificateAuthority,
    /// Its key may not be used for this: to sign messages, or, for an authority, certificates or
    /// revocation lists.
    WrongKeyUsage,
    /// An end entity's certificate that does not say what its key may be used for.
    NoKeyUsage,
    /// It holds a critical extension that is not understood.
    UnknownCriticalExtension,
    /// It was not issued under a policy of OCES.
    NotOces,
    /// The revocation list is by none of the authorities on the path.
    RevocationListOfAnother,
    /// The authority that the revocation list names did not sign it.
    RevocationListBadSignature,
    /// `now` is before the list's `thisUpdate`, the boundary.
    RevocationListNotYetValid,
    /// `now` is at or after the list's `nextUpdate`, the boundary.
    RevocationListExpired,
}

impl ChainReason {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::NotYetValid,
        Self::Expired,
        Self::Revoked,
        Self::UnknownIssuer,
        Self::SelfSigned,
        Self::OtherEnvironment,
        Self::RealAuthority,
        Self::BadSignature,
        Self::UnsupportedAlgorithm,
        Self::NotACertificateAuthority,
        Self::PathTooLong,
        Self::IsACertificateAuthority,
        Self::WrongKeyUsage,
        Self::NoKeyUsage,
        Self::UnknownCriticalExtension,
        Self::NotOces,
        Self::RevocationListOfAnother,
        Self::RevocationListBadSignature,
        Self::RevocationListNotYetValid,
        Self::RevocationListExpired,
    ];
}

impl fmt::Display for ChainReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotYetValid => "is not yet valid",
            Self::Expired => "has expired",
            Self::Revoked => "is revoked",
            Self::UnknownIssuer => "names an issuer that is not trusted",
            Self::SelfSigned => "is its own issuer",
            Self::OtherEnvironment => "belongs to the other environment",
            Self::RealAuthority => {
                "comes from the real authority, which a simulator does not trust: order one here"
            }
            Self::BadSignature => "is not signed by the issuer that it names",
            Self::UnsupportedAlgorithm => "is signed with an algorithm that is not accepted",
            Self::NotACertificateAuthority => "issued another, but is not an authority's",
            Self::PathTooLong => "stands below an authority that may have none below it",
            Self::IsACertificateAuthority => "is an authority's, not an end entity's",
            Self::WrongKeyUsage => "has a key that may not be used for this",
            Self::NoKeyUsage => "does not say what its key may be used for",
            Self::UnknownCriticalExtension => "has a critical extension that is not understood",
            Self::NotOces => "was not issued under a policy of OCES",
            Self::RevocationListOfAnother => {
                "cannot be checked: the revocation list is another authority's"
            }
            Self::RevocationListBadSignature => {
                "cannot be checked: the revocation list is not signed by its issuer"
            }
            Self::RevocationListNotYetValid => {
                "cannot be checked: the revocation list is not yet in force"
            }
            Self::RevocationListExpired => "cannot be checked: the revocation list is stale",
        })
    }
}

/// Why a path is refused: which certificate, for what, and at what instant that changed or will.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{certificate} `{subject}` {reason}{}", Boundary(.reason, .boundary))]
pub struct ChainRefusal {
    /// Which certificate of the path.
    pub certificate: PathMember,
    /// Its subject, in the order of the DER.
    pub subject: String,
    /// What is wrong with it.
    pub reason: ChainReason,
    /// The instant that decides, for a reason that has one.
    pub boundary: Option<Timestamp>,
}

struct Boundary<'a>(&'a ChainReason, &'a Option<Timestamp>);

impl fmt::Display for Boundary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(reason, Some(boundary)) = self else { return Ok(()) };
        match reason {
            ChainReason::NotYetValid | ChainReason::RevocationListNotYetValid => {
                write!(f, ", only from {boundary} on")
            }
            _ => write!(f, ", since {boundary}"),
        }
    }
}

pub(super) fn refuse(
    member: PathMember,
    certificate: &Certificate,
    reason: ChainReason,
) -> ChainRefusal {
    let subject = certificate.subject().to_string();
    ChainRefusal { certificate: member, subject, reason, boundary: None }
}

impl ChainRefusal {
    pub(super) fn at(self, boundary: Timestamp) -> Self {
        Self { boundary: Some(boundary), ..self }
    }
}
