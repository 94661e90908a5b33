//! Attacks on the token service over a socket: what each is answered, what the control port says of it,
//! and how the service is afterwards.

use std::time::Duration;

use entropy::Entropy;
use oio_idws::{Credential, fault::StsFault, soap::MessageTime, trust::TokenRequest};
use parties::Slot;
use sim_sts::{Cause, FaultTable};
use stage::{
    Forgery,
    attack::{Attack, cut, documents, replaced, wrapped_bodies},
    machine, start, tampered,
};
use tokio::{net::TcpListener, time::timeout};
use xml_security::{Document, Limits};

use super::{
    loopback,
    port::{Port, trace},
};
use crate::world::*;

/// A certificate that another system user has, and that expired one second ago: it is refused from the
/// start on.
fn expired() -> Credential {
    STAGE.system(TEST, "Fagsystem B", 8, after("-1095d")..start())
}

/// Two system users, of which one has [`OLD`] and the other [`expired`].
fn world() -> World {
    let mut world = World::with_old();
    world.save(&other_user(), Slot::Active, &expired().certificate, after("-1d")).unwrap();
    world.provision(&other_user(), TEST, after("-1d"));
    world
}

/// A sound request; each number gives another one.
fn sound(number: u64) -> TokenRequest {
    request(start(), &mut Entropy::seeded(number, "sts", "attacks"))
}

fn written(request: &TokenRequest, by: &Credential) -> String {
    request.write(by).unwrap()
}

/// The certificate as a message holds it.
fn base64(credential: &Credential) -> String {
    let pem = credential.certificate.to_pem();
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

/// Attacks, each with the cause that the control port must name. `recorded` was answered before; at
/// `address` an entity would be fetched.
fn attacks(recorded: &str, address: &str) -> Vec<(Attack, Cause)> {
    let message = written(&sound(2), &OLD);
    let forged = Forgery::of(&message);
    let token = cut(&message, "<wsse:BinarySecurityToken", "</wsse:BinarySecurityToken>");
    let other_token = tampered(token, &base64(&OLD), &base64(&OTHER));
    let swapped = tampered(&message, token, &other_token);
    let aside = format!("<W xmlns=\"urn:w\">{token}</W><wsse:Security ");
    let service = "https://saml.other.sim.invalid".to_owned();
    let elsewhere = TokenRequest { applies_to: service, ..sound(3) };
    let time = MessageTime { created: None, expires: after("-1s") };
    let late = TokenRequest { time, ..sound(4) };
    let wrapped = wrapped_bodies(&message, |body| replaced(body, "Context=\"", "Context=\"evil-"));
    let wrapped = wrapped.into_iter().zip([
        Cause::NotSigned,
        Cause::NotSigned,
        // A second Body, and what stands beside it, are no envelope.
        Cause::NotSoap,
        Cause::NotSigned,
        Cause::NotSoap,
        Cause::NotSigned,
        Cause::NotSigned,
        Cause::NotSigned,
    ]);
    let single = [
        ("no signature", forged.bare(), Cause::NotSigned),
        (
            "a signature of all but the Body",
            forged.clone().unsigned("body").sign(&OLD.key),
            Cause::NotSigned,
        ),
        ("no certificate", tampered(&message, token, ""), Cause::NotSigned),
        ("another's certificate", swapped.clone(), Cause::SignatureInvalid),
        (
            "another's certificate, and the own one aside",
            replaced(&swapped, "<wsse:Security ", &aside),
            Cause::NotSigned,
        ),
        ("a system user's request, by another", forged.sign(&OTHER.key), Cause::SignatureInvalid),
        ("a public key as a secret", tampered(&message, "#rsa-", "#hmac-"), Cause::NotSigned),
        ("the same request again", recorded.to_owned(), Cause::Replayed),
        ("for another service", written(&elsewhere, &OLD), Cause::UnknownService),
        ("expired by a second", written(&late, &OLD), Cause::TimestampExpired),
        (
            "a certificate expired by a second",
            written(&sound(5), &expired()),
            Cause::CertificateExpired,
        ),
        (
            "a comment in a signed value",
            tampered(&message, "saml.smdb", "saml.<!-- -->smdb"),
            Cause::InvalidRequest,
        ),
    ];
    let single = single.map(|(name, text, cause)| (Attack::new(name, text), cause));
    let costly = documents(&message, "</S11:Body>", address, Limits::default().size);
    let costly = costly.into_iter().map(|it| (it, Cause::MalformedXml));
    wrapped.chain(single).chain(costly).collect()
}

#[tokio::test]
async fn no_attack_on_a_request_gets_through() {
    let port = Port::open(&world()).await;
    let elsewhere = TcpListener::bind(loopback()).await.unwrap();
    let address = format!("http://{}/x", elsewhere.local_addr().unwrap());
    let recorded = written(&sound(1), &OLD);
    assert_eq!(port.ask(recorded.as_bytes()).await.status, 200);

    for (Attack { name, text }, cause) in attacks(&recorded, &address) {
        let reply = port.ask(text.as_bytes()).await;
        assert_eq!(reply.status, 500, "{name}");
        assert_eq!(reply.text.matches(":Envelope xmlns").count(), 2, "NemLog-in's shape: {name}");
        let document = Document::parse(&reply.body, &Limits::default()).unwrap();
        let fault = StsFault::read(&document).unwrap();
        let code = FaultTable::default().code(cause);
        assert_eq!((&*fault.code, &*fault.text), (code.name(), code.text()), "{name}");
        let truth = port.get(&format!("/__admin/diagnoses/{}", trace(&reply))).await.json();
        let named = [&truth["request"]["outcome"], &truth["findings"][0]["cause"]];
        assert_eq!(named, [cause.name(); 2], "{name}");
    }
    assert!(timeout(Duration::ZERO, elsewhere.accept()).await.is_err(), "nothing was fetched");
    assert_eq!(port.ask(written(&sound(2), &OLD).as_bytes()).await.status, 200);
}

/// A hundred megabytes, in messages as large as may be, a quarter of it in each round.
#[tokio::test]
async fn requests_that_are_refused_are_not_kept() {
    let port = Port::open(&world()).await;
    let Some(mut growth) = machine::Growth::begin() else { return };
    let message = format!("<!DOCTYPE x>{}", "x".repeat(250_000));
    for _ in 0..4 {
        for _ in 0..100 {
            assert_eq!(port.ask(message.as_bytes()).await.status, 500);
        }
        growth.round();
    }
    assert!(growth.of_a_round() < 12 * 1024 * 1024, "{growth:?}");
    assert_eq!(port.ask(written(&sound(1), &OLD).as_bytes()).await.status, 200);
}
