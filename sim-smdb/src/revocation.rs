//! The revocation list that SMDB goes by, where its policy asks for one.

use clock::{Span, Timestamp};
use pki::{RevocationList, Serial, TrustAnchors};

/// The latest list that was learnt, and when it was fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Revocation(Option<(RevocationList, Timestamp)>);

/// What a list says of a certificate.
pub(crate) enum Standing {
    /// No list is in force.
    Unknown,
    /// It is not revoked, or it is too early to know.
    Good,
    /// It is revoked.
    Revoked {
        /// Since when.
        since: Timestamp,
    },
}

impl Revocation {
    /// Takes in a list: one that the authority did not sign, or one older than ours, teaches nothing.
    pub(crate) fn learn(
        &mut self,
        list: RevocationList,
        fetched_at: Timestamp,
        anchors: &TrustAnchors,
    ) {
        let known = self.0.as_ref().map_or(0, |(known, _)| known.number());
        let signed = anchors.issuing().iter().any(|it| list.verify(it).is_ok());
        if signed && list.number() >= known {
            self.0 = Some((list, fetched_at));
        }
    }

    /// Whether it holds every revocation that counts at `now`. Lists count in whole seconds: one
    /// fetched in a second after `now - lag` does, and one fetched in that same second may not.
    pub(crate) fn is_fresh(&self, lag: Span, now: Timestamp) -> bool {
        self.0.as_ref().is_some_and(|(list, fetched_at)| {
            fetched_at.truncated_to_second() > now - lag && now < list.next_update()
        })
    }

    /// What is known of a certificate at `now`: a list serves until its `nextUpdate`, and a
    /// revocation is seen when the lag is over.
    pub(crate) fn standing(&self, serial: &Serial, lag: Span, now: Timestamp) -> Standing {
        let list = self.0.as_ref().map(|(list, _)| list).filter(|list| now < list.next_update());
        match list.map(|list| list.revoked(serial)) {
            None => Standing::Unknown,
            Some(Some(revoked)) if revoked.at + lag <= now => {
                Standing::Revoked { since: revoked.at }
            }
            Some(_) => Standing::Good,
        }
    }

    /// The instants at which what is known changes by itself.
    pub(crate) fn changes(&self, lag: Span) -> impl Iterator<Item = Timestamp> {
        self.0.iter().flat_map(move |(list, _)| {
            list.entries().map(move |revoked| revoked.at + lag).chain([list.next_update()])
        })
    }
}
