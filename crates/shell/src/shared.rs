//! A core that many ask at once.

use std::{
    collections::VecDeque,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Fact, UniqueKey};

/// How many of the last facts with a unique key are remembered here. A decision that was made before
/// all of them is made anew.
const RECENT_MAX: usize = 1_024;

/// One core behind a lock that is held for reading while it decides, which is long, and for writing
/// while it remembers, which is short.
///
/// Two decisions may be made at once, and neither knows of the other's facts. Only a unique key can
/// stand between them (a message that comes twice, a code that is used twice): where a fact has one
/// that was taken meanwhile, the decision is made anew, and then knows.
#[derive(Debug)]
pub struct Shared<C: Core>(RwLock<State<C>>);

#[derive(Debug)]
struct State<C> {
    core: C,
    /// How many facts were ever remembered.
    count: u64,
    /// The keys of the last of them, with the count at which each was remembered.
    recent: VecDeque<(u64, UniqueKey)>,
    /// The count up to which keys are not in `recent` any more.
    forgotten: u64,
}

impl<C: Core> Shared<C> {
    /// A core that nobody has asked yet.
    #[must_use]
    pub const fn new(core: C) -> Self {
        Self(RwLock::new(State { core, count: 0, recent: VecDeque::new(), forgotten: 0 }))
    }

    /// Looks at the core.
    pub fn look<T>(&self, at: impl FnOnce(&C) -> T) -> T {
        at(&self.read().core)
    }

    /// Tells it what was fetched for it.
    pub fn learn(&self, lesson: C::Lesson) {
        self.write().core.learn(lesson);
    }

    /// Lets it decide at `now`, and remember: both are done when this returns.
    pub fn decide(
        &self,
        request: &C::Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (C::Answer, Vec<C::Fact>) {
        let (seen, (answer, facts)) = {
            let state = self.read();
            (state.count, state.core.decide(request, now, entropy))
        };
        if facts.is_empty() {
            return (answer, facts);
        }
        let mut state = self.write();
        let (answer, facts) = if state.has_taken_since(seen, &facts) {
            state.core.decide(request, now, entropy)
        } else {
            (answer, facts)
        };
        facts.iter().for_each(|fact| state.remember(fact.clone()));
        (answer, facts)
    }

    fn read(&self) -> RwLockReadGuard<'_, State<C>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State<C>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Core> State<C> {
    /// Whether a key of these facts may have been taken after the first `seen` facts.
    fn has_taken_since(&self, seen: u64, facts: &[C::Fact]) -> bool {
        let mut keys = facts.iter().filter_map(Fact::unique_key);
        keys.any(|key| {
            let later = self.recent.iter().rev().take_while(|(at, _)| *at > seen);
            self.forgotten > seen || later.into_iter().any(|(_, taken)| *taken == key)
        })
    }

    fn remember(&mut self, fact: C::Fact) {
        self.count += 1;
        if let Some(key) = fact.unique_key() {
            self.recent.push_back((self.count, key));
        }
        if self.recent.len() > RECENT_MAX {
            self.forgotten = self.recent.pop_front().map_or(self.count, |(at, _)| at);
        }
        self.core.apply(fact);
    }
}
