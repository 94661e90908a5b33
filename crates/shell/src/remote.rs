//! The control port of another program, asked over the wire.

use std::{fmt, time::Duration};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    BaseUrl, FetchError, connector,
    control::{Token, act},
};

/// More than any answer to what is asked here.
const CONTENT_MAX: usize = 4 * 1024 * 1024;
/// How long it may take: nothing that is asked here takes as long.
const TIME_MAX: Duration = Duration::from_secs(10);

/// The control port of another program.
#[derive(Clone)]
pub struct Remote {
    base: BaseUrl,
    token: Option<Token>,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// What another program does not do.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// It does not answer, or not in JSON.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It says no.
    #[error("{what} is refused at {base}: {text}")]
    Refused {
        /// What was asked for.
        what: String,
        /// Where.
        base: BaseUrl,
        /// The name of the rejection, where there is one.
        name: String,
        /// Why, in its own words.
        text: String,
    },
}

impl Remote {
    /// The control port at `base`, whose token is this.
    #[must_use]
    pub fn new(base: BaseUrl, token: Option<Token>) -> Self {
        Self { base, token, client: Client::builder(TokioExecutor::new()).build(connector()) }
    }

    /// One act of an administrator: `name` with what belongs to it.
    ///
    /// # Errors
    ///
    /// If it is not answered, or refused.
    pub async fn administer(&self, name: &str, asked: Value) -> Result<Value, RemoteError> {
        let body = Value::Object([(name.to_owned(), asked)].into_iter().collect());
        let (status, answer) = self.post(act::PATH, &body).await?;
        if status.is_success() {
            return Ok(answer);
        }
        let text = |key: &str| answer[key].as_str().map(str::to_owned);
        // Either a simulator that rejects, or a control port that has a problem with the request.
        let rejected = answer["rejected"].as_object();
        let told = |key: &str| rejected.and_then(|it| it[key].as_str()).map(str::to_owned);
        Err(RemoteError::Refused {
            what: format!("`{name}`"),
            base: self.base.clone(),
            name: told("name").or_else(|| text("rejected")).unwrap_or_default(),
            text: told("text")
                .or_else(|| text("text"))
                .or_else(|| text("error"))
                .unwrap_or_else(|| format!("status {status}")),
        })
    }

    /// How everything stands that administrators look after.
    ///
    /// # Errors
    ///
    /// If it is not answered in time, or not in JSON.
    pub async fn look(&self) -> Result<Value, FetchError> {
        let (_, answer) = self.send(Method::GET, act::PATH, String::new()).await?;
        Ok(answer)
    }

    /// Asks for something to be done.
    ///
    /// # Errors
    ///
    /// If it does not answer in time, or not in JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Result<(StatusCode, Value), FetchError> {
        self.send(Method::POST, path, body.to_string()).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<(StatusCode, Value), FetchError> {
        let uri = self.base.at(path);
        let request = Request::builder().method(method).uri(uri.clone());
        let request = request.header(CONTENT_TYPE, "application/json");
        let request = match &self.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {}", token.reveal())),
            None => request,
        };
        let failed = |why: String| FetchError { uri: uri.clone(), why };
        let request = request.body(Full::from(body));
        // A token may hold what no header can.
        let request = request.map_err(|error| failed(error.to_string()))?;
        match timeout(TIME_MAX, self.exchange(request)).await {
            Ok(answered) => answered.map_err(failed),
            Err(_) => Err(failed(format!("no answer within {} s", TIME_MAX.as_secs()))),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Value), String> {
        let response = self.client.request(request).await.map_err(|error| why(&error))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), CONTENT_MAX).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        let answer = serde_json::from_slice(&body);
        Ok((status, answer.map_err(|_| format!("status {status}, and no JSON"))?))
    }
}

/// What stands behind an error of the client, which by itself says little.
pub(crate) fn why(error: &hyper_util::client::legacy::Error) -> String {
    let mut text = error.to_string();
    let mut behind = std::error::Error::source(error);
    while let Some(error) = behind {
        text = format!("{text}: {error}");
        behind = error.source();
    }
    text
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", self.base)
    }
}
