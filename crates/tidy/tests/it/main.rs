//! Every rule about the code, one family a module.
#![expect(clippy::disallowed_methods, reason = "the rules read the repository's files")]

mod code; // what a Rust file may not say
mod commands; // what the README tells people to type is what is checked
mod dependencies; // who may use whom, and from where
mod fidelity; // claims about the real services name the tests that hold them
mod licences; // what others wrote, and on which terms
mod links; // references between files lead somewhere
mod markdown; // tables, links and code spans, read simply
mod private; // no secret and nobody's machine
mod repository; // the files, and what cargo knows of them
mod rust_source; // code apart from comments and strings
mod scenarios; // every scenario tells its story
mod words; // one word, one meaning
