//! A second before, at, and after everything that ends, by the client's own clock.

use clock::{Span, Timestamp};
use oio_idws::{call::ServiceReply, soap::MessageTime, trust::StsReply};
use parties::{ClientProfile, Core};
use stage::{INSTANT, start};
use wsc::{
    Settings,
    exchange::{Action, Event},
};

use crate::{
    model::{Answers, Machine, at, is_java},
    world::{Node, OLD, STS, by_soap, order, token_for},
};

const SECOND: Span = Span::from_seconds(1);
const LIFE: Span = Span::from_hours(8);

/// A node of a profile whose clock is off, with a token that was issued at the start.
fn keeping(profile: ClientProfile, skew: Span) -> Node {
    let mut node = Node::with(Settings { skew, ..by_soap(profile) });
    node.deploy(&OLD);
    let message = node.begin(start());
    node.receive(&token_for(&message, &STS, start()), start());
    node
}

fn uses_its_token(node: &Node, now: Timestamp) -> bool {
    match node.clone().decide(&Event::Begin(order()), now) {
        Action::AskSts { .. } => false,
        Action::CallService { .. } => true,
        other => panic!("{other:?}"),
    }
}

/// A client compares its own clock with the end that the STS gave, less its margin. By the true
/// time that is `t0 + u` with `u = T - k - s`.
#[test]
fn a_token_is_kept_for_its_life_less_the_margin_and_the_skew() {
    let margins = [
        (ClientProfile::RestartOnSwap, 10),
        (ClientProfile::DotnetCacheByEndpoint, 60),
        (ClientProfile::CoreNewKeyOldToken, 60),
    ];
    for (profile, margin) in margins {
        for skew in [-55, -1, 0, 1, 290] {
            let node = keeping(profile, Span::from_seconds(skew));
            let kept_for = LIFE - Span::from_seconds(margin) - Span::from_seconds(skew);
            let dropped_at = start() + kept_for;
            for before in [start(), dropped_at - SECOND, dropped_at - INSTANT] {
                assert!(uses_its_token(&node, before), "{profile}, {skew} s");
            }
            for after in [dropped_at, dropped_at + INSTANT, dropped_at + SECOND] {
                assert!(!uses_its_token(&node, after), "{profile}, {skew} s");
            }
            let stops = stops(&node, start());
            assert!(stops.contains(&dropped_at) && stops.contains(&(start() + LIFE)), "{stops:?}");
        }
    }
    assert!(!uses_its_token(&keeping(ClientProfile::NoCache, Span::ZERO), start()));
}

/// Where a node stops within nine hours.
fn stops(node: &Node, from: Timestamp) -> Vec<Timestamp> {
    let next = |now: &Timestamp| node.wsc.next_change(*now);
    std::iter::successors(Some(from), next)
        .take_while(|stop| *stop <= start() + Span::from_hours(9))
        .collect()
}

/// The REST client in Java counts seven hours from when a token came, whatever end the STS gave it and
/// wherever its clock stands.
#[test]
fn a_token_may_be_kept_for_a_time_of_the_clients_own() {
    for skew in [-55, 0, 290] {
        let node = keeping(ClientProfile::JavaRestFixedCache, Span::from_seconds(skew));
        let dropped_at = start() + Span::from_hours(7);
        assert!(uses_its_token(&node, dropped_at - INSTANT), "{skew} s");
        assert!(!uses_its_token(&node, dropped_at), "{skew} s");
        assert!(stops(&node, start()).contains(&dropped_at), "{skew} s");
    }
}

/// A clock that is slow by more than the margin keeps a token beyond its end, and uses it.
#[test]
fn a_slow_clock_uses_a_token_that_has_ended() {
    let node = keeping(ClientProfile::DotnetCacheByEndpoint, Span::from_seconds(-90));
    let end = start() + LIFE;
    assert!(uses_its_token(&node, end + Span::from_seconds(30) - INSTANT));
    assert!(!uses_its_token(&node, end + Span::from_seconds(30)));
}

#[test]
fn a_token_that_would_be_dropped_at_once_is_never_kept() {
    let answers = |life| {
        let accepted = [vec![(0, 1_000)], Vec::new(), Vec::new()];
        Answers { accepted, refused_by_service: [None; 3], life }
    };
    let kept = |life, margin, skew| {
        let mut machine = Machine::new(ClientProfile::DotnetCacheByEndpoint, margin, skew);
        assert_eq!(machine.call(&answers(life), 0), Ok(()));
        machine.node.wsc.kept_tokens().count()
    };
    assert_eq!(kept(80, 79, 0), 1, "u = 1");
    assert_eq!(kept(80, 80, 0), 0, "u = 0");
    assert_eq!(kept(80, 81, 0), 0, "u = -1");
    assert_eq!(kept(80, 70, 9), 1, "u = 1");
    assert_eq!(kept(80, 70, 10), 0, "u = 0");
}

