//! Requests and answers as JSON, as the control port speaks it. Our own form: the real one has pages
//! for people, and an API whose description is not public. Unknown fields are refused.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use parties::{Cvr, Environment};
use pki::{Certificate, RequestRefusal, RevocationReason, Serial, SigningRequest};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Rejection, Request,
    email::EmailAddress,
    mail::Letter,
    order::{Identification, Method, NewOrder, Proof, ReferenceNumber},
    overview::ProfileView,
    profile::{NewContact, NewProfile, ProfileId},
    request::Encoding,
    secret::{MailToken, OneTimeCode, Password},
};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
enum WireRequest {
    Connect {
        environment: Environment,
        cvr: Cvr,
        name: String,
    },
    AllowCertificates {
        environment: Environment,
        cvr: Cvr,
        allowed: bool,
    },
    Terminate {
        environment: Environment,
        cvr: Cvr,
    },
    WithdrawTermination {
        environment: Environment,
        cvr: Cvr,
    },
    CreateProfile(NewProfile),
    ChangeContact {
        profile: ProfileId,
        contact: Option<NewContact>,
    },
    ValidateEmail {
        profile: ProfileId,
        token: MailToken,
    },
    Order(NewOrder),
    OrderRenewal {
        environment: Environment,
        serial: Serial,
        identification: Identification,
        method: Method,
    },
    Cancel {
        reference: ReferenceNumber,
    },
    /// `request` is a signing request in base64, with or without line breaks, or in PEM.
    Issue {
        reference: ReferenceNumber,
        code: OneTimeCode,
        request: String,
    },
    Download {
        reference: ReferenceNumber,
        proof: Proof,
        terms: bool,
        #[serde(default)]
        encoding: Encoding,
    },
    Renew {
        environment: Environment,
        serial: Serial,
        request: String,
    },
    Revoke {
        environment: Environment,
        serial: Serial,
        reason: RevocationReason,
    },
    Profiles {
        environment: Environment,
        cvr: Cvr,
        #[serde(default)]
        search: Option<String>,
    },
    Mailbox(EmailAddress),
    Directory(Environment),
    RevocationList(Environment),
    RootRevocationList(Environment),
    Authorities(Environment),
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum WireAnswer<'a> {
    Done,
    ProfileCreated { profile: ProfileId },
    Ordered { reference: &'a ReferenceNumber, code: Option<&'a OneTimeCode> },
    Issued(&'a Certificate),
    Downloaded { certificate: &'a Certificate, file: String, password: &'a Password },
    Revoked,
    Profiles(&'a [ProfileView]),
    Mailbox(&'a [Letter]),
    Directory(&'a [Certificate]),
    RevocationList(String),
    Authorities { root: &'a Certificate, issuing: &'a Certificate },
    Rejected { name: &'static str, text: String },
}

/// Reads a request. A signing request in it that cannot be used is for the decision to refuse.
///
/// # Errors
///
/// If it is not one.
pub fn read(bytes: &[u8]) -> Result<Request, Rejection> {
    let request = serde_json::from_slice(bytes)
        .map_err(|error| parties::malformed_request(bytes, &error))
        .map_err(|what| Rejection::MalformedRequest { what })?;
    Ok(match request {
        WireRequest::Connect { environment, cvr, name } => {
            Request::Connect { environment, cvr, name }
        }
        WireRequest::AllowCertificates { environment, cvr, allowed } => {
            Request::AllowCertificates { environment, cvr, allowed }
        }
        WireRequest::Terminate { environment, cvr } => Request::Terminate { environment, cvr },
        WireRequest::WithdrawTermination { environment, cvr } => {
            Request::WithdrawTermination { environment, cvr }
        }
        WireRequest::CreateProfile(new) => Request::CreateProfile(new),
        WireRequest::ChangeContact { profile, contact } => {
            Request::ChangeContact { profile, contact }
        }
        WireRequest::ValidateEmail { profile, token } => Request::ValidateEmail { profile, token },
        WireRequest::Order(new) => Request::Order(new),
        WireRequest::OrderRenewal { environment, serial, identification, method } => {
            Request::OrderRenewal { environment, serial, identification, method }
        }
        WireRequest::Cancel { reference } => Request::Cancel { reference },
        WireRequest::Issue { reference, code, request } => {
            Request::Issue { reference, code, request: signing_request(&request) }
        }
        WireRequest::Download { reference, proof, terms, encoding } => {
            Request::Download { reference, proof, terms, encoding }
        }
        WireRequest::Renew { environment, serial, request } => {
            Request::Renew { environment, serial, request: signing_request(&request) }
        }
        WireRequest::Revoke { environment, serial, reason } => {
            Request::Revoke { environment, serial, reason }
        }
        WireRequest::Profiles { environment, cvr, search } => {
            Request::Profiles { environment, cvr, search }
        }
        WireRequest::Mailbox(address) => Request::Mailbox(address),
        WireRequest::Directory(environment) => Request::Directory(environment),
        WireRequest::RevocationList(environment) => Request::RevocationList(environment),
        WireRequest::RootRevocationList(environment) => Request::RootRevocationList(environment),
        WireRequest::Authorities(environment) => Request::Authorities(environment),
    })
}

fn signing_request(text: &str) -> Result<SigningRequest, RequestRefusal> {
    if text.contains("-----BEGIN") {
        SigningRequest::from_pem(text)
    } else {
        SigningRequest::from_base64(text)
    }
}

/// Writes an answer.
///
/// # Panics
///
/// Never: every answer has a form in JSON.
#[must_use]
pub fn write(answer: &Answer) -> Vec<u8> {
    let answer = match answer {
        Answer::Done => WireAnswer::Done,
        Answer::ProfileCreated { profile } => WireAnswer::ProfileCreated { profile: *profile },
        Answer::Ordered { reference, code } => {
            WireAnswer::Ordered { reference, code: code.as_ref() }
        }
        Answer::Issued(certificate) => WireAnswer::Issued(certificate),
        Answer::Downloaded(download) => WireAnswer::Downloaded {
            certificate: &download.certificate,
            file: BASE64.encode(&download.file),
            password: &download.password,
        },
        Answer::Revoked => WireAnswer::Revoked,
        Answer::Profiles(profiles) => WireAnswer::Profiles(profiles),
        Answer::Mailbox(letters) => WireAnswer::Mailbox(letters),
        Answer::Directory(certificates) => WireAnswer::Directory(certificates),
        Answer::RevocationList(list) => WireAnswer::RevocationList(BASE64.encode(list.der())),
        Answer::Authorities { root, issuing } => WireAnswer::Authorities { root, issuing },
        Answer::Rejected(rejection) => {
            WireAnswer::Rejected { name: rejection.name(), text: rejection.to_string() }
        }
    };
    serde_json::to_vec(&answer).expect("an answer has only strings for keys")
}
