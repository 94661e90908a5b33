//! What a header claims, and what is refused before any cryptography.

use super::*;
use crate::{
    Document, Legacy, Limits, Reference, SignatureSpec, StrDialect, Transform,
    fixtures::{certificate, encrypted_assertion, halves, key, parse},
    sign,
};

const NOTHING_MORE: Coverage = Coverage { parts: &[], every_header: false };

fn signed(ids: &[&str], token: &str) -> String {
    let (before, after) = halves(uris::SOAP_1_2, token);
    let references = ids.iter().map(|&id| match id {
        "reference" => {
            let dialect = StrDialect::EncryptedData;
            Reference { id: id.to_owned(), transforms: vec![Transform::StrTransform { dialect }] }
        }
        id => Reference::exclusive(id),
    });
    let spec = SignatureSpec { references: references.collect(), ..SignatureSpec::default() };
    sign(&before, &after, &spec, &key()).unwrap()
}

fn read(xml: &str) -> Result<(), SignatureRefusal> {
    SecurityHeader::read(parse(xml).root()).map(drop)
}

fn covers(xml: &str, coverage: &Coverage) -> Result<(), SignatureRefusal> {
    SecurityHeader::read(parse(xml).root())?.check_coverage(coverage).map(drop)
}

#[test]
fn claims_are_read_before_anything_is_verified() {
    let xml = signed(&["body"], &encrypted_assertion(""));
    let document = parse(&xml);
    let header = SecurityHeader::read(document.root()).unwrap();
    assert_eq!(header.created().unwrap().unverified().to_string(), "2030-03-01T08:00:00Z");
    assert_eq!(header.expires().unwrap().unverified().to_string(), "2030-03-01T08:05:00.120Z");
    assert_eq!(header.binary_security_token().unwrap().into_unverified(), certificate());
    assert!(header.assertion().is_none());
    let token = header.encrypted_assertion().unwrap();
    assert!(token.unverified().is(uris::SAML, "EncryptedAssertion"));
    assert!(header.body().unverified().is(uris::SOAP_1_2, "Body"));
    let to = header.header("http://www.w3.org/2005/08/addressing", "To").unwrap();
    assert_eq!(to.map(Element::text).into_unverified().unwrap(), "https://signature.sts.invalid/");
}

#[test]
fn a_message_without_optional_parts_claims_nothing() {
    let xml = format!(
        "<s:Envelope xmlns:s=\"{}\"><s:Header><Security xmlns=\"{}\"/></s:Header><s:Body/>\
         </s:Envelope>",
        uris::SOAP_1_1,
        uris::WSSE
    );
    let document = parse(&xml);
    let header = SecurityHeader::read(document.root()).unwrap();
    assert!(header.created().is_none() && header.expires().is_none());
    assert!(header.binary_security_token().is_none() && header.encrypted_assertion().is_none());
    assert_eq!(header.key_info(), KeyInfo::Absent);
    assert!(matches!(
        header.check_coverage(&NOTHING_MORE).unwrap_err(),
        SignatureRefusal::NoSignature { .. }
    ));
}

#[test]
fn a_message_of_another_shape_is_refused() {
    let xml = signed(&["body"], "");
    read(&xml).unwrap();
    let fails = |from: &str, to: &str| {
        assert!(xml.contains(from), "{from}");
        read(&xml.replace(from, to)).expect_err(to)
    };
    assert!(matches!(
        fails(uris::SOAP_1_2, "urn:evil"),
        SignatureRefusal::Shape(ShapeError::WrongElement { .. })
    ));
    assert!(matches!(
        fails("<s:Body", "<s:Body/><s:Body"),
        SignatureRefusal::Shape(ShapeError::Several { .. })
    ));
    assert!(matches!(
        fails("<s:Header>", "<s:Header/><s:Header>"),
        SignatureRefusal::Shape(ShapeError::Several { .. })
    ));
    assert!(matches!(
        fails("</s:Envelope>", "<x/></s:Envelope>"),
        SignatureRefusal::Shape(ShapeError::Unexpected { .. })
    ));
    let without = format!("<s:Envelope xmlns:s=\"{0}\"><s:Body/></s:Envelope>", uris::SOAP_1_1);
    assert_eq!(read(&without), Err(SignatureRefusal::NoSecurityHeader));
    assert_eq!(
        fails("<o:Security ", "<o:Security/><o:Security "),
        SignatureRefusal::SeveralSecurityHeaders { count: 2 }
    );
    for twice in ["<u:Timestamp u:Id=\"timestamp\">", "<o:BinarySecurityToken u:Id"] {
        let name = twice.split(' ').next().unwrap();
        let double = format!("{name}/>{twice}");
        assert!(matches!(
            fails(twice, &double),
            SignatureRefusal::Shape(ShapeError::Several { .. })
        ));
    }
    let double = format!("</u:Timestamp>{0}{0}", encrypted_assertion("x").replace("u:Id", "Id"));
    assert!(matches!(
        fails("</u:Timestamp>", &double),
        SignatureRefusal::Shape(ShapeError::Several { .. })
    ));
}

