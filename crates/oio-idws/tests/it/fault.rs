//! The bytes of a fault: the shape in which the reference clients expect one, and the one of SOAP.

use oio_idws::{
    fault::{FaultShape, ServiceFault, ServiceFaultCode, StsFault, StsFaultCode},
    soap::Version,
    trust::{ResponseError, StsReply},
};

use crate::world::STS;

const MESSAGE_ID: &str = "uuid:00000000-0000-4000-8000-000000000001";
const RELATES_TO: &str = "uuid:00000000-0000-4000-8000-000000000002";

fn written(relates_to: Option<&str>, shape: FaultShape) -> String {
    StsFault::write(StsFaultCode::FailedAuthentication, MESSAGE_ID, relates_to, shape)
}

#[test]
fn nemlogin_puts_an_envelope_in_an_envelope_and_leaves_a_prefix_undeclared() {
    assert_eq!(
        written(Some(RELATES_TO), FaultShape::NemLogin),
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <S11:Envelope xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\" \
         xmlns:S11=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><S11:Header>\
         <wsa:MessageID>uuid:00000000-0000-4000-8000-000000000001</wsa:MessageID>\
         <wsa:RelatesTo>uuid:00000000-0000-4000-8000-000000000002</wsa:RelatesTo></S11:Header>\
         <S11:Body><S11:Fault><faultcode>wst:FailedAuthentication</faultcode>\
         <faultstring>Authentication failed</faultstring></S11:Fault></S11:Body>\
         </S11:Envelope></s:Body></s:Envelope>"
    );
}

#[test]
fn a_conformant_fault_declares_the_prefix_of_its_code() {
    assert_eq!(
        written(None, FaultShape::Conformant),
        "<S11:Envelope xmlns:S11=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><S11:Header>\
         <wsa:MessageID>uuid:00000000-0000-4000-8000-000000000001</wsa:MessageID></S11:Header>\
         <S11:Body><S11:Fault>\
         <faultcode xmlns:wst=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">\
         wst:FailedAuthentication</faultcode><faultstring>Authentication failed</faultstring>\
         </S11:Fault></S11:Body></S11:Envelope>"
    );
}

/// `STSDOC` 2.1, word for word: clients and people look for these texts.
#[test]
fn codes_have_the_texts_that_are_documented() {
    let documented = [
        ("InvalidRequest", "The request was invalid or malformed"),
        ("FailedAuthentication", "Authentication failed"),
        ("RequestFailed", "The specified request failed"),
        ("InvalidSecurityToken", "Security token has been revoked"),
        ("BadRequest", "The specified RequestSecurityToken is not understood."),
        ("ExpiredData", "The request data is out-of-date"),
        ("InvalidTimeRange", "The requested time range is invalid or unsupported"),
    ];
    assert_eq!(StsFaultCode::ALL.map(|code| (code.name(), code.text())), documented);
}

#[test]
fn what_is_neither_an_answer_nor_a_fault_is_an_error() {
    let envelopes = [
        "",
        "<a/>",
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"/>",
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault/>\
         </s:Body></s:Envelope>",
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault>\
         <faultcode>wst:x</faultcode></s:Fault></s:Body></s:Envelope>",
    ];
    for envelope in envelopes {
        let reply = StsReply::read(envelope.as_bytes(), STS.certificate.public_key());
        assert!(matches!(reply, Err(ResponseError::Unreadable(_))), "{envelope}: {reply:?}");
    }
}

/// A client knows a message by its action before it looks into the body.
#[test]
fn an_undeclared_fault_has_the_action_of_one() {
    for version in Version::ALL {
        let code = ServiceFaultCode::InvalidSecurity;
        let fault = ServiceFault::write(version, code, "No", MESSAGE_ID, Some(RELATES_TO));
        let header = format!(
            "<s:Header><a:Action s:mustUnderstand=\"1\">\
             http://www.w3.org/2005/08/addressing/soap/fault</a:Action>\
             <a:MessageID>{MESSAGE_ID}</a:MessageID><a:RelatesTo>{RELATES_TO}</a:RelatesTo></s:Header>"
        );
        assert!(fault.contains(&header), "{fault}");
    }
}

/// As WCF writes them: a subcode of WS-Security or of WS-Addressing, and none where the contract of
/// the service declares the fault.
#[test]
fn a_fault_of_a_service_has_the_subcode_of_its_kind() {
    let in_version =
        |version, code| ServiceFault::element(version, code, "da", "Nej & nej", "<d/>");
    let element = |code| in_version(Version::Soap12, code);
    assert_eq!(
        element(ServiceFaultCode::Declared),
        "<s:Fault xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Code>\
         <s:Value>s:Sender</s:Value></s:Code><s:Reason>\
         <s:Text xml:lang=\"da\">Nej &amp; nej</s:Text></s:Reason><s:Detail><d/></s:Detail></s:Fault>"
    );
    assert!(element(ServiceFaultCode::DestinationUnreachable).contains(
        "<s:Subcode><s:Value xmlns:o=\"http://www.w3.org/2005/08/addressing\">\
         o:DestinationUnreachable</s:Value></s:Subcode>"
    ));
    assert!(element(ServiceFaultCode::InvalidSecurity).contains("secext-1.0.xsd\">o:InvalidSec"));
    let element = |code| in_version(Version::Soap11, code);
    assert_eq!(
        element(ServiceFaultCode::Declared),
        "<s:Fault xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">\
         <faultcode>s:Client</faultcode><faultstring xml:lang=\"da\">Nej &amp; nej</faultstring>\
         <detail><d/></detail></s:Fault>"
    );
    assert!(element(ServiceFaultCode::FrameworkVersionMismatch).contains(
        "<faultcode xmlns:o=\"urn:liberty:sb:2006-08\">o:FrameworkVersionMismatch</faultcode>"
    ));
}
