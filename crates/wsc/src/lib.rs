//! A reference client (WSC) as a value: the external system that asks the STS for a token and
//! calls SMDB with it. It is the system under test where no other is given.
//!
//! It opens no socket. [`decide`](parties::Core::decide) says what to send next, and is told
//! what came back:
//!
//! ```text
//!                                        ┌────────── a kept token ──────────┐
//!  Configure ··► TakeUp ──► (started) ··► Begin ──► AskSts ··► StsAnswered ──► CallService ··► ServiceAnswered ──► Done
//!                   │          ▲            │                      │             ▲                 │    │
//!                   │       Restart         │                      │             └── keeps token   │    │ only if told to retry:
//!                   ▼          ▼            ▼                      ▼                               ▼    └──► AskSts
//!                  Done: failed before step 1                    Done: at step 1           Done: at step 3
//! ```
//!
//! By REST there is one step more, and two tokens that may be kept:
//!
//! ```text
//!           ┌───────────────────── a kept access token ──────────────────────┐
//!  Begin ───┼──────────── a kept token ───────────┐                           │
//!           └──► AskSts ··► StsAnswered ──────────┴──► Redeem ··► Redeemed ───┴──► CallByRest ··► Returned ──► Done
//!                                                                                      ▲             │
//!                                                                                      └─ once more ─┘ of some
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`Wsc`] | one node, and the four faces of a core |
//! | [`exchange`] | the states of a call, and what each side of it says |
//! | [`habits`] | what the kinds of clients do alike or apart: one value for each profile |
//! | [`rest`] | what goes over HTTP where the service is called by REST, with one step more |
//! | [`cache`] | the tokens that a node keeps, and until when |
//! | [`look_up`] | how a client finds its own certificate, and the traps of that |
//! | [`Settings`], [`Trust`], [`KeyStore`] | how a node is set up, whom it trusts, what it signs with |
//! | [`Failure`] | why a client cannot go on; what there is to say about it, as a diagnosis |

pub mod cache;
mod diagnose;
pub mod exchange;
mod fact;
mod failure;
mod finding;
pub mod habits;
mod key_store;
pub mod look_up;
mod order;
pub mod rest;
mod settings;
mod wsc;

pub use fact::Fact;
pub use failure::{Cause, Failure};
pub use habits::Habits;
pub use key_store::{KeyStore, Thumbprint};
pub use look_up::{FindBy, StartError};
pub use settings::{OnFault, Settings, Trust};
pub use wsc::Wsc;
