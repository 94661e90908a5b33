//! A private key in a file that is no certificate file: its owner has to be told.
//!
//! This only says what a refusal is called. It knows the keys that people have, as files and in
//! text, and looks at every octet a few times, however the file is made.

use super::{UploadRefusal, after_length, is_base64, latin_1, lines, pem};
use crate::asn1;

/// The least that the length of a modulus begins with. A certificate may have rows of small numbers
/// too: `NoticeReference` (RFC 5280, section 4.2.1.4).
const MODULUS_MIN: u8 = 0x40;
/// What the kinds of content begin with in PKCS#7.
const PKCS7: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07";
/// What the algorithms begin with that protect a key by a password: PKCS#5, and PKCS#12.
const PASSWORD_BASED: [&[u8]; 2] =
    [b"\x2a\x86\x48\x86\xf7\x0d\x01\x05", b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"];

/// The private key, or the store for one, that a file seems to hold, wherever and in whatever
/// encoding: as octets, in text (UTF-16 and UTF-32 are Latin-1 with NULs), or in base64.
pub(super) fn found_in(file: &[u8]) -> Option<UploadRefusal> {
    let text = without_nulls(file);
    in_octets(file).or_else(|| in_text(&text)).or_else(|| in_base64(&text))
}

fn without_nulls(octets: &[u8]) -> String {
    latin_1(octets.iter().copied().filter(|octet| *octet != 0))
}

/// At any place, so that nothing before it hides it. Each look is at a few octets.
fn in_octets(octets: &[u8]) -> Option<UploadRefusal> {
    (0..octets.len()).find_map(|at| beginning(&octets[at..]))
}

/// Base64 of a key, and of a key in text. A row may begin with the end of a word before it, so it is
/// read from each of four characters on.
fn in_base64(text: &str) -> Option<UploadRefusal> {
    let joined: String = text.split_whitespace().collect();
    // Fewer than seven characters are four octets, which are no key's beginning.
    let rows = joined.split(|c| !is_base64(c)).filter(|row| row.len() >= 7);
    let mut decoded = rows.flat_map(|row| (0..4).map(move |from| decode(&row[from..])));
    decoded.find_map(|it| in_octets(&it).or_else(|| in_text(&without_nulls(&it))))
}

/// As far as it goes: one character more than whole groups is half an octet.
fn decode(row: &str) -> Vec<u8> {
    let whole = row.len() - usize::from(row.len() % 4 == 1);
    pem::decode(&row[..whole]).expect("nothing but base64, and no half octet")
}

/// The private key, or the store for one, with which octets begin, be it whole or not.
fn beginning(octets: &[u8]) -> Option<UploadRefusal> {
    match octets {
        // Java's own key stores, JKS and JCEKS, with their version.
        [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, ..] | [0xce, 0xce, 0xce, 0xce, 0, 0, 0, ..] => {
            return Some(UploadRefusal::JavaKeyStore);
        }
        // Microsoft's own forms: `.pvk`, and the BLOB of a private key, RSA or DSA.
        [0x1e, 0xf1, 0xb5, 0xb0, 0, 0, 0, 0, ..]
        | [7, 2, 0, 0, _, _, _, _, b'R' | b'D', b'S', b'A' | b'S', b'2', ..] => {
            return Some(UploadRefusal::PrivateKey);
        }
        [b'o', ..] if octets.starts_with(b"openssh-key-v1\0") => {
            return Some(UploadRefusal::PrivateKey);
        }
        _ => {}
    }
    let fields = after_length(octets)?;
    let is_key = match fields {
        // PKCS#12: version 3, then what it holds.
        [asn1::INTEGER, 1, 3, rest @ ..] if is_content_of_a_store(rest) => {
            return Some(UploadRefusal::Pkcs12);
        }
        // PKCS#1 (of two primes, or more) and DSA: their numbers.
        [asn1::INTEGER, 1, 0 | 1, asn1::INTEGER, rest @ ..] => {
            rest.first().is_none_or(|length| *length >= MODULUS_MIN)
        }
        // An elliptic curve's (RFC 5915).
        [asn1::INTEGER, 1, 1, asn1::OCTET_STRING, ..] => true,
        // PKCS#8, with its public key (RFC 5958) or without it.
        [asn1::INTEGER, 1, 0 | 1, rest @ ..] => is_algorithm_of_a_key(rest),
        // PKCS#8, encrypted (RFC 5958, section 3).
        [asn1::SEQUENCE, ..] => after_length(fields).is_some_and(is_password_based),
        _ => false,
    };
    is_key.then_some(UploadRefusal::PrivateKey)
}

/// A content of PKCS#7, as far as it goes. Behind the same number, when it is the serial number of a
/// certificate of version 1, there is an algorithm.
fn is_content_of_a_store(octets: &[u8]) -> bool {
    let is_of_pkcs7 = |fields: &[u8]| match fields {
        [asn1::OBJECT_IDENTIFIER, _, identifier @ ..] => {
            identifier.starts_with(PKCS7) || PKCS7.starts_with(identifier)
        }
        _ => true,
    };
    octets.first().is_none_or(|tag| *tag == asn1::SEQUENCE)
        && after_length(octets).is_none_or(is_of_pkcs7)
}

/// An algorithm before an OCTET STRING, as far as it goes. Behind the same version a request has a
/// name here, and a list of revoked certificates has another thing behind its algorithm.
fn is_algorithm_of_a_key(octets: &[u8]) -> bool {
    let [_, length, ..] = octets else { return false };
    let is_algorithm = after_length(octets)
        .is_some_and(|fields| fields.first().is_none_or(|tag| *tag == asn1::OBJECT_IDENTIFIER));
    let next = octets.get(2 + usize::from(*length));
    is_algorithm && next.is_none_or(|tag| *length >= 0x80 || *tag == asn1::OCTET_STRING)
}

fn is_password_based(algorithm: &[u8]) -> bool {
    let [asn1::OBJECT_IDENTIFIER, _, identifier @ ..] = algorithm else { return false };
    PASSWORD_BASED.iter().any(|begin| identifier.starts_with(begin))
}

/// The private key, or the store for one, that stands in a text in a form of its own.
fn in_text(text: &str) -> Option<UploadRefusal> {
    // Each of these is searched for once, whatever else is found.
    let holds = |what: &str| text.contains(what);
    let is_key = lines(text).any(names_a_key)
        || holds("PuTTY-User-Key-File-")
        // What `openssl` prints of a key.
        || (holds("Private-Key:") || holds("privateExponent:") || holds("private exponent:"))
        // XML, as .NET writes it.
        || (holds("<RSAKeyValue") || holds("<RSAParameters")) && holds("<D>")
        // JWK (RFC 7518, sections 6.2.2 and 6.3.2).
        || holds("\"kty\"") && holds("\"d\"");
    if is_key {
        return Some(UploadRefusal::PrivateKey);
    }
    let is_store = holds("-BEGIN PKCS12-") || holds("-BEGIN PFX-");
    is_store.then_some(UploadRefusal::Pkcs12)
}

/// Whether a line bounds the block of a private key, wherever in the line: in JSON, in a quotation,
/// and as other programs write it. In a sentence the words go on behind it, and what bounds another
/// block has the dashes behind its label first.
fn names_a_key(line: &str) -> bool {
    const MARKS: [&str; 4] = ["-BEGIN ", "- BEGIN ", "-END ", "- END "];
    let begins_a_label = |piece: &str| {
        let behind = |mark: &&str| piece.rsplit_once(*mark).map(|(_, label)| label);
        MARKS.iter().filter_map(behind).any(|label| !label.contains("--"))
    };
    let mut is_marked = false;
    line.split("PRIVATE KEY").any(|piece| {
        let found = is_marked && !goes_on(piece);
        is_marked = begins_a_label(piece);
        found
    })
}

/// Whether behind a label and its dashes there are words.
fn goes_on(label: &str) -> bool {
    let Some((_, behind)) = label.split_once("--") else { return false };
    let behind = behind.trim_start_matches('-');
    let word = behind.split_whitespace().next().unwrap_or_default();
    let is_of_block = word == "Proc-Type:" || word.starts_with("-----");
    behind.starts_with(' ') && !word.is_empty() && !is_of_block && word.len() <= super::ROW_MAX
}
