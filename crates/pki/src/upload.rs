//! The `.cer` file that an administrator uploads: a certificate, or something else by mistake.

use crate::{
    asn1::{self, Flaw, Reader},
    certificate::{Certificate, MalformedCertificate},
    oids, pem,
};

/// Larger than any certificate; it bounds the work that a hostile file can cause.
const FILE_MAX: usize = 64 * 1024;

/// How Java's own key stores begin: JKS, and JCEKS.
const JAVA: [[u8; 4]; 2] = [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]];
/// How a key of PuTTY begins.
const PUTTY: &[u8] = b"PuTTY-User-Key-File-";
/// How the label of a private key in PEM ends.
const KEY_LABEL: &[u8] = b"PRIVATE KEY-----";
/// A PKCS#12 of an indefinite length, which is BER and not DER, up to its version.
const INDEFINITE_PKCS12: [u8; 5] = [asn1::SEQUENCE, 0x80, asn1::INTEGER, 1, 3];

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
        if let Some(leaked) = holds_a_key(file, content) {
            return Err(leaked);
        }
        if file.len() > FILE_MAX {
            return Err(UploadRefusal::TooLarge { octets: file.len() });
        }
        // What is longer than 127 octets in DER is never UTF-8: its length begins with one of the
        // octets 80 to 84, which cannot follow an ASCII character.
        std::str::from_utf8(content).map_or_else(|_| from_binary(file), from_text)
    }
}

fn from_text(text: &str) -> Result<Certificate, UploadRefusal> {
    let blocks = pem::blocks(text);
    let labelled = |test: fn(&str) -> bool| blocks.iter().any(|block| test(block.label));
    if labelled(|label| label == "PKCS12") {
        return Err(UploadRefusal::Pkcs12);
    }
    let certificates: Vec<_> = blocks
        .iter()
        .filter(|block| matches!(block.label, "CERTIFICATE" | "X509 CERTIFICATE"))
        .collect();
    match certificates[..] {
        [certificate] => {
            let content = certificate.content.as_ref().ok_or(UploadRefusal::NotACertificate)?;
            from_binary(content)
        }
        [] if labelled(|label| label == "PKCS7" || label == "CMS") => Err(UploadRefusal::Pkcs7),
        [] if labelled(|label| label.ends_with("CERTIFICATE REQUEST")) => {
            Err(UploadRefusal::Request)
        }
        [] => Err(UploadRefusal::NotACertificate),
        _ => Err(UploadRefusal::SeveralCertificates { count: certificates.len() }),
    }
}

fn from_binary(der: &[u8]) -> Result<Certificate, UploadRefusal> {
    if der.first() != Some(&asn1::SEQUENCE) {
        return Err(key_in(der).unwrap_or(UploadRefusal::NotACertificate));
    }
    Certificate::from_der(der)
        .map_err(|malformed| recognise(der).unwrap_or(UploadRefusal::Malformed(malformed)))
}

/// What a file of any size, and its content without what may stand around it, shows of a private
/// key or of a store for one.
fn holds_a_key(file: &[u8], content: &[u8]) -> Option<UploadRefusal> {
    let has_label = content.windows(KEY_LABEL.len()).any(|it| it == KEY_LABEL);
    if has_label || content.starts_with(PUTTY) {
        return Some(UploadRefusal::PrivateKey);
    }
    key_in(file)
}

/// What begins like a private key or a store for one.
fn key_in(der: &[u8]) -> Option<UploadRefusal> {
    if JAVA.iter().any(|magic| der.starts_with(magic)) {
        return Some(UploadRefusal::JavaKeyStore);
    }
    // Some tools write it with indefinite lengths, which is BER and not DER.
    if der.starts_with(&INDEFINITE_PKCS12) {
        return Some(UploadRefusal::Pkcs12);
    }
    let is_key =
        |it: &UploadRefusal| matches!(it, UploadRefusal::Pkcs12 | UploadRefusal::PrivateKey);
    first_fields(der).ok().flatten().filter(is_key)
}

/// What else begins like this.
fn recognise(der: &[u8]) -> Option<UploadRefusal> {
    if let Some(key) = key_in(der) {
        return Some(key);
    }
    // This too is written with indefinite lengths by some tools.
    let signed_data = asn1::oid(oids::PKCS7_SIGNED_DATA);
    if der.strip_prefix(&[0x30, 0x80]).is_some_and(|rest| rest.starts_with(&signed_data)) {
        return Some(UploadRefusal::Pkcs7);
    }
    let several = count_certificates(der).filter(|count| *count > 1);
    if let Some(count) = several {
        return Some(UploadRefusal::SeveralCertificates { count });
    }
    first_fields(der).ok().flatten()
}

fn first_fields(der: &[u8]) -> Result<Option<UploadRefusal>, Flaw> {
    let mut fields = Reader::new(der)?.enter(asn1::SEQUENCE)?;
    Ok(match fields.any()? {
        (asn1::INTEGER, [3]) => Some(UploadRefusal::Pkcs12),
        // PKCS#1 has the modulus next, PKCS#8 the algorithm, a bare EC key (RFC 5915) itself.
        (asn1::INTEGER, [0]) if fields.peek() == Some(asn1::INTEGER) => {
            Some(UploadRefusal::PrivateKey)
        }
        (asn1::INTEGER, [0 | 1]) if fields.peek() == Some(asn1::SEQUENCE) => {
            Some(UploadRefusal::PrivateKey)
        }
        (asn1::INTEGER, [1]) if fields.peek() == Some(asn1::OCTET_STRING) => {
            Some(UploadRefusal::PrivateKey)
        }
        (asn1::OBJECT_IDENTIFIER, kind) if kind == oids::PKCS7_SIGNED_DATA.as_bytes() => {
            Some(UploadRefusal::Pkcs7)
        }
        // The signed part of a request begins with its version, that of a certificate with a tag.
        (asn1::SEQUENCE, info) if info.starts_with(&[asn1::INTEGER, 1, 0, asn1::SEQUENCE]) => {
            Some(UploadRefusal::Request)
        }
        // EncryptedPrivateKeyInfo: an algorithm based on a password, then octets.
        (asn1::SEQUENCE, algorithm)
            if fields.peek() == Some(asn1::OCTET_STRING)
                && Reader::new(algorithm)?.peek() == Some(asn1::OBJECT_IDENTIFIER) =>
        {
            Some(UploadRefusal::PrivateKey)
        }
        _ => None,
    })
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
