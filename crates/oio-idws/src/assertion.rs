//! The token: a SAML 2.0 assertion about a system user, as NemLog-in 3 writes it.
//!
//! Measured on a real token (`docs/FIDELITY.md`): holder of key, no authentication statement, no
//! friendly names, an attribute without a value is `xsi:nil`.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use clock::Timestamp;
use parties::{Cvr, EntityId};
use pki::Certificate;
use xml_security::{
    Verified, escape_text,
    sign::{KeyInfoSpec, Reference, SignatureSpec, SigningError, sign},
    xml::Element,
};

use crate::{
    Credential, MessageError, instant,
    privileges::Privileges,
    uris::{ATTRNAME_BASIC, DSIG, HOLDER_OF_KEY, NAMEID_ENTITY, SAML, XSI},
};

/// The attributes of a system user's token, in the order of NemLog-in 3.
mod attributes {
    pub(super) const SPEC_VER: &str = "dk:gov:saml:attribute:SpecVer";
    pub(super) const CVR_NUMBER: &str = "dk:gov:saml:attribute:CvrNumberIdentifier";
    pub(super) const ASSURANCE_LEVEL: &str = "dk:gov:saml:attribute:AssuranceLevel";
    pub(super) const PRIVILEGES: &str = "dk:gov:saml:attribute:Privileges_intermediate";
    pub(super) const ORGANISATION_NAME: &str = "urn:oid:2.5.4.10";
    /// The privileges as OIOSAML 3 calls them.
    pub(super) const PRIVILEGES_OIOSAML3: &str =
        "https://data.gov.dk/model/core/eid/privilegesIntermediate";
}

/// What the attribute with the privileges is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PrivilegeAttribute {
    /// As the tokens of NemLog-in's STS call it, up to the newest that was seen.
    #[default]
    DkGov,
    /// As OIOSAML 3 calls it.
    Oiosaml3,
}

impl PrivilegeAttribute {
    /// Both.
    pub const ALL: [Self; 2] = [Self::DkGov, Self::Oiosaml3];

    /// Its name in a token.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DkGov => attributes::PRIVILEGES,
            Self::Oiosaml3 => attributes::PRIVILEGES_OIOSAML3,
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Its id: an underscore and a UUID.
    pub id: String,
    /// The STS, by the case it issued for.
    pub issuer: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The system user's entity id.
    pub subject: EntityId,
    /// The certificate whose key the holder must prove.
    pub holder: Certificate,
    /// The first instant at which it holds.
    pub not_before: Timestamp,
    /// The first instant at which it no longer holds.
    pub not_on_or_after: Timestamp,
    /// The entity id of the service it is for.
    pub audience: EntityId,
    /// The organisation in the holder's certificate.
    pub cvr: Cvr,
    /// What the holder may do; `None` is written as `xsi:nil`.
    pub privileges: Option<Privileges>,
}

impl Assertion {
    /// Whether it holds at `now`: from its beginning, and before its end (SAML core, 2.5.1.2).
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before <= now && now < self.not_on_or_after
    }

    /// Writes it as NemLog-in 3 does, signed by `signer`.
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write(&self, signer: &Credential) -> Result<String, SigningError> {
        self.write_with(PrivilegeAttribute::DkGov, signer)
    }

    /// Writes it with its privileges under a name, signed by `signer`.
    ///
    /// # Errors
    ///
    /// If the signature cannot be made.
    pub fn write_with(
        &self,
        privileges: PrivilegeAttribute,
        signer: &Credential,
    ) -> Result<String, SigningError> {
        let spec = SignatureSpec {
            references: vec![Reference::enveloped(self.id.as_str())],
            key_info: KeyInfoSpec::X509Certificate(signer.certificate.clone()),
            ..SignatureSpec::default()
        };
        sign(&self.before_signature(), &self.after_signature(privileges), &spec, &signer.key)
    }

    fn before_signature(&self) -> String {
        format!(
            "<Assertion ID=\"{}\" IssueInstant=\"{}\" Version=\"2.0\" xmlns=\"{SAML}\">\
             <Issuer Format=\"{NAMEID_ENTITY}\">{}</Issuer>",
            self.id,
            instant::milliseconds(self.issued_at),
            escape_text(&self.issuer),
        )
    }

    fn after_signature(&self, privileges: PrivilegeAttribute) -> String {
        format!(
            "<Subject><NameID Format=\"{NAMEID_ENTITY}\">{subject}</NameID>\
             <SubjectConfirmation Method=\"{HOLDER_OF_KEY}\">\
             <SubjectConfirmationData xmlns:a=\"{XSI}\" a:type=\"KeyInfoConfirmationDataType\">\
             <KeyInfo xmlns=\"{DSIG}\"><X509Data><X509Certificate>{holder}</X509Certificate></X509Data></KeyInfo>\
             </SubjectConfirmationData></SubjectConfirmation></Subject>\
             <Conditions NotBefore=\"{not_before}\" NotOnOrAfter=\"{not_on_or_after}\">\
             <AudienceRestriction><Audience>{audience}</Audience></AudienceRestriction></Conditions>\
             <AttributeStatement>{attributes}</AttributeStatement></Assertion>",
            subject = escape_text(self.subject.as_str()),
            holder = BASE64.encode(self.holder.der()),
            not_before = instant::milliseconds(self.not_before),
            not_on_or_after = instant::milliseconds(self.not_on_or_after),
            audience = escape_text(self.audience.as_str()),
            attributes = self.attributes(privileges),
        )
    }

    fn attributes(&self, privileges: PrivilegeAttribute) -> String {
        let list = self.privileges.as_ref().map(Privileges::encode);
        [
            (attributes::SPEC_VER, Some("DK-SAML-2.0")),
            (attributes::CVR_NUMBER, Some(self.cvr.as_str())),
            (attributes::ASSURANCE_LEVEL, Some("3")),
            (privileges.name(), list.as_deref()),
            (attributes::ORGANISATION_NAME, None),
        ]
        .map(|(name, value)| attribute(name, value))
        .concat()
    }

    /// Reads one out of an element whose signature was verified.
    ///
    /// # Errors
    ///
    /// If it lacks what a token of a system user has.
    pub fn read(element: Verified<Element<'_>>) -> Result<Self, MessageError> {
        let subject = element.only_child(SAML, "Subject")?;
        let confirmation = subject.only_child(SAML, "SubjectConfirmation")?;
        let conditions = element.only_child(SAML, "Conditions")?;
        let audience = conditions
            .only_child(SAML, "AudienceRestriction")?
            .only_child(SAML, "Audience")?
            .text()?;
        let attributes = element.only_child(SAML, "AttributeStatement")?;
        Ok(Self {
            id: required(&element, "ID")?.to_owned(),
            issuer: element.only_child(SAML, "Issuer")?.text()?,
            issued_at: time(&element, "IssueInstant")?,
            subject: entity_id(&subject.only_child(SAML, "NameID")?.text()?)?,
            holder: holder(&confirmation)?,
            not_before: time(&conditions, "NotBefore")?,
            not_on_or_after: time(&conditions, "NotOnOrAfter")?,
            audience: entity_id(&audience)?,
            cvr: cvr(&attributes)?,
            privileges: privileges(&attributes)?,
        })
    }
}

