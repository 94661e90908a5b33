//! One organisation lets another act for it.

use std::fmt;

use parties::Cvr;
use serde::{Deserialize, Serialize};

use super::Privilege;

/// A power of attorney (*fuldmagt*): the grantor lets the attorney use a privilege for it.
///
/// Each system user of the attorney that has the privilege for its own organisation has it for the
/// grantor too, from the click on: a second privilege group, with the grantor as its scope. A
/// system user of the grantor may also have a certificate of the attorney's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PowerOfAttorney {
    /// Who lets another act (*fuldmagtsgiver*).
    pub grantor: Cvr,
    /// Who may act (*fuldmagtshaver*).
    pub attorney: Cvr,
    /// What it may do.
    pub privilege: Privilege,
}

impl fmt::Display for PowerOfAttorney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {} to {} for {}", self.grantor, self.attorney, self.privilege)
    }
}
