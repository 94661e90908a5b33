//! A seal: what a party keeps for itself, hidden from whoever stores it.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, ser::Error};
use zeroize::Zeroizing;

use crate::{algorithm::SignatureAlgorithm, key::PrivateKey};

const NONCE_LEN: usize = 12;

/// Hides bytes so that only who has the same private key reads them again (AES-256-GCM).
///
/// For what a party must keep and nobody else may see, wherever its facts lie. The secrets come from
/// a signature that is never published: PKCS#1 v1.5 gives the same one each time. The nonce is made
/// of what is sealed, so that the same bytes are the same when they are sealed: that they are is all
/// that somebody else learns.
///
/// A signature takes a millisecond, and most seals are never put on anything: so the secrets are made when
/// they are first needed.
pub struct Seal {
    of: PrivateKey,
    purpose: String,
    secrets: OnceLock<Secrets>,
}

struct Secrets {
    key: LessSafeKey,
    nonces: hmac::Key,
}

impl Seal {
    /// The seal of `key` for one purpose; another purpose gives another seal.
    #[must_use]
    pub fn of(key: &PrivateKey, purpose: &str) -> Self {
        Self { of: key.clone(), purpose: purpose.to_owned(), secrets: OnceLock::new() }
    }

    fn secrets(&self) -> &Secrets {
        self.secrets.get_or_init(|| {
            let message = format!("skift seal: {}", self.purpose);
            let signature = self.of.sign(SignatureAlgorithm::Pkcs1Sha256, message.as_bytes());
            let signature = hmac::Key::new(hmac::HMAC_SHA256, &Zeroizing::new(signature));
            let derived = |name: &str| hmac::sign(&signature, name.as_bytes());
            let key = UnboundKey::new(&AES_256_GCM, derived("key").as_ref());
            Secrets {
                key: LessSafeKey::new(key.expect("a digest of 32 octets is a key")),
                nonces: hmac::Key::new(hmac::HMAC_SHA256, derived("nonces").as_ref()),
            }
        })
    }

    /// Seals `plaintext`.
    ///
    /// # Panics
    ///
    /// Never: what is sealed is shorter than GCM's limit.
    #[must_use]
    pub fn close(&self, plaintext: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&hmac::sign(&self.secrets().nonces, plaintext).as_ref()[..NONCE_LEN]);
        let mut sealed = plaintext.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.secrets()
            .key
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
        let length =
            self.secrets().key.open_in_place(nonce, Aad::empty(), &mut plaintext).ok()?.len();
        plaintext.truncate(length);
        Some(plaintext)
    }
}

impl PartialEq for Seal {
    fn eq(&self, other: &Self) -> bool {
        (self.of.public(), &self.purpose) == (other.of.public(), &other.purpose)
    }
}

impl Eq for Seal {}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(..)")
    }
}

/// Something that only its party may see: plain while the party holds it, and sealed as soon as it is
/// written down. `Debug` does not show it.
///
/// Two are equal when they would be written alike.
#[derive(Clone)]
pub struct Sealed<T>(State<T>);

#[derive(Clone)]
enum State<T> {
    Held { value: T, seal: Arc<Seal> },
    Written(String),
}

impl<T> Sealed<T> {
    /// `value`, to be written with `seal` on it.
    #[must_use]
    pub const fn new(value: T, seal: Arc<Seal>) -> Self {
        Self(State::Held { value, seal })
    }
}

impl<T: DeserializeOwned> Sealed<T> {
    /// What it is; `None` if another seal is on it, or somebody changed it.
    #[must_use]
    pub fn open(self, seal: &Seal) -> Option<T> {
        match self.0 {
            State::Held { value, seal: own } => (*own == *seal).then_some(value),
            State::Written(text) => {
                let plaintext = seal.open(&BASE64.decode(text).ok()?)?;
                serde_json::from_slice(&plaintext).ok()
            }
        }
    }
}

impl<T: Serialize> Sealed<T> {
    fn written(&self) -> Result<String, serde_json::Error> {
        Ok(match &self.0 {
            State::Held { value, seal } => {
                let plaintext = Zeroizing::new(serde_json::to_vec(value)?);
                BASE64.encode(seal.close(&plaintext))
            }
            State::Written(text) => text.clone(),
        })
    }
}

impl<T: Serialize> PartialEq for Sealed<T> {
    fn eq(&self, other: &Self) -> bool {
        matches!((self.written(), other.written()), (Ok(one), Ok(other)) if one == other)
    }
}

impl<T: Serialize> Eq for Sealed<T> {}

impl<T: Serialize> Serialize for Sealed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written().map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(State::Written(text)))
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeySize;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_purpose_only() {
        let key = PrivateKey::generate(KeySize::Rsa2048);
        let sealed = Seal::of(&key, "courses").close(b"6101800049");
        let again = Seal::of(&key, "courses");
        assert_eq!(again.open(&sealed).unwrap().as_slice(), b"6101800049");
        assert_eq!(again.close(b"6101800049"), sealed);
        assert!(!sealed.windows(4).any(|window| window == b"6101"));
        assert!(Seal::of(&key, "others").open(&sealed).is_none());
        let other = PrivateKey::generate(KeySize::Rsa2048);
        assert!(Seal::of(&other, "courses").open(&sealed).is_none());
        let mut changed = sealed;
        *changed.last_mut().unwrap() ^= 1;
        assert!(again.open(&changed).is_none() && again.open(b"short").is_none());
    }

    /// A nonce that comes twice with one key would give away both texts (NIST SP 800-38D section 8).
    #[test]
    fn other_bytes_or_another_purpose_have_another_nonce() {
        let key = PrivateKey::generate(KeySize::Rsa2048);
        let nonce =
            |purpose, plaintext| Seal::of(&key, purpose).close(plaintext)[..NONCE_LEN].to_vec();
        let one = nonce("courses", b"6101800049");
        assert_ne!(nonce("courses", b"6101800050"), one);
        assert_ne!(nonce("others", b"6101800049"), one);
    }

    #[test]
    fn what_is_held_is_plain_and_what_is_written_is_sealed() {
        let key = PrivateKey::generate(KeySize::Rsa2048);
        let seal = || Arc::new(Seal::of(&key, "courses"));
        let held = Sealed::new("6101800049".to_owned(), seal());
        let written = serde_json::to_string(&held).unwrap();
        assert!(!format!("{held:?} {written}").contains("6101"));
        let read: Sealed<String> = serde_json::from_str(&written).unwrap();
        assert_eq!(read, held);
        assert_ne!(read, Sealed::new("6101800050".to_owned(), seal()));
        let others = Seal::of(&key, "others");
        assert_eq!(held.clone().open(&others), None);
        assert_eq!(read.clone().open(&others), None);
        assert_eq!(held.open(&seal()).as_deref(), Some("6101800049"));
        assert_eq!(read.open(&seal()).as_deref(), Some("6101800049"));
    }
}
