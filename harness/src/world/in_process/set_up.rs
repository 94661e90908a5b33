//! How a virtual world comes into being: services, system users, certificates and clients, each by the
//! act that would bring it about in life.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use clock::{Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::Credential;
use parties::{EntityId, Environment, ItSystemId, Link, Pass, Slot};
use pki::{Authority, KeySize, PrivateKey};
use sim_mitid::{Mitid, secret::MailKey};
use sim_smdb::{
    Configuration, Smdb,
    contract::{ADDRESS, ENTITY_ID, SUBMIT_PRIVILEGE},
    schema::SchemaVersion,
};
use sim_sts::{
    Issuer, Service, Sts,
    administration::{Privilege, Request as Click},
};
use wsc::Trust;

use super::{
    InProcess,
    country::{Countries, SERVICE_CERTIFICATE_AGE, ServiceCredentials},
    services::{Services, Streams},
};
use crate::{
    scenario::{Action, CERTIFICATE_LIFE, Entry, Happening, Scenario, UploadedFile, When},
    world::{
        chains::Chains,
        clients::{Clients, Trusted},
    },
};

/// Two roots; no other key has this size.
const ROOT_KEYS: usize = 2;
/// An issuing authority, an STS and an SMDB for each environment.
const SERVICE_KEYS: usize = 6;

/// The keys that a world takes from the pool, by size.
#[must_use]
pub fn keys_needed(scenario: &Scenario) -> [(KeySize, usize); 2] {
    let is_issued = |entry: &&Entry| {
        matches!(entry.what, Happening::Action(Action::Renew { .. } | Action::Order { .. }))
    };
    let issued = scenario.entries.iter().filter(is_issued).count();
    let new_signers = Turns::of(scenario).roll_over.len();
    let others = SERVICE_KEYS + new_signers + scenario.certificates.len() + issued;
    [(KeySize::Rsa4096, ROOT_KEYS), (KeySize::Rsa3072, others)]
}

/// Why a world cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The pool gave fewer keys than [`keys_needed`] asks for.
    #[error("a key is missing: the world needs {needed} of {size:?}")]
    KeyMissing {
        /// Of which size.
        size: KeySize,
        /// How many.
        needed: usize,
    },
    /// A party refused something that the file takes for granted at the start.
    #[error("the world cannot be set up: {0}")]
    Refused(String),
}

impl InProcess {
    /// A world in which every message arrives, in a country of its own.
    ///
    /// # Errors
    ///
    /// If keys are missing, or a party refuses what the file takes for granted.
    pub fn new(
        scenario: &Scenario,
        key: impl FnMut(KeySize, usize) -> Option<PrivateKey>,
    ) -> Result<Self, SetUpError> {
        Self::with_link(scenario, Pass, &Countries::default(), key)
    }
}

impl<L: Link + Clone> InProcess<L> {
    /// A world whose messages go through `link`, in one of `countries`.
    ///
    /// # Errors
    ///
    /// If keys are missing, or a party refuses what the file takes for granted.
    pub fn with_link(
        scenario: &Scenario,
        link: L,
        countries: &Countries,
        key: impl FnMut(KeySize, usize) -> Option<PrivateKey>,
    ) -> Result<Self, SetUpError> {
        let mut keys = Keys::take(scenario, key)?;
        let turns = Turns::of(scenario);
        let country = countries.of(scenario, &turns, &mut keys)?;
        let (authorities, services) = (&country.authorities, &country.services);
        let stream = |party, purpose| Entropy::seeded(scenario.seed, party, purpose);
        let streams = Streams {
            mitid: country.mitid.clone(),
            sts: stream("sts", "decide"),
            sts_encryption: stream("sts", "encryption"),
            smdb: stream("smdb", "decide"),
        };
        let parties = Services {
            mitid: Mitid::new(
                authorities.iter().cloned(),
                scenario.rules.mitid.clone(),
                MailKey::draw(&mut stream("mitid", "mail")),
            ),
            sts: Sts::with_policy(
                authorities
                    .iter()
                    .map(|it| issuer(it, &services[&it.environment()], scenario.rules.sts, &turns)),
                scenario.rules.administration,
            ),
            smdb: authorities
                .iter()
                .map(|it| {
                    let services = &services[&it.environment()];
                    (it.environment(), smdb(it, services, scenario.rules.smdb, &turns))
                })
                .collect(),
            streams,
            chains: Chains::default(),
            link,
            messages: Vec::new(),
        };
        let mut world = Self {
            clients: Clients::default(),
            services: parties,
            system_users: scenario.system_users.keys().cloned().collect(),
            keys: keys.rest(),
            touched: BTreeSet::new(),
        };
        world.connect_organisations(scenario)?;
        world.register_system_users(scenario)?;
        world.bring_certificates_into_being(scenario)?;
        world.clients.start(scenario, &trusted(services));
        Ok(world)
    }

