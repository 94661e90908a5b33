//! A third way to the same numbers, and the dullest: a world that lives through every second, and through one
//! instant within each where things happen between seconds; each call is made there and each probe is a call
//! of a copy. Random plans of two system users in two environments, with certificates that change hands,
//! drafts that overwrite each other, nodes that go back and forth.
//!
//! Both say why a call fails. Of a certificate that is not in force the dull world says no more than that:
//! what it was or will be is told apart in the worlds that are drawn for the simulators.

use clock::{Span, Timestamp};
use oracle::{
    Act, Blame, Calls, Cause, Certificate, CertificateNumber, Forecast, HolderCheck, Keeps, LookUp,
    Node, NodeForecast, NodeNumber, Plan, Remedy, Rules, Signer, SystemUser, SystemUserNumber,
};
use parties::{ClientProfile, Environment, Server, Slot};
use proptest::{prelude::*, sample::select, test_runner::RngSeed};

use crate::stage::*;

/// In milliseconds, as every time here is.
const END: i64 = 120 * SECOND;
const SECOND: i64 = 1_000;
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
    /// How long after a whole second things happen that happen between two of them.
    between: i64,
}

#[derive(Debug, Clone)]
struct Client {
    user: usize,
    profile: ClientProfile,
    environment: usize,
    certificate: usize,
    keeps: Keeps,
    /// How long it keeps an access token, if it calls by REST.
    access: Option<Keeps>,
    /// Whether it starts only with a certificate that is valid by its own clock.
    valid_only: bool,
    skew: i64,
    interval: i64,
    first_call: i64,
    /// Whether it trusts in TLS what it was given, and no other authority.
    pins_chain: bool,
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
    ChangeChain(Server, usize),
    TrustChain(usize),
}

/// Whose organisation a certificate names.
fn owner(certificate: usize) -> usize {
    usize::from((2..4).contains(&certificate))
}

// ---- the same as a plan ----

/// The plan, and its nodes in the order of the case's.
fn plan(case: &Case) -> (Plan, Vec<NodeNumber>) {
    let mut plan = Plan::new(at(0), at(END), case.rules);
    let certificates: Vec<CertificateNumber> = case
        .certificates
        .iter()
        .enumerate()
        .map(|(index, (environment, from, until, subject))| {
            plan.certificate(Certificate {
                environment: Environment::ALL[*environment],
                valid_from: at(*from),
                expires: at(*until),
                subject: *subject,
                organisation: case.organisations[owner(index)],
                name: *subject,
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
                access: client.access,
                skew: Span::from_millis(client.skew),
                trusts_new_authority: !client.pins_chain,
                process: case.together.then_some(7),
                calls: Calls::every(Span::from_millis(client.interval), at(client.first_call)),
                look_up: LookUp { valid_only: client.valid_only, ..node.look_up },
                ..node
            })
        })
        .collect();
    for (when, deed) in &case.events {
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
            Deed::ChangeChain(server, place) => {
                Act::ChangeChain { server, environment: environment(place) }
            }
            Deed::TrustChain(node) => Act::TrustChain { node: nodes[node] },
        };
        plan.at(at(*when), act);
    }
    (plan, nodes)
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

// ---- the same, lived through ----

struct World<'c> {
    case: &'c Case,
    drafts: [Draft; 2],
    /// When a draft will swap, whose, and to what, if nobody edits it before.
    plans: Vec<(i64, usize, Draft)>,
    /// What the administration knows: by system user, then by environment.
    known: [[Place; 2]; 2],
    /// What each STS knows, in the same order.
    places: [[Place; 2]; 2],
    revoked: [i64; CERTIFICATES],
    /// When due, of which system user, where, and what.
    pending: Vec<(i64, usize, usize, Draft)>,
    nodes: Vec<State>,
    /// What the STS of each environment signs with, and which of two SMDB trusts there.
    signers: [u32; 2],
    trusted: [[bool; 2]; 2],
    /// Whose chain has changed, of STS and SMDB, in each environment.
    changed: [[bool; 2]; 2],
}

/// The active slot and the rolling one.
type Draft = (Option<usize>, Option<usize>);

