//! What a system user may do at a service: requested by its administrator, approved by the owner
//! of the service.

use std::fmt;

use parties::{EntityId, Environment, NameError};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::Rejection;

/// A privilege (*privilegium*) at a service of one environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Privilege {
    /// The environment of the service.
    pub environment: Environment,
    /// The service.
    pub audience: EntityId,
    /// The privilege's URI.
    #[serde(deserialize_with = "uri")]
    pub uri: String,
}

/// What is no URI could not stand in a token.
fn uri<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if parties::is_uri(&text) { Ok(text) } else { Err(de::Error::custom(NameError::PrivilegeUri)) }
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` at `{}` ({})", self.uri, self.audience, self.environment)
    }
}

/// What became of a privilege that was requested. Nothing of it counts before it is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrivilegeStatus {
    /// The administrator has asked for it (*ansøgt*).
    Requested,
    /// The owner of the service has approved it (*godkendt*).
    Approved,
    /// The owner of the service has refused it (*afvist*).
    Refused,
    /// It was taken back, by either of them, before or after it was approved (*trukket tilbage*).
    Withdrawn,
}

impl PrivilegeStatus {
    /// What speaks against turning to this from what was before.
    pub(super) fn objection(
        self,
        before: Option<Self>,
        privilege: &Privilege,
    ) -> Option<Rejection> {
        let waiting = before == Some(Self::Requested);
        let granted = before == Some(Self::Approved);
        let privilege = || privilege.clone();
        match self {
            Self::Requested if waiting || granted => {
                Some(Rejection::PrivilegeRequestedAlready(privilege()))
            }
            Self::Approved | Self::Refused if !waiting => {
                Some(Rejection::PrivilegeNotRequested(privilege()))
            }
            Self::Withdrawn if !waiting && !granted => {
                Some(Rejection::PrivilegeNotHeld(privilege()))
            }
            Self::Requested | Self::Approved | Self::Refused | Self::Withdrawn => None,
        }
    }
}
