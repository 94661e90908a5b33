//! The parties of the guide, each by its public face: what the three people can do, and what comes
//! of a report.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use harness::keep::{Keeper, Kept};
use oio_idws::{Binding, Credential};
use parties::{
    ClientProfile, Core, Crossing, Cvr, Direction, Environment, ItSystemId, Link, Party, Slot,
    Step, SystemUserId, Verdict,
};
use pki::{Certificate, Name, RevocationReason, SigningRequest};
use sim_mitid::{
    Mitid, Policy,
    order::{Identification, Method, NewOrder, Proof, ReferenceNumber},
    profile::{NewContact, NewProfile, ProfileId, ProfileKind},
    request::{Download, Encoding},
    secret::{MailKey, OneTimeCode},
};
use sim_smdb::{
    Configuration, Smdb,
    contract::{ADDRESS, ENTITY_ID, Operation, SUBMIT_PRIVILEGE, Submission},
    course::Course,
    cpr::Cpr,
    date::Date,
    schema::SchemaVersion,
};
use sim_sts::{
    Issuer, IssuerLesson, Service, Sts,
    administration::{self, Privilege, Request},
};
use stage::{Stage, start};
use wsc::{
    FindBy, Settings, Trust, Wsc,
    exchange::{Action, Event, Order},
};

pub(crate) const CVR: &str = "90000001";