/// What somebody knows of a system user in an environment.
#[derive(Clone, Default)]
struct Place {
    active: Option<usize>,
    rolling: Option<usize>,
    slots: Draft,
    /// Taken by the other system user since the last provisioning.
    lost: Vec<usize>,
    swapped_away: Vec<usize>,
    ever: Vec<usize>,
    /// What was in force when this second began.
    begun: Option<usize>,
}

impl Place {
    fn starting(active: usize) -> Self {
        let (active, slots) = (Some(active), (Some(active), None));
        Self {
            active,
            slots,
            ever: slots.0.into_iter().collect(),
            begun: active,
            ..Self::default()
        }
    }

    /// The last word of a second is as if it were the only one.
    fn settle(&mut self) {
        let begun = self.begun.filter(|it| !self.lost.contains(it));
        let (active, rolling) = self.slots;
        let is_back = active.is_some_and(|it| self.swapped_away.contains(&it));
        let is_itself = active.is_none() && rolling == begun;
        self.active = if rolling.is_some() && (is_back || is_itself) { begun } else { active };
        self.rolling = if rolling == self.active { None } else { rolling };
    }

    fn swap(&mut self, ended: impl Fn(usize) -> bool) {
        if self.rolling.is_some() && self.active.is_none_or(ended) {
            self.swapped_away.extend(self.active);
            self.active = self.rolling.take();
        }
    }
}

/// A snapshot comes into force for one of two system users, and the other loses what is in it.
fn provision(places: &mut [[Place; 2]; 2], user: usize, place: usize, slots: Draft) {
    let certificates = || slots.0.into_iter().chain(slots.1);
    let other = &mut places[1 - user][place];
    for taken in certificates().filter(|it| other.ever.contains(it)).collect::<Vec<_>>() {
        let kept = |it: &usize| *it != taken;
        other.slots = (other.slots.0.filter(kept), other.slots.1.filter(kept));
        other.lost.push(taken);
        other.settle();
    }
    let own = &mut places[user][place];
    own.slots = slots;
    own.lost.clear();
    own.ever.extend(certificates());
    own.settle();
}

#[derive(Clone, Copy)]
struct State {
    certificate: usize,
    /// Whether it found that one when it last looked.
    started: bool,
    pinned: u32,
    /// Whether it does not trust who vouches for a server after a change.
    pins_chain: bool,
    /// Issued when, for which certificate, as whom, signed with what.
    token: Option<(i64, usize, usize, u32)>,
    /// Issued when, until when, until when by the clock of who got it, for which certificate, as whom.
    access: Option<(i64, i64, i64, usize, usize)>,
}

/// Whether its cache belongs to the process and knows services alone.
fn is_dotnet(client: &Client) -> bool {
    matches!(client.profile, Dotnet | DotnetRest)
}

impl<'c> World<'c> {
    fn new(case: &'c Case) -> Self {
        let places: [[Place; 2]; 2] = std::array::from_fn(|user| {
            std::array::from_fn(|place| Place::starting(case.in_force[user][place]))
        });
        let drafts = std::array::from_fn(|user| (Some(case.in_force[user][1]), None));
        let nodes = case.nodes.iter();
        let nodes = nodes.map(|it| State {
            certificate: it.certificate,
            started: true,
            pinned: 0,
            pins_chain: it.pins_chain,
            token: None,
            access: None,
        });
        let nodes = nodes.collect();
        let revoked = [i64::MAX / 2; CERTIFICATES];
        let (signers, trusted, changed) = ([0; 2], [[true, false]; 2], [[false; 2]; 2]);
        let (pending, plans, known) = (Vec::new(), Vec::new(), places.clone());
        let mut world = Self {
            case,
            drafts,
            plans,
            known,
            places,
            revoked,
            pending,
            nodes,
            signers,
            trusted,
            changed,
        };
        (0..NODES).for_each(|node| world.start(node, 0));
        world
    }

    /// What holds from this second on without a click in it.
    fn time_passes(&mut self, now: i64) {
        self.swap(now);
        let plans = std::mem::take(&mut self.plans);
        let (due, later) = plans.into_iter().partition(|(at, ..)| *at == now);
        self.plans = later;
        for (_, user, draft) in due {
            self.drafts[user] = draft;
        }
        for it in self.known.iter_mut().chain(&mut self.places).flatten() {
            it.begun = it.active;
        }
        self.falls_due(now);
    }

