//! MitID Erhverv over two hierarchies, and an administrator.

use std::sync::LazyLock;

use clock::{Span, Timestamp};
use entropy::Entropy;
use parties::{Core, Environment, Recorded};
use pki::{Certificate, Name, PrivateKey, RevocationReason, Serial, SigningRequest};
use sim_mitid::{
    Answer, Fact, Mitid, Rejection, Request,
    order::{NewOrder, OneTimeCode, ReferenceNumber},
};
use stage::{Stage, start};

pub(crate) const TEST: Environment = Environment::IntegrationTest;
pub(crate) const PRODUCTION: Environment = Environment::Production;

pub(crate) static STAGE: LazyLock<Stage> =
    LazyLock::new(|| Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys")));

/// `span` after the start of the world; before it, if it begins with a minus.
pub(crate) fn after(span: &str) -> Timestamp {
    start() + span.parse::<Span>().unwrap()
}

pub(crate) fn order(environment: Environment) -> NewOrder {
    NewOrder {
        environment,
        cvr: "90000001".parse().unwrap(),
        organisation: "Testorganisation nr. 90000001".to_owned(),
        certificate_name: "Fagsystem A (drift)".to_owned(),
    }
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
    pub(crate) fn new() -> Self {
        Self { mitid: empty(), facts: Vec::new(), entropy: Entropy::seeded(1, "mitid", "test") }
    }

    pub(crate) fn ask(&mut self, request: &Request, now: Timestamp) -> Result<Answer, Rejection> {
        assert!(self.mitid.needs(request, now).is_empty());
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

    pub(crate) fn order(
        &mut self,
        environment: Environment,
        now: Timestamp,
    ) -> (ReferenceNumber, OneTimeCode) {
        match self.ask(&Request::Order(order(environment)), now) {
            Ok(Answer::Ordered { reference, code }) => (reference, code),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn fetch(
        &mut self,
        (reference, code): (ReferenceNumber, OneTimeCode),
        key: &PrivateKey,
        now: Timestamp,
    ) -> Result<Certificate, Rejection> {
        let request = signing_request(key);
        self.ask(&Request::Issue { reference, code, request }, now).map(certificate)
    }

    /// Orders and fetches a certificate for the key of a number.
    pub(crate) fn issue(&mut self, key: usize, now: Timestamp) -> Certificate {
        let order = self.order(TEST, now);
        self.fetch(order, &STAGE.key(key), now).unwrap()
    }

    pub(crate) fn renew(
        &mut self,
        serial: Serial,
        key: &PrivateKey,
        now: Timestamp,
    ) -> Result<Certificate, Rejection> {
        let request = signing_request(key);
        self.ask(&Request::Renew { environment: TEST, serial, request }, now).map(certificate)
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
}

fn certificate(answer: Answer) -> Certificate {
    match answer {
        Answer::Issued(certificate) => certificate,
        other => panic!("{other:?}"),
    }
}

/// MitID Erhverv with nothing ordered.
pub(crate) fn empty() -> Mitid {
    Mitid::new(Environment::ALL.map(|environment| STAGE.authority(environment).clone()))
}

/// A fact as it was kept.
pub(crate) fn kept(json: &str) -> Fact {
    let recorded: Recorded<Fact> = serde_json::from_str(json).unwrap();
    recorded.fact
}
