//! The states of a call, and what each side of it says.

use oio_idws::{
    call::{CallAnswerError, ServiceCall, ServiceReply},
    trust::{ResponseError, StsReply, TokenRequest},
};
use parties::Step;
use serde::{Deserialize, Serialize};

pub use crate::order::{Order, SealedOrder};
use crate::{
    Failure, FindBy, Thumbprint,
    rest::{Granted, Post, RestError},
};

/// What a node is told.
#[derive(Debug, Clone)]
pub enum Event {
    /// Somebody changes its configuration. A running client does not notice.
    Configure(FindBy),
    /// It takes up its configuration, the way its kind does: by a restart, or while it runs.
    TakeUp,
    /// Its process is restarted.
    Restart,
    /// Somebody wants something done.
    Begin(Order),
    /// The STS answered.
    StsAnswered(Result<StsReply, ResponseError>),
    /// The service answered; what is in the body is for whoever gave the order.
    ServiceAnswered(Result<ServiceReply<()>, CallAnswerError>),
    /// The authorization server answered.
    Redeemed(Result<Granted, RestError>),
    /// The service answered a call by REST; what is in the body is for whoever gave the order.
    Returned(Result<(), RestError>),
    /// Nothing was sent: the chain that the server shows in TLS leads to no authority of the truststore.
    ServerNotTrusted,
    /// Something came that nobody waits for.
    Unexpected,
}

/// What a node does next.
#[derive(Debug, Clone)]
pub enum Action {
    /// It sends this to the STS, and waits.
    AskSts {
        /// What it asks.
        request: TokenRequest,
        /// The certificate that it signs with.
        signer: Thumbprint,
    },
    /// It sends this to the service, and waits.
    CallService {
        /// What it sends.
        call: Box<ServiceCall>,
        /// The certificate whose key it signs with.
        signer: Thumbprint,
        /// The certificate that it asked for the token with, to which that is bound.
        holder: Thumbprint,
    },
    /// It sends this to the authorization server, and waits.
    Redeem {
        /// What it sends.
        post: Box<Post>,
        /// The certificate that it shows in TLS.
        certificate: Thumbprint,
        /// The certificate that it asked for the token with, to which that is bound.
        holder: Thumbprint,
    },
    /// It sends this to the service by REST, and waits.
    CallByRest {
        /// What it sends.
        post: Box<Post>,
        /// The certificate that it shows in TLS.
        certificate: Thumbprint,
        /// The certificate that it redeemed a token with for the access token, which is bound to it.
        holder: Thumbprint,
    },
    /// It is done with what it was told.
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
        /// The certificate that it was signed with: the token's holder.
        holder: Thumbprint,
        /// What is wanted at the service then, sealed with the holder's key.
        order: SealedOrder,
        /// Whether the service has refused the order once, so that it is not tried again.
        #[serde(default, skip_serializing_if = "is_first")]
        is_second_try: bool,
    },
    /// The service's answer.
    Service {
        /// The message that it answers.
        message_id: String,
        /// What to do once more with a fresh token, if the service refuses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<Again>,
    },
    /// The authorization server's answer.
    AuthorizationServer {
        /// By what this request is known here: HTTP has no name for it.
        message_id: String,
        /// The certificate that was shown.
        holder: Thumbprint,
        /// What is wanted at the service then, sealed with the holder's key.
        order: SealedOrder,
        /// Whether the service has refused the order once, so that it is not tried again.
        #[serde(default, skip_serializing_if = "is_first")]
        is_second_try: bool,
    },
    /// The service's answer to a call by REST.
    Rest {
        /// By what this call is known here: HTTP has no name for it.
        message_id: String,
        /// What to do once more if the access token is refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<Again>,
    },
}

/// What is to be done once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// The certificate with whose key the order is sealed.
    pub sealed_with: Thumbprint,
    /// The order.
    pub order: SealedOrder,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_first(is_second_try: &bool) -> bool {
    !*is_second_try
}

impl Waiting {
    /// The step at which it waits.
    #[must_use]
    pub const fn step(&self) -> Step {
        match self {
            Self::Sts { .. } => Step::One,
            Self::Service { .. } | Self::AuthorizationServer { .. } | Self::Rest { .. } => {
                Step::Three
            }
        }
    }

    /// The message whose answer is awaited.
    #[must_use]
    pub fn message_id(&self) -> &str {
        match self {
            Self::Sts { message_id, .. }
            | Self::Service { message_id, .. }
            | Self::AuthorizationServer { message_id, .. }
            | Self::Rest { message_id, .. } => message_id,
        }
    }
}
