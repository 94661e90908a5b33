//! The administration and the token services as they are served: apart, so that many may ask at
//! once, and joined by what a click hands on.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::response::Response;
use clock::{Clock, Timestamp};
use parties::{Core, Environment};
use shell::{
    Arrival, FactLog, Journal, Kept, Shared, Source, Traffic,
    control::{self, Ready, act::Act},
    go_back,
};

use super::{
    TokenService,
    administration::{self, FORM, Known, Shown},
    signers::{self, RolledOver},
};
use crate::{
    Issuer, Service, Sts,
    administration::{Administration, Fact},
};

/// NemLog-in as it is served.
pub struct NemLogin {
    administration: Shared<Administration>,
    last: Arc<LastAdministration>,
    token_services: BTreeMap<Environment, Arc<TokenService>>,
    pub(super) clock: Clock,
    journal: Journal,
    /// What a reset goes back to.
    founded: Mutex<Sts>,
    log: Mutex<FactLog<Fact>>,
    /// Locked after the STS of that environment, if both are.
    roll_overs: BTreeMap<Environment, Mutex<FactLog<RolledOver>>>,
    /// Held from a click until the STSs know of it and it is written down, so that they learn of
    /// clicks in their order, and no reset comes in between.
    click: Mutex<()>,
}

impl NemLogin {
    /// NemLog-in as it stands, with the place where the authority of each environment publishes
    /// whom it has revoked. Nothing outlives it.
    #[must_use]
    pub fn new(
        start: Sts,
        clock: &Clock,
        journal: &Journal,
        revocation_list: impl Fn(Environment) -> Source,
    ) -> Arc<Self> {
        let kept = Kept { founding: Vec::new(), since: Vec::new() };
        let nothing = (FactLog::nowhere(), kept);
        Self::going_on(start, nothing, BTreeMap::new(), clock, journal, revocation_list)
    }

    /// The same after what was kept, and what its administrators and its operator do from now on is
    /// kept too.
    #[must_use]
    pub fn going_on(
        mut sts: Sts,
        (log, kept): (FactLog<Fact>, Kept<Fact>),
        roll_overs: BTreeMap<Environment, (FactLog<RolledOver>, Kept<RolledOver>)>,
        clock: &Clock,
        journal: &Journal,
        revocation_list: impl Fn(Environment) -> Source,
    ) -> Arc<Self> {
        let Kept { founding, since } = kept;
        founding.iter().for_each(|fact| sts.apply(fact));
        let mut logs = BTreeMap::new();
        let mut rolled_since = Vec::new();
        for (environment, (log, Kept { founding, since })) in roll_overs {
            rolled(&mut sts, environment, &founding);
            rolled_since.push((environment, since));
            logs.insert(environment, Mutex::new(log));
        }
        let founded = Mutex::new(sts.clone());
        since.iter().for_each(|fact| sts.apply(fact));
        for (environment, since) in rolled_since {
            rolled(&mut sts, environment, &since);
        }
        let (administration, issuers) = sts.into_parts();
        let last = Arc::new(LastAdministration::new(administration.clone()));
        let administration = Shared::new(administration);
        let token_service = |issuer: Issuer| TokenService {
            revocation_list: revocation_list(Issuer::environment(&issuer)),
            core: Shared::new(issuer),
            beside: Arc::clone(&last),
            clock: clock.clone(),
            journal: journal.clone(),
        };
        let services = issuers.into_iter().map(|(at, it)| (at, Arc::new(token_service(it))));
        let token_services = services.collect();
        Arc::new(Self {
            administration,
            last,
            token_services,
            clock: clock.clone(),
            journal: journal.clone(),
            founded,
            log: Mutex::new(log),
            roll_overs: logs,
            click: Mutex::new(()),
        })
    }

    /// It is ready for the first time, if it never was: a reset goes back to how it stands now, and
    /// the journal begins, as after a reset.
    ///
    /// # Errors
    ///
    /// If that cannot be kept.
    pub fn founded(&self) -> io::Result<()> {
        let _click = lock(&self.click);
        let mut log = lock(&self.log);
        let is_first = !log.is_founded();
        let administration = self.administration.look(Clone::clone);
        let mut founded = lock(&self.founded);
        let services = self.token_services.iter().map(|(at, it)| (*at, &it.core));
        let (environments, cores): (Vec<_>, Vec<_>) = services.unzip();
        // A roll-over is part of the founding in its log and here, or in neither: where this is broken off
        // between the logs, that of the clicks is not founded, and the next start founds what is left.
        Shared::look_at_all(&cores, |issuers| {
            self.roll_overs.values().try_for_each(|log| lock(log).found())?;
            log.found()?;
            if is_first {
                let issuers = issuers.iter().copied().cloned();
                let issuers = environments.into_iter().zip(issuers).collect();
                *founded = Sts::from_parts(administration, issuers);
                self.journal.clear();
            }
            Ok(())
        })
    }

    /// The STS of an environment signs with its next signer from `at` on. Whether there is one.
    ///
    /// # Errors
    ///
    /// If that cannot be kept.
    pub(super) fn roll_over(&self, environment: Environment, at: Timestamp) -> io::Result<bool> {
        let Some(service) = self.token_services.get(&environment) else { return Ok(false) };
        service.core.try_change(|issuer| {
            let rolled = issuer.roll_over(at);
            if let Some(log) = self.roll_overs.get(&environment).filter(|_| rolled) {
                lock(log).append(self.clock.now(), &[RolledOver { at }])?;
            }
            Ok(rolled)
        })
    }

