//! SMDB of each environment as it is served, with one control port.

use std::{collections::BTreeMap, sync::Arc};

use clock::Clock;
use parties::Environment;
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
    start: BTreeMap<Environment, Smdb>,
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
            start,
        })
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
            reset: Arc::new(move || this.reset()),
            routes: stored::routes(self).and(signers::routes(self)),
        }
    }

    /// Looks at each of them.
    pub(super) fn each<T>(&self, look: impl Fn(&Smdb) -> T) -> BTreeMap<&'static str, T> {
        self.web_services.iter().map(|(at, it)| (at.name(), it.core.look(&look))).collect()
    }

    /// Nothing was received, and whose tokens are taken is as at the start.
    fn reset(&self) {
        for (environment, service) in &self.web_services {
            if let Some(start) = self.start.get(environment) {
                service.core.change(|it| *it = start.clone());
            }
        }
    }
}
