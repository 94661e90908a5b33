//! An element, read without belief.

use std::{borrow::Cow, fmt};

use roxmltree::Node;

use super::{Document, cut, shown};
use crate::c14n::{Canonicalization, canonicalize};

/// An element of a [`Document`]: what somebody wrote, verified or not.
///
/// There is no way up to the parent and no way to the prefixes in scope: who holds an element can
/// read what is inside it, and nothing else.
#[derive(Clone, Copy)]
pub struct Element<'d> {
    node: Node<'d, 'd>,
    document: &'d Document<'d>,
}

/// Why an element does not have the shape that was asked of it. Names are in Clark's notation,
/// `{namespace}local`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A child is missing.
    #[error("`{parent}` has no `{child}`")]
    Missing {
        /// The element.
        parent: String,
        /// The child it should have.
        child: String,
    },
    /// A child is there more than once.
    #[error("`{parent}` has more than one `{child}`")]
    Several {
        /// The element.
        parent: String,
        /// The child it should have once.
        child: String,
    },
    /// A child is there that has no place.
    #[error("`{parent}` has a `{child}`, which has no place there")]
    Unexpected {
        /// The element.
        parent: String,
        /// The child.
        child: String,
    },
    /// An attribute is missing.
    #[error("`{element}` has no attribute `{attribute}`")]
    MissingAttribute {
        /// The element.
        element: String,
        /// The attribute it should have.
        attribute: String,
    },
    /// A comment stands within a value. Readers disagree on such a value, so it has none.
    #[error("the value of `{element}` has a comment in it")]
    CommentInValue {
        /// The element.
        element: String,
    },
    /// An element stands where a value should.
    #[error("`{element}` has an element where a value should be")]
    ElementInValue {
        /// The element.
        element: String,
    },
    /// The value is not what it should be.
    #[error("the value `{value}` of `{element}` is not {expected}")]
    BadValue {
        /// The element.
        element: String,
        /// What it says, shortened to 100 characters.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Another element than expected.
    #[error("the element is `{found}`, not `{expected}`")]
    WrongElement {
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// An element that must be the document's root is not.
    #[error("`{element}` is not the root of its document")]
    NotTheRoot {
        /// The element.
        element: String,
    },
}

impl ShapeError {
    pub(crate) fn missing(parent: Element<'_>, namespace: &str, local: &str) -> Self {
        Self::Missing { parent: parent.clark(), child: clark(namespace, local) }
    }

    pub(crate) fn several(parent: Element<'_>, namespace: &str, local: &str) -> Self {
        Self::Several { parent: parent.clark(), child: clark(namespace, local) }
    }
}

impl<'d> Element<'d> {
    pub(super) fn new(node: Node<'d, 'd>, document: &'d Document<'d>) -> Self {
        Self { node, document }
    }

    /// Its namespace; empty if it is in none.
    #[must_use]
    pub fn namespace(self) -> &'d str {
        self.node.tag_name().namespace().unwrap_or("")
    }

    /// Its name without a prefix.
    #[must_use]
    pub fn local_name(self) -> &'d str {
        self.node.tag_name().name()
    }

    /// Whether it is `local` in `namespace`; an empty namespace is none.
    #[must_use]
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.local_name() == local && self.namespace() == namespace
    }

    /// The attribute `local` without a namespace.
    #[must_use]
    pub fn attribute(self, local: &str) -> Option<&'d str> {
        self.attribute_ns("", local)
    }

    /// The attribute `local` in `namespace`; an empty namespace is none.
    #[must_use]
    pub fn attribute_ns(self, namespace: &str, local: &str) -> Option<&'d str> {
        self.node
            .attributes()
            .find(|a| a.name() == local && a.namespace().unwrap_or("") == namespace)
            .map(|a| a.value())
    }

    /// The elements in it, in order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        self.node.children().filter(Node::is_element).map(move |node| Self { node, ..self })
    }

    /// The first child that is `local` in `namespace`.
    #[must_use]
    pub fn child(self, namespace: &str, local: &str) -> Option<Self> {
        self.children().find(|child| child.is(namespace, local))
    }

    /// The child that is `local` in `namespace`, if there is one.
    ///
    /// # Errors
    ///
    /// If there are several.
    pub fn optional_child(self, namespace: &str, local: &str) -> Result<Option<Self>, ShapeError> {
        let mut children = self.children().filter(|child| child.is(namespace, local));
        let first = children.next();
        match children.next() {
            None => Ok(first),
            Some(_) => Err(ShapeError::several(self, namespace, local)),
        }
    }

    /// The one child that is `local` in `namespace`.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one.
    pub fn only_child(self, namespace: &str, local: &str) -> Result<Self, ShapeError> {
        self.optional_child(namespace, local)?
            .ok_or_else(|| ShapeError::missing(self, namespace, local))
    }

    /// Its value: all its text. Whitespace is kept.
    ///
    /// # Errors
    ///
    /// A comment or an element inside a value is an error: `good<!-- -->.evil` is read as `good` by
    /// some and as `good.evil` by others, and a signature covers both.
    pub fn text(self) -> Result<String, ShapeError> {
        self.value().map(Cow::into_owned)
    }

    /// As [`text`](Self::text), without a copy where the source has the value as it is.
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text).
    pub fn value(self) -> Result<Cow<'d, str>, ShapeError> {
        let mut value = Cow::Borrowed("");
        for node in self.node.children() {
            if node.is_comment() {
                return Err(ShapeError::CommentInValue { element: self.clark() });
            }
            let Some(text) = node.text().filter(|_| node.is_text()) else {
                return Err(ShapeError::ElementInValue { element: self.clark() });
            };
            value += text;
        }
        Ok(value)
    }

    /// This element and all elements inside it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        self.node.descendants().filter(Node::is_element).map(move |node| Self { node, ..self })
    }

    /// Its canonical form: it stands on its own and in any other message.
    #[must_use]
    pub fn canonical(self, method: &Canonicalization) -> Vec<u8> {
        canonicalize(self, method)
    }

    /// Where it begins: bytes from the start of the document, a byte order mark not counted.
    #[must_use]
    pub fn offset(self) -> usize {
        self.node.range().start
    }

    /// Refuses every element but `local` in `namespace`.
    ///
    /// # Errors
    ///
    /// [`ShapeError::WrongElement`].
    pub fn expect(self, namespace: &str, local: &str) -> Result<(), ShapeError> {
        if self.is(namespace, local) {
            return Ok(());
        }
        Err(ShapeError::WrongElement { expected: clark(namespace, local), found: self.clark() })
    }

    /// The attribute `local` without a namespace, which must be there.
    pub(crate) fn required_attribute(self, local: &str) -> Result<&'d str, ShapeError> {
        self.attribute(local).ok_or_else(|| ShapeError::MissingAttribute {
            element: self.clark(),
            attribute: local.to_owned(),
        })
    }

    /// Its name in Clark's notation, for a refusal.
    pub(crate) fn clark(self) -> String {
        clark(self.namespace(), self.local_name())
    }

    pub(crate) fn bad_value(self, value: &str, expected: &'static str) -> ShapeError {
        let value = cut(value, 100).to_owned();
        ShapeError::BadValue { element: self.clark(), value, expected }
    }

    pub(crate) fn node(self) -> Node<'d, 'd> {
        self.node
    }

    pub(crate) fn document(self) -> &'d Document<'d> {
        self.document
    }

    pub(crate) fn parent(self) -> Option<Self> {
        self.node.parent().filter(Node::is_element).map(|node| Self { node, ..self })
    }

    pub(crate) fn at(self, node: Node<'d, 'd>) -> Self {
        Self { node, ..self }
    }

    /// Whether `other` is this element or inside it.
    pub(crate) fn holds(self, other: Self) -> bool {
        // The tree numbers its nodes in document order.
        let first = self.node.id().get_usize();
        let end = first + self.node.descendants().len();
        std::ptr::eq(self.document, other.document)
            && (first..end).contains(&other.node.id().get_usize())
    }
}

