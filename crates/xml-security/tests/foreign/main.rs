//! Other engines as judges: what they sign must verify here, what is signed here must verify there.
//!
//! - [`vectors`]: the committed messages and canonical forms (`tests/vectors`); needs no program.
//! - [`canonical`]: random documents in canonical form, against Santuario and libxml2.
//! - [`xmlsec`]: `xmlsec1`, both ways, signatures and encryption.
//! - [`python`]: signxml, both ways.
//! - [`apache`]: WSS4J as it sits in the CXF clients, and Santuario's encryption, both ways.
//!
//! A program that is missing skips its tests by name; where `CI` is set it fails them. Everything
//! random comes from seeds, which a failure names.
#![expect(clippy::disallowed_methods, reason = "tests read files and settings")]

mod apache;
mod canonical;
mod content;
mod messages;
mod python;
mod trees;
mod vectors;
mod xmlsec;
