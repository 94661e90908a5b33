//! The program `skift`.

use std::{env, process::ExitCode};

use mimalloc::MiMalloc;

/// A message is read and written in many small pieces, and glibc's allocator takes longer for them
/// (docs/PERFORMANCE.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    // Before anything is read: each page that comes first is two megabytes else.
    if env::args_os().nth(1).is_some_and(|verb| verb == "serve") {
        keep_pages_small();
    }
    harness::cli::main()
}

/// mimalloc asks Linux for huge pages, which a run of scenarios is faster for. What serves holds little,
/// for days.
fn keep_pages_small() {
    // Where it is not to be had, memory is a little larger.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
