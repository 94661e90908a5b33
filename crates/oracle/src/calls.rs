//! When a node calls: single instants and intervals, reckoned with and never written out.

use clock::{Span, Timestamp};

use crate::plan::NEVER;

/// When a node calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calls {
    /// Each in order of time.
    once: Vec<Once>,
    repeated: Vec<Repeated>,
    /// The turn of what is added from now on.
    turn: usize,
}

/// One call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Once {
    at: Timestamp,
    turn: usize,
}

/// Calls at `first`, and then after each `interval`, without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Repeated {
    first: Timestamp,
    interval: Span,
    turn: usize,
}

impl Calls {
    /// No call at all.
    #[must_use]
    pub const fn none() -> Self {
        Self { once: Vec::new(), repeated: Vec::new(), turn: 0 }
    }

    /// The same, and of calls at one instant those that are added from now on are made in this turn,
    /// beside those of other nodes: the least one first.
    #[must_use]
    pub fn in_turn(self, turn: usize) -> Self {
        Self { turn, ..self }
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
        self.repeated.push(Repeated { first, interval, turn: self.turn });
        self
    }

    /// One more call.
    #[must_use]
    pub fn and_at(mut self, at: Timestamp) -> Self {
        let place = self.once.partition_point(|other| other.at <= at);
        self.once.insert(place, Once { at, turn: self.turn });
        self
    }

    /// The first call at `from` or later; [`NEVER`] if there is none.
    pub(crate) fn next(&self, from: Timestamp) -> Timestamp {
        let place = self.once.partition_point(|once| once.at < from);
        let once = self.once.get(place).map_or(NEVER, |once| once.at);
        self.repeated.iter().map(|calls| calls.next(from)).fold(once, Timestamp::min)
    }

    /// The turns of the calls at this very instant, in no order.
    pub(crate) fn turns(&self, now: Timestamp) -> impl Iterator<Item = usize> {
        let first = self.once.partition_point(|once| once.at < now);
        let once = self.once[first..].iter().take_while(move |once| once.at == now);
        let repeated = self.repeated.iter().filter(move |calls| calls.next(now) == now);
        once.map(|once| once.turn).chain(repeated.map(|calls| calls.turn))
    }

    /// How many calls there are in `[from, until)`.
    pub(crate) fn count(&self, from: Timestamp, until: Timestamp) -> u64 {
        let before = |instant: Timestamp| {
            let once = self.once.partition_point(|once| once.at < instant) as u64;
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
    fn each_call_has_its_turn() {
        let calls = Calls::none().in_turn(3).and_at(t(5)).and_at(t(7)).in_turn(1).and_at(t(5));
        let calls = calls.in_turn(2).and_every(Span::from_seconds(10), t(5));
        let turns = |at| {
            let mut turns: Vec<_> = calls.turns(t(at)).collect();
            turns.sort_unstable();
            turns
        };
        assert_eq!([5, 6, 7, 15].map(turns), [vec![1, 2, 3], vec![], vec![3], vec![2]]);
    }

    #[test]
    fn nobody_calls() {
        assert_eq!(Calls::none().next(t(0)), NEVER);
        assert_eq!(Calls::none().count(t(0), t(9)), 0);
    }
}
