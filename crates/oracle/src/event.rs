//! What happens in a plan, and when.

use clock::Timestamp;
use parties::{Environment, Server, Slot};

use crate::{
    plan::{CertificateNumber, NodeNumber, SystemUserNumber},
    signers::Signer,
};

/// Something that happens once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: Act,
}

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// The NemLog-in administrator saves a certificate in a slot of the draft.
    Save {
        /// Whose draft.
        system_user: SystemUserNumber,
        /// Which place in it.
        slot: Slot,
        /// What is put there.
        certificate: CertificateNumber,
    },
    /// The NemLog-in administrator provisions (*provisionerer*) what is saved, in one environment.
    Provision {
        /// Whose draft.
        system_user: SystemUserNumber,
        /// Where.
        environment: Environment,
    },
    /// The NemLog-in administrator empties a slot of the draft: what stood there is out of force once
    /// that is provisioned, and a rolling one without an active one to wait for takes over at once.
    Remove {
        /// Whose draft.
        system_user: SystemUserNumber,
        /// Which place in it.
        slot: Slot,
    },
    /// The MitID administrator revokes (*spærrer*) a certificate.
    Revoke {
        /// Which.
        certificate: CertificateNumber,
    },
    /// The vendor lets a node use another certificate, each kind of client in its own manner.
    Deploy {
        /// Which node.
        node: NodeNumber,
        /// What it uses from then on.
        certificate: CertificateNumber,
    },
    /// The vendor puts a certificate into the key store of a node, and changes nothing else: it is
    /// used if a later look-up finds it.
    Install {
        /// Which node.
        node: NodeNumber,
        /// What it has from then on.
        certificate: CertificateNumber,
    },
    /// The vendor restarts a node: it loses its token and looks its certificate up anew.
    Restart {
        /// Which node.
        node: NodeNumber,
    },
    /// A node loses its token and nothing else.
    DropCache {
        /// Which node.
        node: NodeNumber,
    },
    /// The STS begins to sign tokens with another certificate.
    SignWith {
        /// Which STS.
        environment: Environment,
        /// What it signs with from then on.
        signer: Signer,
    },
    /// The vendor lets a node trust a certificate of the STS, in place of the one before. With another
    /// one an answer is of no use to it.
    Pin {
        /// Which node.
        node: NodeNumber,
        /// What it trusts from then on.
        signer: Signer,
    },
    /// SMDB begins to trust a certificate of the STS.
    Trust {
        /// Which SMDB.
        environment: Environment,
        /// What it trusts from then on.
        signer: Signer,
    },
    /// A server shows a chain in TLS that leads to the new authority. Nobody who does not trust that sends
    /// it anything.
    ChangeChain {
        /// Which server.
        server: Server,
        /// In which environment.
        environment: Environment,
    },
    /// The vendor lets a node trust the new authority in TLS, beside the one before.
    TrustChain {
        /// Which node.
        node: NodeNumber,
    },
}

impl Act {
    /// The node that this happens to, and its place in an instant.
    pub(crate) const fn at_node(&self) -> Option<(NodeNumber, Phase)> {
        match *self {
            Self::Deploy { node, .. }
            | Self::Install { node, .. }
            | Self::Restart { node }
            | Self::Pin { node, .. }
            | Self::TrustChain { node } => Some((node, Phase::Swap)),
            Self::DropCache { node } => Some((node, Phase::Drop)),
            Self::Save { .. }
            | Self::Provision { .. }
            | Self::Remove { .. }
            | Self::Revoke { .. }
            | Self::SignWith { .. }
            | Self::Trust { .. }
            | Self::ChangeChain { .. } => None,
        }
    }
}

/// The order of what happens to a node within one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Swap,
    Drop,
}
