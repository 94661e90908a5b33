//! The truth beside the wire: found by trace and by message, at the time that the port was told.

use clock::Timestamp;
use entropy::Entropy;
use oio_idws::Credential;
use serde_json::{Value, json};

use super::port::{Port, trace};
use crate::world::*;

/// A request made at `now`, and its id.
fn asked(credential: &Credential, now: Timestamp, seed: u64) -> (Vec<u8>, String) {
    let request = request(now, &mut Entropy::seeded(seed, "sts", "port"));
    let message = request.write(credential).unwrap().into_bytes();
    (message, request.message_id)
}

#[tokio::test]
async fn a_refusal_is_found_by_trace_and_by_message_in_both_languages() {
    let port = Port::open(&World::with_old()).await;
    let (message, id) = asked(&NEW, stage::start(), 1);
    let reply = port.ask(&message).await;
    assert_eq!(reply.status, 500);
    assert!(!reply.text.contains("not-registered"), "the wire hides it: {}", reply.text);

    let truth = port.get(&format!("/__admin/diagnoses/{}", trace(&reply))).await.json();
    let request = &truth["request"];
    assert_eq!(
        [&request["outcome"], &request["message-id"], &request["environment"], &request["from"]],
        [
            &json!("certificate-not-registered"),
            &json!(id),
            &json!("integration-test"),
            &json!("127.0.0.1")
        ]
    );
    assert_eq!(request["request-octets"], message.len());
    assert_eq!(request["answer-octets"], reply.text.len());
    let finding = &truth["findings"][0];
    assert_eq!(
        (&finding["cause"], &finding["who"]),
        (&request["outcome"], &json!("nemlogin-administrator"))
    );
    for text in ["rule", "expected", "got", "who-must-act", "what-to-do"] {
        let [english, danish] = ["en", "da"].map(|it| finding[text][it].as_str().unwrap());
        assert!(!english.is_empty() && !danish.is_empty(), "{text}");
    }
    assert_ne!(finding["rule"]["en"], finding["rule"]["da"]);

    let answer_id = request["answer-id"].as_str().unwrap();
    assert!(reply.text.contains(answer_id), "{answer_id}");
    for id in [id.as_str(), answer_id] {
        let found = port.get(&format!("/__admin/diagnoses?message-id={id}")).await.json();
        assert_eq!(found, json!({ "diagnoses": [truth] }), "{id}");
    }
}

#[tokio::test]
async fn a_replay_and_what_it_repeats_are_found_together() {
    let port = Port::open(&World::with_old()).await;
    let (message, id) = asked(&OLD, stage::start(), 1);
    let (first, second) = (port.ask(&message).await, port.ask(&message).await);
    assert_eq!((first.status, second.status), (200, 500));
    let found = port.get(&format!("/__admin/diagnoses?message-id={id}")).await.json();
    let of = |number: usize| &found["diagnoses"][number]["request"];
    assert_eq!(
        (&of(0)["outcome"], &of(0)["trace-id"]),
        (&json!("replayed"), &json!(trace(&second)))
    );
    assert_eq!((&of(1)["outcome"], &of(1)["trace-id"]), (&json!("granted"), &json!(trace(&first))));
    assert_eq!(found["diagnoses"][1]["findings"], json!([]));
    let text = port.get("/metrics").await.text;
    for line in ["granted\"} 1\n", "replayed\"} 1\n"] {
        assert!(
            text.contains(&format!("skift_requests_total{{what=\"message\",outcome=\"{line}")),
            "{text}"
        );
    }
}

/// Certificates, signatures and tokens are rows of base64; no other word of a message is as long.
#[tokio::test]
async fn nothing_of_a_message_is_told() {
    let port = Port::open(&World::with_old()).await;
    let mut told = String::new();
    let mut secrets = Vec::new();
    for (credential, seed) in [(&*OLD, 1), (&*NEW, 2)] {
        let (message, id) = asked(credential, stage::start(), seed);
        let reply = port.ask(&message).await;
        for text in [std::str::from_utf8(&message).unwrap(), &reply.text] {
            let is_base64 = |it: char| it.is_ascii_alphanumeric() || it == '+' || it == '/';
            let words = text.split(|it| !is_base64(it)).filter(|it| it.len() >= 40);
            secrets.extend(words.filter(|it| !it.starts_with('/')).map(str::to_owned));
        }
        told += &port.get(&format!("/__admin/diagnoses?message-id={id}")).await.text;
    }
    told += &port.get("/__admin/requests").await.text;
    told += &port.get("/metrics").await.text;
    told += &port.get("/__admin/administration").await.text;
    assert!(secrets.len() > 10, "{}", secrets.len());
    let leaked: Vec<_> = secrets.iter().filter(|it| told.contains(*it)).collect();
    assert_eq!(leaked, Vec::<&String>::new());
}

/// A message chooses its own id, and may put anything there.
#[tokio::test]
async fn a_personal_number_in_an_id_is_not_kept() {
    let port = Port::open(&World::with_old()).await;
    let (message, id) = asked(&OLD, stage::start(), 1);
    let message = String::from_utf8(message).unwrap().replace(&id, "610180-0049");
    let reply = port.ask(message.as_bytes()).await;
    assert_eq!(reply.status, 500);
    for path in ["/__admin/requests".to_owned(), format!("/__admin/diagnoses/{}", trace(&reply))] {
        let text = port.get(&path).await.text;
        assert!(text.contains("sha256:") && !text.contains("610180"), "{text}");
    }
    assert_eq!(port.get("/__admin/diagnoses?message-id=610180-0049").await.status, 200);
}

#[tokio::test]
async fn an_expiry_is_seen_as_soon_as_the_clock_is_there() {
    let port = Port::open(&World::with_old()).await;
    let last = *EXPIRY - stage::INSTANT;
    let moved = |to: Timestamp| json!({ "to": to });
    assert_eq!(port.post("/__admin/clock/set", &moved(last)).await.status, 200);
    let (message, _) = asked(&OLD, last, 1);
    assert_eq!(port.ask(&message).await.status, 200);

    let clock = port.post("/__admin/clock/advance", &json!({ "by": "1ms" })).await.json();
    assert_eq!(clock["now"], json!(*EXPIRY));
    let (message, _) = asked(&OLD, *EXPIRY, 2);
    let reply = port.ask(&message).await;
    let truth = port.get(&format!("/__admin/diagnoses/{}", trace(&reply))).await.json();
    assert_eq!(truth["request"]["outcome"], "certificate-expired");
    assert_eq!(truth["request"]["at"], json!(*EXPIRY));

    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    let outcomes = port.get("/__admin/requests").await.json();
    assert_eq!(outcomes["requests"], Value::Array(Vec::new()));
    assert_eq!(port.get("/__admin/clock").await.json()["now"], json!(*EXPIRY), "it stays");
}

#[tokio::test]
async fn describes_every_route() {
    let port = Port::open(&World::new()).await;
    let document = port.get("/__admin/docs").await.json();
    assert_eq!(document["info"]["title"], "The control port of sim-sts");
    let administration = &document["paths"]["/__admin/administration"];
    let clicks = &administration["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(clicks["oneOf"].as_array().unwrap().len(), 12);
    assert_eq!(administration["post"]["requestBody"]["required"], true);
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.replace("{trace-id}", "none");
        for method in operations.as_object().unwrap().keys() {
            let reply = match method.as_str() {
                "get" => port.get(&path).await,
                _ => port.post(&path, &json!({})).await,
            };
            assert!(!matches!(reply.status, 404 | 405), "{method} {path}: {}", reply.text);
        }
    }
}
