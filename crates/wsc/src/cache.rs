//! The tokens that a node keeps.
//!
//! The rules are few, and all of them matter to an outage: a token is dropped at its first use at
//! or after `t0 + u` and not before; until then it is used, even when it will be refused; a call
//! that failed drops nothing.

use std::{collections::BTreeMap, fmt};

use clock::Timestamp;
use oio_idws::trust::IssuedToken;
use parties::{Cvr, EntityId};
use serde::{Deserialize, Serialize};

use crate::{
    Settings,
    habits::{Keeps, KeptUnder},
    key_store::Thumbprint,
};

/// What a kept token is found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CacheKey {
    /// The service that it is for.
    pub service: EntityId,
    /// On whose behalf, if the client looks at that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Cvr>,
}

/// A token in the cache. Nobody but the service can read it, nobody but its holder can use it, and
/// `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptToken {
    /// What it is found by.
    pub key: CacheKey,
    /// The certificate whose key it is bound to.
    pub holder: Thumbprint,
    /// The first instant at which it no longer holds, as the STS gave it.
    pub expires: Timestamp,
    /// The `EncryptedAssertion` element.
    pub encrypted_assertion: String,
}

impl fmt::Debug for KeptToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptToken")
            .field("key", &self.key)
            .field("holder", &self.holder)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The tokens of one process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TokenCache(BTreeMap<CacheKey, KeptToken>);

impl TokenCache {
    pub(crate) fn get(&self, key: &CacheKey) -> Option<&KeptToken> {
        self.0.get(key)
    }

    pub(crate) fn tokens(&self) -> impl Iterator<Item = &KeptToken> {
        self.0.values()
    }

    pub(crate) fn keep(&mut self, token: KeptToken) {
        self.0.insert(token.key.clone(), token);
    }

    pub(crate) fn remove(&mut self, key: &CacheKey) {
        self.0.remove(key);
    }
}

impl Settings {
    /// What this node's tokens for a service are found by; none if it keeps none.
    pub(crate) fn cache_key(&self, service: &EntityId) -> Option<CacheKey> {
        let tenant = match self.habits.keeps {
            Keeps::Nothing => return None,
            Keeps::Until { under: KeptUnder::Client | KeptUnder::Service, .. } => None,
            Keeps::Until { under: KeptUnder::ServiceAndTenant, .. } => self.tenant.clone(),
        };
        Some(CacheKey { service: service.clone(), tenant })
    }

    /// The first instant of the true time at which a token that ends at `expires` is dropped.
    ///
    /// The client sees its own clock reach `expires - margin`. Its clock is `skew` ahead, so that
    /// this is `expires - margin - skew`: for a token of life `T` issued at `t0` it is `t0 + u`
    /// with `u = T - margin - skew`.
    #[must_use]
    pub fn dropped_at(&self, expires: Timestamp) -> Option<Timestamp> {
        match self.habits.keeps {
            Keeps::Nothing => None,
            Keeps::Until { margin, .. } => Some(expires - margin - self.skew),
        }
    }

    /// What is to be kept of a token that came at `now`: nothing if it would be dropped at once.
    pub(crate) fn kept(
        &self,
        token: &IssuedToken,
        holder: &Thumbprint,
        service: &EntityId,
        now: Timestamp,
    ) -> Option<KeptToken> {
        let key = self.cache_key(service)?;
        (now < self.dropped_at(token.expires)?).then(|| KeptToken {
            key,
            holder: holder.clone(),
            expires: token.expires,
            encrypted_assertion: token.encrypted_assertion.clone(),
        })
    }

    /// Whether other clients of the process use the same cache.
    pub(crate) const fn shares_its_cache(&self) -> bool {
        match self.habits.keeps {
            Keeps::Nothing | Keeps::Until { under: KeptUnder::Client, .. } => false,
            Keeps::Until { under: KeptUnder::Service | KeptUnder::ServiceAndTenant, .. } => true,
        }
    }
}
