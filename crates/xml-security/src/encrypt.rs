//! XML Encryption as the STS uses it: a content key, wrapped with the recipient's RSA key.
//!
//! CBC has no integrity. Who may send ciphertexts and learns whether they decrypt can decrypt by
//! asking (Jager and Somorovsky, 2011), so there is one answer to every failure, and a caller must
//! give that same answer when what was decrypted is not the XML that it should be.

use aws_lc_rs::{
    aead::{self, AES_256_GCM, LessSafeKey, Nonce, UnboundKey},
    cipher::{
        AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
        UnboundCipherKey,
    },
    iv::FixedLength,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use entropy::Entropy;
use pki::{Certificate, DecryptionFailed, PrivateKey};
use zeroize::Zeroizing;

use crate::{
    Claimed, Element, Readable,
    c14n::{escape_attribute, escape_text},
    signature::base64,
    uris,
};

const KEY_LEN: usize = 32;
const BLOCK_LEN: usize = 16;
const NONCE_LEN: usize = 12;

/// How the content is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentEncryption {
    /// AES-256 in CBC mode, as NemLog-in does.
    Aes256Cbc,
    /// AES-256 in GCM mode.
    Aes256Gcm,
}

impl ContentEncryption {
    /// Its URI.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Aes256Cbc => uris::AES256_CBC,
            Self::Aes256Gcm => uris::AES256_GCM,
        }
    }
}

/// Encrypts `plaintext_xml` for `recipient`: an `xenc:EncryptedData` with the `wsu:Id` `id`, in the
/// layout of NemLog-in's STS, for an `EncryptedAssertion` to hold. The content key and the
/// initialisation vector come from `entropy`, the padding of the wrapped key from the machine.
#[must_use]
pub fn encrypt(
    plaintext_xml: &str,
    recipient: &Certificate,
    content: ContentEncryption,
    id: &str,
    entropy: &mut Entropy,
) -> String {
    let key = Zeroizing::new(entropy.bytes::<KEY_LEN>());
    let ciphertext = match content {
        ContentEncryption::Aes256Cbc => encrypt_cbc(plaintext_xml.as_bytes(), &key, entropy),
        ContentEncryption::Aes256Gcm => encrypt_gcm(plaintext_xml.as_bytes(), &key, entropy),
    };
    let wrapped = recipient.public_key().encrypt_oaep(key.as_slice());
    format!(
        "<xenc:EncryptedData Type=\"{element}\" wsu:Id=\"{id}\" xmlns:wsu=\"{wsu}\" \
         xmlns:xenc=\"{xenc}\"><xenc:EncryptionMethod Algorithm=\"{algorithm}\"/>\
         <KeyInfo xmlns=\"{ds}\"><e:EncryptedKey xmlns:e=\"{xenc}\">\
         <e:EncryptionMethod Algorithm=\"{oaep}\"><DigestMethod Algorithm=\"{sha1}\"/>\
         </e:EncryptionMethod><KeyInfo><o:SecurityTokenReference xmlns:o=\"{wsse}\"><X509Data>\
         <X509IssuerSerial><X509IssuerName>{issuer}</X509IssuerName>\
         <X509SerialNumber>{serial}</X509SerialNumber></X509IssuerSerial></X509Data>\
         </o:SecurityTokenReference></KeyInfo><e:CipherData><e:CipherValue>{wrapped}\
         </e:CipherValue></e:CipherData></e:EncryptedKey></KeyInfo><xenc:CipherData>\
         <xenc:CipherValue>{ciphertext}</xenc:CipherValue></xenc:CipherData>\
         </xenc:EncryptedData>",
        element = uris::ENCRYPTED_ELEMENT,
        id = escape_attribute(id),
        wsu = uris::WSU,
        xenc = uris::XENC,
        algorithm = content.uri(),
        ds = uris::DS,
        oaep = uris::RSA_OAEP_MGF1P,
        sha1 = uris::SHA1,
        wsse = uris::WSSE,
        issuer = escape_text(&recipient.issuer().dotnet()),
        serial = recipient.serial().to_decimal(),
        wrapped = BASE64_STANDARD.encode(wrapped),
        ciphertext = BASE64_STANDARD.encode(ciphertext),
    )
}

