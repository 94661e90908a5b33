//! What is signed here verifies here, by every algorithm and every way.

use super::*;
use crate::{
    Coverage, Legacy, Part, SecurityHeader, SignatureRefusal, enveloped_certificate_der,
    fixtures::{certificate, encrypted_assertion, halves, key, other_key, parse},
    verify_enveloped,
};

const EVERYTHING: Coverage =
    Coverage { parts: &[Part::Timestamp, Part::BinarySecurityToken], every_header: true };
const WITH_TOKEN: Coverage =
    Coverage { parts: &[Part::Timestamp, Part::Token], every_header: true };

fn spec() -> SignatureSpec {
    let ids = ["to", "message-id", "timestamp", "certificate", "body"];
    SignatureSpec { references: ids.map(Reference::exclusive).to_vec(), ..SignatureSpec::default() }
}

fn soap(spec: &SignatureSpec, token: &str) -> String {
    let (before, after) = halves(uris::SOAP_1_1, token);
    sign(&before, &after, spec, &key()).unwrap()
}

#[track_caller]
fn check(signed: &str, coverage: &Coverage) {
    let document = parse(signed);
    let header = SecurityHeader::read(document.root()).unwrap();
    let covered = header.check_coverage(coverage).unwrap_or_else(|e| panic!("{e}: {signed}"));
    let message =
        covered.verify(key().public(), Legacy::Refuse).unwrap_or_else(|e| panic!("{e}: {signed}"));
    assert_eq!(message.body().children().next().unwrap().attribute("b"), Some("2"));
    assert_eq!(
        covered.verify(other_key().public(), Legacy::Refuse).unwrap_err(),
        SignatureRefusal::SignatureMismatch
    );
}

#[test]
fn every_algorithm_with_every_digest() {
    for algorithm in SigningAlgorithm::ALL {
        for digest in DigestAlgorithm::ALL {
            let signed = soap(&SignatureSpec { algorithm, digest, ..spec() }, "");
            assert!(signed.contains(algorithm.uri()) && signed.contains(digest.uri()));
            check(&signed, &EVERYTHING);
        }
    }
}

#[test]
fn every_canonicalisation_of_the_signed_info() {
    let listed = |prefixes: &[&str]| Canonicalization::Exclusive {
        prefixes: prefixes.iter().map(|&prefix| prefix.to_owned()).collect(),
    };
    for canonicalization in [
        Canonicalization::Inclusive,
        listed(&[]),
        listed(&["s", "o"]),
        listed(&["#default"]),
        listed(&["unknown"]),
    ] {
        for prefix in ["", "ds", "sig"] {
            let canonicalization = canonicalization.clone();
            check(&soap(&SignatureSpec { canonicalization, prefix, ..spec() }, ""), &EVERYTHING);
        }
    }
}

#[test]
fn the_short_way_to_the_canonical_signed_info_and_the_long_one_agree() {
    let (before, after) = halves(uris::SOAP_1_1, "");
    for prefix in ["", "ds"] {
        let short = SignatureSpec { prefix, ..spec() };
        // A list with an unknown prefix changes the method's element alone.
        let info = signed_info(&[&*before, &after].concat(), before.len(), &short).unwrap();
        let by_short = canonical_signed_info(&before, &after, &info, &short).unwrap();
        let prefixes = vec!["unknown".to_owned()];
        let long = SignatureSpec {
            canonicalization: Canonicalization::Exclusive { prefixes },
            ..short.clone()
        };
        let by_long = canonical_signed_info(&before, &after, &info, &long).unwrap();
        assert_eq!(String::from_utf8(by_short), String::from_utf8(by_long));
    }
}

#[test]
fn every_transform_of_a_reference() {
    let lists: [&[Transform]; 6] = [
        &[],
        &[Transform::Inclusive],
        &[Transform::EnvelopedSignature],
        &[Transform::EnvelopedSignature, Transform::Inclusive],
        &[Transform::EnvelopedSignature, Transform::Exclusive { prefixes: vec!["a".to_owned()] }],
        &[Transform::Exclusive { prefixes: vec!["#default".to_owned(), "s".to_owned()] }],
    ];
    for transforms in lists {
        let mut spec = spec();
        for reference in &mut spec.references {
            reference.transforms = transforms.to_vec();
        }
        check(&soap(&spec, ""), &EVERYTHING);
    }
}

