//! The search for a remedy: everything is tried at every instant at which anything turns.

use clock::{Span, Timestamp};
use parties::{Environment, Slot};

use super::{Blame, Remedy};
use crate::{
    acceptance::Acceptance,
    event::Act,
    forecast::{Forecast, NodeForecast},
    plan::{CertificateNumber, EventNumber, Node, NodeNumber, Plan},
    rules::Keeps,
    walk::after,
};

pub(super) struct Search<'p> {
    plan: &'p Plan,
    /// Whose downtime counts; everybody's if none.
    node: Option<NodeNumber>,
    forecast: Forecast,
    was: Span,
    /// Where anything turns.
    instants: Vec<Timestamp>,
    best: Option<Found>,
}

/// The best so far. What is smaller is better: what is left; then what nobody did more than once;
/// then the instant at which it was done or, if nobody did it, should have been at the latest; then
/// what is missing before what was moved.
struct Found {
    rank: (Span, bool, Timestamp, bool),
    remedy: Remedy,
    mended: Timestamp,
}

impl<'p> Search<'p> {
    /// Nothing is tried yet.
    pub(super) fn new(plan: &'p Plan, node: Option<NodeNumber>) -> Self {
        let forecast = Forecast::of(plan);
        let mut search =
            Self { plan, node, forecast, was: Span::ZERO, instants: Vec::new(), best: None };
        search.was = search.downtime(&search.forecast);
        search.instants = search.turning_points();
        search
    }

    /// Tries everything.
    pub(super) fn run(mut self) -> Option<Blame> {
        if self.was > Span::ZERO {
            self.moves();
            self.additions();
            if self.best.is_none() {
                self.renewals();
            }
        }
        let Found { rank: (left, ..), remedy, mended } = self.best?;
        let role = remedy.role(self.plan);
        Some(Blame { remedy, mended, role, was: self.was, left })
    }

    /// The nodes whose downtime counts.
    fn nodes(&self) -> impl Iterator<Item = (NodeNumber, &NodeForecast)> {
        let nodes = self.forecast.nodes().iter().enumerate();
        nodes
            .map(|(index, forecast)| (NodeNumber(index), forecast))
            .filter(|(node, _)| self.node.is_none_or(|only| only == *node))
    }

    /// What counts of a forecast. An outage that begins at the last instant still counts a little.
    fn downtime(&self, forecast: &Forecast) -> Span {
        let end = after(self.plan.end);
        let counts = |index: usize| self.node.is_none_or(|only| only.0 == index);
        let nodes = forecast.nodes().iter().enumerate().filter(|(index, _)| counts(*index));
        nodes.map(|(_, node)| node.downtime(end)).fold(Span::ZERO, |sum, it| sum + it)
    }

    /// Every instant in the run at which something begins, ends or is done.
    fn turning_points(&self) -> Vec<Timestamp> {
        let plan = self.plan;
        let acceptance = Acceptance::of(plan);
        let mut instants = vec![plan.start];
        instants.extend(plan.events.iter().map(|event| event.at));
        for (index, certificate) in plan.certificates.iter().enumerate() {
            let number = CertificateNumber(index);
            instants.extend([
                certificate.valid_from,
                certificate.expires,
                acceptance.revocation_seen(number, plan.rules.sts_revocation_lag),
                acceptance.revocation_seen(number, plan.rules.smdb_revocation_lag),
            ]);
            for environment in Environment::ALL {
                instants.extend(acceptance.changes(plan, environment, number));
            }
        }
        for (node, forecast) in self.nodes() {
            let node = &plan.nodes[node.0];
            let keeps_for = node.keeps.keeps_for(plan.rules.token_lifetime, node.skew);
            for outage in &forecast.outages {
                instants.push(outage.from);
                instants.extend(outage.until);
                // The tokens around its beginning: when they were given, and when they go.
                let next = forecast.tokens.partition_point(|at| *at <= outage.from);
                let around = next.saturating_sub(2)..(next + 1).min(forecast.tokens.len());
                for issued in &forecast.tokens[around] {
                    instants.extend([*issued, *issued + keeps_for]);
                }
            }
        }
        instants.retain(|at| (plan.start..=plan.end).contains(at));
        instants.sort_unstable();
        instants.dedup();
        instants
    }

    /// Every event at every instant. Of instants that are as good the nearest to the event's own.
    fn moves(&mut self) {
        for (index, event) in self.plan.events.iter().enumerate() {
            let remedy = Remedy::Move(EventNumber(index));
            let earliest = match event.act {
                // Nobody saves, revokes or deploys what is not issued yet.
                Act::Save { certificate, .. }
                | Act::Revoke { certificate }
                | Act::Deploy { certificate, .. }
                | Act::Install { certificate, .. } => {
                    self.plan.get(certificate).valid_from.min(event.at)
                }
                Act::Provision { .. }
                | Act::Remove { .. }
                | Act::Restart { .. }
                | Act::DropCache { .. }
                | Act::Pin { .. }
                | Act::SignWith { .. }
                | Act::Trust { .. } => self.plan.start,
            };
            let lead = self.lead(&event.act);
            let instants = self.instants.iter().flat_map(|at| lead.map(|lead| *at - lead));
            let mut instants: Vec<_> = instants.filter(|at| *at >= earliest).collect();
            instants.sort_by_key(|at| distance(*at, event.at));
            self.try_all(&remedy, instants, Some(event.at));
        }
        for (index, certificate) in self.plan.certificates.iter().enumerate() {
            let valid_from = certificate.valid_from;
            let mut earlier = self.instants.clone();
            earlier.retain(|at| *at < valid_from);
            earlier.reverse();
            let remedy = Remedy::IssueEarlier(CertificateNumber(index));
            self.try_all(&remedy, earlier, Some(valid_from));
        }
    }

