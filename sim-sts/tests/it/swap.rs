//! Which certificate a system user is known by: rolling, replaced, saved only, in another
//! environment.

use clock::{Span, Timestamp};
use parties::Slot;
use sim_sts::administration::{IssuerCheck, Policy as Rules};
use stage::{INSTANT, start};

use crate::world::{
    ELSEWHERE, EXPIRY, NEW, NEWEST, OLD, PRODUCTION, TEST, World, after, check_boundary, client,
    user,
};

#[test]
fn a_rolling_certificate_takes_over_at_the_expiry_of_the_active_one() {
    let world = World::rolling();
    check_boundary(&world, &NEW, *EXPIRY, ["certificate-not-in-force", "token"]);
    check_boundary(&world, &OLD, *EXPIRY, ["token", "certificate-expired"]);
    assert_eq!(world.sts.next_change(start()), Some(*EXPIRY));
}

#[test]
fn old_and_new_are_never_both_accepted_and_never_both_refused() {
    let world = World::rolling();
    let second = Span::from_seconds(1);
    let around = [-second, -INSTANT, Span::ZERO, INSTANT, second];
    for now in around.map(|span| *EXPIRY + span) {
        let accepted = [&*OLD, &*NEW].map(|credential| world.probe(credential, now) == "token");
        assert_ne!(accepted[0], accepted[1], "{now}");
    }
}

#[test]
fn a_rolling_certificate_provisioned_too_late_takes_over_at_the_click() {
    let mut world = World::with_old();
    world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
    // Nobody clicked yet: the old one has expired, and the new one is unknown.
    assert_eq!(world.probe(&OLD, *EXPIRY), "certificate-expired");
    assert_eq!(world.probe(&NEW, *EXPIRY), "certificate-not-registered");
    let click = *EXPIRY + Span::from_minutes(30);
    world.provision(&user(), TEST, click);
    check_boundary(&world, &NEW, click, ["certificate-not-in-force", "token"]);
}

#[test]
fn a_certificate_in_the_active_slot_replaces_at_the_click() {
    let mut world = World::with_old();
    world.save(&user(), Slot::Active, &NEW.certificate, after("10m")).unwrap();
    let click = after("20m");
    world.provision(&user(), TEST, click);
    check_boundary(&world, &OLD, click, ["token", "certificate-replaced"]);
    check_boundary(&world, &NEW, click, ["certificate-not-in-force", "token"]);
}

#[test]
fn replacing_ends_the_wait_of_a_rolling_certificate() {
    let mut world = World::rolling();
    world.save(&user(), Slot::Active, &NEWEST.certificate, after("1h")).unwrap();
    world.provision(&user(), TEST, after("1h"));
    assert_eq!(world.probe(&NEWEST, *EXPIRY), "token");
    // The rolling slot still holds the other one, which now waits for the one that replaced.
    assert_eq!(world.probe(&NEW, *EXPIRY), "certificate-not-in-force");
}

#[test]
fn what_is_saved_and_not_provisioned_changes_nothing() {
    for slot in Slot::ALL {
        let mut world = World::with_old();
        world.save(&user(), slot, &NEW.certificate, start()).unwrap();
        check_boundary(&world, &OLD, *EXPIRY, ["token", "certificate-expired"]);
        let unknown = "certificate-not-registered";
        check_boundary(&world, &NEW, *EXPIRY, [unknown, unknown]);
    }
}

#[test]
fn what_is_provisioned_to_the_other_environment_changes_nothing_here() {
    // Nobody looks whose certificate it is: the administration would refuse the click.
    let issuer_check = IssuerCheck::Never;
    for slot in Slot::ALL {
        let mut world = World::with_rules(Rules { issuer_check, ..Rules::default() });
        world.save(&user(), Slot::Active, &OLD.certificate, after("-1d")).unwrap();
        world.provision(&user(), TEST, after("-1d"));
        world.save(&user(), slot, &NEW.certificate, start()).unwrap();
        world.provision(&user(), PRODUCTION, start());
        check_boundary(&world, &OLD, *EXPIRY, ["token", "certificate-expired"]);
        let unknown = "certificate-not-registered";
        check_boundary(&world, &NEW, *EXPIRY, [unknown, unknown]);
    }
}

#[test]
fn each_environment_knows_its_own_certificate_by_its_own_authority() {
    let mut world = World::with_old();
    world.save(&user(), Slot::Active, &ELSEWHERE.certificate, start()).unwrap();
    world.provision(&user(), PRODUCTION, start());
    let ask = |world: &mut World, credential, environment| {
        let message = crate::world::request(start(), world.entropy()).write(credential).unwrap();
        world.send(environment, message.as_bytes(), start()).name()
    };
    assert_eq!(ask(&mut world, &ELSEWHERE, PRODUCTION), "token");
    assert_eq!(ask(&mut world, &OLD, PRODUCTION), "certificate-not-trusted");
    assert_eq!(ask(&mut world, &ELSEWHERE, TEST), "certificate-not-trusted");
    assert_eq!(ask(&mut world, &OLD, TEST), "token");
}

#[test]
fn the_latest_click_wins() {
    let mut world = World::rolling();
    // A second certificate in the rolling slot: the first is never accepted.
    world.save(&user(), Slot::Rolling, &NEWEST.certificate, after("30m")).unwrap();
    world.provision(&user(), TEST, after("30m"));
    check_boundary(&world, &NEWEST, *EXPIRY, ["certificate-not-in-force", "token"]);
    let unknown = "certificate-not-registered";
    check_boundary(&world, &NEW, *EXPIRY, [unknown, unknown]);
}

