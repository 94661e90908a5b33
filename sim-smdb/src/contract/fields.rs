//! Elements of the contract, written and read.

use std::str::FromStr;

use clock::Timestamp;
use oio_idws::MessageError;
use xml_security::{Verified, escape_text, xml::Element};

use crate::schema::SchemaVersion;

/// An element that is being written.
pub(crate) struct Writer(String);

impl Writer {
    /// A root in the namespace of a version.
    pub(crate) fn root(
        name: &str,
        version: SchemaVersion,
        inside: impl FnOnce(&mut Self),
    ) -> String {
        let mut writer = Self(format!("<{name} xmlns=\"{}\">", version.namespace()));
        inside(&mut writer);
        writer.0.push_str(&format!("</{name}>"));
        writer.0
    }

    /// A field.
    #[expect(clippy::needless_pass_by_value, reason = "callers give values and references alike")]
    pub(crate) fn field(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        self.0.push_str(&format!("<{name}>{}</{name}>", escape_text(&value)));
    }

    /// A field that may be absent.
    pub(crate) fn optional(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.field(name, value);
        }
    }

    /// An element with fields.
    pub(crate) fn within(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.0.push_str(&format!("<{name}>"));
        inside(self);
        self.0.push_str(&format!("</{name}>"));
    }
}

/// An element that is being read, all of whose children are in one namespace.
pub(crate) struct Node<'d> {
    element: Verified<Element<'d>>,
    namespace: &'static str,
}

impl<'d> Node<'d> {
    pub(crate) const fn new(element: Verified<Element<'d>>, version: SchemaVersion) -> Self {
        Self { element, namespace: version.namespace() }
    }

    /// The one element `name` inside the body of an answer.
    pub(crate) fn answer(
        body: Verified<Element<'d>>,
        name: &'static str,
    ) -> Result<Self, MessageError> {
        let found = body.children().find_map(|child| {
            let version = SchemaVersion::of_namespace(child.namespace())?;
            (child.local_name() == name).then_some(Self::new(child, version))
        });
        found.ok_or_else(|| not("an answer with an element of this contract", name))
    }

    /// Refuses children that the schema does not have: a misspelled optional field would otherwise
    /// be lost.
    pub(crate) fn only(&self, names: &[&str]) -> Result<(), MessageError> {
        let known = |child: &Verified<Element<'_>>| {
            child.namespace() == self.namespace && names.contains(&child.local_name())
        };
        if self.element.children().all(|child| known(&child)) {
            return Ok(());
        }
        Err(not("an element with known children only", self.element.local_name()))
    }

    pub(crate) fn text(&self, name: &str) -> Result<String, MessageError> {
        Ok(self.element.only_child(self.namespace, name)?.text()?)
    }

    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<String>, MessageError> {
        let child = self.element.optional_child(self.namespace, name)?;
        Ok(child.map(Verified::text).transpose()?)
    }

    /// A field that is read as `T`. What stands there is not repeated.
    pub(crate) fn parse<T: FromStr>(
        &self,
        name: &'static str,
        what: &'static str,
    ) -> Result<T, MessageError> {
        self.text(name)?.parse().map_err(|_| not(what, name))
    }

    pub(crate) fn optional_parse<T: FromStr>(
        &self,
        name: &'static str,
        what: &'static str,
    ) -> Result<Option<T>, MessageError> {
        let text = self.optional_text(name)?;
        text.map(|text| text.parse().map_err(|_| not(what, name))).transpose()
    }

    pub(crate) fn instant(&self, name: &'static str) -> Result<Timestamp, MessageError> {
        self.parse(name, "a point in time")
    }

    pub(crate) fn child(&self, name: &str) -> Result<Self, MessageError> {
        Ok(self.inside(self.element.only_child(self.namespace, name)?))
    }

    pub(crate) fn optional_child(&self, name: &str) -> Result<Option<Self>, MessageError> {
        let child = self.element.optional_child(self.namespace, name)?;
        Ok(child.map(|child| self.inside(child)))
    }

    pub(crate) fn children(&self, name: &str) -> impl Iterator<Item = Self> {
        self.element
            .children()
            .filter(move |child| child.is(self.namespace, name))
            .map(|child| self.inside(child))
    }

    fn inside(&self, element: Verified<Element<'d>>) -> Self {
        Self { element, namespace: self.namespace }
    }
}

/// A value that is not one of its kind, by its element alone.
pub(crate) fn not(what: &'static str, name: &str) -> MessageError {
    MessageError::Value { what, value: name.to_owned() }
}

/// The words of a schema's boolean.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}
