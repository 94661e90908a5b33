//! What speaks against a request, as a control port tells it.

use parties::{Diagnosis, Finding, Text};
use schemars::JsonSchema;
use serde::Serialize;

/// Everything that speaks against a request, the decisive finding first; empty if nothing does.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct DiagnosisShown(Vec<Shown>);

#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Shown {
    /// The rejection's name, as scenarios expect it.
    cause: String,
    /// The rule that was broken, with its source.
    rule: Both,
    /// What would have been accepted.
    expected: Both,
    /// What came.
    got: Both,
    /// Who must act, by name: `vendor`, `nemlogin-administrator` and so on.
    who: &'static str,
    /// What they are called.
    who_must_act: Both,
    /// What to do next.
    what_to_do: Both,
}

/// A sentence in both languages.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Both {
    /// In English.
    en: String,
    /// In Danish.
    da: String,
}

impl From<&Text> for Both {
    fn from(text: &Text) -> Self {
        Self { en: text.en.clone(), da: text.da.clone() }
    }
}

impl From<&Diagnosis> for DiagnosisShown {
    fn from(diagnosis: &Diagnosis) -> Self {
        let shown = |finding: &Finding| Shown {
            cause: finding.cause.clone(),
            rule: (&finding.rule).into(),
            expected: (&finding.expected).into(),
            got: (&finding.got).into(),
            who: finding.who.name(),
            who_must_act: (&finding.who.title()).into(),
            what_to_do: (&finding.what).into(),
        };
        Self(diagnosis.findings().iter().map(shown).collect())
    }
}
