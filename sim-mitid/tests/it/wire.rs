//! Requests and answers as JSON.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use clock::Timestamp;
use parties::Core;
use pki::{Certificate, RevocationList, SigningRequest, pkcs12};
use serde_json::{Value, json};
use sim_mitid::{Lesson, Policy, Request};
use stage::start;

use crate::world::{EMAIL, STAGE, World, after, signing_request};

/// Sends JSON, and gives what comes back.
fn send(world: &mut World, request: &Value, now: Timestamp) -> Value {
    let request = world.mitid.read(request.to_string().as_bytes());
    for _ in world.mitid.needs(&request, now) {
        world.mitid.learn(Lesson::KeyPair(STAGE.key(4)));
    }
    let answer = world.ask(&request, now).unwrap_or_else(sim_mitid::Answer::Rejected);
    serde_json::from_slice(&world.mitid.write(&answer, &mut world.entropy)).unwrap()
}

fn request(key: usize) -> String {
    BASE64.encode(signing_request(&STAGE.key(key)).der())
}

fn profile() -> Value {
    json!({ "create-profile": {
        "environment": "integration-test",
        "cvr": "90000001",
        "certificate-name": "Fagsystem A",
        "email": EMAIL,
        "contact": { "name": "Karen Kontakt", "email": "kontakt@a.invalid" },
        "kind": "system",
        "rights": ["identity-management", "certificate-handling"],
        "seal": true,
        "published": true,
    } })
}

