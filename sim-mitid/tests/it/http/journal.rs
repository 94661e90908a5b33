//! What is written down of what administrators do: that it was, how it ended, and why not.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use shell::{Traffic, control::Ready};
use sim_mitid::Policy;
use stage::http::Reply;
use tokio::task::JoinSet;

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
        [&request["outcome"], &request["party"], &request["environment"], &request["act"]],
        [
            &json!("unknown-organisation"),
            &json!("mitid"),
            &json!("production"),
            &json!("terminate")
        ]
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
        "act": "connect",
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

/// What an act did is there if and only if its entry is, whether it came before a reset or after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_acts_beside_a_reset_those_that_hold_are_in_the_journal() {
    let port = Arc::new(Port::open(&World::bare(Policy::default())).await);
    for _ in 0..100 {
        let mut acts = JoinSet::new();
        for number in 10..30 {
            let (port, cvr) = (Arc::clone(&port), format!("900000{number}"));
            acts.spawn(async move {
                if number % 4 == 0 {
                    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
                }
                let asked =
                    json!({ "environment": "integration-test", "cvr": cvr, "name": "Kommune" });
                (cvr, port.ask("connect", asked).await)
            });
        }
        let acts: Vec<(String, Reply)> = acts.join_all().await;
        let shown = port.get("/__admin/administration").await.json();
        let shown = shown["organisations"].as_array().unwrap();
        for (cvr, reply) in acts {
            assert_eq!(reply.status, 200, "{}", reply.text);
            let holds = shown.iter().any(|it| it["cvr"] == cvr.as_str());
            let trace = reply.header("x-skift-trace").unwrap();
            let entry = port.get(&format!("/__admin/diagnoses/{trace}")).await.status;
            assert_eq!(entry, if holds { 200 } else { 404 }, "{cvr}");
        }
        assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    }
}

#[tokio::test]
async fn the_journal_is_emptied_while_nobody_decides() {
    let port = Port::open(&World::new()).await;
    let (mitid, emptied) = (&port.mitid, AtomicUsize::new(0));
    let service = mitid.service(Traffic::default(), Ready::default());
    let forget = || {
        assert!(format!("{:?}", mitid.publication().mitid).contains("<locked>"));
        emptied.fetch_add(1, Ordering::Relaxed);
    };
    (service.reset)(&forget).unwrap();
    assert_eq!(emptied.load(Ordering::Relaxed), 1);
}
