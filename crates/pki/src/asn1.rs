//! DER, written piece by piece and read strictly.
//!
//! Writing is done with these few functions, not from derived types: the profile is a matter of
//! bytes (which string type, which order, which default is spelled out), and so are certificates
//! that are wrong on purpose. Reading leaves every hostile byte to the `der` crate.

use clock::Timestamp;
use const_oid::ObjectIdentifier;
use der::{
    Decode, Header, Reader as _, SliceReader, Tag, Tagged as _,
    asn1::{AnyRef, UintRef},
};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const NUMERIC_STRING: u8 = 0x12;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const TELETEX_STRING: u8 = 0x14;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const BMP_STRING: u8 = 0x1e;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The identifier octet of `[number]`, primitive: an implicitly tagged string.
pub(crate) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The identifier octet of `[number]`, constructed: an explicit tag, or an implicit sequence.
pub(crate) const fn context_constructed(number: u8) -> u8 {
    0xa0 | number
}

/// One value: identifier, length, content.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = Vec::with_capacity(content.len() + 6);
    der.push(tag);
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let octets = &length[content.len().leading_zeros() as usize / 8..];
            der.push(0x80 | u8::try_from(octets.len()).expect("a usize has few octets"));
            der.extend_from_slice(octets);
        }
    }
    der.extend_from_slice(content);
    der
}

pub(crate) fn sequence<const N: usize>(parts: [&[u8]; N]) -> Vec<u8> {
    tlv(SEQUENCE, &parts.concat())
}

pub(crate) fn set<const N: usize>(parts: [&[u8]; N]) -> Vec<u8> {
    tlv(SET, &parts.concat())
}

/// `SEQUENCE OF` values that are DER already.
pub(crate) fn sequence_of<T: AsRef<[u8]>>(parts: impl IntoIterator<Item = T>) -> Vec<u8> {
    let mut content = Vec::new();
    for part in parts {
        content.extend_from_slice(part.as_ref());
    }
    tlv(SEQUENCE, &content)
}

/// `[number] EXPLICIT` around a value.
pub(crate) fn explicit(number: u8, value: &[u8]) -> Vec<u8> {
    tlv(context_constructed(number), value)
}

pub(crate) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    tlv(OBJECT_IDENTIFIER, oid.as_bytes())
}

pub(crate) fn null() -> Vec<u8> {
    tlv(NULL, &[])
}

pub(crate) fn boolean_true() -> Vec<u8> {
    tlv(BOOLEAN, &[0xff])
}

/// A non-negative INTEGER from its magnitude, most significant octet first.
pub(crate) fn unsigned(magnitude: &[u8]) -> Vec<u8> {
    let first = magnitude.iter().position(|&octet| octet != 0).unwrap_or(magnitude.len());
    let magnitude = &magnitude[first..];
    match magnitude.first() {
        Some(octet) if octet & 0x80 == 0 => tlv(INTEGER, magnitude),
        // A leading zero keeps the number positive, and is all there is of zero itself.
        _ => tlv(INTEGER, &[&[0], magnitude].concat()),
    }
}

/// A BIT STRING of whole octets.
pub(crate) fn bit_string(octets: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], octets].concat())
}

/// A point in time as X.509 writes it: `UTCTime` through 2049, `GeneralizedTime` from 2050 and
/// before 1950 (RFC 5280, section 4.1.2.5). The fraction of a second is cut off; a point outside
/// the years 0000 to 9999 becomes the nearest one that can be written.
pub(crate) fn time(at: Timestamp) -> Vec<u8> {
    const FIRST: Timestamp = Timestamp::from_seconds(-62_167_219_200); // 0000-01-01T00:00:00Z
    const LAST: Timestamp = Timestamp::from_seconds(253_402_300_799); // 9999-12-31T23:59:59Z
    let text = at.clamp(FIRST, LAST).truncated_to_second().to_string();
    let mut digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.push('Z');
    if ("1950".."2050").contains(&&text[..4]) {
        tlv(UTC_TIME, &digits.as_bytes()[2..])
    } else {
        tlv(GENERALIZED_TIME, digits.as_bytes())
    }
}

/// A strict reader over the content of one value.
///
/// Its errors are texts, ready for the typed errors of those who use it.
pub(crate) struct Reader<'a>(SliceReader<'a>);

/// What is wrong with a piece of DER, in words.
pub(crate) type Flaw = String;

fn flaw(error: der::Error) -> Flaw {
    error.to_string()
}

