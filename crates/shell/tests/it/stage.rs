//! A listener on loopback with a service that tells what reached it, and a client that writes octets.

use std::net::SocketAddr;

use axum::{Extension, Router, body::Bytes, routing::post};
use parties::Proof;
use shell::{Bounds, Listener, Peer, Tls, Traffic};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

/// A listener that serves until it is stopped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    pub(crate) done: JoinHandle<()>,
}

impl Served {
    pub(crate) async fn start(tls: Option<Tls>, bounds: Bounds) -> Self {
        Self::start_with(service(), tls, bounds).await
    }

    pub(crate) async fn start_with(router: Router, tls: Option<Tls>, bounds: Bounds) -> Self {
        Self::start_counting(router, tls, bounds, Traffic::default()).await
    }

    pub(crate) async fn start_counting(
        router: Router,
        tls: Option<Tls>,
        bounds: Bounds,
        traffic: Traffic,
    ) -> Self {
        Self::of(Self::listener(tls, bounds).await.counting(traffic), router)
    }

    pub(crate) async fn listener(tls: Option<Tls>, bounds: Bounds) -> Listener {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        Listener::bind(loopback, tls, bounds).await.unwrap()
    }

    pub(crate) fn of(listener: Listener, router: Router) -> Self {
        let address = listener.address();
        let (stop, stopped) = oneshot::channel();
        let stopped = async move { _ = stopped.await };
        let done = tokio::spawn(listener.serve(router, stopped));
        Self { address, stop, done }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// What comes back for these octets, until the service closes.
    pub(crate) async fn answer_to(&self, octets: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(octets.as_ref()).await.unwrap();
        rest_of(&mut stream).await
    }

    /// Tells it to stop, and says when it has.
    pub(crate) fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.done
    }
}

/// Everything until the other end closes, in whatever way.
pub(crate) async fn rest_of(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        answer.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8(answer).unwrap()
}

/// The head of one answer, and its body, which is as long as it says.
pub(crate) async fn one_answer(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut answer = String::new();
    loop {
        answer.push(char::from(stream.read_u8().await.unwrap()));
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return answer;
        }
    }
}

/// Tells how long the body was and who sent it.
pub(crate) fn service() -> Router {
    let tell = |Extension(peer): Extension<Peer>, body: Bytes| async move {
        let certificate = match peer.certificate {
            Proof::Missing => "0 of a certificate".to_owned(),
            Proof::Unchecked(key) => key.text().en,
            Proof::Key(certificate) => format!("{} of a certificate", certificate.len()),
        };
        let name = peer.server_name.as_deref().unwrap_or("no name").to_owned();
        format!("{} octets; {certificate}; {name}", body.len())
    };
    Router::new().route("/", post(tell))
}

/// A request with a body of so many octets.
pub(crate) fn request(octets: usize, headers: &str) -> String {
    let body = "x".repeat(octets);
    format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {octets}\r\n{headers}\r\n{body}")
}
