//! What people upload for a certificate, and what they are told.

use base64::{Engine, engine::general_purpose::STANDARD};
use parties::Environment;
use pki::{
    Certificate, KeyError, MalformedCertificate, Name, SigningRequest, UploadRefusal,
    pkcs12::{self, Contents},
};

use crate::{
    programs::{self, Folder},
    world,
};

fn leaf() -> Certificate {
    world::leaf(&world::authority(Environment::Production))
}

fn refusal(file: impl AsRef<[u8]>) -> UploadRefusal {
    Certificate::from_cer(file.as_ref()).unwrap_err()
}

#[test]
fn takes_der_and_pem_in_every_disguise() {
    let leaf = leaf();
    let pem = leaf.to_pem();
    for file in [
        leaf.der().to_vec(),
        pem.clone().into_bytes(),
        pem.replace('\n', "\r\n").into_bytes(),
        pem.replace('\n', "\r").into_bytes(),
        pem.trim_end().as_bytes().to_vec(),
        format!("\u{feff}{pem}").into_bytes(),
        format!("\n\n  {pem}\n\n").into_bytes(),
        format!("Bag Attributes\n    friendlyName: Ærlig\nsubject=CN = A\n{pem}").into_bytes(),
        pem.replace("CERTIFICATE", "X509 CERTIFICATE").into_bytes(),
    ] {
        assert_eq!(Certificate::from_cer(&file), Ok(leaf.clone()), "{}", file.len());
    }
}

#[test]
fn says_that_a_key_store_is_one() {
    let (leaf, key) = (leaf(), world::leaf_key());
    let contents = Contents { key: &key, certificate: &leaf, authorities: &[], friendly_name: "A" };
    for make in [pkcs12::portal, pkcs12::old_windows] {
        let file = make(&contents, "kode", &mut world::entropy("upload"));
        assert_eq!(refusal(file), UploadRefusal::Pkcs12);
    }
    // Windows writes indefinite lengths.
    assert_eq!(refusal(b"\x30\x80\x02\x01\x03\x30\x80"), UploadRefusal::Pkcs12);
    let signed_data = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80";
    assert_eq!(refusal(signed_data), UploadRefusal::Pkcs7);
    assert_eq!(refusal("-----BEGIN PKCS12-----\n-----END PKCS12-----"), UploadRefusal::Pkcs12);
    assert!(UploadRefusal::Pkcs12.to_string().contains("without the private key"));
}

#[test]
fn says_that_a_private_key_is_one_whatever_else_is_there() {
    let pkcs8 = world::leaf_key().pkcs8();
    assert_eq!(refusal(&*pkcs8), UploadRefusal::PrivateKey);
    // PKCS#1 is the content of PKCS#8's OCTET STRING.
    let pkcs1 = crate::der::Value::of(&pkcs8).at(2).content;
    assert_eq!(refusal(pkcs1), UploadRefusal::PrivateKey);
    let pem = leaf().to_pem();
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY"] {
        let block = format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        assert_eq!(refusal(format!("{pem}{block}")), UploadRefusal::PrivateKey);
        assert_eq!(refusal(format!("{block}{pem}")), UploadRefusal::PrivateKey);
        // Even cut off in the middle, so that nobody is told to mend the file.
        assert_eq!(refusal(&block[..block.len() - 30]), UploadRefusal::PrivateKey);
        // Nor does a broken block before it hide it.
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END PKCS7-----\n";
        assert_eq!(refusal(format!("{broken}{block}")), UploadRefusal::PrivateKey);
    }
}

#[test]
fn says_that_a_key_of_another_program_is_one() {
    for magic in [b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"] {
        let file = [&magic[..], b"\0\0\0\x02\0\0\0\x01"].concat();
        assert_eq!(refusal(file), UploadRefusal::JavaKeyStore);
    }
    for version in ["2", "3"] {
        let file = format!("PuTTY-User-Key-File-{version}: ssh-rsa\nEncryption: none\n");
        assert_eq!(refusal(file), UploadRefusal::PrivateKey);
    }
}

