//! What a person is told of JSON that a core cannot read.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::error::Category;

use crate::{NameError, Text};

/// The longest name of an unknown field that is repeated: what is longer is no slip of the pen.
const FIELD_MAX: usize = 32;

/// What is wrong with what should have been one request by name, as in `{"revoke": {..}}`. Valid JSON
/// of another shape is told as that; for all else see [`malformed`].
#[must_use]
pub fn malformed_request(bytes: &[u8], error: &serde_json::Error) -> Text {
    match serde_json::from_slice(bytes) {
        Ok(Names(Some(1))) | Err(_) => malformed(error),
        Ok(Names(_)) => Text::new(
            "an object with exactly one name is expected",
            "der ventes et objekt med præcis ét navn",
        ),
    }
}

/// What is wrong with a request, and where, without any value that came: a password, a key or a
/// personal number may have gone into the wrong field.
///
/// An unknown field is named if it could be a field's name, for that is what a slip of the pen
/// needs.
#[must_use]
pub fn malformed(error: &serde_json::Error) -> Text {
    let (line, column) = (error.line(), error.column());
    let place = format!("at line {line} column {column}");
    let Text { en, da } = if error.classify() == Category::Data {
        let text = error.to_string();
        what(text.strip_suffix(&place).unwrap_or(&text).trim_end())
    } else {
        Text::new("not JSON", "ikke JSON")
    };
    Text::new(format!("{en} {place}"), format!("{da} i linje {line}, tegn {column}"))
}

fn what(text: &str) -> Text {
    // What came stands before what was expected, and may have the same word in it: the last counts.
    let (came, expected) = match text.rsplit_once(", expected ") {
        Some((came, expected)) => (came, Some((expected, expected_in_danish(expected)))),
        None => (text, None),
    };
    match (ours(came), expected) {
        (Some(text), _) => text,
        (None, Some((en, da))) if came.starts_with("unknown field `") => match named(came) {
            Some(field) => Text::new(
                format!("unknown field `{field}`, expected {en}"),
                format!("ukendt felt `{field}`, der ventes {da}"),
            ),
            None => Text::new(
                format!("an unknown field, expected {en}"),
                format!("et ukendt felt, der ventes {da}"),
            ),
        },
        (None, Some((en, da))) => Text::new(format!("expected {en}"), format!("der ventes {da}")),
        (None, None) => Text::new("a value of the wrong kind", "en værdi af en forkert slags"),
    }
}

/// One of the program's own texts, with nothing in it that came.
fn ours(text: &str) -> Option<Text> {
    let of_field = |before: &str| text.strip_prefix(before)?.strip_suffix('`');
    if let Some(field) = of_field("missing field `") {
        return Some(Text::new(text, format!("feltet `{field}` mangler")));
    }
    if let Some(field) = of_field("duplicate field `") {
        return Some(Text::new(text, format!("feltet `{field}` står der to gange")));
    }
    let error = NameError::ALL.into_iter().find(|error| error.to_string() == text)?;
    Some(Text::new(text, error.in_danish()))
}

/// What serde expects, in Danish: names stay as they are, and of kinds of values only the usual ones
/// have a name of their own.
fn expected_in_danish(expected: &str) -> String {
    if expected.contains('`') {
        return expected.replace("one of ", "en af ").replace(" or ", " eller ");
    }
    match expected {
        "a string" => "en tekst",
        "a boolean" => "sand eller falsk (`true` eller `false`)",
        "there are no fields" => "ingen felter",
        _ if expected.starts_with("struct ") => "et objekt",
        _ => "en værdi af en anden slags",
    }
    .to_owned()
}

fn named(text: &str) -> Option<&str> {
    let field = text.strip_prefix("unknown field `")?.strip_suffix('`')?;
    let is_name = field.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
    (field.len() <= FIELD_MAX && is_name).then_some(field)
}

/// How many names stand in an object; none for any other value.
struct Names(Option<usize>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Counting)
    }
}

struct Counting;

