//! Every reason to refuse, provoked from outside, and what the caller is told.

use clock::Span;
use oio_idws::{assertion::Assertion, call::ServiceCall, fault::ServiceFaultCode};
use sim_smdb::{HolderCheck, Policy, Rejection, submit::Answer};
use stage::{Forgery, start, tampered};

use crate::world::{
    HOLDER, Reply, SMDB, STRANGER, STS, World, after, assertion, signed, submission, token,
};

/// What comes of submitting with a token that says this, at the start.
fn with_assertion(assertion: &Assertion) -> Reply {
    World::new().submit(assertion, &submission("sag-1"), start())
}

/// What comes of a call whose times are off by this much.
fn off_by(span: Span) -> Reply {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), submission("sag-1").write(), start());
    let call = ServiceCall { created: call.created + span, expires: call.expires + span, ..call };
    world.send(&call.write(&HOLDER).unwrap(), start())
}

fn with_token(token: String) -> Reply {
    let mut world = World::new();
    let call = world.call(token, submission("sag-1").write(), start());
    world.send(&call.write(&HOLDER).unwrap(), start())
}

type Provoke = fn() -> Reply;

/// By the rejection's name, the fault that the caller gets, and something that provokes it.
const PROVOKED: [(&str, ServiceFaultCode, Provoke); 17] = [
    ("malformed-xml", ServiceFaultCode::InvalidSecurity, || World::new().send("<a", start())),
    ("not-soap", ServiceFaultCode::InvalidSecurity, || {
        let mut world = World::new();
        let message = tampered(&world.written(start()), "o:Security", "o:Insecurity");
        world.send(&message, start())
    }),
    ("timestamp-unreadable", ServiceFaultCode::InvalidSecurity, || {
        let mut world = World::new();
        let message = tampered(&world.written(start()), "u:Expires", "u:Ends");
        world.send(&message, start())
    }),
    ("timestamp-expired", ServiceFaultCode::InvalidSecurity, || off_by(Span::from_minutes(-10))),
    ("timestamp-implausible", ServiceFaultCode::InvalidSecurity, || off_by(Span::from_minutes(6))),
    ("token-unreadable", ServiceFaultCode::InvalidSecurityToken, || {
        with_token(token(&assertion().write(&STS).unwrap(), &STRANGER.certificate))
    }),
    ("unknown-issuer", ServiceFaultCode::FailedAuthentication, || {
        with_token(token(&assertion().write(&STRANGER).unwrap(), &SMDB.certificate))
    }),
    ("token-invalid", ServiceFaultCode::FailedAuthentication, || {
        let changed = tampered(&assertion().write(&STS).unwrap(), "fagsystem-a", "fagsystem-b");
        with_token(token(&changed, &SMDB.certificate))
    }),
    ("token-not-yet-valid", ServiceFaultCode::FailedAuthentication, || {
        with_assertion(&Assertion { not_before: after("1s"), ..assertion() })
    }),
    ("token-expired", ServiceFaultCode::FailedAuthentication, || {
        with_assertion(&Assertion { not_on_or_after: start(), ..assertion() })
    }),
    ("wrong-audience", ServiceFaultCode::FailedAuthentication, || {
        // Names are compared as strings: a slash at the end makes another one.
        let audience = "https://saml.smdb.sim.invalid/".parse().unwrap();
        with_assertion(&Assertion { audience, ..assertion() })
    }),
    ("holder-certificate-expired", ServiceFaultCode::FailedAuthentication, || {
        let holder_certificate = HolderCheck::Validity;
        let policy = Policy { holder_certificate, ..Policy::default() };
        World::with_policy(policy).submit(&assertion(), &submission("sag-1"), after("2h"))
    }),
    ("not-holder", ServiceFaultCode::InvalidSecurity, || {
        let mut world = World::new();
        let message = Forgery::of(&world.written(start())).sign(&STRANGER.key);
        world.send(&message, start())
    }),
    ("replayed", ServiceFaultCode::InvalidSecurity, || {
        let mut world = World::new();
        let message = world.written(start());
        assert_eq!(world.send(&message, start()).name(), "received");
        world.send(&message, start())
    }),
    ("unknown-operation", ServiceFaultCode::Declared, || {
        let mut world = World::new();
        let call = world.call(signed(&assertion()), submission("sag-1").write(), start());
        let call = ServiceCall { action: "urn:sim:smdb:2025-07/Ping".to_owned(), ..call };
        world.send(&call.write(&HOLDER).unwrap(), start())
    }),
    ("malformed-submission", ServiceFaultCode::Declared, || {
        World::new().submit_body("<Andet/>".to_owned())
    }),
    ("missing-privilege", ServiceFaultCode::Declared, || {
        with_assertion(&Assertion { privileges: None, ..assertion() })
    }),
];

/// A rejection that is added must be provoked above too.
const fn position(rejection: &Rejection) -> usize {
    match rejection {
        Rejection::MalformedXml { .. } => 0,
        Rejection::NotSoap { .. } => 1,
        Rejection::TimestampUnreadable { .. } => 2,
        Rejection::TimestampExpired { .. } => 3,
        Rejection::TimestampImplausible { .. } => 4,
        Rejection::TokenUnreadable { .. } => 5,
        Rejection::UnknownIssuer => 6,
        Rejection::TokenInvalid { .. } => 7,
        Rejection::TokenNotYetValid { .. } => 8,
        Rejection::TokenExpired { .. } => 9,
        Rejection::WrongAudience { .. } => 10,
        Rejection::HolderCertificateExpired { .. } => 11,
        Rejection::NotHolder { .. } => 12,
        Rejection::Replayed => 13,
        Rejection::UnknownOperation { .. } => 14,
        Rejection::MalformedSubmission { .. } => 15,
        Rejection::MissingPrivilege { .. } => 16,
    }
}

