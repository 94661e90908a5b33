//! Which profile ties a call to SOAP: OIO IDWS SOAP 1.1, or the Liberty Basic SOAP Binding before it.

use serde::{Deserialize, Serialize};

use crate::soap::Version;

/// Which profile ties a call and its answer to SOAP.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize, Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Binding {
    /// OIO IDWS SOAP 1.1: SOAP 1.2, and no header of its own.
    #[default]
    OioIdws,
    /// The Liberty Basic SOAP Binding (LBSB), which the .NET client spoke until its version 2.0.0: SOAP
    /// 1.1, with a [`Framework`](crate::framework::Framework) header and an action in each message.
    Lbsb,
}

impl Binding {
    /// Both.
    pub const ALL: [Self; 2] = [Self::OioIdws, Self::Lbsb];

    /// The name that settings and files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OioIdws => "oio-idws",
            Self::Lbsb => "lbsb",
        }
    }

    /// The version of SOAP that it is for.
    #[must_use]
    pub const fn soap(self) -> Version {
        match self {
            Self::OioIdws => Version::Soap12,
            Self::Lbsb => Version::Soap11,
        }
    }
}
