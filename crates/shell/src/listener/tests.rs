//! How long each thing may take, by a clock that stands still until everybody waits.

use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, Ipv4Addr},
};

use axum::{body::Bytes, routing::post};
use rustls::{
    ALL_VERSIONS, AlertDescription, ClientConfig, ClientConnection, ConnectionTrafficSecrets,
    ContentType, ProtocolVersion, RootCertStore, SupportedProtocolVersion,
    crypto::{
        CryptoProvider,
        aws_lc_rs::{self, cipher_suite::TLS13_AES_256_GCM_SHA384},
        cipher::{OutboundChunks, OutboundPlainMessage},
    },
    pki_types::{CertificateDer, ServerName, pem::PemObject},
    version::TLS13,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split},
    join,
    task::JoinHandle,
};
use tokio_rustls::TlsConnector;

use clock::{Clock, Timestamp};
use parties::{Environment, Party, Role, Text};

use super::*;
use crate::{Journal, TlsAuthority, Witness, journal::Entry};

/// How many octets lie between the two ends before somebody takes them.
const ROOM: usize = 100;
const OCTETS: usize = 10_000;
const SECOND: Duration = Duration::from_secs(1);

/// How long a conversation lasted, and what is written down of it: names, and all of it.
type Whole = (Duration, Vec<&'static str>, Vec<Arc<Entry>>);

/// The same without the rest.
type Ended = (Duration, Vec<&'static str>);

/// Where each client calls from.
const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// Where requests come in and are answered with their bodies, and what is written down there.
fn intake() -> (Arc<Intake>, Journal) {
    let router = Router::new().route("/", post(async |body: Bytes| body));
    let journal = Journal::default();
    let clock = Clock::frozen(Timestamp::from_seconds(0));
    let witness = Witness { journal: journal.clone(), clock, party: Party::Sts };
    let traffic = Traffic::witnessed_by(witness).of(Environment::Production);
    (Intake::new(router, None, Bounds::default(), traffic), journal)
}

/// A client, and what becomes of the conversation with it.
fn conversation(tls: Option<Tls>) -> (DuplexStream, JoinHandle<Ended>) {
    conversation_among(&Connections::new(1), tls)
}

/// The same, of the connections of a listener.
fn conversation_among(
    connections: &Arc<Connections>,
    tls: Option<Tls>,
) -> (DuplexStream, JoinHandle<Ended>) {
    let (client, whole) = whole_conversation(connections, tls);
    let ended = async move { whole.await.map(|(lasted, names, _)| (lasted, names)).unwrap() };
    (client, tokio::spawn(ended))
}

/// The same, with all that is written down.
fn whole_conversation(
    connections: &Arc<Connections>,
    tls: Option<Tls>,
) -> (DuplexStream, JoinHandle<Whole>) {
    let (client, service) = duplex(ROOM);
    let place = connections.enter().expect("there is room for one more");
    // Now, by tokio's clock, which no machine moves.
    let begun = sleep(Duration::ZERO).deadline();
    let ended = tokio::spawn(async move {
        let (intake, journal) = intake();
        attend(service, ADDRESS, tls, &place, Bounds::default(), &intake).await;
        let noted = journal.newest(10, None);
        let names = told(&noted);
        (begun.elapsed(), names, noted)
    });
    (client, ended)
}

/// The names of these entries, each of which says everything in both languages.
fn told(noted: &[Arc<Entry>]) -> Vec<&'static str> {
    let name = |entry: &Arc<Entry>| {
        let finding = entry.diagnosis.decisive().expect("it says why");
        for text in [&finding.rule, &finding.expected, &finding.got, &finding.what] {
            assert!(!text.en.is_empty() && text.en != text.da, "{text:?}");
        }
        assert_eq!((finding.cause.as_str(), finding.who), (entry.outcome, Role::Vendor));
        let place = (entry.path, entry.from, entry.environment);
        assert_eq!(place, ("*", Some(ADDRESS.ip()), Some(Environment::Production)));
        entry.outcome
    };
    noted.iter().map(name).collect()
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
    assert_eq!(ended.await.unwrap(), (Bounds::default().answer_time, vec!["answer-not-taken"]));
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
    assert_eq!(ended.await.unwrap(), (Bounds::default().answer_time, vec!["answer-not-taken"]));
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
    let (lasted, noted) = ended.await.unwrap();
    // It was idle by then, and had to go.
    assert!(lasted < Bounds::default().answer_time && noted == ["made-room"], "{noted:?}");
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
    let (lasted, noted) = ended.await.unwrap();
    assert!(lasted > 3 * Bounds::default().answer_time && noted.is_empty(), "{lasted:?}");
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_closed() {
    let (client, ended) = conversation(None);
    // It may do so as long as it has nothing to ask.
    assert_eq!(ended.await.unwrap(), (Bounds::default().head_time, Vec::new()));
    drop(client);
    let (mut client, ended) = conversation(None);
    client.write_all(&request()).await.unwrap();
    let mut answer = vec![0; OCTETS];
    client.read_exact(&mut answer).await.unwrap();
    sleep(SECOND).await;
    client.read_to_end(&mut answer).await.unwrap();
    assert_eq!(ended.await.unwrap(), (SECOND + Bounds::default().head_time, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn who_sends_an_octet_at_a_time_is_closed() {
    let (head, body) = (Bounds::default().head_time, Bounds::default().body_time);
    let long = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n";
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n";
    for (begun, octet, time, status, noted) in [
        ("POST / HTTP/1.1\r\nHost: a\r\nX: ", b'x', head, "", "head-too-slow"),
        ("", b'\n', head, "", "head-too-slow"),
        (long, b'x', body, "408", "body-too-slow"),
        (chunked, b'x', body, "408", "body-too-slow"),
    ] {
        let (client, ended) = conversation(None);
        let answer = dripped(client, begun.as_bytes(), octet).await;
        assert_eq!(answer.split(' ').nth(1).unwrap_or_default(), status, "{begun}");
        assert_eq!(ended.await.unwrap(), (time, vec![noted]), "{begun}");
    }
}

/// They have all the room that there is for bodies, and would have it until their time is over.
#[tokio::test(start_paused = true)]
async fn bodies_that_are_never_whole_make_room_at_once() {
    const SLOW: usize = 64;
    const LEFT: usize = 300;
    let bounds = Bounds::default();
    let (intake, journal) = intake();
    let connections = Connections::new(SLOW + 1);
    let connect = || {
        let (client, service) = duplex(ROOM);
        let (place, intake) = (connections.enter().unwrap(), Arc::clone(&intake));
        tokio::spawn(async move { attend(service, ADDRESS, None, &place, bounds, &intake).await });
        client
    };
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", bounds.body);
    let begun = [head.as_bytes(), &vec![b'x'; bounds.body - LEFT]].concat();
    let mut slow = VecDeque::new();
    for begun_before in 0..SLOW + 3 {
        let mut client = connect();
        client.write_all(&begun).await.unwrap();
        slow.push_back(client);
        // All of it has arrived when nothing else happens.
        sleep(SECOND / 10).await;
        if begun_before + 1 < SLOW {
            continue;
        }
        let asked = sleep(Duration::ZERO).deadline();
        let mut client = connect();
        client.write_all(&request()).await.unwrap();
        let mut answer = vec![0; OCTETS];
        client.read_exact(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
        // It was not the slow one that came last. It sends on, and is told all the same.
        let answer = told_after(slow.pop_front().unwrap(), &[b'x'; LEFT]).await;
        let head = answer.to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 503 ") && head.contains("connection: close"), "{head}");
        assert_eq!(asked.elapsed(), Duration::ZERO);
    }
    assert_eq!(told(&journal.newest(SLOW, None)), ["body-made-room"; 4]);
    // Whoever is left is answered when all of it has come.
    let mut left = slow.pop_front().unwrap();
    left.write_all(&[b'x'; LEFT]).await.unwrap();
    let mut answer = vec![0; bounds.body];
    left.read_exact(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let identity = TlsAuthority::found().unwrap().identity(&["localhost"]).unwrap();
    let tls = Tls::new(identity, BTreeMap::new());
    let too_slow = (Bounds::default().handshake_time, vec!["handshake-too-slow"]);
    let (client, ended) = conversation(Some(tls.clone()));
    assert_eq!(ended.await.unwrap(), too_slow);
    drop(client);
    // The head of a record of TLS, which is longer than what will come of it.
    let (client, ended) = conversation(Some(tls));
    assert_eq!(dripped(client, b"\x16\x03\x01\x3f\x00", 0).await, "");
    assert_eq!(ended.await.unwrap(), too_slow);
}

/// A server in TLS, and who vouches for it.
fn server() -> (Tls, CertificateDer<'static>) {
    let authority = TlsAuthority::found().unwrap();
    let identity = authority.identity(&["localhost"]).unwrap();
    let pem = authority.certificate_pem().unwrap();
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    (Tls::new(identity, BTreeMap::new()), der)
}

/// A client that trusts these, and speaks these versions.
fn trusting(roots: RootCertStore, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// What is written down of a client that calls a server by this name, and then goes: why, and what was got.
async fn noted(server: &Tls, client: ClientConfig, name: &'static str) -> (&'static str, Text) {
    let (stream, ended) = whole_conversation(&Connections::new(1), Some(server.clone()));
    let name = ServerName::try_from(name).unwrap();
    drop(TlsConnector::from(Arc::new(client)).connect(name, stream).await);
    let (_, names, entries) = ended.await.unwrap();
    let [name] = names[..] else { panic!("{names:?}") };
    (name, entries[0].diagnosis.decisive().unwrap().got.clone())
}

/// Whoever does not trust the server tells it so, or only goes; both are written down, and what it called the
/// server by.
#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_trust_the_server_is_written_down() {
    let (server, authority) = server();
    let both = ALL_VERSIONS;
    let (why, got) = noted(&server, trusting(RootCertStore::empty(), both), "localhost").await;
    assert_eq!(why, "server-not-trusted");
    assert!(got.en.contains("UnknownCA; it asked for `localhost`"), "{got:?}");
    assert!(got.da.contains("(received fatal alert: UnknownCA); den spurgte efter"), "{got:?}");

    let mut roots = RootCertStore::empty();
    roots.add(authority).unwrap();
    let personal = "010170-1234.invalid";
    let (_, got) = noted(&server, trusting(roots.clone(), both), personal).await;
    assert!(!got.en.contains("1234") && !got.da.contains("1234"), "{got:?}");
    let (why, got) = noted(&server, trusting(roots.clone(), both), "other.invalid").await;
    assert_eq!(why, "server-not-trusted");
    assert!(got.en.contains("BadCertificate; it asked for `other.invalid`"), "{got:?}");

    // It took the certificate, and asks for nothing: as one does that looks for the name afterwards.
    for version in both {
        let (why, got) = noted(&server, trusting(roots.clone(), &[version]), "localhost").await;
        assert_eq!(why, "left-before-request");
        assert!(got.en.contains("it asked for `localhost`"), "{got:?}");
    }

    let mut http2 = trusting(roots, both);
    http2.alpn_protocols = vec![b"h2".to_vec()];
    let (why, got) = noted(&server, http2, "localhost").await;
    assert_eq!(why, "no-common-tls");
    assert!(got.en.starts_with("nothing in common: ") && got.da.starts_with("intet"), "{got:?}");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_fails_is_written_down() {
    let (tls, _) = server();
    for (sent, why) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", vec!["no-tls"]),
        // Whoever only looks whether somebody is there.
        ("", Vec::new()),
        ("\x16\x03", Vec::new()),
    ] {
        let (mut client, ended) = conversation(Some(tls.clone()));
        client.write_all(sent.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(ended.await.unwrap().1, why, "{sent:?}");
    }
}

/// It has seen the certificate by then.
#[tokio::test(start_paused = true)]
async fn who_goes_in_the_middle_of_a_handshake_is_written_down() {
    let (tls, _) = server();
    let config = Arc::new(trusting(RootCertStore::empty(), ALL_VERSIONS));
    let name = ServerName::try_from("localhost").unwrap();
    let mut hello = Vec::new();
    ClientConnection::new(config, name).unwrap().write_tls(&mut hello).unwrap();
    let (mut client, ended) = whole_conversation(&Connections::new(1), Some(tls));
    client.write_all(&hello).await.unwrap();
    let mut flight = [0; ROOM];
    client.read_exact(&mut flight).await.unwrap();
    drop(client);
    let (_, names, noted) = ended.await.unwrap();
    assert_eq!(names, ["left-in-handshake"]);
    // What it had seen by then is a guess, and stands with what to do.
    let finding = noted[0].diagnosis.decisive().unwrap();
    let came = "the client went in the middle of the handshake; it asked for `localhost`";
    assert_eq!(finding.got.en, came);
    assert!(finding.what.en.contains(" most often ") && finding.what.da.contains(" som oftest "));
}

/// The octets of a fatal alert that a client sends when its handshake is over for it.
fn alert(client: ClientConnection, alert: AlertDescription) -> Vec<u8> {
    let (sequence, secrets) = client.dangerous_extract_secrets().unwrap().tx;
    let ConnectionTrafficSecrets::Aes256Gcm { key, iv } = secrets else { panic!("another suite") };
    let fatal = [2, u8::from(alert)];
    let message = OutboundPlainMessage {
        typ: ContentType::Alert,
        version: ProtocolVersion::TLSv1_2,
        payload: OutboundChunks::Single(&fatal),
    };
    let suite = TLS13_AES_256_GCM_SHA384.tls13().unwrap();
    suite.aead_alg.encrypter(key, iv).encrypt(message, sequence).unwrap().encode()
}

/// Some clients look at the certificate when they have said that they are done; who has asked for something took
/// it, and what else an alert says is not about the handshake.
#[tokio::test(start_paused = true)]
async fn an_alert_after_the_handshake_is_about_the_certificate_or_about_what_was_sent() {
    let (server, authority) = server();
    let mut roots = RootCertStore::empty();
    roots.add(authority).unwrap();
    let provider = CryptoProvider {
        cipher_suites: vec![TLS13_AES_256_GCM_SHA384],
        ..aws_lc_rs::default_provider()
    };
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.enable_secret_extraction = true;
    let connector = TlsConnector::from(Arc::new(config));
    for (asks, says, why, got) in [
        (
            0,
            AlertDescription::UnknownCA,
            "server-not-trusted",
            "UnknownCA; it asked for `localhost`",
        ),
        (0, AlertDescription::UserCanceled, "tls-broken", "UserCanceled"),
        (0, AlertDescription::BadRecordMac, "tls-broken", "BadRecordMac"),
        (3, AlertDescription::BadRecordMac, "tls-broken", "BadRecordMac"),
        (3, AlertDescription::HandshakeFailure, "tls-broken", "HandshakeFailure"),
        (3, AlertDescription::UnknownCA, "tls-broken", "UnknownCA"),
    ] {
        let (client, ended) = whole_conversation(&Connections::new(1), Some(server.clone()));
        let name = ServerName::try_from("localhost").unwrap();
        let mut client = connector.connect(name, client).await.unwrap();
        for _ in 0..asks {
            client.write_all(&request()).await.unwrap();
            client.flush().await.unwrap();
            let mut answer = Vec::new();
            while !answer.ends_with(&[b'x'; OCTETS]) {
                assert_ne!(client.read_buf(&mut answer).await.unwrap(), 0);
            }
        }
        let (mut stream, client) = client.into_inner();
        stream.write_all(&alert(client, says)).await.unwrap();
        let (_, names, noted) = ended.await.unwrap();
        assert_eq!(names, [why], "{says:?} after {asks}");
        let found = &noted[0].diagnosis.decisive().unwrap().got.en;
        assert!(found.ends_with(got), "{found}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_opened_after_a_handshake_is_written_down() {
    let (tls, authority) = server();
    let mut roots = RootCertStore::empty();
    roots.add(authority).unwrap();
    let (client, ended) = conversation(Some(tls));
    let connector = TlsConnector::from(Arc::new(trusting(roots, ALL_VERSIONS)));
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = connector.connect(name, client).await.unwrap();
    let (stream, _) = client.get_mut();
    stream.write_all(b"\x17\x03\x03\x00\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").await.unwrap();
    assert_eq!(ended.await.unwrap().1, ["tls-broken"]);
}

#[tokio::test(start_paused = true)]
async fn a_head_that_is_none_is_written_down() {
    for sent in ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x00\x05aaaaa"] {
        let (mut client, ended) = conversation(None);
        client.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert_eq!(ended.await.unwrap().1, ["head-unreadable"], "{sent:?}");
    }
}

/// The answer would be lost if the connection were closed while something still comes.
#[tokio::test(start_paused = true)]
async fn all_that_is_sent_is_taken_though_it_is_refused() {
    let (tls, authority) = server();
    let mut roots = RootCertStore::empty();
    roots.add(authority).unwrap();
    let connector = TlsConnector::from(Arc::new(trusting(roots, ALL_VERSIONS)));
    let body = "x".repeat(Bounds::default().body + 1);
    let length = body.len();
    for (sent, status, why) in [
        (format!("Content-Length: {length}\r\n\r\n{body}"), "413", "body-too-large"),
        (
            format!("Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"),
            "413",
            "body-too-large",
        ),
        (format!("X: {body}\r\n\r\n"), "431", "head-too-large"),
        (format!("X\r\n\r\n{body}"), "400", "head-unreadable"),
    ] {
        let sent = format!("POST / HTTP/1.1\r\nHost: a\r\n{sent}");
        let (client, ended) = conversation(None);
        let plain = told_after(client, sent.as_bytes()).await;
        assert_eq!(ended.await.unwrap(), (Duration::ZERO, vec![why]));
        let (client, ended) = conversation(Some(tls.clone()));
        let name = ServerName::try_from("localhost").unwrap();
        let client = connector.connect(name, client).await.unwrap();
        let secure = told_after(client, sent.as_bytes()).await;
        assert_eq!(ended.await.unwrap(), (Duration::ZERO, vec![why]));
        for answer in [plain, secure] {
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{why}: {answer}");
        }
    }
}

/// What a client is told that sends all of this.
async fn told_after(client: impl AsyncRead + AsyncWrite, sent: &[u8]) -> String {
    let (mut answered, mut sending) = split(client);
    let send = async {
        sending.write_all(sent).await?;
        sending.flush().await
    };
    let mut answer = String::new();
    let (sent, answered) = join!(send, answered.read_to_string(&mut answer));
    sent.and(answered).expect("everything is taken and answered");
    answer
}

/// Whoever sends on and on after the last answer, or never goes.
#[tokio::test(start_paused = true)]
async fn nobody_is_seen_off_for_ever() {
    for sends in [true, false] {
        let (client, ended) = conversation(None);
        let (mut answered, mut sent) = split(client);
        sent.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        answered.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        while sends && sent.write_all(b"x").await.is_ok() {
            sleep(SECOND).await;
        }
        assert_eq!(ended.await.unwrap(), (Bounds::default().body_time, vec!["body-too-large"]));
    }
}

/// It is told so in the journal, since it cannot be told over its connection.
#[tokio::test(start_paused = true)]
async fn who_is_idle_makes_room_and_that_is_written_down() {
    let connections = Connections::new(1);
    let (_client, ended) = conversation_among(&connections, None);
    sleep(SECOND).await;
    let _other = connections.enter().unwrap();
    assert_eq!(ended.await.unwrap(), (SECOND, vec!["made-room"]));
}
