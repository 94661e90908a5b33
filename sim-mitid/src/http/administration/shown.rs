//! Who is connected, and how everything stands, as the control port shows it.

use clock::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Mitid, overview::ProfileView};

/// How everything stands.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct Shown {
    /// When it was looked at, by the simulated clock (RFC 3339).
    #[schemars(with = "String")]
    now: Timestamp,
    /// Who is connected, in each environment by itself.
    organisations: Vec<Connected>,
}

/// An organisation that is connected.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Connected {
    /// In which environment.
    environment: &'static str,
    /// Its CVR number.
    cvr: String,
    /// Its name.
    name: String,
    /// Whether its organisation administrator allows certificates.
    certificates_allowed: bool,
    /// When its agreement ends or has ended, if that is decided (RFC 3339).
    #[schemars(with = "Option<String>")]
    agreement_ends: Option<Timestamp>,
    /// Its profiles, with their orders and certificates.
    #[schemars(with = "Vec<serde_json::Value>")]
    profiles: Vec<ProfileView>,
}

impl Shown {
    /// How everything stands at `now`.
    pub(in crate::http) fn new(mitid: &Mitid, now: Timestamp) -> Self {
        let connected = mitid.organisations.connected().map(|(environment, cvr, it)| Connected {
            environment: environment.name(),
            cvr: cvr.to_string(),
            name: it.name.clone(),
            certificates_allowed: it.certificates_allowed,
            agreement_ends: it.end(),
            profiles: mitid.profiles(environment, cvr, None, now),
        });
        Self { now, organisations: connected.collect() }
    }
}
