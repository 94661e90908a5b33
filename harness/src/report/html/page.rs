//! The frame of the page: the style, the verdict of the run, and the table of scenarios.

use std::fmt::{self, Write};

use clock::Span;
use parties::Role;

use crate::{
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

fn write_counts(html: &mut String, report: &RunReport) -> fmt::Result {
    html.push_str("<ul class=\"counts\">\n");
    for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive] {
        let count = count(report, verdict);
        let none = if count == 0 { " none" } else { "" };
        let (class, sign, word) = (class(verdict), sign(verdict), word(verdict));
        writeln!(
            html,
            "<li class=\"{class}{none}\"><b>{count}</b> <span>{sign} {word}</span></li>"
        )?;
    }
    html.push_str("</ul>\n");
    Ok(())
}

fn write_table(html: &mut String, report: &RunReport) -> fmt::Result {
    html.push_str(
        "<table class=\"scenarios\"><caption>Scenarios</caption><thead><tr>\
         <th scope=\"col\">Verdict</th><th scope=\"col\">Scenario</th>\
         <th scope=\"col\">Down for</th><th scope=\"col\">First at</th>\
         <th scope=\"col\">Who must act</th></tr></thead>\n",
    );
    let mut last = None;
    for (place, scenario) in report.scenarios.iter().enumerate() {
        let family = family(&scenario.name);
        if last != Some(family) {
            if last.is_some() {
                html.push_str("</tbody>\n");
            }
            html.push_str("<tbody>\n");
            if !family.is_empty() {
                writeln!(
                    html,
                    "<tr class=\"family\"><th scope=\"rowgroup\" colspan=\"5\">{}</th></tr>",
                    text(family)
                )?;
            }
            last = Some(family);
        }
        write_scenario(html, place, scenario)?;
    }
    if last.is_some() {
        html.push_str("</tbody>");
    }
    html.push_str("</table>\n");
    Ok(())
}

fn write_scenario(html: &mut String, place: usize, scenario: &ScenarioReport) -> fmt::Result {
    let outages: Vec<_> = scenario.nodes.iter().flat_map(|node| &node.outages).collect();
    let first = outages.iter().min_by_key(|outage| outage.from);
    write!(
        html,
        "<tr class=\"{}\"><td>{}</td><td><a href=\"#s{}\">{}</a></td>",
        class(scenario.verdict),
        badge(scenario.verdict),
        place + 1,
        text(&scenario.title)
    )?;
    let Some(first) = first else {
        html.push_str("<td class=\"number none\">\u{2013}</td><td></td><td></td></tr>\n");
        return Ok(());
    };
    let total =
        outages.iter().map(|it| it.length(scenario.end)).fold(Span::ZERO, |sum, it| sum + it);
    let is_open = outages.iter().any(|outage| outage.until.is_none());
    let open = if is_open { "<br/><small>still down</small>" } else { "" };
    let mut roles: Vec<Role> = outages
        .iter()
        .filter_map(|it| it.failure.diagnosis.as_ref()?.decisive().map(|finding| finding.who))
        .collect();
    roles.sort_unstable();
    roles.dedup();
    let roles: Vec<_> = roles.into_iter().map(|role| role.title().en).collect();
    writeln!(
        html,
        "<td class=\"number\">{total}{open}</td><td>{}</td><td>{}</td></tr>",
        first.failure.step,
        text(roles.join(", "))
    )
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
