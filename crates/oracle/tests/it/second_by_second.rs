//! A third way to the same numbers, and the dullest: a world that lives through every second, in which
//! each call is made and each probe is a call of a copy. Random plans of two system users in two
//! environments, with certificates that change hands, drafts that overwrite each other, nodes that go
//! back and forth.

use oracle::{
    Act, Calls, Certificate, CertificateNumber, Forecast, HolderCheck, Keeps, LookUp, Node,
    NodeForecast, NodeNumber, Plan, Rules, Signer, SystemUser, SystemUserNumber,
};
use parties::{ClientProfile, Environment, Slot};
use proptest::{prelude::*, sample::select, test_runner::RngSeed};

use crate::stage::*;

const END: i64 = 120;
const CERTIFICATES: usize = 5;
const NODES: usize = 2;

/// What a plan is made of, by index instead of number.
#[derive(Debug, Clone)]
struct Case {
    rules: Rules,
    /// Environment, notBefore, `E+` and subject of each certificate.
    certificates: Vec<(usize, i64, i64, u32)>,
    /// What each system user has in force in each environment at first.
    in_force: Vec<[usize; 2]>,
    privileged: [bool; 2],
    organisations: [u32; 2],
    /// Whether the nodes run in one process.
    together: bool,
    nodes: Vec<Client>,
    events: Vec<(i64, Deed)>,
}

#[derive(Debug, Clone)]
struct Client {
    user: usize,
    profile: ClientProfile,
    environment: usize,
    certificate: usize,
    keeps: Keeps,
    skew: i64,
    interval: i64,
    first_call: i64,
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Save(usize, Slot, usize),
    Provision(usize, usize),
    Remove(usize, Slot),
    Revoke(usize),
    Deploy(usize, usize),
    Restart(usize),
    DropCache(usize),
    Pin(usize, u32),
    SignWith(usize, u32),
    Trust(usize, u32),
    Distrust(usize, u32),
}

// ---- the same as a plan ----

fn plan(case: &Case) -> Plan {
    let mut plan = Plan::new(t(0), t(END), case.rules);
    let certificates: Vec<CertificateNumber> = case
        .certificates
        .iter()
        .map(|(environment, from, until, subject)| {
            plan.certificate(Certificate {
                environment: Environment::ALL[*environment],
                valid_from: t(*from),
                expires: t(*until),
                subject: *subject,
            })
        })
        .collect();
    let users: Vec<SystemUserNumber> = (0..2)
        .map(|user| {
            let [in_test, in_production] = case.in_force[user];
            let it = SystemUser::new()
                .with(IntegrationTest, certificates[in_test])
                .with(Production, certificates[in_production])
                .of_organisation(case.organisations[user]);
            plan.system_user(if case.privileged[user] { it } else { it.without_privilege() })
        })
        .collect();
    let nodes: Vec<NodeNumber> = case
        .nodes
        .iter()
        .map(|client| {
            let (environment, certificate) =
                (Environment::ALL[client.environment], certificates[client.certificate]);
            let node = Node::new(client.profile, environment, users[client.user], certificate);
            plan.node(Node {
                keeps: client.keeps,
                skew: s(client.skew),
                process: case.together.then_some(7),
                calls: Calls::every(s(client.interval), t(client.first_call)),
                look_up: LookUp { valid_only: false, ..node.look_up },
                ..node
            })
        })
        .collect();
    for (at, deed) in &case.events {
        let environment = |index: usize| Environment::ALL[index];
        let act = match *deed {
            Deed::Save(user, slot, certificate) => {
                Act::Save { system_user: users[user], slot, certificate: certificates[certificate] }
            }
            Deed::Provision(user, place) => {
                Act::Provision { system_user: users[user], environment: environment(place) }
            }
            Deed::Remove(user, slot) => Act::Remove { system_user: users[user], slot },
            Deed::Pin(node, signer) => Act::Pin { node: nodes[node], signer: Signer(signer) },
            Deed::Revoke(certificate) => Act::Revoke { certificate: certificates[certificate] },
            Deed::Deploy(node, certificate) => {
                Act::Deploy { node: nodes[node], certificate: certificates[certificate] }
            }
            Deed::Restart(node) => Act::Restart { node: nodes[node] },
            Deed::DropCache(node) => Act::DropCache { node: nodes[node] },
            Deed::SignWith(place, signer) => {
                Act::SignWith { environment: environment(place), signer: Signer(signer) }
            }
            Deed::Trust(place, signer) => {
                Act::Trust { environment: environment(place), signer: Signer(signer) }
            }
            Deed::Distrust(place, signer) => {
                Act::Distrust { environment: environment(place), signer: Signer(signer) }
            }
        };
        plan.at(t(*at), act);
    }
    plan
}

