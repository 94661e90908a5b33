//! Which fault a caller gets for which cause.
//!
//! The codes and their texts are documented (`STSDOC` 2.1); which cause gives which is partly seen
//! and partly inferred (`docs/FIDELITY.md`), so each can be changed.

use oio_idws::fault::StsFaultCode;

use super::{Cause, Rejection};

/// A fault code for each cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultTable {
    /// By the number of the cause.
    codes: [StsFaultCode; Rejection::ALL.len()],
}

impl FaultTable {
    /// The code for a cause.
    #[must_use]
    pub const fn code(&self, cause: Cause) -> StsFaultCode {
        self.codes[cause as usize]
    }

    /// The same table with another code for one cause.
    #[must_use]
    pub const fn with(mut self, cause: Cause, code: StsFaultCode) -> Self {
        self.codes[cause as usize] = code;
        self
    }
}

impl Default for FaultTable {
    fn default() -> Self {
        let mut table = Self { codes: [StsFaultCode::InvalidRequest; Rejection::ALL.len()] };
        for cause in Rejection::ALL {
            table = table.with(*cause, code(*cause));
        }
        table
    }
}

const fn code(cause: Cause) -> StsFaultCode {
    match cause {
        Cause::MessageTooLarge
        | Cause::MalformedXml
        | Cause::NotSoap
        | Cause::TimestampUnreadable
        | Cause::MustUnderstand
        | Cause::UnknownCase
        | Cause::CaseNotOffered
        | Cause::InvalidRequest
        | Cause::ActsAs
        | Cause::UnknownService => StsFaultCode::InvalidRequest,
        Cause::TimestampExpired | Cause::TimestampImplausible => StsFaultCode::ExpiredData,
        Cause::NotSigned
        | Cause::SignatureInvalid
        | Cause::CertificateNotTrusted
        | Cause::CertificateNotYetValid
        | Cause::CertificateExpired
        | Cause::CertificateRevoked
        | Cause::NotSystemCertificate
        | Cause::CertificateNotRegistered
        | Cause::CertificateNotInForce
        | Cause::CertificateReplaced
        | Cause::NotApproved => StsFaultCode::FailedAuthentication,
        Cause::RevocationUnknown | Cause::Replayed | Cause::NoSigner => StsFaultCode::RequestFailed,
    }
}
