//! MitID Erhverv from outside: ordered, issued, renewed, revoked, and what is remembered of it.
#![expect(clippy::unwrap_used, reason = "what a test expects may panic, in its helpers too")]

mod enrolment;
mod facts;
mod refusal;
mod revocation;
mod wire;
mod world;
