//! What a token says, and what the answer around it says.

use std::sync::Arc;

use clock::{Span, Timestamp};
use oio_idws::{
    assertion::{Assertion, PrivilegeAttribute},
    fault::{FaultShape, StsFault},
    trust::{StsReply, TokenRequest},
};
use parties::{ClientProfile, Core, Slot};
use sim_sts::{
    Policy,
    administration::{PowerOfAttorney, Privilege, Request},
};
use stage::start;
use wsc::{
    FindBy, Settings, Trust, Wsc,
    exchange::{Action, Event, Order},
};
use xml_security::{Document, Legacy, Limits, decrypt, verify_enveloped};

use crate::world::{
    EXPIRY, NEXT_SIGNER, OLD, OTHER, PRIVILEGE, PRODUCTION, Reply, SERVICE, TEST, World, after,
    entity_id, other_user, request, service, signer, signers, user,
};

/// The assertion in an answer, which only the service can open.
fn opened(reply: &Reply) -> Assertion {
    let plain = decrypted(reply);
    let document = Document::parse(plain.as_bytes(), &Limits::default()).unwrap();
    let key = signer().certificate.public_key();
    let verified = verify_enveloped(document.root(), key, Legacy::Refuse).unwrap();
    Assertion::read(verified).unwrap()
}

/// The same as it is written.
fn decrypted(reply: &Reply) -> String {
    let token = match StsReply::read(&reply.bytes, signer().certificate.public_key()).unwrap() {
        StsReply::Token(token) => token,
        StsReply::Fault(fault) => panic!("{fault:?}"),
    };
    let element =
        Document::parse(token.encrypted_assertion.as_bytes(), &Limits::default()).unwrap();
    let data = element.root().children().next().unwrap();
    assert!(decrypt(data, &OLD.key).is_err(), "the client cannot look inside");
    String::from_utf8(decrypt(data, &SERVICE.key).unwrap().to_vec()).unwrap()
}

#[test]
fn a_client_gets_a_token_that_says_who_it_is_and_what_it_may_do() {
    let mut world = World::with_old();
    let trust = Trust {
        sts: signer().certificate.clone(),
        service: SERVICE.certificate.clone(),
        service_entity_id: service(),
        service_address: "https://smdb.sim.invalid/".to_owned(),
    };
    let mut client = Wsc::new(Settings::of(ClientProfile::NoCache), Arc::new(trust));
    client.key_store().install(OLD.clone());
    let order = Order { action: "urn:x".to_owned(), body: "<x/>".to_owned() };

    let now = start() + Span::from_millis(408);
    for event in [Event::Configure(FindBy::thumbprint_of(&OLD.certificate)), Event::TakeUp] {
        let (_, facts) = client.decide(&event, now, world.entropy());
        facts.into_iter().for_each(|fact| client.apply(fact));
    }
    let (action, facts) = client.decide(&Event::Begin(order), now, world.entropy());
    facts.into_iter().for_each(|fact| client.apply(fact));
    let message = client.write(&action, world.entropy());
    let reply = world.send(TEST, &message, now);
    let (action, _) = client.decide(&client.read(&reply.bytes), now, world.entropy());
    assert!(matches!(action, Action::CallService { .. }), "{action:?}");

    let assertion = opened(&reply);
    assert_eq!(&assertion, reply.assertion());
    assert_eq!(assertion.issuer, "https://signature.sts.nemlog-in.dk/");
    assert_eq!(assertion.subject, entity_id(&user()));
    assert_eq!(assertion.holder, OLD.certificate);
    assert_eq!(assertion.audience, service());
    assert_eq!(assertion.cvr.as_str(), "90000001");
    assert_eq!(assertion.issued_at, now);
    assert_eq!(assertion.not_before, now);
    assert_eq!(assertion.not_on_or_after, now + Span::from_hours(8));
    assert!(assertion.privileges.unwrap().hold(PRIVILEGE, &assertion.cvr));
}

#[test]
fn an_answer_repeats_what_it_answers() {
    let mut world = World::with_old();
    let asked = request(start(), world.entropy());
    let reply = world.send(TEST, asked.write(&OLD).unwrap().as_bytes(), start());
    for repeated in [
        format!("<wsa:RelatesTo wsu:Id=\"relatesto\">{}<", asked.message_id),
        format!("RequestSecurityTokenResponse Context=\"{}\"", asked.context),
        format!("<TokenType>{}<", asked.token_type.clone().unwrap()),
        "<Address>https://saml.smdb.sim.invalid<".to_owned(),
        format!("<wsa:Action wsu:Id=\"action\">{}<", asked.action),
    ] {
        assert!(reply.text().contains(&repeated), "{repeated}");
    }
    let asked = TokenRequest { token_type: None, ..request(start(), world.entropy()) };
    let reply = world.send(TEST, asked.write(&OLD).unwrap().as_bytes(), start());
    assert!(reply.text().contains("<TokenType/>"));
}

/// The timestamp of an answer spans the life of the token, unlike that of any other message.
#[test]
fn the_timestamp_of_an_answer_is_that_of_the_token() {
    let reply = World::with_old().ask(&OLD, start() + Span::from_millis(7));
    let times = "<wsu:Created>2030-03-01T08:00:00.007Z</wsu:Created>\
                 <wsu:Expires>2030-03-01T16:00:00.007Z</wsu:Expires>";
    assert!(reply.text().contains(times));
    let lifetime = ">2030-03-01T08:00:00.007Z</Created>";
    assert!(reply.text().contains(lifetime));
}

