//! A reference client (WSC) as a value: the external system that asks the STS for a token and
//! calls SMDB with it. It is the system under test where no other is given.
//!
//! It opens no socket. [`decide`](parties::Core::decide) says what to send next, and is told
//! what came back:
//!
//! ```text
//! Begin ──► AskSts ··► StsAnswered ──► CallService ··► ServiceAnswered ──► Done
//!                          └──► Done: failed at step 1
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`Wsc`] | one node: its profile, its certificate, whom it trusts |
//! | [`exchange`] | the states of a call, and what each side of it says |

pub mod exchange;
mod key_store;
mod wsc;

pub use key_store::KeyStore;
pub use wsc::{Fact, Trust, Wsc};
