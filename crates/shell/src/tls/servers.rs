//! The TLS servers of a program: who vouches for them, and how their certificates are changed while
//! they serve.

use std::{
    collections::BTreeMap,
    fmt::Display,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Identity, Tls, TlsAuthority, TlsAuthorityError};
use crate::{
    Folder,
    control::{self, Service},
    program::StartError,
};

/// The folder of the authority, which programs with the same data share, and its files.
const FOLDER: &str = "tls";
const KEY: &str = "authority.key";
const CERTIFICATE: &str = "authority.pem";

/// The TLS servers of a program.
#[derive(Debug)]
pub struct Servers {
    folder: Folder,
    kept: Vouching,
    /// Who vouches now.
    now: Mutex<Vouching>,
    servers: Vec<Server>,
}

/// An authority with its certificate as clients have it.
#[derive(Debug, Clone)]
struct Vouching {
    authority: Arc<TlsAuthority>,
    pem: String,
}

/// One server, which has a certificate for the names of the real one and another for this
/// machine's.
#[derive(Debug)]
struct Server {
    name: &'static str,
    tls: Tls,
    real: Vec<String>,
    own: Vec<String>,
    /// What it showed at first, of the authority that is kept.
    first: Identities,
    shown: Mutex<Vec<Shown>>,
}

/// A certificate of a server.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Shown {
    /// The hosts that it is for.
    hosts: Vec<String>,
    /// Its SHA-256, in hexadecimal.
    sha256: String,
}

impl Servers {
    /// No servers yet, vouched for by the authority that is kept in `data`, or is made there.
    ///
    /// # Errors
    ///
    /// If it cannot be read or written.
    pub fn open(data: &Folder) -> Result<Self, StartError> {
        let folder = data.within(FOLDER)?;
        let made = |error: TlsAuthorityError| io::Error::other(error);
        let text = |octets: Vec<u8>| String::from_utf8_lossy(&octets).into_owned();
        let found = || Ok(TlsAuthority::found().map_err(made)?.key_pem().into_bytes());
        let key = folder.read_or_write(KEY, found).map(text)?;
        let unusable = |file: &str, why: &dyn Display| {
            StartError::Unusable(format!(
                "{}: {why}; remove {KEY} and {CERTIFICATE}, and another authority is made, which clients do not \
                 trust yet",
                folder.at(file).display()
            ))
        };
        let authority = TlsAuthority::from_key_pem(&key).map_err(|error| unusable(KEY, &error))?;
        let certificate = || Ok(authority.certificate_pem().map_err(made)?.into_bytes());
        let pem = folder.read_or_write(CERTIFICATE, certificate).map(text)?;
        // Clients trust the one, and the other signs: of two authorities, nothing would be trusted.
        Identity::from_pem(&[pem.as_str(), &key].concat())
            .map_err(|error| unusable(CERTIFICATE, &error))?;
        let kept = Vouching { authority: Arc::new(authority), pem };
        Ok(Self { folder, now: Mutex::new(kept.clone()), kept, servers: Vec::new() })
    }

    /// What one more server shows: to who asks for one of the `real` names a certificate for those,
    /// and to everybody else one for this machine's `own` names. They are those of an earlier
    /// start, if there was one with the same names.
    ///
    /// # Errors
    ///
    /// If one of the names cannot stand in a certificate, or what is kept cannot be read or
    /// written.
    pub fn add(
        &mut self,
        name: &'static str,
        real: &[&str],
        own: Vec<String>,
    ) -> Result<Tls, StartError> {
        let real: Vec<_> = real.iter().map(|host| host.to_ascii_lowercase()).collect();
        let first = identities(|hosts| self.kept_identity(hosts), &real, &own)?;
        let (default, hosts, shown) = first.clone();
        let (tls, shown) = (Tls::new(default, hosts), Mutex::new(shown));
        self.servers.push(Server { name, tls: tls.clone(), real, own, first, shown });
        Ok(tls)
    }

