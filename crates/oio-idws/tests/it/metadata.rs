//! Metadata, written and read back, as others lay it out, and broken.

use oio_idws::metadata::{Metadata, MetadataRole};

use crate::world::{CLIENT, SERVICE, STRANGER, STS};

fn of_sts() -> Metadata {
    Metadata {
        entity_id: "https://signature.sts.nemlog-in.dk/".parse().unwrap(),
        role: MetadataRole::TokenService {
            address: "https://localhost:8443/SecurityTokenService.svc?a&b".to_owned(),
        },
        signing: vec![STS.certificate.clone(), STRANGER.certificate.clone()],
    }
}

#[test]
fn metadata_is_read_as_it_was_written() {
    let of_user = Metadata {
        entity_id: "https://fagsystem-a.invalid/?a=1&b=2".parse().unwrap(),
        role: MetadataRole::SystemUser,
        signing: vec![CLIENT.certificate.clone()],
    };
    let of_service = Metadata {
        entity_id: "https://saml.smdb.sim.invalid".parse().unwrap(),
        role: MetadataRole::Service {
            address: "https://localhost:9443/SmdbService.svc".to_owned(),
            encryption: vec![SERVICE.certificate.clone()],
        },
        signing: vec![SERVICE.certificate.clone(), STRANGER.certificate.clone()],
    };
    for metadata in [of_sts(), of_user, of_service] {
        assert_eq!(Metadata::read(metadata.write().as_bytes()), Ok(metadata));
    }
}

/// Line breaks in the certificate, keys for another use, and other roles beside ours.
#[test]
fn metadata_of_others_is_read_too() {
    let text = of_sts().write();
    let (head, tail) = text.split_once("<md:KeyDescriptor").unwrap();
    let encryption = "<md:KeyDescriptor use=\"encryption\"><ds:KeyInfo \
                      xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/></md:KeyDescriptor>";
    let organisation =
        "<md:Organization><md:OrganizationName>x</md:OrganizationName></md:Organization>";
    let text = format!("{head}{encryption}<md:KeyDescriptor{tail}")
        .replace("X509Certificate>MII", "X509Certificate>\n  MII")
        .replace("</md:EntityDescriptor>", &format!("{organisation}</md:EntityDescriptor>"))
        .replacen(" use=\"signing\"", "", 1);
    assert_eq!(Metadata::read(text.as_bytes()), Ok(of_sts()));
}

#[test]
fn what_is_no_metadata_is_refused() {
    let text = of_sts().write();
    for (from, to) in [
        ("EntityDescriptor", "EntitiesDescriptor"),
        ("<wsa:Address>", "<wsa:Address/><wsa:Address>"),
        ("X509Certificate>MII", "X509Certificate>M"),
        ("X509Certificate>MII", "X509Certificate>?"),
        ("entityID=\"https://signature.sts.nemlog-in.dk/\"", ""),
        ("</md:EntityDescriptor>", ""),
    ] {
        let wrong = text.replace(from, to);
        assert_ne!(wrong, text, "{from}");
        Metadata::read(wrong.as_bytes()).expect_err(to);
    }
}