    /// Creates an IT system for each system user, and lets SMDB's owner approve its privilege.
    fn register_system_users(&mut self, scenario: &Scenario) -> Result<(), SetUpError> {
        let long_ago = scenario.start - SERVICE_CERTIFICATE_AGE;
        for (id, user) in &scenario.system_users {
            let it_system: ItSystemId = id.as_str().parse().expect("what names the one names both");
            let organisation = scenario.organisations[&user.organisation].cvr.clone();
            let (system_user, entity_id) = (id.clone(), user.entity_id.clone());
            let mut clicks = vec![
                Click::CreateItSystem { it_system: it_system.clone(), organisation },
                Click::CreateSystemUser { system_user, it_system, entity_id },
            ];
            for environment in Environment::ALL {
                let (audience, uri) = (self::entity_id(), SUBMIT_PRIVILEGE.to_owned());
                let privilege = Privilege { environment, audience, uri };
                let (system_user, asked) = (id.clone(), privilege.clone());
                clicks.push(Click::RequestPrivilege { system_user, privilege: asked });
                clicks.push(Click::ApprovePrivilege { system_user: id.clone(), privilege });
            }
            for click in &clicks {
                self.services
                    .administer(click, long_ago)
                    .map_err(|refusal| SetUpError::Refused(refusal.to_string()))?;
            }
        }
        Ok(())
    }

    /// Connects each organisation where it has certificates or orders one, when the first of them begins.
    fn connect_organisations(&mut self, scenario: &Scenario) -> Result<(), SetUpError> {
        for environment in Environment::ALL {
            for (name, organisation) in &scenario.organisations {
                let own = scenario.certificates.values().filter(|certificate| {
                    let user = &scenario.system_users[&certificate.system_user];
                    certificate.environment == environment && user.organisation == *name
                });
                let before = CERTIFICATE_LIFE + scenario.rules.mitid.certificates_begin_after;
                let begins = own.map(|certificate| certificate.expires - before);
                let orders = |entry: &Entry| {
                    matches!(&entry.what, Happening::Action(Action::Order { system_user, environment: its, .. })
                        if *its == environment
                            && scenario.system_users[system_user].organisation == *name)
                };
                let ordered = scenario.entries.iter().any(orders).then_some(scenario.start);
                let begins = begins.chain(ordered).min();
                let Some(begins) = begins else { continue };
                let (cvr, name) = (organisation.cvr.clone(), organisation.name.clone());
                let connect = sim_mitid::Request::Connect { environment, cvr: cvr.clone(), name };
                let allow =
                    sim_mitid::Request::AllowCertificates { environment, cvr, allowed: true };
                for request in [connect, allow] {
                    match self.services.ask_mitid(&request, begins) {
                        sim_mitid::Answer::Done => {}
                        other => return Err(SetUpError::Refused(format!("{other:?}"))),
                    }
                }
            }
        }
        Ok(())
    }

    /// Orders, issues, saves and provisions each certificate of the file at its own beginning.
    ///
    /// A system user has one draft for both environments: production comes last, so that the draft
    /// holds the production certificate when the scenario begins.
    fn bring_certificates_into_being(&mut self, scenario: &Scenario) -> Result<(), SetUpError> {
        for environment in Environment::ALL {
            for (name, certificate) in &scenario.certificates {
                if certificate.environment != environment {
                    continue;
                }
                let user = &scenario.system_users[&certificate.system_user];
                let cvr = scenario.organisations[&user.organisation].cvr.clone();
                let begins = certificate.expires - CERTIFICATE_LIFE;
                // Issued so long before that, that it begins then.
                let issued_at = begins - scenario.rules.mitid.certificates_begin_after;
                let key = self.next_key()?;
                let issued = self
                    .certify(environment, cvr, certificate.system_user.as_str(), &key, issued_at)
                    .map_err(|answer| SetUpError::Refused(format!("{answer:?}")))?;
                self.clients.certificates.hold(name, environment, issued, key);
                self.save(&certificate.system_user, Slot::Active, name, UploadedFile::Cer, begins)
                    .and_then(|()| self.provision(&certificate.system_user, environment, begins))
                    .map_err(|refusal| SetUpError::Refused(refusal.to_string()))?;
            }
        }
        Ok(())
    }
}

