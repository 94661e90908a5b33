//! RSA keys: to sign and verify, to encrypt and decrypt.
//!
//! The one module that speaks to `aws-lc-rs` about RSA. The library draws keys, PSS salts and OAEP
//! paddings itself and cannot be seeded, so nothing derived from them may reach a journal.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, OnceLock},
};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{
        KeyPair, KeySize as Size, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey,
        OaepPublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
    },
    signature::{
        KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RsaParameters,
    },
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    algorithm::SignatureAlgorithm,
    asn1::{self, Flaw, Reader},
    oids,
};

/// The sizes that keys are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeySize {
    /// 2048 bits: for what need not look like OCES3.
    Rsa2048,
    /// 3072 bits: every end entity of OCES3, and the issuing authority.
    Rsa3072,
    /// 4096 bits: the root of OCES3.
    Rsa4096,
}

impl KeySize {
    /// All of them, smallest first.
    pub const ALL: [Self; 3] = [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096];

    /// The length of the modulus in bits.
    #[must_use]
    pub const fn bits(self) -> usize {
        match self {
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
        }
    }
}

/// An RSA key pair. A clone is the same key.
#[derive(Clone)]
pub struct PrivateKey(Arc<KeyParts>);

struct KeyParts {
    signing: KeyPair,
    /// Parsed on first use: most keys only sign.
    decrypting: OnceLock<OaepPrivateDecryptingKey>,
    pkcs8: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

/// Why bytes are not an RSA key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a `PrivateKeyInfo` (PKCS#8) with a sound RSA key of at least 2048 bits.
    #[error("not an RSA private key in PKCS#8: {0}")]
    Private(String),
    /// Not a `SubjectPublicKeyInfo` that can be read.
    #[error("not a public key: {0}")]
    Public(String),
    /// A modulus whose length is out of bounds, in bits.
    #[error("an RSA key of {0} bits, where 2048 to 8192 are due")]
    Size(usize),
    /// A public key of another kind, by its object identifier.
    #[error("the public key is not an RSA key but of the kind {0}")]
    NotRsa(String),
}

/// The signature is not this key's over this message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit the message and the key")]
pub struct BadSignature;

/// The one answer to every failure to decrypt, so that none tells an attacker more than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot be decrypted")]
pub struct DecryptionFailed;

impl PrivateKey {
    /// Makes a key; about 0.1 s, 0.3 s or 0.8 s by size, very spread.
    ///
    /// # Panics
    ///
    /// If the machine has no randomness to give.
    #[must_use]
    pub fn generate(size: KeySize) -> Self {
        let size = match size {
            KeySize::Rsa2048 => Size::Rsa2048,
            KeySize::Rsa3072 => Size::Rsa3072,
            KeySize::Rsa4096 => Size::Rsa4096,
        };
        let signing = KeyPair::generate(size).expect("the machine gives randomness");
        let der: Pkcs8V1Der<'_> = signing.as_der().expect("a generated key can be written");
        let pkcs8 = Zeroizing::new(der.as_ref().to_vec());
        Self::new(signing, pkcs8).expect("a generated key is sound")
    }

    /// Reads a `PrivateKeyInfo` (PKCS#8, not encrypted).
    ///
    /// # Errors
    ///
    /// [`KeyError::Private`] if it is not a sound RSA key of 2048 to 8192 bits.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let signing = KeyPair::from_pkcs8(pkcs8)
            .map_err(|rejected| KeyError::Private(rejected.to_string()))?;
        Self::new(signing, Zeroizing::new(pkcs8.to_vec()))
    }

    fn new(signing: KeyPair, pkcs8: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let spki = spki(signing.public_key().as_ref());
        let public = PublicKey::from_spki(&spki)?;
        Ok(Self(Arc::new(KeyParts { signing, decrypting: OnceLock::new(), pkcs8, public })))
    }

    /// As a `PrivateKeyInfo` (PKCS#8, not encrypted). Secret: it is wiped when dropped.
    #[must_use]
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.0.pkcs8.clone()
    }

    /// As an `RSAPrivateKey` (RFC 8017, A.1.2), for who asks for one. Secret: it is wiped when dropped.
    ///
    /// # Panics
    ///
    /// Never: the key was read out of its `PrivateKeyInfo` before.
    #[must_use]
    pub fn pkcs1(&self) -> Zeroizing<Vec<u8>> {
        let inside = || {
            let mut info = Reader::of(&self.0.pkcs8, asn1::SEQUENCE)?;
            info.unsigned()?; // the version
            info.raw()?; // the algorithm
            info.content(asn1::OCTET_STRING)
        };
        Zeroizing::new(inside().expect("a sound PrivateKeyInfo holds a key").to_vec())
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.0.public
    }

    /// Signs `message`. PKCS#1 v1.5 gives the same bytes each time, PSS never does.
    ///
    /// # Panics
    ///
    /// If the machine has no randomness for the salt.
    #[must_use]
    pub fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.0.signing.public_modulus_len()];
        self.0
            .signing
            .sign(algorithm.signing(), &SystemRandom::new(), message, &mut signature)
            .expect("a key of 2048 bits or more takes every digest");
        signature
    }

    /// Decrypts what was encrypted with `rsa-oaep-mgf1p`: OAEP with SHA-1 and MGF1 with SHA-1.
    ///
    /// # Errors
    ///
    /// [`DecryptionFailed`], whatever the reason.
    pub fn decrypt_oaep(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptionFailed> {
        let key = self.0.decrypting.get_or_init(|| {
            PrivateDecryptingKey::from_pkcs8(&self.0.pkcs8)
                .and_then(|key| Ok(OaepPrivateDecryptingKey::new(key)?))
                .expect("a key that signs also decrypts")
        });
        let mut plaintext = Zeroizing::new(vec![0; key.min_output_size()]);
        let length = key
            .decrypt(&OAEP_SHA1_MGF1SHA1, ciphertext, &mut plaintext, None)
            .map_err(|_| DecryptionFailed)?
            .len();
        plaintext.truncate(length);
        Ok(plaintext)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(RSA {})", self.0.public.bits())
    }
}

