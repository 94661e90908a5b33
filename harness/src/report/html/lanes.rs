//! From a journal to the lanes of its timeline.

use std::collections::BTreeMap;

use clock::Timestamp;
use parties::{Environment, SystemUserId};

use super::{
    axis::date_and_time,
    rows::{Bar, Call, Colour, Lane, Mark, MarkKind, Row, Stretches, Style},
};
use crate::{
    journal::{Observation, What},
    report::{
        ScenarioReport,
        words::{infinitive, who},
    },
    scenario::{Action, CertificateName, ClientName, NodeName},
    world::{ActionOutcome, CallOutcome, Planned, Standing, Token},
};

/// The lanes of a run: outages first, then each party.
pub(super) fn lanes(report: &ScenarioReport, observations: &[Observation]) -> Vec<Lane> {
    let mut seen = Seen::default();
    for Observation { at, what, .. } in observations {
        seen.take(*at, what);
    }
    let users: Vec<_> = seen.users.keys().cloned().collect();
    let mut lanes = vec![outages(report), seen.mitid()];
    lanes.extend(users.iter().map(|user| seen.nemlogin(user, users.len() > 1)));
    lanes.push(seen.signers());
    lanes.extend(std::mem::take(&mut seen.nodes).into_iter().map(|((client, node), it)| {
        let title = format!("Client {}", who(report, &client, &node));
        seen.node(title, it)
    }));
    lanes.retain_mut(|lane| {
        lane.rows.retain(|row| !row.is_empty());
        !lane.rows.is_empty()
    });
    lanes
}

fn outages(report: &ScenarioReport) -> Lane {
    let rows = report.nodes.iter().map(|node| {
        let bars = node.outages.iter().map(|outage| {
            let length = outage.length(report.end);
            let text = format!("{} \u{b7} {length}", outage.failure.step);
            let cause = outage.failure.cause.replace('-', " ");
            let title = format!(
                "Down for {length}, {}: {cause}",
                period(outage.from, outage.until, "still down at the end")
            );
            Bar { from: outage.from, until: outage.until, style: Style::Outage, text, title }
        });
        let label = who(report, &node.client, &node.node);
        Row { label, bars: bars.collect(), ..Row::default() }
    });
    Lane { title: "Outages".to_owned(), rows: rows.collect() }
}

/// What a journal tells, by whom it is about.
#[derive(Default)]
struct Seen {
    /// In the order in which they came into being.
    certificates: Vec<Certificate>,
    users: BTreeMap<SystemUserId, User>,
    signers: BTreeMap<Environment, Vec<Mark>>,
    nodes: BTreeMap<(ClientName, NodeName), Node>,
}

struct Certificate {
    name: CertificateName,
    environment: Environment,
    valid_from: Timestamp,
    refused_from: Timestamp,
    revoked: Option<Timestamp>,
    marks: Vec<Mark>,
}

