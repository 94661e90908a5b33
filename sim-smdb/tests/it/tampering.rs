//! What somebody changed on the way, signed with another key, or left unsigned.

use oio_idws::{
    Layout,
    assertion::Assertion,
    soap::Version,
    uris::{SAML_ID, SAML_TOKEN_TYPE, WSSE11},
};
use sim_smdb::contract::ADDRESS;
use stage::{Forgery, start, tampered};
use xml_security::{Reference, StrDialect, Transform};

use crate::world::{
    HOLDER, SMDB, STRANGER, World, assertion, may_act_for, signed, submission, token, written,
};

/// The agency's own list for a service (`SoapTests.cs`): what is changed on the way is refused, and
/// the same message twice.
#[test]
fn the_agencys_list_of_what_a_service_refuses() {
    let cases = [
        ("body", ">sag-1<", ">sag-2<", "not-holder"),
        ("MessageID", ">urn:uuid:", ">urn:uuid:0", "not-holder"),
        ("To", "/SmdbService.svc", "/Smdb.svc", "not-holder"),
        ("Action", "/IndberetForloeb</a", "/HentForloeb</a", "not-holder"),
        ("security timestamp", "T08:05:00.000Z", "T08:06:00.000Z", "not-holder"),
        ("token", "Id=\"encryptedassertion\"", "Id=\"encryptedassertion\" x=\"\"", "not-holder"),
    ];
    let mut world = World::new();
    for (part, from, to, expected) in cases {
        let reply = world.send(&tampered(&world.clone().written(start()), from, to), start());
        assert_eq!((reply.name(), &*reply.fault().code), (expected, "InvalidSecurity"), "{part}");
    }
    let message = world.written(start());
    assert_eq!(world.send(&message, start()).name(), "answered");
    let reply = world.send(&message, start());
    assert_eq!((reply.name(), &*reply.fault().code), ("replayed", "InvalidSecurity"));
}

/// And what it must accept: SOAP 1.2, a call without a Liberty header, and a token that is referred
/// to as the OASIS SAML token profile 1.1 says.
#[test]
fn the_agencys_list_of_what_a_service_accepts() {
    let mut world = World::new();
    let message = world.written(start());
    assert!(message.contains("http://www.w3.org/2003/05/soap-envelope"), "SOAP 1.2");
    assert!(!message.contains("urn:liberty:sb"), "no Liberty header");
    assert_eq!(world.send(&message, start()).name(), "answered");

    // The reference itself is not signed: what it leads to is.
    let token_type = format!(" wsse11:TokenType=\"{SAML_TOKEN_TYPE}\"");
    let typed = world.written(start());
    let untyped = tampered(&world.written(start()), &token_type, "");
    assert!(typed.contains(&token_type) && typed.contains(WSSE11), "typed");
    assert!(!untyped.contains("TokenType"), "not typed");
    for message in [typed, untyped] {
        assert!(message.contains(SAML_ID), "a reference by SAMLID");
        let reply = world.send(&message, start());
        assert_eq!(reply.name(), "answered", "{:?}", reply.rejection());
    }
}

/// The header of the Liberty profile is not asked for, and read over if it is signed.
#[test]
fn a_header_of_liberty_may_be_there_if_it_is_signed() {
    let mut world = World::new();
    let framework = "<sbf:Framework xmlns:sbf=\"urn:liberty:sb\" version=\"2.0\" u:Id=\"_sbf\"/>\
                     <o:Security ";
    let mut with = Forgery::of(&world.written(start())).replace("<o:Security ", framework);
    assert_eq!(world.send(&with.sign(&HOLDER.key), start()).name(), "not-holder");
    with.spec.references.push(Reference::exclusive("_sbf"));
    let message = with.sign(&HOLDER.key);
    assert!(message.contains("sbf:Framework") && message.contains("URI=\"#_sbf\""));
    assert_eq!(world.send(&message, start()).name(), "answered");
}

/// The other reference client, written in Java, lays a call out in its own manner.
#[test]
fn both_reference_clients_are_served() {
    let mut world = World::new();
    for (number, layout) in [Layout::DotNet, Layout::Cxf].into_iter().enumerate() {
        let body = written(&submission(&format!("sag-{number}")));
        let call = world.call(signed(&assertion()), body, start());
        let message = call.write_as(layout, Version::Soap12, &HOLDER).unwrap();
        assert_eq!(world.send(&message, start()).name(), "answered", "{layout:?}");
    }
    let body = written(&submission("sag-3"));
    let call = world.call(signed(&assertion()), body, start());
    let message = call.write_as(Layout::DotNet, Version::Soap11, &HOLDER).unwrap();
    assert_eq!(
        world.send(&message, start()).name(),
        "wrong-soap-version",
        "SOAP 1.1 is another profile's"
    );
}

