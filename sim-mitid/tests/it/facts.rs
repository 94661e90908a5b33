//! Facts are all that MitID Erhverv is.

use parties::{Core, Environment, Fact};
use sim_mitid::Answer;
use stage::start;

use crate::world::{PRODUCTION, STAGE, TEST, World, after, empty, kept};

/// Ordered, issued, renewed and revoked, in both hierarchies.
fn history() -> World {
    let mut world = World::new();
    let first = world.issue(0, start());
    let second = world.renew(*first.serial(), &STAGE.key(1), after("1h")).unwrap();
    world.revoke(*first.serial(), after("2h")).unwrap();
    world.renew(*second.serial(), &STAGE.key(2), after("3h")).unwrap();
    let order = world.order(PRODUCTION, after("4h"));
    world.fetch(order, &STAGE.key(4), after("5h")).unwrap();
    world.order(TEST, after("6h"));
    world
}

#[test]
fn facts_survive_json_and_give_an_equal_mitid() {
    let world = history();
    assert_eq!(world.facts.len(), 8);
    let mut copy = World { mitid: empty(), ..world.clone() };
    world.facts.iter().for_each(|json| copy.mitid.apply(kept(json)));
    assert_eq!(format!("{:?}", copy.mitid), format!("{:?}", world.mitid));
    for environment in Environment::ALL {
        let entries = |world: &World| {
            let list = world.clone().revocation_list(environment, after("7h"));
            (list.number(), list.entries().copied().collect::<Vec<_>>())
        };
        assert_eq!(entries(&copy), entries(&world));
    }
    assert_eq!(copy.mitid.next_change(start()), world.mitid.next_change(start()));
}

/// What was ordered before can be fetched after, and what was fetched cannot.
#[test]
fn codes_survive_too() {
    let mut world = World::new();
    let (open, used) = (world.order(TEST, start()), world.order(TEST, start()));
    world.fetch(used.clone(), &STAGE.key(0), start()).unwrap();
    let mut copy = World { mitid: empty(), ..world.clone() };
    world.facts.iter().for_each(|json| copy.mitid.apply(kept(json)));
    assert!(copy.fetch(used, &STAGE.key(1), start()).is_err());
    assert!(copy.fetch(open, &STAGE.key(1), start()).is_ok());
}

#[test]
fn a_key_that_may_occur_once_occurs_once() {
    let world = history();
    let mut keys: Vec<_> =
        world.facts.iter().map(|json| kept(json).unique_key().unwrap()).collect();
    let count = |kind: &str| keys.iter().filter(|key| key.kind == kind).count();
    assert_eq!(["order", "issue", "serial", "revocation"].map(count), [3, 2, 2, 1]);
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 8);
}

/// Two who use the same code at the same time both get an answer, and only one fact can stand.
#[test]
fn two_certificates_for_one_code_have_the_same_key() {
    let mut world = World::new();
    let (reference, code) = world.order(TEST, start());
    let fetch = |key| {
        let request = crate::world::signing_request(&STAGE.key(key));
        let (reference, code) = (reference.clone(), code.clone());
        let request = sim_mitid::Request::Issue { reference, code, request };
        let entropy = &mut entropy::Entropy::seeded(key as u64, "mitid", "race");
        let (answer, facts) = world.mitid.decide(&request, start(), entropy);
        assert!(matches!(answer, Answer::Issued(_)));
        facts[0].unique_key()
    };
    assert_eq!(fetch(0), fetch(1));
}

#[test]
fn the_same_decision_with_the_same_randomness_says_the_same() {
    let decide = |key| {
        let mut world = World::new();
        let certificate = world.issue(key, start());
        (*certificate.serial(), certificate.subject().clone())
    };
    // Another key and another signature, and nothing else is another.
    assert_eq!(decide(0), decide(1));
}
