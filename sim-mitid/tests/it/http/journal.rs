//! What is written down of what administrators do: that it was, how it ended, and why not.

use serde_json::{Value, json};
use sim_mitid::Policy;

use super::port::Port;
use crate::world::{World, cvr};

#[tokio::test]
async fn a_refused_act_is_found_by_the_trace_id_of_its_answer_in_both_languages() {
    let port = Port::open(&World::new()).await;
    let asked = json!({ "environment": "production", "cvr": "90000002" });
    let reply = port.ask("terminate", asked).await;
    assert_eq!(reply.status, 409, "{}", reply.text);
    let truth = port.truth(&reply).await;
    let request = &truth["request"];
    assert_eq!(
        [&request["outcome"], &request["party"], &request["environment"], &request["step"]],
        [&json!("unknown-organisation"), &json!("mitid"), &json!("production"), &Value::Null]
    );
    assert_eq!(truth["findings"], reply.json()["diagnosis"], "what was told at once");
    let finding = &truth["findings"][0];
    assert_eq!(
        (&finding["cause"], &finding["who"]),
        (&request["outcome"], &json!("mitid-administrator"))
    );
    for text in ["rule", "expected", "got", "who-must-act", "what-to-do"] {
        assert!(["en", "da"].iter().all(|it| !finding[text][it].as_str().unwrap().is_empty()));
    }
    assert_ne!(finding["what-to-do"]["en"], finding["what-to-do"]["da"]);
    let counted = port.get("/metrics").await.text;
    let line = "skift_requests_total{what=\"act\",outcome=\"unknown-organisation\"} 1\n";
    assert!(counted.contains(line), "{counted}");
}

#[tokio::test]
async fn of_what_is_granted_it_is_written_down_that_it_was_and_nothing_of_it() {
    let port = Port::open(&World::bare(Policy::default())).await;
    let asked = json!({ "environment": "integration-test", "cvr": cvr(), "name": "Testkommunen" });
    let reply = port.ask("connect", asked.clone()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let expected = json!({
        "trace-id": reply.header("x-skift-trace").unwrap(),
        "at": "2030-03-01T08:00:00Z",
        "party": "mitid",
        "environment": "integration-test",
        "step": null,
        "path": "/__admin/administration",
        "from": "127.0.0.1",
        "message-id": null,
        "answer-id": null,
        "outcome": "granted",
        "request-octets": json!({ "connect": asked }).to_string().len(),
        "answer-octets": reply.text.len(),
        "remarks": [],
    });
    let told = port.get("/__admin/requests").await.json();
    assert_eq!(told, json!({ "requests": [expected], "kept": 1, "forgotten": 0 }));
    assert_eq!(port.truth(&reply).await["findings"], json!([]));
}

/// A look at how everything stands is none of what the core is asked.
#[tokio::test]
async fn what_cannot_be_read_is_written_down_and_a_look_is_not() {
    let port = Port::open(&World::new()).await;
    for body in [
        json!({ "conect": {} }),
        json!({ "terminate": { "enviroment": "production", "cvr": cvr() } }),
        json!({ "directory": "integration-tset" }),
        json!({ "terminate": { "environment": "production" } }),
        json!([]),
    ] {
        let reply = port.post("/__admin/administration", &body).await;
        assert_eq!(reply.status, 400, "{body}");
        let truth = port.truth(&reply).await;
        assert_eq!(
            [&truth["request"]["outcome"], &truth["findings"][0]["cause"]],
            ["malformed-request"; 2]
        );
        assert_eq!(truth["request"]["answer-octets"], reply.text.len(), "{body}");
    }
    assert_eq!(port.get("/__admin/administration").await.header("x-skift-trace"), None);
    assert_eq!(port.get("/__admin/requests").await.json()["kept"], 5);
}
