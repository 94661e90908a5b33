//! What a run needs of a simulated country: to act, to call, to probe, and when to look again.
//!
//! A world holds the parties and everything between them; it never moves time. The run loop hands
//! in `now`, and a world reads every timeline with it. What it tells of how things stand is for those
//! who look on; no outcome rests on it.

use std::{collections::BTreeSet, fmt::Display};

use clock::{Span, Timestamp};
use parties::{Diagnosis, Direction, Environment, Finding, Party, Step};
use serde::{Deserialize, Serialize};

use crate::scenario::{Action, CertificateName, ClientName, NodeName};

mod certificates;
mod chains;
mod clients;
pub mod in_process;
pub mod live;
mod standing;
mod standings;

pub use standing::{Planned, Standing, Token};

/// The parties of one scenario and what is between them.
pub trait World {
    /// Carries out what one person does at `now`.
    ///
    /// A refusal is an outcome and is journaled; it is not an error.
    fn act(&mut self, action: &Action, now: Timestamp) -> ActionOutcome;

    /// One real call by one node at `now`: it leaves its traces (tokens kept, submissions received).
    ///
    /// It ends as a probe of that node right after it would, and no probe of another node ends
    /// otherwise than before it, unless [`Self::take_touched`] names that. A run rests on this: it does
    /// not look again where a call has just shown how things are.
    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome;

    /// Whether a call begun at `now` would succeed: tried on a clone that is then dropped.
    fn probe(&self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome;

    /// The first instant after `now` at which the outcome of a probe could differ, if nobody does
    /// anything until then.
    ///
    /// Too early is harmless (the run looks once more than it needs to); too late or absent hides
    /// the exact edge of an outage.
    fn next_change(&self, now: Timestamp) -> Option<Timestamp>;

    /// How long it goes without a look, if it cannot name each instant at which something turns: then
    /// the edges of outages are seen at the next look. None for a world that can.
    fn looks_every(&self) -> Option<Span> {
        None
    }

    /// The nodes whose calls may meet something else than when this was last asked, because of what was
    /// done since: acts, and calls of others.
    ///
    /// For everybody else nothing that a call reads was changed. One too many is harmless; one too few
    /// hides an outage, since a run does not look at who is not named.
    fn take_touched(&mut self) -> BTreeSet<(ClientName, NodeName)>;

    /// How things stand at `now`: one entry for each certificate, system user and node, always for
    /// the same ones, and for a new one from when it is there.
    fn standing(&self, now: Timestamp) -> Vec<Standing>;

    /// The messages that went between parties since this was last asked, in order; those of probes
    /// are not among them.
    fn take_messages(&mut self) -> Vec<Message>;
}

/// What became of an [`Action`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionOutcome {
    /// It was done.
    Done {
        /// What there is to say about it, such as the seeded serial of a new certificate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// The party in charge refused it, and nothing changed.
    Refused {
        /// The rejection's stable name, in kebab-case.
        cause: String,
        /// The same for people.
        text: String,
        /// What that party says about it on its control port.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finding: Option<Box<Finding>>,
    },
}

impl ActionOutcome {
    /// Somebody said no.
    fn refused(cause: &str, text: &(impl Display + ?Sized), finding: Option<Finding>) -> Self {
        let (cause, text, finding) = (cause.to_owned(), text.to_string(), finding.map(Box::new));
        Self::Refused { cause, text, finding }
    }
}

/// What became of a call, or would become of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallOutcome {
    /// SMDB answered with a receipt.
    Succeeded,
    /// The call ended before that.
    Failed(Failure),
}

impl CallOutcome {
    /// The failure, if it is one.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Succeeded => None,
            Self::Failed(failure) => Some(failure),
        }
    }
}

/// Where and why a call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The step at which it ended.
    pub step: Step,
    /// The rejection's stable name, in kebab-case, as scenarios expect it.
    pub cause: String,
    /// Who refused.
    pub party: Party,
    /// What that party says about it on its control port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<Diagnosis>,
}

