//! Who asks at a port for what it has not gets a bare status, and a name under which the truth is told.

use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use clock::{Clock, Timestamp};
use parties::{Finding, Party, Role};
use shell::{
    Bounds, Journal, Port, Traffic, Witness,
    control::{Control, Service, Settings},
    program::Instruments,
};
use stage::http;
use tokio::sync::oneshot;

use crate::stage::Served;

/// A port of the STS.
async fn sts(journal: &Journal, traffic: &Traffic, port: Option<Port>) -> Served {
    let unprovisioned = async || (StatusCode::NOT_FOUND, "no metadata is here\n");
    let router = Router::new()
        .route("/SecurityTokenService.svc", post(async || "an answer"))
        .route("/{environment}/metadata", get(unprovisioned));
    let listener = Served::listener(None, Bounds::default()).await.counting(traffic.clone());
    let listener = match port {
        Some(port) => listener.serving(port),
        None => listener,
    };
    assert_eq!(journal.count(), (0, 0));
    Served::of(listener, router)
}

fn witness(journal: &Journal) -> Witness {
    let clock = Clock::frozen(Timestamp::from_seconds(0));
    Witness { journal: journal.clone(), clock, party: Party::Sts }
}

/// What the status and `Allow` of an answer are, and the name that it tells; it has no body.
async fn asked(served: &Served, what: &str) -> (String, Option<String>, Option<String>) {
    let head =
        format!("{what} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
    let answer = served.answer_to(head).await;
    let of = |name: &str| {
        let found = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.map(str::to_owned)
    };
    let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
    assert!(status == "200" || answer.ends_with("\r\n\r\n"), "{answer}");
    (status, of("allow"), of("x-skift-trace"))
}

async fn found(served: &Served, journal: &Journal, what: &str, status: &str) -> Finding {
    let (got, allow, trace) = asked(served, what).await;
    assert_eq!((&*got, allow.is_some()), (status, status == "405"), "{what}");
    let trace = trace.unwrap_or_else(|| panic!("{what}: no name")).parse().unwrap();
    let entry = journal.traced(trace).unwrap();
    let finding = entry.diagnosis.decisive().unwrap().clone();
    assert_eq!((entry.outcome, entry.step, entry.path), (&*finding.cause, None, "*"));
    for text in [&finding.rule, &finding.expected, &finding.got, &finding.what] {
        assert!(!text.en.is_empty() && !text.da.is_empty(), "{finding:?}");
    }
    assert_eq!(finding.who, Role::Vendor);
    finding
}

#[tokio::test]
async fn a_wrong_path_is_told_with_those_that_there_are() {
    let journal = Journal::default();
    let served = sts(&journal, &Traffic::witnessed_by(witness(&journal)), Some(Port::Sts)).await;
    for (path, what_en, what_da) in [
        ("/SecurityTokenService.svc/", "just so: `/SecurityTokenService.svc`", "nøjagtig sådan"),
        ("//SecurityTokenService.svc", "just so: `/SecurityTokenService.svc`", "nøjagtig sådan"),
        ("/securitytokenservice.svc", "just so: `/SecurityTokenService.svc`", "nøjagtig sådan"),
        ("/", "one of these paths", "en af disse stier"),
        ("/SmdbService.svc", "send it to the port of SMDB.", "sende det til SMDB's port."),
        ("/api/accesstoken/issue", "the port of SMDB", "SMDB's port"),
        ("/api/2025-07/Ping", "the port of SMDB", "SMDB's port"),
        ("/production/oces/root/crl/root.crl", "where MitID Erhverv", "hvor MitID Erhverv"),
    ] {
        let finding = found(&served, &journal, &format!("POST {path}?a=b"), "404").await;
        assert_eq!(finding.cause, "unknown-path");
        for text in [&finding.expected.en, &finding.expected.da] {
            assert!(text.contains("`POST /SecurityTokenService.svc`, `GET /{env"), "{text}");
        }
        let begun = format!("`POST {path}`");
        assert!(finding.got.en.starts_with(&begun) && finding.got.da.starts_with(&begun));
        let is_elsewhere = what_en.contains("the port") || what_en.contains("where");
        assert_eq!(finding.got.en.contains(", which belongs to the port"), is_elsewhere, "{path}");
        assert!(finding.what.en.contains(what_en), "{path}: {:?}", finding.what);
        assert!(finding.what.da.contains(what_da), "{path}: {:?}", finding.what);
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_with_the_right_one() {
    let journal = Journal::default();
    let served = sts(&journal, &Traffic::witnessed_by(witness(&journal)), Some(Port::Sts)).await;
    for method in ["GET", "HEAD", "PUT"] {
        let asked = format!("{method} /SecurityTokenService.svc");
        let finding = found(&served, &journal, &asked, "405").await;
        assert_eq!(finding.cause, "wrong-method");
        assert!(finding.expected.en.ends_with("port: `POST /SecurityTokenService.svc`"));
        assert_eq!(finding.got.da, format!("`{asked}`"));
    }
}

/// A slip may be anything, an address with a citizen in it too.
#[tokio::test]
async fn no_personal_number_is_repeated() {
    let journal = Journal::default();
    let served = sts(&journal, &Traffic::witnessed_by(witness(&journal)), Some(Port::Sts)).await;
    for path in ["/api/0101701234", "/%30101701234", "/a?cpr=010170-1234"] {
        found(&served, &journal, &format!("POST {path}"), "404").await;
    }
    found(&served, &journal, "CPR010170-1234 /SecurityTokenService.svc", "405").await;
    let written = format!("{:?}", journal.newest(9, None));
    assert!(written.contains("(withheld)") && written.contains("(tilbageholdt)"), "{written}");
    assert!(!written.contains("1701234") && !written.contains("170-1234"), "{written}");
}

#[tokio::test]
async fn what_is_right_or_no_clients_leaves_nothing() {
    let journal = Journal::default();
    let traffic = Traffic::witnessed_by(witness(&journal));
    let served = sts(&journal, &traffic, Some(Port::Sts)).await;
    for what in ["/health", "/ready", "/version", "/metrics", "/__admin/clock", "/__admin"] {
        let (status, _, trace) = asked(&served, &format!("GET {what}")).await;
        assert_eq!((&*status, trace), ("404", None), "{what}");
    }
    assert_eq!(asked(&served, "POST /SecurityTokenService.svc").await.0, "200");
    // It says itself what is not there.
    let head = "GET /nowhere/metadata HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = served.answer_to(head).await;
    assert!(answer.ends_with("no metadata is here\n") && !answer.contains("x-skift-trace"));
    let none = sts(&journal, &traffic, None).await;
    assert_eq!(asked(&none, "POST /nowhere").await.2, None);
    assert_eq!(journal.count(), (0, 0));
}

/// Who tries paths without end costs an operator nothing but their like.
#[tokio::test]
async fn wrong_paths_push_out_nothing_that_was_answered_and_are_counted() {
    let journal = Journal::default();
    let traffic = Traffic::witnessed_by(witness(&journal));
    let served = sts(&journal, &traffic, Some(Port::Sts)).await;
    for number in 0..120 {
        asked(&served, &format!("POST /{number}")).await;
    }
    asked(&served, "GET /SecurityTokenService.svc").await;
    assert_eq!(journal.count(), (100, 21), "a tenth of what is kept of answers");

    let instruments = Instruments {
        clock: Clock::frozen(Timestamp::from_seconds(0)),
        journal,
        traffic,
        ready: shell::Ready::default(),
    };
    let settings = Settings { address: ([127, 0, 0, 1], 0).into(), token: None, hosts: Vec::new() };
    let control =
        Control::bind(settings, &Service::starting(("a", "0"), instruments)).await.unwrap();
    let (at, (_stop, stopped)) = (control.address(), oneshot::channel::<()>());
    tokio::spawn(control.serve(async move { _ = stopped.await }));
    // Nor is who mistypes something there, who is told at once.
    let mistyped = http::get(at, "/__admin/nothing").await;
    assert_eq!((mistyped.status, mistyped.header("x-skift-trace")), (404, None));
    let metrics = http::get(at, "/metrics").await.text;
    assert!(metrics.contains("skift_refused_total{why=\"unknown-path\"} 120\n"), "{metrics}");
    assert!(metrics.contains("skift_refused_total{why=\"wrong-method\"} 1\n"), "{metrics}");
    assert!(metrics.contains("# HELP skift_refused Requests that got no further than a listener"));
}
