//! The three ways in which these messages write a point in time.
//!
//! A year has four digits. A point in time outside the years 0000 to 9999, which is where a clock
//! is that was set beyond all sense, is written as the nearest one inside: what comes of it is a
//! message of an absurd time, and not a text that is no time.

use clock::Timestamp;

/// `2030-03-01T08:00:00Z`: whole seconds, as .NET clients write a request's times.
#[must_use]
pub fn whole_seconds(at: Timestamp) -> String {
    writable(at).truncated_to_second().to_string()
}

/// `2030-03-01T08:00:00.500Z`: always three digits, as the STS writes a timestamp and a token.
#[must_use]
pub fn milliseconds(at: Timestamp) -> String {
    let at = writable(at);
    let whole = whole_seconds(at);
    let seconds = whole.trim_end_matches('Z');
    format!("{seconds}.{:03}Z", at.since(at.truncated_to_second()).millis())
}

/// `2030-03-01T08:00:00.5Z`, `2030-03-01T08:00:00Z`: no zero at the end, as the STS writes the
/// lifetime of a token.
#[must_use]
pub fn shortest(at: Timestamp) -> String {
    let text = milliseconds(at);
    let text = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    format!("{text}Z")
}

fn writable(at: Timestamp) -> Timestamp {
    at.clamp(Timestamp::FIRST, Timestamp::LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(millis: i64, seconds: &str, fixed: &str, short: &str) {
        let at = Timestamp::from_millis(millis);
        assert_eq!(
            (whole_seconds(at), milliseconds(at), shortest(at)),
            (seconds.to_owned(), fixed.to_owned(), short.to_owned())
        );
    }

    #[test]
    fn writes_as_the_parties_do() {
        check(0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00Z");
        check(530, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.530Z", "1970-01-01T00:00:00.53Z");
        check(
            10_408,
            "1970-01-01T00:00:10Z",
            "1970-01-01T00:00:10.408Z",
            "1970-01-01T00:00:10.408Z",
        );
    }

    #[test]
    fn a_year_has_four_digits() {
        let first = "0000-01-01T00:00:00Z";
        for at in [i64::MIN, Timestamp::FIRST.millis() - 1, Timestamp::FIRST.millis()] {
            check(at, first, "0000-01-01T00:00:00.000Z", first);
        }
        let last = ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"];
        for at in [i64::MAX, Timestamp::LAST.millis() + 1, Timestamp::LAST.millis()] {
            check(at, last[0], last[1], last[1]);
        }
    }
}
