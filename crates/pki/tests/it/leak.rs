//! A private key in a file that was to be a certificate: never taken, and told wherever it stands.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use parties::Environment;
use pki::{
    Certificate, UploadRefusal,
    pkcs12::{self, Contents},
};
use proptest::prelude::*;

use crate::{
    der::{Value, tlv, unhex},
    world,
};

fn leaf() -> Certificate {
    world::leaf(&world::authority(Environment::Production))
}

fn refusal(file: impl AsRef<[u8]>) -> Option<UploadRefusal> {
    Certificate::from_cer(file.as_ref()).err()
}

/// Private keys as octets: what people keep them in, with octets that are nobody's key.
fn keys() -> Vec<(&'static str, Vec<u8>, UploadRefusal)> {
    let (certificate, key) = (leaf(), world::leaf_key());
    let contents =
        Contents { key: &key, certificate: &certificate, authorities: &[], friendly_name: "A" };
    let store = pkcs12::portal(&contents, "kode", &mut world::entropy("leak"));
    let pkcs8 = key.pkcs8().to_vec();
    let pkcs1 = Value::of(&pkcs8).at(2).content.to_vec();
    let noise: Vec<u8> = (0..200_u8).map(|octet| octet.wrapping_mul(151)).collect();
    let behind = |begin: &str, rest: &[u8]| [&unhex(begin)[..], rest].concat();
    let encrypted = |oid: &str| {
        let algorithm = tlv(0x30, &[tlv(6, &unhex(oid)), tlv(0x30, &noise[..30])].concat());
        tlv(0x30, &[algorithm, tlv(4, &noise)].concat())
    };
    let private = UploadRefusal::PrivateKey;
    vec![
        ("PKCS#8", pkcs8, private.clone()),
        ("PKCS#1", pkcs1, private.clone()),
        ("SEC 1", behind("3077020101 0420", &noise[..114]), private.clone()),
        ("Ed25519", behind("302e 020100 3005 06032b6570 0422 0420", &noise[..32]), private.clone()),
        ("PKCS#8 with PBES2", encrypted("2a864886f70d01050d"), private.clone()),
        ("PKCS#8 with PKCS#12's", encrypted("2a864886f70d010c0103"), private.clone()),
        ("PKCS#12", store, UploadRefusal::Pkcs12),
        ("JKS", behind("feedfeed 00000002 00000001", &noise), UploadRefusal::JavaKeyStore),
        ("JCEKS", behind("cececece 00000002 00000001", &noise), UploadRefusal::JavaKeyStore),
        ("PVK", behind("1ef1b5b0 00000000 01000000", &noise), private.clone()),
        ("BLOB", behind("07020000 00a40000 52534132", &noise), private.clone()),
        ("OpenSSH", [b"openssh-key-v1\0", &noise[..]].concat(), private),
    ]
}

fn in_lines(octets: &[u8]) -> String {
    let base64 = STANDARD.encode(octets);
    let lines = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
    lines.map(|line| format!("{line}\n")).collect()
}

fn block(label: &str, octets: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", in_lines(octets))
}

/// How a text can be written: each with its mark or without.
fn encodings(text: &str) -> [Vec<u8>; 7] {
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let long: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    [
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        [b"\xff\xfe", &little[..]].concat(),
        [b"\xfe\xff", &big[..]].concat(),
        little,
        big,
        long,
    ]
}

#[test]
fn tells_of_a_key_in_octets_whatever_stands_beside_it() {
    let (der, pem) = (leaf().der().to_vec(), leaf().to_pem().into_bytes());
    for (name, key, told) in keys() {
        let cut = &key[..key.len() / 2];
        for key in [&key[..], cut] {
            for before in
                [b"".as_slice(), b"\r\n", b"\0", &der, &[&der, &b"\r\n"[..]].concat(), &pem]
            {
                let file = [before, key].concat();
                assert_eq!(refusal(file), Some(told.clone()), "{name} behind {}", before.len());
            }
            assert_eq!(refusal([key, &pem].concat()), Some(told.clone()), "{name}");
        }
    }
    // Some tools leave the length open.
    let open = b"\x30\x80\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d\x30";
    assert_eq!(refusal(open), Some(UploadRefusal::PrivateKey));
}

