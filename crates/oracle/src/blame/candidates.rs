//! What could have been otherwise: every remedy that is tried, and the instants at which it is.

mod additions;
mod corrections;
mod instants;
mod moves;

use clock::{Span, Timestamp};
use parties::Environment;

use super::Remedy;
use crate::{
    event::{Act, Event},
    forecast::Forecast,
    plan::{Certificate, CertificateNumber, EventNumber, Node, NodeNumber, Plan, SystemUserNumber},
};

/// A remedy to be tried.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) remedy: Remedy,
    pub(super) kind: Kind,
    /// When it was done, if it was.
    pub(super) done: Option<Timestamp>,
    /// When it could have been done; of instants that are as good the first one here is taken.
    pub(super) instants: Vec<Timestamp>,
    /// The first instant and the last at which it could have been done, if it has no time of its own.
    pub(super) room: Option<(Timestamp, Timestamp)>,
}

impl Candidate {
    /// A remedy that has a time of its own.
    fn at(remedy: Remedy, kind: Kind, done: Option<Timestamp>, instant: Timestamp) -> Self {
        Self { remedy, kind, done, instants: vec![instant], room: None }
    }
}

/// How far a remedy is from what was done; the nearest is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The same click in another place or in another form.
    Corrected,
    /// The restart that a swap lacks.
    Completed,
    /// The same act at another time.
    Moved,
    /// Not the act.
    Omitted,
    /// A client set up otherwise.
    Configured,
    /// What nobody did.
    Added,
}

/// What people act in. What must be done before an instant is done a second before it.
const SECOND: Span = Span::from_seconds(1);

/// What candidates are made of.
pub(super) struct Candidates<'p> {
    plan: &'p Plan,
    /// Whose downtime counts; everybody's if none.
    node: Option<NodeNumber>,
    /// The nodes whose downtime counts and that have any.
    down: Vec<NodeNumber>,
    /// When each of them goes down.
    outages_from: Vec<(NodeNumber, Timestamp)>,
    /// Where anything turns in the run.
    instants: Vec<Timestamp>,
    /// Where what is accepted turns once the run has ended, not long after.
    beyond: Vec<Timestamp>,
}

impl<'p> Candidates<'p> {
    pub(super) fn new(plan: &'p Plan, node: Option<NodeNumber>, forecast: &Forecast) -> Self {
        let counted = plan.all_nodes().filter(|number| node.is_none_or(|only| only == *number));
        let down: Vec<_> =
            counted.filter(|number| !forecast.node(*number).outages.is_empty()).collect();
        let outages_from = down.iter().flat_map(|number| {
            forecast.node(*number).outages.iter().map(|outage| (*number, outage.from))
        });
        let outages_from = outages_from.collect();
        let mut candidates =
            Self { plan, node, down, outages_from, instants: Vec::new(), beyond: Vec::new() };
        candidates.instants = candidates.turning_points(forecast);
        candidates.beyond = candidates.acceptance_beyond();
        candidates
    }

    /// Everything but renewals where there is a certificate to go to.
    pub(super) fn all(&self) -> Vec<Candidate> {
        let mut all = self.corrections();
        all.extend(self.moves());
        all.extend(self.omissions());
        all.extend(self.settings());
        all.extend(self.additions());
        // Also where somebody renewed once it was too late.
        let without = self.down.iter().filter(|node| {
            let until = self.renewed_until(**node);
            self.successors(**node).all(|it| self.issued(self.plan.get(it)) >= until)
        });
        all.extend(without.map(|node| self.renewal(*node)));
        all
    }

    /// A renewal of what nodes began with, before it is too late.
    pub(super) fn renewals(&self) -> Vec<Candidate> {
        self.down.iter().map(|node| self.renewal(*node)).collect()
    }

    fn node(&self, number: NodeNumber) -> &'p Node {
        &self.plan.nodes[number.0]
    }

    fn nodes_down(&self) -> impl Iterator<Item = (NodeNumber, &'p Node)> {
        self.down.iter().map(|number| (*number, self.node(*number)))
    }

    fn events(&self) -> impl Iterator<Item = (EventNumber, &'p Event)> {
        let events = self.plan.events.iter().enumerate();
        events.map(|(index, event)| (EventNumber(index), event))
    }

    /// What was done to a system user's draft before this.
    fn edits_before(
        &self,
        number: EventNumber,
        event: &Event,
        system_user: SystemUserNumber,
    ) -> impl Iterator<Item = (EventNumber, &'p Event)> {
        self.events().filter(move |(other, earlier)| {
            earlier.act.edits() == Some(system_user) && (earlier.at, *other) < (event.at, number)
        })
    }

    /// When a certificate is issued, which may be before it begins.
    fn issued(&self, certificate: &Certificate) -> Timestamp {
        certificate.valid_from - self.plan.rules.certificates_begin_after
    }

    fn environment(&self, certificate: CertificateNumber) -> Environment {
        self.plan.get(certificate).environment
    }

    fn is_done(&self, act: &Act) -> bool {
        self.plan.events.iter().any(|event| event.act == *act)
    }

    fn all_certificates(&self) -> impl Iterator<Item = (CertificateNumber, &'p Certificate)> {
        let all = self.plan.certificates.iter().enumerate();
        all.map(|(index, certificate)| (CertificateNumber(index), certificate))
    }

    /// Whose certificate it is.
    fn owners(
        &self,
        certificate: CertificateNumber,
    ) -> impl Iterator<Item = SystemUserNumber> + Clone + use<'p> {
        let plan = self.plan;
        let users = (0..plan.system_users.len()).map(SystemUserNumber);
        users.filter(move |user| plan.owns(*user, certificate))
    }

    /// What a node could have been given instead of what it began with: certificates of its own system
    /// user, since nobody has another one's key, and renewals of its first one.
    fn successors(&self, number: NodeNumber) -> impl Iterator<Item = CertificateNumber> {
        let node = self.node(number);
        let subject = self.plan.get(node.certificate).subject;
        self.all_certificates()
            .filter(move |(number, other)| {
                *number != node.certificate
                    && other.environment == node.environment
                    && (other.subject == subject
                        || self.owners(*number).any(|owner| owner == node.system_user))
            })
            .map(|(number, _)| number)
    }
}

/// The end of a run that is longer by the life of a token: what a token hides at the end shows then.
pub(super) fn longer(plan: &Plan) -> Timestamp {
    plan.end + plan.rules.token_lifetime
}
