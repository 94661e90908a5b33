//! The clicks of a plan, played in order: drafts, provisioning, and the rolling swap.
//!
//! Saving changes a draft; provisioning copies it into one environment; a certificate in the active
//! slot is then in force, and one in the rolling slot takes over when that one ends.

use std::collections::VecDeque;

use clock::Timestamp;
use parties::{Environment, Slot};

use crate::{
    acceptance::{Acceptance, Standing, round_up},
    event::Act,
    plan::{CertificateNumber, Draft, NEVER, Plan, SystemUserNumber},
};

/// The clicks of a plan, played in order.
pub(crate) struct Clicks<'p> {
    plan: &'p Plan,
    drafts: Vec<Draft>,
    /// What is in force or waits, of each system user in each environment.
    registered: Vec<[Registered; 2]>,
    acceptance: Acceptance,
}

/// What one environment knows of one system user.
#[derive(Debug, Clone, Copy, Default)]
struct Registered {
    active: Option<CertificateNumber>,
    rolling: Option<CertificateNumber>,
    /// When the rolling one takes over.
    takes_over: Option<Timestamp>,
    /// What was provisioned last.
    snapshot: Draft,
}

/// A click on *provision* that has yet to take effect.
struct Pending {
    due: Timestamp,
    system_user: SystemUserNumber,
    environment: Environment,
    snapshot: Draft,
}

impl<'p> Clicks<'p> {
    /// At the start, with what each system user has in force.
    pub(crate) fn new(plan: &'p Plan) -> Self {
        let acceptance = Acceptance::before(plan);
        let drafts = plan.system_users.iter().map(|user| user.draft).collect();
        let registered = plan.system_users.iter().map(|user| {
            user.in_force.map(|active| {
                let snapshot = Draft { active, rolling: None };
                Registered { active, rolling: None, takes_over: None, snapshot }
            })
        });
        let mut clicks = Self { plan, drafts, registered: registered.collect(), acceptance };
        for (index, user) in plan.system_users.iter().enumerate() {
            for (environment, certificate) in Environment::ALL.into_iter().zip(user.in_force) {
                if let Some(certificate) = certificate {
                    let standing = Standing::InForce(SystemUserNumber(index));
                    clicks.acceptance.stand(environment, certificate, standing, Timestamp::FIRST);
                }
            }
        }
        clicks
    }

    /// Of one instant: clicks as they were added, then provisioning that falls due, then swaps.
    pub(crate) fn play(mut self) -> Acceptance {
        let mut clicks: Vec<_> =
            self.plan.events.iter().filter(|event| event.act.at_node().is_none()).collect();
        clicks.sort_by_key(|event| event.at);
        let mut pending: VecDeque<Pending> = VecDeque::new();
        let mut clicks = clicks.into_iter().peekable();
        loop {
            let click = clicks.peek().map_or(NEVER, |event| event.at);
            let due = pending.front().map_or(NEVER, |pending| pending.due);
            let (swap, user, environment) = self.next_swap();
            let now = click.min(due).min(swap);
            if now >= NEVER {
                return self.acceptance;
            }
            if now == click {
                let Some(event) = clicks.next() else { continue };
                pending.extend(self.click(&event.act, now));
            } else if now == due {
                let Some(pending) = pending.pop_front() else { continue };
                self.falls_due(&pending);
            } else {
                self.swap(user, environment, now);
            }
        }
    }

    fn click(&mut self, act: &Act, now: Timestamp) -> Option<Pending> {
        match *act {
            Act::Save { system_user, slot, certificate } => {
                self.save(system_user, slot, certificate, now);
                None
            }
            Act::Provision { system_user, environment } => {
                let snapshot = self.drafts[system_user.0];
                let certificates = [snapshot.active, snapshot.rolling].into_iter().flatten();
                let mut foreign =
                    certificates.filter(|number| self.plan.get(*number).environment != environment);
                if self.plan.rules.provisioning_checks_environment && foreign.next().is_some() {
                    return None;
                }
                self.announce(system_user, environment, snapshot, now);
                let due = now + self.plan.rules.activation_delay;
                Some(Pending { due, system_user, environment, snapshot })
            }
            Act::Remove { system_user, slot } => {
                let draft = &mut self.drafts[system_user.0];
                match slot {
                    Slot::Active => draft.active = None,
                    Slot::Rolling => draft.rolling = None,
                }
                None
            }
            Act::Revoke { .. }
            | Act::Deploy { .. }
            | Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::Pin { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. }
            | Act::Distrust { .. } => None,
        }
    }

    /// A certificate stands in one slot, has not expired, and is nobody else's: else it is refused
    /// and nothing changes.
    fn save(
        &mut self,
        user: SystemUserNumber,
        slot: Slot,
        certificate: CertificateNumber,
        now: Timestamp,
    ) {
        let taken = (0..self.drafts.len())
            .any(|other| other != user.0 && self.has(SystemUserNumber(other), certificate));
        if now >= self.plan.get(certificate).expires
            || taken && !self.plan.rules.may_take_from_others
        {
            return;
        }
        let draft = &mut self.drafts[user.0];
        match slot {
            Slot::Active => {
                draft.active = Some(certificate);
                draft.rolling = draft.rolling.filter(|rolling| *rolling != certificate);
            }
            Slot::Rolling if draft.active == Some(certificate) => {}
            Slot::Rolling => draft.rolling = Some(certificate),
        }
    }

