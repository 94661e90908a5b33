//! What the administrator is answered, and which certificate is whose.

use parties::{Core, Environment, Slot};
use pki::UploadRefusal;
use sim_sts::administration::{Answer, Rejection, Request};
use stage::{INSTANT, start};

use crate::world::{
    EXPIRY, NEW, NEWEST, OLD, OTHER, TEST, World, after, entity_id, other_user, user,
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
    let register = serde_json::json!({ "register": {
        "system-user": "fagsystem-c",
        "entity-id": "https://fagsystem-c.invalid",
        "grants": [{ "audience": "urn:x", "cvr": "90000001", "privilege": "urn:y" }],
    } });
    assert_eq!(send(&mut world, &register), r#"{"done":true}"#);
    let save = serde_json::json!({ "save": {
        "system-user": "fagsystem-c",
        "slot": "active",
        "certificate": OLD.certificate.to_pem(),
    } });
    assert_eq!(send(&mut world, &save), r#"{"done":true}"#);
    let provision = serde_json::json!({ "provision": {
        "system-user": "fagsystem-c",
        "environment": "integration-test",
    } });
    assert_eq!(send(&mut world, &provision), r#"{"done":true}"#);
    let subject = world.ask(&OLD, start()).assertion().subject.to_string();
    assert_eq!(subject, "https://fagsystem-c.invalid");
    let unknown = serde_json::json!({ "provision": {
        "system-user": "fagsystem-d",
        "environment": "production",
    } });
    assert_eq!(
        send(&mut world, &unknown),
        r#"{"rejected":"unknown-system-user","text":"there is no system user `fagsystem-d`"}"#
    );
}

/// The rejection that each of these clicks meets; a new one must be met here too.
fn refused_click(rejection: &Rejection) -> Request {
    let system_user = user();
    let save = |certificate| Request::Save { system_user: user(), slot: Slot::Active, certificate };
    match rejection {
        Rejection::UnknownSystemUser(_) => {
            let system_user = "nobody".parse().unwrap();
            Request::Provision { system_user, environment: Environment::Production }
        }
        Rejection::SystemUserExists(_) => {
            let entity_id = entity_id(&system_user);
            Request::Register { system_user, entity_id, grants: Vec::new() }
        }
        Rejection::NotCer(refusal) => save(Err(refusal.clone())),
        Rejection::CertificateTaken(_) => save(Ok(Box::new(OTHER.certificate.clone()))),
        Rejection::NothingSaved(_) => Request::Provision { system_user, environment: TEST },
        Rejection::Malformed(what) => Request::Unreadable(what.clone()),
    }
}

#[test]
fn each_mistake_has_a_name_and_changes_nothing() {
    let mut world = World::new();
    world.save(&other_user(), Slot::Rolling, &OTHER.certificate, start()).unwrap();
    for (rejection, name) in [
        (Rejection::UnknownSystemUser("nobody".parse().unwrap()), "unknown-system-user"),
        (Rejection::SystemUserExists(user()), "system-user-exists"),
        (Rejection::NotCer(UploadRefusal::Pkcs12), "not-a-cer-file"),
        (Rejection::CertificateTaken(other_user()), "certificate-taken"),
        (Rejection::NothingSaved(user()), "nothing-saved"),
        (Rejection::Malformed("it".to_owned()), "malformed-request"),
    ] {
        let facts = world.facts.len();
        assert_eq!(world.click(&refused_click(&rejection), start()), Err(rejection.clone()));
        assert_eq!(world.facts.len(), facts, "{rejection}");
        assert_eq!(rejection.name(), name);
    }
}

#[test]
fn what_is_no_click_or_no_certificate_is_refused_where_it_comes_in() {
    let mut world = World::new();
    let mut name = |json: serde_json::Value| {
        let answer: serde_json::Value = serde_json::from_str(&send(&mut world, &json)).unwrap();
        answer["rejected"].as_str().unwrap().to_owned()
    };
    assert_eq!(name(serde_json::json!({ "steal": {} })), "malformed-request");
    assert_eq!(name(serde_json::json!(1)), "malformed-request");
    let save = |certificate: &str| {
        let (user, slot) = (user(), Slot::Active);
        serde_json::json!({ "save": {
            "system-user": user, "slot": slot, "certificate": certificate
        } })
    };
    assert_eq!(name(save("")), "not-a-cer-file");
    assert_eq!(
        name(save("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----")),
        "not-a-cer-file"
    );
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
        // One's own may be moved from slot to slot.
        for slot in Slot::ALL {
            world.save(&user(), slot, &NEW.certificate, start()).unwrap();
        }
    }
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