#[test]
fn a_token_in_both_dialects_with_and_without_a_prefix() {
    for dialect in [StrDialect::EncryptedAssertion, StrDialect::EncryptedData] {
        for prefix in ["", "saml2"] {
            let mut spec = spec();
            spec.key_info = KeyInfoSpec::SamlId { id: "encrypted".to_owned() };
            spec.references.push(Reference {
                id: "reference".to_owned(),
                transforms: vec![Transform::StrTransform { dialect }],
            });
            let signed = soap(&spec, &encrypted_assertion(prefix));
            check(&signed, &WITH_TOKEN);

            let document = parse(&signed);
            let header = SecurityHeader::read(document.root()).unwrap();
            let covered = header.check_coverage(&WITH_TOKEN).unwrap();
            let message = covered.verify(key().public(), Legacy::Refuse).unwrap();
            let token = message.token().unwrap();
            assert!(token.is(uris::XENC, "EncryptedData"), "{dialect:?}");

            let tampered = signed.replace("AAAA", "AAAB");
            let document = parse(&tampered);
            let header = SecurityHeader::read(document.root()).unwrap();
            let covered = header.check_coverage(&WITH_TOKEN).unwrap();
            assert_eq!(
                covered.verify(key().public(), Legacy::Refuse).unwrap_err(),
                SignatureRefusal::DigestMismatch { id: "reference".to_owned() }
            );
        }
    }
}

#[test]
fn a_token_by_a_direct_reference() {
    let assertion =
        format!("<t:Assertion xmlns:t=\"{}\" ID=\"encrypted\">x</t:Assertion>", uris::SAML);
    for token in [assertion, encrypted_assertion("")] {
        let mut spec = spec();
        spec.references.push(Reference::exclusive("encrypted"));
        check(&soap(&spec, &token), &WITH_TOKEN);
    }
}

#[test]
fn a_certificate_through_a_token_reference() {
    for dialect in [StrDialect::EncryptedAssertion, StrDialect::EncryptedData] {
        let (before, after) = halves(uris::SOAP_1_2, "");
        let before = before.replace(
            &format!(
                "<o:KeyIdentifier ValueType=\"{}\">encrypted</o:KeyIdentifier>",
                uris::SAML_ID
            ),
            "<o:Reference URI=\"#certificate\"/>",
        );
        let mut spec = spec();
        spec.references.retain(|reference| reference.id != "certificate");
        spec.references.push(Reference {
            id: "reference".to_owned(),
            transforms: vec![Transform::StrTransform { dialect }],
        });
        check(&sign(&before, &after, &spec, &key()).unwrap(), &EVERYTHING);
    }
}

#[test]
fn an_assertion_holds_the_signature_over_itself() {
    let before = format!("<Assertion xmlns=\"{}\" ID=\"_1\"><Issuer>i</Issuer>", uris::SAML);
    let after = "<Subject xml:lang=\"da\">s</Subject></Assertion>";
    let spec = SignatureSpec {
        references: vec![Reference::enveloped("_1")],
        key_info: KeyInfoSpec::X509Certificate(certificate()),
        ..SignatureSpec::default()
    };
    let signed = sign(&before, after, &spec, &key()).unwrap();
    let document = parse(&signed);
    let assertion = document.root();
    let claimed = enveloped_certificate_der(assertion).unwrap();
    assert_eq!(*claimed.unverified(), certificate().der());

    let verified = verify_enveloped(assertion, key().public(), Legacy::Refuse).unwrap();
    assert_eq!(verified.attribute("ID"), Some("_1"));
    assert_eq!(verified.only_child(uris::SAML, "Subject").unwrap().text().unwrap(), "s");
    // The signature is not part of what it signs.
    assert_eq!(verified.child(uris::DS, "Signature").map(|_| ()), None);
    assert_eq!(verified.children().count(), 2);
    assert_eq!(verified.descendants().count(), 3);
    assert!(verified.only_child(uris::DS, "Signature").is_err());
    let canonical = String::from_utf8(verified.canonical(&Canonicalization::exclusive())).unwrap();
    assert_eq!(canonical, [&*before, after].concat());

    assert_eq!(
        verify_enveloped(assertion, other_key().public(), Legacy::Refuse).unwrap_err(),
        SignatureRefusal::SignatureMismatch
    );
}

#[test]
fn an_assertion_inside_another_document_and_in_inclusive_form() {
    for transforms in [
        vec![Transform::EnvelopedSignature],
        vec![Transform::EnvelopedSignature, Transform::Inclusive],
    ] {
        let before = format!(
            "<r xmlns:p=\"urn:p\" xml:lang=\"da\"><Assertion xmlns=\"{}\" ID=\"_1\">",
            uris::SAML
        );
        let reference = Reference { id: "_1".to_owned(), transforms };
        let spec = SignatureSpec { references: vec![reference], ..SignatureSpec::default() };
        let signed = sign(&before, "<p:x/></Assertion></r>", &spec, &key()).unwrap();
        let document = parse(&signed);
        let assertion = document.root().child(uris::SAML, "Assertion").unwrap();
        verify_enveloped(assertion, key().public(), Legacy::Refuse).unwrap();
    }
}

