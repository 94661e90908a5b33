//! What happens at an instant, a millisecond before it, and a millisecond after.

use clock::{Span, Timeline, Timestamp};
use oio_idws::{assertion::Assertion, call::ServiceCall};
use parties::Core;
use sim_smdb::{HolderCheck, Policy};
use stage::{INSTANT, start};

use crate::world::{
    HOLDER, NEXT_STS, SMDB, STS, World, after, assertion, signed, submission, token,
};

/// One thing until a millisecond before `boundary`, another from there on.
#[track_caller]
fn check_boundary(
    boundary: Timestamp,
    [until, from]: [&str; 2],
    at: impl Fn(Timestamp) -> &'static str,
) {
    for (now, expected) in
        [(boundary - INSTANT, until), (boundary, from), (boundary + INSTANT, from)]
    {
        assert_eq!(at(now), expected, "{now}");
    }
}

#[test]
fn a_token_holds_from_its_beginning_and_no_longer_at_its_end() {
    let submit = |now| World::new().submit(&assertion(), &submission("sag-1"), now).name();
    check_boundary(start(), ["token-not-yet-valid", "received"], submit);
    check_boundary(after("8h"), ["received", "token-expired"], submit);
    // There is no skew for tokens, and they end between seconds too.
    let odd = after("8h") + Span::from_millis(123);
    let assertion = Assertion { not_on_or_after: odd, ..assertion() };
    let submit = |now| World::new().submit(&assertion, &submission("sag-1"), now).name();
    check_boundary(odd, ["received", "token-expired"], submit);
}

/// What comes of a call with these times, at `now`.
fn with_times(created: Timestamp, expires: Timestamp, now: Timestamp) -> &'static str {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), submission("sag-1").write(), now);
    let call = ServiceCall { created, expires, ..call };
    world.send(&call.write(&HOLDER).unwrap(), now).name()
}

#[test]
fn a_message_may_be_five_minutes_off_in_both_directions() {
    let (created, expires) = (after("1h"), after("1h5m"));
    let at = |now| with_times(created, expires, now);
    check_boundary(after("55m"), ["timestamp-implausible", "received"], at);
    check_boundary(after("1h10m"), ["received", "timestamp-expired"], at);
}

#[test]
fn a_client_whose_clock_is_off_is_served_within_the_skew() {
    let call_by_clock = |skew: Span| {
        let theirs = after("1h") + skew;
        with_times(theirs, theirs + Span::from_minutes(5), after("1h"))
    };
    assert_eq!(call_by_clock(Span::from_minutes(5)), "received");
    assert_eq!(call_by_clock(Span::from_minutes(5) + INSTANT), "timestamp-implausible");
    assert_eq!(call_by_clock(-Span::from_minutes(10) + INSTANT), "received");
    assert_eq!(call_by_clock(-Span::from_minutes(10)), "timestamp-expired");
}

#[test]
fn the_holders_certificate_is_looked_at_where_the_policy_says_so() {
    let expiry = HOLDER.certificate.first_refused();
    let at = |holder_certificate| {
        move |now| {
            let policy = Policy { holder_certificate, ..Policy::default() };
            World::with_policy(policy).submit(&assertion(), &submission("sag-1"), now).name()
        }
    };
    check_boundary(expiry, ["received", "received"], at(HolderCheck::Ignored));
    check_boundary(expiry, ["received", "holder-certificate-expired"], at(HolderCheck::Validity));
}

#[test]
fn the_sts_is_known_by_the_certificate_of_the_time() {
    let rollover = after("1h");
    let mut known = Timeline::starting(after("-30d"), STS.certificate.clone());
    known.set(rollover, NEXT_STS.certificate.clone());
    let world = World::with(Policy::default(), known);
    assert_eq!(world.smdb.next_change(start()), Some(rollover));
    assert_eq!(world.smdb.next_change(rollover), None);
    let signed_by = |sts: &'static oio_idws::Credential| {
        let world = &world;
        move |now: Timestamp| {
            let mut world = world.clone();
            let token = token(&assertion().write(sts).unwrap(), &SMDB.certificate);
            let call = world.call(token, submission("sag-1").write(), now);
            world.send(&call.write(&HOLDER).unwrap(), now).name()
        }
    };
    check_boundary(rollover, ["received", "unknown-issuer"], signed_by(&STS));
    check_boundary(rollover, ["unknown-issuer", "received"], signed_by(&NEXT_STS));
}

#[test]
fn a_message_is_remembered_as_long_as_it_could_pass() {
    let mut world = World::new();
    let message = world.written(start());
    let remembered = |world: &World, now| world.clone().send(&message, now).name();
    assert_eq!(world.send(&message, start()).name(), "received");
    assert_eq!(remembered(&world, start()), "replayed");
    // Its own end, and the skew.
    let refused = after("10m");
    check_boundary(refused, ["replayed", "timestamp-expired"], |now| remembered(&world, now));
    let known = |world: &World| {
        let shown = format!("{:?}", world.smdb);
        shown.split("seen: ").nth(1).unwrap().matches("urn:uuid:").count()
    };
    world.submit(&assertion(), &submission("sag-1"), refused - INSTANT);
    assert_eq!(known(&world), 2);
    world.submit(&assertion(), &submission("sag-1"), refused);
    assert_eq!(known(&world), 2, "the first one is forgotten");
}

#[test]
fn an_answer_may_be_used_for_five_minutes() {
    let reply = World::new().submit(&assertion(), &submission("sag-1"), start());
    let text = String::from_utf8(reply.bytes).unwrap();
    assert!(text.contains(
        "<u:Created>2030-03-01T08:00:00.000Z</u:Created>\
         <u:Expires>2030-03-01T08:05:00.000Z</u:Expires>"
    ));
}
