//! The messages of OIO IDWS, as values: SOAP, WS-Addressing, WS-Trust, and the SAML assertion.
//!
//! | module | what it holds |
//! |---|---|
//! | [`trust`] | step 1 and 2: the request for a token, and the answer that carries it |
//! | [`call`] | step 3: a call of a service with a token, and its answer |
//! | [`assertion`] | the token itself: who, for whom, from when to when, by which key |
//! | [`privileges`] | what a token says its holder may do |
//! | [`fault`] | how each side says no |
//! | [`metadata`] | the keys of a party, for others to fetch |
//! | [`Binding`], [`framework`] | which profile ties a call to SOAP: the present one, or Liberty's with its header |
//! | [`Layout`] | whose way of writing is followed: the .NET client's, or CXF's |
//! | [`addressing`], [`soap`], [`instant`], [`uris`] | what all of them are written with |
//!
//! Each message is written from a value, and read back into one **only out of what was signed**:
//! readers take [`Verified`](xml_security::Verified) elements. What is read before that is
//! [`Claimed`](xml_security::Claimed), and serves faults, diagnoses, and the choice of a key. Metadata
//! alone are not signed.
//!
//! Nothing here knows what a party decides.

pub mod addressing;
pub mod assertion;
mod binding;
pub mod call;
mod error;
pub mod fault;
pub mod framework;
pub mod instant;
mod layout;
pub mod metadata;
pub mod privileges;
pub mod soap;
pub mod trust;
pub mod uris;

pub use binding::Binding;
pub use error::MessageError;
pub use layout::Layout;

/// A certificate with its private key: what a party signs with. Equal when the certificates are: each
/// has one key.
#[derive(Debug, Clone)]
pub struct Credential {
    /// What others see.
    pub certificate: pki::Certificate,
    /// What nobody sees.
    pub key: pki::PrivateKey,
}

impl PartialEq for Credential {
    fn eq(&self, other: &Self) -> bool {
        self.certificate == other.certificate
    }
}

impl Eq for Credential {}
