//! The algorithms that can be spelled; a signature with any other is refused by name.
//!
//! The parameterised URI `…xmldsig-more#rsa-pss` (RFC 6931, section 2.3.9) is not among them: it
//! lets the signer choose digest, mask and salt apart from one another, and no peer uses it.

use aws_lc_rs::digest;
use pki::{PublicKey, SignatureAlgorithm};

use crate::{c14n::Canonicalization, str_transform::StrDialect, uris};

/// A digest that may be signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DigestAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// Its URI.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Sha256 => uris::SHA256,
            Self::Sha384 => uris::SHA384,
            Self::Sha512 => uris::SHA512,
        }
    }

    pub(crate) fn digest(self, bytes: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes)
    }
}

/// A signature that may be made. PSS is with MGF1 over the same digest, and a salt of its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// RSA PKCS#1 v1.5 with SHA-256.
    RsaSha256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    RsaSha384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    RsaSha512,
    /// RSASSA-PSS with SHA-256.
    PssSha256,
    /// RSASSA-PSS with SHA-384.
    PssSha384,
    /// RSASSA-PSS with SHA-512.
    PssSha512,
}

impl SigningAlgorithm {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
        Self::PssSha256,
        Self::PssSha384,
        Self::PssSha512,
    ];

    /// Its URI.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::RsaSha256 => uris::RSA_SHA256,
            Self::RsaSha384 => uris::RSA_SHA384,
            Self::RsaSha512 => uris::RSA_SHA512,
            Self::PssSha256 => uris::PSS_SHA256,
            Self::PssSha384 => uris::PSS_SHA384,
            Self::PssSha512 => uris::PSS_SHA512,
        }
    }

    pub(crate) const fn of_key(self) -> SignatureAlgorithm {
        match self {
            Self::RsaSha256 => SignatureAlgorithm::Pkcs1Sha256,
            Self::RsaSha384 => SignatureAlgorithm::Pkcs1Sha384,
            Self::RsaSha512 => SignatureAlgorithm::Pkcs1Sha512,
            Self::PssSha256 => SignatureAlgorithm::PssSha256,
            Self::PssSha384 => SignatureAlgorithm::PssSha384,
            Self::PssSha512 => SignatureAlgorithm::PssSha512,
        }
    }
}

/// Whether SHA-1 is still believed, as it was by NemLog-in until 2018. Nothing signs with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Legacy {
    /// SHA-1 is refused, in digests and in signatures.
    Refuse,
    /// SHA-1 is accepted in digests and in PKCS#1 v1.5 signatures.
    AllowSha1,
}

/// A step from the element that a reference names to the bytes that are digested.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Transform {
    /// Exclusive C14N.
    Exclusive {
        /// The `PrefixList`; empty is no list.
        prefixes: Vec<String>,
    },
    /// Canonical XML 1.0.
    Inclusive,
    /// Leaves the signature out. On an element that does not hold the signature it changes nothing;
    /// where no canonicalisation follows, Canonical XML 1.0 does (XML Signature, section 4.3.3.2).
    EnvelopedSignature,
    /// Puts the token in the place of the reference to it, in exclusive C14N.
    StrTransform {
        /// What is taken for the token where it is encrypted.
        dialect: StrDialect,
    },
}

/// A digest that may be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestMethod {
    Allowed(DigestAlgorithm),
    LegacySha1,
}

impl DigestMethod {
    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        let allowed = DigestAlgorithm::ALL.into_iter().find(|algorithm| algorithm.uri() == uri);
        match allowed {
            Some(algorithm) => Some(Self::Allowed(algorithm)),
            None => (uri == uris::SHA1).then_some(Self::LegacySha1),
        }
    }

    /// The URI of what `legacy` does not allow.
    pub(crate) fn refused(self, legacy: Legacy) -> Option<&'static str> {
        (self == Self::LegacySha1 && legacy == Legacy::Refuse).then_some(uris::SHA1)
    }

    pub(crate) fn digest(self, bytes: &[u8]) -> digest::Digest {
        match self {
            Self::Allowed(algorithm) => algorithm.digest(bytes),
            Self::LegacySha1 => digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes),
        }
    }
}

/// A signature that may be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureMethod {
    Allowed(SigningAlgorithm),
    LegacyRsaSha1,
}

impl SignatureMethod {
    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        let allowed = SigningAlgorithm::ALL.into_iter().find(|algorithm| algorithm.uri() == uri);
        match allowed {
            Some(algorithm) => Some(Self::Allowed(algorithm)),
            None => (uri == uris::RSA_SHA1).then_some(Self::LegacyRsaSha1),
        }
    }

    /// The URI of what `legacy` does not allow.
    pub(crate) fn refused(self, legacy: Legacy) -> Option<&'static str> {
        (self == Self::LegacyRsaSha1 && legacy == Legacy::Refuse).then_some(uris::RSA_SHA1)
    }

    pub(crate) fn is_by(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Allowed(algorithm) => key.verify(algorithm.of_key(), message, signature).is_ok(),
            Self::LegacyRsaSha1 => key.verify_legacy_sha1(message, signature).is_ok(),
        }
    }
}

impl Canonicalization {
    /// Its URI.
    #[must_use]
    pub const fn uri(&self) -> &'static str {
        match self {
            Self::Inclusive => uris::C14N,
            Self::Exclusive { .. } => uris::EXC_C14N,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_is_found_by_its_uri() {
        for algorithm in DigestAlgorithm::ALL {
            let found = DigestMethod::from_uri(algorithm.uri());
            assert_eq!(found, Some(DigestMethod::Allowed(algorithm)));
        }
        for algorithm in SigningAlgorithm::ALL {
            let found = SignatureMethod::from_uri(algorithm.uri());
            assert_eq!(found, Some(SignatureMethod::Allowed(algorithm)));
        }
    }

    #[test]
    fn sha_1_is_known_and_refused_unless_allowed() {
        let digest = DigestMethod::from_uri(uris::SHA1).unwrap();
        assert_eq!(digest.refused(Legacy::Refuse), Some(uris::SHA1));
        assert_eq!(digest.refused(Legacy::AllowSha1), None);
        let signature = SignatureMethod::from_uri(uris::RSA_SHA1).unwrap();
        assert_eq!(signature.refused(Legacy::Refuse), Some(uris::RSA_SHA1));
        assert_eq!(signature.refused(Legacy::AllowSha1), None);
    }

    #[test]
    fn other_algorithms_cannot_be_spelled() {
        for uri in ["", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "none", uris::C14N] {
            assert_eq!(SignatureMethod::from_uri(uri), None);
            assert_eq!(DigestMethod::from_uri(uri), None);
        }
    }
}
