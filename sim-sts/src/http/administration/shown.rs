//! What is saved, and what is in force, as the control port shows it.

use std::collections::BTreeMap;

use clock::Timestamp;
use parties::{Environment, SystemUserId};
use pki::Certificate;
use schemars::JsonSchema;
use serde::Serialize;
use shell::control::CertificateShown;

use crate::{
    administration::{
        Administration, PowerOfAttorney, Privilege, PrivilegeStatus, Status, SystemUser,
    },
    registration::Registration,
};

/// All that is registered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::http) struct Shown {
    /// When it was looked at, by the simulated clock (RFC 3339).
    #[schemars(with = "String")]
    now: Timestamp,
    /// The organisation of each IT system.
    it_systems: BTreeMap<String, String>,
    /// The system users by handle.
    system_users: BTreeMap<String, User>,
    /// The powers of attorney that hold.
    powers_of_attorney: Vec<Power>,
}

/// A system user.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct User {
    /// The IT system that it belongs to.
    it_system: String,
    /// What tokens will call it, once this is provisioned.
    entity_id: String,
    /// How far it has come: `begun`, `integration-test` or `production`.
    status: &'static str,
    /// What is saved, and no STS need know yet.
    saved: Slots,
    /// What the STS of each environment knows.
    environments: BTreeMap<&'static str, Known>,
    /// What was requested for it, and what became of that.
    privileges: Vec<Requested>,
}

/// The two slots.
#[derive(Debug, Serialize, JsonSchema)]
struct Slots {
    /// The certificate that is to be known from the provisioning on.
    active: Option<CertificateShown>,
    /// The certificate that is to take over when the active one expires.
    rolling: Option<CertificateShown>,
}

/// What an STS knows of a system user.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::http) struct Known {
    /// What its tokens call it.
    entity_id: Option<String>,
    /// The certificates in force: one, or two where both slots hold at once.
    in_force: Vec<CertificateShown>,
    /// What takes over later if nobody does anything more.
    planned: Vec<Planned>,
}

/// What takes over.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Planned {
    /// From which instant on (RFC 3339).
    #[schemars(with = "String")]
    from: Timestamp,
    /// The certificates in force from then on.
    in_force: Vec<CertificateShown>,
}

/// A privilege that was requested.
#[derive(Debug, Serialize, JsonSchema)]
struct Requested {
    /// Which.
    #[schemars(with = "serde_json::Value")]
    privilege: Privilege,
    /// `requested`, `approved`, `refused` or `withdrawn`.
    #[schemars(with = "String")]
    status: PrivilegeStatus,
}

/// One organisation lets another act for it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
struct Power(#[schemars(with = "serde_json::Value")] PowerOfAttorney);

impl Shown {
    /// What the administration has, and what `known` says that the STSs know of each system user.
    pub(in crate::http) fn new(
        administration: &Administration,
        known: impl Fn(&SystemUserId) -> BTreeMap<&'static str, Known>,
        now: Timestamp,
    ) -> Self {
        let it_systems = administration.it_systems();
        let users = administration.system_users();
        let user = |(id, user)| (SystemUserId::to_string(id), User::new(user, known(id), now));
        Self {
            now,
            it_systems: it_systems
                .map(|(id, it)| (id.to_string(), it.organisation.to_string()))
                .collect(),
            system_users: users.map(user).collect(),
            powers_of_attorney: administration.powers_of_attorney().cloned().map(Power).collect(),
        }
    }
}

impl User {
    fn new(user: &SystemUser, environments: BTreeMap<&'static str, Known>, now: Timestamp) -> Self {
        let saved = user.saved(now);
        let requested = |(privilege, status): (&Privilege, &PrivilegeStatus)| Requested {
            privilege: privilege.clone(),
            status: *status,
        };
        Self {
            it_system: user.it_system.to_string(),
            entity_id: user.entity_id.to_string(),
            status: match user.status(now) {
                Status::Begun => "begun",
                Status::IntegrationTest => Environment::IntegrationTest.name(),
                Status::Production => Environment::Production.name(),
            },
            saved: Slots {
                active: saved.active.as_ref().map(CertificateShown::from),
                rolling: saved.rolling.as_ref().map(CertificateShown::from),
            },
            environments,
            privileges: user.privileges.iter().map(requested).collect(),
        }
    }
}

impl Known {
    pub(in crate::http) fn new(registration: &Registration, now: Timestamp) -> Self {
        let shapes = |certificates: &[Certificate]| {
            certificates.iter().map(CertificateShown::from).collect()
        };
        let planned = registration.planned(now);
        Self {
            entity_id: registration.entity_id(now).map(ToString::to_string),
            in_force: shapes(registration.accepted(now)),
            planned: planned
                .map(|(from, certificates)| Planned { from, in_force: shapes(certificates) })
                .collect(),
        }
    }
}