#[test]
fn a_draft_that_was_edited_after_the_click_does_not_leak() {
    let mut world = World::rolling();
    world.save(&user(), Slot::Rolling, &NEWEST.certificate, after("30m")).unwrap();
    world
        .save(&user(), Slot::Active, &client(8, "-1d", "1094d").certificate, after("31m"))
        .unwrap();
    check_boundary(&world, &OLD, *EXPIRY, ["token", "certificate-expired"]);
    check_boundary(&world, &NEW, *EXPIRY, ["certificate-not-in-force", "token"]);
    assert_eq!(world.probe(&NEWEST, *EXPIRY), "certificate-not-registered");
}

#[test]
fn a_renewal_that_is_not_yet_valid_is_refused_until_it_is() {
    let early = client(1, "3h", "1000d");
    let mut world = World::with_old();
    world.save(&user(), Slot::Rolling, &early.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    assert_eq!(world.probe(&early, *EXPIRY), "certificate-not-yet-valid");
    check_boundary(&world, &early, after("3h"), ["certificate-not-yet-valid", "token"]);
    assert_eq!(world.sts.next_change(*EXPIRY), Some(after("3h")));
}

#[test]
fn a_revocation_does_not_bring_the_swap_forward() {
    let mut world = World::rolling();
    world.revoke(&OLD.certificate, start());
    assert_eq!(world.probe(&OLD, after("1h")), "certificate-revoked");
    assert_eq!(world.probe(&NEW, after("1h")), "certificate-not-in-force");
    assert_eq!(world.probe(&NEW, *EXPIRY), "token");
}

/// The slots of the draft, by name.
fn draft(world: &World, now: Timestamp) -> [Option<&'static str>; 2] {
    let name = |certificate: &Option<pki::Certificate>| {
        let certificate = certificate.as_ref()?;
        let known = [(&OLD, "old"), (&NEW, "new"), (&NEWEST, "newest")];
        let known = known.into_iter().find(|(it, _)| it.certificate == *certificate);
        Some(known.map_or("another", |(_, name)| name))
    };
    let details = world.sts.administration().system_user(&user()).unwrap().draft.at(now).unwrap();
    [name(&details.active), name(&details.rolling)]
}

#[test]
fn after_the_swap_the_rolling_slot_is_empty() {
    let world = World::rolling();
    assert_eq!(draft(&world, *EXPIRY - INSTANT), [Some("old"), Some("new")]);
    assert_eq!(draft(&world, *EXPIRY), [Some("new"), None]);
    // Without a click there is no swap.
    let mut world = World::with_old();
    world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
    assert_eq!(draft(&world, *EXPIRY), [Some("old"), Some("new")]);
}

#[test]
fn the_next_renewal_waits_for_the_one_that_took_over() {
    let mut world = World::rolling();
    let later = *EXPIRY + Span::from_hours(1);
    world.save(&user(), Slot::Rolling, &NEWEST.certificate, later).unwrap();
    world.provision(&user(), TEST, later);
    assert_eq!(draft(&world, later), [Some("new"), Some("newest")]);
    let second_expiry = NEW.certificate.first_refused();
    check_boundary(&world, &NEW, second_expiry, ["token", "certificate-expired"]);
    check_boundary(&world, &NEWEST, second_expiry, ["certificate-not-in-force", "token"]);
}

/// The draft was edited before the swap and provisioned after it: it still names the expired one.
#[test]
fn an_expired_certificate_does_not_push_out_the_one_that_took_over() {
    let mut world = World::rolling();
    world.save(&user(), Slot::Rolling, &NEWEST.certificate, after("1h")).unwrap();
    let later = *EXPIRY + Span::from_hours(1);
    assert_eq!(draft(&world, later), [Some("old"), Some("newest")]);
    world.provision(&user(), TEST, later);
    assert_eq!(world.probe(&NEW, later), "token");
    assert_eq!(world.probe(&NEWEST, later), "certificate-not-in-force");
    assert_eq!(draft(&world, NEW.certificate.first_refused()), [Some("newest"), None]);
}

/// An ended certificate that no swap took away was chosen: it replaces at the click, and what rolls
/// beside it has nothing to wait for.
#[test]
fn an_ended_certificate_that_was_never_swapped_away_replaces_like_any_other() {
    let short = client(8, "-1d", "30m");
    let mut world = World::with_old();
    world.save(&user(), Slot::Active, &short.certificate, start()).unwrap();
    world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
    world.provision(&user(), TEST, after("1h"));
    check_boundary(&world, &OLD, after("1h"), ["token", "certificate-replaced"]);
    check_boundary(&world, &NEW, after("1h"), ["certificate-not-in-force", "token"]);
}

#[test]
fn provisioning_once_more_changes_nothing() {
    let mut world = World::rolling();
    for click in [after("1h"), *EXPIRY, *EXPIRY + Span::from_hours(1)] {
        world.provision(&user(), TEST, click);
        check_boundary(
            &world,
            &NEW,
            (*EXPIRY).max(click),
            [if click <= *EXPIRY { "certificate-not-in-force" } else { "token" }, "token"],
        );
    }
}
