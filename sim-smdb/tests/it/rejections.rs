//! Every reason to refuse, provoked from outside, and what the caller is told.
//!
//! [`provoke`] is a match over every cause without a wildcard: a rejection that is added and not
//! provoked here does not compile.

use clock::{Span, Timeline};
use oio_idws::{assertion::Assertion, call::ServiceCall, fault::ServiceFaultCode};
use parties::{Environment, Role};
use pki::{RevocationReason, Revoked};
use sim_smdb::{
    Cause, Configuration, Fact, HolderCheck, MeantFor, Policy, Rejection,
    call::Answer,
    contract::{Annul, Fetch, Operation, Submission},
    course::{Course, Details},
    schema::SchemaVersion,
};
use stage::{
    Forgery,
    attack::{cut, replaced},
    start, tampered,
};

use crate::{
    lbsb,
    world::{
        HOLDER, Reply, SMDB, STAGE, STRANGER, STS, World, after, assertion, code, configuration,
        course, cvr, date, kept, signed, submission, token, written,
    },
};

/// What comes of submitting with a token that says this, at the start.
fn with_assertion(assertion: &Assertion) -> Reply {
    World::new().submit(assertion, &submission("sag-1"), start())
}

/// What comes of a call that is changed before it is signed.
fn with_call(change: impl FnOnce(ServiceCall) -> ServiceCall) -> Reply {
    let mut world = World::new();
    let call = change(world.call(signed(&assertion()), written(&submission("sag-1")), start()));
    world.send(&call.write(&HOLDER).unwrap(), start())
}

/// What comes of a call whose times are off by this much.
fn off_by(span: Span) -> Reply {
    with_call(|call| ServiceCall {
        created: call.created + span,
        expires: call.expires + span,
        ..call
    })
}

fn with_token(token: String) -> Reply {
    with_call(|call| ServiceCall { encrypted_assertion: token, ..call })
}

/// Where SMDB looks at the certificate in the token.
fn strict(holder_certificate: HolderCheck) -> World {
    World::with_policy(Policy { holder_certificate, ..Policy::default() })
}

/// What comes of submitting in turn, the last time.
fn submitted(submissions: &[Submission]) -> Reply {
    let mut world = World::new();
    let submit = |it: &Submission| world.submit(&assertion(), it, start());
    submissions.iter().map(submit).last().unwrap()
}

fn in_version(version: u32, outcome: &str) -> Submission {
    let details = Details { outcome: Some(code(outcome)), ..course().details };
    Submission { version, course: Course { details, ..course() }, ..submission("sag-1") }
}

