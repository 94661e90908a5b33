//! Making signatures.
//!
//! A signature is put between two halves of a document, so that the writer of a message decides
//! where it stands and nothing of the message is written anew. It is written in canonical form and on
//! one line: the .NET client drops insignificant whitespace before it verifies.

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_STANDARD};
use pki::{Certificate, PrivateKey};

use crate::{
    Canonicalization, DigestAlgorithm, SigningAlgorithm,
    c14n::{self, Apex, Budget, Subset, escape_attribute, escape_text},
    signature::REFERENCES_MAX,
    str_transform, uris,
    xml::{Document, Element, IdRefusal, Malformed},
};
pub use crate::{algorithms::Transform, str_transform::StrDialect};

/// How a signature is to be made.
#[derive(Debug, Clone)]
pub struct SignatureSpec {
    /// The signature's algorithm.
    pub algorithm: SigningAlgorithm,
    /// The digest of every reference.
    pub digest: DigestAlgorithm,
    /// How the `SignedInfo` is made canonical.
    pub canonicalization: Canonicalization,
    /// What is signed, in this order.
    pub references: Vec<Reference>,
    /// What is said about the key.
    pub key_info: KeyInfoSpec,
    /// The prefix of XML Signature's elements: empty as .NET and NemLog-in write them, `ds` as CXF does.
    pub prefix: &'static str,
}

impl Default for SignatureSpec {
    /// RSA PKCS#1 v1.5 with SHA-256 throughout, exclusive C14N, nothing signed yet, nothing said
    /// about the key, no prefix: as NemLog-in and its clients sign.
    fn default() -> Self {
        Self {
            algorithm: SigningAlgorithm::RsaSha256,
            digest: DigestAlgorithm::Sha256,
            canonicalization: Canonicalization::exclusive(),
            references: Vec::new(),
            key_info: KeyInfoSpec::Absent,
            prefix: "",
        }
    }
}

/// One thing that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The id of the element; with STR-Transform, that of the `SecurityTokenReference`.
    pub id: String,
    /// Enveloped-signature, then a canonicalisation; each may be left out. Or STR-Transform alone.
    pub transforms: Vec<Transform>,
}

impl Reference {
    /// The element with `id`, in exclusive C14N.
    pub fn exclusive(id: impl Into<String>) -> Self {
        Self { id: id.into(), transforms: vec![Transform::Exclusive { prefixes: Vec::new() }] }
    }

    /// The element with `id`, which holds the signature, in exclusive C14N: as in a SAML assertion.
    pub fn enveloped(id: impl Into<String>) -> Self {
        let exclusive = Transform::Exclusive { prefixes: Vec::new() };
        Self { id: id.into(), transforms: vec![Transform::EnvelopedSignature, exclusive] }
    }
}

/// What a signature says about its key.
#[derive(Debug, Clone)]
pub enum KeyInfoSpec {
    /// Nothing, as in the STS's answers.
    Absent,
    /// The certificate itself.
    X509Certificate(Certificate),
    /// A `SecurityTokenReference` to a token in the message.
    TokenReference {
        /// `#` and the id of the token.
        uri: String,
        /// The token's type, for example [`uris::X509_V3`].
        value_type: Option<&'static str>,
    },
    /// A `SecurityTokenReference` to a SAML 2.0 assertion, whose holder's key it is.
    SamlId {
        /// The id of the assertion, or of the `EncryptedData` that holds it.
        id: String,
    },
}

/// Why a signature cannot be made: a mistake of the message's writer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The unsigned document is not one.
    #[error("the document to sign cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// The signature would not stand between two tags.
    #[error("the place for the signature is not between two tags")]
    BadPlace,
    /// No references, or more than any verifier follows.
    #[error("a signature has 1 to {REFERENCES_MAX} references, not {0}")]
    BadReferenceCount(usize),
    /// No element has the id.
    #[error("no element has the id `{0}`")]
    UnknownId(String),
    /// Two attributes carry the same id.
    #[error("the id `{0}` is there more than once")]
    DuplicateId(String),
    /// The element would hold the signature over itself, and nothing leaves the signature out.
    #[error(
        "`{0}` would hold the signature over itself, without the enveloped-signature transform"
    )]
    SignsItself(String),
    /// Transforms that no verifier takes, or in such an order.
    #[error("the transforms of `{0}` are not a list that is verified")]
    BadTransforms(String),
    /// The token reference does not lead to a token.
    #[error("`{0}` is not a token reference that leads to a token")]
    UnresolvedToken(String),
}

