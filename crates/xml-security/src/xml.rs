//! Reading hostile XML: a guard that only refuses, then one interpreter.
//!
//! The guard walks the events of `quick-xml` and refuses what is too large, too deep, too wide, or
//! has no place in a message: a DOCTYPE, a processing instruction. It interprets nothing, so there
//! are not two readings of one message. What passes is read by `roxmltree` alone, whose worst
//! cases (quadratic in the attributes and namespaces of an element) the guard's limits keep small.

mod document;
mod element;
mod guard;
mod ids;
mod malformed;

pub use document::Document;
pub use element::{Element, ShapeError};
pub use guard::Limits;
pub(crate) use ids::IdRefusal;
pub use malformed::Malformed;

/// What a message says, as a refusal repeats it: at most 300 characters, since a refusal is kept and
/// shown, and what it is about may be as long as the message.
pub fn shown(text: &str) -> String {
    cut(text, 300).to_owned()
}

/// The beginning of a text, `length` characters at most. It ends before a number of which only a part
/// would be left: whoever looks for personal numbers in a refusal would not know it for one.
#[must_use]
pub fn cut(text: &str, length: usize) -> &str {
    match text.char_indices().nth(length) {
        None => text,
        Some((end, _)) => text[..end].trim_end_matches(|c: char| !c.is_alphabetic()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_ends_before_a_number() {
        for (text, expected) in [
            ("abc 010170-1234", "abc 010170-1234"),
            ("abcdefgh 010170-12345", "abcdefgh"),
            ("abcdefghø0101701234 and", "abcdefghø"),
            ("abcdefghijklmnopø", "abcdefghijklmno"),
            ("0101701234010170", ""),
        ] {
            assert_eq!(cut(text, 15), expected);
        }
    }
}
