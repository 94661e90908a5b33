//! Random histories: the client does what the model does, its facts are all that it is, and nothing
//! changes between two of its stops.

use std::collections::BTreeSet;

use clock::Span;
use parties::{ClientProfile, Core, Fact as _};
use proptest::{prelude::*, test_runner::RngSeed};
use wsc::{
    OnFault, Settings,
    exchange::{Action, Event},
};

use crate::{
    model::{Answers, Machine, Model, Which, at},
    world::{by_soap, kept, order},
};

/// The last second of a history.
const END: i64 = 400;

/// What happens to a node. Within one second swaps and restarts precede calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Swap(Which),
    Restart,
    Call,
}

fn profiles() -> impl Strategy<Value = ClientProfile> {
    proptest::sample::select(ClientProfile::ALL.to_vec())
}

fn histories() -> impl Strategy<Value = Vec<(i64, Happening)>> {
    let happening = prop_oneof![
        6 => Just(Happening::Call),
        2 => (0_usize..3).prop_map(Happening::Swap),
        1 => Just(Happening::Restart),
    ];
    proptest::collection::vec((0..END, happening), 1..40).prop_map(|mut history| {
        history.sort();
        history
    })
}

fn answers() -> impl Strategy<Value = Answers> {
    let intervals = || {
        let interval = (0..END, 0..END).prop_map(|(from, length)| (from, from + length));
        proptest::collection::vec(interval, 0..3)
    };
    let refused = || proptest::option::weighted(0.3, 0..END);
    let accepted = (intervals(), intervals(), intervals());
    (accepted, (refused(), refused(), refused()), 40_i64..200).prop_map(
        |((a, b, c), (d, e, f), life)| Answers {
            accepted: [a, b, c],
            refused_by_service: [d, e, f],
            life,
        },
    )
}

/// What a call begun then would do, and what a restart would.
fn outlook(machine: &Machine, millis: i64) -> String {
    let now = at(0) + Span::from_millis(millis);
    let mut node = machine.node.clone();
    let begun = match node.decide(&Event::Begin(order()), now) {
        Action::AskSts { signer, .. } => format!("asks with {signer:?}"),
        Action::CallService { signer, call, .. } => {
            format!("calls with {signer:?} and {}", call.encrypted_assertion)
        }
        Action::Done(result) => format!("{:?}", result.map_err(|failure| failure.cause())),
        Action::Redeem { .. } | Action::CallByRest { .. } => panic!("by REST"),
    };
    let restarted = machine.node.clone().done(&Event::Restart, now);
    format!("{begun}; {:?}", restarted.map_err(|failure| failure.cause()))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_client_does_what_the_model_does(
        profile in profiles(),
        answers in answers(),
        history in histories(),
        margin in 0_i64..220,
        skew in -30_i64..=30,
    ) {
        let mut machine = Machine::new(profile, margin, skew);
        let mut model = Model::new(profile, answers.life, margin, skew);
        for (second, happening) in history {
            match happening {
                Happening::Swap(to) => {
                    machine.swap(to, second);
                    model.swap(to);
                }
                Happening::Restart => {
                    machine.restart(second);
                    model.restart();
                }
                Happening::Call => prop_assert_eq!(
                    machine.call(&answers, second),
                    model.call(&answers, second),
                    "{} at {}", profile, second
                ),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        rng_seed: RngSeed::Fixed(2),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn facts_are_all_that_a_node_is(
        profile in profiles(),
        answers in answers(),
        history in histories(),
        margin in 0_i64..60,
        retries in any::<bool>(),
    ) {
        let on_fault =
            if retries { OnFault::RetryOnceWithFreshToken } else { OnFault::GiveUp };
        let settings = by_soap(profile);
        let habits = settings.habits.with_margin(Span::from_seconds(margin));
        let mut machine = Machine::with(Settings { habits, on_fault, ..settings });
        for (second, happening) in history {
            match happening {
                Happening::Swap(to) => machine.swap(to, second),
                Happening::Restart => machine.restart(second),
                Happening::Call => drop(machine.call(&answers, second)),
            }
        }
        prop_assert_eq!(&machine.node.replayed().wsc, &machine.node.wsc);
        let mut keys = BTreeSet::new();
        for fact in &machine.node.facts {
            if let Some(key) = kept(fact).unique_key() {
                prop_assert!(keys.insert(key), "{} is there twice", fact);
            }
        }
    }

    #[test]
    fn nothing_changes_between_two_stops(
        profile in profiles(),
        answers in answers(),
        history in histories(),
        margin in 0_i64..60,
        skew in -30_i64..=30,
        instants in proptest::collection::vec(0.0_f64..1.0, 8),
    ) {
        let mut machine = Machine::new(profile, margin, skew);
        for (second, happening) in history {
            match happening {
                Happening::Swap(to) => machine.swap(to, second),
                Happening::Restart => machine.restart(second),
                Happening::Call => drop(machine.call(&answers, second)),
            }
        }
        // From the end of the history until nothing is left to change, which comes years later.
        let mut now = END * 1_000;
        loop {
            let next = machine.node.wsc.next_change(at(0) + Span::from_millis(now));
            let next = next.map(|at_| at_.since(at(0)).millis());
            let until = next.unwrap_or(now + 100_000_000);
            let expected = outlook(&machine, now);
            for part in &instants {
                #[expect(clippy::cast_possible_truncation, reason = "within the run")]
                #[expect(clippy::cast_precision_loss, reason = "any instant will do")]
                let between = now + ((until - now) as f64 * part) as i64;
                prop_assert_eq!(outlook(&machine, between), expected.clone(), "at {}", between);
            }
            prop_assert_eq!(outlook(&machine, until - 1), expected);
            match next {
                Some(next) => now = next,
                None => break,
            }
        }
    }
}
