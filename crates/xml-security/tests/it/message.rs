//! Messages to attack: a signed SOAP call with a token, and a signed assertion.

use std::{path::Path, sync::LazyLock};

use base64::{Engine, prelude::BASE64_STANDARD};
use pki::{KeyPool, KeySize, PrivateKey, SignatureAlgorithm};
use xml_security::{
    Canonicalization, Coverage, Document, Legacy, Limits, Malformed, Part, Reference,
    SecurityHeader, ShapeError, SignatureRefusal, SignatureSpec, StrDialect, Transform, sign, uris,
    verify_enveloped,
};

pub(crate) const WSA: &str = "http://www.w3.org/2005/08/addressing";
const TO: Part = Part::Header { namespace: WSA, local_name: "To" };

/// What a receiver of the call demands.
pub(crate) const COVERAGE: Coverage =
    Coverage { parts: &[Part::Timestamp, Part::Token, TO], every_header: true };

static KEYS: LazyLock<KeyPool> = LazyLock::new(|| {
    KeyPool::open(Path::new(env!("CARGO_TARGET_TMPDIR")).join("keys")).expect("a folder for keys")
});

/// The key of whom the receiver believes.
pub(crate) fn key() -> PrivateKey {
    KEYS.key(KeySize::Rsa2048, 0)
}

/// The key of the attacker.
pub(crate) fn attackers_key() -> PrivateKey {
    KEYS.key(KeySize::Rsa2048, 1)
}

