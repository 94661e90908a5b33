//! The program `sim-smdb`: how it is set, what it keeps, and how it is brought up.
//!
//! Two environments have the same path, so each has a listener of its own. Before it can be called
//! it needs two others: MitID Erhverv, whose authorities it trusts and which issues its
//! certificates, and NemLog-in, whose metadata say what tokens are signed with. It asks them until
//! they answer, and publishes its own metadata as soon as it has them.

mod founding;

use std::{collections::BTreeMap, ffi::OsString, net::SocketAddr, process::ExitCode, sync::Arc};

use clock::Clock;
use oio_idws::Binding;
use parties::{Environment, Party};
use pki::KeySize;
use schemars::JsonSchema;
use serde::Deserialize;
use shell::{
    BaseUrl, FactLog, Folder, Journal, Listener, Lock, Portal, Ready, Remote, Servers, Switch,
    Traffic, Witness, apart,
    control::{Control, Service, Token},
    keys::{self, KeyFile},
    program::{self, Common, EXIT_CODES, Program, Running, StartError, from_here},
};

use self::founding::Founding;
use super::ADDRESS;
use crate::rest::{API_PATH, TOKEN_PATH};

/// What the program is.
const PROGRAM: Program = Program {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    about: "Simulates SMDB of each environment: submissions from callers with a token",
    prefix: "SKIFT_SMDB_",
};

/// The hosts of SMDB. Ours, as the addresses of the real one are not public.
const fn hosts(environment: Environment) -> [&'static str; 1] {
    match environment {
        Environment::IntegrationTest => ["smdb.test.sim.invalid"],
        Environment::Production => ["smdb.sim.invalid"],
    }
}

/// What the program can be set to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// What it has in common with the other programs.
    #[serde(flatten)]
    pub common: Common,
    /// Where SMDB of integration test is, in TLS
    #[schemars(with = "String")]
    pub listen_integration_test: SocketAddr,
    /// Where SMDB of production is, in TLS
    #[schemars(with = "String")]
    pub listen_production: SocketAddr,
    /// Where metadata are fetched
    #[schemars(with = "String")]
    pub listen_metadata: SocketAddr,
    /// Where the control port is
    #[schemars(with = "String")]
    pub listen_control: SocketAddr,
    /// Which profile calls by SOAP follow: `oio-idws` (SOAP 1.2), or the older `lbsb` (SOAP 1.1
    /// with a signed sbf:Framework)
    #[schemars(with = "String")]
    pub binding: Binding,
    /// Where MitID Erhverv publishes its authorities
    #[schemars(with = "String")]
    pub mitid: BaseUrl,
    /// Where the control port of MitID Erhverv is
    #[schemars(with = "String")]
    pub mitid_control: BaseUrl,
    /// The token of the control port of MitID Erhverv; the same as here if nothing is said
    #[schemars(with = "Option<String>")]
    pub mitid_control_token: Option<Token>,
    /// Where NemLog-in publishes the metadata of its STSs
    #[schemars(with = "String")]
    pub sts: BaseUrl,
}

impl Default for Settings {
    fn default() -> Self {
        let on = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            common: Common::default(),
            listen_integration_test: on(9443),
            listen_production: on(9444),
            listen_metadata: on(8120),
            listen_control: on(8121),
            binding: Binding::OioIdws,
            mitid: BaseUrl::of(on(8100)),
            mitid_control: BaseUrl::of(on(8101)),
            mitid_control_token: None,
            sts: BaseUrl::of(on(8110)),
        }
    }
}

impl AsRef<Common> for Settings {
    fn as_ref(&self) -> &Common {
        &self.common
    }
}

/// The others whom it needs.
#[derive(Debug, Clone)]
pub struct Peers {
    /// Where MitID Erhverv publishes its authorities.
    pub mitid: BaseUrl,
    /// The control port of MitID Erhverv.
    pub mitid_control: Remote,
    /// Where NemLog-in publishes the metadata of its STSs.
    pub sts: BaseUrl,
}

impl Peers {
    fn of(settings: &Settings) -> Self {
        let token = settings.mitid_control_token.as_ref();
        let token = token.or(settings.common.control_token.as_ref()).cloned();
        Self {
            mitid: settings.mitid.clone(),
            mitid_control: Remote::new(settings.mitid_control.clone(), token),
            sts: settings.sts.clone(),
        }
    }
}

/// The program, with a command line that begins with its name.
pub fn main(line: impl IntoIterator<Item = OsString>) -> ExitCode {
    let start = async |settings: &Settings| {
        let clock = settings.common.clock();
        Bound::bind(settings, &clock).await?.serve(Peers::of(settings)).await
    };
    program::main(&PROGRAM, EXIT_CODES, line, start)
}

/// The program with its addresses, which are its own from now on.
#[derive(Debug)]
pub struct Bound {
    common: Common,
    /// That nobody else uses its folder.
    lock: Lock,
    binding: Binding,
    clock: Clock,
    journal: Journal,
    traffic: Traffic,
    ready: Ready,
    servers: Arc<Servers>,
    web_services: BTreeMap<Environment, Listener>,
    metadata: Listener,
    control: Control,
}

