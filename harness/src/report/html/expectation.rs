//! What the file expects beside what was measured: what differs is loud.

use std::fmt::{self, Write};

use clock::Timestamp;

use super::instant;
use crate::{
    downtime::Outage,
    expect::Difference,
    report::{
        ScenarioReport,
        markup::text,
        text::{Sides, sides},
        words::{plural, who},
    },
    scenario::{ClientName, ExpectedCount, ExpectedOutage, NodeName, Place},
};

/// The most outages that the page compares; those that differ come before the others then.
const LINES_MAX: usize = 60;

/// The most turns of an outage that it names.
const TURNS_MAX: usize = 6;

/// One line: what was expected and what was measured, of which at least one is there.
struct Line<'r> {
    client: &'r ClientName,
    node: &'r NodeName,
    expected: Option<&'r ExpectedOutage>,
    measured: Option<&'r Outage>,
    is_same: bool,
}

pub(super) fn write(html: &mut String, report: &ScenarioReport) -> fmt::Result {
    html.push_str(
        "<table class=\"expectation\"><caption>Expected beside measured</caption><thead><tr>\
         <th scope=\"col\"></th><th scope=\"col\">Expected</th><th scope=\"col\">Measured</th>\
         <th scope=\"col\"></th></tr></thead>\n<tbody>\n",
    );
    let lines = lines(report);
    if lines.is_empty() {
        html.push_str(
            "<tr class=\"same\"><th scope=\"row\">outages</th><td>none</td><td>none</td>\
             <td class=\"sign\">\u{2713} same</td></tr>\n",
        );
    }
    for line in lines.iter().take(LINES_MAX) {
        write_line(html, report, line)?;
    }
    if lines.len() > LINES_MAX {
        let more = lines.len() - LINES_MAX;
        writeln!(
            html,
            "<tr><th scope=\"row\"></th><td colspan=\"3\">{more} more are in report.json</td></tr>"
        )?;
    }
    for difference in &report.differences {
        let subject = match difference {
            Difference::Blame { .. } => "blame",
            Difference::Oracle { .. } => "the oracle",
            Difference::Outage { .. }
            | Difference::Unexpected { .. }
            | Difference::MissedCalls { .. } => continue,
        };
        let Sides { place, expected, measured } = sides(report, difference);
        write!(
            html,
            "<tr class=\"differs\"><th scope=\"row\">{subject}</th><td>{}</td><td>{}",
            text(expected),
            text(measured)
        )?;
        write_end(html, report, false, place)?;
    }
    write_missed_calls(html, report)?;
    html.push_str("</tbody></table>\n");
    Ok(())
}

fn lines(report: &ScenarioReport) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut told: Vec<&ExpectedOutage> = Vec::new();
    let mut others: Vec<(&ClientName, &NodeName, &Outage)> = Vec::new();
    for difference in &report.differences {
        match difference {
            Difference::Outage { expected, measured } => {
                let (client, node) = (&expected.client, &expected.node);
                told.push(expected);
                others.extend(measured.as_ref().map(|measured| (client, node, measured)));
                let (expected, measured) = (Some(expected), measured.as_ref());
                lines.push(Line { client, node, expected, measured, is_same: false });
            }
            Difference::Unexpected { client, node, measured } => {
                others.push((client, node, measured));
                let (expected, measured) = (None, Some(measured));
                lines.push(Line { client, node, expected, measured, is_same: false });
            }
            // Each of these has a line of its own.
            Difference::MissedCalls { .. }
            | Difference::Blame { .. }
            | Difference::Oracle { .. } => {}
        }
    }
    // What is left agrees, outage by outage.
    for node in &report.nodes {
        for measured in &node.outages {
            if others.contains(&(&node.client, &node.node, measured)) {
                continue;
            }
            let expected = report.expected.outages.iter().find(|expected| {
                (&expected.client, &expected.node) == (&node.client, &node.node)
                    && expected.from == measured.from
                    && !told.contains(expected)
            });
            let (client, node, measured) = (&node.client, &node.node, Some(measured));
            lines.push(Line { client, node, expected, measured, is_same: true });
        }
    }
    let lines_are_many = lines.len() > LINES_MAX;
    lines.sort_by_key(|line| {
        let from = [line.expected.map(|it| it.from), line.measured.map(|it| it.from)];
        let is_left_out = lines_are_many && line.is_same;
        (is_left_out, from.into_iter().flatten().min(), line.client, line.node)
    });
    lines
}

fn write_line(html: &mut String, report: &ScenarioReport, line: &Line<'_>) -> fmt::Result {
    let class = if line.is_same { "same" } else { "differs" };
    let who = who(report, line.client, line.node);
    write!(html, "<tr class=\"{class}\"><th scope=\"row\">{} down</th><td>", text(who))?;
    match line.expected {
        None => html.push_str("no such outage"),
        Some(it) => {
            let cause = it.cause.as_deref().unwrap_or_default();
            write_outage(html, report, (it.from, it.until), &it.step.to_string(), cause)?;
        }
    }
    html.push_str("</td><td>");
    match line.measured {
        None => html.push_str("no such outage"),
        Some(it) => {
            let (step, cause) = (it.failure.step.to_string(), &it.failure.cause);
            write_outage(html, report, (it.from, it.until), &step, cause)?;
            for turn in it.turns.iter().take(TURNS_MAX) {
                html.push_str("<br/>then from ");
                instant(html, report, turn.at)?;
                let (step, cause) = (turn.failure.step, text(&turn.failure.cause));
                write!(html, ": {step}, <code>{cause}</code>")?;
            }
        }
    }
    let place = line.expected.map_or(report.expected.place, |it| it.place);
    write_end(html, report, line.is_same, place)
}

fn write_outage(
    html: &mut String,
    report: &ScenarioReport,
    (from, until): (Timestamp, Option<Timestamp>),
    step: &str,
    cause: &str,
) -> fmt::Result {
    instant(html, report, from)?;
    html.push_str(" to ");
    match until {
        Some(until) => instant(html, report, until)?,
        None => html.push_str("the end of the run, still down"),
    }
    write!(html, "<br/>{step}")?;
    if cause.is_empty() { Ok(()) } else { write!(html, ", <code>{}</code>", text(cause)) }
}

fn write_missed_calls(html: &mut String, report: &ScenarioReport) -> fmt::Result {
    let (calls, missed) = report.calls();
    let measured = format!("{missed} of {calls} {}", plural(calls, "call"));
    let Some(ExpectedCount { count, place }) = report.expected.missed_calls else {
        return writeln!(
            html,
            "<tr><th scope=\"row\">failed calls</th><td>not said</td><td>{measured}</td><td></td></tr>"
        );
    };
    let is_same = count == missed;
    let class = if is_same { "same" } else { "differs" };
    write!(
        html,
        "<tr class=\"{class}\"><th scope=\"row\">failed calls</th><td>{count}</td><td>{measured}"
    )?;
    write_end(html, report, is_same, place)
}

fn write_end(
    html: &mut String,
    report: &ScenarioReport,
    is_same: bool,
    Place { line, column }: Place,
) -> fmt::Result {
    if is_same {
        html.push_str("</td><td class=\"sign\">\u{2713} same</td></tr>\n");
        return Ok(());
    }
    writeln!(
        html,
        "</td><td class=\"sign\">\u{2717} differs<br/><code>{}:{line}:{column}</code></td></tr>",
        text(&report.file)
    )
}
