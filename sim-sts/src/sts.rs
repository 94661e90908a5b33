//! Administration and issuers together; provisioning is the one arrow between them.

use std::collections::BTreeMap;

use clock::Timestamp;
use parties::{Core, Diagnosis, Environment};

use crate::{
    Issuer,
    administration::{self, Administration, Fact},
    issue::Request,
};

/// NemLog-in: one administration, and an STS for each environment.
#[derive(Debug, Clone)]
pub struct Sts {
    administration: Administration,
    issuers: BTreeMap<Environment, Issuer>,
}

impl Sts {
    /// An administration without system users over these STSs, with its usual rules.
    #[must_use]
    pub fn new(issuers: impl IntoIterator<Item = Issuer>) -> Self {
        Self::with_policy(issuers, administration::Policy::default())
    }

    /// The same with rules of its own.
    #[must_use]
    pub fn with_policy(
        issuers: impl IntoIterator<Item = Issuer>,
        policy: administration::Policy,
    ) -> Self {
        let issuers: BTreeMap<_, _> =
            issuers.into_iter().map(|it| (it.environment(), it)).collect();
        let anchors = issuers.values().map(|it| (it.environment(), it.anchors().clone()));
        Self { administration: Administration::new(anchors, policy), issuers }
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

    /// Everything that speaks against a request to the STS of an environment, as far as it and the
    /// administration together know; nothing where there is no such STS.
    #[must_use]
    pub fn diagnose(
        &self,
        environment: Environment,
        request: &Request,
        now: Timestamp,
    ) -> Diagnosis {
        let issuer = self.issuers.get(&environment);
        let diagnose = |it: &Issuer| it.diagnose_with(&self.administration, request, now);
        issuer.map_or_else(Diagnosis::default, diagnose)
    }

    /// Remembers what the administration did, and hands on to the STSs what they must know: a
    /// snapshot that was provisioned, and privileges that changed.
    pub fn apply(&mut self, fact: &Fact) {
        self.administration.apply(fact.clone());
        for (environment, fact) in self.administration.handed_on(fact) {
            if let Some(issuer) = self.issuers.get_mut(&environment) {
                issuer.apply(fact);
            }
        }
    }

    /// The same from both, as [`Self::into_parts`] gives them.
    #[cfg(feature = "http")]
    pub(crate) const fn from_parts(
        administration: Administration,
        issuers: BTreeMap<Environment, Issuer>,
    ) -> Self {
        Self { administration, issuers }
    }

    /// Both, for whoever lets each be asked by itself, and so must hand on what an STS must know.
    #[cfg(feature = "http")]
    pub(crate) fn into_parts(self) -> (Administration, BTreeMap<Environment, Issuer>) {
        (self.administration, self.issuers)
    }

    /// The first instant after `now` at which an answer could differ by itself.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let issuers = self.issuers.values().map(|issuer| issuer.next_change(now));
        parties::earliest(issuers.chain([self.administration.next_change(now)]))
    }
}
