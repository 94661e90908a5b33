//! The description of a port, held against what is there.

use shell::control::Settings;

use super::{LOOPBACK, Port, token};

/// Everything that can be asked, by method.
const ROUTES: [(&str, &str); 17] = [
    ("get", "/__admin/clock"),
    ("post", "/__admin/clock/advance"),
    ("post", "/__admin/clock/freeze"),
    ("post", "/__admin/clock/reset"),
    ("post", "/__admin/clock/scale"),
    ("post", "/__admin/clock/set"),
    ("get", "/__admin/diagnoses"),
    ("get", "/__admin/diagnoses/{trace-id}"),
    ("get", "/__admin/docs"),
    ("post", "/__admin/echo"),
    ("get", "/__admin/requests"),
    ("post", "/__admin/reset"),
    ("get", "/health"),
    ("get", "/metrics"),
    ("get", "/ready"),
    ("get", "/version"),
    ("get", "/nothing"),
];

#[tokio::test]
async fn names_every_route_and_no_other() {
    let port = Port::open().await;
    let document = port.get("/__admin/docs").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut named = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            named.push((method.as_str(), path.as_str()));
            assert!(operation["summary"].as_str().is_some_and(|it| !it.is_empty()), "{path}");
        }
    }
    let (nothing, routes) = ROUTES.split_last().unwrap();
    assert_eq!(named, routes);
    for (method, path) in ROUTES {
        let path = path.replace("{trace-id}", "0f8fad5b-d9cb-469f-a165-70867728950e");
        let reply = match method {
            "get" => port.get(&path).await,
            _ => port.post(&path, "{}").await,
        };
        let is_there = !matches!(reply.status, 404 | 405) || reply.text.contains("the journal");
        assert_eq!(is_there, path != nothing.1, "{method} {path}: {}", reply.text);
        let other = match method {
            "get" => port.post(&path, "{}").await,
            _ => port.get(&path).await,
        };
        assert!(matches!(other.status, 404 | 405), "{path}: {}", other.status);
        assert!(other.json()["error"].is_string());
    }
}

#[tokio::test]
async fn says_what_is_asked_and_answered() {
    let port = Port::open().await;
    let document = port.get("/__admin/docs").await.json();
    let advance = &document["paths"]["/__admin/clock/advance"]["post"];
    assert_eq!(advance["operationId"], "post-clock-advance");
    let body = &advance["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["properties"]["by"]["type"], "string", "{body}");
    let needs_body = |verb: &str| {
        let operation = &document["paths"][format!("/__admin/clock/{verb}")]["post"];
        operation["requestBody"]["required"].as_bool().unwrap()
    };
    assert!(needs_body("advance") && !needs_body("freeze"));
    let answer = &advance["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(answer["properties"]["now"]["type"], "string", "{answer}");
    let refused = &advance["responses"]["default"]["content"]["application/json"]["schema"];
    assert_eq!(refused["properties"]["what-to-do"]["type"], "string", "{refused}");
    let by_message = &document["paths"]["/__admin/diagnoses"]["get"]["parameters"][0];
    assert_eq!((&by_message["name"], &by_message["in"]), (&"message-id".into(), &"query".into()));
    assert_eq!(by_message["required"], true);
    let by_trace = &document["paths"]["/__admin/diagnoses/{trace-id}"]["get"]["parameters"][0];
    assert_eq!((&by_trace["name"], &by_trace["in"]), (&"trace-id".into(), &"path".into()));
    assert!(document.get("security").is_none());
    assert!(!document.to_string().contains("$ref"), "each part can be read by itself");
}

#[tokio::test]
async fn says_whether_a_token_is_asked_for() {
    let settings = Settings { address: LOOPBACK, token: Some(token()), hosts: Vec::new() };
    let port = Port::with(settings).await;
    let header = "Authorization: Bearer a token of a test\r\n";
    let document = port.send("GET", "/__admin/docs", header, "").await.json();
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert!(document["security"][0]["bearer"].is_array());
}
