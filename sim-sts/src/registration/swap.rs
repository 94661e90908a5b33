//! Which certificates are accepted when: in force at once, or rolling.

use clock::{Span, Timeline, Timestamp};
use pki::Certificate;

use super::Snapshot;

/// How an STS turns from one certificate to the next. The default is what the guide says; the
/// others ask what if.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SwapRules {
    /// Whether the certificates of both slots are accepted from the click on, until one is removed
    /// or expires (`overlap`). The guide: no, the new one takes over when the old one expires.
    pub overlap: bool,
    /// Whether a revocation of the active certificate lets the rolling one take over as soon as the
    /// STS sees it. Our choice: no, the guide names expiry alone.
    pub rolling_on_revocation: bool,
    /// A rolling swap happens only at multiples of this span since 1970: an STS that looks now and
    /// then. Our choice: zero, which means at once. It is never negative.
    pub look_interval: Span,
}

impl SwapRules {
    /// The first instant, not before `at`, at which the STS looks whether a swap is due.
    #[must_use]
    pub const fn looked_at(&self, at: Timestamp) -> Timestamp {
        let interval = self.look_interval.millis();
        if interval <= 0 {
            return at;
        }
        let over = at.millis().rem_euclid(interval);
        if over == 0 { at } else { Timestamp::from_millis(at.millis() - over + interval) }
    }
}

/// What is accepted at each instant, given the snapshots that were provisioned.
///
/// The active certificate is accepted at once. A rolling one takes over at the first instant at
/// which the one then known is refused (`ends`), or at once if that is past, or if there is none to
/// wait for. A snapshot drops what an earlier one had planned for its instant or later.
pub(super) fn accepted(
    snapshots: &Timeline<Snapshot>,
    rules: &SwapRules,
    ends: &dyn Fn(&Certificate) -> Timestamp,
) -> Timeline<Vec<Certificate>> {
    let mut accepted = Timeline::new();
    let mut known: Option<Certificate> = None;
    let mut swapped_away: Vec<Certificate> = Vec::new();
    let mut planned: Option<(Timestamp, Certificate)> = None;
    for (from, Snapshot { details, lost }) in snapshots.entries() {
        if let Some((_, rolling)) = planned.take_if(|(swap, _)| *swap <= from) {
            swapped_away.extend(known.replace(rolling));
        }
        known.take_if(|known| lost.contains(known));
        // Beside a rolling certificate, one that a swap took away is what that left behind in the
        // draft. It does not come back and push out the one that took over, which may be good for
        // years. Nor does the one that took over go because the other one was taken from its slot.
        let left_behind = match &details.active {
            Some(active) => details.rolling.is_some() && swapped_away.contains(active),
            None => details.rolling.is_some() && details.rolling == known,
        };
        if !left_behind {
            known.clone_from(&details.active);
        }
        let waiting = details.rolling.as_ref().filter(|rolling| known.as_ref() != Some(rolling));
        let beside = waiting.filter(|_| rules.overlap);
        accepted.set(from, known.iter().chain(beside).cloned().collect());
        planned = waiting.map(|rolling| {
            let due = known.as_ref().map_or(from, ends).max(from);
            (rules.looked_at(due), rolling.clone())
        });
        if let Some((swap, rolling)) = &planned {
            accepted.set(*swap, vec![rolling.clone()]);
        }
    }
    accepted
}
