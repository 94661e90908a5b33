//! Several clients in one process, and what a refusal makes of a kept token.

use clock::Span;
use oio_idws::{call::ServiceReply, fault::ServiceFault};
use parties::{ClientProfile, Step};
use stage::start;
use wsc::{
    Fact, OnFault, Settings,
    exchange::{Action, Event},
};

use crate::{
    model::{Answers, Machine},
    world::{NEW, Node, OLD, SMDB, STS, answer_to, by_soap, called, kept, order, token_for},
};

/// A client that calls for one municipality; those of one process read the same key store.
fn tenant(profile: ClientProfile, cvr: &str) -> Node {
    let tenant = Some(cvr.parse().unwrap());
    let mut node = Node::with(Settings { tenant, ..by_soap(profile) });
    for credential in [&OLD, &NEW] {
        node.wsc.key_store().install((*credential).clone());
    }
    node
}

/// Lets one node call, and the other hear what it remembered.
fn call_beside(node: &mut Node, other: &mut Node) {
    let before = node.facts.len();
    let message = node.begin(start());
    let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
    let id = called(&call).message_id.unwrap().into_unverified();
    node.outcome(&answer_to(&id, &SMDB, start()), start()).unwrap();
    node.facts[before..].iter().for_each(|fact| other.wsc.overhear(&kept(fact)));
}

/// The cache of the .NET client belongs to the process and knows services alone: the second
/// municipality calls with the token, and the key, of the first.
#[test]
fn a_cache_that_knows_services_alone_serves_one_tenant_with_the_token_of_another() {
    for profile in ClientProfile::ALL {
        let mut first = tenant(profile, "90000001");
        first.deploy(&OLD);
        let mut second = tenant(profile, "90000002");
        second.deploy(&NEW);
        call_beside(&mut first, &mut second);
        let (action, message) = second.tell(&Event::Begin(order()), start());
        match (profile, action) {
            (ClientProfile::DotnetCacheByEndpoint, Action::CallService { .. }) => {
                let holder = called(&message).token.unwrap().assertion.holder;
                assert_eq!(holder, OLD.certificate);
                assert!(called(&message).message.unwrap().is_ok(), "signed by its holder");
            }
            (ClientProfile::DotnetRest, Action::CallService { .. }) => {
                let holder = called(&message).token.unwrap().assertion.holder;
                assert_eq!(holder, OLD.certificate);
            }
            (
                ClientProfile::NoCache
                | ClientProfile::RestartOnSwap
                | ClientProfile::JavaRestFixedCache
                | ClientProfile::CoreNewKeyOldToken,
                Action::AskSts { .. },
            ) => {}
            (_, other) => panic!("{profile}: {other:?}"),
        }
    }
}

/// A cache that two nodes of one tenant share: the one that has swapped signs with its new key over
/// the token of the other.
#[test]
fn a_shared_token_does_not_fit_the_key_of_another_node() {
    let mut first = tenant(ClientProfile::CoreNewKeyOldToken, "90000001");
    first.deploy(&OLD);
    let mut second = tenant(ClientProfile::CoreNewKeyOldToken, "90000001");
    second.deploy(&NEW);
    call_beside(&mut first, &mut second);
    let (action, message) = second.tell(&Event::Begin(order()), start());
    assert!(matches!(action, Action::CallService { .. }), "{action:?}");
    assert!(called(&message).message.unwrap().is_err(), "not signed by the holder");
}

/// Only what is kept and dropped is shared: whom a node waits for is its own.
#[test]
fn nothing_else_is_overheard() {
    let mut node = Node::of(ClientProfile::DotnetCacheByEndpoint);
    let mut other = Node::of(ClientProfile::DotnetCacheByEndpoint);
    let alone = other.wsc.clone();
    node.begin(start());
    node.facts.iter().for_each(|fact| other.wsc.overhear(&kept(fact)));
    assert_eq!(other.wsc, alone);
    // What one keeps and drops, the other has and loses.
    call_beside(&mut node, &mut other);
    assert_eq!(other.wsc.kept_tokens().count(), 1);
    let late = start() + Span::from_hours(8);
    let before = node.facts.len();
    node.begin(late);
    let facts: Vec<Fact> = node.facts[before..].iter().map(|fact| kept(fact)).collect();
    assert!(matches!(facts[0], Fact::Dropped(_)), "{facts:?}");
    facts.iter().for_each(|fact| other.wsc.overhear(fact));
    assert_eq!(other.wsc.kept_tokens().count(), 0);
}

