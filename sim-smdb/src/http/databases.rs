//! SMDB of each environment as it is served, with one control port.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clock::{Clock, Timestamp};
use parties::Environment;
use pki::Certificate;
use shell::{
    Journal, Shared, Source, Traffic,
    control::{Ready, Service},
};

use super::{WebService, signers, stored};
use crate::Smdb;

/// SMDB of each environment as it is served. They know nothing of one another.
pub struct Databases {
    web_services: BTreeMap<Environment, Arc<WebService>>,
    pub(super) clock: Clock,
    journal: Journal,
    /// What a reset goes back to.
    founded: Mutex<BTreeMap<Environment, Smdb>>,
}

impl Databases {
    /// SMDB of these environments as they stand, with the place where the authority of each publishes
    /// whom it has revoked.
    #[must_use]
    pub fn new(
        start: impl IntoIterator<Item = Smdb>,
        clock: &Clock,
        journal: &Journal,
        revocation_list: impl Fn(Environment) -> Source,
    ) -> Arc<Self> {
        let start: BTreeMap<_, _> = start.into_iter().map(|it| (it.environment(), it)).collect();
        let web_service = |smdb: &Smdb| WebService {
            core: Shared::new(smdb.clone()),
            clock: clock.clone(),
            revocation_list: revocation_list(smdb.environment()),
            journal: journal.clone(),
        };
        let services = start.iter().map(|(at, it)| (*at, Arc::new(web_service(it))));
        Arc::new(Self {
            web_services: services.collect(),
            clock: clock.clone(),
            journal: journal.clone(),
            founded: Mutex::new(start),
        })
    }

    /// SMDB of an environment trusts a signer of its STS, now and after a reset.
    pub fn trust_signer(&self, environment: Environment, signer: &Certificate) {
        // From whenever on: the clock of who issued its certificate may be a second ahead.
        let from = Timestamp::from_seconds(0);
        if let Some(smdb) = self.founded().get_mut(&environment) {
            smdb.trust_signer(signer, from);
        }
        if let Some(service) = self.web_services.get(&environment) {
            service.core.change(|smdb| smdb.trust_signer(signer, from));
        }
    }

    fn founded(&self) -> MutexGuard<'_, BTreeMap<Environment, Smdb>> {
        self.founded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// SMDB of an environment, if there is one.
    #[must_use]
    pub fn web_service(&self, environment: Environment) -> Option<&Arc<WebService>> {
        self.web_services.get(&environment)
    }

    /// What it brings to its control port.
    #[must_use]
    pub fn service(self: &Arc<Self>, traffic: Traffic, ready: Ready) -> Service {
        let this = Arc::clone(self);
        Service {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            clock: self.clock.clone(),
            journal: self.journal.clone(),
            traffic,
            ready,
            reset: Arc::new(move || {
                this.reset();
                Ok(())
            }),
            routes: stored::routes(self).and(signers::routes(self)),
        }
    }

    /// Looks at each of them.
    pub(super) fn each<T>(&self, look: impl Fn(&Smdb) -> T) -> BTreeMap<&'static str, T> {
        self.web_services.iter().map(|(at, it)| (at.name(), it.core.look(&look))).collect()
    }

    /// Looks at one of them, if there is one of that environment.
    pub(super) fn look<T>(
        &self,
        environment: Environment,
        look: impl FnOnce(&Smdb) -> T,
    ) -> Option<T> {
        Some(self.web_services.get(&environment)?.core.look(look))
    }

    /// Nothing was received, and whose tokens are taken is as at the start.
    fn reset(&self) {
        let founded = self.founded();
        for (environment, service) in &self.web_services {
            if let Some(start) = founded.get(environment) {
                service.core.change(|it| *it = start.clone());
            }
        }
    }
}