/// The signed `wsa:To` keeps a message for another service from being used here.
#[test]
fn a_message_for_another_address_is_refused() {
    let mut world = World::new();
    for to in ["https://smdb.sim.invalid/SmdbService.svc/", "https://andet.invalid/", ""] {
        let address = format!(">{ADDRESS}<");
        let message = Forgery::of(&world.written(start())).replace(&address, &format!(">{to}<"));
        let reply = world.send(&message.sign(&HOLDER.key), start());
        assert_eq!(
            (reply.name(), &*reply.fault().code),
            ("wrong-address", "DestinationUnreachable")
        );
    }
    let header = format!("<a:To s:mustUnderstand=\"1\" u:Id=\"_5\">{ADDRESS}</a:To>");
    let without = Forgery::of(&world.written(start())).unsigned("_5").replace(&header, "");
    assert_eq!(world.send(&without.sign(&HOLDER.key), start()).name(), "wrong-address");
}

/// The token is covered in both readings of what a reference to it stands for.
#[test]
fn a_token_in_either_dialect_cannot_be_exchanged() {
    let mut world = World::new();
    for dialect in [StrDialect::EncryptedAssertion, StrDialect::EncryptedData] {
        let mut forgery = Forgery::of(&world.written(start()));
        let reference = forgery.spec.references.iter_mut().find(|it| it.id == "_str").unwrap();
        reference.transforms = vec![Transform::StrTransform { dialect }];
        let message = forgery.sign(&HOLDER.key);
        let changed = tampered(&message, "<xenc:EncryptedData ", "<xenc:EncryptedData x=\"\" ");
        assert_eq!(world.send(&changed, start()).name(), "not-holder", "{dialect:?}");
        assert_eq!(world.send(&message, start()).name(), "answered", "{dialect:?}");
    }
}

#[test]
fn a_call_that_was_changed_is_refused_wherever_it_was() {
    let mut world = World::new();
    for (part, from, to) in [
        ("body", ">sag-1<", ">sag-2<"),
        ("message id", ">urn:uuid:", ">urn:uuid:0"),
        ("action", "/IndberetForloeb</a", "/HentForloeb</a"),
        ("address", "/SmdbService.svc", "/Smdb.svc"),
        ("where to answer", "addressing/anonymous", "addressing/none"),
        ("timestamp", "T08:05:00.000Z", "T08:06:00.000Z"),
    ] {
        let message = tampered(&world.written(start()), from, to);
        let reply = world.send(&message, start());
        assert_eq!(reply.name(), "not-holder", "{part}");
        assert_eq!(reply.fault().code, "InvalidSecurity");
    }
    assert!(world.facts.is_empty());
}

#[test]
fn a_token_that_was_changed_is_refused() {
    let mut world = World::new();
    let message = world.written(start());
    // Another token of the same holder: the message was not signed with it.
    let own = between(&message, "<EncryptedAssertion", "</EncryptedAssertion>");
    let richer = Assertion { privileges: may_act_for("90000002"), ..assertion() };
    let other = signed(&richer);
    let other = between(&other, "<EncryptedAssertion", "</EncryptedAssertion>");
    let reply = world.send(&tampered(&message, own, other), start());
    assert_eq!(reply.name(), "not-holder");
    // Its bytes changed: it cannot be opened, or is not what the STS signed.
    let cipher = between(&message, "<xenc:CipherValue>", "</xenc:CipherValue>");
    for at in [0, cipher.len() / 2, cipher.len() - 8] {
        let flipped = if &cipher[at..=at] == "A" { "B" } else { "A" };
        let changed = [&cipher[..at], flipped, &cipher[at + 1..]].concat();
        let reply = world.send(&tampered(&message, cipher, &changed), start());
        assert!(
            ["token-unreadable", "token-malformed", "token-invalid", "not-holder"]
                .contains(&reply.name()),
            "{}",
            reply.name()
        );
    }
    assert!(world.facts.is_empty());
}

