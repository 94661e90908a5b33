//! The search for a remedy: everything is tried, and one order decides.

use std::collections::BTreeSet;

use clock::{Span, Timestamp};

use super::{
    Blame, Remedy, Window,
    candidates::{Candidate, Candidates, Kind, longer},
};
use crate::{
    cause::Cause,
    event::Act,
    forecast::{Forecast, NodeForecast, Outage},
    plan::{NodeNumber, Plan},
    walk::after,
};

pub(super) struct Search<'p> {
    plan: &'p Plan,
    /// Whose downtime counts; everybody's if none.
    node: Option<NodeNumber>,
    forecast: Forecast,
    /// Why each node's calls fail until the run ends.
    causes: Vec<BTreeSet<Cause>>,
    /// The downtimes as they are.
    was: Downtimes,
    best: Option<Found>,
}

/// The downtime of each node.
struct Downtimes {
    /// Until the run ends.
    seen: Vec<Span>,
    /// In the long run.
    lasting: Vec<Span>,
}

/// A remedy that helps.
struct Found {
    rank: Rank,
    candidate: Candidate,
    mended: Timestamp,
    /// What is left of the downtime until the run ends.
    left: Span,
}

/// What is smaller is better, the first field before all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// What is left of the downtime in the long run: else one that is only put off to just after the
    /// end of a run would be as good as none.
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
        let causes: Vec<_> = forecast.nodes().iter().map(|it| it.causes().collect()).collect();
        let was = Downtimes {
            seen: downtimes(&forecast, plan.end),
            lasting: lasting(plan, longer(plan), Some(&causes)),
        };
        Self { plan, node, forecast, causes, was, best: None }
    }

    /// Tries everything.
    pub(super) fn run(mut self) -> Option<Blame> {
        if self.seen(&self.forecast) == Span::ZERO {
            return None;
        }
        let candidates = Candidates::new(self.plan, self.node, &self.forecast);
        candidates.all().iter().for_each(|candidate| self.attempt(candidate));
        if self.best.is_none() {
            candidates.renewals().iter().for_each(|candidate| self.attempt(candidate));
        }
        let best = self.best.take()?;
        let (best, window) = self.window(&candidates, best);
        let was = self.seen(&self.forecast);
        let Found { candidate: Candidate { remedy, .. }, mended, left, .. } = best;
        let role = remedy.role(self.plan);
        Some(Blame { remedy, mended, window, role, was, left })
    }

    /// Tries a remedy at each of its instants.
    fn attempt(&mut self, candidate: &Candidate) {
        for at in candidate.instants.iter().copied() {
            let Some(found) = self.tried(candidate, at) else { continue };
            let is_better = self.best.as_ref().is_none_or(|best| {
                // The instants of one remedy come as they are welcome: the first of equals stays.
                let is_the_same = best.candidate.remedy == candidate.remedy;
                let since = if is_the_same { best.rank.since } else { found.rank.since };
                Rank { since, ..found.rank } < best.rank
            });
            if is_better {
                self.best = Some(found);
            }
        }
    }

    /// What a remedy would come to at `at`; none if it gains nothing until the run ends, or nothing that
    /// lasts, if it costs another node more, or if it only puts off what is then as bad.
    fn tried(&self, candidate: &Candidate, at: Timestamp) -> Option<Found> {
        let Candidate { remedy, kind, done, .. } = candidate;
        let mut plan = self.plan.clone();
        remedy.apply(&mut plan, at);
        let lasts = lasting(&plan, longer(&plan), Some(&self.causes));
        let left = self.counted(&lasts);
        if left >= self.counted(&self.was.lasting) {
            return None;
        }
        let forecast = Forecast::of(&plan);
        let seen = self.seen(&forecast);
        if seen >= self.seen(&self.forecast) {
            return None;
        }
        let downtimes = Downtimes { seen: downtimes(&forecast, plan.end), lasting: lasts };
        if self.costs_others(remedy, &downtimes) {
            return None;
        }
        // Nobody puts off what is then as bad, once no token hides it any more.
        if at > plan.end {
            let shown = lasting(&plan, at + plan.rules.token_lifetime, Some(&self.causes));
            if self.counted(&shown) > left {
                return None;
            }
        }
        let rank = Rank {
            left,
            is_the_operators: self.is_the_operators(remedy),
            kind: *kind,
            acts: acts(remedy),
            in_all: sum(&downtimes.lasting),
            since: done.unwrap_or(at),
        };
        Some(Found { rank, candidate: candidate.clone(), mended: at, left: seen })
    }

    /// The best remedy at the best of the instants around which anything changes, and between which
    /// of them it is as good.
    fn window(&self, candidates: &Candidates<'_>, best: Found) -> (Found, Window) {
        // What is put off beyond the run has an instant of its own.
        if best.mended > self.plan.end {
            let window = Window::at(best.mended);
            return (best, window);
        }
        let around = candidates.around(&best.candidate, best.mended);
        let instants = around.instants;
        let best = self.refined(best, &instants);
        let Found { rank, candidate, mended, .. } = &best;
        let Ok(place) = instants.binary_search(mended) else {
            let window = Window::at(*mended);
            return (best, window);
        };
        // Nor may anything else come of it after the run, such as a token that ends.
        let comes_to = |at: Timestamp| {
            let mut plan = self.plan.clone();
            candidate.remedy.apply(&mut plan, at);
            self.counted(&lasting(&plan, longer(&plan), None))
        };
        let in_all = comes_to(*mended);
        // Nor less be left, or what is said of it would hold at one of the instants alone.
        let is_as_good = |at: Timestamp| {
            let found = self.tried(candidate, at);
            found.is_some_and(|it| it.rank.left == rank.left && it.left == best.left)
                && comes_to(at) <= in_all
        };
        let earlier = instants[..place].iter().rev().take_while(|at| is_as_good(**at));
        let later = instants[place + 1..].iter().take_while(|at| is_as_good(**at));
        let (first, last) = (place - earlier.count(), place + later.count());
        let end = |good: usize, bad: Option<usize>| {
            let bad = bad.and_then(|bad| instants.get(bad));
            bad.map(|bad| edge(instants[good], *bad, is_as_good))
        };
        let (from, until) = (end(first, first.checked_sub(1)), end(last, Some(last + 1)));
        // What waits for a save can be too early.
        let from = from.or_else(|| around.waits.then(|| instants[first]));
        // Who is too early need not hurry, but to save before it is provisioned; else the last instant
        // is one after which it is too late.
        let saves = matches!(candidate.remedy, Remedy::Move(event)
            if self.plan.event(event).act.edits().is_some());
        let until = match candidate.kind {
            Kind::Moved if !saves && candidate.done.is_some_and(|done| done < *mended) => until,
            _ => until.or_else(|| instants.last().copied()).filter(|until| *until < self.plan.end),
        };
        let window = Window { from, until };
        let (first, last) = (from.unwrap_or(instants[first]), until.unwrap_or(instants[last]));
        // Once more in between, where tokens come and go.
        let eighth = last.since(first).millis() / 8;
        let mut between = (1..8).map(|part| first + Span::from_millis(part * eighth));
        if !between.all(is_as_good) {
            let window = Window::at(*mended);
            return (best, window);
        }
        let mended = candidate.done.map_or(last, |done| done.clamp(first, last));
        (Found { mended, ..best }, window)
    }

    /// The same remedy at the instant of these at which it leaves the least: the search for the remedy
    /// itself tries only those at which anything turns.
    fn refined(&self, best: Found, instants: &[Timestamp]) -> Found {
        let candidate = best.candidate.clone();
        // The most welcome first; what is put off beyond the run has been tried.
        let mut instants: Vec<_> = instants.iter().filter(|at| **at <= self.plan.end).collect();
        match candidate.done {
            Some(done) => instants.sort_by_key(|at| at.since(done).millis().unsigned_abs()),
            None => instants.reverse(),
        }
        let found = instants.into_iter().filter_map(|at| self.tried(&candidate, *at));
        found.fold(best, |best, found| {
            let is_better = (found.rank.left, found.left) < (best.rank.left, best.left);
            if is_better { found } else { best }
        })
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

    /// Whether a node that does not count is worse off, be it until the run ends or in the long run.
    fn costs_others(&self, remedy: &Remedy, downtimes: &Downtimes) -> bool {
        let Some(counted) = self.node else { return false };
        // A click on *provision* had its place, and what hung on it there is another matter.
        let meant_for = match remedy {
            Remedy::Correct(_, Act::Provision { environment, .. }) => Some(*environment),
            _ => None,
        };
        let mut others = self.plan.all_nodes().filter(|node| *node != counted);
        others.any(|node| {
            Some(self.plan.nodes[node.0].environment) != meant_for
                && (downtimes.seen[node.0] > self.was.seen[node.0]
                    || downtimes.lasting[node.0] > self.was.lasting[node.0])
        })
    }

    fn is_the_operators(&self, remedy: &Remedy) -> bool {
        let Remedy::Move(event) = remedy else { return false };
        matches!(self.plan.event(*event).act, Act::SignWith { .. } | Act::ChangeChain { .. })
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

/// The downtime of each node in a run that goes on until `until`. Of what comes after the end only that
/// counts which has one of these causes, if any are given, the same that the node was down for before it:
/// a certificate that expires then has nothing to do with the run.
fn lasting(plan: &Plan, until: Timestamp, causes: Option<&[BTreeSet<Cause>]>) -> Vec<Span> {
    let end = after(plan.end);
    let mut longer = plan.clone();
    longer.end = until;
    let until = after(until);
    let forecast = Forecast::of(&longer);
    let Some(causes) = causes else { return downtimes(&forecast, until) };
    let of_node = |(node, causes): (&NodeForecast, &BTreeSet<Cause>)| {
        let segments = node.outages.iter().flat_map(Outage::segments);
        let counted = segments.map(|segment| {
            let counts = if causes.contains(&segment.cause) { until } else { end };
            segment.interval().length(counts)
        });
        counted.fold(Span::ZERO, |sum, it| sum + it)
    };
    forecast.nodes().iter().zip(causes).map(of_node).collect()
}

/// The downtime of each node, as far as it is seen before `until`.
fn downtimes(forecast: &Forecast, until: Timestamp) -> Vec<Span> {
    forecast.nodes().iter().map(|node| node.downtime(until)).collect()
}

fn sum(spans: &[Span]) -> Span {
    spans.iter().fold(Span::ZERO, |sum, span| sum + *span)
}
