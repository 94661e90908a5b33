//! IT systems and their system users, as the administrator sees them.

use std::collections::BTreeMap;

use clock::{Timeline, Timestamp};
use parties::{Cvr, EntityId, Environment, ItSystemId, SystemUserId};
use pki::Certificate;

use super::{Privilege, PrivilegeStatus};
use crate::registration::{Registration, TechnicalDetails};

/// An IT system (*it-system*): what an organisation has registered its system users under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItSystem {
    /// The organisation that it belongs to.
    pub organisation: Cvr,
}

/// A system user (*systembruger*) as the administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemUser {
    /// The IT system that it belongs to.
    pub it_system: ItSystemId,
    /// What tokens will call it, once this is provisioned.
    pub entity_id: EntityId,
    /// What was saved last, for both environments. When a provisioned rolling certificate takes
    /// over, it becomes the active one here too, and its slot is empty.
    pub draft: Timeline<TechnicalDetails>,
    /// What it is known by in each environment, as far as this administration knows: of an STS's
    /// activation delay, of its rules and of revocations it knows nothing.
    pub provisioned: BTreeMap<Environment, Registration>,
    /// What was requested for it, and what became of that.
    pub privileges: BTreeMap<Privilege, PrivilegeStatus>,
}

/// How far a system user has come (*status*). The real ladder has steps between these, for reports
/// and approvals; the guide knows none of them for a system user, so neither do we.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing is provisioned (*Påbegyndt*).
    Begun,
    /// A certificate is in force, or planned, in integration test (*Integrationstest, klar*).
    IntegrationTest,
    /// A certificate is in force, or planned, in production (*Produktion, klar*).
    Production,
}

impl SystemUser {
    pub(super) const fn new(it_system: ItSystemId, entity_id: EntityId) -> Self {
        Self {
            it_system,
            entity_id,
            draft: Timeline::new(),
            provisioned: BTreeMap::new(),
            privileges: BTreeMap::new(),
        }
    }

    /// What is saved at `now`; empty slots before anything was.
    #[must_use]
    pub fn saved(&self, now: Timestamp) -> TechnicalDetails {
        self.draft.at(now).cloned().unwrap_or_default()
    }

    /// How far it has come at `now`.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        if self.is_known_in(Environment::Production, now) {
            Status::Production
        } else if self.is_known_in(Environment::IntegrationTest, now) {
            Status::IntegrationTest
        } else {
            Status::Begun
        }
    }

    /// Whether a certificate of it is in force in the environment, or planned.
    pub(super) fn is_known_in(&self, environment: Environment, now: Timestamp) -> bool {
        let known = self.provisioned.get(&environment);
        known.is_some_and(|known| known.current_and_planned(now).next().is_some())
    }

    /// Whether it has the certificate: in the draft, or in an environment now or as planned.
    pub(super) fn has_certificate(&self, certificate: &Certificate, now: Timestamp) -> bool {
        let mut provisioned = self.provisioned.values();
        self.saved(now).certificates().any(|held| held == certificate)
            || provisioned.any(|it| it.current_and_planned(now).any(|held| held == certificate))
    }

    /// Whether it has the entity id: in the draft, or in an environment.
    pub(super) fn has_entity_id(&self, entity_id: &EntityId, now: Timestamp) -> bool {
        let mut provisioned = self.provisioned.values();
        self.entity_id == *entity_id
            || provisioned.any(|known| known.entity_id(now) == Some(entity_id))
    }
}

/// The first of these system users but `except` of which something holds.
pub(super) fn other<'a>(
    users: &'a BTreeMap<SystemUserId, SystemUser>,
    except: &SystemUserId,
    holds: impl Fn(&SystemUser) -> bool,
) -> Option<&'a SystemUserId> {
    users.iter().find(|(id, user)| *id != except && holds(user)).map(|(id, _)| id)
}
