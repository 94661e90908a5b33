//! Certificate profiles (*certifikatprofil*): the data that several certificates share.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use clock::{Timeline, Timestamp};
use entropy::Entropy;
use parties::{Cvr, Environment, Excerpt};
use pki::{CertificateKind, Holder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Rejection,
    email::{CertificateEmail, EmailAddress},
};

/// The longest common name (X.520, `ub-common-name`).
const NAME_LENGTH_MAX: usize = 64;

/// Names a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileId(Uuid);

impl ProfileId {
    pub(crate) fn draw(entropy: &mut Entropy) -> Self {
        Self(entropy.uuid())
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a profile's certificates are. User certificates are ordered for users, not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileKind {
    /// *OCES systemcertifikat*.
    System,
    /// *OCES organisationscertifikat*.
    Organisation,
}

/// A service that the certificates of a profile open (*systemrettighed*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SystemRight {
    /// *Adgang til IdM services i MitID Erhverv*.
    IdentityManagement,
    /// *Adgang til håndtering af certifikater*.
    CertificateHandling,
}

/// What an administrator fills in to make a profile, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewProfile {
    /// In which environment's portal.
    pub environment: Environment,
    /// The organisation.
    pub cvr: Cvr,
    /// *Certifikatnavn*, the common name.
    pub certificate_name: String,
    /// *E-mailadresse i certifikat*.
    #[serde(default)]
    pub email: Option<String>,
    /// *Navn på kontaktperson* and *E-mailadresse på kontaktperson*.
    #[serde(default)]
    pub contact: Option<NewContact>,
    /// *Typer af certifikater*.
    pub kind: ProfileKind,
    /// *Systemrettigheder*.
    #[serde(default)]
    pub rights: BTreeSet<SystemRight>,
    /// *Må bruges til at danne segl for organisationen*: ticked, as the page has it.
    #[serde(default = "ticked")]
    pub seal: bool,
    /// *Føj certifikat til den offentlige certifikatdatabase*.
    #[serde(default)]
    pub published: bool,
}

const fn ticked() -> bool {
    true
}

/// A contact person, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewContact {
    /// *Navn på kontaktperson*.
    pub name: String,
    /// *E-mailadresse på kontaktperson*.
    pub email: String,
}

/// A contact person (*kontaktperson*), who gets the mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Contact {
    /// Who it is.
    pub name: String,
    /// Where mail reaches them.
    pub email: EmailAddress,
}

/// What certificates of a profile have in common, for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProfileData {
    /// In which environment.
    pub environment: Environment,
    /// The organisation.
    pub cvr: Cvr,
    /// The common name.
    pub certificate_name: String,
    /// The address that stands in the certificates.
    pub email: Option<CertificateEmail>,
    /// What they are.
    pub kind: ProfileKind,
    /// What they open.
    pub rights: BTreeSet<SystemRight>,
    /// Whether organisation certificates may make seals (*segl*).
    pub seal: bool,
    /// Whether they stand in the public directory.
    pub published: bool,
}

impl ProfileData {
    /// Who a certificate that is ordered under the profile is for.
    ///
    /// What the seal's tick decides is the key usage of an organisation certificate: without it,
    /// nonRepudiation is left out (FIDELITY.md). In all else such a certificate is the same, byte
    /// for byte, as a system certificate, so that is what is made.
    pub(crate) fn holder(&self, organisation: &str, uuid: Uuid) -> Holder {
        let kind = match (self.kind, self.seal) {
            (ProfileKind::Organisation, true) => CertificateKind::Organisation,
            (ProfileKind::Organisation, false) | (ProfileKind::System, _) => {
                CertificateKind::System
            }
        };
        Holder {
            kind,
            common_name: self.certificate_name.clone(),
            organisation: organisation.to_owned(),
            cvr: self.cvr.clone(),
            uuid,
            email: self.email.as_ref().map(|email| email.address().to_string()),
        }
    }
}

impl NewContact {
    pub(crate) fn read(&self) -> Result<Contact, Rejection> {
        let email = EmailAddress::try_from(self.email.clone())?;
        Ok(Contact { name: read_name(&self.name, "the contact person's name")?, email })
    }
}

impl NewProfile {
    pub(crate) fn name(&self) -> Result<String, Rejection> {
        read_name(&self.certificate_name, "the certificate name")
    }

    pub(crate) fn email(&self) -> Result<Option<CertificateEmail>, Rejection> {
        let read = |text: &String| EmailAddress::try_from(text.clone())?.try_into();
        self.email.as_ref().map(read).transpose()
    }
}

/// A name that people can read and a certificate can hold.
pub(crate) fn read_name(text: &str, what: &'static str) -> Result<String, Rejection> {
    let sound = !text.trim().is_empty()
        && text.chars().count() <= NAME_LENGTH_MAX
        && !text.contains(char::is_control);
    if sound { Ok(text.to_owned()) } else { Err(Rejection::NameUnusable { what }) }
}

/// A profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What never changes.
    pub data: ProfileData,
    /// Who gets the mails: a contact person may leave, and another come.
    pub contact: Timeline<Option<Contact>>,
    /// Since when it is known that the address in the certificates is read.
    pub email_validated: Option<Timestamp>,
}

impl Profile {
    /// Whether certificates may be issued as far as the address in them goes.
    pub(crate) fn judge_email(&self) -> Result<(), Rejection> {
        match &self.data.email {
            Some(email) if self.email_validated.is_none() => {
                Err(Rejection::EmailNotValidated { email: Excerpt::of(email.address().as_str()) })
            }
            _ => Ok(()),
        }
    }

    /// The contact person at `now`.
    #[must_use]
    pub fn contact_at(&self, now: Timestamp) -> Option<&Contact> {
        self.contact.at(now).and_then(Option::as_ref)
    }
}

/// The profiles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profiles {
    profiles: BTreeMap<ProfileId, Profile>,
}

impl Profiles {
    /// A profile.
    ///
    /// # Errors
    ///
    /// If there is none of this id.
    pub fn find(&self, id: ProfileId) -> Result<&Profile, Rejection> {
        self.profiles.get(&id).ok_or(Rejection::UnknownProfile { profile: id })
    }

    /// Those of an organisation, by their names.
    #[must_use]
    pub fn of(&self, environment: Environment, cvr: &Cvr) -> Vec<(ProfileId, &Profile)> {
        let mut found: Vec<_> = self
            .profiles
            .iter()
            .filter(|(_, it)| it.data.environment == environment && it.data.cvr == *cvr)
            .map(|(id, it)| (*id, it))
            .collect();
        found.sort_by(|(one, a), (other, b)| {
            (&a.data.certificate_name, one).cmp(&(&b.data.certificate_name, other))
        });
        found
    }

    pub(crate) fn create(
        &mut self,
        id: ProfileId,
        data: ProfileData,
        contact: Option<Contact>,
        at: Timestamp,
    ) {
        let contact = Timeline::starting(at, contact);
        self.profiles.insert(id, Profile { data, contact, email_validated: None });
    }

    pub(crate) fn change_contact(
        &mut self,
        id: ProfileId,
        contact: Option<Contact>,
        at: Timestamp,
    ) {
        if let Some(profile) = self.profiles.get_mut(&id) {
            profile.contact.set(at, contact);
        }
    }

    pub(crate) fn validate(&mut self, id: ProfileId, at: Timestamp) {
        if let Some(profile) = self.profiles.get_mut(&id) {
            profile.email_validated = Some(at);
        }
    }
}
