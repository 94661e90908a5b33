//! What could have been otherwise: every remedy that is tried, and the instants at which it is.

use clock::{Span, Timestamp};
use parties::{ClientProfile, Environment, Slot};

use super::{Remedy, Setting, next_provision};
use crate::{
    acceptance::Acceptance,
    administration::Administration,
    event::{Act, Event},
    forecast::Forecast,
    plan::{
        AttemptNumber, Certificate, CertificateNumber, EventNumber, Node, NodeNumber, Plan,
        SystemUserNumber,
    },
    rules::{FindBy, Keeps},
};

/// A remedy to be tried.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) remedy: Remedy,
    pub(super) kind: Kind,
    /// When it was done, if it was.
    pub(super) done: Option<Timestamp>,
    /// When it could have been done; of instants that are as good the first one here is taken.
    pub(super) instants: Vec<Timestamp>,
    /// The first instant and the last at which it could have been done, if it has no time of its own.
    pub(super) room: Option<(Timestamp, Timestamp)>,
}

impl Candidate {
    /// A remedy that has a time of its own.
    fn at(remedy: Remedy, kind: Kind, done: Option<Timestamp>, instant: Timestamp) -> Self {
        Self { remedy, kind, done, instants: vec![instant], room: None }
    }
}

/// How far a remedy is from what was done; the nearest is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The same click in another place or in another form.
    Corrected,
    /// The restart that a swap lacks.
    Completed,
    /// The same act at another time.
    Moved,
    /// Not the act.
    Omitted,
    /// A client set up otherwise.
    Configured,
    /// What nobody did.
    Added,
}

/// What people act in. What must be done before an instant is done a second before it.
const SECOND: Span = Span::from_seconds(1);

/// What candidates are made of.
pub(super) struct Candidates<'p> {
    plan: &'p Plan,
    /// Whose downtime counts; everybody's if none.
    node: Option<NodeNumber>,
    /// The nodes whose downtime counts and that have any.
    down: Vec<NodeNumber>,
    /// When each of them goes down.
    outages_from: Vec<(NodeNumber, Timestamp)>,
    /// Where anything turns in the run.
    instants: Vec<Timestamp>,
    /// Where what is accepted turns once the run has ended, not long after.
    beyond: Vec<Timestamp>,
}

/// How many lives of a token after the end of a run a swap may still be put off to. Nobody waits
/// longer, and it must be reckoned what comes until then.
const LIVES_BEYOND: i64 = 1_000;

impl<'p> Candidates<'p> {
    pub(super) fn new(plan: &'p Plan, node: Option<NodeNumber>, forecast: &Forecast) -> Self {
        let counted = plan.all_nodes().filter(|number| node.is_none_or(|only| only == *number));
        let down: Vec<_> =
            counted.filter(|number| !forecast.node(*number).outages.is_empty()).collect();
        let outages_from = down.iter().flat_map(|number| {
            forecast.node(*number).outages.iter().map(|outage| (*number, outage.from))
        });
        let outages_from = outages_from.collect();
        let mut candidates =
            Self { plan, node, down, outages_from, instants: Vec::new(), beyond: Vec::new() };
        candidates.instants = candidates.turning_points(forecast);
        candidates.beyond = candidates.acceptance_beyond();
        candidates
    }

    /// Everything but renewals where there is a certificate to go to.
    pub(super) fn all(&self) -> Vec<Candidate> {
        let mut all = self.corrections();
        all.extend(self.moves());
        all.extend(self.omissions());
        all.extend(self.settings());
        all.extend(self.additions());
        // Also where somebody renewed once it was too late.
        let without = self.down.iter().filter(|node| {
            let until = self.renewed_until(**node);
            self.successors(**node).all(|it| self.issued(self.plan.get(it)) >= until)
        });
        all.extend(without.map(|node| self.renewal(*node)));
        all
    }

    /// A renewal of what nodes began with, before it is too late.
    pub(super) fn renewals(&self) -> Vec<Candidate> {
        self.down.iter().map(|node| self.renewal(*node)).collect()
    }

