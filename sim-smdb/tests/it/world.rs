//! SMDB, the STS that it trusts, and callers with a token.

use std::sync::LazyLock;

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential, addressing,
    assertion::Assertion,
    call::{ServiceCall, ServiceReply},
    fault::ServiceFault,
    privileges::{PrivilegeGroup, Privileges, Scope},
    uris::{ENCRYPTED_ASSERTION_ID, SAML, STS_SIGNATURE_CASE},
};
use parties::{Core, Cvr, Environment, Recorded};
use pki::Certificate;
use sim_smdb::{
    Fact, Policy, Rejection, Smdb,
    contract::{ENTITY_ID, Receipt, SUBMIT_ACTION, SUBMIT_PRIVILEGE, Submission},
    cpr::Cpr,
    submit::Answer,
};
use stage::{Stage, start};
use xml_security::{ContentEncryption, encrypt};

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

/// The privilege to submit for an organisation.
pub(crate) fn may_submit_for(cvr: &str) -> Option<Privileges> {
    let privileges = vec![SUBMIT_PRIVILEGE.to_owned()];
    let scope = Scope::Cvr(self::cvr(cvr));
    Some(Privileges { groups: vec![PrivilegeGroup { scope, privileges, constraints: Vec::new() }] })
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
        privileges: may_submit_for("90000001"),
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

pub(crate) fn submission(reference: &str) -> Submission {
    Submission {
        reference: reference.to_owned(),
        authority: cvr("90000001"),
        citizen: Cpr::parse("6101800049").unwrap(),
        requested_on: "2030-03-01".to_owned(),
    }
}

/// SMDB, and a memory of its facts as they are kept.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) smdb: Smdb,
    pub(crate) facts: Vec<String>,
    entropy: Entropy,
}

/// What SMDB made of a call.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    /// `received`, or the name of the rejection.
    pub(crate) fn name(&self) -> &'static str {
        self.rejection().map_or("received", Rejection::name)
    }

    pub(crate) fn rejection(&self) -> Option<&Rejection> {
        match &self.answer {
            Answer::Received(_) => None,
            Answer::Rejected { rejection, .. } => Some(rejection),
        }
    }

    /// What the client reads.
    pub(crate) fn read(&self) -> ServiceReply<Receipt> {
        let key = SMDB.certificate.public_key();
        ServiceReply::read(&self.bytes, key, Receipt::read).unwrap()
    }

    pub(crate) fn receipt(&self) -> Receipt {
        match self.read() {
            ServiceReply::Answer { content, .. } => content,
            ServiceReply::Fault(fault) => panic!("{fault:?}: {:?}", self.answer),
        }
    }

    pub(crate) fn fault(&self) -> ServiceFault {
        match self.read() {
            ServiceReply::Fault(fault) => fault,
            ServiceReply::Answer { content, .. } => panic!("{content:?}"),
        }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_policy(Policy::default())
    }

    pub(crate) fn with_policy(policy: Policy) -> Self {
        Self::with(policy, Timeline::starting(after("-30d"), STS.certificate.clone()))
    }

    pub(crate) fn with(policy: Policy, sts: Timeline<Certificate>) -> Self {
        Self {
            smdb: empty(policy, sts),
            facts: Vec::new(),
            entropy: Entropy::seeded(1, "smdb", "test"),
        }
    }

    /// A call with `token`, as it is before its holder signs it.
    pub(crate) fn call(&mut self, token: String, body: String, now: Timestamp) -> ServiceCall {
        ServiceCall {
            message_id: addressing::message_id(&mut self.entropy),
            action: SUBMIT_ACTION.to_owned(),
            to: "https://smdb.sim.invalid/SmdbService.svc".to_owned(),
            created: now,
            expires: now + Span::from_minutes(5),
            encrypted_assertion: token,
            body,
        }
    }

    /// A call that is in order, as its holder sends it.
    pub(crate) fn written(&mut self, now: Timestamp) -> String {
        let body = submission("sag-1").write();
        self.call(signed(&assertion()), body, now).write(&HOLDER).unwrap()
    }

    pub(crate) fn send(&mut self, message: &str, now: Timestamp) -> Reply {
        let request = self.smdb.read(message.as_bytes());
        assert!(self.smdb.needs(&request, now).is_empty());
        let (answer, facts) = self.smdb.decide(&request, now, &mut self.entropy);
        for fact in facts {
            self.facts.push(serde_json::to_string(&Recorded::new(now, fact.clone())).unwrap());
            self.smdb.apply(fact);
        }
        let bytes = self.smdb.write(&answer, &mut self.entropy);
        Reply { answer, bytes }
    }

    /// Submits with the token that the STS gives for `assertion`.
    pub(crate) fn submit(
        &mut self,
        assertion: &Assertion,
        submission: &Submission,
        now: Timestamp,
    ) -> Reply {
        let call = self.call(signed(assertion), submission.write(), now);
        self.send(&call.write(&HOLDER).unwrap(), now)
    }

    /// Submits with a body that may be anything.
    pub(crate) fn submit_body(&mut self, body: String) -> Reply {
        let call = self.call(signed(&assertion()), body, start());
        self.send(&call.write(&HOLDER).unwrap(), start())
    }
}

/// SMDB that received nothing yet.
pub(crate) fn empty(policy: Policy, sts: Timeline<Certificate>) -> Smdb {
    let entity_id = ENTITY_ID.parse().unwrap();
    Smdb::new(Environment::IntegrationTest, entity_id, SMDB.clone(), sts, policy)
}

/// A fact as it was kept.
pub(crate) fn kept(json: &str) -> Fact {
    let recorded: Recorded<Fact> = serde_json::from_str(json).unwrap();
    recorded.fact
}
