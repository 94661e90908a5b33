//! Attacks on SMDB over a socket, on the message and on the token in it: what each is answered, what the
//! control port says of it, and how the service is afterwards.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use clock::Span;
use oio_idws::{
    Credential,
    assertion::Assertion,
    call::{ServiceCall, ServiceReply},
    fault::ServiceFaultCode as Code,
    uris::ENCRYPTED_ASSERTION_ID,
};
use sim_smdb::Cause;
use stage::{
    Forgery,
    attack::{Attack, cut, documents, replaced, wrapped_assertions, wrapped_bodies},
    machine, start, tampered,
};
use tokio::{net::TcpListener, time::timeout};
use xml_security::Limits;

use super::port::Port;
use crate::world::{
    HOLDER, SMDB, STRANGER, STS, World, after, assertion, signed, submission, token, written,
};

/// What an attack must come to.
type Refused = (Cause, Code);

const SECURITY: Refused = (Cause::NotHolder, Code::InvalidSecurity);
const XML: Refused = (Cause::MalformedXml, Code::InvalidSecurity);
const SOAP: Refused = (Cause::NotSoap, Code::InvalidSecurity);
const MISSING: Refused = (Cause::TokenMissing, Code::InvalidSecurityToken);
const MALFORMED: Refused = (Cause::TokenMalformed, Code::InvalidSecurityToken);
const INVALID: Refused = (Cause::TokenInvalid, Code::FailedAuthentication);
const UNKNOWN: Refused = (Cause::UnknownIssuer, Code::FailedAuthentication);

/// A sound call with this token, changed as a test likes before its caller signs it.
fn call(token: String, by: &Credential, change: impl FnOnce(&mut ServiceCall)) -> String {
    let mut call = World::new().call(token, written(&submission("sag-1")), start());
    change(&mut call);
    call.write(by).unwrap()
}

/// A sound call with what may be an assertion, encrypted for SMDB as anybody can.
fn call_with(assertion: &str, by: &Credential) -> String {
    call(token(assertion, &SMDB.certificate), by, |_| ())
}

/// The assertion as it is, but for whose key proves it.
fn anothers(assertion: &str) -> String {
    let [holder, stranger] = [&HOLDER, &STRANGER].map(|it| BASE64.encode(it.certificate.der()));
    tampered(assertion, &holder, &stranger)
}

fn at_message(recorded: &str, address: &str) -> Vec<(Attack, Refused)> {
    let message = call(signed(&assertion()), &HOLDER, |_| ());
    let forged = Forgery::of(&message);
    let token = cut(&message, "<EncryptedAssertion", "</EncryptedAssertion>");
    let own = Assertion { holder: STRANGER.certificate.clone(), ..assertion() };
    let other = signed(&own);
    let late = |call: &mut ServiceCall| {
        call.created = after("-10m");
        call.expires = after("-5m") - Span::from_seconds(1);
    };
    let wrapped = wrapped_bodies(&message, |body| replaced(body, ">sag-1<", ">sag-2<"));
    let wrapped = wrapped
        .into_iter()
        .zip([SECURITY, SECURITY, SOAP, SECURITY, SOAP, SECURITY, SECURITY, SECURITY]);
    let single = [
        ("no signature", forged.bare(), SECURITY),
        ("another's signature", forged.sign(&STRANGER.key), SECURITY),
        ("the token left out", tampered(&message, token, ""), MISSING),
        ("another token in its place", tampered(&message, token, &other), SECURITY),
        ("another token before it", replaced(&message, token, &[&*other, token].concat()), SOAP),
        ("another system user's token", call(signed(&assertion()), &STRANGER, |_| ()), SECURITY),
        ("the same call again", recorded.to_owned(), (Cause::Replayed, Code::InvalidSecurity)),
        (
            "expired by a second, and the skew",
            call(signed(&assertion()), &HOLDER, late),
            (Cause::TimestampExpired, Code::InvalidSecurity),
        ),
        (
            "a comment in a signed value",
            tampered(&message, ">sag-1<", ">sag-<!-- -->1<"),
            (Cause::MalformedRequest, Code::Declared),
        ),
    ];
    let single = single.map(|(name, text, refused)| (Attack::new(name, text), refused));
    let costly =
        documents(&message, "</s:Body>", address, Limits::default().size).map(|it| (it, XML));
    wrapped.chain(single).chain(costly).collect()
}

/// Attacks on a token in the clear: no key of SMDB's stands before them.
fn at_token_in_the_clear() -> Vec<(Attack, Refused)> {
    let whole = Assertion { id: ENCRYPTED_ASSERTION_ID.to_owned(), ..assertion() };
    let whole = whole.write(&STS).unwrap();
    let in_place = |text: &str| {
        let message = call(whole.clone(), &STRANGER, |_| ());
        replaced(&message, &whole, text)
    };
    let wrapped = wrapped_assertions(&whole, anothers)
        .into_iter()
        .zip([INVALID, INVALID, MISSING, UNKNOWN, INVALID, INVALID, INVALID, INVALID]);
    let wrapped = wrapped.map(|(it, refused)| (Attack { text: in_place(&it.text), ..it }, refused));
    let changed = Attack::new("another's key in a token in the clear", in_place(&anothers(&whole)));
    wrapped.chain([(changed, INVALID)]).collect()
}

