//! A document that passed the guard.

use std::fmt;

use roxmltree::ParsingOptions;

use super::{Element, Limits, Malformed, guard, ids::Ids};

/// A parsed document.
///
/// It borrows the bytes it was read from. Nothing in it is believed yet: an [`Element`] is what
/// somebody wrote, and only verification makes [`Verified`](crate::Verified) of it.
pub struct Document<'a> {
    tree: roxmltree::Document<'a>,
    ids: Ids,
}

impl<'a> Document<'a> {
    /// Reads `bytes`, within `limits`.
    ///
    /// UTF-8 alone is read; a UTF-8 byte order mark at the start is tolerated, and so is an XML
    /// declaration that names UTF-8 or nothing. There is no DTD, so there are no entities but the
    /// five of XML.
    ///
    /// # Errors
    ///
    /// [`Malformed`] says which limit is exceeded, or what is wrong, and where.
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Self, Malformed> {
        let text = guard::decode(bytes, limits)?;
        guard::check(text, limits)?;
        Self::interpret(text, limits.events)
    }

    /// Reads what this program has written itself, without limits.
    pub(crate) fn parse_own(text: &'a str) -> Result<Self, Malformed> {
        Self::interpret(text, usize::MAX)
    }

    fn interpret(text: &'a str, nodes: usize) -> Result<Self, Malformed> {
        if let Some(at) = ambiguous_line_end(text) {
            return Err(Malformed::AmbiguousLineEnd { at });
        }
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: u32::try_from(nodes).unwrap_or(u32::MAX),
            ..ParsingOptions::default()
        };
        let tree = roxmltree::Document::parse_with_options(text, options)
            .map_err(|error| Malformed::syntax(&error))?;
        let ids = Ids::of(&tree);
        Ok(Self { tree, ids })
    }

    /// The document element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element::new(self.tree.root_element(), self)
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(crate) fn tree(&self) -> &roxmltree::Document<'a> {
        &self.tree
    }
}

/// Where a carriage return ends a line beside a reference. There roxmltree 0.21 keeps it, where XML
/// makes a line feed of it; everywhere else, and before a line feed, it reads it rightly.
fn ambiguous_line_end(text: &str) -> Option<usize> {
    let octets = text.as_bytes();
    let mut returns = text.match_indices('\r').map(|(at, _)| at);
    returns.find(|&at| match octets.get(at + 1) {
        Some(b'\n') => false,
        Some(b'&') => true,
        _ => at.checked_sub(1).is_some_and(|before| octets[before] == b';'),
    })
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes, root {:?})", self.tree.input_text().len(), self.root())
    }
}
