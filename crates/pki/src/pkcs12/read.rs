//! Opening the file, with bounds on what a hostile one can make us do.

use std::num::NonZeroU32;

use aws_lc_rs::{
    cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey},
    hmac,
    iv::FixedLength,
};
use cbc::cipher::{BlockDecryptMut as _, KeyIvInit as _, block_padding::Pkcs7};
use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::derivation::{Digest, Purpose, mac_key, pbkdf2_sha256, pkcs12};
use crate::{
    asn1::{self, Flaw, Reader},
    certificate::{Certificate, MalformedCertificate},
    key::{KeyError, PrivateKey},
    oids,
};

/// More rounds than a file asks for, its MAC and all its parts together. Each costs time, those of
/// the MAC before the password is known to be right.
const ROUNDS_MAX: u32 = 1_000_000;

/// More bags than any file has.
const BAGS_MAX: usize = 64;

/// What a file held.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The key.
    pub key: PrivateKey,
    /// The certificates in their order: in the portal's shape the leaf is first.
    pub certificates: Vec<Certificate>,
    /// The name of the key, if it has one.
    pub friendly_name: Option<String>,
}

/// Why a file cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not the structure of RFC 7292 in DER.
    #[error("not a PKCS#12 file: {0}")]
    Encoding(String),
    /// The MAC does not fit: another password, or a changed file.
    #[error("the password is wrong, or the file was changed")]
    WrongPassword,
    /// An algorithm, or a number of rounds, that is not spoken here.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// There is not exactly one key.
    #[error("{0} keys where one is due")]
    Keys(usize),
    /// The key is not a sound RSA key.
    #[error("unusable key: {0}")]
    Key(#[from] KeyError),
    /// A certificate cannot be read.
    #[error(transparent)]
    Certificate(#[from] MalformedCertificate),
}

impl From<Flaw> for OpenError {
    fn from(flaw: Flaw) -> Self {
        Self::Encoding(flaw)
    }
}

/// Opens a file with its password.
///
/// Speaks the encodings of [`super::portal`] and [`super::old_windows`], and MACs with SHA-1 or
/// SHA-256.
///
/// # Errors
///
/// [`OpenError`], for whatever bytes: this never panics.
pub fn open(file: &[u8], password: &str) -> Result<Opened, OpenError> {
    let mut pfx = Reader::of(file, asn1::SEQUENCE)?;
    match pfx.small()? {
        3 => {}
        other => return Err(OpenError::Unsupported(format!("version {other}"))),
    }
    let (kind, content) = read_content_info(&mut pfx)?;
    if kind != oids::PKCS7_DATA {
        return Err(OpenError::Unsupported(format!("integrity by {kind}")));
    }
    let safe = Reader::new(content)?.content(asn1::OCTET_STRING)?;
    let mut password = Password { text: password, rounds_left: ROUNDS_MAX };
    check_mac(&mut pfx, safe, &mut password)?;
    pfx.finish()?;

    read_safe(safe, &mut password)
}

/// A password, and how many rounds a file may still ask of it.
struct Password<'a> {
    text: &'a str,
    rounds_left: u32,
}

impl Password<'_> {
    /// Reads how many rounds the next derivation takes, if so many are left.
    fn read_rounds(&mut self, fields: &mut Reader<'_>) -> Result<NonZeroU32, OpenError> {
        let rounds = fields.small()?;
        match (NonZeroU32::new(rounds), self.rounds_left.checked_sub(rounds)) {
            (Some(rounds), Some(left)) => {
                self.rounds_left = left;
                Ok(rounds)
            }
            _ => Err(OpenError::Unsupported(format!("a number of {rounds} rounds"))),
        }
    }
}