#[test]
fn tells_of_a_key_in_base64_whatever_stands_beside_it() {
    let pem = leaf().to_pem();
    for (name, key, told) in keys() {
        let bare = in_lines(&key);
        let whole = STANDARD.encode(&key);
        let half = whole.len() / 8 * 4;
        let cuts = (0..4).map(|odd| whole[..half + odd].to_owned());
        let unclosed = block("CERTIFICATE", &key);
        let files = [
            format!("\u{feff}{bare}"),
            format!("Min fil:\n{bare}"),
            format!("Min fil\n{bare}"),
            format!("Content-Transfer-Encoding: base64\n\n{bare}"),
            format!("data:application/x-pkcs12;base64,{whole}"),
            format!("{bare}\u{1a}"),
            format!("{bare}\0"),
            format!("{pem}{bare}"),
            format!("{bare}{pem}"),
            block("CERTIFICATE", &key),
            block("SOMETHING", &key),
            format!("{pem}{}", block("CERTIFICATE", &key)),
            unclosed[..unclosed.len() - 80].to_owned(),
            format!("{pem}{}", &unclosed[..unclosed.len() - 80]),
            bare.lines().map(|line| format!("> {line}\n")).collect(),
            bare.clone(),
        ];
        for file in files.into_iter().chain(cuts) {
            for (at, octets) in encodings(&file).into_iter().enumerate() {
                assert_eq!(refusal(octets), Some(told.clone()), "{name}, {at}: {file}");
            }
        }
    }
}

/// Keys that are known by the text around them.
fn texts() -> Vec<String> {
    let key = world::leaf_key().pkcs8().to_vec();
    let pem = block("PRIVATE KEY", &key);
    let old = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n";
    let old = format!("-----BEGIN RSA PRIVATE KEY-----\n{old}{}", in_lines(&[7; 90]));
    let escaped = pem.replace('\n', "\\n");
    let prefixed = |prefix: &str| pem.lines().map(|line| format!("{prefix}{line}\n")).collect();
    vec![
        pem.clone(),
        format!("{old}-----END RSA PRIVATE KEY-----\n"),
        old.clone(),
        format!("\u{feff}{old}"),
        format!("{{\"type\": \"service_account\", \"private_key\": \"{escaped}\"}}\n"),
        format!("{{\"private_key\": \"{}", &escaped[..200]),
        format!("KEY=\"{pem}\"\n"),
        format!("KEY=\"{escaped}\"\n"),
        pem.replace('\n', " "),
        URL_SAFE.encode(&key),
        prefixed("> "),
        prefixed("# "),
        format!("Bag Attributes\n{old}").replace('\n', "\r"),
        "-----END PRIVATE KEY-----\n".to_owned(),
        "-----BEGIN PRIVATE KEY -----\nAAAA\n".to_owned(),
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA\n".to_owned(),
        "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n".to_owned(),
        "<RSAKeyValue><Modulus>AAAA</Modulus><D>AAAA</D></RSAKeyValue>\n".to_owned(),
        "<RSAParameters><Exponent>AQAB</Exponent><D>AAAA</D></RSAParameters>\n".to_owned(),
        r#"{"kty": "RSA", "n": "AAAA", "e": "AQAB", "d": "AAAA"}"#.to_owned(),
        "Private-Key: (2048 bit, 2 primes)\nmodulus:\n    00:c5\n".to_owned(),
        "privateExponent:\n    00:c5:11\n".to_owned(),
        format!("data:\n  tls.key: {}\n", STANDARD.encode(&pem)),
        format!("data:\n  tls.key: {}\n", STANDARD.encode(&old)),
    ]
}

#[test]
fn tells_of_a_key_in_text_alone_and_beside_a_certificate() {
    let pem = leaf().to_pem();
    for text in texts() {
        for key in encodings(&text) {
            assert_eq!(refusal(&key), Some(UploadRefusal::PrivateKey), "{text}");
            for certificate in encodings(&pem) {
                let behind = [&certificate[..], b"\n", &key].concat();
                assert_eq!(refusal(behind), Some(UploadRefusal::PrivateKey), "{text}");
                let before = [&key[..], b"\n", &certificate].concat();
                assert_eq!(refusal(before), Some(UploadRefusal::PrivateKey), "{text}");
            }
        }
    }
}

