//! One swap of one node in closed form: the instants that decide, the outage, and the safe window.
//!
//! A second way to the same numbers, which shares no code with the walk of a [`Plan`](crate::Plan):
//! tests hold the two against each other. It is valid for one swap of one node with a cache of its
//! own that calls by SOAP, where the STS accepts the old certificate in `[.., O)` and the new one in `[N, ..)` and nothing
//! else happens; everything else takes the walk.

use clock::{Span, Timestamp};
use parties::ClientProfile;

use crate::{
    acceptance::round_up,
    interval::Interval,
    plan::NEVER,
    rules::{HolderCheck, Rules},
};

/// One swap: the instants that people choose. None means that it never happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swap {
    /// How the new certificate comes into force.
    pub policy: Policy,
    /// `E+`: the first instant at which the old certificate is refused.
    pub expires: Timestamp,
    /// `B`: the first instant at which the new one is valid. Its own end comes after the run.
    pub valid_from: Timestamp,
    /// The click on *provision*, for this environment and with the new one saved.
    pub provisioned: Option<Timestamp>,
    /// `R`: the revocation of the old one.
    pub revoked: Option<Timestamp>,
    /// `X`: the click on *provision* with the old one removed; of use with [`Policy::Overlap`] alone,
    /// and before the old one ends.
    pub removed: Option<Timestamp>,
    /// `C`: the node begins to use the new one.
    pub swapped: Option<Timestamp>,
}

/// How a new certificate comes into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// When the old one expires (*rullende skift*).
    Rolling,
    /// When it is provisioned.
    Replace,
    /// When it is provisioned, and the old one stays accepted: a what-if.
    Overlap,
}

impl Policy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rolling, Self::Replace, Self::Overlap];
}

/// The instants that follow from a [`Swap`] and decide about its outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// `O`: the STS accepts the old certificate before it.
    pub old_until: Timestamp,
    /// `N`: the STS accepts the new certificate from it on.
    pub new_from: Timestamp,
    /// `S`: SMDB refuses the old certificate inside a live token from it on.
    pub holder_until: Timestamp,
    /// `C`: the node begins to use the new certificate.
    pub swapped: Timestamp,
}

impl Swap {
    /// The instants that decide, under these rules.
    #[must_use]
    pub fn turn(&self, rules: &Rules) -> Turn {
        let or_never = |at: Option<Timestamp>| at.unwrap_or(NEVER);
        let in_effect = |click: Option<Timestamp>| or_never(click) + rules.activation_delay;
        let provisioned = in_effect(self.provisioned);
        // A revocation list counts in whole seconds.
        let seen =
            |lag: Span| or_never(self.revoked.map(|at| at.max(at.truncated_to_second() + lag)));
        let ended = self.expires.min(seen(rules.sts_revocation_lag));
        let (old_until, in_force) = match self.policy {
            Policy::Rolling => {
                let turns = if rules.rolling_on_revocation { ended } else { self.expires };
                let turns = round_up(provisioned.max(turns), rules.look_interval.millis());
                (ended, turns)
            }
            Policy::Replace => (ended.min(provisioned), provisioned),
            Policy::Overlap => (ended.min(in_effect(self.removed)), provisioned),
        };
        let holder_until = match rules.holder_check {
            HolderCheck::Ignored => NEVER,
            HolderCheck::Validity => self.expires,
            HolderCheck::ValidityAndRevocation => self.expires.min(seen(rules.smdb_revocation_lag)),
        };
        Turn {
            old_until,
            new_from: in_force.max(self.valid_from),
            holder_until,
            swapped: or_never(self.swapped),
        }
    }
}

impl Turn {
    /// `D`: the first instant, once the old certificate gives no token any more, at which the node
    /// must ask for one.
    #[must_use]
    pub fn asks_again(&self, tokens: &Tokens) -> Timestamp {
        let turned = self.old_until.min(self.swapped);
        if tokens.keeps_for <= Span::ZERO {
            return self.old_until;
        }
        let last = tokens.last_before(turned);
        last.map_or(turned, |issued| (issued + tokens.keeps_for).max(turned))
    }

    /// The outage of a node: none if it has none. Where tokens are kept for longer than they live,
    /// [`stale`] comes on top.
    #[must_use]
    pub fn outage(&self, profile: ClientProfile, tokens: &Tokens) -> Option<Interval> {
        let Self { old_until, new_from, holder_until, swapped } = *self;
        let asks = self.asks_again(tokens);
        let (from, until) = match Habit::of(profile, tokens.keeps_for) {
            Habit::KeepsNothing => {
                (holder_until.min(old_until).min(swapped), swapped.max(new_from))
            }
            Habit::LosesToken => (holder_until.min(asks).min(swapped), swapped.max(new_from)),
            Habit::KeepsTokenAndKey => (holder_until.min(asks), swapped.max(asks).max(new_from)),
            Habit::KeepsToken => {
                (holder_until.min(asks).min(swapped), swapped.max(asks).max(new_from))
            }
        };
        Interval::new(from, until)
    }

