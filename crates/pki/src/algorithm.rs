//! The signature algorithms that are spoken here, and their names in X.509.

use std::fmt;

use aws_lc_rs::signature as rsa;
use const_oid::ObjectIdentifier;

use crate::{
    asn1::{self, Flaw, Reader},
    oids,
};

/// An RSA signature algorithm. The salt of a PSS signature is as long as the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureAlgorithm {
    /// PKCS#1 v1.5 with SHA-256.
    Pkcs1Sha256,
    /// PKCS#1 v1.5 with SHA-384.
    Pkcs1Sha384,
    /// PKCS#1 v1.5 with SHA-512.
    Pkcs1Sha512,
    /// RSASSA-PSS with SHA-256, salt 32: what the issuing authority signs with.
    PssSha256,
    /// RSASSA-PSS with SHA-384, salt 48.
    PssSha384,
    /// RSASSA-PSS with SHA-512, salt 64: what the root signs with.
    PssSha512,
}

impl SignatureAlgorithm {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Pkcs1Sha256,
        Self::Pkcs1Sha384,
        Self::Pkcs1Sha512,
        Self::PssSha256,
        Self::PssSha384,
        Self::PssSha512,
    ];

    pub(crate) fn signing(self) -> &'static rsa::RsaSignatureEncoding {
        match self {
            Self::Pkcs1Sha256 => &rsa::RSA_PKCS1_SHA256,
            Self::Pkcs1Sha384 => &rsa::RSA_PKCS1_SHA384,
            Self::Pkcs1Sha512 => &rsa::RSA_PKCS1_SHA512,
            Self::PssSha256 => &rsa::RSA_PSS_SHA256,
            Self::PssSha384 => &rsa::RSA_PSS_SHA384,
            Self::PssSha512 => &rsa::RSA_PSS_SHA512,
        }
    }

    pub(crate) fn verification(self) -> &'static rsa::RsaParameters {
        match self {
            Self::Pkcs1Sha256 => &rsa::RSA_PKCS1_2048_8192_SHA256,
            Self::Pkcs1Sha384 => &rsa::RSA_PKCS1_2048_8192_SHA384,
            Self::Pkcs1Sha512 => &rsa::RSA_PKCS1_2048_8192_SHA512,
            Self::PssSha256 => &rsa::RSA_PSS_2048_8192_SHA256,
            Self::PssSha384 => &rsa::RSA_PSS_2048_8192_SHA384,
            Self::PssSha512 => &rsa::RSA_PSS_2048_8192_SHA512,
        }
    }

    /// Its `AlgorithmIdentifier` as DER.
    pub(crate) fn identifier(self) -> Vec<u8> {
        match self {
            Self::Pkcs1Sha256 => with_null(oids::SHA256_WITH_RSA),
            Self::Pkcs1Sha384 => with_null(oids::SHA384_WITH_RSA),
            Self::Pkcs1Sha512 => with_null(oids::SHA512_WITH_RSA),
            Self::PssSha256 => pss(oids::SHA256, 32),
            Self::PssSha384 => pss(oids::SHA384, 48),
            Self::PssSha512 => pss(oids::SHA512, 64),
        }
    }

    /// Reads an `AlgorithmIdentifier`; the error names one that is not spoken here.
    pub(crate) fn read(identifier: &[u8]) -> Result<Self, String> {
        read(identifier).unwrap_or_else(|flaw| Err(format!("unreadable ({flaw})")))
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pkcs1Sha256 => "RSA PKCS#1 v1.5 with SHA-256",
            Self::Pkcs1Sha384 => "RSA PKCS#1 v1.5 with SHA-384",
            Self::Pkcs1Sha512 => "RSA PKCS#1 v1.5 with SHA-512",
            Self::PssSha256 => "RSASSA-PSS with SHA-256",
            Self::PssSha384 => "RSASSA-PSS with SHA-384",
            Self::PssSha512 => "RSASSA-PSS with SHA-512",
        })
    }
}

/// An `AlgorithmIdentifier` whose parameters are NULL.
pub(crate) fn with_null(algorithm: ObjectIdentifier) -> Vec<u8> {
    asn1::sequence([&asn1::oid(algorithm), &asn1::null()])
}

/// RFC 4055, section 3.1, with every parameter but the trailer spelled out, as measured.
fn pss(digest: ObjectIdentifier, salt: u8) -> Vec<u8> {
    let digest = with_null(digest);
    let mask = asn1::sequence([&asn1::oid(oids::MGF1), &digest]);
    let parameters = asn1::sequence([
        &asn1::explicit(0, &digest),
        &asn1::explicit(1, &mask),
        &asn1::explicit(2, &asn1::unsigned(&[salt])),
    ]);
    asn1::sequence([&asn1::oid(oids::RSASSA_PSS), &parameters])
}

