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
    /// When it came, by the client's clock.
    pub came_at: Timestamp,
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
            .field("came_at", &self.came_at)
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
        let tenant = match self.kept_under()? {
            KeptUnder::Client | KeptUnder::Service => None,
            KeptUnder::ServiceAndTenant => self.tenant.clone(),
        };
        Some(CacheKey { service: service.clone(), tenant })
    }

    /// The first instant of the true time at which a token is dropped.
    ///
    /// The client sees its own clock reach `expires - margin`. Its clock is `skew` ahead, so that
    /// this is `expires - margin - skew`: for a token of life `T` issued at `t0` it is `t0 + u`
    /// with `u = T - margin - skew`. One that counts from when the token came has `u` as its habit
    /// says, wherever its clock stands.
    #[must_use]
    pub fn dropped_at(&self, token: &KeptToken) -> Option<Timestamp> {
        match self.habits.keeps {
            Keeps::Nothing => None,
            Keeps::Until { margin, .. } => Some(token.expires - margin - self.skew),
            Keeps::For { span, .. } => Some(token.came_at + span - self.skew),
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
        let token = KeptToken {
            key,
            holder: holder.clone(),
            came_at: self.clock(now),
            expires: token.expires,
            encrypted_assertion: token.encrypted_assertion.clone(),
        };
        Some(token).filter(|token| self.dropped_at(token).is_some_and(|dropped| now < dropped))
    }

    /// Whether other clients of the process use the same cache. What a client that has its own keeps and
    /// drops, nobody overhears.
    #[must_use]
    pub const fn shares_its_cache(&self) -> bool {
        match self.kept_under() {
            None | Some(KeptUnder::Client) => false,
            Some(KeptUnder::Service | KeptUnder::ServiceAndTenant) => true,
        }
    }

    const fn kept_under(&self) -> Option<KeptUnder> {
        match self.habits.keeps {
            Keeps::Nothing => None,
            Keeps::Until { under, .. } | Keeps::For { under, .. } => Some(under),
        }
    }
}
