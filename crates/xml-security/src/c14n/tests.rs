//! The classic cases of canonical form.

use super::*;
use crate::{Limits, Malformed, fixtures::parse, xml::Document};

fn exclusive(prefixes: &[&str]) -> Canonicalization {
    Canonicalization::Exclusive { prefixes: prefixes.iter().map(|&p| p.to_owned()).collect() }
}

/// Checks the form of the first element `local` of `xml`.
#[track_caller]
fn check(xml: &str, local: &str, method: &Canonicalization, expected: &str) {
    let document = parse(xml);
    let element = document.root().descendants().find(|e| e.local_name() == local).unwrap();
    let form = String::from_utf8(canonicalize(element, method)).unwrap();
    assert_eq!(form, expected, "{local} of {xml}");
    // A canonical form is its own canonical form.
    let again = parse(&form);
    assert_eq!(canonicalize(again.root(), method), form.as_bytes(), "the form is not stable");
}

#[track_caller]
fn check_both(xml: &str, expected: &str) {
    let document = parse(xml);
    for method in [Canonicalization::Inclusive, exclusive(&[])] {
        let form = String::from_utf8(canonicalize(document.root(), &method)).unwrap();
        assert_eq!(form, expected, "{method:?} of {xml}");
    }
}

#[test]
fn tags_are_opened_and_closed() {
    check_both("<a/>", "<a></a>");
    check_both("<a  ><b\n/></a\t>", "<a><b></b></a>");
    check_both("<a b = 'c'></a>", "<a b=\"c\"></a>");
}

#[test]
fn what_is_around_the_element_and_comments_are_left_out() {
    check_both(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x -->\n<a>b<!-- c -->d</a>\n",
        "<a>bd</a>",
    );
}

#[test]
fn character_data_is_written_as_such() {
    check_both("<a><![CDATA[<&>]]>x<![CDATA[]]></a>", "<a>&lt;&amp;&gt;x</a>");
    check_both("<a>&lt;&#60;&amp;&gt;&quot;&apos;</a>", "<a>&lt;&lt;&amp;&gt;\"'</a>");
    check_both("<a>&#xE6;æ&#x1D11E;</a>", "<a>ææ𝄞</a>");
}

#[test]
fn line_ends_are_normalised_and_references_are_not() {
    check_both("<a>1\r\n2\r3&#xD;4\n5&#13;\n6</a>", "<a>1\n2\n3&#xD;4\n5&#xD;\n6</a>");
    check_both("<a>\r\n</a>", "<a>\n</a>");
    check_both("<a>\r</a>", "<a>\n</a>");
}

#[test]
fn white_space_in_attributes_becomes_spaces_unless_referred_to() {
    check_both("<a b='1\t2\n3\r\n4'/>", "<a b=\"1 2 3 4\"></a>");
    check_both("<a b='&#9;&#10;&#13;&#x20;'/>", "<a b=\"&#x9;&#xA;&#xD; \"></a>");
    check_both("<a b='&lt;&amp;&quot;>&apos;'/>", "<a b=\"&lt;&amp;&quot;>'\"></a>");
}

#[test]
fn attributes_are_in_the_order_of_namespace_then_name() {
    check_both(
        "<e xmlns:z='urn:a' xmlns:a='urn:b' a:x='1' z:y='2' c='3' a:b='4' b='5' z:a='6'/>",
        "<e xmlns:a=\"urn:b\" xmlns:z=\"urn:a\" b=\"5\" c=\"3\" z:a=\"6\" z:y=\"2\" a:b=\"4\" a:x=\"1\"></e>",
    );
}

#[test]
fn declarations_are_in_the_order_of_prefixes_the_default_first() {
    check_both(
        "<e xmlns:c='urn:c' xmlns:b='urn:b' xmlns='urn:d' c:x='' b:x=''/>",
        "<e xmlns=\"urn:d\" xmlns:b=\"urn:b\" xmlns:c=\"urn:c\" b:x=\"\" c:x=\"\"></e>",
    );
}

#[test]
fn inclusive_takes_every_namespace_in_scope() {
    let xml =
        "<a xmlns='urn:d' xmlns:b='urn:b' xmlns:c='urn:c'><b:x xmlns:e='urn:e'><y/></b:x></a>";
    check(
        xml,
        "x",
        &Canonicalization::Inclusive,
        "<b:x xmlns=\"urn:d\" xmlns:b=\"urn:b\" xmlns:c=\"urn:c\" xmlns:e=\"urn:e\"><y></y></b:x>",
    );
}

#[test]
fn exclusive_declares_a_namespace_where_it_is_used() {
    let xml =
        "<a xmlns='urn:d' xmlns:b='urn:b' xmlns:c='urn:c'><b:x><c:y c:z=''/><c:y/><w/></b:x></a>";
    check(
        xml,
        "x",
        &exclusive(&[]),
        "<b:x xmlns:b=\"urn:b\"><c:y xmlns:c=\"urn:c\" c:z=\"\"></c:y><c:y xmlns:c=\"urn:c\"></c:y>\
         <w xmlns=\"urn:d\"></w></b:x>",
    );
}

