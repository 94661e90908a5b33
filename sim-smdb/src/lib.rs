//! SMDB (*Stofmisbrugsdatabasen*, Danmarks Statistik) of one environment as a value: it takes
//! submissions from callers that hold a token of the STS.
//!
//! | module | what it holds |
//! |---|---|
//! | [`submit`] | the one use case: a call comes in, a receipt or a rejection goes out; **read this first** |
//! | [`contract`] | the operation and its fields. **Ours**: DST's own contract is not public |
//! | [`ledger`] | what was received, each submission once |
//! | [`cpr`] | personal numbers: made-up ones only, and none in a log |
//! | [`Rejection`] | every reason to refuse, and its fault |
//!
//! The security around the contract is that of OIO IDWS SOAP 1.1, and is public.

pub mod contract;
pub mod cpr;
mod fact;
pub mod ledger;
mod rejection;
mod smdb;
pub mod submit;

pub use fact::Fact;
pub use rejection::Rejection;
pub use smdb::{HolderCheck, Policy, Smdb};