// ---- the same, lived through ----

struct World<'c> {
    case: &'c Case,
    drafts: [Draft; 2],
    /// By system user, then by environment.
    places: [[Place; 2]; 2],
    /// Who brought a certificate into force last, by environment and certificate.
    owners: [[Option<usize>; CERTIFICATES]; 2],
    revoked: [i64; CERTIFICATES],
    /// When due, of which system user, where, and what.
    pending: Vec<(i64, usize, usize, Draft)>,
    nodes: Vec<State>,
    /// What the STS of each environment signs with, and which of two SMDB trusts there.
    signers: [u32; 2],
    trusted: [[bool; 2]; 2],
}

/// The active slot and the rolling one.
type Draft = (Option<usize>, Option<usize>);

#[derive(Clone, Copy, Default)]
struct Place {
    active: Option<usize>,
    rolling: Option<usize>,
    snapshot: Draft,
}

#[derive(Clone, Copy)]
struct State {
    certificate: usize,
    pinned: u32,
    /// Issued when, for which certificate, as whom, signed with what.
    token: Option<(i64, usize, usize, u32)>,
}

impl<'c> World<'c> {
    fn new(case: &'c Case) -> Self {
        let mut owners = [[None; CERTIFICATES]; 2];
        let mut places = [[Place::default(); 2]; 2];
        let mut drafts = [(None, None); 2];
        for user in 0..2 {
            for place in 0..2 {
                let active = Some(case.in_force[user][place]);
                places[user][place] = Place { active, rolling: None, snapshot: (active, None) };
                owners[place][case.in_force[user][place]] = Some(user);
                drafts[user] = (active, None);
            }
        }
        let nodes = case.nodes.iter();
        let nodes =
            nodes.map(|it| State { certificate: it.certificate, pinned: 0, token: None }).collect();
        let revoked = [i64::MAX / 2; CERTIFICATES];
        let (signers, trusted) = ([0; 2], [[true, false]; 2]);
        let pending = Vec::new();
        Self { case, drafts, places, owners, revoked, pending, nodes, signers, trusted }
    }

    fn clicks(&mut self, now: i64) {
        let case = self.case;
        let lasting = case.rules.activation_delay.millis() / 1_000;
        for (_, deed) in case.events.iter().filter(|(at, _)| *at == now) {
            match *deed {
                Deed::Save(user, slot, certificate) => {
                    let other = 1 - user;
                    let held = |it: &Place| {
                        it.active == Some(certificate) || it.rolling == Some(certificate)
                    };
                    let taken = self.drafts[other].0 == Some(certificate)
                        || self.drafts[other].1 == Some(certificate)
                        || self.places[other].iter().any(held);
                    let refused = now >= case.certificates[certificate].2
                        || (taken && !case.rules.may_take_from_others);
                    let draft = &mut self.drafts[user];
                    match slot {
                        _ if refused => {}
                        Active => {
                            if draft.1 == Some(certificate) {
                                draft.1 = None;
                            }
                            draft.0 = Some(certificate);
                        }
                        Rolling => {
                            if draft.0 != Some(certificate) {
                                draft.1 = Some(certificate);
                            }
                        }
                    }
                }
                Deed::Provision(user, place) => {
                    let (active, rolling) = self.drafts[user];
                    let fits =
                        |it: Option<usize>| it.is_none_or(|it| case.certificates[it].0 == place);
                    if !case.rules.provisioning_checks_environment
                        || (fits(active) && fits(rolling))
                    {
                        self.pending.push((now + lasting, user, place, (active, rolling)));
                    }
                }
                Deed::Remove(user, Active) => self.drafts[user].0 = None,
                Deed::Remove(user, Rolling) => self.drafts[user].1 = None,
                Deed::SignWith(place, signer) => self.signers[place] = signer,
                Deed::Trust(place, signer) => self.trusted[place][signer as usize] = true,
                Deed::Distrust(place, signer) => self.trusted[place][signer as usize] = false,
                Deed::Revoke(_)
                | Deed::Deploy(..)
                | Deed::Restart(_)
                | Deed::DropCache(_)
                | Deed::Pin(..) => {}
            }
        }
    }

