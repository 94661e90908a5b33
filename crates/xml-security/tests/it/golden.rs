//! Real messages of NemLog-in's STS and its clients, from the folder that `SKIFT_GOLDEN` names.
//!
//! They are not ours to keep, so where the folder is missing each test says so by name.

use std::{fs, io::Write as _, path::PathBuf};

use xml_security::{
    Coverage, Document, KeyInfo, Legacy, Limits, Part, SecurityHeader, ShapeError,
    SignatureRefusal, uris,
};

const WSA: &str = "http://www.w3.org/2005/08/addressing";
const WST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";

/// What NemLog-in demands of a request.
const REQUEST: Coverage =
    Coverage { parts: &[Part::Timestamp, Part::BinarySecurityToken], every_header: true };
const ANSWER: Coverage = Coverage { parts: &[Part::Timestamp], every_header: true };

/// The file `name`, or nothing and a line that says so.
fn golden(test: &str, name: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("SKIFT_GOLDEN") else {
        // Past the test runner, which would keep it to itself.
        let line = format!("SKIPPED {test}: SKIFT_GOLDEN is not set\n");
        std::io::stderr().write_all(line.as_bytes()).expect("standard error takes a line");
        return None;
    };
    let path = PathBuf::from(folder).join(name);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(bytes)
}

#[test]
fn a_request_of_the_dotnet_client_verifies() {
    let Some(bytes) = golden("a_request_of_the_dotnet_client_verifies", "rst-dotnet.xml") else {
        return;
    };
    let document = Document::parse(&bytes, &Limits::default()).unwrap();
    let header = SecurityHeader::read(document.root()).unwrap();
    assert_eq!(header.created().unwrap().unverified().to_string(), "2015-11-04T11:54:13Z");
    assert_eq!(header.expires().unwrap().unverified().to_string(), "2015-11-04T11:59:13Z");
    assert_eq!(header.key_info(), KeyInfo::DirectReference { uri: "#sec-binsectoken".to_owned() });
    let certificate = header.binary_security_token().unwrap().into_unverified();
    let covered = header.check_coverage(&REQUEST).unwrap();
    covered.check_digests(Legacy::Refuse).unwrap();
    let message = covered.verify(certificate.public_key(), Legacy::Refuse).unwrap();

    assert_eq!(message.headers().count(), 3);
    let to = message.header(WSA, "To").unwrap();
    assert_eq!(to.text().unwrap(), "https://signature.sts.nemlog-in.dk/");
    let request = message.body().only_child(WST, "RequestSecurityToken").unwrap();
    assert!(request.attribute("Context").unwrap().starts_with("urn:uuid:"));
    assert_eq!(message.signature_value().len(), 256);
}

#[test]
fn a_request_of_the_dotnet_client_with_one_letter_changed_does_not() {
    let test = "a_request_of_the_dotnet_client_with_one_letter_changed_does_not";
    let Some(bytes) = golden(test, "rst-dotnet.xml") else { return };
    let text = String::from_utf8(bytes).unwrap();
    for (from, to, id) in [
        ("https://wsp.itcrew.dk", "https://wsp.itcrew.dj", "body"),
        ("https://signature.sts", "https://signaturf.sts", "to"),
        ("2015-11-04T11:59:13Z", "2015-11-04T11:59:14Z", "sec-ts"),
    ] {
        let tampered = text.replacen(from, to, 1);
        let document = Document::parse(tampered.as_bytes(), &Limits::default()).unwrap();
        let header = SecurityHeader::read(document.root()).unwrap();
        let certificate = header.binary_security_token().unwrap().into_unverified();
        let covered = header.check_coverage(&REQUEST).unwrap();
        assert_eq!(
            covered.verify(certificate.public_key(), Legacy::Refuse).unwrap_err(),
            SignatureRefusal::DigestMismatch { id: id.to_owned() }
        );
    }
}

