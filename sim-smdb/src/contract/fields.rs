//! The fields of the contract, written and read: as XML elements inside a SOAP body, or as a JSON object
//! for REST. What an operation takes and gives is said once, whichever way it travels.

use std::str::FromStr;

use clock::Timestamp;
use oio_idws::MessageError;
use parties::nearest;
use xml_security::{Verified, escape_text, xml::Element};

use super::json::{Json, Object};
use crate::{date::Date, schema::SchemaVersion};

/// How a message of the contract is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// As an element in the namespace of a version, for the body of a SOAP message.
    Xml(SchemaVersion),
    /// As a JSON object, for REST: a field for each element, a list where an element may repeat. The
    /// version stands in the path.
    Json,
}

impl From<SchemaVersion> for Notation {
    fn from(version: SchemaVersion) -> Self {
        Self::Xml(version)
    }
}

/// A message that is being written.
pub(crate) struct Writer {
    out: String,
    is_json: bool,
}

impl Writer {
    /// A whole message: the root element `name`, or an object.
    pub(crate) fn root(
        name: &str,
        notation: impl Into<Notation>,
        inside: impl FnOnce(&mut Self),
    ) -> String {
        match notation.into() {
            Notation::Xml(version) => {
                let out = format!("<{name} xmlns=\"{}\">", version.namespace());
                let mut writer = Self { out, is_json: false };
                inside(&mut writer);
                writer.out.push_str(&format!("</{name}>"));
                writer.out
            }
            Notation::Json => {
                let mut writer = Self { out: String::new(), is_json: true };
                writer.object(inside);
                writer.out
            }
        }
    }

    /// A field with a text.
    #[expect(clippy::needless_pass_by_value, reason = "callers give values and references alike")]
    pub(crate) fn field(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        if self.is_json {
            self.name(name);
            self.text(&value);
        } else {
            self.element(name, &value);
        }
    }

    /// A field that may be absent.
    pub(crate) fn optional(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.field(name, value);
        }
    }

    /// A field with a whole number.
    pub(crate) fn number(&mut self, name: &str, value: u32) {
        self.literal(name, &value.to_string());
    }

    /// A field that is true or false.
    pub(crate) fn truth(&mut self, name: &str, value: bool) {
        self.literal(name, if value { "true" } else { "false" });
    }

    /// What has fields of its own.
    pub(crate) fn within(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        if self.is_json {
            self.name(name);
            self.object(inside);
        } else {
            self.out.push_str(&format!("<{name}>"));
            inside(self);
            self.out.push_str(&format!("</{name}>"));
        }
    }

    /// What may stand any number of times, each with fields of its own.
    pub(crate) fn each<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut inside: impl FnMut(&mut Self, T),
    ) {
        if self.is_json {
            self.name(name);
            self.out.push('[');
            for item in items {
                self.comma();
                self.object(|out| inside(out, item));
            }
            self.out.push(']');
        } else {
            items.into_iter().for_each(|item| self.within(name, |out| inside(out, item)));
        }
    }

    fn literal(&mut self, name: &str, value: &str) {
        if self.is_json {
            self.name(name);
            self.out.push_str(value);
        } else {
            self.element(name, value);
        }
    }

    fn element(&mut self, name: &str, value: &str) {
        self.out.push_str(&format!("<{name}>{}</{name}>", escape_text(value)));
    }

    fn object(&mut self, inside: impl FnOnce(&mut Self)) {
        self.out.push('{');
        inside(self);
        self.out.push('}');
    }

    fn name(&mut self, name: &str) {
        self.comma();
        self.text(name);
        self.out.push(':');
    }

    fn comma(&mut self) {
        if !self.out.ends_with(['{', '[']) {
            self.out.push(',');
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&serde_json::to_string(text).expect("a text is JSON"));
    }
}

/// A message, or a part of one, that is being read.
pub(crate) enum Node<'d> {
    /// An element that was signed, all of whose children are in one namespace.
    Xml { element: Verified<Element<'d>>, namespace: &'static str },
    /// An object, under the name that it is known by.
    Json { object: &'d Object, name: String },
}

impl<'d> Node<'d> {
    pub(crate) const fn new(element: Verified<Element<'d>>, version: SchemaVersion) -> Self {
        Self::Xml { element, namespace: version.namespace() }
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

    /// Refuses fields that the schema does not have: a misspelled optional field would otherwise be
    /// lost. Which one was meant is told, and not what was written.
    pub(crate) fn only(&self, names: &[&str]) -> Result<(), MessageError> {
        let (stranger, parent) = match self {
            Self::Xml { element, namespace } => {
                let is_known = |it: &Verified<Element<'_>>| {
                    it.namespace() == *namespace && names.contains(&it.local_name())
                };
                let stranger = element.children().find(|child| !is_known(child));
                (stranger.map(|child| child.local_name()), element.local_name())
            }
            Self::Json { object, name } => {
                (object.names().find(|it| !names.contains(it)), name.as_str())
            }
        };
        let Some(stranger) = stranger else { return Ok(()) };
        let known = match nearest(stranger, names.iter().copied()) {
            _ if names.is_empty() => "it takes none".to_owned(),
            Some(name) => format!("nearest is {}", self.listed(&[name])),
            None => format!("it takes {}", self.listed(names)),
        };
        Err(MessageError::UnknownChild { parent: parent.to_owned(), known })
    }

