//! Programs of others that are run once, and what to do when one is not there. [`engines`](crate::engines)
//! has those that are kept running.
#![expect(clippy::disallowed_methods, reason = "whether a missing program is a failure, CI says")]

use std::{
    ffi::OsStr,
    io::Write as _,
    process::{Command, Output, Stdio},
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
        assert!(std::env::var_os("CI").is_none(), "{line}");
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
