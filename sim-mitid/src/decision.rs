//! One decision: first everything that speaks against a request, then, if nothing does, what is
//! answered and remembered.

use clock::Timestamp;
use entropy::Entropy;
use parties::{Cvr, Environment};
use pki::{PrivateKey, PublicKey, RevocationReason, Serial};
use uuid::Uuid;

use crate::{
    Answer, Fact, Mitid, Rejection, Request,
    enrolment::{self, Issuance},
    mail::{About, Mail},
    mitid::DueList,
    objections::Objections,
    order::{Identification, Method, NewOrder, Order, Proof, ReferenceNumber},
    organisation::Organisation,
    profile::{Contact, NewContact, NewProfile, Profile, ProfileData, ProfileId, read_name},
    register::{REASONS, Revocation},
    request::Encoding,
    secret::{CodeHash, MailToken, OneTimeCode},
};

/// What is granted, and all that carrying it out takes but randomness and keys.
#[derive(Debug)]
pub(crate) enum Grant<'a> {
    /// There is nothing to draw or to sign.
    Plain(Answer, Vec<Fact>),
    Profile(Box<ProfileData>, Option<Contact>),
    Order(Ordering<'a>),
    Issue(Issuance<'a>, &'a PublicKey),
    Download(Issuance<'a>, &'a PrivateKey, Encoding),
    List(Environment),
    RootList(Environment),
}

/// An order to be placed.
#[derive(Debug)]
pub(crate) struct Ordering<'a> {
    id: ProfileId,
    profile: &'a Profile,
    /// The certificate to renew, and the UUID that its successor keeps.
    renews: Option<(Serial, Uuid)>,
    identification: Identification,
    method: Method,
}

/// Nothing but "done", and this to remember.
fn done<'a>(facts: impl IntoIterator<Item = Fact>) -> Grant<'a> {
    Grant::Plain(Answer::Done, facts.into_iter().collect())
}

