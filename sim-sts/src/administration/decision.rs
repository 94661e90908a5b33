//! What speaks against a request, and what comes of it if nothing does.

use clock::Timestamp;
use parties::{EntityId, Environment, Slot, SystemUserId};
use pki::Path;

use super::{
    Administration, Fact, IssuerCheck, Privilege, PrivilegeStatus, Rejection, Request, SystemUser,
    system_user,
};
use crate::rejection::CertificateName;

impl Administration {
    /// Everything that speaks against a request, in the order of the checks.
    pub(super) fn objections(&self, request: &Request, now: Timestamp) -> Vec<Rejection> {
        match request {
            Request::CreateItSystem { it_system, .. } => {
                let exists = self.it_systems.contains_key(it_system);
                exists.then(|| Rejection::ItSystemExists(it_system.clone())).into_iter().collect()
            }
            Request::CreateSystemUser { system_user, it_system, entity_id } => {
                let mut found = Vec::new();
                if !self.it_systems.contains_key(it_system) {
                    found.push(Rejection::UnknownItSystem(it_system.clone()));
                }
                if self.system_users.contains_key(system_user) {
                    found.push(Rejection::SystemUserExists(system_user.clone()));
                }
                found.extend(self.against_entity_id(system_user, entity_id, now));
                found
            }
            Request::SaveEntityId { system_user, entity_id } => {
                let taken = self.against_entity_id(system_user, entity_id, now);
                self.unknown(system_user).into_iter().chain(taken).collect()
            }
            Request::Save { system_user, slot, certificate, file_name } => {
                let mut found: Vec<_> = self.unknown(system_user).into_iter().collect();
                // What a file holds matters more than its name: it may be a key that has leaked.
                let refusal = certificate.as_ref().err().cloned();
                found.extend(refusal.map(Rejection::NotACerFile));
                found.extend(self.against_name(file_name.as_ref()));
                if let Ok(it) = certificate {
                    found.extend(self.against_certificate(system_user, *slot, it, now));
                }
                found
            }
            Request::Remove { system_user, slot } => {
                let Some(user) = self.system_users.get(system_user) else {
                    return vec![Rejection::UnknownSystemUser(system_user.clone())];
                };
                let (system_user, slot) = (system_user.clone(), *slot);
                let empty = user.saved(now).get(slot).is_none();
                let empty = empty.then_some(Rejection::SlotEmpty { system_user, slot });
                empty.into_iter().collect()
            }
            Request::Provision { system_user, environment } => {
                self.against_provisioning(system_user, *environment, now)
            }
            Request::RequestPrivilege { system_user, privilege } => {
                self.against_privilege(system_user, privilege, PrivilegeStatus::Requested)
            }
            Request::ApprovePrivilege { system_user, privilege } => {
                self.against_privilege(system_user, privilege, PrivilegeStatus::Approved)
            }
            Request::RefusePrivilege { system_user, privilege } => {
                self.against_privilege(system_user, privilege, PrivilegeStatus::Refused)
            }
            Request::WithdrawPrivilege { system_user, privilege } => {
                self.against_privilege(system_user, privilege, PrivilegeStatus::Withdrawn)
            }
            Request::GivePowerOfAttorney { power } => {
                let mut found = Vec::new();
                if power.grantor == power.attorney {
                    found.push(Rejection::PowerOfAttorneyToOneself(power.grantor.clone()));
                }
                if self.powers.contains(power) {
                    found.push(Rejection::PowerOfAttorneyExists(power.clone()));
                }
                found
            }
            Request::WithdrawPowerOfAttorney { power } => {
                let missing = !self.powers.contains(power);
                missing.then(|| Rejection::NoPowerOfAttorney(power.clone())).into_iter().collect()
            }
            Request::Unreadable(what) => vec![Rejection::MalformedRequest(what.clone())],
        }
    }

    fn unknown(&self, id: &SystemUserId) -> Option<Rejection> {
        let unknown = !self.system_users.contains_key(id);
        unknown.then(|| Rejection::UnknownSystemUser(id.clone()))
    }

    fn against_entity_id(
        &self,
        id: &SystemUserId,
        entity_id: &EntityId,
        now: Timestamp,
    ) -> Option<Rejection> {
        let has = |user: &SystemUser| user.has_entity_id(entity_id, now);
        let holder = system_user::other(&self.system_users, id, has);
        let holder = holder.filter(|_| self.policy.shared_entity_id.refuses())?.clone();
        Some(Rejection::EntityIdTaken { entity_id: entity_id.clone(), holder })
    }

