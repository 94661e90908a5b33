//! Orders (*bestilling*): placed by an administrator, fulfilled once, and not for ever.

use std::{collections::BTreeMap, fmt};

use clock::Timestamp;
use entropy::Entropy;
use pki::Serial;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Rejection,
    profile::ProfileId,
    secret::{CodeHash, OneTimeCode},
};

/// What an administrator (*brugeradministrator*) orders under a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewOrder {
    /// Under which profile.
    pub profile: ProfileId,
    /// How one who wants to have it issued shows that they may.
    pub identification: Identification,
    /// How it is handed out.
    pub method: Method,
}

/// How one who wants to have an order issued shows that they may (*metode til identifikation*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identification {
    /// By a log-in with MitID (*bruger-login*); the portal has seen to it before it asks the core.
    Login,
    /// By the code that was shown when it was ordered (*engangskode*).
    OneTimeCode,
}

/// How a certificate is handed out (*metode til udstedelse*). *Hardware* is not spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// As the portal's `.p12`, with a key that the authority draws (*internetbrowser*).
    Browser,
    /// For a key of one's own, by a signing request (*System/EST API*).
    Api,
}

/// What one shows who wants to have an order issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// They have logged in.
    Login,
    /// They know the code.
    OneTimeCode(OneTimeCode),
}

/// The number of an order (*referencenummer*): a UUID. No secret: it stands in the link of the mail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReferenceNumber(Uuid);

impl ReferenceNumber {
    pub(crate) fn draw(entropy: &mut Entropy) -> Self {
        Self(entropy.uuid())
    }
}

impl fmt::Display for ReferenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An order, as it was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Order {
    /// Under which profile.
    pub profile: ProfileId,
    /// The UUID that the subject will name: that of the certificate to renew, or else a new one.
    pub uuid: Uuid,
    /// The certificate to renew, if it is a renewal.
    pub renews: Option<Serial>,
    /// How it is handed out.
    pub method: Method,
    /// When it was placed.
    pub placed: Timestamp,
    /// From when on it is not fulfilled any more.
    pub ends: Timestamp,
    /// What is kept of its one-time code; none where one identifies oneself by log-in.
    pub code: Option<CodeHash>,
}

impl Order {
    /// How one shows that one may have it issued.
    #[must_use]
    pub const fn identification(&self) -> Identification {
        match self.code {
            Some(_) => Identification::OneTimeCode,
            None => Identification::Login,
        }
    }
}

/// What has become of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The order.
    pub order: Order,
    /// How often a wrong code was tried on it.
    pub wrong_codes: u32,
    /// How it was closed, if it was.
    pub closed: Option<Closed>,
}

/// How an order was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// By a certificate.
    Fulfilled,
    /// By the administrator.
    Cancelled,
}

impl Placed {
    /// Whether it can still be fulfilled, as far as time and its own fate go.
    pub(crate) fn judge_open(
        &self,
        reference: &ReferenceNumber,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let reference = reference.clone();
        match self.closed {
            Some(Closed::Fulfilled) => Err(Rejection::OrderFulfilled { reference }),
            Some(Closed::Cancelled) => Err(Rejection::OrderCancelled { reference }),
            None if self.order.ends <= now => {
                Err(Rejection::OrderExpired { reference, since: self.order.ends })
            }
            None => Ok(()),
        }
    }

    /// Whether so many wrong codes were tried that the right one does not help any more.
    pub(crate) const fn is_locked(&self, attempts: u32) -> bool {
        self.wrong_codes >= attempts
    }
}

/// The orders that were placed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orders {
    placed: BTreeMap<ReferenceNumber, Placed>,
}

impl Orders {
    /// An order.
    ///
    /// # Errors
    ///
    /// If there is none of this number.
    pub fn find(&self, reference: &ReferenceNumber) -> Result<&Placed, Rejection> {
        self.placed
            .get(reference)
            .ok_or_else(|| Rejection::UnknownOrder { reference: reference.clone() })
    }

    /// The order that `proof` opens. With a code, nothing is said of which of the two is wrong.
    ///
    /// # Errors
    ///
    /// If there is no such order, or it takes another proof.
    pub fn open(&self, reference: &ReferenceNumber, proof: &Proof) -> Result<&Placed, Rejection> {
        match proof {
            Proof::OneTimeCode(code) => self
                .placed
                .get(reference)
                .filter(|it| it.order.code.as_ref().is_some_and(|hash| hash.fits(code)))
                .ok_or(Rejection::WrongCode),
            Proof::Login => {
                let placed = self.find(reference)?;
                match placed.order.identification() {
                    Identification::Login => Ok(placed),
                    Identification::OneTimeCode => Err(Rejection::CodeNeeded),
                }
            }
        }
    }

    /// Which attempt at guessing the code of an order this one is; none if it is not counted, since
    /// there is no such order, or it can no longer be fulfilled anyhow.
    #[must_use]
    pub fn wrong_attempt(
        &self,
        reference: &ReferenceNumber,
        code: &OneTimeCode,
        attempts: u32,
        now: Timestamp,
    ) -> Option<u32> {
        let placed = self.placed.get(reference)?;
        let wrong = !placed.order.code.as_ref()?.fits(code);
        let counted =
            wrong && placed.judge_open(reference, now).is_ok() && !placed.is_locked(attempts);
        counted.then_some(placed.wrong_codes + 1)
    }

    /// The orders of a profile, in the order in which they were placed.
    #[must_use]
    pub fn of(&self, profile: ProfileId) -> Vec<(&ReferenceNumber, &Placed)> {
        let mut found: Vec<_> =
            self.placed.iter().filter(|(_, it)| it.order.profile == profile).collect();
        found.sort_by_key(|(reference, it)| (it.order.placed, *reference));
        found
    }

    /// The first end of an open order after `now`.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let open = self.placed.values().filter(|it| it.closed.is_none());
        open.map(|it| it.order.ends).filter(|ends| *ends > now).min()
    }

    pub(crate) fn place(&mut self, reference: ReferenceNumber, order: Order) {
        self.placed.insert(reference, Placed { order, wrong_codes: 0, closed: None });
    }

    pub(crate) fn count(&mut self, reference: &ReferenceNumber, attempt: u32) {
        if let Some(placed) = self.placed.get_mut(reference) {
            placed.wrong_codes = attempt;
        }
    }

    pub(crate) fn close(&mut self, reference: &ReferenceNumber, closed: Closed) {
        if let Some(placed) = self.placed.get_mut(reference) {
            placed.closed = Some(closed);
        }
    }
}
