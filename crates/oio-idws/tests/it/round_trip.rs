//! What is written is read back equal, out of what was signed.

use clock::{Span, Timestamp};
use oio_idws::{
    Layout, MessageError,
    assertion::{Assertion, PrivilegeAttribute},
    call::{CallAnswer, ServiceReply},
    fault::{FaultShape, ServiceFault, ServiceFaultCode, StsFault, StsFaultCode},
    privileges::Privileges,
    soap::{MessageTime, Version},
    trust::{IssuedToken, StsReply, TokenRequest},
};
use stage::start;
use xml_security::{Document, Legacy, Limits, decrypt, verify_enveloped};

use crate::world::{
    CLIENT, SERVICE, STRANGER, STS, assertion, call_answer, content, privileges, read_call,
    read_request, service_call, token, token_request, token_response, written_call,
    written_response,
};

fn check_request(request: &TokenRequest) {
    check_request_in(Layout::DotNet, request);
    // CXF asks for no lifetime.
    check_request_in(Layout::Cxf, &TokenRequest { lifetime_until: None, ..request.clone() });
}

fn check_request_in(layout: Layout, request: &TokenRequest) {
    let message = request.write_as(layout, &CLIENT).unwrap();
    let received = read_request(&message).unwrap();
    assert_eq!(received.message_id.unwrap().unverified(), &request.message_id);
    assert_eq!(received.time.unverified(), &request.time);
    let signed = received.signed.unwrap();
    assert_eq!(signed.request.as_ref(), Ok(request));
    assert_eq!(signed.certificate, CLIENT.certificate);
    assert_eq!(signed.signature_value.len(), CLIENT.key.public().bits() / 8);
}

#[test]
fn a_token_request() {
    check_request(&token_request());
}

#[test]
fn a_token_request_that_says_all_it_can() {
    check_request(&TokenRequest {
        lifetime_until: Some(start() + Span::from_hours(2)),
        context: "<a> & \"b\" 'c'\t\r\n".to_owned(),
        applies_to: "urn:a?b=<c>&d=\"e\"".to_owned(),
        message_id: "uuid:]]>".to_owned(),
        to: "https://anybody.invalid/?<&".to_owned(),
        action: "urn:anything".to_owned(),
        request_type: "urn:renew".to_owned(),
        ..token_request()
    });
}

#[test]
fn a_token_request_that_says_no_more_than_it_must() {
    let time = MessageTime { created: None, ..token_request().time };
    check_request(&TokenRequest { token_type: None, time, ..token_request() });
}

#[test]
fn a_token_response_to_a_client_that_cannot_look_inside() {
    let written = assertion(Some(privileges())).write(&STS).unwrap();
    let token = token(&written);
    assert_eq!(token.relates_to, token_response().relates_to);
    assert_eq!(token.expires, token_response().expires);
    let time =
        MessageTime { created: Some(token_response().created), expires: token_response().expires };
    assert_eq!(token.time, time);
    // It stands on its own, with every namespace it uses.
    let document =
        Document::parse(token.encrypted_assertion.as_bytes(), &Limits::default()).unwrap();
    let data = document.root().children().next().unwrap();
    assert_eq!(&**decrypt(data, &SERVICE.key).unwrap(), written.as_bytes());
    assert!(decrypt(data, &CLIENT.key).is_err());
}

#[test]
fn a_token_response_without_a_token_type_or_a_millisecond() {
    let response = oio_idws::trust::TokenResponse {
        token_type: None,
        created: start(),
        expires: start() + Span::from_millis(60_010),
        ..token_response()
    };
    let message =
        response.write("<a/>", &SERVICE.certificate, &STS, &mut crate::world::entropy()).unwrap();
    assert!(message.contains("<TokenType/>"), "{message}");
    let reply = StsReply::read(message.as_bytes(), STS.certificate.public_key());
    let Ok(StsReply::Token(token)) = reply else { panic!("{reply:?}") };
    assert_eq!(token.expires, response.expires);
}

fn check_assertion(privileges: Option<Privileges>) {
    let assertion = assertion(privileges);
    let written = assertion.write(&STS).unwrap();
    assert_eq!(read(&written), Ok(assertion));
}

fn read(assertion: &str) -> Result<Assertion, MessageError> {
    let document = Document::parse(assertion.as_bytes(), &Limits::default()).unwrap();
    let key = STS.certificate.public_key();
    Assertion::read(verify_enveloped(document.root(), key, Legacy::Refuse).unwrap())
}

#[test]
fn an_assertion_with_privileges() {
    check_assertion(Some(privileges()));
}

#[test]
fn an_assertion_whose_privileges_are_nil() {
    check_assertion(None);
    let written = assertion(None).write(&STS).unwrap();
    assert!(
        written.contains(
            "<Attribute Name=\"dk:gov:saml:attribute:Privileges_intermediate\" \
             NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\"><AttributeValue \
             xmlns:a=\"http://www.w3.org/2001/XMLSchema-instance\" a:nil=\"true\">"
        ),
        "{written}"
    );
}

