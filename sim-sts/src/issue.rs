//! A request for a token comes in; a token or a rejection goes out.
//!
//! The order of the checks decides which rejection a caller gets (`docs/ARCHITECTURE.md`): size,
//! XML, SOAP shape, timestamp, coverage of the signature, signature, content, chain and dates,
//! revocation, registration, service, replay.

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::{
    addressing,
    assertion::Assertion,
    privileges::Privileges,
    soap::{MessageTime, Unreadable},
    trust::{
        ReceivedTokenRequest, SignedTokenRequest, TokenRequest, TokenRequestRefusal, TokenResponse,
    },
    uris::{
        ISSUE_ACTION, ISSUE_REQUEST, SAML_TOKEN_TYPE, STS_BOOTSTRAP_CASE, STS_LOCAL_CASE,
        STS_SIGNATURE_CASE,
    },
};
use parties::{Cvr, EntityId};
use pki::{Certificate, ChainRefusal, Path};

use crate::{Issuer, IssuerFact, Rejection, caller, fact::ReplayKey, registration::Registration};

/// A request as the STS understood it.
#[derive(Debug, Clone)]
pub enum Request {
    /// It is no request at all.
    Unreadable(Unreadable),
    /// It is one; what holds of it is still to be judged.
    Read {
        /// The message's id, for the answer; not verified.
        message_id: Option<String>,
        /// The message's times, which are judged before its signature is.
        time: MessageTime,
        /// What was signed, or why nothing was.
        signed: Result<Box<Signed>, TokenRequestRefusal>,
    },
}

/// What the signature of a request covers, with everything that does not depend on time.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The certificate that signed.
    pub certificate: Certificate,
    /// Its path to the authority that this STS trusts.
    pub path: Result<Path, ChainRefusal>,
    /// What makes the message unique.
    pub replay_key: ReplayKey,
    /// The request itself, or what is wrong with it.
    pub content: Result<TokenRequest, String>,
}

impl Request {
    pub(crate) fn new(issuer: &Issuer, received: Result<ReceivedTokenRequest, Unreadable>) -> Self {
        match received {
            Err(unreadable) => Self::Unreadable(unreadable),
            Ok(received) => Self::Read {
                message_id: received.message_id.map(xml_security::Claimed::into_unverified),
                time: received.time.into_unverified(),
                signed: received.signed.map(|signed| Box::new(Signed::new(issuer, signed))),
            },
        }
    }

    fn message_id(&self) -> Option<String> {
        match self {
            Self::Unreadable(unreadable) => {
                unreadable.message_id.clone().map(xml_security::Claimed::into_unverified)
            }
            Self::Read { message_id, .. } => message_id.clone(),
        }
    }
}

