//! What comes by REST is remembered as facts, like all else; and nothing changes but when it is said.

use clock::Span;
use parties::Core;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, RngSeed, TestRunner},
};
use sim_smdb::{
    Smdb,
    contract::{Annul, Notation, Operation, Submission},
    course::Details,
};
use stage::start;

use super::door::{form, json, redemption};
use crate::world::{
    World, after, assertion, code, configuration, course, cvr, date, kept, reference, signed,
    submission,
};

fn check<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value)) {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(0x5_3DB1),
        ..Config::default()
    };
    let held = TestRunner::new(config).run(strategy, |value| {
        property(value);
        Ok(())
    });
    held.unwrap();
}

/// Does something by one of the two doors, well or badly.
fn perform(world: &mut World, access: &str, act: (u8, u8, u32), at: i64) {
    let (kind, whose, version) = act;
    let now = start() + Span::from_seconds(at);
    let details = match kind {
        0 => Details { requested_on: date("2030-03-09"), ..course().details },
        1 => Details { outcome: Some(code("FRI")), ..course().details },
        _ => course().details,
    };
    let mut submission = Submission { version, ..submission(&format!("sag-{whose}")) };
    submission.course.details = details;
    match kind {
        3 => drop(world.submit(&assertion(), &submission, now)),
        4 => {
            let authority = cvr("90000001");
            let record = world.smdb.ledger().find(&authority, &reference("sag-1"));
            let id = record.map_or_else(|| "ukendt".to_owned(), |record| record.id.to_string());
            let annul = Annul { authority, id, reason: code("fejl") };
            world.call_rest(Operation::Annul, access, &annul.write(Notation::Json), now);
        }
        5 => drop(world.redeem(&assertion(), now)),
        _ => drop(world.call_rest(Operation::Report, access, &json(&submission), now)),
    }
}

#[test]
fn facts_of_both_doors_survive_json_and_give_an_equal_smdb() {
    let acts = prop::collection::vec(((0..7_u8, 0..3_u8, 1..4_u32), 0..600_i64), 1..12);
    check(16, &acts, |acts| {
        let mut world = World::new();
        let access = world.redeem(&assertion(), start()).token();
        let mut at = 0;
        for (act, wait) in acts {
            at += wait;
            perform(&mut world, &access, act, at);
        }
        let mut again = Smdb::new(configuration());
        world.facts.iter().for_each(|json| again.apply(kept(json)));
        assert_eq!(again, world.smdb);
    });
}

/// Between now and the next change no answer differs, but for the ends of tokens, which whoever holds
/// them knows.
#[test]
fn nothing_changes_by_rest_between_two_changes() {
    check(24, &(0..86_000_i64, 0..1_000_i64, any::<bool>()), |(at, part, call)| {
        let mut world = World::new();
        let now = start() - Span::from_hours(8) + Span::from_seconds(at);
        let next = world.smdb.next_change(now).unwrap();
        let between = now + Span::from_millis(next.since(now).millis() / 1_000 * part);
        let outcome = |world: &mut World, at| {
            let token = oio_idws::assertion::Assertion {
                not_before: after("-9h"),
                not_on_or_after: after("30h"),
                ..assertion()
            };
            let reaction = if call {
                let access = world.redeem(&token, at).token();
                world.call_rest(Operation::Report, &access, &json(&submission("sag-1")), at)
            } else {
                world.ask_rest(&redemption(&form(&signed(&token))), at)
            };
            reaction.name()
        };
        let mut other = world.clone();
        assert_eq!(outcome(&mut world, now), outcome(&mut other, between), "{now} {between}");
    });
}
