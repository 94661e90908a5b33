//! The program `skift`: its words, its exit codes, and the only place that prints.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    panic,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use indicatif::ProgressBar;
use pki::{KeyPool, KeySize};

use crate::{
    catalogue::{self, CatalogueError, Found},
    expect::Verdict,
    keep::{Keeper, KeepingWorld},
    plain,
    report::{
        RunReport, ScenarioReport, json,
        text::{self, Colour},
    },
    run,
    scenario::Scenario,
    world::in_process::{self, InProcess, SetUpError},
};

/// What the program says with its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Everything went as the files say.
    AsExpected = 0,
    /// Something did not.
    NotAsExpected = 1,
    /// A scenario file or the command line has a mistake.
    Mistaken = 2,
    /// Something was not shown, for want of a call.
    Inconclusive = 3,
    /// There is no scenario to run.
    NothingFound = 4,
    /// skift itself failed.
    Internal = 70,
}

const EXIT_CODES: &str = "Exit codes:
  0   every scenario went as its file says
  1   at least one did not
  2   a scenario file or the command line has a mistake
  3   at least one scenario did not show what it is for: nobody calls in it, or no call meets
      an outage
  4   no scenario was found
  70  skift itself failed, or could not write its results or keep its keys";

/// Replays certificate renewals against simulated Danish services and measures the downtime.
#[derive(Debug, Parser)]
#[command(name = "skift", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Runs scenarios and reports which went as their files say.
    #[command(after_help = EXIT_CODES)]
    Run(RunArguments),
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// Scenario files, or folders with scenario files in them.
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    /// Where report.json and the journals are written.
    #[arg(long, value_name = "DIR", env = "SKIFT_OUT", default_value = "target/skift")]
    out: PathBuf,

    /// Where private keys are kept, which are made on first use.
    #[arg(long, value_name = "DIR", env = "SKIFT_KEYS", default_value = "target/skift/keys")]
    keys: PathBuf,

    /// Keep every message of every call below this folder, which is made: a folder for each call,
    /// with 1-wsc-to-sts.xml to 4-wsp-to-wsc.xml in it.
    ///
    /// The messages hold tokens, and whoever has a token and its key may use it until it ends. The
    /// files can be read by you alone; keep it so.
    #[arg(long, value_name = "DIR", env = "SKIFT_KEEP_MESSAGES")]
    keep_messages: Option<PathBuf>,

    /// Show only what did not go as expected, and the last line.
    #[arg(long, short)]
    quiet: bool,
}

/// Does what the command line says.
#[must_use]
pub fn main() -> ExitCode {
    let Arguments { verb: Verb::Run(arguments) } = Arguments::parse();
    let exit = panic::catch_unwind(|| run(&arguments)).unwrap_or_else(|_| {
        complain("skift failed: this is a mistake in skift and not in your scenario");
        Exit::Internal
    });
    ExitCode::from(exit as u8)
}

fn run(arguments: &RunArguments) -> Exit {
    let suite = match load(&arguments.paths) {
        Ok(suite) => suite,
        Err(mistakes) => {
            mistakes.iter().for_each(complain);
            let nothing = mistakes.iter().all(|it| matches!(it, CatalogueError::Empty(_)));
            return if nothing { Exit::NothingFound } else { Exit::Mistaken };
        }
    };
    match run_suite(arguments, &suite) {
        Ok(report) => match report.verdict {
            Verdict::Pass => Exit::AsExpected,
            Verdict::Fail => Exit::NotAsExpected,
            Verdict::Inconclusive => Exit::Inconclusive,
        },
        Err(error) => {
            complain(error);
            Exit::Internal
        }
    }
}

type Suite = Vec<(Found, Scenario)>;