/// Reads `AuthenticatedSafe`, what the MAC is over.
fn read_safe(safe: &[u8], password: &mut Password<'_>) -> Result<Opened, OpenError> {
    let mut bags = Bags::default();
    let mut contents = Reader::of(safe, asn1::SEQUENCE)?;
    while !contents.is_finished() {
        let (kind, content) = read_content_info(&mut contents)?;
        match kind {
            oids::PKCS7_DATA => {
                bags.read(Reader::new(content)?.content(asn1::OCTET_STRING)?, password)?;
            }
            oids::PKCS7_ENCRYPTED_DATA => {
                let mut data = Reader::of(content, asn1::SEQUENCE)?;
                data.small()?;
                let mut info = data.enter(asn1::SEQUENCE)?;
                info.oid()?;
                let algorithm = info.raw()?;
                let ciphertext = info.content(asn1::context(0))?;
                bags.read(&decrypt(algorithm, ciphertext, password)?, password)?;
            }
            other => return Err(OpenError::Unsupported(format!("content of the kind {other}"))),
        }
    }
    let count = bags.keys.len();
    let (key, friendly_name) =
        bags.keys.pop().filter(|_| count == 1).ok_or(OpenError::Keys(count))?;
    Ok(Opened { key, certificates: bags.certificates, friendly_name })
}

fn read_content_info<'a>(list: &mut Reader<'a>) -> Result<(ObjectIdentifier, &'a [u8]), Flaw> {
    let mut info = list.enter(asn1::SEQUENCE)?;
    let kind = info.oid()?;
    let content = info.content(asn1::context_constructed(0))?;
    info.finish()?;
    Ok((kind, content))
}

fn check_mac(
    pfx: &mut Reader<'_>,
    safe: &[u8],
    password: &mut Password<'_>,
) -> Result<(), OpenError> {
    let mut mac = pfx.enter(asn1::SEQUENCE)?;
    let mut info = mac.enter(asn1::SEQUENCE)?;
    let digest = match info.enter(asn1::SEQUENCE)?.oid()? {
        oids::SHA1 => Digest::Sha1,
        oids::SHA256 => Digest::Sha256,
        other => return Err(OpenError::Unsupported(format!("a MAC with {other}"))),
    };
    let expected = info.content(asn1::OCTET_STRING)?;
    let salt = mac.content(asn1::OCTET_STRING)?;
    let rounds = if mac.is_finished() { 1 } else { password.read_rounds(&mut mac)?.get() };
    let key = mac_key(digest, password.text, salt, rounds);
    hmac::verify(&key, safe, expected).map_err(|_| OpenError::WrongPassword)
}

#[derive(Default)]
struct Bags {
    keys: Vec<(PrivateKey, Option<String>)>,
    certificates: Vec<Certificate>,
}

impl Bags {
    /// Takes in `SafeContents`.
    fn read(&mut self, contents: &[u8], password: &mut Password<'_>) -> Result<(), OpenError> {
        let mut list = Reader::of(contents, asn1::SEQUENCE)?;
        while !list.is_finished() {
            if self.keys.len() + self.certificates.len() == BAGS_MAX {
                return Err(OpenError::Unsupported(format!("a file of more than {BAGS_MAX} bags")));
            }
            let mut bag = list.enter(asn1::SEQUENCE)?;
            let kind = bag.oid()?;
            let value = bag.content(asn1::context_constructed(0))?;
            let friendly_name = bag.optional(asn1::SET)?.map(read_friendly_name).transpose()?;
            let friendly_name = friendly_name.flatten();
            match kind {
                oids::CERT_BAG => {
                    let mut fields = Reader::of(value, asn1::SEQUENCE)?;
                    let kind = fields.oid()?;
                    if kind != oids::X509_CERTIFICATE {
                        return Err(OpenError::Unsupported(format!("a certificate of {kind}")));
                    }
                    let mut value = fields.enter(asn1::context_constructed(0))?;
                    let der = value.content(asn1::OCTET_STRING)?;
                    self.certificates.push(Certificate::from_der(der)?);
                }
                oids::SHROUDED_KEY_BAG => {
                    let mut fields = Reader::of(value, asn1::SEQUENCE)?;
                    let algorithm = fields.raw()?;
                    let shrouded = fields.content(asn1::OCTET_STRING)?;
                    let pkcs8 = decrypt(algorithm, shrouded, password)?;
                    self.keys.push((PrivateKey::from_pkcs8(&pkcs8)?, friendly_name));
                }
                oids::KEY_BAG => {
                    self.keys.push((PrivateKey::from_pkcs8(value)?, friendly_name));
                }
                other => return Err(OpenError::Unsupported(format!("a bag of the kind {other}"))),
            }
        }
        Ok(())
    }
}

