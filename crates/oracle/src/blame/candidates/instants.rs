//! When a remedy is tried: where anything turns, and as long before as it takes to show.

use clock::{Span, Timestamp};
use parties::Environment;

use super::{Candidate, Candidates, SECOND};
use crate::{
    acceptance::Acceptance, blame::Remedy, event::Act, forecast::Forecast, plan::CertificateNumber,
    walk::after,
};

/// How many lives of a token after the end of a run a swap may still be put off to. Nobody waits
/// longer, and it must be reckoned what comes until then.
const LIVES_BEYOND: i64 = 1_000;

/// The instants around the one at which a candidate is best.
#[derive(Default)]
pub(in crate::blame) struct Around {
    /// In order.
    pub(in crate::blame) instants: Vec<Timestamp>,
    /// Whether the first is the first since what it provisions is saved then, and not before. Who can do
    /// nothing earlier, since there is no certificate yet, need not be told so.
    pub(in crate::blame) waits: bool,
}

impl<'p> Candidates<'p> {
    /// Every instant in the run at which something begins, ends or is done.
    pub(super) fn turning_points(&self, forecast: &Forecast) -> Vec<Timestamp> {
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
    pub(super) fn acceptance_beyond(&self) -> Vec<Timestamp> {
        let plan = self.plan;
        let acceptance = Acceptance::of(plan);
        let last = plan.end + plan.rules.token_lifetime * LIVES_BEYOND;
        let mut beyond = Vec::new();
        for (number, certificate) in self.all_certificates() {
            beyond.extend(acceptance.changes(plan, certificate.environment, number));
        }
        beyond.retain(|at| (after(plan.end)..=last).contains(at));
        beyond.sort_unstable();
        beyond.dedup();
        beyond
    }

    /// Every instant at which a candidate is tried once it is known to be the best, in order: where
    /// anything turns, and as long before that as it takes; the last whole second before each of
    /// these; and halfway from one to the next.
    pub(in crate::blame) fn around(&self, candidate: &Candidate, mended: Timestamp) -> Around {
        let Some((from, until)) = candidate.room else { return Around::default() };
        let first = from;
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
        let provisions = |number| self.plan.event(number).act.provisions().is_some();
        let waits = match &candidate.remedy {
            Remedy::Move(number) if provisions(*number) => from > self.plan.start,
            _ => from > first,
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
        Around { instants, waits }
    }

    /// The instants at which anything turns, and as long before each as it takes until these acts show.
    pub(super) fn ahead(&self, acts: &[Act]) -> Vec<Timestamp> {
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
            | Act::Trust { .. }
            | Act::ChangeChain { .. }
            | Act::TrustChain { .. } => Span::ZERO,
        });
        let lead = leads.fold(Span::ZERO, Span::max);
        let instants = self.instants.iter().flat_map(|at| [*at, *at - lead]);
        instants.filter(|at| *at >= self.plan.start).collect()
    }
}
