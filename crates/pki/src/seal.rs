//! A seal: what a party keeps for itself, hidden from whoever stores it.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest,
};
use entropy::Entropy;
use zeroize::Zeroizing;

use crate::{algorithm::SignatureAlgorithm, key::PrivateKey};

const NONCE_LEN: usize = 12;

/// Hides bytes so that only who has the same private key reads them again (AES-256-GCM).
///
/// For what a party must keep and nobody else may see, wherever its facts lie. The secret comes from
/// a signature that is never published: PKCS#1 v1.5 gives the same one each time.
pub struct Seal(LessSafeKey);

impl Seal {
    /// The seal of `key` for one purpose; another purpose gives another seal.
    ///
    /// # Panics
    ///
    /// Never: a digest has the length of the key.
    #[must_use]
    pub fn of(key: &PrivateKey, purpose: &str) -> Self {
        let message = format!("skift seal: {purpose}");
        let signature = key.sign(SignatureAlgorithm::Pkcs1Sha256, message.as_bytes());
        let secret = digest::digest(&digest::SHA256, &Zeroizing::new(signature));
        let key = UnboundKey::new(&AES_256_GCM, secret.as_ref());
        Self(LessSafeKey::new(key.expect("a digest of 32 octets is a key")))
    }

    /// Seals `plaintext`, with a nonce from `entropy`.
    ///
    /// # Panics
    ///
    /// Never: what is sealed is shorter than GCM's limit.
    #[must_use]
    pub fn close(&self, plaintext: &[u8], entropy: &mut Entropy) -> Vec<u8> {
        let nonce = entropy.bytes::<NONCE_LEN>();
        let mut sealed = plaintext.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0
            .seal_in_place_append_tag(unique, Aad::empty(), &mut sealed)
            .expect("what is sealed is shorter than GCM's limit");
        [&nonce[..], &sealed].concat()
    }

    /// What was sealed; `None` if another key sealed it, or somebody changed it.
    #[must_use]
    pub fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut plaintext = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.0.open_in_place(nonce, Aad::empty(), &mut plaintext).ok()?.len();
        plaintext.truncate(length);
        Some(plaintext)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeySize;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_purpose_only() {
        let entropy = &mut Entropy::seeded(1, "pki", "seal");
        let key = PrivateKey::generate(KeySize::Rsa2048);
        let sealed = Seal::of(&key, "courses").close(b"6101800049", entropy);
        let again = Seal::of(&key, "courses");
        assert_eq!(again.open(&sealed).unwrap().as_slice(), b"6101800049");
        assert!(!sealed.windows(4).any(|window| window == b"6101"));
        assert!(Seal::of(&key, "others").open(&sealed).is_none());
        let other = PrivateKey::generate(KeySize::Rsa2048);
        assert!(Seal::of(&other, "courses").open(&sealed).is_none());
        let mut changed = sealed;
        *changed.last_mut().unwrap() ^= 1;
        assert!(again.open(&changed).is_none() && again.open(b"short").is_none());
    }
}
