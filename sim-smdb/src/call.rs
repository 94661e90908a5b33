//! A call comes in; an answer or a rejection goes out.
//!
//! The order of the checks decides which rejection a caller gets: size, XML, SOAP shape, timestamp,
//! the token (opened, signed, in its time, for us, its holder's certificate), the holder's signature
//! over the message, address, replay, operation, schema, privilege, and at last the rules of the
//! register. The version of SOAP comes first of all that is in an envelope. Where the binding is
//! Liberty's, the headers that it asks for come after the signature. Every check that can still be made
//! is made, so that a diagnosis can list all that speaks against a call.

mod answers;
mod permission;
mod security;
mod work;

use clock::Timestamp;
use entropy::Entropy;
use oio_idws::{
    Binding, addressing,
    call::{CallAnswer, ReceivedCall, SignedCall},
    fault::{ServiceFault, ServiceFaultCode},
    framework::Framework,
    soap::Unreadable,
};
use parties::Excerpt;
use xml_security::Claimed;

use self::work::Work;
pub(crate) use self::{
    answers::carry_out,
    permission::Caller,
    security::{believable, in_force as holder_in_force},
};
use crate::{
    Fact, Rejection, ReplayKey, Smdb,
    contract::{Body, Command, NoOperation, Notation, Operation, SmdbFault},
    rule::Violation,
    schema::SchemaVersion,
};

/// What SMDB makes of the body of a call.
pub type Content = Result<Body, NoOperation>;

/// A call as SMDB understood it.
pub type Request = Result<Box<ReceivedCall<Content>>, Unreadable>;

/// What SMDB answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It did what it was asked.
    Answered(CallAnswer),
    /// No.
    Rejected {
        /// Why; the caller is told as much as the real one would tell.
        rejection: Rejection,
        /// The fault's own id.
        message_id: String,
        /// The id of the call, if it could be read.
        relates_to: Option<String>,
        /// The signed message that holds the fault, where the contract declares it.
        declared: Option<CallAnswer>,
    },
}

/// A call that nothing speaks against.
pub(crate) struct Accepted<'r> {
    signed: &'r SignedCall<Content>,
    operation: Operation,
    due: Due<'r>,
    /// The instant from which the message's own timestamp refuses it.
    until: Timestamp,
}

/// What there is to do for a caller whom SMDB knows, whichever way the call came.
pub(crate) struct Due<'r> {
    caller: Caller<'r>,
    schema: SchemaVersion,
    work: Work<'r>,
}

/// Decides on a call.
pub(crate) fn decide(
    smdb: &Smdb,
    request: &Request,
    now: Timestamp,
    entropy: &mut Entropy,
) -> (Answer, Vec<Fact>) {
    match judge(smdb, request, now) {
        Ok(accepted) => accept(smdb, accepted, now, entropy),
        Err(against) => {
            let decisive = against.into_iter().next().expect("something speaks against the call");
            reject(smdb, request, decisive, now, entropy)
        }
    }
}

/// What speaks against a call at `now`, the decisive reason first; there is one, if there is any.
pub(crate) fn judge<'r>(
    smdb: &'r Smdb,
    request: &'r Request,
    now: Timestamp,
) -> Result<Accepted<'r>, Vec<Rejection>> {
    let mut against = Vec::new();
    let spoken = smdb.policy().binding.soap();
    let version = request.as_ref().map_or_else(|it| it.version, |call| Some(call.version));
    if let Some(got) = version.filter(|got| *got != spoken) {
        against.push(Rejection::WrongSoapVersion { got, spoken });
    }
    let call = match request {
        Ok(call) => call,
        Err(unreadable) => return Err(with(against, Rejection::unreadable(unreadable))),
    };
    let time = *call.time.unverified();
    security::timely(smdb.policy(), time, now, &mut against);
    let token = match &call.token {
        Ok(token) => token,
        Err(refusal) => return Err(with(against, Rejection::token(smdb, refusal))),
    };
    believable(smdb, token, now, &mut against);
    let signed = match &call.message {
        Some(Ok(signed)) => signed,
        Some(Err(refusal)) => {
            let what = Excerpt::of_sentences(&refusal.to_string(), &refusal.in_danish());
            return Err(with(against, Rejection::NotHolder { what }));
        }
        None => {
            let what = Excerpt::of_sentences("there is no token", "der er intet token");
            return Err(with(against, Rejection::NotHolder { what }));
        }
    };
    security::bound(smdb, signed, &mut against);
    security::addressed(smdb, signed, &mut against);
    if replay_keys(signed).iter().any(|key| smdb.has_seen(key, now)) {
        against.push(Rejection::Replayed);
    }
    let body = match dispatch(signed) {
        Ok(body) => body,
        Err(rejection) => return Err(with(against, rejection)),
    };
    let due = judge_body(smdb, (&token.assertion).into(), body, now, against)?;
    let until = security::refused_from(smdb.policy(), time);
    Ok(Accepted { signed, operation: body.operation, due, until })
}

