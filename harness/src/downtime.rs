//! From a journal to outages and missed calls: a pure function.
//!
//! A node is *down* at an instant iff a call begun then would fail. An *outage* is a longest
//! interval `[from, until)` in which it is down; it is known by the step and the cause with which
//! it began, and keeps what they turned into later.

mod together;

use std::collections::BTreeMap;

use clock::{Span, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::together::Downtime;
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
    /// What that turned into later, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Turn>,
    /// How many calls failed in it. With none, what was reckoned was not shown.
    pub missed_calls: u64,
}

/// Whether something that was there at `exact` was seen at `seen`, if it was seen up to `late` after that.
pub(crate) fn is_seen(exact: Timestamp, seen: Timestamp, late: Span) -> bool {
    (exact..=exact + late).contains(&seen)
}

/// Whether an outage may have been over before anybody looked, where looks are `apart` at most.
pub(crate) fn fits_between_looks(
    (from, until): (Timestamp, Option<Timestamp>),
    apart: Span,
) -> bool {
    until.is_some_and(|until| until.since(from) < apart)
}

/// Within an outage, an instant from which on a call would fail in another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Turn {
    /// The first instant at which it would.
    pub at: Timestamp,
    /// How it would fail then.
    pub failure: Failure,
}

/// A longest part of an outage in which a call would fail in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'o> {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it; none if the run ended before that.
    pub until: Option<Timestamp>,
    /// How a call would fail.
    pub failure: &'o Failure,
}

impl Outage {
    /// How long it lasted, or how much of it was seen until the run ended at `end`.
    #[must_use]
    pub fn length(&self, end: Timestamp) -> Span {
        self.until.unwrap_or(end).since(self.from)
    }

    /// Whether it is one that began and ended at these instants, if each was seen up to `late` after it
    /// was there.
    #[must_use]
    pub fn is_seen_of(&self, (from, until): (Timestamp, Option<Timestamp>), late: Span) -> bool {
        let ended = match (until, self.until) {
            (Some(until), Some(seen)) => is_seen(until, seen, late),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        is_seen(from, self.from, late) && ended
    }

    /// Its parts: at least one, in order and without gaps.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let turns = self.turns.iter().map(|turn| (turn.at, &turn.failure));
        let begun = std::iter::once((self.from, &self.failure)).chain(turns);
        let ends = self.turns.iter().map(|turn| Some(turn.at)).chain([self.until]);
        begun.zip(ends).map(|((from, failure), until)| Segment { from, until, failure })
    }

    fn last_failure(&self) -> &Failure {
        self.turns.last().map_or(&self.failure, |turn| &turn.failure)
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
                        outages.push(Outage {
                            from: *at,
                            until: None,
                            failure,
                            turns: Vec::new(),
                            missed_calls: 0,
                        });
                    }
                    (Some(outage), CallOutcome::Failed(failure)) => {
                        if !outage.last_failure().is_same_trouble(failure) {
                            outage.turns.push(Turn { at: *at, failure: failure.clone() });
                        }
                    }
                    (None, CallOutcome::Succeeded) => {}
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

    /// What is measured of node `a` with these exposures, one each ten seconds.
    fn measured(exposures: &str) -> Vec<NodeDowntime> {
        let mut journal = Journal::default();
        let (client, node): (ClientName, NodeName) =
            ("fagsystem".parse().unwrap(), "a".parse().unwrap());
        for (index, letter) in exposures.chars().enumerate() {
            let (client, node) = (client.clone(), node.clone());
            let exposure = What::Exposure { client, node, outcome: outcome(letter) };
            journal.note(exposure, t(index as i64 * 10));
        }
        measure(&journal)
    }

    fn check(exposures: &str, outages: &[(i64, Option<i64>, Step)]) {
        let measured: Vec<_> = measured(exposures)
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
    fn an_outage_keeps_the_step_with_which_it_began_and_those_that_followed() {
        check(".311.", &[(10, Some(40), Step::Three)]);
        let segments = |exposures| -> Vec<_> {
            let measured = measured(exposures);
            let outages = measured.iter().flat_map(|node| &node.outages);
            let segments = outages.flat_map(Outage::segments);
            segments.map(|it| (it.from, it.until, it.failure.step)).collect()
        };
        let (one, three) = (Step::One, Step::Three);
        assert_eq!(
            segments(".3113.1"),
            [
                (t(10), Some(t(20)), three),
                (t(20), Some(t(40)), one),
                (t(40), Some(t(50)), three),
                (t(60), None, one)
            ]
        );
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
