//! What was asked, and the truth about it.

use serde_json::{Value, json};
use shell::journal::GRANTED;

use super::{Port, entry};

const ID: &str = "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e";

async fn outcomes(port: &Port, query: &str) -> Vec<String> {
    let reply = port.get(&format!("/__admin/requests{query}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let requests = reply.json()["requests"].as_array().unwrap().clone();
    requests.iter().map(|it| it["outcome"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_newest_come_first() {
    let port = Port::open().await;
    for (outcome, id) in [(GRANTED, "a"), ("replayed", "b"), ("timestamp-expired", "c")] {
        port.journal.write(entry(outcome, id));
    }
    assert_eq!(outcomes(&port, "").await, ["timestamp-expired", "replayed", "granted"]);
    assert_eq!(outcomes(&port, "?limit=2").await, ["timestamp-expired", "replayed"]);
    assert_eq!(outcomes(&port, "?outcome=granted&limit=5").await, ["granted"]);
    assert_eq!(outcomes(&port, "?limit=0").await, [""; 0]);
    assert_eq!(outcomes(&port, "?outcome=other").await, [""; 0]);
    for (query, nearest) in [
        ("?limit=many", Value::Null),
        ("?limit=-1", Value::Null),
        ("?limt=2", json!("limit")),
        ("?outcomes=granted", json!("outcome")),
    ] {
        let reply = port.get(&format!("/__admin/requests{query}")).await;
        assert_eq!((reply.status, &reply.json()["nearest"]), (400, &nearest), "{query}");
    }
}

#[tokio::test]
async fn no_more_is_told_than_asked_for_and_no_more_kept_than_there_is_room_for() {
    let port = Port::open().await;
    (0..1_005).for_each(|number| port.journal.write(entry(GRANTED, &number.to_string())));
    let told = port.get("/__admin/requests").await.json();
    assert_eq!(told["requests"].as_array().unwrap().len(), 100);
    assert_eq!((&told["kept"], &told["forgotten"]), (&json!(1_000), &json!(5)));
    let told = port.get("/__admin/requests?limit=18446744073709551615").await.json();
    assert_eq!(told["requests"].as_array().unwrap().len(), 1_000);
    for (number, status) in [(4, 404), (5, 200)] {
        let reply = port.get(&format!("/__admin/diagnoses?message-id={number}")).await;
        assert_eq!(reply.status, status, "{number}");
    }
    let text = port.get("/metrics").await.text;
    assert!(
        text.contains("skift_requests_total{what=\"message\",outcome=\"granted\"} 1005\n"),
        "{text}"
    );
}

#[tokio::test]
async fn a_request_is_told_without_its_message() {
    let port = Port::open().await;
    let entry = entry("replayed", ID);
    port.journal.write(entry.clone());
    let told = port.get("/__admin/requests").await.json();
    let expected = json!({
        "trace-id": entry.trace.to_string(),
        "at": "2030-03-01T08:00:00Z",
        "party": "sts",
        "environment": "integration-test",
        "step": 1,
        "act": null,
        "path": "/SecurityTokenService.svc",
        "from": "127.0.0.1",
        "message-id": ID,
        "answer-id": null,
        "outcome": "replayed",
        "request-octets": 5_000,
        "answer-octets": 700,
        "remarks": ["the list could not be had"],
    });
    assert_eq!(told, json!({ "requests": [expected], "kept": 1, "forgotten": 0 }));
}

#[tokio::test]
async fn the_truth_is_found_by_trace_and_by_message_in_both_languages() {
    let port = Port::open().await;
    let (refused, granted) = (entry("replayed", ID), entry(GRANTED, "no uuid"));
    port.journal.write(refused.clone());
    port.journal.write(granted.clone());
    let truth = port.get(&format!("/__admin/diagnoses/{}", refused.trace)).await.json();
    let finding = json!({
        "cause": "replayed",
        "rule": { "en": "a rule", "da": "en regel" },
        "expected": { "en": "this", "da": "det her" },
        "got": { "en": "that", "da": "noget andet" },
        "who": "nemlogin-administrator",
        "who-must-act": { "en": "NemLog-in administrator", "da": "NemLog-in-administrator" },
        "what-to-do": { "en": "provision", "da": "provisionér" },
    });
    assert_eq!(truth["findings"], json!([finding]));
    assert_eq!(truth["request"]["message-id"], ID);
    let by_message = port.get(&format!("/__admin/diagnoses?message-id={ID}")).await.json();
    assert_eq!(by_message, json!({ "diagnoses": [truth] }));

    let by_message = port.get("/__admin/diagnoses?message-id=no%20uuid").await.json();
    let of_granted = &by_message["diagnoses"][0];
    assert_eq!(of_granted["request"]["trace-id"], granted.trace.to_string());
    assert_eq!(of_granted["findings"], json!([]));
    let shown = of_granted["request"]["message-id"].as_str().unwrap();
    assert!(shown.starts_with("sha256:"), "{shown}");
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_forgotten() {
    let port = Port::open().await;
    for (path, status) in [
        ("/__admin/diagnoses/0f8fad5b-d9cb-469f-a165-70867728950e", 404),
        ("/__admin/diagnoses?message-id=x", 404),
        ("/__admin/diagnoses/x", 400),
        ("/__admin/diagnoses/%FF", 400),
        ("/__admin/diagnoses", 400),
        ("/__admin/diagnoses?message=x", 400),
    ] {
        let reply = port.get(path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
        assert!(!reply.json()["what-to-do"].as_str().unwrap().is_empty(), "{path}");
    }
}
