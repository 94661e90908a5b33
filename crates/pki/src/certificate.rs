//! An X.509 certificate with an RSA key, whoever made it.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, OnceLock},
};

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clock::{Span, Timestamp};
use const_oid::ObjectIdentifier;
use serde::{Deserialize, Serialize, de};

use crate::{
    algorithm::SignatureAlgorithm,
    asn1::{self, Flaw, Reader},
    extensions::{AuthorityConstraint, Extensions, KeyUsage},
    key::{BadSignature, KeyError, PublicKey},
    name::Name,
    pem, profile,
    serial::{Serial, SerialError},
};

/// A certificate, read but not trusted: whether it may be is for [`crate::Path`] to say.
///
/// Equal when the DER is. A clone shares the bytes. In serde it is the DER in base64.
#[derive(Clone)]
pub struct Certificate(Arc<Fields>);

struct Fields {
    der: Vec<u8>,
    /// Asked for at each request that the certificate signs.
    sha256: OnceLock<[u8; 32]>,
    signed: Vec<u8>,
    algorithm: Result<SignatureAlgorithm, String>,
    signature: Vec<u8>,
    serial: Serial,
    issuer: Name,
    subject: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    public_key: PublicKey,
    extensions: Extensions,
}

/// Why bytes are not a certificate that can be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCertificate {
    /// Not the structure of RFC 5280, section 4.1, in DER.
    #[error("not an X.509 certificate: {field}: {problem}")]
    Encoding {
        /// The field in which reading stopped.
        field: &'static str,
        /// What was found there.
        problem: String,
    },
    /// A serial number that is zero, or of more than 159 bits.
    #[error("unusable serial number: {0}")]
    Serial(#[from] SerialError),
    /// The public key is not an RSA key, or not a sound one.
    #[error("unusable key: {0}")]
    Key(#[from] KeyError),
}

impl Certificate {
    /// Reads one certificate; nothing may follow it.
    ///
    /// # Errors
    ///
    /// [`MalformedCertificate`], for whatever bytes: this never panics.
    pub fn from_der(der: &[u8]) -> Result<Self, MalformedCertificate> {
        let mut outer = Reader::of(der, asn1::SEQUENCE).map_err(in_field("certificate"))?;
        let signed = outer.raw().map_err(in_field("tbsCertificate"))?;
        let algorithm = outer.raw().map_err(in_field("signatureAlgorithm"))?;
        let signature = outer.bit_string().map_err(in_field("signatureValue"))?;
        outer.finish().map_err(in_field("certificate"))?;

        let mut tbs = Reader::of(signed, asn1::SEQUENCE).map_err(in_field("tbsCertificate"))?;
        let version = tbs.optional(asn1::context_constructed(0)).map_err(in_field("version"))?;
        let serial = tbs.unsigned().map_err(in_field("serialNumber"))?;
        let inner_algorithm = tbs.raw().map_err(in_field("signature"))?;
        let issuer = tbs.raw().and_then(Name::from_der).map_err(in_field("issuer"))?;
        let (not_before, not_after) = read_validity(&mut tbs).map_err(in_field("validity"))?;
        let subject = tbs.raw().and_then(Name::from_der).map_err(in_field("subject"))?;
        let key = tbs.raw().map_err(in_field("subjectPublicKeyInfo"))?;
        for unique_id in [asn1::context(1), asn1::context(2)] {
            tbs.optional(unique_id).map_err(in_field("uniqueIdentifiers"))?;
        }
        let extensions =
            tbs.optional(asn1::context_constructed(3)).map_err(in_field("extensions"))?;
        tbs.finish().map_err(in_field("tbsCertificate"))?;

        // RFC 5280, section 4.1.1.2: both identifiers are the same, or the signature says less
        // than it seems to.
        let algorithm = if algorithm == inner_algorithm {
            SignatureAlgorithm::read(algorithm)
        } else {
            Err("one that differs inside and outside the signed part".to_owned())
        };
        read_version(version, extensions.is_some()).map_err(in_field("version"))?;
        let extensions = extensions.map_or_else(|| Ok(Extensions::default()), Extensions::read);
        Ok(Self(Arc::new(Fields {
            signed: signed.to_vec(),
            algorithm,
            signature: signature.to_vec(),
            serial: Serial::from_magnitude(serial)?,
            issuer,
            subject,
            not_before,
            not_after,
            public_key: PublicKey::from_spki(key)?,
            extensions: extensions.map_err(in_field("extensions"))?,
            der: der.to_vec(),
            sha256: OnceLock::new(),
        })))
    }

    /// The certificate as DER, the bytes it was read from.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The certificate as PEM, lines of 64 characters.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::write("CERTIFICATE", self.der())
    }

    /// The number its issuer gave it.
    #[must_use]
    pub fn serial(&self) -> &Serial {
        &self.0.serial
    }

    /// Who it is for.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.0.subject
    }

    /// Who made it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// The first instant at which it is valid.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// The last second in which it is valid, the whole of that second included.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// The first instant at which it is refused: one second after `notAfter`.
    ///
    /// What the scenarios call the expiry (`E+`): X.509 bounds are inclusive and in whole seconds.
    #[must_use]
    pub fn first_refused(&self) -> Timestamp {
        self.0.not_after + Span::from_seconds(1)
    }

    /// Whether `now`, cut to the second, lies within its validity, both bounds included
    /// (RFC 5280, section 4.1.2.5).
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        (self.0.not_before..=self.0.not_after).contains(&now.truncated_to_second())
    }

    /// The first instant after `now` at which [`Self::is_valid_at`] says something else.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        [self.not_before(), self.first_refused()].into_iter().find(|boundary| *boundary > now)
    }

    /// The key that it certifies.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// The SHA-1 of the DER in upper-case hexadecimal, as Windows shows it (*aftryk*).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        self.sha1().iter().map(|octet| format!("{octet:02X}")).collect()
    }

    pub(crate) fn sha1(&self) -> [u8; 20] {
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, self.der());
        digest.as_ref().try_into().expect("SHA-1 has 20 octets")
    }

    /// The SHA-256 of the DER.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        *self.0.sha256.get_or_init(|| {
            let digest = digest::digest(&digest::SHA256, self.der());
            digest.as_ref().try_into().expect("SHA-256 has 32 octets")
        })
    }

    /// What the key may be used for; `None` if the certificate does not say.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }

    /// The policies it was issued under.
    #[must_use]
    pub fn policies(&self) -> &[ObjectIdentifier] {
        &self.0.extensions.policies
    }

    /// The e-mail addresses among its alternative names.
    #[must_use]
    pub fn emails(&self) -> &[String] {
        &self.0.extensions.emails
    }

    /// Where its issuer publishes revocation lists.
    #[must_use]
    pub fn crl_urls(&self) -> &[String] {
        &self.0.extensions.crl_urls
    }

    /// Where its issuer answers OCSP requests.
    #[must_use]
    pub fn ocsp_urls(&self) -> &[String] {
        &self.0.extensions.ocsp_urls
    }

    /// Where the issuer's own certificate can be fetched.
    #[must_use]
    pub fn issuer_urls(&self) -> &[String] {
        &self.0.extensions.issuer_urls
    }

    /// Whether it is an authority's, by `BasicConstraints`.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.0.extensions.authority.is_some()
    }

    /// Whether it names itself as its issuer.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.0.issuer == self.0.subject
    }

    /// The identifier of its key, if the certificate has the extension.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key.as_deref()
    }

    /// The identifier of its issuer's key, if the certificate has the extension.
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.0.extensions.authority_key.as_deref()
    }

    /// Whether `identifier` names its key: the one that it gives itself, or else the usual digest.
    pub(crate) fn has_key_identifier(&self, identifier: &[u8]) -> bool {
        self.subject_key_identifier().map_or_else(
            || identifier == profile::key_identifier(self.public_key()),
            |own| identifier == own,
        )
    }

    /// The identifiers of its extensions, in their order, each with whether it is critical.
    #[must_use]
    pub fn extensions(&self) -> &[(ObjectIdentifier, bool)] {
        &self.0.extensions.order
    }

    pub(crate) fn authority_constraint(&self) -> Option<AuthorityConstraint> {
        self.0.extensions.authority
    }

    pub(crate) fn unknown_critical_extension(&self) -> Option<ObjectIdentifier> {
        self.0.extensions.unknown_critical
    }

    /// The algorithm it was signed with; the error names one that is not spoken here.
    pub(crate) fn algorithm(&self) -> Result<SignatureAlgorithm, &str> {
        self.0.algorithm.as_ref().copied().map_err(String::as_str)
    }

    /// Whether `key` signed it. An algorithm that is not spoken here counts as a bad signature.
    ///
    /// # Errors
    ///
    /// [`BadSignature`] if not.
    pub fn verify_signed_by(&self, key: &PublicKey) -> Result<(), BadSignature> {
        let algorithm = self.algorithm().map_err(|_| BadSignature)?;
        key.verify(algorithm, &self.0.signed, &self.0.signature)
    }
}

/// Version 3 is the rule; version 1 has no extensions (RFC 5280, section 4.1.2.1).
fn read_version(version: Option<&[u8]>, has_extensions: bool) -> Result<(), Flaw> {
    match version.map(|content| Reader::new(content)?.small()).transpose()? {
        Some(2) => Ok(()),
        None | Some(1) if !has_extensions => Ok(()),
        other => Err(format!("version {} with the fields of another", other.map_or(1, |v| v + 1))),
    }
}

fn read_validity(tbs: &mut Reader<'_>) -> Result<(Timestamp, Timestamp), Flaw> {
    let mut validity = tbs.enter(asn1::SEQUENCE)?;
    let bounds = (validity.time()?, validity.time()?);
    validity.finish()?;
    Ok(bounds)
}

fn in_field(field: &'static str) -> impl Fn(Flaw) -> MalformedCertificate {
    move |problem| MalformedCertificate::Encoding { field, problem }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.der().hash(state);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} of {})", self.serial(), self.subject())
    }
}

impl Serialize for Certificate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.der()))
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let der = STANDARD.decode(text.as_bytes()).map_err(de::Error::custom)?;
        Self::from_der(&der).map_err(de::Error::custom)
    }
}