/// Decrypts `encrypted`, an `xenc:EncryptedData` or the `saml2:EncryptedAssertion` that holds one.
///
/// The content key is the `EncryptedKey` in its `KeyInfo`, or the one that a `RetrievalMethod` there
/// names, or the one beside it.
///
/// # Errors
///
/// [`DecryptionFailed`], whatever is wrong: the shape, the algorithms, the key, the padding. See the
/// module for what the caller owes.
pub fn decrypt<'d>(
    encrypted: impl Readable<'d>,
    key: &PrivateKey,
) -> Result<Zeroizing<Vec<u8>>, DecryptionFailed> {
    let parts = Parts::of(encrypted.view().element).ok_or(DecryptionFailed)?;
    let wrapped = key.decrypt_oaep(&parts.wrapped_key);
    // A key that cannot be unwrapped costs as much time as one that can.
    let (key, usable) = match wrapped.as_deref().map(|key| <[u8; KEY_LEN]>::try_from(&key[..])) {
        Ok(Ok(key)) => (Zeroizing::new(key), true),
        _ => (Zeroizing::new([0; KEY_LEN]), false),
    };
    let plaintext = match parts.content {
        ContentEncryption::Aes256Cbc => decrypt_cbc(parts.ciphertext, &key),
        ContentEncryption::Aes256Gcm => decrypt_gcm(parts.ciphertext, &key),
    };
    if usable { plaintext } else { Err(DecryptionFailed) }
}

/// The certificate that something is encrypted for, as it says itself: whoever encrypts may say what
/// they like, and nothing of it is needed to decrypt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// `ds:X509IssuerName`: who issued the certificate.
    pub issuer: String,
    /// `ds:X509SerialNumber`, in decimal.
    pub serial: String,
}

impl Recipient {
    /// The recipient that an `xenc:EncryptedData` names, if it names one by issuer and number.
    #[must_use]
    pub fn of<'d>(encrypted: impl Readable<'d>) -> Option<Claimed<Self>> {
        let key_info = encrypted_key(encrypted.view().element)?.child(uris::DS, "KeyInfo")?;
        let reference = key_info.child(uris::WSSE, "SecurityTokenReference").unwrap_or(key_info);
        let data = reference.child(uris::DS, "X509Data")?;
        let named = data.child(uris::DS, "X509IssuerSerial")?;
        let text = |name| Some(named.child(uris::DS, name)?.text().ok()?.trim().to_owned());
        let (issuer, serial) = (text("X509IssuerName")?, text("X509SerialNumber")?);
        Some(Claimed::new(Self { issuer, serial }))
    }
}

