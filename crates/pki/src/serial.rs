//! The number of a certificate.

use std::{fmt, str::FromStr};

use entropy::Entropy;
use serde::{Deserialize, Serialize, de};

use crate::asn1;

/// The octets a serial number may take as an INTEGER (RFC 5280, section 4.1.2.2).
const OCTETS: usize = 20;

/// How many characters of what is not a serial number an error repeats.
const EXCERPT: usize = 64;

/// The number that an authority gave a certificate: positive, at most 20 octets (*serienummer*).
///
/// Printed as lower-case hexadecimal, two digits an octet, as `openssl` does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial([u8; OCTETS]);

/// Why a number or a text is not a [`Serial`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a serial number: it takes a positive number of at most 159 bits, in {base}"
)]
pub struct SerialError {
    text: String,
    base: &'static str,
}

impl Serial {
    /// A random number of 159 bits, as measured in OCES3 certificates.
    #[must_use]
    pub fn draw(entropy: &mut Entropy) -> Self {
        loop {
            let mut octets: [u8; OCTETS] = entropy.bytes();
            octets[0] &= 0x7f; // the sign of a DER integer
            if octets != [0; OCTETS] {
                return Self(octets);
            }
        }
    }

    /// From its magnitude, most significant octet first.
    ///
    /// # Errors
    ///
    /// If it is zero, or more than 159 bits.
    pub fn from_magnitude(magnitude: &[u8]) -> Result<Self, SerialError> {
        let beginning = &magnitude[..magnitude.len().min(EXCERPT / 2)];
        let error = || SerialError { text: hex(beginning), base: "hexadecimal" };
        let first = magnitude.iter().position(|&octet| octet != 0).ok_or_else(error)?;
        let significant = &magnitude[first..];
        let start = OCTETS.checked_sub(significant.len()).ok_or_else(error)?;
        let mut octets = [0; OCTETS];
        octets[start..].copy_from_slice(significant);
        if octets[0] & 0x80 == 0 { Ok(Self(octets)) } else { Err(error()) }
    }

    /// Its magnitude, most significant octet first, without leading zeros.
    #[must_use]
    pub fn magnitude(&self) -> &[u8] {
        let first = self.0.iter().position(|&octet| octet != 0).unwrap_or(OCTETS);
        &self.0[first..]
    }

    /// As a decimal number, the form of `ds:X509SerialNumber`.
    #[must_use]
    pub fn to_decimal(&self) -> String {
        let mut octets = self.0;
        let mut digits = Vec::new();
        while octets != [0; OCTETS] {
            let mut remainder = 0_u16;
            for octet in &mut octets {
                let value = remainder << 8 | u16::from(*octet);
                *octet = u8::try_from(value / 10).expect("a remainder below 10 keeps it small");
                remainder = value % 10;
            }
            digits.push(char::from(b'0' + u8::try_from(remainder).expect("below 10")));
        }
        digits.iter().rev().collect()
    }

    /// Reads the decimal form of `ds:X509SerialNumber`.
    ///
    /// # Errors
    ///
    /// If it is not a positive number of at most 159 bits in decimal digits.
    pub fn from_decimal(text: &str) -> Result<Self, SerialError> {
        let error = || SerialError { text: excerpt(text), base: "decimal" };
        // 2^159 has 48 digits: anything longer is refused before it is worked on.
        let digits = text.trim_start_matches('0');
        if digits.is_empty() || digits.len() > 48 || text.len() > 256 {
            return Err(error());
        }
        let mut octets = [0_u8; OCTETS];
        for digit in digits.bytes() {
            if !digit.is_ascii_digit() {
                return Err(error());
            }
            let mut carry = u16::from(digit - b'0');
            for octet in octets.iter_mut().rev() {
                let value = u16::from(*octet) * 10 + carry;
                *octet = value.to_be_bytes()[1];
                carry = value >> 8;
            }
            if carry != 0 {
                return Err(error());
            }
        }
        Self::from_magnitude(&octets).map_err(|_| error())
    }

    /// As a DER INTEGER.
    pub(crate) fn to_der(self) -> Vec<u8> {
        asn1::unsigned(&self.0)
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(self.magnitude()))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Serial {
    type Err = SerialError;

    /// Reads hexadecimal of either case, colons between octets allowed.
    fn from_str(text: &str) -> Result<Self, SerialError> {
        let error = || SerialError { text: excerpt(text), base: "hexadecimal" };
        if text.len() > 256 {
            return Err(error());
        }
        let nibbles = text
            .chars()
            .filter(|c| *c != ':')
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or_else(error))
            .collect::<Result<Vec<u8>, _>>()?;
        let odd = nibbles.len() % 2;
        let first = nibbles[..odd].iter().copied();
        let rest = nibbles[odd..].chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]);
        Self::from_magnitude(&first.chain(rest).collect::<Vec<u8>>()).map_err(|_| error())
    }
}

impl Serialize for Serial {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Serial {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// So much of a hostile text as an error may repeat, and nothing that breaks a line.
fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_hexadecimal_and_decimal() {
        let check = |hexadecimal: &str, decimal: &str| {
            let serial: Serial = hexadecimal.parse().unwrap();
            assert_eq!(serial.to_string(), hexadecimal);
            assert_eq!(serial.to_decimal(), decimal);
            assert_eq!(Serial::from_decimal(decimal), Ok(serial));
        };
        check("01", "1");
        check("ff", "255");
        check("0100", "256");
        check(
            "123456789abcdef0123456789abcdef012345678",
            "103929005321308650608990281194157653061304342136",
        );
        check(
            "7fffffffffffffffffffffffffffffffffffffff",
            "730750818665451459101842416358141509827966271487",
        );
    }

    #[test]
    fn refuses_what_is_not_a_positive_number_of_159_bits() {
        for text in ["", "0", "00", "8000000000000000000000000000000000000000", "xy", "-1"] {
            assert!(text.parse::<Serial>().is_err(), "{text}");
        }
        assert!("01".repeat(21).parse::<Serial>().is_err());
        for text in ["", "0", "-1", "1a", "730750818665451459101842416358141509827966271488"] {
            assert!(Serial::from_decimal(text).is_err(), "{text}");
        }
        assert!(Serial::from_decimal(&"9".repeat(100_000)).is_err());
    }

    #[test]
    fn an_error_repeats_little_and_breaks_no_line() {
        let error = "\n".repeat(100).parse::<Serial>().unwrap_err().to_string();
        assert!(error.len() < 300 && !error.contains('\n'), "{error}");
        let error = Serial::from_decimal(&"x\n".repeat(100)).unwrap_err().to_string();
        assert!(error.len() < 300 && !error.contains('\n'), "{error}");
        let error = Serial::from_magnitude(&[7; 10_000]).unwrap_err().to_string();
        assert!(error.starts_with("`0707") && error.len() < 200, "{error}");
    }

    #[test]
    fn reads_what_other_tools_print() {
        let serial: Serial = "0a0b".parse().unwrap();
        assert_eq!("A0B".parse::<Serial>(), Ok(serial));
        assert_eq!("0A:0B".parse::<Serial>(), Ok(serial));
        assert_eq!(serde_json::to_string(&serial).unwrap(), "\"0a0b\"");
        assert_eq!(serde_json::from_str::<Serial>("\"0a0b\"").unwrap(), serial);
    }

    #[test]
    fn a_seed_decides_the_number() {
        let draw = || Serial::draw(&mut Entropy::seeded(1, "mitid", "serial"));
        assert_eq!(draw(), draw());
        assert!(draw().to_der().len() <= 22);
    }
}
