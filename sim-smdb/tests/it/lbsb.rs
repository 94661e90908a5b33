//! SMDB set to the profile before the present one, the Liberty Basic SOAP Binding: what a call must have,
//! and that the answer has it too.

use oio_idws::{
    Binding, Layout,
    assertion::Assertion,
    call::ServiceCall,
    framework::Framework,
    soap::Version,
    uris::{LIBERTY_PROFILE, SOAP11, SOAP12},
};
use sim_smdb::{
    Policy,
    contract::{Operation, Receipt, SmdbFault},
    schema::SchemaVersion,
};
use stage::{
    Forgery,
    engines::{Scratch, apache, xmlsec},
    start, tampered,
};
use xml_security::{
    Legacy, Reference,
    security_header::{Coverage, Part, SecurityHeader, SignedMessage},
    xml::{Document, Limits},
};

use crate::world::{HOLDER, Reply, SMDB, STRANGER, World, assertion, signed, submission, written};

/// SMDB that speaks Liberty's binding.
pub(crate) fn world() -> World {
    World::with_policy(Policy { binding: Binding::Lbsb, ..Policy::default() })
}

/// The first thing to know of an envelope, whatever else is wrong with it.
#[test]
fn another_version_of_soap_is_told_before_what_is_missing_in_it() {
    for (version, mut smdb) in [("1.2", world()), ("1.1", World::new())] {
        let namespace = if version == "1.2" { SOAP12 } else { SOAP11 };
        let bare = format!("<s:Envelope xmlns:s=\"{namespace}\"><s:Header/><s:Body/></s:Envelope>");
        assert_eq!(smdb.send(&bare, start()).against(), ["wrong-soap-version", "not-soap"]);
    }
    let spoken = format!("<s:Envelope xmlns:s=\"{SOAP12}\"><s:Header/><s:Body/></s:Envelope>");
    assert_eq!(World::new().send(&spoken, start()).against(), ["not-soap"]);
}

/// A call in Liberty's binding, as it is before its holder signs it.
fn call(world: &mut World, token: &Assertion, framework: Framework) -> ServiceCall {
    let call = world.call(signed(token), written(&submission("sag-1")), start());
    ServiceCall { framework: Some(framework), ..call }
}

fn sign(call: &ServiceCall) -> String {
    call.write_as(Layout::DotNet, Version::Soap11, &HOLDER).unwrap()
}

/// A call that is in order, as its holder sends it.
pub(crate) fn message(world: &mut World) -> String {
    sign(&call(world, &assertion(), Framework::Sb))
}

/// What comes of a call that is changed and signed anew.
pub(crate) fn forged(change: impl FnOnce(Forgery) -> Forgery) -> Reply {
    let mut world = world();
    let forgery = change(Forgery::of(&message(&mut world)));
    world.send(&forgery.sign(&HOLDER.key), start())
}

/// Takes the action away, and what signs it.
pub(crate) fn without_action(forgery: Forgery) -> Forgery {
    let action = Operation::Report.action(SchemaVersion::LATEST);
    let header = format!("<a:Action s:mustUnderstand=\"1\" u:Id=\"_2\">{action}</a:Action>");
    forgery.unsigned("_2").replace(&header, "")
}