/// Brings a rejection about, by bytes alone.
fn provoke(cause: Cause) -> Reply {
    match cause {
        Cause::MalformedXml => World::new().send("<a", start()),
        Cause::NotSoap => {
            let mut world = World::new();
            let message = tampered(&world.written(start()), "o:Security", "o:Insecurity");
            world.send(&message, start())
        }
        Cause::WrongSoapVersion => {
            let mut world = lbsb::world();
            let message = world.written(start());
            world.send(&message, start())
        }
        Cause::FrameworkMissing => {
            lbsb::forged(|it| it.replace("\"urn:liberty:sb\"", "\"urn:liberty\""))
        }
        Cause::FrameworkMismatch => {
            lbsb::forged(|it| it.replace(" version=\"2.0\"", " version=\"1.1\""))
        }
        Cause::ActionMissing => lbsb::forged(lbsb::without_action),
        Cause::TimestampUnreadable => {
            let mut world = World::new();
            let message = tampered(&world.written(start()), "u:Expires", "u:Ends");
            world.send(&message, start())
        }
        Cause::TimestampExpired => off_by(Span::from_minutes(-10)),
        Cause::TimestampImplausible => off_by(Span::from_minutes(6)),
        Cause::TimestampTooOld => {
            with_call(|call| ServiceCall { created: after("-10m"), expires: after("1h"), ..call })
        }
        Cause::TokenMissing => {
            let mut world = World::new();
            let message = world.written(start());
            let token = cut(&message, "<EncryptedAssertion", "</EncryptedAssertion>");
            world.send(&replaced(&message, token, ""), start())
        }
        Cause::TokenMalformed => with_token(token("<a/>", &SMDB.certificate)),
        Cause::TokenUnreadable => {
            with_token(token(&assertion().write(&STS).unwrap(), &STRANGER.certificate))
        }
        Cause::UnknownIssuer => {
            with_token(token(&assertion().write(&STRANGER).unwrap(), &SMDB.certificate))
        }
        Cause::TokenInvalid => {
            let changed = tampered(&assertion().write(&STS).unwrap(), "fagsystem-a", "fagsystem-b");
            with_token(token(&changed, &SMDB.certificate))
        }
        Cause::TokenNotYetValid => {
            with_assertion(&Assertion { not_before: after("1s"), ..assertion() })
        }
        Cause::TokenExpired => {
            with_assertion(&Assertion { not_on_or_after: start(), ..assertion() })
        }
        Cause::WrongAudience => {
            // Names are compared as strings: a slash at the end makes another one.
            let audience = "https://saml.smdb.sim.invalid/".parse().unwrap();
            with_assertion(&Assertion { audience, ..assertion() })
        }
        Cause::HolderCertificateNotYetValid => {
            let early = Assertion { not_before: after("-60d"), ..assertion() };
            strict(HolderCheck::Validity).submit_early(&early)
        }
        Cause::HolderCertificateExpired => {
            strict(HolderCheck::Validity).submit(&assertion(), &submission("sag-1"), after("2h"))
        }
        Cause::HolderCertificateRevoked => {
            let mut world = strict(HolderCheck::ValidityAndRevocation);
            let message = world.written(start());
            world.send_informed(&message, start(), |now| {
                let serial = *HOLDER.certificate.serial();
                let reason = RevocationReason::KeyCompromise;
                let revoked = Revoked { serial, at: after("-1h"), reason };
                STAGE.authority(Environment::IntegrationTest).revocation_list(
                    1,
                    now,
                    now + Span::from_days(1),
                    &[revoked],
                )
            })
        }
        Cause::RevocationUnknown => {
            let mut world = strict(HolderCheck::ValidityAndRevocation);
            let message = world.written(start());
            world.send(&message, start())
        }
        Cause::NotHolder => {
            let mut world = World::new();
            let message = Forgery::of(&world.written(start())).sign(&STRANGER.key);
            world.send(&message, start())
        }
        Cause::WrongAddress => {
            with_call(|call| ServiceCall { to: "https://andet.invalid/".to_owned(), ..call })
        }
        Cause::Replayed => {
            let mut world = World::new();
            let message = world.written(start());
            assert_eq!(world.send(&message, start()).name(), "answered");
            world.send(&message, start())
        }
        Cause::UnknownOperation => {
            with_call(|call| ServiceCall { action: "urn:sim:smdb:2025-07/Slet".to_owned(), ..call })
        }
        Cause::SchemaRetired => {
            let (old, operation) = (SchemaVersion::V2025_01, Operation::Report);
            with_call(|call| ServiceCall {
                action: operation.action(old),
                body: submission("sag-1").write(old),
                ..call
            })
        }
        Cause::SchemaNotInForce => {
            let schemas = Timeline::starting(after("-1d"), SchemaVersion::V2025_01);
            World::with(Configuration { schemas, ..configuration() }).submit(
                &assertion(),
                &submission("sag-1"),
                start(),
            )
        }
        Cause::MalformedRequest => World::new().submit_body("<Andet/>".to_owned()),
        Cause::ForeignAuthority => {
            let other = Submission { authority: cvr("90000002"), ..submission("sag-1") };
            submitted(&[other])
        }
        Cause::MissingPrivilege => with_assertion(&Assertion { privileges: None, ..assertion() }),
        Cause::ConflictingResend => submitted(&[in_version(1, "ANDANT"), in_version(1, "FRI")]),
        Cause::OutdatedVersion => submitted(&[in_version(2, "ANDANT"), in_version(1, "ANDANT")]),
        Cause::CourseAnnulled => {
            let mut world = World::new();
            let id = world.submit(&assertion(), &submission("sag-1"), start()).receipt().id;
            let annul = Annul { authority: cvr("90000001"), id, reason: code("fejl") };
            let reply = world.ask(Operation::Annul, annul.write(SchemaVersion::LATEST), start());
            assert_eq!(reply.name(), "answered");
            world.submit(&assertion(), &in_version(2, "ANDANT"), start())
        }
        Cause::InvalidSubmission => {
            let details = Details { requested_on: date("2030-03-02"), ..course().details };
            let course = Course { details, ..course() };
            submitted(&[Submission { course, ..submission("sag-1") }])
        }
        Cause::NotFound => {
            let fetch = Fetch { authority: cvr("90000001"), id: "ukendt".to_owned() };
            World::new().ask(Operation::Fetch, fetch.write(SchemaVersion::LATEST), start())
        }
    }
}

