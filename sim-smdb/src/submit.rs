//! A call comes in; a receipt or a rejection goes out.
//!
//! The order of the checks decides which rejection a caller gets: size, XML, SOAP shape, timestamp,
//! the token (opened, signed, in its time, for us), the holder's signature over the message, replay,
//! content, privilege.

use clock::Timestamp;
use entropy::Entropy;
use oio_idws::{
    addressing,
    assertion::Assertion,
    call::{CallAnswer, ReceivedCall, ReceivedToken},
    soap::{MessageTime, Unreadable, Version},
};

use crate::{
    Fact, HolderCheck, Rejection, Smdb,
    contract::{Receipt, SUBMIT_ACTION, SUBMIT_PRIVILEGE, Submission},
};

/// A call as SMDB understood it.
pub type Request = Result<Box<ReceivedCall<Submission>>, Unreadable>;

/// What SMDB answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It received the submission.
    Received(CallAnswer),
    /// No.
    Rejected {
        /// Why; the caller is told as much as the real one would tell.
        rejection: Rejection,
        /// The fault's own id.
        message_id: String,
        /// The id of the call, if it could be read.
        relates_to: Option<String>,
    },
}

/// Decides on a call.
pub(crate) fn decide(
    smdb: &Smdb,
    request: &Request,
    now: Timestamp,
    entropy: &mut Entropy,
) -> (Answer, Vec<Fact>) {
    match receive(smdb, request, now, entropy) {
        Ok((answer, facts)) => (Answer::Received(answer), facts),
        Err(rejection) => {
            let claimed = match request {
                Ok(call) => call.message_id.clone(),
                Err(unreadable) => unreadable.message_id.clone(),
            };
            let relates_to = claimed.map(xml_security::Claimed::into_unverified);
            let message_id = addressing::message_id(entropy);
            (Answer::Rejected { rejection, message_id, relates_to }, Vec::new())
        }
    }
}

fn receive(
    smdb: &Smdb,
    request: &Request,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<(CallAnswer, Vec<Fact>), Rejection> {
    let call = request.as_ref().map_err(Rejection::unreadable)?;
    if call.version != Version::Soap12 {
        return Err(Rejection::NotSoap { what: format!("it is {}", call.version) });
    }
    let time = *call.time.unverified();
    timely(smdb, time, now)?;
    let token = call.token.as_ref().map_err(Rejection::token)?;
    believable(smdb, token, now)?;
    let signed = match &call.message {
        Some(Ok(signed)) => signed,
        Some(Err(refusal)) => return Err(Rejection::NotHolder { what: refusal.to_string() }),
        None => return Err(Rejection::NotHolder { what: "there is no token".to_owned() }),
    };
    if smdb.has_seen(&signed.message_id, now) {
        return Err(Rejection::Replayed);
    }
    if signed.action.as_deref().is_some_and(|action| action != SUBMIT_ACTION) {
        let action = signed.action.clone().unwrap_or_default();
        return Err(Rejection::UnknownOperation { action });
    }
    let submission = signed
        .content
        .as_ref()
        .map_err(|error| Rejection::MalformedSubmission { what: error.to_string() })?;
    permitted(&token.assertion, submission)?;

    let accepted =
        Fact::Accepted { message_id: signed.message_id.clone(), at: now, until: time.expires };
    let known = smdb.ledger().find(&submission.authority, &submission.reference);
    let (receipt, facts) = match known {
        Some(receipt) => (receipt.clone(), vec![accepted]),
        None => {
            let id = entropy.uuid().to_string();
            let reference = submission.reference.clone();
            let authority = submission.authority.clone();
            let received =
                Fact::Received { authority, reference: reference.clone(), id: id.clone() };
            (Receipt { id, reference }, vec![accepted, received])
        }
    };
    let answer = CallAnswer {
        message_id: addressing::message_id(entropy),
        relates_to: signed.message_id.clone(),
        action: format!("{SUBMIT_ACTION}Response"),
        created: now,
        expires: now + smdb.policy().answer_lifetime,
        body: receipt.write(),
    };
    Ok((answer, facts))
}

/// The message's own times, with the skew that WCF allows.
fn timely(smdb: &Smdb, time: MessageTime, now: Timestamp) -> Result<(), Rejection> {
    let skew = smdb.policy().clock_skew;
    if time.expires + skew <= now {
        return Err(Rejection::TimestampExpired { expires: time.expires, now });
    }
    match time.created {
        Some(created) if created > now + skew => {
            Err(Rejection::TimestampImplausible { created, now })
        }
        _ => Ok(()),
    }
}

/// The token's issuer, time and audience, and, where the policy asks for it, its holder's
/// certificate.
fn believable(smdb: &Smdb, token: &ReceivedToken, now: Timestamp) -> Result<(), Rejection> {
    let assertion = &token.assertion;
    if smdb.trusted_sts(now) != Some(&token.signed_by) {
        return Err(Rejection::UnknownIssuer);
    }
    if now < assertion.not_before {
        return Err(Rejection::TokenNotYetValid { from: assertion.not_before });
    }
    if !assertion.is_valid_at(now) {
        return Err(Rejection::TokenExpired { since: assertion.not_on_or_after });
    }
    if assertion.audience != *smdb.entity_id() {
        return Err(Rejection::WrongAudience { audience: assertion.audience.to_string() });
    }
    match smdb.policy().holder_certificate {
        HolderCheck::Ignored => Ok(()),
        HolderCheck::Validity if assertion.holder.is_valid_at(now) => Ok(()),
        HolderCheck::Validity => {
            Err(Rejection::HolderCertificateExpired { since: assertion.holder.first_refused() })
        }
    }
}

/// The holder has the privilege for the organisation that submits: its own, or another's by power
/// of attorney (*fuldmagt*).
fn permitted(assertion: &Assertion, submission: &Submission) -> Result<(), Rejection> {
    let held = assertion
        .privileges
        .as_ref()
        .is_some_and(|privileges| privileges.hold(SUBMIT_PRIVILEGE, &submission.authority));
    if held {
        return Ok(());
    }
    Err(Rejection::MissingPrivilege {
        privilege: SUBMIT_PRIVILEGE,
        authority: submission.authority.clone(),
    })
}
