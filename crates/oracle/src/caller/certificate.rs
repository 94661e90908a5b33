//! What a node signs with: what it is given, what it is told to use, and what it finds when it looks.

use clock::Timestamp;
use parties::ClientProfile;

use super::Caller;
use crate::{cause::Cause, event::Act, plan::CertificateNumber, rules::FindBy};

impl Caller<'_> {
    /// Something happens to it or in its process; says whether its cache is lost.
    pub(crate) fn happens(&mut self, act: &Act, now: Timestamp) -> bool {
        let plan = self.surroundings.plan;
        let Some((node, _)) = act.at_node() else { return false };
        let is_own = node == self.number;
        if !plan.run_together(self.number, node) {
            return false;
        }
        match *act {
            Act::Deploy { certificate, .. } => {
                if !self.key_store.contains(&certificate) {
                    self.key_store.push(certificate);
                }
                if is_own {
                    self.configured = certificate;
                    self.is_reconfigured = true;
                }
                let restarts = match plan.nodes[node.0].profile {
                    ClientProfile::RestartOnSwap | ClientProfile::JavaRestFixedCache => true,
                    ClientProfile::NoCache
                    | ClientProfile::DotnetCacheByEndpoint
                    | ClientProfile::CoreNewKeyOldToken
                    | ClientProfile::DotnetRest => false,
                };
                if is_own || restarts {
                    self.present = self.look_up(now);
                }
                restarts
            }
            Act::Install { certificate, .. } => {
                if !self.key_store.contains(&certificate) {
                    self.key_store.push(certificate);
                }
                false
            }
            Act::Restart { .. } => {
                self.present = self.look_up(now);
                true
            }
            Act::DropCache { .. } => is_own,
            Act::Pin { signer, .. } => {
                if is_own {
                    self.pinned = signer;
                }
                false
            }
            Act::TrustChain { .. } => {
                self.trusts_new_authority |= is_own;
                false
            }
            Act::Save { .. }
            | Act::Provision { .. }
            | Act::Remove { .. }
            | Act::Revoke { .. }
            | Act::SignWith { .. }
            | Act::Trust { .. }
            | Act::ChangeChain { .. } => false,
        }
    }

    /// What the node finds in its key store.
    pub(super) fn look_up(&self, now: Timestamp) -> Result<CertificateNumber, Cause> {
        let look_up = self.node.look_up;
        let by_its_clock = now + self.node.skew;
        let is_found = |number: &CertificateNumber| {
            let dates = self.surroundings.plan.get(*number);
            !look_up.valid_only || dates.valid_from <= by_its_clock && by_its_clock < dates.expires
        };
        match look_up.find_by {
            FindBy::CopiedThumbprint if self.is_reconfigured && !look_up.passes_over_marks => {
                Err(Cause::CertificateNotFound)
            }
            FindBy::Thumbprint | FindBy::CopiedThumbprint => {
                let found = Some(self.configured).filter(is_found);
                found.ok_or(Cause::CertificateNotValid)
            }
            FindBy::SubjectName => {
                let plan = self.surroundings.plan;
                let mut found = self.key_store.iter().copied().filter(|number| {
                    plan.is_called_alike(self.configured, *number) && is_found(number)
                });
                match (found.next(), found.next()) {
                    (None, _) => Err(Cause::CertificateNotValid),
                    (Some(one), None) => Ok(one),
                    (Some(_), Some(_)) => Err(Cause::CertificateAmbiguous),
                }
            }
        }
    }
}
