//! All three services in one process, brought up by the very pieces that their own programs are
//! made of: they find one another by address, as those do, and have one clock.
//!
//! - [`Settings`]: what can be set
//! - [`start`]: brings them up, and makes system users that may call SMDB when they are founded
//! - `system_user`: those system users, registered by the clicks that would register one in life

mod settings;
mod system_user;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use clock::Clock;
use entropy::Entropy;
use oio_idws::{
    Binding,
    metadata::{Metadata, MetadataRole},
};
use parties::Environment;
use pki::{Certificate, TrustAnchors};
use shell::{
    BaseUrl, Bounds, Folder, Portal, Publication, Ready, Remote, Source, apart,
    keys::{self, KeyFile},
    program::{Missing, Program, Running, StartError},
};
use sim_mitid::http::program as mitid;
use sim_smdb::http::program as smdb;
use sim_sts::http::program as sts;
use tokio::{time::timeout, try_join};

pub use self::settings::Settings;
use self::system_user::SystemUsers;
use crate::kit::Kit;

/// What the program is.
pub const PROGRAM: Program = Program {
    name: "skift",
    version: env!("CARGO_PKG_VERSION"),
    about: "Serves MitID Erhverv, NemLog-in and SMDB on this machine until it is told to stop",
    prefix: "SKIFT_SERVE_",
};

/// Where in the data folder the kit of each environment is.
const KIT: &str = "kit";

/// Brings all three up. When it returns they can be asked, and the kits of clients are written.
///
/// # Errors
///
/// If an address is taken, or what is kept cannot be read or written.
pub async fn start(settings: &Settings) -> Result<Running, StartError> {
    let clock = settings.common.clock();
    let bound = Bound::bind(settings, &clock).await?;
    bound.make_keys().await?;
    bound.serve(settings, &clock).await
}

/// The three programs with their addresses.
struct Bound {
    data: Folder,
    mitid: mitid::Bound,
    sts: sts::Bound,
    smdb: smdb::Bound,
}

impl Bound {
    async fn bind(settings: &Settings, clock: &Clock) -> Result<Self, StartError> {
        let within = |program| move |error: StartError| error.within(program);
        Ok(Self {
            data: settings.common.folder()?,
            mitid: mitid::Bound::bind(&settings.mitid(), clock).await.map_err(within("mitid"))?,
            sts: sts::Bound::bind(&settings.sts(), clock).await.map_err(within("sts"))?,
            smdb: smdb::Bound::bind(&settings.smdb(), clock).await.map_err(within("smdb"))?,
        })
    }

    /// Makes the keys of all of them at once, so that no processor waits for another; those of
    /// integration test first.
    async fn make_keys(&self) -> Result<(), StartError> {
        let users = SystemUsers::keys(&self.data)?;
        let all = [self.mitid.keys(), self.sts.keys(), self.smdb.keys(), users];
        let of_test = |key: &KeyFile| key.name.ends_with(Environment::IntegrationTest.name());
        let (mut wanted, later): (Vec<_>, Vec<_>) = all.into_iter().flatten().partition(of_test);
        wanted.extend(later);
        Ok(apart(move || keys::make(&wanted)).await?)
    }

    async fn serve(self, settings: &Settings, clock: &Clock) -> Result<Running, StartError> {
        let Self { data, mitid, sts, smdb } = self;
        let token = settings.common.control_token.clone();
        let (publication, metadata) = (mitid.site().published(), smdb.site().published());
        let mitid_control = Remote::new(mitid.site().control(), token.clone());
        let sts_control = Remote::new(sts.site().control(), token);
        let addresses = Addresses {
            mitid: publication.clone(),
            sts: sts.site().published(),
            smdb: metadata.clone(),
            tls_authority: sts.tls_authority().to_owned(),
        };
        let peers = mitid_control.clone();
        let of_sts =
            sts::Peers { mitid: publication.clone(), mitid_control: peers, smdb: metadata };
        let peers = mitid_control.clone();
        let of_smdb =
            smdb::Peers { mitid: publication, mitid_control: peers, sts: addresses.sts.clone() };
        // They need one another's answers: MitID Erhverv gives its own from here on, and nobody
        // else is told.
        let services = Services {
            mitid: mitid.serve().await?,
            sts: sts.serve(of_sts).await?,
            smdb: smdb.serve(of_smdb).await?,
        };
        let founded = async {
            services.complete().await?;
            let is_first = services.mitid.is_first() || services.sts.is_first();
            let hierarchies = addresses.hierarchies().await.map_err(unusable)?;
            let portal = Portal::new(mitid_control);
            let system_users = SystemUsers::new(&data, &portal, &hierarchies, clock).await;
            let system_users = system_users.map_err(unusable)?;
            let all = BTreeSet::from(Environment::ALL);
            let wanted = if is_first { &all } else { system_users.new_in() };
            system_users.register(wanted, &sts_control).await.map_err(unusable)?;
            let binding = settings.smdb_binding;
            addresses.write_kits(&data, &hierarchies, &system_users, binding).await?;
            Ok(services.found().await?)
        };
        match founded.await {
            Ok(()) => Ok(services.together()),
            // Nobody was told that any of them is ready; who is being answered has the answer.
            Err(error) => {
                services.together().stop().await;
                Err(error)
            }
        }
    }
}

/// The three services as they run.
struct Services {
    mitid: Running,
    sts: Running,
    smdb: Running,
}

impl Services {
    const fn all(&self) -> [&Running; 3] {
        [&self.mitid, &self.sts, &self.smdb]
    }

    /// Waits until all of them have what they need. They need one another: one that fails is not
    /// waited for by the others.
    async fn complete(&self) -> io::Result<()> {
        try_join!(self.mitid.complete(), self.sts.complete(), self.smdb.complete()).map(|_| ())
    }

