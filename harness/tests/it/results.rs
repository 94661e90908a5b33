//! What a run leaves in its folder: this run's files, whole, and nothing of an older one; and what
//! others put there.

use std::{fs, path::Path};

use harness::{
    journal::{Journal, What},
    report::RunReport,
    results::{Outcome, Results, page},
    scenario::Scenario,
};

use crate::program::{EARLY, collect, folder};

fn outcome(place: usize, name: &str) -> Outcome {
    let scenario = Scenario::parse(EARLY).unwrap();
    let mut journal = Journal::default();
    journal.note(What::Ends, scenario.end());
    Outcome::of(place, name, "early.toml", &scenario, &journal, None)
}

fn run(folder: &Path, names: &[&str]) -> RunReport {
    let mut results = Results::begin(folder).unwrap();
    for (place, name) in names.iter().enumerate() {
        results.take(outcome(place, name)).unwrap();
    }
    results.finish(None).unwrap()
}

/// Every file below a folder, by its path from there.
fn files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    let below =
        |path: &Path| path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
    files.iter().map(|(path, _)| below(path)).collect()
}

#[test]
fn a_run_leaves_its_reports_and_journals_and_no_drafts() {
    let folder = folder("results");
    let report = run(&folder, &["rolling-swap/early", "alone"]);
    assert_eq!(report.scenarios.len(), 2);
    let expected = [
        "journal/alone.jsonl",
        "journal/rolling-swap/early.jsonl",
        "junit.xml",
        "report.html",
        "report.json",
    ];
    assert_eq!(files(&folder), expected);
    let html = fs::read_to_string(page(&folder)).unwrap();
    assert!(
        html.contains("journal/rolling-swap/early.jsonl"),
        "the page says where the journal is"
    );
}

#[test]
fn what_an_older_run_left_is_replaced_and_nothing_else_is_touched() {
    let folder = folder("results-again");
    run(&folder, &["rolling-swap/early", "rolling-swap/late", "gone/alone"]);
    let others = ["journal/rolling-swap/notes.txt", "journal/theirs.json", "mine.jsonl"];
    for name in others {
        fs::write(folder.join(name), "theirs").unwrap();
    }
    let before = fs::read_to_string(page(&folder)).unwrap();
    run(&folder, &["rolling-swap/early"]);
    assert_ne!(fs::read_to_string(page(&folder)).unwrap(), before);
    let mut expected =
        vec!["journal/rolling-swap/early.jsonl", "junit.xml", "report.html", "report.json"];
    expected.extend(others);
    expected.sort_unstable();
    assert_eq!(files(&folder), expected);
    assert!(!folder.join("journal/gone").exists(), "a folder of ours that is empty goes too");
}

#[test]
#[cfg(unix)]
fn what_a_link_leads_to_is_not_ours() {
    let folder = folder("results-link");
    let elsewhere = folder.join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::write(elsewhere.join("kept.jsonl"), "theirs").unwrap();
    let out = folder.join("out");
    run(&out, &["early"]);
    std::os::unix::fs::symlink(&elsewhere, out.join("journal/linked")).unwrap();
    std::os::unix::fs::symlink(elsewhere.join("kept.jsonl"), out.join("journal/file.jsonl"))
        .unwrap();
    run(&out, &["late"]);
    assert!(elsewhere.join("kept.jsonl").exists());
    assert!(out.join("journal/linked").is_symlink() && out.join("journal/file.jsonl").is_symlink());
}

#[test]
fn until_a_run_has_ended_there_is_no_report() {
    let folder = folder("results-unfinished");
    run(&folder, &["early"]);
    let mut results = Results::begin(&folder).unwrap();
    results.take(outcome(0, "early")).unwrap();
    assert_eq!(files(&folder), ["journal/early.jsonl"]);
}
