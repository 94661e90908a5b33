//! The crate from outside: what it makes, before its own judgement and that of other programs.
#![expect(clippy::disallowed_methods, reason = "tests write files and start programs")]

mod chain;
mod pkcs12;
mod world;
