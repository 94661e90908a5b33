//! The extensions of a certificate, read into what is asked of them.

use std::fmt;

use const_oid::ObjectIdentifier;
use der::Decode as _;
use x509_cert::ext::pkix::{
    AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies,
    CrlDistributionPoints, ExtendedKeyUsage, SubjectAltName,
    name::{DistributionPointName, GeneralName},
};

use crate::{
    asn1::{self, Flaw, Reader},
    oids,
};

/// More than any certificate has; it bounds the work that a hostile one can cause.
const EXTENSIONS_MAX: usize = 64;

/// What a certificate's extensions say; empty for a certificate without any.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    /// The identifiers in their order, each with whether it is critical.
    pub(crate) order: Vec<(ObjectIdentifier, bool)>,
    pub(crate) authority: Option<AuthorityConstraint>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) authority_key: Option<Vec<u8>>,
    pub(crate) subject_key: Option<Vec<u8>>,
    pub(crate) policies: Vec<ObjectIdentifier>,
    pub(crate) emails: Vec<String>,
    pub(crate) crl_urls: Vec<String>,
    pub(crate) ocsp_urls: Vec<String>,
    pub(crate) issuer_urls: Vec<String>,
    /// The first critical one that is not understood here.
    pub(crate) unknown_critical: Option<ObjectIdentifier>,
}

/// `BasicConstraints` of an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AuthorityConstraint {
    /// How many authorities may follow below this one.
    pub(crate) path_length: Option<u8>,
}

impl Extensions {
    /// Reads the `SEQUENCE OF Extension`.
    pub(crate) fn read(list: &[u8]) -> Result<Self, Flaw> {
        let mut extensions = Self::default();
        let mut list = Reader::of(list, asn1::SEQUENCE)?;
        while !list.is_finished() {
            let extension = Extension::read(&mut list)?;
            if extensions.order.len() == EXTENSIONS_MAX {
                return Err(format!("more than {EXTENSIONS_MAX} extensions"));
            }
            // RFC 5280, section 4.2: no more than one instance of an extension.
            if extensions.order.iter().any(|(kind, _)| *kind == extension.kind) {
                return Err(format!("the extension {} twice", extension.kind));
            }
            extensions.order.push((extension.kind, extension.critical));
            extensions
                .take(&extension)
                .map_err(|flaw| format!("extension {}: {flaw}", extension.kind))?;
        }
        Ok(extensions)
    }

    fn take(&mut self, extension: &Extension<'_>) -> Result<(), Flaw> {
        let value = extension.value;
        match extension.kind {
            oids::BASIC_CONSTRAINTS => {
                let basic = BasicConstraints::from_der(value).map_err(text)?;
                self.authority = basic
                    .ca
                    .then_some(AuthorityConstraint { path_length: basic.path_len_constraint });
            }
            oids::KEY_USAGE => self.key_usage = Some(KeyUsage::read(value)?),
            oids::AUTHORITY_KEY_IDENTIFIER => {
                let identifier = AuthorityKeyIdentifier::from_der(value).map_err(text)?;
                self.authority_key = identifier.key_identifier.map(|key| key.as_bytes().to_vec());
            }
            oids::SUBJECT_KEY_IDENTIFIER => {
                let mut identifier = Reader::new(value)?;
                self.subject_key = Some(identifier.content(asn1::OCTET_STRING)?.to_vec());
                identifier.finish()?;
            }
            oids::CERTIFICATE_POLICIES => {
                let policies = CertificatePolicies::from_der(value).map_err(text)?;
                self.policies = policies.0.iter().map(|policy| policy.policy_identifier).collect();
            }
            oids::SUBJECT_ALT_NAME => {
                for name in SubjectAltName::from_der(value).map_err(text)?.0 {
                    if let GeneralName::Rfc822Name(address) = name {
                        self.emails.push(address.to_string());
                    }
                }
            }
            oids::CRL_DISTRIBUTION_POINTS => {
                for point in CrlDistributionPoints::from_der(value).map_err(text)?.0 {
                    if let Some(DistributionPointName::FullName(names)) = point.distribution_point {
                        self.crl_urls.extend(names.into_iter().filter_map(url));
                    }
                }
            }
            oids::AUTHORITY_INFO_ACCESS => {
                for access in AuthorityInfoAccessSyntax::from_der(value).map_err(text)?.0 {
                    match access.access_method {
                        oids::ACCESS_OCSP => self.ocsp_urls.extend(url(access.access_location)),
                        oids::ACCESS_CA_ISSUERS => {
                            self.issuer_urls.extend(url(access.access_location));
                        }
                        _ => {}
                    }
                }
            }
            // No purpose stands for signed messages, so none is asked for: it only has to be sound.
            oids::EXTENDED_KEY_USAGE => {
                ExtendedKeyUsage::from_der(value).map_err(text)?;
            }
            unknown if extension.critical => {
                self.unknown_critical.get_or_insert(unknown);
            }
            _ => {}
        }
        Ok(())
    }
}

