//! What was measured against what the oracle reckons, in worlds that nobody thought of: real
//! certificates and real messages, and outages to the millisecond.

mod drawn;

use std::{collections::BTreeMap, sync::Mutex, thread};

use clock::Span;
use harness::{
    downtime::{Downtime, Outage, Segment, measure},
    forecast::{Forecast, Reckoned},
    scenario::Scenario,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};

use crate::{
    head::{START, opening},
    suite::Ground,
};

/// What the first row of worlds is drawn with, unless `SKIFT_SEED` says another one.
const SEED: u64 = 20_261_122;

/// How many worlds are drawn, unless `SKIFT_WORLDS` says otherwise.
const WORLDS: u64 = 150;

/// What must go wrong in some of the worlds, for it to be held against the forecast: what the way by REST and
/// the chains of servers have of their own.
const AT_STAKE: [(u8, &str); 6] = [
    (1, "server-chain-not-trusted"),
    (3, "server-chain-not-trusted"),
    (3, "access-token-expired"),
    (3, "another-certificate"),
    (3, "another-holder"),
    (3, "token-ends-too-soon"),
];

/// A number that may be said. Each world takes real keys and real messages, so more of them are for a
/// machine with time: `SKIFT_WORLDS=5000`.
fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Measures a scenario and holds it against the forecast; says at which steps and for which causes calls
/// failed, once for each time that it came to that.
fn check(text: &str, ground: &Ground) -> Result<Vec<(u8, String)>, String> {
    let scenario = Scenario::parse(text).map_err(|mistake| format!("{mistake}\n{text}"))?;
    let reckoned = Forecast::of(&scenario).nodes();
    let mut outages = Vec::new();
    let measured = measure(&ground.journal(&scenario));
    let (together, expected) =
        (Downtime::of(&measured, scenario.end()), Forecast::of(&scenario).downtime());
    if together != expected || measured.len() != reckoned.len() {
        return Err(format!(
            "{text}
measured {together:?}, reckoned {expected:?}"
        ));
    }
    for measured in measured {
        let same = |it: &&Reckoned| (&it.client, &it.node) == (&measured.client, &measured.node);
        let reckoned = reckoned.iter().find(same).expect("the forecast has every node");
        if !reckoned.agrees_with(&measured, Span::ZERO) {
            return Err(format!(
                "{text}\n{}/{} measured\n{}reckoned\n{}",
                measured.client,
                measured.node,
                measured.outages.iter().map(told).collect::<String>(),
                reckoned.outages.iter().map(|it| format!("  {it:?}\n")).collect::<String>(),
            ));
        }
        for segment in measured.outages.iter().flat_map(Outage::segments) {
            outages.push((u8::from(segment.failure.step), segment.failure.cause.clone()));
        }
    }
    Ok(outages)
}

fn told(outage: &Outage) -> String {
    let segments = outage.segments().map(|Segment { from, until, failure }| {
        format!("  {from}..{until:?} {}: {}\n", failure.step, failure.cause)
    });
    format!("{}  ({} missed)\n", segments.collect::<String>(), outage.missed_calls)
}

/// In how many rows worlds are drawn, each with a seed of its own, so that several threads can go on at
/// once.
const ROWS: u64 = 4;

/// What worlds have shown: that something was at stake in them.
#[derive(Default)]
struct Seen {
    worlds: u64,
    /// Worlds with an outage.
    down: u64,
    /// How often it came to which failure, by step and cause.
    failures: BTreeMap<(u8, String), usize>,
}

/// Draws so many worlds.
fn row(seed: u64, worlds: u64, ground: &Ground, seen: &Mutex<Seen>) {
    let mut runner = TestRunner::new(Config {
        cases: u32::try_from(worlds).expect("a number of worlds"),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    });
    let checked = runner.run(&drawn::world(), |world| {
        let failures = check(&world.text(), ground).map_err(TestCaseError::fail)?;
        let mut seen = seen.lock().unwrap();
        seen.worlds += 1;
        seen.down += u64::from(!failures.is_empty());
        failures.into_iter().for_each(|it| *seen.failures.entry(it).or_default() += 1);
        Ok(())
    });
    checked.unwrap_or_else(|error| panic!("SKIFT_SEED={seed}: {error}"));
}

#[test]
#[expect(clippy::print_stdout, reason = "figures, for who asks for them with --nocapture")]
fn measured_and_reckoned_are_equal() {
    let (seed, asked) = (number("SKIFT_SEED", SEED), number("SKIFT_WORLDS", WORLDS));
    let (ground, seen) = (Ground::new(), Mutex::new(Seen::default()));
    thread::scope(|rows| {
        for index in 0..ROWS.min(asked) {
            let (ground, seen, worlds) = (&ground, &seen, (asked + index) / ROWS);
            rows.spawn(move || row(seed + index, worlds, ground, seen));
        }
    });
    let Seen { worlds, down, failures } = seen.into_inner().unwrap();
    println!("seed {seed}: {worlds} worlds, {down} with an outage; failures: {failures:#?}");
    assert!(down * 2 > worlds, "worlds in which nothing goes wrong show nothing");
    // Fewer may miss one.
    if asked >= WORLDS {
        for (step, cause) in AT_STAKE {
            assert!(
                failures.contains_key(&(step, cause.to_owned())),
                "SKIFT_SEED={seed}: in {worlds} worlds nothing fails at step {step} with {cause}"
            );
        }
    }
}

