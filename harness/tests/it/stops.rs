//! A run stops wherever something may change, the caches of clients included: looking more often
//! shows nothing else. And what it writes down is the same with any keys.

use std::collections::BTreeSet;

use clock::{Span, Timestamp};
use harness::{
    downtime::{NodeDowntime, measure},
    journal::Journal,
    run::run,
    scenario::{Action, ClientName, NodeName, Scenario},
    world::{
        ActionOutcome, CallOutcome, Message, Standing, World,
        in_process::{InProcess, keys_needed},
    },
};
use pki::{KeyPool, KeySize, PrivateKey};

use crate::profiles::{CORE, DOTNET, RESTART, ROLLING, Race};

/// A world that is looked at more often than it asks for.
pub(crate) struct Watched {
    world: InProcess,
    stops: BTreeSet<Timestamp>,
    /// Who is looked at whenever anything happens, touched or not.
    always: BTreeSet<(ClientName, NodeName)>,
}

impl Watched {
    /// At more instants.
    pub(crate) const fn at(world: InProcess, stops: BTreeSet<Timestamp>) -> Self {
        Self { world, stops, always: BTreeSet::new() }
    }

    /// At no other instant, but each time at every node.
    pub(crate) fn everywhere(world: InProcess, scenario: &Scenario) -> Self {
        let always = scenario.nodes().map(|(client, node)| (client.clone(), node.clone()));
        Self { world, stops: BTreeSet::new(), always: always.collect() }
    }
}

impl World for Watched {
    fn act(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        self.world.act(action, now)
    }

    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.world.call(client, node, now)
    }

    fn probe(&self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.world.probe(client, node, now)
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let stop = self.stops.range(now + Span::from_millis(1)..).next().copied();
        self.world.next_change(now).into_iter().chain(stop).min()
    }

    fn standing(&self, now: Timestamp) -> Vec<Standing> {
        self.world.standing(now)
    }

    fn take_messages(&mut self) -> Vec<Message> {
        self.world.take_messages()
    }

    fn take_touched(&mut self) -> BTreeSet<(ClientName, NodeName)> {
        let touched = self.world.take_touched();
        touched.into_iter().chain(self.always.iter().cloned()).collect()
    }
}

/// The world of a scenario, with the keys of the pool in this order.
pub(crate) fn world(scenario: &Scenario, backwards: bool) -> InProcess {
    let keys = KeyPool::open(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys")).unwrap();
    let needed = keys_needed(scenario);
    keys.ensure(&needed, &mut |_, _| ()).unwrap();
    let key = |size: KeySize, index: usize| -> Option<PrivateKey> {
        let (_, count) = needed.iter().find(|(other, _)| *other == size)?;
        Some(keys.key(size, if backwards { count - 1 - index } else { index }))
    };
    InProcess::new(scenario, key).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn journal(scenario: &Scenario, backwards: bool) -> Journal {
    run(scenario, &mut world(scenario, backwards))
}

fn intervals(downtime: &[NodeDowntime]) -> Vec<(Timestamp, Option<Timestamp>)> {
    let outages = downtime.iter().flat_map(|node| &node.outages);
    outages.map(|outage| (outage.from, outage.until)).collect()
}

/// If a stop were missing, somebody who looks in between would see an edge before the run does.
#[test]
fn looking_more_often_shows_nothing_else() {
    let races = [
        Race::new(DOTNET, ROLLING).with("skew = \"-90s\"").deployed("+14h"),
        Race::new(CORE, ROLLING).with("skew = \"30s\"").deployed("+18h30m"),
        Race::new(RESTART, ROLLING).deployed("+26h"),
    ];
    for (race, every) in races.iter().zip([19, 23, 29]) {
        let scenario = race.scenario();
        let every = Span::from_minutes(every) + Span::from_millis(77);
        let stops = (1..).map(|times| scenario.start + every * times);
        let stops = stops.take_while(|at| *at < scenario.end()).collect();
        let mut watched = Watched::at(world(&scenario, false), stops);
        let seen = intervals(&measure(&run(&scenario, &mut watched)));
        assert!(!seen.is_empty(), "{race:?}");
        assert_eq!(seen, intervals(&measure(&journal(&scenario, false))), "{race:?}");
    }
}

/// Also where a client itself says what is wrong, and a thumbprint would give the keys away.
#[test]
fn the_journal_is_the_same_with_any_keys() {
    let race = Race::new(DOTNET, ROLLING);
    let races = [
        race.clone().with("find-by = \"subject-name\"").deployed("+18h").restarted("+20h"),
        race.clone().with("find-by = \"copied-thumbprint\"").deployed("+18h"),
        race.restarted("+21h"),
        Race::new(CORE, ROLLING).deployed("+22h"),
    ];
    for race in races {
        let scenario = race.scenario();
        let text = journal(&scenario, false).to_json_lines();
        assert!(text.contains("\"step\""), "{text}");
        assert_eq!(text, journal(&scenario, true).to_json_lines(), "{race:?}");
    }
}