/// Signs the document that `before` and `after` make together, and puts the `ds:Signature` between
/// them.
///
/// # Errors
///
/// [`SigningError`], if the document cannot be read or the references do not fit it.
pub fn sign(
    before: &str,
    after: &str,
    spec: &SignatureSpec,
    key: &PrivateKey,
) -> Result<String, SigningError> {
    if !before.trim_end().ends_with('>') || !after.trim_start().starts_with('<') {
        return Err(SigningError::BadPlace);
    }
    if !(1..=REFERENCES_MAX).contains(&spec.references.len()) {
        return Err(SigningError::BadReferenceCount(spec.references.len()));
    }
    let unsigned = [before, after].concat();
    let signed_info = signed_info(&unsigned, before.len(), spec)?;
    let canonical = canonical_signed_info(before, after, &signed_info, spec)?;
    let value = key.sign(spec.algorithm.of_key(), &canonical);
    let signature = signature(spec, &signed_info, &BASE64_STANDARD.encode(value));
    Ok([before, &signature, after].concat())
}

/// The `SignedInfo` as it stands in the signature: canonical, but for the namespace, which its
/// parent declares.
fn signed_info(unsigned: &str, place: usize, spec: &SignatureSpec) -> Result<String, SigningError> {
    let document = Document::parse_own(unsigned)?;
    document.check_ids().map_err(|refusal| match refusal {
        IdRefusal::Duplicate(id) => SigningError::DuplicateId(id),
        IdRefusal::Unknown => SigningError::UnknownId(String::new()),
    })?;
    let tag = Tag::new(spec.prefix);
    let mut out = String::with_capacity(512 + 512 * spec.references.len());
    tag.open(&mut out, "SignedInfo", &[]);
    write_canonicalization(&mut out, tag, &spec.canonicalization);
    tag.empty(&mut out, "SignatureMethod", spec.algorithm.uri());
    let mut scratch = Vec::with_capacity(unsigned.len());
    for reference in &spec.references {
        scratch.clear();
        canonical_target(&document, reference, place, &mut scratch)?;
        let digest = BASE64_STANDARD.encode(spec.digest.digest(&scratch));
        write_reference(&mut out, tag, reference, spec.digest, &digest);
    }
    tag.close(&mut out, "SignedInfo");
    Ok(out)
}

/// Writes what `reference` digests. The signature is not there yet, so there is nothing that the
/// enveloped-signature transform would have to remove.
fn canonical_target(
    document: &Document<'_>,
    reference: &Reference,
    place: usize,
    out: &mut Vec<u8>,
) -> Result<(), SigningError> {
    let id = &reference.id;
    let named = document.root().by_id(id).map_err(|_| SigningError::UnknownId(id.clone()))?;
    let enveloped = reference.transforms.first() == Some(&Transform::EnvelopedSignature);
    if !enveloped && named.node().range().contains(&place) {
        return Err(SigningError::SignsItself(id.clone()));
    }
    let (element, method, apex) = match &reference.transforms[usize::from(enveloped)..] {
        [] | [Transform::Inclusive] => (named, Canonicalization::Inclusive, Apex::AsIs),
        [Transform::Exclusive { prefixes }] => {
            let method = Canonicalization::Exclusive { prefixes: prefixes.clone() };
            (named, method, Apex::AsIs)
        }
        [Transform::StrTransform { dialect }] if !enveloped => {
            let (element, apex) = token_form(named, *dialect)
                .ok_or_else(|| SigningError::UnresolvedToken(id.clone()))?;
            (element, Canonicalization::exclusive(), apex)
        }
        _ => return Err(SigningError::BadTransforms(id.clone())),
    };
    let subset = Subset { element, without: None };
    c14n::write(subset, &method, apex, out, &mut Budget::unlimited())
        .expect("an unlimited budget is never used up");
    Ok(())
}

