//! `IndberetForloeb`: a whole course is submitted, anew or in a later version.

use clock::Timestamp;
use oio_idws::MessageError;
use parties::Cvr;
use xml_security::{Verified, xml::Element};

use super::{
    course,
    fields::{Node, Notation, Writer, not},
};
use crate::{
    course::{Course, Draft, Reference},
    rule::{Rule, Violation},
};

/// A submission (*indberetning*) of a course, as a client writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The submitter's own reference (*klientreference*) to the course.
    pub reference: Reference,
    /// The submitter's version of it: the same one twice is the same submission, a higher one takes
    /// the place of those before it.
    pub version: u32,
    /// The organisation that submits (*myndighed*), by its CVR number.
    pub authority: Cvr,
    /// The course.
    pub course: Course,
}

/// A submission, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedSubmission {
    /// The submitter's reference.
    pub reference: Reference,
    /// The submitter's version.
    pub version: u32,
    /// The organisation that submits.
    pub authority: Cvr,
    /// The course, before its rules are checked.
    pub draft: Draft,
}

/// A receipt (*kvittering*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The receipt's own id.
    pub receipt: String,
    /// SMDB's id of the course.
    pub id: String,
    /// The submitter's reference.
    pub reference: Reference,
    /// The submitter's version.
    pub version: u32,
    /// What became of it.
    pub status: Status,
    /// When it was received.
    pub at: Timestamp,
    /// The rules that it breaks and was stored all the same (*advarsler*).
    pub warnings: Vec<Violation>,
}

/// What became of a submission. SMDB checks at once, so nothing is ever only received (*modtaget*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::VariantArray)]
pub enum Status {
    /// It is stored.
    Accepted,
    /// It broke a rule.
    Refused,
    /// It was stored, and the course was annulled later.
    Annulled,
}

impl Status {
    /// Its name in a message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "Accepteret",
            Self::Refused => "Afvist",
            Self::Annulled => "Annulleret",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let all = <Self as strum::VariantArray>::VARIANTS;
        all.iter().copied().find(|status| status.name() == name)
    }
}

impl Submission {
    /// What stands in the body of a call.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("IndberetForloeb", notation, |out| {
            out.field("Klientreference", &self.reference);
            out.number("Version", self.version);
            out.field("Myndighed", &self.authority);
            course::write(out, &self.course);
        })
    }
}

impl ReceivedSubmission {
    pub(crate) fn read(node: &Node<'_>) -> Result<Self, MessageError> {
        node.only(&["Klientreference", "Version", "Myndighed", "Forloeb"])?;
        Ok(Self {
            reference: node.parse(
                "Klientreference",
                "a reference of 1 to 64 characters without a personal number",
            )?,
            version: node.number("Version")?,
            authority: node.parse("Myndighed", "a CVR number")?,
            draft: course::read(&node.child("Forloeb")?)?,
        })
    }
}

impl Receipt {
    /// What stands in the body of an answer to [`Operation::Report`](super::Operation::Report).
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("IndberetForloebResponse", notation, |out| self.write_into(out))
    }

    pub(crate) fn write_into(&self, out: &mut Writer) {
        out.within("Kvittering", |out| {
            out.field("KvitteringId", &self.receipt);
            out.field("Id", &self.id);
            out.field("Klientreference", &self.reference);
            out.number("Version", self.version);
            out.field("Status", self.status.name());
            out.field("Tidspunkt", self.at);
            write_violations(out, &self.warnings);
        });
    }

    /// Reads a receipt out of a signed body.
    ///
    /// # Errors
    ///
    /// If a field is missing or not one of its kind.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, MessageError> {
        Self::read_from(&Node::answer(body, "IndberetForloebResponse")?)
    }

    pub(crate) fn read_from(node: &Node<'_>) -> Result<Self, MessageError> {
        let node = node.child("Kvittering")?;
        let status = Status::of_name(&node.text("Status")?);
        Ok(Self {
            receipt: node.text("KvitteringId")?,
            id: node.text("Id")?,
            reference: node.parse("Klientreference", "a reference")?,
            version: node.number("Version")?,
            status: status.ok_or_else(|| not("a status", "Status"))?,
            at: node.instant("Tidspunkt")?,
            warnings: read_violations(&node)?,
        })
    }
}

/// Writes errors and warnings.
pub(crate) fn write_violations(out: &mut Writer, violations: &[Violation]) {
    out.each("Fejl", violations, |out, violation| {
        out.field("Kode", violation.rule);
        out.field("Alvorlighed", violation.rule.severity().name());
        out.field("Tekst", violation.rule.text().da);
        out.field("Felt", &violation.field);
    });
}

/// Reads errors and warnings.
pub(crate) fn read_violations(node: &Node<'_>) -> Result<Vec<Violation>, MessageError> {
    let read = |it: Node<'_>| {
        let rule =
            Rule::try_from(it.text("Kode")?).map_err(|_| not("the code of a rule", "Kode"))?;
        Ok(Violation { rule, field: it.text("Felt")? })
    };
    node.children("Fejl")?.into_iter().map(read).collect()
}
