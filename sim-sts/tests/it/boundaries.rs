//! One second before, at, and one second after every instant at which the STS changes its mind.

use clock::{Span, Timeline, Timestamp};
use oio_idws::{Credential, soap::MessageTime, trust::TokenRequest};
use parties::{Core, Slot};
use sim_sts::{IssuerLesson, Policy};
use stage::{Forgery, start};

use crate::world::{
    EXPIRY, NEW, NEXT_SIGNER, OLD, STAGE, TEST, World, after, client, request, signer, signers,
    user,
};

/// What comes of it a second before `boundary`, at it, and a second after it.
#[track_caller]
fn check(boundary: Timestamp, outcome: impl Fn(Timestamp) -> &'static str, expected: [&str; 3]) {
    let second = Span::from_seconds(1);
    let seen = [boundary - second, boundary, boundary + second].map(outcome);
    assert_eq!(seen, expected, "around {boundary}");
}

/// The STS with one certificate in force.
fn known(credential: &Credential, policy: Policy, signers: &Timeline<Credential>) -> World {
    let mut world = World::with(policy, signers);
    world.save(&user(), Slot::Active, &credential.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    world
}

fn with_policy(policy: Policy) -> World {
    known(&OLD, policy, &signers())
}

#[test]
fn the_life_of_a_certificate() {
    let late = client(1, "1h", "3h");
    let world = known(&late, Policy::default(), &signers());
    let ask = |now| world.probe(&late, now);
    check(late.certificate.not_before(), ask, ["certificate-not-yet-valid", "token", "token"]);
    let ends = late.certificate.first_refused();
    check(ends, ask, ["token", "certificate-expired", "certificate-expired"]);
}

#[test]
fn a_rolling_swap() {
    let world = World::rolling();
    let old = |now| world.probe(&OLD, now);
    check(*EXPIRY, old, ["token", "certificate-expired", "certificate-expired"]);
    let new = |now| world.probe(&NEW, now);
    check(*EXPIRY, new, ["certificate-not-in-force", "token", "token"]);
}

#[test]
fn the_activation_of_a_click() {
    let activation_delay = Span::from_minutes(5);
    let world = with_policy(Policy { activation_delay, ..Policy::default() });
    let ask = |now| world.probe(&OLD, now);
    check(after("5m"), ask, ["certificate-not-in-force", "token", "token"]);
}

#[test]
fn the_times_of_a_message() {
    let world = World::with_old();
    let outcome = |created: Option<Timestamp>, expires: Timestamp| {
        let world = &world;
        move |now: Timestamp| {
            let mut world = world.clone();
            let time = MessageTime { created, expires };
            let message = TokenRequest { time, ..request(start(), world.entropy()) };
            world.send(TEST, message.write(&OLD).unwrap().as_bytes(), now).name()
        }
    };
    let ends = outcome(Some(start()), after("5m"));
    check(after("5m"), ends, ["token", "timestamp-expired", "timestamp-expired"]);
    let begins = outcome(Some(start()), after("1h"));
    check(after("-5m"), begins, ["timestamp-implausible", "token", "token"]);
    check(after("5m"), begins, ["token", "token", "timestamp-implausible"]);
    // Without a beginning the end may be an hour away.
    let without = outcome(None, after("2h"));
    check(after("1h"), without, ["timestamp-implausible", "token", "token"]);
}

#[test]
fn the_memory_of_a_request() {
    let mut world = World::with_old();
    let time = MessageTime { created: None, expires: after("5m") };
    let message = TokenRequest { time, ..request(start(), world.entropy()) }.write(&OLD).unwrap();
    assert_eq!(world.send(TEST, message.as_bytes(), start()).name(), "token");
    let again = |now| world.clone().send(TEST, message.as_bytes(), now).name();
    check(after("5m"), again, ["replayed", "timestamp-expired", "timestamp-expired"]);
}

#[test]
fn a_revocation_and_its_lag() {
    let mut world = World::with_old();
    world.revoke(&OLD.certificate, after("10m"));
    let ask = |now| world.probe(&OLD, now);
    check(after("70m"), ask, ["token", "certificate-revoked", "certificate-revoked"]);
}

/// The list was made for an hour from then on, and no other can be had.
#[test]
fn the_life_of_a_revocation_list() {
    let mut world = known(&NEW, Policy::default(), &signers());
    let list = STAGE.authority(TEST).revocation_list(1, after("1h"), after("2h"), &[]);
    let issuer = world.sts.issuer_mut(TEST).unwrap();
    issuer.learn(IssuerLesson::RevocationList { list, fetched_at: after("1h") });
    world.online = false;
    let ask = |now| world.probe(&NEW, now);
    check(after("1h"), ask, ["revocation-unknown", "token", "token"]);
    check(after("2h"), ask, ["token", "revocation-unknown", "revocation-unknown"]);
}

#[test]
fn the_rollover_of_the_signer() {
    let mut signers = Timeline::starting(after("1h"), signer().clone());
    signers.set(after("90m"), NEXT_SIGNER.clone());
    let world = known(&OLD, Policy::default(), &signers);
    check(after("1h"), |now| world.probe(&OLD, now), ["no-signer", "token", "token"]);
    let by = |now| {
        let reply = world.clone().ask(&OLD, now);
        let signed_by = |credential: &Credential| {
            let key = credential.certificate.public_key();
            oio_idws::trust::StsReply::read(&reply.bytes, key).is_ok()
        };
        if signed_by(signer()) {
            "old"
        } else {
            ["none", "new"][usize::from(signed_by(&NEXT_SIGNER))]
        }
    };
    check(after("90m"), by, ["old", "new", "new"]);
}

/// What is asked for, against what is granted: a second is more than a minute has room for.
#[test]
fn the_life_of_a_token_that_is_asked_for() {
    let granted = |until: Timestamp| {
        let mut world = World::with_old();
        let lifetime_until = Some(until);
        let asked = TokenRequest { lifetime_until, ..request(start(), world.entropy()) };
        let reply = world.send(TEST, asked.write(&OLD).unwrap().as_bytes(), start());
        let end = reply.assertion().not_on_or_after;
        if end == until {
            "as asked"
        } else {
            ["other", "eight hours"][usize::from(end == after("8h"))]
        }
    };
    check(start(), granted, ["eight hours"; 3]);
    check(after("1m"), granted, ["eight hours", "as asked", "as asked"]);
    check(after("8h"), granted, ["as asked", "as asked", "eight hours"]);
}

/// `STSDOC` 2.1: an invalid lifetime is overridden with the default, and refuses nothing.
#[test]
fn a_lifetime_that_cannot_be_read_gives_eight_hours() {
    let mut world = World::with_old();
    let asked =
        TokenRequest { lifetime_until: Some(after("2h")), ..request(start(), world.entropy()) };
    let message = asked.write(&OLD).unwrap();
    let message = Forgery::of(&message).replace("2030-03-01T10:00:00Z", "10:00").sign(&OLD.key);
    let reply = world.send(TEST, message.as_bytes(), start());
    assert_eq!(reply.assertion().not_on_or_after, after("8h"));
}

/// A client may ask for a fraction of a second; the real STS grants none.
#[test]
fn an_end_within_a_second_is_granted_at_its_beginning() {
    let mut world = World::with_old();
    let asked =
        TokenRequest { lifetime_until: Some(after("2h")), ..request(start(), world.entropy()) };
    let message = asked.write(&OLD).unwrap();
    let message = Forgery::of(&message).replace("T10:00:00Z", "T10:00:00.750Z").sign(&OLD.key);
    let reply = world.send(TEST, message.as_bytes(), start());
    assert_eq!(reply.assertion().not_on_or_after, after("2h"));
    assert!(reply.text().contains("T10:00:00.000Z</wsu:Expires>"));
}
