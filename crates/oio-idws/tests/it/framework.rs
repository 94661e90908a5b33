//! The header of the Liberty Basic SOAP Binding: written in each layout and version of SOAP, and read for
//! what it is worth.

use oio_idws::{
    Binding, Layout,
    call::{CallAnswer, ServiceCall, ServiceReply},
    framework::{Framework, FrameworkError},
    soap::Version,
};
use stage::{Forgery, tampered};
use xml_security::Reference;

use crate::world::{
    CLIENT, SERVICE, STS, assertion, call_answer, content, read_call, service_call, token,
};

fn call(framework: Option<Framework>) -> ServiceCall {
    let token = token(&assertion(None).write(&STS).unwrap());
    ServiceCall { framework, ..service_call(token.encrypted_assertion) }
}

/// What a service reads of the header, in a message that its holder signed.
fn read(message: &str) -> Result<Framework, FrameworkError> {
    read_call(message).unwrap().message.unwrap().unwrap().framework
}

#[test]
fn a_framework_is_read_as_it_was_written() {
    for layout in Layout::ALL {
        for version in Version::ALL {
            let bare = call(None).write_as(layout, version, &CLIENT).unwrap();
            assert!(!bare.contains("Framework"));
            assert_eq!(read(&bare), Err(FrameworkError::Missing));
            for framework in Framework::ALL {
                let message = call(Some(framework)).write_as(layout, version, &CLIENT).unwrap();
                assert_eq!(read(&message), Ok(framework), "{layout:?}, {version}");
                // It is signed: no other one can take its place.
                let changed = tampered(&message, " version=\"2.0\"", " version=\"2.1\"");
                assert!(read_call(&changed).unwrap().message.unwrap().is_err());
            }
        }
    }
}

/// The header as a forger writes it, beside the one that is there.
const SECOND: &str = "<sbf:Framework xmlns:sbf=\"urn:liberty:sb\" u:Id=\"second\"/><o:Security ";

#[test]
fn a_framework_that_says_something_else_is_none() {
    let written = call(Some(Framework::Sb));
    let written = written.write_as(Layout::DotNet, Version::Soap11, &CLIENT).unwrap();
    let check = |from: &str, to: &str, expected: FrameworkError| {
        let message = Forgery::of(&written).replace(from, to).sign(&CLIENT.key);
        assert_eq!(read(&message), Err(expected), "{to}");
    };
    let got = |it: &str| Some(it.to_owned());
    let version = |got| FrameworkError::Version { got };
    check(" version=\"2.0\"", "", version(None));
    check(" version=\"2.0\"", " version=\"2.00\"", version(got("2.00")));
    check(" version=\"2.0\"", " sbfprofile:version=\"2.0\"", version(None));
    let profile = |got| FrameworkError::Profile { got };
    check("sbfprofile:profile=", "profile=", profile(None));
    check(":profile:basic\"", ":profile:egov\"", profile(got("urn:liberty:sb:profile:egov")));
    let mandatory = "s:mustUnderstand=\"1\" wsu:Id=\"sbf\"";
    for other in ["", "mustUnderstand=\"1\"", "s:mustUnderstand=\"0\"", "s:mustUnderstand=\"true\""]
    {
        let other = format!("{other} wsu:Id=\"sbf\"");
        check(mandatory, &other, FrameworkError::NotMandatory);
    }
    check("sbf=\"urn:liberty:sb\"", "sbf=\"urn:liberty:sb:2003-08\"", FrameworkError::Missing);
    let mut twice = Forgery::of(&written).replace("<o:Security ", SECOND);
    twice.spec.references.push(Reference::exclusive("second"));
    assert_eq!(read(&twice.sign(&CLIENT.key)), Err(FrameworkError::Several { count: 2 }));
}

/// SOAP 1.2 has a boolean, which CXF writes as a word.
#[test]
fn a_framework_may_be_mandatory_in_a_word_in_soap_1_2() {
    let written = call(Some(Framework::Sb2006)).write(&CLIENT).unwrap();
    let mandatory = "s:mustUnderstand=\"1\" wsu:Id=\"sbf\"";
    let word = "s:mustUnderstand=\"true\" wsu:Id=\"sbf\"";
    let message = Forgery::of(&written).replace(mandatory, word).sign(&CLIENT.key);
    assert_eq!(read(&message), Ok(Framework::Sb2006));
}

#[test]
fn what_is_wrong_with_a_framework_is_told_in_danish_too() {
    let got = Some("1.1".to_owned());
    for error in [
        FrameworkError::Missing,
        FrameworkError::Several { count: 2 },
        FrameworkError::NotMandatory,
        FrameworkError::Version { got: got.clone() },
        FrameworkError::Profile { got },
    ] {
        let (english, danish) = (error.to_string(), error.in_danish());
        assert!(english.contains("Framework") && danish.contains("Framework"), "{english}");
        assert_ne!(english, danish);
    }
}

#[test]
fn an_answer_has_its_framework_signed() {
    let key = SERVICE.certificate.public_key();
    for framework in Framework::ALL {
        let answer = CallAnswer { framework: Some(framework), ..call_answer() };
        let message = answer.write_in(Binding::Lbsb.soap(), &SERVICE).unwrap();
        assert!(
            message.contains(&format!("<sbf:Framework xmlns:sbf=\"{}\"", framework.namespace()))
        );
        let read = |message: &str| ServiceReply::read(message.as_bytes(), key, content);
        assert!(matches!(read(&message), Ok(ServiceReply::Answer { .. })));
        read(&tampered(&message, " version=\"2.0\"", " version=\"2.1\"")).unwrap_err();
        let unsigned = Forgery::of(&message).unsigned("_sbf").sign(&SERVICE.key);
        read(&unsigned).unwrap_err();
    }
}
