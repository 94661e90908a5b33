//! NemLog-in with an authority, a service, and clients that ask for tokens.

use std::sync::LazyLock;

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{Credential, addressing, assertion::Assertion, trust::TokenRequest};
use parties::{
    Core, Diagnosis, EntityId, Environment, Fact, ItSystemId, Recorded, Slot, SystemUserId,
};
use pki::{Certificate, RevocationList, RevocationReason, Revoked};
use sim_sts::{
    Issuer, IssuerFact, IssuerLesson, IssuerNeed, Policy, Rejection, Service, Sts,
    administration::{self, Answer as Click, FileEnding, Privilege, Request},
    issue::Answer,
};
use stage::{Stage, start};

pub(crate) const TEST: Environment = Environment::IntegrationTest;
pub(crate) const PRODUCTION: Environment = Environment::Production;
pub(crate) const PRIVILEGE: &str = "https://smdb.sim.invalid/privilege/indberet-myndighed";

pub(crate) static STAGE: LazyLock<Stage> =
    LazyLock::new(|| Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys")));

/// The first instant at which [`OLD`] is refused.
pub(crate) static EXPIRY: LazyLock<Timestamp> = LazyLock::new(|| after("2h"));

/// The certificate in use, its renewal, and the renewal of that.
pub(crate) static OLD: LazyLock<Credential> = LazyLock::new(|| client(0, "-1095d", "2h"));
pub(crate) static NEW: LazyLock<Credential> = LazyLock::new(|| client(1, "-1d", "1094d"));
pub(crate) static NEWEST: LazyLock<Credential> = LazyLock::new(|| client(4, "-1h", "1095d"));
/// Another system user's.
pub(crate) static OTHER: LazyLock<Credential> =
    LazyLock::new(|| STAGE.system(TEST, "Fagsystem B", 5, after("-1d")..after("1094d")));
/// From the other environment's authority.
pub(crate) static ELSEWHERE: LazyLock<Credential> =
    LazyLock::new(|| STAGE.system(PRODUCTION, "Fagsystem A", 6, after("-1095d")..after("2h")));

static SIGNER: LazyLock<Credential> =
    LazyLock::new(|| STAGE.system(TEST, "skift STS", 2, after("-30d")..after("1065d")));
pub(crate) static NEXT_SIGNER: LazyLock<Credential> =
    LazyLock::new(|| STAGE.system(TEST, "skift STS", 7, after("-1d")..after("1094d")));
/// The service that tokens are for.
pub(crate) static SERVICE: LazyLock<Credential> =
    LazyLock::new(|| STAGE.system(TEST, "skift SMDB", 3, after("-30d")..after("1065d")));

/// `span` after the start of the world; before it, if it begins with a minus.
pub(crate) fn after(span: &str) -> Timestamp {
    start() + span.parse::<Span>().unwrap()
}

/// A certificate of the client, by the same name as every other of its.
pub(crate) fn client(key: usize, from: &str, until: &str) -> Credential {
    STAGE.system(TEST, "Fagsystem A", key, after(from)..after(until))
}

pub(crate) fn signer() -> &'static Credential {
    &SIGNER
}

/// One certificate signs, as long as the world lasts.
pub(crate) fn signers() -> Timeline<Credential> {
    Timeline::starting(after("-30d"), SIGNER.clone())
}

pub(crate) fn service() -> EntityId {
    "https://saml.smdb.sim.invalid".parse().unwrap()
}

pub(crate) fn user() -> SystemUserId {
    "fagsystem-a".parse().unwrap()
}

pub(crate) fn other_user() -> SystemUserId {
    "fagsystem-b".parse().unwrap()
}

/// What a system user's tokens call it.
pub(crate) fn entity_id(user: &SystemUserId) -> EntityId {
    format!("https://{user}.invalid").parse().unwrap()
}

/// Something that NemLog-in remembers, as it is kept.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    Administration(String),
    Issuer(Environment, String),
}

/// NemLog-in, the revocations at its authorities, and a memory of all facts.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) sts: Sts,
    pub(crate) facts: Vec<Kept>,
    revoked: Vec<Revoked>,
    /// Whether revocation lists can be fetched.
    pub(crate) online: bool,
    /// How long after it was made a revocation list may be used.
    pub(crate) list_life: Span,
    entropy: Entropy,
}

/// What the STS made of a request.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    pub(crate) bytes: Vec<u8>,
    pub(crate) diagnosis: Diagnosis,
}

impl Reply {
    /// `token`, or the name of the rejection.
    pub(crate) fn name(&self) -> &'static str {
        self.rejection().map_or("token", Rejection::name)
    }

    pub(crate) fn rejection(&self) -> Option<&Rejection> {
        match &self.answer {
            Answer::Token(_) => None,
            Answer::Rejected { rejection, .. } => Some(rejection),
        }
    }

    pub(crate) fn assertion(&self) -> &Assertion {
        match &self.answer {
            Answer::Token(grant) => &grant.assertion,
            Answer::Rejected { rejection, .. } => panic!("no token: {rejection}"),
        }
    }

    /// What the client gets.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }
}

