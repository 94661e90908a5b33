//! The vectors of the oracle's specification (section 9), in seconds: calls each second from 0, the
//! old certificate's notAfter at 200, tokens of 80 s with a margin of 5 s.

use clock::Span;
use oracle::{Calls, Forecast, HolderCheck, Interval, Keeps, Node, Rules};

use crate::stage::*;

fn rolling(profile: parties::ClientProfile, swapped: i64) -> Race {
    Race::new(profile).saved(10, Rolling).provisioned(10).deployed(swapped)
}

fn replace(profile: parties::ClientProfile, swapped: i64) -> Race {
    Race::new(profile).saved(10, Active).provisioned(100).deployed(swapped)
}

#[test]
fn rolling_without_a_cache() {
    rolling(NoCache, 150).check(&["150..201 step 1"]);
    rolling(NoCache, 200).check(&["200..201 step 1"]);
    rolling(NoCache, 201).check(&[]);
    rolling(NoCache, 230).check(&["201..230 step 1"]);
}

#[test]
fn rolling_where_a_swap_loses_the_token() {
    rolling(Restart, 150).check(&["150..201 step 1"]);
    rolling(Restart, 220).check(&[]);
    rolling(Restart, 240).check(&["225..240 step 1"]);
}

#[test]
fn rolling_where_the_key_stays_with_the_token() {
    rolling(Dotnet, 130).check(&["150..201 step 1"]);
    rolling(Dotnet, 160).check(&[]);
    rolling(Dotnet, 220).check(&[]);
}

#[test]
fn rolling_where_the_key_is_new_and_the_token_old() {
    rolling(Core, 130).check(&["130..201 step 3 then 1"]);
    rolling(Core, 220).check(&["220..225 step 3"]);
}

#[test]
fn rolling_where_smdb_looks_at_the_holder() {
    let race = |profile| {
        Race::with(profile, looked_at(HolderCheck::Validity), |node| node)
            .saved(10, Rolling)
            .provisioned(10)
            .deployed(220)
    };
    race(Restart).check(&["201..220 step 3"]);
    race(Dotnet).check(&["201..225 step 3"]);
}

#[test]
fn replaced_at_once() {
    replace(Core, 100).check(&["100..150 step 3"]);
    replace(Dotnet, 100).check(&[]);
    replace(Restart, 150).check(&[]);
    replace(Restart, 170).check(&["150..170 step 1"]);
}

#[test]
fn replaced_and_the_old_one_revoked() {
    let rules = looked_at(HolderCheck::ValidityAndRevocation);
    Race::with(Dotnet, rules, |node| node)
        .saved(10, Active)
        .provisioned(100)
        .deployed(100)
        .revoked(110)
        .check(&["110..150 step 3"]);
}

#[test]
fn rolling_that_is_looked_at_each_half_minute() {
    let race = |swapped| {
        let rules = Rules { look_interval: s(30), ..rules() };
        Race::with(NoCache, rules, |node| node).saved(10, Rolling).provisioned(10).deployed(swapped)
    };
    race(150).check(&["150..210 step 1"]);
    race(205).check(&["201..210 step 1"]);
    race(210).check(&["201..210 step 1"]);
    race(230).check(&["201..230 step 1"]);
}

#[test]
fn a_cache_that_is_fixed_and_too_long() {
    Race::with(Restart, rules(), |node| Node { keeps: Keeps::For(s(90)), ..node })
        .saved(10, Active)
        .provisioned(100)
        .deployed(100)
        .check(&["80..90 step 3", "180..190 step 3", "270..280 step 3", "360..370 step 3"]);
}

/// One call in a minute may meet an outage, or miss it.
#[test]
fn what_rare_calls_observe() {
    let check = |swapped: i64, outage: &str, observed: &[(i64, i64)], missed: u64| {
        let race =
            Race::with(NoCache, rules(), |node| Node { calls: Calls::every(s(60), t(0)), ..node });
        let race = race.saved(10, Rolling).provisioned(10).deployed(swapped);
        race.check(&[outage]);
        let forecast = Forecast::of(&race.plan);
        let node = forecast.node(race.node);
        let observed: Vec<_> = observed
            .iter()
            .filter_map(|(from, until)| Interval::new(t(*from), t(*until)))
            .collect();
        assert_eq!((&node.observed, node.missed_calls), (&observed, missed));
        assert_eq!(node.calls, 7);
    };
    check(230, "201..230 step 1", &[], 0);
    check(245, "201..245 step 1", &[(240, 300)], 1);
}

/// "Client deploys before the swap": expires at +2h, deployed at +1h, calls each minute.
#[test]
fn the_sample_of_the_guide() {
    let race = |expires: Span| {
        let mut plan = oracle::Plan::new(t(0), t(0) + Span::from_hours(4), Rules::default());
        let old = plan.certificate(oracle::Certificate {
            expires: t(0) + expires,
            ..certificate(Production, -1000, 0)
        });
        let new = plan.certificate(certificate(Production, 0, 100_000_000));
        let system_user = plan.system_user(oracle::SystemUser::new().with(Production, old));
        let calls = Calls::every(Span::from_minutes(1), t(0));
        let node = Node { calls, ..Node::new(NoCache, Production, system_user, old) };
        let node = plan.node(node);
        let race = Race { plan, system_user, old, new, node };
        let race = race.saved(0, Rolling).provisioned(0).deployed(3_600);
        let node = Forecast::of(&race.plan).node(node).clone();
        (race.outages(), node.observed, node.missed_calls)
    };
    let observed = |until| vec![Interval::new(t(3_600), t(until)).unwrap()];
    // `expires` as notAfter: E+ is a second later, and a call at +2h still fails.
    let not_after = race(Span::from_hours(2) + s(1));
    assert_eq!(not_after, (vec!["3600..7201 step 1".to_owned()], observed(7_260), 61));
    // As scenario files have it, `expires` is E+.
    let first_refused = race(Span::from_hours(2));
    assert_eq!(first_refused, (vec!["3600..7200 step 1".to_owned()], observed(7_200), 60));
}
