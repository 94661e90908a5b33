//! Races in the virtual world: real certificates and real messages, and outages to the
//! millisecond as they were reckoned by hand.
//!
//! The old certificate is refused from +2h on (`E+`), and the STS sees a revocation an hour after
//! it. A client without a cache is down from `min(O, C)` to `max(C, N)`: the old certificate is
//! accepted before `O`, the new one from `N` on, and the client turns to it at `C`.

use clock::Timestamp;
use harness::{
    downtime::{NodeDowntime, Outage, measure},
    journal::Journal,
    report::ScenarioReport,
    run::run,
    scenario::Scenario,
    world::in_process::{InProcess, keys_needed},
};
use pki::KeyPool;

use crate::head::{HEAD, Head, START};

/// A race of one client with these nodes, that begins at `start`; a line for each thing that
/// happens, as `+1h mitid.renew certificate = "old", as = "new"`.
pub(crate) fn race(start: &str, nodes: &str, happenings: &[&str]) -> Scenario {
    let client = format!("nodes = {nodes}");
    Head { start, client: &client, interval: Some("30m"), ..HEAD }.with(happenings)
}

/// What is seen of a race.
fn journal(scenario: &Scenario) -> Journal {
    let keys = KeyPool::open(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys")).unwrap();
    keys.ensure(&keys_needed(scenario), &mut |_, _| ()).unwrap();
    let mut world = InProcess::new(scenario, |size, index| Some(keys.key(size, index)))
        .unwrap_or_else(|error| panic!("{error}"));
    run(scenario, &mut world)
}

/// Every outage of a race, as `a +1h..+2h step 1: cause`.
pub(crate) fn outages(scenario: &Scenario) -> Vec<String> {
    outages_of(scenario, &journal(scenario))
}

fn outages_of(scenario: &Scenario, journal: &Journal) -> Vec<String> {
    let instant = |at: Timestamp| format!("+{}", at.since(scenario.start));
    let line = |node: &NodeDowntime, outage: &Outage| {
        let (from, until) = (instant(outage.from), outage.until.map(instant));
        let until = until.unwrap_or_else(|| "open".to_owned());
        let (step, cause) = (outage.failure.step, &outage.failure.cause);
        format!("{} {from}..{until} {step}: {cause}", node.node)
    };
    measure(journal)
        .iter()
        .flat_map(|node| node.outages.iter().map(move |outage| line(node, outage)))
        .collect()
}

#[track_caller]
fn check(happenings: &[&str], expected: &[&str]) {
    assert_eq!(outages(&race(START, "[\"a\"]", happenings)), expected);
}

pub(crate) const RENEW: &str = "+10m mitid.renew certificate = \"old\", as = \"new\"";
pub(crate) const SAVE_ROLLING: &str =
    "+20m nemlogin.save system-user = \"fagsystem\", slot = \"rolling\", certificate = \"new\"";
pub(crate) const SAVE_ACTIVE: &str =
    "+20m nemlogin.save system-user = \"fagsystem\", slot = \"active\", certificate = \"new\"";

pub(crate) fn provision(at: &str, environment: &str) -> String {
    format!("{at} nemlogin.provision system-user = \"fagsystem\", environment = \"{environment}\"")
}

pub(crate) fn deploy(at: &str) -> String {
    format!("{at} client.deploy client = \"fagsystem\", certificate = \"new\"")
}

fn revoke(at: &str, certificate: &str) -> String {
    format!("{at} mitid.revoke certificate = \"{certificate}\", reason = \"superseded\"")
}

#[test]
fn replaced_at_once_the_client_is_late_or_early_or_in_time() {
    let provision = provision("+1h", "production");
    let race = |swap: &str| {
        outages(&race(START, "[\"a\"]", &[RENEW, SAVE_ACTIVE, &provision, &deploy(swap)]))
    };
    assert_eq!(race("+1h"), [""; 0]);
    assert_eq!(race("+1h30m"), ["a +1h..+1h30m step 1: certificate-replaced"]);
    assert_eq!(race("+45m"), ["a +45m..+1h step 1: certificate-not-registered"]);
    assert_eq!(race("+1h1ms"), ["a +1h..+1h1ms step 1: certificate-replaced"]);
}

#[test]
fn saved_and_never_provisioned_nothing_takes_over() {
    check(
        &[RENEW, SAVE_ROLLING, &deploy("+2h")],
        &["a +2h..open step 1: certificate-not-registered"],
    );
}

#[test]
fn provisioned_in_the_wrong_environment_nothing_takes_over_until_the_right_one() {
    check(
        &[
            RENEW,
            SAVE_ROLLING,
            &provision("+30m", "integration-test"),
            &provision("+3h", "production"),
            &deploy("+2h"),
        ],
        &["a +2h..+3h step 1: certificate-not-registered"],
    );
}

#[test]
fn nodes_that_turn_apart_are_down_apart() {
    let provision = provision("+30m", "production");
    let node = |at: &str, node: &str| {
        format!(
            "{at} client.deploy client = \"fagsystem\", node = \"{node}\", certificate = \"new\""
        )
    };
    let happenings = [RENEW, SAVE_ROLLING, &provision, &node("+1h", "early"), &node("+3h", "late")];
    assert_eq!(
        outages(&race(START, "[\"early\", \"late\", \"never\"]", &happenings)),
        [
            "early +1h..+2h step 1: certificate-not-in-force",
            "late +2h..+3h step 1: certificate-expired",
            "never +2h..open step 1: certificate-expired",
        ]
    );
}

#[test]
fn a_revoked_certificate_is_refused_when_the_lag_is_over() {
    let provision = provision("+25m", "production");
    let revoked_at = |at: &str, swap: &str| {
        let happenings = [RENEW, SAVE_ROLLING, &provision, &revoke(at, "old"), &deploy(swap)];
        outages(&race(START, "[\"a\"]", &happenings))
    };
    // The swap waits for the expiry; the revocation alone brings nothing into force.
    assert_eq!(revoked_at("+40m", "+2h"), ["a +1h40m..+2h step 1: certificate-revoked"]);
    assert_eq!(revoked_at("+1h", "+2h"), [""; 0]);
    assert_eq!(revoked_at("+59m59s", "+2h"), ["a +1h59m59s..+2h step 1: certificate-revoked"]);
    assert_eq!(revoked_at("+40m", "+1h30m"), ["a +1h30m..+2h step 1: certificate-not-in-force"]);
}

#[test]
fn lists_count_revocations_in_whole_seconds() {
    // A call fetches a list in the second of the click, and just before it.
    let call = "+40m200ms client.submit client = \"fagsystem\"";
    check(
        &[call, &revoke("+40m500ms", "old"), &provision("+1h", "production")],
        &["a +1h40m..open step 1: certificate-revoked"],
    );
}

#[test]
fn the_new_certificate_can_be_revoked_too() {
    check(
        &[
            RENEW,
            SAVE_ACTIVE,
            &provision("+1h", "production"),
            &deploy("+1h"),
            &revoke("+3h", "new"),
        ],
        &["a +4h..open step 1: certificate-revoked"],
    );
}

#[test]
fn a_second_revocation_is_refused_and_nothing_changes() {
    let scenario = race(START, "[\"a\"]", &[RENEW, &revoke("+1h", "old"), &revoke("+1h", "old")]);
    let journal = journal(&scenario);
    let report = ScenarioReport::new("race", "race.toml", &scenario, &journal);
    let refusals: Vec<_> = report.refusals.iter().map(|refusal| &*refusal.cause).collect();
    assert_eq!(refusals, ["already-revoked"]);
    assert_eq!(outages_of(&scenario, &journal), ["a +2h..open step 1: certificate-expired"]);
}

#[test]
fn the_same_in_every_age_and_across_the_change_of_time_formats() {
    let provision = provision("+30m", "production");
    for start in [
        "2012-01-01T00:00:00Z",
        "2020-02-29T23:00:00Z",
        "2038-01-19T02:00:00Z",
        "2049-12-31T22:00:00Z",
        "2049-12-31T23:59:59Z",
        "2099-12-31T23:00:00Z",
    ] {
        let happenings = [RENEW, SAVE_ROLLING, &*provision, &deploy("+1h")];
        assert_eq!(
            outages(&race(start, "[\"a\"]", &happenings)),
            ["a +1h..+2h step 1: certificate-not-in-force"],
            "{start}"
        );
    }
}
