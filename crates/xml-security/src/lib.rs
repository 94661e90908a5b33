//! XML that may be hostile: read, signed, verified, encrypted. The one place for it.
//!
//! - [`xml`]: a guard that only refuses, then one interpreter; [`Document`] and [`Element`].
//! - [`c14n`]: canonical XML, inclusive and exclusive.
//! - [`algorithms`]: the algorithms that can be spelled at all.
//! - [`trust`]: [`Claimed`] before verification, [`Verified`] after.
//! - [`security_header`]: the `wsse:Security` header of a SOAP message, and what its signature covers.
//! - [`verify`]: enveloped signatures (SAML), and why a signature is refused.
//! - [`mod@sign`]: making signatures.
//! - [`str_transform`]: what a `wsse:SecurityTokenReference` stands for, in both dialects.
//! - [`mod@encrypt`]: XML Encryption as the STS uses it.
//! - [`uris`]: every URI, once.

pub mod algorithms;
pub mod c14n;
pub mod encrypt;
#[cfg(test)]
mod fixtures;
mod refusal;
pub mod security_header;
pub mod sign;
mod signature;
pub mod str_transform;
pub mod trust;
pub mod uris;
pub mod verify;
pub mod xml;

pub use algorithms::{DigestAlgorithm, Legacy, SigningAlgorithm, Transform};
pub use c14n::{Canonicalization, canonicalize, escape_attribute, escape_text};
pub use encrypt::{ContentEncryption, decrypt, encrypt};
pub use pki::DecryptionFailed;
pub use refusal::SignatureRefusal;
pub use security_header::{Coverage, Covered, KeyInfo, Part, SecurityHeader, SignedMessage};
pub use sign::{KeyInfoSpec, Reference, SignatureSpec, SigningError, saml_token_reference, sign};
pub use str_transform::StrDialect;
pub use trust::{Claimed, Readable, Verified};
pub use verify::{enveloped_certificate_der, verify_enveloped};
pub use xml::{Document, Element, Limits, Malformed, ShapeError};
