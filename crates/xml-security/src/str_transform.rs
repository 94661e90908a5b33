//! STR-Transform: what a `wsse:SecurityTokenReference` stands for, in both dialects.
//!
//! A signature covers a token by a reference to a `SecurityTokenReference`, with this transform,
//! which puts the token in its place (WS-Security 1.1, section 8.3). Where the token is an encrypted
//! assertion, the reference holds the id of the `EncryptedData`, and the specification does not say
//! which element is digested: WSS4J digests the `EncryptedData`, the .NET client the
//! `EncryptedAssertion` around it ([`StrDialect`]).
//!
//! The specification also wants the default namespace declared on the outermost element, as
//! `xmlns=""` if there is none. WSS4J does so; the .NET client does not. A signature over any of these
//! forms covers the token, so verifying tries each; signing chooses one.
//!
//! References by issuer and serial number, or by the key's identifier, stand for a token that is
//! not in the message. They are refused.

use crate::{
    SignatureRefusal,
    c14n::{Apex, Canonicalization},
    signature, uris,
    xml::{Element, ShapeError, shown},
};

/// What STR-Transform takes for the token when a reference names the `EncryptedData` in an
/// `EncryptedAssertion`. The specification does not say, and the two reference clients differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StrDialect {
    /// The `EncryptedAssertion` around it, as the .NET client does.
    EncryptedAssertion,
    /// The `EncryptedData` itself, with the default namespace declared, as WSS4J does.
    EncryptedData,
}

/// A token in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'d> {
    /// An assertion in the clear, or a `BinarySecurityToken`.
    Plain(Element<'d>),
    /// An encrypted assertion: the `EncryptedData`, and the `EncryptedAssertion` that holds it.
    Encrypted { data: Element<'d>, assertion: Element<'d> },
}

impl<'d> Token<'d> {
    /// The token that `element` is or holds, or is the content of.
    pub(crate) fn of(element: Element<'d>) -> Option<Self> {
        if element.is(uris::SAML, "Assertion") || element.is(uris::WSSE, "BinarySecurityToken") {
            return Some(Self::Plain(element));
        }
        let assertion =
            if element.is(uris::XENC, "EncryptedData") { element.parent()? } else { element };
        if !assertion.is(uris::SAML, "EncryptedAssertion") {
            return None;
        }
        let data = assertion.only_child(uris::XENC, "EncryptedData").ok()?;
        Some(Self::Encrypted { data, assertion })
    }

    /// The element by whose position the token is known.
    pub(crate) fn outermost(self) -> Element<'d> {
        match self {
            Self::Plain(element) => element,
            Self::Encrypted { assertion, .. } => assertion,
        }
    }

    /// The element that is read: the assertion, or what is decrypted to one.
    pub(crate) fn content(self) -> Element<'d> {
        match self {
            Self::Plain(element) => element,
            Self::Encrypted { data, .. } => data,
        }
    }

    /// Every form that is digested by somebody, the likeliest first.
    pub(crate) fn forms(self) -> impl Iterator<Item = (Element<'d>, Apex)> {
        let forms = match self {
            Self::Plain(element) => [Some(element), None],
            Self::Encrypted { data, assertion } => [Some(data), Some(assertion)],
        };
        let first = forms.into_iter().flatten().map(|element| (element, Apex::WithDefault));
        let second = forms.into_iter().flatten().map(|element| (element, Apex::AsIs));
        first.chain(second)
    }

    /// The form that `dialect` digests.
    pub(crate) fn form(self, dialect: StrDialect) -> (Element<'d>, Apex) {
        match (self, dialect) {
            (Self::Plain(element), StrDialect::EncryptedAssertion) => (element, Apex::AsIs),
            (Self::Plain(element), StrDialect::EncryptedData) => (element, Apex::WithDefault),
            (Self::Encrypted { assertion, .. }, StrDialect::EncryptedAssertion) => {
                (assertion, Apex::AsIs)
            }
            (Self::Encrypted { data, .. }, StrDialect::EncryptedData) => (data, Apex::WithDefault),
        }
    }
}

/// What a `SecurityTokenReference` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named<'d> {
    /// `wsse:Reference` with a `URI`.
    Direct(&'d str),
    /// `wsse:KeyIdentifier` with the id of an assertion.
    SamlId(String),
    /// Something outside the message, or nothing.
    Other,
}

/// Reads what `reference`, a `SecurityTokenReference`, names.
pub(crate) fn named(reference: Element<'_>) -> Result<Named<'_>, ShapeError> {
    if let Some(direct) = reference.optional_child(uris::WSSE, "Reference")? {
        return direct.required_attribute("URI").map(Named::Direct);
    }
    match reference.optional_child(uris::WSSE, "KeyIdentifier")? {
        Some(identifier) if identifier.attribute("ValueType") == Some(uris::SAML_ID) => {
            Ok(Named::SamlId(identifier.value()?.trim().to_owned()))
        }
        _ => Ok(Named::Other),
    }
}

/// The token that `reference` stands for; `uri` is the signature's reference to it.
pub(crate) fn resolve<'d>(
    reference: Element<'d>,
    uri: &str,
) -> Result<Token<'d>, SignatureRefusal> {
    if !reference.is(uris::WSSE, "SecurityTokenReference") {
        let found = reference.clark();
        return Err(SignatureRefusal::ReferenceToWrongElement { uri: shown(uri), found });
    }
    let unresolved = || SignatureRefusal::UnresolvedToken { uri: shown(uri) };
    let id = match named(reference)? {
        Named::Direct(uri) => uri.strip_prefix('#').ok_or_else(unresolved)?.to_owned(),
        Named::SamlId(id) => id,
        Named::Other => return Err(unresolved()),
    };
    reference.by_id(&id).ok().and_then(Token::of).ok_or_else(unresolved)
}

/// The canonicalisation that the parameters of `transform` name. WSS4J does not heed a `PrefixList`
/// there, and nobody writes one.
pub(crate) fn canonicalization(
    transform: Element<'_>,
) -> Result<Canonicalization, SignatureRefusal> {
    let method = transform
        .only_child(uris::WSSE, "TransformationParameters")
        .and_then(|parameters| parameters.only_child(uris::DS, "CanonicalizationMethod"))
        .map_err(SignatureRefusal::MalformedSignature)?;
    signature::read_canonicalization(method)?.ok_or_else(|| signature::not_allowed(method))
}
