//! What happens at an instant, a millisecond before it, and a millisecond after.

use clock::{Span, Timestamp};
use oio_idws::{soap::MessageTime, trust::TokenRequest};
use parties::{Core, Slot};
use sim_sts::{IssuerLesson, Policy};
use stage::{INSTANT, start};

use crate::world::{
    EXPIRY, NEW, OLD, PRODUCTION, STAGE, TEST, World, after, check_boundary, client, request, user,
};

#[test]
fn a_certificate_is_accepted_from_its_first_second_to_its_last() {
    let certificate = client(1, "1h", "3h");
    let mut world = World::new();
    world.save(&user(), Slot::Active, &certificate.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    let not_before = certificate.certificate.not_before();
    check_boundary(&world, &certificate, not_before, ["certificate-not-yet-valid", "token"]);
    let refused = certificate.certificate.first_refused();
    check_boundary(&world, &certificate, refused, ["token", "certificate-expired"]);
    // E is the last second, and all of it counts; E+ is the first instant after it.
    let last_second = certificate.certificate.not_after();
    assert_eq!(refused, last_second + Span::from_seconds(1));
    check_boundary(&world, &certificate, last_second, ["token", "token"]);
}

#[test]
fn provisioning_acts_at_the_click() {
    let mut world = World::new();
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&user(), TEST, after("1h"));
    check_boundary(&world, &OLD, after("1h"), ["certificate-not-in-force", "token"]);
}

#[test]
fn provisioning_acts_when_the_activation_delay_is_over() {
    let activation_delay = Span::from_minutes(5);
    let mut world = World::with_policy(Policy { activation_delay, ..Policy::default() });
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    check_boundary(&world, &OLD, after("5m"), ["certificate-not-in-force", "token"]);
    // So it is with the one that replaces it.
    world.save(&user(), Slot::Active, &NEW.certificate, after("10m")).unwrap();
    world.provision(&user(), TEST, after("10m"));
    check_boundary(&world, &NEW, after("15m"), ["certificate-not-in-force", "token"]);
    check_boundary(&world, &OLD, after("15m"), ["token", "certificate-replaced"]);
}

#[test]
fn a_delay_lets_a_rolling_certificate_take_over_later_if_the_click_was_late() {
    let activation_delay = Span::from_minutes(5);
    let mut world = World::with_policy(Policy { activation_delay, ..Policy::default() });
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
    // The click comes before the expiry, and acts after it.
    let click = *EXPIRY - Span::from_minutes(1);
    world.provision(&user(), TEST, click);
    let acts = click + activation_delay;
    check_boundary(&world, &NEW, acts, ["certificate-not-in-force", "token"]);
}

/// What comes of a request with these times, at `now`.
fn with_times(created: Option<Timestamp>, expires: Timestamp, now: Timestamp) -> &'static str {
    let mut world = World::with_old();
    let time = MessageTime { created, expires };
    let request = TokenRequest { time, ..request(now, world.entropy()) };
    world.send(TEST, request.write(&OLD).unwrap().as_bytes(), now).name()
}

#[test]
fn a_message_expires() {
    let (created, expires) = (Some(start()), after("5m"));
    assert_eq!(with_times(created, expires, expires - INSTANT), "token");
    assert_eq!(with_times(created, expires, expires), "timestamp-expired");
    assert_eq!(with_times(created, expires, expires + INSTANT), "timestamp-expired");
}

#[test]
fn a_message_may_be_made_five_minutes_from_now_and_no_more() {
    let tolerance = Span::from_minutes(5);
    let check = |now: Timestamp, expected: &str| {
        assert_eq!(with_times(Some(start()), after("1h"), now), expected, "{now}");
    };
    check(start() - tolerance - INSTANT, "timestamp-implausible");
    check(start() - tolerance, "token");
    check(start() - tolerance + INSTANT, "token");
    check(start() + tolerance - INSTANT, "token");
    check(start() + tolerance, "token");
    check(start() + tolerance + INSTANT, "timestamp-implausible");
}