    /// The identity for these names that the authority which is kept has vouched for, here or at an
    /// earlier start: to make one takes as long as all the rest of a start.
    fn kept_identity(&self, hosts: &[&str]) -> Result<Identity, StartError> {
        let named = Sha256::digest([&self.kept.pem, hosts.join(" ").as_str()].concat());
        let file = format!("server-{}.pem", hexadecimal(&named[..8]));
        let make = || {
            let pem = self.kept.authority.identity_pem(hosts).map_err(io::Error::other)?;
            Ok(pem.into_bytes())
        };
        let pem = self.folder.read_or_write(&file, make)?;
        Identity::from_pem(&String::from_utf8_lossy(&pem)).map_err(|error| {
            let path = self.folder.at(&file);
            StartError::Unusable(format!(
                "{}: {error}; remove the file, and another is made",
                path.display()
            ))
        })
    }

    /// The certificate, in PEM, of the authority that is kept.
    #[must_use]
    pub fn authority_pem(&self) -> &str {
        &self.kept.pem
    }

    /// The certificate, in PEM, of the authority that vouches now.
    pub(crate) fn vouching_pem(&self) -> String {
        self.lock().pem.clone()
    }

    /// What each server shows.
    pub(crate) fn shown(&self) -> BTreeMap<&'static str, Vec<Shown>> {
        let shown = |it: &Server| it.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.servers.iter().map(|it| (it.name, shown(it))).collect()
    }

    /// A service with what can be done with its servers, which a reset lets show what they showed
    /// at first: last of all, as nothing else goes back where something cannot.
    #[must_use]
    pub fn beside(self: &Arc<Self>, service: Service) -> Service {
        let (this, reset) = (Arc::clone(self), Arc::clone(&service.reset));
        let reset = move |forget: &dyn Fn()| {
            reset(forget)?;
            let first = this.servers.iter().map(|it| it.first.clone()).collect();
            this.show(this.kept.clone(), first);
            Ok(())
        };
        let routes = service.routes.and(control::tls::routes(self));
        Service { routes, reset: Arc::new(reset), ..service }
    }

    /// Gives each server a new key and a new certificate, of the authority that is kept or of
    /// another one.
    pub(crate) fn renew(&self, another_authority: bool) -> Result<(), TlsAuthorityError> {
        let vouching = if another_authority { Vouching::another()? } else { self.kept.clone() };
        let made =
            |it: &Server| identities(|of| vouching.authority.identity(of), &it.real, &it.own);
        // All of them before the first is shown: it takes a while, and may fail.
        let made = self.servers.iter().map(made).collect::<Result<_, _>>()?;
        self.show(vouching, made);
        Ok(())
    }

    /// Lets the servers show these, which `vouching` has vouched for.
    fn show(&self, vouching: Vouching, identities: Vec<Identities>) {
        let mut now = self.lock();
        for (server, (default, hosts, shown)) in self.servers.iter().zip(identities) {
            server.tls.change(default, hosts);
            *server.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown;
        }
        *now = vouching;
    }

    fn lock(&self) -> MutexGuard<'_, Vouching> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vouching {
    fn another() -> Result<Self, TlsAuthorityError> {
        let authority = TlsAuthority::found()?;
        let pem = authority.certificate_pem()?;
        Ok(Self { authority: Arc::new(authority), pem })
    }
}

/// The identity for this machine's own names, those of the real ones by their names, and what they
/// show.
type Identities = (Identity, BTreeMap<String, Identity>, Vec<Shown>);

fn identities<E>(
    identity: impl Fn(&[&str]) -> Result<Identity, E>,
    real: &[String],
    own: &[String],
) -> Result<Identities, E> {
    let of = |hosts: &[String]| {
        let names: Vec<_> = hosts.iter().map(String::as_str).collect();
        let identity = identity(&names)?;
        let sha256 = hexadecimal(&Sha256::digest(identity.certificate()));
        Ok::<_, E>((identity, Shown { hosts: hosts.to_vec(), sha256 }))
    };
    let (default, of_own) = of(own)?;
    let mut shown = vec![of_own];
    let mut hosts = BTreeMap::new();
    if !real.is_empty() {
        let (identity, of_real) = of(real)?;
        shown.push(of_real);
        hosts = real.iter().map(|host| (host.clone(), identity.clone())).collect();
    }
    Ok((default, hosts, shown))
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
