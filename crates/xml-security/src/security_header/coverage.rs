//! What the signature of a message must cover, does cover, and has been verified to cover.

use std::fmt;

use pki::PublicKey;

use super::SecurityHeader;
use crate::{
    Element, Legacy, SignatureRefusal, Verified,
    c14n::Budget,
    signature::{Signature, Target},
    str_transform::Token,
    uris,
    xml::shown,
};

/// A part of a message, known by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The one `Body` of the root `Envelope`.
    Body,
    /// The one `wsu:Timestamp` in `Security`.
    Timestamp,
    /// The one `BinarySecurityToken` in `Security`.
    BinarySecurityToken,
    /// The one assertion in `Security`, encrypted or not, signed directly or by STR-Transform
    /// through a `SecurityTokenReference` in `Security` or in the signature's `KeyInfo`.
    Token,
    /// The one header of this name.
    Header {
        /// Its namespace.
        namespace: &'static str,
        /// Its name without a prefix.
        local_name: &'static str,
    },
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("Body"),
            Self::Timestamp => f.write_str("Timestamp"),
            Self::BinarySecurityToken => f.write_str("BinarySecurityToken"),
            Self::Token => f.write_str("token"),
            Self::Header { local_name, .. } => write!(f, "header {local_name}"),
        }
    }
}

/// What a profile demands to be there and to be signed. The Body always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// These parts.
    pub parts: &'static [Part],
    /// Every header but `wsse:Security`, known or not.
    pub every_header: bool,
}

impl<'d> SecurityHeader<'d> {
    /// Asks whether the signature covers `coverage`, each part by its position. No cryptography yet:
    /// what is covered is not verified.
    ///
    /// # Errors
    ///
    /// If there is not exactly one signature, if it cannot be read or uses what is not allowed, if ids
    /// are not unique, or if a part is missing, there twice, or not covered.
    pub fn check_coverage(&self, coverage: &Coverage) -> Result<Covered<'d>, SignatureRefusal> {
        let is_signature = |child: &Element<'d>| child.is(uris::DS, "Signature");
        let element = self.security.clark();
        let signature = match self.security.children().filter(is_signature).count() {
            0 => return Err(SignatureRefusal::NoSignature { element }),
            1 => self.security.only_child(uris::DS, "Signature")?,
            count => return Err(SignatureRefusal::SeveralSignatures { element, count }),
        };
        let signature = Signature::read(signature)?;
        let covered = Covered { header: self.clone(), signature };
        covered.check_references()?;
        covered.check_part(Part::Body)?;
        for part in coverage.parts {
            covered.check_part(*part)?;
        }
        if coverage.every_header {
            covered.check_every_header()?;
        }
        Ok(covered)
    }

    /// The element that is `part`.
    fn part(&self, part: Part) -> Result<Element<'d>, SignatureRefusal> {
        let found = match part {
            Part::Body => Some(self.body),
            Part::Timestamp => self.timestamp,
            Part::BinarySecurityToken => self.binary_security_token,
            Part::Token => self.token.map(Token::outermost),
            Part::Header { namespace, local_name } => self
                .header
                .optional_child(namespace, local_name)
                .map_err(|_| SignatureRefusal::SeveralParts { part })?,
        };
        found.ok_or(SignatureRefusal::MissingPart { part })
    }
}

/// A message whose signature would cover what it must, if it verifies.
#[derive(Clone)]
pub struct Covered<'d> {
    header: SecurityHeader<'d>,
    signature: Signature<'d>,
}