impl World {
    /// Submits before the holder's certificate begins.
    fn submit_early(&mut self, assertion: &Assertion) -> Reply {
        let mut early = self.clone();
        let sts = Timeline::starting(after("-90d"), vec![STS.certificate.clone()]);
        let policy = *self.smdb.policy();
        early.smdb = sim_smdb::Smdb::new(Configuration { sts, policy, ..configuration() });
        early.submit(assertion, &submission("sag-1"), after("-31d"))
    }
}

#[test]
fn each_rejection_is_provoked_from_outside_and_gives_its_fault() {
    for cause in Rejection::ALL {
        let reply = provoke(*cause);
        let rejection = reply.rejection().unwrap_or_else(|| panic!("{cause:?}: answered"));
        assert_eq!(rejection.cause(), *cause, "{rejection}");
        let name: &str = cause.into();
        assert_eq!((rejection.name(), reply.name()), (name, name));
        let (fault, code) = (reply.fault(), rejection.fault_code());
        assert_eq!((&*fault.code, fault.text), (code.name(), rejection.fault_text()), "{cause:?}");
    }
}

/// As a WCF service words it: the same for every breach of the message's security, and the same for
/// every token that does not hold.
#[test]
fn a_breach_of_security_is_not_explained() {
    for cause in Rejection::ALL {
        let reply = provoke(*cause);
        let text = match reply.rejection().unwrap().fault_code() {
            ServiceFaultCode::InvalidSecurity => {
                "An error occurred when verifying security for the message."
            }
            ServiceFaultCode::FailedAuthentication => {
                "At least one security token in the message could not be validated."
            }
            ServiceFaultCode::InvalidSecurityToken => {
                "An error occurred when processing the security tokens in the message."
            }
            ServiceFaultCode::DestinationUnreachable => {
                "The message with To 'https://andet.invalid/' cannot be processed at the receiver, \
                 due to an AddressFilter mismatch at the EndpointDispatcher.  Check that the sender \
                 and receiver's EndpointAddresses agree."
            }
            ServiceFaultCode::ActionNotSupported => {
                "The message with Action 'urn:sim:smdb:2025-07/Slet' cannot be processed at the \
                 receiver, due to a ContractFilter mismatch at the EndpointDispatcher. This may be \
                 because of either a contract mismatch (mismatched Actions between sender and \
                 receiver) or a binding/security mismatch between the sender and the receiver.  \
                 Check that sender and receiver have the same contract and the same binding \
                 (including security requirements, e.g. Message, Transport, None)."
            }
            ServiceFaultCode::MessageAddressingHeaderRequired => {
                "A required header representing a Message Addressing Property is not present"
            }
            ServiceFaultCode::FrameworkVersionMismatch if *cause == Cause::FrameworkMissing => {
                "The required sbf:Framework header is not present."
            }
            ServiceFaultCode::FrameworkVersionMismatch => {
                "The sbf:Framework header cannot be processed at the receiver: the header \
                 `Framework` is of version `1.1`."
            }
            ServiceFaultCode::Declared => continue,
        };
        assert_eq!(reply.fault().text, text, "{cause:?}");
    }
}