/// Attacks on the token, each in a call that is in order but for that.
fn at_token(address: &str) -> Vec<(Attack, Refused)> {
    let whole = assertion().write(&STS).unwrap();
    let wrapped = wrapped_assertions(&whole, anothers)
        .into_iter()
        .zip([INVALID, INVALID, MALFORMED, UNKNOWN, INVALID, INVALID, INVALID, INVALID]);
    let wrapped = wrapped
        .map(|(it, refused)| (Attack { text: call_with(&it.text, &STRANGER), ..it }, refused));
    let of = |assertion: Assertion| signed(&assertion);
    let audience = "https://saml.other.sim.invalid".parse().unwrap();
    let expired =
        Assertion { not_on_or_after: after("-1s"), not_before: after("-8h"), ..assertion() };
    let single = [
        ("a token without its signature", call_with(&Forgery::of(&whole).bare(), &HOLDER), UNKNOWN),
        (
            "a token that its holder signed",
            call_with(&assertion().write(&HOLDER).unwrap(), &HOLDER),
            UNKNOWN,
        ),
        ("a token with another's key in it", call_with(&anothers(&whole), &STRANGER), INVALID),
        (
            "a token for another service",
            call(of(Assertion { audience, ..assertion() }), &HOLDER, |_| ()),
            (Cause::WrongAudience, Code::FailedAuthentication),
        ),
        (
            "a token that expired a second ago",
            call(of(expired), &HOLDER, |_| ()),
            (Cause::TokenExpired, Code::FailedAuthentication),
        ),
        (
            "a comment in a signed value of the token",
            call_with(&tampered(&whole, ">90000001<", ">9000<!-- -->0001<"), &HOLDER),
            INVALID,
        ),
    ];
    let single = single.map(|(name, text, refused)| (Attack::new(name, text), refused));
    // Encrypted, and in a call, it must still be small enough to be read.
    let costly = documents(&whole, "</Subject>", address, 150_000)
        .map(|it| (Attack { text: call_with(&it.text, &HOLDER), ..it }, MALFORMED));
    wrapped.chain(single).chain(costly).collect()
}

#[tokio::test]
async fn no_attack_on_a_call_gets_through() {
    let port = Port::open(&World::new()).await;
    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}/x", elsewhere.local_addr().unwrap());
    let recorded = call(signed(&assertion()), &HOLDER, |call| {
        call.message_id = "urn:uuid:00000000-0000-4000-8000-00000000000a".to_owned();
    });
    assert_eq!(port.call(&recorded).await, "granted");

    let all =
        [at_message(&recorded, &address), at_token(&address), at_token_in_the_clear()].concat();
    let mut wrong = Vec::new();
    for (Attack { name, text }, (cause, code)) in all {
        let reply = port.ask(&text).await;
        let truth = port.truth_of(&reply).await;
        let (outcome, findings) = (&truth["request"]["outcome"], &truth["findings"]);
        let expected: &str = cause.into();
        let told = match ServiceReply::read(&reply.body, SMDB.certificate.public_key(), |_| Ok(()))
        {
            Ok(ServiceReply::Fault(fault)) => fault.code,
            other => format!("{other:?}"),
        };
        let found =
            (reply.status, outcome.as_str().unwrap(), findings[0]["cause"].as_str(), &*told);
        if found != (500, expected, Some(expected), code.name()) {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(timeout(Duration::ZERO, elsewhere.accept()).await.is_err(), "nothing was fetched");
    let sound = call(signed(&assertion()), &HOLDER, |call| {
        call.message_id = "urn:uuid:00000000-0000-4000-8000-00000000000c".to_owned();
    });
    assert_eq!(port.call(&sound).await, "granted");
    // What another's token was forged into would have been taken, if the STS had signed it.
    let own = Assertion { holder: STRANGER.certificate.clone(), ..assertion() };
    let own = call(signed(&own), &STRANGER, |call| {
        call.message_id = "urn:uuid:00000000-0000-4000-8000-00000000000b".to_owned();
    });
    assert_eq!(port.call(&own).await, "granted");
}

/// A hundred megabytes, in messages as large as may be, a quarter of it in each round.
#[tokio::test]
async fn calls_that_are_refused_are_not_kept() {
    let port = Port::open(&World::new()).await;
    let Some(mut growth) = machine::Growth::begin() else { return };
    let message = format!("<!DOCTYPE x>{}", "x".repeat(250_000));
    for _ in 0..4 {
        for _ in 0..100 {
            assert_eq!(port.ask(&message).await.status, 500);
        }
        growth.round();
    }
    assert!(growth.of_a_round() < 12 * 1024 * 1024, "{growth:?}");
    assert_eq!(port.call(&call(signed(&assertion()), &HOLDER, |_| ())).await, "granted");
}
