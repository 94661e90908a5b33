//! What a signer wrote in an odd way, with a signature that is good: every odd thing is refused, or
//! means what other engines take it to mean.

use base64::{Engine, prelude::BASE64_STANDARD};
use xml_security::{ShapeError, SignatureRefusal, uris};

use crate::message::{
    Refusal, cut, receive_assertion, receive_call, refused, replaced, signed_again,
    signed_assertion, signed_call,
};

/// The accepted call with `from` replaced by `to` once, in what is signed, and signed for again.
fn call_with(from: &str, to: &str) -> String {
    signed_again(&replaced(&signed_call(), from, to))
}

#[test]
fn nothing_changed_is_accepted() {
    assert_eq!(receive_call(signed_again(&signed_call()).as_bytes()).as_deref(), Ok("alice"));
}

/// What stands between the tags of an element without attributes.
fn content(element: &str) -> &str {
    let start = element.find('>').expect("a start tag ends") + 1;
    &element[start..element.rfind('<').expect("an end tag begins")]
}

#[test]
fn a_digest_that_is_shorter_or_longer() {
    let whole = signed_call();
    let reference = cut(&whole, "<Reference URI=\"#body\"", "</Reference>");
    let element = cut(reference, "<DigestValue>", "</DigestValue>");
    let value = content(element);
    let with = |other: &str| {
        let other = format!("<DigestValue>{other}</DigestValue>");
        receive_call(call_with(element, &other).as_bytes())
    };
    let digest = BASE64_STANDARD.decode(value).unwrap();
    let longer = [&*digest, &[0]].concat();
    for other in [&digest[..31], &digest[..16], &digest[1..], &longer, &digest.repeat(2), &[]] {
        refused!(
            with(&BASE64_STANDARD.encode(other)),
            Refusal::Signature(SignatureRefusal::DigestMismatch { id }) if id == "body"
        );
    }
    // No padding, too much of it, and a space that is none of XML's.
    for other in [&value[..43], &format!("{value}="), &format!("{value}\u{a0}")] {
        refused!(
            with(other),
            Refusal::Signature(SignatureRefusal::MalformedSignature(ShapeError::BadValue { .. }))
        );
    }
    let folded = format!("\n {}\t{}\r\n", &value[..7], &value[7..]);
    assert_eq!(with(&folded).as_deref(), Ok("alice"));
}

#[test]
fn a_signature_value_with_something_beside_it() {
    let whole = signed_call();
    let element = cut(&whole, "<SignatureValue>", "</SignatureValue>");
    let value = BASE64_STANDARD.decode(content(element)).unwrap();
    for other in [[&*value, &[0]].concat(), [&[0], &*value].concat(), value.repeat(2)] {
        let other = format!("<SignatureValue>{}</SignatureValue>", BASE64_STANDARD.encode(other));
        refused!(
            receive_call(replaced(&whole, element, &other).as_bytes()),
            Refusal::Signature(SignatureRefusal::SignatureMismatch)
        );
    }
}

#[test]
fn a_uri_with_white_space_or_in_another_spelling() {
    for uri in [" #body", "# body", "#body ", "#Body", "#b%6Fdy", "##body", "#"] {
        let attack = call_with("URI=\"#body\"", &format!("URI=\"{uri}\""));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(
                SignatureRefusal::ExternalReference { .. }
                    | SignatureRefusal::UnresolvedReference { .. }
            )
        );
    }
}

#[test]
fn an_algorithm_with_white_space_or_in_another_case() {
    for (uri, from) in [
        (uris::EXC_C14N, "CanonicalizationMethod"),
        (uris::RSA_SHA256, "SignatureMethod"),
        (uris::EXC_C14N, "Transform"),
        (uris::SHA256, "DigestMethod"),
    ] {
        for other in [format!(" {uri}"), format!("{uri} "), uri.replace("http", "HTTP")] {
            let attack = replaced(
                &signed_call(),
                &format!("<{from} Algorithm=\"{uri}\""),
                &format!("<{from} Algorithm=\"{other}\""),
            );
            refused!(
                receive_call(attack.as_bytes()),
                Refusal::Signature(
                    SignatureRefusal::AlgorithmNotAllowed { uri }
                        | SignatureRefusal::TransformNotAllowed { uri }
                ) if *uri == other
            );
        }
    }
}

#[test]
fn a_list_of_transforms_that_is_empty_or_has_something_else_in_it() {
    let exclusive = format!("<Transform Algorithm=\"{}\"></Transform>", uris::EXC_C14N);
    for other in [String::new(), format!("{exclusive}<Other/>"), format!("<Other/>{exclusive}")] {
        refused!(
            receive_call(call_with(&exclusive, &other).as_bytes()),
            Refusal::Signature(SignatureRefusal::MalformedSignature(_))
        );
    }
}

