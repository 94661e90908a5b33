//! A client that asks a service over a real socket, and knows nothing of it.

use std::{io, net::SocketAddr, sync::Arc};

use oio_idws::Credential;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// What comes back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The status line and the headers, their names in lower case.
    pub head: String,
    /// The body, as text; what is none in it is replaced.
    pub text: String,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body, which is in JSON.
    ///
    /// # Panics
    ///
    /// If it is not.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find_map(|(header, value)| (header == name).then_some(value))
    }
}

/// Looks at something.
///
/// # Panics
///
/// If nothing comes back that is HTTP.
pub async fn get(at: SocketAddr, path: &str) -> Reply {
    send(at, "GET", path, "", b"").await.expect("a service in a test answers")
}

/// Does something that is asked as JSON.
///
/// # Panics
///
/// If nothing comes back that is HTTP.
pub async fn post(at: SocketAddr, path: &str, body: &Value) -> Reply {
    post_as(at, path, "application/json", body.to_string().as_bytes()).await
}

/// Does something that is asked in a body of that media type.
///
/// # Panics
///
/// If nothing comes back that is HTTP.
pub async fn post_as(at: SocketAddr, path: &str, media_type: &str, body: &[u8]) -> Reply {
    let media_type = format!("Content-Type: {media_type}\r\n");
    send(at, "POST", path, &media_type, body).await.expect("a service in a test answers")
}

async fn send(
    at: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<Reply> {
    let stream = TcpStream::connect(at).await?;
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {at}\r\n{headers}");
    exchange(stream, &head, body).await
}

/// Sends one request over a connection, and reads what comes back until it is closed.
async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    head: &str,
    body: &[u8],
) -> io::Result<Reply> {
    let length = body.len();
    let head = format!("{head}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let reply = || {
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n")?;
        let head = String::from_utf8(answer[..end].to_vec()).ok()?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let body = answer[end + 4..].to_vec();
        let text = String::from_utf8_lossy(&body).into_owned();
        Some(Reply { status, head, text, body })
    };
    let no_http = || String::from_utf8_lossy(&answer).into_owned();
    reply().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, no_http()))
}

/// A client that asks over TLS, and trusts one authority.
#[derive(Clone)]
pub struct Https(TlsConnector);

impl Https {
    /// A client that trusts this authority, in PEM.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[must_use]
    pub fn trusting(authority: &str) -> Self {
        Self::of(authority, None)
    }

    /// A client that trusts this authority, in PEM, and shows a certificate of its own.
    ///
    /// # Panics
    ///
    /// If they cannot be used.
    #[must_use]
    pub fn showing(own: &Credential, authority: &str) -> Self {
        Self::of(authority, Some(own))
    }

    fn of(authority: &str, own: Option<&Credential>) -> Self {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(authority.as_bytes());
        roots.add(root.expect("a certificate in PEM")).expect("a certificate of an authority");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has suites for them")
            .with_root_certificates(roots);
        let config = match own {
            None => config.with_no_client_auth(),
            Some(own) => {
                let certificate = CertificateDer::from(own.certificate.der().to_vec());
                let key = PrivateKeyDer::Pkcs8(own.key.pkcs8().to_vec().into());
                config.with_client_auth_cert(vec![certificate], key).expect("a key for it")
            }
        };
        Self(TlsConnector::from(Arc::new(config)))
    }

    /// A connection to the host of that name, which listens at `at`.
    ///
    /// # Errors
    ///
    /// If it shows no certificate that is trusted.
    ///
    /// # Panics
    ///
    /// If `host` is no name of a host.
    pub async fn connect(&self, at: SocketAddr, host: &str) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).expect("the name of a host");
        self.0.connect(name, TcpStream::connect(at).await?).await
    }

    /// Sends a message to `path` of the host of that name, which listens at `at`.
    ///
    /// # Errors
    ///
    /// If it shows no certificate that is trusted, or nothing comes back that is HTTP.
    ///
    /// # Panics
    ///
    /// If `host` is no name of a host.
    pub async fn post(
        &self,
        at: SocketAddr,
        host: &str,
        path: &str,
        media_type: &str,
        body: &[u8],
    ) -> io::Result<Reply> {
        self.post_with(at, host, path, &format!("Content-Type: {media_type}\r\n"), body).await
    }

    /// Sends a message with these headers, each of which ends its line.
    ///
    /// # Errors
    ///
    /// If it shows no certificate that is trusted, or nothing comes back that is HTTP.
    ///
    /// # Panics
    ///
    /// If `host` is no name of a host.
    pub async fn post_with(
        &self,
        at: SocketAddr,
        host: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> io::Result<Reply> {
        let stream = self.connect(at, host).await?;
        let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}");
        exchange(stream, &head, body).await
    }
}
