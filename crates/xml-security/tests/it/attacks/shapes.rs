//! Shapes that are none of the eight: envelopes, headers, ids and tokens that stand where nobody
//! expects them.

use xml_security::{Malformed, Part, ShapeError, SignatureRefusal, uris};

use crate::message::{
    Refusal, cut, receive_assertion, receive_call, refused, replaced, signed_assertion, signed_call,
};

/// The accepted call with an evil Body, and the original within `before` and `after` at its end.
fn with_body_in(before: &str, after: &str) -> String {
    let whole = signed_call();
    let body = cut(&whole, "<s:Body", "</s:Body>");
    let evil = format!("<s:Body><pay xmlns=\"urn:x\">mallory</pay>{before}{body}{after}</s:Body>");
    replaced(&whole, body, &evil)
}

#[test]
fn the_body_in_an_envelope_within_an_evil_body() {
    for soap in [uris::SOAP_1_1, uris::SOAP_1_2] {
        let attack = with_body_in(&format!("<e:Envelope xmlns:e=\"{soap}\">"), "</e:Envelope>");
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::NotCovered { part: Part::Body })
        );
    }
}

#[test]
fn parts_of_the_other_soap() {
    let whole = signed_call();
    let other = |name: &str| format!("<e:{name} xmlns:e=\"{}\"/>", uris::SOAP_1_1);
    for name in ["Body", "Header"] {
        let attack = replaced(&whole, "<s:Header>", &format!("{}<s:Header>", other(name)));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::Shape(ShapeError::Unexpected { .. }))
        );
    }
    let attack = whole.replace("s:Envelope", "e:Envelope");
    let attack = replaced(&attack, "<e:Envelope", "<e:Envelope xmlns:e=\"urn:other\"");
    let attack = attack.replace("urn:other", uris::SOAP_1_1);
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::Shape(ShapeError::Missing { .. }))
    );
}

#[test]
fn a_header_within_a_header() {
    let whole = signed_call();
    let attack = replaced(&whole, "<s:Header>", "<s:Header><s:Header>");
    let attack = replaced(&attack, "</s:Header>", "</s:Header></s:Header>");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NoSecurityHeader)
    );
}

#[test]
fn a_security_header_in_the_body() {
    let whole = signed_call();
    let security = cut(&whole, "<o:Security>", "</o:Security>");
    let attack = replaced(&whole, security, "");
    let attack = replaced(&attack, "</s:Body>", &format!("{security}</s:Body>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NoSecurityHeader)
    );
}

#[test]
fn an_evil_body_with_another_kind_of_id() {
    // Where another reader would find `body`, the original is put aside with its own.
    let attack = with_body_in("<W>", "</W>");
    for id in ["xml:id", "id", "Id", "ID", "u:ID", "u:id"] {
        let attack = replaced(&attack, "<s:Body>", &format!("<s:Body {id}=\"body\">"));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::NotCovered { part: Part::Body })
        );
    }
}

#[test]
fn an_id_under_two_prefixes() {
    let whole = signed_call();
    let attack = replaced(
        &whole,
        "<s:Body u:Id=\"body\"",
        &format!("<s:Body xmlns:v=\"{}\" u:Id=\"evil\" v:Id=\"body\"", uris::WSU),
    );
    refused!(receive_call(attack.as_bytes()), Refusal::Malformed(Malformed::Syntax { .. }));
}

#[test]
fn a_prefix_that_is_bound_to_something_else() {
    // The names stay, what they mean does not.
    let whole = signed_call();
    for (from, to) in [
        ("<s:Body ", "<s:Body xmlns:u=\"urn:evil\" "),
        ("<pay xmlns=\"urn:x\"", "<pay xmlns=\"urn:evil\""),
        ("<a:To ", "<a:To xmlns:a=\"urn:evil\" "),
    ] {
        let result = receive_call(replaced(&whole, from, to).as_bytes());
        refused!(result, Refusal::Signature(_));
    }
    // What is not used does not matter.
    let more = replaced(&whole, "<s:Envelope ", "<s:Envelope xmlns=\"urn:x\" xmlns:w=\"urn:w\" ");
    assert_eq!(receive_call(more.as_bytes()).as_deref(), Ok("alice"));
}

