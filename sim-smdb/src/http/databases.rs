//! SMDB of each environment as it is served, with one control port.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use clock::{Clock, Timestamp};
use parties::Environment;
use pki::Certificate;
use shell::{
    FactLog, Journal, Kept, Shared, Source, Traffic,
    control::{Ready, Service},
    go_back,
};

use super::{
    WebService,
    lasting::{Lasting, Log, lock},
    signers, stored,
};
use crate::Smdb;

/// SMDB of each environment as it is served. They know nothing of one another.
pub struct Databases {
    web_services: BTreeMap<Environment, Arc<WebService>>,
    /// Locked after the core of that environment, if both are.
    logs: BTreeMap<Environment, Log>,
    pub(super) clock: Clock,
    journal: Journal,
    /// What a reset goes back to.
    founded: Mutex<BTreeMap<Environment, Smdb>>,
}

impl Databases {
    /// SMDB of these environments as they stand, with the place where the authority of each
    /// publishes whom it has revoked. Nothing outlives them.
    #[must_use]
    pub fn new(
        start: impl IntoIterator<Item = Smdb>,
        clock: &Clock,
        journal: &Journal,
        revocation_list: impl Fn(Environment) -> Source,
    ) -> Arc<Self> {
        Self::going_on(start, BTreeMap::new(), clock, journal, revocation_list)
    }

    /// The same after what was kept, and what they receive from now on is kept too.
    #[must_use]
    pub fn going_on(
        start: impl IntoIterator<Item = Smdb>,
        mut kept: BTreeMap<Environment, (FactLog<Lasting>, Kept<Lasting>)>,
        clock: &Clock,
        journal: &Journal,
        revocation_list: impl Fn(Environment) -> Source,
    ) -> Arc<Self> {
        let (mut web_services, mut logs, mut founded) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for mut smdb in start {
            let environment = smdb.environment();
            let nothing = || (FactLog::nowhere(), Kept { founding: Vec::new(), since: Vec::new() });
            let (log, Kept { founding, since }) = kept.remove(&environment).unwrap_or_else(nothing);
            founding.into_iter().for_each(|it| it.apply(&mut smdb));
            founded.insert(environment, smdb.clone());
            since.into_iter().for_each(|it| it.apply(&mut smdb));
            let log = Arc::new(Mutex::new(log));
            let keeping = Arc::clone(&log);
            let core = Shared::new(smdb).keeping(move |facts, now| {
                let lasting = Lasting::of(facts);
                if lasting.is_empty() { Ok(()) } else { lock(&keeping).append(now, &lasting) }
            });
            let web_service = WebService {
                core,
                beside: (),
                clock: clock.clone(),
                revocation_list: revocation_list(environment),
                journal: journal.clone(),
            };
            web_services.insert(environment, Arc::new(web_service));
            logs.insert(environment, log);
        }
        let (clock, journal, founded) = (clock.clone(), journal.clone(), Mutex::new(founded));
        Arc::new(Self { web_services, logs, clock, journal, founded })
    }

    /// SMDB of an environment trusts the signer of its STS, now and after a reset, if it trusts
    /// nobody yet.
    ///
    /// # Errors
    ///
    /// If that cannot be kept.
    pub fn trust_first(&self, environment: Environment, signer: &Certificate) -> io::Result<()> {
        // From whenever on: the clock of who issued its certificate may be a second ahead.
        let from = Timestamp::from_seconds(0);
        let trusts_nobody = |smdb: &Smdb| smdb.trusted().entries().next().is_none();
        let mut founded = lock(&self.founded);
        if let Some(smdb) = founded.get_mut(&environment).filter(|it| trusts_nobody(it)) {
            self.trust(environment, signer, from)?;
            smdb.trust_signer(signer, from);
        }
        Ok(())
    }

    /// SMDB of an environment trusts another signer of its STS.
    ///
    /// # Errors
    ///
    /// If that cannot be kept.
    pub(super) fn trust(
        &self,
        environment: Environment,
        signer: &Certificate,
        from: Timestamp,
    ) -> io::Result<()> {
        let (Some(service), Some(log)) =
            (self.web_services.get(&environment), self.logs.get(&environment))
        else {
            return Ok(());
        };
        service.core.try_change(|smdb| {
            smdb.trust_signer(signer, from);
            let trusted = Lasting::Trusted { signer: signer.clone(), from };
            lock(log).append(self.clock.now(), &[trusted])
        })
    }

    /// It is ready for the first time, if it never was: a reset goes back to how it stands now, and
    /// the journal begins, as after a reset.
    ///
    /// # Errors
    ///
    /// If that cannot be kept.
    pub fn founded(&self) -> io::Result<()> {
        let mut founded = lock(&self.founded);
        let each = self.logs.iter().filter_map(|(at, log)| {
            let service = self.web_services.get(at)?;
            Some(((*at, log), &service.core))
        });
        let (logs, cores): (Vec<_>, Vec<_>) = each.unzip();
        // They have one journal: what any of them decides comes before the founding of both, or after it.
        Shared::look_at_all(&cores, |smdbs| {
            let mut is_first = false;
            for ((environment, log), smdb) in logs.into_iter().zip(smdbs) {
                let mut log = lock(log);
                if !log.is_founded() {
                    log.found()?;
                    founded.insert(environment, Smdb::clone(smdb));
                    is_first = true;
                }
            }
            if is_first {
                self.journal.clear();
            }
            Ok(())
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
            reset: Arc::new(move |forget| this.reset(forget)),
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

    /// Everything is as it was when it was first ready; or nothing, where that cannot be kept.
    fn reset(&self, forget: &dyn Fn()) -> io::Result<()> {
        let founded = lock(&self.founded);
        let cores = self.web_services.iter().filter_map(|(environment, service)| {
            let log = self.logs.get(environment).map(|log| &**log);
            Some((&service.core, founded.get(environment)?, log))
        });
        go_back(&cores.collect::<Vec<_>>(), forget)
    }
}
