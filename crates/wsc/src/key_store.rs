//! The certificates of a node with their keys.

use std::sync::Arc;

use oio_idws::Credential;

/// The certificates of a node with their keys, as a machine's key store holds them. It is no part
/// of any fact: keys do not travel.
#[derive(Debug, Clone, Default)]
pub struct KeyStore {
    credentials: Arc<Vec<Credential>>,
}

impl KeyStore {
    /// Puts a certificate and its key in.
    pub fn install(&mut self, credential: Credential) {
        Arc::make_mut(&mut self.credentials).push(credential);
    }

    /// The certificate with a thumbprint, as a configuration names it (*findValue*).
    #[must_use]
    pub fn find(&self, thumbprint: &str) -> Option<&Credential> {
        self.credentials.iter().find(|it| it.certificate.thumbprint() == thumbprint)
    }
}
