//! What the TOML reader says of a file that it cannot read, in our words.

use std::ops::Range;

use super::mistake::{Found, Wrong};

/// The mistake in `text` that the reader gave up at.
pub(super) fn found(text: &str, error: &toml::de::Error) -> Found {
    let message = error.message();
    let span = error.span().unwrap_or_else(|| deepest(text));
    let marked = text.get(span.clone()).unwrap_or_default();
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message == "duplicate key"
        && let Some(single) = single(text, marked)
    {
        return single;
    }
    let wrong = match quoted.next() {
        Some(name) if message.starts_with("unknown field") => Wrong::unknown("key", name, quoted),
        Some(name) if message.starts_with("unknown variant") => {
            Wrong::unknown("party or verb", name, quoted)
        }
        Some(name) if message.starts_with("missing field") => Wrong::Missing(name.to_owned()),
        _ if message.starts_with("wanted exactly 1 element") => Wrong::NotOneAction,
        _ if message.starts_with("invalid type: unit variant") => Wrong::NotOneAction,
        _ if message == "duplicate key" => Wrong::TwiceKey(marked.to_owned()),
        _ if message.contains("recursion limit") || message.contains("recursion depth") => {
            Wrong::TooDeep
        }
        _ => impossible(message, marked)
            .or_else(|| misplaced(message, marked))
            .unwrap_or_else(|| Wrong::Syntax(message.to_owned())),
    };
    Found { wrong, span }
}

/// The table `[name]` of a file that has others of the same name, which belong in a list.
fn single(text: &str, name: &str) -> Option<Found> {
    if !matches!(name, "at" | "every") {
        return None;
    }
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let begin = end + line.len() - line.trim_start().len();
        end += line.len();
        let header = line.split('#').next().unwrap_or_default().trim();
        if header == format!("[{name}]") {
            let wrong =
                format!("`[{name}]` begins a single table; each of several begins as `[[{name}]]`");
            return Some(Found { wrong: Wrong::Syntax(wrong), span: begin..begin + header.len() });
        }
    }
    None
}

/// A date or an hour that does not exist, said of `text`.
pub(super) fn impossible(message: &str, text: &str) -> Option<Wrong> {
    let (_, expected) = message.split_once(", expected ")?;
    if !expected.contains(" between ") {
        return None;
    }
    Some(Wrong::Impossible { text: text.to_owned(), expected: expected.to_owned() })
}

/// A value of the wrong type, written as `marked`.
fn misplaced(message: &str, marked: &str) -> Option<Wrong> {
    let (got, expected) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))?
        .split_once(", expected ")?;
    let expected =
        TYPES.iter().find(|(theirs, _)| *theirs == expected).map_or(expected, |(_, ours)| ours);
    let got = match got.split_whitespace().next()? {
        "string" => "a text".to_owned(),
        "integer" | "floating" => format!("the number {}", got.split('`').nth(1)?),
        "boolean" => format!("`{}`", got.split('`').nth(1)?),
        "sequence" => "a list".to_owned(),
        // A date is a table to the reader; and of [[…]], which begins one of a list, it looks at
        // the one.
        "map" if marked.starts_with(|c: char| c.is_ascii_digit()) => "a date".to_owned(),
        "map" if marked.starts_with("[[") => ONE_OF_A_LIST.to_owned(),
        "map" => "a table".to_owned(),
        _ => return None,
    };
    Some(Wrong::Syntax(format!("{expected} is expected here, not {got}")))
}

/// What [[…]] begins.
pub(super) const ONE_OF_A_LIST: &str = "one of a list, as [[…]] begins it";

/// Types as the reader names them, and as people do.
const TYPES: [(&str, &str); 7] = [
    ("i64", "a whole number"),
    ("u64", "a whole number that is not negative"),
    ("u8", "a step (1, 2 or 3)"),
    ("a string", "a text in quotes"),
    ("a boolean", "true or false"),
    ("a sequence", "a list"),
    ("a map", "a table"),
];

/// Where the text is most likely too deep: its line with the most dots. Of a key with very many
/// parts the reader does not say where it stands.
fn deepest(text: &str) -> Range<usize> {
    let lines = text.split('\n').scan(0, |begin, line| {
        let span = *begin..*begin + line.len();
        *begin = span.end + 1;
        Some((line.matches('.').count(), span))
    });
    lines.max_by_key(|(dots, _)| *dots).map_or(0..0, |(_, span)| span)
}
