//! Runs against instants that were reckoned by hand: every interval to the millisecond.
//!
//! Each row says when the STS accepts the old certificate (before `O`) and the new one (from `N`
//! on), and when the client turns from one to the other (`C`). A client without a cache is then
//! down in `[min(O, C), max(C, N))`.

use clock::{Span, Timestamp};
use harness::{
    downtime::measure,
    expect::Verdict,
    journal::Journal,
    report::ScenarioReport,
    run::run,
    scenario::{NodeName, Scenario},
};
use proptest::{prelude::*, test_runner::RngSeed};

use crate::model::{Model, accepted, swap_scenario};

const fn s(seconds: i64) -> Span {
    Span::from_seconds(seconds)
}

/// The outages of the one node in seconds from the start, and how many calls failed.
fn measured(
    (old_until, new_from): (i64, i64),
    swap: i64,
    interval: i64,
) -> (Vec<(i64, Option<i64>)>, u64) {
    let scenario = swap_scenario(s(320), s(interval), s(old_until), s(swap), "outages = []");
    let accepted = accepted(&scenario, s(old_until), s(new_from));
    let journal = run(&scenario, &mut Model::new(&scenario, accepted));
    let node = measure(&journal).remove(0);
    let seconds = |at: Timestamp| at.since(scenario.start).millis() / 1_000;
    let outages = node.outages.iter();
    let outages = outages.map(|outage| (seconds(outage.from), outage.until.map(seconds)));
    (outages.collect(), node.missed_calls)
}

#[track_caller]
fn check(old_until: i64, new_from: i64, swap: i64, outage: Option<(i64, i64)>) {
    let (outages, missed) = measured((old_until, new_from), swap, 1);
    let expected: Vec<_> = outage.map(|(from, until)| (from, Some(until))).into_iter().collect();
    assert_eq!(outages, expected, "O = {old_until}, N = {new_from}, C = {swap}");
    // A call each second meets every second of it.
    let length = outage.map_or(0, |(from, until)| until - from);
    assert_eq!(missed, length.unsigned_abs());
}

#[test]
fn rolling_swap() {
    check(201, 201, 150, Some((150, 201)));
    check(201, 201, 200, Some((200, 201)));
    check(201, 201, 201, None);
    check(201, 201, 230, Some((201, 230)));
}

#[test]
fn rolling_swap_that_is_looked_at_each_half_minute() {
    check(201, 210, 150, Some((150, 210)));
    check(201, 210, 205, Some((201, 210)));
    check(201, 210, 210, Some((201, 210)));
    check(201, 210, 230, Some((201, 230)));
}

#[test]
fn replaced_at_once() {
    check(100, 100, 100, None);
    check(100, 100, 150, Some((100, 150)));
    check(100, 100, 50, Some((50, 100)));
}

#[test]
fn both_accepted_for_a_while() {
    check(201, 100, 100, None);
    check(201, 100, 201, None);
    check(201, 100, 202, Some((201, 202)));
    check(201, 100, 99, Some((99, 100)));
}

#[test]
fn the_new_one_never_comes_into_force() {
    let (outages, missed) = measured((201, 100_000), 150, 1);
    assert_eq!(outages, [(150, None)]);
    assert_eq!(missed, 171, "calls at 150, 151, … 320");
}

#[test]
fn rare_calls_may_not_meet_an_outage() {
    assert_eq!(measured((201, 201), 230, 60), (vec![(201, Some(230))], 0));
    assert_eq!(measured((201, 201), 245, 60), (vec![(201, Some(245))], 1));
}

#[test]
fn an_edge_between_two_seconds_is_found() {
    let swap = Span::from_millis(150_250);
    let scenario = swap_scenario(s(320), s(60), s(201), swap, "outages = []");
    let accepted = accepted(&scenario, Span::from_millis(200_125), Span::from_millis(200_750));
    let journal = run(&scenario, &mut Model::new(&scenario, accepted));
    let outage = &measure(&journal)[0].outages[0];
    assert_eq!(outage.from, scenario.start + swap);
    assert_eq!(outage.until, Some(scenario.start + Span::from_millis(200_750)));
}

/// Runs the scenario of DST's warning with these expectations.
fn early_swap(expected: &str) -> (Scenario, Journal, ScenarioReport) {
    let hours = Span::from_hours;
    let minute = Span::from_minutes(1);
    let scenario = swap_scenario(hours(4), minute, hours(2), hours(1), expected);
    let accepted = accepted(&scenario, hours(2), hours(2));
    let journal = run(&scenario, &mut Model::new(&scenario, accepted));
    let report = ScenarioReport::new("early", "early.toml", &scenario, &journal);
    (scenario, journal, report)
}

#[test]
fn the_early_swap_of_the_guide() {
    let (.., report) = early_swap(
        "missed-calls = 60\noutages = [{ client = \"fagsystem\", from = \"+1h\", until = \"+2h\", \
         step = 1, cause = \"certificate-not-in-force\" }]",
    );
    assert_eq!(report.verdict, Verdict::Pass, "{:?}", report.differences);
    assert_eq!(report.calls(), (241, 60));
}

#[test]
fn a_second_too_long_fails() {
    let (.., report) = early_swap(
        "outages = [{ client = \"fagsystem\", from = \"+1h\", until = \"+2h1s\", step = 1 }]",
    );
    assert_eq!(report.verdict, Verdict::Fail);
}

#[test]
fn a_journal_tells_the_same_when_it_is_read_again() {
    let (_, journal, _) = early_swap("outages = []");
    let text = journal.to_json_lines();
    let again = Journal::from_json_lines(&text).unwrap();
    assert_eq!(measure(&again), measure(&journal));
    let (_, second, _) = early_swap("outages = []");
    assert_eq!(second.to_json_lines(), text);
}

#[test]
fn a_journal_has_each_message_before_the_call_that_it_belongs_to() {
    let (_, journal, _) = early_swap("outages = []");
    let lines = journal.to_json_lines();
    let kinds: Vec<&str> = lines
        .lines()
        .skip(3)
        .take(4)
        .map(|line| line.split("\"what\":").nth(1).unwrap().split('"').nth(1).unwrap())
        .collect();
    assert_eq!(kinds, ["action", "message", "call", "exposure"]);
    assert!(lines.ends_with("\"what\":\"ends\"}\n"));
}

#[test]
fn nodes_fare_apart() {
    let mut scenario = swap_scenario(s(320), s(60), s(201), s(201), "outages = []");
    let nodes: Vec<NodeName> = vec!["a".parse().unwrap(), "b".parse().unwrap()];
    scenario.clients.values_mut().for_each(|client| client.nodes = nodes.clone());
    // The deployment names node `a` alone: `b` goes on with the old certificate.
    let accepted = accepted(&scenario, s(201), s(201));
    let journal = run(&scenario, &mut Model::new(&scenario, accepted));
    let outages: Vec<usize> = measure(&journal).iter().map(|node| node.outages.len()).collect();
    assert_eq!(outages, [0, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// No instant contradicts the measured outages: where there is one, a call would fail.
    #[test]
    fn outages_are_exact(
        old_until in 1_i64..320,
        new_from in 0_i64..400,
        swap in 0_i64..320,
        at in 0_i64..320,
        interval in 1_i64..400,
    ) {
        let (outages, _) = measured((old_until, new_from), swap, interval);
        let down = outages.iter().any(|(from, until)| {
            *from <= at && until.is_none_or(|until| at < until)
        });
        let accepted = if at < swap { at < old_until } else { at >= new_from };
        prop_assert_eq!(down, !accepted);
    }
}
