//! Messages that somebody changed: with a signature that no longer holds, or signed anew by one who
//! has a key.

use pki::PrivateKey;
use xml_security::{
    StrDialect, Transform,
    sign::{KeyInfoSpec, Reference, SignatureSpec, sign},
    uris,
};

/// How a signature begins and ends where it is written without a prefix.
fn signature_tags() -> [String; 2] {
    [format!("<Signature xmlns=\"{}\">", uris::DS), "</Signature>".to_owned()]
}

/// The message with `from` replaced by `to` everywhere, and its signature as it was.
///
/// # Panics
///
/// If `from` is not in it: a test that changes nothing tests nothing.
#[must_use]
pub fn tampered(message: &str, from: &str, to: &str) -> String {
    assert!(message.contains(from), "`{from}` is not in the message");
    message.replace(from, to)
}

/// A signed message taken apart, to be changed and signed anew in the same manner.
#[derive(Debug, Clone)]
pub struct Forgery {
    before: String,
    after: String,
    /// How it will be signed: as it was, with what the test changes. The certificate in the
    /// `KeyInfo` of an assertion is left out, and a `SecurityTokenReference` kept.
    pub spec: SignatureSpec,
}

impl Forgery {
    /// Takes `message` apart at its first signature.
    ///
    /// # Panics
    ///
    /// If it has none that was made by [`sign`].
    #[must_use]
    pub fn of(message: &str) -> Self {
        let [begin, end] = signature_tags();
        let (before, rest) = message.split_once(&begin).expect("a signed message");
        let (signature, after) = rest.split_once(&end).expect("a whole message");
        let references = signature.split("<Reference URI=\"#").skip(1).map(reference).collect();
        let spec =
            SignatureSpec { references, key_info: key_info(signature), ..SignatureSpec::default() };
        Self { before: before.to_owned(), after: after.to_owned(), spec }
    }

    /// Replaces `from` by `to`, everywhere.
    ///
    /// # Panics
    ///
    /// If `from` is not in the message.
    #[must_use]
    pub fn replace(self, from: &str, to: &str) -> Self {
        let found = self.before.contains(from) || self.after.contains(from);
        assert!(found, "`{from}` is not in the message");
        let (before, after) = (self.before.replace(from, to), self.after.replace(from, to));
        Self { before, after, ..self }
    }

    /// Leaves the element with `id` unsigned.
    ///
    /// # Panics
    ///
    /// If it was not signed.
    #[must_use]
    pub fn unsigned(mut self, id: &str) -> Self {
        let signed = self.spec.references.len();
        self.spec.references.retain(|reference| reference.id != id);
        assert!(self.spec.references.len() < signed, "`{id}` was not signed");
        self
    }

    /// Signs it with `key`.
    ///
    /// # Panics
    ///
    /// If what the test made of it cannot be signed.
    #[must_use]
    pub fn sign(&self, key: &PrivateKey) -> String {
        sign(&self.before, &self.after, &self.spec, key)
            .unwrap_or_else(|error| panic!("the forgery cannot be signed: {error}"))
    }

    /// Leaves it without a signature.
    #[must_use]
    pub fn bare(&self) -> String {
        [&*self.before, &*self.after].concat()
    }
}

/// What a reference refers to and how, from what stands behind its `#`.
fn reference(written: &str) -> Reference {
    let (id, written) = written.split_once('"').expect("a URI ends with a quotation mark");
    let (transforms, _) = written.split_once("<DigestMethod").expect("a reference has a digest");
    let has = |uri: &str| transforms.contains(&format!("<Transform Algorithm=\"{uri}\""));
    let mut read = Vec::new();
    if has(uris::ENVELOPED_SIGNATURE) {
        read.push(Transform::EnvelopedSignature);
    }
    if has(uris::STR_TRANSFORM) {
        read.push(Transform::StrTransform { dialect: StrDialect::EncryptedAssertion });
    } else if has(uris::EXC_C14N) {
        read.push(Transform::Exclusive { prefixes: Vec::new() });
    }
    Reference { id: id.to_owned(), transforms: read }
}

fn key_info(signature: &str) -> KeyInfoSpec {
    let value = |before: &str| signature.split_once(before)?.1.split(['"', '<']).next();
    if let Some(uri) = value("<wsse:Reference URI=\"") {
        let value_type = signature.contains(uris::X509_V3).then_some(uris::X509_V3);
        return KeyInfoSpec::TokenReference { uri: uri.to_owned(), value_type };
    }
    match value("#SAMLID\">") {
        Some(id) => KeyInfoSpec::SamlId { id: id.to_owned() },
        None => KeyInfoSpec::Absent,
    }
}
