//! What people are told by mail. What somebody's act brings about is kept as a fact; reminders, and
//! notices of revocations that time brings about, are a function of what is known and of `now`.
//!
//! Mail goes to the contact person, or else to the address in the certificate; reminders to both.
//! A certificate that is renewed or revoked by the instant of a reminder has none: who renewed it
//! has been told of the new one, and a vendor who waits for the last reminder should not be told
//! that nothing has happened.

use std::fmt;

use clock::Timestamp;
use parties::{Environment, Text};
use pki::Serial;
use serde::{Deserialize, Serialize};

use crate::{
    Mitid,
    email::EmailAddress,
    order::ReferenceNumber,
    profile::{Profile, ProfileId},
};

/// A mail that was sent. It has no secret: what is one is put in when the mail is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mail {
    /// To whom.
    pub to: EmailAddress,
    /// When.
    pub at: Timestamp,
    /// About a certificate of which profile.
    pub profile: ProfileId,
    /// What about.
    pub about: About,
}

/// What a mail is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum About {
    /// Whether the address that is to stand in certificates is read.
    ValidateEmail,
    /// It is.
    EmailValidated,
    /// A certificate was ordered.
    Ordered {
        /// The order.
        reference: ReferenceNumber,
    },
    /// The order can be fulfilled here.
    IssueLink {
        /// The order.
        reference: ReferenceNumber,
    },
    /// A certificate was issued.
    Issued {
        /// Its serial.
        serial: Serial,
        /// `E+`.
        expires: Timestamp,
    },
    /// A certificate is revoked.
    Revoked {
        /// Its serial.
        serial: Serial,
    },
    /// A certificate will expire.
    Reminder {
        /// Its serial.
        serial: Serial,
        /// `E+`.
        expires: Timestamp,
    },
}

/// A mail as its reader sees it. The link may hold a token: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Letter {
    /// When it came.
    pub at: Timestamp,
    /// To whom.
    pub to: EmailAddress,
    /// Its subject.
    pub subject: Text,
    /// What it says.
    pub body: Text,
    /// Where to click, if anywhere.
    pub link: Option<String>,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({} to {}: {})", self.at, self.to, self.subject.en)
    }
}

impl Profile {
    /// Whom mail about the profile reaches at `at`: the contact person, or else whoever reads the
    /// address in the certificate.
    pub(crate) fn addressee(&self, at: Timestamp) -> Option<&EmailAddress> {
        let contact = self.contact_at(at).map(|contact| &contact.email);
        contact.or_else(|| self.data.email.as_ref().map(|email| email.address()))
    }

    /// Whom reminders reach at `at`.
    fn reminded(&self, at: Timestamp) -> Vec<&EmailAddress> {
        let in_certificate = self.data.email.as_ref().map(|email| email.address());
        let mut all: Vec<_> = [self.addressee(at), in_certificate].into_iter().flatten().collect();
        all.dedup();
        all
    }

    /// A mail to whom it may concern.
    pub(crate) fn mail(&self, profile: ProfileId, at: Timestamp, about: About) -> Option<Mail> {
        let to = self.addressee(at)?.clone();
        Some(Mail { to, at, profile, about })
    }
}

impl Mitid {
    /// The mails that had come to `address` by `now`, oldest first.
    #[must_use]
    pub fn mailbox(&self, address: &EmailAddress, now: Timestamp) -> Vec<Letter> {
        let all = self.outbox.iter().cloned().chain(self.timed_mails());
        let come = all.filter(|mail| mail.to == *address && mail.at <= now);
        let mut letters: Vec<_> = come.filter_map(|mail| self.letter(&mail)).collect();
        letters.sort_by_key(|letter| letter.at); // stable: what was sent at once stays in order
        letters
    }

    /// The first instant after `now` at which time alone sends a mail.
    pub(crate) fn next_timed_mail(&self, now: Timestamp) -> Option<Timestamp> {
        self.timed_mails().map(|mail| mail.at).filter(|at| *at > now).min()
    }

    /// Every mail that time alone has sent or will send, as far as is known now.
    fn timed_mails(&self) -> impl Iterator<Item = Mail> {
        self.register.entries().flat_map(|(environment, entry)| {
            let serial = *entry.certificate.serial();
            let expires = entry.certificate.first_refused();
            let end = self.organisations.end(environment, &entry.holder.cvr);
            let revoked = entry.revocation(end).map(|it| it.at);
            let mut mails = Vec::new();
            let Ok(profile) = self.profiles.find(entry.profile) else { return mails };
            for lead in &self.policy().reminders {
                let at = expires - *lead;
                let by_then = |instant: Option<Timestamp>| instant.is_some_and(|it| it <= at);
                if at <= entry.issued || by_then(revoked) || by_then(entry.renewed) {
                    continue;
                }
                let about = About::Reminder { serial, expires };
                mails.extend(profile.reminded(at).into_iter().map(|to| Mail {
                    to: to.clone(),
                    at,
                    profile: entry.profile,
                    about: about.clone(),
                }));
            }
            // The administrator's own revocations are told of by a fact; nobody can revoke at the
            // end of an agreement or after.
            if let Some(end) = end.filter(|end| revoked == Some(*end)) {
                mails.extend(profile.mail(entry.profile, end, About::Revoked { serial }));
            }
            mails
        })
    }

