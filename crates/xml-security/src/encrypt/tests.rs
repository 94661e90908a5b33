//! What is encrypted decrypts, and nothing tells failures apart.

use std::collections::BTreeSet;

use super::*;
use crate::{
    Document, Limits,
    fixtures::{certificate, key, other_key, parse},
};

const ALL: [ContentEncryption; 2] = [ContentEncryption::Aes256Cbc, ContentEncryption::Aes256Gcm];

fn encrypted(plaintext: &str, content: ContentEncryption) -> String {
    let mut entropy = Entropy::seeded(1, "xml-security", "encrypt");
    encrypt(plaintext, &certificate(), content, "encryptedassertion", &mut entropy)
}

fn decrypted(encrypted: &str) -> Result<String, DecryptionFailed> {
    decrypt(parse(encrypted).root(), &key())
        .map(|plaintext| String::from_utf8_lossy(&plaintext).into_owned())
}

#[test]
fn every_length_comes_back() {
    for content in ALL {
        for length in 0..50 {
            let plaintext = format!("<a>{}</a>", "x".repeat(length));
            assert_eq!(decrypted(&encrypted(&plaintext, content)), Ok(plaintext));
        }
    }
    assert_eq!(decrypted(&encrypted("", ContentEncryption::Aes256Cbc)), Ok(String::new()));
}

#[test]
fn the_layout_is_that_of_the_sts() {
    let xml = encrypted("<a/>", ContentEncryption::Aes256Cbc);
    let document = parse(&xml);
    let data = document.root();
    data.expect(uris::XENC, "EncryptedData").unwrap();
    assert_eq!(data.attribute("Type"), Some(uris::ENCRYPTED_ELEMENT));
    assert_eq!(data.attribute_ns(uris::WSU, "Id"), Some("encryptedassertion"));
    let key = data
        .only_child(uris::DS, "KeyInfo")
        .and_then(|info| info.only_child(uris::XENC, "EncryptedKey"))
        .unwrap();
    let method = key.only_child(uris::XENC, "EncryptionMethod").unwrap();
    assert_eq!(method.attribute("Algorithm"), Some(uris::RSA_OAEP_MGF1P));
    let reference = key
        .only_child(uris::DS, "KeyInfo")
        .and_then(|info| info.only_child(uris::WSSE, "SecurityTokenReference"))
        .and_then(|reference| reference.only_child(uris::DS, "X509Data"))
        .and_then(|data| data.only_child(uris::DS, "X509IssuerSerial"))
        .unwrap();
    let issuer = reference.only_child(uris::DS, "X509IssuerName").unwrap().text().unwrap();
    assert!(issuer.starts_with("C=DK, O=") && issuer.contains(", CN="), "{issuer}");
    let serial = reference.only_child(uris::DS, "X509SerialNumber").unwrap().text().unwrap();
    assert_eq!(serial, certificate().serial().to_decimal());
    // The order of the elements, as the reference clients compare it.
    let names: Vec<_> = data.descendants().map(|element| element.local_name()).collect();
    assert_eq!(
        names.join(" "),
        "EncryptedData EncryptionMethod KeyInfo EncryptedKey EncryptionMethod DigestMethod KeyInfo \
         SecurityTokenReference X509Data X509IssuerSerial X509IssuerName X509SerialNumber \
         CipherData CipherValue CipherData CipherValue"
    );
}

#[test]
fn an_encrypted_assertion_may_hold_the_key_beside_or_by_reference() {
    for content in ALL {
        let xml = encrypted("<a/>", content);
        let start = xml.find("<e:EncryptedKey").unwrap();
        let end = xml.find("</e:EncryptedKey>").unwrap() + "</e:EncryptedKey>".len();
        let key = xml[start..end]
            .replace("<DigestMethod", &format!("<DigestMethod xmlns=\"{}\"", uris::DS));
        let without = [&xml[..start], &xml[end..]].concat();
        let wrap = |content: &str| {
            format!("<EncryptedAssertion xmlns=\"{}\">{content}</EncryptedAssertion>", uris::SAML)
        };
        assert_eq!(decrypted(&wrap(&xml)), Ok("<a/>".to_owned()));
        assert_eq!(decrypted(&wrap(&format!("{without}{key}"))), Ok("<a/>".to_owned()));
        assert_eq!(decrypted(&wrap(&without)), Err(DecryptionFailed));
        // The key may stand anywhere, if it is named.
        let method = format!("<RetrievalMethod xmlns=\"{}\" URI=\"#key\"/></KeyInfo>", uris::DS);
        let named = without.replacen("</KeyInfo>", &method, 1);
        let key = key.replacen("<e:EncryptedKey", "<e:EncryptedKey Id=\"key\"", 1);
        let two = format!("{}{key}{key}", wrap(&named));
        let elsewhere = format!("<r>{}{key}</r>", wrap(&named));
        let document = parse(&elsewhere);
        let assertion = document.root().child(uris::SAML, "EncryptedAssertion").unwrap();
        assert_eq!(decrypt(assertion, &self::key()).unwrap().as_slice(), b"<a/>");
        // Two elements with one id: none is meant.
        let document_two = format!("<r>{two}</r>");
        let document = parse(&document_two);
        let assertion = document.root().child(uris::SAML, "EncryptedAssertion").unwrap();
        assert!(decrypt(assertion, &self::key()).is_err());
    }
}

