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
    text.chars().take(300).collect()
}