fn read_friendly_name(attributes: &[u8]) -> Result<Option<String>, Flaw> {
    let mut attributes = Reader::new(attributes)?;
    while !attributes.is_finished() {
        let mut attribute = attributes.enter(asn1::SEQUENCE)?;
        if attribute.oid()? == oids::FRIENDLY_NAME {
            let name = attribute.enter(asn1::SET)?.content(asn1::BMP_STRING)?;
            let units = name.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            return Ok(Some(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()));
        }
    }
    Ok(None)
}

/// Decrypts what one of the two password-based algorithms encrypted.
fn decrypt(
    algorithm: &[u8],
    ciphertext: &[u8],
    password: &mut Password<'_>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut fields = Reader::of(algorithm, asn1::SEQUENCE)?;
    let kind = fields.oid()?;
    let mut parameters = fields.enter(asn1::SEQUENCE)?;
    match kind {
        oids::PBES2 => decrypt_pbes2(&mut parameters, ciphertext, password),
        oids::PBE_SHA1_3DES => decrypt_3des(&mut parameters, ciphertext, password),
        other => Err(OpenError::Unsupported(format!("encryption with {other}"))),
    }
}

fn decrypt_pbes2(
    parameters: &mut Reader<'_>,
    ciphertext: &[u8],
    password: &mut Password<'_>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let unsupported = |what: &str, kind| OpenError::Unsupported(format!("{what} {kind}"));
    let mut derivation = parameters.enter(asn1::SEQUENCE)?;
    match derivation.oid()? {
        oids::PBKDF2 => {}
        other => return Err(unsupported("the derivation", other)),
    }
    let mut derivation = derivation.enter(asn1::SEQUENCE)?;
    let salt = derivation.content(asn1::OCTET_STRING)?;
    let rounds = password.read_rounds(&mut derivation)?;
    derivation.optional(asn1::INTEGER)?; // the length of the key: the cipher knows it
    match derivation.enter(asn1::SEQUENCE)?.oid()? {
        oids::HMAC_SHA256 => {}
        other => return Err(unsupported("the derivation with", other)),
    }
    let mut cipher = parameters.enter(asn1::SEQUENCE)?;
    match cipher.oid()? {
        oids::AES_256_CBC => {}
        other => return Err(unsupported("the cipher", other)),
    }
    let iv: [u8; 16] = cipher
        .content(asn1::OCTET_STRING)?
        .try_into()
        .map_err(|_| "an initialisation vector that is not 16 octets".to_owned())?;
    let key = pbkdf2_sha256(password.text, salt, rounds);
    let mut text = Zeroizing::new(ciphertext.to_vec());
    let length = UnboundCipherKey::new(&AES_256, &key[..])
        .and_then(PaddedBlockDecryptingKey::cbc_pkcs7)
        .and_then(|cipher| {
            let iv = DecryptionContext::Iv128(FixedLength::from(iv));
            cipher.decrypt(&mut text, iv).map(|plaintext| plaintext.len())
        })
        .map_err(|_| OpenError::WrongPassword)?;
    text.truncate(length);
    Ok(text)
}

fn decrypt_3des(
    parameters: &mut Reader<'_>,
    ciphertext: &[u8],
    password: &mut Password<'_>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let salt = parameters.content(asn1::OCTET_STRING)?;
    let rounds = password.read_rounds(parameters)?.get();
    let derive =
        |purpose, length| pkcs12(Digest::Sha1, purpose, password.text, salt, rounds, length);
    let (key, iv) = (derive(Purpose::Encryption, 24), derive(Purpose::InitialisationVector, 8));
    cbc::Decryptor::<des::TdesEde3>::new_from_slices(&key, &iv)
        .expect("Triple DES takes a key of 24 octets and a vector of 8")
        .decrypt_padded_vec_mut::<Pkcs7>(ciphertext)
        .map(Zeroizing::new)
        .map_err(|_| OpenError::WrongPassword)
}

