//! A token as it comes to a service: in a call, or by itself as OIO IDWS REST hands it in. Opened, with
//! its signature checked; what it says is for the service to judge.

use pki::{Certificate, PrivateKey};
use xml_security::{
    Claimed, Legacy, SignatureRefusal,
    encrypt::{Recipient, decrypt},
    security_header::SecurityHeader,
    verify::{enveloped_certificate_der, verify_enveloped},
    xml::{Document, Element, Limits, Malformed},
};

use crate::{MessageError, assertion::Assertion, uris::SAML};

/// What a service opens and checks a token with.
#[derive(Debug, Clone, Copy)]
pub struct ServiceKeys<'a> {
    /// The key that tokens are encrypted for.
    pub decryption: &'a PrivateKey,
    /// Every certificate that the service ever trusted as the STS's; which one holds at the time
    /// is decided later.
    pub issuers: &'a [Certificate],
}

/// A token that was opened and whose signature holds.
#[derive(Debug, Clone)]
pub struct ReceivedToken {
    /// What it says.
    pub assertion: Assertion,
    /// The certificate of the STS that signed it.
    pub signed_by: Certificate,
}

/// Why a token was not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// There is none.
    #[error("there is no token")]
    Missing,
    /// What was handed in is something else.
    #[error("it is neither an encrypted assertion nor an assertion")]
    NotAToken,
    /// It cannot be decrypted; why is not said.
    #[error("the token cannot be decrypted with the key of this service")]
    NotDecryptable {
        /// The certificate that it says it is encrypted for, if it names one.
        recipient: Option<Claimed<Recipient>>,
    },
    /// It was decrypted, and is not XML that we accept, by its size, its form or its content.
    #[error("what was decrypted is not acceptable XML: {0}")]
    Malformed(Malformed),
    /// It was decrypted, and is something else.
    #[error("what was decrypted is not an assertion")]
    NotAnAssertion,
    /// It is signed by somebody whom the service does not know.
    #[error("the token is not signed by an STS that this service knows")]
    UnknownIssuer {
        /// The thumbprint of the certificate that it says it is signed with, if it names one.
        thumbprint: Option<Claimed<String>>,
    },
    /// Its signature does not hold.
    #[error("the token's signature does not hold: {0}")]
    Signature(SignatureRefusal),
    /// It is signed, and is not a token of a system user.
    #[error("the token lacks something: {0}")]
    Content(MessageError),
}

impl ReceivedToken {
    /// Reads a document that is a token and nothing else: an `EncryptedAssertion`, or an `Assertion` in
    /// the clear, with or without an XML declaration before it (OIO IDWS REST 1.0).
    ///
    /// # Errors
    ///
    /// If it is neither, or cannot be opened, or its signature does not hold.
    pub fn read(
        bytes: &[u8],
        keys: ServiceKeys<'_>,
        limits: &Limits,
        legacy: Legacy,
    ) -> Result<Self, TokenRefusal> {
        let document = Document::parse(bytes, limits).map_err(|_| TokenRefusal::NotAToken)?;
        let root = document.root();
        if root.is(SAML, "EncryptedAssertion") {
            Self::open(root, keys, limits, legacy)
        } else {
            Self::believe(root, keys, legacy).ok_or(TokenRefusal::NotAToken)?
        }
    }

    /// Finds the token of a message, of either kind (OIO IDWS SOAP 1.1), and opens it.
    pub(super) fn in_header(
        security: &SecurityHeader<'_>,
        keys: ServiceKeys<'_>,
        limits: &Limits,
        legacy: Legacy,
    ) -> Result<Self, TokenRefusal> {
        if let Some(encrypted) = security.encrypted_assertion() {
            return Self::open(encrypted.into_unverified(), keys, limits, legacy);
        }
        let assertion = security.assertion().ok_or(TokenRefusal::Missing)?;
        Self::believe(assertion.into_unverified(), keys, legacy).ok_or(TokenRefusal::NotAToken)?
    }

    /// Opens an `EncryptedAssertion`, and checks who signed what is in it.
    fn open(
        encrypted: Element<'_>,
        keys: ServiceKeys<'_>,
        limits: &Limits,
        legacy: Legacy,
    ) -> Result<Self, TokenRefusal> {
        let data = encrypted
            .children()
            .find(|child| child.is(xml_security::uris::XENC, "EncryptedData"))
            .ok_or(TokenRefusal::NotAToken)?;
        let plain = decrypt(data, keys.decryption)
            .map_err(|_| TokenRefusal::NotDecryptable { recipient: Recipient::of(data) })?;
        // What comes out of decryption is as hostile as what came in: it takes the same way.
        let document = Document::parse(&plain, limits).map_err(TokenRefusal::Malformed)?;
        Self::believe(document.root(), keys, legacy).ok_or(TokenRefusal::NotAnAssertion)?
    }

    /// Checks who signed an assertion; none if it is something else.
    fn believe(
        root: Element<'_>,
        keys: ServiceKeys<'_>,
        legacy: Legacy,
    ) -> Option<Result<Self, TokenRefusal>> {
        root.is(SAML, "Assertion").then(|| {
            let claimed = enveloped_certificate_der(root).map(Claimed::into_unverified);
            let known = |der: &Vec<u8>| keys.issuers.iter().find(|issuer| issuer.der() == *der);
            let signed_by = claimed.as_ref().and_then(known).ok_or_else(|| {
                let certificate = claimed.and_then(|der| Certificate::from_der(&der).ok());
                let thumbprint = certificate.map(|it| Claimed::new(it.thumbprint()));
                TokenRefusal::UnknownIssuer { thumbprint }
            })?;
            let verified = verify_enveloped(root, signed_by.public_key(), legacy)
                .map_err(TokenRefusal::Signature)?;
            let assertion = Assertion::read(verified).map_err(TokenRefusal::Content)?;
            Ok(Self { assertion, signed_by: signed_by.clone() })
        })
    }
}
