//! What a token costs beyond its RSA work: a request comes in as bytes and the answer goes out as
//! bytes, beside the bare operations that this contains: one verification, two signatures (of the
//! assertion and of the answer), one encryption of a key. All keys have 3072 bits, as OCES3's do.
//!
//! And what a decision costs alone: no message, no cryptography.

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{Credential, addressing, trust::TokenRequest};
use parties::{Core, EntityId, Environment, SystemUserId};
use pki::SignatureAlgorithm;
use sim_sts::{
    Issuer, IssuerFact, IssuerLesson, Policy, Service,
    issue::Answer,
    registration::{PrivilegeGrant, TechnicalDetails},
};
use stage::{Stage, start};

const ENVIRONMENT: Environment = Environment::IntegrationTest;
const ROUNDS: usize = 400;
const DECISIONS: u32 = 1_000;

fn main() {
    let stage = Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys"));
    let [client, signer, recipient] = [0, 2, 3].map(|key| credential(&stage, key));
    let mut issuer = issuer(&stage, &client, &signer, &recipient);
    let mut entropy = Entropy::seeded(1, "bench", "sts");

    // The same request is answered once, so each round has one of its own.
    let mut messages: Vec<String> = Vec::new();
    messages.resize_with(ROUNDS + 1, || request(&mut entropy).write(&client).expect("a key signs"));
    decision(&issuer, &messages[0], &mut entropy);

    let mut messages = messages.iter();
    let work = BareWork::new(&client, &signer, &recipient);
    let ratio = measure::ratio(
        ROUNDS,
        || {
            let message = messages.next().expect("a message for each round");
            issue(&mut issuer, message, &mut entropy);
        },
        || work.run(),
    );
    measure::print_ratio("token-issue", ratio);
}

/// One token, bytes to bytes.
fn issue(issuer: &mut Issuer, message: &str, entropy: &mut Entropy) {
    let request = issuer.read(message.as_bytes());
    assert!(issuer.needs(&request, start()).is_empty(), "the revocation list is there");
    let (answer, facts) = issuer.decide(&request, start(), entropy);
    assert!(matches!(answer, Answer::Token(_)), "{answer:?}");
    facts.into_iter().for_each(|fact| issuer.apply(fact));
    assert!(issuer.write(&answer, entropy).len() > 4_096, "an answer with a token is long");
}

fn decision(issuer: &Issuer, message: &str, entropy: &mut Entropy) {
    let request = issuer.read(message.as_bytes());
    let nanoseconds = measure::nanoseconds(ROUNDS, DECISIONS, || {
        let (answer, _) = issuer.decide(&request, start(), entropy);
        assert!(matches!(answer, Answer::Token(_)));
    });
    measure::print_nanoseconds("token-decision", nanoseconds);
}

/// The RSA operations of one token, and nothing else.
struct BareWork<'a> {
    client: &'a Credential,
    signer: &'a Credential,
    recipient: &'a Credential,
    signature: Vec<u8>,
}

impl<'a> BareWork<'a> {
    /// As long as the digest in it is what every signature is over.
    const MESSAGE: [u8; 32] = [7; 32];

    fn new(client: &'a Credential, signer: &'a Credential, recipient: &'a Credential) -> Self {
        let signature = client.key.sign(SignatureAlgorithm::Pkcs1Sha256, &Self::MESSAGE);
        Self { client, signer, recipient, signature }
    }

    fn run(&self) {
        let algorithm = SignatureAlgorithm::Pkcs1Sha256;
        let client = self.client.certificate.public_key();
        client.verify(algorithm, &Self::MESSAGE, &self.signature).expect("its own");
        for _ in 0..2 {
            assert!(!self.signer.key.sign(algorithm, &Self::MESSAGE).is_empty());
        }
        let wrapped = self.recipient.certificate.public_key().encrypt_oaep(&Self::MESSAGE);
        assert!(!wrapped.is_empty());
    }
}

fn issuer(
    stage: &Stage,
    client: &Credential,
    signer: &Credential,
    recipient: &Credential,
) -> Issuer {
    let authority = stage.authority(ENVIRONMENT);
    let service = Service {
        entity_id: service(),
        encryption: recipient.certificate.clone(),
        approved_only: false,
    };
    let signers = Timeline::starting(signer.certificate.not_before(), signer.clone());
    let (anchors, policy) = (authority.anchors(), Policy::default());
    let mut issuer = Issuer::new(ENVIRONMENT, anchors, signers, vec![service], policy);
    let system_user: SystemUserId = "fagsystem-a".parse().expect("a handle");
    let grant = PrivilegeGrant {
        audience: self::service(),
        cvr: "90000001".parse().expect("eight digits"),
        privilege: "https://smdb.sim.invalid/privilege/indberet-myndighed".to_owned(),
    };
    issuer.apply(IssuerFact::Provisioned {
        system_user: system_user.clone(),
        entity_id: "https://fagsystem-a.invalid".parse().expect("a URI"),
        details: TechnicalDetails { active: Some(client.certificate.clone()), rolling: None },
        at: before(),
    });
    let granted = IssuerFact::PrivilegesChanged { system_user, grants: vec![grant], at: before() };
    issuer.apply(granted);
    let list = authority.revocation_list(1, before(), start() + Span::from_hours(24), &[]);
    issuer.learn(IssuerLesson::RevocationList { list, fetched_at: start() });
    issuer
}

fn credential(stage: &Stage, key: usize) -> Credential {
    stage.system(ENVIRONMENT, "bench", key, before()..start() + Span::from_days(1_000))
}

fn request(entropy: &mut Entropy) -> TokenRequest {
    TokenRequest::of_system_user(
        addressing::sts_message_id(entropy),
        addressing::message_id(entropy),
        service().to_string(),
        start(),
        start() + Span::from_minutes(5),
    )
}

fn service() -> EntityId {
    "https://saml.smdb.sim.invalid".parse().expect("a URI")
}

/// A day before it all begins.
fn before() -> Timestamp {
    start() - Span::from_days(1)
}