/// What speaks against a body, after all that spoke `against` the call that it came in; and, of a
/// caller, what there is to do. The rules of the register are the same for every way a call may come.
pub(crate) fn judge_body<'r>(
    smdb: &'r Smdb,
    caller: Caller<'r>,
    body: &'r Body,
    now: Timestamp,
    mut against: Vec<Rejection>,
) -> Result<Due<'r>, Vec<Rejection>> {
    against.extend(in_force(smdb, body.version, now).err());
    let command = match &body.command {
        Ok(command) => command,
        Err(error) => {
            let what = Excerpt::of_sentence(&error.to_string());
            return Err(with(against, Rejection::MalformedRequest { what }));
        }
    };
    against.extend(permission::permitted(caller, body.operation, command).err());
    match work::plan(smdb, command, body.version, now) {
        Ok(work) if against.is_empty() => Ok(Due { caller, schema: body.version, work }),
        Ok(_) => Err(against),
        Err(rejection) => Err(with(against, rejection)),
    }
}

fn with(mut against: Vec<Rejection>, last: Rejection) -> Vec<Rejection> {
    against.push(last);
    against
}

fn replay_keys(signed: &SignedCall<Content>) -> [ReplayKey; 2] {
    [ReplayKey::of_message_id(&signed.message_id), ReplayKey::of_signature(&signed.signature_value)]
}

/// The operation that both the action, if the call has one, and the body name.
fn dispatch(signed: &SignedCall<Content>) -> Result<&Body, Rejection> {
    let body = signed.content.as_ref().ok().and_then(|content| content.as_ref().ok());
    let action = signed.action.as_deref();
    let named = |action: &str| {
        let mut versions = SchemaVersion::ALL.iter();
        versions.find_map(|version| {
            let mut operations = Operation::ALL.iter();
            operations.find(|operation| operation.action(*version) == action)
        })
    };
    match (action, body) {
        (Some(action), Some(body)) if body.operation.action(body.version) == action => Ok(body),
        (None, Some(body)) => Ok(body),
        (Some(action), _) if named(action).is_some() => {
            let what = "the body does not hold the operation that the action names";
            Err(Rejection::MalformedRequest { what: Excerpt::of_sentence(what) })
        }
        (action, _) => {
            Err(Rejection::UnknownOperation { action: Excerpt::of(action.unwrap_or_default()) })
        }
    }
}

fn in_force(smdb: &Smdb, version: SchemaVersion, now: Timestamp) -> Result<(), Rejection> {
    let schemas = smdb.schemas();
    let in_force = schemas.at(now).copied();
    if in_force == Some(version) {
        return Ok(());
    }
    let retired = schemas.entries().find(|(at, other)| *at <= now && **other > version);
    Err(match retired {
        Some((since, _)) => Rejection::SchemaRetired { version, since, in_force },
        None => {
            let from = schemas.entries().find(|(at, other)| *at > now && **other == version);
            Rejection::SchemaNotInForce { version, from: from.map(|(at, _)| at), in_force }
        }
    })
}

fn accept(
    smdb: &Smdb,
    accepted: Accepted<'_>,
    now: Timestamp,
    entropy: &mut Entropy,
) -> (Answer, Vec<Fact>) {
    let Accepted { signed, operation, due, until } = accepted;
    let mut facts: Vec<_> = seen(signed, now, until).into();
    let version = due.schema;
    let body = carry_out(smdb, due, Notation::Xml(version), now, entropy, &mut facts);
    let answer = CallAnswer {
        message_id: addressing::message_id(entropy),
        relates_to: signed.message_id.clone(),
        action: operation.answer_action(version),
        framework: framework(smdb, signed),
        created: now,
        expires: now + smdb.policy().answer_lifetime,
        body,
    };
    (Answer::Answered(answer), facts)
}

