//! SMDB of one environment.

mod configuration;

use std::sync::Arc;

use clock::{Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential,
    call::{ReceivedCall, ServiceKeys},
    fault::ServiceFault,
};
use parties::{Core, Diagnose, Diagnosis, EntityId, Environment, Memory};
use pki::{Certificate, KnownRevocations, Seal, Sealed, TrustAnchors};
use xml_security::xml::Limits;

pub use self::configuration::{Configuration, HolderCheck, Policy};
use crate::{
    Fact, Lesson, Need, ReplayKey,
    call::{self, Answer, Request},
    contract::Body,
    course::Course,
    date::Date,
    ledger::{Annulment, Entry, Ledger, Refusal},
    schema::SchemaVersion,
};

/// SMDB of one environment.
#[derive(Debug, Clone)]
pub struct Smdb {
    configuration: Configuration,
    /// The certificates of the STS once more, each once, to try a token by before the time is known.
    issuers: Vec<Certificate>,
    seal: Arc<Seal>,
    revocations: KnownRevocations,
    /// Shared until something is received: a clone of SMDB, to ask what it would say, is cheap.
    ledger: Arc<Ledger>,
    seen: Memory<ReplayKey>,
}

impl Smdb {
    /// SMDB that received nothing yet.
    #[must_use]
    pub fn new(configuration: Configuration) -> Self {
        let mut issuers: Vec<Certificate> = Vec::new();
        for certificate in configuration.sts.entries().flat_map(|(_, trusted)| trusted) {
            if !issuers.contains(certificate) {
                issuers.push(certificate.clone());
            }
        }
        let seal = Arc::new(Seal::of(&configuration.credential.key, "courses"));
        Self {
            configuration,
            issuers,
            seal,
            revocations: KnownRevocations::default(),
            ledger: Arc::default(),
            seen: Memory::default(),
        }
    }

    /// Its environment.
    #[must_use]
    pub const fn environment(&self) -> Environment {
        self.configuration.environment
    }

    /// Its name as the audience of tokens.
    #[must_use]
    pub const fn entity_id(&self) -> &EntityId {
        &self.configuration.entity_id
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.configuration.address
    }

    /// Its rules.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.configuration.policy
    }

    /// What it received.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The version of the schema in force at each time.
    #[must_use]
    pub const fn schemas(&self) -> &Timeline<SchemaVersion> {
        &self.configuration.schemas
    }

    /// The certificates of the STS that it trusts at each time.
    #[must_use]
    pub const fn trusted(&self) -> &Timeline<Vec<Certificate>> {
        &self.configuration.sts
    }

    /// The certificate that it signs with, and that tokens are encrypted for.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.configuration.credential.certificate
    }

    /// The authority of its environment.
    #[must_use]
    pub const fn anchors(&self) -> &TrustAnchors {
        &self.configuration.anchors
    }

    /// Trusts another certificate of the STS from `from` on, beside whatever it trusts: what the old
    /// signer has signed lives for hours.
    pub fn trust_signer(&mut self, signer: &Certificate, from: Timestamp) {
        self.configuration.trust_signer(signer, from);
        if !self.issuers.contains(signer) {
            self.issuers.push(signer.clone());
        }
    }

    pub(crate) fn trusts(&self, sts: &Certificate, now: Timestamp) -> bool {
        self.configuration.sts.at(now).is_some_and(|trusted| trusted.contains(sts))
    }

    pub(crate) const fn revocations(&self) -> &KnownRevocations {
        &self.revocations
    }

    /// A message is remembered until its own timestamp would refuse it.
    pub(crate) fn has_seen(&self, key: &ReplayKey, now: Timestamp) -> bool {
        self.seen.holds(key, now)
    }

    pub(crate) fn seal(&self, course: Box<Course>) -> Sealed<Box<Course>> {
        Sealed::new(course, Arc::clone(&self.seal))
    }

    pub(crate) const fn credential(&self) -> &Credential {
        &self.configuration.credential
    }

    pub(crate) fn service_keys(&self) -> ServiceKeys<'_> {
        let decryption = &self.configuration.credential.key;
        ServiceKeys { decryption, issuers: &self.issuers }
    }

    /// A revocation list, if there is a certificate to look up in it and none that is fresh.
    pub(crate) fn needs_list(&self, judged: bool, now: Timestamp) -> Vec<Need> {
        let fresh = self.revocations.is_fresh(self.policy().revocation_lag, now);
        if self.looks_revocation_up() && judged && !fresh {
            vec![Need::RevocationList]
        } else {
            Vec::new()
        }
    }

    fn ledger_mut(&mut self) -> &mut Ledger {
        Arc::make_mut(&mut self.ledger)
    }

    fn looks_revocation_up(&self) -> bool {
        self.policy().holder_certificate == HolderCheck::ValidityAndRevocation
    }
}

