//! The access token: what it says, and what is refused for one.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use oio_idws::{
    assertion::Assertion,
    privileges::{Constraint, PrivilegeGroup, Privileges, Scope},
};
use parties::{Proof, UncheckedKey};
use pki::PrivateKey;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sim_smdb::{
    Configuration,
    contract::{Operation, Ping, Pong},
    rest::{Flaw, Message, Rejection},
    schema::SchemaVersion,
};
use stage::{
    engines::{Scratch, python},
    start,
};

use super::door::path;
use crate::world::{HOLDER, SMDB, STRANGER, World, after, assertion, configuration, group, signed};

/// An access token as SMDB issues it.
static ISSUED: LazyLock<String> =
    LazyLock::new(|| World::new().redeem(&assertion(), start()).token());

fn claims() -> Value {
    part(&ISSUED, 1)
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&BASE64_URL.decode(part).unwrap()).unwrap()
}

fn key(key: &PrivateKey) -> EncodingKey {
    EncodingKey::from_rsa_der(&key.pkcs1())
}

fn typed(algorithm: Algorithm) -> Header {
    Header { typ: Some("at+jwt".to_owned()), ..Header::new(algorithm) }
}

/// What SMDB says of a text in the place of an access token; none if it takes it for one.
fn flaw(token: &str) -> Option<Flaw> {
    let reaction = World::new().call_rest(Operation::Ping, token, "{}", start());
    match reaction.rejection() {
        None => None,
        Some(Rejection::AccessTokenInvalid { what }) => Some(*what),
        other => panic!("{other:?}"),
    }
}

/// What a client with SMDB's own key could write, with something changed.
fn own(change: impl FnOnce(&mut Value)) -> String {
    let mut claims = claims();
    change(&mut claims);
    encode(&typed(Algorithm::RS256), &claims, &key(&SMDB.key)).unwrap()
}

#[test]
fn an_access_token_is_a_jwt_bound_to_the_certificate() {
    assert_eq!(part(&ISSUED, 0), json!({"typ": "at+jwt", "alg": "RS256"}));
    let claims = claims();
    let hash = Sha256::digest(HOLDER.certificate.der());
    assert_eq!(claims["cnf"], json!({"x5t#S256": BASE64_URL.encode(hash)}));
    for (name, expected) in [
        ("iss", json!("https://saml.smdb.sim.invalid")),
        ("aud", json!("https://saml.smdb.sim.invalid")),
        ("sub", json!("https://fagsystem-a.invalid")),
        ("cvr", json!("90000001")),
        ("iat", json!(start().seconds())),
        ("nbf", json!(start().seconds())),
        ("exp", json!(after("1h").seconds())),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    assert_eq!(flaw(&ISSUED), None);
}

#[test]
fn openssl_verifies_an_access_token() {
    let Some(mut python) = python("openssl_verifies_an_access_token") else { return };
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "access-token");
    let token = scratch.write("token", &**ISSUED);
    let [service, holder, stranger] = [&SMDB, &HOLDER, &STRANGER].map(|it| {
        scratch.write(&format!("{}.pem", it.certificate.serial()), it.certificate.to_pem())
    });
    let mut ask = |service: &str, holder: &str| {
        python.ask(&["access-token", &token, service, holder]).map_err(|no| no.contains("Error"))
    };
    assert_eq!(ask(&service, &holder).as_deref(), Ok("https://fagsystem-a.invalid 3600"));
    assert_eq!(ask(&service, &stranger), Err(true));
    assert_eq!(ask(&stranger, &holder).map_err(|_| ()), Err(()));
}