#[test]
fn a_signature_directly_before_and_after_what_it_signs() {
    let (before, after) = halves(uris::SOAP_1_1, "");
    let whole = [&*before, &after].concat();
    for place in ["<u:Timestamp", "<o:BinarySecurityToken", "<o:SecurityTokenReference"] {
        let (before, after) = whole.split_at(whole.find(place).unwrap());
        check(&sign(before, after, &spec(), &key()).unwrap(), &EVERYTHING);
    }
}

#[test]
fn what_is_said_about_the_key_can_be_read() {
    use crate::KeyInfo;
    let read = |key_info| {
        let signed = soap(&SignatureSpec { key_info, ..spec() }, "");
        let document = parse(&signed);
        SecurityHeader::read(document.root()).unwrap().key_info()
    };
    assert_eq!(read(KeyInfoSpec::Absent), KeyInfo::Absent);
    assert_eq!(
        read(KeyInfoSpec::X509Certificate(certificate())),
        KeyInfo::X509Certificate(certificate())
    );
    for value_type in [None, Some(uris::X509_V3)] {
        let uri = "#certificate".to_owned();
        assert_eq!(
            read(KeyInfoSpec::TokenReference { uri: uri.clone(), value_type }),
            KeyInfo::DirectReference { uri }
        );
    }
    let id = "a&b".to_owned();
    assert_eq!(read(KeyInfoSpec::SamlId { id: id.clone() }), KeyInfo::SamlId { id });
}

#[test]
fn mistakes_of_the_writer_are_named() {
    let fails = |before: &str, after: &str, references: Vec<Reference>| {
        let spec = SignatureSpec { references, ..SignatureSpec::default() };
        sign(before, after, &spec, &key()).unwrap_err()
    };
    let (before, after) = halves(uris::SOAP_1_1, "");
    let one = |id: &str| vec![Reference::exclusive(id)];
    let with = |id: &str, transforms| vec![Reference { id: id.to_owned(), transforms }];
    assert_eq!(fails(&before, &after, vec![]), SigningError::BadReferenceCount(0));
    assert_eq!(
        fails(&before, &after, vec![Reference::exclusive("to"); 33]),
        SigningError::BadReferenceCount(33)
    );
    assert_eq!(fails(&before, &after, one("no")), SigningError::UnknownId("no".to_owned()));
    assert!(matches!(fails(&before, "</b>", one("to")), SigningError::Malformed(_)));
    assert_eq!(fails("<a", "></a>", one("to")), SigningError::BadPlace);
    let twice = after.replace("\"body\"", "\"to\"");
    assert_eq!(fails(&before, &twice, one("to")), SigningError::DuplicateId("to".to_owned()));
    let whole = before.replace("<s:Header>", "<s:Header u:Id=\"header\">");
    assert_eq!(
        fails(&whole, &after, one("header")),
        SigningError::SignsItself("header".to_owned())
    );
    let data = StrDialect::EncryptedData;
    // A token that holds the signature, by a reference to it.
    let (open, close) = (&*before.replace("encrypted<", "token<"), &*after);
    let token = format!("<t:Assertion xmlns:t=\"{}\" ID=\"token\">", uris::SAML);
    assert_eq!(
        fails(
            &[open, &token].concat(),
            &["</t:Assertion>", close].concat(),
            with("reference", vec![Transform::StrTransform { dialect: data }])
        ),
        SigningError::SignsItself("reference".to_owned())
    );
    for transforms in [
        vec![Transform::Inclusive, Transform::Inclusive],
        vec![Transform::Inclusive, Transform::EnvelopedSignature],
        vec![Transform::EnvelopedSignature, Transform::StrTransform { dialect: data }],
    ] {
        assert_eq!(
            fails(&before, &after, with("to", transforms)),
            SigningError::BadTransforms("to".to_owned())
        );
    }
    for id in ["to", "reference"] {
        assert_eq!(
            fails(&before, &after, with(id, vec![Transform::StrTransform { dialect: data }])),
            SigningError::UnresolvedToken(id.to_owned())
        );
    }
}

#[test]
fn a_pkcs_1_signature_is_the_same_each_time() {
    assert_eq!(soap(&spec(), ""), soap(&spec(), ""));
}
