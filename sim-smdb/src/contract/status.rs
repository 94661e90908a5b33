//! `HentStatus`: what became of a submission.

use std::fmt;

use clock::Timestamp;
use oio_idws::MessageError;
use parties::Cvr;
use xml_security::{Verified, xml::Element};

use super::{
    fields::{Node, Notation, Writer, not},
    report::{Status, read_violations, write_violations},
};
use crate::{course::Reference, cpr::harmless, rule::Violation};

/// Asks what became of the latest version of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetStatus {
    /// Whose it is.
    pub authority: Cvr,
    /// Which one.
    pub which: Which,
}

/// How a course is named.
#[derive(Clone, PartialEq, Eq)]
pub enum Which {
    /// By SMDB's id.
    Id(String),
    /// By the submitter's reference.
    Reference(Reference),
}

/// What became of the version that came last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// SMDB's id, if a version was ever stored.
    pub id: Option<String>,
    /// The submitter's reference.
    pub reference: Reference,
    /// The submitter's version.
    pub version: u32,
    /// What became of it.
    pub status: Status,
    /// When.
    pub at: Timestamp,
    /// Errors if it was refused, else warnings.
    pub violations: Vec<Violation>,
}

/// What a caller gives as an id may be anything.
impl fmt::Debug for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.debug_tuple("Id").field(&harmless(id)).finish(),
            Self::Reference(it) => f.debug_tuple("Reference").field(it).finish(),
        }
    }
}

impl GetStatus {
    /// What stands in the body of a call.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("HentStatus", notation, |out| {
            out.field("Myndighed", &self.authority);
            match &self.which {
                Which::Id(id) => out.field("Id", id),
                Which::Reference(reference) => out.field("Klientreference", reference),
            }
        })
    }

    pub(crate) fn read(node: &Node<'_>) -> Result<Self, MessageError> {
        node.only(&["Myndighed", "Id", "Klientreference"])?;
        let id = node.optional_text("Id")?;
        let reference = node.optional_parse("Klientreference", "a reference")?;
        let which = match (id, reference) {
            (Some(id), None) => Which::Id(id),
            (None, Some(reference)) => Which::Reference(reference),
            _ => return Err(not("a request with one of Id and Klientreference", "HentStatus")),
        };
        Ok(Self { authority: node.parse("Myndighed", "a CVR number")?, which })
    }
}

impl StatusReport {
    /// What stands in the body of an answer.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("HentStatusResponse", notation, |out| {
            out.optional("Id", self.id.as_ref());
            out.field("Klientreference", &self.reference);
            out.number("Version", self.version);
            out.field("Status", self.status.name());
            out.field("Tidspunkt", self.at);
            write_violations(out, &self.violations);
        })
    }

    /// Reads it out of a signed body.
    ///
    /// # Errors
    ///
    /// If a field is missing or not one of its kind.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, MessageError> {
        let node = Node::answer(body, "HentStatusResponse")?;
        let status = Status::of_name(&node.text("Status")?);
        Ok(Self {
            id: node.optional_text("Id")?,
            reference: node.parse("Klientreference", "a reference")?,
            version: node.number("Version")?,
            status: status.ok_or_else(|| not("a status", "Status"))?,
            at: node.instant("Tidspunkt")?,
            violations: read_violations(&node)?,
        })
    }
}
