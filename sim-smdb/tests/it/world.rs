//! SMDB, the STS that it trusts, and callers with a token.

use std::sync::LazyLock;

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential, MessageError, addressing,
    assertion::Assertion,
    call::{ServiceCall, ServiceReply},
    fault::ServiceFault,
    privileges::{PrivilegeGroup, Privileges, Scope},
    uris::{ENCRYPTED_ASSERTION_ID, SAML, SOAP12, STS_SIGNATURE_CASE},
};
use parties::{Core, Cvr, Diagnose, Diagnosis, Environment, Recorded};
use pki::Certificate;
use sim_smdb::{
    Configuration, Fact, Lesson, Need, Policy, Rejection, Smdb,
    call::Answer,
    contract::{
        ADDRESS, ENTITY_ID, FETCH_PRIVILEGE, Operation, Receipt, SUBMIT_PRIVILEGE, SmdbFault,
        Submission,
    },
    course::{Course, Details, Reference, Substance, Written},
    cpr::Cpr,
    date::Date,
    schema::SchemaVersion,
};
use stage::{Stage, start};
use xml_security::{
    ContentEncryption, Legacy, Verified, encrypt,
    security_header::{Coverage, Part, SecurityHeader},
    xml::{Document, Element, Limits},
};

pub(crate) static STAGE: LazyLock<Stage> =
    LazyLock::new(|| Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys")));

fn credential(name: &str, key: usize, until: &str) -> Credential {
    STAGE.system(Environment::IntegrationTest, name, key, after("-30d")..after(until))
}

/// Who calls. Its certificate is refused from two hours on.
pub(crate) static HOLDER: LazyLock<Credential> =
    LazyLock::new(|| credential("Fagsystem A", 0, "2h"));
pub(crate) static STRANGER: LazyLock<Credential> =
    LazyLock::new(|| credential("Fagsystem B", 1, "1000d"));
pub(crate) static STS: LazyLock<Credential> = LazyLock::new(|| credential("skift STS", 2, "1000d"));
pub(crate) static NEXT_STS: LazyLock<Credential> =
    LazyLock::new(|| credential("skift STS", 7, "1000d"));
pub(crate) static SMDB: LazyLock<Credential> =
    LazyLock::new(|| credential("skift SMDB", 3, "1000d"));

/// `span` after the start of the world; before it, if it begins with a minus.
pub(crate) fn after(span: &str) -> Timestamp {
    start() + span.parse::<Span>().unwrap()
}

pub(crate) fn cvr(digits: &str) -> Cvr {
    digits.parse().unwrap()
}

/// One group of privileges for an organisation.
pub(crate) fn group(cvr: &str, privileges: &[&str]) -> PrivilegeGroup {
    let privileges = privileges.iter().map(|it| (*it).to_owned()).collect();
    PrivilegeGroup { scope: Scope::Cvr(self::cvr(cvr)), privileges, constraints: Vec::new() }
}

/// The privileges to submit and to fetch for an organisation.
pub(crate) fn may_act_for(cvr: &str) -> Option<Privileges> {
    Some(Privileges { groups: vec![group(cvr, &[SUBMIT_PRIVILEGE, FETCH_PRIVILEGE])] })
}

/// What the STS says of [`HOLDER`]: for eight hours from the start.
pub(crate) fn assertion() -> Assertion {
    Assertion {
        id: "_00000000-0000-4000-8000-000000000001".to_owned(),
        issuer: STS_SIGNATURE_CASE.to_owned(),
        issued_at: start(),
        subject: "https://fagsystem-a.invalid".parse().unwrap(),
        holder: HOLDER.certificate.clone(),
        not_before: start(),
        not_on_or_after: after("8h"),
        audience: ENTITY_ID.parse().unwrap(),
        cvr: cvr("90000001"),
        privileges: may_act_for("90000001"),
    }
}

/// A token around what may be an assertion, for whom it is.
pub(crate) fn token(assertion: &str, recipient: &Certificate) -> String {
    let entropy = &mut Entropy::seeded(1, "smdb", "token");
    let content = ContentEncryption::Aes256Cbc;
    let data = encrypt(assertion, recipient, content, ENCRYPTED_ASSERTION_ID, entropy);
    format!("<EncryptedAssertion xmlns=\"{SAML}\">{data}</EncryptedAssertion>")
}

pub(crate) fn signed(assertion: &Assertion) -> String {
    token(&assertion.write(&STS).unwrap(), &SMDB.certificate)
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn cpr(text: &str) -> Cpr {
    Cpr::parse(text).unwrap()
}

pub(crate) fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}

pub(crate) fn code(text: &str) -> Written {
    Written::from(text)
}

/// A course of the first day, which stands in nobody's way.
pub(crate) fn course() -> Course {
    Course::of_one_day(cpr("6101800049"), date("2030-03-01"))
}

/// A course that was asked for on the first day and is open.
pub(crate) fn open_course() -> Course {
    let details = Details::requested("901", "SEL101", date("2030-03-01"));
    Course { citizen: cpr("6101800049"), details }
}

/// A course with everything that one may say.
pub(crate) fn whole_course() -> Course {
    let details = Details {
        treatment: Some(code("SUBST")),
        preparation: Some(code("BUPNAL")),
        provider: Some(code("tilbud-17")),
        substances: [Substance {
            substance: code("KOKAIN"),
            intake: code("SNIF"),
            frequency: code("2-3"),
            main: true,
        }]
        .into(),
        housing: Some(code("GADEN")),
        income: Some(code("SU")),
        remark: Some(code("<&> \"æøå\"")),
        ..course().details
    };
    Course { details, ..course() }
}

pub(crate) fn submission(reference: &str) -> Submission {
    Submission {
        reference: self::reference(reference),
        version: 1,
        authority: cvr("90000001"),
        course: course(),
    }
}

/// What a client writes of it, in the version in force.
pub(crate) fn written(submission: &Submission) -> String {
    submission.write(SchemaVersion::LATEST)
}

/// SMDB, and a memory of its facts as they are kept.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) smdb: Smdb,
    pub(crate) facts: Vec<String>,
    pub(crate) entropy: Entropy,
}