/// Whoever is told of a key revokes a certificate.
#[test]
fn tells_of_no_key_where_there_is_none() {
    let leaf = leaf();
    let pem = leaf.to_pem();
    for text in [
        "--- uden PRIVATE KEY ---\n",
        "The -----BEGIN PRIVATE KEY----- part was removed\n",
        "Slettet: fra -----BEGIN PRIVATE KEY----- til -----END PRIVATE KEY----- i filen\n",
        "<RSAKeyValue><Modulus>AAAA</Modulus></RSAKeyValue>\n",
        "{\"kty\": \"RSA\", \"n\": \"AAAA\", \"e\": \"AQAB\"}\n",
    ] {
        assert_eq!(Certificate::from_cer(format!("{text}{pem}").as_bytes()).as_ref(), Ok(&leaf));
        assert_eq!(refusal(text), Some(UploadRefusal::NotACertificate), "{text}");
    }
    let gone =
        format!("Filen med -----BEGIN PRIVATE KEY----- er slettet, altsaa en PRIVATE KEY\n{pem}");
    assert_eq!(Certificate::from_cer(gone.as_bytes()).as_ref(), Ok(&leaf));
    let escaped = pem.replace('\n', "\\n");
    let json = format!("{{\"certificate\": \"{escaped}\", \"key\": \"PRIVATE KEY REDACTED\"}}");
    assert_eq!(refusal(json), Some(UploadRefusal::NotACertificate));
    let two =
        pem.replace("END CERTIFICATE-----", "END CERTIFICATE----- uden PRIVATE KEY").repeat(2);
    assert_ne!(refusal(two), Some(UploadRefusal::PrivateKey));
    let name = tlv(0x30, &tlv(0x31, b""));
    let algorithm = tlv(0x30, &tlv(6, &unhex("2a864886f70d01010b")));
    let imprint = tlv(0x30, &[tlv(0x30, &tlv(6, b"\x60")), tlv(4, b"A")].concat());
    let version = |number: u8| tlv(2, &[number]);
    let public = [&version(1), &b"\x30\x81\xa6\x06\x03\x55\x1d\x20"[..]].concat();
    for (what, octets) in [
        ("an RFC 3161 request", tlv(0x30, &[version(1), imprint].concat())),
        ("what of a request is signed", tlv(0x30, &[version(0), name.clone()].concat())),
        ("a list's", tlv(0x30, &[version(1), algorithm.clone(), name.clone()].concat())),
        (
            "a third certificate's",
            tlv(0x30, &[version(3), algorithm.clone(), name.clone()].concat()),
        ),
        ("a certificate's, version 1", tlv(0x30, &[version(1), algorithm, name].concat())),
        ("behind a length of 59 octets", [b"\x30\xbb".as_slice(), &[0; 59], &public].concat()),
        ("the numbers of a notice", tlv(0x30, &[version(1), version(2)].concat())),
        ("a public key", Value::of(leaf.der()).at(0).at(6).whole.to_vec()),
    ] {
        for file in [octets.clone(), [&[0; 200][..], &octets].concat()] {
            let refusal = refusal(file).unwrap().to_string();
            assert!(!refusal.contains("private key"), "{what}: {refusal}");
        }
    }
}

/// What is no key that anybody knows is refused all the same.
#[test]
fn takes_nothing_beside_a_certificate_that_could_be_a_key() {
    let pem = leaf().to_pem();
    let key = world::leaf_key().pkcs8().to_vec();
    let hexadecimal: String = key.iter().map(|octet| format!("{octet:02x}")).collect();
    let narrow = |text: &str| -> String {
        text.as_bytes().chunks(20).map(|line| format!("  {}\n", line.escape_ascii())).collect()
    };
    for other in [
        hexadecimal.clone(),
        narrow(&hexadecimal),
        narrow(&STANDARD.encode([5; 32])),
        STANDARD.encode([5; 32]),
        STANDARD.encode([5; 90]).replace('A', "\\n"),
        block("PRIVATE KEY", &[5; 90]).replace("PRIVATE", "private"),
        block("PRIVATE KEY", &[5; 90]).replace("-----", "\u{2013}\u{2013}\u{2013}"),
        block("PUBLIC KEY", &[5; 10]),
        "-----BEGIN SOMETHING-----\nAAAA\n".to_owned(),
        "\u{1}\u{2}".to_owned(),
        "a\u{1a}b".to_owned(),
    ] {
        for (at, file) in encodings(&format!("{pem}{other}")).into_iter().take(4).enumerate() {
            assert_eq!(refusal(file), Some(UploadRefusal::NotAlone), "{at}: {other}");
        }
        assert_eq!(refusal(format!("{other}\n{pem}")), Some(UploadRefusal::NotAlone), "{other}");
    }
    // In octets that are no UTF-16, and in ASCII behind UTF-16.
    let [_, _, little, ..] = encodings(&pem);
    for other in [b"\xd8\xd8\xd8\xd8".to_vec(), hexadecimal.into_bytes()] {
        assert_eq!(refusal([&little[..], &other].concat()), Some(UploadRefusal::NotAlone));
    }
}

/// Large files that ask for as much as a file can. There is no time to check, so that a slow search
/// shows as a slow test.
#[test]
fn looks_at_each_octet_a_few_times_at_most() {
    let octets = 4_000_000;
    for unit in [
        b"<RSAKeyValue\n".as_slice(),
        b"<RSAKeyValue",
        b"\"kty\"",
        b"\x30\x00",
        b"\x30\x80",
        b"\x30\x02\x30\x00",
        b"-----BEGIN PRIVATE KEY----- og ",
        b"PRIVATE KEY",
        b"AAAAAAA-",
        b"A",
    ] {
        let file: Vec<u8> = unit.iter().copied().cycle().take(octets).collect();
        assert_eq!(refusal(file), Some(UploadRefusal::TooLarge { octets }));
    }
    let blocks = "-----BEGIN A-----\nAAAA\n".repeat(2_600);
    let file = format!("{blocks}{}", leaf().to_pem());
    assert_eq!(refusal(file), Some(UploadRefusal::NotAlone));
}