impl Mitid {
    /// Everything that speaks against `request`, or what is granted. No key is used for it.
    pub(crate) fn judge<'a>(
        &'a self,
        request: &'a Request,
        now: Timestamp,
    ) -> Result<Grant<'a>, Objections> {
        let plain = |answer| Ok(Grant::Plain(answer, Vec::new()));
        match request {
            Request::Connect { environment, cvr, name } => {
                self.judge_connection(*environment, cvr, name, now)
            }
            Request::AllowCertificates { environment, cvr, allowed } => {
                self.organisations.find(*environment, cvr)?.judge_agreement(cvr, now)?;
                let (environment, cvr, allowed) = (*environment, cvr.clone(), *allowed);
                Ok(done([Fact::CertificatesAllowed { environment, cvr, allowed }]))
            }
            Request::Terminate { environment, cvr } => {
                self.judge_termination(*environment, cvr, now)
            }
            Request::WithdrawTermination { environment, cvr } => {
                let organisation = self.organisations.find(*environment, cvr)?;
                organisation.judge_agreement(cvr, now)?;
                organisation.end().ok_or_else(|| Rejection::NotTerminated { cvr: cvr.clone() })?;
                let (environment, cvr) = (*environment, cvr.clone());
                Ok(done([Fact::TerminationWithdrawn { environment, cvr, at: now }]))
            }
            Request::CreateProfile(new) => self.judge_profile(new, now),
            Request::ChangeContact { profile, contact } => {
                let mut against = Objections::default();
                against.note(self.profiles.find(*profile));
                let contact = against.note(contact.as_ref().map(NewContact::read).transpose());
                let (profile, at) = (*profile, now);
                against
                    .or(contact
                        .map(|contact| done([Fact::ContactChanged { profile, contact, at }])))
            }
            Request::ValidateEmail { profile, token } => {
                self.judge_validation(*profile, token, now)
            }
            Request::Order(new) => self.judge_order(new, now),
            Request::OrderRenewal { environment, serial, identification, method } => {
                self.judge_renewal_order(*environment, serial, *identification, *method, now)
            }
            Request::Cancel { reference } => {
                self.orders.find(reference)?.judge_open(reference, now)?;
                Ok(done([Fact::OrderCancelled { reference: reference.clone() }]))
            }
            Request::Issue { reference, code, request } => {
                let proof = Proof::OneTimeCode(code.clone());
                enrolment::judge_issue(self, reference, &proof, request, now)
                    .map(|(issuance, key)| Grant::Issue(issuance, key))
            }
            Request::Download { reference, proof, terms, encoding } => {
                enrolment::judge_download(self, reference, proof, *terms, now)
                    .map(|(issuance, key)| Grant::Download(issuance, key, *encoding))
            }
            Request::Renew { environment, serial, request } => {
                enrolment::judge_renewal(self, *environment, serial, request, now)
                    .map(|(issuance, key)| Grant::Issue(issuance, key))
            }
            Request::Revoke { environment, serial, reason } => {
                self.judge_revocation(*environment, serial, *reason, now)
            }
            Request::Profiles { environment, cvr, search } => {
                self.organisations.find(*environment, cvr)?;
                plain(Answer::Profiles(self.profiles(*environment, cvr, search.as_deref(), now)))
            }
            Request::Mailbox(address) => plain(Answer::Mailbox(self.mailbox(address, now))),
            Request::Directory(environment) => {
                self.authority(*environment)?;
                plain(Answer::Directory(self.directory(*environment, now)))
            }
            Request::RevocationList(environment) => {
                self.authority(*environment)?;
                Ok(Grant::List(*environment))
            }
            Request::RootRevocationList(environment) => {
                self.authority(*environment)?;
                Ok(Grant::RootList(*environment))
            }
            Request::Authorities(environment) => {
                let authority = self.authority(*environment)?;
                let (root, issuing) = (authority.root().clone(), authority.issuing().clone());
                plain(Answer::Authorities { root, issuing })
            }
            Request::Unreadable(rejection) => Err(rejection.clone().into()),
        }
    }

    fn judge_connection(
        &self,
        environment: Environment,
        cvr: &Cvr,
        name: &str,
        now: Timestamp,
    ) -> Result<Grant<'_>, Objections> {
        let mut against = Objections::default();
        against.note(self.authority(environment));
        if self.organisations.find(environment, cvr).is_ok() {
            against.note::<()>(Err(Rejection::AlreadyConnected { cvr: cvr.clone() }));
        }
        let name = against.note(read_name(name, "the organisation's name"));
        let (cvr, at) = (cvr.clone(), now);
        against.or(name.map(|name| done([Fact::Connected { environment, cvr, name, at }])))
    }

    fn judge_termination(
        &self,
        environment: Environment,
        cvr: &Cvr,
        now: Timestamp,
    ) -> Result<Grant<'_>, Objections> {
        let organisation = self.organisations.find(environment, cvr)?;
        organisation.judge_agreement(cvr, now)?;
        let cvr = cvr.clone();
        if let Some(ends) = organisation.end() {
            return Err(Rejection::AlreadyTerminated { cvr, ends }.into());
        }
        // Revocation lists count in whole seconds; so does what fills them.
        let ends = (now + self.policy().termination_notice).truncated_to_second();
        Ok(done([Fact::Terminated { environment, cvr, ends }]))
    }

    fn judge_profile(&self, new: &NewProfile, now: Timestamp) -> Result<Grant<'_>, Objections> {
        let mut against = Objections::default();
        let organisation = against.note(self.organisations.find(new.environment, &new.cvr));
        if let Some(organisation) = organisation {
            against.note(organisation.judge_agreement(&new.cvr, now));
        }
        let name = against.note(new.name());
        let email = against.note(new.email());
        let contact = against.note(new.contact.as_ref().map(NewContact::read).transpose());
        let read = name.zip(email).zip(contact);
        against.or(read.map(|((certificate_name, email), contact)| {
            let data = ProfileData {
                environment: new.environment,
                cvr: new.cvr.clone(),
                certificate_name,
                email,
                kind: new.kind,
                rights: new.rights.clone(),
                seal: new.seal,
                published: new.published,
            };
            Grant::Profile(Box::new(data), contact)
        }))
    }

    fn judge_validation(
        &self,
        id: ProfileId,
        token: &MailToken,
        now: Timestamp,
    ) -> Result<Grant<'_>, Objections> {
        let profile = self.profiles.find(id)?;
        let email = profile.data.email.as_ref();
        email
            .filter(|email| self.mail_key().token(&id, email.address()) == *token)
            .ok_or(Rejection::WrongToken)?;
        if profile.email_validated.is_some() {
            return Ok(done([])); // a link may be followed twice
        }
        let waiting = self.orders.of(id).into_iter();
        let waiting = waiting.filter(|(reference, it)| {
            it.order.method == Method::Browser && it.judge_open(reference, now).is_ok()
        });
        let links = waiting.map(|(reference, _)| About::IssueLink { reference: reference.clone() });
        let mails = [About::EmailValidated].into_iter().chain(links);
        let mails = mails.filter_map(|about| profile.mail(id, now, about)).map(Fact::Mailed);
        Ok(done([Fact::EmailValidated { profile: id, at: now }].into_iter().chain(mails)))
    }

    fn judge_order(&self, new: &NewOrder, now: Timestamp) -> Result<Grant<'_>, Objections> {
        let profile = self.profiles.find(new.profile)?;
        let mut against = Objections::default();
        let (id, identification, method) = (new.profile, new.identification, new.method);
        let order = Ordering { id, profile, renews: None, identification, method };
        self.note_against_ordering(&order, now, &mut against);
        against.none_against(Grant::Order(order))
    }

    fn judge_renewal_order(
        &self,
        environment: Environment,
        serial: &Serial,
        identification: Identification,
        method: Method,
        now: Timestamp,
    ) -> Result<Grant<'_>, Objections> {
        let entry = self.register.find(environment, serial)?;
        let profile = self.profiles.find(entry.profile)?;
        let mut against = Objections::default();
        against.note(enrolment::judge_renewable(self, environment, entry, now));
        let renews = Some((*serial, entry.holder.uuid));
        let order = Ordering { id: entry.profile, profile, renews, identification, method };
        self.note_against_ordering(&order, now, &mut against);
        against.none_against(Grant::Order(order))
    }

    fn note_against_ordering(
        &self,
        order: &Ordering<'_>,
        now: Timestamp,
        against: &mut Objections,
    ) {
        let data = &order.profile.data;
        let find = || self.organisations.find(data.environment, &data.cvr);
        let allowed = |organisation: &Organisation| match organisation.certificates_allowed {
            true => Ok(()),
            false => Err(Rejection::CertificatesNotAllowed { cvr: data.cvr.clone() }),
        };
        if let Some(organisation) = against.note(find()) {
            against.note(organisation.judge_agreement(&data.cvr, now));
            against.note(allowed(organisation));
        }
        against.note(match (order.identification, order.method) {
            (Identification::Login, Method::Api) => Err(Rejection::LoginOverApi),
            (Identification::OneTimeCode, _) if order.profile.contact_at(now).is_none() => {
                Err(Rejection::ContactMissing)
            }
            (Identification::Login, Method::Browser) | (Identification::OneTimeCode, _) => Ok(()),
        });
    }

    fn judge_revocation(
        &self,
        environment: Environment,
        serial: &Serial,
        reason: RevocationReason,
        now: Timestamp,
    ) -> Result<Grant<'_>, Objections> {
        let entry = self.register.find(environment, serial)?;
        let mut against = Objections::default();
        let end = self.organisations.end(environment, &entry.holder.cvr);
        match entry.revocation(end).filter(|revocation| revocation.at <= now) {
            Some(Revocation { at: since, .. }) => {
                let serial = *serial;
                against.note::<()>(Err(Rejection::AlreadyRevoked { serial, since }));
            }
            None => {
                against.note(entry.judge_expiry(now));
            }
        }
        let offered = REASONS.contains(&reason);
        against.note(if offered { Ok(()) } else { Err(Rejection::ReasonNotOffered { reason }) });
        let (serial, revocation) = (*serial, Revocation { at: now, reason });
        let mail = self
            .profiles
            .find(entry.profile)
            .ok()
            .and_then(|profile| profile.mail(entry.profile, now, About::Revoked { serial }));
        let facts = [Fact::Revoked { environment, serial, revocation }];
        let facts = facts.into_iter().chain(mail.map(Fact::Mailed)).collect();
        against.none_against(Grant::Plain(Answer::Revoked, facts))
    }

    /// What is remembered of a request that is refused: nothing but a wrong code.
    pub(crate) fn remember_refused(&self, request: &Request, now: Timestamp) -> Vec<Fact> {
        let (Request::Issue { reference, code, .. }
        | Request::Download { reference, proof: Proof::OneTimeCode(code), .. }) = request
        else {
            return Vec::new();
        };
        let attempts = self.policy().code_attempts;
        let attempt = self.orders.wrong_attempt(reference, code, attempts, now);
        let reference = reference.clone();
        attempt.map(|attempt| Fact::WrongCodeTried { reference, attempt }).into_iter().collect()
    }
}

