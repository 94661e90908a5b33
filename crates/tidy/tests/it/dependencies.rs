//! Who may use whom: the table in `docs/ARCHITECTURE.md`, held against `cargo metadata`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    markdown::{Table, code_spans},
    repository::{members, metadata, require_none, string, text},
};

/// Libraries that open sockets or run tasks; a core may have them only behind a feature.
const SHELL_LIBRARIES: [&str; 10] = [
    "axum",
    "hyper",
    "mio",
    "reqwest",
    "rustls",
    "socket2",
    "tokio",
    "tokio-rustls",
    "tower",
    "ureq",
];

/// What one crate may use of this workspace.
struct Allowed {
    by_itself: Vec<String>,
    by_its_tests: Vec<String>,
}

#[test]
fn crates_use_only_what_the_table_allows() {
    let table = table();
    let metadata = metadata();
    let mut breaches = Vec::new();
    for package in members(&metadata) {
        let name = string(package, "name");
        let Some(allowed) = table.get(name) else {
            breaches.push(format!("`{name}` is not in the table"));
            continue;
        };
        for dependency in ours(package) {
            let used = string(dependency, "name");
            let in_tests = dependency["kind"] == "dev";
            let fine = allowed.by_itself.iter().any(|other| other == used)
                || in_tests && allowed.by_its_tests.iter().any(|other| other == used);
            if !fine {
                let who = if in_tests { "the tests of " } else { "" };
                breaches.push(format!("{who}`{name}` may not use `{used}`"));
            }
        }
    }
    for name in table.keys() {
        if !members(&metadata).iter().any(|package| string(package, "name") == name) {
            breaches.push(format!("`{name}` is in the table and does not exist"));
        }
    }
    require_none(
        &breaches,
        "take the dependency out; if the boundary itself must move, move it in the table \
         \"Who uses whom\" of docs/ARCHITECTURE.md and write down why",
    );
}

#[test]
fn no_core_can_open_a_socket() {
    let metadata = metadata();
    let mut breaches = Vec::new();
    for package in members(&metadata).into_iter().filter(|package| is_core(string(package, "name")))
    {
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = string(dependency, "name");
            if SHELL_LIBRARIES.contains(&used)
                && dependency["kind"].is_null()
                && dependency["optional"] == false
            {
                breaches.push(format!("`{}` uses `{used}`", string(package, "name")));
            }
        }
    }
    require_none(&breaches, "make it optional, behind the feature `http`, and use it in `http/`");
}

#[test]
fn every_member_says_why_it_exists() {
    let manifest = text("Cargo.toml");
    let metadata = metadata();
    let mut breaches = Vec::new();
    for package in members(&metadata) {
        let name = string(package, "name");
        if string(package, "description").split_whitespace().count() < 3 {
            breaches.push(format!("`{name}` has no description in its Cargo.toml"));
        }
        let commented = manifest.lines().any(|line| {
            let (path, comment) = line.split_once('#').unwrap_or((line, ""));
            let path = path.trim().trim_end_matches(',').trim_matches('"');
            path.rsplit('/').next() == Some(name) && !comment.trim().is_empty()
        });
        if !commented {
            breaches.push(format!("`{name}` has no comment in the members of the root Cargo.toml"));
        }
    }
    require_none(&breaches, "say in a few words what it is for, as the other members do");
}

/// Whether a crate is a core: everything that neither drives others, nor puts them behind sockets, nor
/// tests or measures them.
pub(crate) fn is_core(name: &str) -> bool {
    !["harness", "shell", "stage", "measure", "tidy"].contains(&name)
}

/// The dependencies that lie in this repository.
fn ours(package: &Value) -> impl Iterator<Item = &Value> {
    let all = package["dependencies"].as_array().into_iter().flatten();
    // A package's tests may use the package itself, with other features.
    all.filter(|dependency| {
        dependency["path"].is_string() && string(dependency, "name") != string(package, "name")
    })
}

fn table() -> BTreeMap<String, Allowed> {
    let architecture = text("docs/ARCHITECTURE.md");
    let names = |cell: &str| code_spans(cell).map(str::to_owned).collect::<Vec<_>>();
    Table::find(&architecture, &["crate", "may use", "its tests may also use"])
        .rows
        .iter()
        .map(|(_, cells)| {
            let by_itself = names(&cells[1]);
            let by_its_tests = names(&cells[2]);
            let name = names(&cells[0]).pop().expect("the first cell names a crate");
            (name, Allowed { by_itself, by_its_tests })
        })
        .collect()
}

#[test]
fn the_simulators_do_not_know_each_other() {
    // The rule that matters most must not go missing with an edit of the table.
    let table = table();
    for sim in ["sim-mitid", "sim-sts", "sim-smdb"] {
        let allowed = &table[sim];
        let known: Vec<_> = allowed.by_itself.iter().chain(&allowed.by_its_tests).collect();
        assert!(!known.iter().any(|name| name.starts_with("sim-")), "{sim}: {known:?}");
    }
}