/// Also in other spellings that a peer may use: without NULLs, or with the trailer spelled out.
fn read(identifier: &[u8]) -> Result<Result<SignatureAlgorithm, String>, Flaw> {
    let mut fields = Reader::of(identifier, asn1::SEQUENCE)?;
    let algorithm = fields.oid()?;
    if algorithm == oids::RSASSA_PSS {
        return read_pss(&mut fields);
    }
    Ok(match algorithm {
        oids::SHA256_WITH_RSA => Ok(SignatureAlgorithm::Pkcs1Sha256),
        oids::SHA384_WITH_RSA => Ok(SignatureAlgorithm::Pkcs1Sha384),
        oids::SHA512_WITH_RSA => Ok(SignatureAlgorithm::Pkcs1Sha512),
        other => Err(other.to_string()),
    })
}

fn read_pss(fields: &mut Reader<'_>) -> Result<Result<SignatureAlgorithm, String>, Flaw> {
    let mut parameters = fields.enter(asn1::SEQUENCE)?;
    let (mut digest, mut mask_digest, mut salt, mut trailer) = (oids::SHA1, oids::SHA1, 20, 1);
    if let Some(value) = parameters.optional(asn1::context_constructed(0))? {
        digest = read_digest(value)?;
    }
    if let Some(value) = parameters.optional(asn1::context_constructed(1))? {
        let mut mask = Reader::of(value, asn1::SEQUENCE)?;
        if mask.oid()? != oids::MGF1 {
            return Ok(Err("RSASSA-PSS with a mask other than MGF1".to_owned()));
        }
        mask_digest = read_digest(mask.raw()?)?;
    }
    if let Some(value) = parameters.optional(asn1::context_constructed(2))? {
        salt = Reader::new(value)?.small()?;
    }
    if let Some(value) = parameters.optional(asn1::context_constructed(3))? {
        trailer = Reader::new(value)?.small()?;
    }
    parameters.finish()?;
    Ok(match (digest, salt) {
        (oids::SHA256, 32) if mask_digest == digest && trailer == 1 => {
            Ok(SignatureAlgorithm::PssSha256)
        }
        (oids::SHA384, 48) if mask_digest == digest && trailer == 1 => {
            Ok(SignatureAlgorithm::PssSha384)
        }
        (oids::SHA512, 64) if mask_digest == digest && trailer == 1 => {
            Ok(SignatureAlgorithm::PssSha512)
        }
        _ => Err(format!("RSASSA-PSS with digest {digest}, mask {mask_digest} and salt {salt}")),
    })
}

fn read_digest(identifier: &[u8]) -> Result<ObjectIdentifier, Flaw> {
    Reader::of(identifier, asn1::SEQUENCE)?.oid()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    #[test]
    fn pss_is_written_as_measured() {
        assert_eq!(
            hex(&SignatureAlgorithm::PssSha256.identifier()),
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500\
             a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
        );
    }

    #[test]
    fn reads_what_it_writes() {
        for algorithm in SignatureAlgorithm::ALL {
            assert_eq!(SignatureAlgorithm::read(&algorithm.identifier()), Ok(algorithm));
        }
    }

    fn pss_with(digest: ObjectIdentifier, mask: &[u8], trailer: &[u8]) -> Vec<u8> {
        let digest = asn1::sequence([&asn1::oid(digest)]); // without NULL
        let parameters = asn1::sequence([
            &asn1::explicit(0, &digest),
            &asn1::explicit(1, mask),
            &asn1::explicit(2, &asn1::unsigned(&[32])),
            trailer,
        ]);
        asn1::sequence([&asn1::oid(oids::RSASSA_PSS), &parameters])
    }

    #[test]
    fn reads_other_spellings_and_no_other_parameters() {
        let mask = |function, digest| {
            asn1::sequence([&asn1::oid(function), &asn1::sequence([&asn1::oid(digest)])])
        };
        let usual = mask(oids::MGF1, oids::SHA256);
        let trailer = |number| asn1::explicit(3, &asn1::unsigned(&[number]));
        let read = |digest, mask: &[u8], trailer: &[u8]| {
            SignatureAlgorithm::read(&pss_with(digest, mask, trailer))
        };
        assert_eq!(read(oids::SHA256, &usual, &[]), Ok(SignatureAlgorithm::PssSha256));
        assert_eq!(read(oids::SHA256, &usual, &trailer(1)), Ok(SignatureAlgorithm::PssSha256));
        for other in [
            read(oids::SHA256, &usual, &trailer(2)),
            read(oids::SHA256, &mask(oids::MGF1, oids::SHA512), &[]),
            read(oids::SHA256, &mask(oids::SHA256, oids::SHA256), &[]),
            read(oids::SHA384, &usual, &[]),
        ] {
            assert!(other.is_err(), "{other:?}");
        }
    }

    #[test]
    fn names_what_it_does_not_speak() {
        let read = |identifier: &[u8]| SignatureAlgorithm::read(identifier).unwrap_err();
        assert_eq!(read(&with_null(oids::SHA1_WITH_RSA)), oids::SHA1_WITH_RSA.to_string());
        assert!(read(&pss(oids::SHA256, 20)).contains("salt 20"));
        assert!(read(&[0x30, 0x80]).contains("unreadable"));
        let defaults = asn1::sequence([&asn1::oid(oids::RSASSA_PSS), &asn1::sequence([])]);
        assert!(read(&defaults).contains("salt 20"));
    }
}
