//! MitID Erhverv (*MitID Erhverv*) as a core: what it holds, and its four faces.

use std::collections::BTreeMap;

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Diagnose, Diagnosis, Environment};
use pki::{Authority, KeySize, PrivateKey, RevocationList, Revoked};

use crate::{
    Answer, Fact, Policy, Rejection, Request,
    decision::Grant,
    enrolment::KEY_SIZE,
    mail::Mail,
    objections::Objections,
    order::{Closed, Orders},
    organisation::{Agreement, Organisations},
    profile::Profiles,
    register::Register,
    secret::MailKey,
    wire,
};

/// MitID Erhverv with its two hierarchies.
///
/// Equal to another when the same has happened to both: keys that wait to be used, and what mails'
/// tokens are derived from, do not count.
#[derive(Debug, Clone)]
pub struct Mitid {
    authorities: BTreeMap<Environment, Authority>,
    policy: Policy,
    mail_key: MailKey,
    /// Keys that wait to be certified in the portal: a core draws none, and none is in a fact.
    key_pairs: Vec<PrivateKey>,
    pub(crate) organisations: Organisations,
    pub(crate) profiles: Profiles,
    pub(crate) orders: Orders,
    pub(crate) register: Register,
    pub(crate) outbox: Vec<Mail>,
}

/// What MitID Erhverv must be given before it can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A new key pair, which nobody has used.
    KeyPair {
        /// Of this size.
        size: KeySize,
    },
}

/// What it is given.
#[derive(Debug, Clone)]
pub enum Lesson {
    /// The key pair.
    KeyPair(PrivateKey),
}

impl Mitid {
    /// MitID Erhverv over these hierarchies, to which nothing has happened. The tokens in its mails
    /// are derived from `mail_key`.
    #[must_use]
    pub fn new(
        authorities: impl IntoIterator<Item = Authority>,
        policy: Policy,
        mail_key: MailKey,
    ) -> Self {
        let authorities = authorities.into_iter();
        Self {
            authorities: authorities.map(|it| (it.environment(), it)).collect(),
            policy,
            mail_key,
            key_pairs: Vec::new(),
            organisations: Organisations::default(),
            profiles: Profiles::default(),
            orders: Orders::default(),
            register: Register::default(),
            outbox: Vec::new(),
        }
    }

    /// The hierarchy of an environment.
    ///
    /// # Errors
    ///
    /// If this MitID Erhverv has none for it.
    pub fn authority(&self, environment: Environment) -> Result<&Authority, Rejection> {
        self.authorities.get(&environment).ok_or(Rejection::NoAuthority { environment })
    }

    /// How it decides where its sources are silent.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Every revocation that is decided, also one that takes effect later, as the lists have it: in
    /// whole seconds.
    pub fn revocations(&self) -> impl Iterator<Item = (Environment, Timestamp)> {
        let revoked = self.register.revocations(&self.organisations);
        revoked.map(|(environment, it)| (environment, it.at.truncated_to_second()))
    }

    /// The revocation list of a hierarchy, with what has taken effect by `now`, which is yet to be signed. Its
    /// number is the instant, in milliseconds: lists made at different times must have different numbers, and a
    /// later one the greater (RFC 5280, section 5.2.3).
    pub(crate) fn due_list(
        &self,
        environment: Environment,
        now: Timestamp,
    ) -> Result<DueList, Rejection> {
        let of_environment = |(of, it): (Environment, Revoked)| (of == environment).then_some(it);
        let revoked = self.register.revocations(&self.organisations).filter_map(of_environment);
        let revoked = revoked.filter(|it| it.at <= now).collect();
        Ok(DueList { of_root: false, revoked, ..self.due_root_list(environment, now)? })
    }

    /// The revocation list of the root of a hierarchy, numbered alike. No issuing authority is ever
    /// revoked here.
    pub(crate) fn due_root_list(
        &self,
        environment: Environment,
        now: Timestamp,
    ) -> Result<DueList, Rejection> {
        Ok(DueList {
            authority: self.authority(environment)?.clone(),
            of_root: true,
            this_update: now,
            next_update: now + self.policy.revocation_list_life,
            revoked: Vec::new(),
        })
    }

    /// The next key pair to certify in the portal.
    pub(crate) fn key_pair(&self) -> Option<&PrivateKey> {
        self.key_pairs.first()
    }

    pub(crate) const fn mail_key(&self) -> &MailKey {
        &self.mail_key
    }

    fn objections(&self, request: &Request, now: Timestamp) -> Vec<Rejection> {
        self.judge(request, now).map_or_else(Objections::all, |_| Vec::new())
    }
}

