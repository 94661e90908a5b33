//! A client that asks a service over a real socket, and knows nothing of it.

use std::{io, net::SocketAddr};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What comes back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The status line and the headers, their names in lower case.
    pub head: String,
    /// The body.
    pub text: String,
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
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {at}\r\n{headers}Content-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(at).await?;
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let reply = || {
        let (head, text) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Reply { status, head: head.to_owned(), text: text.to_owned() })
    };
    reply().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, answer.clone()))
}
