//! Every reason to refuse, provoked from outside; which comes first; and what the caller is told.

use clock::{Span, Timeline, Timestamp};
use oio_idws::{
    Credential,
    fault::{StsFault, StsFaultCode},
    soap::MessageTime,
    trust::TokenRequest,
    uris::STS_SIGNATURE_CASE,
};
use parties::Slot;
use sim_sts::{Policy, Rejection, issue::Answer};
use stage::{Forgery, start, tampered};
use xml_security::{Document, Limits};

use crate::world::{
    ELSEWHERE, EXPIRY, NEW, NEWEST, OLD, OTHER, Reply, STAGE, TEST, World, after, client, request,
    signer, user,
};

/// A request changed before it is written, asked at `now`.
fn asked(
    world: &mut World,
    credential: &Credential,
    now: Timestamp,
    change: impl FnOnce(&mut TokenRequest),
) -> Reply {
    let mut request = request(now, world.entropy());
    change(&mut request);
    world.send(TEST, request.write(credential).unwrap().as_bytes(), now)
}

/// A request that [`OLD`] signed at the start, as text.
fn written(world: &mut World) -> String {
    request(start(), world.entropy()).write(&OLD).unwrap()
}

fn sent(world: &mut World, message: &str) -> Reply {
    world.send(TEST, message.as_bytes(), start())
}

type Provoke = fn() -> Reply;

