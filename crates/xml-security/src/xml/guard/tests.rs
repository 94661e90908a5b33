//! What the guard refuses, and what it lets pass.

use super::*;
use crate::{Canonicalization, Document};

#[track_caller]
fn refusal(bytes: &[u8]) -> Malformed {
    Document::parse(bytes, &Limits::default()).expect_err("it should be refused")
}

#[track_caller]
fn accepted(bytes: &[u8]) {
    Document::parse(bytes, &Limits::default()).unwrap();
}

#[test]
fn an_ordinary_document_passes() {
    accepted(b"<a/>");
    accepted(b"<?xml version=\"1.0\"?><a b='c'>d<!-- e --><![CDATA[f]]>&amp;&#65;</a>\n");
    accepted("<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n<æ>ø</æ>".as_bytes());
}

#[test]
fn a_utf_8_byte_order_mark_is_tolerated_once_and_at_the_start() {
    accepted(b"\xEF\xBB\xBF<a/>");
    accepted(b"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>");
    assert!(matches!(refusal(b"\xEF\xBB\xBF\xEF\xBB\xBF<a/>"), Malformed::Syntax { .. }));
}

#[test]
fn other_encodings_are_refused_by_name() {
    let utf_16: Vec<u8> = "\u{FEFF}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&[u8], &str); 6] = [
        (&utf_16, "UTF-16"),
        (b"\0<\0a\0/\0>", "UTF-16"),
        (b"\xFF\xFE\0\0<\0\0\0", "UTF-32"),
        (b"\x4C\x6F\xA7\x94\x93", "EBCDIC"),
        (b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", "ISO-8859-1"),
        (b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\xE6</a>", "windows-1252"),
    ];
    for (bytes, declared) in cases {
        assert_eq!(refusal(bytes), Malformed::WrongEncoding { declared: declared.to_owned() });
    }
    assert_eq!(refusal(b"<a>\xE6</a>"), Malformed::NotUtf8 { at: 3 });
    assert_eq!(refusal(b"\xEF\xBB\xBF<a>\xC3</a>"), Malformed::NotUtf8 { at: 3 });
}

#[test]
fn only_xml_1_0_is_read() {
    assert_eq!(
        refusal(b"<?xml version=\"1.1\"?><a/>"),
        Malformed::WrongVersion { declared: "1.1".to_owned() }
    );
}

#[test]
fn a_declaration_stands_at_the_start_or_is_a_processing_instruction() {
    for bytes in [
        &b" <?xml version=\"1.0\"?><a/>"[..],
        b"<a><?xml version=\"1.0\"?></a>",
        b"<?xml\tversion=\"1.0\"?><a/>",
        b"<a/><?pi?>",
        b"<?xml-stylesheet href='x'?><a/>",
    ] {
        let refused = refusal(bytes);
        assert!(
            matches!(refused, Malformed::ProcessingInstruction { .. } | Malformed::Syntax { .. }),
            "{refused}"
        );
    }
}

#[test]
fn each_limit_is_inclusive() {
    let limits = Limits {
        size: 400,
        depth: 3,
        attributes: 3,
        declarations: 2,
        bindings: 3,
        declarations_in_all: 5,
        namespace: 10,
        events: 12,
    };
    let check = |xml: &str| Document::parse(xml.as_bytes(), &limits).map(drop);

    check("<a><b><c/></b></a>").unwrap();
    check("<a><b><c></c></b></a>").unwrap();
    let (at, limit) = (9, 3);
    assert_eq!(check("<a><b><c><d/></c></b></a>"), Err(Malformed::TooDeep { at, limit }));
    assert_eq!(check("<a><b><c><d></d></c></b></a>"), Err(Malformed::TooDeep { at, limit }));

    check("<a b='' c='' d=''/>").unwrap();
    assert_eq!(
        check("<a b='' c='' d='' e=''/>"),
        Err(Malformed::TooManyAttributes { at: 0, limit })
    );

    check("<a xmlns='urn:1' xmlns:b='urn:2'/>").unwrap();
    assert_eq!(
        check("<a xmlns='urn:1' xmlns:b='urn:2' xmlns:c='urn:3'/>"),
        Err(Malformed::TooManyDeclarations { at: 0, limit: 2 })
    );

    check("<a xmlns:b='u:1' xmlns:c='u:2'><d xmlns:b='u:1'/><d xmlns:b='u:1'></d></a>").unwrap();
    for tag in ["<d xmlns:b='u:1' xmlns:e='u:3'/>", "<d xmlns:b='u:1' xmlns:e='u:3'></d>"] {
        assert_eq!(
            check(&format!("<a xmlns:b='u:1' xmlns:c='u:2'>{tag}</a>")),
            Err(Malformed::TooManyBindings { at: 31, limit })
        );
    }

    check(&format!("<a>{}</a>", "<b xmlns='u:1'/>".repeat(5))).unwrap();
    assert!(matches!(
        check(&format!("<a>{}</a>", "<b xmlns='u:1'/>".repeat(6))),
        Err(Malformed::TooManyDeclarationsInAll { limit: 5, .. })
    ));

    check("<a xmlns='urn:123456'/>").unwrap();
    assert_eq!(
        check("<a xmlns='urn:1234567'/>"),
        Err(Malformed::NamespaceTooLong { at: 0, limit: 10 })
    );

    // With its prefix, and as canonical XML spells it.
    check("<a xmlns:p12='urn:123'/>").unwrap();
    check("<a xmlns='urn:\"'/>").unwrap();
    for xml in ["<a xmlns:p12='urn:1234'/>", "<a xmlns='urn:\"1'/>", "<a xmlns:p23456789='u:'/>"] {
        assert_eq!(check(xml), Err(Malformed::NamespaceTooLong { at: 0, limit: 10 }), "{xml}");
    }

    check(&format!("<a>{}</a>", "<b/>".repeat(9))).unwrap();
    check(&format!("<a>{}</a>", "<b/>".repeat(10))).unwrap();
    assert!(matches!(
        check(&format!("<a>{}</a>", "<b/>".repeat(11))),
        Err(Malformed::TooManyEvents { limit: 12, .. })
    ));

    check(&format!("<a>{}</a>", "x".repeat(393))).unwrap();
    assert_eq!(
        check(&format!("<a>{}</a>", "x".repeat(394))),
        Err(Malformed::TooLarge { size: 401, limit: 400 })
    );
}

#[test]
fn declarations_that_parsers_read_in_two_ways_are_refused() {
    for xml in [
        "<a xmlns:p=''/>",
        "<a xmlns='urn:1' xmlns='urn:2'/>",
        "<a xmlns:p='urn:p' p:xmlns='urn:evil'><b/></a>",
        "<a xmlns:xmlns='urn:x'/>",
    ] {
        assert_eq!(refusal(xml.as_bytes()), Malformed::BadDeclaration { at: 0 }, "{xml}");
    }
    accepted(b"<a xmlns='urn:1'><b xmlns=''/></a>");
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for xml in [
        "",
        " ",
        "<",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>x",
        "<a b='1' b='2'/>",
        "<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='' q:b=''/>",
        "<a xmlns:p='urn:1' xmlns:p='urn:2'/>",
        "<p:a/>",
        "<a p:b=''/>",
        "<a:b:c xmlns:a='urn:a' xmlns:b='urn:b'/>",
        "<:a/>",
        "<a:/>",
        "<:/>",
        "<a :b=''/>",
        "<a xmlns:=''/>",
        "<a xmlns:='urn:1'/>",
        "<a xmlns:p='urn:p' p:=''/>",
        "<xmlns:a/>",
        "<a xmlns:xml='urn:x'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a b='<'/>",
        "<a b=c/>",
        "<a b/>",
        "<a>&unknown;</a>",
        "<a>&#0;</a>",
        "<a>&#x1F;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a b='&#xDFFF;'/>",
        "<a b='&#x110000;'/>",
        "<a>\u{1}</a>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<a><!-- ></a>",
        "<a><![CDATA[ ></a>",
    ] {
        let refused = Document::parse(xml.as_bytes(), &Limits::default()).map(drop);
        assert!(matches!(refused, Err(Malformed::Syntax { .. })), "{xml}: {refused:?}");
    }
}

#[test]
fn a_carriage_return_beside_a_reference_is_refused_and_others_are_line_ends() {
    for (xml, at) in [
        ("<a>x\r&lt;</a>", 4),
        ("<a>&lt;\r</a>", 7),
        ("<a>&#13;\r&#13;</a>", 8),
        ("<a>&lt;\r\n&lt;\r</a>", 13),
    ] {
        let refused = Document::parse(xml.as_bytes(), &Limits::default()).map(drop);
        assert_eq!(refused, Err(Malformed::AmbiguousLineEnd { at }), "{xml:?}");
    }
    for (xml, read) in [
        ("<a>\r</a>", "\n"),
        ("<a>\r\r\n\rx\r</a>", "\n\n\nx\n"),
        ("<a>x\r\n&lt;\r\n</a>", "x\n<\n"),
        ("<a>&#13;\r\n&#13;\n&#13;&#10;&#13;</a>", "\r\n\r\n\r\n\r"),
        ("<a><![CDATA[\r\r\n]]>\r\n</a>", "\n\n\n"),
    ] {
        let document = Document::parse(xml.as_bytes(), &Limits::default()).expect("it is allowed");
        assert_eq!(document.root().text().expect("it has a value"), read, "{xml:?}");
    }
}

#[test]
fn whatever_passes_is_within_the_limits_and_has_one_canonical_form() {
    // Pieces of markup at random places: what the guard overlooks, the tree would show.
    const PIECES: [&str; 36] = [
        "<a>",
        "</a>",
        "<p:a>",
        "</p:a>",
        "<b/>",
        "<",
        ">",
        "/>",
        "</",
        "'",
        "\"",
        "=",
        "&",
        ";",
        "&lt;",
        "&#13;",
        "&#xA;",
        "\r",
        "\r\n",
        "\t",
        " ",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "]]",
        "<?x",
        "?>",
        "<!DOCTYPE a>",
        " xmlns='urn:1'",
        " xmlns=''",
        " xmlns:p='urn:2'",
        " xmlns:q='urn:1'",
        " c='1'",
        " p:c='2'",
        ":",
    ];
    let limits =
        Limits { depth: 4, attributes: 4, declarations: 2, bindings: 4, ..Limits::default() };
    let seed =
        "<a xmlns='urn:0' xmlns:p='urn:1' p:d='e'><p:a c='1'>x<q:b xmlns:q='urn:1'/></p:a>y</a>";
    let mut entropy = entropy::Entropy::seeded(1, "xml-security", "soup");
    let mut draw = |below: usize| usize::from(u16::from_le_bytes(entropy.bytes())) % below;
    let mut passed = 0;
    for _ in 0..120_000 {
        let mut soup = seed.to_owned();
        for _ in 0..=draw(4) {
            let at = draw(soup.len() + 1);
            let end = at + draw(3).min(soup.len() - at);
            soup.replace_range(at..end, PIECES[draw(PIECES.len())]);
        }
        let Ok(document) = Document::parse(soup.as_bytes(), &limits) else { continue };
        passed += 1;
        for element in document.root().descendants() {
            let node = element.node();
            let depth = node.ancestors().filter(|ancestor| ancestor.is_element()).count();
            assert!(depth <= limits.depth, "{soup}");
            assert!(node.attributes().len() <= limits.attributes, "{soup}");
            assert!(node.namespaces().len() <= limits.bindings, "{soup}");
        }
        for method in [Canonicalization::Inclusive, Canonicalization::exclusive()] {
            let form = document.root().canonical(&method);
            let again = Document::parse(&form, &Limits::default()).expect("a form is a document");
            assert_eq!(again.root().canonical(&method), form, "{method:?} of {soup}");
        }
    }
    assert!(passed > 4_000, "only {passed} passed: the pieces no longer make documents");
}
