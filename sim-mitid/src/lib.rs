//! MitID Erhverv as a value: it orders, issues, renews and revokes OCES3 certificates, and
//! publishes the revocation list of each of its two hierarchies.
//!
//! | module | what it holds |
//! |---|---|
//! | [`order`] | the administrator's order: a certificate profile, a reference number, a code |
//! | [`enrolment`] | first issue by reference number and code, and renewal by the certificate held |
//! | [`register`] | every certificate issued, and whether it is revoked |
//! | [`wire`] | requests and answers as JSON |
//! | [`Rejection`] | every reason to refuse |
//!
//! Start reading at [`Mitid`].

pub mod enrolment;
mod fact;
mod mitid;
pub mod order;
pub mod register;
mod rejection;
pub mod wire;

pub use fact::Fact;
pub use mitid::{Answer, Mitid, Request};
pub use rejection::Rejection;
