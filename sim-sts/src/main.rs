//! The program `sim-sts`: NemLog-in, served alone.

use std::process::ExitCode;

fn main() -> ExitCode {
    sim_sts::http::program::main(std::env::args_os())
}
