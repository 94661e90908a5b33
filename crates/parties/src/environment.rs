//! The two environments that never mix.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the two environments, each with its own authority, token service and SMDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// The integration test environment (*integrationsmiljø*).
    IntegrationTest,
    /// The production environment (*produktionsmiljø*).
    Production,
}

impl Environment {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::IntegrationTest, Self::Production];

    /// The name that files and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IntegrationTest => "integration-test",
            Self::Production => "production",
        }
    }

    /// What a Danish sentence calls it, with its article: "i integrationsmiljøet".
    #[must_use]
    pub const fn in_danish(self) -> &'static str {
        match self {
            Self::IntegrationTest => "integrationsmiljøet",
            Self::Production => "produktionsmiljøet",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
