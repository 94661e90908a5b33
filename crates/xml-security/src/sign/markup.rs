//! How a signature is written down: in canonical form, but for what its context declares.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{KeyInfoSpec, Reference};
use crate::{
    Canonicalization, DigestAlgorithm, Transform,
    c14n::{escape_attribute, escape_text},
    uris,
};

/// A `wsse:SecurityTokenReference` to the SAML 2.0 assertion with the id `assertion`, for
/// STR-Transform and for `KeyInfo`; with the `wsu:Id` `id`, if it is itself referred to.
#[must_use]
pub fn saml_token_reference(assertion: &str, id: Option<&str>) -> String {
    let id = id
        .map(|id| format!(" xmlns:wsu=\"{}\" wsu:Id=\"{}\"", uris::WSU, escape_attribute(id)))
        .unwrap_or_default();
    format!(
        "<wsse:SecurityTokenReference xmlns:wsse=\"{}\" xmlns:wsse11=\"{}\"{id} \
         wsse11:TokenType=\"{}\"><wsse:KeyIdentifier ValueType=\"{}\">{}</wsse:KeyIdentifier>\
         </wsse:SecurityTokenReference>",
        uris::WSSE,
        uris::WSSE11,
        uris::SAML_2_TOKEN,
        uris::SAML_ID,
        escape_text(assertion),
    )
}

/// Elements of XML Signature, as they are written one after the other.
pub(super) struct Markup {
    out: String,
    prefix: &'static str,
    colon: &'static str,
}

impl Markup {
    pub(super) fn new(prefix: &'static str, capacity: usize) -> Self {
        let colon = if prefix.is_empty() { "" } else { ":" };
        Self { out: String::with_capacity(capacity), prefix, colon }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn raw(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    pub(super) fn open(&mut self, local: &str, attributes: &[(&str, &str)]) {
        self.out.extend(["<", self.prefix, self.colon, local]);
        for (name, value) in attributes {
            self.out.extend([" ", name, "=\"", &escape_attribute(value), "\""]);
        }
        self.out.push('>');
    }

    /// A start tag that declares the namespace of XML Signature.
    pub(super) fn open_declared(&mut self, local: &str) {
        self.out.extend(["<", self.prefix, self.colon, local]);
        self.out.extend([" xmlns", self.colon, self.prefix, "=\"", uris::DS, "\">"]);
    }

    pub(super) fn close(&mut self, local: &str) {
        self.out.extend(["</", self.prefix, self.colon, local, ">"]);
    }

    pub(super) fn value(&mut self, local: &str, value: &str) {
        self.open(local, &[]);
        self.out.push_str(&escape_text(value));
        self.close(local);
    }

    pub(super) fn empty(&mut self, local: &str, algorithm: &str) {
        self.open(local, &[("Algorithm", algorithm)]);
        self.close(local);
    }

    pub(super) fn canonicalization(&mut self, method: &Canonicalization) {
        self.open("CanonicalizationMethod", &[("Algorithm", method.uri())]);
        if let Canonicalization::Exclusive { prefixes } = method {
            self.prefix_list(prefixes);
        }
        self.close("CanonicalizationMethod");
    }

    pub(super) fn reference(
        &mut self,
        reference: &Reference,
        digest: DigestAlgorithm,
        value: &str,
    ) {
        self.open("Reference", &[("URI", &format!("#{}", reference.id))]);
        if !reference.transforms.is_empty() {
            self.open("Transforms", &[]);
            for transform in &reference.transforms {
                self.transform(transform);
            }
            self.close("Transforms");
        }
        self.empty("DigestMethod", digest.uri());
        self.value("DigestValue", value);
        self.close("Reference");
    }

    fn transform(&mut self, transform: &Transform) {
        match transform {
            Transform::Exclusive { prefixes } => {
                self.open("Transform", &[("Algorithm", uris::EXC_C14N)]);
                self.prefix_list(prefixes);
                self.close("Transform");
            }
            Transform::Inclusive => self.empty("Transform", uris::C14N),
            Transform::EnvelopedSignature => self.empty("Transform", uris::ENVELOPED_SIGNATURE),
            Transform::StrTransform { .. } => {
                self.open("Transform", &[("Algorithm", uris::STR_TRANSFORM)]);
                let parameters = "wsse:TransformationParameters";
                self.out.extend(["<", parameters, " xmlns:wsse=\"", uris::WSSE, "\">"]);
                self.empty("CanonicalizationMethod", uris::EXC_C14N);
                self.out.extend(["</", parameters, ">"]);
                self.close("Transform");
            }
        }
    }

    fn prefix_list(&mut self, prefixes: &[String]) {
        if !prefixes.is_empty() {
            let list = prefixes.join(" ");
            let (name, namespace) = ("ec:InclusiveNamespaces", uris::EXC_C14N);
            self.out.extend(["<", name, " xmlns:ec=\"", namespace, "\" PrefixList=\""]);
            self.out.extend([&*escape_attribute(&list), "\"></", name, ">"]);
        }
    }

    pub(super) fn key_info(&mut self, key_info: &KeyInfoSpec) {
        if matches!(key_info, KeyInfoSpec::Absent) {
            return;
        }
        self.open("KeyInfo", &[]);
        match key_info {
            KeyInfoSpec::Absent => {}
            KeyInfoSpec::X509Certificate(certificate) => {
                self.open("X509Data", &[]);
                self.value("X509Certificate", &BASE64_STANDARD.encode(certificate.der()));
                self.close("X509Data");
            }
            KeyInfoSpec::TokenReference { uri, value_type } => {
                let reference = "wsse:SecurityTokenReference";
                self.out.extend(["<", reference, " xmlns:wsse=\"", uris::WSSE, "\">"]);
                self.out.extend(["<wsse:Reference URI=\"", &*escape_attribute(uri), "\""]);
                if let Some(value_type) = value_type {
                    self.out.extend([" ValueType=\"", &*escape_attribute(value_type), "\""]);
                }
                self.out.extend(["></wsse:Reference></", reference, ">"]);
            }
            KeyInfoSpec::SamlId { id } => self.out.push_str(&saml_token_reference(id, None)),
        }
        self.close("KeyInfo");
    }
}
