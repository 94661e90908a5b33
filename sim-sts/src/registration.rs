//! What one environment's STS knows of a system user, as it changes over time: its certificates,
//! its entity id, and what it may do.
//!
//! An administration keeps the same of what it brought into force, so both reckon alike.

mod swap;

use clock::{Timeline, Timestamp};
use oio_idws::privileges::{PrivilegeGroup, Privileges, Scope};
use parties::{Cvr, EntityId, Slot};
use pki::Certificate;
use serde::{Deserialize, Serialize};

pub use swap::SwapRules;

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
    /// What is in a slot.
    #[must_use]
    pub const fn get(&self, slot: Slot) -> Option<&Certificate> {
        match slot {
            Slot::Active => self.active.as_ref(),
            Slot::Rolling => self.rolling.as_ref(),
        }
    }

    pub(crate) const fn get_mut(&mut self, slot: Slot) -> &mut Option<Certificate> {
        match slot {
            Slot::Active => &mut self.active,
            Slot::Rolling => &mut self.rolling,
        }
    }

    /// Both certificates.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.active.iter().chain(&self.rolling)
    }
}

/// A privilege (*privilegium*) that a system user has at a service.
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

/// A system user as one environment's STS knows it.
///
/// Everything here is a timeline: what a click brings into force holds from one instant on, all of
/// it together, and is read with `now`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registration {
    entity_id: Timeline<EntityId>,
    grants: Timeline<Vec<PrivilegeGrant>>,
    /// The snapshots that were provisioned, or that a loss left.
    snapshots: Timeline<Snapshot>,
    /// What follows from them: the certificates accepted, the one that others wait for first.
    accepted: Timeline<Vec<Certificate>>,
}

/// What holds of the slots from an instant on. It depends on clicks alone: who is accepted follows
/// from it and from the revocations that are known, and those are no facts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Snapshot {
    details: TechnicalDetails,
    /// What others have taken since the last provisioning.
    lost: Vec<Certificate>,
}

/// How a certificate stands to a system user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The system user is known by it now.
    InForce,
    /// It will be.
    Planned {
        /// From when on.
        from: Timestamp,
    },
    /// It was.
    Past,
    /// It never was, and nothing is planned.
    Unknown,
}

impl Registration {
    /// What tokens call it at `now`; nothing before it was first provisioned.
    #[must_use]
    pub fn entity_id(&self, now: Timestamp) -> Option<&EntityId> {
        self.entity_id.at(now)
    }

    /// The certificates that it is known by at `now`: one, or two where both slots hold at once.
    #[must_use]
    pub fn accepted(&self, now: Timestamp) -> &[Certificate] {
        self.accepted.at(now).map_or(&[], Vec::as_slice)
    }

    /// Whether it is known by exactly this certificate at `now`.
    #[must_use]
    pub fn accepts(&self, certificate: &Certificate, now: Timestamp) -> bool {
        self.accepted(now).contains(certificate)
    }

    /// Whether it is known by the certificate now, will be, or was.
    #[must_use]
    pub fn standing(&self, certificate: &Certificate, now: Timestamp) -> Standing {
        if self.accepts(certificate, now) {
            return Standing::InForce;
        }
        let held = self.accepted.entries().filter(|(_, set)| set.contains(certificate));
        held.fold(Standing::Unknown, |standing, (from, _)| match standing {
            Standing::Planned { .. } => standing,
            _ if from > now => Standing::Planned { from },
            _ => Standing::Past,
        })
    }

    /// The certificates that it is known by at `now`, or will be as planned.
    pub fn current_and_planned(&self, now: Timestamp) -> impl Iterator<Item = &Certificate> {
        let planned = self.accepted.entries().filter(move |(from, _)| *from > now);
        self.accepted(now).iter().chain(planned.flat_map(|(_, set)| set))
    }

