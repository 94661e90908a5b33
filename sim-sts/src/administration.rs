//! What the NemLog-in administrator edits. Saving keeps a draft that nobody else sees;
//! provisioning copies it into one environment.

use std::{collections::BTreeMap, convert::Infallible};

use clock::{Timeline, Timestamp};
use entropy::Entropy;
use parties::{Core, EntityId, Environment, Slot, SystemUserId, UniqueKey};
use pki::{Certificate, UploadRefusal};
use serde::{Deserialize, Serialize};

use crate::registration::{PrivilegeGrant, Registration, SwapRules, TechnicalDetails};

/// NemLog-in Administration.
#[derive(Debug, Clone, Default)]
pub struct Administration {
    system_users: BTreeMap<SystemUserId, SystemUser>,
}

/// A system user (*systembruger*) as the administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemUser {
    /// What tokens call it.
    pub entity_id: EntityId,
    /// What services let it do.
    pub grants: Vec<PrivilegeGrant>,
    /// What was saved last, for both environments. When a provisioned rolling certificate takes
    /// over, it becomes the active one here too, and its slot is empty.
    pub draft: Timeline<TechnicalDetails>,
    /// What it is known by in each environment, as far as this administration knows: of an STS's
    /// activation delay, of its rules and of revocations it knows nothing.
    pub provisioned: BTreeMap<Environment, Registration>,
}

impl SystemUser {
    /// The certificates that it has: in the draft, or in an environment now or as planned.
    fn certificates(&self, now: Timestamp) -> impl Iterator<Item = &Certificate> {
        let draft = self.draft.at(now).into_iter().flat_map(TechnicalDetails::certificates);
        let known = self.provisioned.values();
        let provisioned = known.flat_map(move |known| known.current_and_planned(now));
        draft.chain(provisioned)
    }
}

/// What the administrator asks.
#[derive(Debug, Clone)]
pub enum Request {
    /// A new system user.
    Register {
        /// Its handle.
        system_user: SystemUserId,
        /// What tokens call it.
        entity_id: EntityId,
        /// What services let it do.
        grants: Vec<PrivilegeGrant>,
    },
    /// Save (*gem tekniske oplysninger*): put a certificate in a slot of the draft.
    Save {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which slot.
        slot: Slot,
        /// The file that was chosen, or why it cannot be used.
        certificate: Result<Box<Certificate>, UploadRefusal>,
    },
    /// Provision (*provisionér*): bring the draft into force in one environment.
    Provision {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which environment.
        environment: Environment,
    },
    /// Something that could not be read.
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

/// Why the administration refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such system user.
    #[error("there is no system user `{0}`")]
    UnknownSystemUser(SystemUserId),
    /// The handle is taken.
    #[error("there is a system user `{0}` already")]
    SystemUserExists(SystemUserId),
    /// The file is not a `.cer` file.
    #[error("the file cannot be used: {0}")]
    NotCer(UploadRefusal),
    /// Each system user has a certificate of its own.
    #[error("the certificate belongs to the system user `{0}`: each needs one of its own")]
    CertificateTaken(SystemUserId),
    /// There is nothing to bring into force.
    #[error("nothing is saved for `{0}`: save a certificate first, then provision")]
    NothingSaved(SystemUserId),
    /// The request cannot be read.
    #[error("the request cannot be read: {0}")]
    Malformed(String),
}

impl Rejection {
    /// The stable name that scenarios and journals use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UnknownSystemUser(_) => "unknown-system-user",
            Self::SystemUserExists(_) => "system-user-exists",
            Self::NotCer(_) => "not-a-cer-file",
            Self::CertificateTaken(_) => "certificate-taken",
            Self::NothingSaved(_) => "nothing-saved",
            Self::Malformed(_) => "malformed-request",
        }
    }
}

/// What the administration remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Fact {
    /// A system user was made.
    Registered {
        /// Its handle.
        system_user: SystemUserId,
        /// What tokens call it.
        entity_id: EntityId,
        /// What services let it do.
        grants: Vec<PrivilegeGrant>,
    },
    /// A certificate was put in a slot of the draft.
    Saved {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which slot.
        slot: Slot,
        /// Which certificate.
        certificate: Certificate,
        /// When the click was.
        at: Timestamp,
    },
    /// The draft came into force in one environment: a copy of it, which later edits do not change.
    Provisioned {
        /// Of which system user.
        system_user: SystemUserId,
        /// In which environment.
        environment: Environment,
        /// What tokens call it.
        entity_id: EntityId,
        /// What services let it do.
        grants: Vec<PrivilegeGrant>,
        /// The copy.
        details: TechnicalDetails,
        /// When the click was.
        at: Timestamp,
    },
}

impl parties::Fact for Fact {
    const VERSION: u16 = 1;

    fn unique_key(&self) -> Option<UniqueKey> {
        match self {
            Self::Registered { system_user, .. } => {
                Some(UniqueKey::new("system-user", system_user))
            }
            Self::Saved { .. } | Self::Provisioned { .. } => None,
        }
    }
}

impl Administration {
    /// A system user, if there is one of that handle.
    #[must_use]
    pub fn system_user(&self, id: &SystemUserId) -> Option<&SystemUser> {
        self.system_users.get(id)
    }