/// By the rejection's name, the fault that the caller gets, and something that provokes it.
const PROVOKED: [(&str, StsFaultCode, Provoke); 21] = [
    ("malformed-xml", StsFaultCode::InvalidRequest, || sent(&mut World::new(), "<a")),
    ("not-soap", StsFaultCode::InvalidRequest, || sent(&mut World::new(), "<a/>")),
    ("timestamp-unreadable", StsFaultCode::InvalidRequest, || {
        let mut world = World::with_old();
        let message = tampered(&written(&mut world), "2030-03-01T08:05:00Z", "in five minutes");
        sent(&mut world, &message)
    }),
    ("timestamp-expired", StsFaultCode::ExpiredData, || {
        let past = MessageTime { created: None, expires: start() };
        asked(&mut World::with_old(), &OLD, start(), |request| request.time = past)
    }),
    ("timestamp-implausible", StsFaultCode::ExpiredData, || {
        let future = MessageTime { created: Some(after("6m")), expires: after("7m") };
        asked(&mut World::with_old(), &OLD, start(), |request| request.time = future)
    }),
    ("not-signed", StsFaultCode::FailedAuthentication, || {
        let mut world = World::with_old();
        let message = Forgery::of(&written(&mut world)).unsigned("to").sign(&OLD.key);
        sent(&mut world, &message)
    }),
    ("signature-invalid", StsFaultCode::FailedAuthentication, || {
        let mut world = World::with_old();
        let message = tampered(&written(&mut world), "saml.smdb", "saml.evil");
        sent(&mut world, &message)
    }),
    ("invalid-request", StsFaultCode::InvalidRequest, || {
        asked(&mut World::with_old(), &OLD, start(), |request| request.to = "urn:x".to_owned())
    }),
    ("case-not-offered", StsFaultCode::InvalidRequest, || {
        let bootstrap = "https://bootstrap.sts.nemlog-in.dk/".to_owned();
        asked(&mut World::with_old(), &OLD, start(), |request| request.to = bootstrap)
    }),
    ("certificate-not-yet-valid", StsFaultCode::FailedAuthentication, || {
        World::new().ask(&client(1, "3h", "1000d"), start())
    }),
    ("certificate-expired", StsFaultCode::FailedAuthentication, || {
        World::with_old().ask(&OLD, *EXPIRY)
    }),
    ("certificate-revoked", StsFaultCode::FailedAuthentication, || {
        let mut world = World::with_old();
        world.revoke(&OLD.certificate, start());
        world.ask(&OLD, after("1h"))
    }),
    ("certificate-not-trusted", StsFaultCode::FailedAuthentication, || {
        World::new().ask(&ELSEWHERE, start())
    }),
    ("revocation-unknown", StsFaultCode::RequestFailed, || {
        let mut world = World::with_old();
        world.online = false;
        world.ask(&OLD, start())
    }),
    ("not-system-certificate", StsFaultCode::FailedAuthentication, || {
        // Nobody registers companies of Sweden, but its authority could have named one.
        let (of, to) = ("NTRDK-90000001", "NTRSE-90000001");
        World::new().ask(&STAGE.issued_anew(TEST, &OLD, of, to), start())
    }),
    ("certificate-not-registered", StsFaultCode::FailedAuthentication, || {
        World::with_old().ask(&OTHER, start())
    }),
    ("certificate-not-in-force", StsFaultCode::FailedAuthentication, || {
        World::rolling().ask(&NEW, start())
    }),
    ("certificate-replaced", StsFaultCode::FailedAuthentication, || {
        let mut world = World::with_old();
        world.save(&user(), Slot::Active, &NEW.certificate, start()).unwrap();
        world.provision(&user(), TEST, start());
        world.ask(&OLD, start())
    }),
    ("unknown-service", StsFaultCode::InvalidRequest, || {
        // Names are compared as strings: a slash at the end makes another one.
        asked(&mut World::with_old(), &OLD, start(), |request| request.applies_to.push('/'))
    }),
    ("replayed", StsFaultCode::RequestFailed, || {
        let mut world = World::with_old();
        let message = written(&mut world);
        assert_eq!(sent(&mut world, &message).name(), "token");
        sent(&mut world, &message)
    }),
    ("no-signer", StsFaultCode::RequestFailed, || {
        let signers = Timeline::starting(after("1h"), signer().clone());
        let mut world = World::with(Policy::default(), &signers);
        world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
        world.provision(&user(), TEST, start());
        world.ask(&OLD, start())
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
        Rejection::NotSigned { .. } => 5,
        Rejection::SignatureInvalid { .. } => 6,
        Rejection::InvalidRequest { .. } => 7,
        Rejection::CaseNotOffered { .. } => 8,
        Rejection::CertificateNotYetValid { .. } => 9,
        Rejection::CertificateExpired { .. } => 10,
        Rejection::CertificateRevoked { .. } => 11,
        Rejection::CertificateNotTrusted { .. } => 12,
        Rejection::RevocationUnknown => 13,
        Rejection::NotSystemCertificate { .. } => 14,
        Rejection::CertificateNotRegistered => 15,
        Rejection::CertificateNotInForce { .. } => 16,
        Rejection::CertificateReplaced => 17,
        Rejection::UnknownService { .. } => 18,
        Rejection::Replayed => 19,
        Rejection::NoSigner => 20,
    }
}

#[test]
fn each_rejection_is_provoked_from_outside_and_gives_its_fault() {
    for (number, (name, code, provoke)) in PROVOKED.iter().enumerate() {
        let reply = provoke();
        let rejection = reply.rejection().unwrap_or_else(|| panic!("{name}: a token"));
        assert_eq!((rejection.name(), position(rejection)), (*name, number), "{rejection}");
        assert_eq!(rejection.fault_code(), *code);
        let document = Document::parse(&reply.bytes, &Limits::default()).unwrap();
        let fault = StsFault::read(&document).unwrap();
        assert_eq!((&*fault.code, &*fault.text), (code.name(), code.text()));
    }
}

/// The fault with its own id and that of the request made equal.
fn without_ids(reply: &Reply) -> String {
    let Answer::Rejected { message_id, relates_to, .. } = &reply.answer else { panic!("a token") };
    let relates_to = relates_to.as_deref().expect("the request could be read");
    assert_ne!(message_id, relates_to);
    reply.text().replace(message_id, "own").replace(relates_to, "asked")
}

#[test]
fn a_caller_cannot_tell_why_it_was_not_believed() {
    let faults: Vec<_> = PROVOKED
        .iter()
        .filter(|(_, code, _)| *code == StsFaultCode::FailedAuthentication)
        .map(|(name, _, provoke)| (*name, without_ids(&provoke())))
        .collect();
    let names: Vec<_> = faults.iter().map(|(name, _)| *name).collect();
    for hidden in ["certificate-expired", "certificate-revoked", "certificate-not-registered"] {
        assert!(names.contains(&hidden));
    }
    assert_eq!(faults.len(), 10);
    for (name, fault) in &faults {
        assert_eq!(*fault, faults[0].1, "{name}");
    }
}

#[test]
fn each_part_of_a_request_must_be_signed_and_unchanged() {
    let mut world = World::with_old();
    for id in ["action", "msgid", "to", "sec-ts", "sec-binsectoken", "body"] {
        let message = Forgery::of(&written(&mut world)).unsigned(id).sign(&OLD.key);
        assert_eq!(sent(&mut world, &message).name(), "not-signed", "{id}");
    }
    for (from, to) in [
        ("RST/Issue", "RST/Renew"),
        (">uuid:", ">uuid:0"),
        ("https://signature.", "https://bootstrap."),
        ("T08:05:00Z", "T08:06:00Z"),
        ("urn:uuid:", "urn:uuid:0"),
        ("https://saml.smdb.sim.invalid", "https://saml.smdb.sim.invalid/"),
    ] {
        let message = tampered(&written(&mut world), from, to);
        assert_eq!(sent(&mut world, &message).name(), "signature-invalid", "{from}");
    }
    // Another certificate in the token than the one that signed.
    let own = base64(&OLD);
    let message = tampered(&written(&mut world), &own, &base64(&OTHER));
    assert_eq!(sent(&mut world, &message).name(), "signature-invalid");
    let unknown = Forgery::of(&written(&mut world))
        .replace("<wsse:Security ", "<x xmlns=\"urn:x\"/><wsse:Security ");
    assert_eq!(sent(&mut world, &unknown.sign(&OLD.key)).name(), "not-signed");
}

/// The certificate as a message holds it.
fn base64(credential: &Credential) -> String {
    let pem = credential.certificate.to_pem();
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn a_request_is_for_what_this_sts_does() {
    let check = |expected: &str, change: fn(&mut TokenRequest)| {
        assert_eq!(asked(&mut World::with_old(), &OLD, start(), change).name(), expected);
    };
    check("token", |request| request.to = STS_SIGNATURE_CASE.trim_end_matches('/').to_owned());
    check("invalid-request", |request| request.to.push('/'));
    // What a client by the book writes: the address it sends to.
    check("invalid-request", |request| {
        request.to = "https://sts.sim.invalid/SecurityTokenService.svc".to_owned();
    });
    for case in ["bootstrap", "local"].map(|case| format!("https://{case}.sts.nemlog-in.dk")) {
        for to in [case.clone(), format!("{case}/")] {
            let reply = asked(&mut World::with_old(), &OLD, start(), |request| request.to = to);
            assert_eq!(reply.name(), "case-not-offered");
        }
    }
    check("invalid-request", |request| {
        request.action = request.action.replace("Issue", "Renew");
    });
    check("invalid-request", |request| {
        request.request_type = request.request_type.replace("Issue", "Renew");
    });
    check("invalid-request", |request| request.token_type = Some(String::new()));
    let mut world = World::with_old();
    for (from, to) in [
        (" Context=", " Text="),
        (
            "<wst:UseKey>",
            "<ActAs xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200802\"/><wst:UseKey>",
        ),
        ("<wsa:Address>", "<wsa:Address>urn:x</wsa:Address><wsa:Address>"),
    ] {
        let message = Forgery::of(&written(&mut world)).replace(from, to).sign(&OLD.key);
        assert_eq!(sent(&mut world, &message).name(), "invalid-request", "{from}");
    }
    let ambiguous = tampered(&written(&mut world), "saml.smdb.sim", "saml.smdb.sim<!-- -->");
    assert_eq!(sent(&mut world, &ambiguous).name(), "invalid-request");
}

/// A message may be wrong in many ways at once: the first in the order of the checks decides.
#[test]
fn the_first_check_that_fails_decides() {
    let mut world = World::with_old();
    world.revoke(&OLD.certificate, after("-2h"));
    world.revoke(&OTHER.certificate, after("-2h"));
    let written = |request: &TokenRequest, by: &Credential| request.write(by).unwrap();
    let fresh = request(start(), world.entropy());
    let stale =
        TokenRequest { time: MessageTime { created: None, expires: start() }, ..fresh.clone() };
    let elsewhere = TokenRequest { to: "urn:x".to_owned(), ..fresh.clone() };
    let nowhere = TokenRequest { applies_to: "urn:x".to_owned(), ..fresh.clone() };
    let mut check = |message: &str, now: Timestamp, expected: &str| {
        assert_eq!(world.send(TEST, message.as_bytes(), now).name(), expected);
    };
    let now = start();
    check(&written(&stale, &OLD).replace("S11:", "S12:"), now, "malformed-xml");
    check(&written(&stale, &OLD).replace("wsse:Security", "wsse:Safe"), now, "not-soap");
    let unsigned = |request: &TokenRequest| Forgery::of(&written(request, &OLD)).unsigned("body");
    check(&unsigned(&stale).bare(), now, "timestamp-expired");
    check(&tampered(&written(&stale, &OLD), "saml.", "evil."), now, "timestamp-expired");
    check(&unsigned(&elsewhere).sign(&OTHER.key), now, "not-signed");
    let forged = Forgery::of(&written(&elsewhere, &OLD)).sign(&OTHER.key);
    check(&forged, now, "signature-invalid");
    check(&written(&elsewhere, &ELSEWHERE), now, "invalid-request");
    check(&written(&nowhere, &ELSEWHERE), now, "certificate-not-trusted");
    check(&written(&nowhere, &OLD), now, "certificate-revoked");
    check(&written(&nowhere, &OTHER), now, "certificate-revoked");
    check(&written(&nowhere, &NEWEST), now, "certificate-not-registered");

    // Expired and revoked: the date comes first. Expired, and of the other environment: the chain.
    let late = |world: &mut World| request(*EXPIRY, world.entropy());
    let expired = late(&mut world);
    for (by, expected) in [(&OLD, "certificate-expired"), (&ELSEWHERE, "certificate-not-trusted")] {
        let message = expired.write(by).unwrap();
        assert_eq!(world.send(TEST, message.as_bytes(), *EXPIRY).name(), expected);
    }
}

#[test]
fn a_service_that_nobody_knows_is_refused_to_whoever_is_known() {
    let reply =
        asked(&mut World::with_old(), &OLD, start(), |request| request.applies_to = "x".to_owned());
    let expected = Rejection::UnknownService { applies_to: "x".to_owned() };
    assert_eq!(reply.rejection(), Some(&expected));
}

#[test]
fn a_fault_answers_what_could_be_read_of_a_request() {
    let mut world = World::new();
    let asked = request(start(), world.entropy());
    let reply = world.send(TEST, asked.write(&OLD).unwrap().as_bytes(), start());
    let relates_to = format!("<wsa:RelatesTo>{}</wsa:RelatesTo>", asked.message_id);
    assert!(reply.text().contains(&relates_to));
    // Also where the message fails before anything else of it is read.
    for (from, to) in [
        ("wsu:Timestamp", "wsu:Postmark"),
        ("T08:05:00Z", "T25:05:00Z"),
        ("wsse:Security", "wsse:Insecurity"),
        ("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"),
    ] {
        let message = tampered(&asked.write(&OLD).unwrap(), from, to);
        assert!(sent(&mut world, &message).text().contains(&relates_to), "{from}");
    }
    assert!(!sent(&mut world, "<a/>").text().contains("RelatesTo"));
}

/// A clock that is off beyond all sense is still a clock that is off. One that is more years ahead
/// than have a name makes times that are both the last one there is.
#[test]
fn an_absurd_clock_is_a_matter_of_time() {
    for (years, expected) in [
        (-9_000, "timestamp-expired"),
        (-1_000, "timestamp-expired"),
        (1_000, "timestamp-implausible"),
        (9_000, "timestamp-implausible"),
    ] {
        let skew = Span::from_days(365 * years);
        let reply = asked(&mut World::with_old(), &OLD, start(), |request| {
            request.time.created = request.time.created.map(|created| created + skew);
            request.time.expires = request.time.expires + skew;
        });
        assert_eq!(reply.name(), expected, "{years} years");
    }
}

#[test]
fn a_decision_changes_nothing_but_by_its_facts() {
    let mut world = World::with_old();
    let facts = world.facts.len();
    assert_eq!(world.ask(&OTHER, start()).name(), "certificate-not-registered");
    assert_eq!(world.facts.len(), facts, "a refusal leaves nothing behind");
    assert_eq!(world.ask(&OLD, start()).name(), "token");
    assert_eq!(world.facts.len(), facts + 1);
}
