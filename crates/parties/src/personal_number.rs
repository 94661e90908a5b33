//! Personal numbers (*personnumre*) in texts from outside: whether something that could be one stands
//! there.
//!
//! They are looked for by every party that repeats what it was told: whoever asks may have put one
//! into any field, and what was asked ends in journals.

use std::ops::Range;

/// The Danish custom adds 60 to the day of birth of a made-up number, so that it cannot be mistaken
/// for a real one (*erstatningspersonnummer*).
const SYNTHETIC: u8 = 60;

/// How somebody may write a personal number: which lengths each of its rows of digits may have, and
/// how many characters may stand between two of them. The year is written in two digits or in four.
const SHAPES: [(&[&[usize]], usize); 8] = [
    (&[&[10, 12]], 0),
    (&[&[6, 8], &[4]], 5),
    (&[&[6, 8], &[2], &[2]], 3),
    (&[&[4], &[2, 4], &[4]], 3),
    (&[&[4], &[4], &[2]], 3),
    (&[&[4], &[2, 4], &[2], &[2]], 3),
    (&[&[1, 2], &[1, 2], &[2, 4], &[4]], 3),
    (&[&[1, 2], &[1, 2], &[2, 4], &[2], &[2]], 3),
];

/// Whether something that could be a personal number, real or made up, stands in a text: a day, a
/// month and a year, and four digits more, with or without something between them.
///
/// Letters do not hide one, nor what is not seen. Only where its digits are part of a longer row of
/// digits, or of a time, a date or an address, are they something else.
#[must_use]
pub fn stands_in(text: &str) -> bool {
    let seen: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    let mut text = Text { rows: rows_of_digits(&seen), struck: Vec::new(), text: &seen };
    text.struck = text.strike();
    SHAPES.iter().any(|(lengths, gap)| {
        let starts = 0..(text.rows.len() + 1).saturating_sub(lengths.len());
        starts.into_iter().any(|at| {
            let parts = at..at + lengths.len();
            !text.struck[parts.clone()].contains(&true) && text.has_number(parts, lengths, *gap)
        })
    })
}

/// As [`stands_in`], but for a name that a machine makes, such as a UUID: there a row of digits
/// beside a letter that is a hexadecimal digit too is part of a number in that notation. Any other
/// letter hides nothing.
#[must_use]
pub fn stands_in_name(text: &str) -> bool {
    let is_hexadecimal = |word: &str| {
        word.chars().any(char::is_alphabetic) && word.chars().all(|c| c.is_ascii_hexdigit())
    };
    let mut shown = String::new();
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        shown.push_str(if is_hexadecimal(word) { "x" } else { word });
        shown.push_str(&part[word.len()..]);
    }
    stands_in(&shown)
}

/// The day of birth in the digits of a day and a month that a text begins with, as it is written: 60
/// more in a made-up number. `None` if they are no date.
#[must_use]
pub fn day_of_birth(digits: &str) -> Option<u8> {
    let part = |at: Range<usize>| digits.get(at)?.parse::<u8>().ok();
    let (day, month) = (part(0..2)?, part(2..4)?);
    let of_a_month = (1..=31).contains(&day) || (1..=31).contains(&day.wrapping_sub(SYNTHETIC));
    (of_a_month && (1..=12).contains(&month)).then_some(day)
}

/// Soft hyphens, and what has no width: joiners, signs of direction, and those that choose a variant.
const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

/// A hyphen or a dash, of whatever length, or a minus.
fn is_dash(joint: &str) -> bool {
    matches!(
        joint,
        "-" | "\u{2010}" | "\u{2011}" | "\u{2012}" | "\u{2013}" | "\u{2014}" | "\u{2212}"
    )
}

/// What stands between the parts of a date.
fn is_sign(joint: &str) -> bool {
    matches!(joint, "." | "/") || is_dash(joint)
}

/// A text with its rows of digits.
struct Text<'t> {
    text: &'t str,
    rows: Vec<Row>,
    /// Of each row, whether it is part of a time, a date with its year first, an address or a fraction.
    struck: Vec<bool>,
}

