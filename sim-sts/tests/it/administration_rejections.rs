//! Every reason of the administration to refuse, each met from outside.
//!
//! [`provoke`] has an arm for each cause and no wildcard: a new one does not compile before
//! somebody has written how to meet it.

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Diagnose, Environment, Slot};
use pki::{Certificate, CertificateKind, Holder, Serial};
use serde_json::{Value, json};
use sim_sts::{
    Policy, Sts,
    administration::{Answer, Cause, Policy as Rules, Rejection, Verdict},
};
use stage::{holder, start};

use crate::world::{
    ELSEWHERE, NEW, OLD, OTHER, STAGE, World, after, entity_id, issuers, other_user, service,
    signers, user,
};

/// Sends clicks as JSON, each of which must be granted.
fn grant(world: &mut World, clicks: &[Value]) {
    for click in clicks {
        assert_eq!(send(world, click), None, "{click}");
    }
}

/// Sends one click as JSON; gives the rejection if it is refused. Also that a refusal changes
/// nothing, and that the diagnosis says what the decision says.
fn send(world: &mut World, click: &Value) -> Option<Rejection> {
    let before = world.sts.administration().clone();
    let request = before.read(click.to_string().as_bytes());
    let diagnosis = before.diagnose(&request, start());
    let decisive = diagnosis.decisive().map(|finding| finding.cause.as_str());
    let (answer, facts) = before.decide(&request, start(), &mut Entropy::seeded(1, "sts", "none"));
    let rejection = match answer {
        Answer::Done | Answer::Unchanged => None,
        Answer::Rejected(rejection) => Some(rejection),
    };
    assert_eq!(decisive, rejection.as_ref().map(Rejection::name));
    assert_eq!(facts.is_empty(), rejection.is_some(), "{click}");
    facts.iter().for_each(|fact| world.sts.apply(fact));
    if rejection.is_some() {
        assert_eq!(*world.sts.administration(), before);
    }
    rejection
}

fn save_file(slot: Slot, file: &str) -> Value {
    json!({ "save": { "system-user": user(), "slot": slot, "certificate": file } })
}

/// A file of that name, saved in the active slot.
fn named(name: &str, file: &str) -> Value {
    json!({ "save": {
        "system-user": user(), "slot": "active", "certificate": file, "file-name": name,
    } })
}

fn save(slot: Slot, certificate: &Certificate) -> Value {
    save_file(slot, &certificate.to_pem())
}

fn remove(slot: Slot) -> Value {
    json!({ "remove": { "system-user": user(), "slot": slot } })
}

fn provision(environment: Environment) -> Value {
    json!({ "provision": { "system-user": user(), "environment": environment } })
}

fn privilege(verb: &str) -> Value {
    json!({ verb: { "system-user": user(), "privilege": {
        "environment": "production", "audience": service(), "uri": "urn:x",
    } } })
}

fn power(verb: &str, grantor: &str, attorney: &str) -> Value {
    json!({ verb: { "power": { "grantor": grantor, "attorney": attorney, "privilege": {
        "environment": "production", "audience": service(), "uri": "urn:x",
    } } } })
}

/// A certificate from the authority of the test environment for somebody else than usual.
fn issued(holder: &Holder, from: Timestamp) -> Certificate {
    let serial = Serial::draw(&mut Entropy::seeded(5, "stage", &holder.common_name));
    STAGE.authority(Environment::IntegrationTest).issue(holder, STAGE.key(0).public(), serial, from)
}

pub(crate) fn of_kind(kind: CertificateKind) -> Certificate {
    issued(&Holder { kind, ..holder("Fagsystem A") }, after("-1d"))
}

pub(crate) fn of_organisation(cvr: &str) -> Certificate {
    issued(&Holder { cvr: cvr.parse().unwrap(), ..holder("Fagsystem A") }, after("-1d"))
}

fn with_short_key() -> Certificate {
    let serial = Serial::draw(&mut Entropy::seeded(5, "stage", "short"));
    STAGE.authority(Environment::IntegrationTest).issue(
        &holder("Fagsystem A"),
        STAGE.short_key().public(),
        serial,
        after("-1d"),
    )
}

