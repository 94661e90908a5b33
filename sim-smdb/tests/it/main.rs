//! SMDB from outside: what it receives, from whom, and what it answers.
#![expect(clippy::unwrap_used, reason = "what a test expects may panic, in its helpers too")]

mod description;
mod diagnosis;
mod facts;
mod http;
mod operations;
mod privacy;
mod rejections;
mod rest;
mod rules;
mod submission;
mod tampering;
mod time;
mod world;
