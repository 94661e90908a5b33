//! Our messages are laid out as the recorded ones in the folder that `SKIFT_GOLDEN` names.
//!
//! They are not ours to keep, so where the folder is missing each test says so by name.

use std::{fmt::Write as _, fs, io::Write as _, path::PathBuf};

use clock::Span;
use oio_idws::{
    Layout,
    soap::{MessageTime, Version},
    trust::TokenRequest,
};
use stage::start;
use xml_security::{Document, Limits};

use crate::world::{
    CLIENT, STS, assertion, read_request, service_call, token, token_request, written_response,
};

/// The file `name`, or nothing and a line that says so.
fn golden(test: &str, name: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("SKIFT_GOLDEN") else {
        // Past the test runner, which would keep it to itself.
        let line = format!("SKIPPED {test}: SKIFT_GOLDEN is not set\n");
        std::io::stderr().write_all(line.as_bytes()).expect("standard error takes a line");
        return None;
    };
    let path = PathBuf::from(folder).join(name);
    let text = fs::read_to_string(&path);
    Some(text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Attributes whose values are a message's own.
const OWN_VALUES: [&str; 1] = ["Context"];

/// Each tag of `xml` on a line, with its prefix and its attributes as they stand; without namespace
/// declarations, texts, and values that differ from message to message.
fn tags(xml: &str) -> String {
    let mut lines = String::new();
    for (_, tag) in xml.match_indices('<').filter_map(|(at, _)| xml[at..].split_once('<')) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let mut parts = tag.split(' ');
        let name = parts.next().expect("a tag has a name");
        let attributes = parts
            .filter(|attribute| !attribute.starts_with("xmlns"))
            .map(|attribute| match attribute.split_once('=').expect("an attribute has a value") {
                (name, _) if OWN_VALUES.contains(&name) => name,
                // An id that the request for a proof key has for itself.
                ("wsu:Id", value) if value.starts_with("\"u") => "wsu:Id",
                _ => attribute,
            })
            .collect::<Vec<_>>();
        writeln!(lines, "{name} {}", attributes.join(" ")).expect("a string takes it");
        if empty {
            writeln!(lines, "/{name} ").expect("a string takes it");
        }
    }
    lines
}

/// Each element of `xml` with its namespace, in the order of the document.
fn elements(xml: &str) -> Vec<(String, String)> {
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    let names = document.root().descendants();
    names.map(|it| (it.namespace().to_owned(), it.local_name().to_owned())).collect()
}

#[track_caller]
fn check_same_layout(ours: &str, theirs: &str) {
    for (ours, theirs) in tags(ours).lines().zip(tags(theirs).lines()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(tags(ours).lines().count(), tags(theirs).lines().count());
    assert_eq!(elements(ours), elements(theirs));
}

#[test]
fn a_token_request_is_laid_out_as_one_of_the_dotnet_client() {
    let test = "a_token_request_is_laid_out_as_one_of_the_dotnet_client";
    let Some(theirs) = golden(test, "rst-dotnet.xml") else { return };
    let request =
        TokenRequest { lifetime_until: Some(start() + Span::from_minutes(5)), ..token_request() };
    check_same_layout(&request.write(&CLIENT).unwrap(), &theirs);
}

/// The local names of the elements in the element `of`, in order and one level down.
fn children<'x>(xml: &'x Document<'_>, of: &str) -> Vec<&'x str> {
    let parent = xml.root().descendants().find(|it| it.local_name() == of).expect("it is there");
    parent.children().map(|child| child.local_name()).collect()
}

/// As `docs/traces/soap/system-user-scenario` in the repository of the Java client has it. Its files
/// are indented, so nothing of them can be compared byte for byte.
#[test]
fn a_token_request_of_cxf_says_no_more_than_it_must_and_lists_its_prefixes() {
    let message = token_request().write_as(Layout::Cxf, &CLIENT).unwrap();
    let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(children(&document, "Header"), ["Action", "MessageID", "To", "Security"]);
    let security = ["BinarySecurityToken", "Timestamp", "Signature"];
    assert_eq!(children(&document, "Security"), security);
    let request = ["RequestType", "AppliesTo", "TokenType"];
    assert_eq!(children(&document, "RequestSecurityToken"), request);
    let references = message.split("<ds:Reference URI=\"#").skip(1).map(|rest| {
        let (id, rest) = rest.split_once('"').unwrap();
        let (transforms, _) = rest.split_once("<ds:DigestMethod").unwrap();
        let list = transforms.split_once("PrefixList=\"").and_then(|it| it.1.split('"').next());
        (id, list.unwrap_or_default())
    });
    let expected = [
        ("TS-1", "wsse soap"),
        ("_Body", ""),
        ("_To", "soap"),
        ("_MessageID", "soap"),
        ("_Action", "soap"),
        ("X509-1", "soap"),
    ];
    assert_eq!(references.collect::<Vec<_>>(), expected);
}

/// As the samples of calls by both clients in the repository of the .NET client have it.
#[test]
fn a_call_of_each_client_has_its_order() {
    let written = assertion(None).write(&STS).unwrap();
    let call = service_call(token(&written).encrypted_assertion);
    for (layout, header) in [
        (Layout::DotNet, ["Action", "MessageID", "ReplyTo", "To", "Security"]),
        (Layout::Cxf, ["Action", "MessageID", "To", "ReplyTo", "Security"]),
    ] {
        let message = call.write_as(layout, Version::Soap12, &CLIENT).unwrap();
        let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(children(&document, "Header"), header);
        let security = ["Timestamp", "EncryptedAssertion", "SecurityTokenReference", "Signature"];
        assert_eq!(children(&document, "Security"), security);
    }
}

#[test]
fn a_token_response_is_laid_out_as_one_of_the_sts() {
    let test = "a_token_response_is_laid_out_as_one_of_the_sts";
    let Some(theirs) = golden(test, "rstr-dotnet.xml") else { return };
    // It is of 2015, when the STS still signed with SHA-1.
    let (signed_info, rest) = theirs.split_once("</SignedInfo>").unwrap();
    let signed_info = signed_info
        .replace("2000/09/xmldsig#rsa-sha1", "2001/04/xmldsig-more#rsa-sha256")
        .replace("2000/09/xmldsig#sha1", "2001/04/xmlenc#sha256");
    check_same_layout(&written_response(), &[&signed_info, "</SignedInfo>", rest].concat());
}

#[test]
fn a_recorded_request_of_the_dotnet_client_is_read() {
    let test = "a_recorded_request_of_the_dotnet_client_is_read";
    let Some(recorded) = golden(test, "rst-dotnet.xml") else { return };
    let received = read_request(&recorded).unwrap();
    let time = MessageTime {
        created: Some(stage::at("2015-11-04T11:54:13Z")),
        expires: stage::at("2015-11-04T11:59:13Z"),
    };
    assert_eq!(received.time.unverified(), &time);
    let signed = received.signed.unwrap();
    assert_eq!(signed.certificate.public_key().bits(), 2048);
    assert_eq!(signed.certificate.subject().cvr(), None, "an OCES2 name has no such attribute");
    let request = signed.request.unwrap();
    let of_system_user = TokenRequest::of_system_user(
        received.message_id.unwrap().into_unverified(),
        request.context.clone(),
        request.applies_to.clone(),
        time.created.unwrap(),
        time.expires,
    );
    let lifetime_until = Some(stage::at("2015-11-04T11:59:12Z"));
    assert_eq!(request, TokenRequest { lifetime_until, ..of_system_user });
    assert!(request.context.starts_with("urn:uuid:"));
    assert!(request.applies_to.starts_with("https://wsp."));
}

#[test]
fn a_documented_request_with_an_edited_certificate_is_refused() {
    let test = "a_documented_request_with_an_edited_certificate_is_refused";
    let Some(documented) = golden(test, "rst-official.xml") else { return };
    assert!(read_request(&documented).is_err());
}
