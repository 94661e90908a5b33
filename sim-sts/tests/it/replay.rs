//! The same request twice.

use clock::{Span, Timestamp};
use oio_idws::{soap::MessageTime, trust::TokenRequest};
use parties::Slot;
use sim_sts::IssuerFact;
use stage::{Forgery, INSTANT, start};

use crate::world::{Kept, NEW, OLD, PRODUCTION, TEST, World, after, kept, request, user};

/// A request that may be used until `expires`, as it is sent.
fn written(world: &mut World, expires: &str) -> String {
    let time = MessageTime { created: None, expires: after(expires) };
    let request = TokenRequest { time, ..request(start(), world.entropy()) };
    request.write(&OLD).unwrap()
}

/// Until when the request that was answered last is remembered.
fn remembered_until(world: &World) -> Timestamp {
    let Some(Kept::Issuer(TEST, fact)) = world.facts.last() else { panic!("nothing is kept") };
    match kept::<IssuerFact>(fact) {
        IssuerFact::Answered { until, .. } => until,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_that_was_answered_is_refused_until_it_expires() {
    let mut world = World::with_old();
    let message = written(&mut world, "5m");
    let mut send = |now| world.send(TEST, message.as_bytes(), now).name();
    assert_eq!(send(start()), "token");
    assert_eq!(send(start()), "replayed");
    assert_eq!(send(after("5m") - INSTANT), "replayed");
    assert_eq!(send(after("5m")), "timestamp-expired");
}

/// The memory is no longer than it must be: what its own timestamp refuses is forgotten.
#[test]
fn a_request_is_forgotten_after_it_expired() {
    let mut world = World::with_old();
    let message = written(&mut world, "5m");
    assert_eq!(world.send(TEST, message.as_bytes(), start()).name(), "token");
    assert_eq!(remembered_until(&world), after("5m"));
}

/// However far away a message puts its own end, its beginning is soon too far away.
#[test]
fn the_memory_does_not_last_until_a_distant_end() {
    let mut world = World::with_old();
    let time = MessageTime { created: Some(start()), expires: after("87600h") };
    let request = TokenRequest { time, ..request(start(), world.entropy()) };
    let message = request.write(&OLD).unwrap();
    assert_eq!(world.send(TEST, message.as_bytes(), start()).name(), "token");
    let tolerance = Span::from_minutes(5);
    assert_eq!(remembered_until(&world), start() + tolerance + INSTANT);
    let send = |world: &World, now| world.clone().send(TEST, message.as_bytes(), now).name();
    assert_eq!(send(&world, start() + tolerance), "replayed");
    assert_eq!(send(&world, start() + tolerance + INSTANT), "timestamp-implausible");
}

#[test]
fn a_request_that_was_refused_may_come_again() {
    let mut world = World::new();
    let message = written(&mut world, "1h");
    let send = |world: &mut World, now| world.send(TEST, message.as_bytes(), now).name();
    assert_eq!(send(&mut world, start()), "certificate-not-registered");
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    assert_eq!(send(&mut world, start()), "token");
    assert_eq!(send(&mut world, start()), "replayed");
}

/// What is known by the signature cannot be changed without it.
#[test]
fn a_request_written_otherwise_is_the_same_request() {
    let mut world = World::with_old();
    let message = written(&mut world, "5m");
    assert_eq!(world.send(TEST, message.as_bytes(), start()).name(), "token");
    let other = message.replace("<S11:Body ", "<S11:Body  ").replacen("<S11", "<!-- x --><S11", 1);
    assert_eq!(world.send(TEST, other.as_bytes(), start()).name(), "replayed");
    // Signed once more it has the same signature: RSA with PKCS#1 v1.5 draws nothing.
    let again = Forgery::of(&message).sign(&OLD.key);
    assert_eq!(world.send(TEST, again.as_bytes(), start()).name(), "replayed");
    // A message with the same id is another message.
    let another = Forgery::of(&message).replace("Context=\"", "Context=\"x").sign(&OLD.key);
    assert_eq!(world.send(TEST, another.as_bytes(), start()).name(), "token");
}

#[test]
fn whose_certificate_was_replaced_is_told_nothing_about_a_replay() {
    let mut world = World::with_old();
    let message = written(&mut world, "1h");
    assert_eq!(world.send(TEST, message.as_bytes(), start()).name(), "token");
    world.save(&user(), Slot::Active, &NEW.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    assert_eq!(world.send(TEST, message.as_bytes(), start()).name(), "certificate-replaced");
}

#[test]
fn the_environments_remember_apart() {
    let mut world = World::with_old();
    let message = written(&mut world, "5m");
    assert_eq!(world.send(TEST, message.as_bytes(), start()).name(), "token");
    // The other one judges it by its own authority, and not by what happened here.
    let there = world.send(PRODUCTION, message.as_bytes(), start());
    assert_eq!(there.name(), "certificate-not-trusted");
}
