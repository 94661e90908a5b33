//! Who takes part, and at which step of a call.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One who sends and receives messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// MitID Erhverv, the certificate authority.
    Mitid,
    /// The Security Token Service of NemLog-in.
    Sts,
    /// The database SMDB, the service that is called.
    Smdb,
    /// The external system that calls (*fagsystem*).
    Client,
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mitid => "MitID Erhverv",
            Self::Sts => "NemLog-in STS",
            Self::Smdb => "SMDB",
            Self::Client => "client",
        })
    }
}

/// One of the two services that a client calls, as it shows itself in TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Server {
    /// The Security Token Service of NemLog-in.
    Sts,
    /// SMDB.
    Smdb,
}

impl Server {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Sts, Self::Smdb];
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sts => "STS",
            Self::Smdb => "SMDB",
        })
    }
}

/// A step of a call, numbered as DST's guide does (figure 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Step {
    /// The client asks the STS for a token.
    One,
    /// The STS answers with a token.
    Two,
    /// The client calls SMDB with the token.
    Three,
}

impl TryFrom<u8> for Step {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            3 => Ok(Self::Three),
            _ => Err(format!("step {number} does not exist: a call has the steps 1, 2 and 3")),
        }
    }
}

impl From<Step> for u8 {
    fn from(step: Step) -> Self {
        match step {
            Step::One => 1,
            Step::Two => 2,
            Step::Three => 3,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}", u8::from(*self))
    }
}
