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
//! By REST there is one step more: `rest`.

mod rest;

use clock::{Span, Timestamp};
use parties::{ClientProfile, Server};

use crate::{
    cache::{Cache, Token},
    cause::Cause,
    event::Act,
    forecast::{NodeForecast, Segment},
    plan::{CertificateNumber, Node, NodeNumber, SystemUserNumber},
    rules::{FindBy, HolderCheck, mixes_keys},
    signers::Signer,
    walk::{Surroundings, after},
};

/// How long after it was made a message says that it ends.
const MESSAGE_LIFE: Span = Span::from_minutes(5);

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
    fn look_up(&self, now: Timestamp) -> Result<CertificateNumber, Cause> {
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

    /// A token that is left, or a new one.
    fn token(&self, cache: &mut Cache, now: Timestamp) -> Result<Token, Cause> {
        if let Some(token) = cache.token.filter(|token| self.keeps(token, now)) {
            return Ok(token);
        }
        cache.token = None;
        let token = self.ask(now)?;
        cache.token = Some(token).filter(|token| self.keeps(token, now));
        Ok(token)
    }

    /// Whether `token` is left at `now`.
    fn keeps(&self, token: &Token, now: Timestamp) -> bool {
        now < token.issued + self.keeps_for
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

    /// When a token that is left at `now` next changes: it ends, or it is dropped.
    fn next_change(&self, token: &Token, now: Timestamp) -> Timestamp {
        let (dropped, ended) = (token.issued + self.keeps_for, self.ended(token));
        if now < ended { dropped.min(ended) } else { dropped }
    }

    fn ended(&self, token: &Token) -> Timestamp {
        token.issued + self.surroundings.plan.rules.token_lifetime
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

    /// What comes of asking the STS at `now`.
    fn ask(&self, now: Timestamp) -> Result<Token, Cause> {
        let Surroundings { plan, acceptance, signers, .. } = self.surroundings;
        let environment = self.node.environment;
        let holder = self.present?;
        self.reaches(Server::Sts, now)?;
        if self.is_out_of_date() {
            return Err(Cause::ClockOff);
        }
        let subject = acceptance.judge(plan, environment, holder, now)?;
        let signer = signers.signing(environment, now);
        if signer != self.pinned {
            return Err(Cause::AnswerUnusable);
        }
        // By its own clock the token has ended before it came.
        if self.node.skew >= plan.rules.token_lifetime {
            return Err(Cause::AnswerExpired);
        }
        if self.node.answers_ahead_max.is_some_and(|ahead| -self.node.skew > ahead) {
            return Err(Cause::AnswerNotCurrent);
        }
        Ok(Token { issued: now, holder, subject, signer })
    }

    /// What comes of calling SMDB with `token` at `now`.
    fn use_token(&self, token: &Token, now: Timestamp) -> Result<(), Cause> {
        let present = self.present?;
        self.reaches(Server::Smdb, now)?;
        let rules = &self.surroundings.plan.rules;
        // A message must be made less than this ahead of the service's time, and come before this is
        // over after its end. Who is so slow has no token but another node's.
        let is_off = |tolerance: Span| {
            self.node.skew >= tolerance || self.node.skew <= -(tolerance + MESSAGE_LIFE)
        };
        let is_slow = |tolerance: Span| self.node.skew <= -tolerance;
        if rules.timestamp_tolerance.is_some_and(is_off) {
            return Err(Cause::ClockOffAtService);
        }
        self.is_believed(token, now)?;
        if token.holder != present && mixes_keys(self.node.profile) {
            return Err(Cause::NotHolder);
        }
        self.may_call(token.subject)?;
        if rules.timestamp_tolerance.is_some_and(is_slow) {
            return Err(Cause::ServiceAnswerNotCurrent);
        }
        Ok(())
    }

    /// Whether SMDB believes `token` at `now`, whoever shows it.
    fn is_believed(&self, token: &Token, now: Timestamp) -> Result<(), Cause> {
        if !self.surroundings.signers.is_trusted(self.node.environment, token.signer, now) {
            return Err(Cause::SignerNotTrusted);
        }
        if now >= self.ended(token) {
            return Err(Cause::TokenExpired);
        }
        self.holder_is_in_force(token.holder, now)
    }

    /// What SMDB makes of a holder's certificate at `now`, where it looks.
    fn holder_is_in_force(&self, holder: CertificateNumber, now: Timestamp) -> Result<(), Cause> {
        let Surroundings { plan, acceptance, .. } = self.surroundings;
        let rules = &plan.rules;
        let revoked = acceptance.revocation_seen(holder, rules.smdb_revocation_lag);
        if rules.holder_check >= HolderCheck::Validity && now >= plan.get(holder).expires {
            Err(Cause::HolderExpired)
        } else if rules.holder_check >= HolderCheck::ValidityAndRevocation && now >= revoked {
            Err(Cause::HolderRevoked)
        } else {
            Ok(())
        }
    }

    /// Whether SMDB lets `subject`, whom the STS takes the node for, do what the node asks.
    fn may_call(&self, subject: SystemUserNumber) -> Result<(), Cause> {
        let users = &self.surroundings.plan.system_users;
        let (subject, caller) = (&users[subject.0], &users[self.node.system_user.0]);
        if subject.organisation != caller.organisation {
            Err(Cause::ForeignAuthority)
        } else if !subject.is_privileged {
            Err(Cause::NotPrivileged)
        } else {
            Ok(())
        }
    }

    /// A request to the STS made now says that it ends in five minutes of the client's own clock, which
    /// must still be to come; and that it was made at a time which may be off by the tolerance.
    fn is_out_of_date(&self) -> bool {
        self.surroundings
            .plan
            .rules
            .timestamp_tolerance
            .is_some_and(|tolerance| self.node.skew > tolerance || self.node.skew <= -tolerance)
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