#[test]
fn another_key_decrypts_nothing() {
    for content in ALL {
        let xml = encrypted("<a/>", content);
        assert!(decrypt(parse(&xml).root(), &other_key()).is_err());
    }
}

#[test]
fn the_last_octet_of_the_padding_is_its_length_and_the_others_are_arbitrary() {
    let key = [7; KEY_LEN];
    let seal = |blocks: &[u8]| {
        let mut blocks = blocks.to_vec();
        let iv = [9; BLOCK_LEN];
        let unbound = UnboundCipherKey::new(&AES_256, &key).unwrap();
        EncryptingKey::cbc(unbound)
            .unwrap()
            .less_safe_encrypt(&mut blocks, EncryptionContext::Iv128(FixedLength::from(iv)))
            .unwrap();
        [&iv[..], &blocks].concat()
    };
    let open = |blocks: &[u8]| decrypt_cbc(seal(blocks), &key).map(|plain| plain.to_vec());

    for last in 1..=16_u8 {
        let mut block = *b"0123456789abcdef";
        block[15] = last;
        let kept = 16 - usize::from(last);
        assert_eq!(open(&block), Ok(block[..kept].to_vec()), "padding of {last}");
        // All zero, as some write it, and all the same, as PKCS#7 does.
        block[kept..15].fill(0);
        assert_eq!(open(&block), Ok(block[..kept].to_vec()));
        block[kept..15].fill(last);
        assert_eq!(open(&block), Ok(block[..kept].to_vec()));
    }
    for last in [0, 17, 32, 255] {
        let mut block = [1; 32];
        block[31] = last;
        assert_eq!(open(&block), Err(DecryptionFailed), "padding of {last}");
    }
}

#[test]
fn every_failure_is_the_same() {
    let mut answers = BTreeSet::new();
    for content in ALL {
        let good = encrypted("<a>some text that fills blocks</a>", content);
        assert!(decrypted(&good).is_ok());
        let other = match content {
            ContentEncryption::Aes256Cbc => ContentEncryption::Aes256Gcm,
            ContentEncryption::Aes256Gcm => ContentEncryption::Aes256Cbc,
        };
        let values: Vec<_> = good
            .match_indices("CipherValue>")
            .map(|(at, found)| at + found.len())
            .step_by(2)
            .collect();
        let (key, text) = (values[0], values[1]);
        let changed = |at: usize| {
            let mut bytes = good.clone().into_bytes();
            bytes[at + 4] = if bytes[at + 4] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        };
        let cut = |at: usize, length: usize| {
            let end = at + good[at..].find('<').unwrap();
            [&good[..at + length], &good[end..]].concat()
        };
        for (what, bad) in [
            ("algorithm", good.replace(content.uri(), other.uri())),
            (
                "unknown algorithm",
                good.replace(content.uri(), "http://www.w3.org/2001/04/xmlenc#aes128-cbc"),
            ),
            (
                "key algorithm",
                good.replace(uris::RSA_OAEP_MGF1P, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
            ),
            ("key digest", good.replace(uris::SHA1, uris::SHA256)),
            ("key", changed(key)),
            ("key cut", cut(key, 8)),
            ("key empty", cut(key, 0)),
            ("text empty", cut(text, 0)),
            ("text of one vector", cut(text, 16)),
            ("text cut", cut(text, 20)),
            ("not base64", good.replace("</xenc:CipherValue>", "!</xenc:CipherValue>")),
            ("no key", good.replace("e:EncryptedKey", "e:OtherKey")),
            ("no value", good.replace("xenc:CipherValue", "xenc:OtherValue")),
            ("comment", good.replace("</xenc:CipherValue>", "<!-- --></xenc:CipherValue>")),
        ] {
            // One octet of CBC changed may still decrypt, to other text: it has no integrity.
            let failed = decrypted(&bad).expect_err(what);
            answers.insert(format!("{failed} {failed:?}"));
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[test]
fn what_was_encrypted_elsewhere_is_decrypted_with_folded_base64() {
    let xml = encrypted("<a/>", ContentEncryption::Aes256Gcm);
    let folded = xml.replace("CipherValue>", "CipherValue>\r\n ");
    let document = Document::parse(folded.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(decrypt(document.root(), &key()).unwrap().as_slice(), b"<a/>");
}

#[test]
fn a_seed_decides_the_content_key_and_the_ciphertext() {
    let cipher = |xml: &str| xml.rsplit("CipherValue>").nth(1).map(str::to_owned);
    for content in ALL {
        assert_eq!(cipher(&encrypted("<a/>", content)), cipher(&encrypted("<a/>", content)));
    }
}
