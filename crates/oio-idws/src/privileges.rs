//! What a token says its holder may do: OIO Basic Privilege Profile, versions 1.0.1 and 1.2.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use parties::Cvr;
use xml_security::{
    escape_text,
    xml::{Document, Element, Limits},
};

use crate::MessageError;

/// The namespace that NemLog-in writes (version 1.0.1).
const BPP: &str = "http://itst.dk/oiosaml/basic_privilege_profile";
/// The namespace of version 1.2, read as well.
const BPP_1_2: &str = "http://digst.dk/oiosaml/basic_privilege_profile";

/// The two spellings of a CVR scope: NemLog-in writes the first, the profile's text the second.
const CVR_SCOPES: [&str; 2] =
    ["urn:dk:gov:saml:CvrNumberIdentifier:", "urn:dk:gov:saml:cvrNumberIdentifier:"];

/// Privileges (*privilegier*), grouped by the organisation they hold for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Privileges {
    /// The groups in the order of the token.
    pub groups: Vec<PrivilegeGroup>,
}

/// The privileges that hold for one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivilegeGroup {
    /// For whom they hold.
    pub scope: Scope,
    /// Their URIs.
    pub privileges: Vec<String>,
}

/// For whom privileges hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// For an organisation.
    Cvr(Cvr),
    /// For something else that the profile knows and we do not use: kept as it is written.
    Other(String),
}

impl Privileges {
    /// Whether `privilege` holds for `cvr`.
    #[must_use]
    pub fn hold(&self, privilege: &str, cvr: &Cvr) -> bool {
        self.groups.iter().any(|group| {
            group.scope == Scope::Cvr(cvr.clone())
                && group.privileges.iter().any(|held| held == privilege)
        })
    }

    /// The value of the attribute `Privileges_intermediate`: base64 of UTF-8 XML.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut xml = format!("<bpp:PrivilegeList xmlns:bpp=\"{BPP}\">");
        for group in &self.groups {
            let scope = match &group.scope {
                Scope::Cvr(cvr) => format!("{}{cvr}", CVR_SCOPES[0]),
                Scope::Other(scope) => scope.clone(),
            };
            xml.push_str(&format!(
                "<PrivilegeGroup Scope=\"{}\">",
                xml_security::escape_attribute(&scope)
            ));
            for privilege in &group.privileges {
                xml.push_str(&format!("<Privilege>{}</Privilege>", escape_text(privilege)));
            }
            xml.push_str("</PrivilegeGroup>");
        }
        xml.push_str("</bpp:PrivilegeList>");
        BASE64.encode(xml)
    }

    /// Reads the value of the attribute.
    ///
    /// # Errors
    ///
    /// If it is not base64 of a privilege list.
    pub fn decode(value: &str) -> Result<Self, MessageError> {
        let unreadable = || MessageError::value("a base64 privilege list", value);
        let compact: String = value.split_ascii_whitespace().collect();
        let xml = BASE64.decode(compact).map_err(|_| unreadable())?;
        let document = Document::parse(&xml, &Limits::default()).map_err(|_| unreadable())?;
        let list = document.root();
        if !list.is(BPP, "PrivilegeList") && !list.is(BPP_1_2, "PrivilegeList") {
            return Err(unreadable());
        }
        let groups = list
            .children()
            .filter(|child| child.local_name() == "PrivilegeGroup")
            .map(group)
            .collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }
}

fn group(element: Element<'_>) -> Result<PrivilegeGroup, MessageError> {
    let scope = element
        .attribute("Scope")
        .ok_or_else(|| MessageError::value("a privilege group with a scope", ""))?;
    let privileges = element
        .children()
        .filter(|child| child.local_name() == "Privilege")
        .map(|child| child.text().map_err(MessageError::from))
        .collect::<Result<_, _>>()?;
    Ok(PrivilegeGroup { scope: self::scope(scope), privileges })
}

fn scope(text: &str) -> Scope {
    CVR_SCOPES
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix)?.parse().ok())
        .map_or_else(|| Scope::Other(text.to_owned()), Scope::Cvr)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cvr() -> Cvr {
        "90000001".parse().unwrap()
    }

    #[test]
    fn survives_the_wire() {
        let privileges = Privileges {
            groups: vec![PrivilegeGroup {
                scope: Scope::Cvr(cvr()),
                privileges: vec!["https://smdb.sim.invalid/privilege/<x>&".to_owned()],
            }],
        };
        assert_eq!(Privileges::decode(&privileges.encode()).unwrap(), privileges);
    }

    #[test]
    fn reads_both_namespaces_and_both_spellings_of_the_scope() {
        for (namespace, spelling) in [(BPP, CVR_SCOPES[0]), (BPP_1_2, CVR_SCOPES[1])] {
            let xml = format!(
                "<b:PrivilegeList xmlns:b=\"{namespace}\"><PrivilegeGroup Scope=\"{spelling}90000001\">\
                 <Privilege>urn:x</Privilege></PrivilegeGroup></b:PrivilegeList>"
            );
            let privileges = Privileges::decode(&BASE64.encode(xml)).unwrap();
            assert!(privileges.hold("urn:x", &cvr()));
            assert!(!privileges.hold("urn:x", &"90000002".parse().unwrap()));
            assert!(!privileges.hold("urn:y", &cvr()));
        }
    }

    #[test]
    fn refuses_what_is_no_privilege_list() {
        for xml in ["", "<x/>", "<!DOCTYPE x><x/>"] {
            assert!(Privileges::decode(&BASE64.encode(xml)).is_err(), "{xml}");
        }
        assert!(Privileges::decode("%").is_err());
    }
}
