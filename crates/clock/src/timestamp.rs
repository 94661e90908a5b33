//! A point in time: UTC, whole milliseconds.

use std::{
    fmt,
    ops::{Add, Sub},
    str::FromStr,
};

use serde::{Deserialize, Serialize, de};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::Span;

const MILLIS_PER_SECOND: i64 = 1_000;

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Printed and read as RFC 3339 in UTC. The range is that of the years 0000 to 9999, which is what
/// both RFC 3339 and X.509 can say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// The first point in time that has a name: 0000-01-01T00:00:00Z.
    pub const FIRST: Self = Self::from_seconds(-62_167_219_200);
    /// The last point in time that has a name: 9999-12-31T23:59:59.999Z.
    pub const LAST: Self = Self(253_402_300_799_999);

    /// The point `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The point `seconds` seconds after the epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * MILLIS_PER_SECOND)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MILLIS_PER_SECOND)
    }

    /// The same point without its fraction of a second.
    ///
    /// X.509 counts in whole seconds and its bounds are inclusive (RFC 5280, section 4.1.2.5), so
    /// a time is truncated before it is compared with one of them.
    #[must_use]
    pub const fn truncated_to_second(self) -> Self {
        Self::from_seconds(self.seconds())
    }

    /// How long after `earlier` this is; negative if it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span::from_millis(self.0 - earlier.0)
    }

    fn to_date_time(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).ok()
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.millis()))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.millis()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_date_time() {
            Some(at) => {
                let (date, time) = (at.date(), at.time());
                write!(
                    f,
                    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                    date.year(),
                    u8::from(date.month()),
                    date.day(),
                    time.hour(),
                    time.minute(),
                    time.second()
                )?;
                match time.millisecond() {
                    0 => f.write_str("Z"),
                    millis => write!(f, ".{millis:03}Z"),
                }
            }
            None => write!(f, "{} ms after 1970", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// No point in time takes more characters, not even with the nine digits of a fraction that some
/// programs write and an offset.
const TEXT_MAX: usize = "2030-03-01T08:00:00.123456789+01:00".len();

/// Why a text is not a [`Timestamp`]; a text that is too long is cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a point in time; write it as 2030-03-01T08:00:00Z")]
pub struct ParseTimestampError {
    text: String,
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Reads RFC 3339 with an offset. A fraction finer than a millisecond is cut off, as are the
    /// seven digits that .NET writes. A leap second is none of our points in time, and neither is
    /// what an offset carries out of the years 0000 to 9999.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || {
            let text = text.chars().take(TEXT_MAX).collect();
            ParseTimestampError { text }
        };
        if text.len() > TEXT_MAX || text.get(17..19) == Some("60") {
            return Err(error());
        }
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| error())?;
        let millis = at.unix_timestamp_nanos().div_euclid(1_000_000);
        let at = i64::try_from(millis).map(Self).map_err(|_| error())?;
        if (Self::FIRST..=Self::LAST).contains(&at) { Ok(at) } else { Err(error()) }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, printed: &str) {
        assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), printed);
    }

    #[test]
    fn reads_and_prints_rfc_3339() {
        check("2030-03-01T08:00:00Z", "2030-03-01T08:00:00Z");
        check("2030-03-01T08:00:00.120Z", "2030-03-01T08:00:00.120Z");
        check("2030-03-01T09:00:00.1234567+01:00", "2030-03-01T08:00:00.123Z");
        check("2049-12-31T23:59:59.999Z", "2049-12-31T23:59:59.999Z");
        check("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn refuses_what_an_offset_carries_out_of_the_years_and_a_leap_second() {
        for text in [
            "9999-12-31T23:59:59-23:59",
            "9999-12-31T23:59:59.999-00:01",
            "0000-01-01T00:00:00+23:59",
            "2016-12-31T23:59:60Z",
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
        check("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z");
        check("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z");
        let long = format!("2030-03-01T08:00:00.{}Z", "0".repeat(100_000));
        assert!(long.parse::<Timestamp>().unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn refuses_a_local_time() {
        let error = "2030-03-01T08:00:00".parse::<Timestamp>().unwrap_err();
        assert!(error.to_string().contains("2030-03-01T08:00:00"));
    }

    #[test]
    fn truncates_downwards_on_both_sides_of_the_epoch() {
        assert_eq!(Timestamp::from_millis(1_999).truncated_to_second().millis(), 1_000);
        assert_eq!(Timestamp::from_millis(-1).truncated_to_second().millis(), -1_000);
    }

    #[test]
    fn survives_json() {
        let at = Timestamp::from_millis(1_898_582_400_120);
        let json = serde_json::to_string(&at).unwrap();
        assert_eq!(json, "\"2030-03-01T08:00:00.120Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), at);
    }
}
