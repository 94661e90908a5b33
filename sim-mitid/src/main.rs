//! The program `sim-mitid`: MitID Erhverv, served alone.

use std::process::ExitCode;

fn main() -> ExitCode {
    sim_mitid::http::program::main(std::env::args_os())
}
