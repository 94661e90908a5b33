//! Whether something that could be a personal number stands in a text from outside.

use xml_security::xml::shown;

use super::born;

/// How somebody may write a personal number: which lengths each of its rows of digits may have, and
/// how many characters may stand between two of them. The year is written in two digits or in four.
const SHAPES: [(&[&[usize]], usize); 7] = [
    (&[&[10, 12]], 0),
    (&[&[6, 8], &[4]], 5),
    (&[&[6, 8], &[2], &[2]], 3),
    (&[&[4], &[2, 4], &[4]], 3),
    (&[&[4], &[2, 4], &[2], &[2]], 3),
    (&[&[1, 2], &[1, 2], &[2, 4], &[4]], 3),
    (&[&[1, 2], &[1, 2], &[2, 4], &[2], &[2]], 3),
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
            && !Found { text, before: &rows[..at], parts }.is_something_else()
    })
}

/// Whether two rows are so near that they can be parts of one number.
fn are_near(text: &str, pair: &[Row], gap: usize) -> bool {
    let between = between(text, &pair[0], &pair[1]);
    between.chars().count() <= gap && !between.chars().any(char::is_alphanumeric)
}

/// Rows that have the shape of a personal number, and those before them.
struct Found<'f> {
    text: &'f str,
    before: &'f [Row],
    parts: &'f [Row],
}

impl Found<'_> {
    /// Whether what stands there is rather dates, times or an address. In doubt it is a number.
    fn is_something_else(&self) -> bool {
        match self.parts {
            [.., hour, minute] if minute.digits.len() == 2 => self.is_time(hour, minute),
            [first, second, third, last] if first.digits.len() <= 2 => {
                self.before.last().is_some_and(|row| {
                    let four = [first, second, third, last];
                    self.ends_two_dates(row, four)
                        || self.ends_a_time(row, four)
                        || self.is_address(row, four)
                })
            }
            _ => false,
        }
    }

    /// `010330 08:10`, and `01.03.2030 kl 08.10` without the word. Whoever writes a number in pairs
    /// puts nothing but a space there.
    fn is_time(&self, hour: &Row, minute: &Row) -> bool {
        let joint = self.between(hour, minute);
        if self.parts.len() == 3 { joint == ":" } else { !joint.chars().all(char::is_whitespace) }
    }

    /// `12/10-11/12 2024` and `14.12.21 - 03.01.2022`: behind a day, or a day with its month and year.
    fn ends_two_dates(&self, row: &Row, [first, second, third, last]: [&Row; 4]) -> bool {
        let begins_with_one = match self.before {
            [.., day, month] if self.is_dotted(row, first) => self.is_date(day, month),
            _ => false,
        };
        let is_year = matches!(last.digits.as_bytes(), [b'1', b'9', ..] | [b'2', b'0', ..]);
        let ends_one = self.is_date(second, third);
        is_year && ends_one && (self.is_date(row, first) || begins_with_one)
    }

    /// `2030-03-01T08:10:05+0100`, `Mar  1 08:10:05 2030`, and `08:10-11:12 2030`.
    fn ends_a_time(&self, row: &Row, [first, second, third, _]: [&Row; 4]) -> bool {
        let is_time = self.between(first, second) == ":"
            && self.between(second, third) == ":"
            && (at_most(first, 23) && at_most(second, 59) && at_most(third, 60))
            && matches!(self.between(row, first), "T" | " " | ":");
        is_time || self.between(row, first) == ":" && self.between(second, third) == ":"
    }

    /// `10.1.2.10:8080`
    fn is_address(&self, row: &Row, [first, second, third, port]: [&Row; 4]) -> bool {
        let dots = [(row, first), (first, second), (second, third)];
        dots.iter().all(|(one, other)| self.between(one, other) == ".")
            && self.between(third, port) == ":"
            && at_most(row, 255)
    }

    /// Whether two rows are a day and a month, as one writes them in a date.
    fn is_date(&self, day: &Row, month: &Row) -> bool {
        [day, month].iter().all(|row| row.digits.len() <= 2)
            && self.is_dotted(day, month)
            && born(&format!("{:0>2}{:0>2}", day.digits, month.digits)).is_some_and(|day| day <= 31)
    }

    fn is_dotted(&self, one: &Row, other: &Row) -> bool {
        matches!(self.between(one, other), "/" | ".")
    }

    fn between(&self, one: &Row, other: &Row) -> &str {
        between(self.text, one, other)
    }
}

fn between<'t>(text: &'t str, one: &Row, other: &Row) -> &'t str {
    &text[one.end..other.start]
}

fn at_most(row: &Row, limit: u16) -> bool {
    row.digits.parse::<u16>().is_ok_and(|value| value <= limit)
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

#[cfg(test)]
mod tests {
    use super::*;

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
            "2.010180-2049",
            "1/010180-1944",
            "2/050411/1985",
            "sag 4/07031998-1926",
            "2/010180 00 20",
            "12.040971 56 20",
            "2/0101-80-2049",
            "1.01.01.80-2049",
            "01 01 80 00 49",
            "01.01.80 00 49",
            "0101 80 00 49",
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
            "01.03.30 08.10",
            "2030-03-01 12:10:05",
            "2030-03-01T08:10:05+0100",
            "2030-03-01T08:10:05.1234Z",
            "Fri, 01 Mar 2030 08:10:05 +0100",
            "Fri Mar  1 08:10:05 2030",
            "Aug 30 09:06:28 [1897]",
            "09:06-11:06, 2026",
            "14.12.21 - 03.01.2022",
            "01.03.24-01.04.2024",
            "http://10.1.2.10:8080/smdb",
            "10.10.11.12:8443",
            "45 12 34 56 78",
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
