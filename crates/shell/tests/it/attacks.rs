//! Clients that mean harm: bodies without end, octets one at a time, connections by the thousand. Each is
//! answered or closed as agreed, the next one is served, and memory stays where it was.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use clock::{Clock, Timestamp};
use parties::Party;
use shell::{Bounds, Journal, Tls, TlsAuthority, Traffic, Witness};
use stage::machine;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{mpsc, watch},
    task::JoinSet,
    time::timeout,
};

use crate::stage::{Served, one_answer, request, rest_of, service};

const CLOSE: &str = "Connection: close\r\n";
/// What one client sends at once.
const PIECE: &[u8] = &[b'x'; 64 * 1024];
/// So short that a test can wait for it; how long it was, nothing hangs on.
const SHORT: Duration = Duration::from_millis(200);
/// How often a slow client sends something, as long as it hears nothing.
const DRIP: Duration = Duration::from_millis(5);
/// Far less than what is sent, and far more than a listener takes.
const ROOM: u64 = 64 * 1024 * 1024;

/// That memory never grows by more than [`ROOM`] while this is there; where the machine does not tell,
/// nothing is said.
struct Bounded(Option<[u64; 2]>);

impl Bounded {
    fn from_now() -> Self {
        Self(machine::memory().zip(machine::memory_at_most()).map(|(now, most)| [now, most]))
    }

    #[track_caller]
    fn check(self) {
        let Some([now, most]) = self.0 else { return };
        let grown = machine::memory().unwrap().saturating_sub(now);
        assert!(grown < ROOM, "{grown} octets more are in use");
        let grown = machine::memory_at_most().unwrap().saturating_sub(most);
        assert!(grown < ROOM, "{grown} octets more were in use");
    }
}

async fn is_served(served: &Served) {
    let answer = served.answer_to(request(5, CLOSE)).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("5 octets"), "{answer}");
}

/// What a client is told that sends a head and all of these pieces before it reads.
async fn flooded(served: &Served, head: &str, pieces: usize, piece: Vec<u8>) -> String {
    let mut stream = served.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..pieces {
        stream.write_all(&piece).await.expect("all of it is taken");
    }
    rest_of(&mut stream).await
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_refused_and_not_kept() {
    let served = Served::start(None, Bounds::default()).await;
    let bounded = Bounded::from_now();
    let pieces = 100_000_000_usize.div_ceil(PIECE.len());
    let length = format!("Content-Length: {}\r\n\r\n", pieces * PIECE.len());
    let chunk = [format!("{:x}\r\n", PIECE.len()).as_bytes(), PIECE, b"\r\n"].concat();
    for (headers, piece) in
        [(&*length, PIECE.to_vec()), ("Transfer-Encoding: chunked\r\n\r\n", chunk)]
    {
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}");
        let answer = flooded(&served, &head, pieces, piece).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{headers}: {answer}");
    }
    bounded.check();
    is_served(&served).await;
}

/// Each body may be as long as it is: there are only too many of them.
#[tokio::test]
async fn bodies_that_all_come_at_once_are_not_all_kept() {
    const CLIENTS: usize = 500;
    let bounds = Bounds::default();
    let served = Served::start(None, bounds).await;
    let bounded = Bounded::from_now();
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", bounds.body);
    let (go, gone) = watch::channel(false);
    let (refused, mut refusals) = mpsc::channel(CLIENTS);
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (head, refused, mut gone) = (head.clone(), refused.clone(), gone.clone());
        let (mut answer, mut question) = served.connect().await.into_split();
        clients.spawn(async move {
            question.write_all(head.as_bytes()).await.unwrap();
            for _ in 1..bounds.body / PIECE.len() {
                if question.write_all(PIECE).await.is_err() {
                    break;
                }
            }
            let go = async { drop(gone.wait_for(|gone| *gone).await) };
            // The last piece comes when everybody who is refused knows.
            tokio::select! {
                answer = rest_of(&mut answer) => {
                    refused.send(()).await.unwrap();
                    answer
                }
                () = go => {
                    // It may have made room just now.
                    let _ = question.write_all(PIECE).await;
                    one_answer(&mut answer).await
                }
            }
        });
    }
    // When all has come that comes before, no more of them are held than there is room for.
    let room = bounds.bodies / (bounds.body - PIECE.len());
    for _ in room..CLIENTS {
        refusals.recv().await.unwrap();
    }
    go.send(true).unwrap();
    let answers = clients.join_all().await;
    let with = |status: &str| answers.iter().filter(|it| it.starts_with(status)).count();
    let [answered, refused] = ["HTTP/1.1 200", "HTTP/1.1 503"].map(with);
    assert!((1..=room).contains(&answered) && answered + refused == CLIENTS, "{answers:?}");
    bounded.check();
    is_served(&served).await;
}

