//! The program `skift`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A message is read and written in many small pieces, and glibc's allocator takes longer for them
/// (docs/PERFORMANCE.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    harness::cli::main()
}
