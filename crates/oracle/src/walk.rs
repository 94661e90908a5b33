//! One node through the run, from change to change: what a call would meet at each instant.
//!
//! Between two changes from outside (a click taking effect, a date, a swap) only the node's own token
//! changes anything, so that the walk takes a step for each token and none for each call. The rules of
//! a call are those of the oracle, section 4:
//!
//! 1. A token kept for longer than `u` is dropped.
//! 2. A token that is left is used, even when it will be refused and a new one could be had.
//! 3. Otherwise the node asks the STS with its present certificate; refused, it fails at step 1, and
//!    the next call asks again.
//! 4. The call to SMDB fails at step 3 if the token has ended, is another key's, or its holder's
//!    certificate is refused. No failure drops a token.

use clock::{Span, Timestamp};
use parties::ClientProfile;

use crate::{
    acceptance::Acceptance,
    cause::Cause,
    forecast::{NodeForecast, Segment},
    plan::{Act, CertificateNumber, Node, NodeNumber, Phase, Plan, SystemUserNumber},
    rules::{FindBy, HolderCheck},
};

/// How the node fares in the whole run.
pub(crate) fn walk(plan: &Plan, acceptance: &Acceptance, number: NodeNumber) -> NodeForecast {
    let node = &plan.nodes[number.0];
    let events = events_of(plan, number);
    let changes = changes(plan, acceptance, node, &events);
    let mut walk = Walk {
        plan,
        acceptance,
        node,
        keeps_for: node.keeps.keeps_for(plan.rules.token_lifetime, node.skew),
        key_store: vec![node.certificate],
        configured: node.certificate,
        present: Ok(node.certificate),
        token: None,
        tokens: Vec::new(),
        segments: Vec::new(),
        down: None,
    };
    walk.present = walk.look_up(plan.start);

    let mut events = events.into_iter().peekable();
    for (index, from) in changes.iter().enumerate() {
        while let Some((.., act)) = events.next_if(|(at, ..)| at <= from) {
            walk.happens(&act, *from);
        }
        let until = changes.get(index + 1).copied().unwrap_or_else(|| after(plan.end));
        walk.go(*from, until);
    }
    walk.end()
}

/// The run includes its last instant, so a half-open interval ends a millisecond later.
fn after(end: Timestamp) -> Timestamp {
    end + Span::from_millis(1)
}

/// What happens to the node, in order.
fn events_of(plan: &Plan, number: NodeNumber) -> Vec<(Timestamp, Phase, Act)> {
    let mut events: Vec<_> = plan
        .events
        .iter()
        .filter(|event| event.at <= plan.end)
        .filter_map(|event| match event.act.at_node() {
            Some((node, phase)) if node == number => Some((event.at, phase, event.act)),
            Some(_) | None => None,
        })
        .collect();
    events.sort_by_key(|(at, phase, _)| (*at, *phase));
    events
}

/// The instants at which anything but the node's own token can change what it meets; the start first.
fn changes(
    plan: &Plan,
    acceptance: &Acceptance,
    node: &Node,
    events: &[(Timestamp, Phase, Act)],
) -> Vec<Timestamp> {
    let mut changes = vec![plan.start];
    changes.extend(events.iter().map(|(at, ..)| *at));
    let mut add = |certificate: CertificateNumber| {
        let dates = plan.get(certificate);
        let revoked = acceptance.revoked(certificate);
        changes.extend([
            dates.valid_from,
            dates.expires,
            revoked + plan.rules.sts_revocation_lag,
            revoked + plan.rules.smdb_revocation_lag,
        ]);
        changes.extend(acceptance.changes(node.environment, certificate));
    };
    add(node.certificate);
    for (.., act) in events {
        if let Act::Deploy { certificate, .. } = act {
            add(*certificate);
        }
    }
    changes.retain(|at| (plan.start..=plan.end).contains(at));
    changes.sort_unstable();
    changes.dedup();
    changes
}

struct Walk<'p> {
    plan: &'p Plan,
    acceptance: &'p Acceptance,
    node: &'p Node,
    /// `u`
    keeps_for: Span,
    /// Every certificate that the node was ever given.
    key_store: Vec<CertificateNumber>,
    /// The one that its configuration means.
    configured: CertificateNumber,
    /// The one that it found when it last looked.
    present: Result<CertificateNumber, Cause>,
    token: Option<Token>,
    tokens: Vec<Timestamp>,
    segments: Vec<Segment>,
    /// The present outage: since when, and why.
    down: Option<(Timestamp, Cause)>,
}

/// A token that the node keeps.
#[derive(Debug, Clone, Copy)]
struct Token {
    issued: Timestamp,
    holder: CertificateNumber,
    subject: SystemUserNumber,
}

