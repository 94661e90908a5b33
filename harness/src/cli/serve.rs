//! `skift serve`: the three services, on this machine.

use std::{ffi::OsString, process::ExitCode};

use shell::program::{self, EXIT_CODES};

use crate::serve::{PROGRAM, Settings, start};

const EXAMPLES: &str = "\
Examples:
  skift serve
  skift serve --data /var/lib/skift --ready-file /run/skift.json
  skift serve --free-ports --start-time 2030-03-01T08:00:00+01:00";

/// Serves MitID Erhverv, NemLog-in and SMDB on this machine until it is told to stop.
///
/// `skift serve --help` lists all that can be set, on the command line, in the environment or in a file.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true, after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    /// What is set.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "SETTINGS")]
    line: Vec<OsString>,
}

/// Does it.
pub(super) fn serve(arguments: &Arguments) -> ExitCode {
    let line = [OsString::from("skift serve")].into_iter().chain(arguments.line.iter().cloned());
    let help = format!("{EXAMPLES}\n\n{EXIT_CODES}");
    program::main(&PROGRAM, &help, line, async |settings: &Settings| start(settings).await)
}