    /// Every instant in the run at which something begins, ends or is done.
    fn turning_points(&self, forecast: &Forecast) -> Vec<Timestamp> {
        let plan = self.plan;
        let acceptance = Acceptance::of(plan);
        let mut instants = vec![plan.start];
        instants.extend(plan.events.iter().map(|event| event.at));
        for (index, certificate) in plan.certificates.iter().enumerate() {
            let number = CertificateNumber(index);
            instants.extend([
                certificate.valid_from,
                certificate.expires,
                acceptance.revocation_seen(number, plan.rules.sts_revocation_lag),
                acceptance.revocation_seen(number, plan.rules.smdb_revocation_lag),
            ]);
            for environment in Environment::ALL {
                instants.extend(acceptance.changes(plan, environment, number));
            }
        }
        for number in &self.down {
            let (node, forecast) = (self.node(*number), forecast.node(*number));
            let keeps_for = node.keeps.keeps_for(plan.rules.token_lifetime, node.skew);
            for outage in &forecast.outages {
                instants.push(outage.from);
                instants.extend(outage.until);
                // The tokens around its beginning: when they were given, and when they go.
                let next = forecast.tokens.partition_point(|at| *at <= outage.from);
                let around = next.saturating_sub(2)..(next + 1).min(forecast.tokens.len());
                for issued in &forecast.tokens[around] {
                    instants.extend([*issued, *issued + keeps_for]);
                }
            }
        }
        instants.retain(|at| (plan.start..=plan.end).contains(at));
        instants.sort_unstable();
        instants.dedup();
        instants
    }

    /// When what is accepted turns, after the run.
    fn acceptance_beyond(&self) -> Vec<Timestamp> {
        let plan = self.plan;
        let acceptance = Acceptance::of(plan);
        let last = plan.end + plan.rules.token_lifetime * LIVES_BEYOND;
        let mut beyond = Vec::new();
        for (number, certificate) in self.all_certificates() {
            beyond.extend(acceptance.changes(plan, certificate.environment, number));
        }
        beyond.retain(|at| (crate::walk::after(plan.end)..=last).contains(at));
        beyond.sort_unstable();
        beyond.dedup();
        beyond
    }

