//! The `wsse:Security` header of a SOAP message: what it claims, and what its signature covers.
//!
//! Everything is found by position, never by id alone: the Body is the one `Body` of the root
//! `Envelope`, the Timestamp the one child of `Security`, and so on. A signature whose reference
//! leads to another element than the one that is read later (signature wrapping) covers nothing.
//!
//! 1. [`SecurityHeader::read`] finds the parts and reads claims, to choose the key with.
//! 2. [`SecurityHeader::check_coverage`] asks whether the signature would cover what it must.
//! 3. [`Covered::verify`] checks signature and digests, and gives what is [`Verified`](crate::Verified).
//!
//! `mustUnderstand` is not judged here.

mod coverage;
mod key_info;

use clock::Timestamp;
use pki::Certificate;

pub use coverage::{Coverage, Covered, Part, SignedMessage};
pub use key_info::KeyInfo;
pub(crate) use key_info::certificate_der;

use crate::{
    Claimed, Element, SignatureRefusal,
    signature::base64,
    str_transform::Token,
    uris,
    xml::{ShapeError, shown},
};

/// The `wsse:Security` header of a SOAP message, before any verification.
#[derive(Debug, Clone)]
pub struct SecurityHeader<'d> {
    header: Element<'d>,
    body: Element<'d>,
    security: Element<'d>,
    timestamp: Option<Element<'d>>,
    created: Option<Timestamp>,
    expires: Option<Timestamp>,
    binary_security_token: Option<Element<'d>>,
    certificate: Option<Certificate>,
    token: Option<Token<'d>>,
}

impl<'d> SecurityHeader<'d> {
    /// Finds the header in `envelope`, the root of a SOAP 1.1 or 1.2 message, and reads its times
    /// and its certificate.
    ///
    /// # Errors
    ///
    /// [`SignatureRefusal::Shape`] if the message is not an envelope with one header and one body, or
    /// if the header has a part twice or in a shape that cannot be read;
    /// [`SignatureRefusal::NoSecurityHeader`] and [`SignatureRefusal::SeveralSecurityHeaders`];
    /// [`SignatureRefusal::UnusableToken`] if the security token is not an X.509 certificate.
    pub fn read(envelope: Element<'d>) -> Result<Self, SignatureRefusal> {
        let (header, body) = envelope_parts(envelope)?;
        let is_security = |child: &Element<'d>| child.is(uris::WSSE, "Security");
        let security = match header.children().filter(is_security).count() {
            0 => return Err(SignatureRefusal::NoSecurityHeader),
            1 => header.only_child(uris::WSSE, "Security")?,
            count => return Err(SignatureRefusal::SeveralSecurityHeaders { count }),
        };
        let timestamp = security.optional_child(uris::WSU, "Timestamp")?;
        let binary_security_token = security.optional_child(uris::WSSE, "BinarySecurityToken")?;
        Ok(Self {
            header,
            body,
            security,
            timestamp,
            created: time(timestamp, "Created")?,
            expires: time(timestamp, "Expires")?,
            binary_security_token,
            certificate: binary_security_token.map(certificate).transpose()?,
            token: token(security)?,
        })
    }

    /// When the message claims to be made.
    #[must_use]
    pub fn created(&self) -> Option<Claimed<Timestamp>> {
        self.created.map(Claimed::new)
    }

    /// Until when the message claims to be good.
    #[must_use]
    pub fn expires(&self) -> Option<Claimed<Timestamp>> {
        self.expires.map(Claimed::new)
    }

    /// The certificate in the `BinarySecurityToken`.
    #[must_use]
    pub fn binary_security_token(&self) -> Option<Claimed<Certificate>> {
        self.certificate.clone().map(Claimed::new)
    }