fn between<'m>(message: &'m str, from: &str, to: &str) -> &'m str {
    message.split_once(from).unwrap().1.split_once(to).unwrap().0
}

#[test]
fn each_part_of_a_call_must_be_signed() {
    let mut world = World::new();
    for id in ["_1", "_2", "_3", "_4", "_5", "_ts", "_str"] {
        let message = Forgery::of(&world.written(start())).unsigned(id).sign(&HOLDER.key);
        assert_eq!(world.send(&message, start()).name(), "not-holder", "{id}");
    }
    let bare = Forgery::of(&world.written(start())).bare();
    assert_eq!(world.send(&bare, start()).name(), "not-holder");
    // A header that nobody knows, added by its sender, is signed or refused.
    let added = Forgery::of(&world.written(start()))
        .replace("<o:Security ", "<x xmlns=\"urn:x\" u:Id=\"_x\"/><o:Security ");
    assert_eq!(world.send(&added.sign(&HOLDER.key), start()).name(), "not-holder");
    let mut covered = added;
    covered.spec.references.push(Reference::exclusive("_x"));
    assert_eq!(world.send(&covered.sign(&HOLDER.key), start()).name(), "answered");
}

#[test]
fn a_token_is_no_use_to_whoever_lacks_its_key() {
    let mut world = World::new();
    let message = Forgery::of(&world.written(start())).sign(&STRANGER.key);
    assert_eq!(world.send(&message, start()).name(), "not-holder");
    // Nor is it to its holder after a swap: the key that signs is another then.
    let call = world.call(signed(&assertion()), written(&submission("sag-1")), start());
    let message = call.write(&STRANGER).unwrap();
    assert_eq!(world.send(&message, start()).name(), "not-holder");
}

#[test]
fn a_token_must_be_signed_by_the_sts() {
    let mut world = World::new();
    let mut with_token = |assertion: &str| {
        let token = token(assertion, &SMDB.certificate);
        let call = world.call(token, written(&submission("sag-1")), start());
        world.send(&call.write(&HOLDER).unwrap(), start()).name()
    };
    // The holder makes its own.
    assert_eq!(with_token(&assertion().write(&HOLDER).unwrap()), "unknown-issuer");
    let genuine = assertion().write(&crate::world::STS).unwrap();
    assert_eq!(with_token(&genuine), "answered");
    assert_eq!(with_token(&tampered(&genuine, ">90000001<", ">90000002<")), "token-invalid");
    assert_eq!(with_token(&Forgery::of(&genuine).bare()), "unknown-issuer");
}

#[test]
fn the_same_message_twice_is_refused() {
    let mut world = World::new();
    let message = world.written(start());
    assert_eq!(world.send(&message, start()).name(), "answered");
    let reply = world.send(&message, start());
    assert_eq!(reply.name(), "replayed");
    assert_eq!(reply.fault().code, "InvalidSecurity");
    // A fresh signature over the same id does not make it another message.
    let again = Forgery::of(&message).replace(">sag-1<", ">sag-2<").sign(&HOLDER.key);
    assert_eq!(world.send(&again, start()).name(), "replayed");
    assert_eq!(world.smdb.ledger().len(), 1);
    // It is known by its id and, beside that, by the value of its signature.
    let keys: Vec<_> = world.facts.iter().filter(|it| it.contains("accepted")).collect();
    assert!(keys.len() == 2 && keys[0].contains("message-id") && keys[1].contains("signature"));
}

/// Whoever recorded it cannot send it again when the rule no longer refuses it.
#[test]
fn a_message_that_broke_a_rule_may_not_come_again() {
    let mut world = World::new();
    let body = written(&submission("sag-1")).replace(">901<", "><");
    for body in [body, "<Andet/>".to_owned()] {
        let call = world.call(signed(&assertion()), body, start());
        let message = call.write(&HOLDER).unwrap();
        let first = world.send(&message, start());
        assert!(first.rejection().unwrap().rule().is_some(), "{:?}", first.rejection());
        assert_eq!(world.send(&message, start()).name(), "replayed");
    }
}

#[test]
fn a_message_that_was_refused_may_come_again() {
    let mut world = World::new();
    let message = world.written(start());
    let changed = tampered(&message, ">sag-1<", ">sag-2<");
    assert_eq!(world.send(&changed, start()).name(), "not-holder");
    assert_eq!(world.send(&message, start()).name(), "answered");
}
