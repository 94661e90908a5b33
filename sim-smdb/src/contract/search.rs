//! `SoegForloeb`: the courses of one's own organisation, page by page.

use oio_idws::MessageError;
use parties::Cvr;
use xml_security::{Verified, xml::Element};

use super::{
    fields::{Node, Notation, Writer, not},
    report::Status,
};
use crate::{
    course::{Reference, State},
    cpr::Cpr,
    date::Date,
};

/// The largest page.
pub const PAGE_SIZE_MAX: u32 = 100;

/// Asks for courses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Whose courses.
    pub authority: Cvr,
    /// Which of them.
    pub subject: Subject,
    /// Which page; the first is 1.
    pub page: u32,
    /// How many courses stand on a page: 1 to [`PAGE_SIZE_MAX`].
    pub page_size: u32,
}

/// What is searched by: a citizen, or a period and a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The courses of a citizen.
    Citizen(Cpr),
    /// The courses that were asked for in a period, both days included.
    Period {
        /// Its first day.
        from: Date,
        /// Its last day.
        through: Date,
        /// Whether they have ended; either way, if not said.
        state: Option<State>,
    },
}

/// One page of what was found, in the order of the request for treatment, then of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchResult {
    /// How many courses were found in all.
    pub total: u32,
    /// Which page this is.
    pub page: u32,
    /// What stands on it.
    pub found: Vec<Found>,
}

/// A course that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// SMDB's id.
    pub id: String,
    /// The submitter's reference.
    pub reference: Reference,
    /// The submitter's latest version.
    pub version: u32,
    /// The citizen.
    pub citizen: Cpr,
    /// When treatment was asked for.
    pub requested_on: Date,
    /// When the course ended, if it has.
    pub ended_on: Option<Date>,
    /// What became of it.
    pub status: Status,
}

const fn state_name(state: State) -> &'static str {
    match state {
        State::Open => "Aabent",
        State::Ended => "Afsluttet",
    }
}

impl Search {
    /// What stands in the body of a call.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("SoegForloeb", notation, |out| {
            out.field("Myndighed", &self.authority);
            match &self.subject {
                Subject::Citizen(citizen) => out.field("Cpr", citizen.reveal()),
                Subject::Period { from, through, state } => {
                    out.field("Fra", from);
                    out.field("Til", through);
                    out.optional("Tilstand", state.map(state_name));
                }
            }
            out.number("Side", self.page);
            out.number("Sidestoerrelse", self.page_size);
        })
    }

    pub(crate) fn read(node: &Node<'_>) -> Result<Self, MessageError> {
        node.only(&["Myndighed", "Cpr", "Fra", "Til", "Tilstand", "Side", "Sidestoerrelse"])?;
        let subject = match node.optional_text("Cpr")? {
            Some(text) => {
                let only_by_citizen =
                    ["Fra", "Til", "Tilstand"].map(|name| node.optional_text(name));
                if only_by_citizen.iter().any(|it| !matches!(it, Ok(None))) {
                    return Err(not("a search by citizen or by period, not both", "SoegForloeb"));
                }
                let citizen = Cpr::parse(&text);
                Subject::Citizen(citizen.map_err(|_| not("a made-up personal number", "Cpr"))?)
            }
            None => Subject::Period {
                from: node.day("Fra")?,
                through: node.day("Til")?,
                state: match node.optional_text("Tilstand")?.as_deref() {
                    None => None,
                    Some("Aabent") => Some(State::Open),
                    Some("Afsluttet") => Some(State::Ended),
                    Some(_) => return Err(not("Aabent or Afsluttet", "Tilstand")),
                },
            },
        };
        let (page, page_size) = (node.number("Side")?, node.number("Sidestoerrelse")?);
        if page == 0 {
            return Err(not("a page, the first of which is 1", "Side"));
        }
        if !(1..=PAGE_SIZE_MAX).contains(&page_size) {
            return Err(not("a page size of 1 to 100", "Sidestoerrelse"));
        }
        let authority = node.parse("Myndighed", "a CVR number")?;
        Ok(Self { authority, subject, page, page_size })
    }
}

impl SearchResult {
    /// What stands in the body of an answer.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("SoegForloebResponse", notation, |out| {
            out.number("Antal", self.total);
            out.number("Side", self.page);
            out.each("Fundet", &self.found, |out, found| {
                out.field("Id", &found.id);
                out.field("Klientreference", &found.reference);
                out.number("Version", found.version);
                out.field("Cpr", found.citizen.reveal());
                out.field("AnmodningDato", found.requested_on);
                out.optional("AfslutDato", found.ended_on);
                out.field("Status", found.status.name());
            });
        })
    }

    /// Reads it out of a signed body.
    ///
    /// # Errors
    ///
    /// If a field is missing or not one of its kind.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, MessageError> {
        let node = Node::answer(body, "SoegForloebResponse")?;
        let found = |it: Node<'_>| {
            let citizen = Cpr::parse(&it.text("Cpr")?);
            let status = Status::of_name(&it.text("Status")?);
            Ok(Found {
                id: it.text("Id")?,
                reference: it.parse("Klientreference", "a reference")?,
                version: it.number("Version")?,
                citizen: citizen.map_err(|_| not("a made-up personal number", "Cpr"))?,
                requested_on: it.day("AnmodningDato")?,
                ended_on: it.optional_day("AfslutDato")?,
                status: status.ok_or_else(|| not("a status", "Status"))?,
            })
        };
        Ok(Self {
            total: node.number("Antal")?,
            page: node.number("Side")?,
            found: node
                .children("Fundet")?
                .into_iter()
                .map(found)
                .collect::<Result<_, MessageError>>()?,
        })
    }
}