#[test]
fn a_signed_value_in_other_words() {
    let whole = signed_call();
    for same in ["&#97;lice", "<![CDATA[alice]]>", "al<![CDATA[]]>ic&#x65;"] {
        let other = replaced(&whole, "alice", same);
        assert_eq!(receive_call(other.as_bytes()).as_deref(), Ok("alice"), "{same}");
    }
    for evil in ["alice<![CDATA[ ]]>", "<![CDATA[&#97;lice]]>", "alice&#10;", "alice\n"] {
        refused!(
            receive_call(replaced(&whole, "alice", evil).as_bytes()),
            Refusal::Signature(SignatureRefusal::DigestMismatch { .. })
        );
    }
}

#[test]
fn a_second_token() {
    let whole = signed_call();
    let token = cut(&whole, "<t:EncryptedAssertion", "</t:EncryptedAssertion>");
    let evil = token.replace("\"token\"", "\"evil\"");
    let plain = format!("<t:Assertion xmlns:t=\"{}\" ID=\"evil\"/>", uris::SAML);
    for second in [&*evil, &plain] {
        for attack in [[token, second].concat(), [second, token].concat()] {
            refused!(
                receive_call(replaced(&whole, token, &attack).as_bytes()),
                Refusal::Signature(SignatureRefusal::Shape(ShapeError::Several { .. }))
            );
        }
    }
}

#[test]
fn a_token_within_an_evil_token() {
    let whole = signed_call();
    let token = cut(&whole, "<t:EncryptedAssertion", "</t:EncryptedAssertion>");
    let data = cut(&whole, "<e:EncryptedData", "</e:EncryptedData>");
    let evil = data.replace("\"token\"", "\"evil\"");
    // The whole of it, or what is encrypted, in what somebody else encrypted.
    for inner in [token, data] {
        let evil = replaced(&evil, ">x<", &format!(">{inner}<"));
        let attack = replaced(&whole, token, &replaced(token, data, &evil));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(
                SignatureRefusal::NotCovered { part: Part::Token }
                    | SignatureRefusal::UnresolvedToken { .. }
            )
        );
    }
    // Beside it.
    let attack = replaced(&whole, data, &[data, &evil].concat());
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::Shape(ShapeError::Several { .. }))
    );
}

#[test]
fn a_token_reference_in_the_key_info_and_deeper() {
    let whole = signed_call();
    let reference = cut(&whole, "<o:SecurityTokenReference", "</o:SecurityTokenReference>");
    let away = replaced(&whole, reference, "");
    let inside = |key_info: &str| {
        let key_info = format!("</SignatureValue><KeyInfo>{key_info}</KeyInfo>");
        replaced(&away, "</SignatureValue>", &key_info)
    };
    // There it stands in the messages of many.
    assert_eq!(receive_call(inside(reference).as_bytes()).as_deref(), Ok("alice"));
    for deeper in [format!("<X509Data>{reference}</X509Data>"), format!("<W>{reference}</W>")] {
        refused!(
            receive_call(inside(&deeper).as_bytes()),
            Refusal::Signature(SignatureRefusal::ReferenceToWrongElement { .. })
        );
    }
    let attack = replaced(&away, "</u:Timestamp>", &format!("{reference}</u:Timestamp>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::ReferenceToWrongElement { .. })
    );
}

#[test]
fn the_original_assertion_as_advice() {
    let whole = signed_assertion();
    let assertion = cut(&whole, "<Assertion", "</Assertion>");
    let signature = cut(&whole, "<Signature", "</Signature>");
    let evil = |content: &str, advice: &str| {
        let evil = format!(
            "<Assertion xmlns=\"{}\" ID=\"_2\"><Issuer>sts</Issuer>{content}\
             <Subject>mallory</Subject><Advice>{advice}</Advice></Assertion>",
            uris::SAML
        );
        replaced(&whole, assertion, &evil)
    };
    refused!(
        receive_assertion(evil("", assertion).as_bytes()),
        Refusal::Signature(SignatureRefusal::NoSignature { .. })
    );
    let bare = replaced(assertion, signature, "");
    refused!(
        receive_assertion(evil(signature, &bare).as_bytes()),
        Refusal::Signature(SignatureRefusal::ReferenceToWrongElement { .. })
    );
}

#[test]
fn a_second_signature_further_down_is_not_left_out() {
    // Only the signature that is checked is; another would take what it holds with it.
    let whole = signed_assertion();
    let evil = format!(
        "<Advice><Signature xmlns=\"{}\"><Object><Subject>mallory</Subject></Object></Signature>\
         </Advice></Assertion>",
        uris::DS
    );
    refused!(
        receive_assertion(replaced(&whole, "</Assertion>", &evil).as_bytes()),
        Refusal::Signature(SignatureRefusal::DigestMismatch { .. })
    );
}
