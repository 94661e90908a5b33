//! The organisations that are connected, and when their agreement ends.

use std::collections::BTreeMap;

use clock::{Timeline, Timestamp};
use parties::{Cvr, Environment};
use serde::{Deserialize, Serialize};

use crate::Rejection;

/// Whether an organisation's agreement (*aftale*) runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    /// It runs.
    Running,
    /// It has ended: every certificate is revoked, and no other is issued.
    Ended,
}

/// An organisation (*brugerorganisation*) that is connected in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its name in the CVR register, as it stands in certificates.
    pub name: String,
    /// Whether its organisation administrator (*organisationsadministrator*) allows system and
    /// organisation certificates, under settings (*Indstillinger*).
    pub certificates_allowed: bool,
    agreement: Timeline<Agreement>,
}

impl Organisation {
    /// When the agreement ends or has ended, if that is decided.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        let ended = self.agreement.entries().find(|(_, it)| **it == Agreement::Ended);
        ended.map(|(at, _)| at)
    }

    /// Whether the agreement has ended at `now`.
    ///
    /// # Errors
    ///
    /// If it has.
    pub(crate) fn judge_agreement(&self, cvr: &Cvr, now: Timestamp) -> Result<(), Rejection> {
        match self.end().filter(|end| *end <= now) {
            Some(since) => Err(Rejection::AgreementEnded { cvr: cvr.clone(), since }),
            None => Ok(()),
        }
    }
}

/// All of them, each in its environment: the portals of the two know nothing of one another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organisations {
    connected: BTreeMap<(Environment, Cvr), Organisation>,
}

impl Organisations {
    /// An organisation.
    ///
    /// # Errors
    ///
    /// If it is not connected in this environment.
    pub fn find(&self, environment: Environment, cvr: &Cvr) -> Result<&Organisation, Rejection> {
        self.connected
            .get(&(environment, cvr.clone()))
            .ok_or_else(|| Rejection::UnknownOrganisation { environment, cvr: cvr.clone() })
    }

    /// Every one that is connected, in its environment.
    pub fn connected(&self) -> impl Iterator<Item = (Environment, &Cvr, &Organisation)> {
        self.connected.iter().map(|((environment, cvr), it)| (*environment, cvr, it))
    }

    /// When the agreement of one ends, if that is decided.
    #[must_use]
    pub fn end(&self, environment: Environment, cvr: &Cvr) -> Option<Timestamp> {
        self.connected.get(&(environment, cvr.clone())).and_then(Organisation::end)
    }

    /// The first end of an agreement after `now`.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let changes = self.connected.values().map(|it| it.agreement.next_change_after(now));
        parties::earliest(changes)
    }

    pub(crate) fn connect(
        &mut self,
        environment: Environment,
        cvr: Cvr,
        name: String,
        at: Timestamp,
    ) {
        let agreement = Timeline::starting(at, Agreement::Running);
        let organisation = Organisation { name, certificates_allowed: false, agreement };
        self.connected.insert((environment, cvr), organisation);
    }

    pub(crate) fn allow(&mut self, environment: Environment, cvr: Cvr, allowed: bool) {
        if let Some(organisation) = self.connected.get_mut(&(environment, cvr)) {
            organisation.certificates_allowed = allowed;
        }
    }

    /// Lets the agreement be `agreement` from `from` on; what was planned for later is dropped.
    pub(crate) fn set(
        &mut self,
        environment: Environment,
        cvr: Cvr,
        from: Timestamp,
        agreement: Agreement,
    ) {
        if let Some(organisation) = self.connected.get_mut(&(environment, cvr)) {
            organisation.agreement.set(from, agreement);
        }
    }
}
