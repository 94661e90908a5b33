//! Certificate signing requests (PKCS#10): made, read, and their proof of possession checked.

use std::fmt;

use crate::{
    algorithm::SignatureAlgorithm,
    asn1::{self, Flaw, Reader},
    key::{KeyError, PrivateKey, PublicKey},
    name::Name,
    pem,
};

/// Larger than any request; it bounds the work that a hostile text can cause.
const TEXT_MAX: usize = 64 * 1024;

/// A request for a certificate, by one who has shown to have the key.
///
/// Only the key is sure to be used: what an authority makes of the wished-for subject is its own
/// affair, and attributes and extensions are read over, whatever they are.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningRequest {
    der: Vec<u8>,
    subject: Name,
    public_key: PublicKey,
}

/// Why bytes are not a request that can be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefusal {
    /// Not the structure of RFC 2986 in DER, or not a text that holds it.
    #[error("not a certificate signing request: {field}: {problem}")]
    Encoding {
        /// The field in which reading stopped.
        field: &'static str,
        /// What was found there.
        problem: String,
    },
    /// The public key is not an RSA key, or not a sound one.
    #[error("unusable key: {0}")]
    Key(#[from] KeyError),
    /// Signed with an algorithm that is not accepted.
    #[error("signed with {0}, which is not accepted")]
    UnsupportedAlgorithm(String),
    /// The signature is not by the key in the request.
    #[error("no proof of possession: the request is not signed with the key that it holds")]
    NoProofOfPossession,
}

impl SigningRequest {
    /// Asks for a certificate for `key` that names `subject`, as most tools do: without
    /// attributes, signed with PKCS#1 v1.5 and SHA-256.
    #[must_use]
    pub fn make(subject: &Name, key: &PrivateKey) -> Self {
        Self::make_with(subject, key, SignatureAlgorithm::Pkcs1Sha256, &[])
    }

    /// As [`Self::make`], with an algorithm of choice, and `attributes`, each one whole in DER.
    ///
    /// # Panics
    ///
    /// If an attribute is not DER.
    #[must_use]
    pub fn make_with(
        subject: &Name,
        key: &PrivateKey,
        algorithm: SignatureAlgorithm,
        attributes: &[Vec<u8>],
    ) -> Self {
        let signed = asn1::sequence([
            &asn1::unsigned(&[0]), // version 1
            subject.der(),
            key.public().spki(),
            &asn1::explicit(0, &attributes.concat()),
        ]);
        let identifier = algorithm.identifier();
        let signature = asn1::bit_string(&key.sign(algorithm, &signed));
        Self::from_der(&asn1::sequence([&signed, &identifier, &signature]))
            .expect("a request made here reads")
    }

    /// Reads one request and checks its proof of possession; nothing may follow it.
    ///
    /// # Errors
    ///
    /// [`RequestRefusal`], for whatever bytes: this never panics.
    pub fn from_der(der: &[u8]) -> Result<Self, RequestRefusal> {
        let mut outer = Reader::of(der, asn1::SEQUENCE).map_err(in_field("request"))?;
        let signed = outer.raw().map_err(in_field("certificationRequestInfo"))?;
        let identifier = outer.raw().map_err(in_field("signatureAlgorithm"))?;
        let signature = outer.bit_string().map_err(in_field("signature"))?;
        outer.finish().map_err(in_field("request"))?;

        let mut info = Reader::of(signed, asn1::SEQUENCE).map_err(in_field("request info"))?;
        match info.small().map_err(in_field("version"))? {
            0 => {}
            other => return Err(in_field("version")(format!("{other} where 0 means version 1"))),
        }
        let subject = info.raw().and_then(Name::from_der).map_err(in_field("subject"))?;
        let key = info.raw().map_err(in_field("subjectPKInfo"))?;
        // RFC 2986 wants the attributes present, if only empty; some tools leave them out.
        let attributes =
            info.optional(asn1::context_constructed(0)).map_err(in_field("attributes"))?;
        info.finish().map_err(in_field("request info"))?;
        attributes.map_or(Ok(()), check_attributes).map_err(in_field("attributes"))?;

        let public_key = PublicKey::from_spki(key)?;
        let algorithm =
            SignatureAlgorithm::read(identifier).map_err(RequestRefusal::UnsupportedAlgorithm)?;
        public_key
            .verify(algorithm, signed, signature)
            .map_err(|_| RequestRefusal::NoProofOfPossession)?;
        Ok(Self { der: der.to_vec(), subject, public_key })
    }

    /// Reads a request in PEM, whatever stands around it.
    ///
    /// # Errors
    ///
    /// [`RequestRefusal`], also if there is none, or more than one.
    pub fn from_pem(text: &str) -> Result<Self, RequestRefusal> {
        let not_pem = |problem: &str| in_field("PEM")(problem.to_owned());
        if text.len() > TEXT_MAX {
            return Err(not_pem("too long"));
        }
        let blocks = pem::blocks(text);
        let mut requests = blocks.iter().filter(|block| {
            matches!(block.label, "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST")
        });
        match (requests.next(), requests.next()) {
            (None, _) => Err(not_pem("no block CERTIFICATE REQUEST")),
            (Some(_), Some(_)) => Err(not_pem("more than one request")),
            (Some(block), None) => {
                let content = block.content.as_ref();
                Self::from_der(content.ok_or_else(|| not_pem("the base64 cannot be read"))?)
            }
        }
    }

    /// Reads a request in base64 without armour: the body of an EST request (RFC 8951,
    /// section 3).
    ///
    /// # Errors
    ///
    /// [`RequestRefusal`].
    pub fn from_base64(text: &str) -> Result<Self, RequestRefusal> {
        let refusal = || in_field("base64")("cannot be read".to_owned());
        let decoded = (text.len() <= TEXT_MAX).then(|| pem::decode(text)).flatten();
        Self::from_der(&decoded.ok_or_else(refusal)?)
    }

    /// The request as DER, the bytes it was read from.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The request as PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::write("CERTIFICATE REQUEST", &self.der)
    }

    /// The subject that is asked for; it may be empty.
    #[must_use]
    pub const fn subject(&self) -> &Name {
        &self.subject
    }

    /// The key that is to be certified.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
}

impl fmt::Debug for SigningRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningRequest({} for {:?})", self.subject, self.public_key)
    }
}

/// Any attribute will do, but it must be one.
fn check_attributes(content: &[u8]) -> Result<(), Flaw> {
    let mut attributes = Reader::new(content)?;
    while !attributes.is_finished() {
        let mut attribute = attributes.enter(asn1::SEQUENCE)?;
        attribute.oid()?;
        attribute.content(asn1::SET)?;
        attribute.finish()?;
    }
    Ok(())
}

fn in_field(field: &'static str) -> impl Fn(Flaw) -> RequestRefusal {
    move |problem| RequestRefusal::Encoding { field, problem }
}