/// An answer of the STS to a node of a profile whose clock is ahead of the STS by `offset`.
fn token_accepted(profile: ClientProfile, offset: Span) -> bool {
    let mut node = Node::with(Settings { skew: offset, ..by_soap(profile) });
    node.deploy(&OLD);
    let message = node.begin(start());
    let (action, _) = node.receive(&token_for(&message, &STS, start()), start());
    matches!(action, Action::CallService { .. })
}

/// .NET looks at the end of the answer, which is the token's; WSS4J at its beginning too: at most
/// 300 s old, and at most 60 s ahead.
#[test]
fn an_answer_of_the_sts_is_judged_by_the_clients_clock() {
    let seconds = Span::from_seconds;
    for profile in ClientProfile::ALL {
        let java = is_java(profile);
        let accepted = [
            (seconds(-61), !java),
            (seconds(-60) - INSTANT, !java),
            (seconds(-60), true),
            (seconds(-59), true),
            (seconds(299), true),
            (seconds(300), true),
            (seconds(300) + INSTANT, !java),
            (seconds(301), !java),
            (LIFE - SECOND, !java),
            (LIFE - INSTANT, !java),
            (LIFE, false),
            (LIFE + SECOND, false),
        ];
        for (offset, expected) in accepted {
            assert_eq!(token_accepted(profile, offset), expected, "{profile} {offset}");
        }
    }
}

/// An answer of the service that was made at `created` and ends at `expires`, both as offsets from
/// the client's clock.
fn answer_accepted(profile: ClientProfile, created: Span, expires: Span) -> bool {
    let mut node = Node::of(profile);
    let message = node.begin(start());
    let token = node.wsc.read(token_for(&message, &STS, start()).as_bytes());
    let Event::StsAnswered(Ok(StsReply::Token(_))) = &token else { panic!("{token:?}") };
    let Action::CallService { call, .. } = node.decide(&token, start()) else { panic!("no call") };
    let time = MessageTime { created: Some(start() + created), expires: start() + expires };
    let answer = ServiceReply::Answer { relates_to: call.message_id, time, content: () };
    node.done(&Event::ServiceAnswered(Ok(answer)), start()).is_ok()
}

#[test]
fn an_answer_of_the_service_is_judged_by_the_clients_clock() {
    let seconds = Span::from_seconds;
    let minutes = Span::from_minutes;
    for profile in ClientProfile::ALL {
        let java = is_java(profile);
        let (tolerance, age, ahead) = if java {
            (Span::ZERO, seconds(300), seconds(60))
        } else {
            (minutes(5), minutes(10), minutes(5))
        };
        let check = |created, expires, expected| {
            let accepted = answer_accepted(profile, created, expires);
            assert_eq!(accepted, expected, "{profile} from {created} to {expires}");
        };
        let now = Span::ZERO;
        for (nudge, expected) in
            [(-SECOND, false), (-INSTANT, false), (now, false), (INSTANT, true), (SECOND, true)]
        {
            check(now, -tolerance + nudge, expected);
        }
        // At the bound itself WSS4J accepts, and WCF refuses.
        let at_the_bound = java;
        for (nudge, expected) in [
            (-SECOND, false),
            (-INSTANT, false),
            (now, at_the_bound),
            (INSTANT, true),
            (SECOND, true),
        ] {
            check(-age + nudge, minutes(5), expected);
        }
        for (nudge, expected) in [
            (-SECOND, true),
            (-INSTANT, true),
            (now, at_the_bound),
            (INSTANT, false),
            (SECOND, false),
        ] {
            check(ahead + nudge, minutes(60), expected);
        }
    }
}

/// Its own certificate has edges too, and a clock that is off doubles them.
#[test]
fn a_node_stops_at_the_edges_of_its_certificates() {
    let machine = Machine::new(ClientProfile::DotnetCacheByEndpoint, 60, 7);
    let edge = OLD.certificate.first_refused();
    for from in [at(0), edge - SECOND] {
        assert!(machine.node.wsc.next_change(from).is_some_and(|next| next <= edge));
    }
    let next = |now| machine.node.wsc.next_change(now);
    let by_its_clock = edge - Span::from_seconds(7);
    assert_eq!(next(by_its_clock - INSTANT), Some(by_its_clock));
    assert_eq!(next(by_its_clock), Some(edge));
    assert_eq!(next(edge), None);
}
