//! The extensions of a certificate, read into what is asked of them.

use std::fmt;

use const_oid::ObjectIdentifier;

use self::general_name::GeneralName;
use crate::{
    asn1::{self, Flaw, Reader},
    name::Name,
    oids,
};

mod general_name;
#[cfg(test)]
mod tests;

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
            oids::BASIC_CONSTRAINTS => self.authority = AuthorityConstraint::read(value)?,
            oids::KEY_USAGE => self.key_usage = Some(KeyUsage::read(value)?),
            oids::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key = authority_key(value)?.map(<[u8]>::to_vec);
            }
            oids::SUBJECT_KEY_IDENTIFIER => {
                let mut identifier = Reader::new(value)?;
                self.subject_key = Some(identifier.content(asn1::OCTET_STRING)?.to_vec());
                identifier.finish()?;
            }
            oids::CERTIFICATE_POLICIES => {
                for_each(value, |list| {
                    self.policies.push(policy(list)?);
                    Ok(())
                })?;
            }
            oids::SUBJECT_ALT_NAME => {
                for_each(value, |list| {
                    let name = GeneralName::read(list)?;
                    self.emails.extend(name.email().map(str::to_owned));
                    Ok(())
                })?;
            }
            oids::CRL_DISTRIBUTION_POINTS => {
                for_each(value, |list| distribution_point(list, &mut self.crl_urls))?;
            }
            oids::AUTHORITY_INFO_ACCESS => {
                for_each(value, |list| {
                    let mut access = list.enter(asn1::SEQUENCE)?;
                    let (method, location) = (access.oid()?, GeneralName::read(&mut access)?);
                    let url = location.url().map(str::to_owned);
                    match method {
                        oids::ACCESS_OCSP => self.ocsp_urls.extend(url),
                        oids::ACCESS_CA_ISSUERS => self.issuer_urls.extend(url),
                        _ => {}
                    }
                    access.finish()
                })?;
            }
            // No purpose stands for signed messages, so none is asked for: it only has to be sound.
            oids::EXTENDED_KEY_USAGE => for_each(value, |list| list.oid().map(drop))?,
            unknown if extension.critical => {
                self.unknown_critical.get_or_insert(unknown);
            }
            _ => {}
        }
        Ok(())
    }
}

impl AuthorityConstraint {
    /// Reads `BasicConstraints`: `None` of who is no authority.
    fn read(value: &[u8]) -> Result<Option<Self>, Flaw> {
        let mut fields = Reader::of(value, asn1::SEQUENCE)?;
        let is_authority = fields.peek() == Some(asn1::BOOLEAN) && fields.boolean()?;
        let path_length = if fields.is_finished() { None } else { Some(fields.small()?) };
        fields.finish()?;
        let path_length = path_length
            .map(|it| u8::try_from(it).map_err(|_| format!("a path of {it} authorities")))
            .transpose()?;
        Ok(is_authority.then_some(Self { path_length }))
    }
}

/// Reads a `SEQUENCE OF`, element by element.
fn for_each<'a>(
    value: &'a [u8],
    mut read: impl FnMut(&mut Reader<'a>) -> Result<(), Flaw>,
) -> Result<(), Flaw> {
    let mut list = Reader::of(value, asn1::SEQUENCE)?;
    while !list.is_finished() {
        read(&mut list)?;
    }
    Ok(())
}

/// `AuthorityKeyIdentifier` (RFC 5280, section 4.2.1.1): the identifier of the key, if it has one.
fn authority_key(value: &[u8]) -> Result<Option<&[u8]>, Flaw> {
    let mut fields = Reader::of(value, asn1::SEQUENCE)?;
    let key = fields.optional(asn1::context(0))?;
    if let Some(issuer) = fields.optional(asn1::context_constructed(1))? {
        GeneralName::read_all(issuer)?;
    }
    if let Some(serial) = fields.optional(asn1::context(2))? {
        asn1::check_integer(serial)?;
    }
    fields.finish()?;
    Ok(key)
}

/// `PolicyInformation` (RFC 5280, section 4.2.1.4): which policy. Its qualifiers only have to be
/// sound.
fn policy(list: &mut Reader<'_>) -> Result<ObjectIdentifier, Flaw> {
    let mut fields = list.enter(asn1::SEQUENCE)?;
    let policy = fields.oid()?;
    if let Some(qualifiers) = fields.optional(asn1::SEQUENCE)? {
        let mut qualifiers = Reader::new(qualifiers)?;
        while !qualifiers.is_finished() {
            let mut qualifier = qualifiers.enter(asn1::SEQUENCE)?;
            qualifier.oid()?;
            if !qualifier.is_finished() {
                qualifier.any()?;
            }
            qualifier.finish()?;
        }
    }
    fields.finish()?;
    Ok(policy)
}

/// `DistributionPoint` (RFC 5280, section 4.2.1.13): adds where the list lies.
fn distribution_point(list: &mut Reader<'_>, urls: &mut Vec<String>) -> Result<(), Flaw> {
    let mut fields = list.enter(asn1::SEQUENCE)?;
    if let Some(name) = fields.optional(asn1::context_constructed(0))? {
        let mut name = Reader::new(name)?;
        let relative = name.peek() == Some(asn1::context_constructed(1));
        if relative {
            let parts = name.content(asn1::context_constructed(1))?;
            Name::from_der(&asn1::sequence([&asn1::set([parts])]))?;
        } else {
            let names = GeneralName::read_all(name.content(asn1::context_constructed(0))?)?;
            urls.extend(names.iter().filter_map(GeneralName::url).map(str::to_owned));
        }
        name.finish()?;
    }
    if let Some(reasons) = fields.optional(asn1::context(1))? {
        named_bits(reasons)?;
    }
    if let Some(issuer) = fields.optional(asn1::context_constructed(2))? {
        GeneralName::read_all(issuer)?;
    }
    fields.finish()
}

/// The content of a named bit list of at most 16 bits, the first highest.
fn named_bits(content: &[u8]) -> Result<u16, Flaw> {
    // What is unused is zeros (X.690, section 11.2.1), or others would not see what we see.
    let no_zeros =
        |unused: u8, bits: &[u8]| bits.last().map_or(unused, |last| last & !(0xff << unused)) != 0;
    match content {
        [unused @ 0..=7, bits @ ..] if bits.len() <= 2 && !no_zeros(*unused, bits) => {
            let mut octets = [0; 2];
            octets[..bits.len()].copy_from_slice(bits);
            Ok(u16::from_be_bytes(octets))
        }
        _ => Err("not a named bit list of at most 16 bits".to_owned()),
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
        let bits = named_bits(reader.content(asn1::BIT_STRING)?)?;
        reader.finish()?;
        Ok(Self(bits))
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
