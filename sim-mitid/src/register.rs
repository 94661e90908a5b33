//! Every certificate that was issued, and from when on it is revoked.

use std::collections::BTreeMap;

use clock::Timestamp;
use parties::Environment;
use pki::{Certificate, Holder, RevocationReason, Revoked, Serial};
use serde::{Deserialize, Serialize};

use crate::{Rejection, organisation::Organisations, profile::ProfileId};

/// The reasons that the portal offers (*nøgle kompromitteret*, *erstattet*, *ikke længere i brug*,
/// *andet*).
pub const REASONS: [RevocationReason; 4] = [
    RevocationReason::KeyCompromise,
    RevocationReason::Superseded,
    RevocationReason::CessationOfOperation,
    RevocationReason::Unspecified,
];

/// From when on a certificate is revoked, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Revocation {
    /// From when on.
    pub at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

/// A certificate that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Under which profile.
    pub profile: ProfileId,
    /// For whom; a renewal keeps all of it.
    pub holder: Holder,
    /// The certificate.
    pub certificate: Certificate,
    /// When it was issued, to the millisecond.
    pub issued: Timestamp,
    /// When it was first renewed, if it was.
    pub renewed: Option<Timestamp>,
    /// The revocation by the administrator, if there was one.
    revoked: Option<Revocation>,
}

impl Entry {
    /// From when on it is revoked, if that is decided: by the administrator, or by the `end` of its
    /// organisation's agreement, whichever is first. What has expired by then is not revoked.
    #[must_use]
    pub fn revocation(&self, end: Option<Timestamp>) -> Option<Revocation> {
        let by_end = end
            .filter(|end| *end < self.certificate.first_refused())
            .map(|at| Revocation { at, reason: RevocationReason::CessationOfOperation });
        [self.revoked, by_end].into_iter().flatten().min_by_key(|it| it.at)
    }

    /// Whether it has expired at `now`.
    ///
    /// # Errors
    ///
    /// If it has: from `E+` on.
    pub(crate) fn judge_expiry(&self, now: Timestamp) -> Result<(), Rejection> {
        let since = self.certificate.first_refused();
        if since <= now {
            return Err(Rejection::CertificateExpired {
                serial: *self.certificate.serial(),
                since,
            });
        }
        Ok(())
    }
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
        profile: ProfileId,
        holder: Holder,
        certificate: Certificate,
        issued: Timestamp,
        renews: Option<Serial>,
    ) {
        if let Some(serial) = renews
            && let Some(predecessor) = self.entries.get_mut(&(environment, serial))
        {
            predecessor.renewed.get_or_insert(issued);
        }
        let key = (environment, *certificate.serial());
        let entry = Entry { profile, holder, certificate, issued, renewed: None, revoked: None };
        self.entries.insert(key, entry);
    }

    pub(crate) fn revoke(
        &mut self,
        environment: Environment,
        serial: &Serial,
        revocation: Revocation,
    ) {
        if let Some(entry) = self.entries.get_mut(&(environment, *serial)) {
            entry.revoked = Some(revocation);
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
            .ok_or(Rejection::UnknownCertificate { environment, serial: *serial })
    }

    /// All entries with their environments, in the order of the serials.
    pub fn entries(&self) -> impl Iterator<Item = (Environment, &Entry)> {
        self.entries.iter().map(|((environment, _), entry)| (*environment, entry))
    }

    /// The entries of a profile, in the order in which they were issued.
    #[must_use]
    pub fn of(&self, profile: ProfileId) -> Vec<&Entry> {
        let mut found: Vec<_> =
            self.entries.values().filter(|entry| entry.profile == profile).collect();
        found.sort_by_key(|entry| (entry.issued, *entry.certificate.serial()));
        found
    }

    /// Every revocation that is decided, also for later, in the order of the serials.
    pub fn revocations<'a>(
        &'a self,
        organisations: &'a Organisations,
    ) -> impl Iterator<Item = (Environment, Revoked)> + 'a {
        self.entries().filter_map(|(environment, entry)| {
            let end = organisations.end(environment, &entry.holder.cvr);
            let Revocation { at, reason } = entry.revocation(end)?;
            Some((environment, Revoked { serial: *entry.certificate.serial(), at, reason }))
        })
    }

    /// The next expiry after `now`.
    #[must_use]
    pub fn next_expiry(&self, now: Timestamp) -> Option<Timestamp> {
        let expiries = self.entries.values().map(|entry| entry.certificate.first_refused());
        expiries.filter(|expiry| *expiry > now).min()
    }
}
