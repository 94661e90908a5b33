//! From a journal to outages and missed calls: a pure function.
//!
//! A node is *down* at an instant iff a call begun then would fail. An *outage* is a longest
//! interval `[from, until)` in which it is down; it is known by the step and the cause with which
//! it began, whatever they turn into later.

use std::collections::BTreeMap;

use clock::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    journal::{Journal, Observation, What},
    scenario::{ClientName, NodeName},
    world::{CallOutcome, Failure},
};

/// How one node fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NodeDowntime {
    /// Whose node.
    pub client: ClientName,
    /// Which one.
    pub node: NodeName,
    /// When it was down, in order.
    pub outages: Vec<Outage>,
    /// How many calls it made.
    pub calls: u64,
    /// How many of them failed.
    pub missed_calls: u64,
}

/// A time in which every call would fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outage {
    /// The first instant at which a call would fail.
    pub from: Timestamp,
    /// The first instant at which one would succeed again; none if the run ended before that.
    pub until: Option<Timestamp>,
    /// How a call would fail at first.
    pub failure: Failure,
    /// How many calls failed in it. With none, what was reckoned was not shown.
    pub missed_calls: u64,
}

impl Outage {
    /// How long it lasted, or how much of it was seen until the run ended at `end`.
    #[must_use]
    pub fn length(&self, end: Timestamp) -> Span {
        self.until.unwrap_or(end).since(self.from)
    }
}

/// How each node of a journal fared, by name.
#[must_use]
pub fn measure(journal: &Journal) -> Vec<NodeDowntime> {
    let mut nodes = BTreeMap::new();
    let mut missed = Vec::new();
    for Observation { at, what, .. } in journal.observations() {
        match what {
            What::Exposure { client, node, outcome } => {
                let outages = &mut entry(&mut nodes, client, node).outages;
                let open = outages.last_mut().filter(|outage: &&mut Outage| outage.until.is_none());
                match (open, outcome) {
                    (Some(outage), CallOutcome::Succeeded) => outage.until = Some(*at),
                    (None, CallOutcome::Failed(failure)) => {
                        let failure = failure.clone();
                        let outage = Outage { from: *at, until: None, failure, missed_calls: 0 };
                        outages.push(outage);
                    }
                    (Some(_), CallOutcome::Failed(_)) | (None, CallOutcome::Succeeded) => {}
                }
            }
            What::Call { client, node, outcome } => {
                let downtime = entry(&mut nodes, client, node);
                downtime.calls += 1;
                if outcome.failure().is_some() {
                    downtime.missed_calls += 1;
                    missed.push(((client, node), *at));
                }
            }
            What::Begins { .. }
            | What::Action { .. }
            | What::Message(_)
            | What::Standing(_)
            | What::Ends => {}
        }
    }
    // A call is made before the look that finds the outage of the same instant.
    for (key, at) in missed {
        let outages = nodes.get_mut(&key).map(|downtime| downtime.outages.as_mut_slice());
        let outages = outages.unwrap_or_default();
        let next = outages.partition_point(|outage| outage.from <= at);
        if let Some(outage) = next.checked_sub(1).and_then(|index| outages.get_mut(index))
            && outage.until.is_none_or(|until| at < until)
        {
            outage.missed_calls += 1;
        }
    }
    nodes.into_values().collect()
}

type Nodes<'j> = BTreeMap<(&'j ClientName, &'j NodeName), NodeDowntime>;

fn entry<'n, 'j>(
    nodes: &'n mut Nodes<'j>,
    client: &'j ClientName,
    node: &'j NodeName,
) -> &'n mut NodeDowntime {
    nodes.entry((client, node)).or_insert_with(|| NodeDowntime {
        client: client.clone(),
        node: node.clone(),
        outages: Vec::new(),
        calls: 0,
        missed_calls: 0,
    })
}

#[cfg(test)]
mod tests {
    use parties::{Party, Step};

    use super::*;

    /// `.` is a call that would succeed; a digit is one that would fail at that step.
    fn outcome(letter: char) -> CallOutcome {
        match letter.to_digit(10) {
            None => CallOutcome::Succeeded,
            Some(step) => CallOutcome::Failed(Failure {
                step: Step::try_from(step as u8).unwrap(),
                cause: "expired".to_owned(),
                party: Party::Sts,
                diagnosis: None,
            }),
        }
    }

    const fn t(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// Exposures of node `a`, one each ten seconds, give these outages.
    fn check(exposures: &str, outages: &[(i64, Option<i64>, Step)]) {
        let mut journal = Journal::default();
        let (client, node): (ClientName, NodeName) =
            ("fagsystem".parse().unwrap(), "a".parse().unwrap());
        for (index, letter) in exposures.chars().enumerate() {
            let (client, node) = (client.clone(), node.clone());
            let exposure = What::Exposure { client, node, outcome: outcome(letter) };
            journal.note(exposure, t(index as i64 * 10));
        }
        let measured = measure(&journal);
        let measured: Vec<_> = measured
            .iter()
            .flat_map(|node| &node.outages)
            .map(|outage| (outage.from, outage.until, outage.failure.step))
            .collect();
        let expected: Vec<_> =
            outages.iter().map(|(from, until, step)| (t(*from), until.map(t), *step)).collect();
        assert_eq!(measured, expected, "{exposures}");
    }

    #[test]
    fn an_outage_lasts_from_the_first_failure_to_the_next_success() {
        check("", &[]);
        check(".", &[]);
        check(".1.", &[(10, Some(20), Step::One)]);
        check("1.", &[(0, Some(10), Step::One)]);
        check(".1", &[(10, None, Step::One)]);
        check(".1.3", &[(10, Some(20), Step::One), (30, None, Step::Three)]);
    }

    #[test]
    fn an_outage_keeps_the_step_with_which_it_began() {
        check(".311.", &[(10, Some(40), Step::Three)]);
    }

    #[test]
    fn nodes_are_apart_and_calls_are_counted() {
        let mut journal = Journal::default();
        let client: ClientName = "fagsystem".parse().unwrap();
        for (node, letter) in [("b", '1'), ("a", '.'), ("b", '.')] {
            let (client, node): (_, NodeName) = (client.clone(), node.parse().unwrap());
            journal.note(What::Call { client, node, outcome: outcome(letter) }, t(0));
        }
        let counts: Vec<_> = measure(&journal)
            .into_iter()
            .map(|node| (node.node.to_string(), node.calls, node.missed_calls))
            .collect();
        assert_eq!(counts, [("a".to_owned(), 1, 0), ("b".to_owned(), 2, 1)]);
    }
}