/// A policy may have numbers that are arranged as those of a key are, and biometric data are arranged
/// as a whole key is (RFC 3739, section 3.2.5): what is a certificate is no key.
#[test]
fn a_certificate_that_looks_like_a_key_inside_is_one_nevertheless() {
    for octets in ["0\u{5}\u{2}\u{1}\u{3}0\0", "0\u{5}\u{2}\u{1}\u{1}\u{2}\u{7f}A"] {
        let mut holder = world::system();
        holder.common_name = format!("A {octets}");
        let key = world::leaf_key();
        let authority = world::authority(Environment::Production);
        let leaf = authority.issue(&holder, key.public(), world::serial(9), world::start());
        assert!(refusal(octets).is_some_and(|it| it.to_string().contains("private key")));
        assert_eq!(refusal(leaf.der()), None);
        assert_eq!(refusal(leaf.to_pem()), None);
    }
}

/// Text as programs and people put it around a certificate.
const EXPLANATIONS: [&str; 12] = [
    "",
    "Bag Attributes\n    friendlyName: Ærlig – Łódź\n    localKeyID: 54 69 6D 65 20 31\n",
    "subject=C = DK, O = Testkommunen, serialNumber = UI:DK-O:G:00000000-0000-4000-8000-000000000001\n",
    "SHA1 Fingerprint=0123456789abcdef0123456789ABCDEF01234567\n",
    "        Modulus:\n            00:c5:11:9e:\n            77:01\n",
    "Certifikat\ntil\nfagsystemet\n\n\t(produktion)\n",
    "Cert Hash(sha1): 0123456789abcdef0123456789abcdef01234567\n",
    "--- uden PRIVATE KEY ---\n",
    "serial=0123456789ABCDEF0123456789ABCDEF01234567\nnotBefore=Jan  1 00:00:00 2030 GMT\n",
    "Thumbprint : 0123456789ABCDEF0123456789ABCDEF01234567\nSubject    : CN=fagsystem\n",
    "Serial: 0123456789ABCDEF0123456789ABCDEF01234567\nSHA1: 0123456789ABCDEF0123456789ABCDEF01234567\n",
    " 0 s:C = DK, O = Ærø Kommune\n",
];

proptest! {
    #![proptest_config(world::proptest_config(400))]

    #[test]
    fn a_certificate_with_a_key_beside_it_is_never_taken(
        which in any::<prop::sample::Index>(), form in 0..6_usize, behind in any::<bool>(),
        explanation in prop::sample::select(&EXPLANATIONS), one in 0..7_usize,
        other in prop::option::of(0..7_usize),
        ends in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        // Both are most often in one encoding: a file in two is no text.
        let other = other.unwrap_or(one);
        let (texts, keys) = (texts(), keys());
        let at = which.index(texts.len() + keys.len());
        let key = match keys.get(at) {
            None => encodings(&texts[at - keys.len()].replace('\n', ends))[other].clone(),
            Some((_, octets, _)) if form == 0 => octets.clone(),
            Some((_, octets, _)) => {
                let text = match form {
                    1 => in_lines(octets),
                    2 => STANDARD.encode(octets),
                    3 => block("PRIVATE KEY", octets),
                    4 => block("X", octets),
                    _ => octets.iter().map(|octet| format!("{octet:02X}")).collect(),
                };
                encodings(&text.replace('\n', ends))[other].clone()
            }
        };
        let certificate = format!("{explanation}{}{explanation}", leaf().to_pem());
        let certificate = encodings(&certificate.replace('\n', ends))[one].clone();
        let parts = if behind { [certificate, key] } else { [key, certificate] };
        prop_assert!(Certificate::from_cer(&parts.concat()).is_err());
    }

    #[test]
    fn a_certificate_with_an_explanation_is_always_taken(
        before in prop::sample::select(&EXPLANATIONS), behind in prop::sample::select(&EXPLANATIONS),
        encoding in 0..4_usize, ends in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        end in prop::sample::select(vec!["", "\n", "\u{1a}", "  \n\n", "\n\u{1a}\n", "\n\0"]),
        label in prop::sample::select(vec!["CERTIFICATE", "X509 CERTIFICATE"]),
    ) {
        let leaf = leaf();
        let pem = leaf.to_pem().replace("CERTIFICATE", label);
        let text = format!("{before}{pem}{behind}").replace('\n', ends) + end;
        prop_assert_eq!(Certificate::from_cer(&encodings(&text)[encoding]), Ok(leaf));
    }
}
