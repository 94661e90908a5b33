//! Making the file.

use std::num::NonZeroU32;

use aws_lc_rs::{
    cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    hmac,
    iv::FixedLength,
};
use cbc::cipher::{BlockEncryptMut as _, KeyIvInit as _, block_padding::Pkcs7};
use const_oid::ObjectIdentifier;
use entropy::Entropy;

use super::{
    ITERATIONS,
    derivation::{Digest, Purpose, mac_key, pbkdf2_sha256, pkcs12},
};
use crate::{algorithm::with_null, asn1, certificate::Certificate, key::PrivateKey, oids};

/// What goes into a file.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    /// The key of the certificate.
    pub key: &'a PrivateKey,
    /// The holder's certificate.
    pub certificate: &'a Certificate,
    /// Those above it: the issuing authority's first, the root's last.
    pub authorities: &'a [Certificate],
    /// What key stores show it as: the name of the certificate (*Certifikatnavn*).
    pub friendly_name: &'a str,
}

/// The shape of the portal's files: certificates in clear text, leaf first; the key under PBES2
/// with AES-256-CBC and PBKDF2; a MAC with SHA-1; salts of 32 octets, 2000 rounds.
///
/// OpenSSL 3 and Java open it without further ado; one that refuses SHA-1 in a MAC does not.
#[must_use]
pub fn portal(contents: &Contents<'_>, password: &str, entropy: &mut Entropy) -> Vec<u8> {
    let key = shroud_pbes2(contents.key, password, entropy);
    let safe =
        asn1::sequence([&data(&certificate_bags(contents)), &data(&key_bags(contents, &key))]);
    seal(&safe, password, &entropy.bytes::<32>())
}

/// The encoding of old Windows: certificates and key under Triple DES, a MAC with SHA-1; salts of
/// 8 octets, 2000 rounds.
#[must_use]
pub fn old_windows(contents: &Contents<'_>, password: &str, entropy: &mut Entropy) -> Vec<u8> {
    let (algorithm, certificates) =
        encrypt_3des(&certificate_bags(contents), password, &entropy.bytes());
    let certificates = asn1::sequence([
        &asn1::unsigned(&[0]), // version of EncryptedData
        &asn1::sequence([
            &asn1::oid(oids::PKCS7_DATA),
            &algorithm,
            &asn1::tlv(asn1::context(0), &certificates),
        ]),
    ]);
    let certificates =
        asn1::sequence([&asn1::oid(oids::PKCS7_ENCRYPTED_DATA), &asn1::explicit(0, &certificates)]);
    let (algorithm, key) = encrypt_3des(&contents.key.pkcs8(), password, &entropy.bytes());
    let key = asn1::sequence([&algorithm, &asn1::tlv(asn1::OCTET_STRING, &key)]);
    let safe = asn1::sequence([&certificates, &data(&key_bags(contents, &key))]);
    seal(&safe, password, &entropy.bytes::<8>())
}

/// `PFX` around the contents, with the MAC that shows that nobody changed them.
pub(super) fn seal(safe: &[u8], password: &str, salt: &[u8]) -> Vec<u8> {
    let mac = hmac::sign(&mac_key(Digest::Sha1, password, salt, ITERATIONS), safe);
    let mac = asn1::sequence([
        &asn1::sequence([&with_null(oids::SHA1), &asn1::tlv(asn1::OCTET_STRING, mac.as_ref())]),
        &asn1::tlv(asn1::OCTET_STRING, salt),
        &iterations(),
    ]);
    asn1::sequence([&asn1::unsigned(&[3]), &data(safe), &mac])
}

/// A `ContentInfo` of the kind `data`.
pub(super) fn data(content: &[u8]) -> Vec<u8> {
    let octets = asn1::tlv(asn1::OCTET_STRING, content);
    asn1::sequence([&asn1::oid(oids::PKCS7_DATA), &asn1::explicit(0, &octets)])
}

fn certificate_bags(contents: &Contents<'_>) -> Vec<u8> {
    let authorities = contents.authorities.iter().map(|it| certificate_bag(it.der(), &[]));
    let leaf = certificate_bag(contents.certificate.der(), &attributes(contents));
    asn1::sequence_of([leaf].into_iter().chain(authorities))
}

