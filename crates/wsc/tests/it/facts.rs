//! Facts are all that a node is, but for its keys.

use oio_idws::{call::ServiceReply, fault::ServiceFault};
use parties::{ClientProfile, Core, Fact as _};
use stage::start;
use wsc::{
    OnFault, Settings,
    exchange::{Action, Event},
};

use crate::world::{Node, OLD, SMDB, STS, answer_to, called, kept, order, token_for};

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
    let event = Event::Begin(order());
    let entropy = &mut entropy::Entropy::seeded(1, "client", "test");
    let (_, facts) = node.wsc.decide(&event, start(), entropy);
    assert_eq!(facts.len(), 1);
    assert_eq!(node.wsc, before);
}

/// What is sent may be about a citizen: whoever stores the facts of a node reads nothing of it.
#[test]
fn a_fact_tells_nothing_of_an_order() {
    let mut settings = Settings::of(ClientProfile::DotnetCacheByEndpoint);
    settings.on_fault = OnFault::RetryOnceWithFreshToken;
    let mut node = Node::with(settings);
    node.deploy(&OLD);
    // The first call asks the STS; the second has a token, and remembers its order for another try.
    for _ in 0..2 {
        let action = node.decide(&Event::Begin(order()), start());
        if matches!(action, Action::AskSts { .. }) {
            let message = node.begin(start());
            node.receive(&token_for(&message, &STS, start()), start());
        }
    }
    assert!(node.facts.iter().any(|fact| fact.contains("again")), "{:?}", node.facts);
    for fact in &node.facts {
        assert!(!fact.contains("<Do") && !fact.contains("xmlns=\\\"urn:sim"), "{fact}");
    }
    // Without the key that it was sealed with, an order cannot be gone on with.
    let fault = ServiceFault { code: "FailedAuthentication".to_owned(), text: "no".to_owned() };
    let refused = Event::ServiceAnswered(Ok(ServiceReply::Fault(fault)));
    node.wsc.key_store().install_without_key(OLD.certificate.clone());
    let failure = node.done(&refused, start()).unwrap_err();
    assert_eq!(failure.name(), "key-missing");
}
