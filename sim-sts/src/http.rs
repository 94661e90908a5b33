//! NemLog-in behind sockets: the token service of each environment, and the control port.
//!
//! Handlers do nothing but carry: bytes in, a clock, bytes out. What cryptography takes is taken on
//! threads of its own, so that a slow caller and a hard sum do not hold up each other.
//!
//! - [`NemLogin`]: the administration and the token services together, and how they start anew
//! - [`TokenService`], [`router`]: the STS of one environment at its [`ADDRESS`]
//! - `administration`: what the administrators may do, at the control port
//! - [`metadata`]: who the STSs and the system users are, for others to fetch
//! - [`program`]: the program `sim-sts`
//! - `signers`: what the tokens of each STS are signed with, at the control port; and [`RolledOver`], what of it
//!   outlives the program

mod administration;
pub mod metadata;
mod nemlogin;
pub mod program;
mod signers;
mod token_service;

pub use nemlogin::{LastAdministration, NemLogin};
pub use signers::RolledOver;
pub use token_service::{ADDRESS, TokenService, router};
