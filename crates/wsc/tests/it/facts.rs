//! Facts are all that a node is, but for its keys.

use parties::{Core, Fact as _, Recorded};
use stage::start;
use wsc::Fact;

use crate::world::{Node, OLD, SMDB, STS, answer_to, called, token_for};

fn kept(json: &str) -> Fact {
    let recorded: Recorded<Fact> = serde_json::from_str(json).unwrap();
    recorded.fact
}

/// A node that has only the keys and the facts of another.
fn replayed(node: &Node) -> Node {
    let mut copy = Node::bare(clock::Span::ZERO);
    copy.wsc.key_store().install(OLD.clone());
    node.facts.iter().for_each(|json| copy.wsc.apply(kept(json)));
    copy.facts.clone_from(&node.facts);
    copy
}

#[test]
fn a_call_goes_on_after_every_restart() {
    let mut node = Node::new();
    let message = node.begin(start());
    let mut node = replayed(&node);
    let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
    let message_id = called(&call).message_id.unwrap().into_unverified();
    let mut node = replayed(&node);
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
    assert_eq!(keys.len(), 4, "deployed, sent, sent, concluded");
    assert!(keys[0].is_none() && keys[3].is_none());
    assert_ne!(keys[1].as_ref().unwrap(), keys[2].as_ref().unwrap());
}

#[test]
fn a_decision_changes_nothing_but_by_its_facts() {
    let node = Node::new();
    let before = format!("{:?}", node.wsc);
    let event = wsc::exchange::Event::Begin(crate::world::order());
    let entropy = &mut entropy::Entropy::seeded(1, "client", "test");
    let (_, facts) = node.wsc.decide(&event, start(), entropy);
    assert_eq!(facts.len(), 1);
    assert_eq!(format!("{:?}", node.wsc), before);
}
