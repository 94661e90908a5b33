//! A call, written in the layouts of both reference clients.
//!
//! Both sign every header, the timestamp, the body and the token. They take different elements for
//! the token, since WS-Security does not say which it is (`xml_security::StrDialect`).

use xml_security::{
    Canonicalization, StrDialect, Transform, escape_text,
    sign::{KeyInfoSpec, Reference, SignatureSpec, SigningError, saml_token_reference, sign},
};

use super::ServiceCall;
use crate::{
    Credential, Layout, instant,
    soap::Version,
    uris::{ENCRYPTED_ASSERTION_ID, WSA, WSA_ANONYMOUS, WSSE, WSU},
};

/// By what the header of Liberty's binding is signed, as the Java client names it.
const FRAMEWORK_ID: &str = "sbf";

impl ServiceCall {
    /// Writes it, signed with the key that the token is bound to, as the .NET reference client lays
    /// it out in SOAP 1.2.
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write(&self, holder: &Credential) -> Result<String, SigningError> {
        self.write_as(Layout::DotNet, Version::Soap12, holder)
    }

    /// Writes it, signed with the key that the token is bound to, in a layout and a version of SOAP.
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write_as(
        &self,
        layout: Layout,
        version: Version,
        holder: &Credential,
    ) -> Result<String, SigningError> {
        let (before, after, mut spec) = match layout {
            Layout::DotNet => (
                self.dotnet_before_signature(version),
                self.dotnet_after_signature(),
                dotnet_signature(),
            ),
            Layout::Cxf => {
                (self.cxf_before_signature(version), self.cxf_after_signature(), cxf_signature())
            }
        };
        spec.references.extend(self.framework.map(|_| Reference::exclusive(FRAMEWORK_ID)));
        sign(&before, &after, &spec, &holder.key)
    }

    /// The header of Liberty's binding, if there is to be one.
    fn framework(&self, soap: &str) -> String {
        self.framework.map_or_else(String::new, |it| it.write(soap, FRAMEWORK_ID))
    }

    fn dotnet_before_signature(&self, version: Version) -> String {
        format!(
            "<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{WSA}\" xmlns:u=\"{WSU}\"><s:Header>\
             <a:Action s:mustUnderstand=\"1\" u:Id=\"_2\">{action}</a:Action>\
             <a:MessageID u:Id=\"_3\">{message_id}</a:MessageID>\
             <a:ReplyTo u:Id=\"_4\"><a:Address>{WSA_ANONYMOUS}</a:Address></a:ReplyTo>\
             <a:To s:mustUnderstand=\"1\" u:Id=\"_5\">{to}</a:To>{framework}\
             <o:Security s:mustUnderstand=\"1\" xmlns:o=\"{WSSE}\"><u:Timestamp u:Id=\"_ts\">\
             <u:Created>{created}</u:Created><u:Expires>{expires}</u:Expires></u:Timestamp>{token}{reference}",
            action = escape_text(&self.action),
            message_id = escape_text(&self.message_id),
            to = escape_text(&self.to),
            framework = self.framework("s"),
            created = instant::milliseconds(self.created),
            expires = instant::milliseconds(self.expires),
            soap = version.namespace(),
            token = self.encrypted_assertion,
            reference = saml_token_reference(ENCRYPTED_ASSERTION_ID, Some("_str")),
        )
    }

    fn dotnet_after_signature(&self) -> String {
        format!("</o:Security></s:Header><s:Body u:Id=\"_1\">{}</s:Body></s:Envelope>", self.body)
    }

    fn cxf_before_signature(&self, version: Version) -> String {
        let header = |name: &str, content: &str| {
            format!(
                "<{name} xmlns=\"{WSA}\" xmlns:wsu=\"{WSU}\" wsu:Id=\"_{name}\">{content}</{name}>"
            )
        };
        // SOAP 1.1, 4.2.3, has digits for it; SOAP 1.2, 5.2.3, has a boolean.
        let must_understand = match version {
            Version::Soap11 => "1",
            Version::Soap12 => "true",
        };
        format!(
            "<soap:Envelope xmlns:soap=\"{soap}\"><soap:Header>{action}{message_id}{to}{reply_to}\
             {framework}\
             <wsse:Security xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\" \
             soap:mustUnderstand=\"{must_understand}\"><wsu:Timestamp wsu:Id=\"TS-1\">\
             <wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires>\
             </wsu:Timestamp>{token}{reference}",
            soap = version.namespace(),
            action = header("Action", &escape_text(&self.action)),
            message_id = header("MessageID", &escape_text(&self.message_id)),
            to = header("To", &escape_text(&self.to)),
            reply_to = header("ReplyTo", &format!("<Address>{WSA_ANONYMOUS}</Address>")),
            framework = self.framework("soap"),
            created = instant::milliseconds(self.created),
            expires = instant::milliseconds(self.expires),
            token = self.encrypted_assertion,
            reference = saml_token_reference(ENCRYPTED_ASSERTION_ID, Some("STR-1")),
        )
    }

    fn cxf_after_signature(&self) -> String {
        format!(
            "</wsse:Security></soap:Header><soap:Body xmlns:wsu=\"{WSU}\" wsu:Id=\"_Body\">{}\
             </soap:Body></soap:Envelope>",
            self.body
        )
    }
}

fn dotnet_signature() -> SignatureSpec {
    let mut references = ["_1", "_2", "_3", "_4", "_5", "_ts"].map(Reference::exclusive).to_vec();
    references.push(token("_str", StrDialect::EncryptedAssertion));
    SignatureSpec { references, key_info: holder(), ..SignatureSpec::default() }
}

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
            token("STR-1", StrDialect::EncryptedData),
            part("_Body", Vec::new()),
            part("_To", soap()),
            part("_ReplyTo", soap()),
            part("_MessageID", soap()),
            part("_Action", soap()),
        ],
        key_info: holder(),
        prefix: "ds",
        ..SignatureSpec::default()
    }
}

fn token(id: &str, dialect: StrDialect) -> Reference {
    Reference { id: id.to_owned(), transforms: vec![Transform::StrTransform { dialect }] }
}

/// The key is the one that the token names.
fn holder() -> KeyInfoSpec {
    KeyInfoSpec::SamlId { id: ENCRYPTED_ASSERTION_ID.to_owned() }
}
