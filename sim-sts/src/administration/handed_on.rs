//! What the STSs must know of a click: the one arrow from the administration to them.

use clock::Timestamp;
use parties::{Cvr, Environment, SystemUserId};

use super::{Administration, Fact, PrivilegeStatus, SystemUser};
use crate::{IssuerFact, registration::PrivilegeGrant};

impl Administration {
    /// What the STSs must know of a fact, which was just applied.
    pub(crate) fn handed_on(&self, fact: &Fact) -> Vec<(Environment, IssuerFact)> {
        match fact {
            Fact::Provisioned { system_user, environment, entity_id, details, at } => {
                let (system_user, entity_id) = (system_user.clone(), entity_id.clone());
                let (details, at) = (details.clone(), *at);
                let fact = IssuerFact::Provisioned { system_user, entity_id, details, at };
                vec![(*environment, fact)]
            }
            Fact::PrivilegeChanged { system_user, privilege, at, .. } => {
                vec![self.privileges_changed(system_user, privilege.environment, *at)]
            }
            Fact::PowerGiven { power, at } | Fact::PowerWithdrawn { power, at } => {
                let users = self.system_users.iter();
                let users = users.filter(|(_, it)| *self.organisation_of(it) == power.attorney);
                let environment = power.privilege.environment;
                users.map(|(id, _)| self.privileges_changed(id, environment, *at)).collect()
            }
            Fact::ItSystemCreated { .. }
            | Fact::SystemUserCreated { .. }
            | Fact::EntityIdSaved { .. }
            | Fact::Saved { .. }
            | Fact::Removed { .. } => Vec::new(),
        }
    }

    fn privileges_changed(
        &self,
        id: &SystemUserId,
        environment: Environment,
        at: Timestamp,
    ) -> (Environment, IssuerFact) {
        let (system_user, grants) = (id.clone(), self.grants(id, environment));
        (environment, IssuerFact::PrivilegesChanged { system_user, grants, at })
    }

    /// What a system user may do in an environment: what was approved, for its own organisation and
    /// for each that gave a power of attorney.
    #[must_use]
    pub fn grants(&self, id: &SystemUserId, environment: Environment) -> Vec<PrivilegeGrant> {
        let Some(user) = self.system_users.get(id) else { return Vec::new() };
        let owner = self.organisation_of(user);
        let approved = user.privileges.iter().filter(|(privilege, status)| {
            privilege.environment == environment && **status == PrivilegeStatus::Approved
        });
        let grants = approved.flat_map(|(privilege, _)| {
            let powers = self.powers.iter();
            let powers = powers.filter(|it| it.attorney == *owner && it.privilege == *privilege);
            let scopes = std::iter::once(owner).chain(powers.map(|power| &power.grantor));
            scopes.map(|cvr| PrivilegeGrant {
                audience: privilege.audience.clone(),
                cvr: cvr.clone(),
                privilege: privilege.uri.clone(),
            })
        });
        grants.collect()
    }

    pub(super) fn organisation_of(&self, user: &SystemUser) -> &Cvr {
        let it_system = self.it_systems.get(&user.it_system);
        &it_system.expect("a system user is made under an IT system, which stays").organisation
    }

    /// Whether the grantor lets the attorney do anything for it.
    pub(super) fn has_power(&self, grantor: &Cvr, attorney: &Cvr) -> bool {
        self.powers.iter().any(|it| it.grantor == *grantor && it.attorney == *attorney)
    }
}
