//! What speaks against a certificate that an administrator uploads.

use std::fmt;

use clock::Timestamp;
use parties::{Excerpt, Slot, SystemUserId};
use pki::{Certificate, ChainReason, ChainRefusal, KeyUsage, Path};
use serde::Deserialize;

use super::{Administration, IssuerCheck, Kinds, Rejection, system_user};

/// Whom a certificate is for, as its own fields say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A system (*systemcertifikat*).
    System,
    /// An organisation (*organisationscertifikat*).
    Organisation,
    /// A person in an organisation (*brugercertifikat*).
    User,
    /// An authority.
    Authority,
    /// Nobody that OCES3 knows.
    Foreign,
}

impl Kind {
    /// The kind of a certificate. Two of them differ only in that an organisation can bind itself.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        if certificate.is_authority() {
            return Self::Authority;
        }
        let serial_number = certificate.subject().serial_number().unwrap_or_default();
        let usage = certificate.key_usage();
        let binds = usage.is_some_and(|usage| usage.allows(KeyUsage::NON_REPUDIATION));
        if serial_number.starts_with("UI:DK-E:") {
            Self::User
        } else if !serial_number.starts_with("UI:DK-O:") {
            Self::Foreign
        } else if binds {
            Self::Organisation
        } else {
            Self::System
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "a system certificate",
            Self::Organisation => "an organisation certificate",
            Self::User => "a user certificate",
            Self::Authority => "the certificate of an authority",
            Self::Foreign => "not a certificate of OCES3",
        })
    }
}

/// How the name of an uploaded file ends, in lower case and with its dot. No more of it is kept: a name
/// may say anything, also about a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct FileEnding(String);

impl FileEnding {
    /// The ending of a file's name: at most five letters and digits after its last dot.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let is_one = ending.len() <= 5 && ending.chars().all(|it| it.is_ascii_alphanumeric());
        Self(if is_one { ending.to_ascii_lowercase() } else { String::new() })
    }

    /// Whether the name has none.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is `.cer`.
    #[must_use]
    pub fn is_cer(&self) -> bool {
        self.0 == "cer"
    }
}

impl From<String> for FileEnding {
    fn from(name: String) -> Self {
        Self::of(&name)
    }
}

impl fmt::Display for FileEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ".{}", self.0)
    }
}

impl Administration {
    /// What speaks against the name of an uploaded file.
    pub(super) fn against_name(&self, ending: Option<&FileEnding>) -> Option<Rejection> {
        let other = ending.filter(|it| !it.is_cer())?;
        self.policy.other_file_name.refuses().then(|| Rejection::WrongFileName(other.clone()))
    }

    /// Everything that speaks against putting the certificate in a slot of the system user's draft.
    pub(super) fn against_certificate(
        &self,
        id: &SystemUserId,
        slot: Slot,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Vec<Rejection> {
        let mut found = self.against_itself(certificate, now);
        let Some(user) = self.system_users.get(id) else { return found };
        let owner = self.organisation_of(user);
        let named = certificate.subject().cvr();
        let is_attorney = |cvr| self.has_power(owner, cvr);
        if self.policy.other_organisation.refuses()
            && named.as_ref() != Some(owner)
            && !named.as_ref().is_some_and(is_attorney)
        {
            found.push(Rejection::OtherOrganisation { named, owner: owner.clone() });
        }
        let holder =
            system_user::other(&self.system_users, id, |it| it.has_certificate(certificate, now));
        if let Some(holder) = holder.filter(|_| self.policy.taken.refuses()) {
            found.push(Rejection::CertificateTaken(holder.clone()));
        }
        // The other way round it is moved: who is in a hurry puts the rolling one in force at once.
        let waits_for_itself =
            slot == Slot::Rolling && user.saved(now).active.as_ref() == Some(certificate);
        if self.policy.in_both_slots.refuses() && waits_for_itself {
            found.push(Rejection::InBothSlots(id.clone()));
        }
        found
    }

    /// What speaks against the certificate, whoever it is for.
    fn against_itself(&self, certificate: &Certificate, now: Timestamp) -> Vec<Rejection> {
        let policy = &self.policy;
        let mut found = Vec::new();
        let kind = Kind::of(certificate);
        let is_right_kind = match policy.kinds {
            Kinds::System => kind == Kind::System,
            Kinds::OfOrganisations => matches!(kind, Kind::System | Kind::Organisation),
            Kinds::Any => kind != Kind::Authority,
        };
        if !is_right_kind {
            let subject = Excerpt::of_name(certificate.subject());
            found.push(Rejection::NotSystemCertificate { kind, subject });
        }
        if policy.issuer_check >= IssuerCheck::AtUpload
            && let Some(refusal) = self.stranger(certificate)
        {
            found.push(Rejection::CertificateNotTrusted(refusal));
        }
        let bits = certificate.public_key().bits();
        if bits < policy.least_key_bits {
            found.push(Rejection::KeyTooShort { bits, least: policy.least_key_bits });
        }
        let since = certificate.first_refused();
        if policy.expired.refuses() && since <= now {
            found.push(Rejection::CertificateExpired { since });
        }
        let from = certificate.not_before();
        if policy.not_yet_valid.refuses() && from > now {
            found.push(Rejection::CertificateNotYetValid { from });
        }
        found
    }

    /// Why none of the authorities here has issued it; none if one has.
    fn stranger(&self, certificate: &Certificate) -> Option<ChainRefusal> {
        let refusals = self.anchors.values().map(|anchors| Path::build(certificate, anchors).err());
        let refusals: Vec<ChainRefusal> = refusals.collect::<Option<_>>()?;
        // Where one authority knows the certificate and refuses it, it says more than the other.
        let says_little = |it: &ChainRefusal| {
            matches!(it.reason, ChainReason::OtherEnvironment | ChainReason::UnknownIssuer)
        };
        refusals.into_iter().min_by_key(says_little)
    }
}