/// That a file is too large is not the worst of it.
#[test]
fn says_that_a_key_is_one_however_large_the_file_is() {
    let octets = 100 * 1024;
    let padded = |begin: &[u8]| {
        let mut file = begin.to_vec();
        file.resize(octets, b'x');
        refusal(file)
    };
    // The length of the whole, in three octets; then the version.
    let length = u32::try_from(octets - 5).unwrap().to_be_bytes();
    let pkcs12 = [&[0x30, 0x83][..], &length[1..], &[2, 1, 3, 0x30, 0]].concat();
    assert_eq!(padded(&pkcs12), UploadRefusal::Pkcs12);
    assert_eq!(padded(b"\x30\x80\x02\x01\x03\x30\x80"), UploadRefusal::Pkcs12);
    assert_eq!(padded(b"\xfe\xed\xfe\xed\0\0\0\x02"), UploadRefusal::JavaKeyStore);
    assert_eq!(padded(b"-----BEGIN RSA PRIVATE KEY-----\n"), UploadRefusal::PrivateKey);
    assert_eq!(padded(b"PuTTY-User-Key-File-3: ssh-rsa\n"), UploadRefusal::PrivateKey);
    assert_eq!(padded(b"\x30\x83\x01\x02\x03"), UploadRefusal::TooLarge { octets });
    assert_eq!(padded(b"x"), UploadRefusal::TooLarge { octets });
}

/// What stands before it, however long, in whatever encoding, does not hide it.
#[test]
fn says_that_a_key_is_one_wherever_it_stands() {
    let key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".as_slice();
    let long = vec![b'x'; 100 * 1024];
    let latin_1 = b"Registreret for K\xf8benhavn\n".as_slice();
    let der = leaf().der().to_vec();
    for before in [&long[..], latin_1, &der, b"\xef\xbb\xbf"] {
        assert_eq!(refusal([before, key].concat()), UploadRefusal::PrivateKey);
        assert_eq!(refusal([before, key, before].concat()), UploadRefusal::PrivateKey);
    }
    for other in [
        "PuTTY-User-Key-File-3: ssh-rsa\n",
        "-----BEGIN PRIVATE KEY -----\nAAAA\n",
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n",
        "<RSAKeyValue><Modulus>AAAA</Modulus><D>AAAA</D></RSAKeyValue>\n",
    ] {
        let file = leaf().to_pem() + other;
        assert_eq!(refusal(&file), UploadRefusal::PrivateKey, "{file}");
        let units: Vec<u16> = [0xfeff].into_iter().chain(file.encode_utf16()).collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(refusal(little), UploadRefusal::PrivateKey, "{file}");
        assert_eq!(refusal(big), UploadRefusal::PrivateKey, "{file}");
    }
    let marked = "\u{feff}PuTTY-User-Key-File-3: ssh-rsa\n";
    assert_eq!(refusal(marked), UploadRefusal::PrivateKey);
    assert_eq!(refusal([marked.as_bytes(), latin_1].concat()), UploadRefusal::PrivateKey);
}

/// Whatever a block is called, and whatever stands before it.
#[test]
fn says_that_a_key_in_base64_is_one() {
    let pkcs8 = world::leaf_key().pkcs8();
    let pkcs12 = [0x30, 0x06, 2, 1, 3, 0x30, 1, 0];
    let base64 = |octets: &[u8]| STANDARD.encode(octets);
    let cases = [(&**pkcs8, UploadRefusal::PrivateKey), (&pkcs12, UploadRefusal::Pkcs12)];
    for (octets, expected) in cases {
        let bare = base64(octets);
        let block = format!("-----BEGIN CERTIFICATE-----\n{bare}\n-----END CERTIFICATE-----\n");
        assert_eq!(refusal(&bare), expected);
        assert_eq!(refusal(&block), expected);
        assert_eq!(refusal(format!("{}{block}", leaf().to_pem())), expected);
        assert_eq!(refusal([b"K\xf8benhavn\n", block.as_bytes()].concat()), expected);
        assert_eq!(refusal(format!("{}{block}", "x\n".repeat(50_000))), expected);
    }
    for label in ["PKCS12", "PFX"] {
        let block = format!("-----BEGIN {label}-----\n-----END {label}-----\n");
        assert_eq!(refusal([b"K\xf8benhavn\n", block.as_bytes()].concat()), UploadRefusal::Pkcs12);
    }
}

