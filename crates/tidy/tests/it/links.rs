//! References between files lead somewhere.

use std::path::Path;

use crate::{
    markdown::{anchors, code_spans, links},
    repository::{require_none, root, text, texts},
};

#[test]
fn links_in_documents_resolve() {
    let mut breaches = Vec::new();
    for (path, content) in texts("md") {
        for (line, target) in links(&content) {
            if let Some(problem) = broken(&path, &content, &target) {
                breaches.push(format!("{path}:{line}: {problem}"));
            }
        }
    }
    require_none(&breaches, "mend the link; it is read from the file it stands in");
}

fn broken(path: &str, content: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = folder_of(path);
    if !file.is_empty() && !root().join(folder).join(file).exists() {
        return Some(format!("`{target}` does not exist"));
    }
    if anchor.is_empty() {
        return None;
    }
    let there = if file.is_empty() {
        content.to_owned()
    } else {
        text(&folder.join(file).to_string_lossy())
    };
    let known = anchors(&there).iter().any(|known| known == anchor);
    (!known).then(|| format!("`{target}`: no such heading"))
}

#[test]
fn paths_named_in_documents_exist() {
    let mut breaches = Vec::new();
    for (path, content) in texts("md") {
        let folder = folder_of(&path);
        for (number, line) in (1..).zip(content.lines()) {
            for named in code_spans(line).filter(|span| is_path(span)) {
                if !root().join(named).exists() && !root().join(folder).join(named).exists() {
                    breaches.push(format!("{path}:{number}: `{named}` does not exist"));
                }
            }
        }
    }
    require_none(&breaches, "name the file as it is called now, from the root of the repository");
}

fn folder_of(path: &str) -> &Path {
    Path::new(path).parent().unwrap_or_else(|| Path::new(""))
}

/// Whether a code span names one file of ours: a known ending, in a folder that is there.
fn is_path(span: &str) -> bool {
    let ours = span.split_once('/').is_some_and(|(top, _)| root().join(top).is_dir());
    ours && !span.contains(['*', '<', ' ', '{', '…'])
        && !span.starts_with("target/")
        && [".rs", ".md", ".toml"].iter().any(|ending| span.ends_with(ending))
}

#[test]
fn every_top_level_folder_introduces_itself() {
    let breaches: Vec<_> =
        ["", "sim-sts/", "sim-smdb/", "sim-mitid/", "scenarios/", "harness/", "docker/"]
            .iter()
            .map(|folder| format!("{folder}README.md"))
            .filter(|path| !root().join(path).exists())
            .collect();
    require_none(&breaches, "write it: the first sentence says what is in the folder today");
}

#[test]
fn knows_a_link_that_leads_nowhere() {
    let check = |target: &str, fine: bool| {
        let problem = broken("docs/GLOSSARY.md", "# One word\n", target);
        assert_eq!(problem.is_none(), fine, "{target}: {problem:?}");
    };
    check("https://example.invalid/x", true);
    check("../Cargo.toml", true);
    check("../Nowhere.toml", false);
    check("#one-word", true);
    check("#two-words", false);
    check("ARCHITECTURE.md#no-such-heading", false);
    assert!(is_path("crates/tidy/src/nowhere.rs") && !is_path("foo/tests.rs"));
    assert!(!is_path("lib.rs") && !is_path("crates/*.rs"));
}