impl Walk<'_> {
    fn happens(&mut self, act: &Act, now: Timestamp) {
        match *act {
            Act::Deploy { certificate, .. } => {
                if !self.key_store.contains(&certificate) {
                    self.key_store.push(certificate);
                }
                self.configured = certificate;
                if self.node.profile == ClientProfile::RestartOnSwap {
                    self.token = None;
                }
                self.present = self.look_up(now);
            }
            Act::Restart { .. } => {
                self.token = None;
                self.present = self.look_up(now);
            }
            Act::DropCache { .. } => self.token = None,
            Act::Save { .. } | Act::Provision { .. } | Act::Remove { .. } | Act::Revoke { .. } => {}
        }
    }

    /// What the node finds in its key store.
    fn look_up(&self, now: Timestamp) -> Result<CertificateNumber, Cause> {
        let look_up = self.node.look_up;
        let by_its_clock = now + self.node.skew;
        let is_found = |number: &CertificateNumber| {
            let dates = self.plan.get(*number);
            !look_up.valid_only || dates.valid_from <= by_its_clock && by_its_clock < dates.expires
        };
        match look_up.find_by {
            FindBy::CopiedThumbprint if self.key_store.len() > 1 && !look_up.passes_over_marks => {
                Err(Cause::CertificateNotFound)
            }
            FindBy::Thumbprint | FindBy::CopiedThumbprint => {
                let found = Some(self.configured).filter(is_found);
                found.ok_or(Cause::CertificateNotValid)
            }
            FindBy::SubjectName => {
                let mut found = self.key_store.iter().copied().filter(is_found);
                match (found.next(), found.next()) {
                    (None, _) => Err(Cause::CertificateNotValid),
                    (Some(one), None) => Ok(one),
                    (Some(_), Some(_)) => Err(Cause::CertificateAmbiguous),
                }
            }
        }
    }

    /// From `from` to `until`, while nothing changes from outside.
    fn go(&mut self, from: Timestamp, until: Timestamp) {
        let mut now = from;
        while now < until {
            if let Some(token) = self.token {
                let dropped = token.issued + self.keeps_for;
                if now < dropped {
                    let ended = token.issued + self.plan.rules.token_lifetime;
                    let next = if now < ended { dropped.min(ended) } else { dropped };
                    self.meets(self.use_token(token, now), now);
                    now = next;
                    continue;
                }
                self.token = None;
            }
            let fresh = self.ask(now);
            match fresh {
                Ok(token) if self.keeps_for > Span::ZERO => {
                    let call = self.node.calls.next(now);
                    if call == now {
                        self.token = Some(token);
                        self.tokens.push(now);
                    } else {
                        self.meets(self.use_token(token, now), now);
                        now = call;
                    }
                }
                Ok(token) => {
                    self.meets(self.use_token(token, now), now);
                    now = until;
                }
                Err(cause) => {
                    self.meets(Err(cause), now);
                    now = until;
                }
            }
        }
    }

    /// What comes of asking the STS at `now`.
    fn ask(&self, now: Timestamp) -> Result<Token, Cause> {
        let holder = self.present?;
        if self.is_out_of_date() {
            return Err(Cause::ClockOff);
        }
        let subject = self.acceptance.judge(self.plan, self.node.environment, holder, now)?;
        Ok(Token { issued: now, holder, subject })
    }

    /// What comes of calling SMDB with `token` at `now`.
    fn use_token(&self, token: Token, now: Timestamp) -> Result<(), Cause> {
        let present = self.present?;
        let rules = &self.plan.rules;
        let keeps_key = self.node.profile != ClientProfile::CoreNewKeyOldToken;
        let expires = self.plan.get(token.holder).expires;
        let revoked = self.acceptance.revoked(token.holder) + rules.smdb_revocation_lag;
        if self.is_out_of_date() {
            Err(Cause::ClockOffAtService)
        } else if now >= token.issued + rules.token_lifetime {
            Err(Cause::TokenExpired)
        } else if token.holder != present && !keeps_key {
            Err(Cause::NotHolder)
        } else if rules.holder_check >= HolderCheck::Validity && now >= expires {
            Err(Cause::HolderExpired)
        } else if rules.holder_check >= HolderCheck::ValidityAndRevocation && now >= revoked {
            Err(Cause::HolderRevoked)
        } else if !self.plan.system_users[token.subject.0].is_privileged {
            Err(Cause::NotPrivileged)
        } else {
            Ok(())
        }
    }

    /// A message made now says that it ends in five minutes of the client's own clock, which must
    /// still be to come; and that it was made at a time which may be off by the tolerance.
    fn is_out_of_date(&self) -> bool {
        self.plan
            .rules
            .timestamp_tolerance
            .is_some_and(|tolerance| self.node.skew > tolerance || self.node.skew <= -tolerance)
    }

    /// From `now` on a call would have this outcome.
    fn meets(&mut self, outcome: Result<(), Cause>, now: Timestamp) {
        let cause = outcome.err();
        if self.down.map(|(_, cause)| cause) == cause {
            return;
        }
        if let Some((from, cause)) = self.down {
            self.segments.push(Segment { from, until: Some(now), cause });
        }
        self.down = cause.map(|cause| (now, cause));
    }

    fn end(mut self) -> NodeForecast {
        if let Some((from, cause)) = self.down {
            self.segments.push(Segment { from, until: None, cause });
        }
        let calls = &self.node.calls;
        NodeForecast::new(&self.segments, self.tokens, calls, self.plan.start, after(self.plan.end))
    }
}
