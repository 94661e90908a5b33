//! What goes over HTTP when a service is called by REST (OIO IDWS REST 1.0): a token of the STS is
//! redeemed for an access token, and calls carry that.
//!
//! A client proves its key in TLS, so every request names the certificate to show there.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use clock::Span;
use serde::Deserialize;

/// Where a token is redeemed, on the host of the service.
pub const TOKEN_PATH: &str = "/api/accesstoken/issue";
/// What an access token is refused with when it has ended, or is another's (RFC 6750, section 3.1).
const INVALID_TOKEN: &str = "invalid_token";
/// The longest text of a refusal that is repeated.
const SHOWN: usize = 200;

/// A request to POST. `Debug` shows neither a token nor a body.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// The header `Content-Type`.
    pub content_type: &'static str,
    /// The header `Authorization`, if there is one.
    pub authorization: Option<String>,
    /// The body.
    pub body: String,
}

/// What came back, as far as a client looks at it.
#[derive(Debug, Clone, Copy)]
pub struct HttpReply<'a> {
    /// The status.
    pub status: u16,
    /// The header `WWW-Authenticate`, if there is one.
    pub challenge: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// An access token, as it came. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Granted {
    /// What calls carry in `Authorization`.
    pub authorization: String,
    /// For how long it may be used.
    pub expires_in: Span,
}

/// Why what came back is no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestError {
    /// The other side refused.
    #[error(transparent)]
    Refused(HttpRefusal),
    /// It did not, and what it gave cannot be read.
    #[error("the answer is no access token that this client can use")]
    Unusable,
}

/// A refusal, as it is told over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.shown())]
pub struct HttpRefusal {
    /// The status.
    pub status: u16,
    /// `error` of the challenge, if there is one.
    pub error: Option<String>,
    /// `error_description` of the challenge, if there is one.
    pub description: Option<String>,
}

/// The answer of an authorization server (RFC 6749, section 5.1).
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    token_type: String,
    expires_in: u32,
}

impl Post {
    /// Its address behind the host.
    #[must_use]
    pub fn path(&self) -> &str {
        let host = self.url.find("://").map_or(0, |at| at + "://".len());
        self.url[host..].find('/').map_or("/", |at| &self.url[host + at..])
    }

    /// Hands in a token, on the host of the service that is called at `address`. The .NET client writes an
    /// XML declaration before it.
    pub(crate) fn redeeming(address: &str, encrypted_assertion: &str, declared: bool) -> Self {
        let declaration = if declared { "<?xml version=\"1.0\" encoding=\"utf-8\"?>" } else { "" };
        let token = BASE64.encode(format!("{declaration}{encrypted_assertion}"));
        let mut form = form_urlencoded::Serializer::new(String::new());
        Self {
            url: beside(address, TOKEN_PATH),
            content_type: "application/x-www-form-urlencoded",
            authorization: None,
            body: form.append_pair("saml-token", &token).finish(),
        }
    }

    /// Calls an operation, on the same host.
    pub(crate) fn calling(address: &str, path: &str, authorization: String, body: String) -> Self {
        let authorization = Some(authorization);
        Self { url: beside(address, path), content_type: "application/json", authorization, body }
    }
}

/// A path on the host of an address, whatever path that has.
#[must_use]
pub fn beside(address: &str, path: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
    let host = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{host}/{}", path.trim_start_matches('/'))
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").field("url", &self.url).finish_non_exhaustive()
    }
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

impl HttpReply<'_> {
    /// Whether the other side did what it was asked.
    ///
    /// # Errors
    ///
    /// If it refused.
    pub(crate) fn accepted(&self) -> Result<(), RestError> {
        if (200..300).contains(&self.status) {
            return Ok(());
        }
        let challenge = self.challenge.unwrap_or_default();
        let value = |name| parameter(challenge, name).map(|it| it.chars().take(SHOWN).collect());
        let (error, description) = (value("error"), value("error_description"));
        Err(RestError::Refused(HttpRefusal { status: self.status, error, description }))
    }

    /// The access token in it.
    ///
    /// # Errors
    ///
    /// If the other side refused, or gave something else: the reference clients know two types.
    pub(crate) fn granted(&self) -> Result<Granted, RestError> {
        self.accepted()?;
        let issued: Issued = serde_json::from_slice(self.body).map_err(|_| RestError::Unusable)?;
        let known = ["Holder-of-key", "Bearer"].into_iter();
        let scheme = known.into_iter().find(|it| it.eq_ignore_ascii_case(&issued.token_type));
        let scheme = scheme.ok_or(RestError::Unusable)?;
        Ok(Granted {
            authorization: format!("{scheme} {}", issued.access_token),
            expires_in: Span::from_seconds(issued.expires_in.into()),
        })
    }
}

impl HttpRefusal {
    /// Whether another access token might help.
    pub(crate) fn is_about_the_access_token(&self) -> bool {
        let error = self.error.as_deref().unwrap_or_default();
        self.status == 401 && error.eq_ignore_ascii_case(INVALID_TOKEN)
    }

    fn shown(&self) -> String {
        let texts = [self.error.as_deref(), self.description.as_deref()];
        let texts: Vec<&str> = texts.into_iter().flatten().collect();
        let colon = if texts.is_empty() { "" } else { " " };
        format!("{}{colon}{}", self.status, texts.join(": "))
    }
}

/// A parameter of a challenge: `name="value"`.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    let (_, parameters) = challenge.split_once(' ')?;
    // A comma may stand inside a value, and no quotation mark does.
    let mut parts = parameters.split('"');
    while let (Some(before), Some(value)) = (parts.next(), parts.next()) {
        let own = before.trim_matches([',', ' ', '=']);
        if own.eq_ignore_ascii_case(name) {
            return Some(value);
        }
    }
    None
}