    fn against_provisioning(
        &self,
        id: &SystemUserId,
        environment: Environment,
        now: Timestamp,
    ) -> Vec<Rejection> {
        let Some(user) = self.system_users.get(id) else {
            return vec![Rejection::UnknownSystemUser(id.clone())];
        };
        let Some(anchors) = self.anchors.get(&environment) else {
            return vec![Rejection::EnvironmentNotOffered(environment)];
        };
        let details = user.saved(now);
        // To bring empty slots into force is to take out of force what is.
        if details.certificates().next().is_none() && !user.is_known_in(environment, now) {
            return vec![Rejection::NothingSaved(id.clone())];
        }
        let check = self.policy.issuer_check == IssuerCheck::AtProvisioning;
        let refusals = Slot::ALL.into_iter().filter(|_| check).filter_map(|slot| {
            let saved = details.get(slot)?;
            let refusal = Path::build(saved, anchors).err()?;
            let certificate = CertificateName::of(saved);
            Some(Rejection::OtherEnvironment { slot, certificate, environment, refusal })
        });
        refusals.collect()
    }

    fn against_privilege(
        &self,
        id: &SystemUserId,
        privilege: &Privilege,
        status: PrivilegeStatus,
    ) -> Vec<Rejection> {
        let Some(user) = self.system_users.get(id) else {
            return vec![Rejection::UnknownSystemUser(id.clone())];
        };
        let before = user.privileges.get(privilege).copied();
        status.objection(before, privilege).into_iter().collect()
    }

    /// Whether the request puts in a slot what is there.
    pub(super) fn is_saved(&self, request: &Request, now: Timestamp) -> bool {
        let Request::Save { system_user, slot, certificate: Ok(certificate), .. } = request else {
            return false;
        };
        let user = self.system_users.get(system_user);
        user.is_some_and(|user| user.saved(now).get(*slot) == Some(certificate))
    }

    /// What comes of a request that nothing speaks against.
    pub(super) fn fact(&self, request: &Request, now: Timestamp) -> Option<Fact> {
        let at = now;
        let privilege_changed = |system_user: &SystemUserId, privilege: &Privilege, status| {
            let (system_user, privilege) = (system_user.clone(), privilege.clone());
            Fact::PrivilegeChanged { system_user, privilege, status, at }
        };
        Some(match request.clone() {
            Request::CreateItSystem { it_system, organisation } => {
                Fact::ItSystemCreated { it_system, organisation }
            }
            Request::CreateSystemUser { system_user, it_system, entity_id } => {
                Fact::SystemUserCreated { system_user, it_system, entity_id }
            }
            Request::SaveEntityId { system_user, entity_id } => {
                Fact::EntityIdSaved { system_user, entity_id }
            }
            Request::Save { system_user, slot, certificate, .. } => {
                Fact::Saved { system_user, slot, certificate: *certificate.ok()?, at }
            }
            Request::Remove { system_user, slot } => Fact::Removed { system_user, slot, at },
            Request::Provision { system_user, environment } => {
                let user = self.system_users.get(&system_user)?;
                let (entity_id, details) = (user.entity_id.clone(), user.saved(now));
                Fact::Provisioned { system_user, environment, entity_id, details, at }
            }
            Request::RequestPrivilege { system_user, privilege } => {
                privilege_changed(&system_user, &privilege, PrivilegeStatus::Requested)
            }
            Request::ApprovePrivilege { system_user, privilege } => {
                privilege_changed(&system_user, &privilege, PrivilegeStatus::Approved)
            }
            Request::RefusePrivilege { system_user, privilege } => {
                privilege_changed(&system_user, &privilege, PrivilegeStatus::Refused)
            }
            Request::WithdrawPrivilege { system_user, privilege } => {
                privilege_changed(&system_user, &privilege, PrivilegeStatus::Withdrawn)
            }
            Request::GivePowerOfAttorney { power } => Fact::PowerGiven { power, at },
            Request::WithdrawPowerOfAttorney { power } => Fact::PowerWithdrawn { power, at },
            Request::Unreadable(_) => return None,
        })
    }
}