#[test]
fn a_life_between_a_minute_and_eight_hours_may_be_asked_for() {
    let hours = |hours| Span::from_hours(hours);
    let check = |asked: Option<Span>, granted: Span| {
        let mut world = World::with_old();
        let lifetime_until = asked.map(|asked| start() + asked);
        let asked = TokenRequest { lifetime_until, ..request(start(), world.entropy()) };
        let reply = world.send(TEST, asked.write(&OLD).unwrap().as_bytes(), start());
        assert_eq!(reply.assertion().not_on_or_after.since(start()), granted);
    };
    check(None, hours(8));
    check(Some(hours(2)), hours(2));
    check(Some(Span::from_minutes(1)), Span::from_minutes(1));
    check(Some(hours(8)), hours(8));
    // What the policy does not grant is not refused: it gives the policy's own life.
    check(Some(Span::from_seconds(59)), hours(8));
    check(Some(Span::ZERO), hours(8));
    check(Some(hours(-1)), hours(8));
    check(Some(hours(8) + Span::from_seconds(1)), hours(8));
}

#[test]
fn a_token_may_outlive_the_certificate_of_its_holder() {
    let last = *EXPIRY - stage::INSTANT;
    let reply = World::with_old().ask(&OLD, last);
    assert_eq!(reply.assertion().not_on_or_after, last + Span::from_hours(8));
}

#[test]
fn privileges_are_those_for_the_service_by_organisation() {
    let mut world = World::new();
    let system_user: parties::SystemUserId = "fagsystem-c".parse().unwrap();
    world.register(&system_user);
    world.approve(&system_user, TEST, &service(), "urn:a");
    world.approve(&system_user, TEST, &"https://another.invalid".parse().unwrap(), "urn:elsewhere");
    world.approve(&system_user, TEST, &service(), "urn:b");
    world.approve(&system_user, PRODUCTION, &service(), "urn:d");
    let uri = "urn:b".to_owned();
    let power = PowerOfAttorney {
        grantor: "90000002".parse().unwrap(),
        attorney: "90000001".parse().unwrap(),
        privilege: Privilege { environment: TEST, audience: service(), uri },
    };
    world.click(&Request::GivePowerOfAttorney { power }, start()).unwrap();
    world.save(&system_user, Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&system_user, TEST, start());
    let reply = world.ask(&OLD, start());
    let groups = &reply.assertion().privileges.as_ref().unwrap().groups;
    let said: Vec<_> = groups.iter().map(|group| group.privileges.join(" ")).collect();
    assert_eq!(said, ["urn:a urn:b", "urn:b"]);
}

#[test]
fn without_privileges_a_token_is_issued_that_grants_none() {
    let mut world = World::new();
    let system_user: parties::SystemUserId = "fagsystem-c".parse().unwrap();
    world.register(&system_user);
    world.save(&system_user, Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&system_user, TEST, start());
    assert_eq!(opened(&world.ask(&OLD, start())).privileges, None);
}

#[test]
fn a_token_names_the_system_user_that_has_the_certificate() {
    let mut world = World::with_old();
    world.save(&other_user(), Slot::Active, &OTHER.certificate, start()).unwrap();
    world.provision(&other_user(), TEST, start());
    assert_eq!(world.ask(&OLD, start()).assertion().subject, entity_id(&user()));
    assert_eq!(world.ask(&OTHER, start()).assertion().subject, entity_id(&other_user()));
}

#[test]
fn another_certificate_signs_from_the_instant_it_is_planned_for() {
    let rollover = after("1h");
    let mut signers = signers();
    signers.set(rollover, NEXT_SIGNER.clone());
    let mut world = World::with(Policy::default(), &signers);
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    assert_eq!(world.sts.next_change(start()), Some(rollover));
    let mut signed_by_next = |now: Timestamp| {
        let reply = world.ask(&OLD, now);
        let by = |key| StsReply::read(&reply.bytes, key).is_ok();
        let next = by(NEXT_SIGNER.certificate.public_key());
        assert_eq!(by(signer().certificate.public_key()), !next);
        next
    };
    assert!(!signed_by_next(rollover - stage::INSTANT));
    assert!(signed_by_next(rollover));
}

#[test]
fn faults_are_laid_out_as_the_policy_says() {
    let check = |fault_shape: FaultShape, envelopes: usize| {
        let mut world = World::with_policy(Policy { fault_shape, ..Policy::default() });
        let reply = world.ask(&OLD, start());
        assert_eq!(reply.text().matches(":Envelope xmlns").count(), envelopes);
        let document = Document::parse(&reply.bytes, &Limits::default()).unwrap();
        assert_eq!(StsFault::read(&document).unwrap().text, "Authentication failed");
    };
    check(FaultShape::NemLogin, 2);
    check(FaultShape::Conformant, 1);
}

#[test]
fn privileges_are_called_as_the_policy_says() {
    for privilege_attribute in PrivilegeAttribute::ALL {
        let policy = Policy { privilege_attribute, ..Policy::default() };
        let reply = World::with_old_and(policy).ask(&OLD, start());
        let name = format!(" Name=\"{}\" ", privilege_attribute.name());
        assert_eq!(decrypted(&reply).matches(&name).count(), 1);
        assert!(opened(&reply).privileges.is_some());
    }
}