#[cfg(test)]
mod tests {
    use clock::{Span, Timestamp};
    use entropy::Entropy;
    use parties::Environment;
    use proptest::{prelude::*, test_runner::RngSeed};

    use super::*;
    use crate::{
        authority::Authority,
        key::KeySize,
        pkcs12::{Contents, old_windows, portal},
    };

    /// The contents of a file in either encoding, without the MAC that keeps spoiled ones out.
    fn safes() -> [Vec<u8>; 2] {
        let key = PrivateKey::generate(KeySize::Rsa2048);
        let start = Timestamp::EPOCH + Span::from_days(20_000);
        let entropy = &mut Entropy::seeded(1, "pki", "safes");
        let authority =
            Authority::found(Environment::Production, key.clone(), key.clone(), start, entropy);
        let certificate = authority.root();
        let contents = Contents { key: &key, certificate, authorities: &[], friendly_name: "A" };
        [portal, old_windows].map(|make| {
            let file = make(&contents, "kode", entropy);
            let mut pfx = Reader::of(&file, asn1::SEQUENCE).unwrap();
            pfx.small().unwrap();
            let (_, content) = read_content_info(&mut pfx).unwrap();
            Reader::new(content).unwrap().content(asn1::OCTET_STRING).unwrap().to_vec()
        })
    }

    fn read_within(safe: &[u8], rounds_left: u32) -> Result<Opened, OpenError> {
        read_safe(safe, &mut Password { text: "kode", rounds_left })
    }

    #[test]
    fn a_file_has_one_key_and_few_bags() {
        let [portal, _] = safes();
        let mut infos = Reader::of(&portal, asn1::SEQUENCE).unwrap();
        let (certificate, key) = (infos.raw().unwrap(), infos.raw().unwrap());
        let read = |certificates: usize, keys: usize| {
            let infos = [vec![certificate; certificates], vec![key; keys]].concat();
            read_within(&asn1::sequence_of(infos), ROUNDS_MAX).map(|opened| opened.certificates)
        };
        assert_eq!(read(0, 1).unwrap().len(), 0);
        assert_eq!(read(1, 0), Err(OpenError::Keys(0)));
        assert_eq!(read(1, 2), Err(OpenError::Keys(2)));
        assert_eq!(read(63, 1).unwrap().len(), 63);
        let error = read(64, 1).unwrap_err().to_string();
        assert_eq!(error, "a file of more than 64 bags is not supported");
    }

    /// However many parts a file has, they share what it may cost.
    #[test]
    fn the_rounds_of_all_parts_are_counted_together() {
        let [portal, old_windows] = safes();
        for (safe, rounds) in [(portal, 2000), (old_windows, 4000)] {
            assert!(read_within(&safe, rounds).is_ok());
            let refused = read_within(&safe, rounds - 1).unwrap_err();
            assert_eq!(refused, OpenError::Unsupported("a number of 2000 rounds".to_owned()));
        }
    }

    /// Behind the MAC as before it: whatever the bytes, an answer.
    #[test]
    fn spoiled_contents_never_make_it_panic() {
        let safes = safes();
        for safe in &safes {
            assert_eq!(read_within(safe, ROUNDS_MAX).unwrap().certificates.len(), 1);
        }
        let config = ProptestConfig {
            cases: 300,
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let spoils = prop::collection::vec((any::<usize>(), any::<u8>()), 1..4);
        let strategy = (0_usize..2, any::<bool>(), spoils);
        proptest!(config, |((which, at_the_end, spoils) in strategy)| {
            let mut safe = safes[which].clone();
            for (place, octet) in spoils {
                // The key, its algorithm and its attributes stand at the end.
                let window = if at_the_end { 1500 } else { safe.len() }.min(safe.len());
                let place = safe.len() - window + place % window;
                safe[place] = octet;
            }
            let _ = read_within(&safe, ROUNDS_MAX);
        });
    }
}
