//! The `.cer` file that an administrator uploads: a certificate, or something else by mistake.

use std::borrow::Cow;

use crate::{
    asn1::{self, Flaw, Reader},
    certificate::{Certificate, MalformedCertificate},
    oids, pem,
};

/// Larger than any certificate; it bounds the work that a hostile file can cause.
const FILE_MAX: usize = 64 * 1024;

/// How Java's own key stores begin: JKS, and JCEKS.
const JAVA: [[u8; 4]; 2] = [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]];
/// How a key in Microsoft's own form begins (`.pvk`).
const PVK: [u8; 4] = [0x1e, 0xf1, 0xb5, 0xb0];
/// How a PKCS#12 goes on after its length: version 3.
const PKCS12: [u8; 3] = [asn1::INTEGER, 1, 3];
/// How private keys go on after their length: PKCS#1 (of two primes, or more), PKCS#8 (without its
/// public key, or with it), and a bare key of an elliptic curve (RFC 5915).
const PRIVATE_KEYS: [[u8; 4]; 5] = [
    [asn1::INTEGER, 1, 0, asn1::INTEGER],
    [asn1::INTEGER, 1, 1, asn1::INTEGER],
    [asn1::INTEGER, 1, 0, asn1::SEQUENCE],
    [asn1::INTEGER, 1, 1, asn1::SEQUENCE],
    [asn1::INTEGER, 1, 1, asn1::OCTET_STRING],
];

/// Why an uploaded file is not taken for a certificate. Each is a mistake that people make, and
/// says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadRefusal {
    /// Nothing, or only white space.
    #[error("the file is empty: export the certificate again")]
    Empty,
    /// More than a certificate can be.
    #[error("the file has {octets} octets, more than a certificate can have")]
    TooLarge {
        /// The size of the file.
        octets: usize,
    },
    /// A key store (`.p12`, `.pfx`): it holds the private key.
    #[error(
        "the file is a PKCS#12 key store (.p12 or .pfx), which holds the private key: \
         export the certificate alone (.cer), without the private key"
    )]
    Pkcs12,
    /// A key store of Java (`.jks`, `.jceks`): it holds the private key.
    #[error(
        "the file is a Java key store (.jks), which holds the private key: \
         export the certificate alone (.cer), without the private key"
    )]
    JavaKeyStore,
    /// A private key, alone or beside a certificate.
    #[error(
        "the file holds a private key, which never leaves its owner: \
         export the certificate alone (.cer)"
    )]
    PrivateKey,
    /// A bundle in PKCS#7 (`.p7b`, `.p7c`).
    #[error("the file is a PKCS#7 bundle (.p7b): export the one certificate as .cer")]
    Pkcs7,
    /// A certificate signing request (`.csr`).
    #[error("the file is a request for a certificate (.csr), not the certificate issued for it")]
    Request,
    /// More than one certificate, as in a chain file.
    #[error("the file holds {count} certificates: upload the system's own alone")]
    SeveralCertificates {
        /// How many.
        count: usize,
    },
    /// A certificate with a flaw, or with a key that is not RSA.
    #[error(transparent)]
    Malformed(MalformedCertificate),
    /// Anything else.
    #[error("the file is not a certificate: upload it as a .cer file (DER or PEM inside)")]
    NotACertificate,
}

impl Certificate {
    /// Reads a certificate file (`.cer`) in DER or PEM, as an administrator uploads it.
    ///
    /// In PEM, text around the certificate is read over, so what `openssl` and key stores print
    /// before it may stay.
    ///
    /// # Errors
    ///
    /// [`UploadRefusal`], for whatever bytes: this never panics.
    pub fn from_cer(file: &[u8]) -> Result<Self, UploadRefusal> {
        let content = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii();
        if content.is_empty() {
            return Err(UploadRefusal::Empty);
        }
        // What matters about a file with a private key is that it has one, whatever else it is.
        let text = text_in(content);
        if let Some(leaked) =
            key_in(file).or_else(|| key_in(content)).or_else(|| key_in_text(&text))
        {
            return Err(leaked);
        }
        if file.len() > FILE_MAX {
            return Err(UploadRefusal::TooLarge { octets: file.len() });
        }
        // What is longer than 127 octets in DER is never UTF-8: its length begins with one of the
        // octets 80 to 84, which cannot follow an ASCII character.
        if content[0] == asn1::SEQUENCE && std::str::from_utf8(content).is_err() {
            from_der(file)
        } else {
            from_text(&text)
        }
    }
}

/// A file as text, whatever its encoding: what stands around a certificate in PEM may be a name in
/// Latin-1, and a shell of Windows writes UTF-16.
fn text_in(content: &[u8]) -> Cow<'_, str> {
    let utf_16 = |unit: fn([u8; 2]) -> u16, octets: &[u8]| {
        let units = octets.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match content {
        [0xff, 0xfe, octets @ ..] => utf_16(u16::from_le_bytes, octets),
        [0xfe, 0xff, octets @ ..] => utf_16(u16::from_be_bytes, octets),
        _ => match std::str::from_utf8(content) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => content.iter().map(|octet| char::from(*octet)).collect(),
        },
    }
}

