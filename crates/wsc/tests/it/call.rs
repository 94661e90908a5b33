//! One call, from the order to the receipt.

use clock::Span;
use oio_idws::{
    Binding,
    framework::Framework,
    soap::{MessageTime, Version},
    trust::TokenRequest,
};
use parties::ClientProfile;
use stage::start;
use wsc::{
    Settings, Thumbprint,
    exchange::{Action, Event},
};

use crate::model::is_java;
use crate::world::{
    NEW, Node, OLD, SERVICE, SMDB, STS, answer_to, asked, by_soap, called, order, token_for,
};

#[test]
fn an_order_goes_to_the_sts_then_to_the_service() {
    let mut node = Node::new();
    let message = node.begin(start());
    let (request, received) = asked(&message);
    let expected = TokenRequest::of_system_user(
        request.message_id.clone(),
        request.context.clone(),
        SERVICE.to_owned(),
        start(),
        start() + Span::from_minutes(5),
    );
    assert_eq!(request, expected);
    assert_eq!(received.signed.unwrap().certificate, OLD.certificate);

    let later = start() + Span::from_seconds(1);
    let (action, call) = node.receive(&token_for(&message, &STS, later), later);
    assert!(matches!(action, Action::CallService { .. }), "{action:?}");
    let received = called(&call);
    let time = MessageTime { created: Some(later), expires: later + Span::from_minutes(5) };
    assert_eq!(received.time.unverified(), &time);
    assert_eq!(received.token.unwrap().assertion.holder, OLD.certificate);
    let signed = received.message.unwrap().unwrap();
    assert_eq!(signed.action, Some(order().action));

    let answer = answer_to(&signed.message_id, &SMDB, later);
    assert_eq!(node.outcome(&answer, later), Ok(()));
}

/// The service may be set to the profile before the present one; then its clients are too.
#[test]
fn a_client_may_call_in_libertys_binding() {
    for profile in ClientProfile::ALL {
        let mut node = Node::with(Settings { binding: Binding::Lbsb, ..by_soap(profile) });
        node.deploy(&OLD);
        let message = node.begin(start());
        let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
        let received = called(&call);
        assert_eq!(received.version, Version::Soap11);
        let signed = received.message.unwrap().unwrap();
        let expected = match profile {
            ClientProfile::CoreNewKeyOldToken => Framework::Sb2006,
            ClientProfile::NoCache
            | ClientProfile::RestartOnSwap
            | ClientProfile::JavaRestFixedCache
            | ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::DotnetRest => Framework::Sb,
        };
        assert_eq!(signed.framework, Ok(expected), "{profile:?}");
        assert_eq!(signed.action, Some(order().action));
        let answer = answer_to(&signed.message_id, &SMDB, start());
        assert_eq!(node.outcome(&answer, start()), Ok(()));
    }
}

#[test]
fn without_a_cache_every_order_asks_anew() {
    let mut node = Node::new();
    let mut ids = Vec::new();
    for minute in 0..3 {
        let now = start() + Span::from_minutes(minute);
        let message = node.begin(now);
        let (request, _) = asked(&message);
        let (_, call) = node.receive(&token_for(&message, &STS, now), now);
        let signed = called(&call).message.unwrap().unwrap();
        assert_eq!(node.outcome(&answer_to(&signed.message_id, &SMDB, now), now), Ok(()));
        ids.extend([request.message_id, request.context, signed.message_id]);
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "no id is used twice");
}

#[test]
fn a_certificate_signs_from_the_call_after_it_was_deployed() {
    let mut node = Node::new();
    let signed_by = |node: &mut Node| {
        let (_, received) = asked(&node.begin(start()));
        received.signed.unwrap().certificate
    };
    assert_eq!(signed_by(&mut node), OLD.certificate);
    node.deploy(&NEW);
    assert_eq!(signed_by(&mut node), NEW.certificate);
    assert_eq!(node.wsc.present(), Some(&Thumbprint::of(&NEW.certificate)));
}

#[test]
fn a_clock_that_is_off_shows_in_both_messages() {
    for skew in [Span::from_minutes(7), Span::from_minutes(-7)] {
        let mut node = Node::bare(skew);
        node.deploy(&OLD);
        let message = node.begin(start());
        let theirs = start() + skew;
        assert_eq!(asked(&message).0.time.created, Some(theirs));
        let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
        let time = *called(&call).time.unverified();
        assert_eq!(time.created, Some(theirs));
        assert_eq!(time.expires, theirs + Span::from_minutes(5));
    }
}

/// What an order says is about a citizen, and a token is a secret: neither is shown.
#[test]
fn neither_an_order_nor_a_token_is_shown() {
    let mut node = Node::new();
    let message = node.begin(start());
    let begun = format!("{:?} {:?}", Event::Begin(order()), node.wsc);
    let (action, _) = node.receive(&token_for(&message, &STS, start()), start());
    for shown in [begun, format!("{action:?} {:?}", node.wsc)] {
        assert!(!shown.contains("<Do") && !shown.contains("EncryptedData"), "{shown}");
    }
}

/// The messages of the Java client and of the .NET client say the same, in two manners of writing.
#[test]
fn each_profile_writes_as_its_kind_does() {
    for profile in ClientProfile::ALL {
        let mut node = Node::of(profile);
        let message = node.begin(start());
        let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
        assert_eq!(asked(&message).0.applies_to, SERVICE);
        let signed = called(&call).message.unwrap().unwrap();
        assert_eq!(signed.action, Some(order().action));
        let java = is_java(profile);
        for written in [message, call] {
            assert_eq!(written.contains("<ds:Signature"), java, "{profile}");
        }
    }
}
