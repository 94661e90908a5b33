//! What the NemLog-in administrator edits. Saving keeps a draft that nobody else sees;
//! provisioning copies it into one environment.
//!
//! | module | what it holds |
//! |---|---|
//! | [`system_user`] | IT systems, and system users with their draft and what is provisioned |
//! | [`upload`] | what speaks against a certificate that is uploaded |
//! | [`privilege`] | what a system user may do: requested, approved, refused, withdrawn |
//! | [`power_of_attorney`] | one organisation lets another act for it |
//! | [`policy`] | the rules that a scenario may change |
//! | `rejection`, `finding` | every reason to refuse, and what is to be said of it |
//! | `fact`, `wire` | what is remembered; requests and answers as JSON |

mod fact;
mod finding;
pub mod policy;
pub mod power_of_attorney;
pub mod privilege;
mod rejection;
pub mod system_user;
pub mod upload;
mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use clock::Timestamp;
use entropy::Entropy;
use parties::{
    Core, Cvr, Diagnose, Diagnosis, EntityId, Environment, ItSystemId, Slot, SystemUserId,
};
use pki::{Certificate, Path, TrustAnchors, UploadRefusal};
use serde::Deserialize;

pub use fact::Fact;
pub use policy::{IssuerCheck, Kinds, Policy, Verdict};
pub use power_of_attorney::PowerOfAttorney;
pub use privilege::{Privilege, PrivilegeStatus};
pub use rejection::{Cause, Rejection};
pub use system_user::{ItSystem, Status, SystemUser};
pub use upload::Kind;

use crate::{
    IssuerFact,
    registration::{PrivilegeGrant, SwapRules, TechnicalDetails},
};

/// NemLog-in Administration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administration {
    policy: Policy,
    /// The authority of each environment that there is an STS for.
    anchors: BTreeMap<Environment, TrustAnchors>,
    it_systems: BTreeMap<ItSystemId, ItSystem>,
    system_users: BTreeMap<SystemUserId, SystemUser>,
    powers: BTreeSet<PowerOfAttorney>,
}

/// What the administrator asks, or the owner of a service, or who gives a power of attorney.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// A new IT system (*opret it-system*).
    CreateItSystem {
        /// Its handle.
        it_system: ItSystemId,
        /// The organisation that it belongs to.
        organisation: Cvr,
    },
    /// A new system user (*opret systembruger*).
    CreateSystemUser {
        /// Its handle.
        system_user: SystemUserId,
        /// The IT system that it belongs to.
        it_system: ItSystemId,
        /// What tokens call it.
        entity_id: EntityId,
    },
    /// Save another entity id in the draft.
    SaveEntityId {
        /// Of which system user.
        system_user: SystemUserId,
        /// What tokens call it, once it is provisioned.
        entity_id: EntityId,
    },
    /// Save (*gem tekniske oplysninger*): put a certificate in a slot of the draft.
    Save {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which slot.
        slot: Slot,
        /// The file that was chosen, or why it cannot be used. On the wire PEM, or a file in base64.
        #[serde(deserialize_with = "wire::file")]
        certificate: Result<Box<Certificate>, UploadRefusal>,
    },
    /// Empty a slot of the draft.
    Remove {
        /// Of which system user.
        system_user: SystemUserId,
        /// Which slot.
        slot: Slot,
    },
    /// Provision (*provisionér*): bring the draft into force in one environment.
    Provision {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which environment.
        environment: Environment,
    },
    /// Ask the owner of a service for a privilege (*ansøg om privilegium*).
    RequestPrivilege {
        /// For which system user.
        system_user: SystemUserId,
        /// Which one.
        privilege: Privilege,
    },
    /// The owner of the service approves (*godkend*).
    ApprovePrivilege {
        /// For which system user.
        system_user: SystemUserId,
        /// Which one.
        privilege: Privilege,
    },
    /// The owner of the service refuses (*afvis*).
    RefusePrivilege {
        /// For which system user.
        system_user: SystemUserId,
        /// Which one.
        privilege: Privilege,
    },
    /// A request is taken back, or a privilege that was approved (*træk tilbage*).
    WithdrawPrivilege {
        /// For which system user.
        system_user: SystemUserId,
        /// Which one.
        privilege: Privilege,
    },
    /// An organisation lets another act for it (*giv fuldmagt*).
    GivePowerOfAttorney {
        /// Which, and for what.
        power: PowerOfAttorney,
    },
    /// It does so no more (*tilbagekald fuldmagt*).
    WithdrawPowerOfAttorney {
        /// Which, and for what.
        power: PowerOfAttorney,
    },
    /// Something that could not be read.
    #[serde(skip)]
    Unreadable(String),
}

/// What the administrator is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// No.
    Rejected(Rejection),
}

impl Administration {
    /// An administration without IT systems, over environments whose certificates these authorities
    /// issue.
    #[must_use]
    pub fn new(
        anchors: impl IntoIterator<Item = (Environment, TrustAnchors)>,
        policy: Policy,
    ) -> Self {
        Self {
            policy,
            anchors: anchors.into_iter().collect(),
            it_systems: BTreeMap::new(),
            system_users: BTreeMap::new(),
            powers: BTreeSet::new(),
        }
    }

    /// Its rules.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// A system user, if there is one of that handle.
    #[must_use]
    pub fn system_user(&self, id: &SystemUserId) -> Option<&SystemUser> {
        self.system_users.get(id)
    }

