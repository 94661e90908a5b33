//! The TLS servers of a program: who vouches for them, and how their certificates are changed while they
//! serve.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Identity, Tls, TlsAuthority, TlsAuthorityError};
use crate::{
    Folder,
    control::{Asked, Problem, Route, Routes, Service},
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

/// One server, which has a certificate for the names of the real one and another for this machine's.
#[derive(Debug)]
struct Server {
    name: &'static str,
    tls: Tls,
    real: Vec<String>,
    own: Vec<String>,
    shown: Mutex<Vec<Shown>>,
}

/// A certificate of a server.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Shown {
    /// The hosts that it is for.
    hosts: Vec<String>,
    /// Its SHA-256, in hexadecimal.
    sha256: String,
}

/// What the servers show, and who vouches for it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Chains {
    /// The certificate of the authority, in PEM, which clients must trust.
    authority: String,
    /// Whether that is the one which is kept from start to start.
    authority_kept: bool,
    /// What each server shows.
    servers: BTreeMap<&'static str, Vec<Shown>>,
}

/// What is to be renewed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Renewal {
    /// Whether another authority vouches from now on, which no client trusts yet. If nothing is said, it is the
    /// one that is kept.
    another_authority: Option<bool>,
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
        let authority = TlsAuthority::from_key_pem(&key)?;
        let certificate = || Ok(authority.certificate_pem().map_err(made)?.into_bytes());
        let pem = folder.read_or_write(CERTIFICATE, certificate).map(text)?;
        let kept = Vouching { authority: Arc::new(authority), pem };
        Ok(Self { folder, now: Mutex::new(kept.clone()), kept, servers: Vec::new() })
    }

    /// What one more server shows: to who asks for one of the `real` names a certificate for those, and to
    /// everybody else one for this machine's `own` names. They are those of an earlier start, if there was one
    /// with the same names.
    ///
    /// # Errors
    ///
    /// If one of the names cannot stand in a certificate, or what is kept cannot be read or written.
    pub fn add(
        &mut self,
        name: &'static str,
        real: &[&str],
        own: Vec<String>,
    ) -> Result<Tls, StartError> {
        let real: Vec<_> = real.iter().map(|host| host.to_ascii_lowercase()).collect();
        let (default, hosts, shown) = identities(|hosts| self.kept_identity(hosts), &real, &own)?;
        let tls = Tls::new(default, hosts);
        self.servers.push(Server { name, tls: tls.clone(), real, own, shown: Mutex::new(shown) });
        Ok(tls)
    }

    /// The identity for these names that the authority which is kept has vouched for, here or at an earlier start:
    /// to make one takes as long as all the rest of a start.
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

    /// Gives each server a new key and a new certificate of the authority that is kept.
    fn reset(&self) -> Result<(), TlsAuthorityError> {
        self.renew(self.kept.clone())
    }

    /// A service with what can be done with its servers, which a reset gives certificates of the authority that
    /// is kept.
    #[must_use]
    pub fn beside(self: &Arc<Self>, service: Service) -> Service {
        let (this, reset) = (Arc::clone(self), Arc::clone(&service.reset));
        let reset = move || {
            this.reset().map_err(io::Error::other)?;
            reset()
        };
        let routes = service.routes.and(self.routes());
        Service { routes, reset: Arc::new(reset), ..service }
    }

    fn renew(&self, vouching: Vouching) -> Result<(), TlsAuthorityError> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        for server in &self.servers {
            let new = |hosts: &[&str]| vouching.authority.identity(hosts);
            let (default, hosts, shown) = identities(new, &server.real, &server.own)?;
            server.tls.change(default, hosts);
            *server.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown;
        }
        *now = vouching;
        Ok(())
    }

    fn chains(&self) -> Chains {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = |it: &Server| it.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Chains {
            authority: now.pem.clone(),
            authority_kept: now.pem == self.kept.pem,
            servers: self.servers.iter().map(|it| (it.name, shown(it))).collect(),
        }
    }

    /// What can be done with them at the control port.
    fn routes(self: &Arc<Self>) -> Routes {
        let [looked, renewed] = [(); 2].map(|()| Arc::clone(self));
        let look = async move || Json(looked.chains());
        let renew = async move |Asked(asked): Asked<Renewal>| {
            let done = if asked.another_authority.unwrap_or(false) {
                Vouching::another().and_then(|another| renewed.renew(another))
            } else {
                renewed.reset()
            };
            let failed = |error: TlsAuthorityError| {
                Problem::bad(
                    error.to_string(),
                    "see that the machine has randomness, and try again",
                )
            };
            done.map(|()| Json(renewed.chains())).map_err(failed)
        };
        let summary =
            "Gives each TLS server a new certificate, by the same authority or by another";
        Routes::from([
            Route::get("/__admin/tls", "What the TLS servers show, and who vouches for it", look)
                .answer::<Chains>(),
            Route::post("/__admin/tls/renew", summary, renew).body::<Renewal>().answer::<Chains>(),
        ])
    }
}

impl Vouching {
    fn another() -> Result<Self, TlsAuthorityError> {
        let authority = TlsAuthority::found()?;
        let pem = authority.certificate_pem()?;
        Ok(Self { authority: Arc::new(authority), pem })
    }
}

/// The identity for this machine's own names, those of the real ones by their names, and what they show.
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
        Ok((identity, Shown { hosts: hosts.to_vec(), sha256 }))
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