impl Grant<'_> {
    /// Draws and signs what it takes.
    pub(crate) fn carry_out(
        self,
        mitid: &Mitid,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Answer, Vec<Fact>) {
        match self {
            Self::Plain(answer, facts) => (answer, facts),
            Self::Profile(data, contact) => create_profile(*data, contact, now, entropy),
            Self::Order(order) => order.place(mitid, now, entropy),
            Self::Issue(issuance, key) => {
                let (certificate, facts) = issuance.certify(key, now, entropy);
                (Answer::Issued(certificate), facts)
            }
            Self::Download(issuance, key, encoding) => {
                let (download, facts) = issuance.hand_out(key, encoding, now, entropy);
                (Answer::Downloaded(download), facts)
            }
            Self::List(environment) => published(mitid.due_list(environment, now)),
            Self::RootList(environment) => published(mitid.due_root_list(environment, now)),
        }
    }
}

fn published(list: Result<DueList, Rejection>) -> (Answer, Vec<Fact>) {
    let list = list.map(|due| due.sign());
    (list.map_or_else(Answer::Rejected, Answer::RevocationList), Vec::new())
}

fn create_profile(
    data: ProfileData,
    contact: Option<Contact>,
    now: Timestamp,
    entropy: &mut Entropy,
) -> (Answer, Vec<Fact>) {
    let profile = ProfileId::draw(entropy);
    let mail = data.email.as_ref().map(|email| {
        let to = email.address().clone();
        Fact::Mailed(Mail { to, at: now, profile, about: About::ValidateEmail })
    });
    let created = Fact::ProfileCreated { profile, data, contact, at: now };
    (Answer::ProfileCreated { profile }, [created].into_iter().chain(mail).collect())
}

