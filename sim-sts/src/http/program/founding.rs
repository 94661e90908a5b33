//! What `sim-sts` needs of others before it can be asked: authorities, certificates, and the
//! service that tokens are for.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, OnceLock},
    time::Duration,
};

use clock::{Timeline, Timestamp};
use oio_idws::{
    Credential,
    metadata::{Metadata, MetadataRole},
};
use parties::Environment;
use shell::{
    FactLog, Folder, Kept, Portal, Publication, Servers, Source, Switch, Wanted, apart,
    control::Door,
    program::{Instruments, Missing, Waiting},
};

use super::{PROGRAM, Peers, signers};
use crate::{
    Issuer, Policy, Service, Sts,
    administration::Fact,
    http::{NemLogin, RolledOver, metadata, router},
};

/// NemLog-in, once there is one.
pub(super) type Served = Arc<OnceLock<Arc<NemLogin>>>;

/// Everything that is needed to bring NemLog-in up.
pub(super) struct Founding {
    pub(super) folder: Folder,
    pub(super) peers: Peers,
    pub(super) portal: Portal,
    pub(super) policy: Policy,
    /// Whether SMDB lets only approved system users in.
    pub(super) approved_only: bool,
    pub(super) instruments: Instruments,
    pub(super) servers: Arc<Servers>,
    /// The address of each STS.
    pub(super) addresses: BTreeMap<Environment, String>,
    pub(super) token_services: BTreeMap<Environment, Switch>,
    pub(super) metadata: Switch,
    pub(super) door: Door,
    pub(super) served: Served,
}

/// NemLog-in is ready for the first time, if it never was.
pub(super) fn founded(served: &Served) -> io::Result<()> {
    served.get().map_or(Ok(()), |nemlogin| nemlogin.founded())
}

impl Founding {
    /// Asks the others until it has what it needs, and then serves.
    pub(super) async fn carry_out(
        self,
        kept: (FactLog<Fact>, Kept<Fact>),
        roll_overs: BTreeMap<Environment, (FactLog<RolledOver>, Kept<RolledOver>)>,
        retry: Duration,
    ) {
        let mut waiting = Waiting::new(PROGRAM.name, self.instruments.ready.clone(), retry);
        let issuers = loop {
            match self.issuers().await {
                Ok(issuers) => break issuers,
                Err(missing) => waiting.after(&*missing).await,
            }
        };
        let Instruments { clock, journal, ready, .. } = self.instruments.clone();
        let mitid = self.peers.mitid.clone();
        let list = move |at| Publication::new(mitid.clone(), at).revocation_list();
        let sts = Sts::new(issuers);
        let taken_up = move || NemLogin::going_on(sts, kept, roll_overs, &clock, &journal, list);
        let nemlogin = apart(taken_up).await;
        let _ = self.served.set(Arc::clone(&nemlogin));
        self.open(&nemlogin);

        let services = loop {
            match self.services().await {
                Ok(services) => break services,
                Err(missing) => waiting.after(&*missing).await,
            }
        };
        let knowing = Arc::clone(&nemlogin);
        apart(move || services.iter().for_each(|(at, it)| knowing.know_service(*at, it))).await;
        for (environment, switch) in &self.token_services {
            if let Some(service) = nemlogin.token_service(*environment) {
                let metadata = self.metadata_of(&nemlogin);
                switch.turn(router(Arc::clone(service)).merge(metadata));
            }
        }
        ready.complete();
    }

    /// What can be asked before tokens can.
    fn open(&self, nemlogin: &Arc<NemLogin>) {
        let Instruments { traffic, ready, .. } = self.instruments.clone();
        let service = nemlogin.service(traffic, ready);
        self.door.open(&self.servers.beside(service));
        self.metadata.turn(self.metadata_of(nemlogin));
    }

    fn metadata_of(&self, nemlogin: &Arc<NemLogin>) -> axum::Router {
        let addresses = self.addresses.clone();
        let address = move |at: Environment| addresses.get(&at).cloned().unwrap_or_default();
        metadata::router(Arc::clone(nemlogin), address)
    }

    /// The STS of each environment, with its signer and the next.
    async fn issuers(&self) -> Result<Vec<Issuer>, Missing> {
        let mut issuers = Vec::new();
        for environment in Environment::ALL {
            let now = self.instruments.clock.now();
            let anchors = Publication::new(self.peers.mitid.clone(), environment).anchors().await?;
            let mut credentials = Vec::new();
            for file in signers(&self.folder, environment) {
                let wanted = Wanted::of_service(environment, "skift STS");
                let held = self.portal.held_or_ordered(&file, &wanted, &anchors, now).await?;
                credentials.push(Credential { certificate: held.certificate, key: held.key });
            }
            let [signer, next] = <[_; 2]>::try_from(credentials).expect("there are two files");
            // Not from when its certificate begins: the clock of who issued it may be a second
            // ahead.
            let signer = Timeline::starting(Timestamp::from_seconds(0), signer);
            let issuer = Issuer::new(environment, anchors, signer, Vec::new(), self.policy);
            issuers.push(issuer.with_next_signer(next));
        }
        Ok(issuers)
    }

    /// SMDB of each environment, as its metadata describe it.
    async fn services(&self) -> Result<BTreeMap<Environment, Service>, Missing> {
        let mut services = BTreeMap::new();
        for environment in Environment::ALL {
            let at = self.peers.smdb.at(&format!("/{environment}/metadata"));
            let metadata = Metadata::read(&Source::new(at.clone()).fetch().await?)?;
            let MetadataRole::Service { encryption, .. } = metadata.role else {
                return Err(format!("{at} is not the metadata of a service").into());
            };
            let encryption = encryption.into_iter().next();
            let encryption =
                encryption.ok_or_else(|| format!("{at} says nothing to encrypt tokens for"))?;
            let (entity_id, approved_only) = (metadata.entity_id, self.approved_only);
            services.insert(environment, Service { entity_id, encryption, approved_only });
        }
        Ok(services)
    }
}