impl Text<'_> {
    fn strike(&self) -> Vec<bool> {
        let mut struck = vec![false; self.rows.len()];
        let mut at = 0;
        while at < self.rows.len() {
            let count = self.other_at(at);
            struck[at..at + count].fill(true);
            at += count.max(1);
        }
        struck
    }

    /// How many rows from here on are one of these; none if they are not.
    fn other_at(&self, at: usize) -> usize {
        let joint = |row: usize| self.joint(at + row);
        let within = |row: usize, least: u16, most: u16| self.is_within(at + row, least, most);
        let length = |row: usize| self.rows.get(at + row).map_or(0, |row| row.digits.len());
        let before = if at == 0 { "" } else { self.joint(at - 1) };
        let is_time = joint(0) == ":" && within(0, 0, 23) && within(1, 0, 59);
        if is_time && joint(1) == ":" && within(2, 0, 60) {
            return 3; // 08:10:05
        }
        // In `17:31.12.79-1234` something is counted, as `grep -n` counts lines.
        let is_counted = is_sign(joint(1)) && is_sign(joint(2));
        if is_time && before != ":" && joint(1) != ":" && length(1) == 2 && !is_counted {
            return 2; // 08:10
        }
        let is_date = is_sign(joint(0)) && joint(0) == joint(1);
        if is_date
            && within(0, 1900, 2099)
            && within(1, 1, 12)
            && within(2, 1, 31)
            && length(2) <= 2
        {
            return 3; // 2030-03-01
        }
        let is_octet = |row: usize| within(row, 0, 255) && !self.is_padded(at + row);
        let dots = (0..3).all(|row| joint(row) == ".") && before != ".";
        if dots && (0..4).all(is_octet) && joint(3) != "." && !is_dash(joint(3)) {
            return 4; // 10.1.2.10
        }
        let is_fraction = self.rows[at].digits == "0" && joint(0) == "." && length(1) > 6;
        if is_fraction { 2 } else { 0 } // 0.0101800049
    }

    /// Whether these rows have the shape of a number and begin with a date, and are not rather part
    /// of something else. In doubt they are a number.
    fn has_number(&self, parts: Range<usize>, lengths: &[&[usize]], gap: usize) -> bool {
        let rows = &self.rows[parts.clone()];
        let digits = || rows.iter().map(|row| format!("{:0>2}", row.digits)).collect::<String>();
        rows.iter().zip(lengths).all(|(row, allowed)| allowed.contains(&row.digits.len()))
            && (parts.start + 1..parts.end).all(|at| self.is_near(at, gap))
            && begins_with_a_birthday(&digits())
            && self.is_in_pairs_rightly(parts.clone())
            && !self.is_of_a_longer_list(&parts)
            && !self.ends_two_dates(&parts)
    }

    /// Whether a row is so near to the one before it that they can be parts of one number.
    fn is_near(&self, at: usize, gap: usize) -> bool {
        let joint = self.joint(at - 1);
        joint.chars().count() <= gap && !joint.chars().any(char::is_alphanumeric)
    }

    /// Whoever writes the last four digits in pairs puts a space between these, and a space before them,
    /// or a dash behind a date that has one sign throughout or is `01/03-30`: `24-12 25-12 26-12` are
    /// days. Or it is the same dash or slash everywhere: `01.03.30 08.10` is a time. With spaces
    /// everywhere the pairs are whole: `uge 8 9 10 11 12`.
    fn is_in_pairs_rightly(&self, parts: Range<usize>) -> bool {
        let rows = &self.rows[parts.clone()];
        let [first, .., last] = rows else { return true };
        if last.digits.len() != 2 || first.digits.len() >= 6 {
            return true;
        }
        let joints: Vec<_> = (parts.start..parts.end - 1).map(|at| self.joint(at)).collect();
        let is_space = |joint: &&str| joint.chars().all(char::is_whitespace);
        let has_sign = joints[0] == "/" || is_dash(joints[0]);
        let alike = has_sign && joints.iter().all(|it| *it == joints[0]);
        let spaces = joints.iter().rev().take_while(|it| is_space(it)).count();
        let in_whole = rows.iter().all(|row| row.digits.len() > 1);
        let (date, ends) = joints.split_at(joints.len() - 2);
        let is_date = match date {
            ["/", dash] if is_dash(dash) => true, // 1/1-80
            _ => date.windows(2).all(|two| two[0] == two[1]),
        };
        let behind_dash = is_date && is_dash(ends[0].trim());
        match spaces {
            all if all == joints.len() => in_whole,
            2.. => first.digits.len() < 4 || is_dash(joints[0].trim()),
            1 if behind_dash => in_whole,
            _ => alike,
        }
    }

    /// `20 10 12 34 28 11 22 33` and `1234 0101 8000 49`: before it or behind it a group as long as its
    /// own there, with nothing but spaces between; of a list that breaks within the number, on another
    /// line too.
    fn is_of_a_longer_list(&self, parts: &Range<usize>) -> bool {
        let rows = &self.rows[parts.clone()];
        let [first, .., last] = rows else { return false };
        let is_beside = |at: usize, row: &Row| {
            let other = self.rows.get(at).filter(|_| !self.struck[at]);
            other.is_some_and(|other| other.digits.len() == row.digits.len())
        };
        let is_broken = |at: usize| self.joint(at - 1).contains(['\n', '\r']);
        let breaks = (parts.start + 1..parts.end).any(is_broken);
        let is_spaced = |at: usize| {
            let is_space = self.is_near(at, 3) && self.joint(at - 1).trim().is_empty();
            is_space && (breaks || !is_broken(at))
        };
        let in_pairs = last.digits.len() == 2;
        let goes_on = in_pairs && is_beside(parts.end, last) && is_spaced(parts.end);
        let has_begun = first.digits.len() <= 4
            && parts.start > 0
            && is_beside(parts.start - 1, first)
            && is_spaced(parts.start)
            && (in_pairs || is_spaced(parts.start + 1));
        goes_on || has_begun
    }

    /// `12/10-11/12 2024`, `14.12.21 - 03.01.2022` and `12 34 56 07, 08.01.2030`: from the last row
    /// of a date or of something else in pairs on.
    fn ends_two_dates(&self, parts: &Range<usize>) -> bool {
        let is_signed = |at: usize| is_sign(self.joint(at));
        let at = parts.start;
        parts.len() == 4
            && at > 0
            && self.rows[at].digits.len() <= 2
            && self.rows[at - 1].digits.len() <= 2
            && (is_signed(at - 1) || self.joint(at - 1) == " ")
            && is_signed(at + 1)
            && self.joint(at) != self.joint(at + 1)
            && self.joint(at) != self.joint(at - 1)
            && self.is_within(at + 1, 1, 31)
            && self.is_within(at + 2, 1, 12)
            && self.is_within(at + 3, 1900, 2099)
    }

    /// Whether a row is a number in these bounds.
    fn is_within(&self, at: usize, least: u16, most: u16) -> bool {
        let value = self.rows.get(at).and_then(|row| row.digits.parse::<u16>().ok());
        value.is_some_and(|value| (least..=most).contains(&value))
    }

    fn is_padded(&self, at: usize) -> bool {
        self.rows[at].digits.len() > 1 && self.rows[at].digits.starts_with('0')
    }

    /// What stands between a row and the next one; nothing behind the last.
    fn joint(&self, at: usize) -> &str {
        let rows = self.rows.get(at).zip(self.rows.get(at + 1));
        rows.map_or("", |(row, next)| &self.text[row.end..next.start])
    }
}

/// Whether ten digits begin with a day and a month, or twelve with these and a year of a person.
fn begins_with_a_birthday(digits: &str) -> bool {
    day_of_birth(digits).is_some()
        && (digits.len() == 10 || matches!(&digits[4..6], "18" | "19" | "20"))
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
mod tests;