impl Ordering<'_> {
    fn place(self, mitid: &Mitid, now: Timestamp, entropy: &mut Entropy) -> (Answer, Vec<Fact>) {
        let reference = ReferenceNumber::draw(entropy);
        let code = match self.identification {
            Identification::OneTimeCode => Some(OneTimeCode::draw(entropy)),
            Identification::Login => None,
        };
        let order = Order {
            profile: self.id,
            uuid: self.renews.map_or_else(|| entropy.uuid(), |(_, uuid)| uuid),
            renews: self.renews.map(|(serial, _)| serial),
            method: self.method,
            placed: now,
            ends: now + mitid.policy().order_life,
            code: code.as_ref().map(|code| CodeHash::of(code, entropy)),
        };
        let ordered = About::Ordered { reference: reference.clone() };
        // The link would lead nowhere before the address in the certificate is validated, nor where
        // a signing request is to come over the API.
        let link = self.profile.judge_email().ok().filter(|()| self.method == Method::Browser);
        let link = link.map(|()| About::IssueLink { reference: reference.clone() });
        let mails = [Some(ordered), link].into_iter().flatten();
        let mails = mails.filter_map(|about| self.profile.mail(self.id, now, about));
        let placed = Fact::Ordered { reference: reference.clone(), order };
        let facts = [placed].into_iter().chain(mails.map(Fact::Mailed)).collect();
        (Answer::Ordered { reference, code }, facts)
    }
}
