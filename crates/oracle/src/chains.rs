//! From when on servers show a chain in TLS that leads to the new authority.

use clock::Timestamp;
use parties::{Environment, Server};

use crate::{
    event::Act,
    plan::{NEVER, Plan},
};

/// When the chain of each server changes, in each environment; [`NEVER`] where it does not.
pub(crate) struct Chains([[Timestamp; 2]; 2]);

impl Chains {
    /// What comes of the events of `plan`.
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut changed = [[NEVER; 2]; 2];
        for event in &plan.events {
            if let Act::ChangeChain { server, environment } = event.act {
                let changed = &mut changed[server as usize][environment as usize];
                *changed = event.at.min(*changed);
            }
        }
        Self(changed)
    }

    /// Whether the chain of `server` leads to the new authority at `now`.
    pub(crate) fn is_new(&self, server: Server, environment: Environment, now: Timestamp) -> bool {
        self.0[server as usize][environment as usize] <= now
    }

    /// The instants at which a chain changes.
    pub(crate) fn changes(&self, environment: Environment) -> impl Iterator<Item = Timestamp> {
        self.0.map(|changed| changed[environment as usize]).into_iter()
    }
}
