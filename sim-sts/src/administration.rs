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
//! | `decision` | what speaks against a request, and what comes of it if nothing does |
//! | `handed_on` | what the STSs must know of it |
//! | `fact`, `wire` | what is remembered; requests and answers as JSON |

mod decision;
mod fact;
mod finding;
mod handed_on;
pub mod policy;
pub mod power_of_attorney;
pub mod privilege;
mod rejection;
mod request;
pub mod system_user;
pub mod upload;
mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Diagnose, Diagnosis, EntityId, Environment, ItSystemId, Slot, SystemUserId};
use pki::{Certificate, TrustAnchors};

pub use fact::Fact;
pub(crate) use finding::slot_in_danish;
pub use policy::{IssuerCheck, Kinds, Policy, Verdict};
pub use power_of_attorney::PowerOfAttorney;
pub use privilege::{Privilege, PrivilegeStatus};
pub use rejection::{Cause, Rejection};
pub use request::{Answer, Request};
pub use system_user::{ItSystem, Status, SystemUser};
pub use upload::{FileEnding, Kind};

use crate::registration::{SwapRules, TechnicalDetails};

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

    /// All system users, by handle.
    pub fn system_users(&self) -> impl Iterator<Item = (&SystemUserId, &SystemUser)> {
        self.system_users.iter()
    }

    /// All IT systems, by handle.
    pub fn it_systems(&self) -> impl Iterator<Item = (&ItSystemId, &ItSystem)> {
        self.it_systems.iter()
    }

    /// All powers of attorney that hold.
    pub fn powers_of_attorney(&self) -> impl Iterator<Item = &PowerOfAttorney> {
        self.powers.iter()
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

    /// Changes the draft of a system user from `at` on.
    fn edit(&mut self, id: &SystemUserId, at: Timestamp, edit: impl FnOnce(&mut TechnicalDetails)) {
        if let Some(user) = self.system_users.get_mut(id) {
            let mut draft = user.saved(at);
            edit(&mut draft);
            user.draft.set(at, draft);
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
            None if self.is_saved(request, now) => (Answer::Unchanged, Vec::new()),
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

impl Diagnose for Administration {
    fn diagnose(&self, request: &Request, now: Timestamp) -> Diagnosis {
        let objections = self.objections(request, now);
        Diagnosis::new(objections.iter().map(Rejection::finding).collect())
    }
}
