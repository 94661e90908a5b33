//! `xmlsec1`, both ways.

use xml_security::{ContentEncryption, Document, Limits, decrypt, encrypt, uris};

use stage::engines::{self, Scratch, Xmlsec};

use crate::{
    content::Dice,
    messages::{self, Layout, PKCS1, scratch, signer},
};

fn accepts(xmlsec: &Xmlsec, scratch: &Scratch, message: &str) -> Result<(), String> {
    xmlsec.verify(&signer().certificate_pem, &scratch.write("message.xml", message))
}

fn fill_in(xmlsec: &Xmlsec, scratch: &Scratch, template: &str) -> String {
    let file = scratch.write("template.xml", template);
    let ids = engines::ids();
    let mut arguments = vec!["--sign", "--privkey-pem", &signer().key_pem];
    arguments.extend(["--enabled-key-data", "rsa"]);
    arguments.extend(ids.iter().map(String::as_str));
    arguments.push(&file);
    let signed = xmlsec.run(&arguments).expect("xmlsec1 signs");
    String::from_utf8(signed).expect("xmlsec1 writes UTF-8")
}

#[test]
fn xmlsec1_accepts_requests_signed_here() {
    const TEST: &str = "xmlsec1_accepts_requests_signed_here";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    for layout in Layout::ALL {
        for (seed, (algorithm, digest, _)) in (0..).zip(PKCS1.iter().cycle().take(6)) {
            let mut dice = Dice::new(seed, TEST);
            let message = messages::request(&mut dice, layout, *algorithm, *digest).sign();
            let what = format!("{layout:?}, seed {seed}");
            assert_eq!(accepts(&xmlsec, &scratch, &message), Ok(()), "{what}\n{message}");
            let tampered = messages::tampered(&message);
            assert!(accepts(&xmlsec, &scratch, &tampered).is_err(), "{what}, tampered");
        }
    }
}

#[test]
fn requests_signed_by_xmlsec1_verify_here() {
    const TEST: &str = "requests_signed_by_xmlsec1_verify_here";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    for layout in Layout::ALL {
        for (seed, (algorithm, digest, _)) in (0..).zip(PKCS1.iter().cycle().take(12)) {
            let mut dice = Dice::new(seed, TEST);
            let unsigned = messages::request(&mut dice, layout, *algorithm, *digest);
            let message = fill_in(&xmlsec, &scratch, &unsigned.template(dice.chance(50)));
            let what = format!("{layout:?}, seed {seed}");
            assert_eq!(messages::verify_request(&message), Ok(()), "{what}\n{message}");
            let tampered = messages::verify_request(&messages::tampered(&message));
            assert_eq!(tampered, Err("`body` is not as it was signed".to_owned()), "{what}");
        }
    }
}

#[test]
fn xmlsec1_accepts_replies_signed_here() {
    const TEST: &str = "xmlsec1_accepts_replies_signed_here";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    for (seed, (algorithm, digest, _)) in (0..).zip(PKCS1.iter().cycle().take(6)) {
        let message = messages::reply(&mut Dice::new(seed, TEST), *algorithm, *digest).sign();
        assert_eq!(accepts(&xmlsec, &scratch, &message), Ok(()), "seed {seed}\n{message}");
        let tampered = messages::tampered(&message);
        assert!(accepts(&xmlsec, &scratch, &tampered).is_err(), "seed {seed}, tampered");
    }
}

#[test]
fn replies_signed_by_xmlsec1_verify_here() {
    const TEST: &str = "replies_signed_by_xmlsec1_verify_here";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    let verify = |message: &str| messages::verify_reply(message, &signer().certificate);
    for (seed, (algorithm, digest, _)) in (0..).zip(PKCS1.iter().cycle().take(12)) {
        let unsigned = messages::reply(&mut Dice::new(seed, TEST), *algorithm, *digest);
        let message = fill_in(&xmlsec, &scratch, &unsigned.template(false));
        assert_eq!(verify(&message), Ok(()), "seed {seed}\n{message}");
        let tampered = verify(&messages::tampered(&message));
        assert_eq!(tampered, Err("`body` is not as it was signed".to_owned()), "seed {seed}");
    }
}

