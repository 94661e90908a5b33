//! A call by REST: an access token that is left, or one that SMDB gives for a token of the STS.
//!
//! 1. An access token kept for longer than the node's habit is dropped; one that is left is used, even when
//!    it will be refused.
//! 2. Otherwise a token of the STS, left or new, is redeemed. SMDB gives an access token if the node proves in
//!    TLS the key that the token is bound to, and if it would take the token in a call.
//! 3. An access token lives for an hour, for less where SMDB says so, and no longer than its token; for a second
//!    at least, so that a token which ends too soon for that is worth none. It is good for whoever proves the
//!    key that it was redeemed with. No message has a time of its own, so that no clock can be off.
//! 4. The client in .NET calls once more where an access token is refused, with the same one: it meets the
//!    same.

use clock::{Span, Timestamp};
use parties::Server;

use super::Caller;
use crate::{
    cache::{Access, Cache, Token},
    cause::Cause,
    rules::Keeps,
};

/// The shortest that an access token lives.
const SECOND: Span = Span::from_seconds(1);

impl Caller<'_> {
    /// An access token that is left, or a new one.
    pub(super) fn access(
        &self,
        keeps: Keeps,
        cache: &mut Cache,
        now: Timestamp,
    ) -> Result<Access, Cause> {
        let is_left = |access: &Access| now < self.access_dropped(keeps, access);
        if let Some(access) = cache.access.filter(is_left) {
            return Ok(access);
        }
        cache.access = None;
        let token = self.token(cache, now)?;
        let access = self.redeem(&token, now)?;
        cache.access = Some(access).filter(is_left);
        Ok(access)
    }

    /// When it drops an access token, which perhaps another node got by another clock.
    fn access_dropped(&self, keeps: Keeps, access: &Access) -> Timestamp {
        match keeps {
            Keeps::Never => access.issued,
            Keeps::UntilBeforeEnd(margin) => access.told - margin - self.node.skew,
            Keeps::For(span) => access.issued + span,
        }
    }

    /// Whether a call may leave an access token there where one right now leaves none: how long it is told to
    /// live is counted in whole seconds, and so hangs on when in a second it is asked for.
    pub(super) fn may_bring(&self, keeps: Keeps, cache: &Cache) -> bool {
        let Keeps::UntilBeforeEnd(margin) = keeps else { return false };
        let rules = &self.surroundings.plan.rules;
        let life = rules.access_token_life().max(SECOND).min(rules.token_lifetime);
        let most = Span::from_seconds(life.millis() / 1_000);
        let least = (most - SECOND).max(SECOND);
        cache.access.is_none() && margin < most && least <= margin
    }

    /// What comes of redeeming `token` at `now`.
    fn redeem(&self, token: &Token, now: Timestamp) -> Result<Access, Cause> {
        self.reaches(Server::Smdb, now)?;
        let rules = &self.surroundings.plan.rules;
        // SMDB cannot read what somebody signed of whom it is never told.
        if !self.surroundings.signers.is_ever_trusted(self.node.environment, token.signer) {
            return Err(Cause::SignerNotTrusted);
        }
        if token.holder != self.present? {
            return Err(Cause::AnotherHolder);
        }
        self.is_believed(token, now)?;
        if now >= self.last_second(token) {
            return Err(Cause::TokenEndsTooSoon);
        }
        let life = rules.access_token_life().max(SECOND);
        let until = (now + life).truncated_to_second();
        // A second at least.
        let until = if until < now + SECOND { until + SECOND } else { until };
        let until = until.min(self.ended(token).truncated_to_second());
        let told = Span::from_seconds(until.since(now).millis() / 1_000);
        let told = now + self.node.skew + told;
        let Token { holder, subject, .. } = *token;
        Ok(Access { issued: now, until, told, holder, subject })
    }

    /// From when on a token that has not ended is worth no access token.
    fn last_second(&self, token: &Token) -> Timestamp {
        self.ended(token).truncated_to_second() - SECOND
    }

    /// What comes of calling SMDB with `access` at `now`.
    pub(super) fn use_access(&self, access: &Access, now: Timestamp) -> Result<(), Cause> {
        self.reaches(Server::Smdb, now)?;
        if access.until <= now {
            return Err(Cause::AccessTokenExpired);
        }
        if access.holder != self.present? {
            return Err(Cause::AnotherCertificate);
        }
        self.holder_is_in_force(access.holder, now)?;
        self.may_call(access.subject)
    }

    /// When an access token that is left at `now`, or what comes of redeeming a token, next changes.
    pub(super) fn next_change_by_rest(
        &self,
        keeps: Keeps,
        cache: &Cache,
        now: Timestamp,
    ) -> Option<Timestamp> {
        if let Some(access) = cache.access.filter(|it| now < self.access_dropped(keeps, it)) {
            let dropped = self.access_dropped(keeps, &access);
            return Some(if now < access.until { dropped.min(access.until) } else { dropped });
        }
        let token = cache.token.filter(|token| self.keeps(token, now))?;
        let last_second = self.last_second(&token);
        let next = self.next_change(&token, now);
        Some(if now < last_second { next.min(last_second) } else { next })
    }
}
