//! Facts are all that MitID Erhverv is.

use std::collections::BTreeSet;

use parties::{Core, Fact};
use proptest::{prelude::*, test_runner::RngSeed};
use sim_mitid::{Answer, Request};
use stage::start;

use crate::{
    history::{History, acts},
    world::{STAGE, TEST, World, empty, kept, signing_request},
};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        rng_seed: RngSeed::Fixed(31),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn facts_survive_json_and_give_an_equal_mitid(acts in acts()) {
        let history = History::of(&acts);
        let mut copy = empty(history.world.mitid.policy().clone());
        history.facts().into_iter().for_each(|fact| copy.apply(fact));
        prop_assert_eq!(&copy, &history.world.mitid);
        // Equal is also what it would do.
        for probe in history.probes() {
            let objections = |mitid| parties::Diagnose::diagnose(mitid, &probe, history.now);
            prop_assert_eq!(objections(&copy), objections(&history.world.mitid));
        }
        prop_assert_eq!(copy.next_change(start()), history.world.mitid.next_change(start()));
    }

    #[test]
    fn a_key_that_may_occur_once_occurs_once(acts in acts()) {
        let history = History::of(&acts);
        let mut seen = BTreeSet::new();
        for fact in history.facts() {
            if let Some(key) = fact.unique_key() {
                prop_assert!(seen.insert(key.clone()), "{:?}", key);
            }
        }
        prop_assert!(seen.iter().any(|key| key.kind == "closed-order"));
    }

    /// What is refused changes nothing, but that wrong codes are counted.
    #[test]
    fn a_refusal_changes_nothing_but_the_count_of_wrong_codes(acts in acts()) {
        let history = History::of(&acts);
        for (request, now, before, refused) in &history.asked {
            let entropy = &mut entropy::Entropy::seeded(5, "mitid", "again");
            let (_, facts) = before.decide(request, *now, entropy);
            if refused.is_some() {
                let counted = facts
                    .iter()
                    .all(|fact| matches!(fact, sim_mitid::Fact::WrongCodeTried { .. }));
                prop_assert!(counted, "{:?}", facts);
                prop_assert!(facts.is_empty() || *refused == Some("wrong-code"));
            }
        }
    }
}

/// What was ordered before can be fetched after, and what was fetched cannot.
#[test]
fn codes_survive_too() {
    let mut world = World::new();
    let (open, used) = (world.order(TEST, start()), world.order(TEST, start()));
    world.fetch(used.clone(), &STAGE.key(0), start()).unwrap();
    let mut copy = World { mitid: empty(world.mitid.policy().clone()), ..world.clone() };
    world.facts.iter().for_each(|json| copy.mitid.apply(kept(json)));
    assert!(copy.fetch(used, &STAGE.key(1), start()).is_err());
    assert!(copy.fetch(open, &STAGE.key(1), start()).is_ok());
}

/// Two who use the same code at the same time both get an answer, and only one fact can stand.
#[test]
fn two_certificates_for_one_code_have_the_same_key() {
    let mut world = World::new();
    let (reference, code) = world.order(TEST, start());
    let decide = |request: &Request| {
        let entropy = &mut entropy::Entropy::seeded(9, "mitid", "race");
        world.mitid.decide(request, start(), entropy)
    };
    let fetch = |key| {
        let request = Ok(signing_request(&STAGE.key(key)));
        let (reference, code) = (reference.clone(), code.clone());
        let (answer, facts) = decide(&Request::Issue { reference, code, request });
        assert!(matches!(answer, Answer::Issued(_)));
        facts[0].unique_key().unwrap()
    };
    assert_eq!(fetch(0), fetch(1));
    // One who cancels meanwhile too.
    let (_, facts) = decide(&Request::Cancel { reference: reference.clone() });
    assert_eq!(facts[0].unique_key().unwrap(), fetch(0));
}

/// Two who guess at the same time count as one: both tried the same attempt.
#[test]
fn an_attempt_has_its_number() {
    let mut world = World::new();
    let (reference, _) = world.order(TEST, start());
    for attempt in 1..=5 {
        let wrong = "wrong".to_owned().into();
        world.fetch((reference.clone(), wrong), &STAGE.key(0), start()).unwrap_err();
        let key = kept(world.facts.last().unwrap()).unique_key().unwrap();
        assert_eq!((key.kind.as_str(), key.value), ("attempt", format!("{reference}/{attempt}")));
    }
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
