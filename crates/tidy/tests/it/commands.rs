//! What the README tells people to type is what is checked.

use crate::{
    dependencies::is_core,
    markdown::fenced,
    repository::{members, metadata, require_none, string, text},
};

#[test]
fn the_commands_of_the_readme_are_run_by_the_checks() {
    let checks = text(".ci/run");
    let readme = text("README.md");
    let commands: Vec<&str> =
        fenced(&readme).into_iter().filter(|line| line.starts_with("cargo ")).collect();
    assert!(commands.len() >= 2, "README.md shows no commands in a fenced block");
    let breaches: Vec<_> = commands
        .into_iter()
        .filter(|command| !runs(&checks, command))
        .map(|command| format!("`{command}`"))
        .collect();
    require_none(&breaches, "let .ci/run run the command as the README has it, letter for letter");
}

#[test]
fn every_core_is_checked_alone() {
    let checks = text(".ci/run");
    let listed: Vec<&str> = checks
        .lines()
        .find_map(|line| line.strip_prefix("cores=(")?.strip_suffix(')'))
        .expect(".ci/run lists the cores on a line `cores=(…)`")
        .split_whitespace()
        .collect();
    let metadata = metadata();
    let breaches: Vec<_> = members(&metadata)
        .into_iter()
        .map(|package| string(package, "name"))
        .filter(|name| is_core(name) && !listed.contains(name))
        .map(|name| format!("`{name}`"))
        .collect();
    require_none(&breaches, "add it to `cores=(…)` in .ci/run");
}

/// Whether a line of `script` ends with `command`.
fn runs(script: &str, command: &str) -> bool {
    script.lines().any(|line| {
        line.trim_end().strip_suffix(command).is_some_and(|before| before.ends_with([' ', '\t']))
            && !line.trim_start().starts_with('#')
    })
}

#[test]
fn a_longer_command_is_another_command() {
    let script = "step test cargo test --workspace\n# step x cargo x\n";
    assert!(runs(script, "cargo test --workspace"));
    assert!(!runs(script, "cargo test"));
    assert!(!runs(script, "cargo x"));
}
