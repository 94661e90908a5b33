//! What the machine gives the process that tests: memory, and open files.
#![expect(clippy::disallowed_methods, reason = "what a process takes, the machine says")]

use std::{fs, io::Write as _};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The memory of this process that is in use, in octets; none where the machine does not tell it as
/// Linux does. Tests that run beside one another share it.
#[must_use]
pub fn memory() -> Option<u64> {
    of_status("self", "VmRSS:")
}

/// The most that it ever was.
#[must_use]
pub fn memory_at_most() -> Option<u64> {
    of_status("self", "VmHWM:")
}

/// How much of what is done again and again a process keeps, in rounds. Tests beside it take memory and give it
/// back, and seldom in each round: what grows by what is kept grows in most of them.
#[derive(Debug)]
pub struct Growth {
    last: u64,
    rounds: Vec<u64>,
}

impl Growth {
    /// From now on; none where the machine does not tell.
    #[must_use]
    pub fn begin() -> Option<Self> {
        memory().map(|last| Self { last, rounds: Vec::new() })
    }

    /// One round is over.
    ///
    /// # Panics
    ///
    /// If the machine tells no more.
    pub fn round(&mut self) {
        let now = memory().expect("the machine told it before");
        self.rounds.push(now.saturating_sub(self.last));
        self.last = now;
    }

    /// By how many octets it grew in a round: the median, the lesser of two.
    ///
    /// # Panics
    ///
    /// If there was no round.
    #[must_use]
    pub fn of_a_round(&self) -> u64 {
        let mut rounds = self.rounds.clone();
        rounds.sort_unstable();
        rounds[(rounds.len() - 1) / 2]
    }
}

/// The most that a process of that number ever had in use.
pub(crate) fn memory_at_most_of(process: u32) -> Option<u64> {
    of_status(&process.to_string(), "VmHWM:")
}

fn of_status(process: &str, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Whether this process may have so many files open at once, when its own limit is raised as far as the
/// machine lets it. Where it may not, `test` says by name that it is skipped; under CI that is a failure,
/// since then nobody would notice.
///
/// # Panics
///
/// If it may not and `CI` is set.
#[must_use]
pub fn may_open(files: u64, test: &str) -> bool {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // Without a value there is no limit.
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= files);
    let raised = || setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    let may = enough(current) || (enough(maximum) && raised());
    if !may {
        let line =
            format!("SKIPPED {test}: {files} open files are needed, and {maximum:?} allowed");
        assert!(std::env::var_os("CI").is_none(), "{line}");
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    may
}