impl<'de> Visitor<'de> for Counting {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut count = 0;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Names(Some(count)))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Names, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Names(None))
    }

    fn visit_unit<E>(self) -> Result<Names, E> {
        Ok(Names(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Names, E> {
        Ok(Names(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Names, E> {
        Ok(Names(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Names, E> {
        Ok(Names(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Names, E> {
        Ok(Names(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Names, E> {
        Ok(Names(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cvr, EntityId, Environment, SystemUserId};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what cannot be read is of interest")]
    struct Asked {
        cvr: Option<Cvr>,
        user: Option<SystemUserId>,
        entity: Option<EntityId>,
        environment: Option<Environment>,
        number: Option<u8>,
    }

    fn said(json: &str) -> String {
        malformed(&serde_json::from_str::<Asked>(json).unwrap_err()).en
    }

    /// What is valid JSON is never told as what is none, and Danish is Danish.
    #[test]
    fn what_is_no_request_by_name_is_told_as_that() {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[expect(dead_code, reason = "only what cannot be read is of interest")]
        enum Request {
            Save { user: SystemUserId },
        }
        let said = |json: &str| {
            let error = serde_json::from_str::<Request>(json).unwrap_err();
            malformed_request(json.as_bytes(), &error)
        };
        let other = Text::new(
            "an object with exactly one name is expected",
            "der ventes et objekt med præcis ét navn",
        );
        for json in ["{}", "[]", "null", "1", "-1", "0.5", "true", "\"save\"", "[{}]"] {
            assert_eq!(said(json), other, "{json}");
        }
        assert_eq!(said(r#"{"save":{"user":"a"},"save":{"user":"a"}}"#), other);
        for (json, en, da) in [
            ("{", "not JSON at line 1 column 1", "ikke JSON i linje 1, tegn 1"),
            ("{}x", "not JSON at line 1 column 2", "ikke JSON i linje 1, tegn 2"),
            (r#"{"save":{}}"#, "missing field `user` at ", "feltet `user` mangler i linje 1"),
            (
                r#"{"save":{"user":""}}"#,
                "the handle of a system user takes ",
                "navnet på en systembruger har 1 til 64 ",
            ),
            (
                r#"{"save":{"user":1}}"#,
                "expected a string at line 1",
                "der ventes en tekst i linje 1",
            ),
            (r#"{"fly":{}}"#, "expected `save` at ", "der ventes `save` i linje 1"),
        ] {
            let text = said(json);
            assert!(text.en.starts_with(en) && text.da.starts_with(da), "{json}: {text:?}");
        }
    }

    #[test]
    fn no_value_that_came_is_repeated() {
        for secret in ["010170-1234 x", "x, expected 010170-1234", "010170-1234 at line 1 column 2"]
        {
            for json in [
                format!(r#"{{"cvr":"{secret}"}}"#),
                format!(r#"{{"user":"{secret}"}}"#),
                format!(r#"{{"entity":"{secret}"}}"#),
                format!(r#"{{"environment":"{secret}"}}"#),
                format!(r#"{{"number":"{secret}"}}"#),
                format!(r#"{{"{secret}":1}}"#),
                format!(r#""{secret}""#),
                format!(r#"{{"cvr":{secret}}}"#),
            ] {
                let said = said(&json);
                assert!(!said.contains("010170"), "{json}: {said}");
                assert!(said.contains("at line 1 column"), "{json}: {said}");
            }
        }
    }

    #[test]
    fn what_was_expected_is_said() {
        for (json, expected) in [
            (r#"{"cvr":"1"}"#, "a CVR number takes eight digits at line 1 column "),
            (r#"{"e-mail":1}"#, "unknown field `e-mail`, expected one of `cvr`, "),
            (r#"{"environment":"moon"}"#, "expected `integration-test` or `production` at "),
            (r#"{"number":300}"#, "expected u8 at line 1 column "),
            (r#"{"cvr":null,"cvr":null}"#, "duplicate field `cvr` at "),
            ("{", "not JSON at line 1 column "),
        ] {
            assert!(said(json).starts_with(expected), "{json}: {}", said(json));
        }
    }

    #[test]
    fn a_field_is_named_if_it_could_be_one() {
        let named = |field: &str| said(&format!(r#"{{"{field}":1}}"#)).contains(field);
        assert!(named(&"a".repeat(32)));
        assert!(!named(&"a".repeat(33)));
        assert!(!named("Cvr") && !named("a1") && !named("a b"));
    }
}
