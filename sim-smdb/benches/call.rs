//! What a call of SMDB costs beyond its RSA work: a submission comes in as bytes and its receipt goes
//! out as bytes, beside the bare operations that this contains: one OAEP decryption, the
//! verification of the token and of the message, one signature. All keys have 3072 bits, as OCES3's
//! do.
//!
//! And what a decision costs alone: no message, no cryptography but the seal of the course.

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential, addressing,
    assertion::Assertion,
    call::ServiceCall,
    privileges::{PrivilegeGroup, Privileges, Scope},
    uris::{ENCRYPTED_ASSERTION_ID, SAML, STS_SIGNATURE_CASE},
};
use parties::{Core, Environment};
use pki::SignatureAlgorithm;
use sim_smdb::{
    Configuration, Policy, Smdb,
    call::Answer,
    contract::{ADDRESS, ENTITY_ID, Operation, SUBMIT_PRIVILEGE, Submission},
    course::Course,
    cpr::Cpr,
    date::Date,
    schema::SchemaVersion,
};
use stage::{Stage, start};
use xml_security::{ContentEncryption, encrypt};

const ENVIRONMENT: Environment = Environment::IntegrationTest;
const ROUNDS: usize = 400;
const DECISIONS: u32 = 1_000;

fn main() {
    let stage = Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys"));
    let [client, sts, service] = [0, 2, 3].map(|key| credential(&stage, key));
    let mut smdb = Smdb::new(Configuration {
        environment: ENVIRONMENT,
        entity_id: ENTITY_ID.parse().expect("a URI"),
        address: ADDRESS.to_owned(),
        credential: service.clone(),
        sts: Timeline::starting(before(), vec![sts.certificate.clone()]),
        anchors: stage.authority(ENVIRONMENT).anchors(),
        schemas: SchemaVersion::calendar(),
        policy: Policy::default(),
    });
    let mut entropy = Entropy::seeded(1, "bench", "smdb");
    let token = token(&client, &sts, &service, &mut entropy);

    // The same message is accepted once, so each round has one of its own, about another course.
    let mut messages: Vec<String> = Vec::new();
    messages.resize_with(ROUNDS + 1, || {
        call(&token, &mut entropy).write(&client).expect("a key signs")
    });
    decision(&smdb, &messages[0], &mut entropy);

    let mut messages = messages.iter();
    let work = BareWork::new(&client, &sts, &service);
    let ratio = measure::ratio(
        ROUNDS,
        || {
            let message = messages.next().expect("a message for each round");
            answer(&mut smdb, message, &mut entropy);
        },
        || work.run(),
    );
    assert_eq!(smdb.ledger().len(), ROUNDS + 1, "every course was stored");
    measure::print_ratio("smdb-call", ratio);
}

/// One call, bytes to bytes.
fn answer(smdb: &mut Smdb, message: &str, entropy: &mut Entropy) {
    let request = smdb.read(message.as_bytes());
    assert!(smdb.needs(&request, start()).is_empty(), "revocation is not looked up");
    let (answer, facts) = smdb.decide(&request, start(), entropy);
    assert!(matches!(answer, Answer::Answered(_)), "{answer:?}");
    facts.into_iter().for_each(|fact| smdb.apply(fact));
    assert!(smdb.write(&answer, entropy).len() > 4_096, "a signed receipt is long");
}

fn decision(smdb: &Smdb, message: &str, entropy: &mut Entropy) {
    let request = smdb.read(message.as_bytes());
    let nanoseconds = measure::nanoseconds(ROUNDS, DECISIONS, || {
        let (answer, _) = smdb.decide(&request, start(), entropy);
        assert!(matches!(answer, Answer::Answered(_)));
    });
    measure::print_nanoseconds("smdb-decision", nanoseconds);
}

/// The RSA operations of one call, and nothing else.
struct BareWork<'a> {
    service: &'a Credential,
    signers: [&'a Credential; 2],
    signatures: [Vec<u8>; 2],
    wrapped: Vec<u8>,
}

impl<'a> BareWork<'a> {
    /// As long as the digest in it is what every signature is over.
    const MESSAGE: [u8; 32] = [7; 32];

    fn new(client: &'a Credential, sts: &'a Credential, service: &'a Credential) -> Self {
        let signers = [sts, client];
        let signatures =
            signers.map(|it| it.key.sign(SignatureAlgorithm::Pkcs1Sha256, &Self::MESSAGE));
        let wrapped = service.certificate.public_key().encrypt_oaep(&Self::MESSAGE);
        Self { service, signers, signatures, wrapped }
    }

    fn run(&self) {
        let algorithm = SignatureAlgorithm::Pkcs1Sha256;
        assert!(self.service.key.decrypt_oaep(&self.wrapped).is_ok());
        for (signer, signature) in self.signers.iter().zip(&self.signatures) {
            let key = signer.certificate.public_key();
            key.verify(algorithm, &Self::MESSAGE, signature).expect("its own");
        }
        assert!(!self.service.key.sign(algorithm, &Self::MESSAGE).is_empty());
    }
}

fn credential(stage: &Stage, key: usize) -> Credential {
    stage.system(ENVIRONMENT, "bench", key, before()..start() + Span::from_days(1_000))
}

fn token(
    client: &Credential,
    sts: &Credential,
    service: &Credential,
    entropy: &mut Entropy,
) -> String {
    let cvr: parties::Cvr = "90000001".parse().expect("eight digits");
    let group = PrivilegeGroup {
        scope: Scope::Cvr(cvr.clone()),
        privileges: vec![SUBMIT_PRIVILEGE.to_owned()],
        constraints: Vec::new(),
    };
    let assertion = Assertion {
        id: "_00000000-0000-4000-8000-000000000001".to_owned(),
        issuer: STS_SIGNATURE_CASE.to_owned(),
        issued_at: start(),
        subject: "https://fagsystem-a.invalid".parse().expect("a URI"),
        holder: client.certificate.clone(),
        not_before: start(),
        not_on_or_after: start() + Span::from_hours(8),
        audience: ENTITY_ID.parse().expect("a URI"),
        cvr,
        privileges: Some(Privileges { groups: vec![group] }),
    };
    let written = assertion.write(sts).expect("a key signs");
    let (recipient, content) = (&service.certificate, ContentEncryption::Aes256Cbc);
    let data = encrypt(&written, recipient, content, ENCRYPTED_ASSERTION_ID, entropy);
    format!("<EncryptedAssertion xmlns=\"{SAML}\">{data}</EncryptedAssertion>")
}

fn call(token: &str, entropy: &mut Entropy) -> ServiceCall {
    let citizen = Cpr::parse("6101800049").expect("a made-up number");
    let submission = Submission {
        reference: entropy.uuid().to_string().parse().expect("a UUID is a reference"),
        version: 1,
        authority: "90000001".parse().expect("eight digits"),
        course: Course::of_one_day(citizen, Date::of(start())),
    };
    ServiceCall {
        message_id: addressing::message_id(entropy),
        action: Operation::Report.action(SchemaVersion::LATEST),
        framework: None,
        to: ADDRESS.to_owned(),
        created: start(),
        expires: start() + Span::from_minutes(5),
        encrypted_assertion: token.to_owned(),
        body: submission.write(SchemaVersion::LATEST),
    }
}

/// A day before it all begins.
fn before() -> Timestamp {
    start() - Span::from_days(1)
}
