//! Why a message does not say what it should.

use xml_security::xml::{ShapeError, cut};

/// Why a message does not say what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// An element is missing, stands twice, or holds what it may not.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A value is not one of its kind.
    #[error("`{value}` is not {what}")]
    Value {
        /// What was expected, with its article: "a point in time".
        what: &'static str,
        /// What came, cut to a length that a person can read.
        value: String,
    },
}

impl MessageError {
    pub(crate) fn value(what: &'static str, value: &str) -> Self {
        const SHOWN: usize = 80;
        Self::Value { what, value: cut(value, SHOWN).to_owned() }
    }
}
