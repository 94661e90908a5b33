//! NemLog-in from outside: what its STS answers, at which instant, and what its administration takes.
#![expect(clippy::unwrap_used, reason = "what a test expects may panic, in its helpers too")]

mod administration;
mod administration_facts;
mod administration_rejections;
mod boundaries;
mod diagnosis;
mod facts;
mod history;
mod http;
mod loss;
mod privileges;
mod program;
mod refusal;
mod rejections;
mod replay;
mod swap;
mod swap_rules;
mod tampered;
mod time;
mod token;
mod world;
