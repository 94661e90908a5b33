//! What really happened, told beside the wire.

use std::{fmt, str::FromStr};

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Core;

/// A core that can tell the truth about its own answers.
pub trait Diagnose: Core {
    /// Everything that speaks against `request` at `now`, as far as it can still be judged.
    ///
    /// The first finding is the one that [`decide`](Core::decide) answers with; where there is
    /// none, the request is granted.
    fn diagnose(&self, request: &Self::Request, now: Timestamp) -> Diagnosis;
}

/// The truth about one request: what the wire must not say (`RULES` 2.7), for the control port,
/// the journal and the report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Diagnosis {
    findings: Vec<Finding>,
}

impl Diagnosis {
    /// What was found, the decisive finding first.
    #[must_use]
    pub const fn new(findings: Vec<Finding>) -> Self {
        Self { findings }
    }

    /// Why the request was refused; none if it was granted.
    #[must_use]
    pub fn decisive(&self) -> Option<&Finding> {
        self.findings.first()
    }

    /// Everything that was found, the decisive finding first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// One reason against a request. No secret and no personal number stands in any of its texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rejection's stable name, as scenarios expect it.
    pub cause: String,
    /// The rule that was broken, with its source.
    pub rule: Text,
    /// What would have been accepted.
    pub expected: Text,
    /// What came.
    pub got: Text,
    /// Who must act.
    pub who: Role,
    /// What to do next.
    pub what: Text,
}

/// Who can mend something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Orders, renews and revokes certificates.
    MitidAdministrator,
    /// Registers certificates of system users and provisions.
    NemloginAdministrator,
    /// Builds and runs the external system.
    Vendor,
    /// Owns the service that is called, and approves privileges to it: for SMDB, Danmarks Statistik.
    ServiceOwner,
    /// Runs the authority, the STS or the simulator itself.
    Operator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::MitidAdministrator,
        Self::NemloginAdministrator,
        Self::Vendor,
        Self::ServiceOwner,
        Self::Operator,
    ];

    /// The name that files and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MitidAdministrator => "mitid-administrator",
            Self::NemloginAdministrator => "nemlogin-administrator",
            Self::Vendor => "vendor",
            Self::ServiceOwner => "service-owner",
            Self::Operator => "operator",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> Text {
        match self {
            Self::MitidAdministrator => Text::new("MitID administrator", "MitID-administrator"),
            Self::NemloginAdministrator => {
                Text::new("NemLog-in administrator", "NemLog-in-administrator")
            }
            Self::Vendor => Text::new("vendor", "leverandør"),
            Self::ServiceOwner => Text::new("service owner", "tjenesteejer"),
            Self::Operator => Text::new("operator", "driftsansvarlig"),
        }
    }
}

/// A sentence in the two languages that skift speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// In English.
    pub en: String,
    /// In Danish.
    pub da: String,
}

impl Text {
    /// The same thing said twice.
    pub fn new(en: impl Into<String>, da: impl Into<String>) -> Self {
        Self { en: en.into(), da: da.into() }
    }

    /// What reads the same in both: a name, a date, a URI.
    pub fn same(value: impl fmt::Display) -> Self {
        let value = value.to_string();
        Self { en: value.clone(), da: value }
    }
}

/// Names one exchange in the journal and on the control port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TraceId(Uuid);

impl TraceId {
    /// A new one from `entropy`.
    pub fn draw(entropy: &mut entropy::Entropy) -> Self {
        Self(entropy.uuid())
    }
}

impl FromStr for TraceId {
    type Err = MalformedTraceId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| MalformedTraceId)
    }
}

/// What is no trace id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a trace id is a UUID, as in 0f8fad5b-d9cb-469f-a165-70867728950e")]
pub struct MalformedTraceId;

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_is_read_as_it_is_written() {
        let trace = TraceId::draw(&mut entropy::Entropy::seeded(1, "parties", "trace"));
        assert_eq!(trace.to_string().parse(), Ok(trace));
        assert_eq!("trace".parse::<TraceId>(), Err(MalformedTraceId));
    }
}
