//! The result of a run, as data; [`html`], [`text`], [`json`] and [`junit`] show it. Nothing here decides anything.

use clock::{Span, Timestamp};
use parties::Finding;
use serde::{Deserialize, Serialize};

use crate::{
    downtime::{self, Downtime, NodeDowntime},
    expect::{self, Difference, Verdict},
    forecast::Oracle,
    journal::{Journal, What},
    scenario::{Action, Expected, Scenario},
    world::ActionOutcome,
};

pub mod html;
pub mod json;
pub mod junit;
mod markup;
mod named;
pub mod text;
mod words;

pub use named::Named;

/// The version of the format of a [`RunReport`].
pub const FORMAT: u32 = 3;

/// What came of one or more scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunReport {
    /// The version of this format.
    pub format: u32,
    /// The worst verdict: a failure, else one that is inconclusive, else a pass.
    pub verdict: Verdict,
    /// The seed of the command line, if it stood in for those of the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// One for each scenario, in the order of the catalogue.
    pub scenarios: Vec<ScenarioReport>,
}

impl RunReport {
    /// Puts reports together.
    #[must_use]
    pub fn new(scenarios: Vec<ScenarioReport>) -> Self {
        let has = |verdict| scenarios.iter().any(|scenario| scenario.verdict == verdict);
        let worst = [Verdict::Fail, Verdict::Inconclusive].into_iter().find(|one| has(*one));
        Self { format: FORMAT, verdict: worst.unwrap_or(Verdict::Pass), seed: None, scenarios }
    }
}

/// What came of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ScenarioReport {
    /// What it is called: its path without the ending.
    pub name: String,
    /// The file, as it was asked for.
    pub file: String,
    /// One line that says what happens.
    pub title: String,
    /// The same as prose.
    pub description: String,
    /// The first instant of the run.
    pub start: Timestamp,
    /// The last one.
    pub end: Timestamp,
    /// What every random choice hung on.
    pub seed: u64,
    /// How often it was looked at, if the world was live: edges are seen so late at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks_every: Option<Span>,
    /// Whether it went as the file says.
    pub verdict: Verdict,
    /// Everything that did not.
    pub differences: Vec<Difference>,
    /// What the file says.
    pub expected: Expected,
    /// How each node fared, by name.
    pub nodes: Vec<NodeDowntime>,
    /// What the outages of all of them come to together.
    pub downtime: Downtime,
    /// What the oracle says about it.
    pub oracle: Oracle,
    /// The certificates that there were, in the order in which they came into being.
    pub certificates: Vec<Named>,
    /// What a party refused to a person.
    pub refusals: Vec<Refusal>,
}

/// Something that a person tried in vain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Refusal {
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: Action,
    /// The rejection's name.
    pub cause: String,
    /// The same for people.
    pub text: String,
    /// What the party that refused says about it on its control port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Box<Finding>>,
}

impl ScenarioReport {
    /// Measures and judges what `journal` tells of `scenario`, which is called `name` and was read
    /// from `file`.
    #[must_use]
    pub fn new(name: &str, file: &str, scenario: &Scenario, journal: &Journal) -> Self {
        let nodes = downtime::measure(journal);
        let oracle = Oracle::ask(scenario);
        let judgement = expect::judge(
            &scenario.expected,
            &nodes,
            &oracle,
            journal.looks_every().unwrap_or_default(),
        );
        Self {
            name: name.to_owned(),
            file: file.to_owned(),
            title: scenario.title.clone(),
            description: scenario.description.clone(),
            start: scenario.start,
            end: scenario.end(),
            seed: scenario.seed,
            looks_every: journal.looks_every(),
            verdict: judgement.verdict,
            differences: judgement.differences,
            expected: scenario.expected.clone(),
            downtime: Downtime::of(&nodes, scenario.end()),
            nodes,
            oracle,
            certificates: named::certificates(journal),
            refusals: refusals(journal),
        }
    }

    /// How many calls were made, and how many of them failed.
    #[must_use]
    pub fn calls(&self) -> (u64, u64) {
        let calls = self.nodes.iter().map(|node| node.calls).sum();
        (calls, self.nodes.iter().map(|node| node.missed_calls).sum())
    }

    /// What a party says about a certificate, with the name that the file gives it.
    fn by_name(&self, said: &str) -> String {
        named::by_name(said, &self.certificates)
    }
}

/// The folder that a scenario lies in, as its name tells it; nothing if it lies in none.
fn family(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(family, _)| family)
}

fn refusals(journal: &Journal) -> Vec<Refusal> {
    let refusal = |observation: &crate::journal::Observation| match &observation.what {
        What::Action { action, outcome: ActionOutcome::Refused { cause, text, finding } } => {
            Some(Refusal {
                at: observation.at,
                action: action.clone(),
                cause: cause.clone(),
                text: text.clone(),
                finding: finding.clone(),
            })
        }
        _ => None,
    };
    journal.observations().iter().filter_map(refusal).collect()
}
