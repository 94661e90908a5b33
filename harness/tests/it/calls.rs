//! What a run takes for granted of a call: it ends as a look right after it would, and changes nothing
//! for a node that does not share a process with the one that called.

use std::collections::BTreeSet;

use clock::Timestamp;
use harness::{
    run::run,
    scenario::{Action, ClientName, NodeName, Scenario},
    world::{ActionOutcome, CallOutcome, Message, Standing, World, in_process::InProcess},
};

use crate::{
    profiles::{CORE, DOTNET, RESTART, ROLLING, Race},
    stops::world,
};

/// A world that looks at every node before and after each call.
struct Suspicious<'s> {
    world: InProcess,
    scenario: &'s Scenario,
    succeeded: usize,
    failed: usize,
}

impl World for Suspicious<'_> {
    fn act(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        self.world.act(action, now)
    }

    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        let others = self.scenario.nodes().filter(|other| *other != (client, node));
        let before: Vec<_> = others
            .map(|(client, node)| (client, node, self.world.probe(client, node, now)))
            .collect();
        let outcome = self.world.call(client, node, now);
        assert_eq!(self.world.probe(client, node, now), outcome, "{client}/{node} at {now}");
        let process = |client: &ClientName| self.scenario.clients[client].process.as_ref();
        let shared = process(client);
        for (client, node, before) in before {
            if shared.is_some() && process(client) == shared {
                continue;
            }
            assert_eq!(self.world.probe(client, node, now), before, "{client}/{node} at {now}");
        }
        *if outcome.failure().is_none() { &mut self.succeeded } else { &mut self.failed } += 1;
        outcome
    }

    fn probe(&self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.world.probe(client, node, now)
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.world.next_change(now)
    }

    fn standing(&self, now: Timestamp) -> Vec<Standing> {
        self.world.standing(now)
    }

    fn take_messages(&mut self) -> Vec<Message> {
        self.world.take_messages()
    }

    fn take_touched(&mut self) -> BTreeSet<(ClientName, NodeName)> {
        self.world.take_touched()
    }
}

#[test]
fn a_call_ends_as_a_look_would_and_changes_nothing_for_others() {
    let nodes = "nodes = [\"app-1\", \"app-2\"]";
    let races = [
        Race::new("no-cache", ROLLING).with(nodes).deployed("+12h"),
        Race::new(RESTART, ROLLING).with(nodes).deployed("+26h"),
        Race::new(DOTNET, ROLLING).with(nodes).restarted("+21h"),
        // With a token for the old key, and so refused by SMDB and not by the STS.
        Race::new(CORE, ROLLING).with(nodes).deployed("+17h").called("+18h"),
    ];
    for race in races {
        check(&race.scenario());
    }
}

/// Nor where a call lets somebody fetch a revocation list that others rest on, where two
/// organisations call, and where they do so from one process.
#[test]
fn nor_where_calls_leave_traces_elsewhere() {
    for (name, text) in [
        (
            "revoked",
            include_str!("../../../scenarios/tokens/old-certificate-revoked-under-a-token.toml"),
        ),
        (
            "revoked before expiry",
            include_str!("../../../scenarios/revocation/revoked-before-expiry.toml"),
        ),
        ("tenants", include_str!("../../../scenarios/tenants/two-municipalities-one-cache.toml")),
    ] {
        check(&Scenario::parse(text).unwrap_or_else(|mistake| panic!("{name}: {mistake}")));
    }
}

#[track_caller]
fn check(scenario: &Scenario) {
    let (world, succeeded, failed) = (world(scenario, false), 0, 0);
    let mut suspicious = Suspicious { world, scenario, succeeded, failed };
    let _ = run(scenario, &mut suspicious);
    let Suspicious { succeeded, failed, .. } = suspicious;
    assert!(succeeded > 0 && failed > 0, "{}: {succeeded} and {failed} calls", scenario.title);
}