/// Why a receiver refuses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Malformed(Malformed),
    Shape(ShapeError),
    Signature(SignatureRefusal),
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<ShapeError> for Refusal {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

impl From<SignatureRefusal> for Refusal {
    fn from(refusal: SignatureRefusal) -> Self {
        Self::Signature(refusal)
    }
}

/// The two halves of the call, between which its signature goes.
fn call() -> (String, String) {
    let before = format!(
        "<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{WSA}\" xmlns:u=\"{wsu}\" xmlns:o=\"{wsse}\">\
         <s:Header><a:To u:Id=\"to\">https://smdb.invalid/</a:To><o:Security>\
         <u:Timestamp u:Id=\"timestamp\"><u:Created>2030-03-01T08:00:00Z</u:Created></u:Timestamp>\
         <t:EncryptedAssertion xmlns:t=\"{saml}\"><e:EncryptedData xmlns:e=\"{xenc}\" \
         u:Id=\"token\">x</e:EncryptedData></t:EncryptedAssertion>\
         <o:SecurityTokenReference u:Id=\"reference\"><o:KeyIdentifier ValueType=\"{saml_id}\">token\
         </o:KeyIdentifier></o:SecurityTokenReference>",
        soap = uris::SOAP_1_2,
        wsu = uris::WSU,
        wsse = uris::WSSE,
        saml = uris::SAML,
        xenc = uris::XENC,
        saml_id = uris::SAML_ID,
    );
    let after = "</o:Security></s:Header><s:Body u:Id=\"body\"><pay xmlns=\"urn:x\">alice</pay>\
                 </s:Body></s:Envelope>";
    (before, after.to_owned())
}

/// A signed call that pays alice. Its parts have the ids `to`, `timestamp`, `token`, `reference`
/// (which stands for the token) and `body`.
pub(crate) fn signed_call() -> String {
    let signed = call_signed_with("", 1);
    assert_eq!(receive_call(signed.as_bytes()).as_deref(), Ok("alice"), "untampered");
    signed
}

/// The call with `more` in its Body, and so many references to the Body.
pub(crate) fn call_signed_with(more: &str, times: usize) -> String {
    let (before, after) = call();
    let after = replaced(&after, "</s:Body>", &[more, "</s:Body>"].concat());
    let dialect = StrDialect::EncryptedAssertion;
    let mut references = ["to", "timestamp"].map(Reference::exclusive).to_vec();
    references.extend(std::iter::repeat_n(Reference::exclusive("body"), times));
    references.push(Reference {
        id: "reference".to_owned(),
        transforms: vec![Transform::StrTransform { dialect }],
    });
    let spec = SignatureSpec { references, ..SignatureSpec::default() };
    sign(&before, &after, &spec, &key()).expect("the call can be signed")
}

/// What a careful service does: whom the call pays, if it is believed.
pub(crate) fn receive_call(bytes: &[u8]) -> Result<String, Refusal> {
    receive_call_with(bytes, Legacy::Refuse)
}

pub(crate) fn receive_call_with(bytes: &[u8], legacy: Legacy) -> Result<String, Refusal> {
    let document = Document::parse(bytes, &Limits::default())?;
    let header = SecurityHeader::read(document.root())?;
    let covered = header.check_coverage(&COVERAGE)?;
    let message = covered.verify(key().public(), legacy)?;
    let _to = message.header(WSA, "To").expect("it is covered");
    let token = message.token().expect("it is covered");
    assert!(token.is(uris::XENC, "EncryptedData"));
    Ok(message.body().only_child("urn:x", "pay")?.text()?)
}

/// A document with a signed assertion, with the id `_1`, about alice.
pub(crate) fn signed_assertion() -> String {
    let before = format!(
        "<Response xmlns=\"urn:x\"><Assertion xmlns=\"{}\" ID=\"_1\"><Issuer>sts</Issuer>",
        uris::SAML
    );
    let after = "<Subject>alice</Subject></Assertion></Response>";
    let references = vec![Reference::enveloped("_1")];
    let spec = SignatureSpec { references, ..SignatureSpec::default() };
    let signed = sign(&before, after, &spec, &key()).expect("the assertion can be signed");
    assert_eq!(receive_assertion(signed.as_bytes()).as_deref(), Ok("alice"), "untampered");
    signed
}

/// What a careful service does: whom the assertion is about, if it is believed.
pub(crate) fn receive_assertion(bytes: &[u8]) -> Result<String, Refusal> {
    let document = Document::parse(bytes, &Limits::default())?;
    let assertion = document.root().only_child(uris::SAML, "Assertion")?;
    let verified = verify_enveloped(assertion, key().public(), Legacy::Refuse)?;
    Ok(verified.only_child(uris::SAML, "Subject")?.text()?)
}

/// `message` with the value of its one signature made anew, over the `SignedInfo` as it stands there.
pub(crate) fn signed_again(message: &str) -> String {
    let document = Document::parse(message.as_bytes(), &Limits::default()).expect("XML");
    let find = |local: &str| {
        document.root().descendants().find(|e| e.is(uris::DS, local)).expect("there is a signature")
    };
    let method = match find("CanonicalizationMethod").attribute("Algorithm") {
        Some(uris::C14N) => Canonicalization::Inclusive,
        _ => Canonicalization::exclusive(),
    };
    let octets = find("SignedInfo").canonical(&method);
    let value = BASE64_STANDARD.encode(key().sign(SignatureAlgorithm::Pkcs1Sha256, &octets));
    let old = cut(message, "<SignatureValue>", "</SignatureValue>");
    replaced(message, old, &format!("<SignatureValue>{value}</SignatureValue>"))
}

/// What stands from `start` to `end`, both included.
pub(crate) fn cut<'a>(xml: &'a str, start: &str, end: &str) -> &'a str {
    let from = xml.find(start).unwrap_or_else(|| panic!("no {start}"));
    let to = from + xml[from..].find(end).unwrap_or_else(|| panic!("no {end}")) + end.len();
    &xml[from..to]
}

/// `xml` with `from`, which must be there, replaced by `to` once.
pub(crate) fn replaced(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "no {from} in {xml}");
    xml.replacen(from, to, 1)
}

/// Asserts that a result is a refusal of the given shape.
macro_rules! refused {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {{
        let result = $result;
        assert!(matches!(&result, Err($pattern) $(if $guard)?), "{result:?}");
    }};
}
pub(crate) use refused;
