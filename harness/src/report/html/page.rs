//! The frame of the page: the style, the verdict of the run, and the table of scenarios.

use std::fmt::{self, Write};

use clock::Span;
use parties::Role;

use crate::{
    downtime::{Downtime, Outage},
    expect::Verdict,
    report::{RunReport, ScenarioReport, family, markup::text, words::plural},
};

const STYLE: &str = include_str!("style.css");

/// Nothing may be fetched from anywhere: what a reader's browser then holds us to.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

pub(super) fn write_head(html: &mut String, report: &RunReport) -> fmt::Result {
    let headline = headline(report);
    write!(
        html,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>skift: {headline}</title>\n<style>\n{STYLE}</style>\n</head>\n<body id=\"top\">\n\
         <main>\n<header class=\"verdict {}\">\n<p class=\"name\">skift \u{b7} report of a run</p>\n\
         <h1>{headline}</h1>\n",
        class(report.verdict)
    )?;
    write_counts(html, report)?;
    html.push_str(
        "<p class=\"note\">A scenario passes when exactly what its file expects was measured, \
         outages included. A client is down while every call would fail.</p>\n</header>\n",
    );
    write_table(html, report)
}

pub(super) fn write_foot(html: &mut String) -> fmt::Result {
    writeln!(
        html,
        "<footer><p class=\"note\">Simulated services and invented names: nothing here was measured \
         on the real ones. Written by skift. The same as data: <code>report.json</code>, \
         <code>junit.xml</code>, <code>journal/</code>.</p></footer>\n</main>\n</body>\n</html>"
    )
}

fn headline(report: &RunReport) -> String {
    let total = report.scenarios.len() as u64;
    let failed = count(report, Verdict::Fail);
    let (noun, inconclusive) = (plural(total, "scenario"), count(report, Verdict::Inconclusive));
    match report.verdict {
        Verdict::Pass if total == 1 => "The scenario went as its file says".to_owned(),
        Verdict::Pass => format!("All {total} {noun} went as their files say"),
        Verdict::Fail => format!("{failed} of {total} {noun} did not go as expected"),
        Verdict::Inconclusive => {
            format!("{inconclusive} of {total} {noun} did not show what it is for")
        }
    }
}

fn count(report: &RunReport, verdict: Verdict) -> usize {
    report.scenarios.iter().filter(|one| one.verdict == verdict).count()
}

/// How many there are of each verdict, as links to the first of them.
fn write_counts(html: &mut String, report: &RunReport) -> fmt::Result {
    html.push_str("<ul class=\"counts\">\n");
    for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive] {
        let count = count(report, verdict);
        let (class, sign, word) = (class(verdict), sign(verdict), word(verdict));
        let said = format!("<b>{count}</b> <span>{sign} {word}</span>");
        if count == 0 {
            writeln!(html, "<li class=\"{class} none\">{said}</li>")?;
            continue;
        }
        let target = if has_extract(report, verdict) { class } else { "scenarios" };
        writeln!(html, "<li class=\"{class}\"><a href=\"#{target}\">{said}</a></li>")?;
    }
    html.push_str("</ul>\n");
    Ok(())
}

/// Whether those of a verdict stand together before all others: what did not pass, where it would have
/// to be looked for.
fn has_extract(report: &RunReport, verdict: Verdict) -> bool {
    let count = count(report, verdict);
    verdict != Verdict::Pass && count > 0 && count < report.scenarios.len()
}

const COLUMNS: [&str; 6] =
    ["Verdict", "Scenario", "Down for", "First at", "Who must act", "Who is to blame"];

