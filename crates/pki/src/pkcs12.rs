//! A key and its certificates in one file under a password (PKCS#12, `.p12`), in two encodings.
//!
//! [`portal`] has the shape of the files that MitID Erhverv hands out, bag by bag: the certificates
//! in clear text, the key under AES-256, the whole under a MAC with SHA-1. [`old_windows`] holds the
//! same, all of it under Triple DES, for Windows before 10 (1709) and Server 2019, which know no
//! AES here. [`open`] reads either, and what `openssl` and `keytool` make of them.
//!
//! [`trust_store`] holds certificates alone, for Java to trust.

mod derivation;
mod read;
mod trust_store;
mod write;

pub use read::{OpenError, Opened, open};
pub use trust_store::trust_store;
pub use write::{Contents, old_windows, portal};

/// Rounds of every derivation, as measured in the portal's files.
const ITERATIONS: u32 = 2000;
