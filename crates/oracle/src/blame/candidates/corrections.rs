//! The same click in another place, in another form, or not at all.

use clock::Timestamp;
use parties::Slot;

use super::{Candidate, Candidates, Kind};
use crate::{
    administration::Administration,
    blame::Remedy,
    event::{Act, Event},
    plan::{AttemptNumber, CertificateNumber, EventNumber, SystemUserNumber},
};

impl<'p> Candidates<'p> {
    /// Every click in the other place, and every attempt in the right form, at its own time.
    pub(super) fn corrections(&self) -> Vec<Candidate> {
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
    pub(super) fn omissions(&self) -> Vec<Candidate> {
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
            | Act::Trust { .. }
            | Act::ChangeChain { .. }
            | Act::TrustChain { .. } => Vec::new(),
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
}
