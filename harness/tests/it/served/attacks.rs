//! What means harm before a message is read, at `skift serve` as its users have it: each is named at the
//! control port, memory stays where it was, and who means well is served all the same.

use std::net::SocketAddr;

use oio_idws::Binding;
use parties::Environment;
use serde_json::Value;
use stage::{
    http::{Https, get},
    machine,
    served::Served,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    client::Client,
    skift::{data, places, start, system_user},
    tls_authority,
};

const ENVIRONMENT: Environment = Environment::IntegrationTest;
const OCTETS: usize = 100_000_000;
const CLIENTS: usize = 10_000;
/// Far less than what is sent.
const GROWN_MAX: u64 = 48 * 1024 * 1024;

/// What is attacked, and a client that means well.
async fn served(name: &str) -> (Served, Https, Client) {
    let data = data(name);
    let served = start(&data, &[]);
    let authority = tls_authority(&data);
    let (places, own) = (places(&served, ENVIRONMENT), system_user(&data, ENVIRONMENT));
    let mut client = Client::new(ENVIRONMENT, Binding::OioIdws, places, &authority, own).await;
    assert_eq!(client.report().await, Ok(()));
    (served, Https::trusting(&authority), client)
}

/// It lives, it has grown by little since `before`, and the client is served.
async fn check_unharmed(served: &Served, before: Option<u64>, mut client: Client) {
    for control in ["mitid-control", "sts-control", "smdb-control"] {
        assert_eq!(get(served.at(control), "/health").await.status, 200, "{control}");
    }
    assert_eq!(client.report().await, Ok(()));
    if let Some((before, now)) = before.zip(served.memory_at_most()) {
        assert!(now - before < GROWN_MAX, "{before} and then {now}");
    }
}

/// The cause that a diagnosis names, which says everything in both languages.
fn told(truth: &Value) -> String {
    let finding = &truth["findings"][0];
    for text in ["rule", "expected", "got", "what-to-do"] {
        for language in ["en", "da"] {
            let text = finding[text][language].as_str();
            assert!(text.is_some_and(|it| !it.is_empty()), "{truth}");
        }
    }
    finding["cause"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_hundred_megabytes_in_tls_are_refused_and_named() {
    let (served, https, client) = served("flood").await;
    let before = served.memory_at_most();
    for (service, control, path) in [
        ("sts-integration-test", "sts-control", "/SecurityTokenService.svc"),
        ("smdb-integration-test", "smdb-control", "/SmdbService.svc"),
        ("smdb-integration-test", "smdb-control", "/api/accesstoken/issue"),
    ] {
        let mut stream = https.connect(served.at(service), "localhost").await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {OCTETS}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // Most clients write all of a message before they read.
        let piece = vec![b'x'; 64 * 1024];
        for _ in 0..OCTETS.div_ceil(piece.len()) {
            stream.write_all(&piece).await.expect("all of it is taken");
        }
        stream.flush().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
        let trace = answer.lines().find_map(|line| line.strip_prefix("x-skift-trace: ")).unwrap();
        let truth = get(served.at(control), &format!("/__admin/diagnoses/{trace}")).await.json();
        assert_eq!(told(&truth), "body-too-large", "{path}");
    }
    check_unharmed(&served, before, client).await;
}

#[tokio::test]
async fn ten_thousand_idle_connections_are_named_and_keep_nobody_out() {
    if !machine::may_open(12_000, "ten_thousand_idle_connections_are_named_and_keep_nobody_out") {
        return;
    }
    let (served, _, client) = served("idle").await;
    let before = served.memory_at_most();
    let sts = served.at("sts-integration-test");
    let mut idle = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        idle.push(TcpStream::connect(sts).await.unwrap());
    }
    check_unharmed(&served, before, client).await;
    let newest = newest(served.at("sts-control"), "made-room").await;
    let path = format!("/__admin/diagnoses/{}", newest["trace-id"].as_str().unwrap());
    assert_eq!(told(&get(served.at("sts-control"), &path).await.json()), "made-room");
    let metrics = get(served.at("sts-control"), "/metrics").await.text;
    let counted = metrics.lines().find_map(|line| {
        line.strip_prefix("skift_connections_unanswered_total{why=\"made-room\"} ")
    });
    let counted: usize = counted.unwrap().parse().unwrap();
    assert!(counted > CLIENTS / 2, "{metrics}");
}

/// The newest request of an outcome.
async fn newest(control: SocketAddr, outcome: &str) -> Value {
    let asked = get(control, &format!("/__admin/requests?outcome={outcome}")).await.json();
    asked["requests"][0].clone()
}
