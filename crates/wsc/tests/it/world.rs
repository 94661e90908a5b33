//! A node of a client, and the two whom it calls.

use std::sync::{Arc, LazyLock};

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential,
    assertion::Assertion,
    call::{CallAnswer, ReceivedCall, ServiceKeys},
    trust::{ReceivedTokenRequest, TokenRequest, TokenResponse},
    uris::STS_SIGNATURE_CASE,
};
use parties::{ClientProfile, Core, Diagnose, Environment, Recorded};
use stage::{Stage, start};
use wsc::{
    Fact, Failure, FindBy, Habits, Settings, Trust, Wsc,
    exchange::{Action, Event, Order},
    habits::Calls,
};
use xml_security::{Legacy, Limits};

pub(crate) const SERVICE: &str = "https://saml.smdb.sim.invalid";

pub(crate) static STAGE: LazyLock<Stage> =
    LazyLock::new(|| Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys")));

fn credential(name: &str, key: usize) -> Credential {
    let life = start() - Span::from_days(30)..start() + Span::from_days(1065);
    STAGE.system(Environment::IntegrationTest, name, key, life)
}

pub(crate) static OLD: LazyLock<Credential> = LazyLock::new(|| credential("Fagsystem A", 0));
pub(crate) static NEW: LazyLock<Credential> = LazyLock::new(|| credential("Fagsystem A", 1));
pub(crate) static NEXT: LazyLock<Credential> = LazyLock::new(|| credential("Fagsystem A", 4));
pub(crate) static STS: LazyLock<Credential> = LazyLock::new(|| credential("skift STS", 2));
pub(crate) static SMDB: LazyLock<Credential> = LazyLock::new(|| credential("skift SMDB", 3));
/// Somebody between them.
pub(crate) static STRANGER: LazyLock<Credential> = LazyLock::new(|| credential("skift STS", 5));

pub(crate) fn order() -> Order {
    Order { action: "urn:sim:test/Do".to_owned(), body: "<Do xmlns=\"urn:sim:test\"/>".to_owned() }
}

/// Whom the node trusts.
pub(crate) fn trust() -> Trust {
    Trust {
        sts: STS.certificate.clone(),
        service: SMDB.certificate.clone(),
        service_entity_id: SERVICE.parse().unwrap(),
        service_address: "https://smdb.sim.invalid/".to_owned(),
    }
}

/// A node of a profile, but for how it calls: what it keeps, finds and believes hangs on no door, and
/// is looked at by SOAP here. How a profile calls by REST, the tests of that look at.
pub(crate) fn by_soap(profile: ClientProfile) -> Settings {
    let settings = Settings::of(profile);
    Settings { habits: Habits { calls: Calls::Soap, ..settings.habits }, ..settings }
}

/// A node with its own randomness, and a memory of its facts as they are kept.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) wsc: Wsc,
    pub(crate) facts: Vec<String>,
    entropy: Entropy,
}

impl Node {
    /// A node without a certificate.
    pub(crate) fn with(settings: Settings) -> Self {
        let entropy = Entropy::seeded(1, "client", "test");
        Self { wsc: Wsc::new(settings, Arc::new(trust())), facts: Vec::new(), entropy }
    }

    /// A node that keeps nothing and has no certificate.
    pub(crate) fn bare(skew: Span) -> Self {
        Self::with(Settings { skew, ..Settings::of(ClientProfile::NoCache) })
    }

    /// A node that keeps nothing and signs with [`OLD`].
    pub(crate) fn new() -> Self {
        Self::of(ClientProfile::NoCache)
    }

    /// A node of a profile that signs with [`OLD`].
    pub(crate) fn of(profile: ClientProfile) -> Self {
        let mut node = Self::with(by_soap(profile));
        node.deploy(&OLD);
        node
    }

    /// Installs a certificate and takes it up, at the start.
    pub(crate) fn deploy(&mut self, credential: &Credential) {
        self.wsc.key_store().install(credential.clone());
        self.find(FindBy::thumbprint_of(&credential.certificate), start()).unwrap();
    }

    /// Changes the configuration and takes it up.
    pub(crate) fn find(&mut self, find_by: FindBy, now: Timestamp) -> Result<(), Failure> {
        self.done(&Event::Configure(find_by), now).unwrap();
        self.done(&Event::TakeUp, now)
    }

    /// Tells the node something that it is done with at once.
    pub(crate) fn done(&mut self, event: &Event, now: Timestamp) -> Result<(), Failure> {
        match self.tell(event, now) {
            (Action::Done(result), _) => result,
            (other, _) => panic!("{other:?}"),
        }
    }

    fn remember(&mut self, fact: Fact) {
        self.facts.push(serde_json::to_string(&Recorded::new(start(), fact.clone())).unwrap());
        self.wsc.apply(fact);
    }

    /// Tells the node something, and gives what it does and the bytes that it sends.
    pub(crate) fn tell(&mut self, event: &Event, now: Timestamp) -> (Action, String) {
        let action = self.decide(event, now);
        let bytes = self.wsc.write(&action, &mut self.entropy);
        (action, String::from_utf8(bytes).unwrap())
    }

