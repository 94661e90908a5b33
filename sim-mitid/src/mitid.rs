//! MitID Erhverv (*MitID Erhverv*): what it is asked, what it answers, what it remembers.

use std::{collections::BTreeMap, convert::Infallible};

use clock::{Span, Timestamp};
use entropy::Entropy;
use parties::{Core, Environment};
use pki::{Authority, Certificate, RevocationList, RevocationReason, Serial, SigningRequest};

use crate::{
    Fact, Rejection, enrolment,
    order::{NewOrder, OneTimeCode, Orders, ReferenceNumber},
    register::Register,
    wire,
};

/// How long a revocation list says it is good for. Our choice: no source gives the real interval.
const REVOCATION_LIST_LIFE: Span = Span::from_hours(24);

/// MitID Erhverv with its two hierarchies.
#[derive(Debug, Clone)]
pub struct Mitid {
    authorities: BTreeMap<Environment, Authority>,
    pub(crate) orders: Orders,
    pub(crate) register: Register,
}

/// What MitID Erhverv is asked.
#[derive(Debug, Clone)]
pub enum Request {
    /// The administrator orders a certificate.
    Order(NewOrder),
    /// Somebody fetches what was ordered, by the reference number and the one-time code.
    Issue {
        /// Which order.
        reference: ReferenceNumber,
        /// The code that goes with it.
        code: OneTimeCode,
        /// The key, with proof of its possession.
        request: SigningRequest,
    },
    /// The administrator renews (*fornyer*) a certificate.
    Renew {
        /// In which hierarchy.
        environment: Environment,
        /// The certificate's serial.
        serial: Serial,
        /// The new key, with proof of its possession.
        request: SigningRequest,
    },
    /// The administrator revokes (*spærrer*) a certificate.
    Revoke {
        /// In which hierarchy.
        environment: Environment,
        /// The certificate's serial.
        serial: Serial,
        /// Why.
        reason: RevocationReason,
    },
    /// Anybody fetches the revocation list.
    RevocationList(Environment),
    /// Anybody fetches the certificates of the authorities.
    Authorities(Environment),
    /// Something that could not be read.
    Unreadable(Rejection),
}

/// What MitID Erhverv answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The order stands; these two fetch the certificate.
    Ordered {
        /// Which order.
        reference: ReferenceNumber,
        /// Shown once.
        code: OneTimeCode,
    },
    /// The certificate.
    Issued(Certificate),
    /// It is revoked.
    Revoked,
    /// The revocation list as of now.
    RevocationList(RevocationList),
    /// The certificates of the hierarchy.
    Authorities {
        /// The root.
        root: Certificate,
        /// The issuing authority below it.
        issuing: Certificate,
    },
    /// No.
    Rejected(Rejection),
}

impl Mitid {
    /// MitID Erhverv over these hierarchies, with nothing ordered or issued.
    #[must_use]
    pub fn new(authorities: impl IntoIterator<Item = Authority>) -> Self {
        Self {
            authorities: authorities
                .into_iter()
                .map(|authority| (authority.environment(), authority))
                .collect(),
            orders: Orders::default(),
            register: Register::default(),
        }
    }

    /// The hierarchy of an environment.
    ///
    /// # Errors
    ///
    /// If this MitID Erhverv has none for it.
    pub fn authority(&self, environment: Environment) -> Result<&Authority, Rejection> {
        self.authorities.get(&environment).ok_or(Rejection::NoAuthority { environment })
    }

    /// Every revocation, as the lists have it: in whole seconds.
    pub fn revocations(&self) -> impl Iterator<Item = (Environment, Timestamp)> {
        self.authorities.keys().flat_map(|environment| {
            let revoked = self.register.revoked(*environment).into_iter();
            revoked.map(|it| (*environment, it.at.truncated_to_second()))
        })
    }

    fn answer(
        &self,
        request: &Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Result<(Answer, Vec<Fact>), Rejection> {
        match request {
            Request::Order(order) => {
                self.authority(order.environment)?;
                let (reference, code) =
                    (ReferenceNumber::draw(entropy), OneTimeCode::draw(entropy));
                let answer = Answer::Ordered { reference: reference.clone(), code: code.clone() };
                Ok((answer, vec![Fact::Ordered { reference, code, order: order.clone() }]))
            }
            Request::Issue { reference, code, request } => {
                enrolment::issue(self, reference, code, request, now, entropy).map(issued)
            }
            Request::Renew { environment, serial, request } => {
                enrolment::renew(self, *environment, serial, request, now, entropy).map(issued)
            }
            Request::Revoke { environment, serial, reason } => {
                let entry = self.register.find(*environment, serial)?;
                if entry.revoked.is_some() {
                    return Err(Rejection::AlreadyRevoked { serial: *serial });
                }
                let fact = Fact::Revoked {
                    environment: *environment,
                    serial: *serial,
                    at: now,
                    reason: *reason,
                };
                Ok((Answer::Revoked, vec![fact]))
            }
            Request::RevocationList(environment) => {
                let list = self.authority(*environment)?.revocation_list(
                    self.register.list_number(*environment),
                    now,
                    now + REVOCATION_LIST_LIFE,
                    &self.register.revoked(*environment),
                );
                Ok((Answer::RevocationList(list), Vec::new()))
            }
            Request::Authorities(environment) => {
                let authority = self.authority(*environment)?;
                let (root, issuing) = (authority.root().clone(), authority.issuing().clone());
                Ok((Answer::Authorities { root, issuing }, Vec::new()))
            }
            Request::Unreadable(rejection) => Err(rejection.clone()),
        }
    }
}

fn issued((certificate, fact): (Certificate, Fact)) -> (Answer, Vec<Fact>) {
    (Answer::Issued(certificate), vec![fact])
}

impl Core for Mitid {
    type Request = Request;
    type Answer = Answer;
    type Fact = Fact;
    type Need = Infallible;
    type Lesson = Infallible;

    fn read(&self, bytes: &[u8]) -> Request {
        wire::read(bytes).unwrap_or_else(Request::Unreadable)
    }

    fn write(&self, answer: &Answer, _: &mut Entropy) -> Vec<u8> {
        wire::write(answer)
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
        self.answer(request, now, entropy)
            .unwrap_or_else(|rejection| (Answer::Rejected(rejection), Vec::new()))
    }

    fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::Ordered { reference, code, order } => self.orders.keep(reference, code, order),
            Fact::Issued { environment, holder, certificate, reference } => {
                if let Some(reference) = &reference {
                    self.orders.close(reference);
                }
                self.register.enter(environment, holder, certificate);
            }
            Fact::Revoked { environment, serial, at, reason } => {
                self.register.revoke(environment, &serial, at, reason);
            }
        }
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.register.next_expiry(now)
    }
}
