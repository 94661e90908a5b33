//! A call with an access token: the operations of the contract, as JSON.

use clock::Timestamp;
use entropy::Entropy;
use parties::Excerpt;

use super::{API_PATH, AccessToken, Answer, Message, Presented, Rejection};
use crate::{
    Fact, Smdb,
    call::{Caller, Due, carry_out, holder_in_force, judge_body, remembered},
    contract::{Body, Notation, Operation},
    schema::SchemaVersion,
};

/// The scheme of `Authorization`.
pub(super) const SCHEME: &str = "Holder-of-key";

/// A call of an operation.
#[derive(Debug, Clone)]
pub struct Call {
    presented: Result<Presented, Rejection>,
    access: Result<AccessToken, Rejection>,
    /// What is asked for, or the path at which there is nothing.
    body: Result<Body, Excerpt>,
}

impl Call {
    pub(super) fn read(smdb: &Smdb, message: &Message<'_>) -> Self {
        let body = named(message.path)
            .map(|(version, operation)| Body::read_json(operation, version, message.body));
        Self {
            presented: Presented::read(message),
            access: access(smdb, message.authorization),
            body: body.ok_or_else(|| Excerpt::of(message.path)),
        }
    }

    /// The access token that it carries, if it is one of SMDB's: whether it is good hangs on the time.
    #[must_use]
    pub fn access_token(&self) -> Option<&AccessToken> {
        self.access.as_ref().ok()
    }

    pub(super) const fn has_token(&self) -> bool {
        self.access.is_ok()
    }

    /// Does what is asked, or lists it as refused, exactly as for a call by SOAP.
    pub(super) fn decide(
        &self,
        smdb: &Smdb,
        id: String,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Answer, Vec<Fact>) {
        let mut facts = Vec::new();
        let answer = match self.judge(smdb, now) {
            Ok(due) => {
                let body = carry_out(smdb, due, Notation::Json, now, entropy, &mut facts);
                Answer::Answered { id, body }
            }
            Err(against) => {
                let rejection = against.into_iter().next().expect("something speaks against it");
                if let Rejection::Shared(shared) = &rejection {
                    facts.extend(remembered(self.body.as_ref().ok(), shared, now));
                }
                Answer::Rejected { id, rejection }
            }
        };
        (answer, facts)
    }

    /// What speaks against it, what decides first: the access token, its time, the certificate, and then
    /// what speaks against such a call whichever way it comes.
    pub(super) fn judge<'r>(
        &'r self,
        smdb: &'r Smdb,
        now: Timestamp,
    ) -> Result<Due<'r>, Vec<Rejection>> {
        let mut against = Vec::new();
        match &self.access {
            Ok(token) if now < token.from => {
                against.push(Rejection::AccessTokenNotYetValid { from: token.from });
            }
            Ok(token) if token.until <= now => {
                against.push(Rejection::AccessTokenExpired { since: token.until });
            }
            Ok(_) => {}
            Err(rejection) => against.push(rejection.clone()),
        }
        match (&self.presented, &self.access) {
            (Err(rejection), _) => against.push(rejection.clone()),
            (Ok(presented), Ok(token)) if presented.sha256 != token.certificate => {
                against.push(Rejection::AnotherCertificate);
            }
            (Ok(Presented { certificate: Some(certificate), .. }), Ok(_)) => {
                let judged = holder_in_force(smdb, certificate, now);
                against.extend(judged.into_iter().map(Rejection::Shared));
            }
            (Ok(_), _) => {}
        }
        let shared = match (&self.body, &self.access) {
            (Err(path), _) => vec![crate::Rejection::UnknownOperation { action: path.clone() }],
            (Ok(body), Ok(token)) => {
                let caller = Caller { cvr: &token.cvr, privileges: token.privileges.as_ref() };
                match judge_body(smdb, caller, body, now, Vec::new()) {
                    Ok(due) if against.is_empty() => return Ok(due),
                    Ok(_) => Vec::new(),
                    Err(shared) => shared,
                }
            }
            (Ok(_), Err(_)) => Vec::new(),
        };
        against.extend(shared.into_iter().map(Rejection::Shared));
        Err(against)
    }
}

/// The version and the operation that a path names.
fn named(path: &str) -> Option<(SchemaVersion, Operation)> {
    let (version, operation) = path.strip_prefix(API_PATH)?.strip_prefix('/')?.split_once('/')?;
    let version = SchemaVersion::ALL.iter().find(|it| it.name() == version)?;
    let operation = Operation::ALL.iter().find(|it| it.name() == operation)?;
    Some((*version, *operation))
}

fn access(smdb: &Smdb, authorization: Option<&str>) -> Result<AccessToken, Rejection> {
    let (scheme, token) =
        authorization.and_then(|it| it.trim().split_once(' ')).ok_or(Rejection::SchemeNotValid)?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(Rejection::SchemeNotValid);
    }
    let service = smdb.credential().certificate.public_key();
    AccessToken::read(token.trim(), smdb.entity_id(), service)
        .map_err(|what| Rejection::AccessTokenInvalid { what })
}
