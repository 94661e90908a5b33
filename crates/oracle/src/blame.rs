//! Who is to blame: the one thing that, done at another time or done at all, would have helped most.
//!
//! It is found by trying. Every event is moved to every instant at which anything turns, and what is
//! missing is added there; whatever leaves the least downtime is to blame, the earliest on a tie. What
//! is missing may take several acts, where a certificate was never saved for instance. A renewal that
//! nobody ordered would mend nearly everything, so it comes last.

use clock::{Span, Timestamp};
use parties::{Role, Slot};

use crate::{
    event::Act,
    plan::{Certificate, CertificateNumber, EventNumber, NodeNumber, Plan, SystemUserNumber},
};
use search::Search;

mod search;

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
            Act::Deploy { .. }
            | Act::Install { .. }
            | Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::Pin { .. } => Role::Vendor,
            Act::SignWith { .. } => Role::Operator,
            Act::Trust { .. } => Role::ServiceOwner,
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
    let certificate = plan.certificate(Certificate { valid_from: at, expires, ..*plan.get(old) });
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
