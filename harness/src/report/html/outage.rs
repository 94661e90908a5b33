//! One outage in words: what broke, when, for how long, at which step, why, and who must do what.

use std::fmt::{self, Write};

use clock::Span;
use parties::{Finding, Party, Step};

use super::{axis::date_and_time, instant};
use crate::{
    downtime::{NodeDowntime, Outage, Segment},
    forecast::{Blame, Due, LAST_INSTANT},
    report::{
        Refusal, ScenarioReport,
        markup::text,
        words::{infinitive, plural, who},
    },
};

/// The most ways in which one outage is told to fail.
const SEGMENTS_MAX: usize = 12;

/// Tells of an outage; `link` is where the point stands at which it began.
pub(super) fn write(
    html: &mut String,
    report: &ScenarioReport,
    node: &NodeDowntime,
    outage: &Outage,
    link: Option<&str>,
) -> fmt::Result {
    let length = outage.length(report.end);
    write!(
        html,
        "<div class=\"told\"><h4>{} was down for <strong>{length}</strong></h4>\n<p>From ",
        text(who(report, &node.client, &node.node))
    )?;
    instant(html, report, outage.from)?;
    html.push_str(" to ");
    match outage.until {
        Some(until) => instant(html, report, until)?,
        None => html.push_str("the end of the run, and still down then"),
    }
    write!(html, ". {}", met(outage.missed_calls))?;
    if let Some(link) = link {
        write!(html, " <a href=\"#{link}\">The messages behind it</a>")?;
    }
    html.push_str("</p>\n");
    let count = outage.segments().count();
    for (index, segment) in outage.segments().take(SEGMENTS_MAX).enumerate() {
        write_segment(html, report, segment, (index, count))?;
    }
    if count > SEGMENTS_MAX {
        let more = count - SEGMENTS_MAX;
        let times = plural(more as u64, "time");
        writeln!(
            html,
            "<p class=\"note\">It turned {more} more {times}, which report.json has.</p>"
        )?;
    }
    html.push_str("</div>\n");
    Ok(())
}

/// One of the ways in which calls failed: the one at `index` of so many.
fn write_segment(
    html: &mut String,
    report: &ScenarioReport,
    Segment { until, failure, .. }: Segment<'_>,
    (index, count): (usize, usize),
) -> fmt::Result {
    html.push_str("<p class=\"segment\">");
    let calls = match (index, until) {
        (0, Some(until)) if count > 1 => {
            html.push_str("Until ");
            instant(html, report, until)?;
            " calls"
        }
        (0, _) => "Calls",
        (_, Some(until)) => {
            html.push_str("Then, until ");
            instant(html, report, until)?;
            ", calls"
        }
        (_, None) => "Then calls",
    };
    let refused = match failure.party {
        Party::Client => "in the client itself".to_owned(),
        party => format!("refused by the {party}").replace("the SMDB", "SMDB"),
    };
    writeln!(
        html,
        "{calls} failed at <strong>{}</strong>, {}, {refused}: <strong>{}</strong>.</p>",
        failure.step,
        step(failure.step),
        text(failure.cause.replace('-', " ")),
    )?;
    let findings = failure.diagnosis.as_ref().map_or(&[][..], |it| it.findings());
    if let Some((decisive, others)) = findings.split_first() {
        write_finding(html, report, decisive)?;
        for other in others {
            write!(
                html,
                "<details><summary>Also against it: {}</summary>",
                text(other.cause.replace('-', " "))
            )?;
            write_finding(html, report, other)?;
            html.push_str("</details>\n");
        }
    }
    Ok(())
}

fn met(calls: u64) -> String {
    match calls {
        0 => "No call met it, so it was reckoned and not shown: let it call more often, or add a call \
              with <code>[[at]]</code>."
            .to_owned(),
        calls => format!("{calls} {} met it.", plural(calls, "call")),
    }
}

/// What a step is, for who does not know the numbers of DST's guide.
pub(super) const fn step(step: Step) -> &'static str {
    match step {
        Step::One => "where the client asks the STS for a token",
        Step::Two => "where the STS answers with a token",
        Step::Three => "where the client calls SMDB",
    }
}

