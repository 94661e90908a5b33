//! Where a call fails, and at which step.

use oio_idws::{
    fault::{FaultShape, ServiceFault, ServiceFaultCode, StsFault, StsFaultCode},
    soap::Version,
};
use parties::{Core, Step};
use stage::{start, tampered};
use wsc::{
    Failure,
    exchange::{Action, Event},
};

use crate::world::{Node, OLD, SMDB, STRANGER, STS, answer_to, called, order, token_for};

fn check(outcome: Result<(), Failure>, step: Step, name: &str) -> Failure {
    let failure = outcome.unwrap_err();
    assert_eq!((failure.step(), failure.name()), (step, name), "{failure}");
    failure
}

/// A node that waits for the STS, and what it asked.
fn asking() -> (Node, String) {
    let mut node = Node::new();
    let message = node.begin(start());
    (node, message)
}

/// A node that waits for the service, and the id of its call.
fn calling() -> (Node, String) {
    let (mut node, message) = asking();
    let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
    let message_id = called(&call).message_id.unwrap().into_unverified();
    (node, message_id)
}

#[test]
fn a_fault_of_the_sts_ends_a_call_at_step_1() {
    for shape in [FaultShape::NemLogin, FaultShape::Conformant] {
        let (mut node, _) = asking();
        let fault = StsFault::write(StsFaultCode::FailedAuthentication, "uuid:1", None, shape);
        let failure = check(node.outcome(&fault, start()), Step::One, "sts-refused");
        let said = "the STS refused: Authentication failed (FailedAuthentication)";
        assert_eq!(failure.to_string(), said);
    }
}

#[test]
fn a_fault_of_the_service_ends_a_call_at_step_3() {
    let (mut node, message_id) = calling();
    let code = ServiceFaultCode::FailedAuthentication;
    let fault = ServiceFault::write(Version::Soap12, code, "no", "urn:uuid:1", Some(&message_id));
    let failure = check(node.outcome(&fault, start()), Step::Three, "service-refused");
    assert_eq!(failure.to_string(), "the service refused: no (FailedAuthentication)");
}

#[test]
fn a_token_for_another_request_is_refused() {
    let (_, other) = asking();
    let (mut node, message) = {
        let mut node = Node::new();
        node.begin(start());
        let message = node.begin(start());
        (node, message)
    };
    assert_ne!(other, message);
    let outcome = node.outcome(&token_for(&other, &STS, start()), start());
    check(outcome, Step::One, "wrong-answer");
}

#[test]
fn an_answer_to_another_call_is_refused() {
    let (mut node, _) = calling();
    let answer = answer_to("urn:uuid:another", &SMDB, start());
    let failure = check(node.outcome(&answer, start()), Step::Three, "wrong-answer");
    assert!(failure.to_string().contains("urn:uuid:another"), "{failure}");
}

#[test]
fn an_answer_by_another_than_the_pinned_sts_is_refused() {
    let (mut node, message) = asking();
    let outcome = node.outcome(&token_for(&message, &STRANGER, start()), start());
    let failure = check(outcome, Step::One, "sts-answer-unusable");
    assert_eq!(
        failure.finding().got.da,
        "STS'ens signatur på svaret kan ikke bekræftes: signaturen er ikke lavet med denne nøgle"
    );
}

#[test]
fn an_answer_by_another_than_the_pinned_service_is_refused() {
    let (mut node, message_id) = calling();
    let outcome = node.outcome(&answer_to(&message_id, &STRANGER, start()), start());
    check(outcome, Step::Three, "service-answer-unusable");
}

#[test]
fn an_answer_that_was_changed_is_refused() {
    let (mut node, message) = asking();
    let answer = tampered(&token_for(&message, &STS, start()), "T16:00:00Z", "T17:00:00Z");
    check(node.outcome(&answer, start()), Step::One, "sts-answer-unusable");
    let (mut node, message_id) = calling();
    let answer = tampered(&answer_to(&message_id, &SMDB, start()), "<Done ", "<Undone ");
    check(node.outcome(&answer, start()), Step::Three, "service-answer-unusable");
}

#[test]
fn an_answer_that_is_none_is_refused() {
    for nonsense in ["", "<html/>", "<a", "<!DOCTYPE a><a/>"] {
        let (mut node, _) = asking();
        let failure = check(node.outcome(nonsense, start()), Step::One, "sts-answer-unusable");
        let da = failure.finding().got.da;
        assert!(da.starts_with("STS'ens svar kan ikke læses: "), "{da}");
        let (mut node, _) = calling();
        let outcome = node.outcome(nonsense, start());
        let failure = check(outcome, Step::Three, "service-answer-unusable");
        let da = failure.finding().got.da;
        assert!(da.starts_with("tjenestens svar kan ikke læses: "), "{da}");
    }
}

/// The answer of one of them is not an answer of the other.
#[test]
fn answers_out_of_turn_are_refused() {
    let (mut node, _) = asking();
    let answer = answer_to("urn:uuid:1", &SMDB, start());
    check(node.outcome(&answer, start()), Step::One, "sts-answer-unusable");
    let (mut node, _) = calling();
    let (_, message) = asking();
    let answer = token_for(&message, &STS, start());
    check(node.outcome(&answer, start()), Step::Three, "service-answer-unusable");
    let mut node = Node::new();
    assert!(matches!(node.wsc.read(answer.as_bytes()), Event::Unexpected));
    check(node.outcome(&answer, start()), Step::One, "unexpected-answer");
}

#[test]
fn without_a_certificate_nothing_is_sent() {
    let mut node = Node::bare(clock::Span::ZERO);
    check(node.done(&Event::Begin(order()), start()), Step::One, "no-certificate");
    // It is installed, and the configuration names none.
    node.wsc.key_store().install(OLD.clone());
    check(node.done(&Event::TakeUp, start()), Step::One, "no-certificate");
    check(node.done(&Event::Begin(order()), start()), Step::One, "no-certificate");
    node.deploy(&OLD);
    node.begin(start());
}

#[test]
fn after_a_failure_the_next_call_begins_anew() {
    let (mut node, _) = asking();
    let fault = StsFault::write(StsFaultCode::RequestFailed, "uuid:1", None, FaultShape::NemLogin);
    check(node.outcome(&fault, start()), Step::One, "sts-refused");
    let message = node.begin(start());
    let (action, _) = node.receive(&token_for(&message, &STS, start()), start());
    assert!(matches!(action, Action::CallService { .. }), "{action:?}");
}
