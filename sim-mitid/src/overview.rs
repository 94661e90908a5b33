//! What an administrator sees of profiles, orders and certificates, as of a `now`.

use clock::Timestamp;
use parties::{Cvr, Environment};
use pki::{Certificate, RevocationReason, Serial};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Mitid,
    order::{Closed, Identification, Method, Placed, ReferenceNumber},
    profile::{Contact, Profile, ProfileData, ProfileId},
    register::Entry,
};

/// A profile with all that was done under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProfileView {
    /// Its id.
    pub profile: ProfileId,
    /// What never changes.
    pub data: ProfileData,
    /// Who gets the mails.
    pub contact: Option<Contact>,
    /// Since when the address in the certificates is validated, if it is.
    pub email_validated: Option<Timestamp>,
    /// Its orders, oldest first.
    pub orders: Vec<OrderView>,
    /// Its certificates, oldest first.
    pub certificates: Vec<CertificateView>,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OrderView {
    /// Its number.
    pub reference: ReferenceNumber,
    /// How one identifies oneself.
    pub identification: Identification,
    /// How the certificate is handed out.
    pub method: Method,
    /// The certificate to renew, if it is a renewal.
    pub renews: Option<Serial>,
    /// When it was placed.
    pub placed: Timestamp,
    /// From when on it is refused.
    pub ends: Timestamp,
    /// How it stands.
    pub status: OrderStatus,
}

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderStatus {
    /// The address in the certificate is to be validated first.
    AwaitsValidation,
    /// It can be fulfilled (*under udstedelse*).
    UnderIssue,
    /// Too many wrong codes were tried.
    Locked,
    /// It is fulfilled (*udstedt*).
    Issued,
    /// It was cancelled.
    Cancelled,
    /// It was not fulfilled in time.
    Expired,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CertificateView {
    /// Its serial (*serienummer*).
    pub serial: Serial,
    /// The UUID in its subject.
    pub uuid: Uuid,
    /// When it was issued (*udstedt*).
    pub issued: Timestamp,
    /// `E+`: from when on it is refused (*udløber*).
    pub expires: Timestamp,
    /// When it was first renewed, if it was.
    pub renewed: Option<Timestamp>,
    /// How it stands.
    pub status: CertificateStatus,
}

/// How a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStatus {
    /// It is good (*aktiv*).
    Active,
    /// It is revoked (*spærret*).
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: RevocationReason,
    },
    /// It has expired (*udløbet*).
    Expired,
}

impl Mitid {
    /// The profiles of an organisation in which `search` is found: in the name, an e-mail address,
    /// the contact person or a UUID. Without one, all of them.
    #[must_use]
    pub fn profiles(
        &self,
        environment: Environment,
        cvr: &Cvr,
        search: Option<&str>,
        now: Timestamp,
    ) -> Vec<ProfileView> {
        let profiles = self.profiles.of(environment, cvr).into_iter();
        let views = profiles.map(|(id, profile)| self.view(id, profile, now));
        views.filter(|view| search.is_none_or(|search| view.says(search))).collect()
    }

    /// The public directory: the certificates that are good at `now` and whose administrator let
    /// them stand in it.
    #[must_use]
    pub fn directory(&self, environment: Environment, now: Timestamp) -> Vec<Certificate> {
        let entries = self.register.entries().filter(|(of, _)| *of == environment);
        let public = entries.filter(|(_, entry)| {
            let published = self.profiles.find(entry.profile).is_ok_and(|it| it.data.published);
            published
                && self.certificate_status(environment, entry, now) == CertificateStatus::Active
        });
        public.map(|(_, entry)| entry.certificate.clone()).collect()
    }

    fn view(&self, id: ProfileId, profile: &Profile, now: Timestamp) -> ProfileView {
        let orders = self.orders.of(id).into_iter().map(|(reference, placed)| OrderView {
            reference: reference.clone(),
            identification: placed.order.identification(),
            method: placed.order.method,
            renews: placed.order.renews,
            placed: placed.order.placed,
            ends: placed.order.ends,
            status: self.order_status(profile, placed, now),
        });
        let environment = profile.data.environment;
        let certificates = self.register.of(id).into_iter().map(|entry| CertificateView {
            serial: *entry.certificate.serial(),
            uuid: entry.holder.uuid,
            issued: entry.issued,
            expires: entry.certificate.first_refused(),
            renewed: entry.renewed,
            status: self.certificate_status(environment, entry, now),
        });
        ProfileView {
            profile: id,
            data: profile.data.clone(),
            contact: profile.contact_at(now).cloned(),
            email_validated: profile.email_validated,
            orders: orders.collect(),
            certificates: certificates.collect(),
        }
    }

    fn order_status(&self, profile: &Profile, placed: &Placed, now: Timestamp) -> OrderStatus {
        match placed.closed {
            Some(Closed::Fulfilled) => OrderStatus::Issued,
            Some(Closed::Cancelled) => OrderStatus::Cancelled,
            None if placed.order.ends <= now => OrderStatus::Expired,
            None if placed.is_locked(self.policy().code_attempts) => OrderStatus::Locked,
            None if profile.judge_email().is_err() => OrderStatus::AwaitsValidation,
            None => OrderStatus::UnderIssue,
        }
    }

    fn certificate_status(
        &self,
        environment: Environment,
        entry: &Entry,
        now: Timestamp,
    ) -> CertificateStatus {
        let end = self.organisations.end(environment, &entry.holder.cvr);
        match entry.revocation(end).filter(|revocation| revocation.at <= now) {
            Some(revocation) => {
                CertificateStatus::Revoked { at: revocation.at, reason: revocation.reason }
            }
            None if entry.judge_expiry(now).is_err() => CertificateStatus::Expired,
            None => CertificateStatus::Active,
        }
    }
}

impl ProfileView {
    fn says(&self, search: &str) -> bool {
        let search = search.to_lowercase();
        let contact = self.contact.iter().flat_map(|it| [it.name.clone(), it.email.to_string()]);
        let email = self.data.email.iter().map(|email| email.address().to_string());
        let uuids = self.certificates.iter().map(|it| it.uuid.to_string());
        let own = [self.data.certificate_name.clone(), self.profile.to_string()];
        let mut all = own.into_iter().chain(contact).chain(email).chain(uuids);
        all.any(|text| text.to_lowercase().contains(&search))
    }
}