struct Parts {
    content: ContentEncryption,
    wrapped_key: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl Parts {
    fn of(encrypted: Element<'_>) -> Option<Self> {
        let data = if encrypted.is(uris::SAML, "EncryptedAssertion") {
            encrypted.only_child(uris::XENC, "EncryptedData").ok()?
        } else {
            encrypted
        };
        data.expect(uris::XENC, "EncryptedData").ok()?;
        let content = match algorithm(data)? {
            uris::AES256_CBC => ContentEncryption::Aes256Cbc,
            uris::AES256_GCM => ContentEncryption::Aes256Gcm,
            _ => return None,
        };
        let key = encrypted_key(data)?;
        if algorithm(key)? != uris::RSA_OAEP_MGF1P {
            return None;
        }
        let method = key.only_child(uris::XENC, "EncryptionMethod").ok()?;
        match method.optional_child(uris::DS, "DigestMethod").ok()? {
            // SHA-1 is the default (XML Encryption, section 5.4.2), and the only one pki unwraps.
            None => {}
            Some(digest) if digest.attribute("Algorithm") == Some(uris::SHA1) => {}
            Some(_) => return None,
        }
        Some(Self { content, wrapped_key: cipher_value(key)?, ciphertext: cipher_value(data)? })
    }
}

fn encrypted_key(data: Element<'_>) -> Option<Element<'_>> {
    let key_info = data.optional_child(uris::DS, "KeyInfo").ok()?;
    let inside = key_info.and_then(|key_info| key_info.child(uris::XENC, "EncryptedKey"));
    let named = || {
        let method = key_info?.child(uris::DS, "RetrievalMethod")?;
        data.by_id(method.attribute("URI")?.strip_prefix('#')?).ok()
    };
    let beside = || {
        let assertion =
            data.parent().filter(|parent| parent.is(uris::SAML, "EncryptedAssertion"))?;
        assertion.only_child(uris::XENC, "EncryptedKey").ok()
    };
    let key = inside.or_else(named).or_else(beside)?;
    key.is(uris::XENC, "EncryptedKey").then_some(key)
}

fn algorithm(encrypted: Element<'_>) -> Option<&str> {
    encrypted.only_child(uris::XENC, "EncryptionMethod").ok()?.attribute("Algorithm")
}

fn cipher_value(encrypted: Element<'_>) -> Option<Vec<u8>> {
    let data = encrypted.only_child(uris::XENC, "CipherData").ok()?;
    base64(data.only_child(uris::XENC, "CipherValue").ok()?).ok()
}

/// The initialisation vector, then the blocks.
fn encrypt_cbc(plaintext: &[u8], key: &[u8; KEY_LEN], entropy: &mut Entropy) -> Vec<u8> {
    // XML Encryption, section 5.2: the last octet of the padding is its length, the others are
    // arbitrary.
    let padding = BLOCK_LEN - plaintext.len() % BLOCK_LEN;
    let mut blocks = plaintext.to_vec();
    blocks.resize(plaintext.len() + padding, 0);
    entropy.fill(&mut blocks[plaintext.len()..]);
    *blocks.last_mut().expect("there is a padding") =
        u8::try_from(padding).expect("a padding is at most one block");

    let iv = entropy.bytes::<BLOCK_LEN>();
    let key = UnboundCipherKey::new(&AES_256, key).expect("an AES-256 key has 32 octets");
    EncryptingKey::cbc(key)
        .and_then(|key| {
            key.less_safe_encrypt(&mut blocks, EncryptionContext::Iv128(FixedLength::from(iv)))
        })
        .expect("whole blocks are encrypted");
    [&iv[..], &blocks].concat()
}

fn decrypt_cbc(
    mut ciphertext: Vec<u8>,
    key: &[u8; KEY_LEN],
) -> Result<Zeroizing<Vec<u8>>, DecryptionFailed> {
    let Some((iv, blocks)) = ciphertext.split_first_chunk_mut::<BLOCK_LEN>() else {
        return Err(DecryptionFailed);
    };
    if blocks.is_empty() || !blocks.len().is_multiple_of(BLOCK_LEN) {
        return Err(DecryptionFailed);
    }
    let context = DecryptionContext::Iv128(FixedLength::from(*iv));
    UnboundCipherKey::new(&AES_256, key)
        .and_then(DecryptingKey::cbc)
        .and_then(|key| key.decrypt(blocks, context).map(drop))
        .map_err(|_| DecryptionFailed)?;
    let mut plaintext = Zeroizing::new(ciphertext);
    let padding = usize::from(plaintext.last().copied().unwrap_or(0));
    if !(1..=BLOCK_LEN).contains(&padding) {
        return Err(DecryptionFailed);
    }
    let end = plaintext.len() - padding;
    plaintext.truncate(end);
    plaintext.drain(..BLOCK_LEN);
    Ok(plaintext)
}

/// The nonce, then the ciphertext, then the tag (XML Encryption 1.1, section 5.2.4).
fn encrypt_gcm(plaintext: &[u8], key: &[u8; KEY_LEN], entropy: &mut Entropy) -> Vec<u8> {
    let nonce = entropy.bytes::<NONCE_LEN>();
    let mut sealed = plaintext.to_vec();
    gcm(key)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            aead::Aad::empty(),
            &mut sealed,
        )
        .expect("a message is shorter than GCM's limit");
    [&nonce[..], &sealed].concat()
}

fn decrypt_gcm(
    mut ciphertext: Vec<u8>,
    key: &[u8; KEY_LEN],
) -> Result<Zeroizing<Vec<u8>>, DecryptionFailed> {
    let Some((nonce, sealed)) = ciphertext.split_first_chunk_mut::<NONCE_LEN>() else {
        return Err(DecryptionFailed);
    };
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let length = gcm(key)
        .open_in_place(nonce, aead::Aad::empty(), sealed)
        .map_err(|_| DecryptionFailed)?
        .len();
    let mut plaintext = Zeroizing::new(ciphertext);
    plaintext.truncate(NONCE_LEN + length);
    plaintext.drain(..NONCE_LEN);
    Ok(plaintext)
}

fn gcm(key: &[u8; KEY_LEN]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("an AES-256 key has 32 octets"))
}

#[cfg(test)]
mod tests;