fn reject(
    smdb: &Smdb,
    request: &Request,
    rejection: Rejection,
    now: Timestamp,
    entropy: &mut Entropy,
) -> (Answer, Vec<Fact>) {
    let claimed = match request {
        Ok(call) => call.message_id.clone(),
        Err(unreadable) => unreadable.message_id.clone(),
    };
    let relates_to = claimed.map(Claimed::into_unverified);
    let message_id = addressing::message_id(entropy);
    let body = signed_body(request);
    let said = body.zip(signed_call(request)).zip(relates_to.clone());
    let declared = said.and_then(|((body, signed), relates_to)| {
        let declared = declare(smdb, &rejection, body, &message_id, relates_to, now)?;
        Some(CallAnswer { framework: framework(smdb, signed), ..declared })
    });
    let mut facts = Vec::new();
    if rejection.rule().is_some() {
        facts.extend(once_only(smdb, request, now));
    }
    facts.extend(remembered(body, &rejection, now));
    (Answer::Rejected { rejection, message_id, relates_to, declared }, facts)
}

/// The header of Liberty's binding in an answer, where that is spoken: in the namespace of the call's.
fn framework(smdb: &Smdb, call: &SignedCall<Content>) -> Option<Framework> {
    match smdb.policy().binding {
        Binding::OioIdws => None,
        Binding::Lbsb => call.framework.as_ref().ok().copied(),
    }
}

fn signed_call(request: &Request) -> Option<&SignedCall<Content>> {
    request.as_ref().ok()?.message.as_ref()?.as_ref().ok()
}

fn signed_body(request: &Request) -> Option<&Body> {
    signed_call(request)?.content.as_ref().ok()?.as_ref().ok()
}

/// What broke a rule had passed every check of its security, and may not come again either: else it
/// could be sent once more by another when the rule no longer refuses it.
fn once_only(smdb: &Smdb, request: &Request, now: Timestamp) -> Vec<Fact> {
    let (Ok(call), Some(signed)) = (request, signed_call(request)) else { return Vec::new() };
    let until = security::refused_from(smdb.policy(), *call.time.unverified());
    seen(signed, now, until).into()
}

fn seen(signed: &SignedCall<Content>, at: Timestamp, until: Timestamp) -> [Fact; 2] {
    replay_keys(signed).map(|key| Fact::Accepted { key, at, until })
}

/// The fault that the contract declares: WCF signs it, and gives it an action of its own.
fn declare(
    smdb: &Smdb,
    rejection: &Rejection,
    body: &Body,
    message_id: &str,
    relates_to: String,
    now: Timestamp,
) -> Option<CallAnswer> {
    let fault = fault(rejection, &relates_to)?;
    let soap = smdb.policy().binding.soap();
    let detail = fault.write(body.version);
    Some(CallAnswer {
        message_id: message_id.to_owned(),
        relates_to,
        action: body.operation.fault_action(body.version),
        framework: None,
        created: now,
        expires: now + smdb.policy().answer_lifetime,
        body: ServiceFault::element(soap, ServiceFaultCode::Declared, "da", &fault.text, &detail),
    })
}

/// What the contract says of a rejection, where it declares that; `correlation` is by what the operator
/// finds the call.
pub(crate) fn fault(rejection: &Rejection, correlation: &str) -> Option<SmdbFault> {
    let violations: &[Violation] =
        if let Rejection::InvalidSubmission { violations } = rejection { violations } else { &[] };
    Some(SmdbFault {
        rule: rejection.rule()?,
        text: rejection.fault_text(),
        field: violations.iter().find(|it| it.is_error()).map(|it| it.field.clone()),
        correlation: correlation.to_owned(),
        violations: violations.to_vec(),
    })
}

/// A submission that came from whom it should and broke a rule is listed, so that its submitter can
/// ask for the list.
pub(crate) fn remembered(
    body: Option<&Body>,
    rejection: &Rejection,
    now: Timestamp,
) -> Option<Fact> {
    let Some(Ok(Command::Report(submission))) = body.map(|body| &body.command) else { return None };
    Some(Fact::Refused {
        authority: submission.authority.clone(),
        reference: submission.reference.clone(),
        version: submission.version,
        at: now,
        violations: rejection.listed()?,
    })
}
