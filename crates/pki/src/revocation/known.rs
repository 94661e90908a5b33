//! What somebody who relies on certificates knows of revocations.

use clock::{Span, Timestamp};

use super::RevocationList;
use crate::{certificate::Certificate, chain::TrustAnchors};

/// The latest revocation list that somebody was told, and when it was fetched.
///
/// Who goes by it lets a revocation count a *lag* after it happened, and fetches a list no more often
/// than that. Lists count in whole seconds, and so do revocations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownRevocations(Option<(RevocationList, Timestamp)>);

/// What is known of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No list of its authority is in force.
    Unknown {
        /// From when until when the list that there is is in force, if there is one.
        list: Option<(Timestamp, Timestamp)>,
    },
    /// It is not revoked, or it is too early to know.
    Good,
    /// It is revoked.
    Revoked {
        /// Since when.
        since: Timestamp,
    },
}

impl KnownRevocations {
    /// Takes in a list, and says whether it is now the one to go by: one that no authority below
    /// `anchors` signed teaches nothing, and one older than the list at hand neither, unless the clock
    /// went back to before that was made.
    pub fn learn(
        &mut self,
        list: RevocationList,
        fetched_at: Timestamp,
        anchors: &TrustAnchors,
    ) -> bool {
        let is_older = self.0.as_ref().is_some_and(|(known, _)| {
            known.this_update() <= fetched_at && list.number() < known.number()
        });
        let is_signed = || anchors.issuing().iter().any(|it| list.verify(it).is_ok());
        let teaches = !is_older && is_signed();
        if teaches {
            self.0 = Some((list, fetched_at));
        }
        teaches
    }

    /// Whether the list holds every revocation that counts at `now`, so that none has to be fetched:
    /// one fetched in a second after `now - lag` does, and one fetched in that same second may not. A
    /// list that is not in force, or no longer, holds nothing.
    #[must_use]
    pub fn is_fresh(&self, lag: Span, now: Timestamp) -> bool {
        self.0.as_ref().is_some_and(|(list, fetched_at)| {
            let holds_all = fetched_at.truncated_to_second() > now - lag || *fetched_at >= now;
            holds_all && list.is_in_force(now)
        })
    }

    /// What is known of a certificate at `now`: a list serves from its `thisUpdate` until its
    /// `nextUpdate`, for certificates of the authority that signed it, and a revocation is seen when
    /// the lag is over.
    #[must_use]
    pub fn standing(&self, certificate: &Certificate, lag: Span, now: Timestamp) -> Standing {
        let Some((list, _)) = &self.0 else { return Standing::Unknown { list: None } };
        if !list.is_in_force(now) || list.issuer() != certificate.issuer() {
            return Standing::Unknown { list: Some((list.this_update(), list.next_update())) };
        }
        match list.revoked(certificate.serial()) {
            Some(revoked) if revoked.at + lag <= now => Standing::Revoked { since: revoked.at },
            _ => Standing::Good,
        }
    }

    /// From when on the revocation of a certificate counts, if the list at hand has one.
    #[must_use]
    pub fn counts_from(&self, certificate: &Certificate, lag: Span) -> Option<Timestamp> {
        let (list, _) =
            self.0.as_ref().filter(|(list, _)| list.issuer() == certificate.issuer())?;
        list.revoked(certificate.serial()).map(|revoked| revoked.at + lag)
    }

    /// The first instant after `now` at which what is known changes by itself.
    #[must_use]
    pub fn next_change(&self, lag: Span, now: Timestamp) -> Option<Timestamp> {
        let (list, _) = self.0.as_ref()?;
        let seen = list.entries().map(|revoked| revoked.at + lag);
        let instants = seen.chain([list.this_update(), list.next_update()]);
        instants.filter(|at| *at > now).min()
    }
}
