//! What somebody changed on the way, signed with another key, or left unsigned.

use stage::{Forgery, start, tampered};
use xml_security::Reference;

use crate::world::{
    HOLDER, SMDB, STRANGER, World, assertion, may_submit_for, signed, submission, token,
};

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
    let richer =
        oio_idws::assertion::Assertion { privileges: may_submit_for("90000002"), ..assertion() };
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
            ["token-unreadable", "token-invalid", "unknown-issuer", "not-holder"]
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
    assert_eq!(world.send(&covered.sign(&HOLDER.key), start()).name(), "received");
}

#[test]
fn a_token_is_no_use_to_whoever_lacks_its_key() {
    let mut world = World::new();
    let message = Forgery::of(&world.written(start())).sign(&STRANGER.key);
    assert_eq!(world.send(&message, start()).name(), "not-holder");
    // Nor is it to its holder after a swap: the key that signs is another then.
    let call = world.call(signed(&assertion()), submission("sag-1").write(), start());
    let message = call.write(&STRANGER).unwrap();
    assert_eq!(world.send(&message, start()).name(), "not-holder");
}

#[test]
fn a_token_must_be_signed_by_the_sts() {
    let mut world = World::new();
    let mut with_token = |assertion: &str| {
        let token = token(assertion, &SMDB.certificate);
        let call = world.call(token, submission("sag-1").write(), start());
        world.send(&call.write(&HOLDER).unwrap(), start()).name()
    };
    // The holder makes its own.
    assert_eq!(with_token(&assertion().write(&HOLDER).unwrap()), "unknown-issuer");
    let genuine = assertion().write(&crate::world::STS).unwrap();
    assert_eq!(with_token(&genuine), "received");
    assert_eq!(with_token(&tampered(&genuine, ">90000001<", ">90000002<")), "token-invalid");
    assert_eq!(with_token(&Forgery::of(&genuine).bare()), "unknown-issuer");
}

#[test]
fn the_same_message_twice_is_refused() {
    let mut world = World::new();
    let message = world.written(start());
    assert_eq!(world.send(&message, start()).name(), "received");
    let reply = world.send(&message, start());
    assert_eq!(reply.name(), "replayed");
    assert_eq!(reply.fault().code, "InvalidSecurity");
    // A fresh signature over the same id does not make it another message.
    let again = Forgery::of(&message).replace(">sag-1<", ">sag-2<").sign(&HOLDER.key);
    assert_eq!(world.send(&again, start()).name(), "replayed");
    assert_eq!(world.smdb.ledger().len(), 1);
}

#[test]
fn a_message_that_was_refused_may_come_again() {
    let mut world = World::new();
    let message = world.written(start());
    let changed = tampered(&message, ">sag-1<", ">sag-2<");
    assert_eq!(world.send(&changed, start()).name(), "not-holder");
    assert_eq!(world.send(&message, start()).name(), "received");
}
