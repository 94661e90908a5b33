//! SMDB by REST (OIO IDWS REST 1.0): a token of the STS is redeemed for an access token, and calls carry
//! that, over a connection on which the caller has proved the key that both tokens name.
//!
//! | module | what it holds |
//! |---|---|
//! | `redemption` | the authorization server: whether a token of the STS is worth an access token |
//! | `resource` | the operations of the [contract](crate::contract), as JSON |
//! | `access_token` | the access token itself: a JWT, bound to a certificate |
//! | `reply` | what goes back: status, head and body |
//! | [`Rejection`] | every reason to refuse that there is here alone |
//!
//! What a token is worth, what its holder may do, and what the register takes is judged by the code of
//! [`call`](crate::call): SOAP and REST are two doors of one service. Nothing is remembered of an access
//! token, and no message is refused for coming twice: who has the key of the certificate may call.

mod access_token;
mod finding;
mod redemption;
mod rejection;
mod reply;
mod resource;

use std::fmt;

use clock::Timestamp;
use entropy::Entropy;
use parties::{Diagnosis, Proof};
use pki::Certificate;
use sha2::{Digest, Sha256};

pub use self::{
    access_token::{AccessToken, Excess, Flaw},
    redemption::{LIFETIME_MAX, LIFETIME_MIN, Redemption},
    rejection::{Cause, Challenge, Rejection},
    reply::Reply,
    resource::Call,
};
use crate::{Fact, Need, Smdb, contract::Operation, schema::SchemaVersion};

/// Where tokens are redeemed, on every host: as at NemLog-in's own service for look-ups.
pub const TOKEN_PATH: &str = "/api/accesstoken/issue";
/// Below which operations are called. Our choice.
pub const API_PATH: &str = "/api";
/// Where operations are called: by the version of the schema, and by name. Our choice.
pub const CALL_PATH: &str = "/api/{version}/{operation}";

/// Where an operation is called in a version of the schema.
#[must_use]
pub fn path(version: SchemaVersion, operation: Operation) -> String {
    format!("{API_PATH}/{version}/{operation}")
}

/// What came over HTTP in a POST, as far as it counts.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The path that was asked.
    pub path: &'a str,
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
    /// The certificate whose key the caller has proved in TLS, in DER.
    pub certificate: Proof<&'a [u8]>,
    /// The body.
    pub body: &'a [u8],
}

/// A request as SMDB understood it.
#[derive(Debug, Clone)]
pub enum Request {
    /// To redeem a token of the STS for an access token.
    Redemption(Box<Redemption>),
    /// To do something.
    Call(Box<Call>),
}

/// What SMDB answers. `Debug` does not show what an operation gives: it is about a citizen.
#[derive(Clone)]
pub enum Answer {
    /// An access token.
    Issued {
        /// What it says.
        token: Box<AccessToken>,
        /// For how many whole seconds it may be used.
        expires_in: i64,
    },
    /// It did what it was asked.
    Answered {
        /// The answer's own id, by which the operator finds it.
        id: String,
        /// What the operation gives, in JSON.
        body: String,
    },
    /// No.
    Rejected {
        /// The answer's own id, by which the operator finds it.
        id: String,
        /// Why.
        rejection: Rejection,
    },
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issued { token, expires_in } => f
                .debug_struct("Issued")
                .field("token", token)
                .field("expires_in", expires_in)
                .finish(),
            Self::Answered { id, .. } => {
                f.debug_struct("Answered").field("id", id).finish_non_exhaustive()
            }
            Self::Rejected { id, rejection } => {
                f.debug_struct("Rejected").field("id", id).field("rejection", rejection).finish()
            }
        }
    }
}

impl Answer {
    /// The answer's own id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Issued { token, .. } => &token.id,
            Self::Answered { id, .. } | Self::Rejected { id, .. } => id,
        }
    }
}

impl Smdb {
    /// Makes sense of what came; what makes none becomes a request that will be refused.
    #[must_use]
    pub fn read_rest(&self, message: &Message<'_>) -> Request {
        if message.path == TOKEN_PATH {
            Request::Redemption(Box::new(Redemption::read(self, message)))
        } else {
            Request::Call(Box::new(Call::read(self, message)))
        }
    }

    /// What must be fetched before it can decide at `now`.
    #[must_use]
    pub fn needs_for_rest(&self, request: &Request, now: Timestamp) -> Vec<Need> {
        let judged = match request {
            Request::Redemption(redemption) => redemption.has_token(),
            Request::Call(call) => call.has_token(),
        };
        self.needs_list(judged, now)
    }

    /// Answers at `now`, and says what is to be remembered. Changes nothing.
    #[must_use]
    pub fn decide_rest(
        &self,
        request: &Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Answer, Vec<Fact>) {
        let id = entropy.uuid().to_string();
        match request {
            Request::Redemption(redemption) => (redemption.decide(self, id, now), Vec::new()),
            Request::Call(call) => call.decide(self, id, now, entropy),
        }
    }

    /// Puts an answer in the words of HTTP.
    #[must_use]
    pub fn write_rest(&self, answer: &Answer) -> Reply {
        Reply::to(answer, self.entity_id(), self.credential())
    }

    /// Everything that speaks against a request at `now`, as far as it can still be judged: what decides
    /// comes first.
    #[must_use]
    pub fn diagnose_rest(&self, request: &Request, now: Timestamp) -> Diagnosis {
        let against = match request {
            Request::Redemption(redemption) => redemption.judge(self, now).err(),
            Request::Call(call) => call.judge(self, now).err(),
        };
        Diagnosis::new(against.unwrap_or_default().iter().map(Rejection::finding).collect())
    }
}

/// The certificate whose key a caller has proved.
#[derive(Debug, Clone)]
struct Presented {
    sha256: [u8; 32],
    /// The certificate, if it is one that can be read.
    certificate: Option<Certificate>,
}

impl Presented {
    fn read(message: &Message<'_>) -> Result<Self, Rejection> {
        match message.certificate {
            Proof::Missing => Err(Rejection::CertificateMissing),
            Proof::Unchecked(key) => Err(Rejection::CertificateUnchecked { key }),
            Proof::Key(der) => {
                let certificate = Certificate::from_der(der).ok();
                Ok(Self { sha256: Sha256::digest(der).into(), certificate })
            }
        }
    }
}
