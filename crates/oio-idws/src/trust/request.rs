//! The request for a token (RST): what it says, and how it is read in whatever layout it comes.

mod write;

use clock::Timestamp;
use pki::Certificate;
use xml_security::{
    Claimed, Legacy, SignatureRefusal, Verified,
    security_header::{Coverage, Part, SignedMessage},
    xml::{Document, Element, Limits},
};

use crate::{
    MessageError,
    soap::{Envelope, MessageTime, Unreadable, Version},
    uris::{ISSUE_ACTION, ISSUE_REQUEST, SAML_TOKEN_TYPE, SOAP11, WSA, WSP, WST, WST14, WSU},
};

/// What must be signed: every header, the timestamp, the certificate and the body (`RULES`
/// 2.3.1.4).
const COVERAGE: Coverage = Coverage {
    parts: &[
        Part::Header { namespace: WSA, local_name: "Action" },
        Part::Header { namespace: WSA, local_name: "MessageID" },
        Part::Header { namespace: WSA, local_name: "To" },
        Part::Timestamp,
        Part::BinarySecurityToken,
        Part::Body,
    ],
    every_header: true,
};

/// A request for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The message's id, `uuid:…`.
    pub message_id: String,
    /// What is asked of the STS; it knows [`ISSUE_ACTION`] alone.
    pub action: String,
    /// The case: the STS by one of its three names.
    pub to: String,
    /// When the message was made, and until when it may be used.
    pub time: MessageTime,
    /// What the answer repeats.
    pub context: String,
    /// The kind of request; the STS knows [`ISSUE_REQUEST`] alone.
    pub request_type: String,
    /// The kind of token asked for, if it says.
    pub token_type: Option<String>,
    /// The end of the token asked for, if it says.
    pub lifetime_until: Option<Timestamp>,
    /// The entity id of the service to call, compared as a string.
    pub applies_to: String,
    /// Whether it carries a token to act as somebody else.
    pub acts_as: bool,
    /// The first of `wsa:Action` and `wsa:To` that has SOAP's attribute `mustUnderstand`, whatever it
    /// says: the STS does not accept that. It is read alone; no layout writes it.
    pub must_understand: Option<&'static str>,
}

impl TokenRequest {
    /// A system user's request, with the values that every such request has.
    #[must_use]
    pub fn of_system_user(
        message_id: String,
        context: String,
        applies_to: String,
        created: Timestamp,
        expires: Timestamp,
    ) -> Self {
        Self {
            message_id,
            action: ISSUE_ACTION.to_owned(),
            to: crate::uris::STS_SIGNATURE_CASE.to_owned(),
            time: MessageTime { created: Some(created), expires },
            context,
            request_type: ISSUE_REQUEST.to_owned(),
            token_type: Some(SAML_TOKEN_TYPE.to_owned()),
            lifetime_until: None,
            applies_to,
            acts_as: false,
            must_understand: None,
        }
    }
}

/// A request as it came: what it claims, and what proved to be signed.
#[derive(Debug, Clone)]
pub struct ReceivedTokenRequest {
    /// The message's id, for the fault that answers it.
    pub message_id: Option<Claimed<String>>,
    /// Its times, judged before the signature is.
    pub time: Claimed<MessageTime>,
    /// The certificate that it carries, for a diagnosis where the signature does not hold.
    pub certificate: Option<Claimed<Certificate>>,
    /// What its signature covers, or why there is nothing to go by.
    pub signed: Result<SignedTokenRequest, TokenRequestRefusal>,
}

/// What the signature of a request covers.
#[derive(Debug, Clone)]
pub struct SignedTokenRequest {
    /// The certificate whose key signed it; whose it is, and whether it is any good, is not said.
    pub certificate: Certificate,
    /// The signature's value, unique to the message.
    pub signature_value: Vec<u8>,
    /// The request, or what its signed content lacks.
    pub request: Result<TokenRequest, MessageError>,
}

