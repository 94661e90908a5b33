//! When a node calls: single instants and intervals, reckoned with and never written out.

use clock::{Span, Timestamp};

use crate::plan::NEVER;

/// When a node calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calls {
    /// Each in order of time.
    once: Vec<Timestamp>,
    repeated: Vec<Repeated>,
}

/// Calls at `first`, and then after each `interval`, without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Repeated {
    first: Timestamp,
    interval: Span,
}

impl Calls {
    /// No call at all.
    #[must_use]
    pub const fn none() -> Self {
        Self { once: Vec::new(), repeated: Vec::new() }
    }

    /// A call at `first` and after each `interval` from then on, as long as the run lasts.
    ///
    /// # Panics
    ///
    /// If `interval` is not a time forwards.
    #[must_use]
    pub fn every(interval: Span, first: Timestamp) -> Self {
        Self::none().and_every(interval, first)
    }

    /// One more series of calls.
    ///
    /// # Panics
    ///
    /// If `interval` is not a time forwards.
    #[must_use]
    pub fn and_every(mut self, interval: Span, first: Timestamp) -> Self {
        assert!(interval > Span::ZERO, "calls repeat after some time");
        self.repeated.push(Repeated { first, interval });
        self
    }

    /// One more call.
    #[must_use]
    pub fn and_at(mut self, at: Timestamp) -> Self {
        let place = self.once.partition_point(|other| *other <= at);
        self.once.insert(place, at);
        self
    }

    /// The first call at `from` or later; [`NEVER`] if there is none.
    pub(crate) fn next(&self, from: Timestamp) -> Timestamp {
        let place = self.once.partition_point(|at| *at < from);
        let once = self.once.get(place).copied().unwrap_or(NEVER);
        self.repeated.iter().map(|calls| calls.next(from)).fold(once, Timestamp::min)
    }

    /// How many calls there are in `[from, until)`.
    pub(crate) fn count(&self, from: Timestamp, until: Timestamp) -> u64 {
        let before = |instant: Timestamp| {
            let once = self.once.partition_point(|at| *at < instant) as u64;
            self.repeated.iter().map(|calls| calls.count_before(instant)).sum::<u64>() + once
        };
        before(until).saturating_sub(before(from))
    }
}

impl Repeated {
    fn next(&self, from: Timestamp) -> Timestamp {
        let passed = i64::try_from(self.count_before(from)).unwrap_or(i64::MAX);
        self.first + self.interval * passed
    }

    /// How many calls there are before `instant`.
    fn count_before(&self, instant: Timestamp) -> u64 {
        let millis = instant.since(self.first).millis();
        let interval = self.interval.millis().unsigned_abs();
        if millis <= 0 { 0 } else { millis.unsigned_abs().div_ceil(interval) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn t(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn calls_are_found_and_counted_without_being_written_out() {
        let calls =
            Calls::every(Span::from_seconds(10), t(5)).and_at(t(20)).and_at(t(7)).and_at(t(20));
        let all = [5, 7, 15, 20, 20, 25, 35];
        for from in 0..30 {
            let next = all.iter().copied().find(|at| *at >= from).unwrap();
            assert_eq!(calls.next(t(from)), t(next), "{from}");
            for until in from..36 {
                let count = all.iter().filter(|at| (from..until).contains(*at)).count();
                assert_eq!(calls.count(t(from), t(until)), count as u64, "{from}..{until}");
            }
        }
    }

    #[test]
    fn nobody_calls() {
        assert_eq!(Calls::none().next(t(0)), NEVER);
        assert_eq!(Calls::none().count(t(0), t(9)), 0);
    }
}