#[test]
fn a_reference_that_says_what_it_is_to() {
    // A hint, which nobody follows (XML Signature, section 4.3.3.1).
    for kind in ["#Object", "#Manifest", "#SignatureProperties"] {
        let kind =
            format!("URI=\"#body\" Id=\"r\" Type=\"{}{kind}\"", uris::DS.trim_end_matches('#'));
        let odd = call_with("URI=\"#body\"", &kind);
        assert_eq!(receive_call(odd.as_bytes()).as_deref(), Ok("alice"));
    }
}

#[test]
fn a_list_of_prefixes_that_are_not_there() {
    // The list is in what is signed and names nothing that is in scope, so it changes nothing.
    let exclusive = |prefixes: &str| {
        format!(
            "<Transform Algorithm=\"{0}\"><InclusiveNamespaces xmlns=\"{0}\" \
             PrefixList=\"{prefixes}\"/></Transform>",
            uris::EXC_C14N
        )
    };
    let plain = format!("<Transform Algorithm=\"{}\"></Transform>", uris::EXC_C14N);
    for (prefixes, lists_default, lists_n) in [
        ("", false, false),
        (" ", false, false),
        ("n", false, true),
        ("m&#10;n&#9;n  m", false, true),
        ("#default", true, false),
        ("xml xmlns #DEFAULT S", false, false),
    ] {
        let odd = call_with(&plain, &exclusive(prefixes));
        assert_eq!(receive_call(odd.as_bytes()).as_deref(), Ok("alice"), "{prefixes}");
        // What comes into scope later changes the digest, if it is listed.
        for (declaration, listed) in [("xmlns", lists_default), ("xmlns:n", lists_n)] {
            let envelope = format!("<s:Envelope {declaration}=\"urn:evil\" ");
            let result = receive_call(replaced(&odd, "<s:Envelope ", &envelope).as_bytes());
            assert_eq!(result.is_err(), listed, "{declaration} and {prefixes}: {result:?}");
        }
    }
    let twice = exclusive("").replace("/></Transform>", "/><InclusiveNamespaces/></Transform>");
    let twice = twice.replace(
        "<InclusiveNamespaces/>",
        &format!("<InclusiveNamespaces xmlns=\"{}\"/>", uris::EXC_C14N),
    );
    refused!(
        receive_call(call_with(&plain, &twice).as_bytes()),
        Refusal::Signature(SignatureRefusal::MalformedSignature(ShapeError::Several { .. }))
    );
}

#[test]
fn several_key_infos() {
    let whole = signed_call();
    let attack = replaced(&whole, "</SignatureValue>", "</SignatureValue><KeyInfo/><KeyInfo/>");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::MalformedSignature(ShapeError::Unexpected { .. }))
    );
}

#[test]
fn a_signed_info_in_other_surroundings() {
    // In exclusive form what is declared around it does not matter, in inclusive form it does.
    let around =
        |message: &str| replaced(message, "<o:Security>", "<o:Security xmlns:n=\"urn:n\">");
    let whole = signed_call();
    assert_eq!(receive_call(around(&whole).as_bytes()).as_deref(), Ok("alice"));
    let inclusive = signed_again(&replaced(
        &whole,
        &format!("<CanonicalizationMethod Algorithm=\"{}\"", uris::EXC_C14N),
        &format!("<CanonicalizationMethod Algorithm=\"{}\"", uris::C14N),
    ));
    assert_eq!(receive_call(inclusive.as_bytes()).as_deref(), Ok("alice"));
    for attack in
        [around(&inclusive), replaced(&inclusive, "<o:Security>", "<o:Security xml:lang=\"da\">")]
    {
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::SignatureMismatch)
        );
    }
}

#[test]
fn an_assertion_that_does_not_leave_its_signature_out() {
    let whole = signed_assertion();
    let enveloped = format!("<Transform Algorithm=\"{}\"></Transform>", uris::ENVELOPED_SIGNATURE);
    refused!(
        receive_assertion(signed_again(&replaced(&whole, &enveloped, "")).as_bytes()),
        Refusal::Signature(SignatureRefusal::DigestMismatch { .. })
    );
}

#[test]
fn an_assertion_with_a_second_reference() {
    let whole = signed_assertion();
    let reference = cut(&whole, "<Reference", "</Reference>");
    let twice = replaced(&whole, reference, &[reference, reference].concat());
    refused!(
        receive_assertion(signed_again(&twice).as_bytes()),
        Refusal::Signature(SignatureRefusal::MalformedSignature(ShapeError::Several { .. }))
    );
}
