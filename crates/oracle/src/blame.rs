//! Who is to blame: the one thing that, done at another time, in another place or done at all, would
//! have helped most.
//!
//! It is found by trying (`candidates` says what), and what is best is decided by one order (`search`):
//!
//! 1. What leaves a node the least downtime. What would cost another node more is no help, except
//!    that a click on *provision* may do in its right place whatever it would have done there.
//! 2. What was in the hands of those who swap. The operator of the STS rolls over when the operator
//!    does; whoever should have followed is to blame first.
//! 3. A click that was made in the wrong place or in the wrong form, at its own time; then the restart
//!    that a swap lacks; then what was done at the wrong time; then what should not have been done;
//!    then a setting of a client that is wrong all along; then what nobody did. A renewal that nobody
//!    ordered comes last, since it would mend nearly everything.
//! 4. The fewest acts; then what leaves all nodes together the least.
//! 5. The earliest instant: at which it was done or, if nobody did it, up to which it would have been
//!    as good.

use clock::{Span, Timestamp};
use parties::{ClientProfile, Role, Slot};

use crate::{
    event::Act,
    plan::{
        AttemptNumber, Certificate, CertificateNumber, EventNumber, NodeNumber, Plan,
        SystemUserNumber,
    },
    rules::{FindBy, Keeps},
};
use search::Search;

mod candidates;
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
    fn apply(&self, plan: &mut Plan, at: Timestamp) {
        match self {
            Self::Move(event) => {
                let event = crate::Event { at, ..plan.events.remove(event.0) };
                // Of one instant, whoever saves and provisions does it in this order.
                let place = if event.act.edits().is_some() { 0 } else { plan.events.len() };
                plan.events.insert(place, event);
            }
            Self::Correct(event, act) => correct(plan, *event, *act),
            Self::Accept(attempt) => {
                let (event, place) = plan.attempts.remove(attempt.0);
                plan.events.insert(place, event);
            }
            Self::Omit(event) => {
                plan.events.remove(event.0);
            }
            Self::IssueEarlier(certificate) => {
                plan.certificates[certificate.0].valid_from =
                    at + plan.rules.certificates_begin_after;
            }
            Self::Configure(node, setting) => {
                let node = &mut plan.nodes[node.0];
                match setting {
                    Setting::Clock => node.skew = Span::ZERO,
                    Setting::Thumbprint => node.look_up.find_by = FindBy::Thumbprint,
                    Setting::Process => node.process = None,
                    // As a client does that looks at what a token says of its end.
                    Setting::Keeping => node.keeps = Keeps::of(ClientProfile::RestartOnSwap),
                }
            }
            // What is saved for a *provision* that was made is saved before it.
            Self::Add(acts) if acts.iter().all(|act| act.edits().is_some()) => {
                let events = acts.iter().map(|act| crate::Event { at, act: *act });
                plan.events.splice(0..0, events);
            }
            Self::Add(acts) => acts.iter().for_each(|act| {
                plan.at(at, *act);
            }),
            Self::Renew(old) => renew(plan, *old, at),
        }
    }

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
            | Self::Pin { .. } => Role::Vendor,
            Self::SignWith { .. } => Role::Operator,
            Self::Trust { .. } => Role::ServiceOwner,
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
            | Self::Trust { .. } => None,
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
            | Self::Trust { .. } => None,
        }
    }
}

/// The same click in another place.
fn correct(plan: &mut Plan, event: EventNumber, act: Act) {
    let was = plan.events[event.0];
    plan.events[event.0].act = act;
    let (Some(from), Some(to)) = (was.act.edits(), act.edits()) else { return };
    if from == to {
        return;
    }
    let Some(next) = next_provision(plan, event, from) else { return };
    if let Act::Provision { system_user, .. } = &mut plan.events[next.0].act {
        *system_user = to;
    }
}

/// The first *provision* of `system_user`'s draft after an event.
fn next_provision(
    plan: &Plan,
    event: EventNumber,
    system_user: SystemUserNumber,
) -> Option<EventNumber> {
    let order = |index: usize| (plan.events[index].at, index);
    (0..plan.events.len())
        .filter(|index| plan.events[*index].act.provisions() == Some(system_user))
        .filter(|index| order(*index) > order(event.0))
        .min_by_key(|index| order(*index))
        .map(EventNumber)
}

/// Three years, as certificates live.
const CERTIFICATE_LIFE: Span = Span::from_days(1095);

/// Everything that a renewal in time takes: the new certificate, which is issued at `at`, as soon as it
/// begins by everybody's clock in the active slot of whoever has the old one in force at first, and, as soon as that takes
/// effect, in every node that begins with it. Nobody orders another one later then, and nobody saves
/// or deploys that.
fn renew(plan: &mut Plan, old: CertificateNumber, at: Timestamp) {
    let environment = plan.get(old).environment;
    let valid_from = at + plan.rules.certificates_begin_after;
    let expires = valid_from + CERTIFICATE_LIFE;
    let owners: Vec<_> = (0..plan.system_users.len())
        .map(SystemUserNumber)
        .filter(|it| plan.owns(*it, old))
        .collect();
    let is_late: Vec<bool> = (0..plan.certificates.len())
        .map(CertificateNumber)
        .map(|other| {
            let it = plan.get(other);
            it.environment == environment
                && it.valid_from > valid_from
                && owners.iter().any(|owner| plan.owns(*owner, other))
        })
        .collect();
    plan.events.retain(|event| match event.act {
        Act::Save { certificate, .. }
        | Act::Deploy { certificate, .. }
        | Act::Install { certificate, .. } => !is_late[certificate.0],
        _ => true,
    });
    let certificate = plan.certificate(Certificate { valid_from, expires, ..*plan.get(old) });
    // For a slow clock it begins later, and whoever looks at that must be waited for.
    let slowest = plan.nodes.iter().filter(|node| node.certificate == old);
    let slowest = slowest.map(|node| -node.skew).fold(Span::ZERO, Span::max);
    let delay = plan.rules.activation_delay;
    let provisioned = valid_from + (slowest - delay).max(Span::ZERO);
    for index in 0..plan.system_users.len() {
        if plan.system_users[index].in_force[environment as usize] == Some(old) {
            let system_user = SystemUserNumber(index);
            plan.at(provisioned, Act::Save { system_user, slot: Slot::Active, certificate });
            plan.at(provisioned, Act::Provision { system_user, environment });
        }
    }
    for index in 0..plan.nodes.len() {
        if plan.nodes[index].certificate == old {
            let taken_up = provisioned + delay;
            let node = NodeNumber(index);
            plan.at(taken_up, Act::Deploy { node, certificate });
            // Else it would show the old token with the new key.
            if plan.nodes[index].profile == ClientProfile::CoreNewKeyOldToken {
                plan.at(taken_up, Act::Restart { node });
            }
        }
    }
}
