//! Who there is: organisations, system users, certificates at the start, clients.

use std::collections::{BTreeMap, BTreeSet};

use ::parties::{ClientProfile, Cvr, SystemUserId};
use clock::{Span, Timestamp};
use wsc::habits::{Habits, Keeps};

use super::{
    super::{
        CERTIFICATE_LIFE, Certificate, CertificateName, Client, ClientName, FindBy, NodeName,
        Organisation, OrganisationName, SystemUser, Truststore,
        file::{self, File, Time, Word},
        mistake::{Found, Mistakes, Wrong, all},
    },
    issued::{KnownCertificates, Moment},
    run::Run,
    words::{environment, key, not_longer, not_negative, one_line, one_of, parsed, wrong},
};

/// The longest name of an organisation in a certificate, in characters (X.520, `ub-organization-name`).
const ORGANISATION_NAME_MAX: usize = 64;

/// The longest entity id, in characters (SAML 2.0 metadata, 2.2.1).
const ENTITY_ID_MAX: usize = 1024;

/// How far a clock may be off. Beyond a day or so every message is refused anyhow.
const SKEW_MAX: Span = Span::from_days(366);

pub(super) fn organisations(
    file: &File,
) -> Result<BTreeMap<OrganisationName, Organisation>, Mistakes> {
    all(file.organisation.iter().map(|(name, said)| {
        let cvr: Cvr = parsed(&said.cvr)?;
        if !cvr.as_str().starts_with('9') {
            return Err(wrong(&said.cvr, Wrong::RealCvr(cvr.into())));
        }
        not_longer("name", &said.name, ORGANISATION_NAME_MAX)?;
        Ok((parsed(name)?, Organisation { name: one_line("name", &said.name)?, cvr }))
    }))
}

pub(super) fn system_users(
    file: &File,
    organisations: &BTreeMap<OrganisationName, Organisation>,
) -> Result<BTreeMap<SystemUserId, SystemUser>, Mistakes> {
    all(file.system_user.iter().map(|(name, said)| {
        let organisation = key("organisation", &said.organisation, organisations)?;
        not_longer("entity-id", &said.entity_id, ENTITY_ID_MAX)?;
        Ok((parsed(name)?, SystemUser { organisation, entity_id: parsed(&said.entity_id)? }))
    }))
}

pub(super) fn certificates(
    file: &File,
    run: &Run,
    system_users: &BTreeMap<SystemUserId, SystemUser>,
) -> Result<BTreeMap<CertificateName, Certificate>, Mistakes> {
    // Who has been the first in each active slot.
    let mut slots = BTreeMap::new();
    all(file.certificate.iter().map(|(name, said)| {
        let certificate = Certificate {
            system_user: key("system user", &said.system_user, system_users)?,
            environment: environment(&said.environment)?,
            expires: expiry(run, &said.expires)?,
        };
        let slot = (certificate.system_user.clone(), certificate.environment);
        if let Some(first) = slots.get(&slot) {
            let taken = Wrong::SlotTaken {
                system_user: certificate.system_user.into(),
                environment: certificate.environment.name(),
                first: String::clone(first),
            };
            return Err(wrong(name, taken));
        }
        slots.insert(slot, name.get_ref().clone());
        Ok((parsed(name)?, certificate))
    }))
}

fn expiry(run: &Run, said: &Time) -> Result<Timestamp, Found> {
    let expires = run.any_instant(said)?;
    if expires != expires.truncated_to_second() {
        return Err(wrong(said, Wrong::NotWholeSecond(expires)));
    }
    if expires <= run.start || expires > run.start + CERTIFICATE_LIFE {
        return Err(wrong(said, Wrong::Expiry { expires, start: run.start }));
    }
    Ok(expires)
}

pub(super) fn clients(
    file: &File,
    known: &KnownCertificates,
    system_users: &BTreeMap<SystemUserId, SystemUser>,
) -> Result<BTreeMap<ClientName, Client>, Mistakes> {
    all(file.client.iter().map(|(name, said)| {
        let skew = match &said.skew {
            Some(said) => skew(said)?,
            None => Span::ZERO,
        };
        let profile = one_of("profile", &said.profile, ClientProfile::ALL, ClientProfile::name)?;
        let client = Client {
            system_user: key("system user", &said.system_user, system_users)?,
            environment: environment(&said.environment)?,
            profile,
            nodes: nodes(said)?,
            skew,
            margin: said.margin.as_ref().map(|word| margin(profile, word)).transpose()?,
            find_by: match &said.find_by {
                Some(word) => one_of("way to find", word, FindBy::ALL, FindBy::name)?,
                None => FindBy::default(),
            },
            truststore: match &said.truststore {
                Some(word) => one_of("truststore", word, Truststore::ALL, Truststore::name)?,
                None => Truststore::default(),
            },
            process: said.process.as_ref().map(parsed).transpose()?,
            certificate: known.get(&said.certificate, Moment::Start)?,
        };
        Ok((parsed(name)?, client))
    }))
}

/// How long before its end a client drops a token, if it is one that looks at that.
fn margin(profile: ClientProfile, word: &Word) -> Result<Span, Found> {
    let keeps = match Habits::of(profile).keeps {
        Keeps::Until { .. } => return not_negative("margin", word),
        Keeps::Nothing => "keeps no token",
        Keeps::For { .. } => "keeps a token for a time of its own, whatever end it has",
    };
    Err(wrong(word, Wrong::NoMargin(profile.name(), keeps)))
}

fn skew(word: &Word) -> Result<Span, Found> {
    let skew: Span = parsed(word)?;
    if skew > SKEW_MAX || skew < -SKEW_MAX {
        return Err(wrong(word, Wrong::Skew { skew, limit: SKEW_MAX }));
    }
    // Messages tell time in whole seconds: a part of one would be seen now and then.
    if skew.millis() % 1000 != 0 {
        return Err(wrong(word, Wrong::SkewParts { skew }));
    }
    Ok(skew)
}

fn nodes(said: &file::Client) -> Result<Vec<NodeName>, Found> {
    let Some(names) = &said.nodes else {
        return Ok(vec!["a".parse().expect("`a` is a name")]);
    };
    if names.get_ref().is_empty() {
        return Err(wrong(names, Wrong::Empty("nodes")));
    }
    let mut seen = BTreeSet::new();
    names
        .get_ref()
        .iter()
        .map(|word| {
            let name: NodeName = parsed(word)?;
            if seen.insert(name.clone()) {
                Ok(name)
            } else {
                Err(wrong(word, Wrong::Twice { kind: "node", name: name.into() }))
            }
        })
        .collect()
}
