//! What was measured against what the oracle reckons, in worlds that nobody thought of: real
//! certificates and real messages, and outages to the millisecond.

use std::thread;

use clock::Span;
use harness::{
    downtime::{Outage, measure},
    forecast::{Forecast, Reckoned},
    scenario::Scenario,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseError, TestRunner},
};

use crate::suite::Ground;

/// How many worlds are drawn. Each takes real keys and real messages, so more of them are for a
/// machine with time: `SKIFT_WORLDS=5000`.
fn worlds() -> u32 {
    std::env::var("SKIFT_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

/// Drawn in parts, each from a seed of its own, so that more processors draw the same worlds.
const PARTS: u32 = 4;

#[test]
fn measured_and_reckoned_are_equal() {
    let ground = Ground::new();
    thread::scope(|scope| {
        let parts = (0..PARTS).map(|part| {
            let config = Config {
                cases: worlds().div_ceil(PARTS),
                rng_seed: RngSeed::Fixed(20_261_122 + u64::from(part)),
                failure_persistence: None,
                ..Config::default()
            };
            let ground = &ground;
            scope.spawn(move || {
                let mut runner = TestRunner::new(config);
                let result = runner.run(&world(), |world| check(&world, ground));
                result.map_err(|error| format!("part {part}: {error}"))
            })
        });
        let parts: Vec<_> = parts.collect();
        for part in parts {
            part.join().unwrap().unwrap_or_else(|error| panic!("{error}"));
        }
    });
}

fn check(world: &World, ground: &Ground) -> Result<(), TestCaseError> {
    let text = world.text();
    let scenario = Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}\n{text}"));
    let reckoned = Forecast::of(&scenario).nodes();
    for measured in measure(&ground.journal(&scenario)) {
        let same = |it: &&Reckoned| (&it.client, &it.node) == (&measured.client, &measured.node);
        let reckoned = reckoned.iter().find(same).unwrap();
        prop_assert!(
            reckoned.agrees_with(&measured),
            "{text}\nmeasured\n{}reckoned\n{}",
            measured.outages.iter().map(told).collect::<String>(),
            reckoned.outages.iter().map(|it| format!("  {it:?}\n")).collect::<String>(),
        );
    }
    Ok(())
}

fn told(outage: &Outage) -> String {
    let Outage { from, until, failure, missed_calls } = outage;
    format!("  {from}..{until:?} {}: {} ({missed_calls})\n", failure.step, failure.cause)
}

/// A world as it is drawn: instants in minutes from the start.
#[derive(Debug, Clone)]
struct World {
    rules: Rules,
    clients: Vec<Client>,
    /// When the old certificates expire, of production and of integration test.
    expires: [i64; 2],
    happenings: Vec<(i64, Happening)>,
    interval: i64,
}

#[derive(Debug, Clone)]
struct Rules {
    overlap: bool,
    rolling_on_revocation: bool,
    look_interval: i64,
    activation_delay: i64,
    sts_lag: i64,
    smdb_lag: i64,
    token_lifetime: i64,
    holder_certificate: &'static str,
    issuer_check: &'static str,
    finds_by: &'static str,
}

#[derive(Debug, Clone)]
struct Client {
    profile: &'static str,
    environment: usize,
    /// In seconds.
    skew: i64,
    two_nodes: bool,
    shares_process: bool,
}

#[derive(Debug, Clone)]
enum Happening {
    Renew(usize),
    Revoke(usize),
    Save { rolling: bool, certificate: usize },
    Remove { rolling: bool },
    Provision(usize),
    RollOver,
    TrustSigner,
    PinSigner(usize),
    Deploy { client: usize, certificate: usize },
    Restart(usize),
    Call(usize),
}

const ENVIRONMENTS: [&str; 2] = ["production", "integration-test"];

/// Every certificate that there may be. What is renewed twice is another one each time.
const CERTIFICATES: [&str; 5] = ["old", "test", "new", "newer", "test-new"];

fn world() -> impl Strategy<Value = World> {
    let client = (
        prop::sample::select(vec![
            "no-cache",
            "restart-on-swap",
            "dotnet-cache-by-endpoint",
            "core-new-key-old-token",
        ]),
        prop::sample::select(vec![0, 0, 0, 1]),
        prop::sample::select(vec![0, 0, 0, 7, -7, 45, -45, 200, -200]),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
    );
    let client = client.prop_map(|(profile, environment, skew, two_nodes, shares_process)| {
        Client { profile, environment, skew, two_nodes, shares_process }
    });
    let rules = (
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.25),
        prop::sample::select(vec![0, 0, 0, 7, 45]),
        prop::sample::select(vec![0, 0, 0, 5, 20]),
        prop::sample::select(vec![60, 60, 0, 15]),
        prop::sample::select(vec![60, 0, 15]),
        prop::sample::select(vec![480, 60, 25]),
        prop::sample::select(vec!["ignored", "ignored", "validity", "validity-and-revocation"]),
        prop::sample::select(vec!["at-provisioning", "at-provisioning", "never"]),
        prop::sample::select(vec!["certificate", "certificate", "certificate", "subject"]),
    );
    let rules = rules.prop_map(
        |(
            overlap,
            rolling_on_revocation,
            look,
            delay,
            sts,
            smdb,
            token,
            holder,
            issuer,
            finds_by,
        )| Rules {
            overlap,
            rolling_on_revocation,
            look_interval: look,
            activation_delay: delay,
            sts_lag: sts,
            smdb_lag: smdb,
            token_lifetime: token,
            holder_certificate: holder,
            issuer_check: issuer,
            finds_by,
        },
    );
    let happening = prop_oneof![
        1 => (0..2_usize).prop_map(Happening::Revoke),
        3 => (any::<bool>(), 0..5_usize)
            .prop_map(|(rolling, certificate)| Happening::Save { rolling, certificate }),
        1 => any::<bool>().prop_map(|rolling| Happening::Remove { rolling }),
        3 => (0..2_usize).prop_map(Happening::Provision),
        3 => (0..2_usize, 0..5_usize)
            .prop_map(|(client, certificate)| Happening::Deploy { client, certificate }),
        1 => (0..2_usize).prop_map(Happening::Restart),
        2 => (0..2_usize).prop_map(Happening::Call),
    ];
    // Half an hour apart or so, so that instants meet now and then.
    let minute = prop_oneof![(0..24_i64).prop_map(|at| at * 15), 0..360_i64];
    (
        rules,
        prop::collection::vec(client, 1..3),
        [60..300_i64, 60..300_i64],
        prop::collection::vec((minute, happening), 0..10),
        prop::sample::select(vec![13, 30, 45, 90]),
        prop::sample::subsequence(vec![0_usize, 1, 2], 0..=3),
        prop::option::weighted(0.15, [1..300_i64, 1..300_i64, 1..300_i64]),
    )
        .prop_map(|(rules, clients, expires, mut happenings, interval, renewals, signer)| {
            if let Some([roll_over, trust, pin]) = signer {
                happenings.push((roll_over, Happening::RollOver));
                happenings.push((trust, Happening::TrustSigner));
                for (index, _) in clients.iter().enumerate().filter(|(_, it)| it.environment == 0) {
                    happenings.push((pin, Happening::PinSigner(index)));
                }
            }
            for renewal in renewals {
                happenings.push((0, Happening::Renew(renewal)));
            }
            World { rules, clients, expires, happenings, interval }
        })
}

