//! NemLog-in as a value: its administration, and the Security Token Service (STS) of each
//! environment.
//!
//! | module | what it holds |
//! |---|---|
//! | [`issue`] | the one use case: a request for a token comes in, a token or a rejection goes out; **read this first** |
//! | `issue::checks` | the checks in their order, for a decision and for a diagnosis |
//! | `issue::asked` | what a request asks for, and in which case |
//! | `issue::whereabouts` | what a diagnosis says of a certificate that nobody here is known by |
//! | `caller` | whose certificate is this, at `now` |
//! | [`registration`] | what an STS knows of a system user, as it changes: certificates, entity id, privileges |
//! | `registration::swap` | which certificates are accepted when: in force at once, rolling, or both |
//! | [`administration`] | what the NemLog-in administrator edits, what the owner of a service approves, and when it comes into force |
//! | [`Issuer`] | the STS of one environment: signer, services, memory of what was sent before |
//! | [`Policy`] | what a scenario may change about it |
//! | [`Rejection`] | every reason to refuse; its fault by [`FaultTable`], and its finding |
//!
//! [`Sts`] puts them together. Administration and issuers share nothing: provisioning is the only
//! arrow between them, so two environments cannot mix by a forgotten parameter.

pub mod administration;
mod caller;
mod fact;
#[cfg(feature = "http")]
pub mod http;
pub mod issue;
mod issuer;
pub mod registration;
mod rejection;
mod sts;

pub use fact::{IssuerFact, IssuerLesson, IssuerNeed, ReplayKey};
pub use issuer::{Issuer, Lookup, Policy, Service};
pub use rejection::{Cause, CertificateName, FaultTable, InForce, Rejection, Whereabouts};
pub use sts::Sts;
