//! Distinguished names: kept as DER, shown in the three orders and spellings that peers use.

use std::{
    fmt::{self, Write as _},
    hash::{Hash, Hasher},
    sync::Arc,
};

use const_oid::ObjectIdentifier;
use parties::Cvr;
use uuid::Uuid;

use crate::{
    asn1::{self, Flaw, Reader},
    oids,
};

/// A distinguished name.
///
/// The DER is kept, and two names are equal when it is, byte for byte: an authority writes its
/// name as issuer just as it writes it as subject.
#[derive(Clone)]
pub struct Name(Arc<Parts>);

struct Parts {
    der: Vec<u8>,
    attributes: Vec<Attribute>,
}

/// One attribute of a [`Name`], in the order of the DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    kind: ObjectIdentifier,
    /// The identifier octet of the string type.
    tag: u8,
    /// The value read as text; `None` for what is not a known string type.
    text: Option<String>,
    /// Type and value as they stand, for the spellings that show them in hexadecimal.
    value: Vec<u8>,
    /// Whether it stands in one set with the attribute before it (a multi-valued RDN).
    joined: bool,
}

impl Name {
    /// Reads a `Name`.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, Flaw> {
        let mut attributes = Vec::new();
        let mut sets = Reader::of(der, asn1::SEQUENCE)?;
        while !sets.is_finished() {
            let mut set = sets.enter(asn1::SET)?;
            let mut joined = false;
            loop {
                let mut pair = set.enter(asn1::SEQUENCE)?;
                let kind = pair.oid()?;
                let value = pair.raw()?;
                let (tag, content) = Reader::new(value)?.any()?;
                pair.finish()?;
                let text = read_string(tag, content);
                attributes.push(Attribute { kind, tag, text, value: value.to_vec(), joined });
                joined = true;
                if set.is_finished() {
                    break;
                }
            }
        }
        Ok(Self(Arc::new(Parts { der: der.to_vec(), attributes })))
    }

    /// A name of single-valued attributes in this order, each with its string type.
    pub(crate) fn of<'a>(
        attributes: impl IntoIterator<Item = (ObjectIdentifier, u8, &'a str)>,
    ) -> Self {
        let sets = attributes.into_iter().map(|(kind, tag, text)| {
            let value = asn1::tlv(tag, text.as_bytes());
            asn1::set([&asn1::sequence([&asn1::oid(kind), &value])])
        });
        Self::from_der(&asn1::sequence_of(sets)).expect("a name written here can be read")
    }

    /// The name that holds only this common name.
    #[must_use]
    pub fn with_common_name(common_name: &str) -> Self {
        Self::of([(oids::COMMON_NAME, asn1::UTF8_STRING, common_name)])
    }

    /// The `Name` as DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The common name (CN), the first if there are several.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.first(oids::COMMON_NAME)
    }

    /// The organisation's name (O).
    #[must_use]
    pub fn organisation(&self) -> Option<&str> {
        self.first(oids::ORGANISATION)
    }

    /// The organisational unit (OU): which environment an authority belongs to.
    #[must_use]
    pub fn organisational_unit(&self) -> Option<&str> {
        self.first(oids::ORGANISATIONAL_UNIT)
    }

    /// The given name of a user (GN).
    #[must_use]
    pub fn given_name(&self) -> Option<&str> {
        self.first(oids::GIVEN_NAME)
    }

    /// The surname of a user (SN).
    #[must_use]
    pub fn surname(&self) -> Option<&str> {
        self.first(oids::SURNAME)
    }

    /// The attribute `serialNumber` as it stands: `UI:DK-O:G:<uuid>` in OCES3.
    #[must_use]
    pub fn serial_number(&self) -> Option<&str> {
        self.first(oids::SERIAL_NUMBER)
    }

    /// The CVR number in `organizationIdentifier`: `NTRDK-<CVR>`.
    #[must_use]
    pub fn cvr(&self) -> Option<Cvr> {
        self.first(oids::ORGANISATION_IDENTIFIER)?.strip_prefix("NTRDK-")?.parse().ok()
    }

    /// The UUID at the end of `serialNumber`, whatever stands before its last colon.
    #[must_use]
    pub fn uuid(&self) -> Option<Uuid> {
        let (_, uuid) = self.serial_number()?.rsplit_once(':')?;
        Uuid::try_parse(uuid).ok()
    }

    fn first(&self, kind: ObjectIdentifier) -> Option<&str> {
        self.0.attributes.iter().find(|a| a.kind == kind)?.text.as_deref()
    }

    /// As RFC 4514 writes it: reversed, `,` between, attribute types outside its table as object
    /// identifiers with the value in hexadecimal. So does Java's `getName()`, which escapes `=` and
    /// `#` wherever they stand, and control characters nowhere.
    #[must_use]
    pub fn rfc4514(&self) -> String {
        self.reversed(",", "+", |attribute| match rfc4514_keyword(attribute.kind) {
            Some(keyword) => attribute.escaped(keyword),
            None => format!("{}=#{}", attribute.kind, hex(&attribute.value)),
        })
    }

    /// As .NET's `X500DistinguishedName.Name` writes it on Windows, the text of
    /// `ds:X509IssuerName` in its messages: reversed, `, ` between, quoted where needed, and
    /// types without a keyword as `OID.2.5.4.97`.
    #[must_use]
    pub fn dotnet(&self) -> String {
        self.reversed(", ", " + ", |attribute| {
            let keyword = dotnet_keyword(attribute.kind)
                .map_or_else(|| format!("OID.{}", attribute.kind), str::to_owned);
            format!("{keyword}={}", attribute.quoted())
        })
    }

    /// What .NET's `FindBySubjectName` searches: the values alone, in the order of the DER, `, `
    /// between, quoted as in [`Name::dotnet`]. Who looks for `CN=` finds nothing.
    #[must_use]
    pub fn values(&self) -> String {
        let sets = self.0.attributes.chunk_by(|_, next| next.joined);
        let sets =
            sets.map(|set| set.iter().map(Attribute::quoted).collect::<Vec<_>>().join(" + "));
        sets.collect::<Vec<_>>().join(", ")
    }

    fn reversed(&self, comma: &str, plus: &str, write: impl Fn(&Attribute) -> String) -> String {
        // The sets are reversed; attributes within one set keep their order.
        let sets = self.0.attributes.chunk_by(|_, next| next.joined);
        let sets = sets.map(|set| set.iter().map(&write).collect::<Vec<_>>().join(plus));
        sets.rev().collect::<Vec<_>>().join(comma)
    }

    #[cfg(test)]
    pub(crate) fn attributes(&self) -> &[Attribute] {
        &self.0.attributes
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.der.hash(state);
    }
}

