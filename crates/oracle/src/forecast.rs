//! What a plan will come to: outages, failing calls and tokens of each node, and of all together.

use clock::{Span, Timestamp};
use parties::Step;

use crate::{
    acceptance::Acceptance,
    calls::Calls,
    cause::Cause,
    chains::Chains,
    interval::{Interval, at_least},
    plan::{NodeNumber, Plan},
    signers::Signers,
    walk::{Surroundings, walk},
};

/// What a plan will come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    end: Timestamp,
    nodes: Vec<NodeForecast>,
}

impl Forecast {
    /// Reckons it.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let (acceptance, signers) = (Acceptance::of(plan), Signers::of(plan));
        let chains = Chains::of(plan);
        let surroundings =
            Surroundings { plan, acceptance: &acceptance, signers: &signers, chains: &chains };
        let mut nodes: Vec<Option<NodeForecast>> = vec![None; plan.nodes.len()];
        for first in plan.all_nodes() {
            if nodes[first.0].is_some() {
                continue;
            }
            let others = plan.all_nodes().filter(|other| *other > first);
            let others = others.filter(|other| plan.share_cache(first, *other));
            let group: Vec<_> = std::iter::once(first).chain(others).collect();
            walk(surroundings, &group, |number, forecast| nodes[number.0] = Some(forecast));
        }
        Self { end: plan.end, nodes: nodes.into_iter().flatten().collect() }
    }

    /// How one node fares.
    #[must_use]
    pub fn node(&self, node: NodeNumber) -> &NodeForecast {
        &self.nodes[node.0]
    }

    /// How each node fares, in the order in which they were added.
    #[must_use]
    pub fn nodes(&self) -> &[NodeForecast] {
        &self.nodes
    }

    /// When at least one node is down.
    #[must_use]
    pub fn any(&self) -> Vec<Interval> {
        self.at_least(1)
    }

    /// When every node is down.
    #[must_use]
    pub fn all(&self) -> Vec<Interval> {
        if self.nodes.is_empty() { Vec::new() } else { self.at_least(self.nodes.len()) }
    }

    fn at_least(&self, count: usize) -> Vec<Interval> {
        let intervals: Vec<Vec<Interval>> = self
            .nodes
            .iter()
            .map(|node| node.outages.iter().map(Outage::interval).collect())
            .collect();
        at_least(count, intervals.iter().map(Vec::as_slice))
    }

    /// The sum of all outages of all nodes, as far as they are seen until the run ends.
    #[must_use]
    pub fn node_downtime(&self) -> Span {
        self.nodes.iter().map(|node| node.downtime(self.end)).fold(Span::ZERO, |sum, it| sum + it)
    }
}

/// How one node fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeForecast {
    /// Its exposure: when a call would fail, given the calls that it really makes.
    pub outages: Vec<Outage>,
    /// Runs of failing calls, each from its first failing call to the next that succeeds.
    pub observed: Vec<Interval>,
    /// How many calls it makes.
    pub calls: u64,
    /// How many of them fail. Where nodes share a cache, a call may fare otherwise than one more call in
    /// the same instant would, once another node has called; it counts here, and in no outage.
    pub missed_calls: u64,
    /// When it was given tokens that it kept.
    pub tokens: Vec<Timestamp>,
}

impl NodeForecast {
    /// Puts together what a walk has found; `until` is the first instant after the run.
    pub(crate) fn new(
        segments: &[Segment],
        tokens: Vec<Timestamp>,
        calls: &Calls,
        start: Timestamp,
        until: Timestamp,
    ) -> Self {
        let count =
            |interval: Interval| calls.count(interval.from, interval.until.unwrap_or(until));
        let mut outages: Vec<Outage> = Vec::new();
        for segment in segments {
            let missed_calls = count(segment.interval());
            match outages.last_mut().filter(|outage| outage.until == Some(segment.from)) {
                Some(outage) => {
                    outage.until = segment.until;
                    outage.missed_calls += missed_calls;
                    outage.segments.push(*segment);
                }
                None => outages.push(Outage {
                    from: segment.from,
                    until: segment.until,
                    missed_calls,
                    segments: vec![*segment],
                }),
            }
        }

        let mut observed: Vec<Interval> = Vec::new();
        for outage in outages.iter().filter(|outage| outage.missed_calls > 0) {
            let first = calls.next(outage.from);
            let next = outage.until.map(|from| calls.next(from)).filter(|next| *next < until);
            // The call that should have ended the last run fails as well: it goes on.
            match observed.last_mut().filter(|run| run.until == Some(first)) {
                Some(run) => run.until = next,
                None => observed.push(Interval { from: first, until: next }),
            }
        }

        let missed_calls = outages.iter().map(|outage| outage.missed_calls).sum();
        Self { outages, observed, calls: calls.count(start, until), missed_calls, tokens }
    }

    /// Of the calls at `at` so many more failed than one more call there would say.
    pub(crate) fn turn(&mut self, at: Timestamp, more: i64) {
        self.missed_calls = self.missed_calls.saturating_add_signed(more);
        let holds =
            |outage: &&mut Outage| outage.from <= at && outage.until.is_none_or(|until| at < until);
        if let Some(outage) = self.outages.iter_mut().find(holds) {
            outage.missed_calls = outage.missed_calls.saturating_add_signed(more);
        }
    }

    /// Why its calls fail, whenever they do.
    pub(crate) fn causes(&self) -> impl Iterator<Item = Cause> {
        let segments = self.outages.iter().flat_map(Outage::segments);
        segments.map(|segment| segment.cause)
    }

    /// The sum of its outages, as far as they are seen until the run ends at `end`.
    #[must_use]
    pub fn downtime(&self, end: Timestamp) -> Span {
        let lengths = self.outages.iter().map(|outage| outage.interval().length(end));
        lengths.fold(Span::ZERO, |sum, it| sum + it)
    }
}

/// A longest time in which every call of a node would fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// The first instant at which a call would fail.
    pub from: Timestamp,
    /// The first one at which it would not any more; none if the run ends before that.
    pub until: Option<Timestamp>,
    /// How many calls fail in it. With none it is not exercised, which is never a pass.
    pub missed_calls: u64,
    /// How calls fail in it, in order and without gaps; at least one.
    segments: Vec<Segment>,
}

impl Outage {
    /// How calls fail in it, in order and without gaps; at least one.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Why a call fails at first, by which an outage is known.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.segments[0].cause
    }

    /// The step at which a call fails at first.
    #[must_use]
    pub fn step(&self) -> Step {
        self.cause().step()
    }

    /// When it is.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        Interval { from: self.from, until: self.until }
    }
}

/// A part of an outage in which calls fail for one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it; none if the run ends before that.
    pub until: Option<Timestamp>,
    /// Why calls fail.
    pub cause: Cause,
}

impl Segment {
    pub(crate) const fn interval(self) -> Interval {
        Interval { from: self.from, until: self.until }
    }
}