/// Clicks that are granted, and one that is refused.
fn provoke(cause: Cause) -> Rejection {
    let mut world = World::new();
    let test = Environment::IntegrationTest;
    let (granted, refused): (Vec<Value>, Value) = match cause {
        Cause::MalformedRequest => (vec![], json!({ "steal": {} })),
        Cause::UnknownItSystem => (
            vec![],
            json!({ "create-system-user": {
                "system-user": "c", "it-system": "nowhere", "entity-id": "https://c.invalid",
            } }),
        ),
        Cause::ItSystemExists => {
            let organisation = "90000001";
            let it_system = user();
            (
                vec![],
                json!({ "create-it-system": {
                "it-system": it_system, "organisation": organisation,
            } }),
            )
        }
        Cause::UnknownSystemUser => {
            (vec![], json!({ "remove": { "system-user": "nobody", "slot": "active" } }))
        }
        Cause::SystemUserExists => (
            vec![],
            json!({ "create-system-user": {
                "system-user": user(), "it-system": user(), "entity-id": "https://c.invalid",
            } }),
        ),
        Cause::EntityIdTaken => {
            let entity_id = entity_id(&other_user());
            (vec![], json!({ "save-entity-id": { "system-user": user(), "entity-id": entity_id } }))
        }
        Cause::NotACerFile => (vec![], save_file(Slot::Active, "MAA=")),
        Cause::WrongFileName => (vec![], named("nyt-certifikat.PEM", &NEW.certificate.to_pem())),
        Cause::NotSystemCertificate => {
            (vec![], save(Slot::Active, &of_kind(CertificateKind::Organisation)))
        }
        Cause::CertificateNotTrusted => (vec![], save(Slot::Active, &stranger())),
        Cause::KeyTooShort => (vec![], save(Slot::Active, &with_short_key())),
        Cause::CertificateExpired => {
            let expired = STAGE.system(test, "Fagsystem A", 0, after("-2d")..start());
            (vec![], save(Slot::Active, &expired.certificate))
        }
        Cause::CertificateNotYetValid => {
            let rules = Rules { not_yet_valid: Verdict::Refuse, ..Rules::default() };
            world = World::with_rules(rules);
            (vec![], save(Slot::Active, &issued(&holder("Fagsystem A"), after("1s"))))
        }
        Cause::OtherOrganisation => (vec![], save(Slot::Active, &of_organisation("90000002"))),
        Cause::CertificateTaken => {
            world.save(&other_user(), Slot::Rolling, &OTHER.certificate, start()).unwrap();
            (vec![], save(Slot::Active, &OTHER.certificate))
        }
        Cause::InBothSlots => {
            let once = save(Slot::Active, &NEW.certificate);
            (vec![once], save(Slot::Rolling, &NEW.certificate))
        }
        Cause::SlotEmpty => (vec![save(Slot::Active, &NEW.certificate)], remove(Slot::Rolling)),
        Cause::EnvironmentNotOffered => {
            let [issuer, _] = issuers(Policy::default(), &signers(), false);
            world.sts = Sts::new([issuer]);
            world.register(&user());
            (vec![save(Slot::Active, &NEW.certificate)], provision(Environment::Production))
        }
        Cause::NothingSaved => (vec![], provision(test)),
        Cause::OtherEnvironment => {
            (vec![save(Slot::Active, &ELSEWHERE.certificate)], provision(test))
        }
        Cause::PrivilegeRequestedAlready => {
            (vec![privilege("request-privilege")], privilege("request-privilege"))
        }
        Cause::PrivilegeNotRequested => (vec![], privilege("approve-privilege")),
        Cause::PrivilegeNotHeld => (vec![], privilege("withdraw-privilege")),
        Cause::PowerOfAttorneyToOneself => {
            (vec![], power("give-power-of-attorney", "90000001", "90000001"))
        }
        Cause::PowerOfAttorneyExists => {
            let give = power("give-power-of-attorney", "90000002", "90000001");
            (vec![give.clone()], give)
        }
        Cause::NoPowerOfAttorney => {
            (vec![], power("withdraw-power-of-attorney", "90000002", "90000001"))
        }
    };
    grant(&mut world, &granted);
    send(&mut world, &refused).unwrap_or_else(|| panic!("{refused} was granted"))
}

/// A certificate as ours are, from an authority that nobody here knows.
fn stranger() -> Certificate {
    let elsewhere = pki::Authority::found(
        Environment::Production,
        STAGE.key(6),
        STAGE.key(7),
        start(),
        &mut Entropy::seeded(9, "stage", "stranger"),
    );
    let serial = Serial::draw(&mut Entropy::seeded(5, "stage", "stranger"));
    elsewhere.issue(&holder("Fagsystem A"), STAGE.key(0).public(), serial, after("-1d"))
}

#[test]
fn each_rejection_of_the_administration_is_provoked_from_outside() {
    for cause in Rejection::ALL {
        assert_eq!(provoke(*cause).cause(), *cause);
    }
}

/// By its serial number, from which a report finds what a file calls it.
#[test]
fn a_certificate_for_the_other_environment_is_named() {
    let got = provoke(Cause::OtherEnvironment).finding().got;
    let serial = ELSEWHERE.certificate.serial().to_string();
    assert!(got.en.contains(&serial) && got.da.contains(&serial), "{got:?}");
}