/// A certificate that is saved and not in force, with the slot that it is for.
type Pending = (&'static str, CertificateName);

const SLOTS: [&str; 2] = ["active slot", "rolling slot"];

#[derive(Default)]
struct User {
    draft: [Option<CertificateName>; 2],
    pending_now: Vec<Pending>,
    pending: Stretches<Pending>,
    saves: Vec<Mark>,
    environments: BTreeMap<Environment, Known>,
}

/// What a system user is known by in one environment.
#[derive(Default)]
struct Known {
    accepted_now: Vec<CertificateName>,
    planned_now: Vec<CertificateName>,
    accepted: Stretches<CertificateName>,
    planned: Stretches<(CertificateName, Timestamp)>,
    marks: Vec<Mark>,
}

#[derive(Default)]
struct Node {
    certificate: Stretches<Option<CertificateName>>,
    tokens: Stretches<Token>,
    marks: Vec<Mark>,
    calls: Vec<Call>,
}

impl Seen {
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
            Action::Deploy { client, nodes, .. } => {
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
            Standing::Certificate { certificate, environment, valid_from, refused_from } => {
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
            Standing::Node { client, node, certificate, tokens } => {
                let node = self.nodes.entry((client.clone(), node.clone())).or_default();
                node.certificate.set(at, vec![certificate.clone()]);
                node.tokens.set(at, tokens.clone());
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

    fn colour(&self, name: &CertificateName) -> Colour {
        let known = self.certificates.iter().position(|it| it.name == *name);
        Colour(known.unwrap_or(self.certificates.len()))
    }

    fn refused_from(&self, name: &CertificateName) -> Option<Timestamp> {
        self.certificates.iter().find(|it| it.name == *name).map(|it| it.refused_from)
    }

    fn mitid(&self) -> Lane {
        let mut environments = self.certificates.iter().map(|it| it.environment);
        let first = environments.next();
        let is_one = environments.all(|environment| Some(environment) == first);
        let rows = self.certificates.iter().map(|it| {
            let colour = self.colour(&it.name);
            let holds_until = it.revoked.map_or(it.refused_from, |at| at.min(it.refused_from));
            let title = format!(
                "{}: valid from {} to E+ {}",
                it.name,
                date_and_time(it.valid_from),
                date_and_time(it.refused_from)
            );
            let mut bars = Vec::new();
            bars.extend((it.valid_from < holds_until).then(|| Bar {
                from: it.valid_from,
                until: Some(holds_until),
                style: Style::Solid(colour),
                text: format!("E+ {}", date_and_time(it.refused_from)),
                title,
            }));
            bars.extend(it.revoked.filter(|at| *at < it.refused_from).map(|at| Bar {
                from: at,
                until: Some(it.refused_from),
                style: Style::Refused,
                text: "revoked".to_owned(),
                title: format!("{}: revoked at {}", it.name, date_and_time(at)),
            }));
            let label = if is_one {
                it.name.to_string()
            } else {
                format!("{}, {}", it.name, it.environment)
            };
            Row { label, colour: Some(colour), bars, marks: it.marks.clone(), calls: Vec::new() }
        });
        Lane { title: "MitID Erhverv".to_owned(), rows: rows.collect() }
    }

    fn nemlogin(&mut self, id: &SystemUserId, are_several: bool) -> Lane {
        let user = self.users.remove(id).unwrap_or_default();
        let pending = user.pending.into_vec().into_iter().map(|(from, until, (slot, name))| Bar {
            from,
            until,
            style: Style::Waiting(self.colour(&name)),
            text: format!("{name}, {slot}"),
            title: format!("{name}: saved in the {slot}, not provisioned, {}", seen(from, until)),
        });
        let mut rows = vec![Row {
            label: "saved, not provisioned".to_owned(),
            bars: pending.collect(),
            marks: user.saves,
            ..Row::default()
        }];
        for (environment, known) in user.environments {
            let accepted = known.accepted.into_vec();
            let bars = accepted.into_iter().flat_map(|(from, until, name)| {
                self.held(&name, from, until, &format!("in force in {environment}"))
            });
            let label = format!("in force, {environment}");
            rows.push(Row { label, bars: bars.collect(), marks: known.marks, ..Row::default() });
            let planned = known.planned.into_vec().into_iter().map(|(from, until, (name, at))| {
                let clock = date_and_time(at);
                Bar {
                    from,
                    until,
                    style: Style::Waiting(self.colour(&name)),
                    text: format!("{name}, waits for {clock}"),
                    title: format!("{name}: provisioned in {environment}, takes over at {clock}"),
                }
            });
            let label = format!("waits, {environment}");
            rows.push(Row { label, bars: planned.collect(), ..Row::default() });
        }
        let title = if are_several { format!("NemLog-in: {id}") } else { "NemLog-in".to_owned() };
        Lane { title, rows }
    }

    fn signers(&mut self) -> Lane {
        let rows = std::mem::take(&mut self.signers).into_iter().map(|(environment, marks)| Row {
            label: format!("signer, {environment}"),
            marks,
            ..Row::default()
        });
        Lane { title: "STS and SMDB".to_owned(), rows: rows.collect() }
    }

    fn node(&self, title: String, node: Node) -> Lane {
        let held =
            node.certificate.into_vec().into_iter().flat_map(|(from, until, name)| match name {
                Some(name) => self.held(&name, from, until, "in use"),
                None => vec![Bar {
                    from,
                    until,
                    style: Style::Refused,
                    text: "none found".to_owned(),
                    title: format!("no certificate was found, {}", seen(from, until)),
                }],
            });
        let tokens = node.tokens.into_vec().into_iter().map(|(from, until, token)| {
            let used_until =
                until.map_or(token.dropped_from, |until| until.min(token.dropped_from));
            Bar {
                from,
                until: Some(used_until),
                style: Style::Solid(self.colour(&token.holder)),
                text: token.holder.to_string(),
                title: format!(
                    "token of {}: kept from {}, used until {}, ends {}",
                    token.holder,
                    date_and_time(from),
                    date_and_time(used_until),
                    date_and_time(token.expires)
                ),
            }
        });
        let row = |label: &str| Row { label: label.to_owned(), ..Row::default() };
        let rows = vec![
            Row { bars: held.collect(), marks: node.marks, ..row("certificate") },
            Row { bars: tokens.collect(), ..row("token kept") },
            Row { calls: node.calls, ..row("calls") },
        ];
        Lane { title, rows }
    }

    /// A certificate that is held: while it is valid, and after that.
    fn held(
        &self,
        name: &CertificateName,
        from: Timestamp,
        until: Option<Timestamp>,
        how: &str,
    ) -> Vec<Bar> {
        let ends = self.refused_from(name);
        let expired = ends.filter(|ends| until.is_none_or(|until| *ends < until));
        let mut bars = Vec::new();
        if expired.is_none_or(|ends| from < ends) {
            let until = expired.or(until);
            let title = format!("{name}: {how}, {}", seen(from, until));
            let style = Style::Solid(self.colour(name));
            bars.push(Bar { from, until, style, text: name.to_string(), title });
        }
        if let Some(ends) = expired {
            let from = from.max(ends);
            let (text, title) = (
                format!("{name}, expired"),
                format!("{name}: {how} though expired, {}", seen(from, until)),
            );
            bars.push(Bar { from, until, style: Style::Refused, text, title });
        }
        bars
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

fn seen(from: Timestamp, until: Option<Timestamp>) -> String {
    period(from, until, "to the end of the run")
}

fn period(from: Timestamp, until: Option<Timestamp>, open: &str) -> String {
    let from = date_and_time(from);
    match until {
        Some(until) => format!("{from} to {}", date_and_time(until)),
        None => format!("{from}, {open}"),
    }
}
