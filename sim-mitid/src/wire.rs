//! Requests and answers as JSON. Our own form: the real one has pages for people, and an API whose
//! description is not public.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use parties::Environment;
use pki::{Certificate, RevocationReason, Serial, SigningRequest};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Rejection, Request,
    order::{NewOrder, OneTimeCode, ReferenceNumber},
};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum WireRequest {
    Order(NewOrder),
    Issue { reference: ReferenceNumber, code: OneTimeCode, request: String },
    Renew { environment: Environment, serial: Serial, request: String },
    Revoke { environment: Environment, serial: Serial, reason: RevocationReason },
    RevocationList(Environment),
    Authorities(Environment),
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum WireAnswer<'a> {
    Ordered { reference: &'a ReferenceNumber, code: &'a OneTimeCode },
    Issued(&'a Certificate),
    Revoked,
    RevocationList(String),
    Authorities { root: &'a Certificate, issuing: &'a Certificate },
    Rejected { name: &'static str, text: String },
}

/// Reads a request.
///
/// # Errors
///
/// If it is not one, or the certificate request in it does not prove its key.
pub fn read(bytes: &[u8]) -> Result<Request, Rejection> {
    let malformed = |error: &dyn ToString| Rejection::Malformed { what: error.to_string() };
    let request: WireRequest = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    let signing_request = |base64: String| {
        let der = BASE64.decode(base64).map_err(|error| malformed(&error))?;
        SigningRequest::from_der(&der).map_err(|error| malformed(&error))
    };
    Ok(match request {
        WireRequest::Order(order) => Request::Order(order),
        WireRequest::Issue { reference, code, request } => {
            Request::Issue { reference, code, request: signing_request(request)? }
        }
        WireRequest::Renew { environment, serial, request } => {
            Request::Renew { environment, serial, request: signing_request(request)? }
        }
        WireRequest::Revoke { environment, serial, reason } => {
            Request::Revoke { environment, serial, reason }
        }
        WireRequest::RevocationList(environment) => Request::RevocationList(environment),
        WireRequest::Authorities(environment) => Request::Authorities(environment),
    })
}

/// Writes an answer.
///
/// # Panics
///
/// Never: every answer has a form in JSON.
#[must_use]
pub fn write(answer: &Answer) -> Vec<u8> {
    let answer = match answer {
        Answer::Ordered { reference, code } => WireAnswer::Ordered { reference, code },
        Answer::Issued(certificate) => WireAnswer::Issued(certificate),
        Answer::Revoked => WireAnswer::Revoked,
        Answer::RevocationList(list) => WireAnswer::RevocationList(BASE64.encode(list.der())),
        Answer::Authorities { root, issuing } => WireAnswer::Authorities { root, issuing },
        Answer::Rejected(rejection) => {
            WireAnswer::Rejected { name: rejection.name(), text: rejection.to_string() }
        }
    };
    serde_json::to_vec(&answer).expect("an answer has only strings for keys")
}
