//! What a token says its holder may do: OIO Basic Privilege Profile, versions 1.0.1 and 1.2.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use parties::Cvr;
use xml_security::{
    escape_attribute, escape_text,
    xml::{Document, Element, Limits},
};

use crate::{
    MessageError,
    uris::{BPP, BPP_1_2},
};

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
    /// What limits them. A version 1.0.1 list has none.
    pub constraints: Vec<Constraint>,
}

/// A limit of the privileges of one group, in version 1.2: they hold for a part of the tasks alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// The URI of what is limited.
    pub name: String,
    /// To which values.
    pub value: String,
}

/// For whom privileges hold.
#[derive(Clone, PartialEq, Eq)]
pub enum Scope {
    /// For an organisation.
    Cvr(Cvr),
    /// For something else that the profile knows and we do not use (a production unit, an SE number, a
    /// person): kept as it is written.
    Other(String),
}

impl fmt::Debug for Scope {
    /// Of another scope its kind alone: what stands behind it may be a personal number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cvr(cvr) => f.debug_tuple("Cvr").field(cvr).finish(),
            Self::Other(scope) => {
                let kind = scope.rsplit_once(':').map_or("", |(kind, _)| kind);
                write!(f, "Other({kind}:…)")
            }
        }
    }
}

impl Privileges {
    /// Whether `privilege` holds for `cvr`, without a limit. Whether a limited one holds depends on the
    /// limit, which is not judged here: it is not taken for one without.
    #[must_use]
    pub fn hold(&self, privilege: &str, cvr: &Cvr) -> bool {
        self.groups.iter().any(|group| {
            group.scope == Scope::Cvr(cvr.clone())
                && group.constraints.is_empty()
                && group.privileges.iter().any(|held| held == privilege)
        })
    }

    /// The value of the attribute: base64 of UTF-8 XML, in version 1.0.1 as NemLog-in writes it, and in
    /// version 1.2 where there are constraints.
    #[must_use]
    pub fn encode(&self) -> String {
        let limited = self.groups.iter().any(|group| !group.constraints.is_empty());
        let namespace = if limited { BPP_1_2 } else { BPP };
        let groups: String = self.groups.iter().map(PrivilegeGroup::to_xml).collect();
        BASE64.encode(format!(
            "<bpp:PrivilegeList xmlns:bpp=\"{namespace}\">{groups}</bpp:PrivilegeList>"
        ))
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

impl PrivilegeGroup {
    fn to_xml(&self) -> String {
        let scope = match &self.scope {
            Scope::Cvr(cvr) => format!("{}{cvr}", CVR_SCOPES[0]),
            Scope::Other(scope) => scope.clone(),
        };
        let privileges = self
            .privileges
            .iter()
            .map(|privilege| format!("<Privilege>{}</Privilege>", escape_text(privilege)));
        let constraints = self.constraints.iter().map(|Constraint { name, value }| {
            let (name, value) = (escape_attribute(name), escape_text(value));
            format!("<Constraint Name=\"{name}\">{value}</Constraint>")
        });
        format!(
            "<PrivilegeGroup Scope=\"{}\">{}</PrivilegeGroup>",
            escape_attribute(&scope),
            privileges.chain(constraints).collect::<String>()
        )
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
    let constraints = element
        .children()
        .filter(|child| child.local_name() == "Constraint")
        .map(constraint)
        .collect::<Result<_, _>>()?;
    Ok(PrivilegeGroup { scope: self::scope(scope), privileges, constraints })
}

fn constraint(element: Element<'_>) -> Result<Constraint, MessageError> {
    let name = element
        .attribute("Name")
        .ok_or_else(|| MessageError::value("a constraint with a name", ""))?;
    Ok(Constraint { name: name.to_owned(), value: element.text()? })
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

    fn group(scope: Scope, privileges: &[&str], constraints: Vec<Constraint>) -> PrivilegeGroup {
        let privileges = privileges.iter().map(|&it| it.to_owned()).collect();
        PrivilegeGroup { scope, privileges, constraints }
    }

    #[test]
    fn is_written_as_nemlogin_does() {
        let privileges = Privileges {
            groups: vec![group(Scope::Cvr(cvr()), &["https://wsp.sim.invalid/role_a"], Vec::new())],
        };
        let xml = BASE64.decode(privileges.encode()).unwrap();
        assert_eq!(
            String::from_utf8(xml).unwrap(),
            "<bpp:PrivilegeList xmlns:bpp=\"http://itst.dk/oiosaml/basic_privilege_profile\">\
             <PrivilegeGroup Scope=\"urn:dk:gov:saml:CvrNumberIdentifier:90000001\">\
             <Privilege>https://wsp.sim.invalid/role_a</Privilege></PrivilegeGroup>\
             </bpp:PrivilegeList>"
        );
    }

    #[test]
    fn survives_the_wire() {
        let limit =
            |value: &str| Constraint { name: "urn:<a>\"".to_owned(), value: value.to_owned() };
        let other = Scope::Other("urn:dk:gov:saml:seNumberIdentifier:1&2".to_owned());
        let groups = [
            group(Scope::Cvr(cvr()), &["https://smdb.sim.invalid/privilege/<x>&", "urn:b"], vec![]),
            group(Scope::Cvr(cvr()), &["urn:c"], vec![limit("<25.*>"), limit("")]),
            group(other, &[], vec![]),
        ];
        for count in 0..=groups.len() {
            let privileges = Privileges { groups: groups[..count].to_vec() };
            assert_eq!(Privileges::decode(&privileges.encode()).unwrap(), privileges);
        }
    }

    #[test]
    fn a_limit_is_not_taken_for_none() {
        let limit = Constraint { name: "urn:a".to_owned(), value: "25.*".to_owned() };
        let limited = group(Scope::Cvr(cvr()), &["urn:x"], vec![limit]);
        let mut privileges = Privileges { groups: vec![limited] };
        assert!(!privileges.hold("urn:x", &cvr()));
        // The same without a limit in another group is held.
        privileges.groups.push(group(Scope::Cvr(cvr()), &["urn:x"], Vec::new()));
        assert!(privileges.hold("urn:x", &cvr()));
    }

    #[test]
    fn no_personal_number_is_shown() {
        let scope = Scope::Other("urn:dk:gov:saml:cprNumberIdentifier:6101800049".to_owned());
        assert_eq!(format!("{scope:?}"), "Other(urn:dk:gov:saml:cprNumberIdentifier:…)");
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