/// A fault that the contract declares is signed, and says in its detail which rule is broken.
#[test]
fn a_declared_fault_is_signed_and_explains_itself() {
    for cause in Rejection::ALL {
        let reply = provoke(*cause);
        let Answer::Rejected { rejection, relates_to, declared, .. } = &reply.answer else {
            panic!("{cause:?}: answered")
        };
        let is_declared = rejection.fault_code() == ServiceFaultCode::Declared;
        assert_eq!(rejection.rule().is_some(), is_declared, "{cause:?}");
        if *cause == Cause::MalformedRequest {
            // The body is nothing that has a version: no fault of the contract could be written.
            continue;
        }
        assert_eq!(declared.is_some(), is_declared, "{cause:?}");
        if is_declared {
            let fault = reply.declared();
            assert_eq!(Some(fault.rule), rejection.rule());
            assert_eq!(Some(fault.correlation), *relates_to);
            assert_eq!(fault.text, rejection.fault_text());
            assert!(declared.as_ref().unwrap().action.ends_with("SmdbFaultFault"));
        }
    }
}

#[test]
fn what_the_contract_does_not_declare_goes_unsigned_and_in_clear() {
    let mut undeclared = Vec::new();
    for cause in Rejection::ALL {
        let reply = provoke(*cause);
        if reply.rejection().unwrap().fault_code() == ServiceFaultCode::Declared {
            continue;
        }
        undeclared.push(*cause);
        let text = reply.text();
        for namespace in ["http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmlenc#"]
        {
            assert!(!text.contains(namespace), "{cause:?}: {text}");
        }
        assert_eq!(reply.fault().text, reply.rejection().unwrap().fault_text(), "{cause:?}");
    }
    for cause in [Cause::WrongAddress, Cause::UnknownOperation, Cause::FrameworkMissing] {
        assert!(undeclared.contains(&cause), "{cause:?}");
    }
}

/// Nothing is remembered of what is refused, but that a submission broke a rule, and that a message
/// came whose security held.
#[test]
fn what_is_refused_leaves_nothing_behind_but_a_line_on_the_list_of_errors() {
    for cause in Rejection::ALL {
        let reply = provoke(*cause);
        let listed = matches!(
            cause,
            Cause::InvalidSubmission
                | Cause::ConflictingResend
                | Cause::OutdatedVersion
                | Cause::CourseAnnulled
        );
        let refused = reply.facts.iter().filter(|it| matches!(it, Fact::Refused { .. })).count();
        let seen = reply.facts.iter().filter(|it| matches!(it, Fact::Accepted { .. })).count();
        let secure = reply.rejection().unwrap().rule().is_some();
        let expected = (usize::from(listed), 2 * usize::from(secure));
        assert_eq!((refused, seen), expected, "{cause:?}");
        assert_eq!(reply.facts.len(), refused + seen, "{cause:?}");
    }
}

#[test]
fn a_fault_names_the_call_that_it_answers() {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), "<Andet/>".to_owned(), start());
    let reply = world.send(&call.write(&HOLDER).unwrap(), start());
    let Answer::Rejected { message_id, relates_to, .. } = &reply.answer else { panic!("answered") };
    assert_eq!(relates_to.as_ref(), Some(&call.message_id));
    let text = reply.text();
    assert!(text.contains(&format!("<a:MessageID>{message_id}</a:MessageID>")));
    assert!(text.contains(&format!("<a:RelatesTo>{}</a:RelatesTo>", call.message_id)));
}

