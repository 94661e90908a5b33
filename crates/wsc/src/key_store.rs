//! The certificates of a node with their keys.

use std::{fmt, sync::Arc};

use oio_idws::Credential;
use pki::{Certificate, PrivateKey, Seal};
use serde::{Deserialize, Serialize};

/// The SHA-1 of a certificate in upper-case hexadecimal, as key stores name one (*aftryk*).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thumbprint(String);

impl Thumbprint {
    /// That of a certificate.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        Self(certificate.thumbprint())
    }

    /// The hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The certificates of a node with their keys, as a machine's key store holds them.
///
/// It is no part of any fact: keys do not travel. Two are equal if they hold the same
/// certificates, with or without the key.
#[derive(Clone, Default)]
pub struct KeyStore {
    installed: Arc<Vec<Installed>>,
}

/// One certificate in the store.
#[derive(Clone)]
struct Installed {
    thumbprint: Thumbprint,
    certificate: Certificate,
    key: Option<PrivateKey>,
    seal: Option<Arc<Seal>>,
}

impl KeyStore {
    /// Puts a certificate and its key in; what is there already stays once.
    pub fn install(&mut self, credential: Credential) {
        self.put(credential.certificate, Some(credential.key));
    }

    /// Puts a certificate in without its key: a file was imported that held none, or the key may
    /// not be read by whom the client runs as.
    pub fn install_without_key(&mut self, certificate: Certificate) {
        self.put(certificate, None);
    }

    fn put(&mut self, certificate: Certificate, key: Option<PrivateKey>) {
        let thumbprint = Thumbprint::of(&certificate);
        let installed = Arc::make_mut(&mut self.installed);
        installed.retain(|it| it.thumbprint != thumbprint);
        let seal = key.as_ref().map(|key| Arc::new(Seal::of(key, "orders")));
        installed.push(Installed { thumbprint, certificate, key, seal });
    }

    /// Every certificate, in the order in which they were put in.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.installed.iter().map(|it| &it.certificate)
    }

    /// What the orders of a node are sealed with while it waits.
    pub(crate) fn seal(&self, thumbprint: &Thumbprint) -> Option<&Arc<Seal>> {
        self.installed.iter().find(|it| it.thumbprint == *thumbprint)?.seal.as_ref()
    }

    /// A certificate together with its key, if both are there.
    #[must_use]
    pub fn credential(&self, thumbprint: &Thumbprint) -> Option<Credential> {
        let it = self.installed.iter().find(|it| it.thumbprint == *thumbprint)?;
        Some(Credential { certificate: it.certificate.clone(), key: it.key.clone()? })
    }
}

impl PartialEq for KeyStore {
    fn eq(&self, other: &Self) -> bool {
        let held = |it: &Installed| (it.thumbprint.clone(), it.key.is_some());
        self.installed.iter().map(held).eq(other.installed.iter().map(held))
    }
}

impl Eq for KeyStore {}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.certificates()).finish()
    }
}
