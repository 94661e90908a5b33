//! The two places for a certificate that a system user has at NemLog-in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the two places for a certificate that a system user has at NemLog-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slot {
    /// The one in use; another one put here replaces it at once, when provisioned.
    Active,
    /// The one that takes over when the active one expires (*rullende skift*).
    Rolling,
}

impl Slot {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Active, Self::Rolling];

    /// The name that files and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Rolling => "rolling",
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
