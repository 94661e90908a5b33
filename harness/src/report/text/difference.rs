//! What was expected and what was measured instead, in words.

use std::fmt::{self, Write};

use clock::Timestamp;
use parties::{Role, Step};

use super::instant;
use crate::{
    downtime::{NodeDowntime, Outage},
    expect::Difference,
    plain::one_line,
    report::{
        ScenarioReport,
        words::{plural, who},
    },
    scenario::{ClientName, ExpectedOutage, NodeName, Place},
};

/// Everything that is not as expected.
pub(super) fn write(text: &mut String, report: &ScenarioReport) -> fmt::Result {
    report.differences.iter().try_for_each(|difference| write_difference(text, report, difference))
}

fn write_difference(
    text: &mut String,
    report: &ScenarioReport,
    difference: &Difference,
) -> fmt::Result {
    let Sides { place: Place { line, column }, expected, measured } = sides(report, difference);
    writeln!(text, "      {}:{line}:{column}", one_line(&report.file))?;
    writeln!(text, "          expected   {expected}")?;
    writeln!(text, "          measured   {measured}")
}

/// The two sides of a difference, in words.
pub(in crate::report) struct Sides {
    /// Where the file says what is expected.
    pub(in crate::report) place: Place,
    pub(in crate::report) expected: String,
    pub(in crate::report) measured: String,
}

pub(in crate::report) fn sides(report: &ScenarioReport, difference: &Difference) -> Sides {
    let (place, expected, measured) = match difference {
        Difference::Outage { expected, measured } => {
            let instead = match measured {
                Some(outage) => measured_outage(report, &expected.client, &expected.node, outage),
                None => "no such outage".to_owned(),
            };
            (expected.place, expected_outage(report, expected), instead)
        }
        Difference::Unexpected { client, node, measured } => {
            let unexpected = measured_outage(report, client, node, measured);
            (report.expected.place, "no such outage".to_owned(), unexpected)
        }
        Difference::Blame { expected, found } => {
            let blame = |role: Option<Role>| match role {
                Some(role) => format!("the {} is to blame", role.title().en),
                None => "nobody is to blame".to_owned(),
            };
            (expected.place, blame(expected.blame), blame(*found))
        }
        Difference::Oracle { reckoned, measured } => {
            let outages: Vec<_> = reckoned
                .outages
                .iter()
                .map(|outage| {
                    let interval = interval(report, outage.from, outage.until);
                    let turns = outage.turns.iter();
                    let turns = turns.map(|it| (it.at, it.step, it.cause.as_deref()));
                    let first = (outage.step, outage.cause.as_deref());
                    let failures = failures(report, first, turns);
                    format!("{interval}, {failures}, {}", missed(outage.missed_calls))
                })
                .collect();
            let reckoned = match outages.as_slice() {
                [] => "no outage".to_owned(),
                outages => outages.join("; "),
            };
            let told = match measured {
                None => "nobody looked".to_owned(),
                Some(measured) => measured_outages(report, measured),
            };
            let reckoned = format!("the oracle reckons with {reckoned}; tell the makers of skift");
            (report.expected.place, reckoned, told)
        }
        Difference::MissedCalls { expected, measured } => {
            (expected.place, missed(expected.count), missed(*measured))
        }
    };
    Sides { place, expected, measured }
}

fn expected_outage(report: &ScenarioReport, outage: &ExpectedOutage) -> String {
    let who = who(report, &outage.client, &outage.node);
    let interval = interval(report, outage.from, outage.until);
    let cause = outage.cause.as_ref().map(|cause| format!(", {cause}")).unwrap_or_default();
    format!("{who} down {interval}, {}{cause}", outage.step)
}

fn measured_outages(report: &ScenarioReport, node: &NodeDowntime) -> String {
    let told = node.outages.iter().map(|outage| {
        let missed = missed(outage.missed_calls);
        format!("{}, {missed}", measured_outage(report, &node.client, &node.node, outage))
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() { "no outage".to_owned() } else { told.join("; ") }
}

fn measured_outage(
    report: &ScenarioReport,
    client: &ClientName,
    node: &NodeName,
    outage: &Outage,
) -> String {
    let who = who(report, client, node);
    let interval = interval(report, outage.from, outage.until);
    let mut segments =
        outage.segments().map(|it| (it.from, it.failure.step, Some(it.failure.cause.as_str())));
    let (_, step, cause) = segments.next().expect("an outage has at least one segment");
    format!("{who} down {interval}, {}", failures(report, (step, cause), segments))
}

/// How calls fail at first, and what that turns into.
fn failures<'r>(
    report: &ScenarioReport,
    (step, cause): (Step, Option<&str>),
    turns: impl Iterator<Item = (Timestamp, Step, Option<&'r str>)>,
) -> String {
    let words =
        |step: Step, cause: Option<&str>| format!("{step}, {}", cause.unwrap_or("a clock is off"));
    turns.fold(words(step, cause), |told, (at, step, cause)| {
        format!("{told}, then from {} {}", instant(report, at), words(step, cause))
    })
}

fn interval(report: &ScenarioReport, from: Timestamp, until: Option<Timestamp>) -> String {
    match until {
        Some(until) => {
            format!("from {} to {}", instant(report, from), instant(report, until))
        }
        None => format!("from {} and open at the end", instant(report, from)),
    }
}

fn missed(count: u64) -> String {
    format!("{count} {} failed", plural(count, "call"))
}
