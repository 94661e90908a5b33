//! The loop: from one stop to the next, letting the world live.
//!
//! A run stops at its start, at every event, at every instant at which the world may change by
//! itself, and at its end, and looks at every node there. Between two stops nothing can differ,
//! so what it sees is exact and not sampled. The run covers `[start, start + length]`: what
//! happens at its last instant still happens.
//!
//! A node that has just called need not be looked at: how its call ended is what a look would show.
//! And where nothing changes by itself, only those are looked at whom somebody's act, or the call of
//! another, has touched: the world compares what a call would meet before and after it.

use std::collections::{BTreeMap, BTreeSet};

use clock::Timestamp;

use crate::{
    journal::{FORMAT, Journal, What},
    scenario::{ClientName, NodeName, Scenario},
    schedule::{Due, Schedule},
    world::{CallOutcome, Standing, World},
};

/// Lets `scenario` happen in `world`, which has been made for it, and tells what was seen.
#[must_use]
pub fn run(scenario: &Scenario, world: &mut dyn World) -> Journal {
    let end = scenario.end();
    let (journal, seen, stood) = (Journal::default(), BTreeMap::new(), Vec::new());
    let mut run = Run { scenario, world, journal, seen, stood };
    let mut schedule = Schedule::new(scenario);
    let mut now = scenario.start;
    run.begin(now);
    let mut turns = true;
    loop {
        let mut shown = Shown::default();
        // Clicks, then swaps, then calls: the schedule has them in this order. What falls due by
        // itself between clicks and swaps, the world reads with `now`.
        while let Some(event) = schedule.take_due(now) {
            run.carry_out(event.due, now, &mut shown);
        }
        run.look(now);
        run.probe(now, turns, &shown);
        if now >= end {
            break;
        }
        let change = run.world.next_change(now).filter(|at| *at > now);
        let next = [schedule.next_at(), change].into_iter().flatten().filter(|at| *at > now).min();
        now = next.unwrap_or(end).min(end);
        turns = change == Some(now) || now == end;
    }
    run.journal.note(What::Ends, now);
    run.journal
}

/// What one instant has shown, by the place of a node in [`Scenario::nodes`].
#[derive(Default)]
struct Shown {
    /// How the last call of a node ended, and whatever it would meet is since then as it was.
    called: BTreeMap<usize, CallOutcome>,
    /// Who may meet something else than before.
    touched: BTreeSet<usize>,
}

struct Run<'r> {
    scenario: &'r Scenario,
    world: &'r mut dyn World,
    journal: Journal,
    /// What the last probe of each node showed; in the order of [`Scenario::nodes`].
    seen: BTreeMap<usize, CallOutcome>,
    /// How things stood when they were last looked at.
    stood: Vec<Standing>,
}

impl Run<'_> {
    fn begin(&mut self, now: Timestamp) {
        let begins = What::Begins {
            format: FORMAT,
            title: self.scenario.title.clone(),
            seed: self.scenario.seed,
            until: self.scenario.end(),
            looks_every: self.world.looks_every(),
        };
        self.journal.note(begins, now);
    }

    /// Lets something happen, and puts down how a call ended.
    fn carry_out(&mut self, due: Due<'_>, now: Timestamp, shown: &mut Shown) {
        let index = |client: &ClientName, node: &NodeName| {
            self.scenario.nodes().position(|it| it == (client, node))
        };
        let what = match due {
            Due::Action(action) => {
                let outcome = self.world.act(action, now);
                What::Action { action: action.clone(), outcome }
            }
            Due::Call(client, node) => {
                let outcome = self.world.call(client, node, now);
                shown.called.extend(index(client, node).map(|index| (index, outcome.clone())));
                What::Call { client: client.clone(), node: node.clone(), outcome }
            }
        };
        for (client, node) in self.world.take_touched() {
            let Some(index) = index(&client, &node) else { continue };
            shown.called.remove(&index);
            shown.touched.insert(index);
        }
        for message in self.world.take_messages() {
            self.journal.note(What::Message(message), now);
        }
        self.journal.note(what, now);
    }

    /// Looks how things stand, and notes what stands otherwise than at the last look.
    fn look(&mut self, now: Timestamp) {
        let stands = self.world.standing(now);
        for standing in stands.iter().filter(|it| !self.stood.contains(it)) {
            self.journal.note(What::Standing(standing.clone()), now);
        }
        self.stood = stands;
    }

    /// Looks at the nodes for which something may have changed, at all of them if the world `turns` by
    /// itself, and notes what is different from the last look.
    fn probe(&mut self, now: Timestamp, turns: bool, shown: &Shown) {
        for (index, (client, node)) in self.scenario.nodes().enumerate() {
            let outcome = match shown.called.get(&index) {
                Some(outcome) => outcome.clone(),
                None if turns || shown.touched.contains(&index) => {
                    self.world.probe(client, node, now)
                }
                None => continue,
            };
            if self.seen.get(&index).is_some_and(|seen| is_same(seen, &outcome)) {
                continue;
            }
            self.seen.insert(index, outcome.clone());
            let (client, node) = (client.clone(), node.clone());
            self.journal.note(What::Exposure { client, node, outcome }, now);
        }
    }
}

/// Whether nothing has changed, though a diagnosis may read differently at another hour.
fn is_same(one: &CallOutcome, other: &CallOutcome) -> bool {
    match (one, other) {
        (CallOutcome::Succeeded, CallOutcome::Succeeded) => true,
        (CallOutcome::Failed(one), CallOutcome::Failed(other)) => one.is_same_trouble(other),
        (CallOutcome::Succeeded, CallOutcome::Failed(_))
        | (CallOutcome::Failed(_), CallOutcome::Succeeded) => false,
    }
}
