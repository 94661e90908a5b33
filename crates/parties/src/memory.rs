//! The requests that were answered, until their own timestamps refuse them.

use std::{collections::BTreeMap, fmt};

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What makes a message unique, in few octets and without what stands there: 122 bits of its SHA-256,
/// written as a UUID of version 8 (RFC 9562, section 5.8). Nobody finds a second message for one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageHash(Uuid);

impl MessageHash {
    /// The hash of an id or of a signature's value.
    #[must_use]
    pub fn of(unique: &[u8]) -> Self {
        let digest = Sha256::digest(unique);
        let (half, _) = digest.split_first_chunk().expect("a SHA-256 has 32 octets");
        Self(Uuid::new_v8(*half))
    }
}

impl fmt::Display for MessageHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What may not come again, by the key `K` that a service knows a request by. It is never longer
/// than twice the requests of one timestamp's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory<K> {
    until: BTreeMap<K, Timestamp>,
    /// With so many, all are looked through for those to forget: twice as many as were left the last
    /// time. So a request costs no more than to look at two, and none takes room a second time.
    full: usize,
}

/// With fewer than so many none is forgotten.
const FULL_MIN: usize = 64;

impl<K> Default for Memory<K> {
    fn default() -> Self {
        Self { until: BTreeMap::new(), full: FULL_MIN }
    }
}

impl<K: Ord> Memory<K> {
    /// Whether the request came before, and could still pass by its timestamp at `now`.
    #[must_use]
    pub fn holds(&self, key: &K, now: Timestamp) -> bool {
        self.until.get(key).is_some_and(|until| *until > now)
    }

    /// Remembers a request until `until`, and forgets what is too old at `at`.
    pub fn keep(&mut self, key: K, at: Timestamp, until: Timestamp) {
        if self.until.len() >= self.full {
            self.until.retain(|_, until| *until > at);
            self.full = FULL_MIN.max(2 * self.until.len());
        }
        self.until.insert(key, until);
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
    }

    #[test]
    fn holds_at_most_twice_the_requests_of_one_life() {
        let (mut memory, mut most) = (Memory::default(), 0);
        // One a second, each for 300 seconds.
        for second in 0..10_000 {
            memory.keep(second, t(second), t(second + 300));
            most = most.max(memory.until.len());
            let held = (0..=second).rev().take_while(|it| memory.holds(it, t(second))).count();
            assert_eq!(held, usize::try_from(second + 1).unwrap().min(300), "{second}");
        }
        assert!((300..=600).contains(&most), "{most}");
    }

    #[test]
    fn the_same_request_kept_twice_is_kept_once() {
        let mut memory = Memory::default();
        memory.keep(1, t(0), t(10));
        memory.keep(1, t(1), t(20));
        assert_eq!(memory.until.len(), 1);
        assert!(memory.holds(&1, t(15)));
    }
}
