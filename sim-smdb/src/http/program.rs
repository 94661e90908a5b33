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
    BaseUrl, FactLog, Folder, Port, Portal, Remote, Switch, apart,
    control::Token,
    keys::{self, KeyFile},
    program::{self, Common, EXIT_CODES, PerEnvironment, Program, Running, Site, StartError},
};

use self::founding::Founding;
use super::ADDRESS;
use crate::{
    HolderCheck, Policy,
    rest::{API_PATH, TOKEN_PATH},
};

/// What the program is.
const PROGRAM: Program = Program {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    about: "Simulates SMDB of each environment: submissions from callers with a token",
    prefix: "SKIFT_SMDB_",
};

/// The hosts of SMDB. Ours, as the addresses of the real one are not public.
const fn hosts(environment: Environment) -> &'static [&'static str] {
    match environment {
        Environment::IntegrationTest => &["smdb.test.sim.invalid"],
        Environment::Production => &["smdb.sim.invalid"],
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
    /// Whether SMDB looks at the certificate in a live token again: `ignored`, `validity`, or
    /// `validity-and-revocation`
    #[schemars(with = "String")]
    pub holder_certificate: HolderCheck,
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
            holder_certificate: HolderCheck::Ignored,
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
        let Settings { common, mitid, mitid_control, mitid_control_token, .. } = settings;
        Self {
            mitid: mitid.clone(),
            mitid_control: common.remote(mitid_control.clone(), mitid_control_token.clone()),
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
    site: Site,
    policy: Policy,
    web_services: PerEnvironment,
}

impl Bound {
    /// Listens at the addresses that are set, with the folder to itself.
    ///
    /// # Errors
    ///
    /// If the machine does not let it, another program has the folder, or the control port would be
    /// open to everybody.
    pub async fn bind(settings: &Settings, clock: &Clock) -> Result<Self, StartError> {
        let metadata = ("listen-metadata", settings.listen_metadata, Port::SmdbMetadata);
        let (common, control) = (&settings.common, settings.listen_control);
        let site = Site::take(&PROGRAM, Party::Smdb, common, clock, metadata, control).await?;
        let (integration_test, production) =
            (settings.listen_integration_test, settings.listen_production);
        let web_services =
            PerEnvironment::bind(&site, integration_test, production, Port::Smdb, hosts).await?;
        let (binding, holder_certificate) = (settings.binding, settings.holder_certificate);
        let policy = Policy { binding, holder_certificate, ..Policy::default() };
        Ok(Self { site, policy, web_services })
    }

    /// Its folder and its addresses.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// The keys that it has, those of integration test first.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyFile> {
        Environment::ALL.into_iter().map(|it| key_of(self.site.folder(), it)).collect()
    }

    /// Serves, as soon as `peers` give it what it needs.
    ///
    /// # Errors
    ///
    /// If what is kept cannot be read or written.
    pub async fn serve(self, peers: Peers) -> Result<Running, StartError> {
        let (wanted, logs) = (self.keys(), self.site.folder().clone());
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
        let Self { site, policy, web_services } = self;
        let (instruments, folder) = (site.instruments().clone(), site.folder().clone());
        Common::mind_the_clock(&PROGRAM, kept_until, instruments.clock.now());
        let addresses = web_services.urls(site.common(), ADDRESS);
        let mut urls = site.urls("metadata");
        for (name, path) in [("", ADDRESS), ("rest-", API_PATH), ("access-token-", TOKEN_PATH)] {
            let each = web_services.urls(site.common(), path);
            urls.extend(each.into_iter().map(|(at, url)| (format!("{name}{at}"), url)));
        }

        let served = Arc::default();
        let founded = Arc::clone(&served);
        let mut running = Running::new(urls, instruments.ready.clone())
            .when_founded(is_first, move || founding::founded(&founded));
        let (servers, metadata) = (Arc::clone(web_services.servers()), Switch::starting());
        let (door, retry) = (site.door(), site.common().retry());
        let web_services = web_services.serve(&mut running);
        site.serve(&mut running, metadata.router());
        let portal = Portal::new(peers.mitid_control.clone());
        let founding = Founding {
            folder,
            peers,
            portal,
            policy,
            instruments,
            servers,
            addresses,
            web_services,
            metadata,
            door,
            served,
        };
        running.work(founding.carry_out(kept, retry));
        Ok(running)
    }
}

/// The key of SMDB of an environment.
fn key_of(folder: &Folder, environment: Environment) -> KeyFile {
    KeyFile::new(folder, format!("smdb-{environment}"), KeySize::Rsa3072)
}