    /// Nodes whose cache is the node's, itself among them.
    fn sharing(&self, node: usize) -> Vec<usize> {
        let case = self.case;
        let alike = |other: usize| {
            let (one, it) = (&case.nodes[node], &case.nodes[other]);
            let same_organisation = case.organisations[one.user] == case.organisations[it.user];
            case.together
                && one.environment == it.environment
                && one.profile == it.profile
                && (one.profile == Dotnet || one.profile == Core && same_organisation)
        };
        (0..NODES).filter(|other| *other == node || alike(*other)).collect()
    }

    /// A process restarts with all that run in it.
    fn restart(&mut self, node: usize) {
        for other in (0..NODES).filter(|other| *other == node || self.case.together) {
            self.nodes[other].token = None;
        }
    }

    fn keep(&mut self, node: usize, token: Option<(i64, usize, usize, u32)>) {
        for other in self.sharing(node) {
            self.nodes[other].token = token;
        }
    }

    fn falls_due(&mut self, now: i64) {
        let pending = std::mem::take(&mut self.pending);
        let (due, later) = pending.into_iter().partition(|(at, ..)| *at == now);
        self.pending = later;
        for (_, user, place, (active, rolling)) in due {
            let it = &mut self.places[user][place];
            it.snapshot = (active, rolling);
            let expired = active.is_some_and(|it| now >= self.case.certificates[it].2);
            if !(expired && rolling.is_some()) {
                it.active = active;
            }
            it.rolling = if rolling == it.active { None } else { rolling };
            self.own(user, place);
        }
        let rules = &self.case.rules;
        let looks = rules.look_interval.millis() / 1_000;
        for user in 0..2 {
            for place in 0..2 {
                let it = self.places[user][place];
                let ended = it.active.is_none_or(|active| {
                    let lag = rules.sts_revocation_lag.millis() / 1_000;
                    now >= self.case.certificates[active].2
                        || (rules.rolling_on_revocation && now >= self.revoked[active] + lag)
                });
                if it.rolling.is_some() && ended && (looks == 0 || now % looks == 0) {
                    if self.drafts[user] == it.snapshot {
                        self.drafts[user] = (it.rolling, None);
                    }
                    let snapshot = (it.rolling, None);
                    let it = Place { active: it.rolling, rolling: None, snapshot };
                    self.places[user][place] = it;
                    self.own(user, place);
                }
            }
        }
    }

    fn own(&mut self, user: usize, place: usize) {
        let it = self.places[user][place];
        let rolling = it.rolling.filter(|_| self.case.rules.overlap);
        for certificate in [it.active, rolling].into_iter().flatten() {
            self.owners[place][certificate] = Some(user);
        }
    }

    fn swaps(&mut self, now: i64) {
        for (_, deed) in self.case.events.iter().filter(|(at, _)| *at == now) {
            match *deed {
                Deed::Deploy(node, certificate) => {
                    self.nodes[node].certificate = certificate;
                    if self.case.nodes[node].profile == Restart {
                        self.restart(node);
                    }
                }
                Deed::Restart(node) => self.restart(node),
                Deed::DropCache(node) => self.keep(node, None),
                Deed::Pin(node, signer) => self.nodes[node].pinned = signer,
                Deed::Save(..)
                | Deed::Provision(..)
                | Deed::Remove(..)
                | Deed::Revoke(_)
                | Deed::SignWith(..)
                | Deed::Trust(..)
                | Deed::Distrust(..) => {}
            }
        }
    }

    /// Who the STS takes the holder for.
    fn judge(&self, place: usize, certificate: usize, now: i64) -> Option<usize> {
        let (environment, from, until, subject) = self.case.certificates[certificate];
        let lag = self.case.rules.sts_revocation_lag.millis() / 1_000;
        let holds = environment == place
            && from <= now
            && now < until
            && now < self.revoked[certificate] + lag;
        let owner = |certificate: usize| {
            let owner = self.owners[place][certificate]?;
            let it = self.places[owner][place];
            let in_force = it.active == Some(certificate)
                || (self.case.rules.overlap && it.rolling == Some(certificate));
            in_force.then_some(owner)
        };
        let alike = (0..CERTIFICATES).filter(|other| {
            self.case.rules.finds_by_subject && self.case.certificates[*other].3 == subject
        });
        std::iter::once(certificate).chain(alike).find_map(owner).filter(|_| holds)
    }

