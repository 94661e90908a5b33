//! `skift list`: which scenarios there are.

use serde::Serialize;

use super::{
    EXIT_CODES, Exit,
    print::print,
    suite::{Loaded, Selection, Suite},
};
use crate::{
    catalogue::Found,
    plain::one_line,
    scenario::{Expected, Scenario},
};

const EXAMPLES: &str = "\
Examples:
  skift list scenarios
  skift list scenarios --filter 'rolling-swap/*' --json";

/// Lists scenarios by family, with their titles and how many outages they expect.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// Print JSON, and nothing else, with all that each file expects.
    #[arg(long)]
    json: bool,
}

/// The version of the format that `--json` prints.
const FORMAT: u32 = 1;

/// All that `--json` prints.
#[derive(Debug, Serialize)]
struct List<'s> {
    format: u32,
    scenarios: Vec<Listed<'s>>,
}

/// One scenario of the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Listed<'s> {
    name: &'s str,
    /// The folder that it is in, below the one that was searched; nothing if it is in that.
    family: Option<&'s str>,
    title: &'s str,
    file: String,
    expected: &'s Expected,
}

impl<'s> Listed<'s> {
    fn new((found, scenario): &'s (Found, Scenario)) -> Self {
        Self {
            name: &found.name,
            family: found.name.rsplit_once('/').map(|(family, _)| family),
            title: &scenario.title,
            file: found.path.display().to_string(),
            expected: &scenario.expected,
        }
    }
}

/// Does it. Files with a mistake are left out of the list and shown instead.
pub(super) fn list(arguments: &Arguments) -> Exit {
    let Loaded { suite, mistaken } = match arguments.selection.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let listed: Vec<Listed<'_>> = suite.iter().map(Listed::new).collect();
    let text = if arguments.json { json(listed) } else { table(&listed, &suite) };
    match print(&text) {
        Exit::AsExpected if mistaken > 0 => Exit::Mistaken,
        exit => exit,
    }
}

fn json(scenarios: Vec<Listed<'_>>) -> String {
    let list = List { format: FORMAT, scenarios };
    let text = serde_json::to_string_pretty(&list);
    text.expect("a list has text keys and no foreign types") + "\n"
}

fn table(listed: &[Listed<'_>], suite: &Suite) -> String {
    let width = suite.iter().map(|(found, _)| found.name.chars().count()).max().unwrap_or_default();
    let outages = |one: &Listed<'_>| match one.expected.outages.len() {
        0 => "no outage".to_owned(),
        1 => "1 outage".to_owned(),
        count => format!("{count} outages"),
    };
    let wide = listed.iter().map(|one| outages(one).len()).max().unwrap_or_default();
    let line = |one: &Listed<'_>| {
        let (name, title) = (one_line(one.name), one_line(one.title));
        format!("{name:width$}  {:wide$}  {title}\n", outages(one))
    };
    listed.iter().map(line).collect()
}