#[test]
fn says_that_a_key_in_der_is_one_behind_something_and_cut_off() {
    let pkcs8 = world::leaf_key().pkcs8();
    let der = leaf().der().to_vec();
    assert_eq!(refusal([&der[..], &pkcs8].concat()), UploadRefusal::PrivateKey);
    assert_eq!(refusal(&pkcs8[..pkcs8.len() / 2]), UploadRefusal::PrivateKey);
    assert_eq!(refusal([b"\r\n", &**pkcs8].concat()), UploadRefusal::PrivateKey);
    assert_eq!(refusal(b"\x1e\xf1\xb5\xb0\0\0\0\0"), UploadRefusal::PrivateKey);
    let many = b"\x05\x00".repeat(1_000_000);
    assert_eq!(refusal([&many, &**pkcs8].concat()), UploadRefusal::PrivateKey);
    let several_primes = b"\x30\x82\x06\xe3\x02\x01\x01\x02\x82\x01\x81\0\xc5";
    assert_eq!(refusal(several_primes), UploadRefusal::PrivateKey);
}

/// What OpenSSL prints before a certificate is in the encoding of the name that it prints.
#[test]
fn takes_a_certificate_with_text_of_any_encoding_around_it() {
    let leaf = leaf();
    let pem = leaf.to_pem();
    let latin_1 = [b"friendlyName: SMDB K\xf8benhavn\n", pem.as_bytes()].concat();
    assert_eq!(Certificate::from_cer(&latin_1).unwrap(), leaf);
    // What begins as a sequence does, with a length that no certificate has.
    let cold = [b"0\xb0 C i k\xe6lderen\n", pem.as_bytes()].concat();
    assert_eq!(Certificate::from_cer(&cold).unwrap(), leaf);
    let utf_16: Vec<u8> =
        [0xfeff].into_iter().chain(pem.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(Certificate::from_cer(&utf_16).unwrap(), leaf);
}

/// The guide: a file that ends in `.pem` is refused.
#[test]
fn recommends_no_file_that_is_refused() {
    let text = refusal("hello").to_string();
    assert!(text.contains(".cer") && !text.contains(".pem") && !text.contains(".crt"), "{text}");
}

#[test]
fn says_what_else_was_uploaded() {
    let leaf = leaf();
    let authority = world::authority(Environment::Production);
    assert_eq!(refusal(""), UploadRefusal::Empty);
    assert_eq!(refusal(" \r\n\t"), UploadRefusal::Empty);
    assert_eq!(refusal("\u{feff}"), UploadRefusal::Empty);
    let request = SigningRequest::make(&Name::with_common_name("A"), &world::leaf_key());
    assert_eq!(refusal(request.der()), UploadRefusal::Request);
    assert_eq!(refusal(request.to_pem()), UploadRefusal::Request);
    let chain = [&leaf, authority.issuing(), authority.root()];
    let several = UploadRefusal::SeveralCertificates { count: 3 };
    assert_eq!(refusal(chain.map(Certificate::to_pem).concat()), several);
    assert_eq!(refusal(chain.map(Certificate::der).concat()), several);
    let octets = 64 * 1024 + 1;
    assert_eq!(refusal(vec![0x30; octets]), UploadRefusal::TooLarge { octets });
    assert_eq!(refusal(vec![b' '; octets - 1]), UploadRefusal::Empty);
    for text in [
        "hello",
        "0 is also how DER begins",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ] {
        assert_eq!(refusal(text), UploadRefusal::NotACertificate, "{text}");
    }
    assert_eq!(refusal(b"\xff\xfe\x00\x00"), UploadRefusal::NotACertificate);
    assert_eq!(refusal(b"PK\x03\x04\xff\xff"), UploadRefusal::NotACertificate);
}

#[test]
fn says_what_is_wrong_with_a_certificate() {
    let mut cut = leaf().der().to_vec();
    cut.truncate(500);
    let UploadRefusal::Malformed(malformed) = refusal(&cut) else { panic!("malformed") };
    assert!(matches!(malformed, MalformedCertificate::Encoding { field: "certificate", .. }));
    let mut more = leaf().der().to_vec();
    more.extend([0, 0]);
    assert!(matches!(refusal(&more), UploadRefusal::Malformed(_)));
}

#[test]
fn knows_what_openssl_makes() {
    if !programs::has("openssl", "knows_what_openssl_makes") {
        return;
    }
    let folder = Folder::of("upload");
    let leaf = folder.write("leaf.pem", leaf().to_pem());
    for form in ["DER", "PEM"] {
        let file = folder.path(form);
        let bundle = ["crl2pkcs7", "-nocrl", "-certfile", &leaf, "-outform", form, "-out", &file];
        assert!(programs::run("openssl", bundle, "").ok);
        assert_eq!(refusal(folder.read(form)), UploadRefusal::Pkcs7, "{form}");
    }

    let printed = folder.path("printed.pem");
    let print = ["x509", "-in", &leaf, "-text", "-serial", "-fingerprint", "-out", &printed];
    assert!(programs::run("openssl", print, "").ok);
    let alone = Certificate::from_cer(&folder.read("leaf.pem"));
    assert!(alone.is_ok());
    assert_eq!(Certificate::from_cer(&folder.read("printed.pem")), alone);

    let ec = folder.path("ec.pem");
    let make = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", "/CN=A"];
    let start = ["req", "-x509", "-days", "30", "-keyout", &ec];
    let answer = programs::run("openssl", start.iter().chain(&make), "");
    let refused = Certificate::from_cer(answer.text.as_bytes()).unwrap_err();
    assert!(
        matches!(refused, UploadRefusal::Malformed(MalformedCertificate::Key(KeyError::NotRsa(_)))),
        "{refused}"
    );
    for (form, command) in [
        ("alone", &["ec"][..]),
        ("in PKCS#8", &["pkcs8", "-topk8", "-nocrypt"]),
        ("encrypted", &["pkcs8", "-topk8", "-passout", "pass:A"]),
    ] {
        let file = folder.path("ec.der");
        let arguments = [command, &["-in", &ec, "-outform", "DER", "-out", &file]].concat();
        assert!(programs::run("openssl", arguments, "").ok, "{form}");
        assert_eq!(refusal(folder.read("ec.der")), UploadRefusal::PrivateKey, "{form}");
    }

    let (rsa, made) = (folder.path("rsa.pem"), folder.path("made.pem"));
    let make = |size: &str| {
        let start = ["req", "-x509", "-days", "30", "-newkey", size, "-noenc", "-keyout", &rsa];
        let end = ["-text", "-subj", "/CN=A", "-out", &made];
        assert!(programs::run("openssl", start.iter().chain(&end), "").ok, "{size}");
        Certificate::from_cer(&folder.read("made.pem"))
    };
    assert!(make("rsa:2048").unwrap().is_self_issued(), "read, though nobody trusts it");
    assert_eq!(
        make("rsa:1024").unwrap_err(),
        UploadRefusal::Malformed(MalformedCertificate::Key(KeyError::Size(1024)))
    );
}
