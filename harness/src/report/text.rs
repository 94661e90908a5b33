//! The report for people: what broke, when, for how long, at which step, and who must do what.

use std::fmt::{self, Write};

use clock::{Span, Timestamp};
use parties::{Finding, Party};

use super::{
    Refusal, RunReport, ScenarioReport,
    words::{infinitive, plural, who},
};
use crate::{
    downtime::{Downtime, NodeDowntime, Outage, Segment},
    expect::Verdict,
    forecast::{Blame, Due, LAST_INSTANT},
    plain::one_line,
    world::Failure,
};

mod difference;
mod wrap;

pub(super) use difference::{Sides, sides};

/// How wide text is that no terminal shows, in columns.
pub const WIDTH: usize = 100;

/// The most ways in which one outage is told to fail; report.json has all.
const SEGMENTS_MAX: usize = 6;

/// The most scenarios that the last lines name.
const NAMES_MAX: usize = 40;

/// Whether to use the colours of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// With escape sequences.
    On,
    /// Plain text.
    Off,
}

/// One scenario, some lines long, each no wider than so many columns where its words allow it.
#[must_use]
pub fn scenario(report: &ScenarioReport, colour: Colour, width: usize) -> String {
    let mut text = String::new();
    write_scenario(&mut text, report).expect("a string takes everything");
    let text = wrap::wrap(&text, width);
    let word = word(report.verdict);
    text.replacen(word, &verdict(report.verdict, colour), 1)
}

/// Everything in one scenario that is not as expected.
#[must_use]
pub(super) fn differences(report: &ScenarioReport) -> String {
    let mut text = String::new();
    difference::write(&mut text, report).expect("a string takes everything");
    wrap::wrap(&text, WIDTH)
}

/// The last lines: which did not go as expected, whether the seed was another one, and how many did.
#[must_use]
pub fn summary(report: &RunReport) -> String {
    let count = |verdict| report.scenarios.iter().filter(|one| one.verdict == verdict).count();
    let (passed, failed) = (count(Verdict::Pass), count(Verdict::Fail));
    let total = report.scenarios.len();
    let mut text = String::new();
    if total > 1 {
        let others = || report.scenarios.iter().filter(|one| one.verdict != Verdict::Pass);
        for scenario in others().take(NAMES_MAX) {
            let (name, word) = (one_line(&scenario.name), word(scenario.verdict));
            text += &format!("{word}  {name}\n");
        }
        let more = others().count().saturating_sub(NAMES_MAX);
        if more > 0 {
            text += &format!("and {more} more\n");
        }
    }
    if let Some(interval) = report.scenarios.iter().find_map(|one| one.looks_every) {
        text += &format!("live, looked at every {interval}: an edge is seen so late at most\n");
    }
    if let Some(seed) = report.seed {
        text += &format!("seed {seed}, instead of those of the files\n");
    }
    text += &format!("{total} {}: {passed} as expected", plural(total as u64, "scenario"));
    for (count, words) in
        [(failed, "not as expected"), (count(Verdict::Inconclusive), "inconclusive")]
    {
        if count > 0 {
            text += &format!(", {count} {words}");
        }
    }
    text.push('\n');
    text
}

fn write_scenario(text: &mut String, report: &ScenarioReport) -> fmt::Result {
    let word = word(report.verdict);
    writeln!(text, "{word}  {}: {}", one_line(&report.name), one_line(&report.title))?;
    for node in &report.nodes {
        for outage in &node.outages {
            write_outage(text, report, node, outage)?;
        }
        if let Some(blame) = report.oracle.blame(&node.client, &node.node) {
            write_blame(text, report, blame)?;
        } else if report.oracle.nothing_helps(&node.client, &node.node) {
            let who = who(report, &node.client, &node.node);
            writeln!(text, "      no single act would have prevented this for {who}")?;
        }
    }
    write_downtime(text, report)?;
    for refusal in &report.refusals {
        write_refusal(text, report, refusal)?;
    }
    write_calls(text, report)?;
    difference::write(text, report)?;
    text.push('\n');
    Ok(())
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Inconclusive => "INCONCLUSIVE",
    }
}

fn verdict(verdict: Verdict, colour: Colour) -> String {
    let word = word(verdict);
    let code = match verdict {
        Verdict::Pass => 32,
        Verdict::Fail => 31,
        Verdict::Inconclusive => 33,
    };
    match colour {
        Colour::On => format!("\u{1b}[1;{code}m{word}\u{1b}[0m"),
        Colour::Off => word.to_owned(),
    }
}

