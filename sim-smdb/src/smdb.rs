//! SMDB of one environment.

use std::{collections::BTreeMap, convert::Infallible};

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential,
    call::{ReceivedCall, ServiceKeys},
    fault::ServiceFault,
};
use parties::{Core, EntityId, Environment};
use pki::Certificate;
use xml_security::{Legacy, xml::Limits};

use crate::{
    Fact,
    contract::{Receipt, Submission},
    ledger::Ledger,
    submit::{self, Answer, Request},
};

/// Whether SMDB looks at the certificate in a live token again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HolderCheck {
    /// The token speaks for itself until it ends.
    #[default]
    Ignored,
    /// A token whose holder's certificate has expired is refused.
    Validity,
}

/// The rules of SMDB that a scenario may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How far a caller's clock may be off: WCF's default.
    pub clock_skew: Span,
    /// For how long an answer may be used.
    pub answer_lifetime: Span,
    /// Whether the certificate in a token is looked at again.
    pub holder_certificate: HolderCheck,
    /// Whether signatures with SHA-1 are still verified.
    pub legacy: Legacy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            clock_skew: Span::from_minutes(5),
            answer_lifetime: Span::from_minutes(5),
            holder_certificate: HolderCheck::Ignored,
            legacy: Legacy::Refuse,
        }
    }
}

/// SMDB of one environment.
#[derive(Debug, Clone)]
pub struct Smdb {
    environment: Environment,
    entity_id: EntityId,
    credential: Credential,
    sts: Timeline<Certificate>,
    /// The same certificates once more, to try a token by before the time is known.
    issuers: Vec<Certificate>,
    policy: Policy,
    ledger: Ledger,
    seen: BTreeMap<String, Timestamp>,
}

impl Smdb {
    /// SMDB with its own certificate, and the certificates of the STS that it trusts over time.
    #[must_use]
    pub fn new(
        environment: Environment,
        entity_id: EntityId,
        credential: Credential,
        sts: Timeline<Certificate>,
        policy: Policy,
    ) -> Self {
        Self {
            environment,
            entity_id,
            credential,
            issuers: sts.entries().map(|(_, certificate)| certificate.clone()).collect(),
            sts,
            policy,
            ledger: Ledger::default(),
            seen: BTreeMap::new(),
        }
    }

    /// Its environment.
    #[must_use]
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// Its name as the audience of tokens.
    #[must_use]
    pub const fn entity_id(&self) -> &EntityId {
        &self.entity_id
    }

    /// Its rules.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What it received.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(crate) fn trusted_sts(&self, now: Timestamp) -> Option<&Certificate> {
        self.sts.at(now)
    }

    /// A message is remembered as long as its own timestamp, and the skew, would let it pass.
    pub(crate) fn has_seen(&self, message_id: &str, now: Timestamp) -> bool {
        self.seen.get(message_id).is_some_and(|until| *until + self.policy.clock_skew > now)
    }
}

impl Core for Smdb {
    type Request = Request;
    type Answer = Answer;
    type Fact = Fact;
    type Need = Infallible;
    type Lesson = Infallible;

    fn read(&self, bytes: &[u8]) -> Request {
        let keys = ServiceKeys { decryption: &self.credential.key, issuers: &self.issuers };
        let (limits, legacy) = (Limits::default(), self.policy.legacy);
        ReceivedCall::read(bytes, keys, &limits, legacy, Submission::read).map(Box::new)
    }

    fn write(&self, answer: &Answer, _: &mut Entropy) -> Vec<u8> {
        match answer {
            Answer::Received(answer) => answer
                .write(&self.credential)
                .expect("the certificate and key of a service sign what it writes"),
            Answer::Rejected { rejection, message_id, relates_to } => ServiceFault::write(
                rejection.fault_code(),
                &rejection.fault_text(),
                message_id,
                relates_to.as_deref(),
            ),
        }
        .into_bytes()
    }

    fn needs(&self, _: &Request, _: Timestamp) -> Vec<Infallible> {
        Vec::new()
    }

    fn learn(&mut self, lesson: Infallible) {
        match lesson {}
    }

    fn decide(
        &self,
        request: &Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Answer, Vec<Fact>) {
        submit::decide(self, request, now, entropy)
    }

    fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::Accepted { message_id, at, until } => {
                let skew = self.policy.clock_skew;
                self.seen.retain(|_, until| *until + skew > at);
                self.seen.insert(message_id, until);
            }
            Fact::Received { authority, reference, id } => {
                self.ledger.enter(authority, Receipt { id, reference });
            }
        }
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.sts.next_change_after(now)
    }
}
