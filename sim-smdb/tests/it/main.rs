//! SMDB from outside: what it receives, from whom, and what it answers.
#![expect(clippy::disallowed_methods, reason = "a test reads what a program keeps")]
#![expect(clippy::unwrap_used, reason = "what a test expects may panic, in its helpers too")]

mod description;
mod diagnosis;
mod facts;
mod http;
mod lbsb;
mod operations;
mod privacy;
mod program;
mod rejections;
mod rest;
mod rules;
mod submission;
mod tampering;
mod time;
mod world;
