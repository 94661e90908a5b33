//! With which certificate an STS signs tokens, and which of them SMDB trusts, over time.

use clock::Timestamp;
use parties::Environment;

use crate::{event::Act, plan::Plan};

/// A certificate that an STS signs tokens with. Each environment begins with the first one, and its
/// SMDB trusts that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signer(pub u32);

impl Signer {
    /// The one that everything begins with.
    pub const FIRST: Self = Self(0);
}

/// What an STS signs with and SMDB trusts, in each environment.
pub(crate) struct Signers {
    signing: [Vec<(Timestamp, Signer)>; 2],
    trust: [Vec<(Timestamp, Signer)>; 2],
}

impl Signers {
    /// What comes of the events of `plan`.
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut signers =
            Self { signing: [const { Vec::new() }; 2], trust: [const { Vec::new() }; 2] };
        for event in &plan.events {
            match event.act {
                Act::SignWith { environment, signer } => {
                    signers.signing[environment as usize].push((event.at, signer));
                }
                Act::Trust { environment, signer } => {
                    signers.trust[environment as usize].push((event.at, signer));
                }
                Act::Save { .. }
                | Act::Provision { .. }
                | Act::Remove { .. }
                | Act::Revoke { .. }
                | Act::Deploy { .. }
                | Act::Install { .. }
                | Act::Restart { .. }
                | Act::DropCache { .. }
                | Act::Pin { .. }
                | Act::ChangeChain { .. }
                | Act::TrustChain { .. } => {}
            }
        }
        // What was added last wins within an instant.
        signers.signing.iter_mut().for_each(|list| list.sort_by_key(|(at, _)| *at));
        signers
    }

    /// What the STS signs with at `now`.
    pub(crate) fn signing(&self, environment: Environment, now: Timestamp) -> Signer {
        let begun = self.signing[environment as usize].iter().rev().find(|(at, _)| *at <= now);
        begun.map_or(Signer::FIRST, |(_, signer)| *signer)
    }

    /// Whether SMDB trusts `signer` at `now`.
    pub(crate) fn is_trusted(
        &self,
        environment: Environment,
        signer: Signer,
        now: Timestamp,
    ) -> bool {
        let mut told = self.trust[environment as usize].iter();
        signer == Signer::FIRST || told.any(|(at, of)| *at <= now && *of == signer)
    }

    /// Whether SMDB is ever told of `signer`.
    pub(crate) fn is_ever_trusted(&self, environment: Environment, signer: Signer) -> bool {
        let mut told = self.trust[environment as usize].iter();
        signer == Signer::FIRST || told.any(|(_, of)| *of == signer)
    }

    /// The instants at which anything changes.
    pub(crate) fn changes(&self, environment: Environment) -> impl Iterator<Item = Timestamp> {
        let signing = self.signing[environment as usize].iter().map(|(at, _)| *at);
        signing.chain(self.trust[environment as usize].iter().map(|(at, _)| *at))
    }
}