impl PartialEq for Element<'_> {
    /// The same element of the same document.
    fn eq(&self, other: &Self) -> bool {
        self.node.id() == other.node.id() && std::ptr::eq(self.document, other.document)
    }
}

impl Eq for Element<'_> {}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}> at byte {}", self.clark(), self.offset())
    }
}

/// A name in Clark's notation, for a refusal.
pub(crate) fn clark(namespace: &str, local: &str) -> String {
    if namespace.is_empty() { shown(local) } else { shown(&format!("{{{namespace}}}{local}")) }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::parse;

    #[test]
    fn names_are_namespaces_and_local_names() {
        let document = parse("<p:a xmlns:p='urn:p' b='1' p:b='2' xml:b='3'><c xmlns=''/></p:a>");
        let a = document.root();
        assert!(a.is("urn:p", "a") && !a.is("", "a") && !a.is("urn:p", "b"));
        assert_eq!((a.namespace(), a.local_name()), ("urn:p", "a"));
        assert_eq!(a.attribute("b"), Some("1"));
        assert_eq!(a.attribute_ns("urn:p", "b"), Some("2"));
        assert_eq!(a.attribute_ns("urn:q", "b"), None);
        // An undeclared default namespace is no namespace.
        assert_eq!(a.children().next().unwrap().namespace(), "");
        assert!(a.child("", "c").is_some());
        assert_eq!(
            a.expect("urn:p", "b").unwrap_err().to_string(),
            "the element is `{urn:p}a`, not `{urn:p}b`"
        );
    }

    #[test]
    fn an_only_child_is_one() {
        let document = parse("<a><b/><c/>x<c/></a>");
        let a = document.root();
        assert!(a.only_child("", "b").is_ok());
        assert_eq!(a.only_child("", "d").unwrap_err().to_string(), "`a` has no `d`");
        assert_eq!(a.only_child("", "c").unwrap_err().to_string(), "`a` has more than one `c`");
        assert_eq!(a.optional_child("", "d"), Ok(None));
        assert_eq!(a.children().count(), 3);
        assert_eq!(a.descendants().count(), 4);
    }

    #[test]
    fn a_value_is_all_the_text_and_nothing_else() {
        let text = |xml: &str| parse(xml).root().text();
        assert_eq!(text("<a/>").unwrap(), "");
        assert_eq!(text("<a> b&amp;<![CDATA[<c>]]>d\r\n</a>").unwrap(), " b&<c>d\n");
        for xml in ["<a>b<!-- -->c</a>", "<a><!-- --></a>", "<a>b<!----></a>"] {
            assert_eq!(text(xml).unwrap_err().to_string(), "the value of `a` has a comment in it");
        }
        assert_eq!(
            text("<a>b<c/></a>").unwrap_err().to_string(),
            "`a` has an element where a value should be"
        );
    }

    #[test]
    fn an_element_holds_itself_and_what_is_inside() {
        let document = parse("<a><b><c/></b><d/></a>");
        let find = |local| document.root().descendants().find(|e| e.local_name() == local).unwrap();
        let (a, b, c, d) = (find("a"), find("b"), find("c"), find("d"));
        assert!(a.holds(a) && a.holds(c) && b.holds(c) && b.holds(b));
        assert!(!b.holds(d) && !b.holds(a) && !c.holds(b));
    }
}
