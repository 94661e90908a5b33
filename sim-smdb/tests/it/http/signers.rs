//! Another signer of the STS is trusted at the control port, and what comes of it.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use oio_idws::Credential;
use parties::Environment;
use serde_json::{Value, json};
use stage::start;

use super::port::Port;
use crate::world::{
    HOLDER, NEXT_STS, SMDB, STAGE, STS, World, after, assertion, submission, token, written,
};

pub(super) const TRUST: &str = "/__admin/signers/trust";

/// A call with a token of this signer.
fn call(world: &mut World, signer: &Credential, reference: &str) -> String {
    let token = token(&assertion().write(signer).unwrap(), &SMDB.certificate);
    world.call(token, written(&submission(reference)), start()).write(&HOLDER).unwrap()
}

pub(super) fn asked(signer: &Credential) -> Value {
    json!({ "environment": "integration-test", "certificate": signer.certificate.to_pem() })
}

pub(super) async fn thumbprints(port: &Port) -> Vec<(Value, Vec<Value>)> {
    let shown = port.get("/__admin/signers").await.json();
    let trusted = shown["environments"]["integration-test"].as_array().unwrap().clone();
    let of = |it: &Value| {
        it["signers"].as_array().unwrap().iter().map(|it| it["thumbprint"].clone()).collect()
    };
    trusted.iter().map(|it| (it["from"].clone(), of(it))).collect()
}

#[tokio::test]
async fn another_signer_is_trusted_beside_the_old_one_until_a_reset() {
    let mut world = World::new();
    let port = Port::open(&world).await;
    let [old, new] = [&STS, &NEXT_STS].map(|it| json!(it.certificate.thumbprint()));
    assert_eq!(thumbprints(&port).await, [(json!(after("-30d")), vec![old.clone()])]);
    assert_eq!(port.call(&call(&mut world, &NEXT_STS, "sag-1")).await, "unknown-issuer");

    let reply = port.post(TRUST, &asked(&NEXT_STS)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(thumbprints(&port).await, [(json!(start()), vec![old.clone(), new])]);
    assert_eq!(port.call(&call(&mut world, &NEXT_STS, "sag-1")).await, "granted");
    assert_eq!(port.call(&call(&mut world, &STS, "sag-2")).await, "granted");

    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    assert_eq!(thumbprints(&port).await, [(json!(after("-30d")), vec![old])]);
    assert_eq!(port.call(&call(&mut world, &NEXT_STS, "sag-3")).await, "unknown-issuer");
}

#[tokio::test]
async fn a_signer_may_be_trusted_later() {
    let mut world = World::new();
    let port = Port::open(&world).await;
    let mut later = asked(&NEXT_STS);
    later["from"] = json!(after("1s"));
    assert_eq!(port.post(TRUST, &later).await.status, 200);
    assert_eq!(port.call(&call(&mut world, &NEXT_STS, "sag-1")).await, "unknown-issuer");
    let planned = thumbprints(&port).await;
    assert_eq!((planned.len(), &planned[1].0), (2, &json!(after("1s"))));
    port.post("/__admin/clock/advance", &json!({ "by": "1s" })).await;
    assert_eq!(port.call(&call(&mut world, &NEXT_STS, "sag-1")).await, "granted");
}

/// What is planned for later holds the signer too, and nothing is there twice.
#[tokio::test]
async fn a_signer_may_be_trusted_earlier_than_planned() {
    let mut world = World::new();
    let port = Port::open(&world).await;
    let mut later = asked(&NEXT_STS);
    later["from"] = json!(after("1s"));
    for asked in [later, asked(&NEXT_STS), asked(&NEXT_STS)] {
        assert_eq!(port.post(TRUST, &asked).await.status, 200);
    }
    let trusted = thumbprints(&port).await;
    let from: Vec<_> = trusted.iter().map(|(from, signers)| (from, signers.len())).collect();
    assert_eq!(from, [(&json!(start()), 2), (&json!(after("1s")), 2)]);
    assert_eq!(port.call(&call(&mut world, &NEXT_STS, "sag-1")).await, "granted");
}

#[tokio::test]
async fn what_cannot_be_trusted_is_refused_and_says_why() {
    let port = Port::open(&World::new()).await;
    let with = |key: &str, value: Value| {
        let mut asked = asked(&NEXT_STS);
        asked[key] = value;
        asked
    };
    let elsewhere =
        STAGE.system(Environment::Production, "skift STS", 7, after("-1d")..after("9d"));
    for (asked, status, error, nearest) in [
        (with("environment", json!("integration-tset")), 400, "no SMDB", json!("integration-test")),
        (with("environment", json!("production")), 400, "no SMDB", json!("production")),
        (with("from", json!(after("-1s"))), 400, "is over", Value::Null),
        (with("from", json!("tomorrow")), 400, "", Value::Null),
        (with("certificate", json!("nothing")), 400, "not a certificate", Value::Null),
        (with("certificate", json!(elsewhere.certificate.to_pem())), 409, "", Value::Null),
        (with("certifikate", json!("")), 400, "not known", json!("certificate")),
        (json!({}), 400, "missing field", Value::Null),
    ] {
        let reply = port.post(TRUST, &asked).await;
        let problem = reply.json();
        assert_eq!((reply.status, &problem["nearest"]), (status, &nearest), "{}", reply.text);
        assert!(problem["error"].as_str().unwrap().contains(error), "{}", reply.text);
        assert!(!problem["what-to-do"].as_str().unwrap().is_empty());
    }
    // Somebody hands in the key by mistake: they are told, and it is not.
    let key = BASE64.encode(&NEXT_STS.key.pkcs8()[..]);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
    let reply = port.post(TRUST, &with("certificate", json!(pem))).await;
    assert_eq!(reply.status, 400);
    assert!(reply.json()["error"].as_str().unwrap().contains("private key"), "{}", reply.text);
    assert!(!reply.text.contains(&key[..40]));
    assert_eq!(thumbprints(&port).await.len(), 1, "nothing has changed");
}