fn write_outage(
    text: &mut String,
    report: &ScenarioReport,
    node: &NodeDowntime,
    outage: &Outage,
) -> fmt::Result {
    let who = who(report, &node.client, &node.node);
    let (from, length) = (instant(report, outage.from), outage.length(report.end));
    match outage.until {
        Some(until) => {
            let until = instant(report, until);
            writeln!(text, "      {who} was down for {length}, from {from} to {until}")?;
        }
        None if length == Span::ZERO => {
            writeln!(text, "      {who} went down at {from}, in the last instant of the run")?;
        }
        None => writeln!(
            text,
            "      {who} went down at {from} and was still down when the run ended, {length} later"
        )?,
    }
    let count = outage.segments().count();
    for (index, segment) in outage.segments().take(SEGMENTS_MAX).enumerate() {
        write_segment(text, report, segment, (index, count))?;
    }
    if count > SEGMENTS_MAX {
        let more = count - SEGMENTS_MAX;
        writeln!(
            text,
            "          and so on: it turned {more} more {}",
            plural(more as u64, "time")
        )?;
    }
    Ok(())
}

/// One of the ways in which calls failed: the one at `index` of so many.
fn write_segment(
    text: &mut String,
    report: &ScenarioReport,
    Segment { until, failure, .. }: Segment<'_>,
    (index, count): (usize, usize),
) -> fmt::Result {
    let then = if index > 0 { "then " } else { "" };
    let until = match until {
        Some(until) if count > 1 => format!(" until {}", instant(report, until)),
        _ => String::new(),
    };
    let where_it_ended = match failure.party {
        Party::Client => "in the client itself".to_owned(),
        Party::Mitid | Party::Sts | Party::Smdb => format!("refused by {}", failure.party),
    };
    let cause = failure.cause.replace('-', " ");
    writeln!(text, "          {then}at {}{until}, {where_it_ended}: {cause}", failure.step)?;
    write_finding(text, report, failure)
}

fn write_finding(text: &mut String, report: &ScenarioReport, failure: &Failure) -> fmt::Result {
    let Some(finding) = failure.diagnosis.as_ref().and_then(|it| it.decisive()) else {
        return Ok(());
    };
    let said = |text: &str| one_line(&report.by_name(text));
    writeln!(text, "          rule       {}", said(&finding.rule.en))?;
    writeln!(text, "          expected   {}", said(&finding.expected.en))?;
    writeln!(text, "          got        {}", said(&finding.got.en))?;
    write_next(text, report, finding)
}

fn write_next(text: &mut String, report: &ScenarioReport, finding: &Finding) -> fmt::Result {
    let (who, what) = (finding.who.title().en, one_line(&report.by_name(&finding.what.en)));
    writeln!(text, "          next       {who}: {what}")
}

/// What the outages of several nodes come to. For one node they speak for themselves.
fn write_downtime(text: &mut String, report: &ScenarioReport) -> fmt::Result {
    let (nodes, Downtime { any, all, summed }) = (report.nodes.len(), report.downtime);
    if nodes < 2 || any == Span::ZERO {
        return Ok(());
    }
    writeln!(
        text,
        "      of {nodes} nodes, at least one was down for {any}, all at once for {}; added up, {summed}",
        length(all)
    )
}

/// A length of time that may be none.
fn length(span: Span) -> String {
    if span == Span::ZERO { "no time".to_owned() } else { span.to_string() }
}

/// What would have helped, and what would be left.
fn write_blame(text: &mut String, report: &ScenarioReport, blame: &Blame) -> fmt::Result {
    let who = who(report, &blame.client, &blame.node);
    let (role, what) = (blame.who.title().en, one_line(&blame.what.en));
    writeln!(text, "      what would have helped {who} most: the {role} should")?;
    let due = blame.due.words(|at| instant(report, at), |at| instant(report, at)).en;
    match blame.done {
        // Done at its time, in the wrong place.
        Some(done) if done == blame.mended => writeln!(text, "          {what} {due}")?,
        Some(done) => {
            writeln!(text, "          {what} {due} instead of {}", instant(report, done))?;
        }
        None if blame.due == Due::FromTheStart => writeln!(text, "          {what} {due}")?,
        None => writeln!(text, "          {what} {due}; nobody did")?,
    }
    match blame.left {
        Span::ZERO => writeln!(text, "          then it would not have been down at all"),
        LAST_INSTANT => writeln!(
            text,
            "          then it would have gone down in the last instant of the run and not before"
        ),
        left => writeln!(
            text,
            "          then it would have been down for {left} instead of {}",
            blame.was
        ),
    }
}

fn write_refusal(text: &mut String, report: &ScenarioReport, refusal: &Refusal) -> fmt::Result {
    let what = infinitive(&refusal.action);
    let at = instant(report, refusal.at);
    let why = one_line(&report.by_name(&refusal.text));
    writeln!(text, "      refused at {at} to {what}: {why}")?;
    refusal.finding.as_ref().map_or(Ok(()), |finding| write_next(text, report, finding))
}

