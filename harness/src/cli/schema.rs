//! `skift schema`: what scenario files look like, for editors.

use super::{EXIT_CODES, Exit, print::print};
use crate::scenario::schema;

const EXAMPLES: &str = "\
Examples:
  skift schema > scenario.schema.json

An editor that knows TOML (Even Better TOML, for one) uses it for a file that begins with
  #:schema ./scenario.schema.json";

/// Prints the JSON Schema (draft 2020-12) of scenario files.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {}

/// Does it.
pub(super) fn schema(_: &Arguments) -> Exit {
    let text = serde_json::to_string_pretty(&schema::schema());
    print(&(text.expect("a schema is JSON") + "\n"))
}