    /// Lets what happened until now be their founding, and then says of all of them that they can
    /// be asked: who waits for one calls at once, and finds everything.
    async fn found(&self) -> io::Result<()> {
        for service in self.all() {
            service.found().await?;
        }
        self.all().into_iter().for_each(|it| it.ready().set());
        Ok(())
    }

    /// As one: found at the addresses of all, and stopped together.
    fn together(self) -> Running {
        let mut urls = BTreeMap::new();
        for (program, service) in ["mitid", "sts", "smdb"].into_iter().zip(self.all()) {
            let named = service.urls().iter();
            urls.extend(named.map(|(name, url)| (format!("{program}-{name}"), url.clone())));
        }
        let ready = Ready::default();
        ready.complete();
        let mut running = Running::new(urls, ready);
        for service in self.all() {
            running.fails_with(service);
        }
        let stopping = running.stopping();
        running.serve(async move {
            stopping.await;
            for service in self.all() {
                service.ready().stopping();
            }
            // Who is called by others goes last: an answer that is under way may need it. Whoever
            // ends us waits no longer than for one of them.
            let one_by_one = async {
                self.smdb.stop().await;
                self.sts.stop().await;
                self.mitid.stop().await;
            };
            let _ = timeout(Bounds::default().grace, one_by_one).await;
        });
        running
    }
}

/// Where what a client must know is published, and who vouches for the servers in TLS.
struct Addresses {
    mitid: BaseUrl,
    sts: BaseUrl,
    smdb: BaseUrl,
    tls_authority: String,
}

/// The authority of each environment.
type Hierarchies = BTreeMap<Environment, Arc<TrustAnchors>>;

impl Addresses {
    async fn hierarchies(&self) -> Result<Hierarchies, Missing> {
        let mut hierarchies = BTreeMap::new();
        for environment in Environment::ALL {
            let anchors = Publication::new(self.mitid.clone(), environment).anchors().await?;
            hierarchies.insert(environment, Arc::new(anchors));
        }
        Ok(hierarchies)
    }

    /// Writes what a client needs, for each environment.
    async fn write_kits(
        &self,
        data: &Folder,
        hierarchies: &Hierarchies,
        system_users: &SystemUsers,
        binding: Binding,
    ) -> Result<(), StartError> {
        for (environment, anchors) in hierarchies {
            let sts = self.metadata(&self.sts, *environment).await.map_err(unusable)?;
            let smdb = self.metadata(&self.smdb, *environment).await.map_err(unusable)?;
            let folder = data.within(KIT)?.at(environment.name());
            let (environment, anchors) = (*environment, Arc::clone(anchors));
            let credential = system_users.credential(environment).clone();
            let tls_authority = self.tls_authority.clone();
            // Each file goes to the disk: others are served meanwhile.
            let written = apart(move || {
                let kit = Kit {
                    environment,
                    root: anchors.root(),
                    issuing: anchors
                        .issuing()
                        .first()
                        .expect("a hierarchy has an issuing authority"),
                    tls_authority: &tls_authority,
                    sts: &sts.signer,
                    smdb: &smdb.signer,
                    system_user: system_user::name(environment),
                    credential: &credential,
                    sts_address: &sts.address,
                    smdb_address: &smdb.address,
                    smdb_entity_id: &smdb.metadata.entity_id,
                    binding,
                };
                kit.write(&folder, &mut Entropy::Os).map(|_| ())
            });
            written.await?;
        }
        Ok(())
    }

    async fn metadata(&self, of: &BaseUrl, environment: Environment) -> Result<Described, Missing> {
        let at = of.at(&format!("/{environment}/metadata"));
        let metadata = Metadata::read(&Source::new(at.clone()).fetch().await?)?;
        let (MetadataRole::TokenService { address } | MetadataRole::Service { address, .. }) =
            &metadata.role
        else {
            return Err(format!("{at} is not the metadata of a service").into());
        };
        let signer = metadata.signing.first().cloned();
        let signer = signer.ok_or_else(|| format!("{at} names nothing that it signs with"))?;
        Ok(Described { address: address.clone(), signer, metadata })
    }
}

/// A service as its metadata describe it.
struct Described {
    address: String,
    signer: Certificate,
    metadata: Metadata,
}

fn unusable(missing: impl Into<Missing>) -> StartError {
    StartError::Unusable(missing.into().to_string())
}

#[cfg(test)]
mod tests {
    use shell::Readiness;

    use super::*;

    /// Three services that wait for ever, with what is done when the STS is founded.
    fn services(founding: fn() -> io::Result<()>) -> Services {
        let new = || Running::new(BTreeMap::new(), Ready::default());
        let sts = new().when_founded(true, founding);
        Services { mitid: new(), sts, smdb: new() }
    }

    #[tokio::test]
    async fn one_that_fails_is_not_waited_for_by_those_that_need_it() {
        let mut services = services(|| Ok(()));
        services.mitid.ready().complete();
        services.smdb.work(async { panic!("a fault, for a test") });
        assert!(services.complete().await.is_err());
        services.together().stop().await;
    }

    /// Who waits for one of them uses all of them.
    #[tokio::test]
    async fn none_says_that_it_can_be_asked_before_all_are_founded() {
        let services = services(|| Err(io::Error::other("no room")));
        services.all().into_iter().for_each(|it| it.ready().complete());
        services.complete().await.unwrap();
        assert_eq!(services.found().await.unwrap_err().to_string(), "no room");
        for service in services.all() {
            assert_eq!(service.ready().get(), Readiness::Complete);
        }
        services.together().stop().await;
    }
}