fn write_calls(text: &mut String, report: &ScenarioReport) -> fmt::Result {
    match report.calls() {
        (0, _) => {
            writeln!(text, "      nobody calls in this scenario, so that nothing was shown")?;
        }
        (calls, missed) => {
            writeln!(text, "      {missed} of {calls} {} failed", plural(calls, "call"))?;
        }
    }
    for node in &report.nodes {
        for outage in node.outages.iter().filter(|outage| outage.missed_calls == 0) {
            let (who, from) = (who(report, &node.client, &node.node), instant(report, outage.from));
            writeln!(text, "      no call met the outage of {who} from {from}: it was not shown;")?;
            writeln!(text, "          let it call more often, or add a call with [[at]]")?;
        }
    }
    Ok(())
}

/// The time of day in UTC, and how long it is from the start.
fn instant(report: &ScenarioReport, at: Timestamp) -> String {
    format!("{at} (+{})", at.since(report.start))
}

#[cfg(test)]
mod tests {
    use parties::{Diagnosis, Role, Slot, Step, Text};

    use super::*;
    use crate::{
        downtime::Turn,
        expect::Difference,
        journal::{Journal, What},
        scenario::{Action, ClientName, NodeName, Scenario, UploadedFile},
        world::{ActionOutcome, CallOutcome},
    };

    const EARLY: &str = include_str!("../../../scenarios/rolling-swap/client-swaps-early.toml");

