//! The program `skift`: its verbs, one in each file of `cli/`, and its exit codes.

use std::{panic, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::expect::Verdict;

mod check;
mod environment;
mod filter;
mod jobs;
mod keys;
mod list;
mod print;
mod progress;
mod run;
mod schema;
mod serve;
mod show;
mod suite;

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
    /// There is no such scenario.
    NothingFound = 4,
    /// skift itself failed.
    Internal = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::AsExpected,
            Verdict::Fail => Self::NotAsExpected,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

const EXIT_CODES: &str = "\
Exit codes:
  0   all is well; for `run`: every scenario went as its file says
  1   at least one scenario did not
  2   a scenario file or the command line has a mistake
  3   at least one scenario did not show what it is for: nobody calls in it, or no call meets
      an outage
  4   no scenario was found, or none is so called
  70  skift itself failed, or could not write its results or keep its keys";

const EXAMPLES: &str = "\
Examples:
  skift run scenarios
  skift show scenarios --filter early
  skift check my-night.toml";

/// Replays certificate renewals against simulated Danish services and measures the downtime.
#[derive(Debug, Parser)]
#[command(
    name = "skift",
    version,
    arg_required_else_help = true,
    after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}")
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Runs scenarios and reports which went as their files say.
    Run(run::Arguments),
    /// Reads scenario files and shows their mistakes. Runs nothing.
    Check(check::Arguments),
    /// Lists scenarios with their titles and what they expect.
    List(list::Arguments),
    /// Tells scenarios in people's words, in the order of time.
    Show(show::Arguments),
    /// Prints the JSON Schema of scenario files, for editors.
    Schema(schema::Arguments),
    /// Serves the simulated services on this machine until it is told to stop.
    Serve(serve::Arguments),
}

/// Does what the command line says.
#[must_use]
pub fn main() -> ExitCode {
    let Arguments { verb } = environment::parse();
    let carry_out = || match &verb {
        Verb::Run(arguments) => run::run(arguments).into(),
        Verb::Check(arguments) => check::check(arguments).into(),
        Verb::List(arguments) => list::list(arguments).into(),
        Verb::Show(arguments) => show::show(arguments).into(),
        Verb::Schema(arguments) => schema::schema(arguments).into(),
        Verb::Serve(arguments) => serve::serve(arguments),
    };
    panic::catch_unwind(carry_out).unwrap_or_else(|_| {
        print::complain("skift failed: this is a mistake in skift and not in your scenario");
        Exit::Internal.into()
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_verb_has_an_example_and_its_exit_codes() {
        for verb in Arguments::command().get_subcommands_mut() {
            let help = verb.render_long_help().to_string();
            let example = format!("\n  skift {}", verb.get_name());
            assert!(help.contains(&example), "{help}");
            assert!(help.contains("\nExit codes:\n  0 "), "{help}");
        }
    }
}