#[test]
fn a_value_that_cannot_be_read_is_refused_with_its_name() {
    let xml = signed(&["body"], "");
    let fails = |from: &str, to: &str| {
        assert!(xml.contains(from), "{from}");
        read(&xml.replace(from, to)).expect_err(to)
    };
    assert!(fails("08:00:00Z<", "25:00:00Z<").to_string().contains("`2030-03-01T25:00:00Z`"));
    assert!(matches!(
        fails("08:00:00Z<", "08:<!-- -->00:00Z<"),
        SignatureRefusal::Shape(ShapeError::CommentInValue { .. })
    ));
    for (from, to) in [
        (uris::X509_V3, "urn:other"),
        (uris::BASE64_BINARY, "urn:other"),
        ("#Base64Binary\">MII", "#Base64Binary\">AII"),
    ] {
        assert!(matches!(fails(from, to), SignatureRefusal::UnusableToken { .. }), "{to}");
    }
    assert!(matches!(
        fails("#Base64Binary\">MII", "#Base64Binary\">!II"),
        SignatureRefusal::Shape(ShapeError::BadValue { .. })
    ));
}

#[test]
fn each_part_must_be_covered_by_its_position() {
    const TO: Part =
        Part::Header { namespace: "http://www.w3.org/2005/08/addressing", local_name: "To" };
    let token = encrypted_assertion("saml2");
    let ids = ["body", "timestamp", "certificate", "reference", "to"];
    let parts: [&[Part]; 5] =
        [&[Part::Body], &[Part::Timestamp], &[Part::BinarySecurityToken], &[Part::Token], &[TO]];
    for (id, parts) in ids.into_iter().zip(parts) {
        let coverage = Coverage { parts, every_header: false };
        covers(&signed(&ids, &token), &coverage).unwrap();
        let fewer: Vec<_> = ids.into_iter().filter(|other| *other != id).collect();
        assert_eq!(
            covers(&signed(&fewer, &token), &coverage),
            Err(SignatureRefusal::NotCovered { part: parts[0] })
        );
    }
    // The Body must be covered, also where nobody says so.
    assert_eq!(
        covers(&signed(&["to"], ""), &NOTHING_MORE),
        Err(SignatureRefusal::NotCovered { part: Part::Body })
    );
    // A reference to the token reference covers that, and not the token.
    let xml = signed(&["body", "reference"], &token);
    let start = xml.find("<Transform Algorithm=\"http://docs").unwrap();
    let end = start + xml[start..].find("</Transform>").unwrap() + "</Transform>".len();
    let exclusive = format!("<Transform Algorithm=\"{}\"/>", uris::EXC_C14N);
    let plain = [&xml[..start], &*exclusive, &xml[end..]].concat();
    let coverage = Coverage { parts: &[Part::Token], every_header: false };
    assert_eq!(covers(&plain, &coverage), Err(SignatureRefusal::NotCovered { part: Part::Token }));
}

#[test]
fn a_part_that_is_missing_or_there_twice_is_named() {
    const FROM: Part = Part::Header { namespace: "urn:x", local_name: "From" };
    let xml = signed(&["body"], "");
    for part in [Part::Token, FROM] {
        let parts: &'static [Part] = match part {
            FROM => &[FROM],
            _ => &[Part::Token],
        };
        assert_eq!(
            covers(&xml, &Coverage { parts, every_header: false }),
            Err(SignatureRefusal::MissingPart { part })
        );
    }
    let from = "<From xmlns=\"urn:x\"/>";
    let twice = xml.replace("<s:Header>", &format!("<s:Header>{from}{from}"));
    assert_eq!(
        covers(&twice, &Coverage { parts: &[FROM], every_header: false }),
        Err(SignatureRefusal::SeveralParts { part: FROM })
    );
}

