//! Personal numbers (*personnumre*): only such as belong to nobody, and never in a log.

use std::fmt;

use serde::{Deserialize, Serialize};
use xml_security::xml::shown;

/// The Danish custom adds 60 to the day of birth of a made-up number, so that it cannot be mistaken
/// for a real one (*erstatningspersonnummer*).
const SYNTHETIC: u8 = 60;
/// What each digit counts in the check of modulus 11.
const WEIGHTS: [u32; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/// A made-up personal number (*personnummer*): ten digits, day of birth plus 60. `Debug` hides it,
/// and it has no `Display`. It is serialised only inside what is sealed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cpr(String);

/// Why a text is not a personal number that SMDB takes. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CprError {
    /// Not ten digits that begin with a date.
    #[error("not ten digits that begin with a date")]
    Form,
    /// It could belong to somebody.
    #[error("not a made-up number: the day of birth plus 60")]
    LooksReal,
}

impl Cpr {
    /// Reads ten digits.
    ///
    /// # Errors
    ///
    /// If it is not of that form, or could belong to somebody.
    pub fn parse(text: &str) -> Result<Self, CprError> {
        if text.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CprError::Form);
        }
        match born(&text[..4]) {
            None => Err(CprError::Form),
            Some(day) if day <= 31 => Err(CprError::LooksReal),
            Some(_) => Ok(Self(text.to_owned())),
        }
    }

    /// The ten digits, for a message.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether the last digit checks the others by modulus 11. Real numbers without it are given out
    /// since 1 October 2007.
    #[must_use]
    pub fn checks(&self) -> bool {
        let digits = self.0.bytes().map(|byte| u32::from(byte - b'0'));
        digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum::<u32>().is_multiple_of(11)
    }
}

impl fmt::Debug for Cpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cpr(..)")
    }
}

impl TryFrom<String> for Cpr {
    type Error = CprError;

    fn try_from(text: String) -> Result<Self, CprError> {
        Self::parse(&text)
    }
}

impl From<Cpr> for String {
    fn from(cpr: Cpr) -> Self {
        cpr.0
    }
}

/// How somebody may write a personal number: which lengths each of its rows of digits may have, and
/// how many characters may stand between two of them. The year is written in two digits or in four.
const SHAPES: [(&[&[usize]], usize); 5] = [
    (&[&[10, 12]], 0),
    (&[&[6, 8], &[4]], 5),
    (&[&[6, 8], &[2], &[2]], 3),
    (&[&[4], &[2, 4], &[4]], 3),
    (&[&[1, 2], &[1, 2], &[2, 4], &[4]], 3),
];

/// Whether something that could be a personal number, real or made up, stands in a text: a day, a
/// month and a year, and four digits more, with or without something between them.
///
/// Letters do not hide one. Only where its digits are part of a longer row of digits are they
/// something else.
#[must_use]
pub fn stands_in(text: &str) -> bool {
    let rows = rows_of_digits(text);
    SHAPES.iter().any(|(lengths, gap)| in_parts(text, &rows, lengths, *gap))
}

/// Whether rows of these lengths follow one another, with at most `gap` characters between two of
/// them and no letter or digit among these, and begin with a date.
fn in_parts(text: &str, rows: &[Row], lengths: &[&[usize]], gap: usize) -> bool {
    (0..rows.len()).any(|at| {
        let Some(parts) = rows.get(at..at + lengths.len()) else { return false };
        let digits = || parts.iter().map(|row| format!("{:0>2}", row.digits)).collect::<String>();
        parts.iter().zip(lengths).all(|(row, allowed)| allowed.contains(&row.digits.len()))
            && parts.windows(2).all(|pair| are_near(text, pair, gap))
            && begins_with_a_birthday(&digits())
            && !ends_in_a_time(text, parts)
            && !ends_two_dates(text, &rows[..at], parts)
    })
}

/// Whether two rows are so near that they can be parts of one number.
fn are_near(text: &str, pair: &[Row], gap: usize) -> bool {
    let between = &text[pair[0].end..pair[1].start];
    between.chars().count() <= gap && !between.chars().any(char::is_alphanumeric)
}

/// Whether a date in one row stands before a time of day: `010330 08:10`.
fn ends_in_a_time(text: &str, parts: &[Row]) -> bool {
    let [_, hour, minute] = parts else { return false };
    minute.digits.len() == 2 && &text[hour.end..minute.start] == ":"
}

/// Whether these are the end of two dates and their year, as in `12/10-11/12 2024`: the first row is
/// the month of a day before it, and the last a year.
fn ends_two_dates(text: &str, before: &[Row], parts: &[Row]) -> bool {
    let ([.., day], [month, .., year]) = (before, parts) else { return false };
    let is_date = day.digits.len() <= 2
        && matches!(&text[day.end..month.start], "/" | ".")
        && born(&format!("{:0>2}{:0>2}", day.digits, month.digits)).is_some_and(|day| day <= 31);
    is_date && matches!(year.digits.as_bytes(), [b'1', b'9', ..] | [b'2', b'0', ..])
}

/// Whether ten digits begin with a day and a month, or twelve with these and a year of a person.
fn begins_with_a_birthday(digits: &str) -> bool {
    born(digits).is_some() && (digits.len() == 10 || matches!(&digits[4..6], "18" | "19" | "20"))
}

/// What may be repeated of a text from outside, to a caller and to an operator.
pub(crate) fn harmless(text: &str) -> String {
    if stands_in(text) { "(withheld)".to_owned() } else { shown(text) }
}

