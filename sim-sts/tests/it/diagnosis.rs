//! Everything that speaks against one request, told beside the wire.

use clock::{Span, Timestamp};
use oio_idws::{Credential, soap::MessageTime, trust::TokenRequest};
use parties::{Role, Slot};
use sim_sts::{
    Issuer, Lookup, Policy, Service, Sts,
    administration::{IssuerCheck, Policy as Rules, Request},
};
use stage::{Forgery, start, tampered};

use crate::{
    rejections::{sent, written},
    world::{
        ELSEWHERE, EXPIRY, NEW, OLD, OTHER, Reply, SERVICE, STAGE, TEST, World, after, request,
        signers, user,
    },
};

fn causes(reply: &Reply) -> Vec<&str> {
    reply.diagnosis.findings().iter().map(|finding| &*finding.cause).collect()
}

fn asked(
    world: &mut World,
    by: &Credential,
    now: Timestamp,
    change: impl FnOnce(&mut TokenRequest),
) -> Reply {
    let mut request = request(now, world.entropy());
    change(&mut request);
    world.send(TEST, request.write(by).unwrap().as_bytes(), now)
}

#[test]
fn nothing_speaks_against_a_request_that_is_granted() {
    let reply = World::with_old().ask(&OLD, start());
    assert_eq!(reply.name(), "token");
    assert_eq!(reply.diagnosis.findings(), []);
}

#[test]
fn what_could_still_be_judged_is_told_too() {
    let past = |request: &mut TokenRequest| {
        request.time = MessageTime { created: None, expires: start() };
    };
    let reply = asked(&mut World::with_old(), &OTHER, start(), past);
    assert_eq!(causes(&reply), ["timestamp-expired", "certificate-not-registered"]);

    let reply = asked(&mut World::with_old(), &ELSEWHERE, *EXPIRY, |request| {
        request.applies_to.push('/');
    });
    let expected = [
        "certificate-not-trusted",
        "certificate-expired",
        "certificate-not-registered",
        "unknown-service",
    ];
    assert_eq!(causes(&reply), expected);

    let mut world = World::with_old();
    world.revoke(&OLD.certificate, start());
    let reply = world.ask(&OLD, *EXPIRY);
    assert_eq!(causes(&reply), ["certificate-expired", "certificate-revoked"]);
}

/// What nobody signed is claimed only, and serves here: whose message was it meant to be?
#[test]
fn a_message_that_is_not_signed_is_judged_by_the_certificate_it_claims() {
    let mut world = World::with_old();
    let message = tampered(&written(&mut world), "saml.smdb", "saml.evil");
    assert_eq!(causes(&sent(&mut world, &message)), ["signature-invalid"]);
    let message = request(start(), world.entropy()).write(&NEW).unwrap();
    let message = Forgery::of(&message).unsigned("to").sign(&NEW.key);
    let reply = sent(&mut world, &message);
    assert_eq!(causes(&reply), ["not-signed", "certificate-not-registered"]);
}

#[test]
fn a_replay_is_told_beside_what_came_between() {
    let mut world = World::with_old();
    let message = written(&mut world);
    assert_eq!(sent(&mut world, &message).name(), "token");
    world.revoke(&OLD.certificate, after("-2h"));
    let reply = world.send(TEST, message.as_bytes(), after("1m"));
    assert_eq!(causes(&reply), ["replayed"], "the list at hand does not know better yet");
    let list = world.revocation_list(TEST, after("1m"));
    let issuer = world.sts.issuer_mut(TEST).unwrap();
    let lesson = sim_sts::IssuerLesson::RevocationList { list, fetched_at: after("1m") };
    parties::Core::learn(issuer, lesson);
    let reply = world.send(TEST, message.as_bytes(), after("1m"));
    assert_eq!(causes(&reply), ["certificate-revoked", "replayed"]);
}

#[test]
fn a_finding_says_who_must_act_on_which_certificate_until_when() {
    let reply = World::rolling().ask(&NEW, start());
    let finding = reply.diagnosis.decisive().unwrap();
    assert_eq!(finding.cause, "certificate-not-in-force");
    assert_eq!(finding.who, Role::Vendor);
    for got in [&finding.got.en, &finding.got.da] {
        assert!(got.contains(&NEW.certificate.serial().to_string()), "{got}");
        assert!(got.contains(&EXPIRY.to_string()), "{got}");
    }
    assert!(finding.what.da.contains("Gå tilbage til det tidligere certifikat"));

    let reply = World::with_old().ask(&OTHER, start());
    let finding = reply.diagnosis.decisive().unwrap();
    assert_eq!(finding.who, Role::NemloginAdministrator);
    assert!(finding.what.da.contains("provisionér til dette miljø"));
}

