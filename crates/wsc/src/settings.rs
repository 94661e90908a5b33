//! How one node is set up, and whom it trusts.

use clock::{Span, Timestamp};
use oio_idws::{Binding, framework::Framework};
use parties::{ClientProfile, Cvr, EntityId};
use pki::Certificate;

use crate::habits::Habits;

/// How one node is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What it does as its kind does.
    pub habits: Habits,
    /// How far its clock is ahead of the true time; negative if it is behind.
    pub skew: Span,
    /// What it does when the service refuses.
    pub on_fault: OnFault,
    /// Which profile it calls by SOAP in: that of the service.
    pub binding: Binding,
    /// On whose behalf it calls. Some clients keep tokens apart by it.
    pub tenant: Option<Cvr>,
}

impl Settings {
    /// A node of a profile with a true clock, which gives up when it is refused, as all the
    /// reference clients do.
    #[must_use]
    pub const fn of(profile: ClientProfile) -> Self {
        Self {
            habits: Habits::of(profile),
            skew: Span::ZERO,
            on_fault: OnFault::GiveUp,
            binding: Binding::OioIdws,
            tenant: None,
        }
    }

    /// The header of Liberty's binding, where it calls in that.
    pub(crate) const fn framework(&self) -> Option<Framework> {
        match self.binding {
            Binding::OioIdws => None,
            Binding::Lbsb => Some(self.habits.framework),
        }
    }

    /// What the node's clock shows at `now`.
    #[must_use]
    pub fn clock(&self, now: Timestamp) -> Timestamp {
        now + self.skew
    }
}

/// What a node does when the service refuses a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFault {
    /// It fails, and keeps the token.
    #[default]
    GiveUp,
    /// If the token was a kept one and the fault is not about the call itself, it drops the token,
    /// asks for a fresh one and calls once more. A fresh token that is refused is not tried again.
    RetryOnceWithFreshToken,
}

/// Whom a client trusts, pinned in its configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The certificate of the STS (*stsCertificate*).
    pub sts: Certificate,
    /// The certificate of the service.
    pub service: Certificate,
    /// The service's entity id: for whom tokens are asked.
    pub service_entity_id: EntityId,
    /// The address at which the service is called; by REST, its host is, at paths of their own.
    pub service_address: String,
}
