//! SMDB (*Stofmisbrugsdatabasen*, Danmarks Statistik) of one environment as a value: it takes
//! submissions from callers that hold a token of the STS, and lets them fetch what it took.
//!
//! | module | what it holds |
//! |---|---|
//! | [`call`] | the one use case: a call comes in, an answer or a rejection goes out; **read this first** |
//! | [`contract`] | the operations, and what they take and give. **Ours**: DST's own contract is not public |
//! | [`description`] | the same for clients' tools: WSDL and XSD |
//! | [`course`], [`codes`], [`schema`] | what is submitted, with which codes, in which version |
//! | [`rule`], [`validation`] | what a course must keep, and whether it does |
//! | [`ledger`] | what was received, and what was refused for a rule |
//! | [`cpr`], [`date`] | personal numbers (made-up ones only, none in a log), and days |
//! | [`rest`] | the other door: tokens are redeemed, and calls with an access token |
//! | `http` | SMDB behind sockets |
//! | [`Rejection`] | every reason to refuse, and its fault; [`parties::Diagnose`] tells the whole truth |
//!
//! The security around the contract is that of OIO IDWS SOAP 1.1, and is public.

pub mod call;
pub mod codes;
pub mod contract;
pub mod course;
pub mod cpr;
pub mod date;
pub mod description;
mod fact;
mod finding;
#[cfg(feature = "http")]
pub mod http;
pub mod ledger;
mod rejection;
pub mod rest;
pub mod rule;
pub mod schema;
mod smdb;
pub mod validation;

pub use fact::{Fact, Lesson, Need, ReplayKey};
pub use rejection::{Cause, MeantFor, Rejection};
pub use smdb::{Configuration, HolderCheck, Policy, Smdb};
