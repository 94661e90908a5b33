//! The crate from outside: what it makes, before its own judgement and that of other programs.
#![expect(clippy::disallowed_methods, reason = "tests write files and start programs")]
#![expect(clippy::unwrap_used, reason = "what a test expects may panic, in its helpers too")]

mod altered;
mod authority;
mod chain;
mod der;
mod engines;
mod facts;
mod hostile;
mod key;
mod known;
mod leak;
mod pkcs12;
mod pool;
mod profile;
mod programs;
mod request;
mod revocation;
mod upload;
mod world;
