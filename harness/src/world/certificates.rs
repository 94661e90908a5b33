//! The certificates of a scenario, by the names that the file gives them.

use std::collections::BTreeMap;

use oio_idws::Credential;
use parties::Environment;
use pki::{Certificate, PrivateKey};
use wsc::Thumbprint;

use crate::scenario::{Action, CertificateName};

/// What was issued so far, with its keys.
#[derive(Clone, Default)]
pub(super) struct Certificates(BTreeMap<CertificateName, Held>);

/// A certificate with its key.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) environment: Environment,
    pub(super) credential: Credential,
    pub(super) thumbprint: Thumbprint,
}

impl Certificates {
    /// Holds what was just issued.
    pub(super) fn hold(
        &mut self,
        name: &CertificateName,
        environment: Environment,
        certificate: Certificate,
        key: PrivateKey,
    ) {
        let thumbprint = Thumbprint::of(&certificate);
        let held = Held { environment, credential: Credential { certificate, key }, thumbprint };
        self.0.insert(name.clone(), held);
    }

    /// One of them, if it was issued.
    pub(super) fn get(&self, name: &CertificateName) -> Option<&Held> {
        self.0.get(name)
    }

    /// All of them, in the order of their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&CertificateName, &Held)> {
        self.0.iter()
    }

    /// Whether what somebody does is done with a certificate that was issued, or with none.
    pub(super) fn suffice_for(&self, action: &Action) -> bool {
        match action {
            Action::Renew { certificate, .. }
            | Action::Install { certificate, .. }
            | Action::Revoke { certificate, .. }
            | Action::Save { certificate, .. }
            | Action::Deploy { certificate, .. } => self.0.contains_key(certificate),
            Action::Order { .. }
            | Action::Remove { .. }
            | Action::Provision { .. }
            | Action::RollOver { .. }
            | Action::TrustSigner { .. }
            | Action::ChangeChain { .. }
            | Action::TrustChain { .. }
            | Action::Restart { .. }
            | Action::PinSigner { .. } => true,
        }
    }

    /// The name of a certificate that the file knows.
    pub(super) fn name(&self, certificate: &Certificate) -> Option<CertificateName> {
        let mut held = self.0.iter();
        held.find(|(_, held)| held.credential.certificate == *certificate)
            .map(|(name, _)| name.clone())
    }

    /// The same by its thumbprint.
    pub(super) fn named_by(&self, thumbprint: &Thumbprint) -> Option<CertificateName> {
        let mut held = self.0.iter();
        held.find(|(_, held)| held.thumbprint == *thumbprint).map(|(name, _)| name.clone())
    }

    /// The same by the SHA-256 of its DER.
    pub(super) fn named_by_sha256(&self, sha256: &[u8; 32]) -> Option<CertificateName> {
        let mut held = self.0.iter();
        held.find(|(_, held)| held.credential.certificate.sha256() == *sha256)
            .map(|(name, _)| name.clone())
    }

    /// What somebody shows in TLS who shows the certificate of this thumbprint, in DER.
    pub(super) fn shown(&self, thumbprint: &Thumbprint) -> Option<&[u8]> {
        self.credential(thumbprint).map(|credential| credential.certificate.der())
    }

    /// The certificate of a thumbprint, with its key.
    pub(super) fn credential(&self, thumbprint: &Thumbprint) -> Option<&Credential> {
        let mut held = self.0.values();
        held.find(|held| held.thumbprint == *thumbprint).map(|held| &held.credential)
    }
}
