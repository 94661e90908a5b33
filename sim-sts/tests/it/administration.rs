//! What the administrator is answered, and which certificate is whose.

use clock::{Span, Timestamp};
use parties::{Core, Diagnose, Role, Slot};
use pki::{CertificateKind, UploadRefusal};
use sim_sts::administration::{
    Answer, IssuerCheck, Kind, Kinds, Policy as Rules, PowerOfAttorney, Privilege, Rejection,
    Request, Status, Verdict,
};
use stage::{INSTANT, start};

use crate::{
    administration_rejections::{of_kind, of_organisation},
    world::{
        ELSEWHERE, EXPIRY, NEW, NEWEST, OLD, OTHER, PRODUCTION, STAGE, TEST, World, after,
        entity_id, other_user, service, user,
    },
};

/// Sends a click as JSON, and gives what comes back.
fn send(world: &mut World, json: &serde_json::Value) -> String {
    let administration = world.sts.administration().clone();
    let request = administration.read(json.to_string().as_bytes());
    let answer = match world.click(&request, start()) {
        Ok(()) => Answer::Done,
        Err(rejection) => Answer::Rejected(rejection),
    };
    String::from_utf8(administration.write(&answer, world.entropy())).unwrap()
}

#[test]
fn clicks_come_as_json() {
    let mut world = World::new();
    let privilege = serde_json::json!({
        "environment": "integration-test", "audience": service(), "uri": "urn:y",
    });
    let power = serde_json::json!({
        "grantor": "90000002", "attorney": "90000001", "privilege": privilege,
    });
    let user = "fagsystem-c";
    let of_user = serde_json::json!({ "system-user": user, "privilege": privilege });
    for click in [
        serde_json::json!({ "create-it-system": {
            "it-system": "journal", "organisation": "90000001",
        } }),
        serde_json::json!({ "create-system-user": {
            "system-user": user, "it-system": "journal", "entity-id": "urn:first",
        } }),
        serde_json::json!({ "save-entity-id": {
            "system-user": user, "entity-id": "https://fagsystem-c.invalid",
        } }),
        serde_json::json!({ "request-privilege": of_user }),
        serde_json::json!({ "refuse-privilege": of_user }),
        serde_json::json!({ "request-privilege": of_user }),
        serde_json::json!({ "withdraw-privilege": of_user }),
        serde_json::json!({ "request-privilege": of_user }),
        serde_json::json!({ "approve-privilege": of_user }),
        serde_json::json!({ "give-power-of-attorney": { "power": power } }),
        serde_json::json!({ "withdraw-power-of-attorney": { "power": power } }),
        serde_json::json!({ "save": {
            "system-user": user, "slot": "active", "certificate": OLD.certificate.to_pem(),
        } }),
        serde_json::json!({ "save": {
            "system-user": user, "slot": "rolling",
            "certificate": base64(NEW.certificate.der()),
        } }),
        serde_json::json!({ "remove": { "system-user": user, "slot": "rolling" } }),
        serde_json::json!({ "provision": {
            "system-user": user, "environment": "integration-test",
        } }),
    ] {
        assert_eq!(send(&mut world, &click), r#"{"done":true}"#, "{click}");
    }
    let assertion = world.ask(&OLD, start()).assertion().clone();
    assert_eq!(assertion.subject.as_str(), "https://fagsystem-c.invalid");
    assert!(assertion.privileges.unwrap().hold("urn:y", &"90000001".parse().unwrap()));
    let unknown = serde_json::json!({ "provision": {
        "system-user": "fagsystem-d",
        "environment": "production",
    } });
    assert_eq!(
        send(&mut world, &unknown),
        r#"{"rejected":"unknown-system-user","text":"there is no system user `fagsystem-d`"}"#
    );
}

fn base64(octets: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, octets)
}