    /// Rolling certificates take over.
    fn swap(&mut self, now: i64) {
        let (case, revoked) = (self.case, self.revoked);
        let rules = &case.rules;
        let expired = |it: usize| now >= case.certificates[it].2;
        self.known.iter_mut().flatten().for_each(|it| it.swap(expired));
        let looks = rules.look_interval.millis();
        let lag = rules.sts_revocation_lag.millis();
        let ended =
            |it: usize| expired(it) || rules.rolling_on_revocation && now >= seen(revoked[it], lag);
        if looks == 0 || now % looks == 0 {
            self.places.iter_mut().flatten().for_each(|it| it.swap(ended));
        }
    }

    fn falls_due(&mut self, now: i64) {
        let pending = std::mem::take(&mut self.pending);
        let (due, later) = pending.into_iter().partition(|(at, ..)| *at == now);
        self.pending = later;
        for (_, user, place, slots) in due {
            provision(&mut self.places, user, place, slots);
            self.swap(now);
        }
    }

    fn edit(&mut self, user: usize, draft: Draft) {
        if self.drafts[user] != draft {
            self.drafts[user] = draft;
            self.plans.retain(|(_, other, _)| *other != user);
        }
    }

    fn clicks(&mut self, now: i64) {
        let case = self.case;
        let lasting = case.rules.activation_delay.millis();
        for (_, deed) in case.events.iter().filter(|(at, _)| *at == now) {
            match *deed {
                Deed::Save(user, slot, certificate) => {
                    let other = 1 - user;
                    let it = Some(certificate);
                    let held = |place: &Place| place.active == it || place.rolling == it;
                    let taken = self.drafts[other].0 == it
                        || self.drafts[other].1 == it
                        || self.known[other].iter().any(held);
                    let refused = now >= case.certificates[certificate].2
                        || case.organisations[owner(certificate)] != case.organisations[user]
                        || (taken && !case.rules.may_take_from_others);
                    let (active, rolling) = self.drafts[user];
                    match slot {
                        _ if refused => {}
                        Active => self.edit(user, (it, rolling.filter(|_| rolling != it))),
                        Rolling if active == it => {}
                        Rolling => self.edit(user, (active, it)),
                    }
                }
                Deed::Provision(user, place) => {
                    let slots = self.drafts[user];
                    let fits =
                        |it: Option<usize>| it.is_none_or(|it| case.certificates[it].0 == place);
                    let checks = case.rules.provisioning_checks_environment;
                    let here = &self.known[user][place];
                    let is_empty = slots == (None, None) && here.active.or(here.rolling).is_none();
                    if !is_empty && (!checks || (fits(slots.0) && fits(slots.1))) {
                        provision(&mut self.known, user, place, slots);
                        let it = &self.known[user][place];
                        let swaps = match (it.rolling, it.active) {
                            (Some(_), None) => Some(now),
                            (Some(_), Some(active)) => Some(case.certificates[active].2.max(now)),
                            (None, active) => slots.1.and(active).map(|_| now),
                        };
                        // Whatever rolls is either waiting now or in force.
                        let swapped = (slots.1, None);
                        match swaps.filter(|_| slots.1.is_some()) {
                            Some(at) if at == now => self.edit(user, swapped),
                            Some(at) => {
                                self.plans.retain(|it| it.1 != user || it.0 < at);
                                self.plans.push((at, user, swapped));
                            }
                            None => {}
                        }
                        self.swap(now);
                        self.pending.push((now + lasting, user, place, slots));
                        self.falls_due(now);
                    }
                }
                Deed::Remove(user, Active) => self.edit(user, (None, self.drafts[user].1)),
                Deed::Remove(user, Rolling) => self.edit(user, (self.drafts[user].0, None)),
                Deed::SignWith(place, signer) => self.signers[place] = signer,
                Deed::Trust(place, signer) => self.trusted[place][signer as usize] = true,
                Deed::ChangeChain(server, place) => self.changed[server as usize][place] = true,
                Deed::Revoke(_)
                | Deed::Deploy(..)
                | Deed::Restart(_)
                | Deed::DropCache(_)
                | Deed::TrustChain(_)
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
                && (is_dotnet(one) && is_dotnet(it)
                    || one.profile == Core && it.profile == Core && same_organisation)
        };
        (0..NODES).filter(|other| *other == node || alike(*other)).collect()
    }

    /// A process restarts with all that run in it.
    fn restart(&mut self, node: usize, now: i64) {
        for other in (0..NODES).filter(|other| *other == node || self.case.together) {
            (self.nodes[other].token, self.nodes[other].access) = (None, None);
            self.start(other, now);
        }
    }

    /// A node looks for its certificate.
    fn start(&mut self, node: usize, now: i64) {
        let client = &self.case.nodes[node];
        let (_, from, until, _) = self.case.certificates[self.nodes[node].certificate];
        let is_valid = (from..until).contains(&(now + client.skew));
        self.nodes[node].started = is_valid || !client.valid_only;
    }

    fn keep(&mut self, node: usize, token: Option<(i64, usize, usize, u32)>) {
        for other in self.sharing(node) {
            self.nodes[other].token = token;
        }
    }

    fn keep_access(&mut self, node: usize, access: Option<(i64, i64, i64, usize, usize)>) {
        for other in self.sharing(node) {
            self.nodes[other].access = access;
        }
    }

    fn swaps(&mut self, now: i64) {
        for (_, deed) in self.case.events.iter().filter(|(at, _)| *at == now) {
            match *deed {
                Deed::Deploy(node, certificate) => {
                    self.nodes[node].certificate = certificate;
                    self.start(node, now);
                    if matches!(self.case.nodes[node].profile, Restart | Java) {
                        self.restart(node, now);
                    }
                }
                Deed::Restart(node) => self.restart(node, now),
                Deed::DropCache(node) => {
                    self.keep(node, None);
                    self.keep_access(node, None);
                }
                Deed::Pin(node, signer) => self.nodes[node].pinned = signer,
                Deed::TrustChain(node) => self.nodes[node].pins_chain = false,
                Deed::Save(..)
                | Deed::Provision(..)
                | Deed::Remove(..)
                | Deed::Revoke(_)
                | Deed::SignWith(..)
                | Deed::ChangeChain(..)
                | Deed::Trust(..) => {}
            }
        }
    }

    /// Who the STS takes the holder for.
    fn judge(&self, place: usize, certificate: usize, now: i64) -> Result<usize, Cause> {
        let (environment, from, until, subject) = self.case.certificates[certificate];
        let lag = self.case.rules.sts_revocation_lag.millis();
        if environment != place {
            return Err(Cause::CertificateNotTrusted);
        }
        if now < from {
            return Err(Cause::CertificateNotYetValid);
        }
        if now >= until {
            return Err(Cause::CertificateExpired);
        }
        if now >= seen(self.revoked[certificate], lag) {
            return Err(Cause::CertificateRevoked);
        }
        let owner = |certificate: usize| {
            let overlap = self.case.rules.overlap;
            let held = Some(certificate);
            self.places
                .iter()
                .position(|it| it[place].active == held || (overlap && it[place].rolling == held))
        };
        let alike = (0..CERTIFICATES).filter(|other| {
            self.case.rules.finds_by_subject && self.case.certificates[*other].3 == subject
        });
        let owner = std::iter::once(certificate).chain(alike).find_map(owner);
        owner.ok_or(Cause::CertificateNotRegistered)
    }

    /// What SMDB makes of a holder's certificate.
    fn takes_holder(&self, holder: usize, now: i64) -> Result<(), Cause> {
        let rules = &self.case.rules;
        let expired = now >= self.case.certificates[holder].2;
        let revoked = now >= seen(self.revoked[holder], rules.smdb_revocation_lag.millis());
        match rules.holder_check {
            HolderCheck::Validity | HolderCheck::ValidityAndRevocation if expired => {
                Err(Cause::HolderExpired)
            }
            HolderCheck::ValidityAndRevocation if revoked => Err(Cause::HolderRevoked),
            HolderCheck::Ignored | HolderCheck::Validity | HolderCheck::ValidityAndRevocation => {
                Ok(())
            }
        }
    }

    /// Whether SMDB lets an owner do what a client asks.
    fn may_call(&self, client: &Client, owner: usize) -> Result<(), Cause> {
        if self.case.organisations[owner] != self.case.organisations[client.user] {
            Err(Cause::ForeignAuthority)
        } else if !self.case.privileged[owner] {
            Err(Cause::NotPrivileged)
        } else {
            Ok(())
        }
    }

    /// A call: what comes of it. Also whether it took a new token.
    fn call(&mut self, node: usize, now: i64) -> (Result<(), Cause>, bool) {
        if !self.nodes[node].started {
            return (Err(Cause::CertificateNotValid), false);
        }
        let client = &self.case.nodes[node];
        let rules = &self.case.rules;
        let life = rules.token_lifetime.millis();
        let kept = match client.keeps {
            Keeps::Never => 0,
            Keeps::UntilBeforeEnd(margin) => life - margin.millis() - client.skew,
            Keeps::For(fixed) => fixed.millis(),
        };
        let place = client.environment;
        let certificate = self.nodes[node].certificate;
        let [no_sts, no_service] = Server::ALL
            .map(|server| self.nodes[node].pins_chain && self.changed[server as usize][place]);
        let reaches_service = or(!no_service, Cause::SmdbChainNotTrusted);
        let is_left = |&(issued, _, told, ..): &(i64, i64, i64, usize, usize)| match client.access {
            None | Some(Keeps::Never) => false,
            Some(Keeps::UntilBeforeEnd(margin)) => now < told - margin.millis() - client.skew,
            Some(Keeps::For(fixed)) => now < issued + fixed.millis(),
        };
        if let Some(access) = self.nodes[node].access.filter(is_left) {
            let outcome = reaches_service.and_then(|()| self.takes_access(node, access, now));
            return (outcome, false);
        }
        if client.access.is_some() {
            self.keep_access(node, None);
        }
        let left = self.nodes[node].token.filter(|(issued, ..)| now < issued + kept);
        let asked = || {
            if no_sts {
                return Err(Cause::StsChainNotTrusted);
            }
            let owner = self.judge(place, certificate, now)?;
            let signer = self.signers[place];
            if signer != self.nodes[node].pinned {
                return Err(Cause::AnswerUnusable);
            }
            if client.skew >= life {
                return Err(Cause::AnswerExpired);
            }
            Ok((now, certificate, owner, signer))
        };
        let token = left.map_or_else(asked, Ok);
        self.keep(node, token.ok().filter(|_| kept > 0));
        let token @ (.., owner, _) = match token {
            Ok(token) => token,
            Err(cause) => return (Err(cause), false),
        };
        let believed = reaches_service.and_then(|()| self.believes(node, token, now));
        let outcome = believed.and_then(|()| self.may_call(client, owner));
        if client.access.is_some() && believed.is_ok() {
            let (issued, holder, ..) = token;
            let lives = now + rules.access_token_lifetime.millis();
            // A whole second, and a second at least.
            let least = (now + SECOND + SECOND - 1) / SECOND * SECOND;
            let until = (lives / SECOND * SECOND).max(least);
            let until = until.min((issued + life) / SECOND * SECOND);
            let told = now + (until - now) / SECOND * SECOND;
            let access = (now, until, told + client.skew, holder, owner);
            self.keep_access(node, Some(access).filter(is_left));
        }
        (outcome, left.is_none() && kept > 0)
    }

    /// What SMDB makes of an access token that a node shows.
    fn takes_access(
        &self,
        node: usize,
        (_, until, _, holder, owner): (i64, i64, i64, usize, usize),
        now: i64,
    ) -> Result<(), Cause> {
        or(now < until, Cause::AccessTokenExpired)?;
        or(holder == self.nodes[node].certificate, Cause::AnotherCertificate)?;
        self.takes_holder(holder, now)?;
        self.may_call(&self.case.nodes[node], owner)
    }

    /// Whether SMDB believes the token that a node shows, by SOAP or to redeem it.
    fn believes(
        &self,
        node: usize,
        token: (i64, usize, usize, u32),
        now: i64,
    ) -> Result<(), Cause> {
        let (issued, holder, _, signer) = token;
        let client = &self.case.nodes[node];
        let place = client.environment;
        let ends = issued + self.case.rules.token_lifetime.millis();
        let is_bound = holder == self.nodes[node].certificate;
        let is_ever_trusted = signer == 0
            || self.case.events.iter().any(
                |(_, deed)| matches!(*deed, Deed::Trust(at, told) if (at, told) == (place, signer)),
            );
        if client.access.is_some() {
            if !is_ever_trusted {
                return Err(Cause::SignerNotTrusted);
            }
            if !is_bound {
                return Err(Cause::AnotherHolder);
            }
        }
        if !self.trusted[place][signer as usize] {
            return Err(Cause::SignerNotTrusted);
        }
        if now >= ends {
            return Err(Cause::TokenExpired);
        }
        self.takes_holder(holder, now)?;
        if client.access.is_some() {
            // What ends with the whole second at or before it must be worth a second.
            return or(now + SECOND < ends / SECOND * SECOND, Cause::TokenEndsTooSoon);
        }
        or(is_bound || !matches!(client.profile, Core | DotnetRest), Cause::NotHolder)
    }

    /// What each node would meet at each second, the calls that failed, and the tokens given.
    fn live(mut self) -> Vec<Lived> {
        let mut lived = vec![Lived::default(); NODES];
        for (at, deed) in &self.case.events {
            if let Deed::Revoke(certificate) = *deed {
                self.revoked[certificate] = self.revoked[certificate].min(*at);
            }
        }
        for now in instants(self.case.between) {
            self.time_passes(now);
            self.clicks(now);
            self.swaps(now);
            for (node, lived) in lived.iter_mut().enumerate() {
                let client = &self.case.nodes[node];
                let since = now - client.first_call;
                if since >= 0 && since % client.interval == 0 {
                    let (outcome, took) = self.call(node, now);
                    lived.calls += 1;
                    lived.missed += u64::from(outcome.is_err());
                    lived.tokens.extend(took.then_some(now));
                }
            }
            for (node, lived) in lived.iter_mut().enumerate() {
                let before = self.nodes.clone();
                lived.met.push(self.call(node, now).0.err());
                self.nodes = before;
            }
        }
        lived
    }
}

/// It holds, or a call fails for this.
const fn or(holds: bool, cause: Cause) -> Result<(), Cause> {
    if holds { Ok(()) } else { Err(cause) }
}

/// Every second, and what lies between two of them, if anything does.
fn instants(between: i64) -> impl Iterator<Item = i64> {
    let seconds = (0..=END / SECOND).map(|second| second * SECOND);
    let both = seconds.flat_map(move |it| [Some(it), Some(it + between).filter(|_| between > 0)]);
    both.flatten().filter(|it| *it <= END)
}

/// When somebody who is `lag` behind sees a revocation: lists count in whole seconds, and none tells of what
/// is still to come.
fn seen(revoked: i64, lag: i64) -> i64 {
    revoked.max(revoked / SECOND * SECOND + lag)
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Lived {
    /// Why a call would fail, at each instant.
    met: Vec<Option<Cause>>,
    calls: u64,
    missed: u64,
    tokens: Vec<i64>,
}

/// The same as a forecast has it.
fn lived(node: &NodeForecast, between: i64) -> Lived {
    let met_at = |now: i64| {
        let segments = node.outages.iter().flat_map(|outage| outage.segments());
        let mut met = segments.filter(|segment| {
            segment.from <= at(now) && segment.until.is_none_or(|until| at(now) < until)
        });
        met.next().map(|segment| match segment.cause {
            Cause::CertificateNotInForce | Cause::CertificateReplaced => {
                Cause::CertificateNotRegistered
            }
            cause => cause,
        })
    };
    Lived {
        met: instants(between).map(met_at).collect(),
        calls: node.calls,
        missed: node.missed_calls,
        tokens: node.tokens.iter().map(|at| at.millis()).collect(),
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
        lifetime in select(vec![20_000, 40_000, 20_000, 40_000, 1_000, 2_000]),
        access_lifetime in select(vec![9_000, 30_000, 9_000, 30_000, 1_000, 1_500]),
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
            token_lifetime: Span::from_millis(lifetime),
            access_token_lifetime: Span::from_millis(access_lifetime),
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
        1 => (select(Server::ALL.to_vec()), 0..2_usize)
            .prop_map(|(server, place)| Deed::ChangeChain(server, place)),
        1 => (0..NODES).prop_map(Deed::TrustChain),
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
        access in prop_oneof![
            1 => Just(None),
            3 => (0_i64..12).prop_map(|margin| Some(Keeps::UntilBeforeEnd(s(margin)))),
            2 => (0_i64..40).prop_map(|fixed| Some(Keeps::For(s(fixed)))),
        ],
        valid_only in any::<bool>(),
        skew in select(vec![0, 0, 3, -3]),
        interval in select(vec![1, 5, 13]),
        first_call in select(vec![0, 0, 9]),
        pins_chain in any::<bool>(),
    ) -> Client {
        let keeps = if profile == NoCache { Keeps::Never } else { keeps };
        let access = access.filter(|_| matches!(profile, Java | DotnetRest));
        let [skew, interval, first_call] = [skew, interval, first_call].map(|it| it * SECOND);
        Client {
            user, profile, environment, certificate, keeps, access, valid_only, skew, interval,
            first_call, pins_chain,
        }
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
        events in prop::collection::vec((0..24_i64, any::<bool>(), deed()), 0..14),
        between in select(vec![0, 0, 0, 1, 500, 999]),
        calls_between in any::<[bool; NODES]>(),
    ) -> Case {
        let certificates = certificates.into_iter().map(|(it, from, until, subject)| {
            (it, from * SECOND, until * 5 * SECOND, subject)
        });
        let late = |is_late: bool| if is_late { between } else { 0 };
        let events = events.into_iter();
        let events = events.map(|(at, is_late, deed)| (at * 5 * SECOND + late(is_late), deed)).collect();
        for (node, is_late) in nodes.iter_mut().zip(calls_between) {
            node.first_call += late(is_late);
        }
        let in_force = vec![[0, 1], [2, 3]];
        // What runs in one process is often of one kind, or of one maker; how long each keeps tokens, and by which
        // clock, is its own matter.
        if together {
            let Client { environment, .. } = nodes[0];
            let is_of_one_maker = nodes.iter().all(is_dotnet);
            let like = nodes[usize::from(is_of_one_maker)].clone();
            let keeps = if like.profile == NoCache { Keeps::Never } else { nodes[1].keeps };
            let Client { profile, access, .. } = like;
            nodes[1] = Client { profile, keeps, access, environment, ..nodes[1].clone() };
        }
        let certificates = certificates.collect();
        Case {
            rules, certificates, in_force, privileged, organisations, together, nodes, events, between,
        }
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
        let forecast = Forecast::of(&plan(&case).0);
        let nodes = forecast.nodes().iter();
        let forecast: Vec<Lived> = nodes.map(|node| lived(node, case.between)).collect();
        prop_assert_eq!(forecast, World::new(&case).live());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(6),
        failure_persistence: None,
        cases: 2_000,
        ..ProptestConfig::default()
    })]

