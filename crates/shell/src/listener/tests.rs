//! How long each thing may take, by a clock that stands still until everybody waits.

use std::collections::BTreeMap;

use axum::{body::Bytes, routing::post};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    task::JoinHandle,
};

use super::*;
use crate::TlsAuthority;

/// How many octets lie between the two ends before somebody takes them.
const ROOM: usize = 100;
const OCTETS: usize = 10_000;
const SECOND: Duration = Duration::from_secs(1);

/// A client, and how long the conversation with it lasts.
fn conversation(tls: Option<Tls>) -> (DuplexStream, JoinHandle<Duration>) {
    conversation_among(&Connections::new(1), tls)
}

/// The same, of the connections of a listener.
fn conversation_among(
    connections: &Arc<Connections>,
    tls: Option<Tls>,
) -> (DuplexStream, JoinHandle<Duration>) {
    let (client, service) = duplex(ROOM);
    let place = connections.enter().expect("there is room for one more");
    // Now, by tokio's clock, which no machine moves.
    let begun = sleep(Duration::ZERO).deadline();
    let ended = tokio::spawn(async move {
        let router = Router::new().route("/", post(async |body: Bytes| body));
        let intake = Intake::new(router, Bounds::default(), Traffic::default());
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        attend(service, address, tls, &place, Bounds::default(), &intake).await;
        begun.elapsed()
    });
    (client, ended)
}

/// A request whose answer is as long as itself.
fn request() -> Vec<u8> {
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {OCTETS}\r\n\r\n");
    [head.as_bytes(), &[b'x'; OCTETS]].concat()
}

/// Sends an octet each second until there is an answer, and gives that.
async fn dripped(mut client: DuplexStream, begun: &[u8], octet: u8) -> String {
    let (mut answer, mut buffer) = (Vec::new(), [0; ROOM]);
    client.write_all(begun).await.unwrap();
    loop {
        match timeout(SECOND, client.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) => answer.extend_from_slice(&buffer[..count]),
            Ok(_) => return String::from_utf8(answer).unwrap(),
            // It may have gone just now; then the next octets to come are none.
            Err(_) => _ = client.write_all(&[octet]).await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_never_takes_an_answer_is_closed() {
    let (mut client, ended) = conversation(None);
    client.write_all(&request()).await.unwrap();
    assert_eq!(ended.await.unwrap(), Bounds::default().answer_time);
    let mut taken = Vec::new();
    client.read_to_end(&mut taken).await.unwrap();
    assert_eq!(taken.len(), ROOM);
}

#[tokio::test(start_paused = true)]
async fn who_takes_an_octet_at_a_time_is_closed_too() {
    let (mut client, ended) = conversation(None);
    client.write_all(&request()).await.unwrap();
    let mut taken = 0;
    while client.read_u8().await.is_ok() {
        taken += 1;
        sleep(SECOND).await;
    }
    assert_eq!(ended.await.unwrap(), Bounds::default().answer_time);
    assert!((ROOM + 29..=ROOM + 31).contains(&taken), "{taken}");
}

/// Its place is nobody else's until the whole answer is on its way.
#[tokio::test(start_paused = true)]
async fn who_takes_an_answer_slowly_is_not_idle() {
    let connections = Connections::new(1);
    let (mut client, ended) = conversation_among(&connections, None);
    client.write_all(&request()).await.unwrap();
    // All of it has arrived when nothing else happens.
    sleep(SECOND / 10).await;
    let mut answer = Vec::new();
    while !answer.ends_with(&[b'x'; OCTETS]) {
        // What still fits between the two ends was sent.
        if answer.len() < OCTETS - ROOM {
            assert!(connections.enter().is_none(), "after {} octets", answer.len());
        }
        let mut buffer = [0; ROOM];
        let count = client.read(&mut buffer).await.unwrap();
        answer.extend_from_slice(&buffer[..count]);
        sleep(SECOND / 10).await;
    }
    assert!(connections.enter().is_some());
    assert_eq!(client.read_to_end(&mut answer).await.unwrap(), 0);
    assert!(ended.await.unwrap() < Bounds::default().answer_time);
}

/// Each answer has its own time, however many there are.
#[tokio::test(start_paused = true)]
async fn who_takes_each_answer_in_time_stays() {
    let (mut client, ended) = conversation(None);
    for _ in 0..10 {
        client.write_all(&request()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(&[b'x'; OCTETS]) {
            let mut buffer = [0; ROOM];
            let count = client.read(&mut buffer).await.unwrap();
            answer.extend_from_slice(&buffer[..count]);
            sleep(SECOND / 10).await;
        }
    }
    drop(client);
    let lasted = ended.await.unwrap();
    assert!(lasted > 3 * Bounds::default().answer_time, "{lasted:?}");
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_closed() {
    let (client, ended) = conversation(None);
    assert_eq!(ended.await.unwrap(), Bounds::default().head_time);
    drop(client);
    let (mut client, ended) = conversation(None);
    client.write_all(&request()).await.unwrap();
    let mut answer = vec![0; OCTETS];
    client.read_exact(&mut answer).await.unwrap();
    sleep(SECOND).await;
    client.read_to_end(&mut answer).await.unwrap();
    assert_eq!(ended.await.unwrap(), SECOND + Bounds::default().head_time);
}

#[tokio::test(start_paused = true)]
async fn who_sends_an_octet_at_a_time_is_closed() {
    let (head, body) = (Bounds::default().head_time, Bounds::default().body_time);
    let long = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n";
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n";
    for (begun, octet, time, status) in [
        ("POST / HTTP/1.1\r\nHost: a\r\nX: ", b'x', head, ""),
        ("", b'\n', head, ""),
        (long, b'x', body, "408"),
        (chunked, b'x', body, "408"),
    ] {
        let (client, ended) = conversation(None);
        let answer = dripped(client, begun.as_bytes(), octet).await;
        assert_eq!(answer.split(' ').nth(1).unwrap_or_default(), status, "{begun}");
        assert_eq!(ended.await.unwrap(), time, "{begun}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let identity = TlsAuthority::found().unwrap().identity(&["localhost"]).unwrap();
    let tls = Tls::new(identity, BTreeMap::new());
    let (client, ended) = conversation(Some(tls.clone()));
    assert_eq!(ended.await.unwrap(), Bounds::default().handshake_time);
    drop(client);
    // The head of a record of TLS, which is longer than what will come of it.
    let (client, ended) = conversation(Some(tls));
    assert_eq!(dripped(client, b"\x16\x03\x01\x3f\x00", 0).await, "");
    assert_eq!(ended.await.unwrap(), Bounds::default().handshake_time);
}