#[test]
fn each_rejection_is_provoked_from_outside_and_gives_its_fault() {
    for (number, (name, code, provoke)) in PROVOKED.iter().enumerate() {
        let reply = provoke();
        let rejection = reply.rejection().unwrap_or_else(|| panic!("{name}: received"));
        assert_eq!((rejection.name(), position(rejection)), (*name, number), "{rejection}");
        assert_eq!(rejection.fault_code(), *code, "{name}");
        let fault = reply.fault();
        assert_eq!((&*fault.code, fault.text), (code.name(), rejection.fault_text()));
    }
}

/// As a WCF service words it: the same for every breach of the message's security, and the same for
/// every token that does not hold.
#[test]
fn a_breach_of_security_is_not_explained() {
    for (name, code, provoke) in PROVOKED {
        let text = match code {
            ServiceFaultCode::InvalidSecurity => {
                "An error occurred when verifying security for the message."
            }
            ServiceFaultCode::FailedAuthentication => {
                "At least one security token in the message could not be validated."
            }
            ServiceFaultCode::InvalidSecurityToken => {
                "An error occurred when processing the security tokens in the message."
            }
            ServiceFaultCode::DestinationUnreachable
            | ServiceFaultCode::ActionNotSupported
            | ServiceFaultCode::Declared => continue,
        };
        assert_eq!(provoke().fault().text, text, "{name}");
    }
}

#[test]
fn a_fault_names_the_call_that_it_answers_and_leaves_nothing_behind() {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), "<Andet/>".to_owned(), start());
    let reply = world.send(&call.write(&HOLDER).unwrap(), start());
    let Answer::Rejected { message_id, relates_to, .. } = &reply.answer else { panic!("received") };
    assert_eq!(relates_to.as_ref(), Some(&call.message_id));
    let text = String::from_utf8(reply.bytes).unwrap();
    assert!(text.contains(&format!("<a:MessageID>{message_id}</a:MessageID>")));
    assert!(text.contains(&format!("<a:RelatesTo>{}</a:RelatesTo>", call.message_id)));
    assert!(world.facts.is_empty() && world.smdb.ledger().is_empty());
}

#[test]
fn a_fault_names_also_a_call_that_fails_before_it_is_read() {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), submission("sag-1").write(), start());
    let relates_to = format!("<a:RelatesTo>{}</a:RelatesTo>", call.message_id);
    for (from, to) in [
        ("u:Timestamp", "u:Postmark"),
        ("o:Security", "o:Insecurity"),
        ("www.w3.org/2003/05/soap-envelope", "schemas.xmlsoap.org/soap/envelope/"),
    ] {
        let message = tampered(&call.write(&HOLDER).unwrap(), from, to);
        let reply = world.send(&message, start());
        assert!(String::from_utf8(reply.bytes).unwrap().contains(&relates_to), "{from}");
    }
}

/// A call may be wrong in many ways at once: the first in the order of the checks decides.
#[test]
fn the_first_check_that_fails_decides() {
    let mut world = World::new();
    let expired = Assertion { not_on_or_after: start(), ..assertion() };
    let elsewhere = Assertion { audience: "urn:x".parse().unwrap(), ..expired.clone() };
    let unprivileged = Assertion { privileges: None, ..assertion() };
    let mut check =
        |token: &str, body: &str, change: fn(ServiceCall) -> ServiceCall, by, expected| {
            let call = change(world.call(token.to_owned(), body.to_owned(), start()));
            let message = call.write(by).unwrap();
            assert_eq!(world.send(&message, start()).name(), expected);
        };
    let same = |call| call;
    let old = |call| ServiceCall { expires: after("-5m"), ..call };
    let other = |call| ServiceCall { action: "urn:x".to_owned(), ..call };
    let foreign = token(&elsewhere.write(&STRANGER).unwrap(), &SMDB.certificate);
    let unreadable = token("<a/>", &SMDB.certificate);
    let body = submission("sag-1").write();
    check(&unreadable, &body, old, &STRANGER, "timestamp-expired");
    check(&unreadable, &body, same, &STRANGER, "token-unreadable");
    check(&foreign, &body, same, &STRANGER, "unknown-issuer");
    check(&signed(&elsewhere), &body, same, &STRANGER, "token-expired");
    let elsewhere = Assertion { not_on_or_after: after("8h"), ..elsewhere };
    check(&signed(&elsewhere), &body, same, &STRANGER, "wrong-audience");
    check(&signed(&unprivileged), "<Andet/>", other, &STRANGER, "not-holder");
    check(&signed(&unprivileged), "<Andet/>", other, &HOLDER, "unknown-operation");
    check(&signed(&unprivileged), "<Andet/>", same, &HOLDER, "malformed-submission");
    check(&signed(&unprivileged), &body, same, &HOLDER, "missing-privilege");
}