/// What SMDB made of a call.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    pub(crate) bytes: Vec<u8>,
    pub(crate) diagnosis: Diagnosis,
    pub(crate) facts: Vec<Fact>,
}

impl Reply {
    /// `answered`, or the name of the rejection.
    pub(crate) fn name(&self) -> &'static str {
        self.rejection().map_or("answered", Rejection::name)
    }

    pub(crate) fn rejection(&self) -> Option<&Rejection> {
        match &self.answer {
            Answer::Answered(_) => None,
            Answer::Rejected { rejection, .. } => Some(rejection),
        }
    }

    /// The names of everything that spoke against the call.
    pub(crate) fn against(&self) -> Vec<&str> {
        self.diagnosis.findings().iter().map(|it| &*it.cause).collect()
    }

    /// What the client reads, of whichever operation.
    pub(crate) fn read<T>(
        &self,
        content: impl FnOnce(Verified<Element<'_>>) -> Result<T, MessageError>,
    ) -> ServiceReply<T> {
        let key = SMDB.certificate.public_key();
        ServiceReply::read(&self.bytes, key, content).unwrap()
    }

    pub(crate) fn content<T>(
        &self,
        content: impl FnOnce(Verified<Element<'_>>) -> Result<T, MessageError>,
    ) -> T {
        match self.read(content) {
            ServiceReply::Answer { content, .. } => content,
            ServiceReply::Fault(fault) => panic!("{fault:?}: {:?}", self.answer),
        }
    }

    pub(crate) fn receipt(&self) -> Receipt {
        self.content(Receipt::read)
    }

    pub(crate) fn fault(&self) -> ServiceFault {
        match self.read(|_| Ok(())) {
            ServiceReply::Fault(fault) => fault,
            ServiceReply::Answer { .. } => panic!("an answer: {:?}", self.answer),
        }
    }

    /// The fault that the contract declares, out of the body that SMDB signed.
    pub(crate) fn declared(&self) -> SmdbFault {
        let document = Document::parse(&self.bytes, &Limits::default()).unwrap();
        let header = SecurityHeader::read(document.root()).unwrap();
        let coverage = Coverage { parts: &[Part::Timestamp, Part::Body], every_header: true };
        let covered = header.check_coverage(&coverage).unwrap();
        let signed = covered.verify(SMDB.certificate.public_key(), Legacy::Refuse).unwrap();
        assert!(signed.body().child(SOAP12, "Fault").is_some());
        SmdbFault::read(signed.body()).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_policy(Policy::default())
    }

    pub(crate) fn with_policy(policy: Policy) -> Self {
        Self::with(Configuration { policy, ..configuration() })
    }

    pub(crate) fn with(configuration: Configuration) -> Self {
        Self {
            smdb: Smdb::new(configuration),
            facts: Vec::new(),
            entropy: Entropy::seeded(1, "smdb", "test"),
        }
    }

    /// A call with `token`, as it is before its holder signs it.
    pub(crate) fn call(&mut self, token: String, body: String, now: Timestamp) -> ServiceCall {
        self.call_for(Operation::Report, token, body, now)
    }

    pub(crate) fn call_for(
        &mut self,
        operation: Operation,
        token: String,
        body: String,
        now: Timestamp,
    ) -> ServiceCall {
        ServiceCall {
            message_id: addressing::message_id(&mut self.entropy),
            action: operation.action(SchemaVersion::LATEST),
            framework: None,
            to: ADDRESS.to_owned(),
            created: now,
            expires: now + Span::from_minutes(5),
            encrypted_assertion: token,
            body,
        }
    }

    /// A call that is in order, as its holder sends it.
    pub(crate) fn written(&mut self, now: Timestamp) -> String {
        let body = written(&submission("sag-1"));
        self.call(signed(&assertion()), body, now).write(&HOLDER).unwrap()
    }

    pub(crate) fn send(&mut self, message: &str, now: Timestamp) -> Reply {
        let request = self.smdb.read(message.as_bytes());
        let diagnosis = self.smdb.diagnose(&request, now);
        let before = self.smdb.clone();
        let (answer, facts) = self.smdb.decide(&request, now, &mut self.entropy);
        assert_eq!(self.smdb, before, "a decision changes nothing");
        for fact in &facts {
            self.facts.push(serde_json::to_string(&Recorded::new(now, fact.clone())).unwrap());
            self.smdb.apply(fact.clone());
        }
        let bytes = self.smdb.write(&answer, &mut self.entropy);
        let reply = Reply { answer, bytes, diagnosis, facts };
        let decisive = reply.diagnosis.decisive().map(|it| &*it.cause);
        assert_eq!(decisive, reply.rejection().map(Rejection::name), "a diagnosis tells the truth");
        reply
    }

    /// As [`send`](Self::send), after SMDB was told what it needs.
    pub(crate) fn send_informed(
        &mut self,
        message: &str,
        now: Timestamp,
        list: impl Fn(Timestamp) -> pki::RevocationList,
    ) -> Reply {
        let request = self.smdb.read(message.as_bytes());
        for need in self.smdb.needs(&request, now) {
            match need {
                Need::RevocationList => {
                    let lesson = Lesson::RevocationList { list: list(now), fetched_at: now };
                    self.smdb.learn(lesson);
                }
            }
        }
        assert!(self.smdb.needs(&request, now).is_empty());
        self.send(message, now)
    }

    /// Submits with the token that the STS gives for `assertion`.
    pub(crate) fn submit(
        &mut self,
        assertion: &Assertion,
        submission: &Submission,
        now: Timestamp,
    ) -> Reply {
        let call = self.call(signed(assertion), written(submission), now);
        self.send(&call.write(&HOLDER).unwrap(), now)
    }

    /// Asks for an operation with the usual token.
    pub(crate) fn ask(&mut self, operation: Operation, body: String, now: Timestamp) -> Reply {
        let call = self.call_for(operation, signed(&assertion()), body, now);
        self.send(&call.write(&HOLDER).unwrap(), now)
    }

    /// Submits with a body that may be anything.
    pub(crate) fn submit_body(&mut self, body: String) -> Reply {
        self.ask(Operation::Report, body, start())
    }
}

/// SMDB as it is set up: the STS has one certificate, and the schema is the latest.
pub(crate) fn configuration() -> Configuration {
    Configuration {
        environment: Environment::IntegrationTest,
        entity_id: ENTITY_ID.parse().unwrap(),
        address: ADDRESS.to_owned(),
        credential: SMDB.clone(),
        sts: Timeline::starting(after("-30d"), vec![STS.certificate.clone()]),
        anchors: STAGE.authority(Environment::IntegrationTest).anchors(),
        schemas: SchemaVersion::calendar(),
        policy: Policy::default(),
    }
}

/// A fact as it was kept.
pub(crate) fn kept(json: &str) -> Fact {
    let recorded: Recorded<Fact> = serde_json::from_str(json).unwrap();
    recorded.into_fact().unwrap()
}