/// In English, with Danish beside it.
fn write_finding(html: &mut String, report: &ScenarioReport, finding: &Finding) -> fmt::Result {
    let said = |said: &str| marked(&report.by_name(said));
    let title = finding.who.title();
    let (en, da) = (capital(&title.en), capital(&title.da));
    write!(
        html,
        "<div class=\"finding\"><div class=\"act\"><p><b>{}</b> must act: {}</p>\
         <p lang=\"da\"><b>{}</b> skal handle: {}</p></div>\n<dl>",
        text(en),
        said(&finding.what.en),
        text(da),
        said(&finding.what.da)
    )?;
    let rows = [
        ("Rule", "Regel", &finding.rule),
        ("Expected", "Forventet", &finding.expected),
        ("Got", "Modtaget", &finding.got),
    ];
    for (name, navn, both) in rows {
        writeln!(
            html,
            "<div><dt>{name}<span lang=\"da\">{navn}</span></dt><dd>{}</dd>\
             <dd lang=\"da\">{}</dd></div>",
            said(&both.en),
            said(&both.da)
        )?;
    }
    html.push_str("</dl></div>\n");
    Ok(())
}

/// Text in which a value stands between back quotes, as the sentences of a diagnosis have it.
fn marked(said: &str) -> String {
    let parts: Vec<_> = said.split('`').collect();
    if parts.len() % 2 == 0 {
        return text(said).to_string();
    }
    let parts = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        0 => text(part).to_string(),
        _ => format!("<code>{}</code>", text(part)),
    });
    parts.collect()
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What the oracle says would have helped a node most.
pub(super) fn write_blame(
    html: &mut String,
    report: &ScenarioReport,
    blame: &Blame,
) -> fmt::Result {
    let (role, what) = (blame.who.title(), &blame.what);
    let due = blame.due.words(
        |at| {
            let mut html = String::new();
            instant(&mut html, report, at).expect("a string takes everything");
            html
        },
        |at| format!("kl. {} UTC", date_and_time(at)),
    );
    let who = who(report, &blame.client, &blame.node);
    write!(
        html,
        "<div class=\"told blame\"><h4>What would have helped {} most</h4>\n\
         <p>The <strong>{}</strong> should <strong>{}</strong> {}",
        text(&who),
        text(&role.en),
        marked(&what.en),
        due.en
    )?;
    match blame.done {
        // Done at its time, in the wrong place.
        Some(done) if done == blame.mended => {}
        Some(done) => {
            html.push_str(" instead of ");
            instant(html, report, done)?;
        }
        None if blame.due == Due::FromTheStart => {}
        None => html.push_str("; nobody did"),
    }
    let (was, left) = (blame.was, blame.left);
    let (en, da) = match left {
        Span::ZERO => (
            "Then it would not have been down at all.".to_owned(),
            "Så havde der slet ingen nedetid været.".to_owned(),
        ),
        LAST_INSTANT => (
            "Then it would have gone down in the last instant of the run and not before."
                .to_owned(),
            "Så var nedetiden først begyndt i kørslens sidste øjeblik.".to_owned(),
        ),
        left => (
            format!("Then it would have been down for {left} instead of {was}."),
            format!("Så havde nedetiden været {left} i stedet for {was}."),
        ),
    };
    let instead = match blame.done {
        Some(done) if done == blame.mended => String::new(),
        Some(done) => format!(" i stedet for kl. {} UTC", date_and_time(done)),
        None if blame.due == Due::FromTheStart => String::new(),
        None => "; det gjorde ingen".to_owned(),
    };
    write!(
        html,
        ". {en}</p>\n<p lang=\"da\"><strong>{}</strong>: <strong>{}</strong>, {}{instead}. \
         {da}</p></div>\n",
        text(capital(&role.da)),
        marked(&what.da),
        due.da
    )
}

/// Says that there is no such thing.
pub(super) fn write_no_blame(
    html: &mut String,
    report: &ScenarioReport,
    node: &NodeDowntime,
) -> fmt::Result {
    write!(
        html,
        "<div class=\"told blame\"><h4>What would have helped {}</h4>\n\
         <p>No single act would have prevented this.</p>\n\
         <p lang=\"da\">Ingen enkelt handling havde forhindret det.</p></div>\n",
        text(who(report, &node.client, &node.node))
    )
}

/// What a person tried in vain.
pub(super) fn write_refusal(
    html: &mut String,
    report: &ScenarioReport,
    refusal: &Refusal,
) -> fmt::Result {
    write!(
        html,
        "<div class=\"told\"><h4>Refused: to {}</h4>\n<p>At ",
        text(infinitive(&refusal.action))
    )?;
    instant(html, report, refusal.at)?;
    writeln!(html, ": {}.</p>", marked(&report.by_name(&refusal.text)))?;
    if let Some(finding) = &refusal.finding {
        write_finding(html, report, finding)?;
    }
    html.push_str("</div>\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_between_back_quotes_is_set_apart() {
        assert_eq!(marked("got `CN=<b>` of it"), "got <code>CN=&lt;b&gt;</code> of it");
        assert_eq!(marked("a ` alone & `two` pairs"), "a ` alone &amp; `two` pairs");
    }
}
