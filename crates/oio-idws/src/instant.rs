//! The three ways in which these messages write a point in time.

use clock::Timestamp;

/// `2030-03-01T08:00:00Z`: whole seconds, as .NET clients write a request's times.
#[must_use]
pub fn whole_seconds(at: Timestamp) -> String {
    at.truncated_to_second().to_string()
}

/// `2030-03-01T08:00:00.500Z`: always three digits, as the STS writes a timestamp and a token.
#[must_use]
pub fn milliseconds(at: Timestamp) -> String {
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
}
