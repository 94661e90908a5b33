//! Every certificate that was issued, and whether it is revoked.

use std::collections::BTreeMap;

use clock::Timestamp;
use parties::{Cvr, Environment};
use pki::{Certificate, CertificateKind, Holder, RevocationReason, Revoked, Serial};
use serde::{Deserialize, Serialize};

use crate::Rejection;

/// For whom certificates of one profile are issued; a renewal keeps all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HolderRecord {
    /// The UUID in the subject's serial number.
    pub uuid: String,
    /// The common name.
    pub certificate_name: String,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation.
    pub cvr: Cvr,
}

impl HolderRecord {
    /// The subject of a system certificate (*systemcertifikat*).
    ///
    /// # Errors
    ///
    /// If the UUID is none, which a fact from elsewhere could bring about.
    pub(crate) fn holder(&self) -> Result<Holder, Rejection> {
        Ok(Holder {
            kind: CertificateKind::System,
            common_name: self.certificate_name.clone(),
            organisation: self.organisation.clone(),
            cvr: self.cvr.clone(),
            uuid: self.uuid.parse().map_err(|_| Rejection::Malformed {
                what: format!("`{}` is not a UUID", self.uuid),
            })?,
            email: None,
        })
    }
}

/// A certificate that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// For whom.
    pub holder: HolderRecord,
    /// The certificate.
    pub certificate: Certificate,
    /// From when on it is revoked, and why.
    pub revoked: Option<(Timestamp, RevocationReason)>,
}

/// The register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    entries: BTreeMap<(Environment, Serial), Entry>,
}

impl Register {
    pub(crate) fn enter(
        &mut self,
        environment: Environment,
        holder: HolderRecord,
        certificate: Certificate,
    ) {
        let key = (environment, *certificate.serial());
        self.entries.insert(key, Entry { holder, certificate, revoked: None });
    }

    pub(crate) fn revoke(
        &mut self,
        environment: Environment,
        serial: &Serial,
        at: Timestamp,
        reason: RevocationReason,
    ) {
        if let Some(entry) = self.entries.get_mut(&(environment, *serial)) {
            entry.revoked = Some((at, reason));
        }
    }

    /// The entry of a serial.
    ///
    /// # Errors
    ///
    /// If no such certificate was issued.
    pub fn find(&self, environment: Environment, serial: &Serial) -> Result<&Entry, Rejection> {
        self.entries
            .get(&(environment, *serial))
            .ok_or(Rejection::UnknownCertificate { serial: *serial })
    }

    /// What the revocation list of a hierarchy holds, in the order of the serials.
    #[must_use]
    pub fn revoked(&self, environment: Environment) -> Vec<Revoked> {
        self.of(environment)
            .filter_map(|(serial, entry)| {
                let (at, reason) = entry.revoked?;
                Some(Revoked { serial: *serial, at, reason })
            })
            .collect()
    }

    /// The number of the revocation list: it grows with every revocation (RFC 5280, 5.2.3).
    #[must_use]
    pub fn list_number(&self, environment: Environment) -> u64 {
        1 + self.of(environment).filter(|(_, entry)| entry.revoked.is_some()).count() as u64
    }

    /// The next expiry after `now`.
    #[must_use]
    pub fn next_expiry(&self, now: Timestamp) -> Option<Timestamp> {
        self.entries
            .values()
            .map(|entry| entry.certificate.first_refused())
            .filter(|expiry| *expiry > now)
            .min()
    }

    fn of(&self, environment: Environment) -> impl Iterator<Item = (&Serial, &Entry)> {
        self.entries
            .iter()
            .filter(move |((of, _), _)| *of == environment)
            .map(|((_, serial), entry)| (serial, entry))
    }
}