fn from_text(text: &str) -> Result<Certificate, UploadRefusal> {
    let blocks = pem::blocks(text);
    let labelled = |test: fn(&str) -> bool| blocks.iter().any(|block| test(block.label));
    let certificates: Vec<_> = blocks
        .iter()
        .filter(|block| matches!(block.label, "CERTIFICATE" | "X509 CERTIFICATE"))
        .collect();
    match certificates[..] {
        [certificate] => {
            let content = certificate.content.as_ref().ok_or(UploadRefusal::NotACertificate)?;
            from_der(content)
        }
        [] if labelled(|label| label == "PKCS7" || label == "CMS") => Err(UploadRefusal::Pkcs7),
        [] if labelled(|label| label.ends_with("CERTIFICATE REQUEST")) => {
            Err(UploadRefusal::Request)
        }
        [] => Err(UploadRefusal::NotACertificate),
        _ => Err(UploadRefusal::SeveralCertificates { count: certificates.len() }),
    }
}

fn from_der(der: &[u8]) -> Result<Certificate, UploadRefusal> {
    if der.first() != Some(&asn1::SEQUENCE) {
        return Err(UploadRefusal::NotACertificate);
    }
    Certificate::from_der(der)
        .map_err(|malformed| recognise(der).unwrap_or(UploadRefusal::Malformed(malformed)))
}

/// The private key, or the store for one, that stands in octets: at their beginning, even if it
/// breaks off, or behind something else that is DER.
fn key_in(octets: &[u8]) -> Option<UploadRefusal> {
    let mut rest = octets;
    loop {
        if let Some(key) = key_at(rest) {
            return Some(key);
        }
        let first = Reader::new(rest).and_then(|mut list| list.raw()).ok()?;
        rest = rest.get(first.len()..).filter(|rest| !rest.is_empty())?;
    }
}

/// The private key, or the store for one, with which octets begin.
fn key_at(octets: &[u8]) -> Option<UploadRefusal> {
    if JAVA.iter().any(|magic| octets.starts_with(magic)) {
        return Some(UploadRefusal::JavaKeyStore);
    }
    if octets.starts_with(&PVK) {
        return Some(UploadRefusal::PrivateKey);
    }
    let first = after_length(octets)?;
    if first.starts_with(&PKCS12) {
        return Some(UploadRefusal::Pkcs12);
    }
    let is_key = PRIVATE_KEYS.iter().any(|begin| first.starts_with(begin));
    (is_key || is_encrypted_key(octets)).then_some(UploadRefusal::PrivateKey)
}

/// What follows the tag and the length of a sequence, be it whole or not. Some tools write a length
/// that is indefinite, which is BER and not DER.
fn after_length(octets: &[u8]) -> Option<&[u8]> {
    let [asn1::SEQUENCE, length, rest @ ..] = octets else { return None };
    let more = if *length < 0x80 { 0 } else { usize::from(length & 0x7f) };
    rest.get(more..)
}

/// The private key, or the store for one, that stands in a text, wherever.
fn key_in_text(text: &str) -> Option<UploadRefusal> {
    let is_key = |line: &str| {
        let line = line.trim_start();
        line.starts_with("PuTTY-User-Key-File-")
            || line.starts_with("--") && line.contains("PRIVATE KEY")
            || line.contains("<RSAKeyValue") && text.contains("<D>")
    };
    if text.lines().any(is_key) {
        return Some(UploadRefusal::PrivateKey);
    }
    let blocks = pem::blocks(text);
    if blocks.iter().any(|block| matches!(block.label, "PKCS12" | "PFX")) {
        return Some(UploadRefusal::Pkcs12);
    }
    let bare = if blocks.is_empty() { pem::decode(text) } else { None };
    let mut contents = blocks.into_iter().filter_map(|block| block.content).chain(bare);
    contents.find_map(|content| key_in(&content))
}

/// What else begins like this.
fn recognise(der: &[u8]) -> Option<UploadRefusal> {
    // This too is written with an indefinite length by some tools.
    let signed_data = asn1::oid(oids::PKCS7_SIGNED_DATA);
    if after_length(der).is_some_and(|first| first.starts_with(&signed_data)) {
        return Some(UploadRefusal::Pkcs7);
    }
    // The signed part of a request begins with its version, that of a certificate with a tag.
    let request = |first: &[u8]| {
        after_length(first)
            .is_some_and(|info| info.starts_with(&[asn1::INTEGER, 1, 0, asn1::SEQUENCE]))
    };
    if after_length(der).is_some_and(request) {
        return Some(UploadRefusal::Request);
    }
    let count = count_certificates(der).filter(|count| *count > 1)?;
    Some(UploadRefusal::SeveralCertificates { count })
}

/// `EncryptedPrivateKeyInfo` (RFC 5958, section 3): an algorithm, then octets.
fn is_encrypted_key(der: &[u8]) -> bool {
    let fields = || -> Result<bool, Flaw> {
        let mut fields = Reader::new(der)?.enter(asn1::SEQUENCE)?;
        let (tag, algorithm) = fields.any()?;
        Ok(tag == asn1::SEQUENCE
            && fields.peek() == Some(asn1::OCTET_STRING)
            && Reader::new(algorithm)?.peek() == Some(asn1::OBJECT_IDENTIFIER))
    };
    fields().unwrap_or(false)
}

/// How many certificates stand one after the other, if it is nothing but certificates.
fn count_certificates(der: &[u8]) -> Option<usize> {
    let mut list = Reader::new(der).ok()?;
    let mut count = 0;
    while !list.is_finished() {
        Certificate::from_der(list.raw().ok()?).ok()?;
        count += 1;
    }
    Some(count)
}
