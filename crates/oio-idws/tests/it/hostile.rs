//! What is missing, doubled, unsigned, forged or ambiguous is a typed error.

use oio_idws::{
    Layout, MessageError,
    assertion::Assertion,
    call::{
        CallAnswerError, ReceivedCall, ReceivedToken, ServiceKeys, ServiceReply, SignedCall,
        TokenRefusal,
    },
    soap::{UnreadableReason, Version},
    trust::{ResponseError, SignedTokenRequest, StsReply, TokenRequestRefusal, UnsignedPart},
    uris::ENCRYPTED_ASSERTION_ID,
};
use stage::{Forgery, tampered};
use xml_security::{
    Claimed, KeyInfoSpec, Legacy, Limits, ShapeError, SignatureRefusal, verify_enveloped,
};

use crate::world::{
    CLIENT, SERVICE, STRANGER, STS, assertion, call_answer, content, privileges, read_call,
    read_request, service_call, token, token_request, written_call, written_request,
    written_response,
};

/// A request changed by its sender, who signs what was made of it.
fn changed_request(from: &str, to: &str) -> String {
    Forgery::of(&written_request()).replace(from, to).sign(&CLIENT.key)
}

fn signed(message: &str) -> SignedTokenRequest {
    read_request(message).unwrap().signed.unwrap()
}

