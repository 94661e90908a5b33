//! A day in the calendar.

use std::{fmt, str::FromStr};

use clock::{Span, Timestamp};
use serde::{Deserialize, Serialize};

const DAYS_PER_ERA: i64 = 146_097;
/// From 1 March of the year 0 to 1970-01-01.
const DAYS_BEFORE_EPOCH: i64 = 719_468;

/// A day in the Gregorian calendar, written `2030-03-01`. It begins at midnight UTC. What is further off than
/// [`YEAR_MAX`](Self::YEAR_MAX) is the nearest day that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: i16,
    month: u8,
    day: u8,
}

/// A text that is not a day of the calendar. The text itself is not kept: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day of the calendar, such as 2030-03-01")]
pub struct NotADate;

impl Date {
    /// The last year that there is; and as many before the year 0.
    pub const YEAR_MAX: i16 = 30_000;
    const LAST: Self = Self { year: Self::YEAR_MAX, month: 12, day: 31 };
    const FIRST: Self = Self { year: -Self::YEAR_MAX, month: 1, day: 1 };

    /// A day that is known when the program is written.
    ///
    /// # Panics
    ///
    /// If there is no such day.
    #[must_use]
    pub const fn new(year: i16, month: u8, day: u8) -> Self {
        assert!(is_day(year, month, day), "there is no such day");
        Self { year, month, day }
    }

    /// The day at `now`, in UTC.
    #[must_use]
    pub fn of(now: Timestamp) -> Self {
        Self::from_number(now.seconds().div_euclid(86_400))
    }

    /// Its first instant.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        Timestamp::EPOCH + Span::from_days(self.number())
    }

    /// The day so many days later; earlier, if negative.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_number(self.number() + days)
    }

    /// The last day of its month.
    #[must_use]
    pub const fn end_of_month(self) -> Self {
        Self { day: length_of_month(self.year, self.month), ..self }
    }

    /// The same day of the next month, or the last one of that month.
    #[must_use]
    pub fn a_month_later(self) -> Self {
        let (year, month) =
            if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) };
        Self { year, month, day: self.day.min(length_of_month(year, month)) }
    }

    /// Days since 1970-01-01: years begin in March, so that the leap day comes last.
    const fn number(self) -> i64 {
        let year = self.year as i64 - (self.month <= 2) as i64;
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month = (self.month as i64 + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + self.day as i64 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_EPOCH
    }

    fn from_number(number: i64) -> Self {
        let number = number.clamp(Self::FIRST.number(), Self::LAST.number()) + DAYS_BEFORE_EPOCH;
        let (era, day) = (number.div_euclid(DAYS_PER_ERA), number.rem_euclid(DAYS_PER_ERA));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let small = |number| u8::try_from(number).expect("months and days are small");
        let (this, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let year = era * 400 + year + next;
        Self {
            year: i16::try_from(year).expect("the day is none of those further off"),
            month: small(this),
            day: small(day - (153 * month + 2) / 5 + 1),
        }
    }
}

const fn length_of_month(year: i16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

const fn is_day(year: i16, month: u8, day: u8) -> bool {
    1 <= month && month <= 12 && 1 <= day && day <= length_of_month(year, month)
}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let digits = |text: &str, length| {
            let all = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
            all.then(|| text.parse::<u16>().ok()).flatten().ok_or(NotADate)
        };
        let mut parts = text.split('-');
        let mut part = |length| digits(parts.next().ok_or(NotADate)?, length);
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        if parts.next().is_some() {
            return Err(NotADate);
        }
        let small = |number: u16| u8::try_from(number).map_err(|_| NotADate);
        let year = i16::try_from(year).map_err(|_| NotADate)?;
        let (month, day) = (small(month)?, small(day)?);
        if is_day(year, month, day) { Ok(Self { year, month, day }) } else { Err(NotADate) }
    }
}

impl TryFrom<String> for Date {
    type Error = NotADate;

    fn try_from(text: String) -> Result<Self, NotADate> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn is_the_day_that_the_clock_says() {
        let mut now = "1999-12-31T23:59:59.999Z".parse::<Timestamp>().unwrap();
        assert_eq!(Date::of(now).to_string(), "1999-12-31");
        // Four hundred years and a bit, through every kind of leap year.
        for _ in 0..150_000 {
            let day = Date::of(now);
            assert!(now.to_string().starts_with(&day.to_string()), "{now}: {day}");
            assert_eq!(Date::of(day.begins()), day);
            now = now + Span::from_days(1);
        }
        assert_eq!(Date::of(Timestamp::from_millis(-1)).to_string(), "1969-12-31");
    }

    #[test]
    fn what_is_too_far_off_is_the_nearest_day() {
        for (seconds, nearest) in [(i64::MAX / 1_000, Date::LAST), (i64::MIN / 1_000, Date::FIRST)]
        {
            assert_eq!(Date::of(Timestamp::from_seconds(seconds)), nearest);
            assert_eq!(Date::of(nearest.begins()), nearest);
        }
        assert_eq!(Date::LAST.plus_days(1), Date::LAST);
    }

    #[test]
    fn reads_days_of_the_calendar_only() {
        assert_eq!(date("2028-02-29"), Date::new(2028, 2, 29));
        for text in
            ["", "2030-3-1", "2030-02-29", "2030-13-01", "2030-01-00", "2030-01-01Z", "+030-01-01"]
        {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
        assert_eq!("2030-01-01-01".parse::<Date>(), Err(NotADate));
    }

    #[test]
    fn months_have_their_lengths() {
        assert_eq!(date("2030-02-03").end_of_month(), date("2030-02-28"));
        assert_eq!(date("2030-01-31").a_month_later(), date("2030-02-28"));
        assert_eq!(date("2030-12-05").a_month_later(), date("2031-01-05"));
        assert_eq!(date("2030-12-31").plus_days(15), date("2031-01-15"));
    }
}
