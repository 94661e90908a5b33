//! Who loses a certificate to another system user, around a swap.

use clock::Span;
use parties::Slot;
use sim_sts::{
    Policy,
    administration::{Policy as Rules, Verdict},
    registration::SwapRules,
};
use stage::{INSTANT, start};

use crate::world::{
    EXPIRY, NEW, NEWEST, OLD, TEST, World, after, check_boundary, entity_id, other_user, signers,
    user,
};

/// [`OLD`] is in force, [`NEW`] waits for its expiry, and certificates may be stolen.
fn rolling(policy: Policy) -> World {
    let rules = Rules { taken: Verdict::Accept, ..Rules::default() };
    let mut world = World::with_both(policy, &signers(), rules);
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    world
}

/// The draft was edited before the swap, so no slot in force names the certificate that took over.
#[test]
fn what_took_over_in_a_swap_may_be_stolen_too() {
    let mut world = rolling(Policy::default());
    world.save(&user(), Slot::Rolling, &NEWEST.certificate, after("1h")).unwrap();
    world.provision(&user(), TEST, after("3h"));
    world.save(&other_user(), Slot::Active, &NEW.certificate, after("3h")).unwrap();
    let theft = after("4h");
    world.provision(&other_user(), TEST, theft);
    let subject = |credential, now| world.clone().ask(credential, now).assertion().subject.clone();
    assert_eq!(subject(&NEW, theft - INSTANT), entity_id(&user()));
    assert_eq!(subject(&NEW, theft), entity_id(&other_user()));
    // Nothing is left to wait for.
    check_boundary(&world, &NEWEST, theft, ["certificate-not-in-force", "token"]);
    assert_eq!(subject(&NEWEST, theft), entity_id(&user()));
}

/// An STS that looks once an hour has looked already: it does not wait until it looks again.
#[test]
fn who_loses_an_expired_certificate_keeps_the_one_that_took_over() {
    let look_interval = Span::from_hours(1);
    let swap = SwapRules { look_interval, ..SwapRules::default() };
    let mut world = rolling(Policy { swap, ..Policy::default() });
    world.save(&other_user(), Slot::Active, &OLD.certificate, after("1h")).unwrap();
    let taken_over = swap.looked_at(*EXPIRY);
    let theft = taken_over + Span::from_minutes(20);
    world.provision(&other_user(), TEST, theft);
    check_boundary(&world, &NEW, theft, ["token", "token"]);
}