impl<'a> Reader<'a> {
    pub(crate) fn new(der: &'a [u8]) -> Result<Self, Flaw> {
        SliceReader::new(der).map(Self).map_err(flaw)
    }

    /// The reader of a value's content, when `der` is exactly one value of that `tag`.
    pub(crate) fn of(der: &'a [u8], tag: u8) -> Result<Self, Flaw> {
        let mut outer = Self::new(der)?;
        let inner = outer.enter(tag)?;
        outer.finish()?;
        Ok(inner)
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// Nothing may follow.
    pub(crate) fn finish(self) -> Result<(), Flaw> {
        if self.is_finished() {
            Ok(())
        } else {
            Err(format!("{} octets too many", u32::from(self.0.remaining_len())))
        }
    }

    /// The identifier octet of the next value, if there is one.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.0.peek_byte()
    }

    /// The next value whole: identifier, length and content.
    pub(crate) fn raw(&mut self) -> Result<&'a [u8], Flaw> {
        self.0.tlv_bytes().map_err(flaw)
    }

    /// The identifier octet and the content of the next value.
    pub(crate) fn any(&mut self) -> Result<(u8, &'a [u8]), Flaw> {
        let value = AnyRef::decode(&mut self.0).map_err(flaw)?;
        Ok((value.tag().octet(), value.value()))
    }

    /// The content of the next value, which must have this `tag`.
    pub(crate) fn content(&mut self, tag: u8) -> Result<&'a [u8], Flaw> {
        let expected = Tag::try_from(tag).map_err(flaw)?;
        let header = Header::decode(&mut self.0).map_err(flaw)?;
        header.tag.assert_eq(expected).map_err(flaw)?;
        self.0.read_slice(header.length).map_err(flaw)
    }

    pub(crate) fn enter(&mut self, tag: u8) -> Result<Self, Flaw> {
        Self::new(self.content(tag)?)
    }

    /// The content of the next value if it has this `tag`.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, Flaw> {
        if self.peek() == Some(tag) { self.content(tag).map(Some) } else { Ok(None) }
    }

    pub(crate) fn oid(&mut self) -> Result<ObjectIdentifier, Flaw> {
        ObjectIdentifier::decode(&mut self.0).map_err(flaw)
    }

    /// The magnitude of a non-negative INTEGER, without leading zeros.
    pub(crate) fn unsigned(&mut self) -> Result<&'a [u8], Flaw> {
        UintRef::decode(&mut self.0).map(|number| number.as_bytes()).map_err(flaw)
    }

    /// A small non-negative INTEGER.
    pub(crate) fn small(&mut self) -> Result<u32, Flaw> {
        u32::decode(&mut self.0).map_err(flaw)
    }

    pub(crate) fn boolean(&mut self) -> Result<bool, Flaw> {
        bool::decode(&mut self.0).map_err(flaw)
    }

    /// The octets of a BIT STRING that has no unused bits.
    pub(crate) fn bit_string(&mut self) -> Result<&'a [u8], Flaw> {
        match self.content(BIT_STRING)? {
            [0, octets @ ..] => Ok(octets),
            _ => Err("a BIT STRING that is not whole octets".to_owned()),
        }
    }

    /// A point in time, as `UTCTime` or `GeneralizedTime`, in UTC and whole seconds.
    pub(crate) fn time(&mut self) -> Result<Timestamp, Flaw> {
        let (tag, content) = self.any()?;
        // So much of it as a time could be: this may be anything, of any length.
        let excerpt = content[..content.len().min(24)].escape_ascii();
        let unreadable = || format!("`{excerpt}` is not a time");
        let digits = content.strip_suffix(b"Z").ok_or_else(unreadable)?;
        // RFC 5280, section 4.1.2.5.1: two digits from 50 on mean the twentieth century.
        let century: &[u8] = match (tag, digits) {
            (UTC_TIME, [b'0'..=b'4', ..]) if digits.len() == 12 => b"20",
            (UTC_TIME, _) if digits.len() == 12 => b"19",
            (GENERALIZED_TIME, _) if digits.len() == 14 => b"",
            _ => return Err(unreadable()),
        };
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(unreadable());
        }
        let mut text = *b"0000-00-00T00:00:00Z";
        let places = text.iter_mut().filter(|place| **place == b'0');
        for (place, digit) in places.zip(century.iter().chain(digits)) {
            *place = *digit;
        }
        // A leap second has no place on our clock, and is refused with all that is no time.
        let text = std::str::from_utf8(&text).map_err(|_| unreadable())?;
        text.parse().map_err(|_| unreadable())
    }
}

