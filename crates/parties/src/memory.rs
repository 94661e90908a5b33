//! The requests that were answered, until their own timestamps refuse them.

use std::collections::{BTreeMap, BTreeSet};

use clock::Timestamp;

/// What may not come again, by the key `K` that a service knows a request by. It is never longer
/// than the requests of one timestamp's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory<K> {
    until: BTreeMap<K, Timestamp>,
    /// The same in the order in which they are forgotten, so that forgetting reads no others.
    order: BTreeSet<(Timestamp, K)>,
}

impl<K> Default for Memory<K> {
    fn default() -> Self {
        Self { until: BTreeMap::new(), order: BTreeSet::new() }
    }
}

impl<K: Ord + Clone> Memory<K> {
    /// Whether the request came before, and could still pass by its timestamp at `now`.
    #[must_use]
    pub fn holds(&self, key: &K, now: Timestamp) -> bool {
        self.until.get(key).is_some_and(|until| *until > now)
    }

    /// Remembers a request until `until`, and forgets what is too old at `at`.
    pub fn keep(&mut self, key: K, at: Timestamp, until: Timestamp) {
        while let Some((_, forgotten)) = self.order.first().filter(|(until, _)| *until <= at) {
            self.until.remove(forgotten);
            self.order.pop_first();
        }
        if let Some(before) = self.until.insert(key.clone(), until) {
            self.order.remove(&(before, key.clone()));
        }
        self.order.insert((until, key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn t(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn keeps_a_request_until_its_end_and_no_longer() {
        let mut memory = Memory::default();
        memory.keep(1, t(0), t(10));
        memory.keep(2, t(1), t(300));
        assert!(memory.holds(&1, t(9)) && !memory.holds(&1, t(10)));
        memory.keep(3, t(10), t(20));
        assert_eq!((memory.until.len(), memory.order.len()), (2, 2));
        memory.keep(4, t(300), t(400));
        assert_eq!(memory.until.keys().collect::<Vec<_>>(), [&4]);
    }

    #[test]
    fn the_same_request_kept_twice_is_kept_once() {
        let mut memory = Memory::default();
        memory.keep(1, t(0), t(10));
        memory.keep(1, t(1), t(20));
        assert_eq!((memory.until.len(), memory.order.len()), (1, 1));
        assert!(memory.holds(&1, t(15)));
    }
}
