//! The request for a token (RST), in the layout of the .NET reference client.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use clock::Timestamp;
use pki::Certificate;
use xml_security::{
    Claimed, Legacy, SignatureRefusal, Verified, escape_attribute, escape_text,
    security_header::{Coverage, Part, SignedMessage},
    sign::{KeyInfoSpec, Reference, SignatureSpec, SigningError, sign},
    xml::{Document, Element, Limits},
};

use crate::{
    Credential, MessageError, instant,
    soap::{Envelope, MessageTime, Unreadable, Version},
    uris::{
        BASE64_BINARY, ISSUE_ACTION, ISSUE_REQUEST, PUBLIC_KEY, SAML_TOKEN_TYPE, SOAP11, WSA, WSP,
        WSSE, WST, WST14, WSU, X509V3,
    },
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
        }
    }

    /// Writes it, signed by `credential`, as the .NET reference client lays it out.
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write(&self, credential: &Credential) -> Result<String, SigningError> {
        let parts = ["action", "msgid", "to", "sec-ts", "sec-binsectoken", "body"];
        let spec = SignatureSpec {
            references: parts.map(Reference::exclusive).to_vec(),
            key_info: KeyInfoSpec::TokenReference {
                uri: "#sec-binsectoken".to_owned(),
                value_type: None,
            },
            ..SignatureSpec::default()
        };
        let certificate = BASE64.encode(credential.certificate.der());
        sign(
            &self.before_signature(&certificate),
            &self.after_signature(&certificate),
            &spec,
            &credential.key,
        )
    }

    fn before_signature(&self, certificate: &str) -> String {
        let created = self.time.created.map_or_else(String::new, |created| {
            format!("<wsu:Created>{}</wsu:Created>", instant::whole_seconds(created))
        });
        format!(
            "<S11:Envelope xmlns:S11=\"{SOAP11}\" xmlns:wsa=\"{WSA}\" xmlns:wsp=\"{WSP}\" \
             xmlns:wsse=\"{WSSE}\" xmlns:wst=\"{WST}\" xmlns:wsu=\"{WSU}\"><S11:Header>\
             <wsa:Action wsu:Id=\"action\">{action}</wsa:Action>\
             <wsa:MessageID wsu:Id=\"msgid\">{message_id}</wsa:MessageID>\
             <wsa:To wsu:Id=\"to\">{to}</wsa:To>\
             <wsse:Security S11:mustUnderstand=\"1\"><wsu:Timestamp wsu:Id=\"sec-ts\">{created}\
             <wsu:Expires>{expires}</wsu:Expires></wsu:Timestamp>\
             <wsse:BinarySecurityToken ValueType=\"{X509V3}\" EncodingType=\"{BASE64_BINARY}\" \
             wsu:Id=\"sec-binsectoken\">{certificate}</wsse:BinarySecurityToken>",
            action = escape_text(&self.action),
            message_id = escape_text(&self.message_id),
            to = escape_text(&self.to),
            expires = instant::whole_seconds(self.time.expires),
        )
    }

    fn after_signature(&self, certificate: &str) -> String {
        let lifetime = self.lifetime_until.map_or_else(String::new, |until| {
            format!(
                "<wst:Lifetime><wsu:Expires>{}</wsu:Expires></wst:Lifetime>",
                instant::whole_seconds(until)
            )
        });
        let token_type = self.token_type.as_ref().map_or_else(String::new, |token_type| {
            format!("<wst:TokenType>{}</wst:TokenType>", escape_text(token_type))
        });
        format!(
            "</wsse:Security></S11:Header><S11:Body wsu:Id=\"body\">\
             <wst:RequestSecurityToken Context=\"{context}\"><wst:KeyType>{PUBLIC_KEY}</wst:KeyType>\
             {lifetime}<wst:RequestType>{request_type}</wst:RequestType>{token_type}\
             <wst:UseKey><wsse:BinarySecurityToken wsu:Id=\"use-key\" ValueType=\"{X509V3}\" \
             EncodingType=\"{BASE64_BINARY}\">{certificate}</wsse:BinarySecurityToken>\
             </wst:UseKey><wsp:AppliesTo><wsa:EndpointReference>\
             <wsa:Address>{applies_to}</wsa:Address></wsa:EndpointReference></wsp:AppliesTo>\
             </wst:RequestSecurityToken></S11:Body></S11:Envelope>",
            context = escape_attribute(&self.context),
            request_type = escape_text(&self.request_type),
            applies_to = escape_text(&self.applies_to),
        )
    }
}

/// A request as it came: what it claims, and what proved to be signed.
#[derive(Debug, Clone)]
pub struct ReceivedTokenRequest {
    /// The message's id, for the fault that answers it.
    pub message_id: Option<Claimed<String>>,
    /// Its times, judged before the signature is.
    pub time: Claimed<MessageTime>,
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
        lifetime_until: request
            .optional_child(WST, "Lifetime")?
            .map(|lifetime| lifetime.optional_child(WSU, "Expires"))
            .transpose()?
            .flatten()
            .map(|it| time(&it))
            .transpose()?,
        applies_to: address,
        acts_as: request.child(WST14, "ActAs").is_some(),
    })
}

fn header(message: &SignedMessage<'_>, name: &'static str) -> Result<String, MessageError> {
    let header = message
        .header(WSA, name)
        .ok_or_else(|| MessageError::value("a message with its WS-Addressing headers", name))?;
    Ok(header.text()?)
}

fn time(element: &Verified<Element<'_>>) -> Result<Timestamp, MessageError> {
    let text = element.text()?;
    text.trim().parse().map_err(|_| MessageError::value("a point in time", &text))
}