    /// And no other node pays for it.
    #[test]
    fn what_blame_says_would_be_left_is_left(case in case()) {
        let (plan, nodes) = plan(&case);
        let forecast = Forecast::of(&plan);
        let downtime = |forecast: &Forecast, node: NodeNumber| {
            forecast.node(node).downtime(plan.end())
        };
        for node in nodes.iter().copied() {
            let Some(blame) = Blame::of_node(&plan, node) else { continue };
            let mended = Forecast::of(&blame.mend(&plan));
            prop_assert!(blame.left < blame.was, "{blame:?}");
            // A millisecond stands for what begins with the last instant.
            let instant = |span: Span| span.max(Span::from_millis(1));
            prop_assert_eq!(instant(blame.was), instant(downtime(&forecast, node)));
            prop_assert_eq!(instant(blame.left), instant(downtime(&mended, node)));
            // Whatever it says is as good, is as good or better.
            let (from, until) = (blame.window.from, blame.window.until);
            let halfway = from.zip(until).map(|(from, until)| {
                from + Span::from_millis(until.since(from).millis() / 2)
            });
            for at in [from, until, halfway].into_iter().flatten() {
                let blame = Blame { mended: at, ..blame.clone() };
                let other = Forecast::of(&blame.mend(&plan));
                let left = instant(downtime(&other, node));
                prop_assert!(left <= instant(blame.left), "{blame:?} leaves {left}");
            }
            // What is provisioned in another place than before is missing there.
            if !matches!(blame.remedy, Remedy::Correct(_, Act::Provision { .. })) {
                for other in nodes.iter().copied().filter(|other| *other != node) {
                    let (was, is) = (downtime(&forecast, other), downtime(&mended, other));
                    prop_assert!(is <= was, "{blame:?} costs another node {is} instead of {was}");
                }
            }
        }
    }
}
