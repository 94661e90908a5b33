//! What a journal tells of each party, in the order of the journal: what lanes are drawn from.

use std::collections::BTreeMap;

use clock::Timestamp;
use parties::{Environment, Server, SystemUserId};

use super::{
    axis::date_and_time,
    rows::{Call, Colour, Mark, MarkKind, Stretches},
};
use crate::{
    journal::{Observation, What},
    report::words::infinitive,
    scenario::{Action, CertificateName, ClientName, NodeName},
    world::{ActionOutcome, CallOutcome, Planned, Standing, Token},
};

/// What a journal tells, by whom it is about.
#[derive(Default)]
pub(super) struct Seen {
    /// In the order in which they came into being.
    pub(super) certificates: Vec<Certificate>,
    pub(super) users: BTreeMap<SystemUserId, User>,
    pub(super) signers: BTreeMap<Environment, Vec<Mark>>,
    pub(super) chains: BTreeMap<(Server, Environment), Vec<Mark>>,
    pub(super) nodes: BTreeMap<(ClientName, NodeName), Node>,
}

pub(super) struct Certificate {
    pub(super) name: CertificateName,
    pub(super) environment: Environment,
    pub(super) valid_from: Timestamp,
    pub(super) refused_from: Timestamp,
    pub(super) revoked: Option<Timestamp>,
    pub(super) marks: Vec<Mark>,
}

