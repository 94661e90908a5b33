//! What the page says of one scenario: its prose, what was expected and measured, the timeline, each
//! outage in words, and the messages behind it.

use std::fmt::{self, Write};

use clock::{Span, Timestamp};

use super::{
    Files,
    axis::{Window, date_and_time},
    expectation, instant,
    lanes::lanes,
    outage, page,
    points::Points,
    timeline,
};
use crate::{
    downtime::Downtime,
    journal::Journal,
    report::{ScenarioReport, markup::text, words::plural},
};

/// The most outages that are told in words.
const OUTAGES_MAX: usize = 40;
/// The most stretches that are shown close up.
const CLOSE_UPS_MAX: usize = 4;

/// A scenario and what was seen of it.
pub(super) struct Told<'r> {
    /// What links to it name.
    pub(super) id: String,
    pub(super) report: &'r ScenarioReport,
    pub(super) journal: &'r Journal,
    pub(super) files: Files<'r>,
}

impl Told<'_> {
    pub(super) fn write(&self, html: &mut String) -> fmt::Result {
        let Self { id, report, .. } = self;
        writeln!(html, "<article id=\"{id}\" class=\"{}\">", page::class(report.verdict))?;
        self.write_title(html)?;
        self.write_prose(html)?;
        expectation::write(html, report)?;
        let points = Points::of(self.journal, id);
        self.write_timelines(html)?;
        self.write_outages(html, &points)?;
        points.write(html, report, self.files)?;
        html.push_str(
            "<p class=\"up\"><a href=\"#top\">All scenarios \u{2191}</a></p>\n</article>\n",
        );
        Ok(())
    }

    fn write_title(&self, html: &mut String) -> fmt::Result {
        let report = self.report;
        let (calls, missed) = report.calls();
        write!(
            html,
            "<header>{}<h2>{}</h2>\n<p class=\"facts\"><code>{}</code> \u{b7} ",
            page::badge(report.verdict),
            text(&report.title),
            text(&report.file)
        )?;
        let (start, clock) = (report.start, date_and_time(report.start));
        write!(html, "<time datetime=\"{start}\">{clock} UTC</time>")?;
        writeln!(
            html,
            " for {} \u{b7} {missed} of {calls} {} failed \u{b7} seed {}{}</p></header>",
            report.end.since(report.start),
            plural(calls, "call"),
            report.seed,
            report.looks_every.map(looks_every).unwrap_or_default(),
        )
    }

    fn write_prose(&self, html: &mut String) -> fmt::Result {
        html.push_str("<div class=\"prose\">\n");
        for paragraph in self.report.description.split("\n\n").map(str::trim) {
            if !paragraph.is_empty() {
                writeln!(html, "<p>{}</p>", text(paragraph))?;
            }
        }
        html.push_str("</div>\n");
        Ok(())
    }

    fn write_timelines(&self, html: &mut String) -> fmt::Result {
        let report = self.report;
        let lanes = lanes(report, self.journal.observations());
        let outages = report.nodes.iter().flat_map(|node| &node.outages);
        let down: Vec<_> = outages.map(|outage| (outage.from, outage.until)).collect();
        let whole = Window { from: report.start, to: report.end };
        html.push_str("<h3>What happened</h3>\n<figure>\n");
        timeline::write(html, &lanes, whole, report.start)?;
        html.push_str("</figure>\n");
        for window in close_ups(whole, &down) {
            html.push_str("<figure><figcaption>Close up: ");
            instant(html, report, window.from)?;
            html.push_str(" to ");
            instant(html, report, window.to)?;
            html.push_str("</figcaption>\n");
            timeline::write(html, &lanes, window, report.start)?;
            html.push_str("</figure>\n");
        }
        Ok(())
    }

    fn write_outages(&self, html: &mut String, points: &Points<'_>) -> fmt::Result {
        let report = self.report;
        let outages: Vec<_> = report
            .nodes
            .iter()
            .flat_map(|node| {
                node.outages.iter().enumerate().map(move |(index, it)| (node, index, it))
            })
            .collect();
        html.push_str("<h3>What broke, and who must act</h3>\n");
        if outages.is_empty() {
            html.push_str("<p>Nothing: at no instant would a call have failed.</p>\n");
        }
        if report.nodes.len() > 1 && !outages.is_empty() {
            let (nodes, Downtime { any, all, summed }) = (report.nodes.len(), report.downtime);
            let all =
                if all == Span::ZERO { "at no time".to_owned() } else { format!("for {all}") };
            writeln!(
                html,
                "<p>Of {nodes} nodes, at least one was down for <strong>{any}</strong>, and all of them \
                 at once {all}. Added up, node for node, it is {summed}.</p>"
            )?;
        }
        for (node, index, it) in outages.iter().take(OUTAGES_MAX) {
            let link = points.link(&node.client, &node.node, *index);
            outage::write(html, report, node, it, link)?;
        }
        let more = outages.len().saturating_sub(OUTAGES_MAX);
        if more > 0 {
            let noun = plural(more as u64, "outage");
            writeln!(html, "<p class=\"note\">{more} more {noun} are told in report.json.</p>")?;
        }
        let nodes = report.nodes.iter().take(OUTAGES_MAX);
        for node in nodes {
            if let Some(blame) = report.oracle.blame(&node.client, &node.node) {
                outage::write_blame(html, report, blame)?;
            } else if report.oracle.nothing_helps(&node.client, &node.node) {
                outage::write_no_blame(html, report, node)?;
            }
        }
        for refusal in report.refusals.iter().take(OUTAGES_MAX) {
            outage::write_refusal(html, report, refusal)?;
        }
        Ok(())
    }
}

/// Outages that would be hard to see in the whole run, each with as much again on both sides; those
/// that lie near each other are shown together.
fn close_ups(whole: Window, down: &[(Timestamp, Option<Timestamp>)]) -> Vec<Window> {
    let mut down: Vec<_> =
        down.iter().map(|(from, until)| (*from, until.unwrap_or(whole.to))).collect();
    down.sort_unstable();
    let mut windows: Vec<Window> = Vec::new();
    for (from, until) in down {
        let length = until.since(from).max(Span::from_seconds(1));
        if length * 12 > whole.length() {
            continue;
        }
        let window =
            Window { from: (from - length).max(whole.from), to: (until + length).min(whole.to) };
        match windows.last_mut() {
            Some(last) if window.from <= last.to => last.to = last.to.max(window.to),
            _ => windows.push(window),
        }
    }
    windows.retain(|window| window.length() * 3 < whole.length());
    windows.truncate(CLOSE_UPS_MAX);
    windows
}

/// How exact the edges of outages are in a live world.
fn looks_every(interval: Span) -> String {
    format!(" \u{b7} live, looked at every {interval}: an edge is seen so late at most")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_outages_are_shown_close_up() {
        let t = Timestamp::from_seconds;
        let whole = Window { from: t(0), to: t(1000) };
        let close_ups = |down: &[(i64, i64)]| -> Vec<_> {
            let down: Vec<_> = down.iter().map(|(from, to)| (t(*from), Some(t(*to)))).collect();
            let windows = close_ups(whole, &down);
            windows.into_iter().map(|it| (it.from.seconds(), it.to.seconds())).collect()
        };
        assert_eq!(close_ups(&[(100, 300)]), []);
        assert_eq!(close_ups(&[(100, 110), (118, 120), (500, 510)]), [(90, 122), (490, 520)]);
        assert_eq!(close_ups(&[(0, 10)]), [(0, 20)]);
    }
}
