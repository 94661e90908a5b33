//! Stretches of time, and what comes of putting several nodes' side by side.

use clock::{Span, Timestamp};

/// A stretch of time `[from, until)`, never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it; none if the run ended before that.
    pub until: Option<Timestamp>,
}

impl Interval {
    /// `[from, until)`, if that holds anything.
    #[must_use]
    pub fn new(from: Timestamp, until: Timestamp) -> Option<Self> {
        (from < until).then_some(Self { from, until: Some(until) })
    }

    /// How long it lasts, or how much of it is seen until the run ends at `end`.
    #[must_use]
    pub fn length(&self, end: Timestamp) -> Span {
        let seen = self.until.map_or(end, |until| until.min(end));
        seen.since(self.from).max(Span::ZERO)
    }
}

/// The stretches in which at least `count` of the lists have one, each list in order and without
/// overlaps: with 1 their union, with all of them what they have in common.
pub(crate) fn at_least<'i>(
    count: usize,
    lists: impl Iterator<Item = &'i [Interval]>,
) -> Vec<Interval> {
    let mut edges: Vec<(Option<Timestamp>, bool)> = lists
        .flatten()
        .flat_map(|interval| [(Some(interval.from), true), (interval.until, false)])
        .filter(|(at, _)| at.is_some())
        .collect();
    // At one instant one list's stretch may end and another's begin: nothing lies between them.
    edges.sort_by_key(|(at, begins)| (*at, !begins));
    let (mut open, mut from, mut found) = (0, None, Vec::new());
    for (at, begins) in edges {
        let was_in = open >= count;
        if begins {
            open += 1
        } else {
            open -= 1
        }
        match (was_in, open >= count) {
            (false, true) => from = at,
            (true, false) => {
                found.extend(from.take().zip(at).and_then(|(from, at)| Interval::new(from, at)));
            }
            (true, true) | (false, false) => {}
        }
    }
    found.extend(from.map(|from| Interval { from, until: None }));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn t(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn check(count: usize, lists: &[&[(i64, Option<i64>)]], expected: &[(i64, Option<i64>)]) {
        let interval =
            |(from, until): &(i64, Option<i64>)| Interval { from: t(*from), until: until.map(t) };
        let lists: Vec<Vec<Interval>> =
            lists.iter().map(|list| list.iter().map(interval).collect()).collect();
        let found = at_least(count, lists.iter().map(Vec::as_slice));
        assert_eq!(found, expected.iter().map(interval).collect::<Vec<_>>());
    }

    #[test]
    fn union_and_intersection() {
        let (one, two): (&[_], &[_]) = (&[(0, Some(5)), (9, None)], &[(5, Some(7)), (8, Some(12))]);
        check(1, &[one, two], &[(0, Some(7)), (8, None)]);
        check(2, &[one, two], &[(9, Some(12))]);
        check(1, &[], &[]);
        check(2, &[one, &[]], &[]);
        check(2, &[one, &[(20, None)]], &[(20, None)]);
        check(2, &[&[(0, Some(5))], &[(5, Some(9))]], &[]);
    }
}
