//! Attacks by what a signature says: its references, its transforms, its algorithms.

use xml_security::{Legacy, ShapeError, SignatureRefusal, uris};

use crate::message::{
    Refusal, attackers_key, call_signed_with, cut, key, receive_call, receive_call_with, refused,
    replaced, signed_call,
};

/// The accepted call with `from` replaced by `to` once.
fn call_with(from: &str, to: &str) -> String {
    replaced(&signed_call(), from, to)
}

#[test]
fn a_message_without_its_signature() {
    let whole = signed_call();
    let attack = replaced(&whole, cut(&whole, "<Signature", "</Signature>"), "");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NoSignature { .. })
    );
}

#[test]
fn a_signature_moved_out_of_the_security_header() {
    let whole = signed_call();
    let signature = cut(&whole, "<Signature", "</Signature>");
    let attack = replaced(&whole, signature, "");
    let attack = replaced(&attack, "</s:Body>", &format!("{signature}</s:Body>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NoSignature { .. })
    );
}

#[test]
fn a_message_with_two_signatures() {
    let whole = signed_call();
    let signature = cut(&whole, "<Signature", "</Signature>");
    let attack = replaced(&whole, signature, &[signature, signature].concat());
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::SeveralSignatures { count: 2, .. })
    );
}

#[test]
fn a_signature_by_somebody_else() {
    let whole = signed_call();
    let (before, after) = whole.split_once(cut(&whole, "<Signature", "</Signature>")).unwrap();
    let references = ["to", "timestamp", "token", "body"].map(xml_security::Reference::exclusive);
    let spec =
        xml_security::SignatureSpec { references: references.to_vec(), ..Default::default() };
    let honest = xml_security::sign(before, after, &spec, &key()).unwrap();
    assert_eq!(receive_call(honest.as_bytes()).as_deref(), Ok("alice"));
    let attack = xml_security::sign(before, after, &spec, &attackers_key()).unwrap();
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::SignatureMismatch)
    );
}

#[test]
fn a_signature_with_a_changed_signed_info() {
    // A digest of another body, which nobody signed.
    let whole = signed_call();
    let digest = cut(&whole, "<DigestValue>", "</DigestValue>");
    let attack = replaced(
        &whole,
        digest,
        "<DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</DigestValue>",
    );
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::SignatureMismatch)
    );
}

#[test]
fn duplicate_ids() {
    let attack = call_with("</s:Body>", "<x u:Id=\"body\"/></s:Body>");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::DuplicateId { id }) if id == "body"
    );
}

#[test]
fn duplicate_ids_of_different_kinds() {
    for twin in [
        format!("<x:Assertion xmlns:x=\"{}\" ID=\"body\"/>", uris::SAML),
        format!("<x:Object xmlns:x=\"{}\" Id=\"body\"/>", uris::DS),
        format!("<x:EncryptedKey xmlns:x=\"{}\" Id=\"body\"/>", uris::XENC),
    ] {
        let attack = call_with("</s:Body>", &format!("{twin}</s:Body>"));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::DuplicateId { id }) if id == "body"
        );
    }
}

#[test]
fn a_reference_to_another_element() {
    // The reference to the Body leads to an element of the attacker's choice.
    let attack = call_with("URI=\"#body\"", "URI=\"#to\"");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NotCovered { .. })
    );
}

#[test]
fn a_reference_to_nothing() {
    let attack = call_with("URI=\"#body\"", "URI=\"#nobody\"");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::UnresolvedReference { uri }) if uri == "#nobody"
    );
}

#[test]
fn an_external_reference() {
    for uri in ["http://evil.invalid/", "file:///etc/passwd", "body", "cid:body", "#xpointer(/)"] {
        let attack = call_with("URI=\"#body\"", &format!("URI=\"{uri}\""));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::ExternalReference { uri: found }) if found == uri
        );
    }
}

#[test]
fn a_reference_to_the_whole_document() {
    for attribute in ["URI=\"\"", ""] {
        let attack = call_with("URI=\"#body\"", attribute);
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::WholeDocumentReference)
        );
    }
}

