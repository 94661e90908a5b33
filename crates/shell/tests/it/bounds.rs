//! What is too much, too long or too slow is answered or closed, and the next one is served.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, routing::post};
use clock::{Clock, Timestamp};
use parties::Party;
use shell::{Bounds, Journal, Traffic, Witness, apart};
use tokio::{
    io::AsyncWriteExt,
    sync::{mpsc, watch},
};

use crate::stage::{Served, one_answer, request, rest_of, service};

const CLOSE: &str = "Connection: close\r\n";

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn a_body_may_be_as_long_as_agreed_and_no_longer() {
    let served = Served::start(None, Bounds { body: 1_000, ..Bounds::default() }).await;
    let fits = served.answer_to(request(1_000, CLOSE)).await;
    assert!(fits.ends_with("1000 octets; 0 of a certificate; no name"), "{fits}");
    assert_eq!(status(&served.answer_to(request(1_001, "")).await), "413");
    let begun = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n";
    assert_eq!(status(&served.answer_to(begun).await), "413");
    let chunks = |count| {
        let chunk = format!("64\r\n{}\r\n", "x".repeat(100));
        let head =
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n{CLOSE}\r\n");
        format!("{head}{}0\r\n\r\n", chunk.repeat(count))
    };
    let fits = served.answer_to(chunks(10)).await;
    assert!(fits.contains("1000 octets"), "{fits}");
    assert_eq!(status(&served.answer_to(chunks(11)).await), "413");
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_go_on_and_not_if_it_has_too_much() {
    let served = Served::start(None, Bounds { body: 1_000, ..Bounds::default() }).await;
    let ask = |octets: usize| {
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {octets}\r\nExpect: 100-continue\r\n\r\n"
        )
    };
    let mut stream = served.connect().await;
    stream.write_all(ask(3).as_bytes()).await.unwrap();
    assert_eq!(status(&one_answer(&mut stream).await), "100");
    stream.write_all(b"xyz").await.unwrap();
    assert!(one_answer(&mut stream).await.contains("3 octets"));
    assert_eq!(status(&served.answer_to(ask(1_001)).await), "413");
}

#[tokio::test]
async fn a_head_may_not_be_endless() {
    let bounds = Bounds { head: 16 * 1024, ..Bounds::default() };
    let served = Served::start(None, bounds).await;
    let header = format!("X: {}\r\n{CLOSE}", "x".repeat(10_000));
    assert_eq!(status(&served.answer_to(request(0, &header)).await), "200");
    let header = format!("X: {}\r\n", "x".repeat(20_000));
    assert_eq!(status(&served.answer_to(request(0, &header)).await), "431");
    let many: String = (0..200).map(|number| format!("X-{number}: x\r\n")).collect();
    assert_eq!(status(&served.answer_to(request(0, &many)).await), "431");
}

/// A service that answers at another path when it is told to.
fn held() -> (Router, watch::Sender<bool>) {
    let (go, gone) = watch::channel(false);
    let wait = move |body: Bytes| {
        let mut gone = gone.clone();
        async move {
            gone.wait_for(|gone| *gone).await.unwrap();
            format!("{} octets", body.len())
        }
    };
    (service().merge(Router::new().route("/wait", post(wait))), go)
}

