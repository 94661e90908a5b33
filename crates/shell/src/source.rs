//! What another party publishes, fetched from there.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    StatusCode, Uri,
    body::{Buf as _, Bytes},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::time::timeout;

use crate::{connector, remote};

/// More than any revocation list or metadata here is long.
const CONTENT_MAX: usize = 4 * 1024 * 1024;
/// How long it may take. A caller waits meanwhile.
const TIME_MAX: Duration = Duration::from_secs(5);

/// Where another party publishes something, in plain HTTP as authorities publish their lists: what
/// is published is signed (RFC 5280, section 8).
#[derive(Debug, Clone)]
pub struct Source {
    uri: Uri,
    client: Client<HttpConnector, Empty<Bytes>>,
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
#[error("{uri} gives nothing: {why}; see that it is up and that the address is right")]
pub struct FetchError {
    /// Where it should have been.
    pub uri: Uri,
    /// What was wrong.
    pub why: String,
}

impl Source {
    /// What is published at this address.
    #[must_use]
    pub fn new(uri: Uri) -> Self {
        Self { uri, client: Client::builder(TokioExecutor::new()).build(connector()) }
    }

    /// Fetches it.
    ///
    /// # Errors
    ///
    /// [`FetchError`], if it cannot be reached, or not in time, or if it is too long.
    pub async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        let fetched = match timeout(TIME_MAX, self.get()).await {
            Ok(fetched) => fetched,
            Err(_) => Err(format!("no answer within {} s", TIME_MAX.as_secs())),
        };
        fetched.map_err(|why| FetchError { uri: self.uri.clone(), why })
    }

    async fn get(&self) -> Result<Vec<u8>, String> {
        let response = self.client.get(self.uri.clone()).await.map_err(|it| remote::why(&it))?;
        if response.status() != StatusCode::OK {
            return Err(format!("status {}", response.status()));
        }
        let body = Limited::new(response.into_body(), CONTENT_MAX).collect().await;
        let mut body = body.map_err(|it| it.to_string())?.aggregate();
        Ok(body.copy_to_bytes(body.remaining()).to_vec())
    }
}