    /// What it will be known by after `now` if nobody does anything more: the instants at which that
    /// changes, in order, and the certificates from then on.
    pub fn planned(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, &[Certificate])> {
        let planned = self.accepted.entries().filter(move |(from, _)| *from > now);
        planned.map(|(from, set)| (from, set.as_slice()))
    }

    /// What it may do at `now`, at whatever service.
    #[must_use]
    pub fn grants(&self, now: Timestamp) -> &[PrivilegeGrant] {
        self.grants.at(now).map_or(&[], Vec::as_slice)
    }

    /// What it may do at a service, grouped by the organisation that it may do it for.
    #[must_use]
    pub fn privileges_for(&self, audience: &EntityId, now: Timestamp) -> Privileges {
        let mut groups: Vec<PrivilegeGroup> = Vec::new();
        for grant in self.grants(now).iter().filter(|grant| grant.audience == *audience) {
            let scope = Scope::Cvr(grant.cvr.clone());
            match groups.iter_mut().find(|group| group.scope == scope) {
                Some(group) => group.privileges.push(grant.privilege.clone()),
                None => groups.push(PrivilegeGroup {
                    scope,
                    privileges: vec![grant.privilege.clone()],
                    constraints: Vec::new(),
                }),
            }
        }
        Privileges { groups }
    }

    /// The next instant after `now` at which an answer about it could differ.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let certificates = self.accepted.entries().flat_map(|(_, set)| set);
        let dates = certificates.map(|certificate| certificate.next_change(now));
        let entries = [
            self.accepted.next_change_after(now),
            self.entity_id.next_change_after(now),
            self.grants.next_change_after(now),
        ];
        parties::earliest(dates.chain(entries))
    }

    /// Brings a snapshot into force from `from` on; what an earlier one had planned for later no
    /// longer counts.
    ///
    /// `ends` is the first instant at which a certificate is refused, as far as the swap cares.
    /// Says when the rolling certificate, if there is one, takes over.
    pub(crate) fn provision(
        &mut self,
        entity_id: EntityId,
        details: TechnicalDetails,
        from: Timestamp,
        rules: &SwapRules,
        ends: &dyn Fn(&Certificate) -> Timestamp,
    ) -> Option<Timestamp> {
        let rolling = details.rolling.clone();
        self.entity_id.set(from, entity_id);
        self.snapshots.set(from, Snapshot { details, lost: Vec::new() });
        self.reckon(rules, ends);
        let rolling = rolling?;
        let mut later = self.accepted.entries().filter(|(at, _)| *at >= from);
        later.find(|(_, set)| set.first() == Some(&rolling)).map(|(at, _)| at)
    }

    /// Lets it have exactly these privileges from `from` on.
    pub(crate) fn grant(&mut self, grants: Vec<PrivilegeGrant>, from: Timestamp) {
        self.grants.set(from, grants);
    }

    /// Takes a certificate away, from `from` on: another system user has it then.
    pub(crate) fn lose(
        &mut self,
        certificate: &Certificate,
        from: Timestamp,
        rules: &SwapRules,
        ends: &dyn Fn(&Certificate) -> Timestamp,
    ) {
        // An older snapshot counts too: what took over in a swap is accepted until the next one does,
        // also where a later snapshot does not name it.
        let names = |it: &Snapshot| it.details.certificates().any(|held| held == certificate);
        if !self.snapshots.entries().any(|(at, it)| at <= from && names(it)) {
            return;
        }
        let Some(mut still) = self.snapshots.at(from).cloned() else { return };
        for slot in Slot::ALL {
            still.details.get_mut(slot).take_if(|held| held == certificate);
        }
        still.lost.push(certificate.clone());
        self.snapshots.set(from, still);
        self.reckon(rules, ends);
    }

    /// Reckons anew which certificates are accepted when: after a provisioning, or after a
    /// revocation became known that brings a swap forward.
    pub(crate) fn reckon(&mut self, rules: &SwapRules, ends: &dyn Fn(&Certificate) -> Timestamp) {
        self.accepted = swap::accepted(&self.snapshots, rules, ends);
    }
}
