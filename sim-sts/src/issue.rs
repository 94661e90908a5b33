//! A request for a token comes in; a token or a rejection goes out.
//!
//! The order of the checks decides which rejection a caller gets (`docs/ARCHITECTURE.md`): size,
//! XML, SOAP shape, timestamp, coverage of the signature, signature, content, chain and dates,
//! revocation, organisation, registration, service, approval, replay, signer. `checks` holds them.

mod asked;
mod checks;
mod whereabouts;

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::{
    addressing,
    assertion::Assertion,
    privileges::Privileges,
    soap::{MessageTime, Unreadable},
    trust::{ReceivedTokenRequest, SignedTokenRequest, TokenRequestRefusal, TokenResponse},
};
use parties::{Diagnose, Diagnosis, Excerpt};
use pki::{Certificate, ChainRefusal, Path};
use xml_security::{Claimed, xml::Limits};

pub use self::asked::{Asked, Case};
use self::checks::Examined;
use crate::{Issuer, IssuerFact, Rejection, administration::Administration, fact::ReplayKey};

/// A request as the STS understood it.
#[derive(Debug, Clone)]
pub enum Request {
    /// It is no request at all.
    Unreadable(Unreadable),
    /// It is one; what holds of it is still to be judged.
    Read {
        /// The message's id, for the fault.
        message_id: Option<Claimed<String>>,
        /// The message's times, which are judged before its signature is.
        time: Claimed<MessageTime>,
        /// What was signed, or why nothing was.
        signed: Result<Box<Signed>, Unsigned>,
    },
}

/// A request whose signature does not hold.
#[derive(Debug, Clone)]
pub struct Unsigned {
    /// Why it does not.
    pub refusal: TokenRequestRefusal,
    /// The certificate that it carries: for a diagnosis alone.
    pub claimed: Option<Claimed<Certificate>>,
}

/// What the signature of a request covers, with everything that does not depend on time.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The certificate that signed.
    pub certificate: Certificate,
    /// The path from the certificate that signed to the authority that this STS trusts.
    pub path: Result<Path, ChainRefusal>,
    /// What makes the message unique.
    pub replay_key: ReplayKey,
    /// What is asked for, or what is wrong with it.
    pub asked: Result<Asked, Rejection>,
}

impl Request {
    pub(crate) fn read(issuer: &Issuer, bytes: &[u8]) -> Self {
        match ReceivedTokenRequest::read(bytes, &Limits::default(), issuer.policy().legacy) {
            Ok(received) => Self::Read {
                message_id: received.message_id,
                time: received.time,
                signed: match received.signed {
                    Ok(signed) => Ok(Box::new(Signed::new(issuer, signed))),
                    Err(refusal) => Err(Unsigned { refusal, claimed: received.certificate }),
                },
            },
            Err(unreadable) => Self::Unreadable(unreadable),
        }
    }

    /// The certificate that it is signed with, or claims to be: for a diagnosis alone.
    fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Unreadable(_) => None,
            Self::Read { signed: Ok(signed), .. } => Some(&signed.certificate),
            Self::Read { signed: Err(unsigned), .. } => {
                unsigned.claimed.as_ref().map(Claimed::unverified)
            }
        }
    }

    /// What it claims to be called.
    pub(crate) const fn message_id(&self) -> Option<&Claimed<String>> {
        match self {
            Self::Unreadable(unreadable) => unreadable.message_id.as_ref(),
            Self::Read { message_id, .. } => message_id.as_ref(),
        }
    }
}

impl Signed {
    fn new(issuer: &Issuer, signed: SignedTokenRequest) -> Self {
        let malformed =
            |what: String| Rejection::InvalidRequest { what: Excerpt::of_sentence(&what) };
        Self {
            path: issuer.path(&signed.certificate),
            replay_key: ReplayKey::new(&signed.signature_value),
            asked: signed
                .request
                .map_err(|it| malformed(it.to_string()))
                .and_then(|request| Asked::parse(request, issuer.policy())),
            certificate: signed.certificate,
        }
    }
}