/// Attribute by attribute as the token of 2023: names, formats, order, and no friendly name.
#[test]
fn the_attributes_are_those_of_a_nemlogin_3_token() {
    let written = assertion(Some(privileges())).write(&STS).unwrap();
    let (_, statement) = written.split_once("<AttributeStatement>").unwrap();
    let (statement, _) = statement.split_once("</AttributeStatement>").unwrap();
    let attributes: Vec<_> = statement.split_inclusive("</Attribute>").collect();
    let list = privileges().encode();
    let nil = "<AttributeValue xmlns:a=\"http://www.w3.org/2001/XMLSchema-instance\" \
               a:nil=\"true\"></AttributeValue>";
    let value = |value: &str| format!("<AttributeValue>{value}</AttributeValue>");
    let expected = [
        ("dk:gov:saml:attribute:SpecVer", value("DK-SAML-2.0")),
        ("dk:gov:saml:attribute:CvrNumberIdentifier", value("90000001")),
        ("dk:gov:saml:attribute:AssuranceLevel", value("3")),
        ("dk:gov:saml:attribute:Privileges_intermediate", value(&list)),
        ("urn:oid:2.5.4.10", nil.to_owned()),
    ]
    .map(|(name, value)| {
        format!(
            "<Attribute Name=\"{name}\" \
             NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\">{value}</Attribute>"
        )
    });
    assert_eq!(attributes, expected);
}

/// What stands around the attributes, from the issuer to the audience.
#[test]
fn a_token_is_laid_out_as_a_nemlogin_3_token() {
    let written = assertion(None).write(&STS).unwrap();
    assert!(written.starts_with(
        "<Assertion ID=\"_00000000-0000-4000-8000-000000000003\" \
         IssueInstant=\"2030-03-01T08:00:00.408Z\" Version=\"2.0\" \
         xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
         <Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">\
         https://signature.sts.nemlog-in.dk/</Issuer>\
         <Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>"
    ));
    for part in [
        "<SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\">",
        "<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">",
        "<Subject><NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">\
         https://wsc.fagsystem.invalid</NameID><SubjectConfirmation \
         Method=\"urn:oasis:names:tc:SAML:2.0:cm:holder-of-key\"><SubjectConfirmationData \
         xmlns:a=\"http://www.w3.org/2001/XMLSchema-instance\" \
         a:type=\"KeyInfoConfirmationDataType\"><KeyInfo \
         xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>MII",
        "<Conditions NotBefore=\"2030-03-01T08:00:00.408Z\" \
         NotOnOrAfter=\"2030-03-01T16:00:00.000Z\"><AudienceRestriction>\
         <Audience>https://saml.smdb.sim.invalid</Audience></AudienceRestriction></Conditions>\
         <AttributeStatement>",
    ] {
        assert!(written.contains(part), "{part}\n{written}");
    }
    assert!(!written.contains("AuthnStatement") && !written.contains("FriendlyName"));
}

#[test]
fn privileges_have_the_name_that_is_asked_for_and_are_read_by_either() {
    for (name, expected) in [
        (PrivilegeAttribute::DkGov, "dk:gov:saml:attribute:Privileges_intermediate"),
        (PrivilegeAttribute::Oiosaml3, "https://data.gov.dk/model/core/eid/privilegesIntermediate"),
    ] {
        for privileges in [None, Some(privileges())] {
            let assertion = assertion(privileges);
            let written = assertion.write_with(name, &STS).unwrap();
            assert!(written.contains(&format!("Name=\"{expected}\"")));
            assert_eq!(read(&written), Ok(assertion));
        }
    }
}

#[test]
fn an_assertion_with_an_empty_list_of_privileges() {
    check_assertion(Some(Privileges::default()));
}

#[test]
fn a_token_holds_from_its_beginning_and_not_at_its_end() {
    let assertion = assertion(None);
    let check = |at: Timestamp, valid| assert_eq!(assertion.is_valid_at(at), valid, "{at}");
    check(assertion.not_before - stage::INSTANT, false);
    check(assertion.not_before, true);
    check(assertion.not_on_or_after - stage::INSTANT, true);
    check(assertion.not_on_or_after, false);
}

#[test]
fn a_call_with_a_token() {
    let token = token(&assertion(Some(privileges())).write(&STS).unwrap());
    let call = service_call(token.encrypted_assertion);
    assert_eq!(call.write(&CLIENT), call.write_as(Layout::DotNet, Version::Soap12, &CLIENT));
    for (layout, version) in layouts_and_versions() {
        let message = call.write_as(layout, version, &CLIENT).unwrap();
        let received = read_call(&message).unwrap();
        assert_eq!(received.version, version);
        assert_eq!(received.message_id.unwrap().unverified(), &call.message_id);
        let time = MessageTime { created: Some(call.created), expires: call.expires };
        assert_eq!(received.time.unverified(), &time);
        let token = received.token.unwrap();
        assert_eq!(token.assertion, assertion(Some(privileges())));
        assert_eq!(token.signed_by, STS.certificate);
        let signed = received.message.unwrap().unwrap();
        assert_eq!(signed.message_id, call.message_id);
        assert_eq!(signed.action.as_ref(), Some(&call.action));
        assert_eq!(signed.to.as_ref(), Some(&call.to));
        assert_eq!(signed.content.unwrap(), "what");
    }
}

