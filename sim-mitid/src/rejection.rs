//! Every reason for MitID Erhverv to refuse.

use clock::Timestamp;
use parties::Environment;
use pki::Serial;

/// Why MitID Erhverv refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no hierarchy for the environment.
    #[error("there is no certificate authority for {environment}")]
    NoAuthority {
        /// Which environment.
        environment: Environment,
    },
    /// No order has this number and this code; which of the two is wrong is not said.
    #[error("the reference number or the one-time code is wrong")]
    WrongCode,
    /// The code has fetched a certificate before.
    #[error("the one-time code has been used")]
    CodeUsed,
    /// No such certificate was issued.
    #[error("no certificate has the serial {serial}")]
    UnknownCertificate {
        /// The serial asked for.
        serial: Serial,
    },
    /// An expired certificate cannot be renewed.
    #[error("the certificate {serial} expired at {since}: order a new one")]
    CertificateExpired {
        /// Its serial.
        serial: Serial,
        /// The first instant at which it was refused.
        since: Timestamp,
    },
    /// A revoked certificate cannot be renewed.
    #[error("the certificate {serial} is revoked: order a new one")]
    CertificateRevoked {
        /// Its serial.
        serial: Serial,
    },
    /// A certificate is revoked once.
    #[error("the certificate {serial} is revoked already")]
    AlreadyRevoked {
        /// Its serial.
        serial: Serial,
    },
    /// The key is too short.
    #[error("the key has {bits} bits, the least is {least}")]
    KeyTooShort {
        /// What it has.
        bits: usize,
        /// What it takes.
        least: usize,
    },
    /// A renewal needs a new key.
    #[error("the key is that of the certificate to renew: make a new one")]
    KeyReused,
    /// The request cannot be read.
    #[error("the request cannot be read: {what}")]
    Malformed {
        /// What is wrong with it.
        what: String,
    },
}

impl Rejection {
    /// The stable name that scenarios and journals use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoAuthority { .. } => "no-authority",
            Self::WrongCode => "wrong-code",
            Self::CodeUsed => "code-used",
            Self::UnknownCertificate { .. } => "unknown-certificate",
            Self::CertificateExpired { .. } => "certificate-expired",
            Self::CertificateRevoked { .. } => "certificate-revoked",
            Self::AlreadyRevoked { .. } => "already-revoked",
            Self::KeyTooShort { .. } => "key-too-short",
            Self::KeyReused => "key-reused",
            Self::Malformed { .. } => "malformed-request",
        }
    }
}
