//! Facts are all that SMDB is.

use clock::Timeline;
use oio_idws::assertion::Assertion;
use parties::{Core, Fact};
use sim_smdb::{Policy, contract::Submission};
use stage::start;

use crate::world::{STS, World, after, assertion, cvr, empty, kept, may_submit_for, submission};

/// Submissions by two organisations, some of them twice.
fn history() -> World {
    let mut world = World::new();
    for (reference, span) in [("a", "0s"), ("b", "1m"), ("a", "2m"), ("c", "30m")] {
        let reply = world.submit(&assertion(), &submission(reference), after(span));
        assert_eq!(reply.name(), "received");
    }
    let other = Submission { authority: cvr("90000002"), ..submission("a") };
    let attorney = Assertion { privileges: may_submit_for("90000002"), ..assertion() };
    assert_eq!(world.submit(&attorney, &other, after("30m")).name(), "received");
    world
}

#[test]
fn facts_survive_json_and_give_an_equal_smdb() {
    let mut world = history();
    let sts = Timeline::starting(after("-30d"), STS.certificate.clone());
    let mut copy = world.clone();
    copy.smdb = empty(Policy::default(), sts);
    world.facts.iter().for_each(|json| copy.smdb.apply(kept(json)));
    assert_eq!(format!("{:?}", copy.smdb), format!("{:?}", world.smdb));
    assert_eq!(copy.smdb.ledger(), world.smdb.ledger());
    let again = |world: &mut World| {
        let reply = world.submit(&assertion(), &submission("b"), after("31m"));
        (format!("{:?}", reply.answer), reply.receipt())
    };
    assert_eq!(again(&mut copy), again(&mut world));
}

#[test]
fn a_key_that_may_occur_once_occurs_once() {
    let world = history();
    let mut keys: Vec<_> =
        world.facts.iter().map(|json| kept(json).unique_key().unwrap()).collect();
    assert_eq!(keys.iter().filter(|key| key.kind == "submission").count(), 4);
    assert_eq!(keys.iter().filter(|key| key.kind == "message").count(), 5);
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 9);
}

#[test]
fn a_decision_changes_nothing_but_by_its_facts() {
    let mut world = World::new();
    let message = world.written(start());
    let request = world.smdb.read(message.as_bytes());
    let before = format!("{:?}", world.smdb);
    let entropy = &mut entropy::Entropy::seeded(2, "smdb", "test");
    let (_, facts) = world.smdb.decide(&request, start(), entropy);
    assert_eq!(facts.len(), 2);
    assert_eq!(format!("{:?}", world.smdb), before);
}

#[test]
fn nothing_changes_by_itself_but_whom_smdb_trusts() {
    assert_eq!(history().smdb.next_change(start()), None);
}
