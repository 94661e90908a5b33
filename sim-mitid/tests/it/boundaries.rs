//! One second before, at, and after every boundary.

use clock::{Span, Timestamp};
use parties::Core;
use sim_mitid::{
    Rejection,
    order::{Identification, Method, Proof},
};
use stage::{INSTANT, start};

use crate::world::{STAGE, TEST, World, after, new_profile};

const SECOND: Span = Span::from_seconds(1);

/// What is asked of a copy of the world at each of five instants around `boundary`: granted before
/// it, and refused from it on.
#[track_caller]
fn granted_until(
    world: &World,
    boundary: Timestamp,
    cause: &str,
    ask: impl Fn(&mut World, Timestamp) -> Result<(), Rejection>,
) {
    for (now, granted) in [
        (boundary - SECOND, true),
        (boundary - INSTANT, true),
        (boundary, false),
        (boundary + INSTANT, false),
        (boundary + SECOND, false),
    ] {
        let answer = ask(&mut world.clone(), now).map_err(|rejection| rejection.name());
        assert_eq!(answer, if granted { Ok(()) } else { Err(cause) }, "{now}");
    }
}

#[test]
fn a_certificate_is_renewed_and_revoked_until_e_plus() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let expiry = old.first_refused();
    assert_eq!(expiry, after("1095d"));
    granted_until(&world, expiry, "certificate-expired", |world, now| {
        world.renew(&old, &STAGE.key(1), now).map(|_| ())
    });
    granted_until(&world, expiry, "certificate-expired", |world, now| {
        let how = (Identification::Login, Method::Browser);
        world.order_renewal(*old.serial(), how, now).map(|_| ())
    });
    granted_until(&world, expiry, "certificate-expired", |world, now| {
        world.revoke(*old.serial(), now).map(|_| ())
    });
}

#[test]
fn an_order_is_fulfilled_for_thirty_days() {
    let mut world = World::new();
    let placed = start() + Span::from_millis(300);
    let order = world.order(TEST, placed);
    let by_login = world.order_by_login(new_profile(TEST), placed);
    let ends = placed + Span::from_days(30);
    granted_until(&world, ends, "order-expired", |world, now| {
        world.fetch(order.clone(), &STAGE.key(0), now).map(|_| ())
    });
    granted_until(&world, ends, "order-expired", |world, now| {
        world.download(&by_login, Proof::Login, 0, now).map(|_| ())
    });
    granted_until(&world, ends, "order-expired", |world, now| {
        let reference = by_login.clone();
        world.ask(&sim_mitid::Request::Cancel { reference }, now).map(|_| ())
    });
}

#[test]
fn an_agreement_runs_for_fourteen_days_after_its_termination() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let profile = world.profiles(None, start())[0].profile;
    let how = (Identification::OneTimeCode, Method::Api);
    let (reference, code) = world.order_under(profile, how, start()).unwrap();
    world.terminate(start()).unwrap();
    let end = after("14d");
    granted_until(&world, end, "agreement-ended", |world, now| {
        world.order_under(profile, how, now).map(|_| ())
    });
    granted_until(&world, end, "agreement-ended", |world, now| {
        world.fetch((reference.clone(), code.clone().unwrap()), &STAGE.key(1), now).map(|_| ())
    });
    granted_until(&world, end, "agreement-ended", |world, now| {
        world.profile(new_profile(TEST), now).map(|_| ())
    });
    granted_until(&world, end, "agreement-ended", |world, now| world.withdraw(now).map(|_| ()));
    granted_until(&world, end, "agreement-ended", |world, now| {
        world.allow(TEST, false, now).map(|_| ())
    });
    granted_until(&world, end, "certificate-revoked", |world, now| {
        world.renew(&old, &STAGE.key(1), now).map(|_| ())
    });
    granted_until(&world, end, "already-revoked", |world, now| {
        world.revoke(*old.serial(), now).map(|_| ())
    });
}

/// A certificate is good from the second in which it is issued, so also right away.
#[test]
fn a_certificate_begins_in_the_second_in_which_it_is_issued() {
    for millis in [0, 1, 999] {
        let mut world = World::new();
        let now = start() + Span::from_millis(millis);
        let certificate = world.issue(0, now);
        assert_eq!(certificate.not_before(), start());
        assert!(certificate.is_valid_at(now));
    }
}

#[test]
fn a_list_is_good_for_a_day() {
    let mut world = World::new();
    let now = start() + Span::from_millis(700);
    let list = world.revocation_list(TEST, now);
    assert_eq!((list.this_update(), list.next_update()), (start(), after("24h")));
}

#[test]
fn what_comes_next_is_every_boundary_in_turn() {
    let mut world = World::new();
    world.issue(0, start());
    world.order(TEST, start());
    world.terminate(start()).unwrap();
    world.withdraw(after("1h")).unwrap();
    let mut stops = Vec::new();
    let mut now = after("1h");
    while let Some(next) = world.mitid.next_change(now) {
        stops.push(next.since(start()));
        now = next;
    }
    let days = |days: &[i64]| days.iter().map(|it| Span::from_days(*it)).collect::<Vec<_>>();
    // The order's end, three reminders, the certificate's end.
    assert_eq!(stops, days(&[30, 1005, 1065, 1088, 1095]));
    world.terminate(after("2h")).unwrap();
    assert_eq!(world.mitid.next_change(after("2h")), Some(after("14d2h")));
    // Revoked by then, nobody is reminded of it; it expires all the same.
    assert_eq!(world.mitid.next_change(after("30d")), Some(after("1095d")));
}
