//! A stretch of time as a width, and where to mark it.

use std::fmt;

use clock::{Span, Timestamp};

/// The stretch of time that a timeline shows, from its left edge to its right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// How far from the left edge: in thousandths of a per cent, so that no rounding of floats shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Percent(i64);

/// From edge to edge.
pub(super) const WHOLE: Percent = Percent(100_000);

/// One mark of the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) at: Timestamp,
    /// How long it is from the start of the run.
    pub(super) after: String,
    /// The time of day, or the date where marks are days apart.
    pub(super) clock: String,
    /// The date, where it is another one than at the mark before; where marks are days apart, the
    /// time of day, once.
    pub(super) more: Option<String>,
}

impl Window {
    pub(super) const fn length(self) -> Span {
        self.to.since(self.from)
    }

    /// Where an instant lies; what is outside lies on the nearer edge.
    pub(super) fn place(self, at: Timestamp) -> Percent {
        let length = i128::from(self.length().millis().max(1));
        let thousandths = i128::from(at.since(self.from).millis()) * i128::from(WHOLE.0) / length;
        Percent(i64::try_from(thousandths.clamp(0, i128::from(WHOLE.0))).unwrap_or_default())
    }

    pub(super) fn has(self, at: Timestamp) -> bool {
        (self.from..=self.to).contains(&at)
    }

    /// Whether any of `[from, until)` is inside; until none, it does not end.
    pub(super) fn meets(self, from: Timestamp, until: Option<Timestamp>) -> bool {
        from <= self.to && until.is_none_or(|until| until > self.from)
    }

    /// Marks at even distances from `start`, the start of the run: at most nine.
    pub(super) fn ticks(self, start: Timestamp) -> Vec<Tick> {
        let step = step(self.length());
        let first = self.from.since(start).millis();
        let first = first.div_euclid(step) + i64::from(first.rem_euclid(step) > 0);
        let mut ticks = Vec::<Tick>::new();
        let mut seen = None;
        for index in 0.. {
            let at = start + Span::from_millis(step * (first + index));
            if at > self.to {
                break;
            }
            let (date, time) = (date(at), time_of_day(at));
            let (clock, more) = if step % DAY == 0 { (date, time) } else { (time, date) };
            let more = (seen.as_ref() != Some(&more)).then_some(more);
            seen = more.clone().or(seen);
            ticks.push(Tick { at, after: after(start, at), clock, more });
        }
        ticks
    }
}

impl Percent {
    pub(super) const fn minus(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }

    /// The same as a share of a width in pixels.
    pub(super) const fn of(self, pixels: i64) -> i64 {
        self.0 * pixels / WHOLE.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1_000, self.0 % 1_000);
        if rest == 0 { write!(f, "{whole}%") } else { write!(f, "{whole}.{rest:03}%") }
    }
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The distances between marks that people count in.
const STEPS: [i64; 33] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    30 * DAY,
    90 * DAY,
    180 * DAY,
];

/// The shortest distance that needs no more than eight steps; whole years where all are too short.
fn step(length: Span) -> i64 {
    let length = length.millis();
    let fits = STEPS.into_iter().find(|step| length <= step * 8);
    fits.unwrap_or_else(|| (length / (8 * 365 * DAY) + 1) * 365 * DAY)
}

/// `+1h`, `0`, or `-5m`.
pub(super) fn after(start: Timestamp, at: Timestamp) -> String {
    let after = at.since(start);
    match after.millis() {
        0 => "+0".to_owned(),
        millis if millis < 0 => format!("\u{2212}{}", -after),
        _ => format!("+{after}"),
    }
}

pub(super) fn date_and_time(at: Timestamp) -> String {
    format!("{} {}", date(at), time_of_day(at))
}

fn date(at: Timestamp) -> String {
    at.to_string().split_once('T').map(|(date, _)| date.to_owned()).unwrap_or_default()
}

/// With seconds only where there are any.
fn time_of_day(at: Timestamp) -> String {
    let text = at.to_string();
    let time = text.split_once('T').map_or("", |(_, time)| time).trim_end_matches('Z');
    time.strip_suffix(":00").unwrap_or(time).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_898_582_400);

    fn check(length: &str, expected: &[&str]) {
        let length: Span = length.parse().unwrap();
        let ticks = Window { from: START, to: START + length }.ticks(START);
        let words = ticks.into_iter().map(|tick| {
            let more = tick.more.map(|more| format!(" {more}")).unwrap_or_default();
            format!("{} {}{more}", tick.after, tick.clock)
        });
        assert_eq!(words.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn marks_are_where_people_look_for_them() {
        check(
            "4h",
            &[
                "+0 08:00 2030-03-01",
                "+30m 08:30",
                "+1h 09:00",
                "+1h30m 09:30",
                "+2h 10:00",
                "+2h30m 10:30",
                "+3h 11:00",
                "+3h30m 11:30",
                "+4h 12:00",
            ],
        );
        check(
            "28h",
            &[
                "+0 08:00 2030-03-01",
                "+6h 14:00",
                "+12h 20:00",
                "+18h 02:00 2030-03-02",
                "+1d 08:00",
            ],
        );
        check(
            "3ms",
            &["+0 08:00 2030-03-01", "+1ms 08:00:00.001", "+2ms 08:00:00.002", "+3ms 08:00:00.003"],
        );
    }

    #[test]
    fn marks_that_are_days_apart_have_dates() {
        check(
            "10d",
            &[
                "+0 2030-03-01 08:00",
                "+2d 2030-03-03",
                "+4d 2030-03-05",
                "+6d 2030-03-07",
                "+8d 2030-03-09",
                "+10d 2030-03-11",
            ],
        );
    }

    #[test]
    fn there_are_never_more_than_nine_marks() {
        for length in 0..40 {
            let length = Span::from_millis(1 << length);
            let ticks = Window { from: START, to: START + length }.ticks(START);
            assert!((1..=9).contains(&ticks.len()), "{length}: {}", ticks.len());
        }
    }

    #[test]
    fn a_place_is_between_the_edges() {
        let window = Window { from: START, to: START + Span::from_hours(3) };
        let check = |hours, place: &str| {
            assert_eq!(window.place(START + Span::from_hours(hours)).to_string(), place);
        };
        check(-1, "0%");
        check(0, "0%");
        check(1, "33.333%");
        check(3, "100%");
        check(4, "100%");
    }
}
