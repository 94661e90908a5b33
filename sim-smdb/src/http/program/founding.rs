//! What `sim-smdb` needs of others before it can be called: authorities, certificates, and whose
//! tokens it takes.

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
use pki::Certificate;
use shell::{
    FactLog, Folder, Kept, Portal, Publication, Servers, Source, Switch, Wanted, apart,
    control::Door,
    program::{Instruments, Missing, Waiting, tell},
};

use super::{PROGRAM, Peers, key_of};
use crate::{
    Configuration, Policy, Smdb,
    contract::ENTITY_ID,
    http::{Databases, Lasting, metadata, router},
    schema::SchemaVersion,
};

/// SMDB of each environment, once there is one.
pub(super) type Served = Arc<OnceLock<Arc<Databases>>>;

/// Everything that is needed to bring SMDB up.
pub(super) struct Founding {
    pub(super) folder: Folder,
    pub(super) peers: Peers,
    pub(super) portal: Portal,
    pub(super) policy: Policy,
    pub(super) instruments: Instruments,
    pub(super) servers: Arc<Servers>,
    /// The address of SMDB of each environment.
    pub(super) addresses: BTreeMap<Environment, String>,
    pub(super) web_services: BTreeMap<Environment, Switch>,
    pub(super) metadata: Switch,
    pub(super) door: Door,
    pub(super) served: Served,
}

/// SMDB is ready for the first time, if it never was.
pub(super) fn founded(served: &Served) -> io::Result<()> {
    served.get().map_or(Ok(()), |databases| databases.founded())
}

/// SMDB of an environment trusts who signs the tokens of its STS, if it trusts nobody yet; whoever
/// started the program is told where it does not.
fn trust(databases: &Databases, environment: Environment, signer: &Certificate, now: Timestamp) {
    if let Err(error) = databases.trust_first(environment, signer) {
        tell(format!("{}: whose tokens are taken cannot be kept: {error}", PROGRAM.name));
    }
    if databases.look(environment, |smdb| smdb.trusts(signer, now)) == Some(false) {
        tell(format!(
            "{}: the STS of {environment} signs with {}, which SMDB does not trust: it refuses those \
             tokens until POST /__admin/signers/trust at its control port",
            PROGRAM.name,
            signer.thumbprint()
        ));
    }
}

impl Founding {
    /// Asks the others until it has what it needs, and then serves.
    pub(super) async fn carry_out(
        self,
        kept: BTreeMap<Environment, (FactLog<Lasting>, Kept<Lasting>)>,
        retry: Duration,
    ) {
        let mut waiting = Waiting::new(PROGRAM.name, self.instruments.ready.clone(), retry);
        let smdbs = loop {
            match self.smdbs().await {
                Ok(smdbs) => break smdbs,
                Err(missing) => waiting.after(&*missing).await,
            }
        };
        let Instruments { clock, journal, ready, .. } = self.instruments.clone();
        let mitid = self.peers.mitid.clone();
        let list = move |at| Publication::new(mitid.clone(), at).revocation_list();
        let taken_up = move || Databases::going_on(smdbs, kept, &clock, &journal, list);
        let databases = apart(taken_up).await;
        let _ = self.served.set(Arc::clone(&databases));
        self.open(&databases);

        let signers = loop {
            match self.signers().await {
                Ok(signers) => break signers,
                Err(missing) => waiting.after(&*missing).await,
            }
        };
        let (trusting, now) = (Arc::clone(&databases), self.instruments.clock.now());
        apart(move || signers.iter().for_each(|(at, it)| trust(&trusting, *at, it, now))).await;
        for (environment, switch) in &self.web_services {
            if let Some(service) = databases.web_service(*environment) {
                let metadata = metadata::router(Arc::clone(&databases));
                switch.turn(router(Arc::clone(service)).merge(metadata));
            }
        }
        ready.complete();
    }

    /// What can be asked before SMDB can be called.
    fn open(&self, databases: &Arc<Databases>) {
        let Instruments { traffic, ready, .. } = self.instruments.clone();
        let service = databases.service(traffic, ready);
        self.door.open(&self.servers.beside(service));
        self.metadata.turn(metadata::router(Arc::clone(databases)));
    }

    /// SMDB of each environment, which trusts nobody yet.
    async fn smdbs(&self) -> Result<Vec<Smdb>, Missing> {
        let mut smdbs = Vec::new();
        for environment in Environment::ALL {
            let now = self.instruments.clock.now();
            let anchors = Publication::new(self.peers.mitid.clone(), environment).anchors().await?;
            let file = key_of(&self.folder, environment);
            let wanted = Wanted::of_service(environment, "skift SMDB");
            let held = self.portal.held_or_ordered(&file, &wanted, &anchors, now).await?;
            let credential = Credential { certificate: held.certificate, key: held.key };
            smdbs.push(Smdb::new(Configuration {
                environment,
                entity_id: ENTITY_ID.parse().expect("a constant URI"),
                address: self.addresses.get(&environment).cloned().unwrap_or_default(),
                credential,
                sts: Timeline::new(),
                anchors,
                schemas: SchemaVersion::calendar(),
                policy: self.policy,
            }));
        }
        Ok(smdbs)
    }

    /// What the STS of each environment signs with, as its metadata say. Those to come are for the
    /// operator to trust, who is told of them in time or is not.
    async fn signers(&self) -> Result<BTreeMap<Environment, Certificate>, Missing> {
        let mut signers = BTreeMap::new();
        for environment in Environment::ALL {
            let at = self.peers.sts.at(&format!("/{environment}/metadata"));
            let metadata = Metadata::read(&Source::new(at.clone()).fetch().await?)?;
            let MetadataRole::TokenService { .. } = metadata.role else {
                return Err(format!("{at} is not the metadata of a token service").into());
            };
            let signer = metadata.signing.into_iter().next();
            let signer = signer.ok_or_else(|| format!("{at} names nothing that it signs with"))?;
            signers.insert(environment, signer);
        }
        Ok(signers)
    }
}