    fn has(&self, user: SystemUserNumber, certificate: CertificateNumber) -> bool {
        self.drafts[user.0].holds(certificate)
            || self.registered[user.0]
                .iter()
                .any(|it| [it.active, it.rolling].contains(&Some(certificate)))
    }

    /// From the click on an STS knows what will be in force, and nobody can use it yet.
    fn announce(
        &mut self,
        user: SystemUserNumber,
        environment: Environment,
        snapshot: Draft,
        now: Timestamp,
    ) {
        for certificate in [snapshot.active, snapshot.rolling].into_iter().flatten() {
            match self.acceptance.standing(environment, certificate, now) {
                Standing::InForce(_) | Standing::Waits(_) => {}
                Standing::NotRegistered | Standing::Replaced => {
                    self.acceptance.stand(environment, certificate, Standing::Waits(user), now);
                }
            }
        }
    }

    /// A snapshot comes into force. An expired certificate in it does not come back beside a
    /// rolling one: that then waits for whatever is in force.
    fn falls_due(&mut self, pending: &Pending) {
        let Pending { due, system_user, environment, snapshot } = *pending;
        let before = self.registered[system_user.0][environment as usize];
        let expired = |number: CertificateNumber| due >= self.plan.get(number).expires;
        let passed_over = snapshot.rolling.is_some() && snapshot.active.is_some_and(expired);
        let active = if passed_over { before.active } else { snapshot.active };
        let rolling = snapshot.rolling.filter(|rolling| Some(*rolling) != active);
        let after = Registered { active, rolling, takes_over: None, snapshot };
        self.register(system_user, environment, after, due);
    }

    /// The rolling certificate takes over, in the draft too if nobody has edited it meanwhile.
    fn swap(&mut self, user: SystemUserNumber, environment: Environment, now: Timestamp) {
        let before = self.registered[user.0][environment as usize];
        let active = before.rolling;
        if self.drafts[user.0] == before.snapshot {
            self.drafts[user.0] = Draft { active, rolling: None };
        }
        let snapshot = Draft { active, rolling: None };
        let after = Registered { active, rolling: None, takes_over: None, snapshot };
        self.register(user, environment, after, now);
    }

    /// The next instant at which a rolling certificate takes over, and whose.
    fn next_swap(&self) -> (Timestamp, SystemUserNumber, Environment) {
        let mut next = (NEVER, SystemUserNumber(0), Environment::Production);
        for (index, registered) in self.registered.iter().enumerate() {
            for (environment, registered) in Environment::ALL.into_iter().zip(registered) {
                if let Some(at) = registered.takes_over.filter(|at| *at < next.0) {
                    next = (at, SystemUserNumber(index), environment);
                }
            }
        }
        next
    }

    /// Writes down what is in force and what waits from `now` on, and when that will change.
    fn register(
        &mut self,
        user: SystemUserNumber,
        environment: Environment,
        mut after: Registered,
        now: Timestamp,
    ) {
        let before = self.registered[user.0][environment as usize];
        after.takes_over = after.rolling.map(|_| self.end_of(after.active, now));
        self.registered[user.0][environment as usize] = after;

        for gone in [before.active, before.rolling].into_iter().flatten() {
            let standing = match self.acceptance.standing(environment, gone, now) {
                Standing::InForce(of) if of == user => Standing::Replaced,
                Standing::Waits(of) if of == user => Standing::NotRegistered,
                // Somebody else took it.
                Standing::InForce(_)
                | Standing::Waits(_)
                | Standing::NotRegistered
                | Standing::Replaced => continue,
            };
            self.acceptance.stand(environment, gone, standing, now);
        }
        if let Some(active) = after.active {
            self.acceptance.stand(environment, active, Standing::InForce(user), now);
        }
        let Some(rolling) = after.rolling else { return };
        if self.plan.rules.overlap {
            self.acceptance.stand(environment, rolling, Standing::InForce(user), now);
        } else if !matches!(
            self.acceptance.standing(environment, rolling, now),
            // Whoever it is taken from has it until it takes over.
            Standing::InForce(other) if other != user
        ) {
            self.acceptance.stand(environment, rolling, Standing::Waits(user), now);
        }
    }

    /// `W`: the first instant at `now` or later at which the STS sees that `active` has ended.
    fn end_of(&self, active: Option<CertificateNumber>, now: Timestamp) -> Timestamp {
        let rules = &self.plan.rules;
        let end = active.map_or(now, |active| {
            let expires = self.plan.get(active).expires;
            let seen = self.acceptance.revocation_seen(active, rules.sts_revocation_lag);
            let end = if rules.rolling_on_revocation { expires.min(seen) } else { expires };
            end.max(now)
        });
        round_up(end, rules.look_interval.millis())
    }
}
