//! Which reason to refuse comes first, and what is refused beside the one way that each is provoked in
//! `rejections.rs`.

use clock::{Span, Timeline, Timestamp};
use oio_idws::{Credential, soap::MessageTime, trust::TokenRequest, uris::STS_SIGNATURE_CASE};
use parties::{Excerpt, Slot};
use sim_sts::{
    CertificateName, Issuer, Policy, Rejection, Sts, Whereabouts,
    administration::{Privilege, Request},
};
use stage::{Forgery, start, tampered};

use crate::{
    rejections::{asked, sent, written},
    world::{
        ELSEWHERE, EXPIRY, NEWEST, OLD, OTHER, PRIVILEGE, STAGE, TEST, World, after, issuers,
        replay, request, service, signer, signers, user,
    },
};

#[test]
fn each_part_of_a_request_must_be_signed() {
    let mut world = World::with_old();
    for id in ["action", "msgid", "to", "sec-ts", "sec-binsectoken", "body"] {
        let message = Forgery::of(&written(&mut world)).unsigned(id).sign(&OLD.key);
        assert_eq!(sent(&mut world, &message).name(), "not-signed", "{id}");
    }
    let unknown = Forgery::of(&written(&mut world))
        .replace("<wsse:Security ", "<x xmlns=\"urn:x\"/><wsse:Security ");
    assert_eq!(sent(&mut world, &unknown.sign(&OLD.key)).name(), "not-signed");
}