#[test]
fn inclusive_leaves_out_a_declaration_that_says_nothing_new() {
    let xml = "<a xmlns='urn:d' xmlns:b='urn:b'><x xmlns='urn:d' xmlns:b='urn:b'/><y xmlns:b='urn:o'><z xmlns:b='urn:b'/></y></a>";
    check(
        xml,
        "a",
        &Canonicalization::Inclusive,
        "<a xmlns=\"urn:d\" xmlns:b=\"urn:b\"><x></x><y xmlns:b=\"urn:o\"><z xmlns:b=\"urn:b\"></z></y></a>",
    );
}

#[test]
fn the_default_namespace_is_undeclared_only_where_one_was_written() {
    let xml = "<a xmlns='urn:d'><b xmlns=''><c/></b></a>";
    for method in [Canonicalization::Inclusive, exclusive(&[])] {
        check(xml, "a", &method, "<a xmlns=\"urn:d\"><b xmlns=\"\"><c></c></b></a>");
        check(xml, "b", &method, "<b><c></c></b>");
    }
}

#[test]
fn exclusive_undeclares_the_default_namespace_where_it_matters() {
    // Between `p:x` and `y` nothing used the default namespace, so nothing was written of it.
    let xml = "<a xmlns='urn:d' xmlns:p='urn:p'><p:x xmlns=''><y/></p:x></a>";
    check(xml, "x", &exclusive(&[]), "<p:x xmlns:p=\"urn:p\"><y></y></p:x>");
    check(
        xml,
        "a",
        &exclusive(&[]),
        "<a xmlns=\"urn:d\"><p:x xmlns:p=\"urn:p\"><y xmlns=\"\"></y></p:x></a>",
    );
    check(
        xml,
        "a",
        &Canonicalization::Inclusive,
        "<a xmlns=\"urn:d\" xmlns:p=\"urn:p\"><p:x xmlns=\"\"><y></y></p:x></a>",
    );
}

#[test]
fn a_prefix_bound_anew_is_declared_anew() {
    let xml = "<p:a xmlns:p='urn:1'><p:b xmlns:p='urn:2'><p:c xmlns:p='urn:1'/></p:b><p:d/></p:a>";
    let expected = "<p:a xmlns:p=\"urn:1\"><p:b xmlns:p=\"urn:2\"><p:c xmlns:p=\"urn:1\"></p:c></p:b><p:d></p:d></p:a>";
    check_both(xml, expected);
}

#[test]
fn two_prefixes_of_one_namespace_stay_two() {
    let xml = "<p:a xmlns:p='urn:1' xmlns:q='urn:1' q:x='' p:y=''><q:b/><c xmlns='urn:1'/></p:a>";
    check_both(
        xml,
        "<p:a xmlns:p=\"urn:1\" xmlns:q=\"urn:1\" q:x=\"\" p:y=\"\"><q:b></q:b>\
         <c xmlns=\"urn:1\"></c></p:a>",
    );
}

#[test]
fn a_prefix_list_makes_its_prefixes_inclusive() {
    let xml = "<a xmlns='urn:d' xmlns:b='urn:b' xmlns:c='urn:c'><b:x><y/></b:x></a>";
    let with = |prefixes: &[&str], expected| check(xml, "x", &exclusive(prefixes), expected);
    with(&["c"], "<b:x xmlns:b=\"urn:b\" xmlns:c=\"urn:c\"><y xmlns=\"urn:d\"></y></b:x>");
    with(&["#default"], "<b:x xmlns=\"urn:d\" xmlns:b=\"urn:b\"><y></y></b:x>");
    with(
        &["c", "#default", "unknown"],
        "<b:x xmlns=\"urn:d\" xmlns:b=\"urn:b\" xmlns:c=\"urn:c\"><y></y></b:x>",
    );
}

#[test]
fn a_listed_prefix_that_is_bound_anew_inside_is_declared_there() {
    let xml = "<a xmlns:c='urn:c'><x><y xmlns:c='urn:o'><z xmlns='urn:d'/></y></x></a>";
    check(
        xml,
        "x",
        &exclusive(&["c", "#default"]),
        "<x xmlns:c=\"urn:c\"><y xmlns:c=\"urn:o\"><z xmlns=\"urn:d\"></z></y></x>",
    );
}

#[test]
fn inclusive_takes_the_xml_attributes_of_the_nearest_ancestors() {
    let xml = "<a xml:lang='da' xml:space='preserve' c='1'><b xml:lang='en'><x d='2' xml:id='i'><y/></x></b></a>";
    check(
        xml,
        "x",
        &Canonicalization::Inclusive,
        "<x d=\"2\" xml:id=\"i\" xml:lang=\"en\" xml:space=\"preserve\"><y></y></x>",
    );
    check(xml, "x", &exclusive(&[]), "<x d=\"2\" xml:id=\"i\"><y></y></x>");
}

#[test]
fn the_prefix_xml_is_never_declared() {
    let xml = "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='da'/>";
    check_both(xml, "<a xml:lang=\"da\"></a>");
    check(xml, "a", &exclusive(&["xml"]), "<a xml:lang=\"da\"></a>");
}

