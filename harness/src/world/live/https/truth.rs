//! The truth about an answer, as the control port of a service writes it.

use parties::{Finding, Role, Text};
use serde::Deserialize;

/// What the control port tells of a request.
#[derive(Deserialize)]
pub(super) struct Truth {
    pub(super) findings: Vec<Told>,
}

/// What speaks against it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) struct Told {
    cause: String,
    rule: Text,
    expected: Text,
    got: Text,
    who: Role,
    what_to_do: Text,
}

impl From<Told> for Finding {
    fn from(told: Told) -> Self {
        let Told { cause, rule, expected, got, who, what_to_do } = told;
        Self { cause, rule, expected, got, who, what: what_to_do }
    }
}
