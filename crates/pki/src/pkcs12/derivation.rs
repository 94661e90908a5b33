//! Keys from passwords: PBKDF2 for the portal's shape, and the older way of PKCS#12 itself.

use std::num::NonZeroU32;

use aws_lc_rs::{digest, hmac, pbkdf2};
use zeroize::Zeroizing;

/// What a derived value is for (RFC 7292, appendix B.3).
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Encryption = 1,
    InitialisationVector = 2,
    Mac = 3,
}

/// The digest of the MAC and of the older derivation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Digest {
    Sha1,
    Sha256,
}

impl Digest {
    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
        }
    }

    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
        }
    }

    pub(super) fn length(self) -> usize {
        self.algorithm().output_len()
    }
}

/// The key of the MAC over a file's content.
pub(super) fn mac_key(digest: Digest, password: &str, salt: &[u8], rounds: u32) -> hmac::Key {
    let key = pkcs12(digest, Purpose::Mac, password, salt, rounds, digest.length());
    hmac::Key::new(digest.hmac(), &key)
}

/// PBKDF2 with HMAC-SHA-256 over the password in UTF-8.
pub(super) fn pbkdf2_sha256(
    password: &str,
    salt: &[u8],
    rounds: NonZeroU32,
) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
    pbkdf2::derive(algorithm, rounds, salt, password.as_bytes(), &mut *key);
    key
}

/// RFC 7292, appendix B.2. The names of the variables are its own.
pub(super) fn pkcs12(
    digest: Digest,
    purpose: Purpose,
    password: &str,
    salt: &[u8],
    rounds: u32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let v = digest.algorithm().block_len();
    let d = vec![purpose as u8; v];
    let mut i = Zeroizing::new(fill_blocks(salt, v));
    i.extend_from_slice(&Zeroizing::new(fill_blocks(&bmp(password), v)));
    let mut derived = Zeroizing::new(Vec::with_capacity(length + digest.length()));
    while derived.len() < length {
        let mut a = digest::digest(digest.algorithm(), &Zeroizing::new([&d[..], &i].concat()));
        for _ in 1..rounds {
            a = digest::digest(digest.algorithm(), a.as_ref());
        }
        derived.extend_from_slice(a.as_ref());
        let b: Vec<u8> = a.as_ref().iter().copied().cycle().take(v).collect();
        for block in i.chunks_exact_mut(v) {
            add_one_and(block, &b);
        }
    }
    derived.truncate(length);
    derived
}

/// `block + b + 1`, modulo the size of a block.
fn add_one_and(block: &mut [u8], b: &[u8]) {
    let mut carry = 1_u16;
    for (octet, addend) in block.iter_mut().zip(b).rev() {
        let sum = u16::from(*octet) + u16::from(*addend) + carry;
        let [high, low] = sum.to_be_bytes();
        *octet = low;
        carry = u16::from(high);
    }
}

/// `octets` over and over, to whole blocks; nothing stays nothing.
fn fill_blocks(octets: &[u8], block: usize) -> Vec<u8> {
    let length = octets.len().div_ceil(block) * block;
    octets.iter().copied().cycle().take(length).collect()
}

/// Two octets a character and two zeros at the end (RFC 7292, appendix B.1).
fn bmp(password: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(purpose: Purpose, password: &str, salt: &str, rounds: u32, derived: &str) {
        let salt: Vec<u8> = (0..salt.len() / 2)
            .map(|i| u8::from_str_radix(&salt[2 * i..2 * i + 2], 16).unwrap())
            .collect();
        let found = pkcs12(Digest::Sha1, purpose, password, &salt, rounds, derived.len() / 2);
        let found: String = found.iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(found, derived);
    }

    /// The vectors that every implementation is checked with: "smeg" and "queeg".
    #[test]
    fn derives_as_others_do() {
        let key = "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3";
        check(Purpose::Encryption, "smeg", "0a58cf64530d823f", 1, key);
        check(Purpose::InitialisationVector, "smeg", "0a58cf64530d823f", 1, "79993dfe048d3b76");
        let mac = "5ec4c7a80df652294c3925b6489a7ab857c83476";
        check(Purpose::Mac, "queeg", "263216fcc2fab31c", 1000, mac);
        let key = "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4";
        check(Purpose::Encryption, "queeg", "05dec959acff72f7", 1000, key);
    }
}
