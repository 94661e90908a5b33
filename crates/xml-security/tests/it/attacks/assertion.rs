//! The eight signature wrapping attacks on an assertion (in the numbering of SAML Raider), and
//! its signature left out or taken from another.

use xml_security::{ShapeError, SignatureRefusal};

use crate::message::{
    Refusal, attackers_key, cut, receive_assertion, refused, replaced, signed_assertion,
};

/// The parts of an accepted document that a wrapping rearranges.
struct Parts {
    whole: String,
    assertion: String,
    /// The assertion without its signature.
    bare: String,
    signature: String,
    /// The same about mallory, without a signature, with the id `_2`.
    evil: String,
}

fn parts() -> Parts {
    let whole = signed_assertion();
    let assertion = cut(&whole, "<Assertion", "</Assertion>").to_owned();
    let signature = cut(&whole, "<Signature", "</Signature>").to_owned();
    let bare = replaced(&assertion, &signature, "");
    let evil = replaced(&replaced(&bare, "alice", "mallory"), "\"_1\"", "\"_2\"");
    Parts { whole, assertion, bare, signature, evil }
}

/// `evil` with `content` put after its issuer.
fn with(evil: &str, content: &str) -> String {
    replaced(evil, "</Issuer>", &format!("</Issuer>{content}"))
}

fn response(content: &str) -> String {
    format!("<Response xmlns=\"urn:x\">{content}</Response>")
}

#[test]
fn xsw_1_the_original_within_the_signature_of_an_evil_one() {
    let parts = parts();
    let signature =
        replaced(&parts.signature, "</Signature>", &format!("{}</Signature>", parts.assertion));
    let attack = response(&with(&parts.evil, &signature));
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::MalformedSignature(ShapeError::Unexpected { .. }))
    );
}

#[test]
fn xsw_2_the_original_beside_the_signature_of_an_evil_one() {
    let parts = parts();
    let attack = response(&with(&parts.evil, &[&*parts.bare, &parts.signature].concat()));
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::ReferenceToWrongElement { .. })
    );
}

#[test]
fn xsw_3_an_evil_one_before_the_original() {
    let parts = parts();
    let attack = response(&[&*parts.evil, &parts.assertion].concat());
    refused!(receive_assertion(attack.as_bytes()), Refusal::Shape(ShapeError::Several { .. }));
}

#[test]
fn xsw_4_the_original_within_an_evil_one() {
    let parts = parts();
    let attack = response(&with(&parts.evil, &parts.assertion));
    // The signature is that of the inner assertion; the outer one has none.
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NoSignature { .. })
    );
}

#[test]
fn xsw_5_the_signature_in_an_evil_one_and_the_original_at_the_end() {
    let parts = parts();
    let evil = with(&parts.evil, &parts.signature);
    let attack = response(&[&*evil, &parts.bare].concat());
    refused!(receive_assertion(attack.as_bytes()), Refusal::Shape(ShapeError::Several { .. }));
    // Also where a reader would take the first, or the original is put aside.
    let attack = response(&format!("{evil}<Aside>{}</Aside>", parts.bare));
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::ReferenceToWrongElement { .. })
    );
}

#[test]
fn xsw_6_the_original_within_the_signature_in_an_evil_one() {
    let parts = parts();
    let key_info = format!("</SignatureValue><KeyInfo>{}</KeyInfo>", parts.bare);
    let signature = replaced(&parts.signature, "</SignatureValue>", &key_info);
    let attack = response(&with(&parts.evil, &signature));
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::ReferenceToWrongElement { .. })
    );
}

#[test]
fn xsw_7_an_evil_one_with_the_same_id_in_an_extension() {
    let parts = parts();
    let evil = replaced(&parts.evil, "\"_2\"", "\"_1\"");
    let attack = response(&format!("<Extensions>{evil}</Extensions>{}", parts.assertion));
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::DuplicateId { id }) if id == "_1"
    );
}

#[test]
fn xsw_8_the_original_in_an_object_of_the_signature_of_an_evil_one() {
    let parts = parts();
    let object = format!("<Object>{}</Object></Signature>", parts.bare);
    let signature = replaced(&parts.signature, "</Signature>", &object);
    for id in ["_1", "_2"] {
        let evil = replaced(&parts.evil, "\"_2\"", &format!("\"{id}\""));
        let result = receive_assertion(response(&with(&evil, &signature)).as_bytes());
        if id == "_1" {
            refused!(result, Refusal::Signature(SignatureRefusal::DuplicateId { .. }));
        } else {
            refused!(
                result,
                Refusal::Signature(SignatureRefusal::MalformedSignature(
                    ShapeError::Unexpected { .. }
                ))
            );
        }
    }
}

#[test]
fn an_assertion_without_its_signature() {
    let parts = parts();
    refused!(
        receive_assertion(response(&parts.bare).as_bytes()),
        Refusal::Signature(SignatureRefusal::NoSignature { .. })
    );
}

#[test]
fn an_assertion_with_two_signatures() {
    let parts = parts();
    let attack = replaced(&parts.whole, "</Issuer>", &format!("</Issuer>{}", parts.signature));
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::SeveralSignatures { count: 2, .. })
    );
}

#[test]
fn an_assertion_signed_by_somebody_else() {
    let parts = parts();
    let (before, after) = parts.whole.split_once(&parts.signature).unwrap();
    let references = vec![xml_security::Reference::enveloped("_1")];
    let spec = xml_security::SignatureSpec { references, ..Default::default() };
    let attack = xml_security::sign(before, after, &spec, &attackers_key()).unwrap();
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::SignatureMismatch)
    );
}

#[test]
fn a_reference_of_an_assertion_to_another_element() {
    let parts = parts();
    // The evil assertion is signed for by a signature over another element, by the right key.
    let other = format!("<Aside>{}</Aside>", parts.bare);
    let attack = response(&[&*with(&parts.evil, &parts.signature), &other].concat());
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::ReferenceToWrongElement { uri, .. }) if uri == "#_1"
    );
}

#[test]
fn an_assertion_that_was_changed_after_it_was_signed() {
    let attack = replaced(&parts().whole, "alice", "mallory");
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::DigestMismatch { id }) if id == "_1"
    );
}

#[test]
fn a_comment_inside_a_signed_value() {
    // Comments are not signed, so the signature still verifies: the value must not be read.
    let attack = replaced(&parts().whole, "alice", "al<!-- -->ice");
    refused!(
        receive_assertion(attack.as_bytes()),
        Refusal::Shape(ShapeError::CommentInValue { .. })
    );
}

#[test]
fn what_is_added_to_the_signature_is_not_read_as_part_of_the_assertion() {
    // The signature element is left out of what is signed, and out of what can be read.
    let parts = parts();
    let evil = "<KeyInfo><Subject xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\">mallory</Subject>\
                </KeyInfo></Signature>";
    let attack = replaced(&parts.whole, "</Signature>", evil);
    assert_eq!(receive_assertion(attack.as_bytes()).as_deref(), Ok("alice"));
}
