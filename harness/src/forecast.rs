//! What the oracle reckons of a scenario, before anything runs.
//!
//! [`Forecast::of`] puts a scenario into the oracle's words and asks it; nothing of a run goes in. So
//! what a run measures can be held against it, to the millisecond.

mod blame;
mod due;
mod translation;

use clock::{Span, Timestamp};
use parties::Step;
use serde::{Deserialize, Serialize};

use self::translation::Translated;
pub use self::{
    blame::{Blame, LAST_INSTANT},
    due::Due,
};
use crate::{
    downtime::{Downtime, NodeDowntime, Outage, fits_between_looks, is_seen},
    scenario::{ClientName, NodeName, Scenario},
    world::Failure,
};

/// A scenario in the oracle's words, and what it reckons.
#[derive(Debug, Clone)]
pub struct Forecast<'s> {
    scenario: &'s Scenario,
    translated: Translated,
    reckoned: oracle::Forecast,
}

/// What the oracle has to say about a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Oracle {
    /// How each node will fare.
    pub nodes: Vec<Reckoned>,
    /// Who is to blame for the downtime of each node that is down, where anything would have helped.
    pub blames: Vec<Blame>,
}

impl Oracle {
    /// Asks it about `scenario`.
    #[must_use]
    pub fn ask(scenario: &Scenario) -> Self {
        let forecast = Forecast::of(scenario);
        Self { nodes: forecast.nodes(), blames: forecast.blames() }
    }

    /// Who is to blame for the downtime of a node.
    #[must_use]
    pub fn blame(&self, client: &ClientName, node: &NodeName) -> Option<&Blame> {
        self.blames.iter().find(|blame| (&blame.client, &blame.node) == (client, node))
    }

    /// Whether a node will be down and nothing that one could have done otherwise would have shortened
    /// that.
    #[must_use]
    pub fn nothing_helps(&self, client: &ClientName, node: &NodeName) -> bool {
        let mut nodes = self.nodes.iter();
        let is_down =
            nodes.any(|it| (&it.client, &it.node) == (client, node) && !it.outages.is_empty());
        is_down && self.blame(client, node).is_none()
    }

    /// The nodes that were measured to fare otherwise than it reckons, or not at all, with what it
    /// reckons. Edges may have been seen up to `late` after they were there.
    pub fn contradicts<'o>(
        &'o self,
        measured: &'o [NodeDowntime],
        late: Span,
    ) -> impl Iterator<Item = (&'o Reckoned, Option<&'o NodeDowntime>)> {
        self.nodes.iter().filter_map(move |reckoned| {
            let same =
                |it: &&NodeDowntime| (&it.client, &it.node) == (&reckoned.client, &reckoned.node);
            let measured = measured.iter().find(same);
            let agrees = measured.is_some_and(|measured| reckoned.agrees_with(measured, late));
            (!agrees).then_some((reckoned, measured))
        })
    }
}

/// How one node will fare, as far as it can be held against what was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reckoned {
    /// Whose node.
    pub client: ClientName,
    /// Which one.
    pub node: NodeName,
    /// When it will be down, in order.
    pub outages: Vec<ReckonedOutage>,
}

/// An outage that the oracle reckons with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReckonedOutage {
    /// The first instant at which a call fails.
    pub from: Timestamp,
    /// The first one at which it does not any more; none if the run ends before that.
    pub until: Option<Timestamp>,
    /// The step at which a call fails at first.
    pub step: Step,
    /// Why, where the oracle has one word for it: not for a clock that is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What that turns into later, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<ReckonedTurn>,
    /// How many calls fail in it.
    pub missed_calls: u64,
}

