//! What a machine asks: lives it, can it be asked, what does it count.

use std::{net::SocketAddr, sync::atomic::Ordering, time::Duration};

use serde_json::json;
use shell::{Bounds, Listener};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::oneshot::{self, Sender},
};

use super::{LOOPBACK, Port, entry};
use crate::stage::{one_answer, request, rest_of, service};

#[tokio::test]
async fn it_lives_before_it_can_be_asked() {
    let port = Port::open().await;
    assert_eq!(port.get("/health").await.status, 200);
    let reply = port.get("/ready").await;
    let starting = json!({ "status": "starting", "waits-for": "its own start" });
    assert_eq!((reply.status, reply.json()), (503, starting));
    port.ready.waits_for("somebody");
    assert_eq!(port.get("/ready?wait=0").await.json()["waits-for"], "somebody");
    port.ready.complete();
    let waits_for = port.get("/ready").await.json()["waits-for"].clone();
    assert_eq!(waits_for, "the end of the start");
    port.ready.set();
    let reply = port.get("/ready").await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "status": "up" })));
    port.ready.stopping();
    assert_eq!(port.get("/ready?wait=60").await.json(), json!({ "status": "stopping" }));
}

#[tokio::test]
async fn who_waits_is_answered_as_soon_as_it_can_be_asked() {
    let port = Port::open().await;
    let mut waiting = TcpStream::connect(port.address).await.unwrap();
    let asked = "GET /ready?wait=600 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    waiting.write_all(asked.as_bytes()).await.unwrap();
    port.ready.set();
    assert!(one_answer(&mut waiting).await.contains("{\"status\":\"up\"}"));
}

/// Neither who waits nor who waited and has gone keeps others from asking.
#[tokio::test]
async fn any_number_may_wait_and_the_port_answers_all_the_same() {
    let port = Port::open().await;
    let wait = async || {
        let mut stream = TcpStream::connect(port.address).await.unwrap();
        let asked = "GET /ready?wait=600 HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(asked.as_bytes()).await.unwrap();
        stream
    };
    for _ in 0..33 {
        drop(wait().await);
        assert_eq!(port.get("/health").await.status, 200);
    }
    let mut waiting = Vec::new();
    for _ in 0..60 {
        waiting.push(wait().await);
        assert_eq!(port.get("/health").await.status, 200);
    }
    port.ready.set();
    let mut refused = 0;
    for mut stream in waiting {
        let answer = one_answer(&mut stream).await;
        if answer.starts_with("HTTP/1.1 503") {
            assert!(answer.contains("too many wait"), "{answer}");
            refused += 1;
        } else {
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    }
    assert_eq!(refused, 20);
}

#[tokio::test]
async fn says_which_program_it_is() {
    let version = Port::open().await.get("/version").await;
    assert_eq!(version.json(), json!({ "name": "sim-test", "version": "1.2.3" }));
    for header in ["cache-control: no-store\r\n", "x-content-type-options: nosniff\r\n"] {
        assert!(version.head.contains(header), "{}", version.head);
    }
}

/// What the port's listener counts, as soon as it says so.
async fn counted(port: &Port, line: &str) -> String {
    loop {
        let text = port.get("/metrics").await.text;
        if text.contains(line) {
            return text;
        }
        tokio::task::yield_now().await;
    }
}

/// A service whose listener counts for the port.
async fn service_beside(port: &Port, bounds: Bounds) -> (SocketAddr, Sender<()>) {
    let listener = Listener::bind(LOOPBACK, None, bounds).await.unwrap();
    let address = listener.address();
    let (stop, stopped) = oneshot::channel();
    let listener = listener.counting(port.traffic.clone());
    tokio::spawn(listener.serve(service(), async move { _ = stopped.await }));
    (address, stop)
}

#[tokio::test]
async fn counts_outcomes_connections_and_what_a_bound_refused() {
    let port = Port::open().await;
    for (outcome, id) in [("granted", "a"), ("replayed", "b"), ("replayed", "c")] {
        port.journal.write(entry(outcome, id));
    }
    let (address, _stop) = service_beside(&port, Bounds { body: 10, ..Bounds::default() }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for (octets, status) in [(5, "200"), (11, "413")] {
        stream.write_all(request(octets, "").as_bytes()).await.unwrap();
        let answer = one_answer(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
    // That one goes, and this one counts from when it was accepted.
    drop(stream);
    let _open = TcpStream::connect(address).await.unwrap();
    let text = counted(&port, "skift_connections_open 1\n").await;
    for line in [
        "skift_requests_total{what=\"message\",outcome=\"granted\"} 1\n",
        "skift_requests_total{what=\"message\",outcome=\"replayed\"} 2\n",
        "skift_refused_total{why=\"body-too-large\"} 1\n",
        "skift_refused_total{why=\"body-made-room\"} 0\n",
        "skift_clock_seconds 1898582400.0\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn counts_a_head_that_was_too_long() {
    let port = Port::open().await;
    let bounds = Bounds { head: 8 * 1024, ..Bounds::default() };
    let (address, _stop) = service_beside(&port, bounds).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let long = request(0, &format!("X: {}\r\n", "x".repeat(10_000)));
    stream.write_all(long.as_bytes()).await.unwrap();
    assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 431"));
    counted(&port, "skift_refused_total{why=\"head-too-large\"} 1\n").await;
}

#[tokio::test]
async fn counts_who_was_too_slow_and_what_did_not_fit() {
    for (bounds, status, why) in [
        (Bounds { body_time: Duration::ZERO, ..Bounds::default() }, "408", "body-too-slow"),
        (Bounds { bodies: 0, ..Bounds::default() }, "503", "overloaded"),
    ] {
        let port = Port::open().await;
        let (address, _stop) = service_beside(&port, bounds).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let begun = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx";
        stream.write_all(begun.as_bytes()).await.unwrap();
        let answer = one_answer(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        counted(&port, &format!("skift_refused_total{{why=\"{why}\"}} 1\n")).await;
    }
}

#[tokio::test]
async fn counts_a_connection_that_there_was_no_room_for() {
    let port = Port::open().await;
    let bounds = Bounds { connections: 0, ..Bounds::default() };
    let (address, _stop) = service_beside(&port, bounds).await;
    let mut late = TcpStream::connect(address).await.unwrap();
    assert_eq!(rest_of(&mut late).await, "");
    let text = counted(&port, "skift_connections_unanswered_total{why=\"no-room\"} 1\n").await;
    assert!(text.contains("skift_connections_unanswered_total{why=\"made-room\"} 0\n"), "{text}");
}

#[tokio::test]
async fn a_reset_reaches_the_service_and_the_journal_and_leaves_the_clock() {
    let port = Port::open().await;
    port.journal.write(entry("granted", "a"));
    port.post("/__admin/clock/advance", r#"{"by":"1h"}"#).await;
    let reply = port.post("/__admin/reset", "").await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "done": true })));
    assert_eq!(port.resets.load(Ordering::Relaxed), 1);
    assert_eq!(port.journal.count(), (0, 0));
    assert_eq!(port.clock.now().to_string(), "2030-03-01T09:00:00Z");
    assert_eq!(port.get("/__admin/reset").await.status, 405);
    assert_eq!(port.resets.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_service_has_routes_of_its_own() {
    let port = Port::open().await;
    assert_eq!(port.post("/__admin/echo", r#"{"text":"abc"}"#).await.text, "cba");
}
