//! What a node remembers.

use parties::UniqueKey;
use serde::{Deserialize, Serialize};

use crate::{
    StartError, Thumbprint,
    cache::{CacheKey, KeptAccess, KeptToken},
    exchange::Waiting,
    habits::Swap,
    look_up::FindBy,
};

/// What a node remembers. Private keys are no part of it: they are in the key store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Fact {
    /// Its configuration was changed.
    Configured(FindBy),
    /// It started, or tried to.
    Started {
        /// Whether its memory was lost.
        how: Swap,
        /// The certificate that it found, or why it did not start.
        found: Result<Thumbprint, StartError>,
    },
    /// A message was sent, and its answer is awaited.
    Sent(Waiting),
    /// A token was put into the cache.
    Kept(KeptToken),
    /// A token was taken out of the cache.
    Dropped(CacheKey),
    /// An access token was put into the cache.
    KeptAccess(KeptAccess),
    /// An access token was taken out of the cache.
    DroppedAccess(CacheKey),
    /// The order is done with, well or badly.
    Concluded,
}

impl parties::Fact for Fact {
    const VERSION: u16 = 5;

    fn unique_key(&self) -> Option<UniqueKey> {
        match self {
            Self::Sent(waiting) => Some(UniqueKey::new("message", &waiting.message_id())),
            Self::Configured(_)
            | Self::Started { .. }
            | Self::Kept(_)
            | Self::Dropped(_)
            | Self::KeptAccess(_)
            | Self::DroppedAccess(_)
            | Self::Concluded => None,
        }
    }
}