#[test]
fn an_answer_of_the_sts_has_the_digests_it_was_signed_with() {
    let test = "an_answer_of_the_sts_has_the_digests_it_was_signed_with";
    let Some(bytes) = golden(test, "rstr-dotnet.xml") else { return };
    let document = Document::parse(&bytes, &Limits::default()).unwrap();
    let header = SecurityHeader::read(document.root()).unwrap();
    assert_eq!(header.key_info(), KeyInfo::Absent);
    let covered = header.check_coverage(&ANSWER).unwrap();
    // Enveloped-signature on elements that do not hold the signature: inclusive C14N, in place.
    covered.check_digests(Legacy::AllowSha1).unwrap();
    assert_eq!(
        covered.check_digests(Legacy::Refuse).unwrap_err(),
        SignatureRefusal::AlgorithmNotAllowed { uri: uris::SHA1.to_owned() }
    );
}

#[test]
fn an_answer_of_the_sts_with_one_letter_changed_has_another_digest() {
    let test = "an_answer_of_the_sts_with_one_letter_changed_has_another_digest";
    let Some(bytes) = golden(test, "rstr-dotnet.xml") else { return };
    let text = String::from_utf8(bytes).unwrap().replacen("IdtAc2TX", "IdtAc2TY", 1);
    let document = Document::parse(text.as_bytes(), &Limits::default()).unwrap();
    let header = SecurityHeader::read(document.root()).unwrap();
    let covered = header.check_coverage(&ANSWER).unwrap();
    assert_eq!(
        covered.check_digests(Legacy::AllowSha1).unwrap_err(),
        SignatureRefusal::DigestMismatch { id: "body".to_owned() }
    );
}

#[test]
fn the_documented_request_has_a_certificate_that_was_edited_by_hand() {
    let test = "the_documented_request_has_a_certificate_that_was_edited_by_hand";
    let Some(bytes) = golden(test, "rst-official.xml") else { return };
    let document = Document::parse(&bytes, &Limits::default()).unwrap();
    assert!(matches!(
        SecurityHeader::read(document.root()).unwrap_err(),
        SignatureRefusal::UnusableToken { .. }
    ));
}

#[test]
fn the_documented_answer_stands_in_another_envelope_and_is_not_taken_for_a_message() {
    let test = "the_documented_answer_stands_in_another_envelope_and_is_not_taken_for_a_message";
    let Some(bytes) = golden(test, "rstr-official.xml") else { return };
    let document = Document::parse(&bytes, &Limits::default()).unwrap();
    assert_eq!(
        SecurityHeader::read(document.root()).unwrap_err(),
        SignatureRefusal::NoSecurityHeader
    );
    let body = document.root().only_child(uris::SOAP_1_1, "Body").unwrap();
    let inner = body.only_child(uris::SOAP_1_1, "Envelope").unwrap();
    assert!(matches!(
        SecurityHeader::read(inner).unwrap_err(),
        SignatureRefusal::Shape(ShapeError::NotTheRoot { .. })
    ));
}

#[test]
fn what_the_java_client_digests_of_a_token_is_encrypted_data() {
    let test = "what_the_java_client_digests_of_a_token_is_encrypted_data";
    let Some(bytes) = golden(test, "str-transform-java-pretty.xml") else { return };
    let document = Document::parse(&bytes, &Limits::default()).unwrap();
    let data = document.root();
    assert!(data.is(uris::XENC, "EncryptedData"));
    assert_eq!(data.attribute_ns(uris::WSU, "Id"), Some("encryptedassertion"));
}

#[test]
fn what_the_dotnet_client_digests_of_a_token_is_kept_as_text_only() {
    let test = "what_the_dotnet_client_digests_of_a_token_is_kept_as_text_only";
    let Some(bytes) = golden(test, "str-transform-dotnet-pretty.xml") else { return };
    // The file lost a namespace declaration (`xmlns:o`) when it was written down.
    let error = Document::parse(&bytes, &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("an unknown namespace prefix 'o'"), "{error}");
}
