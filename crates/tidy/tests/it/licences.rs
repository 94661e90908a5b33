//! What others wrote: where it comes from, and on which terms.

use crate::repository::{files, members, metadata, packages, require_none, string};

const OURS: &str = "MIT OR Apache-2.0";

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Terms under which the whole may be given away as [`OURS`].
const ACCEPTED: [&str; 11] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

#[test]
fn every_dependency_has_terms_we_accept() {
    let metadata = metadata();
    let breaches: Vec<_> = packages(&metadata)
        .filter(|package| !accepts(string(package, "license")))
        .map(|package| {
            let [name, version, licence] =
                ["name", "version", "license"].map(|key| string(package, key));
            format!("{name} {version}: `{licence}`")
        })
        .collect();
    require_none(
        &breaches,
        "do without the package; if its terms are as free as the others', add them to ACCEPTED",
    );
}

/// Also those of the fuzz targets, which are no part of the workspace.
#[test]
fn every_dependency_comes_from_crates_io() {
    let locks = files().into_iter().filter(|file| file.path.ends_with("Cargo.lock"));
    let mut breaches = Vec::new();
    for file in locks {
        for (number, line) in (1..).zip(file.text().unwrap_or_default().lines()) {
            let source = line.strip_prefix("source = ").map(|source| source.trim_matches('"'));
            if source.is_some_and(|source| source != CRATES_IO) {
                breaches.push(format!("{}:{number}: {line}", file.path));
            }
        }
    }
    require_none(&breaches, "use a released version: one that nobody can change afterwards");
}

#[test]
fn every_member_carries_our_own_terms() {
    let metadata = metadata();
    let breaches: Vec<_> = members(&metadata)
        .into_iter()
        .filter(|package| string(package, "license") != OURS)
        .map(|package| string(package, "name").to_owned())
        .collect();
    require_none(&breaches, "write `license.workspace = true` in its Cargo.toml");
}

/// Whether an SPDX expression leaves a choice that we accept.
fn accepts(expression: &str) -> bool {
    // Old packages write a slash for `OR`. Parentheses become words of their own.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let accepted = any(&mut rest);
    accepted && rest.is_empty()
}

/// Alternatives, of which one must do.
fn any(words: &mut &[&str]) -> bool {
    let mut accepted = all(words);
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        accepted |= all(words);
    }
    accepted
}

/// Terms that hold together.
fn all(words: &mut &[&str]) -> bool {
    let mut accepted = one(words);
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        accepted &= one(words);
    }
    accepted
}

/// One licence, with its exception if it has one, or an expression in parentheses.
fn one(words: &mut &[&str]) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let accepted = any(words);
            match *words {
                [")", rest @ ..] => *words = rest,
                _ => return false,
            }
            accepted
        }
        [licence, "WITH", exception, rest @ ..] => {
            *words = rest;
            ACCEPTED.contains(&format!("{licence} WITH {exception}").as_str())
        }
        [licence, rest @ ..] => {
            *words = rest;
            ACCEPTED.contains(licence)
        }
        [] => false,
    }
}

#[test]
fn reads_spdx_expressions() {
    for expression in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "ISC AND (Apache-2.0 OR ISC) AND BSD-3-Clause",
        "(MIT OR GPL-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR MIT",
    ] {
        assert!(accepts(expression), "{expression}");
    }
    for expression in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "MIT AND (GPL-2.0 OR LGPL-3.0)",
        "GPL-2.0 WITH Classpath-exception-2.0",
        "(MIT",
        "MIT MIT",
    ] {
        assert!(!accepts(expression), "{expression}");
    }
}
