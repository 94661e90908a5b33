//! The crate from outside: real messages, and attacks.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read files and settings, and say which of them were skipped"
)]

mod attacks;
mod golden;
mod legacy;
mod message;
mod mutations;
