//! The messages from outside: written and read back, laid out as the real ones, and hostile.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read files and settings, say which were skipped, and fail by panic"
)]

mod fault;
mod framework;
mod hostile;
mod layout;
mod metadata;
mod round_trip;
mod world;
