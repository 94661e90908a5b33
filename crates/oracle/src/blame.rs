//! Who is to blame: the one thing that, done at another time, in another place or done at all, would
//! have helped most.
//!
//! It is found by trying (`candidates` says what), and what is best is decided by one order (`search`):
//!
//! 1. What leaves a node the least downtime, in a run that is longer by the life of a token: what is
//!    only put off to after the end is no help. Of what comes after the end only that counts for which
//!    the node was down before it, too. What gains nothing until the end is no help either, nor what
//!    would cost another node more, except that a click on *provision* may do in its right place
//!    whatever it would have done there.
//! 2. What was in the hands of those who swap. The operator of the STS rolls over when the operator
//!    does, and a server's chain in TLS changes when it does; whoever should have followed is to blame
//!    first.
//! 3. A click that was made in the wrong place or in the wrong form, at its own time; then the restart
//!    that a swap lacks; then what was done at the wrong time; then what should not have been done;
//!    then a setting of a client that is wrong all along; then what nobody did. A renewal that nobody
//!    ordered comes last, since it would mend nearly everything.
//! 4. The fewest acts; then what leaves all nodes together the least.
//! 5. The earliest instant: at which it was done or, if nobody did it, up to which it would have been
//!    as good.

use clock::{Span, Timestamp};
use parties::{Role, Server};

use crate::{
    event::Act,
    plan::{AttemptNumber, CertificateNumber, EventNumber, NodeNumber, Plan, SystemUserNumber},
};
use search::Search;

mod candidates;
mod remedy;
mod search;

/// What should have been otherwise, and what would be left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    /// What was done at the wrong time or in the wrong place, or not at all.
    pub remedy: Remedy,
    /// When it should have been done: of the instants that are as good the nearest to that at which it
    /// was, or the last one if nobody did it. What is done in its place, in its form or not at all is
    /// mended when it was done; a setting, from the start on.
    pub mended: Timestamp,
    /// Between which instants it would have been as good. `mended` is one of them.
    pub window: Window,
    /// Who should have done it.
    pub role: Role,
    /// The downtime as it is, as far as it is seen until the run ends.
    pub was: Span,
    /// The downtime that would be left. Zero means none at all: what begins with the last instant of
    /// the run counts a millisecond.
    pub left: Span,
}

/// The instants around one of them at which something is as good, both ends included, as far as it was
/// tried: where anything turns, a second before that, and halfway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first; none if it cannot be too early.
    pub from: Option<Timestamp>,
    /// The last; none if it cannot be too late.
    pub until: Option<Timestamp>,
}

impl Window {
    /// This instant and no other.
    const fn at(instant: Timestamp) -> Self {
        Self { from: Some(instant), until: Some(instant) }
    }
}

/// What would have helped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// This event at another time.
    Move(EventNumber),
    /// This act instead of that of the event, at the same time: the other environment, the other slot,
    /// the other system user or the other certificate. Whoever saves for the wrong system user also
    /// provisions that, so the next *provision* goes with it.
    Correct(EventNumber, Act),
    /// What was tried, in the form in which it is accepted, at the same time.
    Accept(AttemptNumber),
    /// Not this event.
    Omit(EventNumber),
    /// This certificate issued earlier; it is mended at its issue, and begins as long after that as
    /// [`Rules::certificates_begin_after`](crate::Rules::certificates_begin_after) says.
    IssueEarlier(CertificateNumber),
    /// A node set up otherwise, from the start on.
    Configure(NodeNumber, Setting),
    /// These acts, all at the same instant, in this order; nobody did them then.
    Add(Vec<Act>),
    /// A renewal of this certificate: issued, saved, provisioned and deployed, in place of what was
    /// issued later.
    Renew(CertificateNumber),
}

/// What is set in a client, and can be set wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Setting {
    /// Its clock goes right.
    Clock,
    /// Its thumbprint is entered without the mark that Windows' dialog puts in front.
    Thumbprint,
    /// It runs in a process of its own.
    Process,
    /// It drops a token before that ends, and not after a time of its own.
    Keeping,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Clock, Self::Thumbprint, Self::Process, Self::Keeping];
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

    /// The same plan with the mistake removed. Its events may have other numbers.
    #[must_use]
    pub fn mend(&self, plan: &Plan) -> Plan {
        let mut plan = plan.clone();
        self.remedy.apply(&mut plan, self.mended);
        plan
    }
}

impl Remedy {
    fn role(&self, plan: &Plan) -> Role {
        match self {
            Self::Move(event) | Self::Omit(event) => plan.event(*event).act.role(),
            Self::Accept(attempt) => plan.attempted(*attempt).act.role(),
            Self::Correct(_, act) => act.role(),
            Self::Add(acts) => acts.first().map_or(Role::Operator, Act::role),
            Self::Configure(..) => Role::Vendor,
            Self::IssueEarlier(_) | Self::Renew(_) => Role::MitidAdministrator,
        }
    }
}

impl Act {
    /// Who does it.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self {
            Self::Save { .. } | Self::Provision { .. } | Self::Remove { .. } => {
                Role::NemloginAdministrator
            }
            Self::Revoke { .. } => Role::MitidAdministrator,
            Self::Deploy { .. }
            | Self::Install { .. }
            | Self::Restart { .. }
            | Self::DropCache { .. }
            | Self::Pin { .. }
            | Self::TrustChain { .. } => Role::Vendor,
            Self::SignWith { .. } | Self::ChangeChain { server: Server::Sts, .. } => Role::Operator,
            Self::Trust { .. } | Self::ChangeChain { server: Server::Smdb, .. } => {
                Role::ServiceOwner
            }
        }
    }

    /// Whose draft it edits.
    const fn edits(&self) -> Option<SystemUserNumber> {
        match *self {
            Self::Save { system_user, .. } | Self::Remove { system_user, .. } => Some(system_user),
            Self::Provision { .. }
            | Self::Revoke { .. }
            | Self::Deploy { .. }
            | Self::Install { .. }
            | Self::Restart { .. }
            | Self::DropCache { .. }
            | Self::Pin { .. }
            | Self::SignWith { .. }
            | Self::Trust { .. }
            | Self::ChangeChain { .. }
            | Self::TrustChain { .. } => None,
        }
    }

    /// Whose draft it provisions.
    const fn provisions(&self) -> Option<SystemUserNumber> {
        match *self {
            Self::Provision { system_user, .. } => Some(system_user),
            Self::Save { .. }
            | Self::Remove { .. }
            | Self::Revoke { .. }
            | Self::Deploy { .. }
            | Self::Install { .. }
            | Self::Restart { .. }
            | Self::DropCache { .. }
            | Self::Pin { .. }
            | Self::SignWith { .. }
            | Self::Trust { .. }
            | Self::ChangeChain { .. }
            | Self::TrustChain { .. } => None,
        }
    }
}