impl fmt::Display for Name {
    /// In the order of the DER, as `openssl` prints it: `CN=…, serialNumber=…, O=…, C=DK`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, attribute) in self.0.attributes.iter().enumerate() {
            if index > 0 {
                f.write_str(if attribute.joined { " + " } else { ", " })?;
            }
            match openssl_keyword(attribute.kind) {
                Some(keyword) => f.write_str(&attribute.escaped(keyword))?,
                None => f.write_str(&attribute.escaped(&attribute.kind.to_string()))?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Attribute {
    /// `keyword=value` with the escapes of RFC 4514, section 2.4; control characters too, so that
    /// a hostile name cannot write lines of its own into a log.
    fn escaped(&self, keyword: &str) -> String {
        let Some(text) = &self.text else {
            return format!("{keyword}=#{}", hex(&self.value));
        };
        let mut written = format!("{keyword}=");
        let last = text.chars().count().saturating_sub(1);
        for (index, c) in text.chars().enumerate() {
            match c {
                ' ' if index == 0 || index == last => written.push_str("\\ "),
                '#' if index == 0 => written.push_str("\\#"),
                '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                    written.push('\\');
                    written.push(c);
                }
                c if c.is_control() => {
                    let mut octets = [0; 4];
                    for octet in c.encode_utf8(&mut octets).bytes() {
                        write!(written, "\\{octet:02X}").expect("a String takes everything");
                    }
                }
                c => written.push(c),
            }
        }
        written
    }

    /// The value, in quotes where `CertNameToStr` puts it in quotes.
    fn quoted(&self) -> String {
        let Some(text) = &self.text else {
            return format!("#{}", hex(&self.value));
        };
        let special = |c: char| matches!(c, ',' | '+' | '=' | '"' | '\n' | '<' | '>' | '#' | ';');
        let spaced = text.starts_with(' ') || text.ends_with(' ');
        if text.is_empty() || spaced || text.contains(special) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.clone()
        }
    }