fn token_form(reference: Element<'_>, dialect: StrDialect) -> Option<(Element<'_>, Apex)> {
    str_transform::resolve(reference, "").ok().map(|token| token.form(dialect))
}

/// The octets that are signed.
fn canonical_signed_info(
    before: &str,
    after: &str,
    signed_info: &str,
    spec: &SignatureSpec,
) -> Result<Vec<u8>, SigningError> {
    if spec.canonicalization == Canonicalization::exclusive() {
        // It uses no namespace but its own, so only that declaration is missing.
        let tag = Tag::new(spec.prefix);
        let mut canonical = String::with_capacity(signed_info.len() + 64);
        tag.open(&mut canonical, "SignedInfo", &[tag.declaration()]);
        canonical.push_str(&signed_info[tag.open_len("SignedInfo")..]);
        return Ok(canonical.into_bytes());
    }
    // What is in scope around the signature takes part: look at the whole document.
    let whole = [before, &signature(spec, signed_info, ""), after].concat();
    let document = Document::parse_own(&whole)?;
    let signed_info = document
        .root()
        .descendants()
        .find(|element| element.offset() == before.len())
        .and_then(|signature| signature.child(uris::DS, "SignedInfo"))
        .ok_or(SigningError::BadPlace)?;
    Ok(c14n::canonicalize(signed_info, &spec.canonicalization))
}

fn signature(spec: &SignatureSpec, signed_info: &str, value: &str) -> String {
    let tag = Tag::new(spec.prefix);
    let mut out = String::with_capacity(signed_info.len() + value.len() + 4096);
    tag.open(&mut out, "Signature", &[tag.declaration()]);
    out.push_str(signed_info);
    tag.value(&mut out, "SignatureValue", value);
    if let Some(content) = key_info_content(&spec.key_info, tag) {
        tag.open(&mut out, "KeyInfo", &[]);
        out.push_str(&content);
        tag.close(&mut out, "KeyInfo");
    }
    tag.close(&mut out, "Signature");
    out
}

fn key_info_content(key_info: &KeyInfoSpec, tag: Tag) -> Option<String> {
    let mut out = String::new();
    match key_info {
        KeyInfoSpec::Absent => return None,
        KeyInfoSpec::X509Certificate(certificate) => {
            tag.open(&mut out, "X509Data", &[]);
            tag.value(&mut out, "X509Certificate", &BASE64_STANDARD.encode(certificate.der()));
            tag.close(&mut out, "X509Data");
        }
        KeyInfoSpec::TokenReference { uri, value_type } => {
            let value_type = value_type
                .map(|value_type| format!(" ValueType=\"{}\"", escape_attribute(value_type)))
                .unwrap_or_default();
            write_text(
                &mut out,
                format_args!(
                    "<wsse:SecurityTokenReference xmlns:wsse=\"{}\"><wsse:Reference \
                     URI=\"{}\"{value_type}></wsse:Reference></wsse:SecurityTokenReference>",
                    uris::WSSE,
                    escape_attribute(uri),
                ),
            );
        }
        KeyInfoSpec::SamlId { id } => out.push_str(&saml_token_reference(id, None)),
    }
    Some(out)
}

/// A `wsse:SecurityTokenReference` to the SAML 2.0 assertion with the id `assertion`, for
/// STR-Transform and for `KeyInfo`; with the `wsu:Id` `id`, if it is itself referred to.
#[must_use]
pub fn saml_token_reference(assertion: &str, id: Option<&str>) -> String {
    let id = id
        .map(|id| format!(" xmlns:wsu=\"{}\" wsu:Id=\"{}\"", uris::WSU, escape_attribute(id)))
        .unwrap_or_default();
    format!(
        "<wsse:SecurityTokenReference xmlns:wsse=\"{}\" xmlns:wsse11=\"{}\"{id} \
         wsse11:TokenType=\"{}\"><wsse:KeyIdentifier ValueType=\"{}\">{}</wsse:KeyIdentifier>\
         </wsse:SecurityTokenReference>",
        uris::WSSE,
        uris::WSSE11,
        uris::SAML_2_TOKEN,
        uris::SAML_ID,
        escape_text(assertion),
    )
}