fn layouts_and_versions() -> impl Iterator<Item = (Layout, Version)> {
    Layout::ALL.into_iter().flat_map(|it| Version::ALL.map(|version| (it, version)))
}

/// Everything that is read out of a call is signed in it, in whatever layout it comes.
#[test]
fn a_call_in_each_layout_and_version_fails_when_a_part_is_changed() {
    let token = token(&assertion(None).write(&STS).unwrap());
    let call = service_call(token.encrypted_assertion);
    for (layout, version) in layouts_and_versions() {
        let message = call.write_as(layout, version, &CLIENT).unwrap();
        for (part, other) in [
            ("urn:sim:test/Do?", "urn:sim:test/Undo?"),
            ("000000000005", "000000000006"),
            ("smdb.sim.invalid/?x", "smdb.sim.invalid/?y"),
            ("08:05:00", "08:06:00"),
            ("2005/08/addressing/anonymous", "2005/08/addressing/none"),
            ("what", "that"),
        ] {
            let changed = stage::tampered(&message, part, other);
            let signed = read_call(&changed).unwrap().message.unwrap();
            assert!(signed.is_err(), "{layout:?}, {version}, {part}");
        }
    }
}

#[test]
fn an_answer_of_a_service() {
    assert_eq!(call_answer().write(&SERVICE), call_answer().write_in(Version::Soap12, &SERVICE));
    for version in Version::ALL {
        let message = call_answer().write_in(version, &SERVICE).unwrap();
        assert!(message.contains(version.namespace()));
        let key = SERVICE.certificate.public_key();
        let reply = ServiceReply::read(message.as_bytes(), key, content).unwrap();
        let CallAnswer { relates_to, created, expires, .. } = call_answer();
        let time = MessageTime { created: Some(created), expires };
        assert_eq!(reply, ServiceReply::Answer { relates_to, time, content: "done".to_owned() });
    }
}

#[test]
fn a_fault_of_the_sts_in_both_shapes() {
    for shape in [FaultShape::NemLogin, FaultShape::Conformant] {
        for code in StsFaultCode::ALL {
            for relates_to in [None, Some("uuid:<&>")] {
                let message = StsFault::write(code, "uuid:1", relates_to, shape);
                let expected =
                    StsFault { code: code.name().to_owned(), text: code.text().to_owned() };
                // Whoever signs, a client reads a fault before it looks for a signature.
                let reply = StsReply::read(message.as_bytes(), STRANGER.certificate.public_key());
                assert_eq!(reply, Ok(StsReply::Fault(expected)));
            }
        }
    }
}

#[test]
fn a_fault_of_a_service() {
    let codes = ServiceFaultCode::ALL.into_iter();
    for (code, version) in codes.flat_map(|it| Version::ALL.map(|version| (it, version))) {
        for relates_to in [None, Some("urn:uuid:<&>")] {
            let message = ServiceFault::write(version, code, "no <&> no", "urn:uuid:1", relates_to);
            assert!(message.contains(version.namespace()));
            let expected =
                ServiceFault { code: code.name().to_owned(), text: "no <&> no".to_owned() };
            let reply =
                ServiceReply::read(message.as_bytes(), SERVICE.certificate.public_key(), content);
            assert_eq!(reply, Ok(ServiceReply::Fault(expected)));
        }
    }
}

#[test]
fn neither_a_token_nor_a_body_is_shown() {
    let reply = StsReply::read(written_response().as_bytes(), STS.certificate.public_key());
    let Ok(StsReply::Token(token)) = reply else { panic!("{reply:?}") };
    let IssuedToken { encrypted_assertion, .. } = &token;
    let call = service_call(encrypted_assertion.clone());
    for shown in [format!("{token:?}"), format!("{call:?}")] {
        assert!(shown.contains("uuid:"), "{shown}");
        assert!(!shown.contains("EncryptedData") && !shown.contains("what"), "{shown}");
    }
}

/// The .NET client drops white space between elements before it verifies.
#[test]
fn no_white_space_stands_between_elements() {
    let [dotnet, cxf] = Layout::ALL.map(|it| token_request().write_as(it, &CLIENT).unwrap());
    let answer = call_answer().write(&SERVICE).unwrap();
    for message in [dotnet, cxf, written_response(), written_call(), answer] {
        let between = message.split('>').skip(1).filter_map(|after| after.split('<').next());
        assert!(between.into_iter().all(|text| text.is_empty() || !text.trim().is_empty()));
    }
}
