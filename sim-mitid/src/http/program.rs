//! The program `sim-mitid`: how it is set, what it keeps, and how it is brought up.
//!
//! In its folder lie the keys and certificates of its authorities, and what has happened, so that
//! whoever trusts it and is registered with it need not begin anew when it is started again.

use std::{ffi::OsString, io, net::SocketAddr, process::ExitCode, sync::Arc};

use clock::Clock;
use entropy::Entropy;
use parties::{Environment, Party};
use pki::{Authority, Certificate, KeySize};
use schemars::JsonSchema;
use serde::Deserialize;
use shell::{
    FactLog, Folder, Journal, Port, apart,
    keys::{self, KeyFile},
    program::{self, Common, EXIT_CODES, Instruments, Program, Running, Site, StartError},
};

use super::{KeyStock, MitidErhverv, router};
use crate::{Mitid, Policy, secret::MailKey};

/// What the program is.
const PROGRAM: Program = Program {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    about: "Simulates MitID Erhverv: its authorities in plain HTTP, its portal at the control port",
    prefix: "SKIFT_MITID_",
};

/// What the program can be set to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// What it has in common with the other programs.
    #[serde(flatten)]
    pub common: Common,
    /// Where certificates of authorities and revocation lists are fetched
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// Where the control port is
    #[schemars(with = "String")]
    pub listen_control: SocketAddr,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            common: Common::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8100)),
            listen_control: SocketAddr::from(([127, 0, 0, 1], 8101)),
        }
    }
}

impl AsRef<Common> for Settings {
    fn as_ref(&self) -> &Common {
        &self.common
    }
}

/// The program, with a command line that begins with its name.
pub fn main(line: impl IntoIterator<Item = OsString>) -> ExitCode {
    let start = async |settings: &Settings| {
        let clock = settings.common.clock();
        Bound::bind(settings, &clock).await?.serve().await
    };
    program::main(&PROGRAM, EXIT_CODES, line, start)
}

/// The program with its addresses, which are its own from now on.
#[derive(Debug)]
pub struct Bound {
    site: Site,
}

impl Bound {
    /// Listens at the addresses that are set, with the folder to itself.
    ///
    /// # Errors
    ///
    /// If the machine does not let it, another program has the folder, or the control port would be
    /// open to everybody.
    pub async fn bind(settings: &Settings, clock: &Clock) -> Result<Self, StartError> {
        let published = ("listen", settings.listen, Port::Mitid);
        let (common, control) = (&settings.common, settings.listen_control);
        let site = Site::take(&PROGRAM, Party::Mitid, common, clock, published, control).await?;
        Ok(Self { site })
    }

    /// Its folder and its addresses.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// The keys that it has, those of integration test first.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyFile> {
        Environment::ALL.into_iter().flat_map(|it| keys_of(self.site.folder(), it)).collect()
    }

    /// Takes up what was kept, or founds what is not there yet, and serves.
    ///
    /// # Errors
    ///
    /// If what is kept cannot be read or written.
    pub async fn serve(self) -> Result<Running, StartError> {
        let (wanted, site) = (self.keys(), self.site);
        let (folder, instruments) = (site.folder().clone(), site.instruments().clone());
        let of_founding = instruments.clone();
        // Keys are made, roots sign and all that was kept is read: others may be served meanwhile.
        let taken_up = apart(move || {
            keys::make(&wanted)?;
            take_up(&folder, &of_founding.clock, &of_founding.journal)
        });
        let (served, is_first) = taken_up.await?;
        let Instruments { traffic, ready, .. } = instruments;
        site.door().open(&served.service(traffic, ready.clone()));

        let of_founding = Arc::clone(&served);
        let mut running = Running::new(site.urls("publication"), ready.clone())
            .when_founded(is_first, move || of_founding.founded());
        site.serve(&mut running, router(Arc::clone(served.publication())));
        ready.complete();
        Ok(running)
    }
}

/// MitID Erhverv as it was kept, or founded now, and whether it was never ready before.
fn take_up(
    folder: &Folder,
    clock: &Clock,
    journal: &Journal,
) -> Result<(Arc<MitidErhverv>, bool), StartError> {
    let (log, kept) = FactLog::open(folder)?;
    let is_first = !log.is_founded();
    Common::mind_the_clock(&PROGRAM, log.last(), clock.now());
    let authority = |it| authority(folder, it, clock);
    let authorities: Result<Vec<_>, _> = Environment::ALL.into_iter().map(authority).collect();
    let mitid = Mitid::new(authorities?, Policy::default(), mail_key(folder)?);
    let served = MitidErhverv::going_on(mitid, kept, log, clock, journal, KeyStock::drawn());
    Ok((served, is_first))
}

/// The keys of an environment's hierarchy, the root's first.
fn keys_of(folder: &Folder, environment: Environment) -> [KeyFile; 2] {
    [("root", KeySize::Rsa4096), ("issuing", KeySize::Rsa3072)]
        .map(|(name, size)| KeyFile::new(folder, format!("{name}-{environment}"), size))
}

/// The authority of an environment: as it was founded, or founded now.
fn authority(
    folder: &Folder,
    environment: Environment,
    clock: &Clock,
) -> Result<Authority, StartError> {
    let [root, issuing] = keys_of(folder, environment);
    let files = ["root", "issuing"].map(|name| format!("{name}-{environment}.cer"));
    let [root_key, issuing_key] = [root.key()?, issuing.key()?];
    let unusable = |file: &str, why: &dyn std::fmt::Display| {
        StartError::Unusable(format!(
            "{}: {why}; remove the folder {}, and all begins anew",
            folder.at(file).display(),
            folder.path().display()
        ))
    };
    let read = |file: &str| {
        let read = |octets: Vec<u8>| Certificate::from_cer(&octets);
        let read = folder.read(file)?.map(read).transpose();
        read.map_err(|refusal| unusable(file, &refusal))
    };
    if let (Some(root), Some(issuing)) = (read(&files[0])?, read(&files[1])?) {
        let restored = Authority::restored(environment, (root_key, root), (issuing_key, issuing));
        return restored.map_err(|error| unusable(&files[0], &error));
    }
    let now = clock.now();
    let founded = Authority::found(environment, root_key, issuing_key, now, &mut Entropy::Os);
    folder.write(&files[0], founded.root().to_pem().as_bytes())?;
    folder.write(&files[1], founded.issuing().to_pem().as_bytes())?;
    Ok(founded)
}

/// What the tokens in mails are derived from.
fn mail_key(folder: &Folder) -> io::Result<MailKey> {
    let octets = folder.read_or_write("mail.key", || Ok(Entropy::Os.bytes::<32>().to_vec()))?;
    let octets = octets.try_into().map_err(|_| {
        let problem = format!("{}: not 32 octets; remove it", folder.at("mail.key").display());
        io::Error::new(io::ErrorKind::InvalidData, problem)
    })?;
    Ok(MailKey::new(octets))
}
