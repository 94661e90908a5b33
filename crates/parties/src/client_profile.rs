//! The named habits of real clients.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a client keeps its token and takes up a new certificate.
///
/// A profile is a model of a kind of client: confirm it against the real one before a claim about
/// that one is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientProfile {
    /// It asks for a token at every call, and signs with the certificate it has then.
    NoCache,
}

impl ClientProfile {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::NoCache];

    /// The name that files and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoCache => "no-cache",
        }
    }
}

impl fmt::Display for ClientProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
