//! Randomness, handed in.
//!
//! A core never asks the machine for randomness: it is given an [`Entropy`]. Programs that serve
//! give [`Entropy::Os`]; a replayed scenario gives [`Entropy::Seeded`], one stream for each party
//! and purpose, so that a draw by one party never moves another's.
//!
//! Keys, PSS salts and OAEP paddings are beyond a seed: the cryptographic library draws them
//! itself. Nothing derived from them may therefore reach a journal or a report.

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use rand_core::Rng;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A source of random bytes.
#[derive(Debug, Clone)]
pub enum Entropy {
    /// The machine's own.
    Os,
    /// A stream that a seed decides; a clone continues on its own from the same place.
    Seeded(Box<ChaCha20Rng>),
}

impl Entropy {
    /// The stream that `seed` gives to `purpose` of `party`.
    #[must_use]
    pub fn seeded(seed: u64, party: &str, purpose: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_be_bytes());
        for word in [party, purpose] {
            hash.update((word.len() as u64).to_be_bytes());
            hash.update(word.as_bytes());
        }
        Self::Seeded(Box::new(ChaCha20Rng::from_seed(hash.finalize().into())))
    }

    /// Fills `bytes`.
    ///
    /// # Panics
    ///
    /// If the machine has no randomness to give: nothing secure can be done without it.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        match self {
            Self::Os => os(bytes),
            Self::Seeded(stream) => stream.fill_bytes(bytes),
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random UUID (RFC 9562, version 4).
    pub fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
fn os(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the machine gives randomness");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_each_party_and_purpose_its_own_stream() {
        let draw = |seed, party, purpose| Entropy::seeded(seed, party, purpose).bytes::<16>();
        assert_eq!(draw(1, "sts", "id"), draw(1, "sts", "id"));
        assert_ne!(draw(1, "sts", "id"), draw(2, "sts", "id"));
        assert_ne!(draw(1, "sts", "id"), draw(1, "smdb", "id"));
        assert_ne!(draw(1, "sts", "id"), draw(1, "sts", "serial"));
        assert_ne!(draw(1, "sts", "id"), draw(1, "st", "sid"));
    }

    #[test]
    fn a_stream_is_the_same_on_every_machine() {
        assert_eq!(
            Entropy::seeded(1, "sts", "message-id").uuid().to_string(),
            "d17a2cfc-3f71-45ae-9726-cba995f18825"
        );
    }

    #[test]
    fn the_machine_does_not_repeat_itself() {
        assert_ne!(Entropy::Os.bytes::<16>(), Entropy::Os.bytes::<16>());
    }
}