    /// A call: 0 if it succeeds, else the step at which it fails. Also whether it took a new token.
    fn call(&mut self, node: usize, now: i64) -> (u8, bool) {
        let client = &self.case.nodes[node];
        let rules = &self.case.rules;
        let life = rules.token_lifetime.millis() / 1_000;
        let kept = match client.keeps {
            Keeps::Never => 0,
            Keeps::UntilBeforeEnd(margin) => life - margin.millis() / 1_000 - client.skew,
            Keeps::For(fixed) => fixed.millis() / 1_000,
        };
        let place = client.environment;
        let certificate = self.nodes[node].certificate;
        let left = self.nodes[node].token.filter(|(issued, ..)| now < issued + kept);
        let asked = || {
            let owner = self.judge(place, certificate, now)?;
            let signer = self.signers[place];
            (signer == self.nodes[node].pinned).then_some((now, certificate, owner, signer))
        };
        let token = left.or_else(asked);
        self.keep(node, token.filter(|_| kept > 0));
        let Some((issued, holder, owner, signer)) = token else { return (1, false) };
        let key = if client.profile == Core { certificate } else { holder };
        let expired = now >= self.case.certificates[holder].2;
        let lag = rules.smdb_revocation_lag.millis() / 1_000;
        let revoked = now >= self.revoked[holder] + lag;
        let refused = match rules.holder_check {
            HolderCheck::Ignored => false,
            HolderCheck::Validity => expired,
            HolderCheck::ValidityAndRevocation => expired || revoked,
        };
        let foreign = self.case.organisations[owner] != self.case.organisations[client.user];
        let fails = now >= issued + life
            || key != holder
            || refused
            || foreign
            || !self.case.privileged[owner]
            || !self.trusted[place][signer as usize];
        (if fails { 3 } else { 0 }, left.is_none() && kept > 0)
    }