/// What SMDB signed of a reply, where the header is the one of that namespace.
fn check_signed(reply: &Reply, framework: Framework, check: impl FnOnce(&SignedMessage<'_>)) {
    let document = Document::parse(&reply.bytes, &Limits::default()).unwrap();
    assert!(document.root().is(SOAP11, "Envelope"), "{}", reply.text());
    let header = SecurityHeader::read(document.root()).unwrap();
    let coverage = Coverage { parts: &[Part::Timestamp, Part::Body], every_header: true };
    let covered = header.check_coverage(&coverage).unwrap();
    let signed = covered.verify(SMDB.certificate.public_key(), Legacy::Refuse).unwrap();
    let found = signed.header(framework.namespace(), "Framework").expect("it is there and signed");
    assert_eq!(found.attribute("version"), Some("2.0"));
    assert_eq!(
        found.attribute_ns(LIBERTY_PROFILE, "profile"),
        Some("urn:liberty:sb:profile:basic")
    );
    assert_eq!(found.attribute_ns(SOAP11, "mustUnderstand"), Some("1"));
    check(&signed);
}

#[test]
fn a_call_in_libertys_binding_is_answered_in_it() {
    for framework in Framework::ALL {
        for layout in Layout::ALL {
            let mut world = world();
            let call = call(&mut world, &assertion(), framework);
            let message = call.write_as(layout, Version::Soap11, &HOLDER).unwrap();
            let reply = world.send(&message, start());
            assert_eq!(reply.name(), "answered", "{layout:?}: {:?}", reply.rejection());
            check_signed(&reply, framework, |signed| {
                assert!(Receipt::read(signed.body()).is_ok());
            });
            assert_eq!(reply.receipt().version, 1);
        }
    }
}

/// The same message once more is refused, as is one that somebody changed on the way.
#[test]
fn what_is_changed_on_the_way_is_refused_in_libertys_binding_too() {
    let cases = [
        ("body", ">sag-1<", ">sag-2<"),
        ("MessageID", ">urn:uuid:", ">urn:uuid:0"),
        ("To", "/SmdbService.svc", "/Smdb.svc"),
        ("Action", "/IndberetForloeb</a", "/HentForloeb</a"),
        ("security timestamp", "T08:05:00.000Z", "T08:06:00.000Z"),
        ("token", "Id=\"encryptedassertion\"", "Id=\"encryptedassertion\" x=\"\""),
        ("framework", "\"urn:liberty:sb\"", "\"urn:liberty:sb:2006-08\""),
        ("framework's version", " version=\"2.0\"", " version=\"2.1\""),
    ];
    let mut world = world();
    for (part, from, to) in cases {
        let changed = tampered(&message(&mut world.clone()), from, to);
        let reply = world.send(&changed, start());
        assert_eq!(
            (reply.name(), &*reply.fault().code),
            ("not-holder", "InvalidSecurity"),
            "{part}"
        );
    }
    let message = message(&mut world);
    assert_eq!(world.send(&message, start()).name(), "answered");
    let reply = world.send(&message, start());
    assert_eq!((reply.name(), &*reply.fault().code), ("replayed", "InvalidSecurity"));
}

/// Whoever signs: the header must be there once, signed, and say what the profile has it say.
#[test]
fn the_framework_must_be_there_and_signed_and_of_the_profile() {
    let check = |reply: &Reply, name: &str, code: &str| {
        assert_eq!((reply.name(), &*reply.fault().code), (name, code), "{}", reply.text());
        assert_eq!(reply.against(), [name]);
    };
    check(&forged(|it| it.unsigned("sbf")), "not-holder", "InvalidSecurity");
    let mismatch = ["framework-mismatch", "FrameworkVersionMismatch"];
    let mut world = world();
    let call = call(&mut world, &assertion(), Framework::Sb);
    let missing = sign(&ServiceCall { framework: None, ..call });
    check(&world.send(&missing, start()), "framework-missing", mismatch[1]);
    for (from, to) in [
        (" version=\"2.0\"", " version=\"1.0\""),
        (" version=\"2.0\"", ""),
        ("profile=\"urn:liberty:sb:profile:basic\"", "profile=\"urn:liberty:sb:profile:egov\""),
        ("sbfprofile:profile=", "profile="),
        ("s:mustUnderstand=\"1\" wsu:Id=\"sbf\"", "wsu:Id=\"sbf\""),
        ("s:mustUnderstand=\"1\" wsu:Id=\"sbf\"", "s:mustUnderstand=\"0\" wsu:Id=\"sbf\""),
    ] {
        check(&forged(|it| it.replace(from, to)), mismatch[0], mismatch[1]);
    }
    let twice = forged(|it| {
        let mut it = it.replace("<o:Security ", &format!("{OTHER}<o:Security "));
        it.spec.references.push(Reference::exclusive("sbf2"));
        it
    });
    check(&twice, mismatch[0], mismatch[1]);
    // In another namespace it is a header like any other.
    let elsewhere = forged(|it| it.replace("\"urn:liberty:sb\"", "\"urn:liberty:sb:2003-08\""));
    check(&elsewhere, "framework-missing", mismatch[1]);
}

/// The header once more, in the other namespace.
const OTHER: &str = "<sbf:Framework xmlns:sbf=\"urn:liberty:sb:2006-08\" \
                     xmlns:p=\"urn:liberty:sb:profile\" version=\"2.0\" \
                     p:profile=\"urn:liberty:sb:profile:basic\" s:mustUnderstand=\"1\" \
                     u:Id=\"sbf2\"/>";

#[test]
fn each_binding_takes_its_own_version_of_soap_alone() {
    let mut liberty = world();
    let with = call(&mut liberty, &assertion(), Framework::Sb2006);
    let message = with.write_as(Layout::DotNet, Version::Soap12, &HOLDER).unwrap();
    let reply = liberty.send(&message, start());
    assert_eq!(reply.against(), ["wrong-soap-version"]);
    assert_eq!(reply.fault().code, "InvalidSecurity");
    assert!(reply.text().contains(SOAP11) && !reply.text().contains(SOAP12));
    // What the present profile asks for, and nothing else.
    let message = liberty.written(start());
    let against = liberty.send(&message, start());
    assert_eq!(against.against(), ["wrong-soap-version", "framework-missing"]);

    let mut present = World::new();
    let with = call(&mut present, &assertion(), Framework::Sb);
    let reply = present.send(&sign(&with), start());
    assert_eq!(reply.against(), ["wrong-soap-version"]);
    assert!(reply.text().contains(SOAP12) && !reply.text().contains(SOAP11));
    let message = with.write_as(Layout::DotNet, Version::Soap12, &HOLDER).unwrap();
    let reply = present.send(&message, start());
    assert_eq!(reply.name(), "answered");
    assert!(
        !reply.text().contains("urn:liberty"),
        "a header that is not asked for is not answered"
    );
}

#[test]
fn a_call_in_libertys_binding_says_what_it_is_about() {
    let reply = forged(without_action);
    assert_eq!(reply.against(), ["action-missing"]);
    assert_eq!(reply.fault().code, "MessageAddressingHeaderRequired");
    // The present profile takes the body's word for it.
    let mut world = World::new();
    let forgery = without_action(Forgery::of(&world.written(start())));
    assert_eq!(world.send(&forgery.sign(&HOLDER.key), start()).name(), "answered");
}

#[test]
fn a_declared_fault_in_libertys_binding_is_signed_too() {
    for framework in Framework::ALL {
        let mut world = world();
        let unprivileged = Assertion { privileges: None, ..assertion() };
        let call = call(&mut world, &unprivileged, framework);
        let reply = world.send(&sign(&call), start());
        assert_eq!(reply.name(), "missing-privilege");
        check_signed(&reply, framework, |signed| {
            let fault = signed.body().child(SOAP11, "Fault").expect("a fault in SOAP 1.1");
            assert_eq!(fault.child("", "faultcode").unwrap().text().unwrap(), "s:Client");
            assert!(fault.child("", "detail").is_some());
            let declared = SmdbFault::read(signed.body()).unwrap();
            assert_eq!(Some(declared.rule), reply.rejection().unwrap().rule());
        });
        assert_eq!(reply.fault().code, "Sender", "as SOAP 1.2 calls the code");
    }
}

/// A fault that is not declared says nothing of the binding: nobody may believe it anyway.
#[test]
fn an_undeclared_fault_is_in_soap_1_1_and_has_no_framework() {
    let mut world = world();
    let call = call(&mut world, &assertion(), Framework::Sb);
    let message = call.write_as(Layout::DotNet, Version::Soap11, &STRANGER).unwrap();
    for message in [message.as_str(), "<no"] {
        let text = world.send(message, start()).text();
        assert!(text.contains(SOAP11) && !text.contains(SOAP12), "{text}");
        assert!(text.contains(">o:InvalidSecurity</faultcode>"), "{text}");
        assert!(!text.contains("urn:liberty"), "{text}");
    }
}

/// A fault that the contract declares is as good as an answer, also to those who did not write it.
#[test]
fn wss4j_and_xmlsec1_accept_a_declared_fault_in_each_binding() {
    const TEST: &str = "wss4j_and_xmlsec1_accept_a_declared_fault_in_each_binding";
    let (Some(mut apache), Some(xmlsec)) = (apache(TEST), xmlsec(TEST)) else { return };
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), TEST);
    let [smdb, other] = [("smdb.pem", &SMDB), ("other.pem", &STRANGER)]
        .map(|(file, it)| scratch.write(file, it.certificate.to_pem()));
    let unprivileged = Assertion { privileges: None, ..assertion() };
    let signed = "Body Action MessageID To RelatesTo Timestamp BinarySecurityToken";
    let present = World::new().submit(&unprivileged, &submission("sag-1"), start());
    let replies = Framework::ALL.map(|framework| {
        let mut world = world();
        let call = call(&mut world, &unprivileged, framework);
        (world.send(&sign(&call), start()), format!("{signed} Framework"))
    });
    for (reply, signed) in replies.into_iter().chain([(present, signed.to_owned())]) {
        let fault = reply.text();
        assert!(fault.contains(">SIM-4002<"), "{fault}");
        let file = scratch.write("fault.xml", &fault);
        assert_eq!(apache.ask(&["verify", &file, &smdb]), Ok(signed));
        assert_eq!(xmlsec.verify(&smdb, &file), Ok(()));
        assert!(apache.ask(&["verify", &file, &other]).is_err(), "by another");
        assert!(xmlsec.verify(&other, &file).is_err(), "by another");
        let file = scratch.write("changed.xml", tampered(&fault, ">SIM-4002<", ">SIM-4001<"));
        assert!(apache.ask(&["verify", &file, &smdb]).is_err(), "changed");
        assert!(xmlsec.verify(&smdb, &file).is_err(), "changed");
    }
}

#[test]
fn wss4j_and_xmlsec1_accept_an_answer_in_libertys_binding() {
    const TEST: &str = "wss4j_and_xmlsec1_accept_an_answer_in_libertys_binding";
    let (Some(mut apache), Some(xmlsec)) = (apache(TEST), xmlsec(TEST)) else { return };
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), TEST);
    let smdb = scratch.write("smdb.pem", SMDB.certificate.to_pem());
    for framework in Framework::ALL {
        let mut world = world();
        let call = call(&mut world, &assertion(), framework);
        let answer = world.send(&sign(&call), start()).text();
        let file = scratch.write("answer.xml", &answer);
        let signed = "Body Action MessageID To RelatesTo Timestamp BinarySecurityToken Framework";
        assert_eq!(apache.ask(&["verify", &file, &smdb]).as_deref(), Ok(signed));
        assert_eq!(xmlsec.verify(&smdb, &file), Ok(()));
        let changed = tampered(&answer, " version=\"2.0\"", " version=\"2.1\"");
        let file = scratch.write("changed.xml", changed);
        assert!(apache.ask(&["verify", &file, &smdb]).is_err());
        assert!(xmlsec.verify(&smdb, &file).is_err());
    }
}
