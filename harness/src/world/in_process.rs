//! The virtual world: every party in this process, real keys and real messages, no socket.
//!
//! Each message between two parties goes through one [`Link`]. Keys come from a pool and are handed
//! in; everything else that is drawn comes from the scenario's seed, one stream for each party and
//! purpose, so that the same file gives the same journal with any keys.

mod administrators;
mod by_rest;
mod country;
mod ordering;
mod services;
mod set_up;
#[cfg(test)]
mod tests;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};

use clock::Timestamp;
use parties::{Core as _, Environment, Link, Pass, Server, SystemUserId};
use pki::PrivateKey;
use sim_mitid::Mitid;
use sim_smdb::Smdb;
use sim_sts::Sts;

use self::services::Services;
use super::{
    clients::{Clients, Key},
    standings::standings,
};
use crate::{
    scenario::{Action, ClientName, NodeName},
    world::{ActionOutcome, CallOutcome, Message, Standing, World},
};

pub(super) use administrators::{issued_as, key_store_file};
pub use country::Countries;
pub use set_up::{SetUpError, keys_needed};

/// A virtual world.
#[derive(Clone)]
pub struct InProcess<L = Pass> {
    clients: Clients,
    services: Services<L>,
    /// In the order of their names.
    system_users: Vec<SystemUserId>,
    /// Keys for certificates that are still to be made, the next one last.
    keys: Vec<PrivateKey>,
    /// Whose calls may meet something else than when that was last asked.
    touched: BTreeSet<Key>,
}

/// What a world is made of.
pub(super) struct Parts {
    pub(super) clients: Clients,
    pub(super) mitid: Mitid,
    pub(super) sts: Sts,
    pub(super) smdb: BTreeMap<Environment, Smdb>,
    pub(super) system_users: Vec<SystemUserId>,
    /// Keys for certificates that are still to be made, the next one last.
    pub(super) keys: Vec<PrivateKey>,
}

impl<L: Link + Clone> InProcess<L> {
    /// What carries its messages.
    pub const fn link_mut(&mut self) -> &mut L {
        &mut self.services.link
    }

    /// NemLog-in as it stands.
    pub const fn sts(&self) -> &Sts {
        &self.services.sts
    }

    /// The SMDB of an environment as it stands.
    pub fn smdb(&self, environment: Environment) -> Option<&Smdb> {
        self.services.smdb.get(&environment)
    }

    /// What it is made of: for a world that is set up alike and whose parties are apart.
    pub(super) fn into_parts(self) -> Parts {
        let Services { mitid, sts, smdb, .. } = self.services;
        let Self { clients, system_users, keys, .. } = self;
        Parts { clients, mitid, sts, smdb, system_users, keys }
    }

    /// Whether a call of `key` meets the same here as in `before`. Whoever takes part in one is compared
    /// whole, but for what each draws at random: the node, and of its environment the STS, SMDB, the
    /// chains that both show in TLS, and what the authority's list says.
    fn meets_the_same(&self, key: &Key, before: &Self) -> bool {
        let (nodes, then) = (&self.clients.nodes, &before.clients.nodes);
        let (Some(node), Some(then)) = (nodes.get(key), then.get(key)) else { return false };
        let environment = node.environment;
        let (now, before) = (&self.services, &before.services);
        let revoked = |it: &Services<L>| -> Vec<_> {
            it.mitid.revocations().filter(|(of, _)| *of == environment).collect()
        };
        let chains =
            |it: &Services<L>| Server::ALL.map(|server| it.chains.authority(server, environment));
        node.wsc == then.wsc
            && node.authorities == then.authorities
            && chains(now) == chains(before)
            && now.sts.issuer(environment) == before.sts.issuer(environment)
            && now.smdb.get(&environment) == before.smdb.get(&environment)
            && revoked(now) == revoked(before)
    }

    /// When an STS, or an SMDB, will first see a revocation that it has not fetched yet: neither can
    /// name that instant itself.
    fn next_revocation(&self, now: Timestamp) -> Option<Timestamp> {
        let Services { mitid, sts, smdb, .. } = &self.services;
        let seen = mitid.revocations().map(|(environment, at)| {
            let sts = sts.issuer(environment).map(|it| {
                let seen = at + it.policy().revocation_lag;
                // An STS that looks now and then whether a swap is due acts on it only then.
                [seen, it.policy().swap.looked_at(seen)]
            });
            let smdb = smdb.get(&environment).map(|it| at + it.policy().revocation_lag);
            sts.into_iter().flatten().chain(smdb)
        });
        seen.flatten().filter(|at| *at > now).min()
    }
}

impl<L: Link + Clone> World for InProcess<L> {
    fn act(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        let before = self.clone();
        let outcome = self.carry_out(action, now);
        let touched = self.clients.nodes.keys().filter(|key| !self.meets_the_same(key, &before));
        let touched: Vec<_> = touched.cloned().collect();
        self.touched.extend(touched);
        outcome
    }

    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        let key = (client.clone(), node.clone());
        let (outcome, touched) = self.clients.call(&key, &mut self.services, now);
        self.touched.extend(touched);
        outcome
    }

    fn probe(&self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.clone().call(client, node, now)
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let Services { mitid, sts, smdb, .. } = &self.services;
        let smdb = smdb.values().map(|smdb| smdb.next_change(now));
        let nodes = self.clients.nodes.values().map(|node| node.wsc.next_change(now));
        let others = [mitid.next_change(now), sts.next_change(now)];
        parties::earliest(smdb.chain(nodes).chain(others).chain([self.next_revocation(now)]))
    }

    fn standing(&self, now: Timestamp) -> Vec<Standing> {
        standings(&self.clients, &self.system_users, &self.services.sts, now)
    }

    fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.services.messages)
    }

    fn take_touched(&mut self) -> BTreeSet<Key> {
        std::mem::take(&mut self.touched)
    }
}
