//! Who is to blame: the one thing that, done at another time or done at all, would have helped most.
//!
//! It is found by trying. Every event is moved to every instant at which anything turns, and what is
//! missing is added there; whatever leaves the least downtime is to blame, the earliest on a tie. What
//! is missing may take several acts, where a certificate was never saved for instance. A renewal that
//! nobody ordered would mend nearly everything, so it comes last.

use clock::{Span, Timestamp};
use parties::{Environment, Role, Slot};

use crate::{
    acceptance::Acceptance,
    forecast::{Forecast, NodeForecast},
    plan::{
        Act, Certificate, CertificateNumber, EventNumber, Node, NodeNumber, Plan, SystemUserNumber,
    },
};

/// What should have been otherwise, and what would be left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    /// What was done at the wrong time, or not at all.
    pub remedy: Remedy,
    /// When it should have been done. For what is missing, the last instant that is as good.
    pub mended: Timestamp,
    /// Who should have done it.
    pub role: Role,
    /// The downtime as it is, as far as it is seen until the run ends.
    pub was: Span,
    /// The downtime that would be left.
    pub left: Span,
}

/// What would have helped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// This event at another time.
    Move(EventNumber),
    /// This certificate valid, and so at hand, earlier.
    IssueEarlier(CertificateNumber),
    /// These acts, all at the same instant, in this order; nobody did them.
    Add(Vec<Act>),
    /// A renewal of this certificate: issued, saved, provisioned and deployed.
    Renew(CertificateNumber),
}

impl Blame {
    /// Who is to blame for the downtime of all nodes together; nobody where there is none, or where
    /// nothing of the kind would have helped.
    #[must_use]
    pub fn of(plan: &Plan) -> Option<Self> {
        Search::new(plan, None).run()
    }

    /// Who is to blame for the downtime of one node.
    #[must_use]
    pub fn of_node(plan: &Plan, node: NodeNumber) -> Option<Self> {
        Search::new(plan, Some(node)).run()
    }

    /// The same plan with the mistake removed.
    #[must_use]
    pub fn mend(&self, plan: &Plan) -> Plan {
        let mut plan = plan.clone();
        self.remedy.apply(&mut plan, self.mended);
        plan
    }
}

impl Remedy {
    fn apply(&self, plan: &mut Plan, at: Timestamp) {
        match self {
            Self::Move(event) => plan.events[event.0].at = at,
            Self::IssueEarlier(certificate) => plan.certificates[certificate.0].valid_from = at,
            Self::Add(acts) => acts.iter().for_each(|act| {
                plan.at(at, *act);
            }),
            Self::Renew(old) => renew(plan, *old, at),
        }
    }

    fn role(&self, plan: &Plan) -> Role {
        let of_act = |act: &Act| match act {
            Act::Save { .. } | Act::Provision { .. } | Act::Remove { .. } => {
                Role::NemloginAdministrator
            }
            Act::Revoke { .. } => Role::MitidAdministrator,
            Act::Deploy { .. } | Act::Restart { .. } | Act::DropCache { .. } => Role::Vendor,
            Act::SignWith { .. } => Role::Operator,
            Act::Trust { .. } | Act::Distrust { .. } => Role::ServiceOwner,
        };
        match self {
            Self::Move(event) => of_act(&plan.event(*event).act),
            Self::Add(acts) => acts.first().map_or(Role::Operator, of_act),
            Self::IssueEarlier(_) | Self::Renew(_) => Role::MitidAdministrator,
        }
    }
}

/// Three years, as certificates live.
const CERTIFICATE_LIFE: Span = Span::from_days(1095);

/// Everything that a renewal in time takes, at one instant: the new certificate in the active slot of
/// whoever has the old one in force at first, and in every node that begins with it.
fn renew(plan: &mut Plan, old: CertificateNumber, at: Timestamp) {
    let environment = plan.get(old).environment;
    let expires = at + CERTIFICATE_LIFE;
    let certificate = plan.certificate(Certificate { environment, valid_from: at, expires });
    for index in 0..plan.system_users.len() {
        if plan.system_users[index].in_force[environment as usize] == Some(old) {
            let system_user = SystemUserNumber(index);
            plan.at(at, Act::Save { system_user, slot: Slot::Active, certificate });
            plan.at(at, Act::Provision { system_user, environment });
        }
    }
    for index in 0..plan.nodes.len() {
        if plan.nodes[index].certificate == old {
            plan.at(at, Act::Deploy { node: NodeNumber(index), certificate });
        }
    }
}

struct Search<'p> {
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
    fn new(plan: &'p Plan, node: Option<NodeNumber>) -> Self {
        let forecast = Forecast::of(plan);
        let mut search =
            Self { plan, node, forecast, was: Span::ZERO, instants: Vec::new(), best: None };
        search.was = search.downtime(&search.forecast);
        search.instants = search.turning_points();
        search
    }

    fn run(mut self) -> Option<Blame> {
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
        let end = self.plan.end + Span::from_millis(1);
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
            let revoked = acceptance.revoked(number);
            instants.extend([
                certificate.valid_from,
                certificate.expires,
                revoked + plan.rules.sts_revocation_lag,
                revoked + plan.rules.smdb_revocation_lag,
            ]);
            for environment in Environment::ALL {
                instants.extend(acceptance.changes(environment, number));
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
                | Act::Deploy { certificate, .. } => {
                    self.plan.get(certificate).valid_from.min(event.at)
                }
                Act::Provision { .. }
                | Act::Remove { .. }
                | Act::Restart { .. }
                | Act::DropCache { .. }
                | Act::SignWith { .. }
                | Act::Trust { .. }
                | Act::Distrust { .. } => self.plan.start,
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
            Act::Provision { .. } | Act::Remove { .. } => rules.activation_delay,
            Act::Revoke { .. } => rules.sts_revocation_lag,
            Act::Save { .. }
            | Act::Deploy { .. }
            | Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. }
            | Act::Distrust { .. } => Span::ZERO,
        };
        [Span::ZERO, lead]
    }

    /// What is missing: a click on *provision*, a swap, or all that it takes to use a certificate that
    /// is there.
    fn additions(&mut self) {
        for (node, it) in self.down() {
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
            Act::Save { certificate, .. } | Act::Deploy { certificate, .. } => {
                Some(self.plan.get(*certificate).valid_from)
            }
            Act::Provision { .. }
            | Act::Remove { .. }
            | Act::Revoke { .. }
            | Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. }
            | Act::Distrust { .. } => None,
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