impl<'d> Covered<'d> {
    /// Checks that `key` made the signature, and every digest.
    ///
    /// # Errors
    ///
    /// [`SignatureRefusal::SignatureMismatch`], [`SignatureRefusal::DigestMismatch`],
    /// [`SignatureRefusal::AlgorithmNotAllowed`] for SHA-1 under [`Legacy::Refuse`], or
    /// [`SignatureRefusal::TooMuchToDigest`].
    pub fn verify(
        &self,
        key: &PublicKey,
        legacy: Legacy,
    ) -> Result<SignedMessage<'d>, SignatureRefusal> {
        let mut budget = Budget::one_message();
        self.signature.check_signature(key, legacy, &mut budget)?;
        let signed = self.signature.check_digests(legacy, &mut budget)?;
        Ok(SignedMessage {
            header: self.header.clone(),
            signed,
            signature_value: self.signature.value.clone(),
        })
    }

    /// Checks every digest and not the signature, where its key is not known. It shows that the
    /// message is as it was when somebody signed it, and nothing about who that was: nothing is
    /// verified by it.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify), less [`SignatureRefusal::SignatureMismatch`].
    pub fn check_digests(&self, legacy: Legacy) -> Result<(), SignatureRefusal> {
        self.signature.check_digests(legacy, &mut Budget::one_message()).map(drop)
    }

    /// A reference with STR-Transform starts at a token reference of this header, not at one that
    /// somebody put elsewhere.
    fn check_references(&self) -> Result<(), SignatureRefusal> {
        for reference in &self.signature.references {
            if let Target::Token { reference: at, .. } = reference.target
                && at.parent() != Some(self.header.security)
                && at.parent() != self.signature.key_info
            {
                let (uri, found) = (shown(reference.uri), at.clark());
                return Err(SignatureRefusal::ReferenceToWrongElement { uri, found });
            }
        }
        Ok(())
    }

    fn check_part(&self, part: Part) -> Result<(), SignatureRefusal> {
        let element = self.header.part(part)?;
        if self.covers(element) || part == Part::Token && self.covers_token(element) {
            return Ok(());
        }
        Err(SignatureRefusal::NotCovered { part })
    }

    fn check_every_header(&self) -> Result<(), SignatureRefusal> {
        let uncovered = self
            .header
            .header
            .children()
            .find(|child| *child != self.header.security && !self.covers(*child));
        match uncovered {
            None => Ok(()),
            Some(child) => Err(SignatureRefusal::HeaderNotCovered { header: child.clark() }),
        }
    }

    /// Whether all of `element` is digested.
    fn covers(&self, element: Element<'d>) -> bool {
        self.signature.references.iter().any(|reference| match reference.target {
            Target::Element(target) | Target::Token { token: Token::Plain(target), .. } => {
                target == element
            }
            Target::Token { token: Token::Encrypted { .. }, .. } => false,
        })
    }

    /// Whether what is read of the token that `element` is or holds is digested: of an encrypted
    /// assertion, the `EncryptedData` alone is enough.
    fn covers_token(&self, element: Element<'d>) -> bool {
        self.signature.references.iter().any(|reference| {
            let token = match reference.target {
                Target::Element(target) => Token::of(target),
                Target::Token { token, .. } => Some(token),
            };
            token.is_some_and(|token| token.outermost() == element)
        })
    }
}

impl fmt::Debug for Covered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Covered({} references)", self.signature.references.len())
    }
}

/// A message whose signature is verified. What it gives was signed.
#[derive(Clone)]
pub struct SignedMessage<'d> {
    header: SecurityHeader<'d>,
    signed: Vec<Verified<Element<'d>>>,
    signature_value: Vec<u8>,
}

impl<'d> SignedMessage<'d> {
    /// The Body.
    #[must_use]
    pub fn body(&self) -> Verified<Element<'d>> {
        self.verified(self.header.body).expect("a message is covered only if its Body is")
    }

    /// The header `local` in `namespace`, if there is exactly one and it was signed.
    #[must_use]
    pub fn header(&self, namespace: &str, local: &str) -> Option<Verified<Element<'d>>> {
        self.verified(self.header.header.optional_child(namespace, local).ok()??)
    }

    /// Every header that was signed, in the message's order.
    pub fn headers(&self) -> impl Iterator<Item = Verified<Element<'d>>> {
        self.header.header.children().filter_map(|header| self.verified(header))
    }

    /// The Timestamp, if it was signed.
    #[must_use]
    pub fn timestamp(&self) -> Option<Verified<Element<'d>>> {
        self.verified(self.header.timestamp?)
    }

    /// The `BinarySecurityToken`, if it was signed.
    #[must_use]
    pub fn binary_security_token(&self) -> Option<Verified<Element<'d>>> {
        self.verified(self.header.binary_security_token?)
    }

    /// The token, if it was signed: the `saml2:Assertion`, or the `xenc:EncryptedData` of the
    /// `saml2:EncryptedAssertion`, in either dialect.
    #[must_use]
    pub fn token(&self) -> Option<Verified<Element<'d>>> {
        let token = self.header.token?;
        let content = token.content();
        // Who signed the whole assertion signed what is in it.
        self.verified(content).or_else(|| {
            self.verified(token.outermost())?.children().find(|child| child.element() == content)
        })
    }

    /// The octets of the signature.
    #[must_use]
    pub fn signature_value(&self) -> &[u8] {
        &self.signature_value
    }

    fn verified(&self, element: Element<'d>) -> Option<Verified<Element<'d>>> {
        self.signed.iter().copied().find(|signed| signed.element() == element)
    }
}

impl fmt::Debug for SignedMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.signed).finish()
    }
}