#[test]
fn a_huge_number_of_references() {
    let whole = signed_call();
    let reference = cut(&whole, "<Reference", "</Reference>");
    let attack = replaced(&whole, reference, &reference.repeat(500));
    assert!(attack.len() < 256 * 1024, "within the size limit: {}", attack.len());
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::TooManyReferences { count: 503, limit: 32 })
    );
}

#[test]
fn references_that_make_much_of_little() {
    // A Body whose canonical form is thirty times as large, as each element repeats a long name,
    // from a caller whose key is good.
    let name = "x".repeat(200);
    let more = format!("<m xmlns:p=\"urn:{name}\">{}</m>", "<p:y/>".repeat(9_000));
    let once = call_signed_with(&more, 1);
    assert_eq!(receive_call(once.as_bytes()).as_deref(), Ok("alice"));
    let attack = call_signed_with(&more, 29);
    assert!(attack.len() < 256 * 1024, "within the size limit: {}", attack.len());
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::TooMuchToDigest)
    );
}

#[test]
fn transforms_that_are_not_allowed() {
    let exclusive = format!("<Transform Algorithm=\"{}\"></Transform>", uris::EXC_C14N);
    for uri in [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "http://www.w3.org/2006/12/xml-c14n11",
        "",
    ] {
        let attack = call_with(&exclusive, &format!("<Transform Algorithm=\"{uri}\"/>"));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::TransformNotAllowed { uri: found }) if found == uri
        );
    }
}

#[test]
fn transforms_in_an_order_that_is_not_allowed() {
    let of = |uri: &str| format!("<Transform Algorithm=\"{uri}\"></Transform>");
    let exclusive = of(uris::EXC_C14N);
    for (transforms, refused_uri) in [
        ([&*exclusive, &exclusive].concat(), uris::EXC_C14N),
        ([&*exclusive, &of(uris::ENVELOPED_SIGNATURE)].concat(), uris::ENVELOPED_SIGNATURE),
        (of(uris::ENVELOPED_SIGNATURE).repeat(2), uris::ENVELOPED_SIGNATURE),
        ([of(uris::ENVELOPED_SIGNATURE), of(uris::STR_TRANSFORM)].concat(), uris::STR_TRANSFORM),
        ([of(uris::C14N), exclusive.clone()].concat(), uris::EXC_C14N),
    ] {
        let attack = call_with(&exclusive, &transforms);
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::TransformNotAllowed { uri }) if uri == refused_uri
        );
    }
}

#[test]
fn an_algorithm_that_is_not_allowed() {
    for (from, uri) in [
        (uris::RSA_SHA256, "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        (uris::RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        (uris::RSA_SHA256, "http://www.w3.org/2000/09/xmldsig#dsa-sha1"),
        (uris::RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
        (uris::RSA_SHA256, "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"),
        (uris::RSA_SHA256, "none"),
        (uris::RSA_SHA256, ""),
        (uris::SHA256, "http://www.w3.org/2001/04/xmldsig-more#md5"),
        (uris::SHA256, "none"),
    ] {
        let attack = call_with(&format!("\"{from}\""), &format!("\"{uri}\""));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::AlgorithmNotAllowed { uri: found }) if found == uri
        );
    }
}

#[test]
fn a_canonicalisation_of_the_signed_info_that_is_not_allowed() {
    let uri = "http://www.w3.org/TR/1999/REC-xslt-19991116";
    let attack = call_with(
        &format!("<CanonicalizationMethod Algorithm=\"{}\"", uris::EXC_C14N),
        &format!("<CanonicalizationMethod Algorithm=\"{uri}\""),
    );
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::AlgorithmNotAllowed { uri: found }) if found == uri
    );
}

#[test]
fn sha_1_without_the_switch() {
    for (from, to) in [(uris::RSA_SHA256, uris::RSA_SHA1), (uris::SHA256, uris::SHA1)] {
        let attack = call_with(&format!("\"{from}\""), &format!("\"{to}\""));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::AlgorithmNotAllowed { uri }) if uri == to
        );
        // With the switch it is looked at, and is of course not what was signed.
        refused!(
            receive_call_with(attack.as_bytes(), Legacy::AllowSha1),
            Refusal::Signature(SignatureRefusal::SignatureMismatch)
        );
    }
}

