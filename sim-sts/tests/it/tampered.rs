//! The list of changes by which Digst's own client tests its peers: seven that must be refused, and
//! what must be accepted all the same.

use oio_idws::uris::{SAML_TOKEN_TYPE, WSU};
use stage::{Forgery, start, tampered};
use xml_security::sign::Reference;

use crate::{
    rejections::{asked, sent, written},
    world::{OLD, OTHER, World},
};

/// The certificate as a message holds it.
fn base64(credential: &oio_idws::Credential) -> String {
    let pem = credential.certificate.to_pem();
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn what_somebody_changed_on_the_way_is_refused() {
    for (what, from, to) in [
        ("body", "https://saml.smdb.sim.invalid<", "https://saml.other.sim.invalid<"),
        ("MessageID", ">uuid:", ">uuid:0"),
        ("To", "https://signature.", "https://bootstrap."),
        ("Action", "RST/Issue", "RST/Renew"),
        ("timestamp", "T08:05:00Z", "T08:06:00Z"),
    ] {
        let mut world = World::with_old();
        let message = tampered(&written(&mut world), from, to);
        let reply = sent(&mut world, &message);
        assert_eq!(reply.name(), "signature-invalid", "{what}");
        assert!(reply.text().contains("Authentication failed"), "{what}");
    }
}

/// The token of a request is the certificate: another in its place, or another wherever it stands.
#[test]
fn another_certificate_in_the_message_is_refused() {
    let mut world = World::with_old();
    let message = written(&mut world);
    let everywhere = tampered(&message, &base64(&OLD), &base64(&OTHER));
    let once = message.replacen(&base64(&OLD), &base64(&OTHER), 1);
    for message in [everywhere, once] {
        assert_eq!(sent(&mut world, &message).name(), "signature-invalid");
    }
}

#[test]
fn a_message_that_is_recorded_and_sent_again_is_refused() {
    let mut world = World::with_old();
    let message = written(&mut world);
    assert_eq!(sent(&mut world, &message).name(), "token");
    let reply = sent(&mut world, &message);
    assert_eq!(reply.name(), "replayed");
    assert!(reply.text().contains("The specified request failed"));
}

#[test]
fn a_token_type_of_oasis_may_be_named_and_need_not() {
    for token_type in [None, Some(SAML_TOKEN_TYPE.to_owned())] {
        let reply = asked(&mut World::with_old(), &OLD, start(), |it| it.token_type = token_type);
        assert_eq!(reply.name(), "token");
    }
}

/// The header of the Liberty profile is not asked for, and read over if it is signed.
#[test]
fn a_header_of_liberty_may_be_there_and_need_not() {
    let mut world = World::with_old();
    let message = written(&mut world);
    assert!(!message.contains("Framework"));
    let framework = format!(
        "<sbf:Framework xmlns:sbf=\"urn:liberty:sb\" xmlns:u=\"{WSU}\" version=\"2.0\" u:Id=\"sbf\"/>\
         <wsse:Security "
    );
    let with = Forgery::of(&message).replace("<wsse:Security ", &framework);
    assert_eq!(sent(&mut world, &with.sign(&OLD.key)).name(), "not-signed");
    let mut signed = with.clone();
    signed.spec.references.push(Reference::exclusive("sbf"));
    assert_eq!(sent(&mut world, &signed.sign(&OLD.key)).name(), "token");
}

/// A service speaks SOAP 1.2 as well; the STS speaks 1.1 alone.
#[test]
fn soap_1_2_is_for_services() {
    let mut world = World::with_old();
    let (from, to) =
        ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope");
    let message = Forgery::of(&written(&mut world)).replace(from, to).sign(&OLD.key);
    assert_eq!(sent(&mut world, &message).name(), "not-soap");
    assert_eq!(World::with_old().ask(&OLD, start()).name(), "token");
}
