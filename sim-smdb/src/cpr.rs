//! Personal numbers (*personnumre*): only such as belong to nobody, and never in a log.

use std::fmt;

/// The least day of a made-up number: the Danish custom adds 60 to the day of birth, so that it
/// cannot be mistaken for a real one.
const SYNTHETIC_DAYS: std::ops::RangeInclusive<u8> = 61..=91;

/// A made-up personal number: ten digits, day of birth plus 60. `Debug` and `Display` hide it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpr(String);

/// Why a text is not a personal number that SMDB takes. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CprError {
    /// Not ten digits.
    Form,
    /// It could belong to somebody.
    LooksReal,
}

impl CprError {
    /// What was expected instead.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::Form => "ten digits",
            Self::LooksReal => "a made-up number (day of birth plus 60)",
        }
    }
}

impl Cpr {
    /// Reads ten digits.
    ///
    /// # Errors
    ///
    /// If it is not of that form, or could belong to somebody.
    pub fn parse(text: &str) -> Result<Self, CprError> {
        if text.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CprError::Form);
        }
        let day = text[..2].parse::<u8>().map_err(|_| CprError::Form)?;
        if !SYNTHETIC_DAYS.contains(&day) {
            return Err(CprError::LooksReal);
        }
        Ok(Self(text.to_owned()))
    }

    /// The ten digits, for a message.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cpr(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_made_up_numbers_only() {
        assert_eq!(Cpr::parse("6101800049").unwrap().reveal(), "6101800049");
        assert_eq!(Cpr::parse("0101800049"), Err(CprError::LooksReal));
        assert_eq!(Cpr::parse("610180-0049"), Err(CprError::Form));
        assert_eq!(Cpr::parse("６１０"), Err(CprError::Form));
    }

    #[test]
    fn does_not_show_itself() {
        assert_eq!(format!("{:?}", Cpr::parse("6101800049").unwrap()), "Cpr(..)");
    }
}
