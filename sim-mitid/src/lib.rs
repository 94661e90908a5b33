//! MitID Erhverv as a value: organisations order, have issued, renew and revoke OCES3 certificates
//! in it, and it publishes the revocation list of each of its two hierarchies.
//!
//! | module | what it holds |
//! |---|---|
//! | [`request`] | what it is asked, and what it answers |
//! | [`organisation`] | who is connected, and when an agreement ends |
//! | [`profile`] | certificate profiles: the data that several certificates share |
//! | [`order`] | orders: how one identifies oneself, how the certificate is handed out, until when |
//! | [`enrolment`] | issue and renewal, by a request for a key or as the portal's file |
//! | [`register`] | every certificate issued, and from when on it is revoked |
//! | [`mail`] | what the contact person is told, reminders included |
//! | [`overview`] | what the administrator sees of profiles, orders and certificates |
//! | [`secret`] | one-time codes, passwords, tokens: shown once, and never kept as they are |
//! | [`email`] | e-mail addresses |
//! | [`policy`] | the numbers that no source gives |
//! | [`wire`] | requests and answers as JSON |
//! | `http` | what everybody may fetch, behind HTTP |
//! | [`Rejection`] | every reason to refuse; [`parties::Diagnose`] explains it in two languages |
//!
//! Start reading at [`Mitid`].

mod decision;
pub mod email;
pub mod enrolment;
mod fact;
mod finding;
#[cfg(feature = "http")]
pub mod http;
pub mod mail;
mod mitid;
mod objections;
pub mod order;
pub mod organisation;
pub mod overview;
pub mod policy;
pub mod profile;
pub mod register;
mod rejection;
pub mod request;
pub mod secret;
pub mod wire;

pub use fact::Fact;
pub use mitid::{Lesson, Mitid, Need};
pub use policy::Policy;
pub use rejection::{Cause, Rejection};
pub use request::{Answer, Request};
