//! Keys: what they sign, others verify; what others sign and encrypt, they take.

use pki::{DecryptionFailed, KeyError, KeySize, PrivateKey, PublicKey, SignatureAlgorithm};

use crate::{
    der::{tlv, unhex},
    programs::{self, Folder},
    world,
};

const MESSAGE: &[u8] = b"rullende skift";

#[test]
fn verifies_what_it_signs_and_nothing_else() {
    let (key, other) = (world::leaf_key(), world::small_key());
    for algorithm in SignatureAlgorithm::ALL {
        let signature = key.sign(algorithm, MESSAGE);
        assert_eq!(signature.len(), 3072 / 8);
        key.public().verify(algorithm, MESSAGE, &signature).unwrap();
        key.public().verify(algorithm, b"another", &signature).unwrap_err();
        other.public().verify(algorithm, MESSAGE, &signature).unwrap_err();
        for another in SignatureAlgorithm::ALL.into_iter().filter(|a| *a != algorithm) {
            key.public().verify(another, MESSAGE, &signature).unwrap_err();
        }
        key.public().verify_legacy_sha1(MESSAGE, &signature).unwrap_err();
        let mut changed = signature.clone();
        changed[100] ^= 1;
        key.public().verify(algorithm, MESSAGE, &changed).unwrap_err();
        key.public().verify(algorithm, MESSAGE, &signature[1..]).unwrap_err();
        key.public().verify(algorithm, MESSAGE, &[]).unwrap_err();
    }
}

#[test]
fn pkcs1_repeats_itself_and_pss_does_not() {
    let key = world::small_key();
    let twice = |algorithm| [key.sign(algorithm, MESSAGE), key.sign(algorithm, MESSAGE)];
    let [first, second] = twice(SignatureAlgorithm::Pkcs1Sha256);
    assert_eq!(first, second);
    let [first, second] = twice(SignatureAlgorithm::PssSha256);
    assert_ne!(first, second);
}

#[test]
fn decrypts_what_is_encrypted_for_it() {
    let key = world::small_key();
    for secret in [&[][..], &[7; 16], &[7; 32], &[7; 86]] {
        let ciphertext = key.public().encrypt_oaep(secret);
        assert_eq!(*key.decrypt_oaep(&ciphertext).unwrap(), secret);
        assert_ne!(ciphertext, key.public().encrypt_oaep(secret));
    }
    let ciphertext = key.public().encrypt_oaep(&[7; 32]);
    assert_eq!(world::leaf_key().decrypt_oaep(&ciphertext), Err(DecryptionFailed));
    for wrong in [&[][..], &ciphertext[1..], &[0; 256], &[0xff; 256], &[1; 1000]] {
        assert_eq!(key.decrypt_oaep(wrong), Err(DecryptionFailed));
    }
}

#[test]
fn openssl_takes_what_it_makes_and_the_other_way_round() {
    if !programs::has("openssl", "openssl_takes_what_it_makes_and_the_other_way_round") {
        return;
    }
    let key = world::small_key();
    let folder = Folder::of("openssl-key");
    let der = folder.write("key.der", key.pkcs8());
    let (private, public) = (folder.path("key.pem"), folder.path("public.pem"));
    let message = folder.write("message", MESSAGE);
    let openssl = |arguments: &[&str]| {
        let answer = programs::run("openssl", arguments, "");
        assert!(answer.ok, "{arguments:?}: {}", answer.text);
    };
    openssl(&["pkey", "-inform", "DER", "-in", &der, "-out", &private]);
    openssl(&["pkey", "-in", &private, "-pubout", "-out", &public]);

    let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];
    for (algorithm, digest, options) in [
        (SignatureAlgorithm::Pkcs1Sha256, "-sha256", &[][..]),
        (SignatureAlgorithm::Pkcs1Sha384, "-sha384", &[]),
        (SignatureAlgorithm::Pkcs1Sha512, "-sha512", &[]),
        (SignatureAlgorithm::PssSha256, "-sha256", &pss),
        (SignatureAlgorithm::PssSha384, "-sha384", &pss),
        (SignatureAlgorithm::PssSha512, "-sha512", &pss),
    ] {
        let ours = folder.write("ours.sig", key.sign(algorithm, MESSAGE));
        let check = ["dgst", digest, "-verify", &public, "-signature", &ours];
        openssl(&[&check[..], options, &[&message]].concat());
        let theirs = folder.path("theirs.sig");
        let sign = ["dgst", digest, "-sign", &private, "-out", &theirs];
        openssl(&[&sign[..], options, &[&message]].concat());
        key.public().verify(algorithm, MESSAGE, &folder.read("theirs.sig")).unwrap();
    }

    // PSS with a salt of another length is another algorithm.
    let theirs = folder.path("salt.sig");
    let salt = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:20"];
    let sign = ["dgst", "-sha256", "-sign", &private, "-out", &theirs];
    openssl(&[&sign[..], &salt, &[&message]].concat());
    let signature = folder.read("salt.sig");
    key.public().verify(SignatureAlgorithm::PssSha256, MESSAGE, &signature).unwrap_err();

    // SHA-1 is verified by the one method that says so.
    let theirs = folder.path("sha1.sig");
    openssl(&["dgst", "-sha1", "-sign", &private, "-out", &theirs, &message]);
    let signature = folder.read("sha1.sig");
    key.public().verify_legacy_sha1(MESSAGE, &signature).unwrap();
    key.public().verify_legacy_sha1(b"another", &signature).unwrap_err();
    for algorithm in SignatureAlgorithm::ALL {
        key.public().verify(algorithm, MESSAGE, &signature).unwrap_err();
    }

    let oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha1"];
    let ours = folder.write("ours.enc", key.public().encrypt_oaep(MESSAGE));
    let plain = folder.path("plain");
    let decrypt = ["pkeyutl", "-decrypt", "-inkey", &private, "-in", &ours, "-out", &plain];
    openssl(&[&decrypt[..], &oaep].concat());
    assert_eq!(folder.read("plain"), MESSAGE);
    let theirs = folder.path("theirs.enc");
    let encrypt = ["pkeyutl", "-encrypt", "-pubin", "-inkey", &public];
    openssl(&[&encrypt[..], &["-in", &message, "-out", &theirs], &oaep].concat());
    assert_eq!(*key.decrypt_oaep(&folder.read("theirs.enc")).unwrap(), MESSAGE);
}

