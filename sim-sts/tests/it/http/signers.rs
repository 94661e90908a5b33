//! An STS rolls over to its next signer at the control port, and what clients then get.

use clock::Timestamp;
use entropy::Entropy;
use oio_idws::{Credential, trust::StsReply};
use serde_json::{Value, json};
use shell::Folder;

use super::port::Port;
use crate::world::*;

const ROLL_OVER: &str = "/__admin/signers/roll-over";

/// With one more signer at hand in integration test.
fn world() -> World {
    let mut world = World::with_old();
    let issuer = world.sts.issuer_mut(TEST).unwrap();
    *issuer = issuer.clone().with_next_signer(NEXT_SIGNER.clone());
    world
}

/// Whether a token that is asked for at `now` is signed by this signer, and by no other.
async fn is_signed_by(port: &Port, credential: &Credential, now: Timestamp, seed: u64) -> bool {
    let request = request(now, &mut Entropy::seeded(seed, "sts", "signers"));
    let reply = port.ask(request.write(&OLD).unwrap().as_bytes()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let verifies = |it: &Credential| {
        matches!(
            StsReply::read(reply.text.as_bytes(), it.certificate.public_key()),
            Ok(StsReply::Token(_))
        )
    };
    let other = if credential == signer() { &NEXT_SIGNER } else { signer() };
    assert_ne!(verifies(credential), verifies(other));
    verifies(credential)
}

async fn shown(port: &Port) -> Value {
    port.get("/__admin/signers").await.json()["environments"]["integration-test"].clone()
}

fn here() -> Value {
    json!({ "environment": "integration-test" })
}

#[tokio::test]
async fn the_next_signer_signs_from_the_roll_over_on_until_a_reset() {
    let port = Port::open(&world()).await;
    let now = stage::start();
    assert!(is_signed_by(&port, signer(), now, 1).await);
    let before = shown(&port).await;
    let next = json!(NEXT_SIGNER.certificate.thumbprint());
    assert_eq!(before["next"]["thumbprint"], next);
    assert_eq!(before["next"]["pem"], json!(NEXT_SIGNER.certificate.to_pem()), "to hand it on");

    let reply = port.post(ROLL_OVER, &here()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let after = shown(&port).await;
    assert_eq!(after["signers"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&after["signers"][0]["signer"]["thumbprint"], &after["next"]),
        (&next, &Value::Null)
    );
    assert!(is_signed_by(&port, &NEXT_SIGNER, now, 2).await);
    let again = port.post(ROLL_OVER, &here()).await;
    assert_eq!(again.status, 409, "there is no other");

    port.post("/__admin/reset", &json!({})).await;
    assert_eq!(shown(&port).await, before);
    assert!(is_signed_by(&port, signer(), now, 3).await);
}

#[tokio::test]
async fn a_roll_over_may_be_planned() {
    let port = Port::open(&world()).await;
    let at = after("1m");
    let planned = json!({ "environment": "integration-test", "at": at });
    assert_eq!(port.post(ROLL_OVER, &planned).await.status, 200);
    let signers = shown(&port).await["signers"].clone();
    assert_eq!((signers.as_array().unwrap().len(), &signers[1]["from"]), (2, &json!(at)));
    for (now, signer, seed) in [(at - stage::INSTANT, signer(), 1), (at, &NEXT_SIGNER, 2)] {
        port.post("/__admin/clock/set", &json!({ "to": now })).await;
        assert!(is_signed_by(&port, signer, now, seed).await, "{now}");
    }
}

#[tokio::test]
async fn what_cannot_be_rolled_over_is_refused_and_says_why() {
    let port = Port::open(&world()).await;
    let production = json!({ "environment": "production" });
    let past = json!({ "environment": "integration-test", "at": after("-1s") });
    for (asked, status, nearest) in [
        (json!({ "environment": "produktion" }), 400, json!("production")),
        (json!({ "enviroment": "production" }), 400, json!("environment")),
        (past, 400, Value::Null),
        (production, 409, Value::Null),
    ] {
        let reply = port.post(ROLL_OVER, &asked).await;
        let problem = reply.json();
        assert_eq!((reply.status, &problem["nearest"]), (status, &nearest), "{}", reply.text);
        assert!(!problem["what-to-do"].as_str().unwrap().is_empty());
    }
    assert!(is_signed_by(&port, signer(), stage::start(), 1).await, "nothing has changed");
}

/// All of it goes back or nothing: neither who signs without what is registered, nor the other way round.
#[tokio::test]
async fn a_reset_that_cannot_be_kept_changes_nothing_in_memory_and_on_disk() {
    for within in ["", "integration-test", "production"] {
        let path = format!("skift-sts-{}-reset-{within}", std::process::id());
        let folder = Folder::open(std::env::temp_dir().join(path)).unwrap();
        let port = Port::going_on(&world(), &folder).await;
        let system = json!({ "it-system": "fagsystem", "organisation": "90000001" });
        assert_eq!(port.click("create-it-system", system).await.status, 200);
        assert_eq!(port.post(ROLL_OVER, &here()).await.status, 200);
        let standing = async |port: &Port| {
            let registered = port.get("/__admin/administration").await.json();
            (registered["it-systems"].clone(), shown(port).await)
        };
        let before = standing(&port).await;
        // What is to be forgotten cannot be put aside there.
        let aside = folder.at(within).join("facts-before-reset.jsonl");
        std::fs::create_dir_all(aside.join("a")).unwrap();
        let refused = port.post("/__admin/reset", &json!({})).await;
        assert_eq!(refused.status, 507, "{}", refused.text);
        assert_eq!(standing(&port).await, before);
        drop(port);
        std::fs::remove_dir_all(aside).unwrap();
        let port = Port::going_on(&world(), &folder).await;
        assert_eq!(standing(&port).await, before);
        assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
        let after = standing(&port).await;
        assert!(after.0 != before.0 && after.1 != before.1, "{after:?}");
        std::fs::remove_dir_all(folder.path()).unwrap();
    }
}
