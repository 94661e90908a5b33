//! The program `sim-sts`: how it is set, what it keeps, and how it is brought up.
//!
//! Two environments have the same path, so each has a listener of its own. Before it can be asked
//! for tokens it needs two others: MitID Erhverv, whose authorities it trusts and which issues its
//! certificates, and SMDB, whose metadata say what tokens are encrypted for. It asks them until
//! they answer, and publishes its own metadata as soon as it has them.

mod founding;

use std::{collections::BTreeMap, ffi::OsString, net::SocketAddr, process::ExitCode, sync::Arc};

use clock::Clock;
use oio_idws::fault::FaultShape;
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
use crate::Policy;

/// What the program is.
const PROGRAM: Program = Program {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    about: "Simulates NemLog-in: the token service of each environment, and their administration at \
            the control port",
    prefix: "SKIFT_STS_",
};

/// The hosts of the real services of an environment, and of those for tests that stand in for them
/// (`STSDOC` 3.2, and the clients of Digitaliseringsstyrelsen).
const fn hosts(environment: Environment) -> &'static [&'static str] {
    match environment {
        Environment::IntegrationTest => &[
            "SecureTokenService.test-nemlog-in.dk",
            "SecureTokenService.test-devtest4-nemlog-in.dk",
        ],
        Environment::Production => {
            &["SecureTokenService.nemlog-in.dk", "SecureTokenService.devtest4-nemlog-in.dk"]
        }
    }
}

/// What the program can be set to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// What it has in common with the other programs.
    #[serde(flatten)]
    pub common: Common,
    /// Where the token service of integration test is, in TLS
    #[schemars(with = "String")]
    pub listen_integration_test: SocketAddr,
    /// Where the token service of production is, in TLS
    #[schemars(with = "String")]
    pub listen_production: SocketAddr,
    /// Where metadata are fetched
    #[schemars(with = "String")]
    pub listen_metadata: SocketAddr,
    /// Where the control port is
    #[schemars(with = "String")]
    pub listen_control: SocketAddr,
    /// How a refusal is laid out: `nemlogin`, an envelope within an envelope as the reference
    /// clients expect it, or `conformant`, as SOAP 1.1 asks for
    #[schemars(with = "String")]
    pub fault_shape: FaultShape,
    /// Whether SMDB lets only approved system users in: who has no privilege there then gets no
    /// token
    pub approved_only: bool,
    /// Whether `wsa:Action` and `wsa:To` may have `mustUnderstand`, which the real STS does not
    /// accept
    pub accepts_must_understand: bool,
    /// Where MitID Erhverv publishes its authorities
    #[schemars(with = "String")]
    pub mitid: BaseUrl,
    /// Where the control port of MitID Erhverv is
    #[schemars(with = "String")]
    pub mitid_control: BaseUrl,
    /// The token of the control port of MitID Erhverv; the same as here if nothing is said
    #[schemars(with = "Option<String>")]
    pub mitid_control_token: Option<Token>,
    /// Where SMDB publishes its metadata
    #[schemars(with = "String")]
    pub smdb: BaseUrl,
}

impl Default for Settings {
    fn default() -> Self {
        let on = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            common: Common::default(),
            listen_integration_test: on(8443),
            listen_production: on(8444),
            listen_metadata: on(8110),
            listen_control: on(8111),
            fault_shape: FaultShape::NemLogin,
            approved_only: false,
            accepts_must_understand: false,
            mitid: BaseUrl::of(on(8100)),
            mitid_control: BaseUrl::of(on(8101)),
            mitid_control_token: None,
            smdb: BaseUrl::of(on(8120)),
        }
    }
}

impl AsRef<Common> for Settings {
    fn as_ref(&self) -> &Common {
        &self.common
    }
}

impl Settings {
    /// The rules of each STS.
    fn policy(&self) -> Policy {
        Policy {
            fault_shape: self.fault_shape,
            accepts_must_understand: self.accepts_must_understand,
            ..Policy::default()
        }
    }
}

