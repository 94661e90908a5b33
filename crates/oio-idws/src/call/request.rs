//! A call with a holder-of-key token: what it says, and how it is read in whatever layout it comes.

mod write;

use std::fmt;

use clock::Timestamp;
use xml_security::{
    Claimed, Legacy, SignatureRefusal, Verified,
    security_header::{Coverage, Part, SignedMessage},
    xml::{Document, Element, Limits},
};

use super::token::{ReceivedToken, ServiceKeys, TokenRefusal};
use crate::{
    MessageError,
    addressing::Addressing,
    framework::{Framework, FrameworkError},
    soap::{Envelope, MessageTime, Unreadable, Version},
    uris::WSA,
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
    /// The header that Liberty's binding asks for, in one of its namespaces.
    pub framework: Option<Framework>,
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
            .field("framework", &self.framework)
            .field("to", &self.to)
            .field("created", &self.created)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
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

/// What the signature of a call covers.
#[derive(Debug, Clone)]
pub struct SignedCall<T> {
    /// The message's id.
    pub message_id: String,
    /// The operation, if the message names it.
    pub action: Option<String>,
    /// The header that Liberty's binding asks for, or why there is none that it could take.
    pub framework: Result<Framework, FrameworkError>,
    /// The address called, if the message names it.
    pub to: Option<String>,
    /// The signature's value, unique to the message.
    pub signature_value: Vec<u8>,
    /// What the service made of the body.
    pub content: Result<T, MessageError>,
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
        let token = ReceivedToken::in_header(&envelope.security, keys, limits, legacy);
        let message = token.as_ref().ok().map(|token| message(&envelope, token, legacy, content));
        let (version, message_id) = (envelope.version, envelope.message_id);
        Ok(Self { version, message_id, time, token, message })
    }
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
        framework: Framework::read(&message, envelope.version),
        to: headers.to,
        signature_value: message.signature_value().to_vec(),
        content: content(message.body()),
    })
}
