//! The four faces that every core has, and the facts it lives by.

use std::fmt;

use clock::Timestamp;
use entropy::Entropy;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A party as a value: no socket, no sleep, no clock inside.
///
/// 1. [`read`](Self::read) and [`write`](Self::write) are the wire, apart from the decision, so
///    that a decision can be made, counted and explored without a message.
/// 2. [`decide`](Self::decide) changes nothing; the facts it returns do, by
///    [`apply`](Self::apply). So a core can stand on a database, a snapshot or a clone.
/// 3. [`needs`](Self::needs) says what must be fetched before a decision, and
///    [`learn`](Self::learn) takes it in. A core fetches nothing.
/// 4. `Clone` and [`next_change`](Self::next_change) let a harness ask "what if" and jump to the
///    next instant at which an answer could differ.
pub trait Core: Clone {
    /// What it is asked.
    type Request;
    /// What it answers.
    type Answer;
    /// What it remembers.
    type Fact: Fact;
    /// What it must know first.
    type Need;
    /// What it is told of that.
    type Lesson;

    /// Makes sense of a message; what makes none becomes a request that will be refused.
    fn read(&self, bytes: &[u8]) -> Self::Request;

    /// The core as it was set up: as good as itself for [`read`](Self::read) and [`write`](Self::write), which
    /// hang on nothing that it remembers. What it remembers may be left out.
    fn set_up(&self) -> Self {
        self.clone()
    }

    /// Puts an answer in the words of the wire.
    fn write(&self, answer: &Self::Answer, entropy: &mut Entropy) -> Vec<u8>;

    /// What must be fetched before [`decide`](Self::decide) can answer at `now`.
    fn needs(&self, request: &Self::Request, now: Timestamp) -> Vec<Self::Need>;

    /// Takes in what was fetched.
    fn learn(&mut self, lesson: Self::Lesson);

    /// Answers at `now`, and says what is to be remembered. Changes nothing.
    fn decide(
        &self,
        request: &Self::Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Self::Answer, Vec<Self::Fact>);

    /// Remembers.
    fn apply(&mut self, fact: Self::Fact);

    /// The first instant after `now` at which an answer could differ by itself.
    fn next_change(&self, now: Timestamp) -> Option<Timestamp>;
}

/// Something that happened and is remembered; it can be kept, sent and applied anew.
pub trait Fact: Clone + Serialize + DeserializeOwned {
    /// The version of the form in which it is written.
    const VERSION: u16;

    /// A key that no other fact of the core may have, where one must hold: a serial, a one-time
    /// code, the id of a message that may come only once.
    fn unique_key(&self) -> Option<UniqueKey>;
}

/// A key that may occur once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UniqueKey {
    /// What kind of thing is unique.
    pub kind: String,
    /// Its value.
    pub value: String,
}

impl UniqueKey {
    /// A key of a kind.
    pub fn new(kind: &str, value: &dyn fmt::Display) -> Self {
        Self { kind: kind.to_owned(), value: value.to_string() }
    }
}

/// A fact with the version of its form, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded<F> {
    /// [`Fact::VERSION`] of the program that wrote it.
    version: u16,
    /// When it was applied.
    pub at: Timestamp,
    /// What happened, which [`into_fact`](Self::into_fact) gives to who can read it.
    fact: F,
}

/// A fact in the form of another version than this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the fact is written in version {found}, and this program reads version {known}: use the \
     program that wrote it"
)]
pub struct UnknownVersion {
    /// The version of the fact.
    pub found: u16,
    /// [`Fact::VERSION`] of this program.
    pub known: u16,
}

impl<F: Fact> Recorded<F> {
    /// A fact of this program's version.
    pub const fn new(at: Timestamp, fact: F) -> Self {
        Self { version: F::VERSION, at, fact }
    }

    /// The fact.
    ///
    /// # Errors
    ///
    /// If it is written in another version than this program's: what looks alike may mean something
    /// else.
    pub fn into_fact(self) -> Result<F, UnknownVersion> {
        let (found, known) = (self.version, F::VERSION);
        if found == known { Ok(self.fact) } else { Err(UnknownVersion { found, known }) }
    }
}

/// The earlier of two instants that may not exist.
#[must_use]
pub fn earliest(instants: impl IntoIterator<Item = Option<Timestamp>>) -> Option<Timestamp> {
    instants.into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    struct Happened;

    impl Fact for Happened {
        const VERSION: u16 = 2;

        fn unique_key(&self) -> Option<UniqueKey> {
            None
        }
    }

    #[test]
    fn a_fact_of_another_version_is_not_read() {
        let at: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let kept = serde_json::to_value(Recorded::new(at, Happened)).unwrap();
        for (found, expected) in [
            (1, Err(UnknownVersion { found: 1, known: 2 })),
            (2, Ok(Happened)),
            (3, Err(UnknownVersion { found: 3, known: 2 })),
        ] {
            let mut kept = kept.clone();
            kept["version"] = found.into();
            let recorded: Recorded<Happened> = serde_json::from_value(kept).unwrap();
            assert_eq!(recorded.into_fact(), expected);
        }
    }
}
