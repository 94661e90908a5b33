//! Facts are all that a node is, but for its keys.

use parties::{Core, Fact as _};
use stage::start;

use crate::world::{Node, SMDB, STS, answer_to, called, kept, token_for};

#[test]
fn a_call_goes_on_after_every_restart() {
    let mut node = Node::new();
    let message = node.begin(start());
    let mut node = node.replayed();
    let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
    let message_id = called(&call).message_id.unwrap().into_unverified();
    let mut node = node.replayed();
    let answer = answer_to(&message_id, &SMDB, start());
    assert_eq!(node.outcome(&answer, start()), Ok(()));
}

#[test]
fn a_message_that_was_sent_has_a_key_of_its_own() {
    let mut node = Node::new();
    let message = node.begin(start());
    let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
    let message_id = called(&call).message_id.unwrap().into_unverified();
    node.outcome(&answer_to(&message_id, &SMDB, start()), start()).unwrap();
    let keys: Vec<_> = node.facts.iter().map(|json| kept(json).unique_key()).collect();
    assert_eq!(keys.len(), 5, "configured, started, sent, sent, concluded");
    assert!(keys[0].is_none() && keys[1].is_none() && keys[4].is_none());
    assert_ne!(keys[2].as_ref().unwrap(), keys[3].as_ref().unwrap());
}

#[test]
fn a_decision_changes_nothing_but_by_its_facts() {
    let node = Node::new();
    let before = node.wsc.clone();
    let event = wsc::exchange::Event::Begin(crate::world::order());
    let entropy = &mut entropy::Entropy::seeded(1, "client", "test");
    let (_, facts) = node.wsc.decide(&event, start(), entropy);
    assert_eq!(facts.len(), 1);
    assert_eq!(node.wsc, before);
}
