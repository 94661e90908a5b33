//! SMDB from outside: what it receives, from whom, and what it answers.
#![expect(clippy::unwrap_used, reason = "what a test expects may panic, in its helpers too")]

mod facts;
mod refusal;
mod submission;
mod tampering;
mod time;
mod world;