    /// How long before it shows an act is done: not at all, or for as long as it takes.
    fn lead(&self, act: &Act) -> [Span; 2] {
        let rules = &self.plan.rules;
        let lead = match act {
            Act::Provision { .. } => rules.activation_delay,
            Act::Revoke { .. } => rules.sts_revocation_lag,
            Act::Save { .. }
            | Act::Remove { .. }
            | Act::Deploy { .. }
            | Act::Install { .. }
            | Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::Pin { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. } => Span::ZERO,
        };
        [Span::ZERO, lead]
    }

    /// What is missing: a restart that loses a token, a click on *provision*, a swap, or all that it takes
    /// to use a certificate that is there.
    fn additions(&mut self) {
        for (node, it) in self.down() {
            if it.keeps != Keeps::Never {
                self.add(vec![Act::Restart { node }]);
            }
            let system_user = it.system_user;
            let provision = Act::Provision { system_user, environment: it.environment };
            self.add(vec![provision]);
            for certificate in self.others(node) {
                let deploy = Act::Deploy { node, certificate };
                if !self.is_done(&deploy) {
                    self.add(vec![deploy]);
                    self.add(vec![provision, deploy]);
                }
                let saves = Slot::ALL.map(|slot| Act::Save { system_user, slot, certificate });
                if saves.iter().any(|save| self.is_done(save)) {
                    continue;
                }
                for save in saves {
                    self.add(vec![save, provision]);
                    if !self.is_done(&deploy) {
                        self.add(vec![save, provision, deploy]);
                    }
                }
            }
        }
    }

    fn is_done(&self, act: &Act) -> bool {
        self.plan.events.iter().any(|event| event.act == *act)
    }

    /// A renewal of what nodes began with, before it is too late.
    fn renewals(&mut self) {
        for (_, node) in self.down() {
            let old = node.certificate;
            let expires = self.plan.get(old).expires;
            let mut instants = self.instants.clone();
            instants.retain(|at| *at < expires);
            instants.reverse();
            self.try_all(&Remedy::Renew(old), instants, None);
        }
    }

    /// The nodes that are down at some time.
    fn down(&self) -> Vec<(NodeNumber, &'p Node)> {
        self.nodes()
            .filter(|(_, forecast)| !forecast.outages.is_empty())
            .map(|(number, _)| (number, &self.plan.nodes[number.0]))
            .collect()
    }

    /// What a node could have been given instead of what it began with.
    fn others(&self, node: NodeNumber) -> Vec<CertificateNumber> {
        let node = &self.plan.nodes[node.0];
        let all = (0..self.plan.certificates.len()).map(CertificateNumber);
        all.filter(|number| {
            *number != node.certificate && self.plan.get(*number).environment == node.environment
        })
        .collect()
    }

    /// Adds the acts at every instant. Of instants that are as good the last: until then there is time.
    fn add(&mut self, acts: Vec<Act>) {
        let lead = self.lead(&acts[0]);
        let issued = acts.iter().filter_map(|act| match act {
            Act::Save { certificate, .. }
            | Act::Deploy { certificate, .. }
            | Act::Install { certificate, .. } => Some(self.plan.get(*certificate).valid_from),
            Act::Provision { .. }
            | Act::Remove { .. }
            | Act::Revoke { .. }
            | Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::Pin { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. } => None,
        });
        let earliest = issued.fold(self.plan.start, Timestamp::max);
        let instants = self.instants.iter().flat_map(|at| lead.map(|lead| *at - lead));
        let mut instants: Vec<_> = instants.filter(|at| *at >= earliest).collect();
        instants.sort_unstable();
        instants.reverse();
        self.try_all(&Remedy::Add(acts), instants, None);
    }

    /// Tries a remedy at these instants, the most welcome first; `done` is when it was done, if it was.
    fn try_all(&mut self, remedy: &Remedy, instants: Vec<Timestamp>, done: Option<Timestamp>) {
        let mut best: Option<(Span, Timestamp)> = None;
        for at in instants {
            let mut plan = self.plan.clone();
            remedy.apply(&mut plan, at);
            let left = self.downtime(&Forecast::of(&plan));
            if left < best.map_or(self.was, |(left, _)| left) {
                best = Some((left, at));
            }
        }
        let Some((left, mended)) = best else { return };
        let again = match remedy {
            Remedy::Add(acts) => acts.iter().all(|act| self.is_done(act)),
            Remedy::Move(_) | Remedy::IssueEarlier(_) | Remedy::Renew(_) => false,
        };
        let rank = (left, again, done.unwrap_or(mended), done.is_some());
        if self.best.as_ref().is_none_or(|best| rank < best.rank) {
            self.best = Some(Found { rank, remedy: remedy.clone(), mended });
        }
    }
}

fn distance(one: Timestamp, other: Timestamp) -> u64 {
    one.since(other).millis().unsigned_abs()
}
