//! Who vouches for servers in TLS, and whom clients trust for that: one rule for both worlds.
//!
//! A virtual world compares the two; a live one has its servers show these chains, and gives its
//! clients these truststores.

use std::collections::BTreeSet;

use parties::{Environment, Server};

use crate::scenario::Truststore;

/// An authority that vouches for servers in TLS, as commercial ones do for the real ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ServerAuthority {
    /// The one to which the chain of each server leads at the start.
    First,
    /// The one to which chains lead that were changed.
    New,
}

impl ServerAuthority {
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
    pub(super) fn authority(&self, server: Server, environment: Environment) -> ServerAuthority {
        if self.changed.contains(&(server, environment)) {
            ServerAuthority::New
        } else {
            ServerAuthority::First
        }
    }
}

/// The authorities of a client's truststore.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TrustedAuthorities(BTreeSet<ServerAuthority>);

impl TrustedAuthorities {
    /// What is in a truststore at the start.
    pub(super) fn of(truststore: Truststore) -> Self {
        Self(match truststore {
            Truststore::System => BTreeSet::from(ServerAuthority::ALL),
            Truststore::Pinned => BTreeSet::from([ServerAuthority::First]),
        })
    }

    /// Takes in the new authority, beside what is there.
    pub(super) fn take_in_new(&mut self) {
        self.0.insert(ServerAuthority::New);
    }

    /// Whether a chain that leads to `authority` is trusted.
    pub(super) fn hold(&self, authority: ServerAuthority) -> bool {
        self.0.contains(&authority)
    }
}

/// The chain that a server shows leads to no authority of the client's truststore. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotTrusted;
