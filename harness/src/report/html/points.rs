//! The messages behind each point: what was done, called and sent, instant by instant. Calls that end
//! alike one after the other are one line, so that a run of years is no longer than what happened in
//! it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write},
};

use clock::Timestamp;

use super::{Files, instant, messages, outage::capital, url};
use crate::{
    journal::{Journal, Observation, What},
    keep::call_folder,
    report::{
        ScenarioReport,
        markup::text,
        words::{infinitive, plural, who},
    },
    scenario::{Action, ClientName, NodeName},
    world::{ActionOutcome, CallOutcome, Failure, Message, Standing},
};

/// The most lines that the page has of one scenario.
pub(super) const POINTS_MAX: usize = 400;

/// The points of one run.
pub(super) struct Points<'j> {
    points: Vec<Point<'j>>,
    /// Where each outage begins: in the order of the outages of a node.
    links: BTreeMap<(&'j ClientName, &'j NodeName), Vec<String>>,
}

/// One line, about one instant or about several.
struct Point<'j> {
    from: Timestamp,
    until: Timestamp,
    id: Option<String>,
    what: Told<'j>,
}

enum Told<'j> {
    Action(&'j Action, &'j ActionOutcome),
    Calls {
        failure: Option<&'j Failure>,
        count: u64,
        nodes: BTreeSet<(&'j ClientName, &'j NodeName)>,
        /// The number of the first of them, from 1.
        number: usize,
        /// The messages of that one.
        messages: Vec<&'j Message>,
        /// Whether all of them had the same, but for their times.
        are_alike: bool,
    },
    Exposure(&'j ClientName, &'j NodeName, &'j CallOutcome),
    Accepted(&'j Standing),
}

impl<'j> Points<'j> {
    /// Reads them out of a journal; ids begin with `prefix`.
    pub(super) fn of(journal: &'j Journal, prefix: &str) -> Self {
        let mut points: Vec<Point<'j>> = Vec::new();
        let mut links: BTreeMap<_, Vec<String>> = BTreeMap::new();
        let mut outages = 0;
        let mut messages: Vec<&Message> = Vec::new();
        let mut calls = 0;
        let mut is_down = BTreeMap::new();
        let mut accepted = BTreeMap::new();
        for Observation { at, what, .. } in journal.observations() {
            let mut id = None;
            let what = match what {
                What::Begins { .. } | What::Ends => continue,
                What::Message(message) => {
                    messages.push(message);
                    continue;
                }
                What::Action { action, outcome } => Told::Action(action, outcome),
                What::Call { client, node, outcome } => {
                    let sent = std::mem::take(&mut messages);
                    calls += 1;
                    let (failure, by) = (outcome.failure(), (client, node));
                    if let Some(last) = points.last_mut()
                        && last.goes_on(*at, failure, by, &sent)
                    {
                        continue;
                    }
                    let nodes = BTreeSet::from([by]);
                    Told::Calls {
                        failure,
                        count: 1,
                        nodes,
                        number: calls,
                        messages: sent,
                        are_alike: true,
                    }
                }
                What::Exposure { client, node, outcome } => {
                    let is_failed = outcome.failure().is_some();
                    let was_down = is_down.insert((client, node), is_failed);
                    if is_failed && was_down != Some(true) {
                        // Names may have hyphens in them: put together they would not be told apart.
                        outages += 1;
                        let link = format!("{prefix}-{outages}");
                        links.entry((client, node)).or_default().push(link.clone());
                        id = Some(link);
                    } else if was_down.is_none() {
                        continue;
                    }
                    Told::Exposure(client, node, outcome)
                }
                What::Standing(
                    standing @ Standing::Registration {
                        system_user,
                        environment,
                        accepted: now,
                        ..
                    },
                ) => {
                    let before = accepted.insert((system_user, environment), now);
                    if before.is_none_or(|before| before == now) {
                        continue;
                    }
                    Told::Accepted(standing)
                }
                What::Standing(_) => continue,
            };
            // What falls due stands before the calls that meet it, though it was noted after them.
            let mut place = points.len();
            if matches!(what, Told::Accepted(_)) {
                let calls = points.iter().rev();
                place -= calls.take_while(|it| it.is_call_at(*at)).count();
            }
            points.insert(place, Point { from: *at, until: *at, id, what });
        }
        Self { points, links }
    }

    /// Where the point stands at which an outage of a node began, if the page has it.
    pub(super) fn link(&self, client: &ClientName, node: &NodeName, outage: usize) -> Option<&str> {
        let mut links = self.links.iter();
        let (_, links) = links.find(|((its, name), _)| (*its, *name) == (client, node))?;
        let link = links.get(outage)?;
        let mut shown = self.points.iter().take(POINTS_MAX);
        shown.any(|point| point.id.as_ref() == Some(link)).then_some(link.as_str())
    }

    pub(super) fn write(
        &self,
        html: &mut String,
        report: &ScenarioReport,
        files: Files<'_>,
    ) -> fmt::Result {
        html.push_str(
            "<details class=\"points\"><summary>The messages behind each point</summary>\n\
             <table><thead><tr><th scope=\"col\">When</th><th scope=\"col\">What</th>\
             <th scope=\"col\">Messages</th></tr></thead>\n<tbody>\n",
        );
        for point in self.points.iter().take(POINTS_MAX) {
            point.write(html, report, files.kept)?;
        }
        html.push_str("</tbody></table>\n");
        let more = self.points.len().saturating_sub(POINTS_MAX);
        if more > 0 {
            writeln!(
                html,
                "<p class=\"note\">{more} more {} are not shown.</p>",
                plural(more as u64, "point")
            )?;
        }
        let kept = match files.kept {
            Some(_) => {
                "The messages are kept where the links lead. They hold tokens: keep them to yourself."
            }
            None => {
                "The messages themselves hold tokens and are kept only on request: \
                 <code>--keep-messages</code>."
            }
        };
        write!(
            html,
            "<p class=\"note\">Every observation, one on a line: <code>{}</code>. {kept} A revocation \
             list that is fetched on the way belongs to no call, and is not kept.</p>\n</details>\n",
            text(files.journal)
        )
    }
}

fn is_like(one: &Message, other: &Message) -> bool {
    (&one.name, one.environment) == (&other.name, other.environment)
        && one.content.is_like(&other.content)
}

impl<'j> Point<'j> {
    fn is_call_at(&self, at: Timestamp) -> bool {
        self.from == at && matches!(self.what, Told::Calls { .. })
    }

    /// Takes a call in, if it is one more of the same.
    fn goes_on(
        &mut self,
        at: Timestamp,
        failed: Option<&Failure>,
        by: (&'j ClientName, &'j NodeName),
        sent: &[&Message],
    ) -> bool {
        let Told::Calls { failure, count, nodes, messages, are_alike, .. } = &mut self.what else {
            return false;
        };
        let is_same = match (&failure, failed) {
            (None, None) => true,
            (Some(one), Some(other)) => one.is_same_trouble(other),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if is_same {
            *count += 1;
            nodes.insert(by);
            *are_alike &= messages.len() == sent.len()
                && messages.iter().zip(sent).all(|(one, other)| is_like(one, other));
            self.until = at;
        }
        is_same
    }

    fn write(&self, html: &mut String, report: &ScenarioReport, kept: Option<&str>) -> fmt::Result {
        html.push_str("<tr");
        if let Some(id) = &self.id {
            write!(html, " id=\"{id}\"")?;
        }
        write!(html, " class=\"{}\"><td>", self.class())?;
        instant(html, report, self.from)?;
        if self.until > self.from {
            html.push_str("<br/>to ");
            instant(html, report, self.until)?;
        }
        html.push_str("</td><td>");
        match &self.what {
            Told::Action(action, outcome) => write_action(html, action, outcome)?,
            Told::Calls { failure, count, nodes, .. } => {
                write_calls(html, report, *failure, *count, nodes)?;
            }
            Told::Exposure(client, node, outcome) => {
                let who = who(report, client, node);
                write!(html, "From now on a call by {} would ", text(who))?;
                match outcome {
                    CallOutcome::Succeeded => html.push_str("<strong>succeed</strong>"),
                    CallOutcome::Failed(failure) => {
                        write!(html, "<strong>fail</strong> at {}", words(failure))?;
                    }
                }
            }
            Told::Accepted(standing) => write_accepted(html, standing)?,
        }
        html.push_str("</td><td>");
        if let Told::Calls { messages, are_alike, count, number, nodes, .. } = &self.what {
            let folder = kept.zip(nodes.first()).map(|(kept, (client, node))| {
                format!("{kept}/{}", url(&call_folder(*number, self.from, client, node)))
            });
            messages::write(html, report, messages, folder.as_deref())?;
            if *count > 1 {
                html.push_str(if *are_alike {
                    "<p class=\"note\">each of them</p>"
                } else {
                    "<p class=\"note\">the first; others differ</p>"
                });
            }
        }
        html.push_str("</td></tr>\n");
        Ok(())
    }

    const fn class(&self) -> &'static str {
        match &self.what {
            Told::Action(_, ActionOutcome::Done { .. }) => "action",
            Told::Action(_, ActionOutcome::Refused { .. })
            | Told::Calls { failure: Some(_), .. }
            | Told::Exposure(_, _, CallOutcome::Failed(_)) => "bad",
            Told::Calls { failure: None, .. } | Told::Accepted(_) => "plain",
            Told::Exposure(_, _, CallOutcome::Succeeded) => "good",
        }
    }
}

fn write_action(html: &mut String, action: &Action, outcome: &ActionOutcome) -> fmt::Result {
    write!(html, "<b>{}</b>: {}", capital(&action.role().title().en), text(infinitive(action)))?;
    match outcome {
        ActionOutcome::Done { note: None } => Ok(()),
        ActionOutcome::Done { note: Some(note) } => {
            write!(html, "<br/><span class=\"note\">{}</span>", text(note))
        }
        ActionOutcome::Refused { text: why, .. } => {
            write!(html, "<br/><strong>refused</strong>: {}", text(why))
        }
    }
}

fn write_calls(
    html: &mut String,
    report: &ScenarioReport,
    failure: Option<&Failure>,
    count: u64,
    nodes: &BTreeSet<(&ClientName, &NodeName)>,
) -> fmt::Result {
    let by = match nodes.iter().collect::<Vec<_>>().as_slice() {
        [(client, node)] => who(report, client, node),
        nodes => format!("{} nodes", nodes.len()),
    };
    write!(html, "{count} {} by {}: ", plural(count, "call"), text(by))?;
    match failure {
        None => html.push_str("succeeded"),
        Some(failure) => write!(html, "<strong>failed</strong> at {}", words(failure))?,
    }
    Ok(())
}

fn words(failure: &Failure) -> String {
    format!("{}: {}", failure.step, text(failure.cause.replace('-', " ")))
}

fn write_accepted(html: &mut String, standing: &Standing) -> fmt::Result {
    let Standing::Registration { system_user, environment, accepted, .. } = standing else {
        return Ok(());
    };
    let names: Vec<_> = accepted.iter().map(|it| format!("<b>{}</b>", text(it))).collect();
    let names = if names.is_empty() { "no certificate".to_owned() } else { names.join(" and ") };
    write!(html, "NemLog-in turns: {environment} now knows {} by {names}", text(system_user))
}
