//! Making signatures.
//!
//! A signature is put between two halves of a document, so that the writer of a message decides
//! where it stands and nothing of the message is written anew. It is written in canonical form and on
//! one line: the .NET client drops insignificant whitespace before it verifies.

mod markup;

use base64::{Engine, prelude::BASE64_STANDARD};
use pki::{Certificate, PrivateKey};

use markup::Markup;
pub use markup::saml_token_reference;

use crate::{
    Canonicalization, DigestAlgorithm, SigningAlgorithm,
    c14n::{self, Apex, Budget, Subset},
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
    /// The prefix of XML Signature's elements: empty as .NET and NemLog-in write them, `ds` as CXF
    /// does.
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
    let mut markup = Markup::new(spec.prefix, 512 + 512 * spec.references.len());
    markup.open("SignedInfo", &[]);
    markup.canonicalization(&spec.canonicalization);
    markup.empty("SignatureMethod", spec.algorithm.uri());
    let mut scratch = Vec::with_capacity(unsigned.len());
    for reference in &spec.references {
        scratch.clear();
        canonical_target(&document, reference, place, &mut scratch)?;
        let digest = spec.digest.digest(&scratch);
        markup.reference(reference, spec.digest, &BASE64_STANDARD.encode(digest));
    }
    markup.close("SignedInfo");
    Ok(markup.finish())
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
    let range = element.node().range();
    if !enveloped && range.start < place && place < range.end {
        return Err(SigningError::SignsItself(id.clone()));
    }
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
        let (_, content) = signed_info.split_once('>').expect("it opens with a start tag");
        let mut markup = Markup::new(spec.prefix, signed_info.len() + 64);
        markup.open_declared("SignedInfo");
        markup.raw(content);
        return Ok(markup.finish().into_bytes());
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
    let mut markup = Markup::new(spec.prefix, signed_info.len() + value.len() + 4096);
    markup.open_declared("Signature");
    markup.raw(signed_info);
    markup.value("SignatureValue", value);
    markup.key_info(&spec.key_info);
    markup.close("Signature");
    markup.finish()
}

#[cfg(test)]
mod tests;