/// A certificate that is saved and not in force, with the slot that it is for.
pub(super) type Pending = (&'static str, CertificateName);

pub(super) const SLOTS: [&str; 2] = ["active slot", "rolling slot"];

#[derive(Default)]
pub(super) struct User {
    pub(super) draft: [Option<CertificateName>; 2],
    pub(super) pending_now: Vec<Pending>,
    pub(super) pending: Stretches<Pending>,
    pub(super) saves: Vec<Mark>,
    pub(super) environments: BTreeMap<Environment, Known>,
}

/// What a system user is known by in one environment.
#[derive(Default)]
pub(super) struct Known {
    pub(super) accepted_now: Vec<CertificateName>,
    pub(super) planned_now: Vec<CertificateName>,
    pub(super) accepted: Stretches<CertificateName>,
    pub(super) planned: Stretches<(CertificateName, Timestamp)>,
    pub(super) marks: Vec<Mark>,
}

#[derive(Default)]
pub(super) struct Node {
    pub(super) certificate: Stretches<Option<CertificateName>>,
    pub(super) tokens: Stretches<Token>,
    pub(super) access_tokens: Stretches<Token>,
    pub(super) marks: Vec<Mark>,
    pub(super) calls: Vec<Call>,
}

impl Seen {
    pub(super) fn of(observations: &[Observation]) -> Self {
        let mut seen = Self::default();
        for Observation { at, what, .. } in observations {
            seen.take(*at, what);
        }
        seen
    }

    fn take(&mut self, at: Timestamp, what: &What) {
        match what {
            What::Action { action, outcome } => self.take_action(at, action, outcome),
            What::Standing(standing) => self.take_standing(at, standing),
            What::Call { client, node, outcome } => {
                let failed = match outcome {
                    CallOutcome::Succeeded => None,
                    CallOutcome::Failed(failure) => {
                        Some(format!("{}: {}", failure.step, failure.cause.replace('-', " ")))
                    }
                };
                let node = self.nodes.entry((client.clone(), node.clone())).or_default();
                node.calls.push(Call { at, failed });
            }
            What::Begins { .. } | What::Message(_) | What::Exposure { .. } | What::Ends => {}
        }
    }

    fn take_action(&mut self, at: Timestamp, action: &Action, outcome: &ActionOutcome) {
        let mark = |kind| {
            let (refused, said) = match outcome {
                ActionOutcome::Done { .. } => (false, ""),
                ActionOutcome::Refused { .. } => (true, " (refused)"),
            };
            let title = format!("{}: {}{said}", date_and_time(at), infinitive(action));
            Mark { at, kind, refused, title }
        };
        let is_done = matches!(outcome, ActionOutcome::Done { .. });
        match action {
            Action::Renew { certificate, r#as } => {
                // The new one is there when how things stand is noted: its mark waits until then.
                let name = if is_done { r#as } else { certificate };
                self.certificate(name, at).marks.push(mark(MarkKind::Renewed));
            }
            Action::Order { r#as, .. } => {
                if is_done {
                    self.certificate(r#as, at).marks.push(mark(MarkKind::Renewed));
                }
            }
            Action::Revoke { certificate, .. } => {
                let certificate = self.certificate(certificate, at);
                certificate.marks.push(mark(MarkKind::Revoked));
                certificate.revoked = certificate.revoked.or_else(|| is_done.then_some(at));
            }
            Action::Save { system_user, .. } => {
                self.user(system_user).saves.push(mark(MarkKind::Saved));
            }
            Action::Remove { system_user, .. } => {
                self.user(system_user).saves.push(mark(MarkKind::Emptied));
            }
            Action::Provision { system_user, environment } => {
                let known = self.user(system_user).environments.entry(*environment).or_default();
                known.marks.push(mark(MarkKind::Provisioned));
            }
            Action::RollOver { environment } => {
                self.signers.entry(*environment).or_default().push(mark(MarkKind::RolledOver));
            }
            Action::TrustSigner { environment } => {
                self.signers.entry(*environment).or_default().push(mark(MarkKind::Trusted));
            }
            Action::ChangeChain { server, environment } => {
                let marks = self.chains.entry((*server, *environment)).or_default();
                marks.push(mark(MarkKind::ChainChanged));
            }
            Action::TrustChain { client, nodes } => {
                self.mark_nodes(client, nodes, &mark(MarkKind::ChainTrusted));
            }
            Action::Deploy { client, nodes, .. } | Action::Install { client, nodes, .. } => {
                self.mark_nodes(client, nodes, &mark(MarkKind::Deployed));
            }
            Action::Restart { client, nodes } => {
                self.mark_nodes(client, nodes, &mark(MarkKind::Restarted));
            }
            Action::PinSigner { client, nodes } => {
                self.mark_nodes(client, nodes, &mark(MarkKind::Pinned));
            }
        }
    }

    fn mark_nodes(&mut self, client: &ClientName, nodes: &[NodeName], mark: &Mark) {
        for node in nodes {
            let node = self.nodes.entry((client.clone(), node.clone())).or_default();
            node.marks.push(mark.clone());
        }
    }

    fn take_standing(&mut self, at: Timestamp, standing: &Standing) {
        match standing {
            Standing::Certificate {
                certificate, environment, valid_from, refused_from, ..
            } => {
                let it = self.certificate(certificate, at);
                (it.environment, it.valid_from, it.refused_from) =
                    (*environment, *valid_from, *refused_from);
            }
            Standing::Draft { system_user, active, rolling } => {
                let user = self.user(system_user);
                let draft = [active.clone(), rolling.clone()];
                let put = SLOTS.into_iter().zip(draft.iter().zip(&user.draft));
                let put: Vec<_> = put
                    .filter(|(_, (now, before))| now != before)
                    .filter_map(|(slot, (now, _))| Some((slot, now.clone()?)))
                    .collect();
                user.draft = draft;
                self.note_pending(system_user, &put, at);
            }
            Standing::Registration { system_user, environment, accepted, planned } => {
                let known = self.user(system_user).environments.entry(*environment).or_default();
                known.take(at, accepted, planned);
                self.note_pending(system_user, &[], at);
            }
            Standing::Node { client, node, certificate, tokens, access_tokens } => {
                let node = self.nodes.entry((client.clone(), node.clone())).or_default();
                node.certificate.set(at, vec![certificate.clone()]);
                node.tokens.set(at, tokens.clone());
                node.access_tokens.set(at, access_tokens.clone());
            }
        }
    }

    /// What was put into the draft and is not in force, nor waits to be, where it belongs. What a swap
    /// leaves behind in a draft was not put there.
    fn note_pending(&mut self, id: &SystemUserId, put: &[Pending], at: Timestamp) {
        let environments: BTreeMap<_, _> =
            self.certificates.iter().map(|it| (it.name.clone(), it.environment)).collect();
        let user = self.user(id);
        let is_known = |(_, certificate): &Pending| {
            let known = environments.get(certificate).and_then(|it| user.environments.get(it));
            known.is_some_and(|known| {
                known.accepted_now.contains(certificate) || known.planned_now.contains(certificate)
            })
        };
        let slots = SLOTS.into_iter().zip(&user.draft);
        let saved = slots.filter_map(|(slot, it)| Some((slot, it.clone()?)));
        let pending = saved
            .filter(|it| (put.contains(it) || user.pending_now.contains(it)) && !is_known(it))
            .collect::<Vec<_>>();
        user.pending_now.clone_from(&pending);
        user.pending.set(at, pending);
    }

    fn certificate(&mut self, name: &CertificateName, at: Timestamp) -> &mut Certificate {
        let known = self.certificates.iter().position(|it| it.name == *name);
        let index = known.unwrap_or_else(|| {
            self.certificates.push(Certificate {
                name: name.clone(),
                environment: Environment::Production,
                valid_from: at,
                refused_from: at,
                revoked: None,
                marks: Vec::new(),
            });
            self.certificates.len() - 1
        });
        &mut self.certificates[index]
    }

    fn user(&mut self, id: &SystemUserId) -> &mut User {
        self.users.entry(id.clone()).or_default()
    }

    pub(super) fn colour(&self, name: &CertificateName) -> Colour {
        let known = self.certificates.iter().position(|it| it.name == *name);
        Colour(known.unwrap_or(self.certificates.len()))
    }

    pub(super) fn refused_from(&self, name: &CertificateName) -> Option<Timestamp> {
        self.certificates.iter().find(|it| it.name == *name).map(|it| it.refused_from)
    }
}

impl Known {
    fn take(&mut self, at: Timestamp, accepted: &[CertificateName], planned: &[Planned]) {
        if !self.accepted_now.is_empty() && self.accepted_now != accepted {
            let names = |names: &[CertificateName]| {
                let names: Vec<_> = names.iter().map(CertificateName::as_str).collect();
                if names.is_empty() { "none".to_owned() } else { names.join(" and ") }
            };
            let (from, to) = (names(&self.accepted_now), names(accepted));
            let title = format!("{}: NemLog-in turns from {from} to {to}", date_and_time(at));
            self.marks.push(Mark { at, kind: MarkKind::Swapped, refused: false, title });
        }
        let waiting: Vec<_> = planned
            .iter()
            .flat_map(|planned| planned.accepted.iter().map(|name| (name.clone(), planned.from)))
            .filter(|(name, _)| !accepted.contains(name))
            .collect();
        self.accepted_now = accepted.to_vec();
        self.planned_now = waiting.iter().map(|(name, _)| name.clone()).collect();
        self.accepted.set(at, accepted.to_vec());
        self.planned.set(at, waiting);
    }
}