/// Whoever looks for the right one need not look it up.
#[test]
fn what_is_in_force_instead_is_told_by_serial_and_end() {
    let says = |reply: &Reply, cause: &str, in_force: &Credential| {
        let finding = reply.diagnosis.decisive().unwrap();
        assert_eq!(finding.cause, cause);
        let certificate = &in_force.certificate;
        for text in [&finding.expected.en, &finding.expected.da] {
            assert!(text.contains(&certificate.serial().to_string()), "{finding:?}");
            assert!(text.contains(&certificate.first_refused().to_string()), "{finding:?}");
        }
    };
    says(&World::rolling().ask(&NEW, start()), "certificate-not-in-force", &OLD);
    // A renewed one has the same subject.
    let mut world = World::with_old();
    says(&world.ask(&NEW, start()), "certificate-not-registered", &OLD);
    world.save(&user(), Slot::Active, &NEW.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    says(&world.ask(&OLD, start()), "certificate-replaced", &NEW);
}

/// Whoever is sent back to a certificate is not sent to one that is refused.
#[test]
fn what_has_ended_is_in_force_no_longer() {
    let (mut world, end) = (World::with_old(), OLD.certificate.first_refused());
    let serial = OLD.certificate.serial().to_string();
    for (at, is_named) in [(end - stage::INSTANT, true), (end, false)] {
        let reply = world.ask(&NEW, at);
        let finding = reply.diagnosis.decisive().unwrap();
        assert_eq!(finding.cause, "certificate-not-registered");
        assert_eq!(finding.expected.en.contains(&serial), is_named, "{finding:?}");
    }
    // Another one is planned to take its place before it ends.
    let activation_delay = Span::from_minutes(5);
    let mut world = World::with_policy(Policy { activation_delay, ..Policy::default() });
    for (certificate, at) in
        [(&OLD.certificate, start()), (&NEW.certificate, start() + activation_delay)]
    {
        world.save(&user(), Slot::Active, certificate, at).unwrap();
        world.provision(&user(), TEST, at);
    }
    let at = start() + activation_delay;
    let reply = world.ask(&NEW, at);
    let finding = reply.diagnosis.decisive().unwrap();
    let ends = format!("{serial} (refused from {})", at + activation_delay);
    assert!(finding.expected.en.contains(&ends), "{finding:?}");
}

/// What is refused for another reason than its age is not told as the one to go back to either, and what will
/// be is told with its end.
#[test]
fn what_is_refused_is_nothing_to_go_back_to() {
    let hour = Span::from_hours(1);
    let told = |mut world: World, old: &Credential, until: Option<Timestamp>| {
        let reply = world.ask(&NEW, start());
        let finding = reply.diagnosis.decisive().unwrap();
        assert_eq!(finding.cause, "certificate-not-in-force");
        let named = until.map(|it| format!("{} (refused from {it})", old.certificate.serial()));
        assert_eq!(finding.expected.en.split_once(": ").map(|(_, it)| it), named.as_deref());
        assert_eq!(finding.what.en.contains("none to go back to"), named.is_none());
        assert_eq!(finding.what.da.contains("intet at gå tilbage til"), named.is_none());
    };
    told(World::rolling(), &OLD, Some(*EXPIRY));
    for revocation_lag in [Span::from_seconds(0), hour] {
        let mut world = World::with_policy(Policy { revocation_lag, ..Policy::default() });
        world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
        world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
        world.provision(&user(), TEST, start());
        world.revoke(&OLD.certificate, start());
        told(world, &OLD, (revocation_lag == hour).then(|| start() + hour));
    }
    let issuer_check = IssuerCheck::Never;
    let mut world = World::with_rules(Rules { issuer_check, ..Rules::default() });
    world.save(&user(), Slot::Active, &ELSEWHERE.certificate, start()).unwrap();
    world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    told(world, &ELSEWHERE, None);
}

/// What is saved counts nowhere, and who must provision what is told. The STS by itself knows nothing of it, so the
/// cause is the same.
#[test]
fn a_certificate_that_is_saved_and_not_provisioned_is_told_with_its_slot() {
    for (slot, danish) in [
        (Slot::Active, "pladsen til det aktive certifikat for `fagsystem-a`"),
        (Slot::Rolling, "pladsen til certifikatet til rullende skift for `fagsystem-a`"),
    ] {
        let mut world = World::with_old();
        let diagnosed =
            |world: &mut World| world.ask(&NEW, start()).diagnosis.decisive().unwrap().clone();
        let before = diagnosed(&mut world);
        assert!(before.what.en.starts_with("Save the certificate"), "{before:?}");
        world.save(&user(), slot, &NEW.certificate, start()).unwrap();
        let finding = diagnosed(&mut world);
        assert_eq!((&*finding.cause, finding.who), (&*before.cause, Role::NemloginAdministrator));
        let english = format!(
            "saved in the {slot} slot of `fagsystem-a`, and not provisioned to integration-test"
        );
        assert!(finding.got.en.contains(&english), "{finding:?}");
        assert!(finding.got.da.contains(danish), "{finding:?}");
        assert!(finding.what.en.starts_with("Provision `fagsystem-a` to"), "{finding:?}");
        assert!(finding.what.da.starts_with("Provisionér `fagsystem-a` til"), "{finding:?}");
    }
}

/// It could not be provisioned either, wherever it is saved.
#[test]
fn nobody_is_told_to_provision_a_certificate_of_the_other_environment() {
    let mut world = World::with_old();
    world.save(&user(), Slot::Rolling, &ELSEWHERE.certificate, start()).unwrap();
    let diagnosis = world.ask(&ELSEWHERE, start()).diagnosis;
    let [other, unknown] = diagnosis.findings() else { panic!("{diagnosis:?}") };
    let causes = [&*other.cause, &*unknown.cause];
    assert_eq!(causes, ["certificate-not-trusted", "certificate-not-registered"]);
    assert_eq!(unknown.who, Role::Vendor);
    assert!(unknown.what.en.contains("cannot be provisioned"), "{unknown:?}");
    assert!(unknown.what.da.contains("kan ikke provisioneres"), "{unknown:?}");
}

/// A certificate is not in force, or no longer, for more reasons than a swap: no text names one alone.
#[test]
fn what_is_said_of_a_certificate_that_is_not_in_force_holds_without_a_swap() {
    let activation_delay = Span::from_minutes(5);
    let mut world = World::with_policy(Policy { activation_delay, ..Policy::default() });
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    let reply = world.ask(&OLD, start());
    let finding = reply.diagnosis.decisive().unwrap();
    assert_eq!(finding.cause, "certificate-not-in-force");
    assert!(finding.rule.en.contains("when the provisioning takes effect"), "{finding:?}");
    assert!(finding.rule.da.contains("når provisioneringen får virkning"), "{finding:?}");
    assert!(finding.got.en.contains("comes into force at"), "{finding:?}");

    let (system_user, slot) = (user(), Slot::Active);
    world.click(&Request::Remove { system_user, slot }, start()).unwrap();
    world.provision(&user(), TEST, after("1h"));
    let reply = world.ask(&OLD, after("90m"));
    let finding = reply.diagnosis.decisive().unwrap();
    assert_eq!(finding.cause, "certificate-replaced");
    assert_eq!(finding.who, Role::NemloginAdministrator);
    assert!(!finding.got.en.contains("another"), "nothing is in its place: {finding:?}");
    assert!(
        finding.what.en.starts_with("No certificate of the system user is in force"),
        "{finding:?}"
    );
    assert!(finding.what.da.starts_with("Systembrugeren har intet certifikat, der"), "{finding:?}");
}

/// A slash at the end is what most often is wrong with a service's name.
#[test]
fn a_service_that_was_meant_is_named() {
    let reply = asked(&mut World::with_old(), &OLD, start(), |it| it.applies_to.push('/'));
    let finding = reply.diagnosis.decisive().unwrap();
    assert_eq!(finding.expected.en, "https://saml.smdb.sim.invalid");
    assert!(finding.what.en.contains("slash"), "{finding:?}");
    // The slash may be missing as well.
    let mut world = World::with_old();
    let encryption = SERVICE.certificate.clone();
    let entity_id = "https://saml.smdb.sim.invalid/".parse().unwrap();
    let slashed = Service { entity_id, encryption, approved_only: false };
    let anchors = STAGE.authority(TEST).anchors();
    let issuer = Issuer::new(TEST, anchors, signers(), vec![slashed], Policy::default());
    world.sts = Sts::new([issuer]);
    let reply = world.ask(&OLD, start());
    let findings = reply.diagnosis.findings();
    let finding = findings.iter().find(|it| it.cause == "unknown-service").unwrap();
    assert_eq!(finding.expected.en, "https://saml.smdb.sim.invalid/");
    let reply =
        asked(&mut World::with_old(), &OLD, start(), |it| it.applies_to = "urn:x".to_owned());
    let finding = reply.diagnosis.decisive().unwrap();
    assert!(!finding.what.en.contains("slash"), "{finding:?}");
}

/// The what-if: a renewal has the subject of what it renews, so it passes unregistered.
#[test]
fn by_subject_a_renewal_is_known_that_nobody_registered() {
    let by = |lookup| World::with_old_and(Policy { lookup, ..Policy::default() });
    let exactly = by(Lookup::Certificate);
    assert_eq!(exactly.probe(&NEW, start()), "certificate-not-registered");
    let by_subject = by(Lookup::Subject);
    for now in [start(), *EXPIRY] {
        assert_eq!(by_subject.probe(&NEW, now), "token");
    }
    assert_eq!(by_subject.probe(&OLD, *EXPIRY), "certificate-expired");
    assert_eq!(by_subject.probe(&OTHER, start()), "certificate-not-registered");
}
