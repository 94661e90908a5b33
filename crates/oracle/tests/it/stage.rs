//! One race in seconds: an old certificate and a new one, one system user, one node.

use clock::{Span, Timestamp};
use oracle::{
    Act, Calls, Certificate, CertificateNumber, EventNumber, Forecast, HolderCheck, Keeps, Node,
    NodeNumber, Outage, Plan, Rules, SystemUser, SystemUserNumber,
};
use parties::{ClientProfile, Environment, Slot};

pub(crate) use ClientProfile::{
    CoreNewKeyOldToken as Core, DotnetCacheByEndpoint as Dotnet, DotnetRest,
    JavaRestFixedCache as Java, NoCache, RestartOnSwap as Restart,
};
pub(crate) use Environment::{IntegrationTest, Production};
pub(crate) use Slot::{Active, Rolling};

/// `E+` of the old certificate where nothing else is said: its notAfter is 200.
pub(crate) const E_PLUS: i64 = 201;

pub(crate) const fn t(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

pub(crate) const fn s(seconds: i64) -> Span {
    Span::from_seconds(seconds)
}

/// A plan with the usual cast.
#[derive(Debug, Clone)]
pub(crate) struct Race {
    pub(crate) plan: Plan,
    pub(crate) system_user: SystemUserNumber,
    pub(crate) old: CertificateNumber,
    pub(crate) new: CertificateNumber,
    pub(crate) node: NodeNumber,
}

impl Race {
    /// A node that calls each second from 0 to 400, with tokens of 80 s and a margin of 5 s.
    pub(crate) fn new(profile: ClientProfile) -> Self {
        Self::with(profile, rules(), |node| node)
    }

    pub(crate) fn with(
        profile: ClientProfile,
        rules: Rules,
        habits: impl FnOnce(Node) -> Node,
    ) -> Self {
        let old = certificate(Production, -1000, E_PLUS);
        let new = certificate(Production, -1, 100_000);
        Self::between(old, new, profile, rules, habits)
    }

    pub(crate) fn between(
        old: Certificate,
        new: Certificate,
        profile: ClientProfile,
        rules: Rules,
        habits: impl FnOnce(Node) -> Node,
    ) -> Self {
        let mut plan = Plan::new(t(0), t(400), rules);
        let (old, new) = (plan.certificate(old), plan.certificate(new));
        let system_user = plan.system_user(SystemUser::new().with(Production, old));
        let node = margin_of_5_s(Node::new(profile, Production, system_user, old));
        let node = plan.node(habits(Node { calls: Calls::every(s(1), t(0)), ..node }));
        Self { plan, system_user, old, new, node }
    }

    pub(crate) fn act(&mut self, at: i64, act: Act) -> EventNumber {
        self.plan.at(t(at), act)
    }

    /// The new certificate is saved in this slot.
    pub(crate) fn saved(self, at: i64, slot: Slot) -> Self {
        let new = self.new;
        self.saves(at, slot, new)
    }

    pub(crate) fn saves(mut self, at: i64, slot: Slot, certificate: CertificateNumber) -> Self {
        let system_user = self.system_user;
        self.act(at, Act::Save { system_user, slot, certificate });
        self
    }

    pub(crate) fn provisioned(self, at: i64) -> Self {
        self.provisioned_in(Production, at)
    }

    pub(crate) fn provisioned_in(mut self, environment: Environment, at: i64) -> Self {
        let system_user = self.system_user;
        self.act(at, Act::Provision { system_user, environment });
        self
    }

    pub(crate) fn deployed(self, at: i64) -> Self {
        let new = self.new;
        self.deploys(at, new)
    }

    pub(crate) fn deploys(mut self, at: i64, certificate: CertificateNumber) -> Self {
        let node = self.node;
        self.act(at, Act::Deploy { node, certificate });
        self
    }

    pub(crate) fn restarted(mut self, at: i64) -> Self {
        let node = self.node;
        self.act(at, Act::Restart { node });
        self
    }

    /// The old certificate is revoked.
    pub(crate) fn revoked(mut self, at: i64) -> Self {
        let certificate = self.old;
        self.act(at, Act::Revoke { certificate });
        self
    }

    pub(crate) fn certificate(&mut self, valid_from: i64, expires: i64) -> CertificateNumber {
        self.plan.certificate(certificate(Production, valid_from, expires))
    }

    pub(crate) fn outages(&self) -> Vec<String> {
        let forecast = Forecast::of(&self.plan);
        forecast.node(self.node).outages.iter().map(show).collect()
    }

    /// It has these outages, each as `150..201 steps 1 3`.
    #[track_caller]
    pub(crate) fn check(&self, expected: &[&str]) {
        assert_eq!(self.outages(), expected, "{:#?}", self.plan);
    }
}

/// A node that keeps tokens, if at all, until 5 s before their end.
fn margin_of_5_s(node: Node) -> Node {
    let keeps = match node.keeps {
        Keeps::Never => Keeps::Never,
        Keeps::UntilBeforeEnd(_) | Keeps::For(_) => Keeps::UntilBeforeEnd(s(5)),
    };
    Node { keeps, ..node }
}

pub(crate) fn certificate(environment: Environment, valid_from: i64, expires: i64) -> Certificate {
    Certificate {
        environment,
        valid_from: t(valid_from),
        expires: t(expires),
        subject: 1,
        organisation: 0,
        name: 1,
    }
}

/// Tokens of 80 s, and a revocation that everybody sees at once.
pub(crate) fn rules() -> Rules {
    Rules {
        token_lifetime: s(80),
        sts_revocation_lag: Span::ZERO,
        smdb_revocation_lag: Span::ZERO,
        ..Rules::default()
    }
}

pub(crate) fn looked_at(holder_check: HolderCheck) -> Rules {
    Rules { holder_check, ..rules() }
}

/// `150..201 1 3`: in seconds, with the steps one after the other.
pub(crate) fn show(outage: &Outage) -> String {
    let mut steps: Vec<u8> =
        outage.segments().iter().map(|segment| segment.cause.step().into()).collect();
    steps.dedup();
    let steps: Vec<String> = steps.iter().map(u8::to_string).collect();
    let until = outage.until.map_or_else(|| "open".to_owned(), seconds);
    format!("{}..{until} step {}", seconds(outage.from), steps.join(" then "))
}

pub(crate) fn seconds(at: Timestamp) -> String {
    let (seconds, millis) = (at.seconds(), at.millis().rem_euclid(1_000));
    if millis == 0 { seconds.to_string() } else { format!("{seconds}.{millis:03}") }
}
