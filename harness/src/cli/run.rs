//! `skift run`: lets scenarios happen, and says what came of them.

use std::{io, num::NonZeroUsize, ops::ControlFlow, path::PathBuf};

use clock::Span;
use parties::Pass;
use pki::KeyPool;

use super::{
    EXIT_CODES, Exit,
    jobs::{self, News},
    keys,
    print::{colour, complain, say, width},
    progress::Progress,
    suite::{Selection, Suite},
};
use crate::{
    catalogue::Found,
    expect::Verdict,
    journal::Journal,
    keep::{Keeper, KeepingWorld},
    report::{RunReport, text},
    results::{self, Outcome, Results, Unwritable},
    run,
    scenario::Scenario,
    world::{
        in_process::{Countries, InProcess, SetUpError},
        live::{Live, LiveError},
    },
};

const EXAMPLES: &str = "\
Examples:
  skift run scenarios
  skift run scenarios --filter 'rolling-swap/*' --quiet
  skift run my-night.toml --keep-messages messages
  skift run scenarios/replace --live";

/// Lets scenarios happen on a clock of their own, measures every outage, and holds it against what
/// the files expect.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// How many scenarios run at once; as many as this machine has processors if it is not said.
    /// The results are the same with any number.
    #[arg(
        long,
        value_name = "N",
        env = "SKIFT_JOBS",
        allow_negative_numbers = true,
        value_parser = jobs
    )]
    jobs: Option<NonZeroUsize>,

    /// What every random choice hangs on, instead of the seeds in the files. The report says so.
    #[arg(
        long,
        value_name = "N",
        env = "SKIFT_SEED",
        allow_negative_numbers = true,
        value_parser = seed
    )]
    seed: Option<u64>,

    /// Where report.html, report.json, junit.xml and journal/<scenario>.jsonl are written. The folder
    /// holds one run, also where that was a part (`--filter`): what an older one left there under these
    /// names is replaced or taken away, so that no report mixes two runs.
    #[arg(long, value_name = "DIR", env = "SKIFT_OUT", default_value = "target/skift")]
    out: PathBuf,

    /// Where private keys are kept, which are made on first use.
    #[arg(long, value_name = "DIR", env = "SKIFT_KEYS", default_value = "target/skift/keys")]
    keys: PathBuf,

    /// Keep every message of every call below this folder, which is made: a folder for each call,
    /// with 1-wsc-to-sts.xml to 4-wsp-to-wsc.xml in it, by REST up to 6-wsp-to-wsc.http.
    ///
    /// The messages hold tokens, and whoever has a token and its key may use it until it ends. The
    /// files can be read by you alone; keep it so.
    #[arg(long, value_name = "DIR", env = "SKIFT_KEEP_MESSAGES")]
    keep_messages: Option<PathBuf>,

    /// Let the services listen on this machine and the clients call them over HTTPS, with their clock
    /// moved as the file says. What turns by itself is seen at the next look.
    #[arg(long, env = "SKIFT_LIVE", conflicts_with = "keep_messages")]
    live: bool,

    /// How long a live world goes without a look.
    #[arg(
        long,
        value_name = "SPAN",
        env = "SKIFT_LOOK_EVERY",
        default_value = "5m",
        value_parser = interval
    )]
    look_every: Span,

    /// Show only what did not go as expected, and the last line.
    #[arg(long, short)]
    quiet: bool,
}

fn seed(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

fn interval(word: &str) -> Result<Span, String> {
    let interval = word.parse::<Span>().ok().filter(|it| *it > Span::ZERO);
    interval.ok_or_else(|| "an interval is a span of time, such as 5m or 30s".to_owned())
}

fn jobs(word: &str) -> Result<NonZeroUsize, String> {
    word.parse().map_err(|_| "a number of jobs is a whole number from 1 on".to_owned())
}

/// Does it.
pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut suite = match arguments.selection.load_all() {
        Ok(suite) => suite,
        Err(exit) => return exit,
    };
    let names: Vec<&str> = suite.iter().map(|(found, _)| found.name.as_str()).collect();
    if let Err(clash) = results::check_names(&names) {
        complain(clash);
        return Exit::Mistaken;
    }
    if let Some(seed) = arguments.seed {
        suite.iter_mut().for_each(|(_, scenario)| scenario.seed = seed);
    }
    match run_suite(arguments, &suite) {
        Ok(report) => report.verdict.into(),
        Err(error) => {
            complain(error);
            Exit::Internal
        }
    }
}