impl Signed {
    fn new(issuer: &Issuer, signed: SignedTokenRequest) -> Self {
        Self {
            path: Path::build(&signed.certificate, issuer.anchors()),
            certificate: signed.certificate,
            replay_key: ReplayKey::new(&signed.signature_value),
            content: signed.request.map_err(|error| error.to_string()),
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
    match grant(issuer, request, now, entropy) {
        Ok((grant, fact)) => (Answer::Token(Box::new(grant)), vec![fact]),
        Err(rejection) => {
            let answer = Answer::Rejected {
                rejection,
                message_id: addressing::sts_message_id(entropy),
                relates_to: request.message_id(),
            };
            (answer, Vec::new())
        }
    }
}

fn grant(
    issuer: &Issuer,
    request: &Request,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<(Grant, IssuerFact), Rejection> {
    let (time, signed) = match request {
        Request::Unreadable(unreadable) => return Err(Rejection::unreadable(unreadable)),
        Request::Read { time, signed, .. } => (time, signed),
    };
    timely(*time, issuer.policy().timestamp_tolerance, now)?;
    let signed = signed.as_ref().map_err(Rejection::unsigned)?;
    let content =
        signed.content.as_ref().map_err(|what| Rejection::InvalidRequest { what: what.clone() })?;
    well_formed(content)?;
    caller::trusted(issuer, signed, now)?;
    let cvr = caller::organisation(&signed.certificate)?;
    let registration = caller::registered(issuer, &signed.certificate, now)?;
    let (service, recipient) = issuer
        .service(&content.applies_to)
        .ok_or_else(|| Rejection::UnknownService { applies_to: content.applies_to.clone() })?;
    if issuer.has_seen(&signed.replay_key, now) {
        return Err(Rejection::Replayed);
    }
    issuer.signer(now).ok_or(Rejection::NoSigner)?;
    let expires = now + lifetime(content.lifetime_until, issuer.policy().token_lifetime, now);
    let grant = Grant {
        assertion: assertion(
            registration,
            signed.certificate.clone(),
            cvr,
            service.clone(),
            now..expires,
            entropy,
        ),
        response: TokenResponse {
            message_id: addressing::sts_message_id(entropy),
            relates_to: content.message_id.clone(),
            context: content.context.clone(),
            token_type: content.token_type.clone(),
            applies_to: service.clone(),
            created: now,
            expires,
        },
        recipient: recipient.clone(),
    };
    let replay_key = signed.replay_key.clone();
    Ok((grant, IssuerFact::Answered { replay_key, at: now, until: time.expires }))
}

/// `RULES` 2.3.1.4.1: the end is after the beginning and after now, and the beginning does not
/// differ substantially from now. By how much is not said; the policy's tolerance is our choice.
fn timely(time: MessageTime, tolerance: Span, now: Timestamp) -> Result<(), Rejection> {
    if time.expires <= now {
        return Err(Rejection::TimestampExpired { expires: time.expires, now });
    }
    let Some(created) = time.created else { return Ok(()) };
    if created >= time.expires || created > now + tolerance || created < now - tolerance {
        return Err(Rejection::TimestampImplausible { created, now });
    }
    Ok(())
}

fn well_formed(request: &TokenRequest) -> Result<(), Rejection> {
    let invalid = |what: String| Err(Rejection::InvalidRequest { what });
    // `RULES` writes the names without the last slash, and clients with it.
    let case = request.to.strip_suffix('/').unwrap_or(&request.to);
    let is = |name: &str| Some(case) == name.strip_suffix('/');
    if is(STS_BOOTSTRAP_CASE) || is(STS_LOCAL_CASE) {
        return Err(Rejection::CaseNotOffered { to: request.to.clone() });
    }
    if !is(STS_SIGNATURE_CASE) {
        return invalid(format!("wsa:To `{}` is not a case of this STS", request.to));
    }
    if request.action != ISSUE_ACTION {
        return invalid(format!("wsa:Action `{}` is not {ISSUE_ACTION}", request.action));
    }
    if request.request_type != ISSUE_REQUEST {
        return invalid(format!("RequestType `{}` is not {ISSUE_REQUEST}", request.request_type));
    }
    if request.token_type.as_deref().is_some_and(|it| it != SAML_TOKEN_TYPE) {
        return invalid(format!("TokenType is not {SAML_TOKEN_TYPE}"));
    }
    if request.acts_as {
        return invalid("ActAs has no place in a system user's request".to_owned());
    }
    Ok(())
}

/// The lifetime asked for where the policy allows it, and the policy's own where it does not: an
/// end that is past, or nearer than a minute, or beyond the policy is ignored (`RULES` 2.8).
fn lifetime(until: Option<Timestamp>, policy: Span, now: Timestamp) -> Span {
    let asked = until.map(|until| until.since(now));
    asked.filter(|asked| (Span::from_minutes(1)..=policy).contains(asked)).unwrap_or(policy)
}

fn assertion(
    registration: &Registration,
    holder: Certificate,
    cvr: Cvr,
    audience: EntityId,
    validity: std::ops::Range<Timestamp>,
    entropy: &mut Entropy,
) -> Assertion {
    let now = validity.start;
    let privileges: Privileges = registration.privileges_for(&audience, now);
    let subject = registration.entity_id(now).cloned();
    let subject =
        subject.expect("a certificate comes into force with an entity id, at one instant");
    Assertion {
        id: format!("_{}", entropy.uuid()),
        issuer: STS_SIGNATURE_CASE.to_owned(),
        issued_at: validity.start,
        subject,
        holder,
        not_before: validity.start,
        not_on_or_after: validity.end,
        audience,
        cvr,
        privileges: (!privileges.groups.is_empty()).then_some(privileges),
    }
}
