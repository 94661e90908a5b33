//! What stands before anybody has a certificate: the authorities of a country, and the certificates of
//! its STSs and SMDBs.
//!
//! It takes a dozen signatures and hangs on nothing but when a world begins, its seed and its keys. So
//! the worlds of a run share it, if they begin alike: nothing of it changes any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::Credential;
use parties::Environment;
use pki::{Authority, CertificateKind, Holder, PrivateKey, Serial};

use super::set_up::{Keys, SetUpError, Turns};
use crate::scenario::Scenario;

/// The certificates of the services themselves are this old when the world starts.
pub(super) const SERVICE_CERTIFICATE_AGE: Span = Span::from_days(30);

/// The countries that the worlds of a run have begun in. Worlds that begin alike get the same one,
/// whichever asks first: what it is hangs on nothing else.
#[derive(Default)]
pub struct Countries {
    founded: Mutex<BTreeMap<Beginning, Arc<Country>>>,
}

/// All that a country hangs on, but for its keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Beginning {
    start: Timestamp,
    seed: u64,
    /// Where the STS will have another signer.
    roll_over: BTreeSet<Environment>,
}

/// Authorities and services, with their certificates.
pub(super) struct Country {
    pub(super) authorities: Vec<Authority>,
    pub(super) services: BTreeMap<Environment, ServiceCredentials>,
    /// What MitID Erhverv draws from next.
    pub(super) mitid: Entropy,
}

impl Countries {
    /// The one that `scenario` begins in, founded with its share of `keys` if it is the first.
    pub(super) fn of(
        &self,
        scenario: &Scenario,
        turns: &Turns,
        keys: &mut Keys,
    ) -> Result<Arc<Country>, SetUpError> {
        let roll_over: BTreeSet<Environment> = turns.roll_over.keys().copied().collect();
        let keys = keys.of_country(roll_over.len());
        let beginning = Beginning { start: scenario.start, seed: scenario.seed, roll_over };
        // Held while one is founded: who comes next needs the same, as a rule.
        let mut founded = self.founded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(country) = founded.get(&beginning) {
            return Ok(Arc::clone(country));
        }
        let country = Arc::new(Country::found(&beginning, keys)?);
        founded.insert(beginning, Arc::clone(&country));
        Ok(country)
    }
}

impl Country {
    fn found(beginning: &Beginning, mut keys: Keys) -> Result<Self, SetUpError> {
        let start = beginning.start;
        let mut entropy = Entropy::seeded(beginning.seed, "mitid", "decide");
        let mut authorities = Vec::new();
        for environment in Environment::ALL {
            let (root, issuing) = (keys.root()?, keys.other()?);
            authorities.push(Authority::found(environment, root, issuing, start, &mut entropy));
        }
        let mut services = BTreeMap::new();
        for authority in &authorities {
            let mut certify = |name| {
                let key = keys.other()?;
                Ok::<_, SetUpError>(certify_service(authority, name, key, start, &mut entropy))
            };
            let (sts, smdb) = (certify("STS")?, certify("SMDB")?);
            let credentials = ServiceCredentials { sts, new_sts: None, smdb };
            services.insert(authority.environment(), credentials);
        }
        for authority in &authorities {
            let environment = authority.environment();
            if beginning.roll_over.contains(&environment)
                && let Some(services) = services.get_mut(&environment)
            {
                let key = keys.other()?;
                let new = certify_service(authority, "STS", key, start, &mut entropy);
                services.new_sts = Some(new);
            }
        }
        Ok(Self { authorities, services, mitid: entropy })
    }
}

/// What the services of one environment sign with.
pub(super) struct ServiceCredentials {
    pub(super) sts: Credential,
    /// What the STS signs with once it has been rolled over.
    pub(super) new_sts: Option<Credential>,
    pub(super) smdb: Credential,
}

impl ServiceCredentials {
    /// The STS's credentials over time, for somebody who turns to the new one at `turn`.
    pub(super) fn sts_over_time(&self, turn: Option<&Timestamp>) -> Timeline<Credential> {
        let mut over_time = Timeline::starting(self.sts.certificate.not_before(), self.sts.clone());
        if let (Some(turn), Some(new)) = (turn, &self.new_sts) {
            over_time.set(*turn, new.clone());
        }
        over_time
    }
}

fn certify_service(
    authority: &Authority,
    name: &str,
    key: PrivateKey,
    start: Timestamp,
    entropy: &mut Entropy,
) -> Credential {
    let holder = Holder {
        kind: CertificateKind::System,
        common_name: format!("skift {name}"),
        organisation: "skift".to_owned(),
        cvr: "90000000".parse().expect("eight digits"),
        uuid: entropy.uuid(),
        email: None,
    };
    let begins = (start - SERVICE_CERTIFICATE_AGE).truncated_to_second();
    let serial = Serial::draw(entropy);
    let certificate = authority.issue(&holder, key.public(), serial, begins);
    Credential { certificate, key }
}
