//! `AnnullerForloeb`: a course should never have been submitted.

use std::fmt;

use oio_idws::MessageError;
use parties::{Cvr, personal_number::stands_in};
use xml_security::{Verified, xml::Element};

use super::{
    fields::{Node, Notation, Writer, not},
    report::Receipt,
};
use crate::{course::Written, cpr::harmless};

/// Annuls a course.
#[derive(Clone, PartialEq, Eq)]
pub struct Annul {
    /// Whose course it is.
    pub authority: Cvr,
    /// SMDB's id of it.
    pub id: String,
    /// Why (*årsag*), in free text. It is read for personal numbers, and not kept.
    pub reason: Written,
}

/// What a caller gives as an id may be anything.
impl fmt::Debug for Annul {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = harmless(&self.id);
        let mut shown = f.debug_struct("Annul");
        shown
            .field("authority", &self.authority)
            .field("id", &id)
            .field("reason", &self.reason)
            .finish()
    }
}

impl Annul {
    /// What stands in the body of a call.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("AnnullerForloeb", notation, |out| {
            out.field("Myndighed", &self.authority);
            out.field("Id", &self.id);
            out.field("Aarsag", self.reason.as_str());
        })
    }

    pub(crate) fn read(node: &Node<'_>) -> Result<Self, MessageError> {
        node.only(&["Myndighed", "Id", "Aarsag"])?;
        let reason = node.text("Aarsag")?;
        if reason.trim().is_empty() || stands_in(&reason) {
            return Err(not("a reason without a personal number", "Aarsag"));
        }
        Ok(Self {
            authority: node.parse("Myndighed", "a CVR number")?,
            id: node.text("Id")?,
            reason: Written::from(&*reason),
        })
    }

    /// What stands in the body of the answer.
    pub(crate) fn write_answer(receipt: &Receipt, notation: impl Into<Notation>) -> String {
        Writer::root("AnnullerForloebResponse", notation, |out| receipt.write_into(out))
    }

    /// Reads the receipt out of a signed body.
    ///
    /// # Errors
    ///
    /// If a field is missing or not one of its kind.
    pub fn read_answer(body: Verified<Element<'_>>) -> Result<Receipt, MessageError> {
        Receipt::read_from(&Node::answer(body, "AnnullerForloebResponse")?)
    }
}
