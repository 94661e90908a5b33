//! What nobody did: a client set up otherwise, and acts that are missing.

use clock::{Span, Timestamp};
use parties::Slot;

use super::{Candidate, Candidates, Kind, SECOND};
use crate::{
    blame::{Remedy, Setting},
    event::Act,
    plan::{Node, NodeNumber},
    rules::{FindBy, Keeps, mixes_keys},
};

impl<'p> Candidates<'p> {
    /// Clients that are set up wrong, set up right.
    pub(super) fn settings(&self) -> Vec<Candidate> {
        let mut settings = Vec::new();
        for (number, node) in self.nodes_down() {
            for setting in Setting::ALL {
                let is_wrong = match setting {
                    Setting::Clock => node.skew != Span::ZERO,
                    Setting::Thumbprint => node.look_up.find_by == FindBy::CopiedThumbprint,
                    Setting::Process => node.process.is_some(),
                    Setting::Keeping => self.keeps_too_long(node),
                };
                if is_wrong {
                    let remedy = Remedy::Configure(number, setting);
                    settings.push(Candidate::at(remedy, Kind::Configured, None, self.plan.start));
                }
            }
        }
        settings
    }

    /// Whether a node keeps a token, or an access token that is got with one, for a fixed time that is longer
    /// than it lives.
    fn keeps_too_long(&self, node: &Node) -> bool {
        let fixed = |keeps: Keeps| match keeps {
            Keeps::Never | Keeps::UntilBeforeEnd(_) => None,
            Keeps::For(kept) => Some(kept),
        };
        let rules = &self.plan.rules;
        let kept = fixed(node.keeps);
        let Some(access) = node.access.and_then(fixed) else {
            return kept.is_some_and(|kept| kept > rules.token_lifetime);
        };
        access > rules.access_token_life()
            || kept.unwrap_or(Span::ZERO) + access > rules.token_lifetime
    }

    /// What is missing: a click on *provision*, a swap, a restart, all that it takes to use a
    /// certificate that is there, or trust in who signs, or in who vouches for a server.
    pub(super) fn additions(&self) -> Vec<Candidate> {
        let mut additions = Vec::new();
        for (number, node) in self.nodes_down() {
            let Node { system_user, environment, trusts_new_authority, .. } = *node;
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
            let is_changed = self.events().any(|(_, event)| match event.act {
                Act::ChangeChain { environment: of, .. } => of == environment,
                _ => false,
            });
            if is_changed && !trusts_new_authority {
                additions.push(vec![Act::TrustChain { node: number }]);
            }
        }
        let swaps = self.nodes_down().map(|(number, _)| self.completion(number));
        // One that shows the old token with the new key must lose it.
        let forgetful = additions.clone().into_iter().filter_map(|mut acts| {
            let Some(Act::Deploy { node, .. }) = acts.last() else { return None };
            let node = *node;
            mixes_keys(self.node(node).profile).then(|| {
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
    pub(super) fn renewed_until(&self, node: NodeNumber) -> Timestamp {
        let old = self.node(node).certificate;
        self.plan.get(old).expires.min(self.plan.revocations()[old.0])
    }

    pub(super) fn renewal(&self, node: NodeNumber) -> Candidate {
        let old = self.node(node).certificate;
        let until = self.renewed_until(node);
        let rules = &self.plan.rules;
        let (begins, acts) = (rules.certificates_begin_after, rules.activation_delay);
        let leads = [Span::ZERO, begins, acts, begins + acts];
        let mut instants: Vec<_> =
            self.instants.iter().flat_map(|at| leads.map(|lead| *at - lead)).collect();
        instants.retain(|at| (self.plan.start..until).contains(at));
        instants.sort_unstable();
        instants.dedup();
        instants.reverse();
        let room = Some((self.plan.start, until.min(self.plan.end) - SECOND));
        let remedy = Remedy::Renew(old);
        Candidate { remedy, kind: Kind::Added, done: None, instants, room }
    }
}
