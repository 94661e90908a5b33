//! `skift show`: tells scenarios in people's words.

use super::{EXIT_CODES, Exit, print::print, suite::Selection};
use crate::story;

const EXAMPLES: &str = "\
Examples:
  skift show scenarios/rolling-swap/client-swaps-early.toml
  skift show scenarios --filter early";

/// Tells scenarios in people's words, in the order of time: who does what when, when certificates
/// expire, who calls, and what is expected of it. Runs nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,
}

/// Does it.
pub(super) fn show(arguments: &Arguments) -> Exit {
    let suite = match arguments.selection.load_all() {
        Ok(suite) => suite,
        Err(exit) => return exit,
    };
    let stories: Vec<String> =
        suite.iter().map(|(found, scenario)| story::tell(&found.name, scenario)).collect();
    print(&stories.join("\n\n"))
}
