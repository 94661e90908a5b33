//! Requests and answers as JSON.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use clock::Timestamp;
use parties::Core;
use pki::{Certificate, RevocationList};
use serde_json::{Value, json};
use stage::start;

use crate::world::{STAGE, World, signing_request};

/// Sends JSON, and gives what comes back.
fn send(world: &mut World, request: &Value, now: Timestamp) -> Value {
    let request = world.mitid.read(request.to_string().as_bytes());
    let answer = world.ask(&request, now).unwrap_or_else(sim_mitid::Answer::Rejected);
    serde_json::from_slice(&world.mitid.write(&answer, &mut world.entropy)).unwrap()
}

fn request(key: usize) -> String {
    BASE64.encode(signing_request(&STAGE.key(key)).der())
}

#[test]
fn a_whole_life_as_json() {
    let mut world = World::new();
    let order = json!({ "order": {
        "environment": "integration-test",
        "cvr": "90000001",
        "organisation": "Testorganisation nr. 90000001",
        "certificate-name": "Fagsystem A",
    } });
    let ordered = send(&mut world, &order, start());
    let issue = json!({ "issue": {
        "reference": ordered["ordered"]["reference"],
        "code": ordered["ordered"]["code"],
        "request": request(0),
    } });
    let issued = send(&mut world, &issue, start());
    let certificate: Certificate = serde_json::from_value(issued["issued"].clone()).unwrap();
    assert_eq!(certificate.public_key(), STAGE.key(0).public());

    let renew = json!({ "renew": {
        "environment": "integration-test",
        "serial": certificate.serial(),
        "request": request(1),
    } });
    let renewed = send(&mut world, &renew, start());
    let renewed: Certificate = serde_json::from_value(renewed["issued"].clone()).unwrap();
    assert_eq!(renewed.subject(), certificate.subject());

    let revoke = json!({ "revoke": {
        "environment": "integration-test",
        "serial": certificate.serial(),
        "reason": "superseded",
    } });
    assert_eq!(send(&mut world, &revoke, start()), json!("revoked"));
    let list = send(&mut world, &json!({ "revocation-list": "integration-test" }), start());
    let list = BASE64.decode(list["revocation-list"].as_str().unwrap()).unwrap();
    let list = RevocationList::from_der(&list).unwrap();
    assert!(list.revoked(certificate.serial()).is_some());

    let authorities = send(&mut world, &json!({ "authorities": "integration-test" }), start());
    let root: Certificate =
        serde_json::from_value(authorities["authorities"]["root"].clone()).unwrap();
    assert_eq!(&root, STAGE.authority(crate::world::TEST).root());

    let refused = send(&mut world, &renew, start());
    assert_eq!(refused["rejected"]["name"], "certificate-revoked");
    assert!(refused["rejected"]["text"].as_str().unwrap().contains("order a new one"));
}

#[test]
fn what_cannot_be_read_is_refused() {
    let mut world = World::new();
    let ordered = world.order(crate::world::TEST, start());
    for malformed in [
        json!({}),
        json!(null),
        json!({ "order": {} }),
        json!({ "order": {
            "environment": "integration-test", "cvr": "1", "organisation": "", "certificate-name": "",
        } }),
        json!({ "revocation-list": "moon" }),
        json!({ "issue": { "reference": ordered.0, "code": ordered.1, "request": "%" } }),
        json!({ "issue": { "reference": ordered.0, "code": ordered.1, "request": "MAA=" } }),
        json!({ "issue": {
            "reference": ordered.0, "code": ordered.1, "request": request(0), "more": 1,
        } }),
    ] {
        let answer = send(&mut world, &malformed, start());
        assert_eq!(answer["rejected"]["name"], "malformed-request", "{malformed}");
    }
}

/// The key in a request must sign it: else one could have a certificate for another's key.
#[test]
fn a_request_that_does_not_prove_its_key_is_refused() {
    let mut world = World::new();
    let (reference, code) = world.order(crate::world::TEST, start());
    let mut der = signing_request(&STAGE.key(0)).der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let issue = json!({ "issue": {
        "reference": reference, "code": code, "request": BASE64.encode(der),
    } });
    let answer = send(&mut world, &issue, start());
    assert_eq!(answer["rejected"]["name"], "malformed-request");
    assert!(answer["rejected"]["text"].as_str().unwrap().contains("proof of possession"));
}

#[test]
fn a_code_is_shown_to_whoever_ordered_and_to_nobody_else() {
    let mut world = World::new();
    let order = json!({ "order": {
        "environment": "production",
        "cvr": "90000001",
        "organisation": "Testorganisation nr. 90000001",
        "certificate-name": "Fagsystem A",
    } });
    let read = world.mitid.read(order.to_string().as_bytes());
    let answer = world.ask(&read, start()).unwrap();
    let written = world.mitid.write(&answer, &mut world.entropy);
    let written: Value = serde_json::from_slice(&written).unwrap();
    let code = written["ordered"]["code"].as_str().unwrap();
    assert_eq!(code.len(), 32);
    let issue = json!({ "issue": {
        "reference": written["ordered"]["reference"], "code": code, "request": request(0),
    } });
    let issue = world.mitid.read(issue.to_string().as_bytes());
    let fact = crate::world::kept(&world.facts[0]);
    for shown in [
        format!("{answer:?}"),
        format!("{issue:?}"),
        format!("{fact:?}"),
        format!("{:?}", world.mitid),
    ] {
        assert!(shown.contains("OneTimeCode(..)") || !shown.contains("code"), "{shown}");
        assert!(!shown.contains(code), "{shown}");
    }
}