#[test]
fn an_rsa_key_is_what_stands_inside_its_private_key_info() {
    let key = world::leaf_key();
    let (pkcs8, pkcs1) = (key.pkcs8(), key.pkcs1());
    // RFC 5958, section 2: the key is the last of what stands in it, in an OCTET STRING.
    assert!(pkcs8.ends_with(&tlv(0x04, &pkcs1)));
    // RFC 8017, A.1.2: a version, and then the modulus.
    let modulus = pkcs1.iter().position(|octet| *octet == 0x02).unwrap();
    assert_eq!(pkcs1[modulus..modulus + 4], [0x02, 0x01, 0x00, 0x02]);
}

#[test]
fn survives_being_written_and_read() {
    let key = world::small_key();
    let again = PrivateKey::from_pkcs8(&key.pkcs8()).unwrap();
    assert_eq!(again.public(), key.public());
    assert_eq!(again.public().bits(), KeySize::Rsa2048.bits());
    let public = PublicKey::from_spki(key.public().spki()).unwrap();
    assert_eq!(&public, key.public());
    assert_ne!(&public, world::leaf_key().public());
}

#[test]
fn nothing_secret_is_shown() {
    let key = world::small_key();
    let shown = format!("{key:?} {key:#?}");
    assert_eq!(shown, "PrivateKey(RSA 2048) PrivateKey(RSA 2048)");
}

#[test]
fn refuses_what_is_not_a_key_of_its_kind() {
    for bytes in [&b""[..], b"\x30\x00", &[0x30; 100], world::small_key().public().spki()] {
        assert!(matches!(PrivateKey::from_pkcs8(bytes), Err(KeyError::Private(_))), "{bytes:?}");
    }
    for bytes in [&b""[..], b"\x30\x00", &[0x30; 100], &world::small_key().pkcs8()] {
        assert!(matches!(PublicKey::from_spki(bytes), Err(KeyError::Public(_))), "{bytes:?}");
    }
    // A point on P-256, of the kind `id-ecPublicKey`.
    let ec = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
    let ec = [unhex(ec), vec![1; 64]].concat();
    let refusal = PublicKey::from_spki(&ec).unwrap_err();
    assert_eq!(refusal, KeyError::NotRsa("1.2.840.10045.2.1".to_owned()));
}

#[test]
fn refuses_a_modulus_that_is_too_short_or_too_long() {
    let spki = |modulus: &[u8]| {
        let number = tlv(0x02, &[&[0], modulus].concat());
        let key = tlv(0x30, &[number, tlv(0x02, &[1, 0, 1])].concat());
        let rsa_encryption = unhex("300d06092a864886f70d0101010500");
        tlv(0x30, &[rsa_encryption, tlv(0x03, &[vec![0], key].concat())].concat())
    };
    for octets in [128, 255, 1025, 2048] {
        let refusal = PublicKey::from_spki(&spki(&vec![0xc1; octets])).unwrap_err();
        assert_eq!(refusal, KeyError::Size(octets * 8));
    }
    let refusal = PublicKey::from_spki(&spki(&[0; 300])).unwrap_err();
    assert!(matches!(refusal, KeyError::Public(_) | KeyError::Size(0)), "{refusal}");
}
