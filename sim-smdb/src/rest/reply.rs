//! What goes back over HTTP.

use std::fmt;

use oio_idws::Credential;
use parties::EntityId;
use serde::Serialize;

use super::{Answer, Rejection, resource::SCHEME};
use crate::{
    Rejection as Shared,
    call::fault,
    contract::{Notation, Operation},
};

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// Status, head and body. `Debug` does not show the body: it is a token, or about a citizen.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// `Content-Type`, if there is a body.
    pub content_type: Option<&'static str>,
    /// `WWW-Authenticate`, if the caller is not let in.
    pub challenge: Option<String>,
    /// The body. Nobody on the way may keep it.
    pub body: Vec<u8>,
}

/// What the authorization server gives (RFC 6749, section 5.1).
#[derive(Serialize)]
struct Issued {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("challenge", &self.challenge)
            .finish_non_exhaustive()
    }
}

impl Reply {
    pub(super) fn to(answer: &Answer, ours: &EntityId, service: &Credential) -> Self {
        match answer {
            Answer::Issued { token, expires_in } => {
                let access_token = token.write(ours, service);
                let issued = Issued { access_token, token_type: SCHEME, expires_in: *expires_in };
                let body = serde_json::to_vec(&issued).expect("texts and a number are JSON");
                Self { status: 200, content_type: Some(JSON), challenge: None, body }
            }
            Answer::Answered { body, .. } => Self {
                status: 200,
                content_type: Some(JSON),
                challenge: None,
                body: body.clone().into_bytes(),
            },
            Answer::Rejected { id, rejection } => Self::refusing(rejection, id),
        }
    }

    /// Who is not let in is told why in the head; what the contract declares stands in the body, as in
    /// the detail of a fault.
    fn refusing(rejection: &Rejection, id: &str) -> Self {
        let challenge = rejection.challenge().map(|it| {
            format!("{SCHEME} error=\"{}\", error_description=\"{}\"", it.error, it.description)
        });
        let scope = if let Rejection::Shared(Shared::MissingPrivilege { operation, .. }) = rejection
        {
            Some(scope(*operation))
        } else {
            None
        };
        let challenge = challenge.map(|it| it + &scope.unwrap_or_default());
        let (status, declared) = match rejection {
            Rejection::Shared(shared) => (status(shared), fault(shared, id)),
            Rejection::NotAForm
            | Rejection::TokenMissing
            | Rejection::TokenNotBase64
            | Rejection::NotAToken
            | Rejection::UnknownIssuer { .. }
            | Rejection::AnotherHolder
            | Rejection::CertificateMissing
            | Rejection::CertificateUnchecked { .. }
            | Rejection::SchemeNotValid
            | Rejection::AccessTokenInvalid { .. }
            | Rejection::AccessTokenNotYetValid { .. }
            | Rejection::AccessTokenExpired { .. }
            | Rejection::AccessTokenTooLarge { .. }
            | Rejection::TokenEndsTooSoon { .. }
            | Rejection::AnotherCertificate => (401, None),
        };
        let (content_type, body) = match (declared, rejection) {
            (Some(fault), _) => (Some(JSON), fault.write(Notation::Json)),
            (None, Rejection::Shared(unknown @ Shared::UnknownOperation { .. })) => {
                (Some(TEXT), format!("{unknown}\n"))
            }
            (None, _) => (None, String::new()),
        };
        Self { status, content_type, challenge, body: body.into_bytes() }
    }
}

/// The privileges that would do (RFC 6750, section 3).
fn scope(operation: Operation) -> String {
    format!(", scope=\"{}\"", operation.privileges().join(" "))
}

/// The status of what a call by SOAP is refused for too.
const fn status(shared: &Shared) -> u16 {
    match shared {
        Shared::MalformedRequest { .. } => 400,
        Shared::UnknownOperation { .. } | Shared::SchemaNotInForce { .. } | Shared::NotFound => 404,
        Shared::ConflictingResend { .. }
        | Shared::OutdatedVersion { .. }
        | Shared::CourseAnnulled { .. } => 409,
        Shared::SchemaRetired { .. } => 410,
        Shared::InvalidSubmission { .. } => 422,
        Shared::MalformedXml { .. }
        | Shared::NotSoap { .. }
        | Shared::WrongSoapVersion { .. }
        | Shared::TimestampUnreadable { .. }
        | Shared::TimestampExpired { .. }
        | Shared::TimestampImplausible { .. }
        | Shared::TimestampTooOld { .. }
        | Shared::TokenMissing
        | Shared::TokenUnreadable { .. }
        | Shared::TokenMalformed { .. }
        | Shared::UnknownIssuer
        | Shared::TokenInvalid { .. }
        | Shared::TokenNotYetValid { .. }
        | Shared::TokenExpired { .. }
        | Shared::WrongAudience { .. }
        | Shared::HolderCertificateNotYetValid { .. }
        | Shared::HolderCertificateExpired { .. }
        | Shared::HolderCertificateRevoked { .. }
        | Shared::RevocationUnknown
        | Shared::NotHolder { .. }
        | Shared::FrameworkMissing
        | Shared::FrameworkMismatch { .. }
        | Shared::ActionMissing
        | Shared::WrongAddress { .. }
        | Shared::Replayed
        | Shared::ForeignAuthority { .. }
        | Shared::MissingPrivilege { .. } => 401,
    }
}