/// Reads every scenario before any of them runs, so that no mistake waits for an hour.
fn load(paths: &[PathBuf]) -> Result<Suite, Vec<CatalogueError>> {
    let mut suite = Vec::new();
    let mut mistakes = Vec::new();
    for found in catalogue::find(paths).map_err(|error| vec![error])? {
        match catalogue::load(&found.path) {
            Ok(scenario) => suite.push((found, scenario)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() { Ok(suite) } else { Err(mistakes) }
}

fn run_suite(arguments: &RunArguments, suite: &Suite) -> Result<RunReport, Trouble> {
    let summary = arguments.out.join("report.json");
    // What is there tells of another run. Should this one not end, nobody may take it for ours.
    remove(&summary)?;
    let pool = keys(&arguments.keys, suite)?;
    let colour = colour();
    let mut reports = Vec::new();
    for (found, scenario) in suite {
        let key = |size, index| Some(pool.key(size, index));
        let journal = match &arguments.keep_messages {
            None => run::run(scenario, &mut InProcess::new(scenario, key)?),
            Some(folder) => {
                let folder = folder.join(&found.name);
                let world = InProcess::with_link(scenario, Keeper::default(), key)?;
                let mut world = KeepingWorld::new(world, folder.clone());
                let journal = run::run(scenario, &mut world);
                world.finish().map_err(|error| Trouble::Unwritable { path: folder, error })?;
                journal
            }
        };
        let file = arguments.out.join("journal").join(format!("{}.jsonl", found.name));
        write(&file, &journal.to_json_lines())?;

        let path = found.path.display().to_string();
        let report = ScenarioReport::new(&found.name, &path, scenario, &journal);
        if !(arguments.quiet && report.verdict == Verdict::Pass) {
            say(&text::scenario(&report, colour))?;
        }
        reports.push(report);
    }
    let report = RunReport::new(reports);
    write(&summary, &json::render(&report))?;
    say(&text::summary(&report))?;
    Ok(report)
}

/// Opens the pool of keys, and makes those that are missing: on a terminal with a bar, since it
/// may take minutes, and with one line elsewhere.
fn keys(folder: &Path, suite: &Suite) -> Result<KeyPool, Trouble> {
    let mut needed = Vec::<(KeySize, usize)>::new();
    for (size, count) in suite.iter().flat_map(|(_, scenario)| in_process::keys_needed(scenario)) {
        match needed.iter_mut().find(|(other, _)| *other == size) {
            Some((_, most)) => *most = count.max(*most),
            None => needed.push((size, count)),
        }
    }
    let unusable = |error| Trouble::Keys { folder: folder.to_owned(), error };
    let pool = KeyPool::open(folder).map_err(unusable)?;
    let mut bar = None;
    let mut progress = |made: usize, total: usize| {
        let bar = bar.get_or_insert_with(|| {
            complain(format!("making {total} RSA keys in {}, this once", folder.display()));
            ProgressBar::new(total as u64)
        });
        bar.set_position(made as u64);
    };
    pool.ensure(&needed, &mut progress).map_err(unusable)?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(pool)
}

/// Why a run cannot be carried through, though its scenarios are right.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{}: {error}", .path.display())]
    Unwritable { path: PathBuf, error: io::Error },
    #[error("the result cannot be printed: {0}")]
    Unprintable(io::Error),
    #[error("the keys in {}: {error}", .folder.display())]
    Keys { folder: PathBuf, error: io::Error },
    #[error(transparent)]
    SetUp(#[from] SetUpError),
}

/// Writes a file in one step, so that nobody reads half of it.
fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let draft = path.with_added_extension("draft");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&draft, text))
        .and_then(|()| fs::rename(&draft, path))
        .map_err(|error| Trouble::Unwritable { path: path.to_owned(), error })
}

fn remove(path: &Path) -> Result<(), Trouble> {
    match fs::remove_file(path) {
        Err(error) if path.exists() => Err(Trouble::Unwritable { path: path.to_owned(), error }),
        _ => Ok(()),
    }
}

/// Colour is for terminals, and for those who have not asked to be spared (no-color.org).
fn colour() -> Colour {
    let spared = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if io::stdout().is_terminal() && !spared { Colour::On } else { Colour::Off }
}

/// Prints a result. A reader who has gone away, as `head` does, is no failure.
fn say(text: &str) -> Result<(), Trouble> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Trouble::Unprintable(error)),
        _ => Ok(()),
    }
}

fn complain(text: impl std::fmt::Display) {
    let text = text.to_string();
    let mut stderr = io::stderr().lock();
    for line in text.lines() {
        let _ = writeln!(stderr, "{}", plain::one_line(line));
    }
}