    /// An IT system, if there is one of that handle.
    #[must_use]
    pub fn it_system(&self, id: &ItSystemId) -> Option<&ItSystem> {
        self.it_systems.get(id)
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

    fn organisation_of(&self, user: &SystemUser) -> &Cvr {
        let it_system = self.it_systems.get(&user.it_system);
        &it_system.expect("a system user is made under an IT system, which stays").organisation
    }

    /// Whether the grantor lets the attorney do anything for it.
    fn has_power(&self, grantor: &Cvr, attorney: &Cvr) -> bool {
        self.powers.iter().any(|it| it.grantor == *grantor && it.attorney == *attorney)
    }

    /// Everything that speaks against a request, in the order of the checks.
    fn objections(&self, request: &Request, now: Timestamp) -> Vec<Rejection> {
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
            Request::Save { system_user, slot, certificate } => {
                let against = match certificate {
                    Ok(it) => self.against_certificate(system_user, *slot, it, now),
                    Err(refusal) => vec![Rejection::NotACerFile(refusal.clone())],
                };
                self.unknown(system_user).into_iter().chain(against).collect()
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
            let refusal = Path::build(details.get(slot)?, anchors).err()?;
            Some(Rejection::OtherEnvironment { slot, environment, refusal })
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

    /// What comes of a request that nothing speaks against.
    fn fact(&self, request: &Request, now: Timestamp) -> Option<Fact> {
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
            Request::Save { system_user, slot, certificate } => {
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

    /// Brings a snapshot into force. Whoever else had one of its certificates loses it.
    fn provision(
        &mut self,
        id: &SystemUserId,
        environment: Environment,
        entity_id: EntityId,
        details: TechnicalDetails,
        at: Timestamp,
    ) {
        let (rules, ends) = (SwapRules::default(), Certificate::first_refused);
        for (_, other) in self.system_users.iter_mut().filter(|(other, _)| *other != id) {
            if let Some(known) = other.provisioned.get_mut(&environment) {
                details.certificates().for_each(|it| known.lose(it, at, &rules, &ends));
            }
        }
        let Some(user) = self.system_users.get_mut(id) else { return };
        let known = user.provisioned.entry(environment).or_default();
        let swapped = TechnicalDetails { active: details.rolling.clone(), rolling: None };
        if let Some(swap) = known.provision(entity_id, details, at, &rules, &ends) {
            user.draft.set(swap, swapped);
        }
    }
}

impl Core for Administration {
    type Request = Request;
    type Answer = Answer;
    type Fact = Fact;
    type Need = Infallible;
    type Lesson = Infallible;

    fn read(&self, bytes: &[u8]) -> Request {
        wire::read(bytes)
    }

    fn write(&self, answer: &Answer, _: &mut Entropy) -> Vec<u8> {
        wire::write(answer)
    }

    fn needs(&self, _: &Request, _: Timestamp) -> Vec<Infallible> {
        Vec::new()
    }

    fn learn(&mut self, lesson: Infallible) {
        match lesson {}
    }

    fn decide(&self, request: &Request, now: Timestamp, _: &mut Entropy) -> (Answer, Vec<Fact>) {
        match self.objections(request, now).into_iter().next() {
            Some(rejection) => (Answer::Rejected(rejection), Vec::new()),
            None => (Answer::Done, self.fact(request, now).into_iter().collect()),
        }
    }

    fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::ItSystemCreated { it_system, organisation } => {
                self.it_systems.insert(it_system, ItSystem { organisation });
            }
            Fact::SystemUserCreated { system_user, it_system, entity_id } => {
                self.system_users.insert(system_user, SystemUser::new(it_system, entity_id));
            }
            Fact::EntityIdSaved { system_user, entity_id } => {
                if let Some(user) = self.system_users.get_mut(&system_user) {
                    user.entity_id = entity_id;
                }
            }
            Fact::Saved { system_user, slot, certificate, at } => {
                let moves = self.policy.in_both_slots.refuses();
                self.edit(&system_user, at, |draft| {
                    if moves && slot == Slot::Active && draft.rolling.as_ref() == Some(&certificate)
                    {
                        draft.rolling = None;
                    }
                    *draft.get_mut(slot) = Some(certificate);
                });
            }
            Fact::Removed { system_user, slot, at } => {
                self.edit(&system_user, at, |draft| *draft.get_mut(slot) = None);
            }
            Fact::Provisioned { system_user, environment, entity_id, details, at } => {
                self.provision(&system_user, environment, entity_id, details, at);
            }
            Fact::PrivilegeChanged { system_user, privilege, status, .. } => {
                if let Some(user) = self.system_users.get_mut(&system_user) {
                    user.privileges.insert(privilege, status);
                }
            }
            Fact::PowerGiven { power, .. } => {
                self.powers.insert(power);
            }
            Fact::PowerWithdrawn { power, .. } => {
                self.powers.remove(&power);
            }
        }
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let users = self.system_users.values();
        parties::earliest(users.flat_map(|user| {
            let provisioned = user.provisioned.values().map(move |known| known.next_change(now));
            let draft = user.draft.entries().flat_map(|(_, details)| details.certificates());
            let dates = draft.map(move |certificate| certificate.next_change(now));
            provisioned.chain(dates).chain([user.draft.next_change_after(now)])
        }))
    }
}

impl Administration {
    /// Changes the draft of a system user from `at` on.
    fn edit(&mut self, id: &SystemUserId, at: Timestamp, edit: impl FnOnce(&mut TechnicalDetails)) {
        if let Some(user) = self.system_users.get_mut(id) {
            let mut draft = user.saved(at);
            edit(&mut draft);
            user.draft.set(at, draft);
        }
    }
}

impl Diagnose for Administration {
    fn diagnose(&self, request: &Request, now: Timestamp) -> Diagnosis {
        let objections = self.objections(request, now);
        Diagnosis::new(objections.iter().map(Rejection::finding).collect())
    }
}
