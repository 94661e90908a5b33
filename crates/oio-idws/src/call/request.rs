//! A call with a holder-of-key token: what it says, and how it is read in whatever layout it comes.

mod write;

use std::fmt;

use clock::Timestamp;
use pki::{Certificate, PrivateKey};
use xml_security::{
    Claimed, Legacy, SignatureRefusal, Verified,
    encrypt::decrypt,
    security_header::{Coverage, Part, SignedMessage},
    verify::{enveloped_certificate_der, verify_enveloped},
    xml::{Document, Element, Limits},
};

use crate::{
    MessageError,
    addressing::Addressing,
    assertion::Assertion,
    soap::{Envelope, MessageTime, Unreadable, Version},
    uris::{SAML, WSA},
};

/// What a service insists on: body, addressing, timestamp, and the token (OIO IDWS SOAP 1.1).
const COVERAGE: Coverage = Coverage {
    parts: &[
        Part::Header { namespace: WSA, local_name: "MessageID" },
        Part::Timestamp,
        Part::Token,
        Part::Body,
    ],
    every_header: true,
};

/// A call of a service. `Debug` shows neither its token nor its body, which are nobody's to log.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceCall {
    /// The message's id, `urn:uuid:…`.
    pub message_id: String,
    /// The operation.
    pub action: String,
    /// The address called.
    pub to: String,
    /// When the message was made.
    pub created: Timestamp,
    /// The first instant at which it is too old.
    pub expires: Timestamp,
    /// The token, as the STS gave it: an `EncryptedAssertion` element.
    pub encrypted_assertion: String,
    /// The element in the body.
    pub body: String,
}

impl fmt::Debug for ServiceCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceCall")
            .field("message_id", &self.message_id)
            .field("action", &self.action)
            .field("to", &self.to)
            .field("created", &self.created)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// What a service opens and checks a call with.
#[derive(Debug, Clone, Copy)]
pub struct ServiceKeys<'a> {
    /// The key that tokens are encrypted for.
    pub decryption: &'a PrivateKey,
    /// Every certificate that the service ever trusted as the STS's; which one holds at the time
    /// is decided later.
    pub issuers: &'a [Certificate],
}

/// A call as it came: what it claims, and what proved to be signed.
#[derive(Debug, Clone)]
pub struct ReceivedCall<T> {
    /// The version of SOAP it is in; its answer is in the same.
    pub version: Version,
    /// The message's id, for the answer.
    pub message_id: Option<Claimed<String>>,
    /// Its times, judged before the signature is.
    pub time: Claimed<MessageTime>,
    /// The token, or why it could not be opened or believed.
    pub token: Result<ReceivedToken, TokenRefusal>,
    /// What the holder signed; refused as [`SignatureRefusal`] if it was not the token's holder.
    /// There is nothing without a token.
    pub message: Option<Result<SignedCall<T>, SignatureRefusal>>,
}

/// A token that was opened and whose signature holds.
#[derive(Debug, Clone)]
pub struct ReceivedToken {
    /// What it says.
    pub assertion: Assertion,
    /// The certificate of the STS that signed it.
    pub signed_by: Certificate,
}

/// What the signature of a call covers.
#[derive(Debug, Clone)]
pub struct SignedCall<T> {
    /// The message's id.
    pub message_id: String,
    /// The operation, if the message names it.
    pub action: Option<String>,
    /// The address called, if the message names it.
    pub to: Option<String>,
    /// Where the answer is to go, if the message names it;
    /// [`WSA_ANONYMOUS`](crate::uris::WSA_ANONYMOUS) is back on the connection that the call came by.
    pub reply_to: Option<String>,
    /// The signature's value, unique to the message.
    pub signature_value: Vec<u8>,
    /// What the service made of the body.
    pub content: Result<T, MessageError>,
}

