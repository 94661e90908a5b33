//! The program `skift`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A message is read and written in many small pieces: with this allocator that takes a tenth less
/// beside the RSA work than with glibc's (docs/PERFORMANCE.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    harness::cli::main()
}