    /// What each node would meet at each second, the calls that failed, and the tokens given.
    fn live(mut self) -> Vec<Lived> {
        let mut lived = vec![Lived::default(); NODES];
        for (at, deed) in &self.case.events {
            if let Deed::Revoke(certificate) = *deed {
                self.revoked[certificate] = self.revoked[certificate].min(*at);
            }
        }
        for now in 0..=END {
            self.clicks(now);
            self.falls_due(now);
            self.swaps(now);
            for (node, lived) in lived.iter_mut().enumerate() {
                let client = &self.case.nodes[node];
                let since = now - client.first_call;
                if since >= 0 && since % client.interval == 0 {
                    let (step, took) = self.call(node, now);
                    lived.calls += 1;
                    lived.missed += u64::from(step != 0);
                    lived.tokens.extend(took.then_some(now));
                }
            }
            for (node, lived) in lived.iter_mut().enumerate() {
                let before = self.nodes.clone();
                lived.steps.push(self.call(node, now).0);
                self.nodes = before;
            }
        }
        lived
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Lived {
    steps: Vec<u8>,
    calls: u64,
    missed: u64,
    tokens: Vec<i64>,
}

/// The same as a forecast has it.
fn lived(node: &NodeForecast) -> Lived {
    let step_at = |now: i64| {
        let segments = node.outages.iter().flat_map(|outage| outage.segments());
        let mut met = segments.filter(|segment| {
            segment.from <= t(now) && segment.until.is_none_or(|until| t(now) < until)
        });
        met.next().map_or(0, |segment| segment.cause.step().into())
    };
    Lived {
        steps: (0..=END).map(step_at).collect(),
        calls: node.calls,
        missed: node.missed_calls,
        tokens: node.tokens.iter().map(|at| at.seconds()).collect(),
    }
}

prop_compose! {
    fn rules()(
        delay in select(vec![0, 0, 7]),
        look in select(vec![0, 0, 15]),
        flags in any::<[bool; 5]>(),
        sts_lag in select(vec![0, 8]),
        smdb_lag in select(vec![0, 5]),
        holder_check in select(vec![
            HolderCheck::Ignored, HolderCheck::Validity, HolderCheck::ValidityAndRevocation,
        ]),
        lifetime in select(vec![20, 40]),
    ) -> Rules {
        let [rolling_on_revocation, overlap, may_take_from_others, checks, finds_by_subject] = flags;
        Rules {
            activation_delay: s(delay),
            look_interval: s(look),
            rolling_on_revocation,
            overlap,
            may_take_from_others,
            finds_by_subject,
            provisioning_checks_environment: checks,
            sts_revocation_lag: s(sts_lag),
            smdb_revocation_lag: s(smdb_lag),
            holder_check,
            token_lifetime: s(lifetime),
            certificates_begin_after: s(0),
            timestamp_tolerance: None,
        }
    }
}

fn deed() -> impl Strategy<Value = Deed> {
    let certificate = || 0..CERTIFICATES;
    prop_oneof![
        4 => (0..2_usize, select(Slot::ALL.to_vec()), certificate())
            .prop_map(|(user, slot, certificate)| Deed::Save(user, slot, certificate)),
        5 => (0..2_usize, 0..2_usize).prop_map(|(user, place)| Deed::Provision(user, place)),
        1 => (0..2_usize, select(Slot::ALL.to_vec()))
            .prop_map(|(user, slot)| Deed::Remove(user, slot)),
        1 => (0..NODES, 0..2_u32).prop_map(|(node, signer)| Deed::Pin(node, signer)),
        1 => certificate().prop_map(Deed::Revoke),
        4 => (0..NODES, certificate()).prop_map(|(node, it)| Deed::Deploy(node, it)),
        1 => (0..NODES).prop_map(Deed::Restart),
        1 => (0..NODES).prop_map(Deed::DropCache),
        1 => (0..2_usize, 0..2_u32).prop_map(|(place, signer)| Deed::SignWith(place, signer)),
        1 => (0..2_usize, 0..2_u32).prop_map(|(place, signer)| Deed::Trust(place, signer)),
        1 => (0..2_usize, 0..2_u32).prop_map(|(place, signer)| Deed::Distrust(place, signer)),
    ]
}

prop_compose! {
    fn client()(
        user in 0..2_usize,
        profile in select(ClientProfile::ALL.to_vec()),
        environment in select(vec![1_usize, 1, 1, 0]),
        certificate in 0..CERTIFICATES,
        keeps in prop_oneof![
            1 => Just(Keeps::Never),
            4 => (0_i64..45).prop_map(|margin| Keeps::UntilBeforeEnd(s(margin))),
            1 => (0_i64..60).prop_map(|fixed| Keeps::For(s(fixed))),
        ],
        skew in select(vec![0, 0, 3, -3]),
        interval in select(vec![1, 5, 13]),
        first_call in select(vec![0, 0, 9]),
    ) -> Client {
        let keeps = if profile == NoCache { Keeps::Never } else { keeps };
        Client { user, profile, environment, certificate, keeps, skew, interval, first_call }
    }
}

prop_compose! {
    fn case()(
        rules in rules(),
        certificates in prop::collection::vec(
            (select(vec![1_usize, 1, 1, 0]), select(vec![-50_i64, -50, 20]), 4_i64..30, 0..3_u32),
            CERTIFICATES,
        ),
        privileged in any::<[bool; 2]>(),
        organisations in select(vec![[0, 0], [0, 1]]),
        together in any::<bool>(),
        mut nodes in prop::collection::vec(client(), NODES),
        mut events in prop::collection::vec((0..24_i64, deed()), 0..14),
    ) -> Case {
        let certificates = certificates.into_iter().map(|(it, from, until, subject)| (it, from, until * 5, subject));
        events.iter_mut().for_each(|(at, _)| *at *= 5);
        let in_force = vec![[0, 1], [2, 3]];
        // One process has one clock, and its nodes are often of one kind.
        if together {
            let Client { profile, skew, environment, .. } = nodes[0];
            let keeps = if profile == NoCache { Keeps::Never } else { nodes[1].keeps };
            nodes[1] = Client { profile, keeps, skew, environment, ..nodes[1].clone() };
        }
        let certificates = certificates.collect();
        Case { rules, certificates, in_force, privileged, organisations, together, nodes, events }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(5),
        failure_persistence: None,
        cases: 10_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_forecast_is_what_a_world_would_live_through(case in case()) {
        let forecast = Forecast::of(&plan(&case));
        let forecast: Vec<Lived> = forecast.nodes().iter().map(lived).collect();
        prop_assert_eq!(forecast, World::new(&case).live());
    }
}