#[test]
fn a_whole_life_as_json() {
    let mut world = World::bare(Policy::default());
    let here = json!({ "environment": "integration-test", "cvr": "90000001" });
    let with = |more: Value| {
        let mut object = here.clone();
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let connect = json!({ "connect": with(json!({ "name": "Testorganisation nr. 90000001" })) });
    assert_eq!(send(&mut world, &connect, start()), json!("done"));
    let allow = json!({ "allow-certificates": with(json!({ "allowed": true })) });
    assert_eq!(send(&mut world, &allow, start()), json!("done"));

    let created = send(&mut world, &profile(), start());
    let profile = &created["profile-created"]["profile"];
    let mailbox = send(&mut world, &json!({ "mailbox": EMAIL }), start());
    let link = mailbox["mailbox"][0]["link"].as_str().unwrap();
    let token = link.split_once("?token=").unwrap().1;
    let validate = json!({ "validate-email": { "profile": profile, "token": token } });
    assert_eq!(send(&mut world, &validate, start()), json!("done"));
    let change = json!({ "change-contact": { "profile": profile, "contact":
        { "name": "Nils Ny", "email": "ny@a.invalid" } } });
    assert_eq!(send(&mut world, &change, start()), json!("done"));

    let order = |method| {
        json!({ "order": {
        "profile": profile, "identification": "one-time-code", "method": method,
    } })
    };
    let ordered = send(&mut world, &order("api"), start());
    let issue = json!({ "issue": {
        "reference": ordered["ordered"]["reference"],
        "code": ordered["ordered"]["code"],
        "request": request(0),
    } });
    let issued = send(&mut world, &issue, start());
    let certificate: Certificate = serde_json::from_value(issued["issued"].clone()).unwrap();
    assert_eq!(certificate.public_key(), STAGE.key(0).public());
    assert_eq!(certificate.emails(), [EMAIL]);

    let ordered = send(&mut world, &order("browser"), start());
    let download = json!({ "download": {
        "reference": ordered["ordered"]["reference"],
        "proof": { "one-time-code": ordered["ordered"]["code"] },
        "terms": true,
    } });
    let downloaded = send(&mut world, &download, start());
    let file = BASE64.decode(downloaded["downloaded"]["file"].as_str().unwrap()).unwrap();
    let password = downloaded["downloaded"]["password"].as_str().unwrap();
    assert_eq!(pkcs12::open(&file, password).unwrap().key.public(), STAGE.key(4).public());

    let pem = SigningRequest::make(certificate.subject(), &STAGE.key(1)).to_pem();
    let serial = certificate.serial();
    let renew = json!({ "renew": {
        "environment": "integration-test", "serial": serial, "request": pem,
    } });
    let renewed = send(&mut world, &renew, start());
    let renewed: Certificate = serde_json::from_value(renewed["issued"].clone()).unwrap();
    assert_eq!(renewed.subject(), certificate.subject());
    let order = json!({ "order-renewal": {
        "environment": "integration-test", "serial": serial, "identification": "login",
        "method": "browser",
    } });
    let ordered = send(&mut world, &order, start());
    assert_eq!(ordered["ordered"]["code"], Value::Null);
    let cancel = json!({ "cancel": { "reference": ordered["ordered"]["reference"] } });
    assert_eq!(send(&mut world, &cancel, start()), json!("done"));

    let revoke = json!({ "revoke": {
        "environment": "integration-test", "serial": serial, "reason": "superseded",
    } });
    assert_eq!(send(&mut world, &revoke, after("1h")), json!("revoked"));
    let list = send(&mut world, &json!({ "revocation-list": "integration-test" }), after("1h"));
    let list = BASE64.decode(list["revocation-list"].as_str().unwrap()).unwrap();
    assert!(RevocationList::from_der(&list).unwrap().revoked(serial).is_some());
    let directory = send(&mut world, &json!({ "directory": "integration-test" }), after("1h"));
    assert_eq!(directory["directory"].as_array().unwrap().len(), 2);

    let profiles = json!({ "profiles": with(json!({ "search": "nils" })) });
    let profiles = send(&mut world, &profiles, after("1h"));
    let view = &profiles["profiles"][0];
    assert_eq!(view["contact"]["name"], "Nils Ny");
    let statuses = |of: &str| -> Vec<&Value> {
        view[of].as_array().unwrap().iter().map(|it| &it["status"]).collect()
    };
    assert_eq!(statuses("orders").iter().filter(|it| ***it == "issued").count(), 2);
    let revoked = json!({ "revoked": { "at": after("1h"), "reason": "superseded" } });
    assert_eq!(statuses("certificates").iter().filter(|it| ***it == revoked).count(), 1);

    let authorities = send(&mut world, &json!({ "authorities": "integration-test" }), start());
    let root: Certificate =
        serde_json::from_value(authorities["authorities"]["root"].clone()).unwrap();
    assert_eq!(&root, STAGE.authority(crate::world::TEST).root());

    let refused = send(&mut world, &renew, after("1h"));
    assert_eq!(refused["rejected"]["name"], "certificate-revoked");
    assert!(refused["rejected"]["text"].as_str().unwrap().contains("order a new one"));

    assert_eq!(send(&mut world, &json!({ "terminate": here }), after("1h")), json!("done"));
    let withdraw = json!({ "withdraw-termination": here });
    assert_eq!(send(&mut world, &withdraw, after("2h")), json!("done"));
}

#[test]
fn what_cannot_be_read_is_refused() {
    let mut world = World::new();
    for malformed in [
        json!({}),
        json!(null),
        json!({ "order": {} }),
        json!({ "connect": { "environment": "integration-test", "cvr": "1", "name": "A" } }),
        json!({ "revocation-list": "moon" }),
        json!({ "mailbox": "nowhere" }),
        json!({ "cancel": { "reference": "a\nb" } }),
        json!({ "terminate": { "environment": "integration-test" } }),
        json!({ "download": { "reference": "00000000-0000-4000-8000-000000000000", "proof": "password", "terms": true } }),
    ] {
        let answer = send(&mut world, &malformed, start());
        assert_eq!(answer["rejected"]["name"], "malformed-request", "{malformed}");
    }
}

/// A field with a typing mistake must not be taken for one that was left out.
#[test]
fn an_unknown_field_is_refused_and_named() {
    let mut world = World::new();
    let (reference, code) = world.order(crate::world::TEST, start());
    let mut with_more = profile();
    with_more["create-profile"]["e-mail"] = json!(EMAIL);
    let mut contact = profile();
    contact["create-profile"]["contact"]["e-mail"] = json!(EMAIL);
    let issue = json!({ "issue": {
        "reference": reference, "code": code, "request": request(0), "e-mail": 1,
    } });
    let terminate = json!({ "terminate": {
        "environment": "integration-test", "cvr": "90000001", "e-mail": 1,
    } });
    for request in [with_more, contact, issue, terminate] {
        let answer = send(&mut world, &request, start());
        assert_eq!(answer["rejected"]["name"], "malformed-request");
        let text = answer["rejected"]["text"].as_str().unwrap();
        assert!(text.contains("unknown field `e-mail`"), "{text}");
    }
}

/// A personal number is short, and may go into any field.
#[test]
fn a_value_that_cannot_be_read_is_not_repeated() {
    let secret = "010170 1234";
    let with = |field: &str, value: Value| {
        let mut new = profile();
        new["create-profile"][field] = value;
        new
    };
    for request in [
        with("cvr", json!(secret)),
        with("kind", json!(secret)),
        with("environment", json!(secret)),
        with("seal", json!(secret)),
        with("email", json!(secret)),
        with("contact", json!({ "name": "K", "email": secret })),
        with(secret, json!(1)),
        json!({ "mailbox": secret }),
        json!({ secret: {} }),
    ] {
        let said = send(&mut World::new(), &request, start()).to_string();
        assert!(said.contains("rejected") && !said.contains("010170"), "{said}");
    }
}

/// The key in a request must sign it: else one could have a certificate for another's key.
#[test]
fn a_request_that_does_not_prove_its_key_is_refused() {
    let mut world = World::new();
    let (reference, code) = world.order(crate::world::TEST, start());
    let mut der = signing_request(&STAGE.key(0)).der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    for (request, name) in [
        (BASE64.encode(der), "no-proof-of-possession"),
        ("%".to_owned(), "signing-request-unusable"),
        ("MAA=".to_owned(), "signing-request-unusable"),
        ("-----BEGIN NOTHING-----".to_owned(), "signing-request-unusable"),
    ] {
        let issue =
            json!({ "issue": { "reference": reference, "code": code, "request": request } });
        let answer = send(&mut world, &issue, start());
        assert_eq!(answer["rejected"]["name"], name);
    }
}

#[test]
fn a_signing_request_may_come_with_line_breaks_or_as_pem() {
    let base64 = request(0);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).map(|it| std::str::from_utf8(it).unwrap()).collect();
    for text in [base64.clone(), lines.join("\n"), signing_request(&STAGE.key(0)).to_pem()] {
        let mut world = World::new();
        let (reference, code) = world.order(crate::world::TEST, start());
        let issue = json!({ "issue": { "reference": reference, "code": code, "request": text } });
        let read = world.mitid.read(issue.to_string().as_bytes());
        let Request::Issue { request, .. } = &read else { panic!("{read:?}") };
        assert_eq!(request.as_ref().unwrap().public_key(), STAGE.key(0).public());
        assert!(send(&mut world, &issue, start())["issued"].is_string());
    }
}