#[test]
fn a_removed_descendant_leaves_nothing() {
    let xml = "<a>1<s><b/>2</s>3<c/></a>";
    let document = parse(xml);
    let removed = document.root().child("", "s").unwrap().node().id();
    let subset = Subset { element: document.root(), without: Some(removed) };
    let mut out = Vec::new();
    let method = exclusive(&[]);
    write(subset, &method, Apex::AsIs, &mut out, &mut Budget::unlimited()).unwrap();
    assert_eq!(out, b"<a>13<c></c></a>");
}

#[test]
fn an_apex_with_a_default_declares_it_whatever_it_uses() {
    let form = |xml: &str| {
        let document = parse(xml);
        let element = document.root().descendants().find(|e| e.local_name() == "x").unwrap();
        let mut out = Vec::new();
        let subset = Subset { element, without: None };
        write(subset, &exclusive(&[]), Apex::WithDefault, &mut out, &mut Budget::unlimited())
            .unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(
        form("<a xmlns:p='urn:p'><p:x><p:y/><z/></p:x></a>"),
        "<p:x xmlns=\"\" xmlns:p=\"urn:p\"><p:y></p:y><z></z></p:x>"
    );
    assert_eq!(
        form("<a xmlns:p='urn:p' xmlns='urn:d'><p:x><p:y/><z/></p:x></a>"),
        "<p:x xmlns=\"urn:d\" xmlns:p=\"urn:p\"><p:y></p:y><z></z></p:x>"
    );
    assert_eq!(form("<x xmlns='urn:d'/>"), "<x xmlns=\"urn:d\"></x>");
}

#[test]
fn names_are_spelled_as_in_the_source() {
    check_both("<æ:ø xmlns:æ='urn:æ' æ:å='1'/>", "<æ:ø xmlns:æ=\"urn:æ\" æ:å=\"1\"></æ:ø>");
    check_both("<a:a xmlns:a='urn:a' a:a='a:a'/>", "<a:a xmlns:a=\"urn:a\" a:a=\"a:a\"></a:a>");
    check_both("<a\n\tb\r\n=\n'c'/>", "<a b=\"c\"></a>");
}

#[test]
fn a_document_that_is_larger_in_canonical_form_uses_its_budget_up() {
    // Each `p:b` repeats the long name.
    let xml = format!("<a xmlns:p='urn:{}'>{}</a>", "x".repeat(200), "<p:b/>".repeat(9_000));
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    let subset = Subset { element: document.root(), without: None };
    let mut out = Vec::new();
    let mut budget = Budget::one_message();
    for _ in 0..2 {
        let _ = write(subset, &exclusive(&[]), Apex::AsIs, &mut out, &mut budget);
    }
    assert!(out.len() <= 4 * 1024 * 1024 + 512, "{} bytes were written", out.len());
    assert_eq!(write(subset, &exclusive(&[]), Apex::AsIs, &mut out, &mut budget), Err(TooMuchWork));
    let longer = xml.replace("urn:", &format!("urn:{}", "y".repeat(100)));
    assert!(matches!(
        Document::parse(longer.as_bytes(), &Limits::default()),
        Err(Malformed::NamespaceTooLong { .. })
    ));
}

/// As [`Canonicalization::Inclusive`] of the element `x`, with the budget of one message.
fn inclusive_of_x(xml: &str) -> Result<usize, TooMuchWork> {
    let document = parse(xml);
    let element = document.root().descendants().find(|e| e.local_name() == "x").unwrap();
    let subset = Subset { element, without: None };
    let mut out = Vec::new();
    write(subset, &Canonicalization::Inclusive, Apex::AsIs, &mut out, &mut Budget::one_message())?;
    Ok(out.len())
}

#[test]
fn many_declarations_in_scope_use_a_budget_up() {
    // Each `b` has 120 namespaces in scope, each of which is looked for among as many.
    let declarations = |level: usize| -> String {
        (0..30).map(|n| format!(" xmlns:p{level}x{n}='urn:{n}'")).collect()
    };
    let open: String = (0..4).map(|level| format!("<x{}>", declarations(level))).collect();
    let redeclared = |times: usize| {
        format!("{open}{}{}", "<b xmlns:p0x0='urn:b'/>".repeat(times), "</x>".repeat(4))
    };
    assert!(inclusive_of_x(&redeclared(10)).is_ok());
    assert_eq!(inclusive_of_x(&redeclared(1_900)), Err(TooMuchWork));
}

#[test]
fn many_inherited_attributes_use_a_budget_up() {
    let wrapped = |levels: usize| {
        let tag =
            |level: usize| -> String { (0..63).map(|n| format!(" xml:a{level}x{n}=''")).collect() };
        let open: String = (0..levels).map(|level| format!("<a{}>", tag(level))).collect();
        format!("{open}<x/>{}", "</a>".repeat(levels))
    };
    assert!(inclusive_of_x(&wrapped(10)).is_ok());
    assert_eq!(inclusive_of_x(&wrapped(60)), Err(TooMuchWork));
}