    /// The names of children, for a sentence.
    fn listed(&self, names: &[&str]) -> String {
        let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Xml { namespace, .. } => format!("{names} of {namespace}"),
            Self::Json { .. } => names,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<String, MessageError> {
        match self {
            Self::Xml { element, namespace } => Ok(element.only_child(namespace, name)?.text()?),
            Self::Json { .. } => self.required(self.optional_text(name)?, name),
        }
    }

    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<String>, MessageError> {
        match self {
            Self::Xml { element, namespace } => {
                let child = element.optional_child(namespace, name)?;
                Ok(child.map(Verified::text).transpose()?)
            }
            Self::Json { object, .. } => match object.get(name) {
                None => Ok(None),
                Some(Json::Text(text) | Json::Literal(text)) => Ok(Some(text.clone())),
                Some(Json::Inexact) => Err(not("a text, or a whole number", name)),
                Some(Json::List(_) | Json::Object(_)) => Err(not("a text", name)),
            },
        }
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

    /// A day, as the schema's `date` has it.
    pub(crate) fn day(&self, name: &'static str) -> Result<Date, MessageError> {
        day(&self.text(name)?).ok_or_else(|| not(A_DAY, name))
    }

    pub(crate) fn optional_day(&self, name: &'static str) -> Result<Option<Date>, MessageError> {
        let text = self.optional_text(name)?;
        text.map(|text| day(&text).ok_or_else(|| not(A_DAY, name))).transpose()
    }

    /// A number, as the schema's `unsignedInt` has it.
    pub(crate) fn number(&self, name: &'static str) -> Result<u32, MessageError> {
        let text = self.text(name)?;
        collapsed(&text).parse().map_err(|_| not("a whole number", name))
    }

    /// True or false, as the schema's `boolean` has it.
    pub(crate) fn truth(&self, name: &'static str) -> Result<bool, MessageError> {
        match collapsed(&self.text(name)?) {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(not("true or false", name)),
        }
    }

    pub(crate) fn instant(&self, name: &'static str) -> Result<Timestamp, MessageError> {
        self.parse(name, "a point in time")
    }

    pub(crate) fn child(&self, name: &str) -> Result<Self, MessageError> {
        match self {
            Self::Xml { element, namespace } => {
                Ok(Self::Xml { element: element.only_child(namespace, name)?, namespace })
            }
            Self::Json { .. } => self.required(self.optional_child(name)?, name),
        }
    }

    pub(crate) fn optional_child(&self, name: &str) -> Result<Option<Self>, MessageError> {
        match self {
            Self::Xml { element, namespace } => {
                let child = element.optional_child(namespace, name)?;
                Ok(child.map(|element| Self::Xml { element, namespace }))
            }
            Self::Json { object, .. } => match object.get(name) {
                None => Ok(None),
                Some(Json::Object(object)) => {
                    Ok(Some(Self::Json { object, name: name.to_owned() }))
                }
                // A form of an older schema is noted and not read.
                Some(Json::Text(text)) if text.is_empty() => {
                    Ok(Some(Self::Json { object: Object::EMPTY, name: name.to_owned() }))
                }
                Some(Json::Text(_) | Json::Literal(_) | Json::Inexact | Json::List(_)) => {
                    Err(not("an object", name))
                }
            },
        }
    }

    /// What may stand any number of times.
    pub(crate) fn children(&self, name: &'static str) -> Result<Vec<Self>, MessageError> {
        match self {
            Self::Xml { element, namespace } => {
                let children = element.children().filter(|child| child.is(namespace, name));
                Ok(children.map(|element| Self::Xml { element, namespace }).collect())
            }
            Self::Json { object, .. } => match object.get(name) {
                None => Ok(Vec::new()),
                Some(Json::List(list)) => {
                    let each = list.iter().map(|item| match item {
                        Json::Object(object) => Ok(Self::Json { object, name: name.to_owned() }),
                        Json::Text(_) | Json::Literal(_) | Json::Inexact | Json::List(_) => {
                            Err(not("a list of objects", name))
                        }
                    });
                    each.collect()
                }
                Some(Json::Text(_) | Json::Literal(_) | Json::Inexact | Json::Object(_)) => {
                    Err(not("a list of objects", name))
                }
            },
        }
    }

    fn required<T>(&self, value: Option<T>, name: &str) -> Result<T, MessageError> {
        value.ok_or_else(|| not("a field that is there", name))
    }
}

/// A value that is not one of its kind, by its element alone.
pub(crate) fn not(what: &'static str, name: &str) -> MessageError {
    MessageError::Value { what, value: name.to_owned() }
}

const A_DAY: &str = "a day, such as 2030-03-01";

/// A day, behind which its time zone may stand (XML Schema 1.0, part 2, section 3.2.9), as JAXB writes
/// it. It is the same day of the calendar, whatever the zone.
fn day(text: &str) -> Option<Date> {
    let (day, zone) = collapsed(text).split_at_checked("2030-03-01".len())?;
    let is_zone = match zone.as_bytes() {
        [] | [b'Z'] => true,
        [b'+' | b'-', hour @ .., b':', tens @ b'0'..=b'5', ones @ b'0'..=b'9'] => match hour {
            [b'0', b'0'..=b'9'] | [b'1', b'0'..=b'3'] => true,
            [b'1', b'4'] => [*tens, *ones] == *b"00",
            _ => false,
        },
        _ => false,
    };
    if is_zone { day.parse().ok() } else { None }
}

/// A value of any type but a text, whose white space is nothing of its own (XML Schema 1.0, part 2,
/// section 4.3.6).
fn collapsed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}
