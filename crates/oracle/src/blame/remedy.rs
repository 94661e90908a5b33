//! What a remedy makes of a plan.

use clock::{Span, Timestamp};
use parties::{ClientProfile, Slot};

use super::{Remedy, Setting};
use crate::{
    event::Act,
    plan::{Certificate, CertificateNumber, EventNumber, NodeNumber, Plan, SystemUserNumber},
    rules::{FindBy, Keeps, mixes_keys},
};

impl Remedy {
    /// Carries it out at `at`.
    pub(super) fn apply(&self, plan: &mut Plan, at: Timestamp) {
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
                    Setting::Keeping => {
                        node.keeps = Keeps::of(ClientProfile::RestartOnSwap);
                        node.access = node.access.map(|_| node.keeps);
                    }
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
pub(super) fn next_provision(
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
/// begins by everybody's clock in the active slot of whoever has the old one in force at first, and, as
/// soon as that takes effect, in every node that begins with it. Nobody orders another one later then,
/// and nobody saves or deploys that.
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
            if mixes_keys(plan.nodes[index].profile) {
                plan.at(taken_up, Act::Restart { node });
            }
        }
    }
}