/// Why a token was not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// The call carries none.
    #[error("the call carries no token")]
    Missing,
    /// It cannot be decrypted; why is not said.
    #[error("the token cannot be decrypted with the key of this service")]
    NotDecryptable,
    /// It is signed by somebody whom the service does not know.
    #[error("the token is not signed by an STS that this service knows")]
    UnknownIssuer,
    /// Its signature does not hold.
    #[error("the token's signature does not hold: {0}")]
    Signature(SignatureRefusal),
    /// It is signed, and is not a token of a system user.
    #[error("the token lacks something: {0}")]
    Content(MessageError),
}

impl<T> ReceivedCall<T> {
    /// Reads a call: opens the token, checks who issued it, and checks by the token's key what its
    /// holder signed. `content` reads the service's own element out of the signed body.
    ///
    /// # Errors
    ///
    /// If it is not an envelope with a security header and a timestamp.
    pub fn read(
        bytes: &[u8],
        keys: ServiceKeys<'_>,
        limits: &Limits,
        legacy: Legacy,
        content: impl FnOnce(Verified<Element<'_>>) -> Result<T, MessageError>,
    ) -> Result<Self, Unreadable> {
        let document = Document::parse(bytes, limits)?;
        let envelope = Envelope::read(&document, &Version::ALL)?;
        let time = envelope.claimed_timestamp()?;
        let token = token(&envelope, keys, limits, legacy);
        let message = token.as_ref().ok().map(|token| message(&envelope, token, legacy, content));
        let (version, message_id) = (envelope.version, envelope.message_id);
        Ok(Self { version, message_id, time, token, message })
    }
}

fn token(
    envelope: &Envelope<'_>,
    keys: ServiceKeys<'_>,
    limits: &Limits,
    legacy: Legacy,
) -> Result<ReceivedToken, TokenRefusal> {
    let encrypted = envelope.security.encrypted_assertion().ok_or(TokenRefusal::Missing)?;
    let data = encrypted
        .unverified()
        .children()
        .find(|child| child.is(xml_security::uris::XENC, "EncryptedData"))
        .ok_or(TokenRefusal::Missing)?;
    let plain = decrypt(data, keys.decryption).map_err(|_| TokenRefusal::NotDecryptable)?;
    // What comes out of decryption is as hostile as what came in: it takes the same way.
    let document = Document::parse(&plain, limits).map_err(|_| TokenRefusal::NotDecryptable)?;
    let root = document.root();
    if !root.is(SAML, "Assertion") {
        return Err(TokenRefusal::NotDecryptable);
    }
    let claimed = enveloped_certificate_der(root).ok_or(TokenRefusal::UnknownIssuer)?;
    let signed_by = keys
        .issuers
        .iter()
        .find(|issuer| issuer.der() == *claimed.unverified())
        .ok_or(TokenRefusal::UnknownIssuer)?;
    let verified =
        verify_enveloped(root, signed_by.public_key(), legacy).map_err(TokenRefusal::Signature)?;
    let assertion = Assertion::read(verified).map_err(TokenRefusal::Content)?;
    Ok(ReceivedToken { assertion, signed_by: signed_by.clone() })
}

fn message<T>(
    envelope: &Envelope<'_>,
    token: &ReceivedToken,
    legacy: Legacy,
    content: impl FnOnce(Verified<Element<'_>>) -> Result<T, MessageError>,
) -> Result<SignedCall<T>, SignatureRefusal> {
    let message: SignedMessage<'_> = envelope
        .security
        .check_coverage(&COVERAGE)?
        .verify(token.assertion.holder.public_key(), legacy)?;
    let headers = Addressing::read(&envelope.header, &message)?;
    Ok(SignedCall {
        message_id: headers.message_id.expect("a call is covered only if its MessageID is"),
        action: headers.action,
        to: headers.to,
        reply_to: headers.reply_to,
        signature_value: message.signature_value().to_vec(),
        content: content(message.body()),
    })
}