    fn fact(&self, request: &Request, now: Timestamp) -> Result<Fact, Rejection> {
        match request {
            Request::Register { system_user, entity_id, grants } => {
                if self.system_users.contains_key(system_user) {
                    return Err(Rejection::SystemUserExists(system_user.clone()));
                }
                Ok(Fact::Registered {
                    system_user: system_user.clone(),
                    entity_id: entity_id.clone(),
                    grants: grants.clone(),
                })
            }
            Request::Save { system_user, slot, certificate } => {
                self.find(system_user)?;
                let certificate =
                    certificate.as_ref().map_err(|refusal| Rejection::NotCer(refusal.clone()))?;
                if let Some(other) =
                    self.holder_of(certificate, now).filter(|it| *it != system_user)
                {
                    return Err(Rejection::CertificateTaken(other.clone()));
                }
                Ok(Fact::Saved {
                    system_user: system_user.clone(),
                    slot: *slot,
                    certificate: (**certificate).clone(),
                    at: now,
                })
            }
            Request::Provision { system_user, environment } => {
                let found = self.find(system_user)?;
                let details = found.draft.at(now).cloned();
                let details =
                    details.ok_or_else(|| Rejection::NothingSaved(system_user.clone()))?;
                Ok(Fact::Provisioned {
                    system_user: system_user.clone(),
                    environment: *environment,
                    entity_id: found.entity_id.clone(),
                    grants: found.grants.clone(),
                    details,
                    at: now,
                })
            }
            Request::Unreadable(what) => Err(Rejection::Malformed(what.clone())),
        }
    }

    fn find(&self, id: &SystemUserId) -> Result<&SystemUser, Rejection> {
        self.system_users.get(id).ok_or_else(|| Rejection::UnknownSystemUser(id.clone()))
    }

    fn holder_of(&self, certificate: &Certificate, now: Timestamp) -> Option<&SystemUserId> {
        self.system_users
            .iter()
            .find(|(_, user)| user.certificates(now).any(|held| held == certificate))
            .map(|(id, _)| id)
    }
}

/// A request in the JSON of the control port.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum WireRequest {
    Register {
        #[serde(rename = "system-user")]
        system_user: SystemUserId,
        #[serde(rename = "entity-id")]
        entity_id: EntityId,
        #[serde(default)]
        grants: Vec<PrivilegeGrant>,
    },
    Save {
        #[serde(rename = "system-user")]
        system_user: SystemUserId,
        slot: Slot,
        /// The `.cer` file in PEM.
        certificate: String,
    },
    Provision {
        #[serde(rename = "system-user")]
        system_user: SystemUserId,
        environment: Environment,
    },
}

impl Core for Administration {
    type Request = Request;
    type Answer = Answer;
    type Fact = Fact;
    type Need = Infallible;
    type Lesson = Infallible;

    fn read(&self, bytes: &[u8]) -> Request {
        match serde_json::from_slice(bytes) {
            Err(error) => Request::Unreadable(error.to_string()),
            Ok(WireRequest::Register { system_user, entity_id, grants }) => {
                Request::Register { system_user, entity_id, grants }
            }
            Ok(WireRequest::Save { system_user, slot, certificate }) => Request::Save {
                system_user,
                slot,
                certificate: Certificate::from_cer(certificate.as_bytes()).map(Box::new),
            },
            Ok(WireRequest::Provision { system_user, environment }) => {
                Request::Provision { system_user, environment }
            }
        }
    }

    fn write(&self, answer: &Answer, _: &mut Entropy) -> Vec<u8> {
        let json = match answer {
            Answer::Done => serde_json::json!({ "done": true }),
            Answer::Rejected(rejection) => {
                serde_json::json!({ "rejected": rejection.name(), "text": rejection.to_string() })
            }
        };
        json.to_string().into_bytes()
    }

    fn needs(&self, _: &Request, _: Timestamp) -> Vec<Infallible> {
        Vec::new()
    }

    fn learn(&mut self, lesson: Infallible) {
        match lesson {}
    }

    fn decide(&self, request: &Request, now: Timestamp, _: &mut Entropy) -> (Answer, Vec<Fact>) {
        match self.fact(request, now) {
            Ok(fact) => (Answer::Done, vec![fact]),
            Err(rejection) => (Answer::Rejected(rejection), Vec::new()),
        }
    }

    fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::Registered { system_user, entity_id, grants } => {
                let (draft, provisioned) = (Timeline::new(), BTreeMap::new());
                let user = SystemUser { entity_id, grants, draft, provisioned };
                self.system_users.insert(system_user, user);
            }
            Fact::Saved { system_user, slot, certificate, at } => {
                if let Some(user) = self.system_users.get_mut(&system_user) {
                    let mut details = user.draft.at(at).cloned().unwrap_or_default();
                    details.put(slot, certificate);
                    user.draft.set(at, details);
                }
            }
            Fact::Provisioned { system_user, environment, entity_id, details, at, .. } => {
                if let Some(user) = self.system_users.get_mut(&system_user) {
                    let known = user.provisioned.entry(environment).or_default();
                    let swapped =
                        TechnicalDetails { active: details.rolling.clone(), rolling: None };
                    let (rules, ends) = (SwapRules::default(), Certificate::first_refused);
                    let swap = known.provision(entity_id, details, at, &rules, &ends);
                    if let Some(swap) = swap {
                        user.draft.set(swap, swapped);
                    }
                }
            }
        }
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let users = self.system_users.values();
        parties::earliest(users.flat_map(|user| {
            let provisioned = user.provisioned.values().map(move |known| known.next_change(now));
            provisioned.chain([user.draft.next_change_after(now)])
        }))
    }
}
