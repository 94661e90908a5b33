//! The administration and the token services as they are served: apart, so that many may ask at once,
//! and joined by what a click hands on.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use clock::Clock;
use entropy::Entropy;
use parties::{Core, Diagnose, Diagnosis, Environment};
use shell::{
    Exchange, Journal, Shared, Source, Traffic,
    control::{Ready, Service},
};

use super::{
    TokenService,
    administration::{self, Known, Shown},
    signers,
};
use crate::{Issuer, Sts, administration::Administration};

/// NemLog-in as it is served.
pub struct NemLogin {
    administration: Shared<Administration>,
    token_services: BTreeMap<Environment, Arc<TokenService>>,
    pub(super) clock: Clock,
    journal: Journal,
    start: Sts,
    /// Held from a click until the STSs know of it, so that they learn of clicks in their order.
    click: Mutex<()>,
}

impl NemLogin {
    /// NemLog-in as it stands, with the place where the authority of each environment publishes whom
    /// it has revoked.
    #[must_use]
    pub fn new(
        start: Sts,
        clock: &Clock,
        journal: &Journal,
        revocation_list: impl Fn(Environment) -> Source,
    ) -> Arc<Self> {
        let (administration, issuers) = start.clone().into_parts();
        let token_service = |issuer: Issuer| TokenService {
            revocation_list: revocation_list(Issuer::environment(&issuer)),
            core: Shared::new(issuer),
            clock: clock.clone(),
            journal: journal.clone(),
        };
        let services = issuers.into_iter().map(|(at, it)| (at, Arc::new(token_service(it))));
        Arc::new(Self {
            administration: Shared::new(administration),
            token_services: services.collect(),
            clock: clock.clone(),
            journal: journal.clone(),
            start,
            click: Mutex::new(()),
        })
    }

    /// The token service of an environment, if there is one.
    #[must_use]
    pub fn token_service(&self, environment: Environment) -> Option<&Arc<TokenService>> {
        self.token_services.get(&environment)
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
            routes: administration::routes(self).and(signers::routes(self)),
        }
    }

    /// One click of an administrator, and everything that speaks against it.
    pub(super) fn click(&self, bytes: &[u8]) -> (Exchange<Administration>, Diagnosis) {
        let request = self.administration.read(bytes);
        let _click = self.click.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let diagnosis = self.administration.look(|it| it.diagnose(&request, now));
        let exchange = self.administration.answer(request, now, &mut Entropy::Os);
        for fact in &exchange.facts {
            for (environment, fact) in self.administration.look(|it| it.handed_on(fact)) {
                if let Some(service) = self.token_services.get(&environment) {
                    service.core.change(|issuer| issuer.apply(fact));
                }
            }
        }
        (exchange, diagnosis)
    }

    /// What is saved, and what the STSs know of it.
    pub(super) fn shown(&self) -> Shown {
        // Between a click and what it hands on, the two would not fit.
        let _click = self.click.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let known = |user: &_| {
            let known = |issuer: &Issuer| Some(Known::new(issuer.registration(user)?, now));
            let services = self.token_services.iter();
            services.filter_map(|(at, it)| Some((at.name(), it.core.look(known)?))).collect()
        };
        self.administration.look(|it| Shown::new(it, known, now))
    }

    /// Looks at each STS.
    pub(super) fn each<T>(&self, look: impl Fn(&Issuer) -> T) -> BTreeMap<&'static str, T> {
        self.token_services.iter().map(|(at, it)| (at.name(), it.core.look(&look))).collect()
    }

    /// Everything is as it was at the start; who is answered meanwhile is answered as before or after.
    fn reset(&self) {
        let _click = self.click.lock().unwrap_or_else(PoisonError::into_inner);
        let (administration, issuers) = self.start.clone().into_parts();
        self.administration.change(|it| *it = administration);
        for (environment, issuer) in issuers {
            if let Some(service) = self.token_services.get(&environment) {
                service.core.change(|it| *it = issuer);
            }
        }
    }
}