impl World {
    /// Two system users without certificates.
    pub(crate) fn new() -> Self {
        Self::with_policy(Policy::default())
    }

    pub(crate) fn with_policy(policy: Policy) -> Self {
        Self::with(policy, &signers())
    }

    pub(crate) fn with(policy: Policy, signers: &Timeline<Credential>) -> Self {
        Self::over(empty(policy, signers))
    }

    /// The administration has rules of its own.
    pub(crate) fn with_rules(rules: administration::Policy) -> Self {
        Self::over(Sts::with_policy(issuers(Policy::default(), &signers(), false), rules))
    }

    /// Both have rules of their own.
    pub(crate) fn with_both(
        policy: Policy,
        signers: &Timeline<Credential>,
        rules: administration::Policy,
    ) -> Self {
        Self::over(Sts::with_policy(issuers(policy, signers, false), rules))
    }

    fn over(sts: Sts) -> Self {
        let mut world = Self {
            sts,
            facts: Vec::new(),
            revoked: Vec::new(),
            online: true,
            list_life: Span::from_hours(24),
            entropy: Entropy::seeded(1, "sts", "test"),
        };
        for user in [user(), other_user()] {
            world.register(&user);
            world.approve(&user, TEST, &service(), PRIVILEGE);
        }
        world
    }

    /// A system user in an IT system of its own, of the organisation that all certificates name.
    pub(crate) fn register(&mut self, user: &SystemUserId) {
        self.register_for(user, "90000001");
    }

    /// The same for an organisation.
    pub(crate) fn register_for(&mut self, user: &SystemUserId, organisation: &str) {
        let it_system: ItSystemId = user.as_str().parse().unwrap();
        let organisation = organisation.parse().unwrap();
        let request = Request::CreateItSystem { it_system: it_system.clone(), organisation };
        self.click(&request, start()).unwrap();
        let (system_user, entity_id) = (user.clone(), entity_id(user));
        let request = Request::CreateSystemUser { system_user, it_system, entity_id };
        self.click(&request, start()).unwrap();
    }

    /// A privilege is requested and approved, long ago.
    pub(crate) fn approve(
        &mut self,
        user: &SystemUserId,
        environment: Environment,
        audience: &EntityId,
        uri: &str,
    ) {
        let (audience, uri) = (audience.clone(), uri.to_owned());
        let privilege = Privilege { environment, audience, uri };
        let (system_user, requested) = (user.clone(), privilege.clone());
        let long_ago = after("-30d");
        let request = Request::RequestPrivilege { system_user, privilege: requested };
        self.click(&request, long_ago).unwrap();
        let system_user = user.clone();
        self.click(&Request::ApprovePrivilege { system_user, privilege }, long_ago).unwrap();
    }

    /// [`OLD`] is in force for the first system user, since long ago.
    pub(crate) fn with_old() -> Self {
        Self::with_old_and(Policy::default())
    }

    pub(crate) fn with_old_and(policy: Policy) -> Self {
        let mut world = Self::with_policy(policy);
        world.save(&user(), Slot::Active, &OLD.certificate, after("-1d")).unwrap();
        world.provision(&user(), TEST, after("-1d"));
        world
    }

    /// [`OLD`] is in force, and [`NEW`] waits for its expiry.
    pub(crate) fn rolling() -> Self {
        let mut world = Self::with_old();
        world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
        world.provision(&user(), TEST, start());
        world
    }

    /// A system user without privileges, known by [`OLD`], at a service that asks for one.
    pub(crate) fn for_the_approved(policy: Policy) -> Self {
        let mut world = Self::with_policy(policy);
        world.sts = Sts::new(issuers(policy, &signers(), true));
        world.register(&user());
        world.save(&user(), Slot::Active, &OLD.certificate, after("-1d")).unwrap();
        world.provision(&user(), TEST, after("-1d"));
        world
    }

    /// One click of the administrator.
    pub(crate) fn click(
        &mut self,
        request: &Request,
        now: Timestamp,
    ) -> Result<(), administration::Rejection> {
        let (answer, facts) = self.sts.administration().decide(request, now, &mut self.entropy);
        for fact in facts {
            self.facts.push(Kept::Administration(keep(now, &fact)));
            self.sts.apply(&fact);
        }
        match answer {
            Click::Done | Click::Unchanged => Ok(()),
            Click::Rejected(rejection) => Err(rejection),
        }
    }