/// Within such an outage, an instant from which on a call fails in another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReckonedTurn {
    /// The first instant at which it does.
    pub at: Timestamp,
    /// The step at which a call fails then.
    pub step: Step,
    /// Why, where the oracle has one word for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl<'s> Forecast<'s> {
    /// Reckons what `scenario` will come to.
    #[must_use]
    pub fn of(scenario: &'s Scenario) -> Self {
        let translated = translation::translate(scenario);
        let reckoned = oracle::Forecast::of(&translated.plan);
        Self { scenario, translated, reckoned }
    }

    /// How each node will fare.
    #[must_use]
    pub fn nodes(&self) -> Vec<Reckoned> {
        let nodes = self.translated.nodes.iter().map(|(client, node, number)| Reckoned {
            client: client.clone(),
            node: node.clone(),
            outages: self.reckoned.node(*number).outages.iter().map(reckoned).collect(),
        });
        nodes.collect()
    }

    /// What the outages of all nodes will come to together.
    #[must_use]
    pub fn downtime(&self) -> Downtime {
        let end = self.scenario.end();
        let length = |intervals: Vec<oracle::Interval>| {
            intervals.into_iter().fold(Span::ZERO, |sum, it| sum + it.length(end))
        };
        Downtime {
            any: length(self.reckoned.any()),
            all: length(self.reckoned.all()),
            summed: self.reckoned.node_downtime(),
        }
    }

    /// Who is to blame for the downtime of each node that is down, where anything would have helped.
    #[must_use]
    pub fn blames(&self) -> Vec<Blame> {
        blame::blames(self.scenario, &self.translated)
    }
}

impl Reckoned {
    /// Whether this is what was measured: every outage with its steps and causes, and the calls that
    /// failed in it; to the millisecond, but for edges that may have been seen up to `late` after they
    /// were there.
    #[must_use]
    pub fn agrees_with(&self, measured: &NodeDowntime, late: Span) -> bool {
        self.outages.len() == measured.outages.len()
            && self.outages.iter().zip(&measured.outages).all(|(one, other)| one.is(other, late))
    }

    /// Whether this is what was measured but for outages that no call met, and that may have been over
    /// before anybody looked.
    #[must_use]
    pub fn agrees_but_for_unseen(&self, measured: &NodeDowntime, late: Span) -> bool {
        let mut measured = measured.outages.iter().peekable();
        let mut each = self.outages.iter();
        each.all(|reckoned| {
            let is_seen = measured.next_if(|it| reckoned.is(it, late)).is_some();
            is_seen
                || reckoned.missed_calls == 0
                    && fits_between_looks((reckoned.from, reckoned.until), late)
        }) && measured.next().is_none()
    }
}

impl ReckonedOutage {
    fn is(&self, measured: &Outage, late: Span) -> bool {
        let turns = self.turns.iter().zip(&measured.turns);
        self.missed_calls == measured.missed_calls
            && measured.is_seen_of((self.from, self.until), late)
            && is_failure(self.step, self.cause.as_ref(), &measured.failure)
            && self.turns.len() == measured.turns.len()
            && turns.into_iter().all(|(one, other)| {
                is_seen(one.at, other.at, late)
                    && is_failure(one.step, one.cause.as_ref(), &other.failure)
            })
    }
}

fn is_failure(step: Step, cause: Option<&String>, measured: &Failure) -> bool {
    step == measured.step && cause.is_none_or(|cause| *cause == measured.cause)
}

fn reckoned(outage: &oracle::Outage) -> ReckonedOutage {
    let mut segments = outage.segments().iter().map(|segment| ReckonedTurn {
        at: segment.from,
        step: segment.cause.step(),
        cause: segment.cause.name().map(str::to_owned),
    });
    let first = segments.next().expect("an outage has at least one segment");
    let mut turns: Vec<ReckonedTurn> = Vec::new();
    // What has one name for a client may have two for the oracle.
    for turn in segments {
        let last = turns.last().unwrap_or(&first);
        if (last.step, &last.cause) != (turn.step, &turn.cause) {
            turns.push(turn);
        }
    }
    ReckonedOutage {
        from: outage.from,
        until: outage.until,
        step: first.step,
        cause: first.cause,
        turns,
        missed_calls: outage.missed_calls,
    }
}
