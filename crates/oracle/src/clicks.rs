//! The clicks of a plan, played in order: what each STS makes of them, and how every certificate
//! stands after each instant.
//!
//! Of one instant: what falls due by itself (rolling swaps, then provisioning that took its time),
//! then the clicks as they were added, each with what it brings about at once. So a click sees
//! everything that holds at its instant, and what was clicked before it.

use std::collections::VecDeque;

use clock::Timestamp;
use parties::Environment;

use crate::{
    acceptance::{Acceptance, Standing},
    administration::{Administration, Snapshot},
    event::Event,
    plan::{CertificateNumber, NEVER, Plan, SystemUserNumber},
    registration::{AsTheStsSees, Registration},
};

/// The clicks of a plan, played in order.
pub(crate) struct Clicks<'p> {
    plan: &'p Plan,
    administration: Administration<'p>,
    services: Services,
    /// What was clicked and has yet to take effect.
    pending: VecDeque<(Timestamp, Snapshot)>,
    acceptance: Acceptance,
}

/// What the STS of each environment knows of each system user.
#[derive(Clone)]
struct Services(Vec<[Registration; 2]>);

impl<'p> Clicks<'p> {
    /// At the start, with what each system user has in force.
    pub(crate) fn new(plan: &'p Plan) -> Self {
        let users = plan.system_users.iter();
        let registered = users.map(|user| user.in_force.map(Registration::starting)).collect();
        let mut clicks = Self {
            plan,
            administration: Administration::new(plan),
            services: Services(registered),
            pending: VecDeque::new(),
            acceptance: Acceptance::before(plan),
        };
        clicks.write_down(Timestamp::FIRST);
        clicks
    }

    /// From instant to instant.
    pub(crate) fn play(mut self) -> Acceptance {
        let is_click = |event: &&Event| event.act.at_node().is_none();
        let mut clicks: Vec<_> = self.plan.events.iter().filter(is_click).collect();
        clicks.sort_by_key(|event| event.at);
        let mut clicks = clicks.into_iter().peekable();
        loop {
            let click = clicks.peek().map_or(NEVER, |event| event.at);
            let due = self.pending.front().map_or(NEVER, |(due, _)| *due);
            let now = click.min(due).min(self.services.next_swap());
            if now >= NEVER {
                return self.acceptance;
            }
            self.falls_due(now);
            while let Some(event) = clicks.next_if(|event| event.at == now) {
                if let Some(snapshot) = self.administration.click(&event.act, now) {
                    let due = now + self.plan.rules.activation_delay;
                    self.pending.push_back((due, snapshot));
                }
                self.falls_due(now);
            }
            self.write_down(now);
        }
    }

    /// Swaps and provisioning that are due by `now`.
    fn falls_due(&mut self, now: Timestamp) {
        self.services.swap(now);
        while let Some((_, snapshot)) = self.pending.pop_front_if(|(due, _)| *due <= now) {
            self.services.provision(&snapshot, now, AsTheStsSees(self.plan, &self.acceptance));
            self.services.swap(now);
        }
    }

    /// Writes down how every certificate stands from `now` on.
    fn write_down(&mut self, now: Timestamp) {
        let comes = self.to_come();
        for environment in Environment::ALL {
            for index in 0..self.plan.certificates.len() {
                let certificate = CertificateNumber(index);
                let overlaps = self.plan.rules.overlap;
                let standing = match self.services.holder(certificate, environment, overlaps) {
                    Some(user) => Standing::InForce(user),
                    None if comes.contains(&(environment, certificate)) => Standing::Waits,
                    None if self.acceptance.was_in_force(environment, certificate, now) => {
                        Standing::Replaced
                    }
                    None => Standing::NotRegistered,
                };
                self.acceptance.stand(environment, certificate, standing, now);
            }
        }
    }

    /// What will come into force where, if nobody clicks any more.
    fn to_come(&self) -> Vec<(Environment, CertificateNumber)> {
        let mut comes = Vec::new();
        let mut services = self.services.clone();
        let mut pending = self.pending.iter().peekable();
        let ends = AsTheStsSees(self.plan, &self.acceptance);
        loop {
            let due = pending.peek().map_or(NEVER, |(due, _)| *due);
            let now = due.min(services.next_swap());
            if now >= NEVER {
                return comes;
            }
            services.swap(now);
            while let Some((_, snapshot)) = pending.next_if(|(due, _)| *due == now) {
                services.provision(snapshot, now, ends);
                services.swap(now);
            }
            comes.extend(services.in_force());
        }
    }
}

impl Services {
    fn provision(&mut self, snapshot: &Snapshot, now: Timestamp, ends: AsTheStsSees<'_>) {
        let Snapshot { system_user, environment, slots } = snapshot;
        for (index, registered) in self.0.iter_mut().enumerate() {
            let registered = &mut registered[*environment as usize];
            if index == system_user.0 {
                registered.provision(*slots, now, &ends);
            } else {
                slots.certificates().for_each(|it| registered.lose(it, now, &ends));
            }
        }
    }

    fn swap(&mut self, now: Timestamp) {
        self.0.iter_mut().flatten().for_each(|registered| registered.turn(now));
    }

    /// The next instant at which a rolling certificate takes over.
    fn next_swap(&self) -> Timestamp {
        let swaps = self.0.iter().flatten().filter_map(|registered| registered.takes_over);
        swaps.fold(NEVER, Timestamp::min)
    }

    /// Whom an STS takes for the holder of a certificate.
    fn holder(
        &self,
        certificate: CertificateNumber,
        environment: Environment,
        overlaps: bool,
    ) -> Option<SystemUserNumber> {
        let holds = |registered: &[Registration; 2]| {
            let Registration { active, rolling, .. } = registered[environment as usize];
            active == Some(certificate) || overlaps && rolling == Some(certificate)
        };
        self.0.iter().position(holds).map(SystemUserNumber)
    }

    fn in_force(&self) -> impl Iterator<Item = (Environment, CertificateNumber)> {
        self.0.iter().flat_map(|registered| {
            let each = Environment::ALL.into_iter().zip(registered);
            each.filter_map(|(environment, it)| Some((environment, it.active?)))
        })
    }
}
