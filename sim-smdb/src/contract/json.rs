//! JSON as REST hands it in: what it says, in its order, with no name twice in one object.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

/// How deep values may stand within one another. The contract needs five.
const DEPTH_MAX: usize = 16;

/// How many fields an object may have. The longest of the contract has sixteen.
const FIELDS_MAX: usize = 64;

/// A value. It may be about a citizen, and has no `Debug`.
pub(crate) enum Json {
    /// A text.
    Text(String),
    /// A whole number, `true` or `false`, as it is written.
    Literal(String),
    /// A number whose digits the reader does not keep: a fraction, an exponent, or more than 64 bits. The
    /// contract has none, and must not store what nobody wrote.
    Inexact,
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Object),
}

/// An object, in the order of its fields. One that is `null` has a name and is not there.
pub(crate) struct Object(Vec<(String, Option<Json>)>);

impl Object {
    /// One without fields.
    pub(crate) const EMPTY: &'static Self = &Self(Vec::new());

    /// Reads one; what is wrong with another text is not said, since its words may be anything.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        match value.0? {
            Json::Object(object) if object.depth() <= DEPTH_MAX => Some(object),
            Json::Object(_) | Json::Text(_) | Json::Literal(_) | Json::Inexact | Json::List(_) => {
                None
            }
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        self.fields().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields().map(|(name, _)| name)
    }

    /// The fields that are there.
    fn fields(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?)))
    }

    fn depth(&self) -> usize {
        1 + self.fields().map(|(_, value)| value.depth()).max().unwrap_or(0)
    }
}

impl Json {
    fn depth(&self) -> usize {
        match self {
            Self::Text(_) | Self::Literal(_) | Self::Inexact => 0,
            Self::List(list) => 1 + list.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(object) => object.depth(),
        }
    }
}

/// A value as it is read; nothing is `null`.
struct Value(Option<Json>);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON with no name twice")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value(None))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value(Some(Json::Literal(value.to_string()))))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value(Some(Json::Literal(value.to_string()))))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value(Some(Json::Literal(value.to_string()))))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value(Some(Json::Inexact)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value(Some(Json::Text(value.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Value(item)) = items.next_element()? {
            list.push(item.ok_or_else(|| de::Error::custom("nothing in a list"))?);
        }
        Ok(Value(Some(Json::List(list))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Object(Vec::new());
        while let Some((name, Value(value))) = fields.next_entry::<String, Value>()? {
            let is_known = object.0.iter().any(|(own, _)| *own == name);
            if is_known || object.0.len() == FIELDS_MAX {
                return Err(de::Error::custom("a name stands twice, or there are too many"));
            }
            object.0.push((name, value));
        }
        Ok(Value(Some(Json::Object(object))))
    }
}
