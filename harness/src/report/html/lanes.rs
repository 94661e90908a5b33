//! From a journal to the lanes of its timeline.

use clock::Timestamp;
use parties::SystemUserId;

use super::{
    axis::date_and_time,
    rows::{Bar, Lane, Row, Stretch, Stretches, Style},
    seen::{Node, Seen},
};
use crate::{
    downtime::{NodeDowntime, Segment},
    journal::Observation,
    report::{ScenarioReport, words::who},
    scenario::CertificateName,
    world::Token,
};

/// The lanes of a run: outages first, then each party.
pub(super) fn lanes(report: &ScenarioReport, observations: &[Observation]) -> Vec<Lane> {
    let mut seen = Seen::of(observations);
    let users: Vec<_> = seen.users.keys().cloned().collect();
    let mut lanes = vec![outages(report), seen.mitid()];
    lanes.extend(users.iter().map(|user| seen.nemlogin(user, users.len() > 1)));
    lanes.push(seen.services());
    let anybody = union(report.nodes.iter().flat_map(down).collect());
    lanes.iter_mut().for_each(|lane| lane.down.clone_from(&anybody));
    lanes.extend(std::mem::take(&mut seen.nodes).into_iter().map(|((client, node), it)| {
        let title = format!("Client {}", who(report, &client, &node));
        let its = report.nodes.iter().find(|one| (&one.client, &one.node) == (&client, &node));
        Lane { down: its.into_iter().flat_map(down).collect(), ..seen.node(title, it) }
    }));
    lanes.retain_mut(|lane| {
        lane.rows.retain(|row| !row.is_empty());
        !lane.rows.is_empty()
    });
    lanes
}

fn down(node: &NodeDowntime) -> impl Iterator<Item = Stretch> {
    node.outages.iter().map(|outage| (outage.from, outage.until))
}

/// Stretches without what they have in common, so that nothing is shaded twice.
fn union(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable_by_key(|(from, _)| *from);
    let mut union: Vec<Stretch> = Vec::new();
    for (from, until) in stretches {
        match union.last_mut() {
            Some((_, last)) if last.is_none_or(|last| from <= last) => {
                *last = last.zip(until).map(|(last, until)| last.max(until));
            }
            _ => union.push((from, until)),
        }
    }
    union
}

fn outages(report: &ScenarioReport) -> Lane {
    let rows = report.nodes.iter().map(|node| {
        let bars = node.outages.iter().flat_map(|outage| {
            let length = outage.length(report.end);
            outage.segments().map(move |Segment { from, until, failure }| {
                let its_length = until.unwrap_or(report.end).since(from);
                let text = format!("{} \u{b7} {its_length}", failure.step);
                let cause = failure.cause.replace('-', " ");
                let period = period(from, until, "still down at the end");
                let title = match outage.turns.as_slice() {
                    [] => format!("Down for {length}, {period}, {}: {cause}", failure.step),
                    _ => format!(
                        "{}: {cause}, {period}; part of an outage of {length}",
                        failure.step
                    ),
                };
                Bar { from, until, style: Style::Outage, text, title }
            })
        });
        let label = who(report, &node.client, &node.node);
        Row { label, bars: bars.collect(), ..Row::default() }
    });
    Lane { title: "Outages".to_owned(), rows: rows.collect(), down: Vec::new() }
}

