//! The `.cer` file that an administrator uploads: a certificate, or something else by mistake.

mod leak;

use std::borrow::Cow;

use crate::{
    asn1::{self, Reader},
    certificate::{Certificate, MalformedCertificate},
    oids, pem,
};

/// Larger than any certificate.
const FILE_MAX: usize = 64 * 1024;

/// The longest row of base64 in the text around a certificate. A serial number and a thumbprint in
/// hexadecimal have 40 characters; of all private keys, the shortest have 43.
const ROW_MAX: usize = 40;

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
    /// A certificate in PEM, and something besides that is no explanation of it.
    #[error(
        "the file holds something besides the certificate: delete all around the block from \
         BEGIN CERTIFICATE to END CERTIFICATE, or export the certificate alone (.cer)"
    )]
    NotAlone,
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
    /// Around a certificate in PEM there may be text, such as `openssl` and key stores print before
    /// it, but no long row of base64 and nothing that says it is a key. What is refused and holds a
    /// private key is told so, whatever else it is: its owner has to know.
    ///
    /// # Errors
    ///
    /// [`UploadRefusal`], for whatever bytes: this never panics.
    pub fn from_cer(file: &[u8]) -> Result<Self, UploadRefusal> {
        let content = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii();
        if content.is_empty() {
            return Err(UploadRefusal::Empty);
        }
        alone(file, content).map_err(|refusal| leak::found_in(file).unwrap_or(refusal))
    }
}

/// The certificate that a file holds, and nothing else.
fn alone(file: &[u8], content: &[u8]) -> Result<Certificate, UploadRefusal> {
    if file.len() > FILE_MAX {
        return Err(UploadRefusal::TooLarge { octets: file.len() });
    }
    // What is longer than 127 octets in DER is never UTF-8: its length begins with one of the octets
    // 80 to 84, which cannot follow an ASCII character. In Latin-1 they are control characters.
    let is_long = content.get(1).is_some_and(|length| (0x80..=0x84).contains(length));
    if content[0] == asn1::SEQUENCE && is_long {
        from_der(file)
    } else {
        from_text(&text_of(content))
    }
}

/// A file as text: what stands around a certificate in PEM may be a name in Latin-1, and a shell of
/// Windows writes UTF-16.
fn text_of(content: &[u8]) -> Cow<'_, str> {
    let utf_16 = |unit: fn([u8; 2]) -> u16, octets: &[u8]| {
        let units = octets.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        // What is no UTF-16 is no text.
        char::decode_utf16(units).map(|it| it.unwrap_or('\0')).collect()
    };
    match content {
        [0xff, 0xfe, octets @ ..] => utf_16(u16::from_le_bytes, octets),
        [0xfe, 0xff, octets @ ..] => utf_16(u16::from_be_bytes, octets),
        _ => match std::str::from_utf8(content) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => latin_1(content.iter().copied()).into(),
        },
    }
}

fn latin_1(octets: impl Iterator<Item = u8>) -> String {
    octets.map(char::from).collect()
}

/// One block with a certificate, and around it nothing but text that explains it.
fn from_text(text: &str) -> Result<Certificate, UploadRefusal> {
    let blocks = pem::blocks(text);
    let labelled = |test: fn(&str) -> bool| blocks.iter().any(|block| test(block.label));
    let certificates: Vec<_> = blocks
        .iter()
        .filter(|block| matches!(block.label, "CERTIFICATE" | "X509 CERTIFICATE"))
        .collect();
    match certificates[..] {
        [block] => {
            let content = block.content.as_ref().ok_or(UploadRefusal::NotACertificate)?;
            let certificate = from_der(content)?;
            let [before, behind] = block.around;
            // Some editors of old end a text with Ctrl-Z, and some programs with NUL.
            let behind = behind.trim_end();
            let behind = behind.strip_suffix(['\u{1a}', '\0']).unwrap_or(behind);
            let is_alone = [before, behind].into_iter().all(is_explanation);
            if is_alone { Ok(certificate) } else { Err(UploadRefusal::NotAlone) }
        }
        [] if labelled(|label| label == "PKCS7" || label == "CMS") => Err(UploadRefusal::Pkcs7),
        [] if labelled(|label| label.ends_with("CERTIFICATE REQUEST")) => {
            Err(UploadRefusal::Request)
        }
        [] => Err(UploadRefusal::NotACertificate),
        _ => Err(UploadRefusal::SeveralCertificates { count: certificates.len() }),
    }
}

/// Whether this is text for people: no octets of another file, no line that begins or ends a block,
/// nothing that says it is a key, and no long row of base64, also where it is broken into lines.
fn is_explanation(text: &str) -> bool {
    let is_of_text = |c: char| !c.is_ascii_control() || c.is_ascii_whitespace();
    let bounds_block = |line: &str| {
        let line = line.trim_start();
        line.starts_with("-----BEGIN ") || line.starts_with("-----END ")
    };
    // Of what is ASCII, read as UTF-16 by mistake, the octets still are ASCII, in one of two orders.
    let octets = |order: fn(u16) -> [u8; 2]| {
        let octets = text.encode_utf16().flat_map(order).filter(|octet| *octet != 0);
        latin_1(octets).replace("\\n", "\n")
    };
    text.chars().all(is_of_text)
        && !lines(text).any(bounds_block)
        && [octets(u16::to_be_bytes), octets(u16::to_le_bytes)].iter().all(|it| holds_no_key(it))
}

fn holds_no_key(text: &str) -> bool {
    // What another program calls a serial number ends at its line; a row of base64 goes on.
    let is_row = |line: &str| line.trim_end_matches('=').chars().all(is_base64);
    let apart = |line: &str| if is_row(line) { line.to_owned() } else { format!(" {line} ") };
    let joined: String = lines(text).map(|line| apart(line.trim())).collect();
    let mut rows = joined.split(|c: char| !is_base64(c));
    rows.all(|row| row.len() <= ROW_MAX) && leak::found_in(text.as_bytes()).is_none()
}

/// The lines of a text, whatever ends them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r'])
}

const fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/')
}

fn from_der(der: &[u8]) -> Result<Certificate, UploadRefusal> {
    if der.first() != Some(&asn1::SEQUENCE) {
        return Err(UploadRefusal::NotACertificate);
    }
    Certificate::from_der(der)
        .map_err(|malformed| recognise(der).unwrap_or(UploadRefusal::Malformed(malformed)))
}

/// What follows the tag and the length of a sequence, be it whole or not. Some tools write a length
/// that is indefinite, which is BER and not DER; none writes a length in more than four octets.
fn after_length(octets: &[u8]) -> Option<&[u8]> {
    let [asn1::SEQUENCE, length, rest @ ..] = octets else { return None };
    let more = if *length < 0x80 { 0 } else { usize::from(length & 0x7f) };
    rest.get(more..).filter(|_| more <= 4)
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