    fn letter(&self, mail: &Mail) -> Option<Letter> {
        let data = &self.profiles.find(mail.profile).ok()?.data;
        let (subject, body) = words(&mail.about, &data.certificate_name);
        let portal = portal(data.environment);
        let link = match &mail.about {
            About::ValidateEmail => {
                let token = self.mail_key().token(&mail.profile, &mail.to);
                let token = token.reveal();
                Some(format!("{portal}/certificates/validate/{}?token={token}", mail.profile))
            }
            About::IssueLink { reference } => {
                Some(format!("{portal}/certificates/issue/{reference}"))
            }
            About::EmailValidated
            | About::Ordered { .. }
            | About::Issued { .. }
            | About::Revoked { .. }
            | About::Reminder { .. } => None,
        };
        Some(Letter { at: mail.at, to: mail.to.clone(), subject, body, link })
    }
}

/// Where the portal of an environment stands: the real name on a host that cannot exist.
const fn portal(environment: Environment) -> &'static str {
    match environment {
        Environment::IntegrationTest => "https://erhvervsadministration.test.sim.invalid",
        Environment::Production => "https://erhvervsadministration.sim.invalid",
    }
}

/// Subject and body. The subject of the link is the title that the real notification has.
fn words(about: &About, name: &str) -> (Text, Text) {
    match about {
        About::ValidateEmail => (
            Text::new("Confirm your e-mail address", "Bekræft din e-mailadresse"),
            Text::new(
                format!(
                    "This address is to stand in the certificate “{name}”. Follow the link to confirm that you read it."
                ),
                format!(
                    "Denne adresse skal stå i certifikatet »{name}«. Følg linket for at bekræfte, at du læser den."
                ),
            ),
        ),
        About::EmailValidated => (
            Text::new("The e-mail address is confirmed", "E-mailadressen er bekræftet"),
            Text::new(
                format!(
                    "The address in the certificate “{name}” is confirmed: it can be issued now."
                ),
                format!("Adressen i certifikatet »{name}« er bekræftet: det kan nu udstedes."),
            ),
        ),
        About::Ordered { reference } => (
            Text::new("A certificate was ordered", "Et certifikat er bestilt"),
            Text::new(
                format!(
                    "The certificate “{name}” was ordered, with the reference number {reference}."
                ),
                format!("Certifikatet »{name}« er bestilt med referencenummer {reference}."),
            ),
        ),
        About::IssueLink { reference } => (
            Text::new("Fetch an organisation certificate", "Hent et organisationscertifikat"),
            Text::new(
                format!(
                    "Have the certificate “{name}” issued here. The reference number is {reference}; the one-time code, if there is one, you get from your administrator."
                ),
                format!(
                    "Få certifikatet »{name}« udstedt her. Referencenummeret er {reference}; engangskoden får du, hvis der er en, af din administrator."
                ),
            ),
        ),
        About::Issued { serial, expires } => (
            Text::new("A certificate was issued", "Et certifikat er udstedt"),
            Text::new(
                format!(
                    "The certificate “{name}” was issued with the serial number {serial}. It is refused from {expires} on."
                ),
                format!(
                    "Certifikatet »{name}« er udstedt med serienummer {serial}. Det afvises fra {expires}."
                ),
            ),
        ),
        About::Revoked { serial } => (
            Text::new("A certificate is revoked", "Et certifikat er spærret"),
            Text::new(
                format!("The certificate “{name}” with the serial number {serial} is revoked."),
                format!("Certifikatet »{name}« med serienummer {serial} er spærret."),
            ),
        ),
        About::Reminder { serial, expires } => (
            Text::new("A certificate will expire", "Et certifikat udløber snart"),
            Text::new(
                format!(
                    "The certificate “{name}” with the serial number {serial} is refused from {expires} on. Renew it before, and let it be registered and deployed everywhere it is used."
                ),
                format!(
                    "Certifikatet »{name}« med serienummer {serial} afvises fra {expires}. Forny det inden da, og få det registreret og idriftsat alle de steder, det bruges."
                ),
            ),
        ),
    }
}