#[test]
fn an_access_token_that_anybody_else_wrote_is_refused() {
    let spki = SMDB.certificate.public_key().spki();
    let bare = |header: &Value, claims: &Value| {
        let part = |it: &Value| BASE64_URL.encode(it.to_string());
        format!("{}.{}", part(header), part(claims))
    };
    let none = bare(&json!({"alg": "none", "typ": "at+jwt"}), &claims());
    let signature = ISSUED.rsplit_once('.').unwrap().1;
    let confused = |secret: &[u8]| {
        encode(&typed(Algorithm::HS256), &claims(), &EncodingKey::from_secret(secret)).unwrap()
    };
    let pem = SMDB.certificate.to_pem();
    let by = |algorithm, by: &PrivateKey| encode(&typed(algorithm), &claims(), &key(by)).unwrap();
    for (token, expected) in [
        // `alg` says that nothing need be verified.
        (format!("{none}."), Flaw::Algorithm),
        (format!("{none}.{signature}"), Flaw::Algorithm),
        (format!("{}.", bare(&json!({"alg": "None"}), &claims())), Flaw::Algorithm),
        // The public key, taken for a secret.
        (confused(spki), Flaw::Algorithm),
        (confused(pem.as_bytes()), Flaw::Algorithm),
        (confused(SMDB.certificate.der()), Flaw::Algorithm),
        // Another algorithm, with the right key.
        (by(Algorithm::PS256, &SMDB.key), Flaw::Algorithm),
        (by(Algorithm::RS512, &SMDB.key), Flaw::Algorithm),
        // Another key.
        (by(Algorithm::RS256, &STRANGER.key), Flaw::Signature),
        (by(Algorithm::RS256, &HOLDER.key), Flaw::Signature),
        // Another key that the token brings along.
        (
            format!(
                "{}.{signature}",
                bare(&json!({"alg": "RS256", "typ": "at+jwt", "x5c": ["MII"]}), &claims())
            ),
            Flaw::Signature,
        ),
        (own(|it| it["iss"] = json!("https://andet.invalid")), Flaw::Service),
        (own(|it| it["aud"] = json!("https://andet.invalid")), Flaw::Service),
        (encode(&Header::new(Algorithm::RS256), &claims(), &key(&SMDB.key)).unwrap(), Flaw::Kind),
        (own(|it| it["cnf"] = json!({"x5t#S256": "AAAA"})), Flaw::Kind),
        (own(|it| it["privileges"] = json!("AAAA")), Flaw::Form),
        (own(|it| drop(it.as_object_mut().unwrap().remove("exp"))), Flaw::Form),
        (own(|it| drop(it.as_object_mut().unwrap().remove("cnf"))), Flaw::Form),
        (own(|it| drop(it.as_object_mut().unwrap().remove("iss"))), Flaw::Form),
        (own(|it| it["cvr"] = json!("1")), Flaw::Form),
        (ISSUED.replace('.', ""), Flaw::Form),
        (format!("{}.", *ISSUED), Flaw::Form),
        (ISSUED.rsplit_once('.').unwrap().0.to_owned(), Flaw::Form),
        (format!("{}A", "A.".repeat(20_000)), Flaw::Form),
        ("ø".to_owned(), Flaw::Form),
    ] {
        let shown = &token[..token.len().min(60)];
        assert_eq!(flaw(&token), Some(expected), "{shown}");
    }
}

/// Whichever sign is changed, it is no access token any more.
#[test]
fn an_access_token_that_was_changed_is_refused() {
    let others = |sign: char| if sign == 'A' { 'B' } else { 'A' };
    for at in (0..ISSUED.len()).step_by(7).chain([ISSUED.len() - 1]) {
        let mut changed: Vec<char> = ISSUED.chars().collect();
        changed[at] = others(changed[at]);
        let changed: String = changed.into_iter().collect();
        assert!(flaw(&changed).is_some(), "{at}");
    }
}

/// What the token of the STS grants, an access token grants: no more, no less, and in one group for each
/// organisation again.
#[test]
fn privileges_are_written_once_for_all_who_have_them() {
    let limit = Constraint { name: "urn:limit".to_owned(), value: "<25.*>".to_owned() };
    let limited = PrivilegeGroup { constraints: vec![limit], ..group("90000003", &["urn:a"]) };
    // It looks like a CVR number, and is the scope of something else.
    let other = PrivilegeGroup {
        scope: Scope::Other("90000009".to_owned()),
        ..group("90000001", &["urn:a"])
    };
    let groups = [
        group("90000001", &["urn:a", "urn:b"]),
        group("90000002", &["urn:a", "urn:b"]),
        limited,
        other,
        group("90000004", &[]),
    ];
    for count in 0..=groups.len() {
        let privileges = Some(Privileges { groups: groups[..count].to_vec() });
        let mut world = World::new();
        let token = Assertion { privileges: privileges.clone(), ..assertion() };
        let access = world.redeem(&token, start()).token();
        let reaction = world.call_rest(Operation::Ping, &access, "{}", start());
        let body = Ping.write(SchemaVersion::LATEST);
        let call = world.call_for(Operation::Ping, signed(&token), body, start());
        let by_soap = world.send(&call.write(&HOLDER).unwrap(), start());
        let by_soap = by_soap.content(Pong::read).privileges;
        let listed: Vec<_> = reaction.json()["Privilegium"].as_array().unwrap().clone();
        let listed: Vec<_> = listed
            .iter()
            .map(|it| [&it["Scope"], &it["Navn"]].map(|it| it.as_str().unwrap().to_owned()))
            .collect();
        let by_soap: Vec<_> = by_soap.into_iter().map(<[String; 2]>::from).collect();
        assert_eq!(listed, by_soap, "{count}");
    }
}

