//! A token of the STS: when one is left, and what comes of asking for one and of calling with it.

use clock::{Span, Timestamp};
use parties::Server;

use super::Caller;
use crate::{
    cache::{Cache, Token},
    cause::Cause,
    plan::{CertificateNumber, SystemUserNumber},
    rules::{HolderCheck, mixes_keys},
    walk::Surroundings,
};

/// How long after it was made a message says that it ends.
const MESSAGE_LIFE: Span = Span::from_minutes(5);

impl Caller<'_> {
    /// A token that is left, or a new one.
    pub(super) fn token(&self, cache: &mut Cache, now: Timestamp) -> Result<Token, Cause> {
        if let Some(token) = cache.token.filter(|token| self.keeps(token, now)) {
            return Ok(token);
        }
        cache.token = None;
        let token = self.ask(now)?;
        cache.token = Some(token).filter(|token| self.keeps(token, now));
        Ok(token)
    }

    /// Whether `token` is left at `now`.
    pub(super) fn keeps(&self, token: &Token, now: Timestamp) -> bool {
        now < token.issued + self.keeps_for
    }

    /// When a token that is left at `now` next changes: it ends, or it is dropped.
    pub(super) fn next_change(&self, token: &Token, now: Timestamp) -> Timestamp {
        let (dropped, ended) = (token.issued + self.keeps_for, self.ended(token));
        if now < ended { dropped.min(ended) } else { dropped }
    }

    pub(super) fn ended(&self, token: &Token) -> Timestamp {
        token.issued + self.surroundings.plan.rules.token_lifetime
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
    pub(super) fn use_token(&self, token: &Token, now: Timestamp) -> Result<(), Cause> {
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
    pub(super) fn is_believed(&self, token: &Token, now: Timestamp) -> Result<(), Cause> {
        if !self.surroundings.signers.is_trusted(self.node.environment, token.signer, now) {
            return Err(Cause::SignerNotTrusted);
        }
        if now >= self.ended(token) {
            return Err(Cause::TokenExpired);
        }
        self.holder_is_in_force(token.holder, now)
    }

    /// What SMDB makes of a holder's certificate at `now`, where it looks.
    pub(super) fn holder_is_in_force(
        &self,
        holder: CertificateNumber,
        now: Timestamp,
    ) -> Result<(), Cause> {
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
    pub(super) fn may_call(&self, subject: SystemUserNumber) -> Result<(), Cause> {
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
}
