//! The one way a message goes from one party to another.
//!
//! Both worlds, the journal and every disruption attach here, and nowhere else.

use serde::{Deserialize, Serialize};

use crate::{Environment, Party};

/// Whether a message asks or answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// It asks.
    Request,
    /// It answers.
    Response,
}

/// One message on its way.
#[derive(Debug, Clone, Copy)]
pub struct Crossing<'a> {
    /// What it is called, such as `1-wsc-to-sts`.
    pub name: &'static str,
    /// Who sends it.
    pub from: Party,
    /// Who is to receive it.
    pub to: Party,
    /// Whether it asks or answers.
    pub direction: Direction,
    /// The environment it travels in.
    pub environment: Environment,
    /// The certificate that the sender showed in TLS, in DER, if it showed one.
    pub peer_certificate: Option<&'a [u8]>,
    /// The message itself.
    pub bytes: &'a [u8],
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It arrives as it was sent.
    Pass,
}

/// What carries messages.
pub trait Link {
    /// Judges one message before it is delivered.
    fn carry(&mut self, crossing: Crossing<'_>) -> Verdict;
}

/// A link on which every message arrives.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pass;

impl Link for Pass {
    fn carry(&mut self, _: Crossing<'_>) -> Verdict {
        Verdict::Pass
    }
}
