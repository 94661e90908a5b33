//! The answer that carries a token (RSTRC), in the layout of the real STS.
//!
//! Known from a recorded answer (`docs/FIDELITY.md`): no `KeyInfo`, no white space in signed parts,
//! and every reference has the enveloped-signature transform alone, so that its digest is over
//! inclusive canonical XML.

use std::fmt;

use clock::Timestamp;
use parties::EntityId;
use pki::{Certificate, PublicKey};
use xml_security::{
    Canonicalization, Legacy, SignatureRefusal, Transform, Verified, canonicalize,
    encrypt::{ContentEncryption, encrypt},
    escape_attribute, escape_text,
    security_header::{Coverage, Part, SignedMessage},
    sign::{KeyInfoSpec, Reference, SignatureSpec, SigningError, sign},
    xml::{Document, Element, Limits},
};

use crate::{
    Credential, MessageError,
    fault::StsFault,
    instant,
    soap::{Envelope, MessageTime, Unreadable, Version},
    uris::{ENCRYPTED_ASSERTION_ID, ISSUE_ACTION, SAML, SOAP11, WSA, WSP, WSSE, WST, WSU},
};

/// What a client insists on seeing signed.
const COVERAGE: Coverage = Coverage {
    parts: &[
        Part::Header { namespace: WSA, local_name: "Action" },
        Part::Header { namespace: WSA, local_name: "MessageID" },
        Part::Header { namespace: WSA, local_name: "RelatesTo" },
        Part::Timestamp,
        Part::Body,
    ],
    every_header: true,
};

/// An answer that carries a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// The answer's id, `uuid:…`.
    pub message_id: String,
    /// The id of the request.
    pub relates_to: String,
    /// The request's context.
    pub context: String,
    /// The request's token type; left out, it comes back empty.
    pub token_type: Option<String>,
    /// The service the token is for.
    pub applies_to: EntityId,
    /// The beginning of the token, which is that of the answer's timestamp too.
    pub created: Timestamp,
    /// The end of the token, which is that of the answer's timestamp too.
    pub expires: Timestamp,
}

impl TokenResponse {
    /// Writes it around `assertion`, which is encrypted for `recipient`; signed by `signer`.
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write(
        &self,
        assertion: &str,
        recipient: &Certificate,
        signer: &Credential,
        entropy: &mut entropy::Entropy,
    ) -> Result<String, SigningError> {
        let encrypted = encrypt(
            assertion,
            recipient,
            ContentEncryption::Aes256Cbc,
            ENCRYPTED_ASSERTION_ID,
            entropy,
        );
        let parts = ["action", "messageid", "relatesto", "sec_timestamp", "body"];
        let reference = |id: &str| Reference {
            id: id.to_owned(),
            transforms: vec![Transform::EnvelopedSignature],
        };
        let spec = SignatureSpec {
            references: parts.map(reference).to_vec(),
            key_info: KeyInfoSpec::Absent,
            ..SignatureSpec::default()
        };
        sign(&self.before_signature(), &self.after_signature(&encrypted), &spec, &signer.key)
    }

    fn before_signature(&self) -> String {
        format!(
            "<S11:Envelope xmlns:S11=\"{SOAP11}\" xmlns:wsa=\"{WSA}\" xmlns:wsu=\"{WSU}\" \
             xmlns:wsse=\"{WSSE}\"><S11:Header><wsa:Action wsu:Id=\"action\">{ISSUE_ACTION}</wsa:Action>\
             <wsa:MessageID wsu:Id=\"messageid\">{message_id}</wsa:MessageID>\
             <wsa:RelatesTo wsu:Id=\"relatesto\">{relates_to}</wsa:RelatesTo>\
             <wsse:Security S11:mustUnderstand=\"1\"><wsu:Timestamp wsu:Id=\"sec_timestamp\">\
             <wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires>\
             </wsu:Timestamp>",
            message_id = escape_text(&self.message_id),
            relates_to = escape_text(&self.relates_to),
            created = instant::milliseconds(self.created),
            expires = instant::milliseconds(self.expires),
        )
    }