impl World {
    fn text(&self) -> String {
        let Rules {
            overlap,
            rolling_on_revocation,
            holder_certificate,
            issuer_check,
            finds_by,
            ..
        } = &self.rules;
        let Rules { look_interval, activation_delay, sts_lag, smdb_lag, token_lifetime, .. } =
            &self.rules;
        let [expires, test_expires] = self.expires;
        let mut text = format!(
            r#"
            format = 1
            title = "A world"
            description = "Drawn at random."
            start = 2030-03-01T08:00:00Z
            length = "6h"
            seed = 1
            [nemlogin]
            overlap = {overlap}
            rolling-on-revocation = {rolling_on_revocation}
            look-interval = "{look_interval}m"
            activation-delay = "{activation_delay}m"
            revocation-lag = "{sts_lag}m"
            token-lifetime = "{token_lifetime}m"
            issuer-check = "{issuer_check}"
            finds-by = "{finds_by}"
            [smdb]
            revocation-lag = "{smdb_lag}m"
            holder-certificate = "{holder_certificate}"
            [organisation.kommune]
            name = "Testkommunen"
            cvr = "90000001"
            [system-user.fagsystem]
            organisation = "kommune"
            entity-id = "https://wsc.testkommunen.invalid"
            [certificate.old]
            system-user = "fagsystem"
            environment = "production"
            expires = "+{expires}m"
            [certificate.test]
            system-user = "fagsystem"
            environment = "integration-test"
            expires = "+{test_expires}m"
            "#
        );
        for (index, client) in self.clients.iter().enumerate() {
            let process = if client.shares_process { "process = \"server\"\n" } else { "" };
            let nodes = if client.two_nodes { "\"a\", \"b\"" } else { "\"a\"" };
            let certificate = ["old", "test"][client.environment];
            text += &format!(
                "[client.c{index}]\nsystem-user = \"fagsystem\"\nenvironment = \"{}\"\n\
                 profile = \"{}\"\nnodes = [{nodes}]\nskew = \"{}s\"\n\
                 certificate = \"{certificate}\"\n{process}\
                 [[every]]\ninterval = \"{}m\"\ndo.client.submit = {{ client = \"c{index}\" }}\n",
                ENVIRONMENTS[client.environment], client.profile, client.skew, self.interval
            );
        }
        let exists = |certificate: usize| {
            let renewed = |which| {
                self.happenings
                    .iter()
                    .any(|(_, it)| matches!(it, Happening::Renew(it) if *it == which))
            };
            certificate < 2 || renewed(certificate - 2)
        };
        for (minute, happening) in &self.happenings {
            let certificate = |index: usize| {
                if exists(index) { CERTIFICATES[index] } else { CERTIFICATES[index % 2] }
            };
            let client = |index: usize| format!("client = \"c{}\"", index % self.clients.len());
            let what = match happening {
                Happening::Renew(which) => {
                    let (old, new) =
                        [("old", "new"), ("old", "newer"), ("test", "test-new")][*which];
                    format!("mitid.renew = {{ certificate = \"{old}\", as = \"{new}\" }}")
                }
                Happening::Revoke(which) => {
                    format!("mitid.revoke = {{ certificate = \"{}\" }}", CERTIFICATES[*which])
                }
                Happening::Save { rolling, certificate: which } => format!(
                    "nemlogin.save = {{ system-user = \"fagsystem\", slot = \"{}\", \
                     certificate = \"{}\" }}",
                    if *rolling { "rolling" } else { "active" },
                    certificate(*which)
                ),
                Happening::Remove { rolling } => format!(
                    "nemlogin.remove = {{ system-user = \"fagsystem\", slot = \"{}\" }}",
                    if *rolling { "rolling" } else { "active" },
                ),
                Happening::RollOver => {
                    "nemlogin.roll-over = { environment = \"production\" }".to_owned()
                }
                Happening::TrustSigner => {
                    "smdb.trust-signer = { environment = \"production\" }".to_owned()
                }
                Happening::PinSigner(index) => {
                    format!("client.pin-signer = {{ {} }}", client(*index))
                }
                Happening::Provision(environment) => format!(
                    "nemlogin.provision = {{ system-user = \"fagsystem\", environment = \"{}\" }}",
                    ENVIRONMENTS[*environment]
                ),
                Happening::Deploy { client: index, certificate: which } => format!(
                    "client.deploy = {{ {}, certificate = \"{}\" }}",
                    client(*index),
                    certificate(*which)
                ),
                Happening::Restart(index) => format!("client.restart = {{ {} }}", client(*index)),
                Happening::Call(index) => format!("client.submit = {{ {} }}", client(*index)),
            };
            let at = Span::from_minutes(if matches!(happening, Happening::Renew(_)) {
                0
            } else {
                minute.max(&1).to_owned()
            });
            text += &format!("[[at]]\ntime = \"+{at}\"\ndo.{what}\n");
        }
        text + "[expected]\noutages = []\n"
    }
}