static STAGE: LazyLock<Stage> =
    LazyLock::new(|| Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys")));

/// MitID Erhverv, NemLog-in and SMDB, each in both environments.
pub(crate) struct Country {
    mitid: Mitid,
    sts: Sts,
    smdb: BTreeMap<Environment, Smdb>,
    services: BTreeMap<Environment, Services>,
    entropy: Entropy,
    keys_used: usize,
}

/// What the services of one environment sign with; SMDB's certificate also takes tokens.
#[derive(Clone)]
pub(crate) struct Services {
    pub(crate) sts: Credential,
    pub(crate) smdb: Credential,
}

/// The external system (*fagsystem*): one node, in one environment.
pub(crate) struct Client {
    wsc: Wsc,
    environment: Environment,
    entropy: Entropy,
}

/// What came of a report, and every message of it.
pub(crate) struct Report {
    pub(crate) outcome: Result<(), (Step, String)>,
    pub(crate) messages: Vec<Kept>,
}

impl Client {
    fn tell(&mut self, event: &Event, now: Timestamp) -> Action {
        let (action, facts) = self.wsc.decide(event, now, &mut self.entropy);
        facts.into_iter().for_each(|fact| self.wsc.apply(fact));
        action
    }
}

impl Country {
    pub(crate) fn new() -> Self {
        let services: BTreeMap<_, _> = (0..)
            .step_by(2)
            .zip(Environment::ALL)
            .map(|(key, environment)| {
                let life = start() - Span::from_days(1_400)..start() + Span::from_days(1_400);
                let system = |name, key| STAGE.system(environment, name, key, life.clone());
                let sts = system("skift STS", key);
                (environment, Services { sts, smdb: system("skift SMDB", key + 1) })
            })
            .collect();
        let mail_key = MailKey::draw(&mut Entropy::seeded(1, "guide", "mail"));
        let authorities = Environment::ALL.map(|it| STAGE.authority(it).clone());
        Self {
            mitid: Mitid::new(authorities, Policy::default(), mail_key),
            sts: Sts::new(services.iter().map(|(environment, it)| issuer(*environment, it))),
            smdb: services
                .iter()
                .map(|(environment, it)| (*environment, smdb(*environment, it, Binding::OioIdws)))
                .collect(),
            keys_used: 2 * services.len(),
            services,
            entropy: Entropy::seeded(1, "guide", "everybody"),
        }
    }

    /// SMDB speaks another profile from now on; what it received is gone.
    pub(crate) fn bind(&mut self, binding: Binding) {
        for (environment, smdb) in &mut self.smdb {
            *smdb = self::smdb(*environment, &self.services[environment], binding);
        }
    }

    pub(crate) fn services(&self, environment: Environment) -> &Services {
        &self.services[&environment]
    }

    fn ask_mitid(&mut self, request: &sim_mitid::Request, now: Timestamp) -> sim_mitid::Answer {
        let (answer, facts) = self.mitid.decide(request, now, &mut self.entropy);
        facts.into_iter().for_each(|fact| self.mitid.apply(fact));
        answer
    }

    /// The MitID administrator orders a system certificate, and is shown a one-time code.
    pub(crate) fn order(
        &mut self,
        environment: Environment,
        method: Method,
        now: Timestamp,
    ) -> (ReferenceNumber, OneTimeCode) {
        let profile = self.profile(environment, now);
        let identification = Identification::OneTimeCode;
        let order = NewOrder { profile, identification, method };
        match self.ask_mitid(&sim_mitid::Request::Order(order), now) {
            sim_mitid::Answer::Ordered { reference, code: Some(code) } => (reference, code),
            other => panic!("{other:?}"),
        }
    }

    /// A certificate profile with a contact person, of an organisation that is connected by then.
    fn profile(&mut self, environment: Environment, now: Timestamp) -> ProfileId {
        let cvr: Cvr = CVR.parse().unwrap();
        let name = "Testkommunen".to_owned();
        // The second time it is refused, and there already.
        self.ask_mitid(&sim_mitid::Request::Connect { environment, cvr: cvr.clone(), name }, now);
        let allow =
            sim_mitid::Request::AllowCertificates { environment, cvr: cvr.clone(), allowed: true };
        self.ask_mitid(&allow, now);
        let contact = NewContact {
            name: "Karen Kontakt".to_owned(),
            email: "kontakt@testkommunen.invalid".to_owned(),
        };
        let profile = NewProfile {
            environment,
            cvr,
            certificate_name: "Fagsystem".to_owned(),
            email: None,
            contact: Some(contact),
            kind: ProfileKind::System,
            rights: BTreeSet::new(),
            seal: true,
            published: false,
        };
        match self.ask_mitid(&sim_mitid::Request::CreateProfile(profile), now) {
            sim_mitid::Answer::ProfileCreated { profile } => profile,
            other => panic!("{other:?}"),
        }
    }

    /// The vendor fetches what was ordered, for a key of their own.
    pub(crate) fn issue(
        &mut self,
        (reference, code): (ReferenceNumber, OneTimeCode),
        now: Timestamp,
    ) -> Result<Credential, &'static str> {
        let key = self.new_key();
        let request = Ok(SigningRequest::make(&Name::with_common_name("asks for a key"), &key));
        let request = sim_mitid::Request::Issue { reference, code, request };
        self.certified(&request, key, now)
    }

    /// The vendor downloads what was ordered, in the portal: a file with a key that MitID Erhverv drew,
    /// and the password that opens it.
    pub(crate) fn download(
        &mut self,
        (reference, code): (ReferenceNumber, OneTimeCode),
        now: Timestamp,
    ) -> Result<Download, &'static str> {
        let (proof, encoding) = (Proof::OneTimeCode(code), Encoding::Portal);
        let request = sim_mitid::Request::Download { reference, proof, terms: true, encoding };
        if !self.mitid.needs(&request, now).is_empty() {
            let key = self.new_key();
            self.mitid.learn(sim_mitid::Lesson::KeyPair(key));
        }
        match self.ask_mitid(&request, now) {
            sim_mitid::Answer::Downloaded(download) => Ok(download),
            sim_mitid::Answer::Rejected(rejection) => Err(rejection.name()),
            other => panic!("{other:?}"),
        }
    }

    /// The MitID administrator renews a certificate.
    pub(crate) fn renew(
        &mut self,
        old: &Credential,
        environment: Environment,
        now: Timestamp,
    ) -> Result<Credential, &'static str> {
        let key = self.new_key();
        let request = sim_mitid::Request::Renew {
            environment,
            serial: *old.certificate.serial(),
            request: Ok(SigningRequest::make(old.certificate.subject(), &key)),
        };
        self.certified(&request, key, now)
    }

    /// The MitID administrator revokes a certificate.
    pub(crate) fn revoke(&mut self, old: &Credential, environment: Environment, now: Timestamp) {
        let request = sim_mitid::Request::Revoke {
            environment,
            serial: *old.certificate.serial(),
            reason: RevocationReason::Superseded,
        };
        let answer = self.ask_mitid(&request, now);
        assert!(matches!(answer, sim_mitid::Answer::Revoked), "{answer:?}");
    }

    fn new_key(&mut self) -> pki::PrivateKey {
        self.keys_used += 1;
        STAGE.key(self.keys_used - 1)
    }

    fn certified(
        &mut self,
        request: &sim_mitid::Request,
        key: pki::PrivateKey,
        now: Timestamp,
    ) -> Result<Credential, &'static str> {
        match self.ask_mitid(request, now) {
            sim_mitid::Answer::Issued(certificate) => Ok(Credential { certificate, key }),
            sim_mitid::Answer::Rejected(rejection) => Err(rejection.name()),
            other => panic!("{other:?}"),
        }
    }

    fn administer(&mut self, request: &Request, now: Timestamp) -> Result<(), &'static str> {
        let (answer, facts) = self.sts.administration().decide(request, now, &mut self.entropy);
        facts.iter().for_each(|fact| self.sts.apply(fact));
        match answer {
            administration::Answer::Done | administration::Answer::Unchanged => Ok(()),
            administration::Answer::Rejected(rejection) => Err(rejection.name()),
        }
    }

    /// The NemLog-in administrator makes a system user and asks for the privilege to report to SMDB,
    /// and DST approves it.
    pub(crate) fn register(&mut self, now: Timestamp) -> Result<(), &'static str> {
        let it_system: ItSystemId = "fagsystem".parse().unwrap();
        let organisation = CVR.parse().unwrap();
        let entity_id = "https://wsc.testkommunen.invalid".parse().unwrap();
        let create = Request::CreateItSystem { it_system: it_system.clone(), organisation };
        self.administer(&create, now)?;
        let system_user = user();
        let create = Request::CreateSystemUser { system_user, it_system, entity_id };
        self.administer(&create, now)?;
        for environment in Environment::ALL {
            let (audience, uri) = (ENTITY_ID.parse().unwrap(), SUBMIT_PRIVILEGE.to_owned());
            let privilege = Privilege { environment, audience, uri };
            let (system_user, requested) = (user(), privilege.clone());
            let request = Request::RequestPrivilege { system_user, privilege: requested };
            self.administer(&request, now)?;
            let approve = Request::ApprovePrivilege { system_user: user(), privilege };
            self.administer(&approve, now)?;
        }
        Ok(())
    }

    /// The NemLog-in administrator saves a file in a slot.
    pub(crate) fn save(
        &mut self,
        slot: Slot,
        file: &[u8],
        now: Timestamp,
    ) -> Result<(), &'static str> {
        let certificate = Certificate::from_cer(file).map(Box::new);
        let request = Request::Save { system_user: user(), slot, certificate, file_name: None };
        self.administer(&request, now)
    }

    /// The NemLog-in administrator clicks on a link.
    pub(crate) fn provision(
        &mut self,
        environment: Environment,
        now: Timestamp,
    ) -> Result<(), &'static str> {
        let request = Request::Provision { system_user: user(), environment };
        self.administer(&request, now)
    }

    /// An external system that was given this certificate, and started with it. It keeps no token, so
    /// that each report begins with step 1.
    pub(crate) fn client(
        &self,
        environment: Environment,
        credential: &Credential,
        now: Timestamp,
    ) -> Client {
        self.client_of(ClientProfile::NoCache, environment, credential, now)
    }

    /// An external system of a kind.
    pub(crate) fn client_of(
        &self,
        profile: ClientProfile,
        environment: Environment,
        credential: &Credential,
        now: Timestamp,
    ) -> Client {
        let Services { sts, smdb } = self.services(environment);
        let trust = Trust {
            sts: sts.certificate.clone(),
            service: smdb.certificate.clone(),
            service_entity_id: ENTITY_ID.parse().unwrap(),
            service_address: ADDRESS.to_owned(),
        };
        let purpose = format!("{environment} {}", credential.certificate.serial());
        let binding = self.smdb[&environment].policy().binding;
        let settings = Settings { binding, ..Settings::of(profile) };
        let wsc = Wsc::new(settings, trust.into());
        let mut client =
            Client { wsc, environment, entropy: Entropy::seeded(1, "guide", &purpose) };
        client.wsc.key_store().install(credential.clone());
        client.tell(&Event::Configure(FindBy::thumbprint_of(&credential.certificate)), now);
        client.tell(&Event::TakeUp, now);
        client
    }

    /// The external system reports to SMDB.
    pub(crate) fn report(&mut self, client: &mut Client, now: Timestamp) -> Report {
        let mut link = Keeper::default();
        let outcome = self.converse(client, now, &mut link);
        Report { outcome, messages: link.take() }
    }

    fn converse(
        &mut self,
        client: &mut Client,
        now: Timestamp,
        link: &mut Keeper,
    ) -> Result<(), (Step, String)> {
        let mut event = Event::Begin(order(&mut client.entropy, now));
        let mut refusal = None;
        loop {
            let action = client.tell(&event, now);
            let question = client.wsc.write(&action, &mut client.entropy);
            let environment = client.environment;
            let party = match action {
                Action::AskSts { .. } => Party::Sts,
                Action::CallService { .. } => Party::Smdb,
                Action::Redeem { .. } | Action::CallByRest { .. } => panic!("by REST"),
                Action::Done(Ok(())) => return Ok(()),
                Action::Done(Err(failure)) => {
                    return Err(refusal.unwrap_or_else(|| panic!("the client itself: {failure}")));
                }
            };
            carry(link, Party::Client, party, environment, &question);
            let (answer, why) = match party {
                Party::Sts => self.ask_sts(environment, &question, now),
                _ => self.call_smdb(environment, &question, now),
            };
            carry(link, party, Party::Client, environment, &answer);
            refusal = why;
            event = client.wsc.read(&answer);
        }
    }

    fn ask_sts(
        &mut self,
        environment: Environment,
        question: &[u8],
        now: Timestamp,
    ) -> (Vec<u8>, Option<(Step, String)>) {
        let list = sim_mitid::Request::RevocationList(environment);
        let sim_mitid::Answer::RevocationList(list) = self.ask_mitid(&list, now) else {
            panic!("everybody is given the list")
        };
        let issuer = self.sts.issuer_mut(environment).expect("one for each environment");
        let request = issuer.read(question);
        if !issuer.needs(&request, now).is_empty() {
            issuer.learn(IssuerLesson::RevocationList { list, fetched_at: now });
        }
        let (answer, facts) = issuer.decide(&request, now, &mut self.entropy);
        facts.into_iter().for_each(|fact| issuer.apply(fact));
        let why = match &answer {
            sim_sts::issue::Answer::Token(_) => None,
            sim_sts::issue::Answer::Rejected { rejection, .. } => {
                Some((Step::One, rejection.name().to_owned()))
            }
        };
        (issuer.write(&answer, &mut self.entropy), why)
    }

    fn call_smdb(
        &mut self,
        environment: Environment,
        question: &[u8],
        now: Timestamp,
    ) -> (Vec<u8>, Option<(Step, String)>) {
        let smdb = self.smdb.get_mut(&environment).expect("one for each environment");
        let request = smdb.read(question);
        let (answer, facts) = smdb.decide(&request, now, &mut self.entropy);
        facts.into_iter().for_each(|fact| smdb.apply(fact));
        let why = match &answer {
            sim_smdb::call::Answer::Answered(_) => None,
            sim_smdb::call::Answer::Rejected { rejection, .. } => {
                Some((Step::Three, rejection.name().to_owned()))
            }
        };
        (smdb.write(&answer, &mut self.entropy), why)
    }
}