#[test]
fn xmlsec1_accepts_assertions_signed_here() {
    const TEST: &str = "xmlsec1_accepts_assertions_signed_here";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    for (seed, (algorithm, digest, _)) in (0..).zip(PKCS1.iter().cycle().take(6)) {
        let message = messages::assertion(&mut Dice::new(seed, TEST), *algorithm, *digest).sign();
        assert_eq!(accepts(&xmlsec, &scratch, &message), Ok(()), "seed {seed}\n{message}");
        let tampered = messages::tampered(&message);
        assert!(accepts(&xmlsec, &scratch, &tampered).is_err(), "seed {seed}, tampered");
    }
}

#[test]
fn assertions_signed_by_xmlsec1_verify_here() {
    const TEST: &str = "assertions_signed_by_xmlsec1_verify_here";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    let verify = |message: &str| messages::verify_assertion(message, &signer().certificate);
    for (seed, (algorithm, digest, _)) in (0..).zip(PKCS1.iter().cycle().take(12)) {
        let mut dice = Dice::new(seed, TEST);
        let unsigned = messages::assertion(&mut dice, *algorithm, *digest);
        let message = fill_in(&xmlsec, &scratch, &unsigned.template(dice.chance(50)));
        assert_eq!(verify(&message), Ok(()), "seed {seed}\n{message}");
        let tampered = verify(&messages::tampered(&message));
        assert_eq!(tampered, Err("`_a1` is not as it was signed".to_owned()), "seed {seed}");
    }
}

#[test]
fn xmlsec1_decrypts_what_is_encrypted_here() {
    const TEST: &str = "xmlsec1_decrypts_what_is_encrypted_here";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    for content in [ContentEncryption::Aes256Cbc, ContentEncryption::Aes256Gcm] {
        // Every length of padding.
        for length in 0..17 {
            let plaintext = format!("<a>{}</a>", "x".repeat(length));
            let mut entropy = entropy::Entropy::seeded(length as u64, "foreign", TEST);
            let encrypted = encrypt(&plaintext, &signer().certificate, content, "e", &mut entropy);
            let file = scratch.write("encrypted.xml", format!("<r>{encrypted}</r>"));
            let decrypted = xmlsec
                .run(&["--decrypt", "--privkey-pem", &signer().key_pem, &file])
                .expect("xmlsec1 decrypts");
            let expected = format!("<?xml version=\"1.0\"?>\n<r>{plaintext}</r>\n");
            let expected = expected.replace("<a></a>", "<a/>");
            assert_eq!(String::from_utf8_lossy(&decrypted), expected, "{content:?}, {length}");
        }
    }
}

#[test]
fn what_xmlsec1_encrypts_is_decrypted_here() {
    const TEST: &str = "what_xmlsec1_encrypts_is_decrypted_here";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    for content in [ContentEncryption::Aes256Cbc, ContentEncryption::Aes256Gcm] {
        let template = format!(
            "<xenc:EncryptedData xmlns:xenc=\"{xenc}\" Type=\"{element}\"><xenc:EncryptionMethod \
             Algorithm=\"{algorithm}\"/><KeyInfo xmlns=\"{ds}\"><xenc:EncryptedKey>\
             <xenc:EncryptionMethod Algorithm=\"{oaep}\"><DigestMethod Algorithm=\"{sha1}\"/>\
             </xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue/></xenc:CipherData>\
             </xenc:EncryptedKey></KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData>\
             </xenc:EncryptedData>",
            xenc = uris::XENC,
            element = uris::ENCRYPTED_ELEMENT,
            algorithm = content.uri(),
            ds = uris::DS,
            oaep = uris::RSA_OAEP_MGF1P,
            sha1 = uris::SHA1,
        );
        let template = scratch.write("template.xml", template);
        for length in 0..17 {
            let plaintext = format!("<a>{}</a>", "x".repeat(length)).replace("<a></a>", "<a/>");
            let file = scratch.write("plain.xml", &plaintext);
            let encrypted = xmlsec
                .run(&[
                    "--encrypt",
                    "--pubkey-cert-pem",
                    &signer().certificate_pem,
                    "--session-key",
                    "aes-256",
                    "--xml-data",
                    &file,
                    &template,
                ])
                .expect("xmlsec1 encrypts");
            let document =
                Document::parse(&encrypted, &Limits::default()).expect("xmlsec1 writes XML");
            let decrypted = decrypt(document.root(), &signer().key).expect("it is for this key");
            assert_eq!(String::from_utf8_lossy(&decrypted), plaintext, "{content:?}, {length}");
        }
    }
}
