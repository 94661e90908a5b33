//! The repository as the rules see it: its files, and what cargo knows of its packages.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// One file, by its path from the root, always with forward slashes.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

impl File {
    /// The content as text; binary files have none.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok().filter(|text| !text.contains('\0'))
    }

    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, own)| own == extension)
    }
}

/// The folder that holds everything.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("tidy lies two folders deep")
}

/// Every file that is, or would be, committed; ordered by path.
pub(crate) fn files() -> Vec<File> {
    let mut paths = listed_by_git().unwrap_or_else(found_on_disk);
    paths.sort();
    paths
        .into_iter()
        // A file that is listed but gone was just deleted.
        .filter_map(|path| fs::read(root().join(&path)).ok().map(|bytes| File { path, bytes }))
        .collect()
}

/// The files with this extension, as path and text.
pub(crate) fn texts(extension: &str) -> Vec<(String, String)> {
    files()
        .into_iter()
        .filter(|file| file.has_extension(extension))
        .filter_map(|file| file.text().map(str::to_owned).map(|text| (file.path, text)))
        .collect()
}

/// The text of one file that must exist.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn listed_by_git() -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let listed = String::from_utf8(output.stdout).ok()?;
    Some(listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// For a copy without git: everything but what is built.
fn found_on_disk() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("the folder was just listed") {
            let entry = entry.expect("a folder can be read to its end");
            let path = folder.join(entry.file_name());
            if !entry.path().is_dir() {
                found.push(path.to_string_lossy().replace('\\', "/"));
            } else if entry.file_name() != "target" && entry.file_name() != ".git" {
                folders.push(path);
            }
        }
    }
    found
}

/// What `cargo metadata` says of the workspace and everything it is built from.
pub(crate) fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features"])
        .current_dir(root())
        .output()
        .expect("cargo runs these tests, so it can be started");
    assert!(
        output.status.success(),
        "cargo metadata failed (it may have to download packages of other platforms once):\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo metadata writes JSON")
}

/// The packages of this workspace.
pub(crate) fn members(metadata: &Value) -> Vec<&Value> {
    packages(metadata).filter(|package| package["source"].is_null()).collect()
}

/// All packages, ours and others'.
pub(crate) fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

/// A string inside cargo's JSON; empty where there is none.
pub(crate) fn string<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Fails with every breach of a rule at once, and with what to do about them.
#[track_caller]
pub(crate) fn require_none(breaches: &[String], advice: &str) {
    assert!(breaches.is_empty(), "\n  {}\nWhat to do: {advice}\n", breaches.join("\n  "));
}

#[test]
fn both_ways_of_listing_files_see_this_one() {
    for paths in [listed_by_git().unwrap_or_else(found_on_disk), found_on_disk()] {
        assert!(paths.iter().any(|path| path == "crates/tidy/tests/it/repository.rs"));
    }
}