    fn node(&self, number: NodeNumber) -> &'p Node {
        &self.plan.nodes[number.0]
    }

    fn nodes_down(&self) -> impl Iterator<Item = (NodeNumber, &'p Node)> {
        self.down.iter().map(|number| (*number, self.node(*number)))
    }

    fn events(&self) -> impl Iterator<Item = (EventNumber, &'p Event)> {
        let events = self.plan.events.iter().enumerate();
        events.map(|(index, event)| (EventNumber(index), event))
    }

    /// Every click in the other place, and every attempt in the right form, at its own time.
    fn corrections(&self) -> Vec<Candidate> {
        let corrected = |remedy, at| Candidate::at(remedy, Kind::Corrected, Some(at), at);
        let mut corrections = Vec::new();
        for (number, event) in self.events() {
            let acts = self.elsewhere(number, event).into_iter();
            corrections.extend(acts.map(|act| corrected(Remedy::Correct(number, act), event.at)));
        }
        let attempts = self.plan.attempts.iter().enumerate();
        corrections.extend(attempts.map(|(index, (attempt, _))| {
            corrected(Remedy::Accept(AttemptNumber(index)), attempt.at)
        }));
        corrections
    }

    /// What need not be done at all: a certificate can be used until it ends.
    fn omissions(&self) -> Vec<Candidate> {
        let undoes = |act: &Act| matches!(act, Act::Revoke { .. } | Act::Remove { .. });
        let events = self.events().filter(|(_, event)| undoes(&event.act));
        let omitted = events.map(|(number, event)| {
            Candidate::at(Remedy::Omit(number), Kind::Omitted, Some(event.at), event.at)
        });
        omitted.collect()
    }

    /// What somebody may have meant who did this.
    fn elsewhere(&self, number: EventNumber, event: &Event) -> Vec<Act> {
        match event.act {
            // The environment of what was saved for it.
            Act::Provision { system_user, environment } => {
                let saved = self.edits_before(number, event, system_user);
                let last = saved.max_by_key(|(number, saved)| (saved.at, *number));
                let meant = last.and_then(|(_, saved)| match saved.act {
                    Act::Save { certificate, .. } => Some(self.environment(certificate)),
                    _ => None,
                });
                let other = meant.filter(|meant| *meant != environment);
                let other = other.map(|environment| Act::Provision { system_user, environment });
                other.into_iter().collect()
            }
            Act::Save { system_user, slot, certificate } => {
                let mut acts = Vec::new();
                let owners = self.owners(certificate);
                if owners.clone().all(|owner| owner != system_user) {
                    acts.extend(owners.map(|owner| Act::Save {
                        system_user: owner,
                        slot,
                        certificate,
                    }));
                }
                // Where it is good for nothing, the slot makes no difference.
                if self
                    .nodes_down()
                    .any(|(_, node)| node.environment == self.environment(certificate))
                {
                    let others = Slot::ALL.into_iter().filter(|other| *other != slot);
                    acts.extend(others.map(|slot| Act::Save { system_user, slot, certificate }));
                }
                let meant = self.meant(certificate, event.at);
                acts.extend(meant.map(|certificate| Act::Save { system_user, slot, certificate }));
                acts
            }
            Act::Deploy { node, certificate } => {
                let meant = self.meant(certificate, event.at);
                meant.map(|certificate| Act::Deploy { node, certificate }).collect()
            }
            Act::Install { node, certificate } => {
                let meant = self.meant(certificate, event.at);
                meant.map(|certificate| Act::Install { node, certificate }).collect()
            }
            // Whoever revokes means what has been replaced.
            Act::Revoke { certificate } => {
                let revoked = self.plan.get(certificate);
                let older = self.plan.of_subject(certificate);
                let older =
                    older.filter(|other| self.plan.get(*other).valid_from < revoked.valid_from);
                older.map(|certificate| Act::Revoke { certificate }).collect()
            }
            Act::Remove { system_user, slot } => {
                let others = Slot::ALL.into_iter().filter(|other| {
                    *other != slot && self.is_filled(number, event, system_user, *other)
                });
                others.map(|slot| Act::Remove { system_user, slot }).collect()
            }
            Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::Pin { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. } => Vec::new(),
        }
    }

    /// What somebody may have meant who took up `certificate` at `now`: a later renewal of it, or the
    /// new one of the same system user for the environment in which a node is down.
    fn meant(
        &self,
        certificate: CertificateNumber,
        now: Timestamp,
    ) -> impl Iterator<Item = CertificateNumber> {
        let taken = *self.plan.get(certificate);
        self.all_certificates()
            .filter(move |(number, other)| {
                let is_renewed = if other.environment == taken.environment {
                    other.subject == taken.subject && other.valid_from > taken.valid_from
                } else {
                    let owners = self.owners(certificate);
                    self.nodes_down().any(|(_, node)| node.environment == other.environment)
                        && self.owners(*number).any(|owner| owners.clone().any(|one| one == owner))
                        && self.plan.system_users.iter().all(|it| !it.has(*number))
                };
                is_renewed && self.issued(other) <= now
            })
            .map(|(number, _)| number)
    }

    /// Every event at every instant, the nearest to its own first; and every certificate issued earlier.
    fn moves(&self) -> Vec<Candidate> {
        let mut moves = Vec::new();
        for (number, event) in self.events() {
            let concerns = |node| self.plan.run_together(node, self.node.unwrap_or(node));
            if event.act.at_node().is_some_and(|(node, _)| !concerns(node)) {
                continue;
            }
            let (from, until) = self.room(number, event);
            let mut instants = self.ahead(&[event.act]);
            if matches!(event.act, Act::Deploy { .. }) {
                instants.extend(&self.beyond);
            }
            if matches!(event.act, Act::Revoke { .. }) && until < self.plan.end {
                instants.push(until);
            }
            instants.retain(|at| (from..=until).contains(at));
            instants.sort_by_key(|at| distance(*at, event.at));
            let remedy = Remedy::Move(number);
            let room = Some((from, until));
            moves.push(Candidate {
                remedy,
                kind: Kind::Moved,
                done: Some(event.at),
                instants,
                room,
            });
        }
        for (number, certificate) in self.all_certificates() {
            let issued = self.issued(certificate);
            let lag = self.plan.rules.certificates_begin_after;
            let mut instants: Vec<_> = self.instants.iter().map(|at| *at - lag).collect();
            instants.retain(|at| (self.plan.start..issued).contains(at));
            instants.reverse();
            let remedy = Remedy::IssueEarlier(number);
            let room = Some((self.plan.start, issued - SECOND));
            moves.push(Candidate { remedy, kind: Kind::Moved, done: Some(issued), instants, room });
        }
        moves
    }

    /// Between which instants an event can be moved and still be the same.
    fn room(&self, number: EventNumber, event: &Event) -> (Timestamp, Timestamp) {
        let Plan { start, end, .. } = *self.plan;
        match event.act {
            // Nobody saves, revokes or deploys what is not issued yet, nor revokes what has expired.
            Act::Revoke { certificate } => {
                let revoked = self.plan.get(certificate);
                let last = revoked.expires - SECOND;
                (self.issued(revoked).min(event.at), last.min(end))
            }
            // One who waits for what is accepted may have to wait longer than the run.
            Act::Deploy { certificate, .. } => {
                let last = self.beyond.iter().copied().fold(longer(self.plan), Timestamp::max);
                (self.issued(self.plan.get(certificate)).min(event.at), last)
            }
            Act::Install { certificate, .. } => {
                (self.issued(self.plan.get(certificate)).min(event.at), end)
            }
            // What is saved after the click that was to provision it was not saved for that.
            Act::Save { system_user, .. } | Act::Remove { system_user, .. } => {
                let next = next_provision(self.plan, number, system_user);
                let until = next.map_or(end, |next| self.plan.event(next).at);
                let from = match event.act {
                    Act::Save { certificate, .. } => self.issued(self.plan.get(certificate)),
                    _ => start,
                };
                (from.min(event.at), until)
            }
            Act::Provision { system_user, .. } => {
                let saved = self.edits_before(number, event, system_user);
                let saved = saved.map(|(_, earlier)| earlier.at).max().unwrap_or(start);
                (saved, longer(self.plan))
            }
            Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::Pin { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. } => (start, end),
        }
    }

    /// What was done to a system user's draft before this.
    fn edits_before(
        &self,
        number: EventNumber,
        event: &Event,
        system_user: SystemUserNumber,
    ) -> impl Iterator<Item = (EventNumber, &'p Event)> {
        self.events().filter(move |(other, earlier)| {
            earlier.act.edits() == Some(system_user) && (earlier.at, *other) < (event.at, number)
        })
    }

    /// Whether anything stands in a slot when this is done.
    fn is_filled(
        &self,
        number: EventNumber,
        event: &Event,
        system_user: SystemUserNumber,
        slot: Slot,
    ) -> bool {
        let mut administration = Administration::new(self.plan);
        let mut before: Vec<_> = self
            .events()
            .filter(|(other, earlier)| (earlier.at, *other) < (event.at, number))
            .collect();
        before.sort_by_key(|(number, earlier)| (earlier.at, *number));
        for (_, earlier) in before {
            administration.click(&earlier.act, earlier.at);
        }
        administration.saved(system_user, event.at).get(slot).is_some()
    }

    /// Clients that are set up wrong, set up right.
    fn settings(&self) -> Vec<Candidate> {
        let mut settings = Vec::new();
        for (number, node) in self.nodes_down() {
            for setting in Setting::ALL {
                let is_wrong = match setting {
                    Setting::Clock => node.skew != Span::ZERO,
                    Setting::Thumbprint => node.look_up.find_by == FindBy::CopiedThumbprint,
                    Setting::Process => node.process.is_some(),
                    Setting::Keeping => {
                        let lives = self.plan.rules.token_lifetime;
                        matches!(node.keeps, Keeps::For(kept) if kept > lives)
                    }
                };
                if is_wrong {
                    let remedy = Remedy::Configure(number, setting);
                    settings.push(Candidate::at(remedy, Kind::Configured, None, self.plan.start));
                }
            }
        }
        settings
    }

    /// What is missing: a click on *provision*, a swap, a restart, all that it takes to use a
    /// certificate that is there, or trust in who signs.
    fn additions(&self) -> Vec<Candidate> {
        let mut additions = Vec::new();
        for (number, node) in self.nodes_down() {
            let Node { system_user, environment, .. } = *node;
            let provision = Act::Provision { system_user, environment };
            additions.push(vec![provision]);
            additions.push(vec![Act::Restart { node: number }]);
            for certificate in self.successors(number) {
                let deploy = Act::Deploy { node: number, certificate };
                additions.extend([vec![deploy], vec![provision, deploy]]);
                for slot in Slot::ALL {
                    let save = Act::Save { system_user, slot, certificate };
                    // Somebody may provision it as it is.
                    additions.extend([
                        vec![save],
                        vec![save, provision],
                        vec![save, provision, deploy],
                    ]);
                }
            }
            let signers = self.events().filter_map(|(_, event)| match event.act {
                Act::SignWith { environment: of, signer } if of == environment => Some(signer),
                _ => None,
            });
            for signer in signers {
                let follow =
                    [Act::Pin { node: number, signer }, Act::Trust { environment, signer }];
                let missing: Vec<_> = follow.into_iter().filter(|act| !self.is_done(act)).collect();
                additions.extend(missing.iter().map(|act| vec![*act]));
                additions.extend((missing.len() == follow.len()).then_some(missing));
            }
        }
        let swaps = self.nodes_down().map(|(number, _)| self.completion(number));
        // One that shows the old token with the new key must lose it.
        let forgetful = additions.clone().into_iter().filter_map(|mut acts| {
            let Some(Act::Deploy { node, .. }) = acts.last() else { return None };
            let node = *node;
            let mixes = self.node(node).profile == ClientProfile::CoreNewKeyOldToken;
            mixes.then(|| {
                acts.push(Act::Restart { node });
                acts
            })
        });
        let additions: Vec<_> = forgetful.chain(additions.clone()).collect();
        swaps.chain(additions.into_iter().filter_map(|acts| self.addition(acts))).collect()
    }

    /// A restart of a node together with a swap of it that took it down.
    fn completion(&self, node: NodeNumber) -> Candidate {
        let swaps = self.events().filter(|(_, event)| match event.act {
            Act::Deploy { node: of, .. } | Act::Install { node: of, .. } => of == node,
            _ => false,
        });
        let instants = swaps.map(|(_, event)| event.at);
        let instants = instants.filter(|at| self.outages_from.contains(&(node, *at))).collect();
        let remedy = Remedy::Add(vec![Act::Restart { node }]);
        Candidate { remedy, kind: Kind::Completed, done: None, instants, room: None }
    }

    /// Acts at every instant, the last one first: until then there is time. Either nobody did them, or
    /// they were all done later: what was done alone is moved, and anybody may provision again.
    fn addition(&self, acts: Vec<Act>) -> Option<Candidate> {
        let is_provisioned = |act: &Act| act.provisions().is_some();
        let done = |act: &Act| {
            let events = self.plan.events.iter().filter(|event| event.act == *act);
            events.map(|event| event.at).min()
        };
        let latest = if acts.iter().all(|act| is_provisioned(act) || done(act).is_none()) {
            self.plan.end
        } else if acts.len() > 1 {
            let done = acts.iter().map(done).collect::<Option<Vec<_>>>()?;
            done.into_iter().min()? - SECOND
        } else {
            return None;
        };
        let taken_up = acts.iter().filter_map(|act| match act {
            Act::Save { certificate, .. } | Act::Deploy { certificate, .. } => {
                Some(self.issued(self.plan.get(*certificate)))
            }
            _ => None,
        });
        let earliest = taken_up.fold(self.plan.start, Timestamp::max);
        let mut instants = self.ahead(&acts);
        instants.retain(|at| (earliest..=latest).contains(at));
        instants.sort_unstable();
        instants.reverse();
        let (remedy, room) = (Remedy::Add(acts), Some((earliest, latest)));
        Some(Candidate { remedy, kind: Kind::Added, done: None, instants, room })
    }

    /// What has expired, or is revoked, is not renewed.
    fn renewed_until(&self, node: NodeNumber) -> Timestamp {
        let old = self.node(node).certificate;
        self.plan.get(old).expires.min(self.plan.revocations()[old.0])
    }

    fn renewal(&self, node: NodeNumber) -> Candidate {
        let old = self.node(node).certificate;
        let until = self.renewed_until(node);
        let lag = self.plan.rules.certificates_begin_after;
        let mut instants: Vec<_> = self.instants.iter().flat_map(|at| [*at, *at - lag]).collect();
        instants.retain(|at| (self.plan.start..until).contains(at));
        instants.sort_unstable();
        instants.reverse();
        let room = Some((self.plan.start, until.min(self.plan.end) - SECOND));
        let remedy = Remedy::Renew(old);
        Candidate { remedy, kind: Kind::Added, done: None, instants, room }
    }

    /// Every instant at which a candidate is tried once it is known to be the best, in order: where
    /// anything turns, and as long before that as it takes; the last whole second before each of
    /// these; and halfway from one to the next.
    pub(super) fn around(&self, candidate: &Candidate, mended: Timestamp) -> Vec<Timestamp> {
        let Some((from, until)) = candidate.room else { return Vec::new() };
        // What is provisioned has been saved.
        let from = match &candidate.remedy {
            Remedy::Add(acts) if let [act, ..] = acts.as_slice() => {
                let edited = self.events().filter(|(_, event)| {
                    event.act.edits().is_some() && event.act.edits() == act.provisions()
                });
                let edited = edited.map(|(_, event)| event.at).filter(|at| *at <= mended);
                edited.fold(from, Timestamp::max)
            }
            _ => from,
        };
        let rules = &self.plan.rules;
        let lags = [
            Span::ZERO,
            rules.activation_delay,
            rules.sts_revocation_lag,
            rules.certificates_begin_after,
            rules.certificates_begin_after + rules.activation_delay,
        ];
        let turns = self.instants.iter().chain(&self.beyond);
        let turns = turns.flat_map(|at| lags.map(|lag| *at - lag));
        let mut instants: Vec<_> = turns.flat_map(|at| [at - SECOND, at]).collect();
        instants.extend(candidate.done);
        instants.extend([from, until]);
        instants.retain(|at| (from..=until).contains(at));
        instants.sort_unstable();
        instants.dedup();
        let halfway = instants.windows(2).map(|pair| {
            let half = Span::from_millis(pair[1].since(pair[0]).millis() / 2);
            (pair[0] + half).truncated_to_second().max(pair[0])
        });
        let halfway: Vec<_> = halfway.collect();
        instants.extend(halfway);
        instants.sort_unstable();
        instants.dedup();
        instants
    }

    /// The instants at which anything turns, and as long before each as it takes until these acts show.
    fn ahead(&self, acts: &[Act]) -> Vec<Timestamp> {
        let rules = &self.plan.rules;
        let leads = acts.iter().map(|act| match act {
            Act::Provision { .. } => rules.activation_delay,
            Act::Revoke { .. } => rules.sts_revocation_lag,
            Act::Save { .. }
            | Act::Remove { .. }
            | Act::Deploy { .. }
            | Act::Install { .. }
            | Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::Pin { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. } => Span::ZERO,
        });
        let lead = leads.fold(Span::ZERO, Span::max);
        let instants = self.instants.iter().flat_map(|at| [*at, *at - lead]);
        instants.filter(|at| *at >= self.plan.start).collect()
    }

    /// When a certificate is issued, which may be before it begins.
    fn issued(&self, certificate: &Certificate) -> Timestamp {
        certificate.valid_from - self.plan.rules.certificates_begin_after
    }

    fn environment(&self, certificate: CertificateNumber) -> Environment {
        self.plan.get(certificate).environment
    }

    fn is_done(&self, act: &Act) -> bool {
        self.plan.events.iter().any(|event| event.act == *act)
    }

    fn all_certificates(&self) -> impl Iterator<Item = (CertificateNumber, &'p Certificate)> {
        let all = self.plan.certificates.iter().enumerate();
        all.map(|(index, certificate)| (CertificateNumber(index), certificate))
    }

    /// Whose certificate it is.
    fn owners(
        &self,
        certificate: CertificateNumber,
    ) -> impl Iterator<Item = SystemUserNumber> + Clone + use<'p> {
        let plan = self.plan;
        let users = (0..plan.system_users.len()).map(SystemUserNumber);
        users.filter(move |user| plan.owns(*user, certificate))
    }

    /// What a node could have been given instead of what it began with: certificates of its own system
    /// user, since nobody has another one's key, and renewals of its first one.
    fn successors(&self, number: NodeNumber) -> impl Iterator<Item = CertificateNumber> {
        let node = self.node(number);
        let subject = self.plan.get(node.certificate).subject;
        self.all_certificates()
            .filter(move |(number, other)| {
                *number != node.certificate
                    && other.environment == node.environment
                    && (other.subject == subject
                        || self.owners(*number).any(|owner| owner == node.system_user))
            })
            .map(|(number, _)| number)
    }
}

/// The end of a run that is longer by the life of a token: what a token hides at the end shows then.
pub(super) fn longer(plan: &Plan) -> Timestamp {
    plan.end + plan.rules.token_lifetime
}

fn distance(one: Timestamp, other: Timestamp) -> u64 {
    one.since(other).millis().unsigned_abs()
}