impl Seen {
    fn mitid(&self) -> Lane {
        let mut environments = self.certificates.iter().map(|it| it.environment);
        let first = environments.next();
        let is_one = environments.all(|environment| Some(environment) == first);
        let rows = self.certificates.iter().map(|it| {
            let colour = self.colour(&it.name);
            let holds_until = it.revoked.map_or(it.refused_from, |at| at.min(it.refused_from));
            let title = format!(
                "{}: valid from {}, refused from {} (E+)",
                it.name,
                date_and_time(it.valid_from),
                date_and_time(it.refused_from)
            );
            let mut bars = Vec::new();
            bars.extend((it.valid_from < holds_until).then(|| Bar {
                from: it.valid_from,
                until: Some(holds_until),
                style: Style::Solid(colour),
                text: format!("refused from {}", date_and_time(it.refused_from)),
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
        Lane { title: "MitID Erhverv".to_owned(), rows: rows.collect(), down: Vec::new() }
    }

    fn nemlogin(&mut self, id: &SystemUserId, are_several: bool) -> Lane {
        let user = self.users.remove(id).unwrap_or_default();
        let pending = user.pending.into_vec().into_iter().map(|(from, until, (slot, name))| Bar {
            from,
            until,
            style: Style::Waiting(self.colour(&name)),
            text: format!("{name}, {slot}"),
            title: format!("{name}: saved in the {slot}, not provisioned, {}", shown(from, until)),
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
        Lane { title, rows, down: Vec::new() }
    }

    fn services(&mut self) -> Lane {
        let row = |label, marks| Row { label, marks, ..Row::default() };
        let signers = std::mem::take(&mut self.signers).into_iter();
        let signers =
            signers.map(|(environment, marks)| row(format!("signer, {environment}"), marks));
        let chains = std::mem::take(&mut self.chains).into_iter();
        let chains = chains.map(|((server, environment), marks)| {
            row(format!("TLS of {server}, {environment}"), marks)
        });
        let rows = signers.chain(chains).collect();
        Lane { title: "STS and SMDB".to_owned(), rows, down: Vec::new() }
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
                    title: format!("no certificate was found, {}", shown(from, until)),
                }],
            });
        let row = |label: &str| Row { label: label.to_owned(), ..Row::default() };
        let mut rows = vec![
            Row { bars: held.collect(), marks: node.marks, ..row("certificate") },
            Row { bars: self.kept("token", node.tokens), ..row("token kept") },
        ];
        let access_tokens = self.kept("access token", node.access_tokens);
        if !access_tokens.is_empty() {
            rows.push(Row { bars: access_tokens, ..row("access token kept") });
        }
        rows.push(Row { calls: node.calls, ..row("calls") });
        Lane { title, rows, down: Vec::new() }
    }

    /// Tokens that are kept: while they are used.
    fn kept(&self, what: &str, tokens: Stretches<Token>) -> Vec<Bar> {
        let bars = tokens.into_vec().into_iter().map(|(from, until, token)| {
            let used_until =
                until.map_or(token.dropped_from, |until| until.min(token.dropped_from));
            Bar {
                from,
                until: Some(used_until),
                style: Style::Solid(self.colour(&token.holder)),
                text: token.holder.to_string(),
                title: format!(
                    "{what} of {}: kept from {}, used until {}, ends {}",
                    token.holder,
                    date_and_time(from),
                    date_and_time(used_until),
                    date_and_time(token.expires)
                ),
            }
        });
        bars.collect()
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
            let title = format!("{name}: {how}, {}", shown(from, until));
            let style = Style::Solid(self.colour(name));
            bars.push(Bar { from, until, style, text: name.to_string(), title });
        }
        if let Some(ends) = expired {
            let from = from.max(ends);
            let (text, title) = (
                format!("{name}, expired"),
                format!("{name}: {how} though expired, {}", shown(from, until)),
            );
            bars.push(Bar { from, until, style: Style::Refused, text, title });
        }
        bars
    }
}

fn shown(from: Timestamp, until: Option<Timestamp>) -> String {
    period(from, until, "to the end of the run")
}

fn period(from: Timestamp, until: Option<Timestamp>, open: &str) -> String {
    let from = date_and_time(from);
    match until {
        Some(until) => format!("{from} to {}", date_and_time(until)),
        None => format!("{from}, {open}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_is_shaded_once() {
        let t = Timestamp::from_seconds;
        let check = |stretches: &[(i64, Option<i64>)], expected: &[(i64, Option<i64>)]| {
            let stretch = |(from, until): &(i64, Option<i64>)| (t(*from), until.map(t));
            let expected: Vec<_> = expected.iter().map(stretch).collect();
            assert_eq!(union(stretches.iter().map(stretch).collect()), expected);
        };
        check(&[(5, Some(7)), (0, Some(2)), (1, Some(3))], &[(0, Some(3)), (5, Some(7))]);
        check(&[(0, Some(2)), (2, Some(4)), (3, Some(4))], &[(0, Some(4))]);
        check(&[(0, None), (5, Some(7))], &[(0, None)]);
        check(&[(0, Some(9)), (5, None)], &[(0, None)]);
    }
}
