//! Single words of a file: dates, lengths, texts, names, and those of closed lists.

use std::{collections::BTreeMap, str::FromStr};

use ::parties::Environment;
use clock::{Span, Timestamp};
use toml::{Value, value::Datetime};

use super::super::{
    file::{Spanned, Time, Word},
    mistake::{Found, Wrong},
    said,
};
use crate::plain::is_plain;

pub(super) fn environment(word: &Word) -> Result<Environment, Found> {
    one_of("environment", word, Environment::ALL, Environment::name)
}

/// A date of TOML's own, or the same as text.
pub(super) fn date(time: &Time) -> Result<Timestamp, Found> {
    let text = match time.get_ref() {
        Value::String(text) => text.clone(),
        Value::Datetime(date) => date.to_string(),
        other => {
            let found = other.type_str();
            let message =
                format!("an instant is written as +2h or as 2030-03-01T08:00:00Z, not as {found}");
            return Err(wrong(time, Wrong::Value(message)));
        }
    };
    let reading = text.parse::<Datetime>();
    if matches!(reading, Ok(Datetime { offset: None, .. })) {
        return Err(wrong(time, Wrong::Local(text)));
    }
    text.parse().map_err(|error| {
        let reason = reading.err().map(|it| it.to_string()).unwrap_or_default();
        said::impossible(&reason, &text)
            .map_or_else(|| value(time, &error), |impossible| wrong(time, impossible))
    })
}

pub(super) fn positive(key: &'static str, word: &Word) -> Result<Span, Found> {
    let span: Span = parsed(word)?;
    if span > Span::ZERO { Ok(span) } else { Err(wrong(word, Wrong::NotPositive { key, span })) }
}

pub(super) fn not_negative(key: &'static str, word: &Word) -> Result<Span, Found> {
    let span: Span = parsed(word)?;
    if span >= Span::ZERO { Ok(span) } else { Err(wrong(word, Wrong::Negative { key, span })) }
}

pub(super) fn filled(key: &'static str, word: &Word) -> Result<String, Found> {
    let text = word.get_ref().trim();
    if text.is_empty() { Err(wrong(word, Wrong::Empty(key))) } else { Ok(text.to_owned()) }
}

pub(super) fn not_longer(key: &'static str, word: &Word, limit: usize) -> Result<(), Found> {
    match word.get_ref().chars().count() {
        length if length > limit => {
            Err(wrong(word, Wrong::TooManyCharacters { key, length, limit }))
        }
        _ => Ok(()),
    }
}

/// Text that goes into a certificate or onto a terminal.
pub(super) fn one_line(key: &'static str, word: &Word) -> Result<String, Found> {
    let text = filled(key, word)?;
    if !text.chars().all(is_plain) {
        let message = format!("`{key}` takes one line of plain text");
        return Err(wrong(word, Wrong::Value(message)));
    }
    Ok(text)
}

/// The name of something that the file has made.
pub(super) fn key<K, V>(kind: &'static str, word: &Word, map: &BTreeMap<K, V>) -> Result<K, Found>
where
    K: FromStr + Ord + Clone + std::fmt::Display,
{
    let text = word.get_ref();
    match text.parse::<K>() {
        Ok(name) if map.contains_key(&name) => Ok(name),
        _ => {
            let known: Vec<String> = map.keys().map(ToString::to_string).collect();
            Err(wrong(word, Wrong::unknown(kind, text, known.iter().map(String::as_str))))
        }
    }
}

/// One of a closed list.
pub(in super::super) fn one_of<T: Copy, const N: usize>(
    kind: &'static str,
    word: &Word,
    all: [T; N],
    name: impl Fn(T) -> &'static str,
) -> Result<T, Found> {
    let text = word.get_ref();
    all.into_iter()
        .find(|one| name(*one) == text)
        .ok_or_else(|| wrong(word, Wrong::unknown(kind, text, all.into_iter().map(name))))
}

pub(in super::super) fn parsed<T: FromStr>(word: &Word) -> Result<T, Found>
where
    T::Err: std::fmt::Display,
{
    word.get_ref().parse().map_err(|error| value(word, &error))
}

pub(super) fn value<T>(said: &Spanned<T>, error: &impl std::fmt::Display) -> Found {
    wrong(said, Wrong::Value(error.to_string()))
}

pub(in super::super) fn wrong<T>(said: &Spanned<T>, wrong: Wrong) -> Found {
    Found { wrong, span: said.span() }
}
