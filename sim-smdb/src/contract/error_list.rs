//! `HentFejlliste`: what is wrong with the submissions of a period (*valideringsliste*).

use clock::Timestamp;
use oio_idws::MessageError;
use parties::Cvr;
use xml_security::{Verified, xml::Element};

use super::{
    fields::{Node, Notation, Writer, not},
    report::{Status, read_violations, write_violations},
};
use crate::{course::Reference, date::Date, rule::Violation};

/// Asks for errors and warnings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorList {
    /// Whose.
    pub authority: Cvr,
    /// The first day on which they came.
    pub from: Date,
    /// The last such day.
    pub through: Date,
}

/// Errors of what was refused and not corrected since, and warnings of what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorLists {
    /// By the time at which they came, then by reference.
    pub listed: Vec<Listed>,
}

/// A submission with something wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The submitter's reference.
    pub reference: Reference,
    /// The submitter's version.
    pub version: u32,
    /// Whether it is stored.
    pub status: Status,
    /// When it came.
    pub at: Timestamp,
    /// What is wrong with it.
    pub violations: Vec<Violation>,
}

impl ErrorList {
    /// What stands in the body of a call.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("HentFejlliste", notation, |out| {
            out.field("Myndighed", &self.authority);
            out.field("Fra", self.from);
            out.field("Til", self.through);
        })
    }

    pub(crate) fn read(node: &Node<'_>) -> Result<Self, MessageError> {
        node.only(&["Myndighed", "Fra", "Til"])?;
        Ok(Self {
            authority: node.parse("Myndighed", "a CVR number")?,
            from: node.day("Fra")?,
            through: node.day("Til")?,
        })
    }
}

impl ErrorLists {
    /// What stands in the body of an answer.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("HentFejllisteResponse", notation, |out| {
            out.each("Indberetning", &self.listed, |out, listed| {
                out.field("Klientreference", &listed.reference);
                out.number("Version", listed.version);
                out.field("Status", listed.status.name());
                out.field("Tidspunkt", listed.at);
                write_violations(out, &listed.violations);
            });
        })
    }

    /// Reads it out of a signed body.
    ///
    /// # Errors
    ///
    /// If a field is missing or not one of its kind.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, MessageError> {
        let node = Node::answer(body, "HentFejllisteResponse")?;
        let listed = |it: Node<'_>| {
            let status = Status::of_name(&it.text("Status")?);
            Ok(Listed {
                reference: it.parse("Klientreference", "a reference")?,
                version: it.number("Version")?,
                status: status.ok_or_else(|| not("a status", "Status"))?,
                at: it.instant("Tidspunkt")?,
                violations: read_violations(&it)?,
            })
        };
        let listed = node.children("Indberetning")?.into_iter().map(listed);
        Ok(Self { listed: listed.collect::<Result<_, MessageError>>()? })
    }
}
