//! `skift check`: reads scenario files and runs nothing.

use super::{
    EXIT_CODES, Exit,
    print::{complain, print},
    suite::{Loaded, Selection},
};

const EXAMPLES: &str = "\
Examples:
  skift check scenarios
  skift check my-night.toml";

/// Reads scenario files, runs nothing, and shows the mistakes: where each is, the line itself, and
/// what was probably meant.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,
}

/// Does it.
pub(super) fn check(arguments: &Arguments) -> Exit {
    let Loaded { suite, mistaken } = match arguments.selection.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let total = suite.len() + mistaken;
    let files = if total == 1 { "file" } else { "files" };
    if mistaken > 0 {
        complain(format!("{total} {files}: {mistaken} with a mistake"));
        return Exit::Mistaken;
    }
    print(&format!("{total} {files}: no mistake\n"))
}
