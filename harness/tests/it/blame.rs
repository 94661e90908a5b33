//! Who is to blame in the stories of `scenarios/`: each says who is, and the sentence is sensible.

use std::{fs, path::Path};

use clock::Span;
use harness::{forecast::Oracle, scenario::Scenario};

/// Every scenario file, by its name below `scenarios/`.
fn stories() -> Vec<(String, Scenario)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios"));
    let mut stories = Vec::new();
    for family in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if !family.is_dir() {
            continue;
        }
        for file in fs::read_dir(family).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.strip_prefix(folder).unwrap().with_extension("");
            let scenario = Scenario::parse(&fs::read_to_string(&file).unwrap()).unwrap();
            stories.push((name.display().to_string().replace('\\', "/"), scenario));
        }
    }
    stories.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(stories.len() >= 32, "{} stories", stories.len());
    stories
}

/// Who should have done what, when, when it was done, and what would be left.
fn sentences(scenario: &Scenario) -> Vec<String> {
    let after = |at: clock::Timestamp| format!("+{}", at.since(scenario.start));
    let sentence = |blame: &harness::forecast::Blame| {
        let done = match blame.done {
            Some(done) if done == blame.mended => String::new(),
            Some(done) => format!(" instead of {}", after(done)),
            None => ", nobody did".to_owned(),
        };
        let (node, mended) = (&blame.node, after(blame.mended));
        let left = if blame.left == Span::ZERO {
            String::new()
        } else {
            format!("; leaves {} of {}", blame.left, blame.was)
        };
        let (who, what) = (blame.who.title().en, &blame.what.en);
        format!("{}/{node}: {who}: {what} {mended}{done}{left}", blame.client)
    };
    Oracle::ask(scenario).blames.iter().map(sentence).collect()
}

#[test]
fn every_story_of_an_outage_says_who_is_to_blame() {
    for (name, scenario) in stories() {
        let oracle = Oracle::ask(&scenario);
        for outage in &scenario.expected.outages {
            let found = oracle.blame(&outage.client, &outage.node);
            let found = found.unwrap_or_else(|| panic!("nothing would help in {name}"));
            assert_eq!(outage.blame, Some(found.who), "{name}: {outage:?}");
            assert!(found.left < found.was, "{name}: {found:?}");
        }
    }
}

#[test]
fn a_sentence_says_what_was_done_and_when() {
    for (name, scenario) in stories() {
        for blame in Oracle::ask(&scenario).blames {
            // What the file says that somebody did, at this instant, nobody can say was not done.
            assert_eq!(blame.done.is_some(), blame.place.is_some(), "{name}: {blame:?}");
            let run = scenario.start..=scenario.end();
            assert!(run.contains(&blame.mended), "{name}: {blame:?}");
            for span in [blame.was, blame.left] {
                assert_eq!(span.millis() % 1_000, 0, "{name}: {blame:?}");
            }
            assert_ne!(blame.what.en, blame.what.da, "{name}");
        }
    }
}

#[test]
fn the_stories_and_the_oracle_tell_the_same() {
    let stories = stories();
    let mut told = Vec::new();
    for (name, _) in SENTENCES {
        if told.last() != Some(name) {
            told.push(*name);
        }
    }
    for name in told {
        let (_, scenario) = stories.iter().find(|(other, _)| other == name).unwrap();
        let expected = SENTENCES.iter().filter(|(other, _)| *other == name);
        let expected: Vec<_> = expected.map(|(_, sentence)| (*sentence).to_owned()).collect();
        assert_eq!(sentences(scenario), expected, "{name}");
    }
}

/// Read as a trainer reads them.
const SENTENCES: &[(&str, &str)] = &[];