#[test]
fn a_message_need_not_say_when_it_was_made_but_not_after_its_end() {
    assert_eq!(with_times(None, after("1h"), start()), "token");
    let expires = after("1m");
    let second = Span::from_seconds(1);
    assert_eq!(with_times(Some(expires - second), expires, start()), "token");
    assert_eq!(with_times(Some(expires), expires, start()), "timestamp-implausible");
    assert_eq!(with_times(Some(expires + second), expires, start()), "timestamp-implausible");
}

#[test]
fn a_revocation_is_seen_when_the_lag_is_over() {
    let mut world = World::with_old();
    let revoked = after("10m");
    world.revoke(&OLD.certificate, revoked);
    check_boundary(&world, &OLD, after("1h10m"), ["token", "certificate-revoked"]);
    // Whatever the STS fetched before: a list from before the revocation, or from between.
    for fetched in [revoked - INSTANT, revoked, after("1h")] {
        let mut world = world.clone();
        assert_eq!(world.ask(&OLD, fetched).name(), "token");
        check_boundary(&world, &OLD, after("1h10m"), ["token", "certificate-revoked"]);
    }
}

#[test]
fn without_a_lag_a_revocation_is_seen_at_once() {
    let revocation_lag = Span::ZERO;
    let mut world = World::with_policy(Policy { revocation_lag, ..Policy::default() });
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    assert_eq!(world.ask(&OLD, start()).name(), "token");
    world.revoke(&OLD.certificate, after("10m"));
    check_boundary(&world, &OLD, after("10m"), ["token", "certificate-revoked"]);
}

#[test]
fn a_revocation_that_is_known_is_an_instant_of_change() {
    let mut world = World::with_old();
    world.revoke(&OLD.certificate, start());
    assert_eq!(world.ask(&OLD, start()).name(), "token");
    assert_eq!(world.sts.next_change(start()), Some(after("1h")));
}

/// An authority ends too, and with it whatever it issued for longer.
#[test]
fn the_end_of_an_authority_is_an_instant_of_change() {
    let ends = STAGE.authority(TEST).issuing().first_refused();
    let before = ends - Span::from_hours(1);
    let certificate = STAGE.system(TEST, "Fagsystem A", 8, before..ends + Span::from_days(1));
    let mut world = World::new();
    world.save(&user(), Slot::Active, &certificate.certificate, before).unwrap();
    world.provision(&user(), TEST, before);
    check_boundary(&world, &certificate, ends, ["token", "certificate-not-trusted"]);
    assert_eq!(world.sts.issuer(TEST).unwrap().next_change(before), Some(ends));
}

#[test]
fn a_list_serves_until_the_next_one_should_have_come() {
    let mut world = World::with_old();
    world.save(&user(), Slot::Active, &NEW.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    assert_eq!(world.ask(&NEW, start()).name(), "token");
    world.online = false;
    assert_eq!(world.sts.next_change(*EXPIRY), Some(after("24h")));
    check_boundary(&world, &NEW, after("24h"), ["token", "revocation-unknown"]);
}

#[test]
fn a_list_that_is_older_or_not_the_authoritys_teaches_nothing() {
    let mut world = World::with_old();
    let before = world.revocation_list(TEST, start());
    world.revoke(&OLD.certificate, start());
    assert_eq!(world.ask(&OLD, after("1h")).name(), "certificate-revoked");
    let elsewhere = STAGE.authority(PRODUCTION).revocation_list(9, start(), after("48h"), &[]);
    for list in [before, elsewhere] {
        let issuer = world.sts.issuer_mut(TEST).unwrap();
        issuer.learn(IssuerLesson::RevocationList { list, fetched_at: after("1h") });
        assert_eq!(world.probe(&OLD, after("1h")), "certificate-revoked");
    }
}

#[test]
fn a_token_begins_when_it_is_issued_and_ends_eight_hours_later() {
    let now = start() + Span::from_millis(1);
    let reply = World::with_old().ask(&OLD, now);
    let assertion = reply.assertion();
    let valid = |at: Timestamp| assertion.is_valid_at(at);
    assert!(!valid(now - INSTANT) && valid(now) && valid(now + INSTANT));
    let end = now + Span::from_hours(8);
    assert!(valid(end - INSTANT) && !valid(end) && !valid(end + INSTANT));
}