/// One extension, its value not yet read.
pub(crate) struct Extension<'a> {
    pub(crate) kind: ObjectIdentifier,
    pub(crate) critical: bool,
    pub(crate) value: &'a [u8],
}

impl<'a> Extension<'a> {
    pub(crate) fn read(list: &mut Reader<'a>) -> Result<Self, Flaw> {
        let mut fields = list.enter(asn1::SEQUENCE)?;
        let kind = fields.oid()?;
        let critical = fields.peek() == Some(asn1::BOOLEAN) && fields.boolean()?;
        let value = fields.content(asn1::OCTET_STRING)?;
        fields.finish()?;
        Ok(Self { kind, critical, value })
    }
}

/// What a key may be used for (RFC 5280, section 4.2.1.3).
///
/// The bits as the certificate has them, the first (`digitalSignature`) highest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// To sign what is neither a certificate nor a revocation list.
    pub const DIGITAL_SIGNATURE: Self = Self(0x8000);
    /// To sign so that the signer is bound by it (*uafviselighed*).
    pub const NON_REPUDIATION: Self = Self(0x4000);
    /// To decipher keys.
    pub const KEY_ENCIPHERMENT: Self = Self(0x2000);
    /// To decipher data.
    pub const DATA_ENCIPHERMENT: Self = Self(0x1000);
    /// To agree on keys.
    pub const KEY_AGREEMENT: Self = Self(0x0800);
    /// To sign certificates.
    pub const KEY_CERT_SIGN: Self = Self(0x0400);
    /// To sign revocation lists.
    pub const CRL_SIGN: Self = Self(0x0200);

    const NAMES: [(&'static str, Self); 7] = [
        ("digitalSignature", Self::DIGITAL_SIGNATURE),
        ("nonRepudiation", Self::NON_REPUDIATION),
        ("keyEncipherment", Self::KEY_ENCIPHERMENT),
        ("dataEncipherment", Self::DATA_ENCIPHERMENT),
        ("keyAgreement", Self::KEY_AGREEMENT),
        ("keyCertSign", Self::KEY_CERT_SIGN),
        ("cRLSign", Self::CRL_SIGN),
    ];

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether everything in `other` is allowed.
    #[must_use]
    pub const fn allows(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn read(value: &[u8]) -> Result<Self, Flaw> {
        let mut reader = Reader::new(value)?;
        let content = reader.content(asn1::BIT_STRING)?;
        reader.finish()?;
        // What is unused is zeros (X.690, section 11.2.1), or others would not see what we see.
        let no_zeros = |unused: u8, bits: &[u8]| {
            bits.last().map_or(unused, |last| last & !(0xff << unused)) != 0
        };
        match content {
            [unused @ 0..=7, bits @ ..] if bits.len() <= 2 && !no_zeros(*unused, bits) => {
                let mut octets = [0; 2];
                octets[..bits.len()].copy_from_slice(bits);
                Ok(Self(u16::from_be_bytes(octets)))
            }
            _ => Err("not a named bit list of at most 16 bits".to_owned()),
        }
    }

    /// As DER: a named bit list without trailing zeros (X.690, section 11.2.2).
    pub(crate) fn to_der(self) -> Vec<u8> {
        let octets = self.0.to_be_bytes();
        let octets = if octets[1] == 0 { &octets[..1] } else { &octets[..] };
        let unused = octets.last().map_or(0, |octet| octet.trailing_zeros().min(7));
        let unused = u8::try_from(unused).expect("at most seven");
        asn1::tlv(asn1::BIT_STRING, &[&[unused], octets].concat())
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::NAMES.into_iter().filter(|(_, usage)| self.allows(*usage));
        f.write_str(&named.map(|(name, _)| name).collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyUsage({self})")
    }
}

fn url(name: GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(url) => Some(url.to_string()),
        _ => None,
    }
}

fn text(error: der::Error) -> Flaw {
    error.to_string()
}
