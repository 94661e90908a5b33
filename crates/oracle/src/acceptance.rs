//! Which certificate an STS accepts, for whom and when.
//!
//! What comes of all clicks is a list of [`Standing`]s for each certificate in each environment; the
//! rest (whose authority, dates, revocation) needs no list.

use clock::{Span, Timestamp};
use parties::Environment;

use crate::{
    cause::Cause,
    clicks::Clicks,
    plan::{CertificateNumber, Plan, SystemUserNumber},
};

/// What an STS makes of every certificate at every instant.
#[derive(Debug, Clone)]
pub(crate) struct Acceptance {
    /// When each certificate is revoked.
    revocations: Vec<Timestamp>,
    /// For each certificate in each environment, from when on it stands how.
    standings: Vec<[Standings; 2]>,
}

type Standings = Vec<(Timestamp, Standing)>;

/// How a certificate stands in an environment; before anything else, nobody has provisioned it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    NotRegistered,
    Waits,
    InForce(SystemUserNumber),
    Replaced,
}

impl Acceptance {
    /// What comes of all clicks of `plan`.
    pub(crate) fn of(plan: &Plan) -> Self {
        Clicks::new(plan).play()
    }

    /// Nobody has clicked yet.
    pub(crate) fn before(plan: &Plan) -> Self {
        Self {
            revocations: plan.revocations(),
            standings: vec![[const { Vec::new() }; 2]; plan.certificates.len()],
        }
    }

    /// Whom the STS of `environment` takes the holder of `certificate` for at `now`, or why it
    /// refuses: authority, dates, revocation and registration, in this order.
    pub(crate) fn judge(
        &self,
        plan: &Plan,
        environment: Environment,
        certificate: CertificateNumber,
        now: Timestamp,
    ) -> Result<SystemUserNumber, Cause> {
        let dates = plan.get(certificate);
        if dates.environment != environment {
            return Err(Cause::CertificateNotTrusted);
        }
        if now < dates.valid_from {
            return Err(Cause::CertificateNotYetValid);
        }
        if now >= dates.expires {
            return Err(Cause::CertificateExpired);
        }
        if now >= self.revocation_seen(certificate, plan.rules.sts_revocation_lag) {
            return Err(Cause::CertificateRevoked);
        }
        match self.standing(environment, certificate, now) {
            Standing::InForce(system_user) => Ok(system_user),
            standing => {
                match (self.found_by_subject(plan, environment, certificate, now), standing) {
                    (Some(system_user), _) => Ok(system_user),
                    (None, Standing::Waits) => Err(Cause::CertificateNotInForce),
                    (None, Standing::Replaced) => Err(Cause::CertificateReplaced),
                    (None, Standing::NotRegistered | Standing::InForce(_)) => {
                        Err(Cause::CertificateNotRegistered)
                    }
                }
            }
        }
    }

    /// Who has another certificate of the same subject in force, where that is asked for.
    fn found_by_subject(
        &self,
        plan: &Plan,
        environment: Environment,
        certificate: CertificateNumber,
        now: Timestamp,
    ) -> Option<SystemUserNumber> {
        if !plan.rules.finds_by_subject {
            return None;
        }
        plan.of_subject(certificate).find_map(|other| {
            match self.standing(environment, other, now) {
                Standing::InForce(system_user) => Some(system_user),
                Standing::NotRegistered | Standing::Waits | Standing::Replaced => None,
            }
        })
    }

    /// When somebody who is `lag` behind sees that `certificate` is revoked. A revocation list counts in
    /// whole seconds, so the lag runs from the second in which it was revoked; but nobody sees it before
    /// that.
    pub(crate) fn revocation_seen(&self, certificate: CertificateNumber, lag: Span) -> Timestamp {
        let revoked = self.revocations[certificate.0];
        revoked.max(revoked.truncated_to_second() + lag)
    }

    /// How `certificate` stands at `now`, whatever its dates.
    pub(crate) fn standing(
        &self,
        environment: Environment,
        certificate: CertificateNumber,
        now: Timestamp,
    ) -> Standing {
        let standings = &self.standings[certificate.0][environment as usize];
        let begun = standings.iter().rev().find(|(from, _)| *from <= now);
        begun.map_or(Standing::NotRegistered, |(_, standing)| *standing)
    }

    /// From `from` on, which is no earlier than anything said before, it stands like this.
    pub(crate) fn stand(
        &mut self,
        environment: Environment,
        certificate: CertificateNumber,
        standing: Standing,
        from: Timestamp,
    ) {
        let standings = &mut self.standings[certificate.0][environment as usize];
        if standings.last().is_some_and(|(last, _)| *last == from) {
            standings.pop();
        }
        let last = standings.last().map_or(Standing::NotRegistered, |(_, standing)| *standing);
        if last != standing {
            standings.push((from, standing));
        }
    }

    /// Whether `certificate` was in force in an environment at any time before `now`.
    pub(crate) fn was_in_force(
        &self,
        environment: Environment,
        certificate: CertificateNumber,
        now: Timestamp,
    ) -> bool {
        let standings = &self.standings[certificate.0][environment as usize];
        let mut before = standings.iter().filter(|(from, _)| *from < now);
        before.any(|(_, standing)| matches!(standing, Standing::InForce(_)))
    }

    /// The instants at which `certificate` begins to stand differently, or one of its subject does where
    /// that matters.
    pub(crate) fn changes<'a>(
        &'a self,
        plan: &'a Plan,
        environment: Environment,
        certificate: CertificateNumber,
    ) -> impl Iterator<Item = Timestamp> + 'a {
        let others = plan.of_subject(certificate).filter(|_| plan.rules.finds_by_subject);
        std::iter::once(certificate)
            .chain(others)
            .flat_map(move |number| &self.standings[number.0][environment as usize])
            .map(|(from, _)| *from)
    }
}

/// The first whole multiple of `interval`, from 1970 on, at `at` or later.
pub(crate) fn round_up(at: Timestamp, interval: i64) -> Timestamp {
    if interval <= 0 {
        return at;
    }
    let rest = at.millis().rem_euclid(interval);
    if rest == 0 { at } else { Timestamp::from_millis(at.millis() - rest + interval) }
}
