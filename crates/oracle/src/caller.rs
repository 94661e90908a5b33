//! One node that calls: what it signs with, what it keeps, and what comes of a call.
//!
//! The rules are those of the oracle, section 4:
//!
//! 1. A token kept for longer than `u` is dropped.
//! 2. A token that is left is used, even when it will be refused and a new one could be had.
//! 3. Otherwise the node asks the STS with its present certificate; refused, it fails at step 1, and
//!    the next call asks again.
//! 4. The call to SMDB, by SOAP, fails at step 3 if the token has ended, is another key's, or its holder's
//!    certificate is refused, or if the clock is so far off that one of the two refuses the other's message.
//!    No failure drops a token.
//! 5. Before it sends anything to either, the node looks who vouches for it in TLS; whom it does not trust
//!    it sends nothing.
//!
//! `certificate` is what the node signs with, `token` the rest of these rules; by REST there is one step more:
//! `rest`.

mod certificate;
mod rest;
mod token;

use clock::{Span, Timestamp};
use parties::Server;

use crate::{
    cache::Cache,
    cause::Cause,
    forecast::{NodeForecast, Segment},
    plan::{CertificateNumber, Node, NodeNumber},
    signers::Signer,
    walk::{Surroundings, after},
};

/// One node on its walk.
pub(crate) struct Caller<'p> {
    surroundings: Surroundings<'p>,
    pub(crate) number: NodeNumber,
    node: &'p Node,
    /// `u`
    keeps_for: Span,
    /// Every certificate that the node, or another one of its process, was ever given.
    key_store: Vec<CertificateNumber>,
    /// The one that its configuration means, and whether somebody has configured it since it began.
    configured: CertificateNumber,
    is_reconfigured: bool,
    /// The one that it found when it last looked.
    present: Result<CertificateNumber, Cause>,
    /// Which certificate of the STS it trusts.
    pinned: Signer,
    /// Whether it trusts the new authority in TLS.
    trusts_new_authority: bool,
    /// When it was given tokens.
    tokens: Vec<Timestamp>,
    /// When it called last, and how many calls of that instant failed.
    called: Option<(Timestamp, i64)>,
    /// At which instants more calls failed than one more call there would say, or fewer, since another
    /// node of its cache called in the same instant and changed what one more would meet.
    turned: Vec<(Timestamp, i64)>,
    segments: Vec<Segment>,
    /// The present trouble: since when, and why.
    down: Option<(Timestamp, Cause)>,
}

impl<'p> Caller<'p> {
    /// At the start of the run.
    pub(crate) fn new(surroundings: Surroundings<'p>, number: NodeNumber) -> Self {
        let plan = surroundings.plan;
        let node = &plan.nodes[number.0];
        let mut key_store = Vec::new();
        for other in plan.all_nodes().filter(|other| plan.run_together(number, *other)) {
            let certificate = plan.nodes[other.0].certificate;
            if !key_store.contains(&certificate) {
                key_store.push(certificate);
            }
        }
        let mut caller = Self {
            surroundings,
            number,
            node,
            keeps_for: node.keeps.keeps_for(plan.rules.token_lifetime, node.skew),
            key_store,
            configured: node.certificate,
            is_reconfigured: false,
            present: Ok(node.certificate),
            pinned: Signer::FIRST,
            trusts_new_authority: node.trusts_new_authority,
            tokens: Vec::new(),
            called: None,
            turned: Vec::new(),
            segments: Vec::new(),
            down: None,
        };
        caller.present = caller.look_up(plan.start);
        caller
    }

    /// What comes of a call at `now` that finds this in the cache, and what it leaves there. A call that
    /// fails drops nothing that was left for it.
    pub(crate) fn call(&self, found: &Cache, now: Timestamp) -> (Result<(), Cause>, Cache) {
        let mut cache = *found;
        // One that did not start fails before it looks into the cache.
        let outcome = self.present.and_then(|_| match self.node.access {
            None => self.token(&mut cache, now).and_then(|token| self.use_token(&token, now)),
            Some(keeps) => {
                self.access(keeps, &mut cache, now).and_then(|access| self.use_access(&access, now))
            }
        });
        (outcome, cache)
    }

    /// When what is left for it at `now` next changes, if nobody calls; or its next call, if that would
    /// change what is in the cache.
    pub(crate) fn next_turn(
        &self,
        cache: &Cache,
        left: &Cache,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let changes = match self.node.access {
            None => {
                let token = cache.token.filter(|token| self.keeps(token, now));
                token.map(|token| self.next_change(&token, now))
            }
            Some(keeps) => self.next_change_by_rest(keeps, cache, now),
        };
        let brings = left != cache || self.node.access.is_some_and(|it| self.may_bring(it, cache));
        let calls = brings.then(|| self.node.calls.next(after(now)));
        changes.into_iter().chain(calls).min()
    }

    /// The turns of its calls at `now`, in no order.
    pub(crate) fn turns(&self, now: Timestamp) -> impl Iterator<Item = usize> {
        self.node.calls.turns(now)
    }

    /// It sends nothing to a server before it knows that it trusts the chain which that shows.
    fn reaches(&self, server: Server, now: Timestamp) -> Result<(), Cause> {
        let is_new = self.surroundings.chains.is_new(server, self.node.environment, now);
        match server {
            _ if !is_new || self.trusts_new_authority => Ok(()),
            Server::Sts => Err(Cause::StsChainNotTrusted),
            Server::Smdb => Err(Cause::SmdbChainNotTrusted),
        }
    }

    /// It has called at `now`, with this outcome, and perhaps got a new token that it keeps.
    pub(crate) fn has_called(&mut self, now: Timestamp, is_new: bool, outcome: Result<(), Cause>) {
        let before = self.called.filter(|(at, _)| *at == now).map_or(0, |(_, failed)| failed);
        self.called = Some((now, before + i64::from(outcome.is_err())));
        if is_new {
            self.tokens.push(now);
        }
    }

    /// From `now` on a call would have this outcome.
    pub(crate) fn meets(&mut self, outcome: Result<(), Cause>, now: Timestamp) {
        if let Some((_, failed)) = self.called.take_if(|(at, _)| *at == now) {
            let calls = self.node.calls.count(now, after(now)).cast_signed();
            let more = failed - if outcome.is_err() { calls } else { 0 };
            self.turned.extend((more != 0).then_some((now, more)));
        }
        let cause = outcome.err();
        if self.down.map(|(_, cause)| cause) == cause {
            return;
        }
        if let Some((from, cause)) = self.down {
            self.segments.push(Segment { from, until: Some(now), cause });
        }
        self.down = cause.map(|cause| (now, cause));
    }

    /// The run has ended; `until` is the first instant after it.
    pub(crate) fn end(mut self, until: Timestamp) -> NodeForecast {
        if let Some((from, cause)) = self.down {
            self.segments.push(Segment { from, until: None, cause });
        }
        let start = self.surroundings.plan.start;
        let calls = &self.node.calls;
        let mut forecast = NodeForecast::new(&self.segments, self.tokens, calls, start, until);
        self.turned.into_iter().for_each(|(at, more)| forecast.turn(at, more));
        forecast
    }
}
