//! Keys, certificates, chains, revocation lists, and the OCES3 profile.
//!
//! | to …                                   | go to                                                |
//! |----------------------------------------|------------------------------------------------------|
//! | make or read a key, sign, verify       | [`PrivateKey`], [`PublicKey`], [`SignatureAlgorithm`] |
//! | read a certificate, whoever made it    | [`Certificate`], [`Name`], [`Serial`], [`KeyUsage`]  |
//! | issue certificates and lists           | [`Authority`], [`Holder`], [`LIFETIME`]              |
//! | have one that is wrong on purpose      | [`Oddity`], [`AuthorityOddity`]                      |
//! | know whether one may be trusted        | [`TrustAnchors`], [`Path`], [`ChainRefusal`]         |
//! | ask whether one is revoked             | [`RevocationList`], [`Revoked`], [`KnownRevocations`] |
//! | make or read a request (PKCS#10)       | [`SigningRequest`]                                   |
//! | hand out a key as a `.p12` file        | [`pkcs12`]                                           |
//! | hide what a party keeps               | [`Seal`], [`Sealed`]                                 |
//! | keep keys between runs                 | [`KeyPool`] (feature `pool`)                         |
//!
//! Beneath lie `asn1` (DER, piece by piece), `oids`, `pem`, `extensions` and `profile`: which bytes
//! stand where in an OCES3 certificate.
//!
//! Nothing here reads a clock. Serial numbers, salts and initialisation vectors come from the
//! [`entropy::Entropy`] that is handed in; keys, PSS salts and OAEP paddings from `aws-lc-rs`, which
//! cannot be seeded. Reading is total: no bytes from outside make it panic.

mod algorithm;
mod asn1;
mod authority;
mod certificate;
mod chain;
mod extensions;
mod holder;
mod key;
mod name;
mod odd;
mod oids;
mod pem;
pub mod pkcs12;
#[cfg(feature = "pool")]
mod pool;
mod profile;
mod request;
mod revocation;
mod seal;
mod serial;
mod upload;

pub use algorithm::SignatureAlgorithm;
pub use authority::{Authority, AuthorityOddity, NotOneHierarchy};
pub use certificate::{Certificate, MalformedCertificate};
pub use chain::{ChainReason, ChainRefusal, Path, PathMember, TrustAnchors};
pub use const_oid::ObjectIdentifier;
pub use extensions::KeyUsage;
pub use holder::{CertificateKind, Holder};
pub use key::{BadSignature, DecryptionFailed, KeyError, KeySize, PrivateKey, PublicKey};
pub use name::Name;
pub use odd::Oddity;
#[cfg(feature = "pool")]
pub use pool::KeyPool;
pub use profile::{Addresses, LIFETIME, NEW_POLICY_FROM, REAL_AUTHORITY, SIMULATOR, issuing_name};
pub use request::{RequestRefusal, SigningRequest};
pub use revocation::{
    KnownRevocations, MalformedRevocationList, RevocationList, RevocationReason, Revoked, Standing,
};
pub use seal::{Seal, Sealed};
pub use serial::{Serial, SerialError};
pub use upload::UploadRefusal;
