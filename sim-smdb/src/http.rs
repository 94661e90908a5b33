//! SMDB behind sockets: the service of each environment, and the control port.
//!
//! - [`Databases`]: SMDB of each environment, and how they start anew
//! - [`WebService`], [`router`]: SMDB of one environment at its [`ADDRESS`]
//! - [`Lasting`]: what outlives it
//! - [`metadata`]: who SMDB is, for others to fetch
//! - [`program`]: the program `sim-smdb`
//! - `rest`: the same by REST, at [`TOKEN_PATH`](crate::rest::TOKEN_PATH) and
//!   [`CALL_PATH`](crate::rest::CALL_PATH)
//! - `signers`: whose tokens it takes, at the control port
//! - `stored`: what was received, at the control port, without anything about a citizen

mod databases;
mod lasting;
pub mod metadata;
pub mod program;
mod rest;
mod signers;
mod stored;
mod web_service;

pub use databases::Databases;
pub use lasting::Lasting;
pub use web_service::{ADDRESS, WebService, router};