pub(super) fn certificate_bag(certificate: &[u8], attributes: &[u8]) -> Vec<u8> {
    let octets = asn1::tlv(asn1::OCTET_STRING, certificate);
    let value = asn1::sequence([&asn1::oid(oids::X509_CERTIFICATE), &asn1::explicit(0, &octets)]);
    asn1::sequence([&asn1::oid(oids::CERT_BAG), &asn1::explicit(0, &value), attributes])
}

fn key_bags(contents: &Contents<'_>, shrouded: &[u8]) -> Vec<u8> {
    asn1::sequence([&asn1::sequence([
        &asn1::oid(oids::SHROUDED_KEY_BAG),
        &asn1::explicit(0, shrouded),
        &attributes(contents),
    ])])
}

/// What ties the key to its certificate, and names both.
fn attributes(contents: &Contents<'_>) -> Vec<u8> {
    let local_key_id = asn1::tlv(asn1::OCTET_STRING, &contents.certificate.sha1());
    set_of([attribute(oids::LOCAL_KEY_ID, &local_key_id), friendly_name(contents.friendly_name)])
}

/// What key stores show it as.
pub(super) fn friendly_name(name: &str) -> Vec<u8> {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    attribute(oids::FRIENDLY_NAME, &asn1::tlv(asn1::BMP_STRING, &name))
}

pub(super) fn attribute(kind: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    asn1::sequence([&asn1::oid(kind), &asn1::set([value])])
}

/// DER orders a SET OF by its encodings (X.690, section 11.6).
pub(super) fn set_of(mut attributes: [Vec<u8>; 2]) -> Vec<u8> {
    attributes.sort();
    asn1::set([&attributes[0], &attributes[1]])
}

/// `EncryptedPrivateKeyInfo` by PBES2 (RFC 8018, section 6.2).
fn shroud_pbes2(key: &PrivateKey, password: &str, entropy: &mut Entropy) -> Vec<u8> {
    let (salt, iv) = (entropy.bytes::<32>(), entropy.bytes::<16>());
    let rounds = NonZeroU32::new(ITERATIONS).expect("not zero");
    let derived = pbkdf2_sha256(password, &salt, rounds);
    let mut shrouded = key.pkcs8().to_vec();
    UnboundCipherKey::new(&AES_256, &derived[..])
        .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
        .and_then(|cipher| {
            let iv = EncryptionContext::Iv128(FixedLength::from(iv));
            cipher.less_safe_encrypt(&mut shrouded, iv)
        })
        .expect("AES-256 takes a key of 32 octets and any text");
    let derivation = asn1::sequence([
        &asn1::oid(oids::PBKDF2),
        &asn1::sequence([
            &asn1::tlv(asn1::OCTET_STRING, &salt),
            &iterations(),
            &asn1::unsigned(&[32]),
            &with_null(oids::HMAC_SHA256),
        ]),
    ]);
    let cipher =
        asn1::sequence([&asn1::oid(oids::AES_256_CBC), &asn1::tlv(asn1::OCTET_STRING, &iv)]);
    let algorithm =
        asn1::sequence([&asn1::oid(oids::PBES2), &asn1::sequence([&derivation, &cipher])]);
    asn1::sequence([&algorithm, &asn1::tlv(asn1::OCTET_STRING, &shrouded)])
}

/// The algorithm `pbeWithSHAAnd3-KeyTripleDES-CBC` with its parameters, and the ciphertext.
fn encrypt_3des(plaintext: &[u8], password: &str, salt: &[u8; 8]) -> (Vec<u8>, Vec<u8>) {
    let derive =
        |purpose, length| pkcs12(Digest::Sha1, purpose, password, salt, ITERATIONS, length);
    let (key, iv) = (derive(Purpose::Encryption, 24), derive(Purpose::InitialisationVector, 8));
    let cipher = cbc::Encryptor::<des::TdesEde3>::new_from_slices(&key, &iv)
        .expect("Triple DES takes a key of 24 octets and a vector of 8");
    let parameters = asn1::sequence([&asn1::tlv(asn1::OCTET_STRING, salt), &iterations()]);
    let algorithm = asn1::sequence([&asn1::oid(oids::PBE_SHA1_3DES), &parameters]);
    (algorithm, cipher.encrypt_padded_vec_mut::<Pkcs7>(plaintext))
}

fn iterations() -> Vec<u8> {
    asn1::unsigned(&ITERATIONS.to_be_bytes())
}
