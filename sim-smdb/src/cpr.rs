//! Personal numbers (*personnumre*): only such as belong to nobody, and never in a log.

use std::fmt;

use parties::{Excerpt, personal_number::day_of_birth};
use serde::{Deserialize, Serialize};

/// What each digit counts in the check of modulus 11.
const WEIGHTS: [u32; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/// A made-up personal number (*personnummer*): ten digits, day of birth plus 60. `Debug` hides it,
/// and it has no `Display`. It is serialised only inside what is sealed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cpr([u8; 10]);

/// Why a text is not a personal number that SMDB takes. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CprError {
    /// Not ten digits that begin with a date.
    #[error("not ten digits that begin with a date")]
    Form,
    /// It could belong to somebody.
    #[error("not a made-up number: the day of birth plus 60")]
    LooksReal,
}

impl Cpr {
    /// Reads ten digits.
    ///
    /// # Errors
    ///
    /// If it is not of that form, or could belong to somebody.
    pub fn parse(text: &str) -> Result<Self, CprError> {
        let digits = text.as_bytes().try_into().map_err(|_| CprError::Form)?;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CprError::Form);
        }
        match day_of_birth(text) {
            None => Err(CprError::Form),
            Some(day) if day <= 31 => Err(CprError::LooksReal),
            Some(_) => Ok(Self(digits)),
        }
    }

    /// The ten digits, for a message.
    ///
    /// # Panics
    ///
    /// Never: digits are ASCII.
    #[must_use]
    pub fn reveal(&self) -> &str {
        str::from_utf8(&self.0).expect("digits are ASCII")
    }

    /// Whether the last digit checks the others by modulus 11. Real numbers without it are given out
    /// since 1 October 2007.
    #[must_use]
    pub fn checks(&self) -> bool {
        let digits = self.0.iter().map(|byte| u32::from(byte - b'0'));
        digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum::<u32>().is_multiple_of(11)
    }
}

impl fmt::Debug for Cpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cpr(..)")
    }
}

impl TryFrom<String> for Cpr {
    type Error = CprError;

    fn try_from(text: String) -> Result<Self, CprError> {
        Self::parse(&text)
    }
}

impl From<Cpr> for String {
    fn from(cpr: Cpr) -> Self {
        cpr.reveal().to_owned()
    }
}

/// What may be repeated of a text from outside, to a caller and to an operator.
pub(crate) fn harmless(text: &str) -> String {
    Excerpt::of(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_made_up_numbers_only() {
        assert_eq!(Cpr::parse("6101800049").unwrap().reveal(), "6101800049");
        for real in ["0101800049", "3112990000", "3102000000"] {
            assert_eq!(Cpr::parse(real), Err(CprError::LooksReal));
        }
        for other in ["610180-0049", "６１０", "9901800049", "6113800049", "6001800049", ""] {
            assert_eq!(Cpr::parse(other), Err(CprError::Form), "{other}");
        }
    }

    #[test]
    fn knows_modulus_11() {
        for number in ["6101800049", "7405911048", "8811720039", "6309054006"] {
            assert!(Cpr::parse(number).unwrap().checks(), "{number}");
        }
        assert!(!Cpr::parse("6101800040").unwrap().checks());
    }

    #[test]
    fn does_not_show_itself() {
        assert_eq!(format!("{:?}", Cpr::parse("6101800049").unwrap()), "Cpr(..)");
    }
}
