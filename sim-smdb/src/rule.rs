//! The rules (*valideringsregler*) that submissions are checked by, with their codes.
//!
//! The real list of errors is not public. The codes are ours, and say so by `SIM`; what the rules
//! are about is known of the real register, or is what its neighbours check.

use std::fmt;

use parties::Text;
use serde::{Deserialize, Serialize};

/// A rule, by what breaks it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::VariantArray,
)]
#[serde(try_from = "String", into = "String")]
pub enum Rule {
    /// The personal number is not of the right form.
    CprForm,
    /// The personal number could belong to somebody.
    CprLooksReal,
    /// The personal number does not check by modulus 11.
    CprModulus11,
    /// Something that could be a personal number stands in a free text.
    CprInText,
    /// The citizen has an open course in the municipality.
    OpenCourseHere,
    /// The citizen has an open course in another municipality.
    OpenCourseElsewhere,
    /// The dates of a course are out of order.
    DatesOutOfOrder,
    /// Treatment did not begin within the guarantee (*behandlingsgaranti*).
    GuaranteeExceeded,
    /// A date is in the future.
    DateInFuture,
    /// It was submitted after the deadline.
    Late,
    /// A course ended and nobody says how.
    OutcomeMissing,
    /// The schema, or a form in it, is retired.
    SchemaRetired,
    /// The schema is not in force yet.
    SchemaNotInForce,
    /// A code is not in its list on the day.
    UnknownCode,
    /// The token is another organisation's, without a power of attorney.
    ForeignAuthority,
    /// The token lacks a privilege.
    MissingPrivilege,
    /// The reference came before, in the same version, with other content.
    ConflictingResend,
    /// A later version came before.
    OutdatedVersion,
    /// The course was annulled.
    Annulled,
    /// There is no such course.
    NotFound,
    /// The message lacks something, or holds something unknown.
    Malformed,
}

/// What comes of breaking a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The submission is refused (*fejl*).
    Error,
    /// The submission is stored all the same (*advarsel*).
    Warning,
}

impl Severity {
    /// Its name in a message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "FEJL",
            Self::Warning => "ADVARSEL",
        }
    }
}

