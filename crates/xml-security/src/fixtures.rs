//! Keys and certificates for the tests of this crate, made once for each run.

use std::sync::LazyLock;

use base64::{Engine, prelude::BASE64_STANDARD};
use clock::Timestamp;
use entropy::Entropy;
use pki::{Authority, Certificate, CertificateKind, Holder, KeySize, PrivateKey, Serial};

use crate::{Document, Limits, uris};

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

static CERTIFICATE: LazyLock<Certificate> = LazyLock::new(issue);

/// A certificate of [`key`].
pub(crate) fn certificate() -> Certificate {
    CERTIFICATE.clone()
}

fn issue() -> Certificate {
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
    authority.issue(&holder, key().public(), serial, start)
}

/// Reads `xml`, which must be read.
pub(crate) fn parse(xml: &str) -> Document<'_> {
    Document::parse(xml.as_bytes(), &Limits::default()).unwrap_or_else(|e| panic!("{e}: {xml}"))
}

/// The two halves of a SOAP message, between which the signature goes. It has the ids `to`,
/// `message-id`, `timestamp`, `certificate`, `reference` (a reference to the token `encrypted`) and
/// `body`.
pub(crate) fn halves(soap: &str, token: &str) -> (String, String) {
    let before = format!(
        "<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"http://www.w3.org/2005/08/addressing\" \
         xmlns:u=\"{wsu}\" xmlns:o=\"{wsse}\" xml:lang=\"da\"><s:Header>\
         <a:To u:Id=\"to\">https://signature.sts.invalid/</a:To>\
         <a:MessageID u:Id=\"message-id\">urn:uuid:1</a:MessageID>\
         <o:Security s:mustUnderstand=\"1\"><u:Timestamp u:Id=\"timestamp\">\
         <u:Created>2030-03-01T08:00:00Z</u:Created>\
         <u:Expires>2030-03-01T08:05:00.120Z</u:Expires></u:Timestamp>\
         <o:BinarySecurityToken u:Id=\"certificate\" ValueType=\"{x509}\" \
         EncodingType=\"{base64}\">{certificate}</o:BinarySecurityToken>{token}\
         <o:SecurityTokenReference u:Id=\"reference\"><o:KeyIdentifier ValueType=\"{saml_id}\">\
         encrypted</o:KeyIdentifier></o:SecurityTokenReference>",
        wsu = uris::WSU,
        wsse = uris::WSSE,
        x509 = uris::X509_V3,
        base64 = uris::BASE64_BINARY,
        saml_id = uris::SAML_ID,
        certificate = BASE64_STANDARD.encode(certificate().der()),
    );
    let after = "</o:Security></s:Header><s:Body u:Id=\"body\"><x xmlns=\"urn:x\" b=\"2\" a=\"1\">\
                 <!-- not signed -->æ&amp;\n</x></s:Body></s:Envelope>";
    (before, after.to_owned())
}

/// What stands for an encrypted assertion in [`halves`]; with a prefix or in the default namespace.
pub(crate) fn encrypted_assertion(prefix: &str) -> String {
    let (prefix, declaration) = match prefix {
        "" => (String::new(), "xmlns".to_owned()),
        prefix => (format!("{prefix}:"), format!("xmlns:{prefix}")),
    };
    format!(
        "<{prefix}EncryptedAssertion {declaration}=\"{}\"><e:EncryptedData xmlns:e=\"{}\" \
         u:Id=\"encrypted\"><e:CipherData><e:CipherValue>AAAA</e:CipherValue></e:CipherData>\
         </e:EncryptedData></{prefix}EncryptedAssertion>",
        uris::SAML,
        uris::XENC,
    )
}
