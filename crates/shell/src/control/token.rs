//! What somebody who calls a control port from elsewhere must know.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use sha2::{Digest, Sha256};

/// A token for the control port, which nothing shows but a request to one.
#[derive(Clone)]
pub struct Token(String);

/// The shortest token, in characters: what is drawn at random and as long cannot be guessed.
const LENGTH_MIN: usize = 16;

/// A token that could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the token of the control port is a text of {LENGTH_MIN} characters at least: let a program draw one"
)]
pub struct TokenTooShort;

impl Token {
    /// A token.
    ///
    /// # Errors
    ///
    /// If it is too short.
    pub fn new(token: &str) -> Result<Self, TokenTooShort> {
        if token.chars().count() < LENGTH_MIN {
            return Err(TokenTooShort);
        }
        Ok(Self(token.to_owned()))
    }

    /// As who calls a control port must write it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether this is it; takes as long for every text of its length.
    pub(super) fn is(&self, text: &[u8]) -> bool {
        // Of what is hashed, how many octets are equal tells nothing.
        let [one, other] = [self.0.as_bytes(), text].map(Sha256::digest);
        let differences = one.into_iter().zip(other).map(|(one, other)| one ^ other);
        differences.fold(0, |all, it| all | it) == 0
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What serde would say names what stands there.
        let text =
            String::deserialize(deserializer).map_err(|_| de::Error::custom(TokenTooShort))?;
        Self::new(&text).map_err(de::Error::custom)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_itself_and_shows_nothing() {
        let token = Token::new("correct horse battery").unwrap();
        assert!(token.is(b"correct horse battery"));
        for other in
            ["", "correct horse batterx", "correct horse battery ", "Correct horse battery"]
        {
            assert!(!token.is(other.as_bytes()), "{other}");
        }
        assert_eq!(format!("{token:?}"), "Token(..)");
    }

    #[test]
    fn may_not_be_short() {
        assert_eq!(Token::new("fifteen letters").unwrap_err(), TokenTooShort);
        assert!(Token::new("sixteen letters!").is_ok());
    }
}