/// Whether this is the content of an INTEGER of at most 20 octets and a sign, in the shortest form
/// (X.690, section 8.3.2).
pub(crate) fn check_integer(content: &[u8]) -> Result<(), Flaw> {
    match content {
        [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => {
            Err("an INTEGER that is not in its shortest form".to_owned())
        }
        _ if content.len() > 21 => Err("an INTEGER that is too long".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    fn check_time(text: &str, tag: u8, written: &str) {
        let at: Timestamp = text.parse().unwrap();
        let der = time(at);
        assert_eq!((der[0], std::str::from_utf8(&der[2..]).unwrap()), (tag, written), "{text}");
        assert_eq!(Reader::new(&der).unwrap().time().unwrap(), at.truncated_to_second(), "{text}");
    }

    #[test]
    fn utc_time_ends_with_2049() {
        check_time("2026-03-25T14:04:28Z", UTC_TIME, "260325140428Z");
        check_time("2049-12-31T23:59:59.999Z", UTC_TIME, "491231235959Z");
        check_time("2050-01-01T00:00:00Z", GENERALIZED_TIME, "20500101000000Z");
        check_time("1950-01-01T00:00:00Z", UTC_TIME, "500101000000Z");
        check_time("1949-12-31T23:59:59Z", GENERALIZED_TIME, "19491231235959Z");
        check_time("9999-12-31T23:59:59Z", GENERALIZED_TIME, "99991231235959Z");
        check_time("0000-01-01T00:00:00Z", GENERALIZED_TIME, "00000101000000Z");
    }

    #[test]
    fn a_time_beyond_the_calendar_is_clamped() {
        assert_eq!(&time(Timestamp::from_millis(i64::MAX))[2..], b"99991231235959Z");
        assert_eq!(&time(Timestamp::from_millis(i64::MIN))[2..], b"00000101000000Z");
    }

    #[test]
    fn refuses_a_time_that_is_not_der() {
        for (tag, text) in [
            (UTC_TIME, "2603251404Z"),
            (UTC_TIME, "260325140428+0100"),
            (UTC_TIME, "261325140428Z"),
            (UTC_TIME, "20260325140428Z"),
            (UTC_TIME, "260325140460Z"),
            (UTC_TIME, "161231235960Z"), // there was one
            (GENERALIZED_TIME, "20260325140428.5Z"),
            (GENERALIZED_TIME, "20260230140428Z"),
            (GENERALIZED_TIME, "20260325140428"),
            (PRINTABLE_STRING, "260325140428Z"),
        ] {
            assert!(Reader::new(&tlv(tag, text.as_bytes())).unwrap().time().is_err(), "{text}");
        }
    }

    #[test]
    fn an_integer_has_its_shortest_form() {
        for sound in [&[0][..], &[0x7f], &[0x80], &[0, 0x80], &[0xff], &[0xff, 0x7f], &[1; 21]] {
            assert_eq!(check_integer(sound), Ok(()), "{sound:02x?}");
        }
        for unsound in [&[][..], &[0, 0], &[0, 0x7f], &[0xff, 0x80], &[0xff, 0xff], &[1; 22]] {
            assert!(check_integer(unsound).is_err(), "{unsound:02x?}");
        }
    }

    #[test]
    fn lengths_take_the_shortest_form() {
        assert_eq!(hex(&tlv(OCTET_STRING, &[0; 0x7f])[..2]), "047f");
        assert_eq!(hex(&tlv(OCTET_STRING, &[0; 0x80])[..3]), "048180");
        assert_eq!(hex(&tlv(OCTET_STRING, &[0; 0x100])[..4]), "04820100");
        assert_eq!(hex(&tlv(OCTET_STRING, &[0; 0x1_0000])[..5]), "0483010000");
    }

    #[test]
    fn an_unsigned_integer_never_reads_as_negative() {
        assert_eq!(hex(&unsigned(&[])), "020100");
        assert_eq!(hex(&unsigned(&[0, 0])), "020100");
        assert_eq!(hex(&unsigned(&[0, 0x7f])), "02017f");
        assert_eq!(hex(&unsigned(&[0x80])), "02020080");
        for magnitude in [&[1_u8][..], &[0x80], &[0xff; 20]] {
            assert_eq!(Reader::new(&unsigned(magnitude)).unwrap().unsigned().unwrap(), magnitude);
        }
    }
}
