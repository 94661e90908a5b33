//! What is known of one system user in one environment: which certificate is in force, which one
//! waits, and until when. NemLog-in Administration and an STS each keep one, by rules of their own.

use clock::Timestamp;

use crate::{
    acceptance::{Acceptance, round_up},
    plan::{CertificateNumber, Draft, Plan},
};

/// When a rolling certificate takes over, as whoever keeps a [`Registration`] sees it.
pub(crate) trait Ends {
    /// The first instant at `now` or later at which it is seen that `active` has ended; `now` where
    /// there is nothing to wait for.
    fn end_of(&self, active: Option<CertificateNumber>, now: Timestamp) -> Timestamp;
}

/// The administration knows dates alone.
#[derive(Clone, Copy)]
pub(crate) struct ByDate<'p>(pub(crate) &'p Plan);

/// An STS sees revocations too, if the rules say so, and may look now and then alone: `W`.
#[derive(Clone, Copy)]
pub(crate) struct AsTheStsSees<'a>(pub(crate) &'a Plan, pub(crate) &'a Acceptance);

impl Ends for ByDate<'_> {
    fn end_of(&self, active: Option<CertificateNumber>, now: Timestamp) -> Timestamp {
        active.map_or(now, |active| self.0.get(active).expires.max(now))
    }
}

impl Ends for AsTheStsSees<'_> {
    fn end_of(&self, active: Option<CertificateNumber>, now: Timestamp) -> Timestamp {
        let Self(plan, acceptance) = self;
        let rules = &plan.rules;
        let end = active.map_or(now, |active| {
            let expires = plan.get(active).expires;
            let seen = acceptance.revocation_seen(active, rules.sts_revocation_lag);
            let end = if rules.rolling_on_revocation { expires.min(seen) } else { expires };
            end.max(now)
        });
        round_up(end, rules.look_interval.millis())
    }
}

/// What is known of one system user in one environment.
///
/// What was brought into force at one instant is one step: the last word of an instant holds, as if
/// nothing else had been said in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registration {
    /// In force, whatever its dates.
    pub(crate) active: Option<CertificateNumber>,
    /// Waits for the end of the active one.
    pub(crate) rolling: Option<CertificateNumber>,
    /// When it takes over.
    pub(crate) takes_over: Option<Timestamp>,
    /// What was provisioned last, less what others took.
    slots: Draft,
    /// What others took since then.
    lost: Vec<CertificateNumber>,
    /// What swaps took out of force.
    swapped_away: Vec<CertificateNumber>,
    /// Everything that was ever provisioned.
    named: Vec<CertificateNumber>,
    /// When something was last brought into force, with what was in force before that instant.
    before: Option<(Timestamp, Option<CertificateNumber>)>,
}

impl Registration {
    /// With this in force from before the start on.
    pub(crate) fn starting(active: Option<CertificateNumber>) -> Self {
        let slots = Draft { active, rolling: None };
        Self { active, slots, named: slots.certificates().collect(), ..Self::default() }
    }

    /// Both certificates: in force, and waiting.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = CertificateNumber> + use<> {
        [self.active, self.rolling].into_iter().flatten()
    }

    /// A snapshot comes into force.
    pub(crate) fn provision(&mut self, snapshot: Draft, now: Timestamp, ends: &impl Ends) {
        self.lost.clear();
        self.named.extend(snapshot.certificates());
        self.settle(snapshot, now, ends);
    }

    /// Another system user takes a certificate, if it was ever this one's.
    pub(crate) fn lose(
        &mut self,
        certificate: CertificateNumber,
        now: Timestamp,
        ends: &impl Ends,
    ) {
        if !self.named.contains(&certificate) {
            return;
        }
        self.lost.push(certificate);
        let kept = |it: &CertificateNumber| *it != certificate;
        let Draft { active, rolling } = self.slots;
        self.settle(
            Draft { active: active.filter(kept), rolling: rolling.filter(kept) },
            now,
            ends,
        );
    }

    /// Lets rolling certificates take over that do so at `now` or before.
    pub(crate) fn turn(&mut self, now: Timestamp) {
        if self.takes_over.take_if(|at| *at <= now).is_some() {
            self.swapped_away.extend(self.active);
            self.active = self.rolling.take();
        }
    }

    /// These slots hold from `now` on.
    fn settle(&mut self, slots: Draft, now: Timestamp, ends: &impl Ends) {
        let before = match self.before {
            Some((at, before)) if at == now => before,
            Some(_) | None => self.active,
        };
        self.before = Some((now, before));
        self.slots = slots;
        let still = before.filter(|active| !self.lost.contains(active));
        // Beside a rolling certificate, one that a swap took away is what that left behind in the
        // draft: it does not come back. Nor does the one that took over wait for itself.
        let left_behind = slots.rolling.is_some()
            && match slots.active {
                Some(active) => self.swapped_away.contains(&active),
                None => slots.rolling == still,
            };
        self.active = if left_behind { still } else { slots.active };
        self.rolling = slots.rolling.filter(|rolling| Some(*rolling) != self.active);
        self.takes_over = self.rolling.map(|_| ends.end_of(self.active, now));
    }
}
