//! Administration and issuers together; provisioning is the one arrow between them.

use std::collections::BTreeMap;

use clock::Timestamp;
use parties::{Core, Environment};

use crate::{
    Issuer, IssuerFact,
    administration::{Administration, Fact},
};

/// NemLog-in: one administration, and an STS for each environment.
#[derive(Debug, Clone)]
pub struct Sts {
    administration: Administration,
    issuers: BTreeMap<Environment, Issuer>,
}

impl Sts {
    /// An administration without system users over these STSs.
    #[must_use]
    pub fn new(issuers: impl IntoIterator<Item = Issuer>) -> Self {
        Self {
            administration: Administration::default(),
            issuers: issuers.into_iter().map(|it| (it.environment(), it)).collect(),
        }
    }

    /// The administration.
    #[must_use]
    pub const fn administration(&self) -> &Administration {
        &self.administration
    }

    /// The STS of an environment, if there is one.
    #[must_use]
    pub fn issuer(&self, environment: Environment) -> Option<&Issuer> {
        self.issuers.get(&environment)
    }

    /// The STS of an environment, to tell it facts and lessons.
    pub fn issuer_mut(&mut self, environment: Environment) -> Option<&mut Issuer> {
        self.issuers.get_mut(&environment)
    }

    /// Remembers what the administration did, and hands a provisioning on to its environment.
    pub fn apply(&mut self, fact: Fact) {
        if let Fact::Provisioned { system_user, environment, entity_id, grants, details, at } =
            &fact
            && let Some(issuer) = self.issuers.get_mut(environment)
        {
            issuer.apply(IssuerFact::Provisioned {
                system_user: system_user.clone(),
                entity_id: entity_id.clone(),
                details: details.clone(),
                at: *at,
            });
            issuer.apply(IssuerFact::PrivilegesChanged {
                system_user: system_user.clone(),
                grants: grants.clone(),
                at: *at,
            });
        }
        self.administration.apply(fact);
    }

    /// The first instant after `now` at which an answer could differ by itself.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let issuers = self.issuers.values().map(|issuer| issuer.next_change(now));
        parties::earliest(issuers.chain([self.administration.next_change(now)]))
    }
}
