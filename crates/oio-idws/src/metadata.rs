//! SAML 2.0 metadata: the keys of a party, as others fetch them instead of being told.
//!
//! Written unsigned, and read so: whoever fetches it must know by another way from whom it comes
//! (SAML 2.0 Metadata, section 4). The real ones are handed out on pages and by mail.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use parties::EntityId;
use pki::Certificate;
use xml_security::{
    escape_attribute, escape_text,
    xml::{Document, Element, Limits},
};

use crate::{
    MessageError,
    uris::{DSIG, FED, MD, SAML_PROTOCOL, WSA, WST, XSI},
};

/// One party and its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Who it is.
    pub entity_id: EntityId,
    /// What it does.
    pub role: MetadataRole,
    /// The certificates that it signs with: the one in use first, then those to come.
    pub signing: Vec<Certificate>,
}

/// What a party does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataRole {
    /// It issues tokens at this address (WS-Federation 1.2, section 3.1.2.2).
    TokenService {
        /// Where.
        address: String,
    },
    /// It is called with tokens at this address (WS-Federation 1.2, section 3.1.2.3).
    Service {
        /// Where.
        address: String,
        /// The certificates that its tokens are encrypted for.
        encryption: Vec<Certificate>,
    },
    /// It asks for tokens, as a system user does (*systembruger*). SAML has no role for that, and
    /// NemLog-in takes the description of a service provider.
    SystemUser,
}

impl Metadata {
    /// The document.
    #[must_use]
    pub fn write(&self) -> String {
        let entity_id = escape_attribute(self.entity_id.as_str());
        let keys: String = self.signing.iter().map(|it| key_descriptor("signing", it)).collect();
        let role = match &self.role {
            MetadataRole::TokenService { address } => {
                role_descriptor(&TOKEN_SERVICE, &keys, address)
            }
            MetadataRole::Service { address, encryption } => {
                let encryption = encryption.iter().map(|it| key_descriptor("encryption", it));
                let keys: String = std::iter::once(keys).chain(encryption).collect();
                role_descriptor(&SERVICE, &keys, address)
            }
            MetadataRole::SystemUser => format!(
                "<md:SPSSODescriptor protocolSupportEnumeration=\"{SAML_PROTOCOL}\">{keys}\
                 </md:SPSSODescriptor>"
            ),
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <md:EntityDescriptor xmlns:md=\"{MD}\" entityID=\"{entity_id}\">{role}\
             </md:EntityDescriptor>"
        )
    }

    /// Reads a document as [`Self::write`] makes it, or another one with the same in it.
    ///
    /// # Errors
    ///
    /// If it is not XML, not the metadata of one of these roles, or holds a certificate that cannot be
    /// read.
    pub fn read(bytes: &[u8]) -> Result<Self, MessageError> {
        let document = Document::parse(bytes, &Limits::default())
            .map_err(|error| MessageError::value("XML", &error.to_string()))?;
        let root = document.root();
        root.expect(MD, "EntityDescriptor")?;
        let entity_id = root.attribute("entityID").unwrap_or_default();
        let entity_id =
            entity_id.parse().map_err(|_| MessageError::value("an entity id", entity_id))?;
        let (descriptor, role) = match root.optional_child(MD, "SPSSODescriptor")? {
            Some(descriptor) => (descriptor, MetadataRole::SystemUser),
            None => {
                let descriptor = root.only_child(MD, "RoleDescriptor")?;
                let role = match descriptor.optional_child(FED, SERVICE.endpoint)? {
                    Some(endpoint) => MetadataRole::Service {
                        address: address_in(endpoint)?,
                        encryption: certificates(descriptor, "encryption")?,
                    },
                    None => {
                        let endpoint = descriptor.only_child(FED, TOKEN_SERVICE.endpoint)?;
                        MetadataRole::TokenService { address: address_in(endpoint)? }
                    }
                };
                (descriptor, role)
            }
        };
        Ok(Self { entity_id, role, signing: certificates(descriptor, "signing")? })
    }
}

/// How a role of WS-Federation stands in metadata.
struct Federated {
    /// The type of its descriptor.
    kind: &'static str,
    /// The element with its address.
    endpoint: &'static str,
}

const TOKEN_SERVICE: Federated =
    Federated { kind: "SecurityTokenServiceType", endpoint: "SecurityTokenServiceEndpoint" };
const SERVICE: Federated =
    Federated { kind: "ApplicationServiceType", endpoint: "ApplicationServiceEndpoint" };

fn role_descriptor(Federated { kind, endpoint }: &Federated, keys: &str, address: &str) -> String {
    format!(
        "<md:RoleDescriptor xmlns:fed=\"{FED}\" xmlns:xsi=\"{XSI}\" xsi:type=\"fed:{kind}\" \
         protocolSupportEnumeration=\"{WST}\">{keys}<fed:{endpoint}>\
         <wsa:EndpointReference xmlns:wsa=\"{WSA}\"><wsa:Address>{}</wsa:Address>\
         </wsa:EndpointReference></fed:{endpoint}></md:RoleDescriptor>",
        escape_text(address)
    )
}

fn key_descriptor(usage: &str, certificate: &Certificate) -> String {
    let der = BASE64.encode(certificate.der());
    format!(
        "<md:KeyDescriptor use=\"{usage}\"><ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data>\
         <ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
}

fn address_in(endpoint: Element<'_>) -> Result<String, MessageError> {
    let reference = endpoint.only_child(WSA, "EndpointReference")?;
    Ok(reference.only_child(WSA, "Address")?.text()?)
}

/// The certificates for a use.
fn certificates(descriptor: Element<'_>, usage: &str) -> Result<Vec<Certificate>, MessageError> {
    let keys = descriptor.children().filter(|child| child.is(MD, "KeyDescriptor"));
    // One without a use is for both (SAML 2.0 Metadata, section 2.4.1.1).
    let fits = |key: &Element<'_>| key.attribute("use").is_none_or(|it| it == usage);
    keys.filter(fits).map(certificate).collect()
}

fn certificate(key: Element<'_>) -> Result<Certificate, MessageError> {
    let data = key.only_child(DSIG, "KeyInfo")?.only_child(DSIG, "X509Data")?;
    let text = data.only_child(DSIG, "X509Certificate")?.text()?;
    let text: String = text.split_ascii_whitespace().collect();
    let wrong = || MessageError::value("a certificate in base64", "X509Certificate");
    let der = BASE64.decode(text).map_err(|_| wrong())?;
    Certificate::from_der(&der).map_err(|_| wrong())
}