    fn name<T: std::str::FromStr<Err: fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }

    fn finding(got: &str) -> Finding {
        Finding {
            cause: "certificate-not-in-force".to_owned(),
            rule: Text::new("one certificate is in force", "ét certifikat er i kraft"),
            expected: Text::same("old"),
            got: Text::same(got),
            who: Role::Vendor,
            what: Text::new("swap at the expiry", "skift ved udløb"),
        }
    }

    /// The early swap with these nodes, and what was seen of it: node `a` fails from 9 to 10.
    fn report(nodes: &[&str]) -> ScenarioReport {
        let mut scenario = Scenario::parse(EARLY).unwrap();
        let client = scenario.clients.values_mut().next().unwrap();
        client.nodes = nodes.iter().map(|node| name(node)).collect();
        let failed = CallOutcome::Failed(Failure {
            step: Step::One,
            cause: "certificate-not-in-force".to_owned(),
            party: Party::Sts,
            diagnosis: Some(Diagnosis::new(vec![finding("new\u{1b}[31m")])),
        });
        let mut journal = Journal::default();
        let at = |hours| scenario.start + Span::from_hours(hours);
        for node in nodes {
            let (client, node): (ClientName, NodeName) = (name("fagsystem"), name(node));
            let seen = [(1, failed.clone()), (2, CallOutcome::Succeeded)];
            for (hours, outcome) in seen.into_iter().filter(|_| node.as_str() == "a") {
                let (client, node) = (client.clone(), node.clone());
                journal.note(What::Exposure { client, node, outcome }, at(hours));
            }
            let outcome = CallOutcome::Succeeded;
            journal.note(What::Call { client, node, outcome }, at(3));
        }
        let save = Action::Save {
            system_user: name("fagsystem"),
            slot: Slot::Rolling,
            certificate: name("new"),
            file: UploadedFile::Cer,
        };
        let outcome = ActionOutcome::Refused {
            cause: "certificate-in-use".to_owned(),
            text: "another system user has it".to_owned(),
            finding: Some(Box::new(finding("new"))),
        };
        journal.note(What::Action { action: save, outcome }, at(3));
        ScenarioReport::new("early", "early.toml", &scenario, &journal)
    }

    #[test]
    fn says_that_no_single_act_would_have_helped() {
        let mut report = report(&["a", "b"]);
        assert!(!scenario(&report, Colour::Off, WIDTH).contains("no single act"));
        report.oracle.blames.retain(|blame| blame.node.as_str() != "a");
        let told = scenario(&report, Colour::Off, WIDTH);
        assert_eq!(
            told.matches("no single act would have prevented this for").count(),
            1,
            "{told}"
        );
        // Of one that is not down nothing is to be said.
        report.oracle.blames.clear();
        report.oracle.nodes.clear();
        assert!(!scenario(&report, Colour::Off, WIDTH).contains("no single act"));
    }

    #[test]
    fn tells_what_broke_and_what_to_do() {
        let line = 1 + EARLY.lines().position(|line| line.starts_with("missed-calls")).unwrap();
        let expected = format!(
            "\
FAIL  early: The client swaps before NemLog-in
      fagsystem was down for 1h, from 2030-03-01T09:00:00Z (+1h) to 2030-03-01T10:00:00Z (+2h)
          at step 1, refused by NemLog-in STS: certificate not in force
          rule       one certificate is in force
          expected   old
          got        new [31m
          next       vendor: swap at the expiry
      what would have helped fagsystem most: the vendor should
          deploy `new` in fagsystem at 2030-03-01T10:00:00Z (+2h) instead of 2030-03-01T09:00:00Z (+1h)
          then it would not have been down at all
      refused at 2030-03-01T11:00:00Z (+3h) to save certificate new in the rolling slot: \
another system user has it
          next       vendor: swap at the expiry
      0 of 1 call failed
      no call met the outage of fagsystem from 2030-03-01T09:00:00Z (+1h): it was not shown;
          let it call more often, or add a call with [[at]]
      early.toml:63:1
          expected   the oracle reckons with from 2030-03-01T09:00:00Z (+1h) to 2030-03-01T10:00:00Z \
(+2h), step 1, certificate-not-in-force, 6 calls failed; tell the makers of skift
          measured   fagsystem down from 2030-03-01T09:00:00Z (+1h) to 2030-03-01T10:00:00Z (+2h), \
step 1, certificate-not-in-force, 0 calls failed
      early.toml:{line}:16
          expected   6 calls failed
          measured   0 calls failed

"
        );
        assert_eq!(scenario(&report(&["a"]), Colour::Off, usize::MAX), expected);
    }

    #[test]
    fn says_what_is_left_of_a_downtime() {
        let told = |left: Span| {
            let mut report = report(&["a"]);
            report.oracle.blames.iter_mut().for_each(|blame| blame.left = left);
            scenario(&report, Colour::Off, usize::MAX)
        };
        for (left, expected) in [
            (Span::from_minutes(5), "then it would have been down for 5m instead of 1h\n"),
            (LAST_INSTANT, "then it would have gone down in the last instant of the run and not"),
        ] {
            assert!(told(left).contains(expected), "{}", told(left));
        }
    }

    #[test]
    fn names_the_node_where_there_are_several() {
        let text = scenario(&report(&["a", "b"]), Colour::Off, WIDTH);
        assert!(text.contains("fagsystem/a was down"), "{text}");
    }

    #[test]
    fn says_what_the_outages_of_several_nodes_come_to() {
        let text = scenario(&report(&["a", "b"]), Colour::Off, WIDTH);
        let line =
            "of 2 nodes, at least one was down for 1h, all at once for no time; added up, 1h";
        assert!(text.contains(line), "{text}");
        assert!(!scenario(&report(&["a"]), Colour::Off, WIDTH).contains("added up"));
    }

    #[test]
    fn tells_every_way_in_which_an_outage_failed() {
        let mut report = report(&["a"]);
        let outage = &mut report.nodes[0].outages[0];
        let failure = Failure {
            step: Step::Three,
            cause: "not-holder".to_owned(),
            party: Party::Smdb,
            diagnosis: None,
        };
        outage.turns.push(Turn { at: outage.from + Span::from_minutes(20), failure });
        let node = report.nodes[0].clone();
        for difference in &mut report.differences {
            if let Difference::Oracle { measured, .. } = difference {
                *measured = Some(node.clone());
            }
        }
        let text = scenario(&report, Colour::Off, usize::MAX);
        let first = "          at step 1 until 2030-03-01T09:20:00Z (+1h20m), refused by NemLog-in STS: \
                     certificate not in force\n";
        let later = "          then at step 3 until 2030-03-01T10:00:00Z (+2h), refused by SMDB: not holder\n";
        assert!(text.contains(first) && text.contains(later), "{text}");
        let measured = "step 1, certificate-not-in-force, then from 2030-03-01T09:20:00Z (+1h20m) step \
                        3, not-holder";
        assert!(text.contains(measured), "{text}");
    }

    #[test]
    fn the_last_lines_name_what_did_not_go_as_expected() {
        let failed = report(&["a"]);
        let passed = ScenarioReport { verdict: Verdict::Pass, ..failed.clone() };
        let failed = ScenarioReport { name: "rolling/early".to_owned(), ..failed };
        let text = summary(&RunReport::new(vec![passed, failed.clone()]));
        assert_eq!(text, "FAIL  rolling/early\n2 scenarios: 1 as expected, 1 not as expected\n");
        assert_eq!(
            summary(&RunReport::new(vec![failed])),
            "1 scenario: 0 as expected, 1 not as expected\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_it_is_shown() {
        let text = scenario(&report(&["a", "b"]), Colour::Off, 60);
        let wide = text.lines().filter(|line| line.chars().count() > 60);
        assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn colours_the_verdict_alone() {
        let text = scenario(&report(&["a"]), Colour::On, WIDTH);
        assert!(text.starts_with("\u{1b}[1;31mFAIL\u{1b}[0m  early"), "{text}");
        assert_eq!(text.matches('\u{1b}').count(), 2);
    }
}