    /// Saves a certificate, as the file that an administrator uploads.
    pub(crate) fn save(
        &mut self,
        user: &SystemUserId,
        slot: Slot,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<(), administration::Rejection> {
        let certificate = Certificate::from_cer(certificate.to_pem().as_bytes()).map(Box::new);
        let system_user = user.clone();
        let file_name = Some(FileEnding::of("certificate.cer"));
        self.click(&Request::Save { system_user, slot, certificate, file_name }, now)
    }

    pub(crate) fn provision(
        &mut self,
        user: &SystemUserId,
        environment: Environment,
        now: Timestamp,
    ) {
        let system_user = user.clone();
        let request = Request::Provision { system_user, environment };
        self.click(&request, now).unwrap();
    }

    /// The authority revokes a certificate.
    pub(crate) fn revoke(&mut self, certificate: &Certificate, at: Timestamp) {
        let (serial, reason) = (*certificate.serial(), RevocationReason::KeyCompromise);
        self.revoked.push(Revoked { serial, at, reason });
    }

    /// The list of an environment's authority at `now`.
    pub(crate) fn revocation_list(
        &self,
        environment: Environment,
        now: Timestamp,
    ) -> RevocationList {
        let revoked = self.revoked.iter().filter(|it| environment == TEST && it.at <= now);
        let revoked: Vec<_> = revoked.copied().collect();
        let (number, next_update) = (1 + revoked.len() as u64, now + self.list_life);
        STAGE.authority(environment).revocation_list(number, now, next_update, &revoked)
    }

    /// Sends bytes to the STS of an environment.
    pub(crate) fn send(&mut self, environment: Environment, bytes: &[u8], now: Timestamp) -> Reply {
        let list = self.revocation_list(environment, now);
        let issuer = self.sts.issuer_mut(environment).unwrap();
        let request = issuer.read(bytes);
        for need in issuer.needs(&request, now) {
            match need {
                IssuerNeed::RevocationList if self.online => {
                    let list = list.clone();
                    issuer.learn(IssuerLesson::RevocationList { list, fetched_at: now });
                }
                IssuerNeed::RevocationList => {}
            }
        }
        let diagnosis = self.sts.diagnose(environment, &request, now);
        let issuer = self.sts.issuer_mut(environment).unwrap();
        let (answer, facts) = issuer.decide(&request, now, &mut self.entropy);
        let refused = matches!(answer, Answer::Rejected { .. });
        assert!(!refused || facts.is_empty(), "what is refused leaves nothing behind");
        for fact in facts {
            self.facts.push(Kept::Issuer(environment, keep(now, &fact)));
            issuer.apply(fact);
        }
        let bytes = issuer.write(&answer, &mut self.entropy);
        let reply = Reply { answer, bytes, diagnosis };
        // What is decisive in a diagnosis is what was decided, whatever a test asks.
        let decisive = reply.diagnosis.decisive().map_or("token", |finding| &finding.cause);
        assert_eq!(decisive, reply.name());
        reply
    }

    /// Asks for a token in the test environment.
    pub(crate) fn ask(&mut self, credential: &Credential, now: Timestamp) -> Reply {
        let message = request(now, &mut self.entropy).write(credential).unwrap();
        self.send(TEST, message.as_bytes(), now)
    }

    /// What would come of asking at `now`, without asking.
    pub(crate) fn probe(&self, credential: &Credential, now: Timestamp) -> &'static str {
        self.clone().ask(credential, now).name()
    }

    pub(crate) const fn entropy(&mut self) -> &mut Entropy {
        &mut self.entropy
    }
}

/// NemLog-in without anybody registered.
pub(crate) fn empty(policy: Policy, signers: &Timeline<Credential>) -> Sts {
    Sts::new(issuers(policy, signers, false))
}

/// An STS for each environment, and whether its service takes approved system users alone.
pub(crate) fn issuers(
    policy: Policy,
    signers: &Timeline<Credential>,
    approved_only: bool,
) -> [Issuer; 2] {
    Environment::ALL.map(|environment| {
        let anchors = STAGE.authority(environment).anchors();
        let encryption = SERVICE.certificate.clone();
        let service = Service { entity_id: service(), encryption, approved_only };
        Issuer::new(environment, anchors, signers.clone(), vec![service], policy)
    })
}

/// A request as every client makes it, with ids of its own.
pub(crate) fn request(now: Timestamp, entropy: &mut Entropy) -> TokenRequest {
    TokenRequest::of_system_user(
        addressing::sts_message_id(entropy),
        addressing::message_id(entropy),
        service().to_string(),
        now,
        now + Span::from_minutes(5),
    )
}

fn keep<F: Fact>(at: Timestamp, fact: &F) -> String {
    serde_json::to_string(&Recorded::new(at, fact.clone())).unwrap()
}

/// A fact as it was kept.
pub(crate) fn kept<F: Fact>(json: &str) -> F {
    let recorded: Recorded<F> = serde_json::from_str(json).unwrap();
    recorded.into_fact().unwrap()
}

/// Lets an STS remember what another did.
pub(crate) fn replay(sts: &mut Sts, facts: &[Kept]) {
    for fact in facts {
        match fact {
            Kept::Administration(json) => sts.apply(&kept::<administration::Fact>(json)),
            Kept::Issuer(environment, json) => {
                sts.issuer_mut(*environment).unwrap().apply(kept::<IssuerFact>(json));
            }
        }
    }
}

/// One thing until a millisecond before `boundary`, another from there on.
#[track_caller]
pub(crate) fn check_boundary(
    world: &World,
    credential: &Credential,
    boundary: Timestamp,
    [until, from]: [&str; 2],
) {
    let instant = stage::INSTANT;
    for (now, expected) in
        [(boundary - instant, until), (boundary, from), (boundary + instant, from)]
    {
        assert_eq!(world.probe(credential, now), expected, "{now}");
    }
}