    /// The `saml2:EncryptedAssertion` in the header.
    #[must_use]
    pub fn encrypted_assertion(&self) -> Option<Claimed<Element<'d>>> {
        match self.token? {
            Token::Encrypted { assertion, .. } => Some(Claimed::new(assertion)),
            Token::Plain(_) => None,
        }
    }

    /// The `saml2:Assertion` in the header, in the clear.
    #[must_use]
    pub fn assertion(&self) -> Option<Claimed<Element<'d>>> {
        match self.token? {
            Token::Plain(assertion) => Some(Claimed::new(assertion)),
            Token::Encrypted { .. } => None,
        }
    }

    /// What the signature says about its key. A hint, like all that is read here.
    #[must_use]
    pub fn key_info(&self) -> KeyInfo {
        self.security
            .child(uris::DS, "Signature")
            .and_then(|signature| signature.child(uris::DS, "KeyInfo"))
            .map_or(KeyInfo::Absent, KeyInfo::read)
    }

    /// The Body, as somebody wrote it.
    #[must_use]
    pub fn body(&self) -> Claimed<Element<'d>> {
        Claimed::new(self.body)
    }

    /// The first header `local` in `namespace`, as somebody wrote it.
    #[must_use]
    pub fn header(&self, namespace: &str, local: &str) -> Option<Claimed<Element<'d>>> {
        self.header.child(namespace, local).map(Claimed::new)
    }
}

/// The Header and the Body of `envelope`, which has these two and nothing else.
fn envelope_parts(envelope: Element<'_>) -> Result<(Element<'_>, Element<'_>), SignatureRefusal> {
    if envelope.parent().is_some() {
        return Err(ShapeError::NotTheRoot { element: envelope.clark() }.into());
    }
    let soap = match envelope.namespace() {
        namespace @ (uris::SOAP_1_1 | uris::SOAP_1_2) => namespace,
        _ => uris::SOAP_1_1,
    };
    envelope.expect(soap, "Envelope")?;
    let body = envelope.only_child(soap, "Body")?;
    let Some(header) = envelope.optional_child(soap, "Header")? else {
        return Err(SignatureRefusal::NoSecurityHeader);
    };
    match envelope.children().find(|child| *child != header && *child != body) {
        None => Ok((header, body)),
        Some(child) => {
            let (parent, child) = (envelope.clark(), child.clark());
            Err(ShapeError::Unexpected { parent, child }.into())
        }
    }
}

fn time(timestamp: Option<Element<'_>>, local: &str) -> Result<Option<Timestamp>, ShapeError> {
    let Some(timestamp) = timestamp else { return Ok(None) };
    let Some(element) = timestamp.optional_child(uris::WSU, local)? else { return Ok(None) };
    let value = element.value()?;
    let time = value.trim().parse().map_err(|_| element.bad_value(&value, "a point in time"))?;
    Ok(Some(time))
}

fn certificate(token: Element<'_>) -> Result<Certificate, SignatureRefusal> {
    let unusable = |reason: String| SignatureRefusal::UnusableToken { reason };
    match token.attribute("ValueType") {
        Some(uris::X509_V3) => {}
        other => return Err(unusable(format!("its type is `{}`", shown(other.unwrap_or(""))))),
    }
    match token.attribute("EncodingType") {
        // The encoding's default (WS-Security 1.1, section 6.3).
        None | Some(uris::BASE64_BINARY) => {}
        Some(other) => return Err(unusable(format!("its encoding is `{}`", shown(other)))),
    }
    let der = base64(token)?;
    Certificate::from_der(&der).map_err(|error| unusable(error.to_string()))
}

fn token(security: Element<'_>) -> Result<Option<Token<'_>>, ShapeError> {
    let encrypted = security.optional_child(uris::SAML, "EncryptedAssertion")?;
    let plain = security.optional_child(uris::SAML, "Assertion")?;
    match (encrypted, plain) {
        (None, None) => Ok(None),
        (Some(encrypted), None) => {
            let data = encrypted.only_child(uris::XENC, "EncryptedData")?;
            Ok(Some(Token::Encrypted { data, assertion: encrypted }))
        }
        (None, Some(plain)) => Ok(Some(Token::Plain(plain))),
        (Some(_), Some(_)) => Err(ShapeError::several(security, uris::SAML, "Assertion")),
    }
}

#[cfg(test)]
mod tests;