    /// The STS of an environment issues tokens for a service from now on, also after a reset.
    pub fn know_service(&self, environment: Environment, service: &Service) {
        let _click = lock(&self.click);
        if let Some(issuer) = lock(&self.founded).issuer_mut(environment) {
            issuer.know_service(service.clone());
        }
        if let Some(served) = self.token_services.get(&environment) {
            served.core.change(|issuer| issuer.know_service(service.clone()));
        }
    }

    /// The token service of an environment, if there is one.
    #[must_use]
    pub fn token_service(&self, environment: Environment) -> Option<&Arc<TokenService>> {
        self.token_services.get(&environment)
    }

    /// Looks at the administration.
    pub fn look_at_administration<T>(&self, at: impl FnOnce(&Administration) -> T) -> T {
        self.administration.look(at)
    }

    /// What it brings to its control port.
    #[must_use]
    pub fn service(self: &Arc<Self>, traffic: Traffic, ready: Ready) -> control::Service {
        let this = Arc::clone(self);
        control::Service {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            clock: self.clock.clone(),
            journal: self.journal.clone(),
            traffic,
            ready,
            reset: Arc::new(move |forget| this.reset(forget)),
            routes: administration::routes(self).and(signers::routes(self)),
        }
    }

    /// The answer to one click of an administrator, which is written down.
    pub(super) fn click(&self, arrival: Arrival, bytes: &[u8]) -> Response {
        let request = self.administration.read(bytes);
        let _click = lock(&self.click);
        let now = self.clock.now();
        let mut log = lock(&self.log);
        let act = Act::decide(&self.administration, &mut log, request, now);
        let facts = act.exchange().map_or(&[][..], |exchange| &exchange.facts);
        if !facts.is_empty() {
            self.last.is(self.administration.look(Clone::clone));
        }
        for fact in facts {
            for (environment, fact) in self.administration.look(|it| it.handed_on(fact)) {
                if let Some(service) = self.token_services.get(&environment) {
                    service.core.change(|issuer| issuer.apply(fact));
                }
            }
        }
        act.answered(&FORM, &self.journal, arrival, bytes)
    }

    /// What is saved, and what the STSs know of it.
    pub(super) fn shown(&self) -> Shown {
        // Between a click and what it hands on, the two would not fit.
        let _click = lock(&self.click);
        let now = self.clock.now();
        let known = |user: &_| {
            let known = |issuer: &Issuer| Some(Known::new(issuer.registration(user)?, now));
            let services = self.token_services.iter();
            services.filter_map(|(at, it)| Some((at.name(), it.core.look(known)?))).collect()
        };
        Shown::new(&self.administration.look(Clone::clone), known, now)
    }

    /// Looks at one STS, if there is one of that environment.
    pub(super) fn look<T>(
        &self,
        environment: Environment,
        look: impl FnOnce(&Issuer) -> T,
    ) -> Option<T> {
        Some(self.token_services.get(&environment)?.core.look(look))
    }

    /// Looks at each STS.
    pub(super) fn each<T>(&self, look: impl Fn(&Issuer) -> T) -> BTreeMap<&'static str, T> {
        self.token_services.iter().map(|(at, it)| (at.name(), it.core.look(&look))).collect()
    }

    /// Everything is as it was when it was first ready, or nothing, where that cannot be kept; who
    /// is answered meanwhile is answered as before or after.
    fn reset(&self, forget: &dyn Fn()) -> io::Result<()> {
        let _click = lock(&self.click);
        let mut log = lock(&self.log);
        let emptied = log.empty()?;
        let (administration, issuers) = lock(&self.founded).clone().into_parts();
        let issuers = issuers.iter().filter_map(|(environment, issuer)| {
            let service = self.token_services.get(environment)?;
            Some((&service.core, issuer, self.roll_overs.get(environment)))
        });
        let forget = || {
            self.last.is(administration.clone());
            forget();
        };
        go_back(&issuers.collect::<Vec<_>>(), &forget)?;
        emptied.done();
        self.administration.change(|it| *it = administration);
        Ok(())
    }
}

/// The administration as the last click left it: who is refused by an STS is diagnosed with it, and
/// waits for no click that is being kept.
#[derive(Debug)]
pub struct LastAdministration(Mutex<Arc<Administration>>);

impl LastAdministration {
    /// As it stands at first.
    #[must_use]
    pub fn new(administration: Administration) -> Self {
        Self(Mutex::new(Arc::new(administration)))
    }

    /// From now on it is this.
    fn is(&self, administration: Administration) {
        *lock(&self.0) = Arc::new(administration);
    }

    /// As it is now.
    pub(super) fn get(&self) -> Arc<Administration> {
        Arc::clone(&lock(&self.0))
    }
}

/// The STS of an environment rolled over.
fn rolled(sts: &mut Sts, environment: Environment, kept: &[RolledOver]) {
    if let Some(issuer) = sts.issuer_mut(environment) {
        kept.iter().for_each(|rolled| _ = issuer.roll_over(rolled.at));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is locked here is changed whole or not at all.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
