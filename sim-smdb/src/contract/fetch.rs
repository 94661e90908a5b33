//! `HentForloeb`: a course as it is stored.

use std::fmt;

use oio_idws::MessageError;
use parties::Cvr;
use xml_security::{Verified, xml::Element};

use super::{
    course,
    fields::{Node, Notation, Writer, not},
    report::Receipt,
};
use crate::{course::Course, cpr::harmless};

/// Asks for a course.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Whose course it is.
    pub authority: Cvr,
    /// SMDB's id of it.
    pub id: String,
}

/// A course, in its latest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The receipt that this version got, with what became of it since.
    pub receipt: Receipt,
    /// The course.
    pub course: Course,
}

/// What a caller gives as an id may be anything.
impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = harmless(&self.id);
        let mut shown = f.debug_struct("Fetch");
        shown.field("authority", &self.authority).field("id", &id).finish()
    }
}

impl Fetch {
    /// What stands in the body of a call.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("HentForloeb", notation, |out| {
            out.field("Myndighed", &self.authority);
            out.field("Id", &self.id);
        })
    }

    pub(crate) fn read(node: &Node<'_>) -> Result<Self, MessageError> {
        node.only(&["Myndighed", "Id"])?;
        Ok(Self { authority: node.parse("Myndighed", "a CVR number")?, id: node.text("Id")? })
    }
}

impl Fetched {
    /// What stands in the body of an answer.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("HentForloebResponse", notation, |out| {
            self.receipt.write_into(out);
            course::write(out, &self.course);
        })
    }

    /// Reads it out of a signed body.
    ///
    /// # Errors
    ///
    /// If a field is missing or not one of its kind.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, MessageError> {
        let node = Node::answer(body, "HentForloebResponse")?;
        let draft = course::read(&node.child("Forloeb")?)?;
        let citizen = draft.citizen.map_err(|_| not("a made-up personal number", "Cpr"))?;
        Ok(Self {
            receipt: Receipt::read_from(&node)?,
            course: Course { citizen, details: draft.details },
        })
    }
}
