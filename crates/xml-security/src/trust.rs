//! What is believed: [`Claimed`] before verification, [`Verified`] after.
//!
//! The types keep apart what somebody wrote from what the holder of a key signed. There is a way
//! from [`Verified`] to nothing else that could be mistaken for it, and none into it but through a
//! signature:
//!
//! ```compile_fail
//! use xml_security::{Document, Limits, Verified};
//! let document = Document::parse(b"<a/>", &Limits::default()).unwrap();
//! // There is no constructor, and the fields are private.
//! let forged = Verified { value: document.root(), removed: None };
//! ```
//!
//! ```compile_fail
//! use xml_security::{Document, Limits, Verified};
//! let document = Document::parse(b"<a/>", &Limits::default()).unwrap();
//! let forged: Verified<xml_security::Element<'_>> = document.root().into();
//! ```
//!
//! What was claimed cannot be read as if it were verified:
//!
//! ```compile_fail
//! use xml_security::{Claimed, Element};
//! fn name<'d>(claimed: Claimed<Element<'d>>) -> &'d str {
//!     claimed.local_name()
//! }
//! ```
//!
//! A verified element leads neither up, nor to a plain [`Element`], whose unsigned parts could then
//! be read:
//!
//! ```compile_fail
//! use xml_security::{Element, Verified};
//! fn up<'d>(verified: Verified<Element<'d>>) -> Verified<Element<'d>> {
//!     verified.parent()
//! }
//! ```
//!
//! ```compile_fail
//! use xml_security::{Element, Verified};
//! fn plain<'d>(verified: Verified<Element<'d>>) -> Element<'d> {
//!     verified.element()
//! }
//! ```
//!
//! ```compile_fail
//! use xml_security::{Element, Readable};
//! fn plain<'d>(readable: impl Readable<'d>) -> Element<'d> {
//!     readable.view().element
//! }
//! ```

use std::{borrow::Cow, fmt};

use roxmltree::NodeId;

use crate::{
    c14n::{Canonicalization, canonicalize},
    xml::{Element, ShapeError},
};

/// Something that was read before verification, or without any: what somebody claims.
///
/// Good for faults, for diagnoses, and for choosing the key to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed<T>(T);

impl<T> Claimed<T> {
    /// Marks `value` as a claim.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The claim itself. The name says what to think of it.
    pub const fn unverified(&self) -> &T {
        &self.0
    }

    /// The claim itself. The name says what to think of it.
    pub fn into_unverified(self) -> T {
        self.0
    }

    /// A claim about something that follows from this one.
    pub fn map<U>(self, follow: impl FnOnce(T) -> U) -> Claimed<U> {
        Claimed(follow(self.0))
    }
}

/// Something that the holder of a key signed.
///
/// A verified element can be read, and so can what is inside it. The enveloped signature itself,
/// which no signature covers, is not inside it.
#[derive(Clone, Copy)]
pub struct Verified<T> {
    value: T,
    /// What the signature left out.
    removed: Option<NodeId>,
}

impl<'d> Verified<Element<'d>> {
    /// Only verification calls this.
    pub(crate) const fn new(element: Element<'d>, removed: Option<NodeId>) -> Self {
        Self { value: element, removed }
    }

    fn inside(self, element: Element<'d>) -> Self {
        Self { value: element, ..self }
    }

    fn is_signed(self, element: Element<'d>) -> bool {
        Some(element.node().id()) != self.removed
    }