#[test]
fn names_of_the_administrations_rejections_stay() {
    let names: Vec<&str> = Rejection::ALL.iter().map(Into::into).collect();
    let known = [
        "malformed-request",
        "unknown-system-user",
        "system-user-exists",
        "not-a-cer-file",
        "certificate-taken",
        "nothing-saved",
        "other-environment",
        "in-both-slots",
    ];
    for name in known {
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn each_finding_of_the_administration_is_said_in_both_languages() {
    for cause in Rejection::ALL {
        let finding = provoke(*cause).finding();
        let texts = [&finding.rule, &finding.expected, &finding.got, &finding.what];
        for text in texts {
            assert!(!text.en.trim().is_empty() && !text.da.trim().is_empty(), "{cause:?}");
            assert!(!text.en.contains("  ") && !text.da.contains("  "), "{cause:?}: {text:?}");
        }
        for text in [&finding.rule, &finding.what] {
            assert_ne!(text.en, text.da, "{cause:?}");
        }
        // What reads the same in both is a name or a number, not words.
        for text in [&finding.expected, &finding.got] {
            let has_words = text.en.trim_start_matches("CVR ").contains(' ');
            assert!(!has_words || text.en != text.da, "{cause:?}: {text:?}");
            let english = ["production", "integration-test", "certificate", " the ", " of "];
            let repeats = *cause == Cause::MalformedRequest; // what a parser says is in English
            assert!(
                repeats || !english.iter().any(|it| text.da.contains(it)),
                "{cause:?}: {}",
                text.da
            );
        }
        let name: &str = cause.into();
        assert_eq!(finding.cause, name);
        // Rule and advice are sentences; what was due and what came are fragments.
        for text in [&finding.rule, &finding.what] {
            for said in [&text.en, &text.da] {
                let begins = said.chars().next().is_some_and(|it| !it.is_lowercase());
                assert!(begins && said.ends_with('.'), "{cause:?}: {said}");
            }
        }
        for text in [&finding.expected, &finding.got] {
            let ends = [&text.en, &text.da].iter().any(|said| said.ends_with('.'));
            assert!(!ends, "{cause:?}: {text:?}");
        }
    }
}

/// A `.pem` is refused by its name, also with a certificate in it, and nothing else is kept of a name.
#[test]
fn a_file_is_a_cer_file_by_its_name_too_unless_the_rules_take_others() {
    let pem = NEW.certificate.to_pem();
    let said = |rules: Rules, name: &str, file: &str| {
        let rejection = send(&mut World::with_rules(rules), &named(name, file));
        rejection.map_or_else(|| "saved".to_owned(), |it| it.to_string())
    };
    let usual = |name: &str| said(Rules::default(), name, &pem);
    for name in ["a.cer", "A.CER", "a.b.cer", ".cer"] {
        assert_eq!(usual(name), "saved", "{name}");
    }
    assert_eq!(usual("a.pem"), "the file's name does not end in .cer, but in .pem");
    assert_eq!(usual("a.cer.crt"), "the file's name does not end in .cer, but in .crt");
    for name in ["cer", "acer", "", "x.0101701234", "a.cer/", "a. cer"] {
        assert_eq!(usual(name), "the file's name does not end in .cer", "{name}");
    }
    let lenient = Rules { other_file_name: Verdict::Accept, ..Rules::default() };
    assert_eq!(said(lenient, "a.pem", &pem), "saved");
    // What it holds comes first: a key that has leaked.
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let leaked = said(Rules::default(), "a.pem", &format!("{pem}{key}"));
    assert!(leaked.contains("private key"), "{leaked}");
}

/// The guide's own term: the rolling slot is not simply the new certificate's.
#[test]
fn the_rolling_slot_is_called_in_danish_what_the_guide_calls_it() {
    let got = provoke(Cause::SlotEmpty).finding().got;
    assert!(got.da.contains("certifikatet til rullende skift"), "{}", got.da);
}

#[test]
fn a_diagnosis_lists_everything_that_speaks_against_a_certificate() {
    let mut world = World::new();
    world.save(&other_user(), Slot::Active, &OLD.certificate, start()).unwrap();
    let kind = CertificateKind::Organisation;
    let cvr = "90000002".parse().unwrap();
    let wrong = issued(&Holder { kind, cvr, ..holder("Fagsystem A") }, after("-2000d"));
    let causes = |certificate: &Certificate, user: &str| {
        let click = json!({ "save": {
            "system-user": user, "slot": "active", "certificate": certificate.to_pem(),
        } });
        let administration = world.sts.administration();
        let request = administration.read(click.to_string().as_bytes());
        let diagnosis = administration.diagnose(&request, start());
        diagnosis.findings().iter().map(|it| it.cause.clone()).collect::<Vec<_>>().join(" ")
    };
    let all = "not-system-certificate certificate-expired other-organisation";
    assert_eq!(causes(&wrong, "fagsystem-a"), all);
    let without_owner = "unknown-system-user not-system-certificate certificate-expired";
    assert_eq!(causes(&wrong, "nobody"), without_owner);
    assert_eq!(causes(&OLD.certificate, "fagsystem-a"), "certificate-taken");
    assert_eq!(causes(&NEW.certificate, "fagsystem-a"), "");
}
