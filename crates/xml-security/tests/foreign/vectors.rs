//! The committed vectors: `tests/vectors/README.md` says what each of them is.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::Certificate;

use crate::{canonical, messages};

fn read(name: &str) -> String {
    let path = messages::folder("tests/vectors").join(name);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// Every vector whose name begins with that of its kind.
fn vectors(kind: &str) -> Vec<String> {
    let folder = messages::folder("tests/vectors");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the vectors are committed")
        .map(|entry| entry.expect("the folder is readable").file_name())
        .map(|name| name.into_string().expect("names are UTF-8"))
        .filter(|name| name.starts_with(kind))
        .collect();
    names.sort();
    names
}

fn signed_by() -> Certificate {
    let pem = read("signer.pem");
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(base64).expect("PEM is base64");
    Certificate::from_der(&der).expect("a certificate")
}

#[test]
fn requests_verify() {
    let names = vectors("request-");
    assert_eq!(names.len(), 6);
    for name in names {
        let message = read(&name);
        assert_eq!(messages::verify_request(&message), Ok(()), "{name}");
        // Anything that is signed and changes is found: here in the body, and in a header.
        for (part, from, to) in
            [("body", "zeta=\"last\"", "zeta=\"Last\""), ("header", "uuid:", "UUID:")]
        {
            let changed = message.replacen(from, to, 1);
            assert_ne!(changed, message, "{name}: {part}");
            let error = messages::verify_request(&changed).expect_err("it was changed");
            assert!(error.ends_with("is not as it was signed"), "{name}: {error}");
        }
    }
}

#[test]
fn the_reply_verifies() {
    let message = read("reply-xmlsec1.xml");
    assert_eq!(messages::verify_reply(&message, &signed_by()), Ok(()));
    // The envelope's `xml:lang` is part of every inclusive form.
    let changed = message.replacen("xml:lang=\"da\"", "xml:lang=\"en\"", 1);
    let error = messages::verify_reply(&changed, &signed_by());
    assert_eq!(error, Err("`action` is not as it was signed".to_owned()));
}

#[test]
fn assertions_verify() {
    let names = vectors("assertion-");
    assert_eq!(names.len(), 5);
    for name in names {
        let message = read(&name);
        assert_eq!(messages::verify_assertion(&message, &signed_by()), Ok(()), "{name}");
        let changed = message.replacen("https://wsp.invalid", "https://wsp.Invalid", 1);
        let error = messages::verify_assertion(&changed, &signed_by());
        assert_eq!(error, Err("`_6a1b7f0e` is not as it was signed".to_owned()), "{name}");
    }
}

#[test]
fn tokens_signed_through_a_token_reference_verify() {
    let names = vectors("token-");
    assert_eq!(names.len(), 2);
    for name in names {
        let message = read(&name);
        assert_eq!(messages::verify_call(&message, &signed_by()), Ok(()), "{name}");
        let changed = message.replacen("aes256-cbc", "aes256-gcm", 1);
        let error = messages::verify_call(&changed, &signed_by());
        assert_eq!(error, Err("`STR-token` is not as it was signed".to_owned()), "{name}");
    }
}

#[test]
fn small_documents_have_the_committed_canonical_forms() {
    let forms = read("canonical/forms");
    for line in forms.lines() {
        let [file, mode, apex, prefixes, form] =
            line.split('\t').collect::<Vec<_>>().try_into().expect("a line has five fields");
        let document = read(&format!("canonical/{file}.xml"));
        let apex = apex.parse().expect("a place is a number");
        let expected = String::from_utf8(STANDARD.decode(form).expect("base64")).expect("UTF-8");
        let ours = canonical::ours(&document, mode == "inclusive", apex, prefixes);
        assert_eq!(ours.as_deref(), Ok(&*expected), "{file}.xml: {mode} {apex} `{prefixes}`");
    }
    assert_eq!(forms.lines().count(), 152);
}