#[test]
fn a_fault_names_also_a_call_that_fails_before_it_is_read() {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), written(&submission("sag-1")), start());
    let relates_to = format!("<a:RelatesTo>{}</a:RelatesTo>", call.message_id);
    for (from, to) in [
        ("u:Timestamp", "u:Postmark"),
        ("o:Security", "o:Insecurity"),
        ("www.w3.org/2003/05/soap-envelope", "schemas.xmlsoap.org/soap/envelope/"),
    ] {
        let message = tampered(&call.write(&HOLDER).unwrap(), from, to);
        let reply = world.send(&message, start());
        assert!(reply.text().contains(&relates_to), "{from}");
    }
}

/// A call may be wrong in many ways at once: the first in the order of the checks decides, and the
/// diagnosis names all that could still be judged.
#[test]
fn the_first_check_that_fails_decides() {
    let mut world = World::new();
    let expired = Assertion { not_on_or_after: start(), ..assertion() };
    let elsewhere = Assertion { audience: "urn:x".parse().unwrap(), ..expired.clone() };
    let unprivileged = Assertion { privileges: None, ..assertion() };
    let mut check =
        |token: &str, body: &str, change: fn(ServiceCall) -> ServiceCall, by, expected: &[&str]| {
            let call = change(world.call(token.to_owned(), body.to_owned(), start()));
            let message = call.write(by).unwrap();
            assert_eq!(world.send(&message, start()).against(), expected);
        };
    let same = |call| call;
    let old = |call| ServiceCall { expires: after("-5m"), ..call };
    let other = |call| ServiceCall { action: "urn:x".to_owned(), ..call };
    let astray = |call| ServiceCall { to: "urn:x".to_owned(), ..call };
    let foreign = token(&elsewhere.write(&STRANGER).unwrap(), &SMDB.certificate);
    let malformed = token("<a/>", &SMDB.certificate);
    let late = Details { requested_on: date("2030-03-02"), ..course().details };
    let invalid = Submission { course: Course { details: late, ..course() }, ..submission("x") };
    let (body, invalid) = (written(&submission("sag-1")), written(&invalid));
    let timestamp = ["timestamp-expired", "timestamp-implausible"];
    let rest = ["missing-privilege", "invalid-submission"];
    check(&malformed, &body, old, &STRANGER, &[&timestamp[..], &["token-malformed"]].concat());
    check(&malformed, &body, same, &STRANGER, &["token-malformed"]);
    check(&foreign, &body, same, &STRANGER, &["unknown-issuer"]);
    let elsewhere = signed(&elsewhere);
    check(&elsewhere, &body, same, &STRANGER, &["token-expired", "wrong-audience", "not-holder"]);
    check(&signed(&unprivileged), "<Andet/>", other, &STRANGER, &["not-holder"]);
    check(&signed(&unprivileged), "<Andet/>", other, &HOLDER, &["unknown-operation"]);
    check(&signed(&unprivileged), "<Andet/>", same, &HOLDER, &["malformed-request"]);
    check(&signed(&unprivileged), &invalid, same, &HOLDER, &rest);
    let all = [&timestamp[..], &rest].concat();
    check(&signed(&unprivileged), &invalid, old, &HOLDER, &all);
    check(&signed(&assertion()), &body, astray, &HOLDER, &["wrong-address"]);
}