#[test]
fn every_header_means_also_unknown_ones() {
    let coverage = Coverage { parts: &[], every_header: true };
    let xml = signed(&["body", "to", "message-id"], "");
    covers(&xml, &coverage).unwrap();
    let more = xml.replace("</s:Header>", "<More xmlns=\"urn:x\"/></s:Header>");
    assert_eq!(
        covers(&more, &coverage),
        Err(SignatureRefusal::HeaderNotCovered { header: "{urn:x}More".to_owned() })
    );
    assert!(matches!(
        covers(&signed(&["body", "to"], ""), &coverage),
        Err(SignatureRefusal::HeaderNotCovered { .. })
    ));
}

#[test]
fn a_header_that_holds_encrypted_data_must_be_covered_itself() {
    // Of the token in `Security` the `EncryptedData` is enough; what stands beside it in a header
    // would not be signed.
    let coverage = Coverage { parts: &[], every_header: true };
    let (before, after) = halves(uris::SOAP_1_2, "");
    let header = encrypted_assertion("x").replacen(" ", " ID=\"header\" ", 1);
    let before = before.replace("<o:Security ", &format!("{header}<o:Security "));
    for id in ["header", "encrypted", "reference"] {
        let transforms = match id {
            "reference" => {
                vec![Transform::StrTransform { dialect: StrDialect::EncryptedAssertion }]
            }
            _ => vec![Transform::Exclusive { prefixes: Vec::new() }],
        };
        let mut references = ["body", "to", "message-id"].map(Reference::exclusive).to_vec();
        references.push(Reference { id: id.to_owned(), transforms });
        let spec = SignatureSpec { references, ..SignatureSpec::default() };
        let covered = covers(&sign(&before, &after, &spec, &key()).unwrap(), &coverage);
        if id == "header" {
            covered.unwrap();
        } else {
            let header = format!("{{{}}}EncryptedAssertion", uris::SAML);
            assert_eq!(covered, Err(SignatureRefusal::HeaderNotCovered { header }), "{id}");
        }
    }
}

#[test]
fn what_was_not_signed_cannot_be_read_from_a_signed_message() {
    let xml = signed(&["body", "to"], &encrypted_assertion(""));
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    let header = SecurityHeader::read(document.root()).unwrap();
    let covered = header.check_coverage(&NOTHING_MORE).unwrap();
    let message = covered.verify(key().public(), Legacy::Refuse).unwrap();
    let wsa = "http://www.w3.org/2005/08/addressing";
    assert!(message.header(wsa, "To").is_some());
    assert!(message.header(wsa, "MessageID").is_none());
    assert!(message.timestamp().is_none());
    assert!(message.binary_security_token().is_none());
    assert!(message.token().is_none());
    assert_eq!(message.headers().count(), 1);
    // A comment is not signed either, so a value with one has no value.
    let content = message.body().only_child("urn:x", "x").unwrap();
    assert!(matches!(content.text(), Err(ShapeError::CommentInValue { .. })));
}

#[test]
fn key_info_that_says_nothing_useful_is_read_as_other() {
    let xml = signed(&["body"], "");
    let with = |key_info: &str| {
        let key_info = format!("</SignatureValue><KeyInfo>{key_info}</KeyInfo>");
        let xml = xml.replace("</SignatureValue>", &key_info);
        SecurityHeader::read(parse(&xml).root()).unwrap().key_info()
    };
    assert!(matches!(with(""), KeyInfo::Other { .. }));
    assert!(matches!(with("<KeyName>n</KeyName>"), KeyInfo::Other { .. }));
    assert!(matches!(with("<X509Data><X509SKI>AA==</X509SKI></X509Data>"), KeyInfo::Other { .. }));
    assert!(matches!(
        with("<X509Data><X509Certificate>AA==</X509Certificate></X509Data>"),
        KeyInfo::Other { .. }
    ));
    let pair = "<X509Data><X509IssuerSerial><X509IssuerName>CN=a</X509IssuerName>\
                <X509SerialNumber> 1 </X509SerialNumber></X509IssuerSerial></X509Data>";
    let expected = KeyInfo::IssuerSerial { issuer: "CN=a".to_owned(), serial: "1".to_owned() };
    assert_eq!(with(pair), expected);
    let reference = format!("<o:SecurityTokenReference>{pair}</o:SecurityTokenReference>");
    assert_eq!(with(&reference), expected);
}
