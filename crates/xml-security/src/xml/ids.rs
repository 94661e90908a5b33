//! Which element an id names.
//!
//! Ids go by profile, not by spelling: `wsu:Id` on any element, `ID` on SAML's elements, `Id` on
//! those of XML Signature and XML Encryption. An id that two attributes carry, of whatever kind, is
//! nobody's: the element that was signed and the element that is read might then differ.

use roxmltree::{Attribute, Node, NodeId};

use super::{Document, Element, shown};
use crate::uris;

/// The ids of a document, sorted; made once.
pub(crate) struct Ids {
    entries: Vec<Entry>,
    duplicate: Option<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    node: NodeId,
    /// Its place among the element's attributes.
    attribute: usize,
}

/// Why an id cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdRefusal {
    /// Two attributes of the document have the same id, this one or another.
    Duplicate(String),
    /// No element has it.
    Unknown,
}

impl Ids {
    pub(super) fn of(tree: &roxmltree::Document<'_>) -> Self {
        let mut entries = Vec::new();
        for node in tree.descendants() {
            for (attribute, a) in node.attributes().enumerate() {
                if is_id(node, a) {
                    entries.push(Entry { node: node.id(), attribute });
                }
            }
        }
        entries.sort_by(|a, b| a.value(tree).cmp(b.value(tree)));
        let duplicate = entries
            .windows(2)
            .find(|pair| pair[0].value(tree) == pair[1].value(tree))
            .map(|pair| pair[0]);
        Self { entries, duplicate }
    }
}

impl Document<'_> {
    /// Refuses a document in which two attributes have one id.
    pub(crate) fn check_ids(&self) -> Result<(), IdRefusal> {
        match self.ids().duplicate {
            Some(entry) => Err(IdRefusal::Duplicate(shown(entry.value(self.tree())))),
            None => Ok(()),
        }
    }
}

impl<'d> Element<'d> {
    /// The element of the same document that has `id`.
    pub(crate) fn by_id(self, id: &str) -> Result<Self, IdRefusal> {
        let document = self.document();
        document.check_ids()?;
        let (tree, entries) = (document.tree(), &document.ids().entries);
        let found = entries
            .binary_search_by(|entry| entry.value(tree).cmp(id))
            .map_err(|_| IdRefusal::Unknown)?;
        let node = tree.get_node(entries[found].node).expect("an entry names a node of its tree");
        Ok(self.at(node))
    }
}

impl Entry {
    fn value<'t>(self, tree: &'t roxmltree::Document<'_>) -> &'t str {
        tree.get_node(self.node)
            .and_then(|node| node.attributes().nth(self.attribute))
            .expect("an entry names an attribute of its tree")
            .value()
    }
}

fn is_id(node: Node<'_, '_>, attribute: Attribute<'_, '_>) -> bool {
    let on = |namespaces: &[&str]| {
        attribute.namespace().is_none()
            && node.tag_name().namespace().is_some_and(|n| namespaces.contains(&n))
    };
    match attribute.name() {
        "Id" => attribute.namespace() == Some(uris::WSU) || on(&[uris::DS, uris::XENC]),
        "ID" => on(&[uris::SAML, uris::SAMLP]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::parse;

    fn named(xml: &str, id: &str) -> Result<String, IdRefusal> {
        parse(xml).root().by_id(id).map(|element| element.local_name().to_owned())
    }

    #[test]
    fn an_id_goes_by_its_profile() {
        let xml = format!(
            "<a xmlns:u='{}' xmlns:ds='{}' xmlns:x='{}' xmlns:s='{}' xmlns:p='{}'>\
             <b u:Id='1'/><ds:c Id='2'/><x:d Id='3'/><s:e ID='4'/><p:f ID='5'/>\
             <g Id='6' ID='6' id='6' xml:id='6' u:ID='6' u:id='6'/><ds:h ID='7'/><s:i Id='8'/></a>",
            uris::WSU,
            uris::DS,
            uris::XENC,
            uris::SAML,
            uris::SAMLP
        );
        for (id, element) in [("1", "b"), ("2", "c"), ("3", "d"), ("4", "e"), ("5", "f")] {
            assert_eq!(named(&xml, id), Ok(element.to_owned()));
        }
        for id in ["6", "7", "8", "", "9"] {
            assert_eq!(named(&xml, id), Err(IdRefusal::Unknown));
        }
    }

    #[test]
    fn an_id_that_is_there_twice_makes_every_id_useless() {
        for twice in ["<b u:Id='1'/>", "<s:b ID='1'/>", "<ds:b Id='1'/>", "<ds:b Id='2' u:Id='2'/>"]
        {
            let xml = format!(
                "<a xmlns:u='{}' xmlns:ds='{}' xmlns:s='{}' u:Id='1'><c u:Id='3'/>{twice}</a>",
                uris::WSU,
                uris::DS,
                uris::SAML
            );
            let id = if twice.contains('2') { "2" } else { "1" };
            assert_eq!(named(&xml, "3"), Err(IdRefusal::Duplicate(id.to_owned())), "{twice}");
        }
    }

    #[test]
    fn ids_are_compared_exactly() {
        let xml = format!("<a xmlns:u='{}' u:Id='id'><b u:Id='ID'/><c u:Id=' id'/></a>", uris::WSU);
        assert_eq!(named(&xml, "id"), Ok("a".to_owned()));
        assert_eq!(named(&xml, "ID"), Ok("b".to_owned()));
        assert_eq!(named(&xml, "Id"), Err(IdRefusal::Unknown));
    }
}
