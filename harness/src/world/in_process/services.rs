//! The services of a virtual world: what they are asked without a message.

use std::collections::BTreeMap;

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Environment};
use sim_mitid::Mitid;
use sim_smdb::Smdb;
use sim_sts::{Sts, administration};

use crate::world::{Message, chains::Chains};

/// Everybody but the vendors, and what is between them.
#[derive(Clone)]
pub(super) struct Services<L> {
    pub(super) mitid: Mitid,
    pub(super) sts: Sts,
    pub(super) smdb: BTreeMap<Environment, Smdb>,
    pub(super) streams: Streams,
    /// What the servers show in TLS.
    pub(super) chains: Chains,
    pub(super) link: L,
    pub(super) messages: Vec<Message>,
}

/// Where each party's random choices come from.
#[derive(Clone)]
pub(super) struct Streams {
    pub(super) mitid: Entropy,
    pub(super) sts: Entropy,
    pub(super) sts_encryption: Entropy,
    pub(super) smdb: Entropy,
}

impl<L> Services<L> {
    pub(super) fn ask_mitid(
        &mut self,
        request: &sim_mitid::Request,
        now: Timestamp,
    ) -> sim_mitid::Answer {
        let (answer, facts) = self.mitid.decide(request, now, &mut self.streams.mitid);
        facts.into_iter().for_each(|fact| self.mitid.apply(fact));
        answer
    }

    pub(super) fn administer(
        &mut self,
        request: &administration::Request,
        now: Timestamp,
    ) -> Result<(), administration::Rejection> {
        let (answer, facts) = self.sts.administration().decide(request, now, &mut self.streams.sts);
        facts.iter().for_each(|fact| self.sts.apply(fact));
        match answer {
            administration::Answer::Done | administration::Answer::Unchanged => Ok(()),
            administration::Answer::Rejected(rejection) => Err(rejection),
        }
    }
}