#[tokio::test]
async fn what_does_not_fit_at_once_is_told_to_come_again() {
    let (router, go) = held();
    let bounds = Bounds { body: 10_000, bodies: 10_000, ..Bounds::default() };
    let served = Served::start_with(router, None, bounds).await;
    let mut first = served.connect().await;
    first
        .write_all(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n")
        .await
        .unwrap();
    first.write_all(&[b'x'; 9_000]).await.unwrap();
    // All of it has come from some time on, and keeps its room until it was answered.
    let refused = loop {
        let answer = served.answer_to(request(2_000, CLOSE)).await;
        if status(&answer) == "503" {
            break answer;
        }
        tokio::task::yield_now().await;
    };
    assert!(refused.contains("retry-after: 1"), "{refused}");
    go.send(true).unwrap();
    assert!(one_answer(&mut first).await.contains("9000 octets"));
    assert_eq!(status(&served.answer_to(request(2_000, CLOSE)).await), "200");
}

#[tokio::test]
async fn no_more_requests_are_worked_on_than_agreed() {
    let (router, go) = held();
    let served =
        Served::start_with(router, None, Bounds { requests: 1, ..Bounds::default() }).await;
    let mut first = served.connect().await;
    first.write_all(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    loop {
        if status(&served.answer_to(request(0, CLOSE)).await) == "503" {
            break;
        }
    }
    go.send(true).unwrap();
    assert_eq!(status(&one_answer(&mut first).await), "200");
    assert_eq!(status(&served.answer_to(request(0, CLOSE)).await), "200");
}

/// What is only promised takes no room: neither of bodies nor among the connections.
#[tokio::test]
async fn who_promises_a_body_and_sends_none_keeps_nobody_out() {
    let bounds = Bounds { body: 10_000, bodies: 20_000, connections: 8, ..Bounds::default() };
    let served = Served::start(None, bounds).await;
    let mut silent = Vec::new();
    for promise in ["Transfer-Encoding: chunked", "Content-Length: 10000"].repeat(10) {
        let mut stream = served.connect().await;
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{promise}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        silent.push(stream);
        assert_eq!(status(&served.answer_to(request(5_000, CLOSE)).await), "200");
    }
    assert_eq!(rest_of(&mut silent[0]).await, "");
}

#[tokio::test]
async fn work_that_was_begun_counts_until_it_is_done_though_the_client_has_gone() {
    let (begun, mut begins) = mpsc::channel(1);
    let (go, gone) = std::sync::mpsc::channel();
    let gone = Arc::new(Mutex::new(gone));
    let work = move || {
        let (begun, gone) = (begun.clone(), Arc::clone(&gone));
        apart(move || {
            begun.blocking_send(()).unwrap();
            gone.lock().unwrap().recv().unwrap();
        })
    };
    let router = service().merge(Router::new().route("/work", post(work)));
    let served =
        Served::start_with(router, None, Bounds { requests: 1, ..Bounds::default() }).await;
    let mut first = served.connect().await;
    first.write_all(b"POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    begins.recv().await.unwrap();
    drop(first);
    for _ in 0..50 {
        assert_eq!(status(&served.answer_to(request(0, CLOSE)).await), "503");
    }
    go.send(()).unwrap();
    while status(&served.answer_to(request(0, CLOSE)).await) != "200" {
        tokio::task::yield_now().await;
    }
}

/// A wait that nobody waits for is none: it would hold its place for as long as somebody once asked for.
#[tokio::test]
async fn a_wait_ends_with_its_client() {
    let (begun, mut begins) = mpsc::channel(1);
    let wait = move || {
        let begun = begun.clone();
        async move {
            begun.send(()).await.unwrap();
            std::future::pending::<()>().await;
        }
    };
    let router = service().merge(Router::new().route("/wait", post(wait)));
    let served =
        Served::start_with(router, None, Bounds { requests: 1, ..Bounds::default() }).await;
    let mut first = served.connect().await;
    first.write_all(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    begins.recv().await.unwrap();
    drop(first);
    while status(&served.answer_to(request(0, CLOSE)).await) != "200" {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_refused_is_written_down_under_the_name_that_the_client_is_told() {
    let journal = Journal::default();
    let traffic = Traffic::witnessed_by(Witness {
        journal: journal.clone(),
        clock: Clock::frozen(Timestamp::from_seconds(0)),
        party: Party::Smdb,
    });
    let bounds = Bounds { body: 10, requests: 0, head: 16 * 1024, ..Bounds::default() };
    let served = Served::start_counting(service(), None, bounds, traffic).await;
    let broken = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n";
    for (asked, code, cause) in [
        (request(11, CLOSE), "413", "body-too-large"),
        (request(10, CLOSE), "503", "overloaded"),
        (broken.to_owned(), "400", "body-broken-off"),
    ] {
        let answer = served.answer_to(asked).await;
        assert_eq!(status(&answer), code, "{answer}");
        let trace = answer.lines().find_map(|line| line.strip_prefix("x-skift-trace: ")).unwrap();
        let entry = journal.traced(trace.parse().unwrap()).unwrap();
        let finding = entry.diagnosis.decisive().unwrap();
        assert_eq!((entry.outcome, &*finding.cause), (cause, cause));
        for text in [&finding.rule, &finding.expected, &finding.got, &finding.what] {
            assert!(!text.en.is_empty() && !text.da.is_empty() && text.en != text.da, "{text:?}");
        }
    }
    // Its client can be told no name: the head was not read.
    let long = request(0, &format!("X: {}\r\n{CLOSE}", "x".repeat(20_000)));
    assert_eq!(status(&served.answer_to(long).await), "431");
    assert_eq!(journal.newest(1, None)[0].outcome, "head-too-large");
}

/// A client that opens connections and says nothing closes its own oldest ones, and nobody else's
/// requests.
#[tokio::test]
async fn many_idle_connections_keep_nobody_out() {
    let bounds = Bounds { connections: 20, ..Bounds::default() };
    let served = Served::start(None, bounds).await;
    let mut idle = Vec::new();
    for _ in 0..100 {
        idle.push(served.connect().await);
    }
    assert!(served.answer_to(request(5, CLOSE)).await.contains("5 octets"));
    let closed = tokio::time::timeout(Duration::from_secs(10), rest_of(&mut idle[0])).await;
    assert_eq!(closed.unwrap(), "");
}
