//! The states of a call, and what each side of it says.

use std::fmt;

use oio_idws::{
    call::{CallAnswerError, ServiceCall, ServiceReply},
    fault::{ServiceFault, StsFault},
    trust::{ResponseError, StsReply, TokenRequest},
};
use parties::Step;
use serde::{Deserialize, Serialize};

/// What somebody wants done at the service. `Debug` does not show what is sent: it may be about a
/// citizen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The operation's action.
    pub action: String,
    /// The element in the body.
    pub body: String,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").field("action", &self.action).finish_non_exhaustive()
    }
}

/// What a node is told.
#[derive(Debug, Clone)]
pub enum Event {
    /// Somebody wants something done.
    Begin(Order),
    /// The STS answered.
    StsAnswered(Result<StsReply, ResponseError>),
    /// The service answered; what is in the body is for whoever gave the order.
    ServiceAnswered(Result<ServiceReply<()>, CallAnswerError>),
    /// Something came that nobody waits for.
    Unexpected,
}

/// What a node does next.
#[derive(Debug, Clone)]
pub enum Action {
    /// It sends this to the STS, and waits.
    AskSts(TokenRequest),
    /// It sends this to the service, and waits.
    CallService(Box<ServiceCall>),
    /// It is done with the order.
    Done(Result<(), Failure>),
}

/// What a node waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "kebab-case")]
pub enum Waiting {
    /// The STS's answer.
    Sts {
        /// The message that it answers.
        message_id: String,
        /// What is wanted at the service then.
        order: Order,
    },
    /// The service's answer.
    Service {
        /// The message that it answers.
        message_id: String,
    },
}

/// Why an order failed, as the client sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The STS refused.
    #[error("the STS refused: {} ({})", .0.text, .0.code)]
    StsRefused(StsFault),
    /// The STS's answer cannot be used.
    #[error(transparent)]
    StsUnusable(ResponseError),
    /// The service refused.
    #[error("the service refused: {} ({})", .0.text, .0.code)]
    ServiceRefused(ServiceFault),
    /// The service's answer cannot be used.
    #[error(transparent)]
    ServiceUnusable(CallAnswerError),
    /// An answer is not the answer to what was asked.
    #[error("the answer relates to `{got}`, and `{asked}` was asked")]
    WrongAnswer {
        /// At which step.
        step: Step,
        /// The message that was sent.
        asked: String,
        /// The message that the answer names.
        got: String,
    },
    /// The certificate of the configuration is not installed.
    #[error("no certificate is configured and installed")]
    NoCertificate,
    /// Nobody waits for what came.
    #[error("an answer came that nobody waits for")]
    Unexpected,
}

impl Failure {
    /// At which step of DST's guide it failed.
    #[must_use]
    pub const fn step(&self) -> Step {
        match self {
            Self::StsRefused(_) | Self::StsUnusable(_) | Self::NoCertificate | Self::Unexpected => {
                Step::One
            }
            Self::ServiceRefused(_) | Self::ServiceUnusable(_) => Step::Three,
            Self::WrongAnswer { step, .. } => *step,
        }
    }

    /// The stable name that journals use for what the client itself found wrong.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::StsRefused(_) => "sts-refused",
            Self::StsUnusable(_) => "sts-answer-unusable",
            Self::ServiceRefused(_) => "service-refused",
            Self::ServiceUnusable(_) => "service-answer-unusable",
            Self::WrongAnswer { .. } => "wrong-answer",
            Self::NoCertificate => "no-certificate",
            Self::Unexpected => "unexpected-answer",
        }
    }
}