fn write_table(html: &mut String, report: &RunReport) -> fmt::Result {
    html.push_str(
        "<table id=\"scenarios\" class=\"scenarios\"><caption>Scenarios</caption><thead><tr>",
    );
    for column in COLUMNS {
        write!(html, "<th scope=\"col\">{column}</th>")?;
    }
    html.push_str("</tr></thead>\n");
    let scenarios = || (1..).zip(&report.scenarios);
    for (verdict, title) in [
        (Verdict::Fail, "Not as expected"),
        (Verdict::Inconclusive, "Inconclusive: not all of it was shown"),
    ] {
        if has_extract(report, verdict) {
            let id = format!(" id=\"{}\"", class(verdict));
            write_group(html, &id, title, scenarios().filter(|(_, it)| it.verdict == verdict))?;
        }
    }
    let mut families: Vec<&str> = Vec::new();
    for (_, scenario) in scenarios() {
        let family = family(&scenario.name);
        if !families.contains(&family) {
            families.push(family);
        }
    }
    for it in families {
        write_group(html, "", it, scenarios().filter(|(_, other)| family(&other.name) == it))?;
    }
    html.push_str("</table>\n");
    Ok(())
}

fn write_group<'r>(
    html: &mut String,
    id: &str,
    title: &str,
    mut scenarios: impl Iterator<Item = (usize, &'r ScenarioReport)>,
) -> fmt::Result {
    writeln!(html, "<tbody{id}>")?;
    if !title.is_empty() {
        let (title, columns) = (text(title), COLUMNS.len());
        writeln!(
            html,
            "<tr class=\"family\"><th scope=\"rowgroup\" colspan=\"{columns}\">{title}</th></tr>"
        )?;
    }
    scenarios.try_for_each(|(number, scenario)| write_scenario(html, number, scenario))?;
    html.push_str("</tbody>\n");
    Ok(())
}

fn write_scenario(html: &mut String, number: usize, scenario: &ScenarioReport) -> fmt::Result {
    write!(
        html,
        "<tr class=\"{}\"><td>{}</td><td><a href=\"#s{number}\">{}</a></td>",
        class(scenario.verdict),
        badge(scenario.verdict),
        text(&scenario.title)
    )?;
    let outages = || scenario.nodes.iter().flat_map(|node| &node.outages);
    let Some(first) = outages().min_by_key(|outage| outage.from) else {
        html.push_str("<td class=\"number none\">\u{2013}</td><td></td><td></td><td></td></tr>\n");
        return Ok(());
    };
    let [_, _, down, at, act, blame] = COLUMNS;
    write!(html, "<td class=\"number\" data-label=\"{down}\">")?;
    write_downtime(html, scenario)?;
    if outages().any(|outage| outage.until.is_none()) {
        html.push_str("<br/><small class=\"open\">still down</small>");
    }
    let acting = outages()
        .flat_map(Outage::segments)
        .filter_map(|it| it.failure.diagnosis.as_ref()?.decisive().map(|finding| finding.who));
    let blamed = scenario.oracle.blames.iter().map(|blame| blame.who);
    writeln!(
        html,
        "</td><td data-label=\"{at}\">{}</td><td data-label=\"{act}\">{}</td>\
         <td data-label=\"{blame}\">{}</td></tr>",
        first.failure.step,
        roles(acting),
        roles(blamed)
    )
}

/// How long somebody was down; where there are several nodes, what that is a sum of.
pub(super) fn write_downtime(html: &mut String, scenario: &ScenarioReport) -> fmt::Result {
    let Downtime { any, all, summed } = scenario.downtime;
    write!(html, "{any}")?;
    let nodes = scenario.nodes.len();
    if nodes < 2 {
        return Ok(());
    }
    let all = if all == Span::ZERO { "never".to_owned() } else { all.to_string() };
    write!(
        html,
        "<br/><small>at least one of {nodes} nodes<br/>all at once: {all}<br/>added up: {summed}\
         </small>"
    )
}

fn roles(roles: impl Iterator<Item = Role>) -> String {
    let mut roles: Vec<Role> = roles.collect();
    roles.sort_unstable();
    roles.dedup();
    let roles: Vec<_> = roles.into_iter().map(|role| role.title().en).collect();
    text(roles.join(", ")).to_string()
}

/// The verdict in a word and a sign, so that no colour has to be seen.
pub(super) fn badge(verdict: Verdict) -> String {
    let (class, sign, word) = (class(verdict), sign(verdict), word(verdict));
    format!("<span class=\"badge {class}\">{sign} {word}</span>")
}

pub(super) const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
    }
}

const fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "\u{2713}",
        Verdict::Fail => "\u{2717}",
        Verdict::Inconclusive => "?",
    }
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
    }
}
