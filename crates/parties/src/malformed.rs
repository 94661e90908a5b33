//! What a person is told of JSON that a core cannot read.

use serde_json::error::Category;

use crate::NameError;

/// The longest name of an unknown field that is repeated: what is longer is no slip of the pen.
const FIELD_MAX: usize = 32;

/// What is wrong with a request, and where, without any value that came: a password, a key or a
/// personal number may have gone into the wrong field.
///
/// An unknown field is named if it could be a field's name, for that is what a slip of the pen
/// needs.
#[must_use]
pub fn malformed(error: &serde_json::Error) -> String {
    let place = format!("at line {} column {}", error.line(), error.column());
    if error.classify() != Category::Data {
        return format!("not JSON {place}");
    }
    let text = error.to_string();
    let text = text.strip_suffix(&place).unwrap_or(&text).trim_end();
    // What came stands before what was expected, and may have the same word in it: the last counts.
    let (came, expected) = match text.rsplit_once(", expected ") {
        Some((came, expected)) => (came, Some(expected)),
        None => (text, None),
    };
    let what = match (came, expected) {
        (came, _) if is_ours(came) => came.to_owned(),
        (came, Some(expected)) if came.starts_with("unknown field `") => match named(came) {
            Some(field) => format!("unknown field `{field}`, expected {expected}"),
            None => format!("an unknown field, expected {expected}"),
        },
        (_, Some(expected)) => format!("expected {expected}"),
        (_, None) => "a value of the wrong kind".to_owned(),
    };
    format!("{what} {place}")
}

/// Whether the text is one of the program's own, with nothing in it that came.
fn is_ours(text: &str) -> bool {
    text.starts_with("missing field `")
        || text.starts_with("duplicate field `")
        || NameError::ALL.iter().any(|error| error.to_string() == text)
}

fn named(text: &str) -> Option<&str> {
    let field = text.strip_prefix("unknown field `")?.strip_suffix('`')?;
    let is_name = field.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
    (field.len() <= FIELD_MAX && is_name).then_some(field)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

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
        malformed(&serde_json::from_str::<Asked>(json).unwrap_err())
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
