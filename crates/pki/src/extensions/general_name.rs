//! General names (RFC 5280, section 4.2.1.6): whom an extension is about, or where something lies.

use const_oid::ObjectIdentifier;

use crate::{
    asn1::{self, Flaw, Reader},
    name::Name,
};

const OTHER_NAME: u8 = asn1::context_constructed(0);
const EMAIL: u8 = asn1::context(1);
const DNS_NAME: u8 = asn1::context(2);
const DIRECTORY_NAME: u8 = asn1::context_constructed(4);
const URL: u8 = asn1::context(6);
const IP_ADDRESS: u8 = asn1::context(7);
const REGISTERED_ID: u8 = asn1::context(8);

/// A general name, as far as anybody here asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GeneralName<'a> {
    /// An e-mail address (`rfc822Name`).
    Email(&'a str),
    /// An address on the web (`uniformResourceIdentifier`).
    Url(&'a str),
    /// Something else that is sound.
    Other,
}

impl<'a> GeneralName<'a> {
    /// Reads the next one. `x400Address` and `ediPartyName`, which nobody writes, are refused.
    pub(super) fn read(list: &mut Reader<'a>) -> Result<Self, Flaw> {
        let (tag, content) = list.any()?;
        match tag {
            EMAIL => ia5(content).map(Self::Email),
            URL => ia5(content).map(Self::Url),
            DNS_NAME => ia5(content).map(|_| Self::Other),
            IP_ADDRESS => Ok(Self::Other),
            OTHER_NAME => {
                let mut fields = Reader::new(content)?;
                fields.oid()?;
                let mut value = fields.enter(asn1::context_constructed(0))?;
                fields.finish()?;
                value.any()?;
                value.finish()?;
                Ok(Self::Other)
            }
            DIRECTORY_NAME => Name::from_der(content).map(|_| Self::Other),
            REGISTERED_ID => ObjectIdentifier::from_bytes(content)
                .map(|_| Self::Other)
                .map_err(|error| error.to_string()),
            unknown => Err(format!("a general name of the unknown kind {unknown:#04x}")),
        }
    }

    /// Reads every one in the content of `GeneralNames`.
    pub(super) fn read_all(content: &'a [u8]) -> Result<Vec<Self>, Flaw> {
        let (mut list, mut names) = (Reader::new(content)?, Vec::new());
        while !list.is_finished() {
            names.push(Self::read(&mut list)?);
        }
        Ok(names)
    }

    pub(super) const fn email(&self) -> Option<&'a str> {
        match self {
            Self::Email(address) => Some(address),
            Self::Url(_) | Self::Other => None,
        }
    }

    pub(super) const fn url(&self) -> Option<&'a str> {
        match self {
            Self::Url(url) => Some(url),
            Self::Email(_) | Self::Other => None,
        }
    }
}

/// The content of an `IA5String`.
fn ia5(content: &[u8]) -> Result<&str, Flaw> {
    let text = std::str::from_utf8(content).ok().filter(|text| text.is_ascii());
    text.ok_or_else(|| "a text with more than the letters of IA5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::tlv;

    #[track_caller]
    fn check(tag: u8, content: &[u8], expected: Option<GeneralName<'_>>) {
        let der = tlv(tag, content);
        let mut list = Reader::new(&der).unwrap();
        assert_eq!(GeneralName::read(&mut list).ok(), expected, "{tag:#04x} {content:02x?}");
    }

    #[test]
    fn reads_each_kind_and_refuses_what_is_unsound() {
        let other = Some(GeneralName::Other);
        check(EMAIL, b"a@b.invalid", Some(GeneralName::Email("a@b.invalid")));
        check(URL, b"http://a.invalid/", Some(GeneralName::Url("http://a.invalid/")));
        for text in [EMAIL, URL, DNS_NAME] {
            check(text, "\u{f8}".as_bytes(), None);
            check(text, b"\xff", None);
        }
        check(DNS_NAME, b"a.invalid", other);
        check(IP_ADDRESS, &[127, 0, 0, 1], other);
        let oid = asn1::oid(crate::oids::COMMON_NAME);
        check(REGISTERED_ID, &oid[2..], other);
        check(REGISTERED_ID, &[], None);
        check(REGISTERED_ID, &[0x55, 0x80], None);
        let value = asn1::explicit(0, &asn1::null());
        check(OTHER_NAME, &[oid.clone(), value.clone()].concat(), other);
        check(OTHER_NAME, &oid, None);
        check(OTHER_NAME, &[oid.clone(), value.clone(), value.clone()].concat(), None);
        check(OTHER_NAME, &[oid.clone(), asn1::explicit(0, &[])].concat(), None);
        let twice = asn1::explicit(0, &[asn1::null(), asn1::null()].concat());
        check(OTHER_NAME, &[oid, twice].concat(), None);
        check(DIRECTORY_NAME, Name::with_common_name("a").der(), other);
        check(DIRECTORY_NAME, &[], None);
        check(DIRECTORY_NAME, b"a", None);
        for unknown in [3, 5, 9] {
            check(asn1::context(unknown), b"a", None);
            check(asn1::context_constructed(unknown), &[], None);
        }
        // Each kind is primitive or constructed, and not the other (X.690, section 8.1.2.5).
        check(asn1::context(0), b"a", None);
        check(asn1::context_constructed(1), b"a@b.invalid", None);
        check(asn1::context(4), b"a", None);
        check(asn1::context_constructed(6), b"http://a.invalid/", None);
    }
}
