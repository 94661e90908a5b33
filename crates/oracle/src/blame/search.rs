//! The search for a remedy: everything is tried, and one order decides.

use clock::{Span, Timestamp};

use super::{
    Blame, Remedy, Window,
    candidates::{Candidate, Candidates, Kind, longer},
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
    candidate: Candidate,
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
        let best = self.best.take()?;
        let (mended, window) = self.window(&candidates, &best);
        let was = self.seen(&self.forecast);
        let Found { candidate: Candidate { remedy, .. }, left, .. } = best;
        let role = remedy.role(self.plan);
        Some(Blame { remedy, mended, window, role, was, left })
    }

    /// Tries a remedy at each of its instants.
    fn attempt(&mut self, candidate: &Candidate) {
        for at in candidate.instants.iter().copied() {
            let Some((forecast, downtimes)) = self.mended(&candidate.remedy, at) else { continue };
            let left = self.counted(&downtimes);
            if left >= self.counted(&self.was) {
                continue;
            }
            let rank = Rank {
                left,
                is_the_operators: self.is_the_operators(&candidate.remedy),
                kind: candidate.kind,
                acts: acts(&candidate.remedy),
                in_all: sum(&downtimes),
                since: candidate.done.unwrap_or(at),
            };
            // Of one remedy the instants come as they are welcome, whatever they are.
            let is_better = match &self.best {
                Some(best) if best.candidate.remedy == candidate.remedy => {
                    Rank { since: at, ..rank } < Rank { since: at, ..best.rank }
                }
                Some(best) => rank < best.rank,
                None => true,
            };
            if is_better {
                let left = self.seen(&forecast);
                self.best = Some(Found { rank, candidate: candidate.clone(), mended: at, left });
            }
        }
    }

    /// What a remedy would come to at `at`; none if it costs another node more, or what counts more
    /// once the run has ended.
    fn mended(&self, remedy: &Remedy, at: Timestamp) -> Option<(Forecast, Vec<Span>)> {
        let mut plan = self.plan.clone();
        remedy.apply(&mut plan, at);
        let end = plan.end;
        plan.end = end.max(at);
        let mut forecast = Forecast::of(&plan);
        let mended = downtimes(&forecast, after(end));
        if at > end {
            if self.counted(&downtimes(&forecast, after(at))) > self.counted(&mended) {
                return None;
            }
            plan.end = end;
            forecast = Forecast::of(&plan);
        }
        (!self.costs_others(remedy, &mended)).then_some((forecast, mended))
    }

    /// Between which instants the best is as good, and at which of them it is called mended: the nearest
    /// to that at which it was done, or the last one.
    fn window(&self, candidates: &Candidates<'_>, best: &Found) -> (Timestamp, Window) {
        let Found { rank, candidate, mended, .. } = best;
        let instants = candidates.around(candidate, *mended);
        let Ok(place) = instants.binary_search(mended) else {
            return (*mended, Window::at(*mended));
        };
        // It must last: what is put off beyond the run has an instant of its own, and no token hides
        // anything.
        if *mended > self.plan.end {
            return (*mended, Window::at(*mended));
        }
        let in_the_long_run = |at: Timestamp| {
            let mut plan = self.plan.clone();
            candidate.remedy.apply(&mut plan, at);
            plan.end = longer(&plan);
            self.counted(&downtimes(&Forecast::of(&plan), plan.end))
        };
        let lasting = in_the_long_run(*mended);
        let is_as_good = |at: Timestamp| {
            let tried = self.mended(&candidate.remedy, at);
            tried.is_some_and(|(_, downtimes)| self.counted(&downtimes) == rank.left)
                && in_the_long_run(at) <= lasting
        };
        let earlier = instants[..place].iter().rev().take_while(|at| is_as_good(**at));
        let later = instants[place + 1..].iter().take_while(|at| is_as_good(**at));
        let (first, last) = (place - earlier.count(), place + later.count());
        let end = |good: usize, bad: Option<usize>| {
            let bad = bad.and_then(|bad| instants.get(bad));
            bad.map(|bad| edge(instants[good], *bad, is_as_good))
        };
        let (from, until) = (end(first, first.checked_sub(1)), end(last, Some(last + 1)));
        // Who is too early need not hurry; else the last instant is one after which it is too late.
        let until = match candidate.kind {
            Kind::Moved if candidate.done.is_some_and(|done| done < *mended) => until,
            _ => until.or_else(|| instants.last().copied()).filter(|until| *until < self.plan.end),
        };
        let window = Window { from, until };
        let (first, last) = (from.unwrap_or(instants[first]), until.unwrap_or(instants[last]));
        // Once more in between, where tokens come and go.
        let eighth = last.since(first).millis() / 8;
        let mut between = (1..8).map(|part| first + Span::from_millis(part * eighth));
        if !between.all(is_as_good) {
            return (*mended, Window::at(*mended));
        }
        let mended = candidate.done.map_or(last, |done| done.clamp(first, last));
        (mended, window)
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

/// The last whole second on the way from what is good to what is not at which it is still good.
fn edge(mut good: Timestamp, mut bad: Timestamp, is_good: impl Fn(Timestamp) -> bool) -> Timestamp {
    loop {
        let halfway = good + Span::from_millis(bad.since(good).millis() / 2);
        let halfway = halfway.truncated_to_second();
        if halfway <= good.min(bad) || halfway >= good.max(bad) {
            return good;
        }
        if is_good(halfway) {
            good = halfway;
        } else {
            bad = halfway;
        }
    }
}

/// How many acts it takes.
fn acts(remedy: &Remedy) -> usize {
    match remedy {
        Remedy::Move(_)
        | Remedy::Correct(..)
        | Remedy::Accept(_)
        | Remedy::Omit(_)
        | Remedy::IssueEarlier(_)
        | Remedy::Configure(..) => 1,
        // A swap by a restart is one.
        Remedy::Add(acts) => match acts.as_slice() {
            [rest @ .., Act::Deploy { .. }, Act::Restart { .. }] => rest.len() + 1,
            acts => acts.len(),
        },
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