fn run_suite(arguments: &Arguments, suite: &Suite) -> Result<RunReport, Trouble> {
    let results = Results::begin(&arguments.out)?;
    let pool = keys::pool(&arguments.keys, suite).map_err(|error| {
        let folder = arguments.keys.clone();
        Trouble::Keys { folder, error }
    })?;
    let report = run_all(arguments, suite, &pool, results)?.finish(arguments.seed)?;
    let page = results::page(&arguments.out);
    let summary = format!("{}the report to open: {}\n", text::summary(&report), page.display());
    say(&summary).map_err(Trouble::Unprintable)?;
    Ok(report)
}

/// Runs every scenario. What comes of each is written and shown in the order of the catalogue,
/// whichever ends first.
fn run_all(
    arguments: &Arguments,
    suite: &Suite,
    pool: &KeyPool,
    mut results: Results,
) -> Result<Results, Trouble> {
    let (colour, width) = (colour(), width());
    let names = suite.iter().map(|(found, _)| found.name.as_str()).collect();
    let progress = Progress::new(names);
    let countries = Countries::default();
    let kept = arguments.keep_messages.as_ref().map(|kept| {
        let address = results::address(&arguments.out, kept);
        address.map_err(|error| Trouble::NotKept { folder: kept.clone(), error })
    });
    let kept = kept.transpose()?;
    let work = |index: usize| {
        let (found, scenario) = &suite[index];
        run_one(arguments, (index, found, scenario), &countries, pool, &progress).map(|journal| {
            let path = found.path.display().to_string();
            Outcome::of(index, &found.name, &path, scenario, &journal, kept.as_deref())
        })
    };
    let mut take = |result: Result<Outcome, Trouble>, progress: &Progress<'_>| {
        let outcome = result?;
        let is_shown = !(arguments.quiet && outcome.report.verdict == Verdict::Pass);
        let text = is_shown.then(|| text::scenario(&outcome.report, colour, width));
        results.take(outcome)?;
        if let Some(text) = text {
            progress.aside(|| say(&text)).map_err(Trouble::Unprintable)?;
        }
        Ok(())
    };
    let jobs = arguments.jobs.unwrap_or_else(jobs::of_this_machine);
    let end = jobs::in_order(suite.len(), jobs, work, |news| {
        match news {
            News::Begun(index) => progress.begun(index),
            News::Done(index) => progress.done(index),
            News::Result(result) => {
                if let Err(trouble) = take(result, &progress) {
                    return ControlFlow::Break(trouble);
                }
            }
        }
        ControlFlow::Continue(())
    });
    match end {
        ControlFlow::Continue(()) => Ok(results),
        ControlFlow::Break(trouble) => Err(trouble),
    }
}

fn run_one(
    arguments: &Arguments,
    (index, found, scenario): (usize, &Found, &Scenario),
    countries: &Countries,
    pool: &KeyPool,
    progress: &Progress<'_>,
) -> Result<Journal, Trouble> {
    let key = |size, index| Some(pool.key(size, index));
    if arguments.live {
        let world = Live::new(scenario, arguments.look_every, key)?;
        return Ok(run::run(scenario, &mut progress.follow(index, scenario, world)));
    }
    let Some(folder) = &arguments.keep_messages else {
        let world = InProcess::with_link(scenario, Pass, countries, key)?;
        return Ok(run::run(scenario, &mut progress.follow(index, scenario, world)));
    };
    let folder = folder.join(&found.name);
    let world = InProcess::with_link(scenario, Keeper::default(), countries, key)?;
    let world = KeepingWorld::new(world, folder.clone());
    let mut followed = progress.follow(index, scenario, world);
    let journal = run::run(scenario, &mut followed);
    followed.into_world().finish().map_err(|error| Trouble::NotKept { folder, error })?;
    Ok(journal)
}

/// Why a run cannot be carried through, though its scenarios are right.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    #[error("{}: {error}", .folder.display())]
    NotKept { folder: PathBuf, error: io::Error },
    #[error("the result cannot be printed: {0}")]
    Unprintable(io::Error),
    #[error("the keys in {}: {error}", .folder.display())]
    Keys { folder: PathBuf, error: io::Error },
    #[error(transparent)]
    SetUp(#[from] SetUpError),
    #[error(transparent)]
    Live(#[from] LiveError),
}
