//! MitID Erhverv from outside: connected, ordered, issued, renewed, revoked, told of by mail, and
//! what is remembered of it.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests write files and take addresses"
)]
#![expect(clippy::unwrap_used, reason = "what a test expects may panic, in its helpers too")]

mod boundaries;
mod diagnosis;
mod enrolment;
mod facts;
mod history;
mod http;
mod mail;
mod next_change;
mod order;
mod organisation;
mod overview;
mod portal;
mod profile;
mod program;
mod rejections;
mod revocation;
mod secrets;
mod wire;
mod world;