    #[cfg(test)]
    pub(crate) fn parts(&self) -> (ObjectIdentifier, u8, Option<&str>) {
        (self.kind, self.tag, self.text.as_deref())
    }
}

fn read_string(tag: u8, content: &[u8]) -> Option<String> {
    match tag {
        asn1::UTF8_STRING => Some(std::str::from_utf8(content).ok()?.to_owned()),
        asn1::PRINTABLE_STRING | asn1::NUMERIC_STRING | asn1::IA5_STRING => {
            content.is_ascii().then(|| String::from_utf8_lossy(content).into_owned())
        }
        // Nobody reads the escapes of T.61; Latin-1 is what was meant.
        asn1::TELETEX_STRING => Some(content.iter().map(|&octet| char::from(octet)).collect()),
        asn1::BMP_STRING if content.len().is_multiple_of(2) => {
            let units = content.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        _ => None,
    }
}

fn openssl_keyword(kind: ObjectIdentifier) -> Option<&'static str> {
    Some(match kind {
        oids::COMMON_NAME => "CN",
        oids::SURNAME => "SN",
        oids::GIVEN_NAME => "GN",
        oids::SERIAL_NUMBER => "serialNumber",
        oids::ORGANISATION_IDENTIFIER => "organizationIdentifier",
        oids::EMAIL_ADDRESS => "emailAddress",
        oids::TITLE => "title",
        _ => return rfc4514_keyword(kind),
    })
}

/// RFC 4514, section 3.
fn rfc4514_keyword(kind: ObjectIdentifier) -> Option<&'static str> {
    Some(match kind {
        oids::COMMON_NAME => "CN",
        oids::LOCALITY => "L",
        oids::STATE => "ST",
        oids::ORGANISATION => "O",
        oids::ORGANISATIONAL_UNIT => "OU",
        oids::COUNTRY => "C",
        oids::STREET => "STREET",
        oids::DOMAIN_COMPONENT => "DC",
        oids::USER_ID => "UID",
        _ => return None,
    })
}

