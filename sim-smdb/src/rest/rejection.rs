//! Every reason to refuse a request by REST, and what the caller is told of it.

use clock::Timestamp;
use parties::UncheckedKey;

use super::access_token::{Excess, Flaw};

/// Why SMDB refuses a request by REST. Nothing of a token stands in it, and nothing that a body says.
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
    /// What should hold a token to redeem is no form.
    #[error("the body is not a form")]
    NotAForm,
    /// The form has no token.
    #[error("the form has no field `saml-token`")]
    TokenMissing,
    /// The token in the form is not in base64.
    #[error("the field `saml-token` is not in base64")]
    TokenNotBase64,
    /// What is in base64 is no token.
    #[error("what the form holds is no token")]
    NotAToken,
    /// The token is not signed by an STS that is trusted at the time.
    #[error("the token is not signed by the STS that this service trusts")]
    UnknownIssuer {
        /// The thumbprint of the certificate that it says it is signed with, if it names one.
        thumbprint: Option<String>,
    },
    /// The caller has proved the key of another certificate than the one in the token.
    #[error("the token is bound to another certificate than the one that the caller uses in TLS")]
    AnotherHolder,
    /// The caller has proved no key.
    #[error("the caller uses no certificate in TLS")]
    CertificateMissing,
    /// The caller uses a certificate whose key nobody here can check, and so has proved none.
    #[error(
        "the key of the certificate that the caller uses in TLS is of a kind or size that is not taken"
    )]
    CertificateUnchecked {
        /// The key.
        key: UncheckedKey,
    },
    /// There is no access token in the head, or one of another kind.
    #[error("there is no `Authorization: Holder-of-key`")]
    SchemeNotValid,
    /// The access token is none that SMDB issued for itself.
    #[error("the access token does not hold: {what}")]
    AccessTokenInvalid {
        /// Why.
        what: Flaw,
    },
    /// The access token is not valid yet: clocks were set.
    #[error("the access token is not valid before {from}")]
    AccessTokenNotYetValid {
        /// Its first instant.
        from: Timestamp,
    },
    /// The access token has ended.
    #[error("the access token ended at {since}")]
    AccessTokenExpired {
        /// The first instant at which it is refused.
        since: Timestamp,
    },
    /// The caller has proved the key of another certificate than the one the access token is bound to.
    #[error("the access token is bound to another certificate than the one used in TLS")]
    AnotherCertificate,
    /// What the token grants is more than an access token can say in the head of a request.
    #[error("an access token for it would have {} octets of claims, the limit is {}", excess.octets, excess.limit)]
    AccessTokenTooLarge {
        /// By how much.
        excess: Excess,
    },
    /// The token has not ended, and would before an access token for it had lived for a second.
    #[error("the token ends at {end}, which is too soon for an access token of a whole second")]
    TokenEndsTooSoon {
        /// The first instant at which the token is refused for having ended.
        end: Timestamp,
    },
    /// What a call by SOAP is refused for too.
    #[error(transparent)]
    Shared(crate::Rejection),
}

/// What a caller is told in `WWW-Authenticate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// `invalid_request`, `invalid_token` or `insufficient_scope` (RFC 6750, section 3.1).
    pub error: &'static str,
    /// Why, in English.
    pub description: String,
}

impl Rejection {
    /// Every cause.
    pub const ALL: &[Cause] = <Cause as strum::VariantArray>::VARIANTS;

    /// The kind of it.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.into()
    }

    /// The stable name that scenarios and journals use: of what is refused by SOAP too, that one's.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Shared(shared) => shared.name(),
            own => own.cause().into(),
        }
    }

    /// What the caller is told, as the reference service in .NET words it; none where the contract says
    /// what is wrong, or there is nothing at the path.
    #[must_use]
    pub fn challenge(&self) -> Option<Challenge> {
        let request = |description: &str| ("invalid_request", description.to_owned());
        let token = |description: &str| ("invalid_token", description.to_owned());
        let (error, description) = match self {
            Self::NotAForm => {
                request("Content type 'application/x-www-form-urlencoded' is required.")
            }
            Self::TokenMissing => request("saml-token was missing"),
            Self::TokenNotBase64 => request("saml-token must be in base64"),
            Self::NotAToken => token("Token could not be parsed"),
            Self::UnknownIssuer { thumbprint } => {
                let thumbprint = thumbprint.as_deref().unwrap_or_default();
                token(&format!("Issuer certificate '{thumbprint}' was unknown"))
            }
            Self::AnotherHolder => token(
                "X509Certificate used as SubjectConfirmationData did not match the provided client \
                 certificate",
            ),
            Self::CertificateMissing
            | Self::CertificateUnchecked { .. }
            | Self::AnotherCertificate => {
                token("A valid certificate must be presented when presenting a Holder-of-key token")
            }
            Self::SchemeNotValid => token("Authentication scheme was not valid"),
            Self::AccessTokenInvalid { .. }
            | Self::AccessTokenNotYetValid { .. }
            | Self::AccessTokenTooLarge { .. } => token("The Token could not be validated"),
            Self::AccessTokenExpired { .. } => token("Token was expired"),
            // The caller is to do what it does when a token has ended.
            Self::TokenEndsTooSoon { .. } => token("The Token is expired"),
            Self::Shared(shared) => return told(shared),
        };
        Some(Challenge { error, description })
    }
}

/// What is told of a rejection that a call by SOAP meets too.
fn told(shared: &crate::Rejection) -> Option<Challenge> {
    use crate::Rejection as Shared;
    let (error, description) = match shared {
        Shared::TokenUnreadable { .. } | Shared::TokenMalformed { .. } => {
            ("invalid_token", "Token could not be parsed")
        }
        Shared::WrongAudience { .. } => ("invalid_token", "Audience was not known"),
        Shared::TokenExpired { .. } => ("invalid_token", "The Token is expired"),
        Shared::TokenInvalid { .. }
        | Shared::TokenNotYetValid { .. }
        | Shared::UnknownIssuer
        | Shared::HolderCertificateNotYetValid { .. }
        | Shared::HolderCertificateExpired { .. }
        | Shared::HolderCertificateRevoked { .. }
        | Shared::RevocationUnknown => ("invalid_token", "The Token could not be validated"),
        Shared::ForeignAuthority { .. } => {
            ("insufficient_scope", "The token is for another organisation")
        }
        Shared::MissingPrivilege { .. } => {
            ("insufficient_scope", "The token lacks a privilege for this operation")
        }
        Shared::MalformedXml { .. }
        | Shared::NotSoap { .. }
        | Shared::WrongSoapVersion { .. }
        | Shared::TimestampUnreadable { .. }
        | Shared::TimestampExpired { .. }
        | Shared::TimestampImplausible { .. }
        | Shared::TimestampTooOld { .. }
        | Shared::TokenMissing
        | Shared::NotHolder { .. }
        | Shared::FrameworkMissing
        | Shared::FrameworkMismatch { .. }
        | Shared::ActionMissing
        | Shared::WrongAddress { .. }
        | Shared::Replayed
        | Shared::UnknownOperation { .. }
        | Shared::SchemaRetired { .. }
        | Shared::SchemaNotInForce { .. }
        | Shared::MalformedRequest { .. }
        | Shared::ConflictingResend { .. }
        | Shared::OutdatedVersion { .. }
        | Shared::CourseAnnulled { .. }
        | Shared::InvalidSubmission { .. }
        | Shared::NotFound => return None,
    };
    Some(Challenge { error, description: description.to_owned() })
}
