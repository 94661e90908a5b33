//! Signatures: whatever is done to a signed message, what verifies is what was signed.
//!
//! The corpus begins with the vectors, of which we know the key and everything that was ever signed
//! with it. A message that verifies and holds anything else in its body, its token or its assertion
//! is a forgery.
#![no_main]

use std::{collections::HashSet, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use pki::Certificate;
use xml_security::{
    Canonicalization, Coverage, Document, Legacy, Limits, Part, Readable, SecurityHeader,
    canonicalize, verify_enveloped,
};

const PROFILES: [Coverage; 3] = [
    Coverage {
        parts: &[Part::Body, Part::Timestamp, Part::BinarySecurityToken],
        every_header: true,
    },
    Coverage { parts: &[Part::Body, Part::Timestamp, Part::Token], every_header: true },
    Coverage { parts: &[Part::Body], every_header: false },
];

const MESSAGES: [&str; 9] = [
    include_str!("../../xml-security/tests/vectors/reply-xmlsec1.xml"),
    include_str!("../../xml-security/tests/vectors/request-signxml-sha256.xml"),
    include_str!("../../xml-security/tests/vectors/request-signxml-sha512.xml"),
    include_str!("../../xml-security/tests/vectors/request-wss4j-sha256.xml"),
    include_str!("../../xml-security/tests/vectors/request-xmlsec1-plain.xml"),
    include_str!("../../xml-security/tests/vectors/request-xmlsec1-sha256.xml"),
    include_str!("../../xml-security/tests/vectors/request-xmlsec1-sha512.xml"),
    include_str!("../../xml-security/tests/vectors/token-wss4j-default.xml"),
    include_str!("../../xml-security/tests/vectors/token-wss4j-prefixed.xml"),
];

const ASSERTIONS: [&str; 5] = [
    include_str!("../../xml-security/tests/vectors/assertion-signxml-pss-sha256.xml"),
    include_str!("../../xml-security/tests/vectors/assertion-signxml-sha256.xml"),
    include_str!("../../xml-security/tests/vectors/assertion-signxml-sha512.xml"),
    include_str!("../../xml-security/tests/vectors/assertion-xmlsec1-sha256.xml"),
    include_str!("../../xml-security/tests/vectors/assertion-xmlsec1-sha512.xml"),
];

/// The one who signed the vectors.
static SIGNER: LazyLock<Certificate> = LazyLock::new(|| {
    let pem = include_bytes!("../../xml-security/tests/vectors/signer.pem");
    Certificate::from_cer(pem).expect("a certificate")
});

/// Everything that was signed and is read, in canonical form.
static SIGNED: LazyLock<HashSet<Vec<u8>>> = LazyLock::new(|| {
    let mut signed = HashSet::new();
    for message in MESSAGES.iter().chain(&ASSERTIONS) {
        let count = verified(message.as_bytes(), &mut |form| {
            signed.insert(form);
        });
        assert!(count > 0, "a vector does not verify");
    }
    signed
});

fuzz_target!(|bytes: &[u8]| {
    let signed = &*SIGNED;
    verified(bytes, &mut |form| {
        assert!(signed.contains(&form), "a forgery: {}", String::from_utf8_lossy(&form));
    });
});

/// Hands what verifies to `found`, and counts it.
fn verified(bytes: &[u8], found: &mut dyn FnMut(Vec<u8>)) -> usize {
    let Ok(document) = Document::parse(bytes, &Limits::default()) else { return 0 };
    let mut count = 0;
    let mut hand_over = |form| {
        found(form);
        count += 1;
    };
    if let Ok(assertion) = verify_enveloped(document.root(), SIGNER.public_key(), Legacy::Refuse) {
        hand_over(form(assertion));
    }
    if let Ok(header) = SecurityHeader::read(document.root()) {
        for profile in &PROFILES {
            let Ok(covered) = header.check_coverage(profile) else { continue };
            let Ok(message) = covered.verify(SIGNER.public_key(), Legacy::Refuse) else { continue };
            hand_over(form(message.body()));
            if let Some(token) = message.token() {
                hand_over(form(token));
            }
        }
    }
    count
}

fn form<'d>(element: impl Readable<'d>) -> Vec<u8> {
    canonicalize(element, &Canonicalization::exclusive())
}
