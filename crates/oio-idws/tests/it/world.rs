//! The parties of the tests, and one message of each kind between them.

use std::sync::LazyLock;

use clock::Span;
use entropy::Entropy;
use oio_idws::{
    Credential, MessageError,
    assertion::Assertion,
    call::{CallAnswer, ReceivedCall, ServiceCall, ServiceKeys},
    privileges::{Constraint, PrivilegeGroup, Privileges, Scope},
    soap::Unreadable,
    trust::{IssuedToken, ReceivedTokenRequest, StsReply, TokenRequest, TokenResponse},
    uris::{SAML_TOKEN_TYPE, STS_SIGNATURE_CASE},
};
use parties::{EntityId, Environment};
use stage::{Stage, start};
use xml_security::{Element, Legacy, Limits, Verified};

static STAGE: LazyLock<Stage> =
    LazyLock::new(|| Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys")));

fn credential(name: &str, key: usize) -> Credential {
    let life = start() - Span::from_days(30)..start() + Span::from_days(1065);
    STAGE.system(Environment::IntegrationTest, name, key, life)
}

pub(crate) static CLIENT: LazyLock<Credential> = LazyLock::new(|| credential("Fagsystem A", 0));
pub(crate) static STRANGER: LazyLock<Credential> = LazyLock::new(|| credential("Fagsystem B", 1));
pub(crate) static STS: LazyLock<Credential> = LazyLock::new(|| credential("skift STS", 2));
pub(crate) static SERVICE: LazyLock<Credential> = LazyLock::new(|| credential("skift SMDB", 3));

pub(crate) fn entropy() -> Entropy {
    Entropy::seeded(1, "oio-idws", "test")
}

pub(crate) fn service() -> EntityId {
    "https://saml.smdb.sim.invalid".parse().expect("a URI")
}

pub(crate) fn token_request() -> TokenRequest {
    TokenRequest::of_system_user(
        "uuid:00000000-0000-4000-8000-000000000001".to_owned(),
        "urn:uuid:00000000-0000-4000-8000-000000000002".to_owned(),
        service().to_string(),
        start(),
        start() + Span::from_minutes(5),
    )
}

pub(crate) fn written_request() -> String {
    token_request().write(&CLIENT).expect("our own message can be signed")
}

pub(crate) fn read_request(message: &str) -> Result<ReceivedTokenRequest, Unreadable> {
    ReceivedTokenRequest::read(message.as_bytes(), &Limits::default(), Legacy::Refuse)
}

pub(crate) fn assertion(privileges: Option<Privileges>) -> Assertion {
    Assertion {
        id: "_00000000-0000-4000-8000-000000000003".to_owned(),
        issuer: STS_SIGNATURE_CASE.to_owned(),
        issued_at: start() + Span::from_millis(408),
        subject: "https://wsc.fagsystem.invalid".parse().expect("a URI"),
        holder: CLIENT.certificate.clone(),
        not_before: start() + Span::from_millis(408),
        not_on_or_after: start() + Span::from_hours(8),
        audience: service(),
        cvr: "90000001".parse().expect("eight digits"),
        privileges,
    }
}

pub(crate) fn privileges() -> Privileges {
    let cvr = |text: &str| Scope::Cvr(text.parse().expect("eight digits"));
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let group = |scope, privileges, constraints| PrivilegeGroup { scope, privileges, constraints };
    let limit = Constraint { name: "urn:limit".to_owned(), value: "<25.*>".to_owned() };
    Privileges {
        groups: vec![
            group(cvr("90000001"), names(&["urn:a", "urn:b?<&>\""]), Vec::new()),
            group(cvr("90000002"), names(&[]), Vec::new()),
            group(
                Scope::Other("urn:dk:gov:saml:seNumberIdentifier:1&2".to_owned()),
                names(&["urn:c"]),
                vec![limit],
            ),
        ],
    }
}

pub(crate) fn token_response() -> TokenResponse {
    TokenResponse {
        message_id: "uuid:00000000-0000-4000-8000-000000000004".to_owned(),
        relates_to: token_request().message_id,
        context: token_request().context,
        token_type: Some(SAML_TOKEN_TYPE.to_owned()),
        applies_to: service(),
        created: start() + Span::from_millis(408),
        expires: start() + Span::from_hours(8),
    }
}

pub(crate) fn written_response() -> String {
    let assertion = assertion(None).write(&STS).expect("our own message can be signed");
    response_around(&assertion)
}

pub(crate) fn response_around(assertion: &str) -> String {
    token_response()
        .write(assertion, &SERVICE.certificate, &STS, &mut entropy())
        .expect("our own message can be signed")
}

/// A token as the client gets it, around what may be an assertion.
pub(crate) fn token(assertion: &str) -> IssuedToken {
    match StsReply::read(response_around(assertion).as_bytes(), STS.certificate.public_key()) {
        Ok(StsReply::Token(token)) => token,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn service_call(encrypted_assertion: String) -> ServiceCall {
    ServiceCall {
        message_id: "urn:uuid:00000000-0000-4000-8000-000000000005".to_owned(),
        action: "urn:sim:test/Do?a<b&c".to_owned(),
        framework: None,
        to: "https://smdb.sim.invalid/?x&y".to_owned(),
        created: start(),
        expires: start() + Span::from_millis(300_001),
        encrypted_assertion,
        body: "<Do xmlns=\"urn:sim:test\">what</Do>".to_owned(),
    }
}

pub(crate) fn written_call() -> String {
    let assertion = assertion(Some(privileges())).write(&STS).expect("our own can be signed");
    let call = service_call(token(&assertion).encrypted_assertion);
    call.write(&CLIENT).expect("our own message can be signed")
}

pub(crate) fn read_call(message: &str) -> Result<ReceivedCall<String>, Unreadable> {
    let issuers = [STRANGER.certificate.clone(), STS.certificate.clone()];
    let keys = ServiceKeys { decryption: &SERVICE.key, issuers: &issuers };
    ReceivedCall::read(message.as_bytes(), keys, &Limits::default(), Legacy::Refuse, content)
}

pub(crate) fn call_answer() -> CallAnswer {
    CallAnswer {
        message_id: "urn:uuid:00000000-0000-4000-8000-000000000006".to_owned(),
        relates_to: "urn:uuid:00000000-0000-4000-8000-000000000005".to_owned(),
        action: "urn:sim:test/DoResponse".to_owned(),
        framework: None,
        created: start(),
        expires: start() + Span::from_minutes(5),
        body: "<Do xmlns=\"urn:sim:test\">done</Do>".to_owned(),
    }
}

/// What the service of the tests understands.
pub(crate) fn content(body: Verified<Element<'_>>) -> Result<String, MessageError> {
    Ok(body.only_child("urn:sim:test", "Do")?.text()?)
}