/// A revocation list that is not signed yet. To sign it takes milliseconds, and nothing else of the core: nobody need
/// wait for that who asks for something else.
#[derive(Debug)]
pub(crate) struct DueList {
    authority: Authority,
    of_root: bool,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: Vec<Revoked>,
}

impl DueList {
    /// The list, signed.
    pub(crate) fn sign(&self) -> RevocationList {
        let Self { authority, this_update, next_update, revoked, .. } = self;
        let number = this_update.millis().unsigned_abs();
        if self.of_root {
            authority.root_revocation_list(number, *this_update, *next_update, revoked)
        } else {
            authority.revocation_list(number, *this_update, *next_update, revoked)
        }
    }
}

impl Core for Mitid {
    type Request = Request;
    type Answer = Answer;
    type Fact = Fact;
    type Need = Need;
    type Lesson = Lesson;

    fn read(&self, bytes: &[u8]) -> Request {
        wire::read(bytes).unwrap_or_else(Request::Unreadable)
    }

    fn write(&self, answer: &Answer, _: &mut Entropy) -> Vec<u8> {
        wire::write(answer)
    }

    /// A key pair, where nothing else speaks against a download: keys are dear.
    fn needs(&self, request: &Request, now: Timestamp) -> Vec<Need> {
        if self.objections(request, now) == [Rejection::KeyPairMissing] {
            vec![Need::KeyPair { size: KEY_SIZE }]
        } else {
            Vec::new()
        }
    }

    fn learn(&mut self, lesson: Lesson) {
        let Lesson::KeyPair(key) = lesson;
        // A shorter one was not asked for, and would never be certified.
        if key.public().bits() >= KEY_SIZE.bits() {
            self.key_pairs.push(key);
        }
    }

    fn decide(
        &self,
        request: &Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Answer, Vec<Fact>) {
        match self.judge(request, now).map_err(Objections::all) {
            Ok(grant) => Grant::carry_out(grant, self, now, entropy),
            Err(against) => {
                let first = against.into_iter().next().expect("objections hold at least one");
                (Answer::Rejected(first), self.remember_refused(request, now))
            }
        }
    }

    fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::Connected { environment, cvr, name, at } => {
                self.organisations.connect(environment, cvr, name, at);
            }
            Fact::CertificatesAllowed { environment, cvr, allowed } => {
                self.organisations.allow(environment, cvr, allowed);
            }
            Fact::Terminated { environment, cvr, ends } => {
                self.organisations.set(environment, cvr, ends, Agreement::Ended);
            }
            Fact::TerminationWithdrawn { environment, cvr, at } => {
                self.organisations.set(environment, cvr, at, Agreement::Running);
            }
            Fact::ProfileCreated { profile, data, contact, at } => {
                self.profiles.create(profile, data, contact, at);
            }
            Fact::ContactChanged { profile, contact, at } => {
                self.profiles.change_contact(profile, contact, at);
            }
            Fact::EmailValidated { profile, at } => self.profiles.validate(profile, at),
            Fact::Ordered { reference, order } => self.orders.place(reference, order),
            Fact::WrongCodeTried { reference, attempt } => self.orders.count(&reference, attempt),
            Fact::OrderCancelled { reference } => {
                self.orders.close(&reference, Closed::Cancelled);
            }
            Fact::Issued { environment, profile, holder, certificate, at, reference, renews } => {
                // The key has left the house with its certificate.
                self.key_pairs.retain(|key| key.public() != certificate.public_key());
                if let Some(reference) = &reference {
                    self.orders.close(reference, Closed::Fulfilled);
                }
                self.register.enter(environment, profile, holder, certificate, at, renews);
            }
            Fact::Revoked { environment, serial, revocation } => {
                self.register.revoke(environment, &serial, revocation);
            }
            Fact::Mailed(mail) => self.outbox.push(mail),
        }
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        parties::earliest([
            self.register.next_expiry(now),
            self.orders.next_change(now),
            self.organisations.next_change(now),
            self.next_timed_mail(now),
        ])
    }
}

impl Diagnose for Mitid {
    fn diagnose(&self, request: &Request, now: Timestamp) -> Diagnosis {
        let against = self.objections(request, now);
        Diagnosis::new(against.iter().map(Rejection::finding).collect())
    }
}

impl PartialEq for Mitid {
    fn eq(&self, other: &Self) -> bool {
        let authorities = |it: &Self| -> Vec<_> {
            it.authorities.values().map(|a| (a.root().clone(), a.issuing().clone())).collect()
        };
        authorities(self) == authorities(other)
            && self.policy == other.policy
            && self.organisations == other.organisations
            && self.profiles == other.profiles
            && self.orders == other.orders
            && self.register == other.register
            && self.outbox == other.outbox
    }
}

impl Eq for Mitid {}