/// An RSA public key. Two are equal when their `SubjectPublicKeyInfo` is, byte for byte.
#[derive(Clone)]
pub struct PublicKey(Arc<PublicParts>);

struct PublicParts {
    spki: Box<[u8]>,
    bits: usize,
    encrypting: OaepPublicEncryptingKey,
    /// Parsed once for each algorithm that is asked for; the last is for legacy SHA-1.
    verifying: [OnceLock<ParsedPublicKey>; SignatureAlgorithm::ALL.len() + 1],
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` with a key of the kind `rsaEncryption`.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotRsa`] for another kind, [`KeyError::Size`] for one that is too short or too
    /// long, [`KeyError::Public`] for what cannot be read.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let mut fields = Reader::of(der, asn1::SEQUENCE).map_err(KeyError::Public)?;
        let mut algorithm = fields.enter(asn1::SEQUENCE).map_err(KeyError::Public)?;
        let kind = algorithm.oid().map_err(KeyError::Public)?;
        if kind != oids::RSA_ENCRYPTION {
            return Err(KeyError::NotRsa(kind.to_string()));
        }
        let bits = modulus_bits(fields).map_err(KeyError::Public)?;
        if !(2048..=8192).contains(&bits) {
            return Err(KeyError::Size(bits));
        }
        let key = PublicEncryptingKey::from_der(der)
            .map_err(|_| KeyError::Public("not a sound RSA key".to_owned()))?;
        let encrypting = OaepPublicEncryptingKey::new(key)
            .map_err(|_| KeyError::Public("not a sound RSA key".to_owned()))?;
        let verifying = Default::default();
        Ok(Self(Arc::new(PublicParts { spki: der.into(), bits, encrypting, verifying })))
    }

    /// The `SubjectPublicKeyInfo`, DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.0.spki
    }

    /// The length of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.0.bits
    }

    /// Checks that `signature` is this key's over `message`.
    ///
    /// # Errors
    ///
    /// [`BadSignature`] if not.
    pub fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        self.verify_with(algorithm as usize, algorithm.verification(), message, signature)
    }

    /// Checks a PKCS#1 v1.5 signature over SHA-1, for a peer that still signs so (2018 and
    /// before). Nothing here can make such a signature.
    ///
    /// # Errors
    ///
    /// As [`Self::verify`].
    pub fn verify_legacy_sha1(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let parameters = &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY;
        self.verify_with(SignatureAlgorithm::ALL.len(), parameters, message, signature)
    }

    fn verify_with(
        &self,
        slot: usize,
        parameters: &'static RsaParameters,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let verifying = &self.0.verifying[slot];
        let key = match verifying.get() {
            Some(key) => key,
            None => {
                let key =
                    ParsedPublicKey::new(parameters, self.spki()).map_err(|_| BadSignature)?;
                verifying.get_or_init(|| key)
            }
        };
        key.verify_sig(message, signature).map_err(|_| BadSignature)
    }

    /// Encrypts a short secret with `rsa-oaep-mgf1p`: OAEP with SHA-1 and MGF1 with SHA-1.
    ///
    /// # Panics
    ///
    /// If `plaintext` is longer than the key takes: its octets less 42, so at least 214. What is
    /// encrypted here is a content key of at most 32.
    #[must_use]
    pub fn encrypt_oaep(&self, plaintext: &[u8]) -> Vec<u8> {
        let mut ciphertext = vec![0; self.0.encrypting.ciphertext_size()];
        self.0
            .encrypting
            .encrypt(&OAEP_SHA1_MGF1SHA1, plaintext, &mut ciphertext, None)
            .expect("a content key is short");
        ciphertext
    }

    /// The content of the BIT STRING: what a key identifier is the digest of.
    pub(crate) fn subject_public_key(&self) -> &[u8] {
        let read = || {
            let mut fields = Reader::of(self.spki(), asn1::SEQUENCE)?;
            fields.raw()?;
            fields.bit_string()
        };
        read().expect("read once in `from_spki`")
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki() == other.spki()
    }
}

impl Eq for PublicKey {}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.spki().hash(state);
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey(RSA {})", self.bits())
    }
}

/// The length of the modulus in what follows the algorithm in a `SubjectPublicKeyInfo`.
fn modulus_bits(mut fields: Reader<'_>) -> Result<usize, Flaw> {
    let modulus = Reader::of(fields.bit_string()?, asn1::SEQUENCE)?.unsigned()?;
    fields.finish()?;
    let leading = modulus.first().map_or(0, |octet| octet.leading_zeros());
    Ok(modulus.len() * 8 - leading as usize)
}

/// The `SubjectPublicKeyInfo` of an `RSAPublicKey`: `rsaEncryption` with NULL, as measured.
fn spki(rsa_public_key: &[u8]) -> Vec<u8> {
    let algorithm = crate::algorithm::with_null(oids::RSA_ENCRYPTION);
    asn1::sequence([&algorithm, &asn1::bit_string(rsa_public_key)])
}
