//! Outages that were reckoned by hand, to the second: calls each second from 0, the old certificate
//! is valid through second 200, a token lives 80 s, and clients drop it 5 s before its end. So
//! tokens are asked for at 0, 75 and 150.

use parties::{ClientProfile, Step};

use crate::model::{Answers, Machine, Model};

const END: i64 = 330;
const LIFE: i64 = 80;
const MARGIN: i64 = 5;
/// The old certificate's E+.
const EXPIRY: i64 = 201;

/// When the STS accepts which certificate: the old one before the first, the new one from the
/// second.
#[derive(Debug, Clone, Copy)]
struct Swap(i64, i64);

const ROLLING: Swap = Swap(EXPIRY, EXPIRY);
/// The STS looks at the swap each half minute alone.
const ROLLING_LATE: Swap = Swap(EXPIRY, 210);
const REPLACED: Swap = Swap(100, 100);

/// Seconds in which a call fails, as `from..until step, …`.
fn outages(
    profile: ClientProfile,
    swap: Swap,
    swapped: i64,
    refused_by_service: Option<i64>,
    interval: i64,
) -> String {
    let Swap(old_until, new_from) = swap;
    let answers = Answers {
        accepted: [vec![(0, old_until)], vec![(new_from, i64::MAX)], Vec::new()],
        refused_by_service: [refused_by_service, None, None],
        life: LIFE,
    };
    let mut machine = Machine::new(profile, MARGIN, 0);
    let mut model = Model::new(profile, LIFE, MARGIN, 0);
    let mut outages: Vec<(i64, i64, Vec<Step>)> = Vec::new();
    for second in 0..=END {
        if second == swapped {
            machine.swap(1, second);
            model.swap(1);
        }
        if second % interval != 0 {
            continue;
        }
        let outcome = machine.call(&answers, second);
        assert_eq!(outcome, model.call(&answers, second), "{profile} at {second}");
        let Err(step) = outcome else { continue };
        match outages.last_mut() {
            Some((_, until, steps)) if *until == second => {
                *until = second + interval;
                if steps.last() != Some(&step) {
                    steps.push(step);
                }
            }
            _ => outages.push((second, second + interval, vec![step])),
        }
    }
    let texts = outages.iter().map(|(from, until, steps)| {
        let steps: Vec<String> = steps.iter().map(|step| u8::from(*step).to_string()).collect();
        format!("{from}..{until} {}", steps.join("+"))
    });
    texts.collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn check(profile: ClientProfile, swap: Swap, swapped: i64, expected: &str) {
    assert_eq!(outages(profile, swap, swapped, None, 1), expected, "{profile}, C = {swapped}");
}

#[track_caller]
fn check_refused(
    profile: ClientProfile,
    swap: Swap,
    swapped: i64,
    refused_by_service: i64,
    expected: &str,
) {
    let outages = outages(profile, swap, swapped, Some(refused_by_service), 1);
    assert_eq!(outages, expected, "{profile}, C = {swapped}, S = {refused_by_service}");
}

#[test]
fn rolling_without_a_cache() {
    check(ClientProfile::NoCache, ROLLING, 150, "150..201 1");
    check(ClientProfile::NoCache, ROLLING, 200, "200..201 1");
    check(ClientProfile::NoCache, ROLLING, 201, "");
    check(ClientProfile::NoCache, ROLLING, 230, "201..230 1");
}

#[test]
fn rolling_with_a_restart() {
    check(ClientProfile::RestartOnSwap, ROLLING, 150, "150..201 1");
    check(ClientProfile::RestartOnSwap, ROLLING, 220, "");
    check(ClientProfile::RestartOnSwap, ROLLING, 240, "225..240 1");
    check_refused(ClientProfile::RestartOnSwap, ROLLING, 220, EXPIRY, "201..220 3");
}

#[test]
fn rolling_in_a_process_that_keeps_the_key_with_the_token() {
    check(ClientProfile::DotnetCacheByEndpoint, ROLLING, 130, "150..201 1");
    check(ClientProfile::DotnetCacheByEndpoint, ROLLING, 160, "");
    check(ClientProfile::DotnetCacheByEndpoint, ROLLING, 220, "");
    check_refused(ClientProfile::DotnetCacheByEndpoint, ROLLING, 220, EXPIRY, "201..225 3");
}

#[test]
fn rolling_in_a_process_that_keeps_the_token_alone() {
    check(ClientProfile::CoreNewKeyOldToken, ROLLING, 130, "130..201 3+1");
    check(ClientProfile::CoreNewKeyOldToken, ROLLING, 220, "220..225 3");
}

#[test]
fn replaced_at_once() {
    check(ClientProfile::CoreNewKeyOldToken, REPLACED, 100, "100..150 3");
    check(ClientProfile::DotnetCacheByEndpoint, REPLACED, 100, "");
    check_refused(ClientProfile::DotnetCacheByEndpoint, REPLACED, 100, 110, "110..150 3");
    check(ClientProfile::RestartOnSwap, REPLACED, 150, "");
    check(ClientProfile::RestartOnSwap, REPLACED, 170, "150..170 1");
}

/// Each token is kept for 90 s, ten more than it lives.
#[test]
fn a_cache_that_is_fixed_and_too_long() {
    let profile = ClientProfile::JavaRestFixedCache;
    check(profile, REPLACED, 100, "80..90 3, 180..190 3, 270..280 3");
}

#[test]
fn a_swap_that_the_sts_looks_at_each_half_minute() {
    check(ClientProfile::NoCache, ROLLING_LATE, 150, "150..210 1");
    check(ClientProfile::NoCache, ROLLING_LATE, 205, "201..210 1");
    check(ClientProfile::NoCache, ROLLING_LATE, 210, "201..210 1");
    check(ClientProfile::NoCache, ROLLING_LATE, 230, "201..230 1");
}

#[test]
fn rare_calls_may_not_meet_an_outage() {
    let seldom = |swapped| outages(ClientProfile::NoCache, ROLLING, swapped, None, 60);
    assert_eq!(seldom(230), "");
    assert_eq!(seldom(245), "240..300 1");
}
