//! The search for a remedy: everything is tried, and one order decides.

use clock::{Span, Timestamp};

use super::{
    Blame, Remedy,
    candidates::{Candidate, Candidates, Kind},
};
use crate::{
    event::Act,
    forecast::Forecast,
    plan::{NodeNumber, Plan},
    walk::after,
};

pub(super) struct Search<'p> {
    plan: &'p Plan,
    /// Whose downtime counts; everybody's if none.
    node: Option<NodeNumber>,
    forecast: Forecast,
    was: Vec<Span>,
    best: Option<Found>,
}

/// The best so far.
struct Found {
    rank: Rank,
    remedy: Remedy,
    mended: Timestamp,
    left: Span,
}

/// What is smaller is better, the first field before all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    left: Span,
    /// It was in nobody's hands who swaps.
    is_the_operators: bool,
    kind: Kind,
    acts: usize,
    /// What is left of the downtime of all nodes.
    in_all: Span,
    since: Timestamp,
}

impl<'p> Search<'p> {
    /// Nothing is tried yet.
    pub(super) fn new(plan: &'p Plan, node: Option<NodeNumber>) -> Self {
        let forecast = Forecast::of(plan);
        let was = downtimes(&forecast, after(plan.end));
        Self { plan, node, forecast, was, best: None }
    }

    /// Tries everything.
    pub(super) fn run(mut self) -> Option<Blame> {
        if self.counted(&self.was) == Span::ZERO {
            return None;
        }
        let candidates = Candidates::new(self.plan, self.node, &self.forecast);
        candidates.all().iter().for_each(|candidate| self.attempt(candidate));
        if self.best.is_none() {
            candidates.renewals().iter().for_each(|candidate| self.attempt(candidate));
        }
        let was = self.seen(&self.forecast);
        let Found { remedy, mended, left, .. } = self.best?;
        let role = remedy.role(self.plan);
        Some(Blame { remedy, mended, role, was, left })
    }

    /// Tries a remedy at each of its instants.
    fn attempt(&mut self, candidate: &Candidate) {
        let Candidate { remedy, kind, done, instants } = candidate;
        for at in instants.iter().copied() {
            let mut plan = self.plan.clone();
            remedy.apply(&mut plan, at);
            let forecast = Forecast::of(&plan);
            let downtimes = downtimes(&forecast, after(plan.end));
            let left = self.counted(&downtimes);
            if left >= self.counted(&self.was) || self.costs_others(remedy, &downtimes) {
                continue;
            }
            let rank = Rank {
                left,
                is_the_operators: self.is_the_operators(remedy),
                kind: *kind,
                acts: acts(remedy),
                in_all: sum(&downtimes),
                since: done.unwrap_or(at),
            };
            // Of one remedy the instants come as they are welcome, whatever they are.
            let is_better = match &self.best {
                Some(best) if best.remedy == *remedy => {
                    Rank { since: at, ..rank } < Rank { since: at, ..best.rank }
                }
                Some(best) => rank < best.rank,
                None => true,
            };
            if is_better {
                let left = self.seen(&forecast);
                self.best = Some(Found { rank, remedy: remedy.clone(), mended: at, left });
            }
        }
    }

    /// What counts of the downtimes of all nodes.
    fn counted(&self, downtimes: &[Span]) -> Span {
        self.node.map_or_else(|| sum(downtimes), |node| downtimes[node.0])
    }

    /// What counts, as far as it is seen until the run ends. The search reckons one instant further, so
    /// that an outage which begins with the last instant counts at all.
    fn seen(&self, forecast: &Forecast) -> Span {
        let end = self.plan.end;
        let seen = self.counted(&downtimes(forecast, end));
        if seen == Span::ZERO { self.counted(&downtimes(forecast, after(end))) } else { seen }
    }

    /// Whether a node that does not count is worse off.
    fn costs_others(&self, remedy: &Remedy, downtimes: &[Span]) -> bool {
        let Some(counted) = self.node else { return false };
        // A click on *provision* had its place, and what hung on it there is another matter.
        let meant_for = match remedy {
            Remedy::Correct(_, Act::Provision { environment, .. }) => Some(*environment),
            _ => None,
        };
        let mut others = self.plan.all_nodes().filter(|node| *node != counted);
        others.any(|node| {
            Some(self.plan.nodes[node.0].environment) != meant_for
                && downtimes[node.0] > self.was[node.0]
        })
    }

    fn is_the_operators(&self, remedy: &Remedy) -> bool {
        let Remedy::Move(event) = remedy else { return false };
        matches!(self.plan.event(*event).act, Act::SignWith { .. })
    }
}

/// How many acts it takes.
fn acts(remedy: &Remedy) -> usize {
    match remedy {
        Remedy::Move(_) | Remedy::Correct(..) | Remedy::IssueEarlier(_) | Remedy::Configure(..) => {
            1
        }
        Remedy::Add(acts) => acts.len(),
        Remedy::Renew(_) => usize::MAX,
    }
}

/// The downtime of each node, as far as it is seen before `until`.
fn downtimes(forecast: &Forecast, until: Timestamp) -> Vec<Span> {
    forecast.nodes().iter().map(|node| node.downtime(until)).collect()
}

fn sum(spans: &[Span]) -> Span {
    spans.iter().fold(Span::ZERO, |sum, span| sum + *span)
}
