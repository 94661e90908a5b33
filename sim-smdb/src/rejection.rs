//! Every reason for SMDB to refuse a call, and the fault that the caller gets.

use clock::Timestamp;
use oio_idws::{
    call::TokenRefusal,
    fault::ServiceFaultCode,
    soap::{Unreadable, UnreadableReason},
};
use parties::Cvr;

/// Why SMDB refuses.
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
    /// The timestamp begins in the future.
    #[error("the message says it was made at {created}, and it is {now}")]
    TimestampImplausible {
        /// Its beginning.
        created: Timestamp,
        /// When it came.
        now: Timestamp,
    },
    /// There is no token, or it cannot be opened.
    #[error("the token cannot be opened: {what}")]
    TokenUnreadable {
        /// Why.
        what: String,
    },
    /// The token is not signed by an STS that is trusted at the time.
    #[error("the token is not signed by the STS that this service trusts")]
    UnknownIssuer,
    /// The token's signature does not hold, or it is not a system user's.
    #[error("the token does not hold: {what}")]
    TokenInvalid {
        /// Why.
        what: String,
    },
    /// The token is not valid yet.
    #[error("the token is not valid before {from}")]
    TokenNotYetValid {
        /// Its first instant.
        from: Timestamp,
    },
    /// The token has ended.
    #[error("the token ended at {since}")]
    TokenExpired {
        /// The first instant at which it is refused.
        since: Timestamp,
    },
    /// The token is for another service.
    #[error("the token is for `{audience}`")]
    WrongAudience {
        /// For whom it is.
        audience: String,
    },
    /// The certificate in the token has expired, and the policy looks at it.
    #[error("the certificate in the token expired: it is refused since {since}")]
    HolderCertificateExpired {
        /// The first instant at which it is refused.
        since: Timestamp,
    },
    /// The message is not signed, in all its parts, with the key that the token is bound to.
    #[error("the message is not signed by the token's holder: {what}")]
    NotHolder {
        /// Why.
        what: String,
    },
    /// The same message came before.
    #[error("the same message was received before")]
    Replayed,
    /// There is no such operation.
    #[error("there is no operation `{action}`")]
    UnknownOperation {
        /// The action.
        action: String,
    },
    /// The submission lacks something.
    #[error("the submission cannot be read: {what}")]
    MalformedSubmission {
        /// What is wrong with it.
        what: String,
    },
    /// The token does not let its holder submit for the organisation.
    #[error("the token lacks the privilege {privilege} for {authority}")]
    MissingPrivilege {
        /// Which privilege.
        privilege: &'static str,
        /// For whom.
        authority: Cvr,
    },
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

    pub(crate) fn token(refusal: &TokenRefusal) -> Self {
        let what = refusal.to_string();
        match refusal {
            TokenRefusal::Missing | TokenRefusal::NotDecryptable => Self::TokenUnreadable { what },
            TokenRefusal::UnknownIssuer => Self::UnknownIssuer,
            _ => Self::TokenInvalid { what },
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
            Self::TokenUnreadable { .. } => "token-unreadable",
            Self::UnknownIssuer => "unknown-issuer",
            Self::TokenInvalid { .. } => "token-invalid",
            Self::TokenNotYetValid { .. } => "token-not-yet-valid",
            Self::TokenExpired { .. } => "token-expired",
            Self::WrongAudience { .. } => "wrong-audience",
            Self::HolderCertificateExpired { .. } => "holder-certificate-expired",
            Self::NotHolder { .. } => "not-holder",
            Self::Replayed => "replayed",
            Self::UnknownOperation { .. } => "unknown-operation",
            Self::MalformedSubmission { .. } => "malformed-submission",
            Self::MissingPrivilege { .. } => "missing-privilege",
        }
    }

    /// The fault that the caller gets, as a WCF service would give it: the same for every breach
    /// of the message's security, and the same for every token that does not hold.
    #[must_use]
    pub const fn fault_code(&self) -> ServiceFaultCode {
        match self {
            Self::MalformedXml { .. }
            | Self::NotSoap { .. }
            | Self::TimestampUnreadable { .. }
            | Self::TimestampExpired { .. }
            | Self::TimestampImplausible { .. }
            | Self::NotHolder { .. }
            | Self::Replayed => ServiceFaultCode::InvalidSecurity,
            Self::UnknownIssuer
            | Self::TokenInvalid { .. }
            | Self::TokenNotYetValid { .. }
            | Self::TokenExpired { .. }
            | Self::WrongAudience { .. }
            | Self::HolderCertificateExpired { .. } => ServiceFaultCode::FailedAuthentication,
            Self::TokenUnreadable { .. } => ServiceFaultCode::InvalidSecurityToken,
            Self::UnknownOperation { .. }
            | Self::MalformedSubmission { .. }
            | Self::MissingPrivilege { .. } => ServiceFaultCode::Declared,
        }
    }

    /// The text that the caller gets.
    #[must_use]
    pub fn fault_text(&self) -> String {
        match self.fault_code() {
            ServiceFaultCode::InvalidSecurity => {
                "An error occurred when verifying security for the message.".to_owned()
            }
            ServiceFaultCode::FailedAuthentication => {
                "At least one security token in the message could not be validated.".to_owned()
            }
            ServiceFaultCode::InvalidSecurityToken => {
                "An error occurred when processing the security tokens in the message.".to_owned()
            }
            ServiceFaultCode::DestinationUnreachable
            | ServiceFaultCode::ActionNotSupported
            | ServiceFaultCode::Declared => self.to_string(),
        }
    }
}
