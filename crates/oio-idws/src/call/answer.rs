//! The signed answer of a service.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use clock::Timestamp;
use pki::PublicKey;
use xml_security::{
    Legacy, SignatureRefusal, Verified, escape_text,
    security_header::{Coverage, Part},
    sign::{KeyInfoSpec, Reference, SignatureSpec, SigningError, sign},
    xml::{Document, Element, Limits},
};

use crate::{
    Credential, MessageError,
    fault::ServiceFault,
    framework::Framework,
    instant,
    soap::{Envelope, MessageTime, Unreadable, Version},
    uris::{BASE64_BINARY, WSA, WSA_ANONYMOUS, WSSE, WSU, X509V3},
};

/// What a client insists on seeing signed.
const COVERAGE: Coverage = Coverage {
    parts: &[Part::Header { namespace: WSA, local_name: "RelatesTo" }, Part::Timestamp, Part::Body],
    every_header: true,
};

/// An answer of a service. `Debug` does not show its body, which is nobody's to log.
#[derive(Clone, PartialEq, Eq)]
pub struct CallAnswer {
    /// The answer's id, `urn:uuid:…`.
    pub message_id: String,
    /// The id of the call.
    pub relates_to: String,
    /// What is answered: the operation's action with `Response` behind it.
    pub action: String,
    /// The header of Liberty's binding, in the namespace of the call's.
    pub framework: Option<Framework>,
    /// When the answer was made.
    pub created: Timestamp,
    /// The first instant at which it is too old.
    pub expires: Timestamp,
    /// The element in the body.
    pub body: String,
}

impl CallAnswer {
    /// Writes it in SOAP 1.2, signed by `service` and carrying its certificate.
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write(&self, service: &Credential) -> Result<String, SigningError> {
        self.write_in(Version::Soap12, service)
    }

    /// Writes it in a version of SOAP, which is that of the call.
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write_in(&self, version: Version, service: &Credential) -> Result<String, SigningError> {
        let parts = ["_1", "_2", "_3", "_4", "_5", "_ts", "_bst"];
        let framework = self.framework.map(|it| (it.write("s", "_sbf"), "_sbf"));
        let (framework, signed) = framework.unzip();
        let spec = SignatureSpec {
            references: parts.into_iter().chain(signed).map(Reference::exclusive).collect(),
            key_info: KeyInfoSpec::TokenReference {
                uri: "#_bst".to_owned(),
                value_type: Some(X509V3),
            },
            ..SignatureSpec::default()
        };
        let before = format!(
            "<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{WSA}\" xmlns:u=\"{WSU}\"><s:Header>\
             <a:Action s:mustUnderstand=\"1\" u:Id=\"_2\">{action}</a:Action>\
             <a:MessageID u:Id=\"_3\">{message_id}</a:MessageID>\
             <a:To s:mustUnderstand=\"1\" u:Id=\"_4\">{WSA_ANONYMOUS}</a:To>\
             <a:RelatesTo u:Id=\"_5\">{relates_to}</a:RelatesTo>{framework}\
             <o:Security s:mustUnderstand=\"1\" xmlns:o=\"{WSSE}\"><u:Timestamp u:Id=\"_ts\">\
             <u:Created>{created}</u:Created><u:Expires>{expires}</u:Expires></u:Timestamp>\
             <o:BinarySecurityToken ValueType=\"{X509V3}\" EncodingType=\"{BASE64_BINARY}\" \
             u:Id=\"_bst\">{certificate}</o:BinarySecurityToken>",
            soap = version.namespace(),
            action = escape_text(&self.action),
            message_id = escape_text(&self.message_id),
            relates_to = escape_text(&self.relates_to),
            framework = framework.unwrap_or_default(),
            created = instant::milliseconds(self.created),
            expires = instant::milliseconds(self.expires),
            certificate = BASE64.encode(service.certificate.der()),
        );
        let after = format!(
            "</o:Security></s:Header><s:Body u:Id=\"_1\">{}</s:Body></s:Envelope>",
            self.body
        );
        sign(&before, &after, &spec, &service.key)
    }
}

impl fmt::Debug for CallAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallAnswer")
            .field("message_id", &self.message_id)
            .field("relates_to", &self.relates_to)
            .field("action", &self.action)
            .field("framework", &self.framework)
            .field("created", &self.created)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// What a client makes of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceReply<T> {
    /// The service did what it was asked.
    Answer {
        /// The id of the call that it answers.
        relates_to: String,
        /// Its times.
        time: MessageTime,
        /// What the client read out of the signed body.
        content: T,
    },
    /// The service refused. Its fault is taken as it is, signed or not: one that the contract declares is
    /// signed, and nobody acts on it otherwise than on one that is not.
    Fault(ServiceFault),
}

/// Why an answer of a service cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallAnswerError {
    /// It is neither an answer nor a fault.
    #[error("the service's answer cannot be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// It is not signed by the service that the client knows.
    #[error("the signature of the service's answer does not verify: {0}")]
    Signature(#[from] SignatureRefusal),
    /// It is signed, and lacks what it should hold.
    #[error("the service's answer lacks something: {0}")]
    Content(#[from] MessageError),
}

impl<T> ServiceReply<T> {
    /// Reads an answer and checks its signature by `service`, the key that the client has pinned.
    /// `content` reads the service's own element out of the signed body.
    ///
    /// # Errors
    ///
    /// If it is neither a signed answer nor a fault.
    pub fn read(
        bytes: &[u8],
        service: &PublicKey,
        content: impl FnOnce(Verified<Element<'_>>) -> Result<T, MessageError>,
    ) -> Result<Self, CallAnswerError> {
        let document = Document::parse(bytes, &Limits::default()).map_err(Unreadable::from)?;
        if let Some(fault) = ServiceFault::read(&document) {
            return Ok(Self::Fault(fault));
        }
        let envelope = Envelope::read(&document, &Version::ALL)?;
        let message =
            envelope.security.check_coverage(&COVERAGE)?.verify(service, Legacy::Refuse)?;
        let relates_to = message
            .header(WSA, "RelatesTo")
            .ok_or_else(|| MessageError::value("an answer that names its call", "nothing"))?
            .text()
            .map_err(MessageError::from)?;
        let time = MessageTime::of(&message)?;
        Ok(Self::Answer { relates_to, time, content: content(message.body())? })
    }
}