fn user() -> SystemUserId {
    "fagsystem".parse().unwrap()
}

fn issuer(environment: Environment, services: &Services) -> Issuer {
    let Services { sts, smdb } = services;
    let smdb = Service {
        entity_id: ENTITY_ID.parse().unwrap(),
        encryption: smdb.certificate.clone(),
        approved_only: false,
    };
    Issuer::new(
        environment,
        STAGE.authority(environment).anchors(),
        Timeline::starting(sts.certificate.not_before(), sts.clone()),
        vec![smdb],
        sim_sts::Policy::default(),
    )
}

fn smdb(environment: Environment, services: &Services, binding: Binding) -> Smdb {
    let Services { sts, smdb } = services;
    Smdb::new(Configuration {
        environment,
        entity_id: ENTITY_ID.parse().unwrap(),
        address: ADDRESS.to_owned(),
        credential: smdb.clone(),
        sts: Timeline::starting(sts.certificate.not_before(), vec![sts.certificate.clone()]),
        anchors: STAGE.authority(environment).anchors(),
        schemas: SchemaVersion::calendar(),
        policy: sim_smdb::Policy { binding, ..sim_smdb::Policy::default() },
    })
}

fn order(entropy: &mut Entropy, now: Timestamp) -> Order {
    let citizen = Cpr::parse("6101800049").expect("a made-up number");
    let submission = Submission {
        reference: entropy.uuid().to_string().parse().unwrap(),
        version: 1,
        authority: CVR.parse().unwrap(),
        course: Course::of_one_day(citizen, Date::of(now)),
    };
    let version = SchemaVersion::LATEST;
    Order { action: Operation::Report.action(version), body: submission.write(version) }
}

fn carry(link: &mut Keeper, from: Party, to: Party, environment: Environment, bytes: &[u8]) {
    let direction = if to == Party::Client { Direction::Response } else { Direction::Request };
    let name = match (from, to) {
        (Party::Client, Party::Sts) => "1-wsc-to-sts",
        (Party::Sts, Party::Client) => "2-sts-to-wsc",
        (Party::Client, Party::Smdb) => "3-wsc-to-wsp",
        (Party::Smdb, Party::Client) => "4-wsp-to-wsc",
        other => panic!("{other:?}"),
    };
    let peer_certificate = None;
    let crossing = Crossing { name, from, to, direction, environment, peer_certificate, bytes };
    assert_eq!(link.carry(crossing), Verdict::Pass);
}
