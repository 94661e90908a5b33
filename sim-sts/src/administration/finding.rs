//! What is to be said of each rejection: the rule, what would have been accepted, what came, who
//! must act and what to do, in English and in Danish.

mod privilege;
mod provisioning;
mod register;
mod upload;

use std::fmt::Display;

use parties::{Excerpt, Finding, Role, Text};

pub(crate) use self::provisioning::slot_in_danish;
use super::Rejection;

/// The source of a rule that none names.
const OURS: [&str; 2] = ["our choice: no source says", "vores valg: ingen kilde siger det"];
/// Danmarks Statistik's guide to replacing a system certificate.
const GUIDE: [&str; 2] = ["the guide", "vejledningen"];

impl Rejection {
    /// The truth about it, for the control port, the journal and the report.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let said = self.said();
        let text = |[en, da]: [String; 2]| Text::new(en, da);
        let [source_en, source_da] = said.source;
        Finding {
            cause: self.name().to_owned(),
            rule: Text::new(
                format!("{} ({source_en}).", said.rule[0]),
                format!("{} ({source_da}).", said.rule[1]),
            ),
            expected: text(said.expected),
            got: text(said.got),
            who: said.who,
            what: text(said.what),
        }
    }

    fn said(&self) -> Said {
        match self {
            Self::MalformedRequest(what) => register::malformed_request(what),
            Self::UnknownItSystem(id) => register::unknown_it_system(id),
            Self::ItSystemExists(id) => register::it_system_exists(id),
            Self::UnknownSystemUser(id) => register::unknown_system_user(id),
            Self::SystemUserExists(id) => register::system_user_exists(id),
            Self::EntityIdTaken { entity_id, holder } => {
                register::entity_id_taken(entity_id, holder)
            }
            Self::NotACerFile(refusal) => upload::not_a_cer_file(refusal),
            Self::WrongFileName(ending) => upload::wrong_file_name(ending),
            Self::NotSystemCertificate { kind, subject } => {
                upload::not_system_certificate(*kind, subject)
            }
            Self::CertificateNotTrusted(refusal) => upload::certificate_not_trusted(refusal),
            Self::KeyTooShort { bits, least } => upload::key_too_short(*bits, *least),
            Self::CertificateExpired { since } => upload::certificate_expired(*since),
            Self::CertificateNotYetValid { from } => upload::certificate_not_yet_valid(*from),
            Self::OtherOrganisation { named, owner } => {
                upload::other_organisation(named.as_ref(), owner)
            }
            Self::CertificateTaken(holder) => upload::certificate_taken(holder),
            Self::InBothSlots(id) => upload::in_both_slots(id),
            Self::SlotEmpty { system_user, slot } => provisioning::slot_empty(system_user, *slot),
            Self::EnvironmentNotOffered(environment) => {
                provisioning::environment_not_offered(*environment)
            }
            Self::NothingSaved(id) => provisioning::nothing_saved(id),
            Self::OtherEnvironment { slot, certificate, environment, refusal } => {
                provisioning::other_environment(*slot, certificate, *environment, refusal)
            }
            Self::PrivilegeRequestedAlready(privilege) => {
                privilege::privilege_requested_already(privilege)
            }
            Self::PrivilegeNotRequested(privilege) => privilege::privilege_not_requested(privilege),
            Self::PrivilegeNotHeld(privilege) => privilege::privilege_not_held(privilege),
            Self::PowerOfAttorneyToOneself(cvr) => privilege::power_of_attorney_to_oneself(cvr),
            Self::PowerOfAttorneyExists(power) => privilege::power_of_attorney_exists(power),
            Self::NoPowerOfAttorney(power) => privilege::no_power_of_attorney(power),
        }
    }
}

/// A finding before its texts are put together; English first, then Danish. Rule and what to do are
/// sentences, of which the rule's has no end before its source; the others are fragments.
struct Said {
    source: [&'static str; 2],
    rule: [String; 2],
    expected: [String; 2],
    got: [String; 2],
    who: Role,
    what: [String; 2],
}

fn both(en: &str, da: &str) -> [String; 2] {
    [en.to_owned(), da.to_owned()]
}

/// A name that somebody chose, in English and in Danish.
fn quoted(name: impl Display) -> [String; 2] {
    let name = Excerpt::of_name(name);
    [format!("`{name}`"), format!("`{}`", name.in_danish())]
}

fn same(text: String) -> [String; 2] {
    [text.clone(), text]
}
