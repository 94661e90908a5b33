//! What somebody who calls a control port from elsewhere must know.

use std::fmt;

use sha2::{Digest, Sha256};

/// A token for the control port. Only its hash is kept, so that nothing could show it.
#[derive(Clone)]
pub struct Token([u8; 32]);

/// The shortest token, in characters: what is drawn at random and as long cannot be guessed.
const LENGTH_MIN: usize = 16;

/// A token that could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the token of the control port takes {LENGTH_MIN} characters at least: let a program draw one"
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
        Ok(Self(Sha256::digest(token).into()))
    }

    /// Whether this is it; takes as long for every text of its length.
    pub(super) fn is(&self, text: &[u8]) -> bool {
        let other: [u8; 32] = Sha256::digest(text).into();
        let differences = self.0.iter().zip(other).map(|(one, other)| one ^ other);
        differences.fold(0, |all, it| all | it) == 0
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