#[test]
fn a_click_that_is_not_written_as_it_should_be_is_refused() {
    let mut world = World::new();
    for click in [
        serde_json::json!({ "provision": {
            "system-user": user(), "environment": "production", "at": "noon",
        } }),
        serde_json::json!({ "request-privilege": { "system-user": user(), "privilege": {
            "environment": "production", "audience": service(), "uri": "urn:x", "cvr": "90000001",
        } } }),
        serde_json::json!({ "request-privilege": { "system-user": user(), "privilege": {
            "environment": "production", "audience": service(), "uri": "no uri",
        } } }),
        serde_json::json!({ "provision": { "system-user": user() } }),
        serde_json::json!({ "steal": {} }),
        serde_json::json!(1),
    ] {
        let answer: serde_json::Value = serde_json::from_str(&send(&mut world, &click)).unwrap();
        assert_eq!(answer["rejected"], "malformed-request", "{click}");
    }
    let large = vec![b' '; 256 * 1024 + 1];
    let request = world.sts.administration().read(&large);
    assert!(matches!(request, Request::Unreadable(_)));
}

/// What the administrator is told of a file, as it comes over the wire.
fn refusal_of(file: &str) -> UploadRefusal {
    let click = serde_json::json!({ "save": {
        "system-user": user(), "slot": Slot::Active, "certificate": file,
    } });
    let mut world = World::new();
    let request = world.sts.administration().read(click.to_string().as_bytes());
    match world.click(&request, start()) {
        Err(Rejection::NotACerFile(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_upload_that_is_no_cer_file_is_called_what_it_is() {
    let pem = OLD.certificate.to_pem();
    let block = |label: &str| format!("-----BEGIN {label}-----\nMAA=\n-----END {label}-----\n");
    let csr = pki::SigningRequest::make(OLD.certificate.subject(), &OLD.key);
    assert_eq!(refusal_of(""), UploadRefusal::Empty);
    assert_eq!(refusal_of(&"x".repeat(70_001)), UploadRefusal::TooLarge { octets: 70_001 });
    assert_eq!(refusal_of(&base64(&[0x30, 0x80, 2, 1, 3])), UploadRefusal::Pkcs12);
    let broken = |text: String| format!("{}\r\n {}\n", &text[..4], &text[4..]);
    assert_eq!(refusal_of(&broken(base64(&[0x30, 0x80, 2, 1, 3]))), UploadRefusal::Pkcs12);
    assert_eq!(refusal_of(&broken(base64(&OLD.key.pkcs8()))), UploadRefusal::PrivateKey);
    assert_eq!(refusal_of(&base64(&OLD.key.pkcs8())), UploadRefusal::PrivateKey);
    assert_eq!(refusal_of(&format!("{pem}{}", block("PRIVATE KEY"))), UploadRefusal::PrivateKey);
    assert_eq!(refusal_of(&block("PKCS7")), UploadRefusal::Pkcs7);
    assert_eq!(refusal_of(&csr.to_pem()), UploadRefusal::Request);
    assert_eq!(refusal_of(&base64(csr.der())), UploadRefusal::Request);
    let chain = format!("{pem}{}", NEW.certificate.to_pem());
    assert_eq!(refusal_of(&chain), UploadRefusal::SeveralCertificates { count: 2 });
    let cut = &OLD.certificate.der()[..900];
    assert!(matches!(refusal_of(&base64(cut)), UploadRefusal::Malformed(_)));
    assert_eq!(refusal_of("a certificate"), UploadRefusal::NotACertificate);
}

#[test]
fn a_private_key_that_was_sent_is_never_repeated() {
    let key = base64(&OLD.key.pkcs8());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
    let somewhere_inside = &key[200..240];
    for file in [&key, &pem] {
        for click in [
            serde_json::json!({ "save": {
                "system-user": user(), "slot": "active", "certificate": file,
            } }),
            serde_json::json!({ "save": {
                "system-user": user(), "slot": file, "certificate": "",
            } }),
            serde_json::json!({ "save": { file: "" } }),
            serde_json::json!({ file: {} }),
            serde_json::json!({ "provision": { "system-user": file, "environment": "production" } }),
        ] {
            let mut world = World::new();
            let request = world.sts.administration().read(click.to_string().as_bytes());
            let diagnosis = world.sts.administration().diagnose(&request, start());
            assert_eq!(diagnosis.findings().len(), 1);
            let said = format!("{request:?} {diagnosis:?} {}", send(&mut world, &click));
            assert!(!said.contains(somewhere_inside), "{said}");
        }
    }
}

/// Who has renewed a certificate and chooses the old file once more must be able to see it.
#[test]
fn a_certificate_that_is_saved_again_where_it_is_changes_nothing_and_is_told() {
    let mut world = World::new();
    let click = |slot: &str, file: &str| {
        serde_json::json!({ "save": {
            "system-user": user(), "slot": slot, "certificate": file,
        } })
    };
    for (slot, file) in [("active", &OLD), ("rolling", &NEW)] {
        let click = click(slot, &file.certificate.to_pem());
        let administration = world.sts.administration();
        let request = administration.read(click.to_string().as_bytes());
        assert_eq!(world.click(&request, start()), Ok(()));
        let before = world.sts.administration().clone();
        let (answer, facts) = before.decide(&request, start(), world.entropy());
        assert_eq!((&answer, facts), (&Answer::Unchanged, Vec::new()));
        let said = String::from_utf8(before.write(&answer, world.entropy())).unwrap();
        assert!(said.contains("thumbprints") && said.contains("aftrykkene"), "{said}");
    }
    let other = click("active", &NEWEST.certificate.to_pem());
    assert!(send(&mut world, &other).contains("done"));
}

/// A personal number is short, and may go into any field.
#[test]
fn a_value_that_cannot_be_read_is_not_repeated() {
    let secret = "010170 1234";
    let privilege = |audience: &str, uri: &str| {
        serde_json::json!({ "request-privilege": { "system-user": user(), "privilege": {
            "environment": "production", "audience": audience, "uri": uri,
        } } })
    };
    for click in [
        privilege(secret, "urn:x"),
        privilege("https://a.invalid", secret),
        serde_json::json!({ "remove": { "system-user": secret, "slot": "active" } }),
        serde_json::json!({ "remove": { "system-user": user(), "slot": secret } }),
        serde_json::json!({ "remove": { "system-user": user(), "slot": "active", secret: 1 } }),
        serde_json::json!({ "create-it-system": { "it-system": "a", "organisation": secret } }),
        serde_json::json!({ secret: {} }),
        serde_json::json!(secret),
    ] {
        let said = send(&mut World::new(), &click);
        assert!(said.contains("malformed-request") && !said.contains("010170"), "{said}");
    }
    for uri in ["urn:x\u{fffe}", "urn:<x>", "urn:\"", "x", &format!("urn:{}", "x".repeat(1021))] {
        let said = send(&mut World::new(), &privilege("https://a.invalid", uri));
        assert!(said.contains("a privilege takes a URI"), "{said}");
        let said = send(&mut World::new(), &privilege(uri, "urn:x"));
        assert!(said.contains("an entity id takes a URI"), "{said}");
    }
}

#[test]
fn a_private_key_that_was_uploaded_is_a_matter_for_who_can_revoke() {
    for (refusal, who) in [
        (UploadRefusal::Pkcs12, Role::MitidAdministrator),
        (UploadRefusal::PrivateKey, Role::MitidAdministrator),
        (UploadRefusal::JavaKeyStore, Role::MitidAdministrator),
        (UploadRefusal::Request, Role::NemloginAdministrator),
    ] {
        let finding = Rejection::NotACerFile(refusal).finding();
        assert_eq!(finding.who, who);
        assert_eq!(finding.what.da.contains("spær"), who == Role::MitidAdministrator);
    }
}

#[test]
fn a_cer_file_may_be_pem_or_der_and_begin_or_end_as_editors_leave_it() {
    let pem = OLD.certificate.to_pem();
    for file in [
        pem.clone(),
        format!("\u{feff}{pem}"),
        pem.replace('\n', "\r\n"),
        format!("subject=CN\n{pem}  \n\n"),
        base64(OLD.certificate.der()),
    ] {
        let click = serde_json::json!({ "save": {
            "system-user": user(), "slot": "active", "certificate": file,
        } });
        assert_eq!(send(&mut World::new(), &click), r#"{"done":true}"#);
    }
}

#[test]
fn a_certificate_that_another_system_user_saved_is_refused() {
    for slot in Slot::ALL {
        let mut world = World::new();
        world.save(&user(), slot, &NEW.certificate, start()).unwrap();
        for slot in Slot::ALL {
            let refusal = world.save(&other_user(), slot, &NEW.certificate, start());
            assert_eq!(refusal, Err(Rejection::CertificateTaken(user())));
        }
    }
}

#[test]
fn a_certificate_stands_in_one_slot() {
    let mut world = World::rolling();
    let draft =
        |world: &World| world.sts.administration().system_user(&user()).unwrap().saved(start());
    // Who cannot wait puts the rolling one in force at once: it moves.
    world.save(&user(), Slot::Active, &NEW.certificate, start()).unwrap();
    assert_eq!(draft(&world).active.as_ref(), Some(&NEW.certificate));
    assert_eq!(draft(&world).rolling, None);
    let twice = world.save(&user(), Slot::Rolling, &NEW.certificate, start());
    assert_eq!(twice, Err(Rejection::InBothSlots(user())));
    world.save(&user(), Slot::Active, &NEW.certificate, start()).unwrap();
    // Where the rules allow it, it stands in both.
    let in_both_slots = Verdict::Accept;
    let mut world = World::with_rules(Rules { in_both_slots, ..Rules::default() });
    for slot in [Slot::Rolling, Slot::Active] {
        world.save(&user(), slot, &NEW.certificate, start()).unwrap();
    }
    assert_eq!(draft(&world).certificates().count(), 2);
}

#[test]
fn a_certificate_may_be_stolen_where_the_rules_say_so() {
    let taken = Verdict::Accept;
    let mut world = World::with_rules(Rules { taken, ..Rules::default() });
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    // Saving steals nothing; provisioning does, from that instant on, and also what is planned.
    world.save(&other_user(), Slot::Active, &NEW.certificate, start()).unwrap();
    assert_eq!(world.probe(&NEW, *EXPIRY), "token");
    world.provision(&other_user(), TEST, after("1h"));
    let subject = |credential, now| world.clone().ask(credential, now).assertion().subject.clone();
    assert_eq!(world.probe(&NEW, after("1h") - INSTANT), "certificate-not-in-force");
    assert_eq!(subject(&NEW, after("1h")), entity_id(&other_user()));
    assert_eq!(subject(&NEW, *EXPIRY), entity_id(&other_user()));
    assert_eq!(subject(&OLD, after("1h")), entity_id(&user()));
    // And back again, by who still has it in the draft.
    let mut world = world.clone();
    world.provision(&user(), TEST, after("90m"));
    assert_eq!(world.probe(&NEW, after("90m")), "certificate-not-in-force");
    assert_eq!(world.ask(&NEW, *EXPIRY).assertion().subject, entity_id(&user()));
}

#[test]
fn the_certificate_in_force_may_be_stolen_too() {
    let taken = Verdict::Accept;
    let mut world = World::with_rules(Rules { taken, ..Rules::default() });
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    world.save(&other_user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&other_user(), TEST, after("1h"));
    let subject = |now| world.clone().ask(&OLD, now).assertion().subject.clone();
    assert_eq!(subject(after("1h") - INSTANT), entity_id(&user()));
    assert_eq!(subject(after("1h")), entity_id(&other_user()));
    let [robbed, thief] = [user(), other_user()].map(|id| {
        let user = world.sts.administration().system_user(&id).unwrap();
        user.provisioned[&TEST].accepts(&OLD.certificate, after("1h"))
    });
    assert!(!robbed && thief);
}

/// What comes of saving a certificate in the active slot under these rules.
fn saved(rules: Rules, certificate: &pki::Certificate) -> &'static str {
    let mut world = World::with_rules(rules);
    match world.save(&user(), Slot::Active, certificate, start()) {
        Ok(()) => "saved",
        Err(rejection) => rejection.name(),
    }
}

#[test]
fn only_a_system_certificate_is_taken_unless_the_rules_take_others() {
    let person = CertificateKind::User { given_name: "A".to_owned(), surname: "B".to_owned() };
    let authority = STAGE.authority(TEST).anchors().issuing()[0].clone();
    let certificates = [
        of_kind(CertificateKind::System),
        of_kind(CertificateKind::Organisation),
        of_kind(person),
        authority,
    ];
    let kinds =
        |kinds| certificates.clone().map(|it| saved(Rules { kinds, ..Rules::default() }, &it));
    let wrong = "not-system-certificate";
    assert_eq!(kinds(Kinds::System), ["saved", wrong, wrong, wrong]);
    assert_eq!(kinds(Kinds::OfOrganisations), ["saved", "saved", wrong, wrong]);
    assert_eq!(kinds(Kinds::Any), ["saved", "saved", "saved", wrong]);
    let kinds = certificates.map(|it| Kind::of(&it));
    assert_eq!(kinds, [Kind::System, Kind::Organisation, Kind::User, Kind::Authority]);
}

#[test]
fn a_certificate_of_another_organisation_is_taken_with_a_power_of_attorney() {
    let vendors = of_organisation("90000002");
    assert_eq!(saved(Rules::default(), &vendors), "other-organisation");
    let other_organisation = Verdict::Accept;
    assert_eq!(saved(Rules { other_organisation, ..Rules::default() }, &vendors), "saved");
    let mut world = World::new();
    let privilege = Privilege { environment: TEST, audience: service(), uri: "urn:x".to_owned() };
    let power = |grantor: &str, attorney: &str| PowerOfAttorney {
        grantor: grantor.parse().unwrap(),
        attorney: attorney.parse().unwrap(),
        privilege: privilege.clone(),
    };
    // The other way round it says nothing.
    let wrong = Request::GivePowerOfAttorney { power: power("90000002", "90000001") };
    world.click(&wrong, start()).unwrap();
    assert!(world.save(&user(), Slot::Active, &vendors, start()).is_err());
    let right = Request::GivePowerOfAttorney { power: power("90000001", "90000002") };
    world.click(&right, start()).unwrap();
    world.save(&user(), Slot::Active, &vendors, start()).unwrap();
}

#[test]
fn the_dates_of_an_upload_are_judged_to_the_second() {
    let check = |name: fn(Timestamp) -> (pki::Certificate, Rules), boundary: Timestamp| {
        [-1, 0, 1].map(|seconds| {
            let now = boundary + Span::from_seconds(seconds);
            let (certificate, rules) = name(boundary);
            let mut world = World::with_rules(rules);
            let saved = world.save(&user(), Slot::Active, &certificate, now);
            saved.map_or_else(|rejection| rejection.name(), |()| "saved")
        })
    };
    let ends = |at: Timestamp| {
        let life = after("-1d")..at;
        (STAGE.system(TEST, "Fagsystem A", 0, life).certificate, Rules::default())
    };
    let expired = "certificate-expired";
    assert_eq!(check(ends, after("1h")), ["saved", expired, expired]);
    let begins = |at: Timestamp| {
        let not_yet_valid = Verdict::Refuse;
        let life = at..after("1000d");
        let certificate = STAGE.system(TEST, "Fagsystem A", 0, life).certificate;
        (certificate, Rules { not_yet_valid, ..Rules::default() })
    };
    assert_eq!(check(begins, after("1h")), ["certificate-not-yet-valid", "saved", "saved"]);
    // By default one may be saved before it begins, and an expired one is taken by a switch.
    let early = STAGE.system(TEST, "Fagsystem A", 0, after("1h")..after("2h")).certificate;
    assert_eq!(saved(Rules::default(), &early), "saved");
    let late = STAGE.system(TEST, "Fagsystem A", 0, after("-2h")..start()).certificate;
    assert_eq!(saved(Rules { expired: Verdict::Accept, ..Rules::default() }, &late), "saved");
}

#[test]
fn a_key_may_be_as_short_as_the_rules_say() {
    let rules = |least_key_bits| Rules { least_key_bits, ..Rules::default() };
    assert_eq!(saved(rules(3072), &OLD.certificate), "saved");
    assert_eq!(saved(rules(3073), &OLD.certificate), "key-too-short");
}

/// What becomes of a production certificate: when it is saved, when it is provisioned to
/// integration test, and when it asks for a token there.
fn in_the_wrong_environment(issuer_check: IssuerCheck) -> [&'static str; 3] {
    let mut world = World::with_rules(Rules { issuer_check, ..Rules::default() });
    let said = |it: Result<(), Rejection>| it.map_or_else(|it| it.name(), |()| "done");
    let saved = said(world.save(&user(), Slot::Active, &ELSEWHERE.certificate, start()));
    let request = Request::Provision { system_user: user(), environment: TEST };
    let provisioned = said(world.click(&request, start()));
    [saved, provisioned, world.probe(&ELSEWHERE, start())]
}

#[test]
fn a_certificate_comes_into_force_only_where_it_was_issued_unless_nobody_looks() {
    let refused = "certificate-not-trusted";
    let at_provisioning = in_the_wrong_environment(IssuerCheck::AtProvisioning);
    assert_eq!(at_provisioning, ["done", "other-environment", refused]);
    assert_eq!(in_the_wrong_environment(IssuerCheck::AtUpload), ["done", "done", refused]);
    assert_eq!(in_the_wrong_environment(IssuerCheck::Never), ["done", "done", refused]);
}

#[test]
fn an_entity_id_belongs_to_one_system_user_unless_the_rules_let_it_be_shared() {
    let save = |world: &mut World| {
        let entity_id = entity_id(&other_user());
        world.click(&Request::SaveEntityId { system_user: user(), entity_id }, start())
    };
    let mut world = World::new();
    assert_eq!(save(&mut world).unwrap_err().name(), "entity-id-taken");
    // One's own may be saved again.
    let own = Request::SaveEntityId { system_user: user(), entity_id: entity_id(&user()) };
    world.click(&own, start()).unwrap();
    // What is still provisioned is taken, also when the draft names another.
    world.save(&other_user(), Slot::Active, &OTHER.certificate, start()).unwrap();
    world.provision(&other_user(), TEST, start());
    let renamed = "https://renamed.invalid".parse().unwrap();
    let rename = Request::SaveEntityId { system_user: other_user(), entity_id: renamed };
    world.click(&rename, start()).unwrap();
    assert_eq!(save(&mut world).unwrap_err().name(), "entity-id-taken");
    world.provision(&other_user(), TEST, start());
    save(&mut world).unwrap();
    let shared_entity_id = Verdict::Accept;
    save(&mut World::with_rules(Rules { shared_entity_id, ..Rules::default() })).unwrap();
}

#[test]
fn a_system_user_has_come_as_far_as_it_is_provisioned() {
    let mut world = World::new();
    let status =
        |world: &World| world.sts.administration().system_user(&user()).unwrap().status(start());
    assert_eq!(status(&world), Status::Begun);
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    assert_eq!(status(&world), Status::Begun);
    world.provision(&user(), TEST, start());
    assert_eq!(status(&world), Status::IntegrationTest);
    world.save(&user(), Slot::Active, &ELSEWHERE.certificate, start()).unwrap();
    world.provision(&user(), PRODUCTION, start());
    assert_eq!(status(&world), Status::Production);
}

#[test]
fn a_certificate_in_force_is_taken_whatever_the_draft_says() {
    let mut world = World::with_old();
    world.save(&user(), Slot::Active, &NEW.certificate, start()).unwrap();
    let refusal = world.save(&other_user(), Slot::Active, &OLD.certificate, start());
    assert_eq!(refusal, Err(Rejection::CertificateTaken(user())));
    // Replaced, and no longer in the draft, it is free.
    world.provision(&user(), TEST, after("1h"));
    world.save(&other_user(), Slot::Active, &OLD.certificate, after("1h")).unwrap();
    world.provision(&other_user(), TEST, after("1h"));
    let subject = world.ask(&OLD, after("1h")).assertion().subject.clone();
    assert_eq!(subject, entity_id(&other_user()));
}

#[test]
fn a_certificate_that_waits_for_a_swap_is_taken() {
    let mut world = World::rolling();
    world.save(&user(), Slot::Rolling, &NEWEST.certificate, start()).unwrap();
    let refusal = world.save(&other_user(), Slot::Active, &NEW.certificate, *EXPIRY - INSTANT);
    assert_eq!(refusal, Err(Rejection::CertificateTaken(user())));
    let refusal = world.save(&other_user(), Slot::Active, &NEW.certificate, *EXPIRY);
    assert_eq!(refusal, Err(Rejection::CertificateTaken(user())));
}