/// The others whom it needs.
#[derive(Debug, Clone)]
pub struct Peers {
    /// Where MitID Erhverv publishes its authorities.
    pub mitid: BaseUrl,
    /// The control port of MitID Erhverv.
    pub mitid_control: Remote,
    /// Where SMDB publishes its metadata.
    pub smdb: BaseUrl,
}

impl Peers {
    fn of(settings: &Settings) -> Self {
        let Settings { common, mitid, mitid_control, mitid_control_token, .. } = settings;
        Self {
            mitid: mitid.clone(),
            mitid_control: common.remote(mitid_control.clone(), mitid_control_token.clone()),
            smdb: settings.smdb.clone(),
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
    approved_only: bool,
    token_services: PerEnvironment,
}

impl Bound {
    /// Listens at the addresses that are set, with the folder to itself.
    ///
    /// # Errors
    ///
    /// If the machine does not let it, another program has the folder, or the control port would be
    /// open to everybody.
    pub async fn bind(settings: &Settings, clock: &Clock) -> Result<Self, StartError> {
        let metadata = ("listen-metadata", settings.listen_metadata, Port::NemloginMetadata);
        let (common, control) = (&settings.common, settings.listen_control);
        let site = Site::take(&PROGRAM, Party::Sts, common, clock, metadata, control).await?;
        let (integration_test, production) =
            (settings.listen_integration_test, settings.listen_production);
        let token_services =
            PerEnvironment::bind(&site, integration_test, production, Port::Sts, hosts).await?;
        Ok(Self {
            site,
            policy: settings.policy(),
            approved_only: settings.approved_only,
            token_services,
        })
    }

    /// Its folder and its addresses.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// The certificate, in PEM, of the authority that vouches for its servers in TLS.
    #[must_use]
    pub fn tls_authority(&self) -> &str {
        self.token_services.servers().authority_pem()
    }

    /// The keys that it has, those of integration test first.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyFile> {
        Environment::ALL.into_iter().flat_map(|it| signers(self.site.folder(), it)).collect()
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
            let mut roll_overs = BTreeMap::new();
            for environment in Environment::ALL {
                roll_overs.insert(environment, FactLog::open(&logs.within(environment.name())?)?);
            }
            Ok::<_, StartError>((FactLog::open(&logs)?, roll_overs))
        });
        let (kept, roll_overs) = opened.await?;
        let is_first = !kept.0.is_founded();
        let Self { site, policy, approved_only, token_services } = self;
        let (instruments, folder) = (site.instruments().clone(), site.folder().clone());
        Common::mind_the_clock(&PROGRAM, kept.0.last(), instruments.clock.now());
        let addresses = token_services.urls(site.common(), ADDRESS);
        let mut urls = site.urls("metadata");
        urls.extend(addresses.iter().map(|(at, url)| (at.name().to_owned(), url.clone())));

        let served = Arc::default();
        let founded = Arc::clone(&served);
        let mut running = Running::new(urls, instruments.ready.clone())
            .when_founded(is_first, move || founding::founded(&founded));
        let (servers, metadata) = (Arc::clone(token_services.servers()), Switch::starting());
        let (door, retry) = (site.door(), site.common().retry());
        let token_services = token_services.serve(&mut running);
        site.serve(&mut running, metadata.router());
        let portal = Portal::new(peers.mitid_control.clone());
        let founding = Founding {
            folder,
            peers,
            portal,
            policy,
            approved_only,
            instruments,
            servers,
            addresses,
            token_services,
            metadata,
            door,
            served,
        };
        running.work(founding.carry_out(kept, roll_overs, retry));
        Ok(running)
    }
}

/// The keys of the signer of an environment's STS, and of the next one.
fn signers(folder: &Folder, environment: Environment) -> [KeyFile; 2] {
    ["signer", "next-signer"]
        .map(|name| KeyFile::new(folder, format!("{name}-{environment}"), KeySize::Rsa3072))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_a_rule_of_each_sts() {
        assert_eq!(Settings::default().policy(), Policy::default());
        let settings = Settings {
            fault_shape: FaultShape::Conformant,
            accepts_must_understand: true,
            ..Settings::default()
        };
        let policy = settings.policy();
        assert_eq!(policy.fault_shape, FaultShape::Conformant);
        assert!(policy.accepts_must_understand);
    }
}
