//! What could have been otherwise: every remedy that is tried, and the instants at which it is.

use clock::{Span, Timestamp};
use parties::{Environment, Slot};

use super::{Remedy, Setting, next_provision};
use crate::{
    acceptance::Acceptance,
    event::{Act, Event},
    forecast::Forecast,
    plan::{Certificate, CertificateNumber, EventNumber, Node, NodeNumber, Plan, SystemUserNumber},
    rules::FindBy,
};

/// A remedy to be tried.
pub(super) struct Candidate {
    pub(super) remedy: Remedy,
    pub(super) kind: Kind,
    /// When it was done, if it was.
    pub(super) done: Option<Timestamp>,
    /// When it could have been done; of instants that are as good the first one here is taken.
    pub(super) instants: Vec<Timestamp>,
}

/// How far a remedy is from what was done; the nearest is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The same click in another place.
    Corrected,
    /// The same act at another time.
    Moved,
    /// A client set up otherwise.
    Configured,
    /// What nobody did.
    Added,
}

/// What candidates are made of.
pub(super) struct Candidates<'p> {
    plan: &'p Plan,
    /// Whose downtime counts; everybody's if none.
    node: Option<NodeNumber>,
    /// The nodes whose downtime counts and that have any.
    down: Vec<NodeNumber>,
    /// Where anything turns.
    instants: Vec<Timestamp>,
}

impl<'p> Candidates<'p> {
    pub(super) fn new(plan: &'p Plan, node: Option<NodeNumber>, forecast: &Forecast) -> Self {
        let counted = plan.all_nodes().filter(|number| node.is_none_or(|only| only == *number));
        let down = counted.filter(|number| !forecast.node(*number).outages.is_empty()).collect();
        let mut candidates = Self { plan, node, down, instants: Vec::new() };
        candidates.instants = candidates.turning_points(forecast);
        candidates
    }

    /// Everything but renewals where there is a certificate to go to.
    pub(super) fn all(&self) -> Vec<Candidate> {
        let mut all = self.corrections();
        all.extend(self.moves());
        all.extend(self.settings());
        all.extend(self.additions());
        let without = self.down.iter().filter(|node| self.successors(**node).next().is_none());
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

    /// Every click in the other place, at its own time.
    fn corrections(&self) -> Vec<Candidate> {
        let mut corrections = Vec::new();
        for (number, event) in self.events() {
            corrections.extend(self.elsewhere(number, event).into_iter().map(|act| Candidate {
                remedy: Remedy::Correct(number, act),
                kind: Kind::Corrected,
                done: Some(event.at),
                instants: vec![event.at],
            }));
        }
        corrections
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
            if matches!(event.act, Act::Revoke { .. }) && until < self.plan.end {
                instants.push(until);
            }
            instants.retain(|at| (from..=until).contains(at));
            instants.sort_by_key(|at| distance(*at, event.at));
            let remedy = Remedy::Move(number);
            moves.push(Candidate { remedy, kind: Kind::Moved, done: Some(event.at), instants });
        }
        for (number, certificate) in self.all_certificates() {
            let issued = self.issued(certificate);
            let lag = self.plan.rules.certificates_begin_after;
            let mut instants: Vec<_> = self.instants.iter().map(|at| *at - lag).collect();
            instants.retain(|at| (self.plan.start..issued).contains(at));
            instants.reverse();
            let remedy = Remedy::IssueEarlier(number);
            moves.push(Candidate { remedy, kind: Kind::Moved, done: Some(issued), instants });
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
                let last = revoked.expires - Span::from_seconds(1);
                (self.issued(revoked).min(event.at), last.min(end))
            }
            Act::Deploy { certificate, .. } | Act::Install { certificate, .. } => {
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
                (saved.map(|(_, earlier)| earlier.at).max().unwrap_or(start), end)
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

    /// Whether somebody has put anything into a slot and nobody has emptied it, before this.
    fn is_filled(
        &self,
        number: EventNumber,
        event: &Event,
        system_user: SystemUserNumber,
        slot: Slot,
    ) -> bool {
        let edits = self.edits_before(number, event, system_user).filter_map(|(number, edit)| {
            match edit.act {
                Act::Save { slot: of, .. } if of == slot => Some((edit.at, number, true)),
                Act::Remove { slot: of, .. } if of == slot => Some((edit.at, number, false)),
                _ => None,
            }
        });
        let draft = &self.plan.system_users[system_user.0].draft;
        let was_filled = match slot {
            Slot::Active => draft.active.is_some(),
            Slot::Rolling => draft.rolling.is_some(),
        };
        edits.max().map_or(was_filled, |(.., is_saved)| is_saved)
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
                };
                if is_wrong {
                    settings.push(Candidate {
                        remedy: Remedy::Configure(number, setting),
                        kind: Kind::Configured,
                        done: None,
                        instants: vec![self.plan.start],
                    });
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
                let deploy = Some(deploy).filter(|deploy| !self.is_done(deploy));
                if let Some(deploy) = deploy {
                    additions.push(vec![deploy]);
                    additions.push(vec![provision, deploy]);
                }
                for slot in Slot::ALL {
                    let save = Act::Save { system_user, slot, certificate };
                    if self.is_done(&save) {
                        continue;
                    }
                    // Somebody may provision it as it is.
                    additions.push(vec![save]);
                    additions.push(vec![save, provision]);
                    additions.extend(deploy.map(|deploy| vec![save, provision, deploy]));
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
        additions.into_iter().map(|acts| self.addition(acts)).collect()
    }

    /// Acts at every instant, the last one first: until then there is time.
    fn addition(&self, acts: Vec<Act>) -> Candidate {
        let taken_up = acts.iter().filter_map(|act| match act {
            Act::Save { certificate, .. } | Act::Deploy { certificate, .. } => {
                Some(self.issued(self.plan.get(*certificate)))
            }
            _ => None,
        });
        let earliest = taken_up.fold(self.plan.start, Timestamp::max);
        let mut instants = self.ahead(&acts);
        instants.retain(|at| *at >= earliest);
        instants.sort_unstable();
        instants.reverse();
        Candidate { remedy: Remedy::Add(acts), kind: Kind::Added, done: None, instants }
    }

    fn renewal(&self, node: NodeNumber) -> Candidate {
        let old = self.node(node).certificate;
        // What has expired, or is revoked, is not renewed.
        let until = self.plan.get(old).expires.min(self.plan.revocations()[old.0]);
        let lag = self.plan.rules.certificates_begin_after;
        let mut instants: Vec<_> = self.instants.iter().flat_map(|at| [*at, *at - lag]).collect();
        instants.retain(|at| (self.plan.start..until).contains(at));
        instants.sort_unstable();
        instants.reverse();
        Candidate { remedy: Remedy::Renew(old), kind: Kind::Added, done: None, instants }
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

fn distance(one: Timestamp, other: Timestamp) -> u64 {
    one.since(other).millis().unsigned_abs()
}
