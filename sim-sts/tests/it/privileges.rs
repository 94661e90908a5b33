//! What a system user may do, and from when: requested, approved, withdrawn, and by power of
//! attorney.

use clock::{Span, Timestamp};
use parties::{Cvr, Environment, Slot};
use sim_sts::{
    Policy,
    administration::{PowerOfAttorney, Privilege, Request},
};
use stage::{INSTANT, start};

use crate::world::{OLD, PRODUCTION, TEST, World, after, service, user};

fn cvr(text: &str) -> Cvr {
    text.parse().unwrap()
}

fn privilege(environment: Environment) -> Privilege {
    Privilege { environment, audience: service(), uri: "urn:x".to_owned() }
}

fn request(environment: Environment) -> Request {
    Request::RequestPrivilege { system_user: user(), privilege: privilege(environment) }
}

fn approve(environment: Environment) -> Request {
    Request::ApprovePrivilege { system_user: user(), privilege: privilege(environment) }
}

fn refuse() -> Request {
    Request::RefusePrivilege { system_user: user(), privilege: privilege(TEST) }
}

fn withdraw() -> Request {
    Request::WithdrawPrivilege { system_user: user(), privilege: privilege(TEST) }
}

fn power(grantor: &str) -> PowerOfAttorney {
    let (grantor, attorney) = (cvr(grantor), cvr("90000001"));
    PowerOfAttorney { grantor, attorney, privilege: privilege(TEST) }
}

/// A system user without a privilege; [`OLD`] is in force.
fn world(policy: Policy) -> World {
    let mut world = World::with_policy(policy);
    let click = withdraw_first(&world);
    world.click(&click, after("-20d")).unwrap();
    world.save(&user(), Slot::Active, &OLD.certificate, after("-1d")).unwrap();
    world.provision(&user(), TEST, after("-1d"));
    world
}

/// What every world begins with is taken back.
fn withdraw_first(world: &World) -> Request {
    let held = &world.sts.administration().system_user(&user()).unwrap().privileges;
    let privilege = held.keys().next().unwrap().clone();
    Request::WithdrawPrivilege { system_user: user(), privilege }
}

/// For whom a token that is asked for at `now` grants the privilege.
fn granted(world: &World, now: Timestamp) -> Vec<String> {
    let reply = world.clone().ask(&OLD, now);
    let groups = reply.assertion().privileges.clone().unwrap_or_default().groups;
    let said = groups.into_iter().map(|group| match group.scope {
        oio_idws::privileges::Scope::Cvr(cvr) => format!("{cvr} {}", group.privileges.join(" ")),
        oio_idws::privileges::Scope::Other(other) => other,
    });
    said.collect()
}

#[track_caller]
fn check(world: &World, boundary: Timestamp, until: &[&str], from: &[&str]) {
    assert_eq!(granted(world, boundary - INSTANT), until);
    assert_eq!(granted(world, boundary), from);
    assert_eq!(granted(world, boundary + INSTANT), from);
}

const OWN: &str = "90000001 urn:x";

#[test]
fn a_privilege_counts_when_it_is_approved_and_no_longer_when_it_is_withdrawn() {
    let mut world = world(Policy::default());
    world.click(&request(TEST), after("1m")).unwrap();
    assert_eq!(granted(&world, after("2m")), [""; 0]);
    world.click(&approve(TEST), after("10m")).unwrap();
    check(&world, after("10m"), &[], &[OWN]);
    world.click(&withdraw(), after("20m")).unwrap();
    check(&world, after("20m"), &[OWN], &[]);
    assert_eq!(granted(&world, after("15m")), [OWN]);
}

#[test]
fn a_privilege_that_was_refused_never_counts_and_may_be_requested_again() {
    let mut world = world(Policy::default());
    world.click(&request(TEST), start()).unwrap();
    world.click(&refuse(), start()).unwrap();
    assert_eq!(granted(&world, start()), [""; 0]);
    assert!(world.click(&approve(TEST), start()).is_err());
    world.click(&request(TEST), start()).unwrap();
    world.click(&approve(TEST), start()).unwrap();
    assert_eq!(granted(&world, start()), [OWN]);
}

#[test]
fn a_privilege_holds_in_the_environment_that_it_was_approved_for() {
    let mut world = world(Policy::default());
    world.click(&request(PRODUCTION), start()).unwrap();
    world.click(&approve(PRODUCTION), start()).unwrap();
    assert_eq!(granted(&world, start()), [""; 0]);
}

#[test]
fn a_power_of_attorney_adds_its_grantor_to_what_was_approved() {
    let mut world = world(Policy::default());
    let give = |grantor: &str| Request::GivePowerOfAttorney { power: power(grantor) };
    // It gives nothing to whom nothing was approved.
    world.click(&give("90000002"), start()).unwrap();
    assert_eq!(granted(&world, start()), [""; 0]);
    world.click(&request(TEST), start()).unwrap();
    world.click(&approve(TEST), start()).unwrap();
    assert_eq!(granted(&world, start()), [OWN, "90000002 urn:x"]);
    world.click(&give("90000003"), after("1h")).unwrap();
    let both = [OWN, "90000002 urn:x"];
    check(&world, after("1h"), &both, &[OWN, "90000002 urn:x", "90000003 urn:x"]);
    let withdraw = Request::WithdrawPowerOfAttorney { power: power("90000002") };
    world.click(&withdraw, after("90m")).unwrap();
    check(
        &world,
        after("90m"),
        &[OWN, "90000002 urn:x", "90000003 urn:x"],
        &[OWN, "90000003 urn:x"],
    );
}

#[test]
fn a_privilege_waits_for_the_activation_delay_like_a_certificate() {
    let activation_delay = Span::from_minutes(5);
    let mut world = world(Policy { activation_delay, ..Policy::default() });
    world.click(&request(TEST), start()).unwrap();
    world.click(&approve(TEST), start()).unwrap();
    check(&world, after("5m"), &[], &[OWN]);
    assert_eq!(world.sts.next_change(start()), Some(after("5m")));
}

#[test]
fn everything_that_is_provisioned_takes_effect_at_one_instant() {
    let activation_delay = Span::from_minutes(5);
    let mut world = world(Policy { activation_delay, ..Policy::default() });
    let entity_id: parties::EntityId = "https://renamed.invalid".parse().unwrap();
    let rename = Request::SaveEntityId { system_user: user(), entity_id: entity_id.clone() };
    world.click(&rename, start()).unwrap();
    let subject = |world: &World, now| world.clone().ask(&OLD, now).assertion().subject.clone();
    let before = crate::world::entity_id(&user());
    // Saved, it changes nothing.
    assert_eq!(subject(&world, after("10m")), before);
    world.provision(&user(), TEST, after("10m"));
    assert_eq!(subject(&world, after("15m") - INSTANT), before);
    assert_eq!(subject(&world, after("15m")), entity_id);
}