impl Rule {
    /// Every rule.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CprForm => "SIM-1001",
            Self::CprLooksReal => "SIM-1002",
            Self::CprModulus11 => "SIM-1003",
            Self::CprInText => "SIM-1004",
            Self::OpenCourseHere => "SIM-2001",
            Self::OpenCourseElsewhere => "SIM-2002",
            Self::DatesOutOfOrder => "SIM-2003",
            Self::GuaranteeExceeded => "SIM-2004",
            Self::DateInFuture => "SIM-2005",
            Self::Late => "SIM-2006",
            Self::OutcomeMissing => "SIM-2007",
            Self::SchemaRetired => "SIM-3001",
            Self::UnknownCode => "SIM-3002",
            Self::SchemaNotInForce => "SIM-3003",
            Self::ForeignAuthority => "SIM-4001",
            Self::MissingPrivilege => "SIM-4002",
            Self::ConflictingResend => "SIM-5001",
            Self::OutdatedVersion => "SIM-5002",
            Self::Annulled => "SIM-5003",
            Self::NotFound => "SIM-6001",
            Self::Malformed => "SIM-9001",
        }
    }

    /// What comes of breaking it.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::CprModulus11
            | Self::OpenCourseElsewhere
            | Self::GuaranteeExceeded
            | Self::Late => Severity::Warning,
            Self::CprForm
            | Self::CprLooksReal
            | Self::CprInText
            | Self::OpenCourseHere
            | Self::DatesOutOfOrder
            | Self::DateInFuture
            | Self::OutcomeMissing
            | Self::SchemaRetired
            | Self::SchemaNotInForce
            | Self::UnknownCode
            | Self::ForeignAuthority
            | Self::MissingPrivilege
            | Self::ConflictingResend
            | Self::OutdatedVersion
            | Self::Annulled
            | Self::NotFound
            | Self::Malformed => Severity::Error,
        }
    }

    /// What it says when it is broken. A message has the Danish text.
    #[must_use]
    pub fn text(self) -> Text {
        let (en, da) = match self {
            Self::CprForm => {
                ("the personal number has the wrong form", "Personnummer har forkert format")
            }
            Self::CprLooksReal => (
                "the personal number is outside the simulator's synthetic series (use day + 60)",
                "Personnummer ligger uden for simulatorens syntetiske serie (brug dag+60)",
            ),
            Self::CprModulus11 => (
                "the personal number does not check by modulus 11 (valid since 2007)",
                "Personnummer opfylder ikke modulus 11 (gyldigt siden 2007)",
            ),
            Self::CprInText => (
                "a free text holds something that could be a personal number",
                "Et tekstfelt indeholder noget, der kan være et personnummer",
            ),
            Self::OpenCourseHere => (
                "the citizen already has an open course in the municipality",
                "Borgeren har allerede et åbent kontaktforløb i kommunen",
            ),
            Self::OpenCourseElsewhere => (
                "the citizen has an open course in another municipality",
                "Borgeren har et åbent forløb i en anden kommune",
            ),
            Self::DatesOutOfOrder => (
                "treatment began before it was asked for, or ended before it began",
                "Iværksættelse ligger før anmodning / afslutning før iværksættelse",
            ),
            Self::GuaranteeExceeded => (
                "the treatment guarantee of 14 days is exceeded",
                "Behandlingsgarantien på 14 dage er overskredet",
            ),
            Self::DateInFuture => ("a date is in the future", "Dato i fremtiden"),
            Self::Late => (
                "submitted after the deadline (15 days after the end of the month; \
                 medical treatment one month after its start)",
                "Indberettet efter fristen (15 dage efter månedens udgang; \
                 medicinsk behandling en måned efter start)",
            ),
            Self::OutcomeMissing => {
                ("the outcome of the course is missing", "Afslutningsstatus mangler")
            }
            Self::SchemaRetired => ("the schema is retired", "Skemaet er udgået"),
            Self::SchemaNotInForce => {
                ("the schema is not in force yet", "Skemaet er ikke trådt i kraft endnu")
            }
            Self::UnknownCode => (
                "the code is not in its code list on the date",
                "Kode findes ikke i kodelisten for datoen",
            ),
            Self::ForeignAuthority => (
                "the token's CVR number is not that of the submission's authority \
                 (power of attorney is missing)",
                "Tokenets CVR svarer ikke til indberetningens myndighed (mangler fuldmagt)",
            ),
            Self::MissingPrivilege => {
                ("the system user lacks the privilege", "Systembrugeren mangler privilegiet")
            }
            Self::ConflictingResend => (
                "the client's reference was received before with other content",
                "Klientreference allerede modtaget med andet indhold",
            ),
            Self::OutdatedVersion => (
                "a later version of the course was received before",
                "En nyere version af forløbet er allerede modtaget",
            ),
            Self::Annulled => ("the course is annulled", "Forløbet er annulleret"),
            Self::NotFound => ("there is no such course", "Forløbet findes ikke"),
            Self::Malformed => {
                ("the message does not follow the schema", "Beskeden følger ikke skemaet")
            }
        };
        Text::new(en, da)
    }
}

impl TryFrom<String> for Rule {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|rule| rule.code() == code);
        found.ok_or_else(|| format!("there is no rule `{code}`"))
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.code().to_owned()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A rule that a submission breaks, and where. It never holds what stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// The element in which it is broken.
    pub field: String,
}

impl Violation {
    /// A rule broken in a field.
    #[must_use]
    pub fn new(rule: Rule, field: &str) -> Self {
        Self { rule, field: field.to_owned() }
    }

    /// Whether it refuses the submission.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.rule.severity() == Severity::Error
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.rule, self.field)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_names_one_rule_and_each_has_a_text_in_both_languages() {
        let codes: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert_eq!(Rule::try_from(rule.code().to_owned()), Ok(*rule));
            let text = rule.text();
            assert!(!text.en.is_empty() && !text.da.is_empty() && text.en != text.da);
        }
        assert!(Rule::try_from("SIM-0000".to_owned()).is_err());
    }
}
