//! NemLog-in behind sockets: the token service of each environment, and the control port.
//!
//! Handlers do nothing but carry: bytes in, a clock, bytes out. What cryptography takes is taken on
//! threads of its own, so that a slow caller and a hard sum do not hold up each other.
//!
//! - [`NemLogin`]: the administration and the token services together, and how they start anew
//! - [`TokenService`], [`router`]: the STS of one environment at its [`ADDRESS`]
//! - `administration`: what the administrators may do, at the control port
//! - `signers`: what the tokens of each STS are signed with, at the control port

mod administration;
mod nemlogin;
mod signers;
mod token_service;

pub use nemlogin::NemLogin;
pub use token_service::{ADDRESS, TokenService, router};
