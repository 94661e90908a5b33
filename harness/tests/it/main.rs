//! The harness from the outside: runs in a world of given answers, and the program itself.

#![expect(clippy::disallowed_methods, reason = "tests read and write files of their own")]

mod model;
mod vectors;
