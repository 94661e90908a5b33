//! What a run takes for granted of a call: it ends as a look right after it would, and changes nothing
//! for a node that is not part of the running process that called.

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
    /// How many times another node was looked at again.
    compared: usize,
}

impl Suspicious<'_> {
    /// Whether two nodes keep their tokens in one place: those of one name, process and environment.
    fn share_a_cache(
        &self,
        one: (&ClientName, &NodeName),
        other: (&ClientName, &NodeName),
    ) -> bool {
        let [client, other_client] = [one.0, other.0].map(|client| &self.scenario.clients[client]);
        one.1 == other.1
            && client.process.is_some()
            && client.process == other_client.process
            && client.environment == other_client.environment
    }
}

impl World for Suspicious<'_> {
    fn act(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        self.world.act(action, now)
    }

    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        let caller = (client, node);
        let others = self.scenario.nodes().filter(|other| *other != caller);
        let before: Vec<_> = others
            .filter(|other| !self.share_a_cache(caller, *other))
            .map(|(client, node)| (client, node, self.world.probe(client, node, now)))
            .collect();
        let outcome = self.world.call(client, node, now);
        assert_eq!(self.world.probe(client, node, now), outcome, "{client}/{node} at {now}");
        self.compared += before.len();
        for (client, node, before) in before {
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
        Race::new("java-rest-fixed-cache", ROLLING).with(nodes).deployed("+26h"),
        Race::new("dotnet-rest", ROLLING).with(nodes).deployed("+17h").called("+18h"),
    ];
    for race in races {
        check(&race.scenario());
    }
}

/// Nor where clients hold each other's certificates or call two environments, where the nodes of one
/// stand differently, and where a call lets somebody fetch a revocation list that others rest on.
#[test]
fn nor_where_calls_leave_traces_elsewhere() {
    for (name, text) in [
        (
            "saved on another system",
            include_str!("../../../scenarios/registration/saved-on-another-system.toml"),
        ),
        (
            "rehearsed",
            include_str!("../../../scenarios/registration/rehearsed-and-not-repeated.toml"),
        ),
        ("node by node", include_str!("../../../scenarios/nodes/swapped-one-by-one.toml")),
        (
            "revoked",
            include_str!("../../../scenarios/revocation/revocation-triggers-the-swap.toml"),
        ),
    ] {
        check(&Scenario::parse(text).unwrap_or_else(|mistake| panic!("{name}: {mistake}")));
    }
}

/// Nor where two clients share a process, for its other copies.
#[test]
fn nor_for_another_copy_of_the_process() {
    let text = include_str!("../../../scenarios/tenants/two-municipalities-one-cache.toml");
    let process = "process = \"server\"";
    assert_eq!(text.matches(process).count(), 2);
    // What is expected is said of clients with one node each.
    let (world, _) = text.split_once("[expected]").unwrap();
    let copies = world.replace(process, &format!("{process}\nnodes = [\"app-1\", \"app-2\"]"));
    let text = format!("{copies}[expected]\noutages = []\n");
    check(&Scenario::parse(&text).unwrap_or_else(|mistake| panic!("{mistake}")));
}

#[track_caller]
fn check(scenario: &Scenario) {
    let world = world(scenario, false);
    let mut suspicious = Suspicious { world, scenario, succeeded: 0, failed: 0, compared: 0 };
    let _ = run(scenario, &mut suspicious);
    let Suspicious { succeeded, failed, compared, .. } = suspicious;
    assert!(succeeded > 0 && failed > 0, "{}: {succeeded} and {failed} calls", scenario.title);
    assert!(compared >= succeeded + failed, "{}: {compared} comparisons", scenario.title);
}