/// Why nothing signed could be read from a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRequestRefusal {
    /// The signature leaves something out that it must cover.
    #[error("{0}")]
    Unsigned(UnsignedPart),
    /// The signature is not that of the certificate, or the content was changed.
    #[error(transparent)]
    Signature(SignatureRefusal),
}

/// Why a signature does not cover what it must.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnsignedPart {
    /// There is no certificate to verify by.
    #[error("the message carries no certificate")]
    NoCertificate,
    /// A part is not covered, or the signature is not one that may be used.
    #[error(transparent)]
    NotCovered(SignatureRefusal),
}

impl ReceivedTokenRequest {
    /// Reads a request and checks its signature by the certificate it carries.
    ///
    /// # Errors
    ///
    /// If it is not an envelope with a security header and a timestamp.
    pub fn read(bytes: &[u8], limits: &Limits, legacy: Legacy) -> Result<Self, Unreadable> {
        let document = Document::parse(bytes, limits)?;
        let envelope = Envelope::read(&document, &[Version::Soap11])?;
        Ok(Self {
            message_id: envelope.message_id.clone(),
            time: envelope.claimed_timestamp()?,
            certificate: envelope.security.binary_security_token(),
            signed: signed(&envelope, legacy),
        })
    }
}

fn signed(
    envelope: &Envelope<'_>,
    legacy: Legacy,
) -> Result<SignedTokenRequest, TokenRequestRefusal> {
    let unsigned = TokenRequestRefusal::Unsigned;
    let certificate = envelope
        .security
        .binary_security_token()
        .ok_or_else(|| unsigned(UnsignedPart::NoCertificate))?
        .into_unverified();
    let message = envelope
        .security
        .check_coverage(&COVERAGE)
        .map_err(|refusal| unsigned(UnsignedPart::NotCovered(refusal)))?
        .verify(certificate.public_key(), legacy)
        .map_err(TokenRequestRefusal::Signature)?;
    Ok(SignedTokenRequest {
        certificate,
        signature_value: message.signature_value().to_vec(),
        request: content(&message),
    })
}

fn content(message: &SignedMessage<'_>) -> Result<TokenRequest, MessageError> {
    let body = message.body();
    let request = body.only_child(WST, "RequestSecurityToken")?;
    if let Some(other) = body.children().find(|it| !it.is(WST, "RequestSecurityToken")) {
        return Err(MessageError::value("a request, and it stands alone", other.local_name()));
    }
    let address = request
        .only_child(WSP, "AppliesTo")?
        .only_child(WSA, "EndpointReference")?
        .only_child(WSA, "Address")?
        .text()?;
    Ok(TokenRequest {
        message_id: header(message, "MessageID")?,
        action: header(message, "Action")?,
        to: header(message, "To")?,
        time: MessageTime::of(message)?,
        context: request
            .attribute("Context")
            .ok_or_else(|| MessageError::value("a request with a Context", "nothing"))?
            .to_owned(),
        request_type: request.only_child(WST, "RequestType")?.text()?,
        token_type: request.optional_child(WST, "TokenType")?.map(|it| it.text()).transpose()?,
        lifetime_until: lifetime_until(&request),
        applies_to: address,
        acts_as: request.child(WST14, "ActAs").is_some(),
        must_understand: ["Action", "To"].into_iter().find(|name| {
            let header = message.header(WSA, name);
            header.is_some_and(|it| it.attribute_ns(SOAP11, "mustUnderstand").is_some())
        }),
    })
}

fn header(message: &SignedMessage<'_>, name: &'static str) -> Result<String, MessageError> {
    let header = message
        .header(WSA, name)
        .ok_or_else(|| MessageError::value("a message with its WS-Addressing headers", name))?;
    Ok(header.text()?)
}

/// The end of the token asked for. One that is invalid is none: the STS then takes its own (`STSDOC`
/// 2.1, on `InvalidTimeRange`: "overridden with default").
fn lifetime_until(request: &Verified<Element<'_>>) -> Option<Timestamp> {
    let lifetime = request.only_child(WST, "Lifetime").ok()?;
    lifetime.only_child(WSU, "Expires").ok()?.text().ok()?.trim().parse().ok()
}