/// The services of two environments have a key each; one that has another name has other tokens too.
#[test]
fn an_access_token_of_another_service_is_refused() {
    let other = |configuration: Configuration| {
        let mut world = World::with(configuration);
        let reaction = world.call_rest(Operation::Ping, &ISSUED, "{}", start());
        match reaction.rejection() {
            Some(Rejection::AccessTokenInvalid { what }) => *what,
            other => panic!("{other:?}"),
        }
    };
    let renamed = "https://saml.smdb.andet.invalid".parse().unwrap();
    assert_eq!(other(Configuration { entity_id: renamed, ..configuration() }), Flaw::Service);
    let moved = Configuration { credential: STRANGER.clone(), ..configuration() };
    assert_eq!(other(moved), Flaw::Signature);
}

/// Neither the token nor the certificate alone is of use.
#[test]
fn an_access_token_is_no_use_to_whoever_lacks_the_key() {
    let mut world = World::new();
    let (path, authorization) = (path(Operation::Ping), format!("Holder-of-key {}", *ISSUED));
    let message = |certificate| Message {
        path: &path,
        content_type: None,
        authorization: Some(&authorization),
        certificate,
        body: b"{}",
    };
    let mut name = |certificate| world.ask_rest(&message(certificate), start()).name();
    assert_eq!(name(Proof::Key(HOLDER.certificate.der())), "granted");
    assert_eq!(name(Proof::Key(STRANGER.certificate.der())), "another-certificate");
    assert_eq!(name(Proof::Key(b"no certificate")), "another-certificate");
    assert_eq!(name(Proof::Missing), "certificate-missing");
    assert_eq!(name(Proof::Unchecked(UncheckedKey::Other)), "certificate-unchecked");
}

#[test]
fn the_scheme_is_holder_of_key_in_any_letter_case() {
    let mut world = World::new();
    let path = path(Operation::Ping);
    let mut name = |authorization: &str| {
        let message = Message {
            path: &path,
            content_type: None,
            authorization: Some(authorization),
            certificate: Proof::Key(HOLDER.certificate.der()),
            body: b"{}",
        };
        world.ask_rest(&message, start()).name()
    };
    for scheme in ["Holder-of-key", "holder-of-key", "HOLDER-OF-KEY"] {
        assert_eq!(name(&format!("{scheme} {}", *ISSUED)), "granted", "{scheme}");
    }
    for other in ["Bearer", "Basic", "Holder-of-keys"] {
        assert_eq!(name(&format!("{other} {}", *ISSUED)), "scheme-not-valid", "{other}");
    }
    for nothing in ["", "Holder-of-key", &ISSUED] {
        assert_eq!(name(nothing), "scheme-not-valid", "{nothing}");
    }
}

/// The library would ask the machine what time it is.
#[test]
fn the_time_of_an_access_token_is_the_simulated_one() {
    let mut world = World::new();
    for (span, expected) in [
        ("-1s", "access-token-not-yet-valid"),
        ("0s", "granted"),
        ("59m59s", "granted"),
        ("1h", "access-token-expired"),
        ("1h1s", "access-token-expired"),
        ("7h", "access-token-expired"),
    ] {
        let reaction = world.call_rest(Operation::Ping, &ISSUED, "{}", after(span));
        assert_eq!(reaction.name(), expected, "{span}");
    }
}
