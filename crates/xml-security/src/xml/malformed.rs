//! Why bytes are not a document: one closed enum.

use super::shown;

/// Why bytes are not a document that we read. `at` counts bytes from the start, a byte order mark not
/// counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Larger than [`Limits::size`](super::Limits::size).
    #[error("the document has {size} bytes, the limit is {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Not UTF-8, although nothing says that it is in another encoding.
    #[error("the document is not UTF-8 at byte {at}")]
    NotUtf8 {
        /// Where.
        at: usize,
    },
    /// A byte order mark or the XML declaration says that this is not UTF-8.
    #[error("the document is in {declared}, only UTF-8 is read")]
    WrongEncoding {
        /// The encoding it claims.
        declared: String,
    },
    /// Not XML 1.0.
    #[error("the document is XML {declared}, only XML 1.0 is read")]
    WrongVersion {
        /// The version it claims.
        declared: String,
    },
    /// A document type declaration.
    #[error("the document has a DOCTYPE at byte {at}")]
    Doctype {
        /// Where.
        at: usize,
    },
    /// A processing instruction.
    #[error("the document has a processing instruction at byte {at}")]
    ProcessingInstruction {
        /// Where.
        at: usize,
    },
    /// Deeper than [`Limits::depth`](super::Limits::depth).
    #[error("elements are nested more than {limit} deep at byte {at}")]
    TooDeep {
        /// Where.
        at: usize,
        /// The limit.
        limit: usize,
    },
    /// More attributes than [`Limits::attributes`](super::Limits::attributes) on one element.
    #[error("an element has more than {limit} attributes at byte {at}")]
    TooManyAttributes {
        /// Where.
        at: usize,
        /// The limit.
        limit: usize,
    },
    /// More namespace declarations than [`Limits::declarations`](super::Limits::declarations) on one element.
    #[error("an element declares more than {limit} namespaces at byte {at}")]
    TooManyDeclarations {
        /// Where.
        at: usize,
        /// The limit.
        limit: usize,
    },
    /// More namespace declarations in scope than [`Limits::bindings`](super::Limits::bindings).
    #[error("more than {limit} namespace declarations are in scope at byte {at}")]
    TooManyBindings {
        /// Where.
        at: usize,
        /// The limit.
        limit: usize,
    },
    /// More namespace declarations in the document than
    /// [`Limits::declarations_in_all`](super::Limits::declarations_in_all).
    #[error("the document declares more than {limit} namespaces at byte {at}")]
    TooManyDeclarationsInAll {
        /// Where.
        at: usize,
        /// The limit.
        limit: usize,
    },
    /// A namespace's name, with its prefix, is longer than [`Limits::namespace`](super::Limits::namespace).
    #[error("the name of a namespace and its prefix are longer than {limit} bytes at byte {at}")]
    NamespaceTooLong {
        /// Where.
        at: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// More events than [`Limits::events`](super::Limits::events).
    #[error("the document has more than {limit} parts at byte {at}")]
    TooManyEvents {
        /// Where.
        at: usize,
        /// The limit.
        limit: usize,
    },
    /// A namespace declaration that Namespaces in XML 1.0 forbids, or that parsers read in two
    /// ways: `xmlns:p=""`, `p:xmlns="…"`, `xmlns:xmlns="…"`, two `xmlns` on one element.
    #[error("an element declares a namespace in a way that is not allowed at byte {at}")]
    BadDeclaration {
        /// Where.
        at: usize,
    },
    /// A carriage return beside a reference, and no line feed after it: `\r&lt;`, `&lt;\r`. XML makes
    /// a line feed of it (XML 1.0, section 2.11), and not every parser does.
    #[error("the document has a carriage return beside a reference at byte {at}")]
    AmbiguousLineEnd {
        /// Where.
        at: usize,
    },
    /// Not well-formed, or not namespace-well-formed.
    #[error("the document is not well-formed: {reason}")]
    Syntax {
        /// What the parser says, with its position; at most 300 characters.
        reason: String,
    },
}

impl Malformed {
    /// What a parser says may quote the document.
    pub(super) fn syntax(reason: &dyn std::fmt::Display) -> Self {
        Self::Syntax { reason: shown(&reason.to_string()) }
    }
}
