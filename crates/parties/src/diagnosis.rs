//! What really happened, told beside the wire.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
}

/// The truth about one request: what the wire must not say (`RULES` 2.7), for the control port,
/// the journal and the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The rejection's stable name, as scenarios expect it.
    pub cause: String,
    /// The rule that was broken, with its source.
    pub rule: String,
    /// What would have been accepted.
    pub expected: String,
    /// What came.
    pub got: String,
    /// Who must act: MitID administrator, NemLog-in administrator, vendor, …
    pub who: Text,
    /// What to do next.
    pub what: Text,
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

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
