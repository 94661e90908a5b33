//! A value that changes at known times.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A value that changes at known times: each entry holds from its instant until the next one's.
///
/// The one idea that everything rests on: provisioning, a rolling swap, expiry, revocation and a
/// signer's rollover are entries here, read with a `now`, and no background job exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timeline<T> {
    /// Ordered by instant, each instant at most once.
    entries: Vec<(Timestamp, T)>,
}

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Timeline<T> {
    /// A timeline on which nothing ever holds.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// A timeline on which `value` holds from `from` on.
    #[must_use]
    pub fn starting(from: Timestamp, value: T) -> Self {
        Self { entries: vec![(from, value)] }
    }

    /// Lets `value` hold from `from` on; what was planned for `from` or later is dropped.
    pub fn set(&mut self, from: Timestamp, value: T) {
        let kept = self.entries.partition_point(|(at, _)| *at < from);
        self.entries.truncate(kept);
        self.entries.push((from, value));
    }

    /// What holds at `now`; nothing before the first entry.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Option<&T> {
        let begun = self.entries.partition_point(|(at, _)| *at <= now);
        begun.checked_sub(1).map(|last| &self.entries[last].1)
    }

    /// The first instant after `now` at which an entry begins.
    #[must_use]
    pub fn next_change_after(&self, now: Timestamp) -> Option<Timestamp> {
        let begun = self.entries.partition_point(|(at, _)| *at <= now);
        self.entries.get(begun).map(|(at, _)| *at)
    }

    /// Every entry with the instant from which it holds, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = (Timestamp, &T)> {
        self.entries.iter().map(|(at, value)| (*at, value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn t(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn holds_from_an_entry_until_the_next() {
        let mut timeline = Timeline::starting(t(10), "old");
        timeline.set(t(20), "new");
        assert_eq!(timeline.at(t(9)), None);
        assert_eq!(timeline.at(t(10)), Some(&"old"));
        assert_eq!(timeline.at(Timestamp::from_millis(19_999)), Some(&"old"));
        assert_eq!(timeline.at(t(20)), Some(&"new"));
        assert_eq!(timeline.next_change_after(t(10)), Some(t(20)));
        assert_eq!(timeline.next_change_after(t(20)), None);
    }

    #[test]
    fn setting_drops_what_was_planned_for_later() {
        let mut timeline = Timeline::starting(t(10), "old");
        timeline.set(t(30), "planned");
        timeline.set(t(20), "replaced");
        assert_eq!(timeline.at(t(40)), Some(&"replaced"));
    }

    proptest! {
        /// `at` changes only where `next_change_after` says so, and never looks ahead.
        #[test]
        fn changes_only_where_it_says(
            entries in prop::collection::vec((0_i64..50, any::<u8>()), 0..8),
            from in 0_i64..60,
            to in 0_i64..60,
        ) {
            let mut timeline = Timeline::new();
            for (at, value) in entries {
                timeline.set(t(at), value);
            }
            let (from, to) = (t(from.min(to)), t(from.max(to)));
            let next = timeline.next_change_after(from);
            if next.is_none_or(|next| to < next) {
                prop_assert_eq!(timeline.at(from), timeline.at(to));
            }
        }
    }
}
