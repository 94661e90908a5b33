//! The same act at another time.

use clock::Timestamp;

use super::{Candidate, Candidates, Kind, SECOND, longer};
use crate::{
    blame::{Remedy, remedy::next_provision},
    event::{Act, Event},
    plan::{EventNumber, Plan},
};

impl<'p> Candidates<'p> {
    /// Every event at every instant, the nearest to its own first; and every certificate issued earlier.
    pub(super) fn moves(&self) -> Vec<Candidate> {
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
            | Act::Trust { .. }
            | Act::ChangeChain { .. }
            | Act::TrustChain { .. } => (start, end),
        }
    }
}

fn distance(one: Timestamp, other: Timestamp) -> u64 {
    one.since(other).millis().unsigned_abs()
}