    /// Its namespace; empty if it is in none.
    #[must_use]
    pub fn namespace(self) -> &'d str {
        self.value.namespace()
    }

    /// Its name without a prefix.
    #[must_use]
    pub fn local_name(self) -> &'d str {
        self.value.local_name()
    }

    /// Whether it is `local` in `namespace`; an empty namespace is none.
    #[must_use]
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.value.is(namespace, local)
    }

    /// The attribute `local` without a namespace.
    #[must_use]
    pub fn attribute(self, local: &str) -> Option<&'d str> {
        self.value.attribute(local)
    }

    /// The attribute `local` in `namespace`; an empty namespace is none.
    #[must_use]
    pub fn attribute_ns(self, namespace: &str, local: &str) -> Option<&'d str> {
        self.value.attribute_ns(namespace, local)
    }

    /// The signed elements in it, in order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        self.value
            .children()
            .filter(move |child| self.is_signed(*child))
            .map(move |child| self.inside(child))
    }

    /// The first signed child that is `local` in `namespace`.
    #[must_use]
    pub fn child(self, namespace: &str, local: &str) -> Option<Self> {
        self.children().find(|child| child.is(namespace, local))
    }

    /// The signed child that is `local` in `namespace`, if there is one.
    ///
    /// # Errors
    ///
    /// If there are several.
    pub fn optional_child(self, namespace: &str, local: &str) -> Result<Option<Self>, ShapeError> {
        let mut children = self.children().filter(|child| child.is(namespace, local));
        let first = children.next();
        match children.next() {
            None => Ok(first),
            Some(_) => Err(ShapeError::several(self.value, namespace, local)),
        }
    }

    /// The one signed child that is `local` in `namespace`.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one.
    pub fn only_child(self, namespace: &str, local: &str) -> Result<Self, ShapeError> {
        self.optional_child(namespace, local)?
            .ok_or_else(|| ShapeError::missing(self.value, namespace, local))
    }

    /// Its value; see [`Element::text`].
    ///
    /// # Errors
    ///
    /// If a comment or an element is inside the value. No signature covers a comment.
    pub fn text(self) -> Result<String, ShapeError> {
        self.value.text()
    }

    /// Its value, without a copy where possible; see [`Element::value`].
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text).
    pub fn value(self) -> Result<Cow<'d, str>, ShapeError> {
        self.value.value()
    }

    /// This element and all signed elements inside it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let removed = self
            .removed
            .and_then(|id| self.value.node().document().get_node(id))
            .map(|node| self.value.at(node));
        self.value
            .descendants()
            .filter(move |element| !removed.is_some_and(|removed| removed.holds(*element)))
            .map(move |element| self.inside(element))
    }

    /// The canonical form of what was signed: it stands on its own and in any other message.
    #[must_use]
    pub fn canonical(self, method: &Canonicalization) -> Vec<u8> {
        canonicalize(self, method)
    }

    pub(crate) fn element(self) -> Element<'d> {
        self.value
    }
}

impl fmt::Debug for Verified<Element<'_>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified({:?})", self.value)
    }
}

/// An element that may be read by this crate's functions, whatever is believed of it: an
/// [`Element`], a [`Claimed`] one, or a [`Verified`] one.
pub trait Readable<'d>: sealed::View<'d> + Copy {}

impl<'d, T: sealed::View<'d> + Copy> Readable<'d> for T {}

#[expect(unnameable_types, reason = "a sealed trait: nobody else may say what can be read")]
mod sealed {
    use super::{Claimed, Element, NodeId, Verified};

    /// What is read. Who is handed a [`Readable`](super::Readable) can get one, and nothing out of it.
    pub struct Subtree<'d> {
        pub(crate) element: Element<'d>,
        /// What a signature left out.
        pub(crate) removed: Option<NodeId>,
    }

    pub trait View<'d> {
        fn view(&self) -> Subtree<'d>;
    }

    impl<'d> View<'d> for Element<'d> {
        fn view(&self) -> Subtree<'d> {
            Subtree { element: *self, removed: None }
        }
    }

    impl<'d> View<'d> for Claimed<Element<'d>> {
        fn view(&self) -> Subtree<'d> {
            self.0.view()
        }
    }

    impl<'d> View<'d> for Verified<Element<'d>> {
        fn view(&self) -> Subtree<'d> {
            Subtree { element: self.value, removed: self.removed }
        }
    }
}