impl Bound {
    /// Listens at the addresses that are set, with the folder to itself.
    ///
    /// # Errors
    ///
    /// If the machine does not let it, another program has the folder, or the control port would be
    /// open to everybody.
    pub async fn bind(settings: &Settings, clock: &Clock) -> Result<Self, StartError> {
        let (ready, journal) = (Ready::default(), Journal::default());
        let traffic = Traffic::witnessed_by(Witness {
            journal: journal.clone(),
            clock: clock.clone(),
            party: Party::Smdb,
        });
        let (common, clock) = (settings.common.clone(), clock.clone());
        let lock = common.lock(&folder(&common)?)?;
        let mut servers = Servers::open(&common.folder()?)?;
        let mut web_services = BTreeMap::new();
        for environment in Environment::ALL {
            let (setting, address) = match environment {
                Environment::IntegrationTest => {
                    ("listen-integration-test", settings.listen_integration_test)
                }
                Environment::Production => ("listen-production", settings.listen_production),
            };
            let tls = servers.add(environment.name(), &hosts(environment), common.names())?;
            let listener = Common::listen(setting, address, Some(tls), &traffic).await?;
            web_services.insert(environment, listener);
        }
        let metadata =
            Common::listen("listen-metadata", settings.listen_metadata, None, &traffic).await?;
        let starting = Service::starting(
            (PROGRAM.name, PROGRAM.version),
            clock.clone(),
            journal.clone(),
            traffic.clone(),
            ready.clone(),
        );
        let control = common.control("listen-control", settings.listen_control, &starting).await?;
        let servers = Arc::new(servers);
        Ok(Self {
            common,
            lock,
            binding: settings.binding,
            clock,
            journal,
            traffic,
            ready,
            servers,
            web_services,
            metadata,
            control,
        })
    }

    /// Where this machine fetches metadata.
    #[must_use]
    pub fn metadata(&self) -> BaseUrl {
        BaseUrl::of(from_here(self.metadata.address()))
    }

    /// Where this machine finds the control port.
    #[must_use]
    pub fn control(&self) -> BaseUrl {
        BaseUrl::of(from_here(self.control.address()))
    }

    /// The certificate, in PEM, of the authority that vouches for its servers in TLS.
    #[must_use]
    pub fn tls_authority(&self) -> &str {
        self.servers.authority_pem()
    }

    /// The keys that it has, those of integration test first.
    ///
    /// # Errors
    ///
    /// If its folder cannot be made.
    pub fn keys(&self) -> Result<Vec<KeyFile>, StartError> {
        let folder = self.folder()?;
        Ok(Environment::ALL.into_iter().map(|it| key_of(&folder, it)).collect())
    }

    fn folder(&self) -> Result<Folder, StartError> {
        folder(&self.common)
    }

    /// Serves, as soon as `peers` give it what it needs.
    ///
    /// # Errors
    ///
    /// If what is kept cannot be read or written.
    pub async fn serve(self, peers: Peers) -> Result<Running, StartError> {
        let folder = self.folder()?;
        let wanted = self.keys()?;
        let logs = folder.clone();
        // Others may be served meanwhile.
        let opened = apart(move || {
            keys::make(&wanted)?;
            let mut kept = BTreeMap::new();
            for environment in Environment::ALL {
                kept.insert(environment, FactLog::open(&logs.within(environment.name())?)?);
            }
            Ok::<_, StartError>(kept)
        });
        let kept = opened.await?;
        let is_first = kept.values().any(|(log, _)| !log.is_founded());
        let kept_until = kept.values().filter_map(|(log, _)| log.last()).max();
        Common::mind_the_clock(&PROGRAM, kept_until, self.clock.now());
        let Self { common, lock, binding, clock, journal, traffic, ready, servers, .. } = self;
        let addresses: BTreeMap<_, _> = self
            .web_services
            .iter()
            .map(|(at, it)| (*at, format!("{}{ADDRESS}", common.url("https", it.address()))))
            .collect();
        let mut urls = BTreeMap::new();
        for (at, it) in &self.web_services {
            let host = common.url("https", it.address());
            for (name, path) in [("", ADDRESS), ("rest-", API_PATH), ("access-token-", TOKEN_PATH)]
            {
                urls.insert(format!("{name}{at}"), format!("{host}{path}"));
            }
        }
        for (name, at) in
            [("metadata", self.metadata.address()), ("control", self.control.address())]
        {
            urls.insert(name.to_owned(), common.url("http", at));
        }

        let served = Arc::default();
        let founded = Arc::clone(&served);
        let mut running = Running::new(urls, ready.clone())
            .when_founded(is_first, move || founding::founded(&founded));
        let mut switches = BTreeMap::new();
        for (environment, listener) in self.web_services {
            let switch = Switch::starting();
            running.serve(listener.serve(switch.router(), running.stopping()));
            switches.insert(environment, switch);
        }
        let metadata = Switch::starting();
        running.serve(self.metadata.serve(metadata.router(), running.stopping()));
        let door = self.control.door();
        running.serve(self.control.serve(running.stopping()));
        running.hold(lock);
        let portal = Portal::new(peers.mitid_control.clone());
        let founding = Founding {
            folder,
            peers,
            portal,
            binding,
            clock,
            journal,
            traffic,
            ready,
            servers,
            addresses,
            web_services: switches,
            metadata,
            door,
            served,
        };
        running.work(founding.carry_out(kept, common.retry()));
        Ok(running)
    }
}

fn folder(common: &Common) -> Result<Folder, StartError> {
    Ok(common.folder()?.within(PROGRAM.name)?)
}

/// The key of SMDB of an environment.
fn key_of(folder: &Folder, environment: Environment) -> KeyFile {
    KeyFile::new(folder, format!("smdb-{environment}"), KeySize::Rsa3072)
}
