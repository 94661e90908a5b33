//! The loop: from one stop to the next, letting the world live.
//!
//! A run stops at its start, at every event, at every instant at which the world may change by
//! itself, and at its end, and looks at every node there. Between two stops nothing can differ,
//! so what it sees is exact and not sampled. The run covers `[start, start + length]`: what
//! happens at its last instant still happens.
//!
//! A node that has just called need not be looked at: how its call ended is what a look would show.
//! And where nothing happens but calls, nothing changes for those who did not call, unless they share
//! a process, and with it a cache, with one who did.

use std::collections::BTreeMap;

use clock::Timestamp;

use crate::{
    journal::{FORMAT, Journal, What},
    scenario::Scenario,
    schedule::{Due, Schedule},
    world::{CallOutcome, Standing, World},
};

/// Lets `scenario` happen in `world`, which has been made for it, and tells what was seen.
#[must_use]
pub fn run(scenario: &Scenario, world: &mut dyn World) -> Journal {
    let end = scenario.end();
    let (journal, seen, stood) = (Journal::default(), BTreeMap::new(), Vec::new());
    let mut run = Run { scenario, world, journal, seen, stood };
    let shares = scenario.clients.values().any(|client| client.process.is_some());
    let mut schedule = Schedule::new(scenario);
    let mut now = scenario.start;
    run.begin(now);
    let mut turns = true;
    loop {
        let mut called = BTreeMap::new();
        // Clicks, then swaps, then calls: the schedule has them in this order. What falls due by
        // itself between clicks and swaps, the world reads with `now`.
        while let Some(event) = schedule.take_due(now) {
            turns |= matches!(event.due, Due::Action(_));
            run.carry_out(event.due, now, &mut called);
        }
        run.look(now);
        if shares {
            run.probe(now, |_| true, &BTreeMap::new());
        } else {
            run.probe(now, |index| turns || called.contains_key(&index), &called);
        }
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
        };
        self.journal.note(begins, now);
    }

    /// Lets something happen, and puts down how a call ended.
    fn carry_out(
        &mut self,
        due: Due<'_>,
        now: Timestamp,
        called: &mut BTreeMap<usize, CallOutcome>,
    ) {
        let what = match due {
            Due::Action(action) => {
                let outcome = self.world.act(action, now);
                What::Action { action: action.clone(), outcome }
            }
            Due::Call(client, node) => {
                let outcome = self.world.call(client, node, now);
                let index = self.scenario.nodes().position(|it| it == (client, node));
                called.extend(index.map(|index| (index, outcome.clone())));
                What::Call { client: client.clone(), node: node.clone(), outcome }
            }
        };
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

    /// Looks at every node that may be worth it, and notes what is different from the last look.
    fn probe(
        &mut self,
        now: Timestamp,
        is_worth_it: impl Fn(usize) -> bool,
        called: &BTreeMap<usize, CallOutcome>,
    ) {
        for (index, (client, node)) in self.scenario.nodes().enumerate() {
            if !is_worth_it(index) {
                continue;
            }
            let outcome = match called.get(&index) {
                Some(outcome) => outcome.clone(),
                None => self.world.probe(client, node, now),
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
