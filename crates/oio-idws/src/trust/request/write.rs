//! A request for a token, written in the layouts of both reference clients.
//!
//! Both sign every header, the timestamp, the certificate and the body with RSA and SHA-256, as the
//! STS asks for (`RULES` 2.3.1.4). CXF says no more in the request than it must: no key type, no
//! key to be used, no lifetime.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use pki::Certificate;
use xml_security::{
    Canonicalization, Transform, escape_attribute, escape_text,
    sign::{KeyInfoSpec, Reference, SignatureSpec, SigningError, sign},
};

use super::TokenRequest;
use crate::{
    Credential, Layout, instant,
    uris::{BASE64_BINARY, PUBLIC_KEY, SOAP11, WSA, WSP, WSSE, WST, WSU, X509V3},
};

impl TokenRequest {
    /// Writes it, signed by `credential`, as the .NET reference client lays it out.
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write(&self, credential: &Credential) -> Result<String, SigningError> {
        self.write_as(Layout::DotNet, credential)
    }

    /// Writes it, signed by `credential`, in a layout. CXF's has no place for
    /// [`lifetime_until`](Self::lifetime_until).
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write_as(
        &self,
        layout: Layout,
        credential: &Credential,
    ) -> Result<String, SigningError> {
        let certificate = base64(&credential.certificate);
        let (before, after, spec) = match layout {
            Layout::DotNet => (
                self.dotnet_before_signature(&certificate),
                self.dotnet_after_signature(&certificate),
                dotnet_signature(),
            ),
            Layout::Cxf => (
                self.cxf_before_signature(&certificate),
                self.cxf_after_signature(),
                cxf_signature(),
            ),
        };
        sign(&before, &after, &spec, &credential.key)
    }

    fn dotnet_before_signature(&self, certificate: &str) -> String {
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

    fn dotnet_after_signature(&self, certificate: &str) -> String {
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

    fn cxf_before_signature(&self, certificate: &str) -> String {
        let header = |name: &str, value: &str| {
            format!(
                "<{name} xmlns=\"{WSA}\" xmlns:wsu=\"{WSU}\" wsu:Id=\"_{name}\">{}</{name}>",
                escape_text(value)
            )
        };
        let created = self.time.created.map_or_else(String::new, |created| {
            format!("<wsu:Created>{}</wsu:Created>", instant::milliseconds(created))
        });
        format!(
            "<soap:Envelope xmlns:soap=\"{SOAP11}\"><soap:Header>{action}{message_id}{to}\
             <wsse:Security xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\" soap:mustUnderstand=\"1\">\
             <wsse:BinarySecurityToken EncodingType=\"{BASE64_BINARY}\" ValueType=\"{X509V3}\" \
             wsu:Id=\"X509-1\">{certificate}</wsse:BinarySecurityToken>\
             <wsu:Timestamp wsu:Id=\"TS-1\">{created}<wsu:Expires>{expires}</wsu:Expires>\
             </wsu:Timestamp>",
            action = header("Action", &self.action),
            message_id = header("MessageID", &self.message_id),
            to = header("To", &self.to),
            expires = instant::milliseconds(self.time.expires),
        )
    }

    fn cxf_after_signature(&self) -> String {
        let token_type = self.token_type.as_ref().map_or_else(String::new, |token_type| {
            format!("<wst:TokenType>{}</wst:TokenType>", escape_text(token_type))
        });
        format!(
            "</wsse:Security></soap:Header><soap:Body xmlns:wsu=\"{WSU}\" wsu:Id=\"_Body\">\
             <wst:RequestSecurityToken xmlns:wst=\"{WST}\" Context=\"{context}\">\
             <wst:RequestType>{request_type}</wst:RequestType><wsp:AppliesTo xmlns:wsp=\"{WSP}\">\
             <wsa:EndpointReference xmlns:wsa=\"{WSA}\"><wsa:Address>{applies_to}</wsa:Address>\
             </wsa:EndpointReference></wsp:AppliesTo>{token_type}</wst:RequestSecurityToken>\
             </soap:Body></soap:Envelope>",
            context = escape_attribute(&self.context),
            request_type = escape_text(&self.request_type),
            applies_to = escape_text(&self.applies_to),
        )
    }
}

fn dotnet_signature() -> SignatureSpec {
    let parts = ["action", "msgid", "to", "sec-ts", "sec-binsectoken", "body"];
    SignatureSpec {
        references: parts.map(Reference::exclusive).to_vec(),
        key_info: KeyInfoSpec::TokenReference {
            uri: "#sec-binsectoken".to_owned(),
            value_type: None,
        },
        ..SignatureSpec::default()
    }
}

/// WSS4J lists the prefixes that are in scope where a part stands and that the part does not
/// declare, as the Basic Security Profile asks for (R5406 to R5411).
fn cxf_signature() -> SignatureSpec {
    let soap = || vec!["soap".to_owned()];
    let part = |id: &str, prefixes| Reference {
        id: id.to_owned(),
        transforms: vec![Transform::Exclusive { prefixes }],
    };
    SignatureSpec {
        canonicalization: Canonicalization::Exclusive { prefixes: soap() },
        references: vec![
            part("TS-1", vec!["wsse".to_owned(), "soap".to_owned()]),
            part("_Body", Vec::new()),
            part("_To", soap()),
            part("_MessageID", soap()),
            part("_Action", soap()),
            part("X509-1", soap()),
        ],
        key_info: KeyInfoSpec::TokenReference {
            uri: "#X509-1".to_owned(),
            value_type: Some(X509V3),
        },
        prefix: "ds",
        ..SignatureSpec::default()
    }
}

fn base64(certificate: &Certificate) -> String {
    BASE64.encode(certificate.der())
}
