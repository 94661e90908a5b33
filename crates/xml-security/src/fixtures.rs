//! Keys and certificates for the tests of this crate, made once for each run.

use std::sync::LazyLock;

use clock::{Span, Timestamp};
use entropy::Entropy;
use pki::{Authority, Certificate, CertificateKind, Holder, KeySize, PrivateKey, Serial};

use crate::{Document, Limits};

static KEYS: LazyLock<[PrivateKey; 2]> =
    LazyLock::new(|| [KeySize::Rsa2048; 2].map(PrivateKey::generate));

/// The key that signs and decrypts.
pub(crate) fn key() -> PrivateKey {
    KEYS[0].clone()
}

/// Somebody else's key.
pub(crate) fn other_key() -> PrivateKey {
    KEYS[1].clone()
}

/// A certificate of [`key`].
pub(crate) fn certificate() -> Certificate {
    let mut entropy = Entropy::seeded(1, "xml-security", "certificate");
    let start: Timestamp = "2030-03-01T08:00:00Z".parse().unwrap();
    let authority = Authority::found(
        parties::Environment::IntegrationTest,
        other_key(),
        other_key(),
        start,
        &mut entropy,
    );
    let holder = Holder {
        kind: CertificateKind::System,
        common_name: "wsp".to_owned(),
        organisation: "Behandlingscenter Øst, ApS".to_owned(),
        cvr: "90000001".parse().unwrap(),
        uuid: entropy.uuid(),
        email: None,
    };
    let serial = Serial::draw(&mut entropy);
    authority.issue(&holder, key().public(), serial, start + Span::from_millis(0))
}

/// Reads `xml`, which must be read.
pub(crate) fn parse(xml: &str) -> Document<'_> {
    Document::parse(xml.as_bytes(), &Limits::default()).unwrap_or_else(|e| panic!("{e}: {xml}"))
}