    /// When `C` must be for an outage of nothing, everything else being as it is: the last such
    /// stretch.
    #[must_use]
    pub fn safe_window(&self, profile: ClientProfile, tokens: &Tokens) -> SafeWindow {
        let Self { old_until, new_from, holder_until, .. } = *self;
        let keeps_for = tokens.keeps_for;
        // `D` of a swap that comes once the old certificate gives no token.
        let asks = Self { swapped: NEVER, ..*self }.asks_again(tokens);
        let last_token = tokens.last_before(old_until);
        match Habit::of(profile, keeps_for) {
            Habit::KeepsNothing => {
                let last = holder_until.min(old_until);
                SafeWindow::between(new_from, last, Some(new_from.since(last)))
            }
            Habit::LosesToken => {
                let last = holder_until.min(asks);
                SafeWindow::between(new_from, last, Some(new_from.since(last)))
            }
            // `D` follows `C`, and must lie in `[N, S]`. So an early swap is hidden too, from the
            // token on that lasts until the new certificate is in force.
            Habit::KeepsTokenAndKey => {
                let after = |at: Timestamp| at + Span::from_millis(1);
                let first = new_from.min(after(tokens.first_from(new_from - keeps_for)));
                let last = if asks <= holder_until {
                    asks
                } else {
                    holder_until.min(tokens.first_from(after(holder_until - keeps_for)))
                };
                SafeWindow::between(first, last, None)
            }
            // No live token may be held.
            Habit::KeepsToken => {
                let gone = last_token.map_or(new_from, |issued| issued + keeps_for);
                SafeWindow::between(new_from.max(gone), asks.min(holder_until), None)
            }
        }
    }
}

/// A node that calls again and again, and keeps tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// Its first call.
    pub first: Timestamp,
    /// How long from one call to the next.
    pub interval: Span,
    /// `u`: how long it keeps a token.
    pub keeps_for: Span,
}

impl Tokens {
    /// How long from one token to the next: until the first call that finds the last one gone.
    fn step(&self) -> i64 {
        let interval = self.interval.millis().max(1);
        let calls = self.keeps_for.millis().max(1).unsigned_abs().div_ceil(interval.unsigned_abs());
        i64::try_from(calls).unwrap_or(i64::MAX).saturating_mul(interval)
    }

    /// `t*`: the last token before `before`, if it is given one whenever it asks.
    #[must_use]
    pub fn last_before(&self, before: Timestamp) -> Option<Timestamp> {
        let millis = before.since(self.first).millis();
        let step = self.step();
        (millis > 0).then(|| self.first + Span::from_millis((millis - 1) / step * step))
    }

    /// The first token at `from` or later, if it is given one whenever it asks.
    #[must_use]
    pub fn first_from(&self, from: Timestamp) -> Timestamp {
        let step = Span::from_millis(self.step());
        self.last_before(from).map_or(self.first, |last| last + step)
    }
}

/// When a swap does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SafeWindow {
    /// At these instants and between them; one instant where they are the same.
    Between {
        /// The first.
        first: Timestamp,
        /// The last, which is still safe.
        last: Timestamp,
    },
    /// Never.
    Impossible {
        /// The shortest outage that can be had; none where it hangs on when tokens are issued.
        least: Option<Span>,
    },
}

impl SafeWindow {
    fn between(first: Timestamp, last: Timestamp, least: Option<Span>) -> Self {
        if first <= last { Self::Between { first, last } } else { Self::Impossible { least } }
    }
}

/// The outages that come of tokens kept for longer than they live: for each token that was issued at
/// one of `issued`, from its end until it is dropped, or until the node loses it at `lost`.
#[must_use]
pub fn stale(
    issued: &[Timestamp],
    lifetime: Span,
    keeps_for: Span,
    lost: Option<Timestamp>,
) -> Vec<Interval> {
    let stale = |issued: &Timestamp| {
        let dropped = *issued + keeps_for;
        let until = lost.filter(|lost| lost > issued).map_or(dropped, |lost| dropped.min(lost));
        Interval::new(*issued + lifetime, until)
    };
    issued.iter().filter_map(stale).collect()
}

/// What a swap does to a kept token.
enum Habit {
    KeepsNothing,
    LosesToken,
    KeepsTokenAndKey,
    KeepsToken,
}

impl Habit {
    fn of(profile: ClientProfile, keeps_for: Span) -> Self {
        match profile {
            _ if keeps_for <= Span::ZERO => Self::KeepsNothing,
            ClientProfile::NoCache => Self::KeepsNothing,
            ClientProfile::RestartOnSwap | ClientProfile::JavaRestFixedCache => Self::LosesToken,
            ClientProfile::DotnetCacheByEndpoint => Self::KeepsTokenAndKey,
            ClientProfile::CoreNewKeyOldToken | ClientProfile::DotnetRest => Self::KeepsToken,
        }
    }
}