/// Whom the clients of each environment trust.
fn trusted(services: &BTreeMap<Environment, ServiceCredentials>) -> BTreeMap<Environment, Trusted> {
    let of_one = |service: &ServiceCredentials| {
        let trust = |sts: &Credential| {
            Arc::new(Trust {
                sts: sts.certificate.clone(),
                service: service.smdb.certificate.clone(),
                service_entity_id: entity_id(),
                service_address: ADDRESS.to_owned(),
            })
        };
        Trusted { first: trust(&service.sts), new: service.new_sts.as_ref().map(trust) }
    };
    services.iter().map(|(environment, it)| (*environment, of_one(it))).collect()
}

/// The keys of a world, in the order in which it uses them.
pub(super) struct Keys {
    roots: Vec<PrivateKey>,
    others: Vec<PrivateKey>,
}

impl Keys {
    fn take(
        scenario: &Scenario,
        mut key: impl FnMut(KeySize, usize) -> Option<PrivateKey>,
    ) -> Result<Self, SetUpError> {
        let [roots, others] = keys_needed(scenario).map(|(size, needed)| {
            // The last is used first, so that `pop` gives them in the pool's order.
            (0..needed)
                .rev()
                .map(|index| key(size, index).ok_or(SetUpError::KeyMissing { size, needed }))
                .collect::<Result<Vec<_>, _>>()
        });
        Ok(Self { roots: roots?, others: others? })
    }

    /// Those that a country takes, with so many new signers.
    pub(super) fn of_country(&mut self, new_signers: usize) -> Self {
        let rest = self.others.len().saturating_sub(SERVICE_KEYS + new_signers);
        Self { roots: std::mem::take(&mut self.roots), others: self.others.split_off(rest) }
    }

    pub(super) fn root(&mut self) -> Result<PrivateKey, SetUpError> {
        let missing = SetUpError::KeyMissing { size: KeySize::Rsa4096, needed: ROOT_KEYS };
        self.roots.pop().ok_or(missing)
    }

    pub(super) fn other(&mut self) -> Result<PrivateKey, SetUpError> {
        let missing = SetUpError::KeyMissing { size: KeySize::Rsa3072, needed: SERVICE_KEYS };
        self.others.pop().ok_or(missing)
    }

    fn rest(self) -> Vec<PrivateKey> {
        self.others
    }
}

/// When each environment's parties turn to the STS's new certificate.
#[derive(Default)]
pub(super) struct Turns {
    pub(super) roll_over: BTreeMap<Environment, Timestamp>,
    trust: BTreeMap<Environment, Timestamp>,
}

impl Turns {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let mut turns = Self::default();
        for entry in &scenario.entries {
            match (entry.when, &entry.what) {
                (When::At(at), Happening::Action(Action::RollOver { environment })) => {
                    turns.roll_over.insert(*environment, at);
                }
                (When::At(at), Happening::Action(Action::TrustSigner { environment })) => {
                    let trust = turns.trust.entry(*environment).or_insert(at);
                    *trust = at.min(*trust);
                }
                _ => {}
            }
        }
        turns
    }
}

fn issuer(
    authority: &Authority,
    service: &ServiceCredentials,
    policy: sim_sts::Policy,
    turns: &Turns,
) -> Issuer {
    let environment = authority.environment();
    let smdb = Service {
        entity_id: entity_id(),
        encryption: service.smdb.certificate.clone(),
        approved_only: false,
    };
    Issuer::new(
        environment,
        authority.anchors(),
        service.sts_over_time(turns.roll_over.get(&environment)),
        vec![smdb],
        policy,
    )
}

fn smdb(
    authority: &Authority,
    service: &ServiceCredentials,
    policy: sim_smdb::Policy,
    turns: &Turns,
) -> Smdb {
    // The old signer stays trusted beside the new one: its tokens live for hours.
    let (mut sts, mut trusted) = (Timeline::new(), Vec::new());
    for (at, credential) in
        service.sts_over_time(turns.trust.get(&authority.environment())).entries()
    {
        trusted.push(credential.certificate.clone());
        sts.set(at, trusted.clone());
    }
    Smdb::new(Configuration {
        environment: authority.environment(),
        entity_id: entity_id(),
        address: ADDRESS.to_owned(),
        credential: service.smdb.clone(),
        sts,
        anchors: authority.anchors(),
        schemas: SchemaVersion::calendar(),
        policy,
    })
}

fn entity_id() -> EntityId {
    ENTITY_ID.parse().expect("a constant URI")
}
