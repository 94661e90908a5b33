//! The report for a CI server: `junit.xml`, as Jenkins reads it.
//!
//! There is no standard. This keeps to what `jenkins-junit.xsd` of the xUnit plugin for Jenkins has in
//! common with Ant's and Maven Surefire's: `testsuites` holds `testsuite`s with counts, a `testsuite`
//! holds `testcase`s with a name and a `classname`, and a `testcase` holds at most one `failure` or
//! `skipped`, and then its `system-out`. A suite is a family, so a folder of scenarios. No `time` and no
//! `timestamp` stand in it: the same run would give another file.

use std::fmt::{self, Write};

use super::{RunReport, ScenarioReport, family, markup::text, text as plain};
use crate::expect::Verdict;

/// Writes `report`.
#[must_use]
pub fn render(report: &RunReport) -> String {
    let mut xml = String::new();
    write_suites(&mut xml, report).expect("a string takes everything");
    xml
}

fn write_suites(xml: &mut String, report: &RunReport) -> fmt::Result {
    let mut families: Vec<(&str, Vec<&ScenarioReport>)> = Vec::new();
    for scenario in &report.scenarios {
        let name = family_name(scenario);
        match families.iter_mut().find(|(other, _)| *other == name) {
            Some((_, suite)) => suite.push(scenario),
            None => families.push((name, vec![scenario])),
        }
    }
    let all: Vec<_> = report.scenarios.iter().collect();
    writeln!(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(xml, "<testsuites name=\"skift\" {}>", counts(&all))?;
    for (name, suite) in families {
        writeln!(xml, "  <testsuite name=\"{}\" {}>", text(name), counts(&suite))?;
        for scenario in suite {
            write_case(xml, scenario)?;
        }
        writeln!(xml, "  </testsuite>")?;
    }
    writeln!(xml, "</testsuites>")
}

/// What a scenario's suite and class are called; one that lies in no folder has a name all the same.
fn family_name(scenario: &ScenarioReport) -> &str {
    match family(&scenario.name) {
        "" => "scenarios",
        family => family,
    }
}

fn counts(scenarios: &[&ScenarioReport]) -> String {
    let count = |verdict| scenarios.iter().filter(|one| one.verdict == verdict).count();
    let (tests, failed) = (scenarios.len(), count(Verdict::Fail));
    let skipped = count(Verdict::Inconclusive);
    format!("tests=\"{tests}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\"")
}

fn write_case(xml: &mut String, scenario: &ScenarioReport) -> fmt::Result {
    let name = scenario.name.rsplit('/').next().unwrap_or(&scenario.name);
    writeln!(
        xml,
        "    <testcase name=\"{}\" classname=\"{}\">",
        text(name),
        text(family_name(scenario))
    )?;
    let differences = plain::differences(scenario);
    match scenario.verdict {
        Verdict::Pass => {}
        Verdict::Fail => {
            let count = scenario.differences.len();
            let message = format!("{}: {count} not as expected", scenario.title);
            write!(xml, "      <failure type=\"not-as-expected\" message=\"{}\">", text(message))?;
            write_lines(xml, &differences)?;
            writeln!(xml, "</failure>")?;
        }
        Verdict::Inconclusive => {
            let message = match scenario.calls() {
                (0, _) => "nobody calls in this scenario, so that nothing was shown",
                _ => "an outage was met by no call, so that it was not shown",
            };
            writeln!(xml, "      <skipped message=\"{}\"/>", text(message))?;
        }
    }
    xml.push_str("      <system-out>");
    write_lines(xml, &plain::scenario(scenario, plain::Colour::Off, plain::WIDTH))?;
    writeln!(xml, "</system-out>\n    </testcase>")
}

/// Text of several lines: each of them escaped, the ends of lines kept.
fn write_lines(xml: &mut String, lines: &str) -> fmt::Result {
    lines.lines().try_for_each(|line| writeln!(xml, "{}", text(line)))
}

#[cfg(test)]
mod tests {
    use clock::Timestamp;
    use roxmltree::{Document, Node};

    use super::*;
    use crate::{
        journal::{Journal, What},
        scenario::Scenario,
        world::CallOutcome,
    };

    const STEADY: &str = include_str!("../../../scenarios/baseline/steady-state.toml");
    const EARLY: &str = include_str!("../../../scenarios/rolling-swap/client-swaps-early.toml");

    /// One that passes, one in which nobody calls, and one in which no expected outage comes; the last
    /// in no folder, and all with a title that would like to be markup.
    fn report() -> RunReport {
        let report = |name: &str, text: &str, calls: bool| {
            let scenario = Scenario::parse(text).unwrap_or_else(|mistake| panic!("{mistake}"));
            let mut journal = Journal::default();
            let (client, node) = scenario.nodes().next().unwrap();
            let (client, node, outcome) = (client.clone(), node.clone(), CallOutcome::Succeeded);
            let what = if calls {
                What::Call { client, node, outcome }
            } else {
                What::Exposure { client, node, outcome }
            };
            journal.note(what, Timestamp::EPOCH);
            let file = format!("{name}<&\".toml");
            ScenarioReport::new(name, &file, &scenario, &journal)
        };
        let early = EARLY.replace("The client swaps", "]]><failure/>&");
        RunReport::new(vec![
            report("a/steady", STEADY, true),
            report("b/early", &early, true),
            report("a/silent", STEADY, false),
            report("alone", STEADY, true),
        ])
    }

    fn attributes<'n>(node: &Node<'n, '_>) -> Vec<(&'n str, String)> {
        let mut attributes: Vec<_> =
            node.attributes().map(|it| (it.name(), it.value().to_owned())).collect();
        attributes.sort_unstable();
        attributes
    }

    /// What `jenkins-junit.xsd` asks for: these elements and no others in each other, these attributes,
    /// and counts that are true.
    fn check(xml: &str) {
        let document = Document::parse(xml).unwrap_or_else(|error| panic!("{error}\n{xml}"));
        let root = document.root_element();
        assert!(root.has_tag_name("testsuites"));
        for node in root.descendants().filter(Node::is_element) {
            let (inside, required): (&[&str], &[&str]) = match node.tag_name().name() {
                "testsuites" => {
                    (&["testsuite"], &["errors", "failures", "name", "skipped", "tests"])
                }
                "testsuite" => (&["testcase"], &["errors", "failures", "name", "skipped", "tests"]),
                "testcase" => (&["failure", "skipped", "system-out"], &["classname", "name"]),
                "failure" => (&[], &["message", "type"]),
                "skipped" => (&[], &["message"]),
                "system-out" => (&[], &[]),
                other => panic!("<{other}> is not in the schema"),
            };
            let names: Vec<_> = attributes(&node).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, required, "{node:?}");
            let children: Vec<_> =
                node.children().filter(Node::is_element).map(|it| it.tag_name().name()).collect();
            assert!(children.iter().all(|it| inside.contains(it)), "{children:?}");
            for (attribute, element) in
                [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")]
            {
                if let Some(count) = node.attribute(attribute) {
                    let counted = node.descendants().filter(|it| it.has_tag_name(element)).count();
                    assert_eq!(count, counted.to_string(), "{attribute}");
                }
            }
        }
    }

    #[test]
    fn follows_the_schema() {
        check(&render(&report()));
        check(&render(&RunReport::new(Vec::new())));
    }

    #[test]
    fn a_suite_is_a_family_and_a_case_a_scenario() {
        let xml = render(&report());
        let document = Document::parse(&xml).unwrap();
        let cases = document.descendants().filter(|it| it.has_tag_name("testcase"));
        let cases: Vec<_> = cases
            .map(|case| {
                let outcome = case.children().find(Node::is_element).unwrap();
                let (class, name) = (case.attribute("classname"), case.attribute("name"));
                let outcome = outcome.tag_name().name();
                format!("{}.{}: {outcome}", class.unwrap_or_default(), name.unwrap_or_default())
            })
            .collect();
        assert_eq!(
            cases,
            [
                "a.steady: system-out",
                "a.silent: skipped",
                "b.early: failure",
                "scenarios.alone: system-out"
            ]
        );
    }

    #[test]
    fn a_failure_has_the_differences_and_nothing_in_it_is_markup() {
        let xml = render(&report());
        let document = Document::parse(&xml).unwrap();
        let failure = document.descendants().find(|it| it.has_tag_name("failure")).unwrap();
        let message = failure.attribute("message").unwrap();
        assert_eq!(message, "]]><failure/>& before NemLog-in: 3 not as expected");
        let text = failure.text().unwrap();
        let place = EARLY.lines().position(|line| line.contains("until = ")).unwrap() + 1;
        assert!(text.contains(&format!("b/early<&\".toml:{place}:")), "{text}");
        assert!(text.contains("measured   no such outage"), "{text}");
    }
}