impl Failure {
    /// Whether both are the same trouble: step, cause and party, whatever the diagnosis says of
    /// the hour.
    #[must_use]
    pub fn is_same_trouble(&self, other: &Self) -> bool {
        (self.step, &self.cause, self.party) == (other.step, &other.cause, other.party)
    }
}

/// One message that went from one party to another.
///
/// Neither its bytes nor their number are here: both depend on keys, and a journal is the same
/// with any keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What it is called, such as `1-wsc-to-sts`.
    pub name: String,
    /// Who sent it.
    pub from: Party,
    /// Who was to receive it.
    pub to: Party,
    /// Whether it asked or answered.
    pub direction: Direction,
    /// The environment it went through.
    pub environment: Environment,
    /// What it says.
    pub content: Content,
}

/// What a message says, as far as names and times tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Content {
    /// It asks for a token.
    TokenRequest {
        /// The certificate that it is signed with, and with which the client shows who it is.
        signer: Option<CertificateName>,
    },
    /// It brings a token.
    Token {
        /// The certificate whose key the token is bound to.
        holder: Option<CertificateName>,
        /// The first instant at which it holds.
        from: Timestamp,
        /// The first instant after that at which it does not.
        until: Timestamp,
    },
    /// It asks SMDB for something, with a token.
    Call {
        /// The certificate with whose key it is signed.
        signer: Option<CertificateName>,
        /// The certificate whose key the token is bound to: as SMDB reads it, or in a live world, where
        /// it is sealed, as the client knows; none where it cannot be told.
        holder: Option<CertificateName>,
        /// The first instant at which the token does not hold any more.
        until: Option<Timestamp>,
    },
    /// It hands in a token for an access token, by REST.
    Redemption {
        /// The certificate that is shown in TLS.
        shown: Option<CertificateName>,
        /// The certificate whose key the token is bound to: as SMDB reads it, or in a live world, where
        /// it is sealed, as the client knows; none where it cannot be told.
        holder: Option<CertificateName>,
        /// The first instant at which the token does not hold any more.
        until: Option<Timestamp>,
    },
    /// It brings an access token.
    AccessToken {
        /// The certificate whose key it is bound to.
        holder: Option<CertificateName>,
        /// When it came.
        from: Timestamp,
        /// The first instant at which it does not hold any more.
        until: Timestamp,
    },
    /// It asks SMDB for something by REST, with an access token.
    CallByRest {
        /// The certificate that is shown in TLS.
        shown: Option<CertificateName>,
        /// The certificate whose key the access token is bound to, told in the same way.
        holder: Option<CertificateName>,
        /// The first instant at which the access token does not hold any more.
        until: Option<Timestamp>,
    },
    /// It says that it was done.
    Receipt,
    /// It says no; by what rule, the receiver is not always told.
    Fault {
        /// The rejection's stable name, in kebab-case.
        cause: String,
    },
    /// It asks for the revocation list.
    RevocationListRequest,
    /// It brings the revocation list.
    RevocationList {
        /// When the next one is due.
        next_update: Timestamp,
    },
}

impl Content {
    /// Whether both say the same but for their times.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Token { holder: one, .. }, Self::Token { holder: other, .. })
            | (Self::AccessToken { holder: one, .. }, Self::AccessToken { holder: other, .. }) => {
                one == other
            }
            (
                Self::Call { signer, holder, .. },
                Self::Call { signer: other_signer, holder: other_holder, .. },
            )
            | (
                Self::Redemption { shown: signer, holder, .. },
                Self::Redemption { shown: other_signer, holder: other_holder, .. },
            )
            | (
                Self::CallByRest { shown: signer, holder, .. },
                Self::CallByRest { shown: other_signer, holder: other_holder, .. },
            ) => (signer, holder) == (other_signer, other_holder),
            (Self::RevocationList { .. }, Self::RevocationList { .. }) => true,
            (one, other) => one == other,
        }
    }
}
