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
    /// A child stands where it is not known. It is not repeated: its name may be anything.
    #[error("`{parent}` has a child that it does not take; {known}")]
    UnknownChild {
        /// In which element.
        parent: String,
        /// What it does take, as the sentence ends: "nearest is `Id`".
        known: String,
    },
}

impl MessageError {
    pub(crate) fn value(what: &'static str, value: &str) -> Self {
        const SHOWN: usize = 80;
        Self::Value { what, value: cut(value, SHOWN).to_owned() }
    }
}