impl Core for Smdb {
    type Request = Request;
    type Answer = Answer;
    type Fact = Fact;
    type Need = Need;
    type Lesson = Lesson;

    fn read(&self, bytes: &[u8]) -> Request {
        let (limits, legacy) = (Limits::default(), self.policy().legacy);
        ReceivedCall::read(bytes, self.service_keys(), &limits, legacy, |body| Ok(Body::read(body)))
            .map(Box::new)
    }

    fn write(&self, answer: &Answer, _: &mut Entropy) -> Vec<u8> {
        match answer {
            Answer::Answered(answer) | Answer::Rejected { declared: Some(answer), .. } => answer
                .write_in(self.policy().binding.soap(), &self.configuration.credential)
                .expect("the certificate and key of a service sign what it writes"),
            Answer::Rejected { rejection, message_id, relates_to, declared: None } => {
                ServiceFault::write(
                    self.policy().binding.soap(),
                    rejection.fault_code(),
                    &rejection.fault_text(),
                    message_id,
                    relates_to.as_deref(),
                )
            }
        }
        .into_bytes()
    }

    fn needs(&self, request: &Request, now: Timestamp) -> Vec<Need> {
        self.needs_list(request.as_ref().is_ok_and(|call| call.token.is_ok()), now)
    }

    fn learn(&mut self, lesson: Lesson) {
        match lesson {
            Lesson::RevocationList { list, fetched_at } => {
                self.revocations.learn(list, fetched_at, &self.configuration.anchors);
            }
        }
    }

    fn set_up(&self) -> Self {
        let Self { configuration, issuers, seal, revocations, .. } = self;
        Self {
            configuration: configuration.clone(),
            issuers: issuers.clone(),
            seal: Arc::clone(seal),
            revocations: revocations.clone(),
            ledger: Arc::default(),
            seen: Memory::default(),
        }
    }

    fn decide(
        &self,
        request: &Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Answer, Vec<Fact>) {
        call::decide(self, request, now, entropy)
    }

    fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::Accepted { key, at, until } => self.seen.keep(key, at, until),
            Fact::Received { id, authority, reference, version, at, receipt, warnings, course } => {
                // What another SMDB sealed is not one of our courses.
                if let Some(course) = course.open(&self.seal) {
                    let warnings = warnings.into();
                    let entry = Entry { course: *course, received_at: at, receipt, warnings };
                    self.ledger_mut().enter(id, authority, reference, version, entry);
                }
            }
            Fact::Annulled { id, at, receipt } => {
                self.ledger_mut().annul(id, Annulment { at, receipt });
            }
            Fact::Refused { authority, reference, version, at, violations } => {
                self.ledger_mut().refuse(authority, reference, version, Refusal { at, violations });
            }
        }
    }

    /// A new signer of the STS, a new version of the schema, a revocation that becomes known or a
    /// list that ends, and midnight: some rules hang on the day.
    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let lag = self.policy().revocation_lag;
        let revocations = self.looks_revocation_up().then_some(&self.revocations);
        parties::earliest([
            revocations.and_then(|known| known.next_change(lag, now)),
            self.configuration.sts.next_change_after(now),
            self.configuration.schemas.next_change_after(now),
            Some(Date::of(now).plus_days(1).begins()),
        ])
    }
}

impl Diagnose for Smdb {
    fn diagnose(&self, request: &Request, now: Timestamp) -> Diagnosis {
        match call::judge(self, request, now) {
            Ok(_) => Diagnosis::default(),
            Err(against) => Diagnosis::new(against.iter().map(crate::Rejection::finding).collect()),
        }
    }
}

/// Two are equal when they are set up alike and remember the same.
impl PartialEq for Smdb {
    fn eq(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.configuration, &other.configuration);
        (mine.environment, &mine.entity_id, &mine.address, mine.policy)
            == (theirs.environment, &theirs.entity_id, &theirs.address, theirs.policy)
            && mine.credential.certificate == theirs.credential.certificate
            && mine.sts == theirs.sts
            && mine.schemas == theirs.schemas
            && self.revocations == other.revocations
            && self.ledger == other.ledger
            && self.seen == other.seen
    }
}
