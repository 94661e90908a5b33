//! A system user for each environment that may call SMDB there, made when the services are founded:
//! by the acts that make one in life, asked for over the wire.
//!
//! A draft serves both environments, and provisioning refuses a certificate of the other one. So with
//! one system user for both, only that environment could be provisioned whose certificates lie in its
//! draft.

use std::collections::{BTreeMap, BTreeSet};

use clock::Clock;
use oio_idws::Credential;
use parties::{EntityId, Environment};
use pki::KeySize;
use serde_json::{Value, json};
use shell::{
    Folder, Portal, Remote, RemoteError, Wanted,
    keys::KeyFile,
    program::{Missing, StartError},
};
use sim_smdb::contract::{ENTITY_ID, FETCH_PRIVILEGE, SUBMIT_PRIVILEGE};

use super::Hierarchies;

/// The IT system that they belong to.
const IT_SYSTEM: &str = "fagsystem";
const CVR: &str = "90000001";
const ORGANISATION: &str = "Testkommunen";

/// What is no obstacle: somebody has done it, here or at an earlier start.
const DONE_ALREADY: [&str; 4] = [
    "it-system-exists",
    "system-user-exists",
    "privilege-requested-already",
    "privilege-not-requested",
];

/// The name of an environment's system user in NemLog-in's administration, and in its certificate.
pub(super) const fn name(environment: Environment) -> &'static str {
    match environment {
        Environment::IntegrationTest => "fagsystem-test",
        Environment::Production => "fagsystem",
    }
}

/// What its tokens call it.
const fn entity_id(environment: Environment) -> &'static str {
    match environment {
        Environment::IntegrationTest => "https://test.fagsystem.testkommunen.invalid",
        Environment::Production => "https://fagsystem.testkommunen.invalid",
    }
}

/// The system user of each environment, with its certificate and key.
pub(super) struct SystemUsers {
    credentials: BTreeMap<Environment, Credential>,
    new: BTreeSet<Environment>,
}

impl SystemUsers {
    /// The keys that they have, that of integration test first.
    pub(super) fn keys(data: &Folder) -> Result<Vec<KeyFile>, StartError> {
        let folder = data.within(IT_SYSTEM)?;
        let key = |it| KeyFile::new(&folder, format!("{}-{it}", name(it)), KeySize::Rsa3072);
        Ok(Environment::ALL.into_iter().map(key).collect())
    }

    /// The system users, whose certificates are ordered if there are none.
    pub(super) async fn new(
        data: &Folder,
        portal: &Portal,
        hierarchies: &Hierarchies,
        clock: &Clock,
    ) -> Result<Self, Missing> {
        let (mut credentials, mut new) = (BTreeMap::new(), BTreeSet::new());
        for (environment, file) in Environment::ALL.into_iter().zip(Self::keys(data)?) {
            let wanted = Wanted {
                environment,
                cvr: CVR.parse().expect("eight digits"),
                organisation: ORGANISATION.to_owned(),
                certificate_name: name(environment).to_owned(),
                contact: "drift@testkommunen.invalid".to_owned(),
            };
            let anchors = &hierarchies[&environment];
            let held = portal.held_or_ordered(&file, &wanted, anchors, clock.now()).await?;
            if held.is_new {
                new.insert(environment);
            }
            let credential = Credential { certificate: held.certificate, key: held.key };
            credentials.insert(environment, credential);
        }
        Ok(Self { credentials, new })
    }

    /// What that of an environment shows.
    pub(super) fn credential(&self, environment: Environment) -> &Credential {
        &self.credentials[&environment]
    }

    /// The environments in which a certificate was ordered just now, which is registered nowhere.
    pub(super) const fn new_in(&self) -> &BTreeSet<Environment> {
        &self.new
    }

    /// Registers those of these environments in NemLog-in's administration, in one IT system.
    pub(super) async fn register(
        &self,
        environments: &BTreeSet<Environment>,
        administration: &Remote,
    ) -> Result<(), RemoteError> {
        if !environments.is_empty() {
            let system = json!({ "it-system": IT_SYSTEM, "organisation": CVR });
            click(administration, "create-it-system", system).await?;
        }
        for environment in environments {
            self.register_in(*environment, administration).await?;
        }
        Ok(())
    }

    /// Registers that of an environment, lets SMDB's owner approve its privileges, and brings its
    /// certificate into force.
    async fn register_in(
        &self,
        environment: Environment,
        administration: &Remote,
    ) -> Result<(), RemoteError> {
        let (user, entity_id): (_, EntityId) =
            (name(environment), entity_id(environment).parse().expect("a constant URI"));
        let created =
            json!({ "system-user": user, "it-system": IT_SYSTEM, "entity-id": entity_id });
        click(administration, "create-system-user", created).await?;
        for uri in [SUBMIT_PRIVILEGE, FETCH_PRIVILEGE] {
            let privilege =
                json!({ "environment": environment, "audience": ENTITY_ID, "uri": uri });
            let asked = json!({ "system-user": user, "privilege": privilege });
            click(administration, "request-privilege", asked.clone()).await?;
            click(administration, "approve-privilege", asked).await?;
        }
        let certificate = self.credential(environment).certificate.to_pem();
        let saved = json!({ "system-user": user, "slot": "active", "certificate": certificate });
        click(administration, "save", saved).await?;
        let provisioned = json!({ "system-user": user, "environment": environment });
        click(administration, "provision", provisioned).await
    }
}

async fn click(administration: &Remote, name: &str, asked: Value) -> Result<(), RemoteError> {
    match administration.administer(name, asked).await {
        Err(RemoteError::Refused { name, .. }) if DONE_ALREADY.contains(&name.as_str()) => Ok(()),
        done => done.map(|_| ()),
    }
}
