//! The clock moved over the port.

use serde_json::{Value, json};
use shell::control::Service;

use super::{Port, bare};

async fn did(port: &Port, verb: &str, body: &Value) -> Value {
    let reply = port.post(&format!("/__admin/clock/{verb}"), &body.to_string()).await;
    assert_eq!(reply.status, 200, "{verb} {body}: {}", reply.text);
    reply.json()
}

#[tokio::test]
async fn says_how_it_stands_after_each_move() {
    let port = Port::open().await;
    let frozen = |now: &str| json!({ "now": now, "mode": "frozen" });
    assert_eq!(port.get("/__admin/clock").await.json(), frozen("2030-03-01T08:00:00Z"));
    let by = did(&port, "advance", &json!({ "by": "8h" })).await;
    assert_eq!(by, frozen("2030-03-01T16:00:00Z"));
    let to = did(&port, "set", &json!({ "to": "2030-03-02T01:00:00.250+01:00" })).await;
    assert_eq!(to, frozen("2030-03-02T00:00:00.250Z"));
    assert_eq!(port.clock.now().to_string(), "2030-03-02T00:00:00.250Z", "the service's own");
    let at = did(&port, "freeze", &json!({ "at": "2031-01-01T00:00:00Z" })).await;
    assert_eq!(at, frozen("2031-01-01T00:00:00Z"));
    assert_eq!(did(&port, "freeze", &json!({})).await, frozen("2031-01-01T00:00:00Z"));
    assert_eq!(port.get("/__admin/clock").await.json(), at);

    let paced = did(&port, "scale", &json!({ "factor": 60 })).await;
    assert_eq!((&paced["mode"], &paced["factor"]), (&json!("paced"), &json!(60.0)));
    let paced = did(&port, "set", &json!({ "to": "2040-01-01T00:00:00Z" })).await;
    assert_eq!((&paced["mode"], &paced["factor"]), (&json!("paced"), &json!(60.0)), "it runs on");
    assert!(paced["now"].as_str().unwrap().starts_with("2040-01-01T"), "{paced}");

    assert_eq!(did(&port, "reset", &json!({})).await, frozen("2030-03-01T08:00:00Z"));
}

#[tokio::test]
async fn a_clock_that_runs_with_the_machine_says_how_far_it_is_ahead() {
    let port = Port::open().await;
    port.clock.run(::clock::Mode::Real);
    assert_eq!(port.get("/__admin/clock").await.json()["mode"], "real");
    let ahead = did(&port, "advance", &json!({ "by": "1095d" })).await;
    assert_eq!((&ahead["mode"], &ahead["offset"]), (&json!("offset"), &json!("1095d")));
}

#[tokio::test]
async fn refuses_what_is_no_time_and_says_how_to_write_it() {
    let port = Port::open().await;
    for (verb, body, said) in [
        ("set", json!({ "to": "2030-03-01T08:00:00" }), "2030-03-01T08:00:00Z"),
        ("set", json!({ "to": "tomorrow" }), "is not a point in time"),
        ("set", json!({ "to": "1999-12-31T23:59:59Z" }), "would show 1999-12-31T23:59:59Z"),
        ("set", json!({ "to": "2200-01-01T00:00:00Z" }), "would show 2200-01-01"),
        ("set", json!({}), "missing field `to`"),
        ("set", json!({ "to": 1_900_000_000 }), "expected a string"),
        ("freeze", json!({ "at": "now" }), "is not a point in time"),
        ("advance", json!({ "by": "8" }), "is not a length of time"),
        ("advance", json!({ "by": "8 hours" }), "is not a length of time"),
        ("advance", json!({ "by": "-1h" }), "not moved forward by -1h"),
        ("advance", json!({ "by": "99999999d" }), "the clock would show"),
        ("advance", json!({ "by": "9223372036854775807ms" }), "the clock would show"),
        ("scale", json!({ "factor": 0 }), "cannot run 0 times"),
        ("scale", json!({ "factor": -1 }), "cannot run -1 times"),
        ("scale", json!({ "factor": 100_001 }), "cannot run 100001 times"),
        ("scale", json!({ "factor": "fast" }), "expected f64"),
    ] {
        let reply = port.post(&format!("/__admin/clock/{verb}"), &body.to_string()).await;
        let problem = reply.json();
        assert_eq!(reply.status, 400, "{verb} {body}: {problem}");
        assert!(problem["error"].as_str().unwrap().contains(said), "{verb} {body}: {problem}");
        assert!(!problem["what-to-do"].as_str().unwrap().is_empty());
    }
    assert_eq!(port.clock.now().to_string(), super::START, "nothing of it moved the clock");
    for edge in ["2000-01-01T00:00:00Z", "2199-12-31T23:59:59Z"] {
        assert_eq!(did(&port, "set", &json!({ "to": edge })).await["now"], edge);
    }
}

#[tokio::test]
async fn a_slip_of_the_pen_is_told_by_the_nearest_name() {
    let port = Port::open().await;
    for (path, body, nearest) in [
        ("/__admin/clock/advance", r#"{"bye":"8h"}"#, json!("by")),
        ("/__admin/clock/advance", r#"{"duration":"8h"}"#, Value::Null),
        ("/__admin/clock/scale", r#"{"facto":2}"#, json!("factor")),
        ("/__admin/clock/reset", r#"{"all":true}"#, Value::Null),
        ("/__admin/clock/advanc", r#"{"by":"8h"}"#, json!("/__admin/clock/advance")),
        ("/_admin/clock", "{}", json!("/__admin/clock")),
        ("/helth", "{}", json!("/health")),
        ("/somewhere/else", "{}", Value::Null),
    ] {
        let reply = port.post(path, body).await;
        assert!(matches!(reply.status, 400 | 404), "{path}: {}", reply.status);
        assert_eq!(reply.json()["nearest"], nearest, "{path} {body}");
    }
    for body in ["{", "[]", "\"8h\"", "8", "null", "\u{0}", r#"{"by":"8h","by":"8h"}"#] {
        let reply = port.post("/__admin/clock/advance", body).await;
        assert_eq!((reply.status, reply.json()["error"].is_string()), (400, true), "{body}");
    }
    assert_eq!(port.clock.now().to_string(), super::START);
}

/// Whoever waits for the service may have moved the clock before it has all that it serves.
#[tokio::test]
async fn a_reset_goes_back_to_the_start_and_not_to_when_the_port_was_given_more() {
    let port = Port::open().await;
    did(&port, "set", &json!({ "to": "2040-01-01T00:00:00Z" })).await;
    let more = Service { clock: port.clock.clone(), ..bare() };
    port.door.open(&more);
    let start = json!({ "now": super::START, "mode": "frozen" });
    assert_eq!(did(&port, "reset", &json!({})).await, start);
}
