//! Every scenario tells its story: a trainer can read its opening aloud.

use std::collections::BTreeMap;

use crate::repository::{require_none, texts};

/// Fewer words than this tell nobody what happens and why.
const WORDS_MIN: usize = 15;

#[test]
fn every_scenario_opens_with_prose() {
    let scenarios = scenarios();
    let breaches: Vec<_> = scenarios.iter().filter_map(|(path, text)| silent(path, text)).collect();
    require_none(
        &breaches,
        "give the file a `description` before everything else: who does what, and what the \
         caller then sees",
    );
}

fn silent(path: &str, text: &str) -> Option<String> {
    let file: toml::Table = match text.parse() {
        Ok(file) => file,
        Err(error) => return Some(format!("{path}: {error}")),
    };
    let words = file
        .get("description")
        .and_then(toml::Value::as_str)
        .map_or(0, |prose| prose.split_whitespace().count());
    (words < WORDS_MIN).then(|| format!("{path}: its description has {words} words"))
}

#[test]
fn no_two_scenarios_have_the_same_title() {
    let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in scenarios() {
        paths.entry(title(&path, &text)).or_default().push(path);
    }
    let breaches: Vec<_> = paths
        .into_iter()
        .filter(|(_, paths)| paths.len() > 1)
        .map(|(title, paths)| format!("\"{title}\": {}", paths.join(", ")))
        .collect();
    require_none(&breaches, "call them what sets them apart: reports name scenarios by title");
}

/// What a scenario is called: its `title`, else its file.
fn title(path: &str, text: &str) -> String {
    let file: toml::Table = text.parse().unwrap_or_default();
    let said = file.get("title").and_then(toml::Value::as_str);
    let file_name = || path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml");
    said.unwrap_or_else(file_name).to_lowercase()
}

fn scenarios() -> Vec<(String, String)> {
    let mut scenarios = texts("toml");
    scenarios.retain(|(path, _)| path.starts_with("scenarios/"));
    scenarios
}

#[test]
fn hears_a_scenario_that_says_nothing() {
    assert!(silent("a.toml", "seed = 1\n").is_some());
    assert!(silent("a.toml", "description = \"Swap.\"\n").is_some());
    let story = format!("description = \"{}\"\n", "word ".repeat(WORDS_MIN));
    assert_eq!(silent("a.toml", &story), None);
    assert!(silent("a.toml", &format!("[world]\n{story}")).is_some());
    assert_eq!(title("scenarios/a/b.toml", "title = \"Early swap\""), "early swap");
    assert_eq!(title("scenarios/a/b.toml", ""), "b");
}