    /// Tells the node something, and gives what it does.
    ///
    /// Whatever it is, the diagnosis agrees with the decision: the first finding is why the node
    /// gives up, and there is none while it goes on.
    pub(crate) fn decide(&mut self, event: &Event, now: Timestamp) -> Action {
        assert!(self.wsc.needs(event, now).is_empty());
        let diagnosis = self.wsc.diagnose(event, now);
        let (action, facts) = self.wsc.decide(event, now, &mut self.entropy);
        let failure = match &action {
            Action::Done(Err(failure)) => Some(failure.name()),
            Action::Done(Ok(()))
            | Action::AskSts { .. }
            | Action::CallService { .. }
            | Action::Redeem { .. }
            | Action::CallByRest { .. } => None,
        };
        assert_eq!(diagnosis.decisive().map(|it| it.cause.as_str()), failure, "{event:?}");
        facts.into_iter().for_each(|fact| self.remember(fact));
        action
    }

    /// A node that has only the keys and the facts of this one.
    pub(crate) fn replayed(&self) -> Self {
        let mut copy = Self::with(self.wsc.settings().clone());
        *copy.wsc.key_store() = self.wsc.clone().key_store().clone();
        self.facts.iter().for_each(|json| copy.wsc.apply(kept(json)));
        copy.facts.clone_from(&self.facts);
        copy
    }

    /// Begins an order; what is sent to the STS.
    pub(crate) fn begin(&mut self, now: Timestamp) -> String {
        match self.tell(&Event::Begin(order()), now) {
            (Action::AskSts { .. }, message) => message,
            (other, _) => panic!("{other:?}"),
        }
    }

    /// Receives bytes, whatever it waits for.
    pub(crate) fn receive(&mut self, message: &str, now: Timestamp) -> (Action, String) {
        let event = self.wsc.read(message.as_bytes());
        self.tell(&event, now)
    }

    /// Receives bytes that end the order.
    pub(crate) fn outcome(&mut self, message: &str, now: Timestamp) -> Result<(), Failure> {
        match self.receive(message, now) {
            (Action::Done(result), bytes) => {
                assert_eq!(bytes, "", "who is done sends nothing");
                result
            }
            (other, _) => panic!("{other:?}"),
        }
    }
}

/// What the STS makes of a request; any certificate is good enough for it.
pub(crate) fn asked(message: &str) -> (TokenRequest, ReceivedTokenRequest) {
    let received =
        ReceivedTokenRequest::read(message.as_bytes(), &Limits::default(), Legacy::Refuse).unwrap();
    let request = received.signed.clone().unwrap().request.unwrap();
    (request, received)
}

/// The STS's answer to a request, signed by `signer`.
pub(crate) fn token_for(message: &str, signer: &Credential, now: Timestamp) -> String {
    let (request, received) = asked(message);
    let expires = now + Span::from_hours(8);
    let assertion = Assertion {
        id: "_00000000-0000-4000-8000-000000000001".to_owned(),
        issuer: STS_SIGNATURE_CASE.to_owned(),
        issued_at: now,
        subject: "https://fagsystem-a.invalid".parse().unwrap(),
        holder: received.signed.unwrap().certificate,
        not_before: now,
        not_on_or_after: expires,
        audience: SERVICE.parse().unwrap(),
        cvr: "90000001".parse().unwrap(),
        privileges: None,
    };
    let response = TokenResponse {
        message_id: "uuid:00000000-0000-4000-8000-000000000002".to_owned(),
        relates_to: request.message_id,
        context: request.context,
        token_type: request.token_type,
        applies_to: SERVICE.parse().unwrap(),
        created: now,
        expires,
    };
    let assertion = assertion.write(signer).unwrap();
    let entropy = &mut Entropy::seeded(1, "sts", "test");
    response.write(&assertion, &SMDB.certificate, signer, entropy).unwrap()
}

/// What the service makes of a call.
pub(crate) fn called(message: &str) -> ReceivedCall<()> {
    let issuers = [STS.certificate.clone()];
    let keys = ServiceKeys { decryption: &SMDB.key, issuers: &issuers };
    let limits = Limits::default();
    ReceivedCall::read(message.as_bytes(), keys, &limits, Legacy::Refuse, |_| Ok(())).unwrap()
}

/// The service's answer to the call `relates_to`, signed by `signer`.
pub(crate) fn answer_to(relates_to: &str, signer: &Credential, now: Timestamp) -> String {
    let answer = CallAnswer {
        message_id: "urn:uuid:00000000-0000-4000-8000-000000000003".to_owned(),
        relates_to: relates_to.to_owned(),
        action: "urn:sim:test/DoResponse".to_owned(),
        framework: None,
        created: now,
        expires: now + Span::from_minutes(5),
        body: "<Done xmlns=\"urn:sim:test\"/>".to_owned(),
    };
    answer.write(signer).unwrap()
}

/// A fact as it was kept.
pub(crate) fn kept(json: &str) -> Fact {
    let recorded: Recorded<Fact> = serde_json::from_str(json).unwrap();
    recorded.into_fact().unwrap()
}
