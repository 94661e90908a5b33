//! The report for people: what broke, when, for how long, at which step, and who must do what.

use std::fmt::{self, Write};

use clock::{Span, Timestamp};
use parties::{Finding, Party, Role};

use super::{
    Refusal, RunReport, ScenarioReport,
    words::{infinitive, plural, who},
};
use crate::{
    downtime::{NodeDowntime, Outage},
    expect::{Difference, Verdict},
    forecast::{Blame, Reckoned},
    plain::one_line,
    scenario::{ClientName, ExpectedOutage, NodeName, Place},
    world::Failure,
};

/// Whether to use the colours of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// With escape sequences.
    On,
    /// Plain text.
    Off,
}

/// One scenario, some lines long.
#[must_use]
pub fn scenario(report: &ScenarioReport, colour: Colour) -> String {
    let mut text = String::new();
    write_scenario(&mut text, report, colour).expect("a string takes everything");
    text
}

/// Everything in one scenario that is not as expected.
#[must_use]
pub(super) fn differences(report: &ScenarioReport) -> String {
    let mut text = String::new();
    write_differences(&mut text, report).expect("a string takes everything");
    text
}

/// The last line: how many went as expected; and before it, whether the seed was another one.
#[must_use]
pub fn summary(report: &RunReport) -> String {
    let count = |verdict| report.scenarios.iter().filter(|one| one.verdict == verdict).count();
    let (passed, failed) = (count(Verdict::Pass), count(Verdict::Fail));
    let total = report.scenarios.len();
    let mut text = match report.seed {
        Some(seed) => format!("seed {seed}, instead of those of the files\n"),
        None => String::new(),
    };
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

fn write_scenario(text: &mut String, report: &ScenarioReport, colour: Colour) -> fmt::Result {
    let verdict = verdict(report.verdict, colour);
    writeln!(text, "{verdict}  {}: {}", one_line(&report.name), one_line(&report.title))?;
    for node in &report.nodes {
        for outage in &node.outages {
            write_outage(text, report, node, outage)?;
        }
        if let Some(blame) = report.oracle.blame(&node.client, &node.node) {
            write_blame(text, report, blame)?;
        }
    }
    for refusal in &report.refusals {
        write_refusal(text, report, refusal)?;
    }
    write_calls(text, report)?;
    write_differences(text, report)?;
    text.push('\n');
    Ok(())
}

fn write_differences(text: &mut String, report: &ScenarioReport) -> fmt::Result {
    report.differences.iter().try_for_each(|difference| write_difference(text, report, difference))
}

fn verdict(verdict: Verdict, colour: Colour) -> String {
    let (word, code) = match verdict {
        Verdict::Pass => ("PASS", 32),
        Verdict::Fail => ("FAIL", 31),
        Verdict::Inconclusive => ("INCONCLUSIVE", 33),
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
        None => writeln!(
            text,
            "      {who} went down at {from} and was still down when the run ended, {length} later"
        )?,
    }
    write_failure(text, &outage.failure)
}

fn write_failure(text: &mut String, failure: &Failure) -> fmt::Result {
    let words = failure.cause.replace('-', " ");
    let where_it_ended = match failure.party {
        Party::Client => "in the client itself".to_owned(),
        Party::Mitid | Party::Sts | Party::Smdb => format!("refused by {}", failure.party),
    };
    writeln!(text, "          at {}, {where_it_ended}: {words}", failure.step)?;
    let Some(finding) = failure.diagnosis.as_ref().and_then(|it| it.decisive()) else {
        return Ok(());
    };
    writeln!(text, "          rule       {}", one_line(&finding.rule.en))?;
    writeln!(text, "          expected   {}", one_line(&finding.expected.en))?;
    writeln!(text, "          got        {}", one_line(&finding.got.en))?;
    write_next(text, finding)
}

fn write_next(text: &mut String, finding: &Finding) -> fmt::Result {
    let (who, what) = (finding.who.title().en, one_line(&finding.what.en));
    writeln!(text, "          next       {who}: {what}")
}

/// What would have helped, and what would be left.
fn write_blame(text: &mut String, report: &ScenarioReport, blame: &Blame) -> fmt::Result {
    let who = who(report, &blame.client, &blame.node);
    let (role, what) = (blame.who.title().en, one_line(&blame.what.en));
    writeln!(text, "      what would have helped {who} most: the {role} should")?;
    let mended = instant(report, blame.mended);
    match blame.done {
        // Done at its time, in the wrong place.
        Some(done) if done == blame.mended => writeln!(text, "          {what} at {mended}")?,
        Some(done) => {
            writeln!(text, "          {what} at {mended} instead of {}", instant(report, done))?;
        }
        None => writeln!(text, "          {what} at {mended}; nobody did")?,
    }
    match blame.left {
        Span::ZERO => writeln!(text, "          then it would not have been down at all"),
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
    writeln!(text, "      refused at {at} to {what}: {}", one_line(&refusal.text))?;
    refusal.finding.as_ref().map_or(Ok(()), |finding| write_next(text, finding))
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
pub(super) struct Sides {
    /// Where the file says what is expected.
    pub(super) place: Place,
    pub(super) expected: String,
    pub(super) measured: String,
}

pub(super) fn sides(report: &ScenarioReport, difference: &Difference) -> Sides {
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
            let Reckoned { client, node, outages } = reckoned;
            let outages: Vec<_> = outages
                .iter()
                .map(|outage| {
                    let cause = outage.cause.as_deref().unwrap_or("a clock is off");
                    let interval = interval(report, outage.from, outage.until);
                    let missed = missed(outage.missed_calls);
                    format!("{interval}, {}, {cause}, {missed}", outage.step)
                })
                .collect();
            let reckoned = match outages.as_slice() {
                [] => "no outage".to_owned(),
                outages => outages.join("; "),
            };
            let told = measured.outages.iter();
            let told = told.map(|outage| {
                let missed = missed(outage.missed_calls);
                format!("{}, {missed}", measured_outage(report, client, node, outage))
            });
            let told: Vec<_> = told.collect();
            let told = if told.is_empty() { "no outage".to_owned() } else { told.join("; ") };
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

fn measured_outage(
    report: &ScenarioReport,
    client: &ClientName,
    node: &NodeName,
    outage: &Outage,
) -> String {
    let who = who(report, client, node);
    let interval = interval(report, outage.from, outage.until);
    format!("{who} down {interval}, {}, {}", outage.failure.step, outage.failure.cause)
}

fn interval(report: &ScenarioReport, from: Timestamp, until: Option<Timestamp>) -> String {
    match until {
        Some(until) => {
            format!("from {} to {}", instant(report, from), instant(report, until))
        }
        None => format!("from {} and open at the end", instant(report, from)),
    }
}

/// The time of day in UTC, and how long it is from the start.
fn instant(report: &ScenarioReport, at: Timestamp) -> String {
    format!("{at} (+{})", at.since(report.start))
}

fn missed(count: u64) -> String {
    format!("{count} {} failed", plural(count, "call"))
}

#[cfg(test)]
mod tests {
    use parties::{Diagnosis, Role, Slot, Step, Text};

    use super::*;
    use crate::{
        journal::{Journal, What},
        scenario::{Action, Scenario, UploadedFile},
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
(+2h), step 1, certificate-not-in-force, 12 calls failed; tell the makers of skift
          measured   fagsystem down from 2030-03-01T09:00:00Z (+1h) to 2030-03-01T10:00:00Z (+2h), \
step 1, certificate-not-in-force, 0 calls failed
      early.toml:{line}:16
          expected   12 calls failed
          measured   0 calls failed

"
        );
        assert_eq!(scenario(&report(&["a"]), Colour::Off), expected);
    }

    #[test]
    fn names_the_node_where_there_are_several() {
        let text = scenario(&report(&["a", "b"]), Colour::Off);
        assert!(text.contains("fagsystem/a was down"), "{text}");
    }

    #[test]
    fn colours_the_verdict_alone() {
        let text = scenario(&report(&["a"]), Colour::On);
        assert!(text.starts_with("\u{1b}[1;31mFAIL\u{1b}[0m  early"), "{text}");
        assert_eq!(text.matches('\u{1b}').count(), 2);
    }
}
