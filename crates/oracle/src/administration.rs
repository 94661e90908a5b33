//! What comes of the NemLog-in administrator's clicks: the drafts, and what NemLog-in Administration
//! itself knows to be provisioned. Of delays, of revocations and of the rules of an STS it knows
//! nothing.

use clock::Timestamp;
use parties::{Environment, Slot};

use crate::{
    event::Act,
    plan::{CertificateNumber, Draft, Plan, SystemUserNumber},
    registration::{ByDate, Registration},
};

/// The administrator's side of NemLog-in.
pub(crate) struct Administration<'p> {
    plan: &'p Plan,
    /// What each system user has saved, from when on; also what will stand there after a swap.
    drafts: Vec<Vec<(Timestamp, Draft)>>,
    /// What is provisioned for each of them in each environment.
    provisioned: Vec<[Registration; 2]>,
}

/// What a click hands on to an STS.
pub(crate) struct Snapshot {
    pub(crate) system_user: SystemUserNumber,
    pub(crate) environment: Environment,
    pub(crate) slots: Draft,
}

impl<'p> Administration<'p> {
    /// At the start.
    pub(crate) fn new(plan: &'p Plan) -> Self {
        let users = &plan.system_users;
        Self {
            plan,
            drafts: users.iter().map(|user| vec![(Timestamp::FIRST, user.draft)]).collect(),
            provisioned: users
                .iter()
                .map(|user| user.in_force.map(Registration::starting))
                .collect(),
        }
    }

    /// Somebody clicks.
    pub(crate) fn click(&mut self, act: &Act, now: Timestamp) -> Option<Snapshot> {
        self.provisioned.iter_mut().flatten().for_each(|it| it.turn(now));
        match *act {
            Act::Save { system_user, slot, certificate } => {
                self.save(system_user, slot, certificate, now);
                None
            }
            Act::Remove { system_user, slot } => {
                let saved = self.saved(system_user, now);
                if saved.get(slot).is_some() {
                    self.edit(system_user, saved.with(slot, None), now);
                }
                None
            }
            Act::Provision { system_user, environment } => {
                self.provision(system_user, environment, now)
            }
            Act::Revoke { .. }
            | Act::Deploy { .. }
            | Act::Install { .. }
            | Act::Restart { .. }
            | Act::DropCache { .. }
            | Act::Pin { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. }
            | Act::ChangeChain { .. }
            | Act::TrustChain { .. } => None,
        }
    }

    /// A certificate stands in one slot, has not expired, names the organisation of the system user, and
    /// is nobody else's: else it is refused and nothing changes.
    fn save(
        &mut self,
        user: SystemUserNumber,
        slot: Slot,
        certificate: CertificateNumber,
        now: Timestamp,
    ) {
        let taken = (0..self.drafts.len()).map(SystemUserNumber).any(|other| {
            other != user
                && (self.saved(other, now).holds(certificate)
                    || self.is_provisioned(other, certificate))
        });
        let it = self.plan.get(certificate);
        if now >= it.expires
            || it.organisation != self.plan.system_users[user.0].organisation
            || taken && !self.plan.rules.may_take_from_others
        {
            return;
        }
        let saved = self.saved(user, now);
        let waits_for_itself = slot == Slot::Rolling && saved.active == Some(certificate);
        if waits_for_itself || saved.get(slot) == Some(certificate) {
            return;
        }
        let moved = slot == Slot::Active && saved.rolling == Some(certificate);
        let kept = if moved { saved.with(Slot::Rolling, None) } else { saved };
        self.edit(user, kept.with(slot, Some(certificate)), now);
    }

    fn is_provisioned(&self, user: SystemUserNumber, certificate: CertificateNumber) -> bool {
        let mut known = self.provisioned[user.0].iter().flat_map(Registration::certificates);
        known.any(|it| it == certificate)
    }

    /// What is saved is known to be provisioned from the click on, and others lose it. When it will
    /// swap is known too, and a draft that nobody edits before that swaps with it.
    fn provision(
        &mut self,
        system_user: SystemUserNumber,
        environment: Environment,
        now: Timestamp,
    ) -> Option<Snapshot> {
        let slots = self.saved(system_user, now);
        let is_foreign = |it: CertificateNumber| self.plan.get(it).environment != environment;
        let provisioned = &self.provisioned[system_user.0][environment as usize];
        if slots.certificates().any(is_foreign) && self.plan.rules.provisioning_checks_environment
            || slots == Draft::default() && provisioned.certificates().next().is_none()
        {
            return None;
        }
        let ends = ByDate(self.plan);
        for (index, known) in self.provisioned.iter_mut().enumerate() {
            if index != system_user.0 {
                let known = &mut known[environment as usize];
                slots.certificates().for_each(|it| known.lose(it, now, &ends));
            }
        }
        let known = &mut self.provisioned[system_user.0][environment as usize];
        known.provision(slots, now, &ends);
        if let Some(rolling) = slots.rolling {
            let swap = known.takes_over.or_else(|| (known.active == Some(rolling)).then_some(now));
            let swapped = Draft { active: Some(rolling), rolling: None };
            if let Some(swap) = swap {
                self.edit(system_user, swapped, swap);
            }
        }
        Some(Snapshot { system_user, environment, slots })
    }

    /// What stands in a draft.
    pub(crate) fn saved(&self, user: SystemUserNumber, now: Timestamp) -> Draft {
        let mut entries = self.drafts[user.0].iter().rev();
        entries.find(|(from, _)| *from <= now).map_or_else(Draft::default, |(_, draft)| *draft)
    }

    /// This is saved from `from` on, whatever was to follow.
    fn edit(&mut self, user: SystemUserNumber, draft: Draft, from: Timestamp) {
        let drafts = &mut self.drafts[user.0];
        drafts.retain(|(at, _)| *at < from);
        drafts.push((from, draft));
    }
}
