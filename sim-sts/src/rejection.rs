//! Every reason for the STS to refuse a token, and the fault that the caller gets.
//!
//! The fault hides the reason on purpose (`RULES` 2.7); the reason's name is for journals,
//! scenarios and the control port.

use clock::Timestamp;
use oio_idws::{
    fault::StsFaultCode,
    soap::{Unreadable, UnreadableReason},
    trust::TokenRequestRefusal,
};
use pki::ChainRefusal;

/// Why the STS refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The message is too large, or is not XML that we accept.
    #[error("the message is not acceptable XML: {what}")]
    MalformedXml {
        /// What is wrong with it.
        what: String,
    },
    /// The message is not an envelope with a security header and a timestamp.
    #[error("the message is not a secured SOAP envelope: {what}")]
    NotSoap {
        /// What is wrong with it.
        what: String,
    },
    /// The timestamp is missing, lacks its end, or says what is no point in time.
    #[error("the message does not say until when it holds: {what}")]
    TimestampUnreadable {
        /// What is wrong with it.
        what: String,
    },
    /// The timestamp has ended.
    #[error("the message expired at {expires}, and it is {now}")]
    TimestampExpired {
        /// Its end.
        expires: Timestamp,
        /// When it came.
        now: Timestamp,
    },
    /// The timestamp begins too far from now, or after its end.
    #[error("the message says it was made at {created}, and it is {now}")]
    TimestampImplausible {
        /// Its beginning.
        created: Timestamp,
        /// When it came.
        now: Timestamp,
    },
    /// The signature leaves something out.
    #[error("the signature does not cover the message: {what}")]
    NotSigned {
        /// What it leaves out.
        what: String,
    },
    /// The signature does not hold.
    #[error("the signature does not hold: {what}")]
    SignatureInvalid {
        /// Why.
        what: String,
    },
    /// The request lacks something, or asks for what the STS does not do.
    #[error("the request is not one this STS answers: {what}")]
    InvalidRequest {
        /// What is wrong.
        what: String,
    },
    /// The request is for the bootstrap or the local case.
    #[error("`{to}` is a case that this STS does not offer")]
    CaseNotOffered {
        /// Which.
        to: String,
    },
    /// The certificate is not valid yet.
    #[error("the certificate is not valid before {from}")]
    CertificateNotYetValid {
        /// Its first instant.
        from: Timestamp,
    },
    /// The certificate has expired.
    #[error("the certificate expired: it is refused since {since}")]
    CertificateExpired {
        /// The first instant at which it is refused.
        since: Timestamp,
    },
    /// The certificate is revoked.
    #[error("the certificate is revoked since {since}")]
    CertificateRevoked {
        /// Since when.
        since: Timestamp,
    },
    /// The certificate does not come from the authority of this environment, or is not of its kind.
    #[error("the certificate is not trusted here: {refusal}")]
    CertificateNotTrusted {
        /// Why.
        refusal: ChainRefusal,
    },
    /// Nobody knows whether the certificate is revoked.
    #[error("no revocation list could be had that is still good")]
    RevocationUnknown,
    /// The certificate is not a system's.
    #[error("the certificate of `{subject}` names no organisation")]
    NotSystemCertificate {
        /// Whose it is.
        subject: String,
    },
    /// No system user of this environment is, was or will be known by the certificate.
    #[error("no system user is registered with the certificate in this environment")]
    CertificateNotRegistered,
    /// The certificate is provisioned, and takes over later.
    #[error("the certificate is registered, and takes over at {from}")]
    CertificateNotInForce {
        /// When it takes over.
        from: Timestamp,
    },
    /// The system user was known by the certificate, and is now known by another.
    #[error("the system user is now known by another certificate")]
    CertificateReplaced,
    /// No service has the name.
    #[error("no service is called `{applies_to}`; names are compared as strings")]
    UnknownService {
        /// The name.
        applies_to: String,
    },
    /// The same request came before.
    #[error("the same request was answered before")]
    Replayed,
    /// The STS has no certificate to sign with.
    #[error("the STS has no certificate to sign with")]
    NoSigner,
}

impl Rejection {
    pub(crate) fn unreadable(unreadable: &Unreadable) -> Self {
        let what = unreadable.to_string();
        match unreadable.reason {
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
        let what = refusal.to_string();
        match refusal {
            TokenRequestRefusal::Unsigned(_) => Self::NotSigned { what },
            TokenRequestRefusal::Signature(_) => Self::SignatureInvalid { what },
        }
    }

    /// The stable name that scenarios and journals use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MalformedXml { .. } => "malformed-xml",
            Self::NotSoap { .. } => "not-soap",
            Self::TimestampUnreadable { .. } => "timestamp-unreadable",
            Self::TimestampExpired { .. } => "timestamp-expired",
            Self::TimestampImplausible { .. } => "timestamp-implausible",
            Self::NotSigned { .. } => "not-signed",
            Self::SignatureInvalid { .. } => "signature-invalid",
            Self::InvalidRequest { .. } => "invalid-request",
            Self::CaseNotOffered { .. } => "case-not-offered",
            Self::CertificateNotYetValid { .. } => "certificate-not-yet-valid",
            Self::CertificateExpired { .. } => "certificate-expired",
            Self::CertificateRevoked { .. } => "certificate-revoked",
            Self::CertificateNotTrusted { .. } => "certificate-not-trusted",
            Self::RevocationUnknown => "revocation-unknown",
            Self::NotSystemCertificate { .. } => "not-system-certificate",
            Self::CertificateNotRegistered => "certificate-not-registered",
            Self::CertificateNotInForce { .. } => "certificate-not-in-force",
            Self::CertificateReplaced => "certificate-replaced",
            Self::UnknownService { .. } => "unknown-service",
            Self::Replayed => "replayed",
            Self::NoSigner => "no-signer",
        }
    }

    /// The fault that the caller gets (`STSDOC` 2.1; which cause gives which fault is inferred).
    #[must_use]
    pub const fn fault_code(&self) -> StsFaultCode {
        match self {
            Self::MalformedXml { .. }
            | Self::NotSoap { .. }
            | Self::TimestampUnreadable { .. }
            | Self::InvalidRequest { .. }
            | Self::CaseNotOffered { .. }
            | Self::UnknownService { .. } => StsFaultCode::InvalidRequest,
            Self::TimestampExpired { .. } | Self::TimestampImplausible { .. } => {
                StsFaultCode::ExpiredData
            }
            Self::NotSigned { .. }
            | Self::SignatureInvalid { .. }
            | Self::CertificateNotYetValid { .. }
            | Self::CertificateExpired { .. }
            | Self::CertificateRevoked { .. }
            | Self::CertificateNotTrusted { .. }
            | Self::NotSystemCertificate { .. }
            | Self::CertificateNotRegistered
            | Self::CertificateNotInForce { .. }
            | Self::CertificateReplaced => StsFaultCode::FailedAuthentication,
            Self::RevocationUnknown | Self::Replayed | Self::NoSigner => {
                StsFaultCode::RequestFailed
            }
        }
    }
}
