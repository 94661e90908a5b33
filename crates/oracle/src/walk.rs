//! Nodes through the run, from change to change: what a call would meet at each instant.
//!
//! Between two changes from outside (a click taking effect, a date, a swap) only what is kept
//! changes anything, so that the walk takes a step for each token and none for each call. Nodes that
//! share a cache walk together; nearly always that is one node.

use clock::{Span, Timestamp};

use crate::{
    acceptance::Acceptance,
    cache::Cache,
    caller::Caller,
    chains::Chains,
    event::{Act, Phase},
    forecast::NodeForecast,
    plan::{NodeNumber, Plan},
    signers::Signers,
};

/// What a walk looks things up in.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) acceptance: &'p Acceptance,
    pub(crate) signers: &'p Signers,
    pub(crate) chains: &'p Chains,
}

/// How these nodes, which share one cache, fare in the whole run.
pub(crate) fn walk(
    surroundings: Surroundings<'_>,
    group: &[NodeNumber],
    mut done: impl FnMut(NodeNumber, NodeForecast),
) {
    let plan = surroundings.plan;
    let events = events_of(plan, group);
    let changes = changes(surroundings, group, &events);
    let callers: Vec<_> = group.iter().map(|number| Caller::new(surroundings, *number)).collect();
    let mut walk = Walk { callers, cache: Cache::default() };

    let mut events = events.into_iter().peekable();
    for (index, from) in changes.iter().enumerate() {
        while let Some((.., act)) = events.next_if(|(at, ..)| at <= from) {
            walk.happens(&act, *from);
        }
        let until = changes.get(index + 1).copied().unwrap_or_else(|| after(plan.end));
        walk.go(*from, until);
    }
    for (number, caller) in group.iter().zip(walk.callers) {
        done(*number, caller.end(after(plan.end)));
    }
}

/// The next instant: the run includes its last one, so a half-open interval ends there.
pub(crate) fn after(end: Timestamp) -> Timestamp {
    end + Span::from_millis(1)
}

/// What happens to the nodes or in their processes, in order.
fn events_of(plan: &Plan, group: &[NodeNumber]) -> Vec<(Timestamp, Phase, Act)> {
    let mut events: Vec<_> = plan
        .events
        .iter()
        .filter(|event| event.at <= plan.end)
        .filter_map(|event| {
            let (node, phase) = event.act.at_node()?;
            let concerns = group.iter().any(|member| plan.run_together(*member, node));
            concerns.then_some((event.at, phase, event.act))
        })
        .collect();
    events.sort_by_key(|(at, phase, _)| (*at, *phase));
    events
}

/// The instants at which anything but what is kept can change what the nodes meet; the start first.
fn changes(
    surroundings: Surroundings<'_>,
    group: &[NodeNumber],
    events: &[(Timestamp, Phase, Act)],
) -> Vec<Timestamp> {
    let Surroundings { plan, acceptance, signers, chains } = surroundings;
    let mut changes = vec![plan.start];
    changes.extend(events.iter().map(|(at, ..)| *at));
    let given = events.iter().filter_map(|(.., act)| match act {
        Act::Deploy { certificate, .. } | Act::Install { certificate, .. } => Some(*certificate),
        _ => None,
    });
    let begun_with = group.iter().map(|number| plan.nodes[number.0].certificate);
    let environment = plan.nodes[group[0].0].environment;
    for certificate in begun_with.chain(given) {
        let dates = plan.get(certificate);
        changes.extend([
            dates.valid_from,
            dates.expires,
            acceptance.revocation_seen(certificate, plan.rules.sts_revocation_lag),
            acceptance.revocation_seen(certificate, plan.rules.smdb_revocation_lag),
        ]);
        changes.extend(acceptance.changes(plan, environment, certificate));
    }
    changes.extend(signers.changes(environment));
    changes.extend(chains.changes(environment));
    changes.retain(|at| (plan.start..=plan.end).contains(at));
    changes.sort_unstable();
    changes.dedup();
    changes
}

struct Walk<'p> {
    callers: Vec<Caller<'p>>,
    cache: Cache,
}

impl Walk<'_> {
    fn happens(&mut self, act: &Act, now: Timestamp) {
        for caller in &mut self.callers {
            if caller.happens(act, now) {
                self.cache = Cache::default();
            }
        }
    }

    /// From `from` to `until`, while nothing changes from outside.
    fn go(&mut self, from: Timestamp, until: Timestamp) {
        let mut now = from;
        while now < until {
            self.calls(now);
            let mut next = until;
            for caller in &mut self.callers {
                let (outcome, left) = caller.call(&self.cache, now);
                caller.meets(outcome, now);
                // Calls of this very instant have been made. A later one may bring a token, or drop
                // one that is left for others.
                next = caller.next_turn(&self.cache, &left, now).map_or(next, |it| next.min(it));
            }
            now = next;
        }
    }

    /// Lets calls at `now`, each in its turn, drop the token if it is not left for them, and bring
    /// another one.
    fn calls(&mut self, now: Timestamp) {
        let callers = self.callers.iter().enumerate();
        let mut turns: Vec<_> =
            callers.flat_map(|(place, it)| it.turns(now).map(move |turn| (turn, place))).collect();
        turns.sort_unstable();
        for (_, place) in turns {
            let caller = &mut self.callers[place];
            let (outcome, left) = caller.call(&self.cache, now);
            let is_new = left.token.is_some() && left.token != self.cache.token;
            caller.has_called(now, is_new, outcome);
            self.cache = left;
        }
    }
}
