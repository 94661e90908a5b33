//! A course of contact (*kontaktforløb*): from the request for treatment to its end.
//!
//! The fields follow what is public about the real register: the states that an authority reports,
//! and the variables of SIB. The shape is ours.

use std::{fmt, sync::Arc};

use parties::personal_number::stands_in_name;
use serde::{Deserialize, Serialize};

use crate::{
    cpr::{Cpr, CprError},
    date::Date,
    schema::RetiredForm,
};

/// A course, as it is stored: about a citizen who does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The citizen.
    pub citizen: Cpr,
    /// Everything else.
    pub details: Details,
}

/// A course as it was written, before its rules are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The citizen, if the number may be taken.
    pub citizen: Result<Cpr, CprError>,
    /// Everything else.
    pub details: Details,
    /// The free texts in which something stands that could be a personal number, by their element.
    /// What stands there was dropped.
    pub personal_numbers_in: Vec<&'static str>,
}

/// What a course says beside the citizen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The municipality (*kommune*) that offers the treatment, by its code.
    pub municipality: Written,
    /// The law that treatment is given by (*lovgrundlag*).
    pub legal_basis: Written,
    /// When treatment was asked for (*anmodning*).
    pub requested_on: Date,
    /// When it began (*iværksættelse*), if it has.
    pub started_on: Option<Date>,
    /// The kind of treatment (*behandlingstype*), if it is chosen.
    pub treatment: Option<Written>,
    /// The substitution drug (*præparat*), if there is one.
    pub preparation: Option<Written>,
    /// The treatment provider (*tilbud*), by its number at Tilbudsportalen.
    pub provider: Option<Written>,
    /// What the citizen takes.
    pub substances: Box<[Substance]>,
    /// How the citizen lives (*bolig*).
    pub housing: Option<Written>,
    /// What the citizen lives on (*hovedindtægt*).
    pub income: Option<Written>,
    /// When the course ended (*afslutning*), if it has.
    pub ended_on: Option<Date>,
    /// How it ended (*afslutningsstatus*).
    pub outcome: Option<Written>,
    /// A remark in free text (*bemærkning*).
    pub remark: Option<Written>,
    /// Forms that came along and are of an older schema.
    pub forms: Box<[RetiredForm]>,
}

/// Something that the citizen takes (*stof*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Substance {
    /// What.
    pub substance: Written,
    /// How it is taken (*indtagelse*).
    pub intake: Written,
    /// How often (*hyppighed*).
    pub frequency: Written,
    /// Whether it is the one that treatment is for (*hovedstof*).
    pub main: bool,
}

/// What the submitter wrote: free text, or a text where a code should stand; whether it is one is for
/// [`validation`](crate::validation) to say. `Debug` hides it: it could be anything.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Written(Box<str>);

/// The submitter's own reference to a course (*klientreference*).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(Arc<str>);

/// A text that is no reference. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a reference: 1 to 64 characters, none of them a control character, and no personal number"
)]
pub struct NotAReference;

/// Whether a course has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It has no end yet (*åbent*).
    Open,
    /// It has ended (*afsluttet*).
    Ended,
}

impl Course {
    /// A course that was asked for, begun and ended on one day: it keeps every rule, and stands in the
    /// way of no other.
    #[must_use]
    pub fn of_one_day(citizen: Cpr, day: Date) -> Self {
        let details = Details {
            started_on: Some(day),
            ended_on: Some(day),
            outcome: Some(Written::from("ANDANT")),
            ..Details::requested("901", "SEL101", day)
        };
        Self { citizen, details }
    }
}

impl Details {
    /// Whether the course has ended.
    #[must_use]
    pub const fn state(&self) -> State {
        if self.ended_on.is_some() { State::Ended } else { State::Open }
    }

    /// The shortest course there is: treatment was asked for.
    #[must_use]
    pub fn requested(municipality: &str, legal_basis: &str, requested_on: Date) -> Self {
        Self {
            municipality: Written::from(municipality),
            legal_basis: Written::from(legal_basis),
            requested_on,
            started_on: None,
            treatment: None,
            preparation: None,
            provider: None,
            substances: Box::default(),
            housing: None,
            income: None,
            ended_on: None,
            outcome: None,
            remark: None,
            forms: Box::default(),
        }
    }
}

impl Written {
    /// What was written, for a message.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Written {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Written(..)")
    }
}

impl Reference {
    const LENGTH_MAX: usize = 64;

    /// The reference, for a message.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reference {
    type Error = NotAReference;

    fn try_from(text: String) -> Result<Self, NotAReference> {
        let length = text.chars().count();
        let fits = (1..=Self::LENGTH_MAX).contains(&length);
        if fits && !text.chars().any(char::is_control) && !stands_in_name(&text) {
            Ok(Self(text.into()))
        } else {
            Err(NotAReference)
        }
    }
}

impl std::str::FromStr for Reference {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        Self::try_from(text.to_owned())
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.as_str().to_owned()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
