//! Programs of others that are run once, and what to do when one is not there; and programs of ours that
//! cargo has not built yet. [`engines`](crate::engines) has those that are kept running.
#![expect(clippy::disallowed_methods, reason = "whether a missing program is a failure, CI says")]

use std::{
    env,
    ffi::OsStr,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::SystemTime,
};

/// Whether `program` can be started. Without it, `test` says by name that it is skipped; under CI
/// that is a failure, since then nobody would notice.
///
/// # Panics
///
/// If it cannot and `CI` is set.
#[must_use]
pub fn has(program: &str, test: &str) -> bool {
    let argument = if program == "keytool" { "-help" } else { "-version" };
    let argument = if program == "openssl" { "version" } else { argument };
    let found = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !found {
        let line = format!("SKIPPED {test}: {program} is not installed");
        assert!(env::var_os("CI").is_none(), "{line}");
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    found
}

/// What a program answered.
#[derive(Debug)]
pub struct Answer {
    /// Whether it ended well.
    pub ok: bool,
    /// What it printed, on both channels.
    pub text: String,
}

/// Runs a program with `input`, in a time zone and a language that do not depend on the machine.
///
/// # Panics
///
/// If it cannot be started.
pub fn run<A: AsRef<OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = A>,
    input: &str,
) -> Answer {
    let mut child = Command::new(program)
        .args(arguments)
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} starts: {error}"));
    let mut stdin = child.stdin.take().expect("piped");
    // A program that has seen enough closes its end; that is no failure.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    Answer { ok: status.success(), text }
}

/// Sees to it that programs of this workspace, each the only one of its package, are in the folder `beside`
/// another one, where cargo puts them, and no older than what they are made of.
///
/// # Panics
///
/// If cargo cannot build them.
pub fn built(beside: &Path, names: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("it is two below");
    let program = |name: &&str| beside.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let oldest = names.iter().map(|name| modified(&program(name))).min().flatten();
    let made_of = names.iter().copied().chain(["crates", "Cargo.toml", "Cargo.lock"]);
    if oldest >= made_of.filter_map(|it| newest_in(&root.join(it))).max() {
        return;
    }
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--bins"]).current_dir(root);
    cargo.args(names.iter().flat_map(|name| ["--package", name]));
    cargo.env("CARGO_TARGET_DIR", beside.parent().expect("a profile has a folder"));
    if beside.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().is_ok_and(|it| it.success()), "cargo builds {names:?}");
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|it| it.modified()).ok()
}

/// When a file of which programs are made was last changed, in a folder or alone. No program is made of
/// tests and benches.
fn newest_in(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    let is_watched = |it: &PathBuf| !it.ends_with("tests") && !it.ends_with("benches");
    entries.map(|it| it.path()).filter(is_watched).filter_map(|it| newest_in(&it)).max()
}
