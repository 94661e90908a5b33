//! Who vouches for servers in TLS, and whom clients trust for that: one rule for both worlds.
//!
//! A virtual world compares the two; a live one has its servers show these chains, and gives its
//! clients these truststores.

use std::collections::BTreeSet;

use parties::{Environment, Server};

use crate::scenario::Truststore;

/// An authority that vouches for servers in TLS, as commercial ones do for the real ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Anchor {
    /// The one to which the chain of each server leads at the start.
    First,
    /// The one to which chains lead that were changed.
    New,
}

impl Anchor {
    /// Both of them.
    pub(super) const ALL: [Self; 2] = [Self::First, Self::New];
}

/// To which authority the chain of each server leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chains {
    changed: BTreeSet<(Server, Environment)>,
}

impl Chains {
    /// The chain of a server leads to the new authority from now on: from the next connection on.
    pub(super) fn change(&mut self, server: Server, environment: Environment) {
        self.changed.insert((server, environment));
    }

    /// Where it leads to.
    pub(super) fn anchor(&self, server: Server, environment: Environment) -> Anchor {
        if self.changed.contains(&(server, environment)) { Anchor::New } else { Anchor::First }
    }
}

/// The authorities of a client's truststore.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Anchors(BTreeSet<Anchor>);

impl Anchors {
    /// What is in a truststore at the start.
    pub(super) fn of(truststore: Truststore) -> Self {
        Self(match truststore {
            Truststore::System => BTreeSet::from(Anchor::ALL),
            Truststore::Pinned => BTreeSet::from([Anchor::First]),
        })
    }

    /// Takes in the new authority, beside what is there.
    pub(super) fn take_in_new(&mut self) {
        self.0.insert(Anchor::New);
    }

    /// Whether a chain that leads to `anchor` is trusted.
    pub(super) fn hold(&self, anchor: Anchor) -> bool {
        self.0.contains(&anchor)
    }
}

/// The chain that a server shows leads to no authority of the client's truststore. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotTrusted;