/// They have all the room, and each would have its own until its time is over. They come again as
/// often as they are closed.
#[tokio::test]
async fn bodies_that_are_never_whole_keep_nobody_out() {
    const CLIENTS: usize = 16;
    let (journal, clock) = (Journal::default(), Clock::frozen(Timestamp::from_seconds(0)));
    let traffic =
        Traffic::witnessed_by(Witness { journal: journal.clone(), clock, party: Party::Sts });
    let bounds = Bounds::default();
    let bounds = Bounds { bodies: CLIENTS * bounds.body, ..bounds };
    let served = Served::start_counting(service(), None, bounds, traffic).await;
    let bounded = Bounded::from_now();
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", bounds.body);
    let begun: Arc<[u8]> = [head.as_bytes(), &vec![b'x'; bounds.body - 1_000]].concat().into();
    let (told, mut answers) = mpsc::unbounded_channel();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (begun, told, address) = (Arc::clone(&begun), told.clone(), served.address);
        clients.spawn(async move {
            while let Ok(stream) = TcpStream::connect(address).await {
                told.send(dripped(stream, &begun, b'x').await).unwrap();
            }
        });
    }
    let mut made_room = 0;
    while made_room < 2 * CLIENTS {
        is_served(&served).await;
        while let Ok(answer) = answers.try_recv() {
            made_room += usize::from(answer.starts_with("HTTP/1.1 503"));
        }
    }
    bounded.check();
    let outcomes = journal.newest(CLIENTS, None);
    assert_eq!(outcomes.len(), CLIENTS);
    assert!(outcomes.iter().all(|it| it.outcome == "body-made-room"), "{outcomes:?}");
}

/// Sends an octet whenever nothing was heard for a while, until the service closes.
async fn dripped(mut stream: TcpStream, begun: &[u8], octet: u8) -> String {
    stream.write_all(begun).await.unwrap();
    let (mut answer, mut buffer) = (Vec::new(), [0; 1024]);
    loop {
        match timeout(DRIP, stream.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) => answer.extend_from_slice(&buffer[..count]),
            Ok(_) => break,
            Err(_) if stream.write_all(&[octet]).await.is_err() => break,
            Err(_) => {}
        }
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn who_sends_an_octet_at_a_time_is_closed_and_keeps_nobody_out() {
    let bounds =
        Bounds { handshake_time: SHORT, head_time: SHORT, body_time: SHORT, ..Bounds::default() };
    let plain = Served::start(None, bounds).await;
    let identity = TlsAuthority::found().unwrap().identity(&["localhost"]).unwrap();
    let secure = Served::start(Some(Tls::new(identity, BTreeMap::new())), bounds).await;
    let bounded = Bounded::from_now();
    let mut clients = JoinSet::new();
    for (served, begun, octet, statuses) in [
        (&plain, &b"POST / HTTP/1.1\r\nHost: a\r\nX: "[..], b'x', &["", "408"][..]),
        (&plain, b"", b'\n', &["", "408"]),
        (&plain, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n", b'x', &["408"]),
        (
            &plain,
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n",
            b'x',
            &["408"],
        ),
        // The head of a record of TLS, which is longer than what will come of it.
        (&secure, b"\x16\x03\x01\x3f\x00", 0, &[""]),
    ] {
        for _ in 0..30 {
            let stream = served.connect().await;
            clients.spawn(async move {
                let answer = dripped(stream, begun, octet).await;
                let status = answer.split(' ').nth(1).unwrap_or_default();
                assert!(statuses.contains(&status), "{begun:?}: {answer}");
            });
        }
    }
    is_served(&plain).await;
    clients.join_all().await;
    bounded.check();
    is_served(&plain).await;
}

#[tokio::test]
async fn ten_thousand_idle_connections_keep_nobody_out() {
    const CLIENTS: usize = 10_000;
    if !machine::may_open(12_000, "ten_thousand_idle_connections_keep_nobody_out") {
        return;
    }
    let bounds = Bounds::default();
    let served = Served::start(None, bounds).await;
    let bounded = Bounded::from_now();
    let mut idle = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        idle.push(served.connect().await);
    }
    is_served(&served).await;
    // Those who came first have gone, as many as there was no room for.
    let is_closed = |it: &TcpStream| !matches!(it.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
    for stream in &mut idle[..CLIENTS - bounds.connections] {
        assert_eq!(rest_of(stream).await, "");
    }
    let open = idle.iter().filter(|it| !is_closed(it)).count();
    assert!((bounds.connections - 2..=bounds.connections).contains(&open), "{open}");
    bounded.check();
    is_served(&served).await;
}