#[test]
fn a_request_is_for_what_this_sts_does() {
    let check = |expected: &str, change: fn(&mut TokenRequest)| {
        assert_eq!(asked(&mut World::with_old(), &OLD, start(), change).name(), expected);
    };
    check("token", |request| request.to = STS_SIGNATURE_CASE.trim_end_matches('/').to_owned());
    check("unknown-case", |request| request.to.push('/'));
    // What a client by the book writes: the address it sends to.
    check("unknown-case", |request| {
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
        ("wst:RequestType>", "wst:RequestKind>"),
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
    check(&written(&elsewhere, &ELSEWHERE), now, "unknown-case");
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

/// NemLog-in as it was remembered, over other STSs.
fn over(world: &World, issuers: impl IntoIterator<Item = Issuer>) -> World {
    let mut other = world.clone();
    other.sts = Sts::new(issuers);
    replay(&mut other.sts, &world.facts);
    other
}

/// The end of the list. What is wrong with a request is told before what is wrong with the STS, and a
/// replay that would be refused anyway is refused for what it asks.
#[test]
fn service_and_approval_come_before_the_replay_and_that_before_the_signer() {
    let policy = Policy::default();
    let mut world = World::with_old();
    let message = written(&mut world);
    assert_eq!(sent(&mut world, &message).name(), "token");
    let anchors = STAGE.authority(TEST).anchors();
    let without_services = [Issuer::new(TEST, anchors, signers(), Vec::new(), policy)];
    assert_eq!(sent(&mut over(&world, without_services), &message).name(), "unknown-service");

    let late = Timeline::starting(after("1h"), signer().clone());
    let mut unsigned = over(&world, issuers(policy, &late, false));
    assert_eq!(sent(&mut unsigned, &message).name(), "replayed");
    let nowhere = asked(&mut unsigned, &OLD, start(), |it| it.applies_to = "urn:x".to_owned());
    assert_eq!(nowhere.name(), "unknown-service");
    assert_eq!(unsigned.probe(&OLD, start()), "no-signer");

    let mut approved = over(&world, issuers(policy, &signers(), true));
    assert_eq!(sent(&mut approved, &message).name(), "replayed");
    let (audience, uri) = (service(), PRIVILEGE.to_owned());
    let privilege = Privilege { environment: TEST, audience, uri };
    let withdraw = Request::WithdrawPrivilege { system_user: user(), privilege };
    approved.click(&withdraw, start()).unwrap();
    assert_eq!(sent(&mut approved, &message).name(), "not-approved");
}

/// What a WCF client by default writes.
#[test]
fn a_header_that_must_be_understood_is_refused_unless_the_rules_take_it() {
    for header in ["Action", "To"] {
        let asked = |accepts_must_understand| {
            let policy = Policy { accepts_must_understand, ..Policy::default() };
            let mut world = World::with_old_and(policy);
            let (from, to) =
                (format!("<wsa:{header} "), format!("<wsa:{header} S11:mustUnderstand=\"1\" "));
            let message = Forgery::of(&written(&mut world)).replace(&from, &to).sign(&OLD.key);
            sent(&mut world, &message)
        };
        let refused = asked(false);
        assert_eq!(refused.rejection(), Some(&Rejection::MustUnderstand { header }));
        assert!(refused.text().contains("The request was invalid or malformed"));
        let finding = refused.diagnosis.decisive().unwrap();
        for text in [&finding.got.en, &finding.got.da] {
            assert!(text.contains(header) && text.contains("mustUnderstand"), "{text}");
        }
        assert_eq!(asked(true).name(), "token");
    }
}

#[test]
fn a_service_that_nobody_knows_is_refused_to_whoever_is_known() {
    let reply =
        asked(&mut World::with_old(), &OLD, start(), |request| request.applies_to = "x".to_owned());
    let expected = Rejection::UnknownService { applies_to: Excerpt::of_name("x"), meant: None };
    assert_eq!(reply.rejection(), Some(&expected));
}

/// What a finding says ends in a journal, and whoever asks may write anything.
#[test]
fn no_personal_number_of_a_request_is_repeated() {
    let personal = "urn:010170-1234";
    type Write = fn(&mut TokenRequest);
    for (name, write) in [
        ("unknown-service", (|it| it.applies_to = "urn:010170-1234".to_owned()) as Write),
        ("unknown-case", |it| it.to = "urn:010170-1234".to_owned()),
        ("invalid-request", |it| it.token_type = Some("urn:010170-1234".to_owned())),
    ] {
        let reply = asked(&mut World::with_old(), &OLD, start(), write);
        let finding = reply.diagnosis.findings().iter().find(|it| it.cause == name);
        let shown = format!("{:?}", finding.unwrap());
        assert!(shown.contains("(withheld)") && !shown.contains(personal), "{shown}");
    }
    let saved = Rejection::CertificateNotRegistered {
        certificate: CertificateName {
            subject: Excerpt::of_name(OLD.certificate.subject()),
            serial: *OLD.certificate.serial(),
        },
        whereabouts: Whereabouts::Saved {
            system_user: "010170-1234".parse().unwrap(),
            slot: Slot::Active,
            environment: TEST,
        },
        in_force: Vec::new(),
    };
    let shown = format!("{:?}", saved.finding());
    assert!(shown.contains("(tilbageholdt)") && !shown.contains("1234"), "{shown}");
}

/// An id that happens to look like one is withheld, and what is wrong with the message is told.
#[test]
fn what_a_message_does_not_hold_is_told_without_the_number_in_it() {
    let mut world = World::with_old();
    // As long as an excerpt may be, but for the last digit.
    let message = written(&mut world);
    let (_, expires) = message.split_once("<wsu:Expires>").unwrap();
    let time = expires.find('<').unwrap();
    let halved = format!("{}0101701234</wsu:Expires></wsu:Timestamp>", "x".repeat(91 - time));
    for (from, to, name, told) in [
        ("\"#body\"", "\"#id-0101701234\"", "not-signed", "`(withheld)`"),
        ("<S11:Body", "<cpr_0101701234a/><S11:Body", "not-soap", "(withheld)"),
        (
            "</wsu:Expires></wsu:Timestamp>",
            " 0101701234</wsu:Expires></wsu:Timestamp>",
            "timestamp-unreadable",
            "`(withheld)`, which",
        ),
        ("</wsu:Expires></wsu:Timestamp>", &halved, "timestamp-unreadable", "xxx`, which"),
    ] {
        let message = tampered(&written(&mut world), from, to);
        let reply = sent(&mut world, &message);
        let got = reply.diagnosis.decisive().unwrap().got.clone();
        assert_eq!(reply.name(), name);
        assert!(got.en.contains(told) && got.en.len() > told.len(), "{got:?}");
        assert!(!format!("{:?}", reply.rejection()).contains("010170123"), "{got:?}");
    }
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