    fn after_signature(&self, encrypted: &str) -> String {
        let token_type = self.token_type.as_ref().map_or_else(
            || "<TokenType/>".to_owned(),
            |token_type| format!("<TokenType>{}</TokenType>", escape_text(token_type)),
        );
        let reference = |name: &str| {
            format!(
                "<wst:{name} xmlns:wst=\"{WST}\"><wsse:SecurityTokenReference>\
                 <wsse:Reference URI=\"#{ENCRYPTED_ASSERTION_ID}\"/></wsse:SecurityTokenReference>\
                 </wst:{name}>"
            )
        };
        format!(
            "</wsse:Security></S11:Header><S11:Body wsu:Id=\"body\">\
             <RequestSecurityTokenResponseCollection xmlns=\"{WST}\">\
             <RequestSecurityTokenResponse Context=\"{context}\">{token_type}\
             <AppliesTo xmlns=\"{WSP}\"><EndpointReference xmlns=\"{WSA}\"><Address>{applies_to}</Address>\
             </EndpointReference></AppliesTo><RequestedSecurityToken>\
             <EncryptedAssertion xmlns=\"{SAML}\">{encrypted}</EncryptedAssertion>\
             </RequestedSecurityToken>{attached}{unattached}<Lifetime>\
             <Created xmlns=\"{WSU}\">{created}</Created><Expires xmlns=\"{WSU}\">{expires}</Expires>\
             </Lifetime></RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>\
             </S11:Body></S11:Envelope>",
            context = escape_attribute(&self.context),
            applies_to = escape_text(self.applies_to.as_str()),
            attached = reference("RequestedAttachedReference"),
            unattached = reference("RequestedUnattachedReference"),
            created = instant::shortest(self.created),
            expires = instant::shortest(self.expires),
        )
    }
}

/// What a client makes of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StsReply {
    /// A token.
    Token(IssuedToken),
    /// A refusal; it is not signed, so nothing but the refusal may be believed.
    Fault(StsFault),
}

/// A token as a client holds it: it cannot look inside, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The id of the request that it answers.
    pub relates_to: String,
    /// The times of the answer that carries it.
    pub time: MessageTime,
    /// The first instant at which it no longer holds.
    pub expires: Timestamp,
    /// The `EncryptedAssertion` element, fit to stand in another message.
    pub encrypted_assertion: String,
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken")
            .field("relates_to", &self.relates_to)
            .field("time", &self.time)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Why an answer of the STS cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// It is neither an answer nor a fault.
    #[error("the STS's answer cannot be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// It is not signed by the STS that the client knows.
    #[error("the signature of the STS's answer does not verify: {0}")]
    Signature(#[from] SignatureRefusal),
    /// It is signed, and lacks what it should hold.
    #[error("the STS's answer lacks something: {0}")]
    Content(#[from] MessageError),
}

impl StsReply {
    /// Reads an answer and checks its signature by `sts`, the key that the client has pinned.
    ///
    /// # Errors
    ///
    /// If it is neither a signed answer nor a fault.
    pub fn read(bytes: &[u8], sts: &PublicKey) -> Result<Self, ResponseError> {
        let document = Document::parse(bytes, &Limits::default()).map_err(Unreadable::from)?;
        if let Some(fault) = StsFault::read(&document) {
            return Ok(Self::Fault(fault));
        }
        let envelope = Envelope::read(&document, &[Version::Soap11])?;
        let message = envelope.security.check_coverage(&COVERAGE)?.verify(sts, Legacy::Refuse)?;
        Ok(Self::Token(token(&message)?))
    }
}

fn token(message: &SignedMessage<'_>) -> Result<IssuedToken, MessageError> {
    let relates_to = message
        .header(WSA, "RelatesTo")
        .ok_or_else(|| MessageError::value("an answer that names its request", "nothing"))?
        .text()?;
    let response = message
        .body()
        .only_child(WST, "RequestSecurityTokenResponseCollection")?
        .only_child(WST, "RequestSecurityTokenResponse")?;
    let assertion = response
        .only_child(WST, "RequestedSecurityToken")?
        .only_child(SAML, "EncryptedAssertion")?;
    let expires = response.only_child(WST, "Lifetime")?.only_child(WSU, "Expires")?.text()?;
    Ok(IssuedToken {
        relates_to,
        time: MessageTime::of(message)?,
        expires: expires
            .trim()
            .parse()
            .map_err(|_| MessageError::value("a point in time", &expires))?,
        encrypted_assertion: standalone(assertion),
    })
}

/// The element with every namespace that it uses, so that it can stand in another message.
fn standalone(element: Verified<Element<'_>>) -> String {
    let canonical = canonicalize(element, &Canonicalization::exclusive());
    String::from_utf8(canonical).expect("canonical XML is UTF-8")
}