/// A scenario in which another system may be given what `fagsystem` gives up.
fn two_systems(clicks: &[&str]) -> String {
    let clicks: String = clicks.iter().map(|click| format!("[[at]]\n{click}\n")).collect();
    format!(
        r#"{}
            [system-user.nabosystem]
            organisation = "kommune"
            entity-id = "https://nabo.testkommunen.invalid"
            [client.fagsystem]
            system-user = "fagsystem"
            environment = "production"
            profile = "no-cache"
            certificate = "old"
            [[every]]
            interval = "30m"
            do.client.submit = {{ client = "fagsystem" }}
            [[at]]
            time = "+10m"
            do.mitid.renew = {{ certificate = "old", as = "new" }}
            [[at]]
            time = "+20m"
            do.nemlogin.save = {{ system-user = "fagsystem", slot = "active", certificate = "new" }}
            {clicks}
            [expected]
            outages = []
            "#,
        opening(START, "4h", "+3h")
    )
}

/// Of two who share a cache one still has a token, and calls just before the other one drops it: that
/// call is none that the outage missed, though the outage begins with it.
#[test]
fn a_call_before_another_ones_in_the_same_instant_is_counted_for_what_it_met() {
    let client = |name: &str, interval: &str, margin: &str| {
        format!(
            r#"
            [client.{name}]
            system-user = "fagsystem"
            environment = "production"
            profile = "core-new-key-old-token"
            certificate = "old"
            process = "server"
            {margin}
            [[every]]
            interval = "{interval}"
            do.client.submit = {{ client = "{name}" }}
            "#
        )
    };
    let text = format!(
        "{}\n[nemlogin]\ntoken-lifetime = \"1h\"\n{}{}[expected]\noutages = []\n",
        opening(START, "6h", "+1h"),
        client("first", "30m", ""),
        client("second", "45m", "margin = \"20m\""),
    );
    let scenario = Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"));
    let [first, _] = &Forecast::of(&scenario).nodes()[..] else { panic!("two nodes call") };
    let outage = &first.outages[0];
    assert_eq!(outage.from.since(scenario.start), Span::from_minutes(90));
    // Those of +2h to +6h, and not that of +1h30m.
    assert_eq!(outage.missed_calls, 9);
    check(&text, &Ground::new()).unwrap_or_else(|contradiction| panic!("{contradiction}"));
}

/// A client whose clock is so slow that the STS refuses it can still have the token of another one, and
/// then SMDB refuses its message, or it refuses the answer of SMDB.
#[test]
fn a_slow_clock_fails_with_another_ones_token_too() {
    let client = |profile: &str, name: &str, skew: &str| {
        format!(
            r#"
            [client.{name}]
            system-user = "fagsystem"
            environment = "production"
            profile = "{profile}"
            certificate = "old"
            process = "server"
            skew = "{skew}"
            [[every]]
            interval = "30m"
            do.client.submit = {{ client = "{name}" }}
            "#
        )
    };
    let ground = Ground::new();
    for profile in ["dotnet-cache-by-endpoint", "core-new-key-old-token"] {
        for (skew, causes) in [
            ("-4m59s", &[][..]),
            ("-5m", &[Some("answer-not-current")][..]),
            ("-9m59s", &[Some("answer-not-current")][..]),
            ("-10m", &[None][..]),
            ("-1h", &[None][..]),
        ] {
            let text = format!(
                "{}\n{}{}[expected]\noutages = []\n",
                opening(START, "2h", "+9h"),
                client(profile, "first", "0s"),
                client(profile, "second", skew),
            );
            let scenario = Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}"));
            let [_, second] = &Forecast::of(&scenario).nodes()[..] else {
                panic!("two nodes call")
            };
            let met: Vec<_> = second.outages.iter().map(|it| it.cause.as_deref()).collect();
            assert_eq!(met, causes, "{profile}, {skew}");
            check(&text, &ground).unwrap_or_else(|contradiction| panic!("{contradiction}"));
        }
    }
}

/// A provisioning gives a certificate up, and another system user is to have it, all at one instant:
/// the clicks act one after the other.
#[test]
fn clicks_of_one_instant_act_in_their_order() {
    let give_up = "time = \"+1h\"\n\
        do.nemlogin.provision = { system-user = \"fagsystem\", environment = \"production\" }";
    let save = "time = \"+1h\"\n\
        do.nemlogin.save = { system-user = \"nabosystem\", slot = \"active\", certificate = \"old\" }";
    let provision = "time = \"+1h\"\n\
        do.nemlogin.provision = { system-user = \"nabosystem\", environment = \"production\" }";
    let down_from = |clicks: &[&str]| {
        let scenario = Scenario::parse(&two_systems(clicks)).unwrap();
        let outages = &Forecast::of(&scenario).nodes()[0].outages;
        outages.iter().map(|outage| outage.cause.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    let orders: [(&[&str], &[&str]); 4] = [
        // The neighbour has it from the instant on at which it was given up, and who calls with it is
        // taken for the neighbour; until it ends.
        (&[give_up, save, provision], &["certificate-expired"]),
        (&[give_up, provision, save], &["certificate-replaced"]),
        // It is refused: its owner has it still.
        (&[save, give_up, provision], &["certificate-replaced"]),
        (&[save, provision, give_up], &["certificate-replaced"]),
    ];
    let ground = Ground::new();
    for (clicks, causes) in orders {
        assert_eq!(down_from(clicks), causes, "{clicks:?}");
        check(&two_systems(clicks), &ground).unwrap();
    }
}