/// The end of the order: the address before the replay, and the version before the privilege.
#[test]
fn the_later_checks_have_an_order_too() {
    let mut world = World::new();
    let message = world.written(start());
    assert_eq!(world.send(&message, start()).name(), "answered");
    // It moved meanwhile, and remembers what it received.
    let address = "https://andet.invalid/".to_owned();
    let mut moved = World::with(Configuration { address, ..configuration() });
    world.facts.iter().for_each(|fact| parties::Core::apply(&mut moved.smdb, kept(fact)));
    assert_eq!(moved.send(&message, start()).against(), ["wrong-address", "replayed"]);
    // Sent once more, with an operation that there is not: the replay decides.
    let mut world = World::new();
    let call = world.call(signed(&assertion()), written(&submission("sag-1")), start());
    assert_eq!(world.send(&call.write(&HOLDER).unwrap(), start()).name(), "answered");
    let call = ServiceCall { action: "urn:x".to_owned(), ..call };
    let reply = world.send(&call.write(&HOLDER).unwrap(), start());
    assert_eq!(reply.against(), ["replayed", "unknown-operation"]);
    // A version that is retired, without the privilege for any.
    let unprivileged = signed(&Assertion { privileges: None, ..assertion() });
    let old = SchemaVersion::V2025_01;
    let call = world.call(unprivileged, submission("sag-2").write(old), start());
    let call = ServiceCall { action: Operation::Report.action(old), ..call };
    let reply = world.send(&call.write(&HOLDER).unwrap(), start());
    assert_eq!(reply.against(), ["schema-retired", "missing-privilege"]);
}

/// Two environments mixed up, a certificate of SMDB that was replaced, a token that somebody changed: the key opens none
/// of them, and it is somebody else who must act.
#[test]
fn a_token_that_cannot_be_opened_is_told_by_whom_it_is_for() {
    let elsewhere =
        STAGE.system(Environment::Production, "skift SMDB", 1, after("-30d")..after("1000d"));
    let written = assertion().write(&STS).unwrap();
    let for_us = token(&written, &SMDB.certificate);
    // Cut at its end, so that no block of it is whole.
    let end = for_us.rfind("</xenc:CipherValue>").unwrap();
    let cut_short = [&for_us[..end - 4], &for_us[end..]].concat();
    let told = with_token(token("no XML", &STRANGER.certificate)).fault().text;
    let unnamed = token(&written, &STRANGER.certificate).replace("Skift Simulator", "Somebody");
    for (token, expected, who, what) in [
        (
            token(&written, &elsewhere.certificate),
            MeantFor::Elsewhere(Environment::Production),
            Role::Vendor,
            "are of two environments",
        ),
        (
            token(&written, &STRANGER.certificate),
            MeantFor::AnotherCertificate,
            Role::ServiceOwner,
            "after a swap",
        ),
        (cut_short, MeantFor::ThisOne, Role::Vendor, "octet for octet"),
        (unnamed, MeantFor::Unsaid, Role::ServiceOwner, "See whether your addresses"),
    ] {
        let reply = with_token(token);
        let Some(Rejection::TokenUnreadable { meant, .. }) = reply.rejection() else {
            panic!("{:?}", reply.rejection())
        };
        assert_eq!(*meant, expected);
        let finding = reply.diagnosis.decisive().unwrap();
        assert_eq!(finding.who, who);
        assert!(finding.what.en.contains(what), "{finding:?}");
        // The caller learns nothing of it.
        assert_eq!(reply.fault().text, told, "{expected:?}");
    }
}

/// The right address is told, and how skift is given another host.
#[test]
fn the_finding_of_a_wrong_address_names_the_right_one() {
    let ours = sim_smdb::contract::ADDRESS;
    let host = ours.split('/').nth(2).unwrap();
    let elsewhere = format!("https://{host}/other");
    let shouted = format!("https://{}/SmdbService.svc", host.to_uppercase());
    for (to, other_host) in
        [("https://127.0.0.1/SmdbService.svc", true), (&*elsewhere, false), (&*shouted, false)]
    {
        let reply = with_call(|call| ServiceCall { to: to.to_owned(), ..call });
        let finding = reply.diagnosis.decisive().unwrap();
        assert_eq!((&*finding.cause, &*finding.expected.en), ("wrong-address", ours));
        for text in [&finding.what.en, &finding.what.da] {
            assert_eq!(text.contains("`--host`"), other_host, "{finding:?}");
        }
    }
}