fn attribute(name: &str, value: Option<&str>) -> String {
    let value = value.map_or_else(
        || format!("<AttributeValue xmlns:a=\"{XSI}\" a:nil=\"true\"></AttributeValue>"),
        |value| format!("<AttributeValue>{}</AttributeValue>", escape_text(value)),
    );
    format!("<Attribute Name=\"{name}\" NameFormat=\"{ATTRNAME_BASIC}\">{value}</Attribute>")
}

fn required<'d>(
    element: &Verified<Element<'d>>,
    name: &'static str,
) -> Result<&'d str, MessageError> {
    element
        .attribute(name)
        .ok_or_else(|| MessageError::value("an assertion with all its attributes", name))
}

fn time(element: &Verified<Element<'_>>, name: &'static str) -> Result<Timestamp, MessageError> {
    let text = required(element, name)?;
    text.parse().map_err(|_| MessageError::value("a point in time", text))
}

fn entity_id(text: &str) -> Result<EntityId, MessageError> {
    text.parse().map_err(|_| MessageError::value("an entity id", text))
}

fn holder(confirmation: &Verified<Element<'_>>) -> Result<Certificate, MessageError> {
    let method = confirmation.attribute("Method").unwrap_or_default();
    if method != HOLDER_OF_KEY {
        return Err(MessageError::value("the confirmation method holder-of-key", method));
    }
    let text = confirmation
        .only_child(SAML, "SubjectConfirmationData")?
        .only_child(DSIG, "KeyInfo")?
        .only_child(DSIG, "X509Data")?
        .only_child(DSIG, "X509Certificate")?
        .text()?;
    let compact: String = text.split_ascii_whitespace().collect();
    BASE64
        .decode(compact)
        .ok()
        .and_then(|der| Certificate::from_der(&der).ok())
        .ok_or_else(|| MessageError::value("a certificate", &text))
}

fn cvr(statement: &Verified<Element<'_>>) -> Result<Cvr, MessageError> {
    let text = value_of(statement, attributes::CVR_NUMBER)?.unwrap_or_default();
    text.parse().map_err(|_| MessageError::value("a CVR number", &text))
}

/// The privileges, by whichever name; a token that has both names has none that can be relied on.
fn privileges(statement: &Verified<Element<'_>>) -> Result<Option<Privileges>, MessageError> {
    let [dk_gov, oiosaml3] = PrivilegeAttribute::ALL.map(|it| value_of(statement, it.name()));
    let value = match (dk_gov?, oiosaml3?) {
        (Some(_), Some(_)) => {
            return Err(MessageError::value("one list of privileges", "two of them"));
        }
        (value, None) | (None, value) => value,
    };
    value.map(|value| Privileges::decode(&value)).transpose()
}

/// The value of an attribute; `None` if it is absent or `xsi:nil`.
fn value_of(statement: &Verified<Element<'_>>, name: &str) -> Result<Option<String>, MessageError> {
    let mut named = statement
        .children()
        .filter(|child| child.is(SAML, "Attribute") && child.attribute("Name") == Some(name));
    let Some(attribute) = named.next() else { return Ok(None) };
    if named.next().is_some() {
        return Err(MessageError::value("an attribute that stands once", name));
    }
    let value = attribute.only_child(SAML, "AttributeValue")?;
    if matches!(value.attribute_ns(XSI, "nil"), Some("true" | "1")) {
        return Ok(None);
    }
    Ok(Some(value.text()?))
}