#[test]
fn a_token_reference_that_points_elsewhere() {
    // To an assertion that is not the header's.
    let elsewhere = format!("<x:Assertion xmlns:x=\"{}\" ID=\"other\"/></s:Body>", uris::SAML);
    let attack = call_with("</s:Body>", &elsewhere);
    let attack = replaced(&attack, ">token<", ">other<");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NotCovered { .. })
    );
    // To an element that is no token, to nothing, and out of the document.
    for id in ["timestamp", "body", "nothing", ""] {
        let attack = call_with(">token<", &format!(">{id}<"));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::UnresolvedToken { uri }) if uri == "#reference"
        );
    }
    let whole = signed_call();
    let identifier = cut(&whole, "<o:KeyIdentifier", "</o:KeyIdentifier>");
    for reference in ["<o:Reference URI=\"http://evil.invalid/\"/>", "<o:Embedded/>", ""] {
        let attack = replaced(&whole, identifier, reference);
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::UnresolvedToken { .. })
        );
    }
}

#[test]
fn a_token_reference_that_stands_elsewhere() {
    let whole = signed_call();
    let reference = cut(&whole, "<o:SecurityTokenReference", "</o:SecurityTokenReference>");
    let attack = replaced(&whole, reference, "");
    let attack = replaced(&attack, "</s:Body>", &format!("{reference}</s:Body>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::ReferenceToWrongElement { uri, .. })
            if uri == "#reference"
    );
}

#[test]
fn str_transform_on_what_is_no_token_reference() {
    let attack = call_with("URI=\"#reference\"", "URI=\"#timestamp\"");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::ReferenceToWrongElement { uri, .. })
            if uri == "#timestamp"
    );
}

#[test]
fn a_signature_with_parts_that_are_never_processed() {
    for (from, to) in [
        ("</SignedInfo>", "<Manifest/></SignedInfo>"),
        ("</Signature>", "<Object/></Signature>"),
        ("<SignedInfo>", "<Object/><SignedInfo>"),
        ("</Reference>", "<Extra/></Reference>"),
    ] {
        refused!(
            receive_call(call_with(from, to).as_bytes()),
            Refusal::Signature(SignatureRefusal::MalformedSignature(_))
        );
    }
}

#[test]
fn a_signature_that_lacks_a_part() {
    let whole = signed_call();
    for (start, end) in [
        ("<SignedInfo", "</SignedInfo>"),
        ("<SignatureValue", "</SignatureValue>"),
        ("<SignatureMethod", "</SignatureMethod>"),
        ("<CanonicalizationMethod", "</CanonicalizationMethod>"),
        ("<DigestMethod", "</DigestMethod>"),
        ("<DigestValue", "</DigestValue>"),
    ] {
        let attack = replaced(&whole, cut(&whole, start, end), "");
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::MalformedSignature(ShapeError::Missing { .. }))
        );
    }
    let first = whole.find("<Reference").unwrap();
    let last = whole.rfind("</Reference>").unwrap() + "</Reference>".len();
    let attack = [&whole[..first], &whole[last..]].concat();
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::MalformedSignature(ShapeError::Missing { .. }))
    );
}

#[test]
fn a_signature_value_that_is_no_signature() {
    let whole = signed_call();
    let value = cut(&whole, "<SignatureValue>", "</SignatureValue>");
    for (evil, malformed) in [("", false), ("AAAA", false), ("!", true), ("A<!-- -->A==", true)] {
        let evil = format!("<SignatureValue>{evil}</SignatureValue>");
        let result = receive_call(replaced(&whole, value, &evil).as_bytes());
        if malformed {
            refused!(result, Refusal::Signature(SignatureRefusal::MalformedSignature(_)));
        } else {
            refused!(result, Refusal::Signature(SignatureRefusal::SignatureMismatch));
        }
    }
}
