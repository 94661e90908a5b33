//! The certificate a system user is known by in one environment, as it changes over time.

use clock::{Timeline, Timestamp};
use oio_idws::privileges::{PrivilegeGroup, Privileges, Scope};
use parties::{Cvr, EntityId, Slot};
use pki::Certificate;
use serde::{Deserialize, Serialize};

/// The technical details (*tekniske oplysninger*) of a system user: its two slots.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TechnicalDetails {
    /// The certificate that is to be known from the provisioning on.
    pub active: Option<Certificate>,
    /// The certificate that takes over when the active one expires (*rullende skift*).
    pub rolling: Option<Certificate>,
}

impl TechnicalDetails {
    pub(crate) fn put(&mut self, slot: Slot, certificate: Certificate) {
        match slot {
            Slot::Active => self.active = Some(certificate),
            Slot::Rolling => self.rolling = Some(certificate),
        }
    }

    /// Both certificates.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.active.iter().chain(&self.rolling)
    }
}

/// A privilege (*privilegium*) that a service has granted a system user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PrivilegeGrant {
    /// The service.
    pub audience: EntityId,
    /// The organisation it holds for.
    pub cvr: Cvr,
    /// The privilege's URI.
    pub privilege: String,
}

/// Brings technical details into force from `from` on.
///
/// The active certificate is known at once. A rolling one takes over at the first instant at which
/// the one then known is refused, or at once if that is past, or if there is none to wait for. What
/// an earlier provisioning had planned for later no longer counts. Says when the rolling one, if
/// there is one, takes over.
pub(crate) fn provision(
    known: &mut Timeline<Certificate>,
    details: &TechnicalDetails,
    from: Timestamp,
) -> Option<Timestamp> {
    // An expired certificate beside a rolling one is what a swap left behind. It does not come back
    // and push out the one that took over, which may be good for years.
    let left_behind =
        |active: &Certificate| details.rolling.is_some() && active.first_refused() <= from;
    if let Some(active) = details.active.as_ref().filter(|active| !left_behind(active)) {
        known.set(from, active.clone());
    }
    let rolling = details.rolling.as_ref()?;
    let swap = known.at(from).map_or(from, Certificate::first_refused).max(from);
    known.set(swap, rolling.clone());
    Some(swap)
}

/// A system user as one environment's STS knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// What tokens call it.
    pub entity_id: EntityId,
    /// The certificate it is known by.
    pub certificate: Timeline<Certificate>,
    /// What services let it do.
    pub grants: Vec<PrivilegeGrant>,
}

impl Registration {
    /// What the system user may do at a service.
    pub(crate) fn privileges_for(&self, audience: &EntityId) -> Privileges {
        let mut groups: Vec<PrivilegeGroup> = Vec::new();
        for grant in self.grants.iter().filter(|grant| grant.audience == *audience) {
            let scope = Scope::Cvr(grant.cvr.clone());
            match groups.iter_mut().find(|group| group.scope == scope) {
                Some(group) => group.privileges.push(grant.privilege.clone()),
                None => {
                    groups.push(PrivilegeGroup { scope, privileges: vec![grant.privilege.clone()] })
                }
            }
        }
        Privileges { groups }
    }

    /// The next instant after `now` at which the answer to "who is this" could differ.
    pub(crate) fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let certificates =
            self.certificate.entries().map(|(_, certificate)| certificate.next_change(now));
        let swap = std::iter::once(self.certificate.next_change_after(now));
        parties::earliest(certificates.chain(swap))
    }
}
