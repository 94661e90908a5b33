//! The program `sim-smdb`: SMDB, served alone.

use std::process::ExitCode;

fn main() -> ExitCode {
    sim_smdb::http::program::main(std::env::args_os())
}
