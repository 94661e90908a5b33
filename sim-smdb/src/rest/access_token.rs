//! The access token: a JWT that SMDB signs for itself, bound to the certificate of who may use it (`cnf`
//! with `x5t#S256`, RFC 8705, section 3.1). Clients take it for an opaque text, and what stands in it is
//! our choice.

mod granted;

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL};
use clock::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, TokenData, Validation, decode, encode,
    errors::{Error, ErrorKind},
};
use oio_idws::{Credential, privileges::Privileges};
use parties::{Cvr, EntityId};
use pki::PublicKey;
use serde::{Deserialize, Serialize};

use self::granted::Granted;

/// The one algorithm: a token that names another one is refused before its signature is looked at.
const ALGORITHM: Algorithm = Algorithm::RS256;
const ALGORITHM_NAME: &str = "RS256";
/// The type of a JWT that is an access token (RFC 9068, section 2.1).
const TYPE: &str = "at+jwt";
/// The longest token that is read, in octets: it stands in a head, and of a head HTTP.sys, which receives
/// for services in .NET, reads 16 KiB by default.
const LENGTH_MAX: usize = 12 * 1024;
/// The longest claims that are written, in octets: in base64, and with a signature by the longest key that
/// there is, they are no longer than what is read.
const CLAIMS_MAX: usize = 8 * 1024;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// Its id.
    pub id: String,
    /// The system user's entity id.
    pub subject: EntityId,
    /// The organisation in the holder's certificate.
    pub cvr: Cvr,
    /// What the holder may do.
    pub privileges: Option<Privileges>,
    /// The first instant at which it may be used: a whole second.
    pub from: Timestamp,
    /// The first instant at which it may no longer be: a whole second.
    pub until: Timestamp,
    /// The SHA-256 of the certificate whose key must be proved with it.
    pub certificate: [u8; 32],
}

/// The claims, as they are written.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: EntityId,
    aud: EntityId,
    sub: EntityId,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    cvr: Cvr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    privileges: Option<Vec<Granted>>,
    cnf: Confirmation,
}

/// By which key the token is used.
#[derive(Serialize, Deserialize)]
struct Confirmation {
    #[serde(rename = "x5t#S256")]
    certificate: String,
}

/// By how much an access token would be too long, in octets of what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    /// How long it would be.
    pub octets: usize,
    /// How long it may be.
    pub limit: usize,
}

/// What is wrong with a text that is no access token of ours. Nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It is no JWT, or not one as SMDB writes it.
    Form,
    /// It is to be verified in another way than SMDB signs.
    Algorithm,
    /// It was changed, or somebody else signed it.
    Signature,
    /// It is from or for another service.
    Service,
    /// It is something else that SMDB signed.
    Kind,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.texts()[0])
    }
}

impl AccessToken {
    /// Writes it, issued by `service` for itself.
    ///
    /// # Panics
    ///
    /// Never: the key of a service signs, and every claim can be written.
    pub(crate) fn write(&self, ours: &EntityId, service: &Credential) -> String {
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(ALGORITHM) };
        encode(&header, &self.claims(ours), &EncodingKey::from_rsa_der(&service.key.pkcs1()))
            .expect("the key of a service signs what it writes")
    }

    /// By how many octets it is too long to be carried in a head, with the most that it may have: none, if
    /// it is not.
    pub(super) fn excess(&self, ours: &EntityId) -> Option<Excess> {
        let octets = serde_json::to_vec(&self.claims(ours)).expect("claims are JSON").len();
        (octets > CLAIMS_MAX).then_some(Excess { octets, limit: CLAIMS_MAX })
    }

    fn claims(&self, ours: &EntityId) -> Claims {
        Claims {
            iss: ours.clone(),
            aud: ours.clone(),
            sub: self.subject.clone(),
            jti: self.id.clone(),
            iat: self.from.seconds(),
            nbf: self.from.seconds(),
            exp: self.until.seconds(),
            cvr: self.cvr.clone(),
            privileges: self.privileges.as_ref().map(granted::of),
            cnf: Confirmation { certificate: BASE64_URL.encode(self.certificate) },
        }
    }

    /// Reads what SMDB wrote. Its times are no matter here: only who judges at an instant knows them.
    ///
    /// # Errors
    ///
    /// Why it is none of ours, in words that repeat nothing of it.
    pub(crate) fn read(text: &str, ours: &EntityId, service: &PublicKey) -> Result<Self, Flaw> {
        if text.len() > LENGTH_MAX {
            return Err(Flaw::Form);
        }
        // The library knows no `none`, and would say that it is no JWT.
        if algorithm(text).is_some_and(|it| it != ALGORITHM_NAME) {
            return Err(Flaw::Algorithm);
        }
        let mut validation = Validation::new(ALGORITHM);
        // It would ask the machine what time it is.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        validation.set_issuer(&[ours]);
        validation.set_audience(&[ours]);
        let key = DecodingKey::from_rsa_der(service.spki());
        let TokenData { header, claims } =
            decode::<Claims>(text, &key, &validation).map_err(|error| Flaw::of(&error))?;
        if header.typ.as_deref() != Some(TYPE) {
            return Err(Flaw::Kind);
        }
        Self::of(claims).ok_or(Flaw::Kind)
    }

    fn of(claims: Claims) -> Option<Self> {
        Some(Self {
            id: claims.jti,
            subject: claims.sub,
            cvr: claims.cvr,
            privileges: claims.privileges.map(granted::to_privileges),
            from: Timestamp::from_seconds(claims.nbf),
            until: Timestamp::from_seconds(claims.exp),
            certificate: BASE64_URL.decode(claims.cnf.certificate).ok()?.try_into().ok()?,
        })
    }
}

/// The algorithm that a JWT names, whatever that is.
fn algorithm(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        alg: String,
    }
    let header = BASE64_URL.decode(text.split('.').next()?).ok()?;
    serde_json::from_slice::<Named>(&header).ok().map(|it| it.alg)
}

impl Flaw {
    fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::InvalidSignature => Self::Signature,
            ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => Self::Algorithm,
            ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => Self::Service,
            _ => Self::Form,
        }
    }

    /// What is wrong, in English and in Danish.
    pub(super) const fn texts(self) -> [&'static str; 2] {
        match self {
            Self::Form => {
                ["it is not a JWT as SMDB writes it", "det er ikke en JWT, som SMDB skriver den"]
            }
            Self::Algorithm => [
                "it names another algorithm than the one that SMDB signs with",
                "det angiver en anden algoritme end den, SMDB signerer med",
            ],
            Self::Signature => {
                ["its signature is not SMDB's over it", "dets signatur er ikke SMDB's over det"]
            }
            Self::Service => [
                "it is signed with this key for another service",
                "det er signeret med denne nøgle til en anden tjeneste",
            ],
            Self::Kind => [
                "it is signed, and is not an access token",
                "det er signeret og er ikke et adgangstoken",
            ],
        }
    }
}