fn write_reference(
    out: &mut String,
    tag: Tag,
    reference: &Reference,
    digest: DigestAlgorithm,
    value: &str,
) {
    tag.open(out, "Reference", &[("URI", &format!("#{}", reference.id))]);
    if !reference.transforms.is_empty() {
        tag.open(out, "Transforms", &[]);
        for transform in &reference.transforms {
            write_transform(out, tag, transform);
        }
        tag.close(out, "Transforms");
    }
    tag.empty(out, "DigestMethod", digest.uri());
    tag.value(out, "DigestValue", value);
    tag.close(out, "Reference");
}

fn write_transform(out: &mut String, tag: Tag, transform: &Transform) {
    match transform {
        Transform::Exclusive { prefixes } => {
            tag.open(out, "Transform", &[("Algorithm", uris::EXC_C14N)]);
            write_prefixes(out, prefixes);
            tag.close(out, "Transform");
        }
        Transform::Inclusive => tag.empty(out, "Transform", uris::C14N),
        Transform::EnvelopedSignature => tag.empty(out, "Transform", uris::ENVELOPED_SIGNATURE),
        Transform::StrTransform { .. } => {
            tag.open(out, "Transform", &[("Algorithm", uris::STR_TRANSFORM)]);
            let parameters = "wsse:TransformationParameters";
            write_text(out, format_args!("<{parameters} xmlns:wsse=\"{}\">", uris::WSSE));
            tag.empty(out, "CanonicalizationMethod", uris::EXC_C14N);
            write_text(out, format_args!("</{parameters}>"));
            tag.close(out, "Transform");
        }
    }
}

fn write_canonicalization(out: &mut String, tag: Tag, method: &Canonicalization) {
    tag.open(out, "CanonicalizationMethod", &[("Algorithm", method.uri())]);
    if let Canonicalization::Exclusive { prefixes } = method {
        write_prefixes(out, prefixes);
    }
    tag.close(out, "CanonicalizationMethod");
}

fn write_prefixes(out: &mut String, prefixes: &[String]) {
    if !prefixes.is_empty() {
        let list = prefixes.join(" ");
        write_text(
            out,
            format_args!(
                "<ec:InclusiveNamespaces xmlns:ec=\"{}\" PrefixList=\"{}\">\
                 </ec:InclusiveNamespaces>",
                uris::EXC_C14N,
                escape_attribute(&list),
            ),
        );
    }
}

fn write_text(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes whatever is written to it");
}

/// Writes elements of XML Signature, canonically.
#[derive(Clone, Copy)]
struct Tag {
    prefix: &'static str,
    colon: &'static str,
}

impl Tag {
    const fn new(prefix: &'static str) -> Self {
        Self { prefix, colon: if prefix.is_empty() { "" } else { ":" } }
    }

    const fn declaration(self) -> (&'static str, &'static str) {
        // The only prefixes there are; see `SignatureSpec::prefix`.
        (if self.prefix.is_empty() { "xmlns" } else { "xmlns:ds" }, uris::DS)
    }

    fn open(self, out: &mut String, local: &str, attributes: &[(&str, &str)]) {
        out.extend(["<", self.prefix, self.colon, local]);
        for (name, value) in attributes {
            out.extend([" ", name, "=\"", &escape_attribute(value), "\""]);
        }
        out.push('>');
    }

    /// How long a start tag without attributes is.
    const fn open_len(self, local: &str) -> usize {
        "<".len() + self.prefix.len() + self.colon.len() + local.len() + ">".len()
    }

    fn close(self, out: &mut String, local: &str) {
        out.extend(["</", self.prefix, self.colon, local, ">"]);
    }

    fn value(self, out: &mut String, local: &str, value: &str) {
        self.open(out, local, &[]);
        out.push_str(&escape_text(value));
        self.close(out, local);
    }

    fn empty(self, out: &mut String, local: &str, algorithm: &str) {
        self.open(out, local, &[("Algorithm", algorithm)]);
        self.close(out, local);
    }
}

#[cfg(test)]
mod tests;