/// What the STS answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A token.
    Token(Box<Grant>),
    /// No.
    Rejected {
        /// Why; the caller is not told.
        rejection: Rejection,
        /// The fault's own id.
        message_id: String,
        /// The id of the request, if it could be read.
        relates_to: Option<String>,
    },
}

/// A token that was granted, before it is signed and encrypted.
#[derive(Debug, Clone)]
pub struct Grant {
    /// What it says.
    pub assertion: Assertion,
    /// The message around it.
    pub response: TokenResponse,
    /// The service's certificate, for which it is encrypted.
    pub recipient: Certificate,
}

/// Decides on a request.
pub(crate) fn decide(
    issuer: &Issuer,
    request: &Request,
    now: Timestamp,
    entropy: &mut Entropy,
) -> (Answer, Vec<IssuerFact>) {
    match checks::decisive(issuer, request, now) {
        Ok(examined) => {
            let answered = IssuerFact::Answered {
                replay_key: *examined.replay_key,
                at: now,
                until: examined.until,
            };
            let grant = grant(&examined, issuer.policy().token_lifetime, now, entropy);
            (Answer::Token(Box::new(grant)), vec![answered])
        }
        Err(rejection) => {
            let answer = Answer::Rejected {
                rejection,
                message_id: addressing::sts_message_id(entropy),
                // A fault is not signed either, and says whose message it answers as far as it knows.
                relates_to: request.message_id().map(|it| it.unverified().clone()),
            };
            (answer, Vec::new())
        }
    }
}

impl Diagnose for Issuer {
    fn diagnose(&self, request: &Request, now: Timestamp) -> Diagnosis {
        whereabouts::diagnosed(self, None, request, now)
    }
}

impl Issuer {
    /// The same diagnosis, where the administration can be asked too: of a certificate that nobody
    /// here is known by it says where it is saved. What decides is the same.
    #[must_use]
    pub fn diagnose_with(
        &self,
        administration: &Administration,
        request: &Request,
        now: Timestamp,
    ) -> Diagnosis {
        whereabouts::diagnosed(self, Some(administration), request, now)
    }
}

fn grant(examined: &Examined<'_>, policy: Span, now: Timestamp, entropy: &mut Entropy) -> Grant {
    let (asked, service) = (examined.asked, examined.service);
    let expires = end(asked.lifetime_until, policy, now);
    let privileges: Privileges = examined.registration.privileges_for(&service.entity_id, now);
    Grant {
        assertion: Assertion {
            id: format!("_{}", entropy.uuid()),
            issuer: Case::SystemUser.uri().to_owned(),
            issued_at: now,
            subject: examined.entity_id.clone(),
            holder: examined.certificate.clone(),
            not_before: now,
            not_on_or_after: expires,
            audience: service.entity_id.clone(),
            cvr: examined.cvr.clone(),
            privileges: (!privileges.groups.is_empty()).then_some(privileges),
        },
        response: TokenResponse {
            message_id: addressing::sts_message_id(entropy),
            relates_to: asked.message_id.clone(),
            context: asked.context.clone(),
            token_type: asked.token_type.clone(),
            applies_to: service.entity_id.clone(),
            created: now,
            expires,
        },
        recipient: service.encryption.clone(),
    }
}

/// The end asked for, where the policy allows it, in whole seconds as the real STS grants it; the
/// policy's own where it does not: an end that is past, or nearer than a minute, or beyond the policy
/// is ignored (`RULES` 2.8).
fn end(asked: Option<Timestamp>, policy: Span, now: Timestamp) -> Timestamp {
    let allowed = |until: &Timestamp| (Span::from_minutes(1)..=policy).contains(&until.since(now));
    asked.filter(allowed).map_or(now + policy, Timestamp::truncated_to_second)
}
