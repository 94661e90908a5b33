//! What we claim of the real services in `docs/FIDELITY.md`: each claim has a source and a check.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    markdown::{Table, code_spans, tables},
    repository::{members, metadata, require_none, root, string, text, texts},
    rust_source::RustSource,
};

const FIDELITY: &str = "docs/FIDELITY.md";

const COLUMNS: [&str; 5] = ["behaviour", "source", "mark", "switch", "checked by"];

/// How sure we are.
const MARKS: [&str; 3] = ["seen", "inferred", "our choice"];

/// What stands for a check that is not there.
const NO_TEST: [&str; 2] = ["no test yet", "**no foreign check**"];

#[test]
fn every_claim_has_a_source_and_a_mark() {
    let mut breaches = Vec::new();
    for (line, cells) in claims() {
        if cells.len() != COLUMNS.len() || cells.iter().any(String::is_empty) {
            breaches.push(format!("{FIDELITY}:{line}: the columns are {}", COLUMNS.join(" | ")));
        } else if !MARKS.contains(&cells[2].as_str()) {
            breaches.push(format!(
                "{FIDELITY}:{line}: `{}` is none of {}",
                cells[2],
                MARKS.join(", ")
            ));
        }
    }
    require_none(&breaches, "fill in every cell; where there is no switch write –");
}

#[test]
fn every_test_that_a_claim_names_exists() {
    let tests = tests_by_package();
    let breaches: Vec<_> = claims()
        .iter()
        .filter_map(|(line, cells)| {
            let problem = unchecked(cells.last()?, &tests)?;
            Some(format!("{FIDELITY}:{line}: {problem}"))
        })
        .collect();
    require_none(
        &breaches,
        "name each test as `package::test_name`, the function's name alone; where there is none, \
         write \"no test yet\"; where no program of others can be asked, **no foreign check**",
    );
}

fn claims() -> Vec<(usize, Vec<String>)> {
    let tables = tables(&text(FIDELITY));
    let claims: Vec<_> =
        tables.into_iter().filter(|table: &Table| table.header == COLUMNS).collect();
    assert!(!claims.is_empty(), "{FIDELITY} has no table with the columns {COLUMNS:?}");
    claims.into_iter().flat_map(|table| table.rows).collect()
}

/// What is wrong with the last cell of a claim, if anything.
fn unchecked(cell: &str, tests: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let mut named = code_spans(cell).peekable();
    if named.peek().is_none() {
        let honest = NO_TEST.iter().any(|words| cell.starts_with(words));
        return (!honest).then(|| format!("\"{cell}\" names no test"));
    }
    named.find_map(|name| {
        let (package, test) = name.split_once("::").unwrap_or((name, ""));
        match tests.get(package) {
            None => Some(format!("`{name}`: there is no package `{package}`")),
            Some(known) if !known.contains(test) => {
                Some(format!("`{name}`: `{package}` has no such test"))
            }
            Some(_) => None,
        }
    })
}

/// The tests of each package of the workspace, by the name of their function.
fn tests_by_package() -> BTreeMap<String, BTreeSet<String>> {
    let sources = texts("rs");
    let metadata = metadata();
    members(&metadata)
        .into_iter()
        .map(|package| {
            let folder = string(package, "manifest_path")
                .trim_end_matches("Cargo.toml")
                .replace('\\', "/")
                .trim_start_matches(&*root().to_string_lossy().replace('\\', "/"))
                .trim_start_matches('/')
                .to_owned();
            let tests = sources
                .iter()
                .filter(|(path, _)| path.starts_with(&folder))
                .flat_map(|(_, text)| tests_in(text))
                .collect();
            (string(package, "name").to_owned(), tests)
        })
        .collect()
}

/// The names of the functions that follow `#[test]` or `#[tokio::test]`.
fn tests_in(text: &str) -> Vec<String> {
    let code = RustSource::read(text).code.replace("#[tokio::test", "#[test");
    code.split("#[test")
        .skip(1)
        .filter_map(|after| {
            let (_, name) = after.split_once("fn ")?;
            Some(name.split(|c: char| !c.is_alphanumeric() && c != '_').next()?.to_owned())
        })
        .collect()
}

#[test]
fn knows_a_check_that_is_not_there() {
    let found = tests_in(
        "#[test]\nfn a() {}\n// #[test] fn b() {}\n#[test] #[x]\nfn c(d: u8) {}\n\
         #[tokio::test(start_paused = true)]\nasync fn d() {}",
    );
    assert_eq!(found, ["a", "c", "d"]);
    let tests = BTreeMap::from([("pki".to_owned(), BTreeSet::from(["a".to_owned()]))]);
    let check = |cell: &str, fine: bool| {
        let problem = unchecked(cell, &tests);
        assert_eq!(problem.is_none(), fine, "{cell}: {problem:?}");
    };
    check("`pki::a`", true);
    check("`pki::a`, `pki::b`", false);
    check("`sts::a`", false);
    check("no test yet", true);
    check("**no foreign check**; `pki::a`", true);
    check("surely", false);
}
