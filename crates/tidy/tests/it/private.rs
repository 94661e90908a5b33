//! What must never be committed: private keys, and traces of somebody's machine.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::repository::{files, require_none};

/// Files that exist to hold a private key.
const KEY_FILES: [&str; 8] = ["jks", "key", "keystore", "p12", "p8", "pfx", "pk8", "pvk"];

/// Folders at the root of a machine in which people keep what they work on.
const MACHINE_FOLDERS: [&str; 5] = ["home", "root", "Users", "work", "workspace"];

/// The RSA and elliptic-curve algorithm identifiers of a PKCS#8 key.
const KEY_ALGORITHMS: [&[u8]; 2] =
    [b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01", b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"];

#[test]
fn no_private_key_is_committed() {
    let mut breaches = Vec::new();
    for file in files() {
        if KEY_FILES.iter().any(|extension| file.has_extension(extension)) {
            breaches.push(format!("{}: a file of this kind holds a private key", file.path));
        } else if let Some(text) = file.text() {
            if holds_key(text) {
                breaches.push(format!("{}: a private key in base64", file.path));
            }
        } else if is_key(&file.bytes) {
            breaches.push(format!("{}: a private key in DER", file.path));
        }
    }
    require_none(
        &breaches,
        "take it out, also of the history, and make keys when they are needed: `KeyPool` does",
    );
}

/// Whether a text holds a private key, as PEM or as base64 alone.
fn holds_key(text: &str) -> bool {
    let in_base64 = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
    text.split(|c: char| !in_base64(c))
        .filter_map(|run| run.get(..32))
        .filter_map(|start| STANDARD.decode(start).ok())
        .any(|start| is_key(&start))
}

/// Whether DER begins as PKCS#8, PKCS#8 encrypted, PKCS#1 or PKCS#12 does.
fn is_key(der: &[u8]) -> bool {
    let Some(inner) = content(der) else { return false };
    match inner {
        // PKCS#8: version 0 or 1, then the algorithm.
        [0x02, 0x01, 0x00 | 0x01, 0x30, _, algorithm @ ..] => {
            KEY_ALGORITHMS.iter().any(|known| algorithm.starts_with(known))
        }
        // PKCS#1: version 0, then a modulus of 128 octets or more.
        [0x02, 0x01, 0x00, 0x02, 0x81 | 0x82, ..] => true,
        // PKCS#12: version 3, then a content.
        [0x02, 0x01, 0x03, 0x30, ..] => true,
        // PKCS#8 encrypted by PBES2.
        [0x30, _, rest @ ..] => rest.starts_with(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"),
        _ => false,
    }
}

/// What the SEQUENCE that `der` begins with holds, cut off where `der` ends.
fn content(der: &[u8]) -> Option<&[u8]> {
    match der {
        [0x30, 0x80, inner @ ..] | [0x30, 0x81, _, inner @ ..] | [0x30, 0x82, _, _, inner @ ..] => {
            Some(inner)
        }
        [0x30, length, inner @ ..] if *length < 0x80 => Some(inner),
        _ => None,
    }
}

#[test]
fn no_path_of_somebodys_machine_is_committed() {
    let mut breaches = Vec::new();
    for file in files() {
        let Some(text) = file.text() else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            if names_machine(line) {
                breaches.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    require_none(&breaches, "name it from the root of the repository, or by a variable");
}

fn names_machine(line: &str) -> bool {
    MACHINE_FOLDERS.iter().any(|folder| {
        line.match_indices(&format!("/{folder}/")).any(|(at, _)| {
            // Not inside a longer path or an address.
            !line[..at].ends_with(|c: char| c.is_alphanumeric() || "./-_}".contains(c))
        })
    }) || line.contains(":\\Users\\")
}

#[test]
fn knows_a_private_key_in_every_wrapping() {
    let long = |start: &[u8]| [start, &[0x55; 40]].concat();
    let private: [&[u8]; 6] = [
        b"\x30\x82\x04\xbd\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
        b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01",
        b"\x30\x82\x06\xe4\x02\x01\x00\x02\x82\x01\x81\x00",
        b"\x30\x82\x10\x01\x02\x01\x03\x30\x82",
        b"\x30\x80\x02\x01\x03\x30\x80\x06\x09",
        b"\x30\x82\x07\x0d\x30\x57\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d",
    ];
    for start in private {
        assert!(is_key(&long(start)), "{start:02x?}");
        assert!(holds_key(&format!("key = \"{}\"", STANDARD.encode(long(start)))));
    }
    // A certificate and a certificate request are public.
    for start in [
        b"\x30\x82\x05\x00\x30\x82\x03\x00\xa0\x03\x02\x01\x02\x02".as_slice(),
        b"\x30\x82\x05\x00\x30\x82\x03\x00\x02\x01\x00\x30\x10",
    ] {
        assert!(!is_key(&long(start)), "{start:02x?}");
    }
}

#[test]
fn knows_a_path_of_a_machine() {
    let path = |folder: &str| format!("see /{folder}/ada/skift");
    for folder in MACHINE_FOLDERS {
        assert!(names_machine(&path(folder)), "{folder}");
    }
    // A folder of that name further down is none of a machine.
    for before in ["https://example.invalid", "scenarios", "$HOME"] {
        for folder in MACHINE_FOLDERS {
            let line = format!("{before}/{folder}/x");
            assert!(!names_machine(&line), "{line}");
        }
    }
}