fn machine(on_fault: OnFault) -> Machine {
    let settings = Settings::of(ClientProfile::CoreNewKeyOldToken);
    Machine::with(Settings { on_fault, ..settings })
}

/// The new key does not fit the old token: by itself a client is down until the token goes.
#[test]
fn one_more_try_with_a_fresh_token_mends_a_kept_one() {
    let all = vec![(0, 1_000)];
    let accepted = [all.clone(), all, Vec::new()];
    let answers = Answers { accepted, refused_by_service: [None; 3], life: 500 };
    for (on_fault, expected) in
        [(OnFault::GiveUp, Err(Step::Three)), (OnFault::RetryOnceWithFreshToken, Ok(()))]
    {
        let mut machine = machine(on_fault);
        assert_eq!(machine.call(&answers, 0), Ok(()));
        machine.swap(1, 10);
        assert_eq!(machine.call(&answers, 10), expected, "{on_fault:?}");
        assert_eq!(machine.call(&answers, 11), expected, "{on_fault:?}");
    }
}

/// A wrong address, an unknown operation and what the contract declares are about the call and not
/// about its token: the token stays, and nothing
/// is submitted twice.
#[test]
fn a_fault_about_the_call_itself_is_not_tried_again() {
    for (code, tried_again) in [
        ("Sender", false),
        ("DestinationUnreachable", false),
        ("ActionNotSupported", false),
        ("InvalidSecurity", true),
        ("FailedAuthentication", true),
        ("InvalidSecurityToken", true),
        ("MustUnderstand", true),
    ] {
        let settings = Settings {
            on_fault: OnFault::RetryOnceWithFreshToken,
            ..Settings::of(ClientProfile::DotnetCacheByEndpoint)
        };
        let mut node = Node::with(settings);
        node.deploy(&OLD);
        let message = node.begin(start());
        let (_, call) = node.receive(&token_for(&message, &STS, start()), start());
        let id = called(&call).message_id.unwrap().into_unverified();
        node.outcome(&answer_to(&id, &SMDB, start()), start()).unwrap();

        let (action, _) = node.tell(&Event::Begin(order()), start());
        assert!(matches!(action, Action::CallService { .. }), "with the token that it kept");
        let fault = ServiceFault { code: code.to_owned(), text: "no".to_owned() };
        let refused = Event::ServiceAnswered(Ok(ServiceReply::Fault(fault)));
        let (action, _) = node.tell(&refused, start());
        assert_eq!(matches!(action, Action::AskSts { .. }), tried_again, "{code}: {action:?}");
    }
}

/// Who is refused with a fresh token is not helped by another, and asks for none.
#[test]
fn a_fresh_token_that_is_refused_is_not_tried_again() {
    let accepted = [vec![(0, 1_000)], Vec::new(), Vec::new()];
    let answers = Answers { accepted, refused_by_service: [Some(0), None, None], life: 500 };
    let mut machine = machine(OnFault::RetryOnceWithFreshToken);
    let sent = |machine: &Machine| {
        machine.node.facts.iter().filter(|fact| matches!(kept(fact), Fact::Sent(_))).count()
    };
    assert_eq!(machine.call(&answers, 0), Err(Step::Three));
    assert_eq!(sent(&machine), 2, "one question, one call");
    // The token is kept all the same; the next call tries it, then a fresh one, and gives up.
    assert_eq!(machine.call(&answers, 1), Err(Step::Three));
    assert_eq!(sent(&machine), 5, "a call, one question, a call");
}
