//! A system user that may call SMDB in both environments, made when the services are founded: by
//! the acts that make one in life, asked for over the wire.

use std::collections::BTreeMap;

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

/// What its tokens call it.
const ENTITY: &str = "https://fagsystem.testkommunen.invalid";
const CVR: &str = "90000001";
const ORGANISATION: &str = "Testkommunen";

/// What is no obstacle: somebody has done it, here or at an earlier start.
const DONE_ALREADY: [&str; 4] = [
    "it-system-exists",
    "system-user-exists",
    "privilege-requested-already",
    "privilege-not-requested",
];

/// A system user with its certificate and key in each environment.
pub(super) struct SystemUser {
    credentials: BTreeMap<Environment, Credential>,
    is_new: bool,
}

impl SystemUser {
    /// Its name in NemLog-in's administration, and in its certificates.
    pub(super) const NAME: &str = "fagsystem";

    /// The keys that it has, that of integration test first.
    pub(super) fn keys(data: &Folder) -> Result<Vec<KeyFile>, StartError> {
        let folder = data.within(Self::NAME)?;
        let key = |it| KeyFile::new(&folder, format!("{}-{it}", Self::NAME), KeySize::Rsa3072);
        Ok(Environment::ALL.into_iter().map(key).collect())
    }

    /// The system user, whose certificates are ordered if there are none.
    pub(super) async fn new(
        data: &Folder,
        portal: &Portal,
        hierarchies: &Hierarchies,
        clock: &Clock,
    ) -> Result<Self, Missing> {
        let (mut credentials, mut is_new) = (BTreeMap::new(), false);
        for (environment, file) in Environment::ALL.into_iter().zip(Self::keys(data)?) {
            let wanted = Wanted {
                environment,
                cvr: CVR.parse().expect("eight digits"),
                organisation: ORGANISATION.to_owned(),
                certificate_name: Self::NAME.to_owned(),
                contact: "drift@testkommunen.invalid".to_owned(),
            };
            let anchors = &hierarchies[&environment];
            let held = portal.held_or_ordered(&file, &wanted, anchors, clock.now()).await?;
            is_new |= held.is_new;
            let credential = Credential { certificate: held.certificate, key: held.key };
            credentials.insert(environment, credential);
        }
        Ok(Self { credentials, is_new })
    }

    /// What it shows in an environment.
    pub(super) fn credential(&self, environment: Environment) -> &Credential {
        &self.credentials[&environment]
    }

    /// Whether a certificate of its was ordered just now, which is registered nowhere.
    pub(super) const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Registers it in NemLog-in's administration, lets SMDB's owner approve its privileges, and
    /// brings its certificates into force. A draft serves both environments, so production comes
    /// last.
    pub(super) async fn register(&self, administration: &Remote) -> Result<(), RemoteError> {
        let entity_id: EntityId = ENTITY.parse().expect("a constant URI");
        let user = Self::NAME;
        let system = json!({ "it-system": user, "organisation": CVR });
        click(administration, "create-it-system", system).await?;
        let created = json!({ "system-user": user, "it-system": user, "entity-id": entity_id });
        click(administration, "create-system-user", created).await?;
        for (environment, credential) in &self.credentials {
            for uri in [SUBMIT_PRIVILEGE, FETCH_PRIVILEGE] {
                let privilege =
                    json!({ "environment": environment, "audience": ENTITY_ID, "uri": uri });
                let asked = json!({ "system-user": user, "privilege": privilege });
                click(administration, "request-privilege", asked.clone()).await?;
                click(administration, "approve-privilege", asked).await?;
            }
            let certificate = credential.certificate.to_pem();
            let saved =
                json!({ "system-user": user, "slot": "active", "certificate": certificate });
            click(administration, "save", saved).await?;
            let provisioned = json!({ "system-user": user, "environment": environment });
            click(administration, "provision", provisioned).await?;
        }
        Ok(())
    }
}

async fn click(administration: &Remote, name: &str, asked: Value) -> Result<(), RemoteError> {
    match administration.administer(name, asked).await {
        Err(RemoteError::Refused { name, .. }) if DONE_ALREADY.contains(&name.as_str()) => Ok(()),
        done => done.map(|_| ()),
    }
}