/// As [`stands_in`], but for a name that a machine makes, such as a UUID: there a row of digits
/// beside a letter that is a hexadecimal digit too is part of a number in that notation. Any other
/// letter hides nothing.
#[must_use]
pub fn stands_in_name(text: &str) -> bool {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    let hexadecimal = |part: &str| {
        part.chars().any(char::is_alphabetic) && part.chars().all(|c| c.is_ascii_hexdigit())
    };
    let shown: Vec<_> = parts.map(|part| if hexadecimal(part) { "x" } else { part }).collect();
    stands_in(&shown.join("-"))
}

struct Row {
    digits: String,
    start: usize,
    end: usize,
}

/// The rows of digits in a text, ASCII or full-width. Digits of other scripts are not looked for.
fn rows_of_digits(text: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (start, c) in text.char_indices() {
        let Some(digit) = digit(c) else { continue };
        let end = start + c.len_utf8();
        match rows.last_mut() {
            Some(row) if row.end == start => {
                row.digits.push(digit);
                row.end = end;
            }
            _ => rows.push(Row { digits: digit.to_string(), start, end }),
        }
    }
    rows
}

/// An ASCII digit, or a full-width one.
fn digit(c: char) -> Option<char> {
    let full_width = u32::from(c).checked_sub(0xFF10).and_then(|value| char::from_digit(value, 10));
    if c.is_ascii_digit() { Some(c) } else { full_width }
}

/// The day of birth in the four digits of day and month, as it is written; `None` if they are no date.
fn born(digits: &str) -> Option<u8> {
    let (day, month) = (digits[..2].parse::<u8>().ok()?, digits[2..4].parse::<u8>().ok()?);
    let of_a_month = (1..=31).contains(&day) || (1..=31).contains(&day.wrapping_sub(SYNTHETIC));
    (of_a_month && (1..=12).contains(&month)).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_made_up_numbers_only() {
        assert_eq!(Cpr::parse("6101800049").unwrap().reveal(), "6101800049");
        for real in ["0101800049", "3112990000", "3102000000"] {
            assert_eq!(Cpr::parse(real), Err(CprError::LooksReal));
        }
        for other in ["610180-0049", "６１０", "9901800049", "6113800049", "6001800049", ""] {
            assert_eq!(Cpr::parse(other), Err(CprError::Form), "{other}");
        }
    }

    #[test]
    fn knows_modulus_11() {
        for number in ["6101800049", "7405911048", "8811720039", "6309054006"] {
            assert!(Cpr::parse(number).unwrap().checks(), "{number}");
        }
        assert!(!Cpr::parse("6101800040").unwrap().checks());
    }

    #[test]
    fn does_not_show_itself() {
        assert_eq!(format!("{:?}", Cpr::parse("6101800049").unwrap()), "Cpr(..)");
    }

    #[test]
    fn finds_a_number_in_a_text() {
        for text in [
            "0101800049",
            "borger 010180-0049 er flyttet",
            "(010180 0049)",
            "010180 - 0049",
            "CPR0101800049x",
            "6101800049",
            "０１０１８０００４９",
            "01 01 80 0049",
            "01.01.80-0049",
            "den 61/01/80 - 0049",
            "010180  -  0049",
            "01011980-0049",
            "010119800049",
            "01-01-1980-0049",
            "01/01 1980 0049",
            "0101-1980-0049",
            "010180 00 49",
            "01011980 00 49",
            "0101-80-0049",
            "1/1-80 0049",
            "født 1.1.1980, 0049",
            "1/12 80 - 0049",
            "61/1-80 0049",
            "2/01.01.80-0049",
            "1.01.01.80-0049",
            "12/61-01-80-0049",
            "12/61-01-80-2049",
            "barn 2.61-01-80-0049",
            "01:01:80-0049",
            "01:01:80 0049",
        ] {
            assert!(stands_in(text), "{text}");
        }
        for text in [
            "",
            "sag 2030-0001",
            "01018000491",
            "4512345678",
            "010180 og 0049",
            "01 01 80 og 0049",
            "ring 12 34 56 78",
            "2030-03-01 0049",
            "01-03-2030",
            "010180      0049",
            "0113800049",
            "011319800049",
            "010117800049",
            "01013080-0049",
            "0101198000491",
            "203003010810",
            "CVR 90000001, sag 0049",
            "CVR 90000001-0049",
            "12345678 0049",
            "2030-03-0049",
            "sag 1-2-0049",
            "1/3-2030",
            "1/3 2030 - 4/5 2031",
            "12/10-11/12 2024",
            "1/10-3/12 2024",
            "010330 08:10",
            "01-03-2030 08:10",
            "01.03.2030 kl. 0810",
            "2030-03-01 12:10:05",
            "00000000-0000-4000-8000-000000000001",
        ] {
            assert!(!stands_in(text), "{text}");
        }
    }

    #[test]
    fn takes_a_uuid_for_a_name() {
        assert!(stands_in("7d8e0101800049ab"));
        assert!(!stands_in_name("7d8e0101800049ab"));
        assert!(!stands_in_name("7d8e0101-8000-4ab9-8000-0101800049ab"));
        for name in [
            "sag-010180-0049",
            "0101800049",
            "cpr0101800049",
            "borger010180-0049",
            "010180-0049x",
            "sag-1-1-1980-0049",
        ] {
            assert!(stands_in_name(name), "{name}");
        }
    }
}