fn dotnet_keyword(kind: ObjectIdentifier) -> Option<&'static str> {
    Some(match kind {
        oids::COMMON_NAME => "CN",
        oids::SURNAME => "SN",
        oids::GIVEN_NAME => "G",
        oids::SERIAL_NUMBER => "SERIALNUMBER",
        oids::EMAIL_ADDRESS => "E",
        oids::TITLE => "T",
        oids::STATE => "S",
        oids::LOCALITY => "L",
        oids::STREET => "STREET",
        oids::ORGANISATION => "O",
        oids::ORGANISATIONAL_UNIT => "OU",
        oids::COUNTRY => "C",
        oids::DOMAIN_COMPONENT => "DC",
        _ => return None,
    })
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(common_name: &str) -> Name {
        Name::of([
            (oids::COMMON_NAME, asn1::UTF8_STRING, common_name),
            (
                oids::SERIAL_NUMBER,
                asn1::PRINTABLE_STRING,
                "UI:DK-O:G:5e50b9bb-0000-4000-8000-000000000001",
            ),
            (oids::ORGANISATION, asn1::UTF8_STRING, "Testorganisation nr. 90000001"),
            (oids::ORGANISATION_IDENTIFIER, asn1::UTF8_STRING, "NTRDK-90000001"),
            (oids::COUNTRY, asn1::PRINTABLE_STRING, "DK"),
        ])
    }

    #[test]
    fn is_shown_in_three_orders() {
        let name = organisation("Fagsystem A/S, drift");
        assert_eq!(
            name.to_string(),
            "CN=Fagsystem A/S\\, drift, serialNumber=UI:DK-O:G:5e50b9bb-0000-4000-8000-000000000001, \
             O=Testorganisation nr. 90000001, organizationIdentifier=NTRDK-90000001, C=DK"
        );
        assert_eq!(
            name.dotnet(),
            "C=DK, OID.2.5.4.97=NTRDK-90000001, O=Testorganisation nr. 90000001, \
             SERIALNUMBER=UI:DK-O:G:5e50b9bb-0000-4000-8000-000000000001, \
             CN=\"Fagsystem A/S, drift\""
        );
        assert_eq!(
            name.rfc4514(),
            "C=DK,2.5.4.97=#0c0e4e5452444b2d3930303030303031,O=Testorganisation nr. 90000001,\
             2.5.4.5=#132e55493a444b2d4f3a473a35653530623962622d303030302d343030302d383030302d\
             303030303030303030303031,CN=Fagsystem A/S\\, drift"
        );
    }

    #[test]
    fn escapes_and_quotes_what_would_be_read_otherwise() {
        let check = |text: &str, escaped: &str, quoted: &str| {
            let name = Name::with_common_name(text);
            assert_eq!(name.to_string(), format!("CN={escaped}"));
            assert_eq!(name.rfc4514(), format!("CN={escaped}"));
            assert_eq!(name.dotnet(), format!("CN={quoted}"));
        };
        check("", "", "\"\"");
        check("a b", "a b", "a b");
        check(" a", "\\ a", "\" a\"");
        check("a ", "a\\ ", "\"a \"");
        check(" ", "\\ ", "\" \"");
        check("#a#", "\\#a#", "\"#a#\"");
        check("a=b", "a=b", "\"a=b\"");
        check("a,b;c+d", "a\\,b\\;c\\+d", "\"a,b;c+d\"");
        check("<a>", "\\<a\\>", "\"<a>\"");
        check("\"a\"", "\\\"a\\\"", "\"\"\"a\"\"\"");
        check("a\\b", "a\\\\b", "a\\b");
    }

    #[test]
    fn gives_its_values_as_they_are_searched() {
        assert_eq!(
            organisation("Fag, system").values(),
            "\"Fag, system\", UI:DK-O:G:5e50b9bb-0000-4000-8000-000000000001, \
             Testorganisation nr. 90000001, NTRDK-90000001, DK"
        );
    }

    #[test]
    fn gives_its_parts() {
        let name = organisation("A");
        assert_eq!(name.common_name(), Some("A"));
        assert_eq!(name.organisation(), Some("Testorganisation nr. 90000001"));
        assert_eq!(name.cvr().unwrap().as_str(), "90000001");
        assert_eq!(name.uuid().unwrap().to_string(), "5e50b9bb-0000-4000-8000-000000000001");
        assert_eq!(name.given_name(), None);
        let kinds: Vec<_> = name.attributes().iter().map(Attribute::parts).collect();
        assert_eq!(kinds[4], (oids::COUNTRY, asn1::PRINTABLE_STRING, Some("DK")));
    }

    #[test]
    fn a_hostile_name_cannot_break_a_line() {
        let name = Name::with_common_name("a\nb");
        assert_eq!(name.to_string(), "CN=a\\0Ab");
        assert_eq!(name.rfc4514(), "CN=a\\0Ab");
    }

    #[test]
    fn reads_multi_valued_and_odd_strings() {
        let pair = |kind, value: &[u8]| asn1::sequence([&asn1::oid(kind), value]);
        let der = asn1::sequence([
            &asn1::set([
                &pair(oids::COMMON_NAME, &asn1::tlv(asn1::BMP_STRING, &[0, b'a', 0, 0xe6])),
                &pair(oids::SURNAME, &asn1::tlv(asn1::TELETEX_STRING, &[0xf8])),
            ]),
            &asn1::set([&pair(oids::ORGANISATION, &asn1::tlv(asn1::INTEGER, &[1]))]),
        ]);
        let name = Name::from_der(&der).unwrap();
        assert_eq!(name.to_string(), "CN=aæ + SN=ø, O=#020101");
        assert_eq!(name.dotnet(), "O=#020101, CN=aæ + SN=ø");
        assert!(Name::from_der(&asn1::sequence([&asn1::set([])])).is_err());
    }
}
