//! The eight signature wrapping attacks on the Body of a SOAP message (in the numbering of SAML
//! Raider), and their like on the other parts.

use xml_security::{Part, ShapeError, SignatureRefusal};

use crate::message::{Refusal, cut, receive_call, refused, replaced, signed_call};

struct Parts {
    whole: String,
    body: String,
    /// The same that pays mallory, with the id `evil`.
    evil: String,
}

fn parts() -> Parts {
    let whole = signed_call();
    let body = cut(&whole, "<s:Body", "</s:Body>").to_owned();
    let evil = replaced(&replaced(&body, "alice", "mallory"), "\"body\"", "\"evil\"");
    Parts { whole, body, evil }
}

impl Parts {
    /// The message with an evil Body, and the original put before `place`.
    fn wrapped(&self, place: &str, around: impl Fn(&str) -> String) -> String {
        let evil = replaced(&self.whole, &self.body, &self.evil);
        replaced(&evil, place, &[&*around(&self.body), place].concat())
    }
}

#[test]
fn xsw_1_the_body_within_the_signature() {
    let attack = parts().wrapped("</Signature>", str::to_owned);
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::MalformedSignature(ShapeError::Unexpected { .. }))
    );
}

#[test]
fn xsw_2_the_body_in_a_wrapper_before_the_security_header() {
    let attack = parts().wrapped("<o:Security>", |body| format!("<W xmlns=\"urn:w\">{body}</W>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NotCovered { part: Part::Body })
    );
}

#[test]
fn xsw_3_an_evil_body_before_the_original() {
    let attack = parts().wrapped("</s:Envelope>", str::to_owned);
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::Shape(ShapeError::Several { .. }))
    );
}

#[test]
fn xsw_4_the_body_within_an_evil_body() {
    let attack = parts().wrapped("</s:Body>", str::to_owned);
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NotCovered { part: Part::Body })
    );
}

#[test]
fn xsw_5_the_body_at_the_end_of_the_envelope() {
    let attack = parts().wrapped("</s:Envelope>", |body| format!("<W xmlns=\"urn:w\">{body}</W>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::Shape(ShapeError::Unexpected { .. }))
    );
}

#[test]
fn xsw_6_the_body_within_the_key_info() {
    let attack = parts().wrapped("</Signature>", |body| format!("<KeyInfo>{body}</KeyInfo>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NotCovered { part: Part::Body })
    );
}

#[test]
fn xsw_7_an_evil_body_with_the_same_id() {
    let parts = parts();
    let wrapped = parts.wrapped("<o:Security>", |body| format!("<W xmlns=\"urn:w\">{body}</W>"));
    let attack = replaced(&wrapped, "\"evil\"", "\"body\"");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::DuplicateId { id }) if id == "body"
    );
}

#[test]
fn xsw_8_the_body_in_an_object_of_the_signature() {
    let attack = parts().wrapped("</Signature>", |body| format!("<Object>{body}</Object>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::MalformedSignature(ShapeError::Unexpected { .. }))
    );
}

#[test]
fn an_evil_body_without_an_id() {
    let parts = parts();
    let wrapped = parts.wrapped("</o:Security>", str::to_owned);
    let attack = replaced(&wrapped, " u:Id=\"evil\"", "");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NotCovered { part: Part::Body })
    );
}

#[test]
fn a_second_body() {
    let parts = parts();
    let attack = replaced(&parts.whole, "</s:Envelope>", "<s:Body/></s:Envelope>");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::Shape(ShapeError::Several { .. }))
    );
}

#[test]
fn a_part_that_was_changed_after_it_was_signed() {
    for (from, to, part) in [
        ("https://smdb.invalid/", "https://evil.invalid/", "to"),
        ("08:00:00Z", "09:00:00Z", "timestamp"),
        ("u:Id=\"token\">x<", "u:Id=\"token\">y<", "reference"),
        ("alice", "mallory", "body"),
    ] {
        let attack = replaced(&parts().whole, from, to);
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::DigestMismatch { id }) if id == part
        );
    }
}

#[test]
fn a_body_in_an_evil_namespace() {
    let parts = parts();
    let evil = parts.body.replace("s:Body", "evil:Body");
    let evil = replaced(&evil, "<evil:Body", "<evil:Body xmlns:evil=\"urn:evil\"");
    let attack = replaced(&parts.whole, &parts.body, &evil);
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::Shape(ShapeError::Missing { .. }))
    );
}

#[test]
fn a_comment_inside_a_signed_value_of_the_body() {
    let attack = replaced(&parts().whole, "alice", "al<!-- -->ice");
    refused!(receive_call(attack.as_bytes()), Refusal::Shape(ShapeError::CommentInValue { .. }));
}

#[test]
fn a_timestamp_moved_away_and_replaced() {
    let whole = parts().whole;
    let timestamp = cut(&whole, "<u:Timestamp", "</u:Timestamp>");
    let evil = timestamp.replace("2030", "2031").replace("\"timestamp\"", "\"evil\"");
    let attack = replaced(&whole, timestamp, &evil);
    let attack =
        replaced(&attack, "</a:To>", &format!("</a:To><W xmlns=\"urn:w\">{timestamp}</W>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NotCovered { part: Part::Timestamp })
    );
}

#[test]
fn a_header_moved_away_and_replaced() {
    let whole = parts().whole;
    let to = cut(&whole, "<a:To", "</a:To>");
    let evil = to.replace("smdb", "evil").replace("\"to\"", "\"evil\"");
    let attack = replaced(&whole, to, &format!("{evil}<W xmlns=\"urn:w\">{to}</W>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NotCovered { part: Part::Header { .. } })
    );
}

#[test]
fn a_header_that_is_there_twice() {
    let whole = parts().whole;
    let attack = replaced(&whole, "<a:To", "<a:To>https://evil.invalid/</a:To><a:To");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::SeveralParts { part: Part::Header { .. } })
    );
}

#[test]
fn a_header_that_nobody_signed() {
    let whole = parts().whole;
    let attack = replaced(&whole, "</a:To>", "</a:To><a:ReplyTo>https://evil.invalid/</a:ReplyTo>");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::HeaderNotCovered { .. })
    );
}

#[test]
fn a_token_moved_away_and_replaced() {
    let whole = parts().whole;
    let token = cut(&whole, "<t:EncryptedAssertion", "</t:EncryptedAssertion>");
    let evil = token.replace(">x<", ">y<").replace("\"token\"", "\"evil\"");
    let attack = replaced(&whole, token, &evil);
    let attack = replaced(&attack, "</a:To>", &format!("</a:To><W xmlns=\"urn:w\">{token}</W>"));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NotCovered { part: Part::Token })
    );
}

#[test]
fn a_second_security_header() {
    let whole = parts().whole;
    for place in ["<o:Security>", "</s:Header>"] {
        let attack = replaced(&whole, place, &format!("<o:Security/>{place}"));
        refused!(
            receive_call(attack.as_bytes()),
            Refusal::Signature(SignatureRefusal::SeveralSecurityHeaders { count: 2 })
        );
    }
}

#[test]
fn an_envelope_within_an_envelope() {
    let whole = parts().whole;
    let soap = "http://www.w3.org/2003/05/soap-envelope";
    let attack = format!("<s:Envelope xmlns:s=\"{soap}\"><s:Body>{whole}</s:Body></s:Envelope>");
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Signature(SignatureRefusal::NoSecurityHeader)
    );
}
