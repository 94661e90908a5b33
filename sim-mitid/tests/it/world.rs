//! MitID Erhverv over two hierarchies, with an organisation, and an administrator.

use std::{collections::BTreeSet, sync::LazyLock};

use clock::{Span, Timestamp};
use entropy::Entropy;
use parties::{Core, Cvr, Environment, Recorded};
use pki::{Certificate, Name, PrivateKey, RevocationReason, Serial, SigningRequest};
use sim_mitid::{
    Answer, Fact, Lesson, Mitid, Need, Policy, Rejection, Request,
    mail::Letter,
    order::{Identification, Method, NewOrder, Proof, ReferenceNumber},
    overview::ProfileView,
    profile::{NewContact, NewProfile, ProfileId, ProfileKind},
    request::{Download, Encoding},
    secret::{MailKey, MailToken, OneTimeCode},
};
use stage::{Stage, start};

pub(crate) const TEST: Environment = Environment::IntegrationTest;
pub(crate) const PRODUCTION: Environment = Environment::Production;

/// Where the contact person and whoever reads the address in the certificate get their mail.
pub(crate) const CONTACT: &str = "kontakt@a.invalid";
pub(crate) const EMAIL: &str = "drift@a.invalid";

pub(crate) static STAGE: LazyLock<Stage> =
    LazyLock::new(|| Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys")));

/// `span` after the start of the world; before it, if it begins with a minus.
pub(crate) fn after(span: &str) -> Timestamp {
    start() + span.parse::<Span>().unwrap()
}

pub(crate) fn cvr() -> Cvr {
    "90000001".parse().unwrap()
}

/// A profile with a contact person, and no address in the certificate.
pub(crate) fn new_profile(environment: Environment) -> NewProfile {
    NewProfile {
        environment,
        cvr: cvr(),
        certificate_name: "Fagsystem A (drift)".to_owned(),
        email: None,
        contact: Some(contact("Karen Kontakt", CONTACT)),
        kind: ProfileKind::System,
        rights: BTreeSet::new(),
        seal: true,
        published: false,
    }
}

pub(crate) fn contact(name: &str, email: &str) -> NewContact {
    NewContact { name: name.to_owned(), email: email.to_owned() }
}

/// A request for a key, which asks for a name that it will not get.
pub(crate) fn signing_request(key: &PrivateKey) -> SigningRequest {
    SigningRequest::make(&Name::with_common_name("Somebody else"), key)
}

/// MitID Erhverv, and a memory of its facts as they are kept.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) mitid: Mitid,
    pub(crate) facts: Vec<String>,
    pub(crate) entropy: Entropy,
}

impl World {
    /// One with an organisation that allows certificates, in both environments.
    pub(crate) fn new() -> Self {
        Self::with(Policy::default())
    }

    pub(crate) fn with(policy: Policy) -> Self {
        let mut world = Self::bare(policy);
        for environment in Environment::ALL {
            world.connect(environment, start()).unwrap();
            world.allow(environment, true, start()).unwrap();
        }
        world
    }

    /// One with nobody connected.
    pub(crate) fn bare(policy: Policy) -> Self {
        let entropy = Entropy::seeded(1, "mitid", "test");
        Self { mitid: empty(policy), facts: Vec::new(), entropy }
    }

    /// Asks, and applies what is to be remembered. What it needs is not fetched.
    pub(crate) fn ask(&mut self, request: &Request, now: Timestamp) -> Result<Answer, Rejection> {
        let (answer, facts) = self.mitid.decide(request, now, &mut self.entropy);
        for fact in facts {
            self.facts.push(serde_json::to_string(&Recorded::new(now, fact.clone())).unwrap());
            self.mitid.apply(fact);
        }
        match answer {
            Answer::Rejected(rejection) => Err(rejection),
            answer => Ok(answer),
        }
    }

    pub(crate) fn connect(
        &mut self,
        environment: Environment,
        now: Timestamp,
    ) -> Result<Answer, Rejection> {
        let name = "Testorganisation nr. 90000001".to_owned();
        self.ask(&Request::Connect { environment, cvr: cvr(), name }, now)
    }

    pub(crate) fn allow(
        &mut self,
        environment: Environment,
        allowed: bool,
        now: Timestamp,
    ) -> Result<Answer, Rejection> {
        self.ask(&Request::AllowCertificates { environment, cvr: cvr(), allowed }, now)
    }

    pub(crate) fn terminate(&mut self, now: Timestamp) -> Result<Answer, Rejection> {
        self.ask(&Request::Terminate { environment: TEST, cvr: cvr() }, now)
    }

    pub(crate) fn withdraw(&mut self, now: Timestamp) -> Result<Answer, Rejection> {
        self.ask(&Request::WithdrawTermination { environment: TEST, cvr: cvr() }, now)
    }

