//! The requests that were answered with a token, until their own timestamps refuse them.

use std::collections::{BTreeMap, BTreeSet};

use clock::Timestamp;

use crate::ReplayKey;

/// What may not come again. It is never longer than the requests of one timestamp's life.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Memory {
    until: BTreeMap<ReplayKey, Timestamp>,
    /// The same in the order in which they are forgotten, so that forgetting reads no others.
    order: BTreeSet<(Timestamp, ReplayKey)>,
}

impl Memory {
    /// Whether the request was answered, and could still pass by its timestamp.
    pub(crate) fn holds(&self, key: &ReplayKey, now: Timestamp) -> bool {
        self.until.get(key).is_some_and(|until| *until > now)
    }

    /// Remembers a request until `until`, and forgets what is too old at `at`.
    pub(crate) fn keep(&mut self, key: ReplayKey, at: Timestamp, until: Timestamp) {
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

    fn key(name: u8) -> ReplayKey {
        ReplayKey::new(&[name])
    }

    const fn t(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn keeps_a_request_until_its_end_and_no_longer() {
        let mut memory = Memory::default();
        memory.keep(key(1), t(0), t(10));
        memory.keep(key(2), t(1), t(300));
        assert!(memory.holds(&key(1), t(9)) && !memory.holds(&key(1), t(10)));
        memory.keep(key(3), t(10), t(20));
        assert_eq!((memory.until.len(), memory.order.len()), (2, 2));
        memory.keep(key(4), t(300), t(400));
        assert_eq!(memory.until.keys().collect::<Vec<_>>(), [&key(4)]);
    }

    #[test]
    fn the_same_request_kept_twice_is_kept_once() {
        let mut memory = Memory::default();
        memory.keep(key(1), t(0), t(10));
        memory.keep(key(1), t(1), t(20));
        assert_eq!((memory.until.len(), memory.order.len()), (1, 1));
        assert!(memory.holds(&key(1), t(15)));
    }
}
