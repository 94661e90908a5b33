//! A length of time, forwards or backwards.

use std::{
    fmt,
    ops::{Add, Mul, Neg, Sub},
    str::FromStr,
};

use serde::{Deserialize, Serialize, de};

/// A length of time in whole milliseconds; negative when it points backwards.
///
/// Read and printed as people write it: `8h`, `2h1s`, `-7m`, `1095d`, `250ms`. A day is 24 hours. Each
/// unit comes once, the longest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

const UNITS: [(&str, i64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// `millis` milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// `seconds` seconds.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1_000)
    }

    /// `minutes` minutes.
    #[must_use]
    pub const fn from_minutes(minutes: i64) -> Self {
        Self(minutes * 60_000)
    }

    /// `hours` hours.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours * 3_600_000)
    }

    /// `days` days of 24 hours.
    #[must_use]
    pub const fn from_days(days: i64) -> Self {
        Self(days * 86_400_000)
    }

    /// The length in milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whether it points backwards.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Span {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<i64> for Span {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, millis) in UNITS {
            let millis = millis.unsigned_abs();
            if rest >= millis {
                write!(f, "{}{unit}", rest / millis)?;
                rest %= millis;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The longest text that an error repeats, in characters.
const TEXT_MAX: usize = 40;

/// Why a text is not a [`Span`]; a text that is too long is cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseSpanError {
    /// It is not numbers with units.
    #[error("`{0}` is not a length of time; write it as 90s, 5m, 2h1s, 8h or 1095d")]
    Malformed(String),
    /// A unit comes twice, or after a shorter one: most likely a slip.
    #[error(
        "`{0}` is not a length of time: each unit comes once, the longest first, as in 1d2h30m"
    )]
    Disorder(String),
    /// More milliseconds than can be counted.
    #[error("`{0}` is longer than the years that can be counted")]
    TooLong(String),
}

impl FromStr for Span {
    type Err = ParseSpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|error| error(text.chars().take(TEXT_MAX).collect()))
    }
}

fn parse(text: &str) -> Result<Span, fn(String) -> ParseSpanError> {
    use ParseSpanError::{Disorder, Malformed, TooLong};

    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest.is_empty() {
        return Err(Malformed);
    }
    let mut total = 0_i64;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0);
        let (number, tail) = rest.split_at(digits.ok_or(Malformed as fn(_) -> _)?);
        let (unit, tail) =
            tail.split_at(tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len()));
        if !UNITS.iter().any(|(name, _)| *name == unit) {
            return Err(Malformed);
        }
        let (_, millis) = units.find(|(name, _)| *name == unit).ok_or(Disorder as fn(_) -> _)?;
        let part = number.parse::<i64>().ok().and_then(|number| number.checked_mul(*millis));
        total = part.and_then(|part| total.checked_add(part)).ok_or(TooLong as fn(_) -> _)?;
        rest = tail;
    }
    Ok(Span(sign * total))
}

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, millis: i64, printed: &str) {
        let span: Span = text.parse().unwrap();
        assert_eq!((span.millis(), span.to_string().as_str()), (millis, printed));
    }

    #[test]
    fn reads_and_prints_what_people_write() {
        check("8h", 28_800_000, "8h");
        check("+2h", 7_200_000, "2h");
        check("2h1s", 7_201_000, "2h1s");
        check("-7m", -420_000, "-7m");
        check("90s", 90_000, "1m30s");
        check("250ms", 250, "250ms");
        check("0s", 0, "0s");
        check("1095d", 94_608_000_000, "1095d");
    }

    #[test]
    fn refuses_what_has_no_unit_or_no_number() {
        for text in ["", "5", "h", "5 h", "5x", "+", "-", "h5", "1h1", "+-1h", "1H", "١h"] {
            let error = text.parse::<Span>().unwrap_err();
            assert_eq!(error, ParseSpanError::Malformed(text.to_owned()));
        }
    }

    #[test]
    fn refuses_units_out_of_order() {
        for text in ["1h1h", "1s1h", "+1d2h3h", "-5ms1m", "1m1m30s"] {
            let error = text.parse::<Span>().unwrap_err();
            assert_eq!(error, ParseSpanError::Disorder(text.to_owned()));
        }
    }

    #[test]
    fn refuses_what_cannot_be_counted() {
        for text in ["9223372036854775807d", "9223372036854775808ms", "106751991167d8h"] {
            let error = text.parse::<Span>().unwrap_err();
            assert_eq!(error, ParseSpanError::TooLong(text.to_owned()));
        }
        check("-9223372036854775807ms", -i64::MAX, "-106751991167d7h12m55s807ms");
        let long = "1".repeat(100_000) + "h";
        assert!(long.parse::<Span>().unwrap_err().to_string().len() < 200);
    }
}
