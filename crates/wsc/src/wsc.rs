//! One node of a client.

use std::{convert::Infallible, sync::Arc};

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential, addressing,
    call::{ServiceCall, ServiceReply},
    trust::{IssuedToken, StsReply, TokenRequest},
};
use parties::{ClientProfile, Core, EntityId, Step, UniqueKey};
use pki::Certificate;
use serde::{Deserialize, Serialize};

use crate::{
    KeyStore,
    exchange::{Action, Event, Failure, Order, Waiting},
};

/// For how long a message may be used: what both reference clients ask for.
const MESSAGE_LIFE: Span = Span::from_minutes(5);

/// Whom a client trusts, pinned in its configuration.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The certificate of the STS.
    pub sts: Certificate,
    /// The certificate of the service.
    pub service: Certificate,
    /// The service's entity id: for whom tokens are asked.
    pub service_entity_id: EntityId,
    /// The address at which the service is called.
    pub service_address: String,
}

/// One node of a client. It works on one order at a time.
#[derive(Debug, Clone)]
pub struct Wsc {
    profile: ClientProfile,
    trust: Arc<Trust>,
    skew: Span,
    key_store: KeyStore,
    configured: Option<String>,
    waiting: Option<Waiting>,
}

/// What a node remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Fact {
    /// Another certificate was put in its configuration, and the node took it up.
    Deployed {
        /// The certificate's thumbprint (*findValue*).
        thumbprint: String,
    },
    /// A message was sent, and its answer is awaited.
    Sent(Waiting),
    /// The order is done with, well or badly.
    Concluded,
}

impl parties::Fact for Fact {
    const VERSION: u16 = 1;

    fn unique_key(&self) -> Option<UniqueKey> {
        match self {
            Self::Sent(Waiting::Sts { message_id, .. } | Waiting::Service { message_id }) => {
                Some(UniqueKey::new("message", message_id))
            }
            Self::Deployed { .. } | Self::Concluded => None,
        }
    }
}

impl Wsc {
    /// A node without a certificate, whose clock is `skew` ahead of the true time.
    #[must_use]
    pub fn new(profile: ClientProfile, trust: Arc<Trust>, skew: Span) -> Self {
        Self {
            profile,
            trust,
            skew,
            key_store: KeyStore::default(),
            configured: None,
            waiting: None,
        }
    }

    /// Its habits.
    #[must_use]
    pub const fn profile(&self) -> ClientProfile {
        self.profile
    }

    /// Its key store.
    pub const fn key_store(&mut self) -> &mut KeyStore {
        &mut self.key_store
    }

    /// What it signs with: the certificate of its configuration, if it is installed.
    #[must_use]
    pub fn credential(&self) -> Option<&Credential> {
        self.key_store.find(self.configured.as_deref()?)
    }

    fn ask(&self, order: Order, now: Timestamp, entropy: &mut Entropy) -> Next {
        if self.credential().is_none() {
            return Next::fail(Failure::NoCertificate);
        }
        let created = now + self.skew;
        let request = TokenRequest::of_system_user(
            addressing::sts_message_id(entropy),
            addressing::message_id(entropy),
            self.trust.service_entity_id.to_string(),
            created,
            created + MESSAGE_LIFE,
        );
        let waiting = Waiting::Sts { message_id: request.message_id.clone(), order };
        Next { action: Action::AskSts(request), fact: Fact::Sent(waiting) }
    }

    fn call(
        &self,
        token: IssuedToken,
        order: Order,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Next {
        let created = now + self.skew;
        let call = ServiceCall {
            message_id: addressing::message_id(entropy),
            action: order.action,
            to: self.trust.service_address.clone(),
            created,
            expires: created + MESSAGE_LIFE,
            encrypted_assertion: token.encrypted_assertion,
            body: order.body,
        };
        let waiting = Waiting::Service { message_id: call.message_id.clone() };
        Next { action: Action::CallService(Box::new(call)), fact: Fact::Sent(waiting) }
    }
}

/// What to do, and what to remember of it.
struct Next {
    action: Action,
    fact: Fact,
}

impl Next {
    const fn done(result: Result<(), Failure>) -> Self {
        Self { action: Action::Done(result), fact: Fact::Concluded }
    }

    const fn fail(failure: Failure) -> Self {
        Self::done(Err(failure))
    }
}

impl Core for Wsc {
    type Request = Event;
    type Answer = Action;
    type Fact = Fact;
    type Need = Infallible;
    type Lesson = Infallible;

    fn read(&self, bytes: &[u8]) -> Event {
        match &self.waiting {
            Some(Waiting::Sts { .. }) => {
                Event::StsAnswered(StsReply::read(bytes, self.trust.sts.public_key()))
            }
            Some(Waiting::Service { .. }) => Event::ServiceAnswered(ServiceReply::read(
                bytes,
                self.trust.service.public_key(),
                |_| Ok(()),
            )),
            None => Event::Unexpected,
        }
    }

    fn write(&self, action: &Action, _: &mut Entropy) -> Vec<u8> {
        let credential = self.credential();
        let message = match (action, credential) {
            (Action::AskSts(request), Some(credential)) => request.write(credential).ok(),
            (Action::CallService(call), Some(credential)) => call.write(credential).ok(),
            (Action::Done(_), _) | (_, None) => None,
        };
        message.unwrap_or_default().into_bytes()
    }

    fn needs(&self, _: &Event, _: Timestamp) -> Vec<Infallible> {
        Vec::new()
    }

    fn learn(&mut self, lesson: Infallible) {
        match lesson {}
    }

    fn decide(&self, event: &Event, now: Timestamp, entropy: &mut Entropy) -> (Action, Vec<Fact>) {
        let next = match (event, &self.waiting) {
            (Event::Begin(order), _) => self.ask(order.clone(), now, entropy),
            (Event::StsAnswered(reply), Some(Waiting::Sts { message_id, order })) => match reply {
                Ok(StsReply::Token(token)) if token.relates_to == *message_id => {
                    self.call(token.clone(), order.clone(), now, entropy)
                }
                Ok(StsReply::Token(token)) => {
                    Next::fail(wrong(Step::One, message_id, &token.relates_to))
                }
                Ok(StsReply::Fault(fault)) => Next::fail(Failure::StsRefused(fault.clone())),
                Err(error) => Next::fail(Failure::StsUnusable(error.clone())),
            },
            (Event::ServiceAnswered(reply), Some(Waiting::Service { message_id })) => {
                Next::done(match reply {
                    Ok(ServiceReply::Answer { relates_to, .. }) if relates_to == message_id => {
                        Ok(())
                    }
                    Ok(ServiceReply::Answer { relates_to, .. }) => {
                        Err(wrong(Step::Three, message_id, relates_to))
                    }
                    Ok(ServiceReply::Fault(fault)) => Err(Failure::ServiceRefused(fault.clone())),
                    Err(error) => Err(Failure::ServiceUnusable(error.clone())),
                })
            }
            (Event::StsAnswered(_) | Event::ServiceAnswered(_) | Event::Unexpected, _) => {
                Next::fail(Failure::Unexpected)
            }
        };
        (next.action, vec![next.fact])
    }

    fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::Deployed { thumbprint } => self.configured = Some(thumbprint),
            Fact::Sent(waiting) => self.waiting = Some(waiting),
            Fact::Concluded => self.waiting = None,
        }
    }

    fn next_change(&self, _: Timestamp) -> Option<Timestamp> {
        None
    }
}

fn wrong(step: Step, asked: &str, got: &str) -> Failure {
    Failure::WrongAnswer { step, asked: asked.to_owned(), got: got.to_owned() }
}