    pub(crate) fn profile(
        &mut self,
        new: NewProfile,
        now: Timestamp,
    ) -> Result<ProfileId, Rejection> {
        match self.ask(&Request::CreateProfile(new), now)? {
            Answer::ProfileCreated { profile } => Ok(profile),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn order_under(
        &mut self,
        profile: ProfileId,
        (identification, method): (Identification, Method),
        now: Timestamp,
    ) -> Result<(ReferenceNumber, Option<OneTimeCode>), Rejection> {
        let order = NewOrder { profile, identification, method };
        match self.ask(&Request::Order(order), now)? {
            Answer::Ordered { reference, code } => Ok((reference, code)),
            other => panic!("{other:?}"),
        }
    }

    /// A profile, and an order under it by code, over the API.
    pub(crate) fn order(
        &mut self,
        environment: Environment,
        now: Timestamp,
    ) -> (ReferenceNumber, OneTimeCode) {
        let profile = self.profile(new_profile(environment), now).unwrap();
        let how = (Identification::OneTimeCode, Method::Api);
        let (reference, code) = self.order_under(profile, how, now).unwrap();
        (reference, code.unwrap())
    }

    /// A profile, and an order under it by log-in, for the browser.
    pub(crate) fn order_by_login(&mut self, new: NewProfile, now: Timestamp) -> ReferenceNumber {
        let profile = self.profile(new, now).unwrap();
        let how = (Identification::Login, Method::Browser);
        self.order_under(profile, how, now).unwrap().0
    }

    pub(crate) fn fetch(
        &mut self,
        (reference, code): (ReferenceNumber, OneTimeCode),
        key: &PrivateKey,
        now: Timestamp,
    ) -> Result<Certificate, Rejection> {
        let request = Ok(signing_request(key));
        self.ask(&Request::Issue { reference, code, request }, now).map(certificate)
    }

    /// Orders and fetches a certificate for the key of a number.
    pub(crate) fn issue(&mut self, key: usize, now: Timestamp) -> Certificate {
        let order = self.order(TEST, now);
        self.fetch(order, &STAGE.key(key), now).unwrap()
    }

    /// Downloads with the key of a number, if one is needed.
    pub(crate) fn download(
        &mut self,
        reference: &ReferenceNumber,
        proof: Proof,
        key: usize,
        now: Timestamp,
    ) -> Result<Download, Rejection> {
        let (reference, terms, encoding) = (reference.clone(), true, Encoding::Portal);
        let request = Request::Download { reference, proof, terms, encoding };
        for need in self.mitid.needs(&request, now) {
            assert_eq!(need, Need::KeyPair { size: pki::KeySize::Rsa3072 });
            self.mitid.learn(Lesson::KeyPair(STAGE.key(key)));
        }
        match self.ask(&request, now)? {
            Answer::Downloaded(download) => Ok(download),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn renew(
        &mut self,
        old: &Certificate,
        key: &PrivateKey,
        now: Timestamp,
    ) -> Result<Certificate, Rejection> {
        let request = Ok(SigningRequest::make(old.subject(), key));
        let serial = *old.serial();
        self.ask(&Request::Renew { environment: TEST, serial, request }, now).map(certificate)
    }

    pub(crate) fn order_renewal(
        &mut self,
        serial: Serial,
        (identification, method): (Identification, Method),
        now: Timestamp,
    ) -> Result<(ReferenceNumber, Option<OneTimeCode>), Rejection> {
        let environment = TEST;
        let request = Request::OrderRenewal { environment, serial, identification, method };
        match self.ask(&request, now)? {
            Answer::Ordered { reference, code } => Ok((reference, code)),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn revoke(&mut self, serial: Serial, now: Timestamp) -> Result<Answer, Rejection> {
        let reason = RevocationReason::KeyCompromise;
        self.ask(&Request::Revoke { environment: TEST, serial, reason }, now)
    }

    pub(crate) fn revocation_list(
        &mut self,
        environment: Environment,
        now: Timestamp,
    ) -> pki::RevocationList {
        match self.ask(&Request::RevocationList(environment), now) {
            Ok(Answer::RevocationList(list)) => list,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn mailbox(&self, address: &str, now: Timestamp) -> Vec<Letter> {
        self.mitid.mailbox(&address.to_owned().try_into().unwrap(), now)
    }

    /// The subjects of the mails to an address, in English.
    pub(crate) fn subjects(&self, address: &str, now: Timestamp) -> Vec<String> {
        self.mailbox(address, now).into_iter().map(|letter| letter.subject.en).collect()
    }

    /// Follows the link in the latest mail that asks whether an address is read.
    pub(crate) fn validate(
        &mut self,
        profile: ProfileId,
        address: &str,
        now: Timestamp,
    ) -> Result<Answer, Rejection> {
        let token = token(&self.mailbox(address, now));
        self.ask(&Request::ValidateEmail { profile, token }, now)
    }

    pub(crate) fn profiles(&mut self, search: Option<&str>, now: Timestamp) -> Vec<ProfileView> {
        let search = search.map(str::to_owned);
        match self.ask(&Request::Profiles { environment: TEST, cvr: cvr(), search }, now) {
            Ok(Answer::Profiles(profiles)) => profiles,
            other => panic!("{other:?}"),
        }
    }
}

/// The token in the last link that has one.
pub(crate) fn token(letters: &[Letter]) -> MailToken {
    let mut links = letters.iter().rev().filter_map(|letter| letter.link.as_deref());
    let (_, token) = links.find_map(|link| link.split_once("?token=")).unwrap();
    serde_json::from_value(token.into()).unwrap()
}

fn certificate(answer: Answer) -> Certificate {
    match answer {
        Answer::Issued(certificate) => certificate,
        other => panic!("{other:?}"),
    }
}

/// MitID Erhverv to which nothing has happened.
pub(crate) fn empty(policy: Policy) -> Mitid {
    let authorities = Environment::ALL.map(|environment| STAGE.authority(environment).clone());
    Mitid::new(authorities, policy, MailKey::draw(&mut Entropy::seeded(1, "mitid", "mail")))
}

/// A fact as it was kept.
pub(crate) fn kept(json: &str) -> Fact {
    let recorded: Recorded<Fact> = serde_json::from_str(json).unwrap();
    recorded.into_fact().unwrap()
}