/// Why the signed content of a request is not one.
#[track_caller]
fn check_content(message: &str, expected: &str) {
    let error = signed(message).request.unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

const ADDRESS: &str = "<wsa:Address>https://saml.smdb.sim.invalid</wsa:Address>";
const REFERENCE: [&str; 2] = ["<wsa:EndpointReference>", "</wsa:EndpointReference>"];

#[test]
fn a_request_without_a_context() {
    let from = " Context=\"urn:uuid:00000000-0000-4000-8000-000000000002\"";
    check_content(&changed_request(from, ""), "a request with a Context");
}

#[test]
fn a_request_for_two_services() {
    let one = format!("<wsp:AppliesTo>{}{ADDRESS}{}</wsp:AppliesTo>", REFERENCE[0], REFERENCE[1]);
    check_content(&changed_request(&one, &one.repeat(2)), "more than one");
    let one = format!("{}{ADDRESS}{}", REFERENCE[0], REFERENCE[1]);
    check_content(&changed_request(&one, &one.repeat(2)), "more than one");
    check_content(&changed_request(ADDRESS, &ADDRESS.repeat(2)), "more than one");
}

#[test]
fn a_request_for_no_service() {
    check_content(&changed_request(ADDRESS, ""), "has no");
    // The namespace of 2004, which other services want, is not the one that this STS knows.
    let other = changed_request(
        "xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2002/12/policy\"",
        "xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2004/09/policy\"",
    );
    check_content(&other, "AppliesTo");
}

/// Canonical XML leaves comments out, so the signature still holds: whoever carries the message can
/// put one in, and two readers would read two values.
#[test]
fn a_comment_that_no_signature_covers() {
    for value in ["https://saml.smdb.sim", "https://signature.sts", "ws-trust/200512/RST"] {
        let message = tampered(&written_request(), value, &format!("{value}<!-- -->"));
        check_content(&message, "a comment");
    }
}

#[test]
fn an_element_where_an_address_should_be() {
    let inside = "<wsa:Address><a/>https://saml.smdb.sim.invalid</wsa:Address>";
    check_content(&changed_request(ADDRESS, inside), "an element where a value should be");
}

#[test]
fn what_may_be_said_once_and_is_said_twice() {
    let request_type = "<wst:RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue\
                        </wst:RequestType>";
    let token_type = "<wst:TokenType>urn:another</wst:TokenType>";
    for doubled in [[request_type, request_type].concat(), [request_type, token_type].concat()] {
        check_content(&changed_request(request_type, &doubled), "more than one");
    }
    check_content(&changed_request(request_type, ""), "has no");
}

/// `STSDOC` 2.1: an invalid lifetime is overridden with the default, so to ask for one is to ask for
/// none.
#[test]
fn a_lifetime_that_is_no_point_in_time_or_stands_twice_is_none() {
    let end = "<wsu:Expires>2030-03-01T10:00:00Z</wsu:Expires>";
    let lifetime = |content: &str| format!("<wst:Lifetime>{content}</wst:Lifetime>");
    let asked = |lifetime: &str| {
        let message = changed_request("<wst:UseKey>", &format!("{lifetime}<wst:UseKey>"));
        signed(&message).request.unwrap().lifetime_until
    };
    assert_eq!(asked(&lifetime(end)), Some("2030-03-01T10:00:00Z".parse().unwrap()));
    for invalid in [
        lifetime("<wsu:Expires>in an hour</wsu:Expires>"),
        lifetime("<wsu:Expires><a/></wsu:Expires>"),
        lifetime("<wsu:Expires/>"),
        lifetime(""),
        lifetime(&end.repeat(2)),
        lifetime(end).repeat(2),
    ] {
        assert_eq!(asked(&invalid), None, "{invalid}");
    }
}

#[test]
fn a_body_with_two_requests_or_none() {
    let begin = "<wst:RequestSecurityToken ";
    check_content(&changed_request(begin, &format!("{begin}/>{begin}")), "more than one");
    let message = written_request().replace("wst:RequestSecurityToken", "wst:RequestSomething");
    check_content(&Forgery::of(&message).sign(&CLIENT.key), "has no");
}

/// `RULES` 2.3.2: exactly one request, and so nothing beside it.
#[test]
fn a_body_with_something_beside_the_request() {
    let [begin, end] = ["<wst:RequestSecurityToken ", "</wst:RequestSecurityToken>"];
    for other in ["<x xmlns=\"urn:x\"/>", "<wst:RequestSecurityTokenCollection/>"] {
        check_content(&changed_request(begin, &format!("{other}{begin}")), "stands alone");
        check_content(&changed_request(end, &format!("{end}{other}")), "stands alone");
    }
    let white_space = changed_request(end, &format!("{end}\n  <!-- x -->"));
    assert!(signed(&white_space).request.is_ok());
}

/// What WCF writes by itself, and the STS does not accept. That it must understand the security header
/// is as it should be.
#[test]
fn a_header_that_must_be_understood_is_seen() {
    for layout in [Layout::DotNet, Layout::Cxf] {
        let ours = token_request().write_as(layout, &CLIENT).unwrap();
        assert_eq!(ours.matches("mustUnderstand").count(), 1);
        assert_eq!(signed(&ours).request.unwrap().must_understand, None);
    }
    for name in ["Action", "To"] {
        for says in ["1", "0"] {
            let header = format!("<wsa:{name} ");
            let marked = format!("{header}S11:mustUnderstand=\"{says}\" ");
            let request = signed(&changed_request(&header, &marked)).request.unwrap();
            assert_eq!(request.must_understand, Some(name));
        }
    }
    let named = changed_request("<wsa:To ", "<wsa:To mustUnderstand=\"1\" ");
    assert_eq!(signed(&named).request.unwrap().must_understand, None, "not SOAP's attribute");
}

#[test]
fn a_token_to_act_as_somebody_else_is_seen() {
    let act_as = "<ActAs xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200802\"/><wst:UseKey>";
    let message = changed_request("<wst:UseKey>", act_as);
    assert!(signed(&message).request.unwrap().acts_as);
}

#[test]
fn a_request_that_is_no_message() {
    let message = written_request();
    let check = |message: &str, expected: fn(&UnreadableReason) -> bool| {
        let error = read_request(message).map(|_| ()).unwrap_err();
        assert!(expected(&error.reason), "{error}");
        error
    };
    for message in ["", "<!DOCTYPE a><a/>", &tampered(&message, "</S11:Envelope>", "")] {
        let error = check(message, |it| matches!(it, UnreadableReason::Xml(_)));
        assert_eq!((error.message_id, error.version), (None, None));
    }
    let error = check("<a/>", |it| matches!(it, UnreadableReason::NotSoap { .. }));
    assert_eq!((error.message_id, error.version), (None, None));
    // What it is called can be read of everything that is an envelope with a header.
    let named = |message: &str, expected, version| {
        let error = check(message, expected);
        let message_id = error.message_id.expect("it has one").into_unverified();
        assert_eq!((message_id, error.version), (token_request().message_id, Some(version)));
    };
    let soap12 = tampered(
        &message,
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
    );
    let wrong = |it: &UnreadableReason| {
        matches!(it, UnreadableReason::WrongVersion { got: Version::Soap12 })
    };
    named(&soap12, wrong, Version::Soap12);
    let insecure = tampered(&message, "wsse:Security", "wsse:Insecurity");
    let no_security = |it: &UnreadableReason| {
        matches!(it, UnreadableReason::Security(SignatureRefusal::NoSecurityHeader))
    };
    named(&insecure, no_security, Version::Soap11);
    for part in ["wsu:Timestamp", "wsu:Expires"] {
        let lacking = tampered(&message, part, "wsu:Other");
        named(&lacking, |it| matches!(it, UnreadableReason::NoTimestamp), Version::Soap11);
    }
    for time in ["2030-03-01T08:00:00Z", "2030-03-01T08:05:00Z"] {
        let timeless = tampered(&message, time, "+12030-03-01T08:00:00Z");
        let bad = |it: &UnreadableReason| matches!(it, UnreadableReason::BadTimestamp { value } if value.starts_with('+'));
        named(&timeless, bad, Version::Soap11);
    }
    let headless = tampered(&message, "S11:Header", "S11:Footer");
    let error =
        check(&headless, |it| matches!(it, UnreadableReason::Shape(ShapeError::Missing { .. })));
    assert_eq!((error.message_id, error.version), (None, Some(Version::Soap11)));
}

#[test]
fn a_request_without_a_certificate() {
    let bare = Forgery::of(&written_request()).unsigned("sec-binsectoken");
    let message = tampered(
        &bare.sign(&CLIENT.key),
        "<wsse:BinarySecurityToken ValueType",
        "<wsse:Ticket ValueType",
    );
    let message = message.replacen("</wsse:BinarySecurityToken><Sig", "</wsse:Ticket><Sig", 1);
    let refusal = read_request(&message).unwrap().signed.unwrap_err();
    assert_eq!(refusal, TokenRequestRefusal::Unsigned(UnsignedPart::NoCertificate));
}

#[test]
fn a_request_with_a_part_that_is_not_signed() {
    let not_covered = |message: &str| match read_request(message).unwrap().signed.unwrap_err() {
        TokenRequestRefusal::Unsigned(UnsignedPart::NotCovered(refusal)) => refusal.to_string(),
        other => panic!("{other}"),
    };
    for (id, part) in [
        ("action", "header Action"),
        ("msgid", "header MessageID"),
        ("to", "header To"),
        ("sec-ts", "Timestamp"),
        ("sec-binsectoken", "BinarySecurityToken"),
        ("body", "Body"),
    ] {
        let message = Forgery::of(&written_request()).unsigned(id).sign(&CLIENT.key);
        assert_eq!(not_covered(&message), format!("the signature does not cover the {part}"));
    }
    // Every header, also one that nobody knows.
    let message = changed_request("<wsse:Security ", "<x:More xmlns:x=\"urn:x\"/><wsse:Security ");
    assert_eq!(not_covered(&message), "the signature does not cover the header `{urn:x}More`");
    assert!(not_covered(&Forgery::of(&written_request()).bare()).contains("no signature"));
}

#[test]
fn a_request_changed_on_the_way_or_signed_by_another() {
    let refusal = |message: &str| read_request(message).unwrap().signed.unwrap_err();
    let changed = tampered(&written_request(), "saml.smdb.sim.invalid", "saml.smdb.sim.evil");
    let digest = SignatureRefusal::DigestMismatch { id: "body".to_owned() };
    assert_eq!(refusal(&changed), TokenRequestRefusal::Signature(digest));
    let forged = Forgery::of(&written_request()).sign(&STRANGER.key);
    let mismatch = SignatureRefusal::SignatureMismatch;
    assert_eq!(refusal(&forged), TokenRequestRefusal::Signature(mismatch));
}

fn reply(message: &str) -> Result<StsReply, ResponseError> {
    StsReply::read(message.as_bytes(), STS.certificate.public_key())
}

#[test]
fn an_answer_of_the_sts_changed_on_the_way_or_signed_by_another() {
    let changed = tampered(&written_response(), "2030-03-01T16:00:00Z", "2030-03-01T17:00:00Z");
    let refusal = reply(&changed).unwrap_err();
    let digest = SignatureRefusal::DigestMismatch { id: "body".to_owned() };
    assert_eq!(refusal, ResponseError::Signature(digest));
    let forged = Forgery::of(&written_response()).sign(&STRANGER.key);
    let refusal = reply(&forged).unwrap_err();
    assert_eq!(refusal, ResponseError::Signature(SignatureRefusal::SignatureMismatch));
    for id in ["action", "messageid", "relatesto", "sec_timestamp", "body"] {
        let message = Forgery::of(&written_response()).unsigned(id).sign(&STS.key);
        let refusal = reply(&message).unwrap_err();
        assert!(refusal.to_string().contains("does not cover"), "{refusal}");
    }
}

#[test]
fn an_answer_of_the_sts_that_lacks_something() {
    let check = |from: &str, to: &str| {
        let message = Forgery::of(&written_response()).replace(from, to).sign(&STS.key);
        let refusal = reply(&message).unwrap_err();
        assert!(matches!(refusal, ResponseError::Content(_)), "{refusal}");
    };
    check("RequestedSecurityToken>", "RequestedInsecurityToken>");
    check("RequestSecurityTokenResponse", "RequestedNothing");
    check("<Lifetime>", "<Lifetime><Expires xmlns=\"urn:x\"/></Lifetime><Lifetime>");
    check(">2030-03-01T16:00:00Z<", ">never<");
}

#[test]
fn an_answer_of_a_service_changed_on_the_way_or_signed_by_another() {
    let reply = |message: &str| {
        ServiceReply::read(message.as_bytes(), SERVICE.certificate.public_key(), content)
    };
    let message = call_answer().write(&SERVICE).unwrap();
    let digest = SignatureRefusal::DigestMismatch { id: "_1".to_owned() };
    let changed = tampered(&message, "done", "not done");
    assert_eq!(reply(&changed), Err(CallAnswerError::Signature(digest)));
    // It carries the certificate of the one who signed it, and the client does not go by that.
    let forged = call_answer().write(&STRANGER).unwrap();
    let mismatch = SignatureRefusal::SignatureMismatch;
    assert_eq!(reply(&forged), Err(CallAnswerError::Signature(mismatch)));
    let other = Forgery::of(&message).replace("urn:sim:test\"", "urn:sim:other\"");
    let other = reply(&other.sign(&SERVICE.key));
    assert!(matches!(other, Err(CallAnswerError::Content(_))), "{other:?}");
}

fn changed_call(from: &str, to: &str) -> String {
    Forgery::of(&written_call()).replace(from, to).sign(&CLIENT.key)
}

fn signed_call(message: &str) -> Result<SignedCall<String>, SignatureRefusal> {
    let ReceivedCall { token, message, .. } = read_call(message).unwrap();
    token.unwrap();
    message.expect("there is a token")
}

#[test]
fn a_call_with_a_part_that_is_not_signed() {
    for id in ["_1", "_2", "_3", "_4", "_5", "_ts", "_str"] {
        let message = Forgery::of(&written_call()).unsigned(id).sign(&CLIENT.key);
        let refusal = signed_call(&message).unwrap_err();
        assert!(refusal.to_string().contains("does not cover"), "{refusal}");
    }
}

#[test]
fn a_call_signed_by_another_than_the_holder_of_its_token() {
    let message = Forgery::of(&written_call()).sign(&STRANGER.key);
    assert_eq!(signed_call(&message).unwrap_err(), SignatureRefusal::SignatureMismatch);
}

/// Once, such a message id was read as no message id, and the second one was called a replay.
#[test]
fn a_call_whose_message_id_or_action_is_ambiguous() {
    for value in ["urn:uuid:00000000-0000-4000-8000-000000000005", "urn:sim:test/Do?"] {
        let message = tampered(&written_call(), value, &format!("{value}<!-- -->"));
        let refusal = signed_call(&message).unwrap_err();
        assert!(
            matches!(refusal, SignatureRefusal::Shape(ShapeError::CommentInValue { .. })),
            "{refusal}"
        );
    }
    let second = "<a:Action u:Id=\"_6\">urn:sim:test/Else</a:Action><a:MessageID ";
    let mut forgery = Forgery::of(&written_call()).replace("<a:MessageID ", second);
    forgery.spec.references.push(xml_security::Reference::exclusive("_6"));
    let refusal = signed_call(&forgery.sign(&CLIENT.key)).unwrap_err();
    assert!(matches!(refusal, SignatureRefusal::Shape(ShapeError::Several { .. })), "{refusal}");
}

/// From and FaultTo are taken, if they are signed; nobody uses them.
#[test]
fn a_call_with_headers_that_nobody_uses() {
    let more = "<a:From u:Id=\"_6\"><a:Address>urn:from</a:Address></a:From>\
                <a:FaultTo u:Id=\"_7\"><a:Address>urn:fault-to</a:Address></a:FaultTo><a:To ";
    let mut forgery = Forgery::of(&written_call()).replace("<a:To ", more);
    let bare = forgery.sign(&CLIENT.key);
    let refusal = signed_call(&bare).unwrap_err();
    assert!(matches!(refusal, SignatureRefusal::HeaderNotCovered { .. }), "{refusal}");
    forgery.spec.references.extend(["_6", "_7"].map(xml_security::Reference::exclusive));
    let call = signed_call(&forgery.sign(&CLIENT.key)).unwrap();
    assert_eq!(call.to, Some(service_call(String::new()).to));
    // An address that is two is none, also where nobody asks for it.
    let twice = forgery.replace("urn:from<", "urn:from</a:Address><a:Address>urn:other<");
    let refusal = signed_call(&twice.sign(&CLIENT.key)).unwrap_err();
    assert!(matches!(refusal, SignatureRefusal::Shape(ShapeError::Several { .. })), "{refusal}");
}

/// A header that stands twice says nothing: not the first, not the last.
#[test]
fn a_call_that_goes_to_two_addresses() {
    for (from, to) in [
        ("<a:To ", "<a:To u:Id=\"_6\">urn:else</a:To><a:To "),
        (
            "<a:ReplyTo ",
            "<a:ReplyTo u:Id=\"_6\"><a:Address>urn:x</a:Address></a:ReplyTo><a:ReplyTo ",
        ),
    ] {
        let mut forgery = Forgery::of(&written_call()).replace(from, to);
        forgery.spec.references.push(xml_security::Reference::exclusive("_6"));
        let refusal = signed_call(&forgery.sign(&CLIENT.key)).unwrap_err();
        let several = matches!(refusal, SignatureRefusal::Shape(ShapeError::Several { .. }));
        assert!(several, "{from}: {refusal}");
    }
}

#[test]
fn a_call_that_does_not_say_what_is_to_be_done() {
    let action =
        "<a:Action s:mustUnderstand=\"1\" u:Id=\"_2\">urn:sim:test/Do?a&lt;b&amp;c</a:Action>";
    let message = Forgery::of(&written_call()).unsigned("_2").replace(action, "");
    assert_eq!(signed_call(&message.sign(&CLIENT.key)).unwrap().action, None);
    let twice = changed_call("<Do ", "<Do xmlns=\"urn:sim:test\"/><Do ");
    let content = signed_call(&twice).unwrap().content;
    assert!(matches!(content, Err(MessageError::Shape(ShapeError::Several { .. }))), "{content:?}");
}

/// Why the token of a call is refused.
fn token_refusal(message: &str) -> TokenRefusal {
    let ReceivedCall { token, message, .. } = read_call(message).unwrap();
    assert!(message.is_none(), "nothing is verified by a token that is not believed");
    token.map(|_| ()).unwrap_err()
}

/// A call with a token around what may be an assertion.
fn call_with(assertion: &str) -> String {
    service_call(token(assertion).encrypted_assertion).write(&CLIENT).unwrap()
}

#[test]
fn a_call_without_a_token() {
    let call = written_call();
    let (before, rest) = call.split_once("<EncryptedAssertion").unwrap();
    let (_, after) = rest.split_once("</EncryptedAssertion>").unwrap();
    let without = [before, after].concat();
    assert_eq!(token_refusal(&without), TokenRefusal::Missing);
}

/// The profile has a token of either kind, and one in the clear is believed for its signature alone.
#[test]
fn a_token_in_the_clear() {
    let in_the_clear = |assertion: String| service_call(assertion).write(&CLIENT).unwrap();
    // The signature of the call is over the token by this id.
    let id = ENCRYPTED_ASSERTION_ID.to_owned();
    let written = Assertion { id, ..assertion(Some(privileges())) }.write(&STS).unwrap();
    let call = read_call(&in_the_clear(written.clone())).unwrap();
    assert_eq!(call.token.unwrap().assertion.privileges, Some(privileges()));
    assert!(call.message.unwrap().is_ok());
    let changed = tampered(&written, "https://wsc.fagsystem", "https://wsc.anybody");
    let refusal = token_refusal(&in_the_clear(changed));
    assert!(matches!(refusal, TokenRefusal::Signature(_)), "{refusal}");
    // Changed on the way, with the signature of the STS cut out.
    let bare = token_refusal(&in_the_clear(Forgery::of(&written).bare()));
    assert_eq!(bare, TokenRefusal::UnknownIssuer { thumbprint: None });
}

#[test]
fn a_token_that_cannot_be_opened_gives_one_answer_whatever_the_cause() {
    let written = assertion(None).write(&STS).unwrap();
    let for_another = crate::world::token_response()
        .write(&written, &STRANGER.certificate, &STS, &mut crate::world::entropy())
        .unwrap();
    let Ok(StsReply::Token(token)) = reply(&for_another) else { panic!("our own answer") };
    let for_another = service_call(token.encrypted_assertion).write(&CLIENT).unwrap();
    // Cut at its end, so that no block of it is whole.
    let call = written_call();
    let end = call.rfind("</xenc:CipherValue>").unwrap();
    let cut = [&call[..end - 4], &call[end..]].concat();
    for message in [for_another, cut] {
        let refusal = token_refusal(&message);
        assert!(matches!(refusal, TokenRefusal::NotDecryptable { .. }), "{refusal:?}");
    }
}

/// Whoever runs the service must know that its key is in order.
#[test]
fn a_token_that_was_opened_and_holds_no_assertion_is_told_from_one_for_another_key() {
    let doctype = "<!DOCTYPE a><Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>";
    let deep = ["<a>".repeat(1_000), "</a>".repeat(1_000)].concat();
    let texts = ["no XML", doctype, &deep].map(call_with);
    // The ciphertext cut at its start: what comes out is the end of an assertion.
    let call = written_call();
    let at = call.rfind("CipherValue>").unwrap();
    let start = call[..at].rfind("CipherValue>").unwrap() + "CipherValue>".len();
    let cut = [&call[..start], &call[start + 64..]].concat();
    for message in texts.iter().chain([&cut]) {
        let refusal = token_refusal(message);
        assert!(matches!(refusal, TokenRefusal::Malformed(_)), "{refusal}");
    }
    let another = token_refusal(&call_with("<Assertion xmlns=\"urn:another\"/>"));
    assert_eq!(another, TokenRefusal::NotAnAssertion);
}

fn token_alone(document: &str) -> Result<Assertion, TokenRefusal> {
    let issuers = [STS.certificate.clone()];
    let keys = ServiceKeys { decryption: &SERVICE.key, issuers: &issuers };
    let token = ReceivedToken::read(document.as_bytes(), keys, &Limits::default(), Legacy::Refuse)?;
    assert_eq!(token.signed_by, STS.certificate);
    Ok(token.assertion)
}

/// As REST hands it in: the same reading as of one in a call.
#[test]
fn a_token_by_itself() {
    let written = assertion(Some(privileges())).write(&STS).unwrap();
    let encrypted = token(&written).encrypted_assertion;
    for document in [&encrypted, &written, &format!("<?xml version=\"1.0\"?>{encrypted}")] {
        assert_eq!(token_alone(document), Ok(assertion(Some(privileges()))));
    }
    let changed = tampered(&written, "https://wsc.fagsystem", "https://wsc.anybody");
    assert!(matches!(token_alone(&changed), Err(TokenRefusal::Signature(_))));
    let own = assertion(None).write(&CLIENT).unwrap();
    let thumbprint = Some(Claimed::new(CLIENT.certificate.thumbprint()));
    assert_eq!(token_alone(&own), Err(TokenRefusal::UnknownIssuer { thumbprint }));
    let unreadable = encrypted.replace("EncryptedData", "EncryptedDate");
    for document in ["", "no XML", "<a/>", "<!DOCTYPE a><a/>", &unreadable] {
        let refusal = token_alone(document).unwrap_err();
        assert!(matches!(refusal, TokenRefusal::NotAToken), "{refusal}");
    }
}

/// An assertion changed by the STS, which signs what was made of it.
fn changed_assertion(from: &str, to: &str) -> String {
    let mut forgery = Forgery::of(&assertion(Some(privileges())).write(&STS).unwrap());
    forgery.spec.key_info = KeyInfoSpec::X509Certificate(STS.certificate.clone());
    forgery.replace(from, to).sign(&STS.key)
}

#[test]
fn a_token_by_another_than_the_sts() {
    // It says that the STS signed it.
    let mut forgery = Forgery::of(&assertion(None).write(&STS).unwrap());
    forgery.spec.key_info = KeyInfoSpec::X509Certificate(STS.certificate.clone());
    let refusal = token_refusal(&call_with(&forgery.sign(&STRANGER.key)));
    assert_eq!(refusal, TokenRefusal::Signature(SignatureRefusal::SignatureMismatch));
    // It says who signed it, and that is nobody whom the service knows.
    let own = assertion(None).write(&CLIENT).unwrap();
    let thumbprint = Some(Claimed::new(CLIENT.certificate.thumbprint()));
    assert_eq!(token_refusal(&call_with(&own)), TokenRefusal::UnknownIssuer { thumbprint });
    // It says nothing.
    forgery.spec.key_info = KeyInfoSpec::Absent;
    let unknown = TokenRefusal::UnknownIssuer { thumbprint: None };
    let refusal = token_refusal(&call_with(&forgery.sign(&STS.key)));
    assert_eq!(refusal, unknown);
    assert_eq!(token_refusal(&call_with(&forgery.bare())), unknown);
}

#[test]
fn a_token_changed_on_the_way() {
    let written = assertion(None).write(&STS).unwrap();
    let changed = tampered(&written, "https://wsc.fagsystem", "https://wsc.anybody");
    let refusal = token_refusal(&call_with(&changed));
    assert!(
        matches!(refusal, TokenRefusal::Signature(SignatureRefusal::DigestMismatch { .. })),
        "{refusal}"
    );
}

#[test]
fn a_token_that_is_not_one_of_a_system_user() {
    let cases = [
        ("cm:holder-of-key", "cm:bearer", "holder-of-key"),
        ("<X509Certificate>MII", "<X509Certificate>MIJ", "a certificate"),
        ("SubjectConfirmationData", "ConfirmationData", "has no"),
        ("NotOnOrAfter=", "NotAfter=", "NotOnOrAfter"),
        ("T16:00:00.000Z\"", " 16 hours\"", "a point in time"),
        ("AudienceRestriction>", "Restriction>", "has no"),
        ("<Audience>", "<Audience>urn:x</Audience><Audience>", "more than one"),
        (">https://saml.smdb.sim.invalid<", ">not a URI<", "an entity id"),
        (">90000001<", ">1<", "a CVR number"),
        ("attribute:CvrNumberIdentifier", "attribute:RidNumberIdentifier", "a CVR number"),
        (">https://wsc.", ">https://wsc<!-- -->.", "a comment"),
        ("attribute:AssuranceLevel", "attribute:CvrNumberIdentifier", "stands once"),
    ];
    for (from, to, expected) in cases {
        match token_refusal(&call_with(&changed_assertion(from, to))) {
            TokenRefusal::Content(error) => {
                assert!(error.to_string().contains(expected), "{error}");
            }
            other => panic!("{from}: {other}"),
        }
    }
}

#[test]
fn privileges_that_are_none() {
    let encoded = privileges().encode();
    for value in ["", "%", "PGEvPg==", "PCFET0NUWVBFIGE+PGEvPg=="] {
        let changed = changed_assertion(&encoded, value);
        let document =
            xml_security::Document::parse(changed.as_bytes(), &Limits::default()).unwrap();
        let key = STS.certificate.public_key();
        let verified = verify_enveloped(document.root(), key, Legacy::Refuse).unwrap();
        let error = Assertion::read(verified).unwrap_err();
        assert!(error.to_string().contains("a base64 privilege list"), "{error}");
    }
}
