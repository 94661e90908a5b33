//! The tokens that a node keeps.
//!
//! The rules are few, and all of them matter to an outage: a token is dropped at its first use at
//! or after `t0 + u` and not before; until then it is used, even when it will be refused; a call
//! that failed drops nothing.

use std::{collections::BTreeMap, fmt, sync::Arc};

use clock::{Span, Timestamp};
use oio_idws::trust::IssuedToken;
use parties::{Cvr, EntityId};
use pki::{Seal, Sealed};
use serde::{Deserialize, Serialize};

use crate::{
    Settings,
    habits::{Calls, Keeps, KeptUnder},
    key_store::Thumbprint,
    rest::Granted,
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

/// An access token in the cache. Who has it and its holder's key may call, so it is sealed with that
/// key: nobody who stores a node's facts reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAccess {
    /// What it is found by.
    pub key: CacheKey,
    /// The certificate that it was got with, whose key seals it.
    pub holder: Thumbprint,
    /// When it came, by the clock of the client that got it.
    pub came_at: Timestamp,
    /// Its end as that client was told it, by the same clock; another one of the process goes by its own.
    pub expires: Timestamp,
    /// When the service ends it, by the true time: a whole second, as what is told of its life counts those. No
    /// client looks at this; it is for who looks on, and cannot know by whose clock `expires` was reckoned.
    pub ends: Timestamp,
    /// What calls carry.
    pub(crate) authorization: Sealed<String>,
}

/// What the clients of one process keep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Cache {
    tokens: BTreeMap<CacheKey, KeptToken>,
    access: BTreeMap<CacheKey, KeptAccess>,
}

impl Cache {
    pub(crate) fn get(&self, key: &CacheKey) -> Option<&KeptToken> {
        self.tokens.get(key)
    }

    pub(crate) fn access(&self, key: &CacheKey) -> Option<&KeptAccess> {
        self.access.get(key)
    }

    pub(crate) fn tokens(&self) -> impl Iterator<Item = &KeptToken> {
        self.tokens.values()
    }

    pub(crate) fn access_tokens(&self) -> impl Iterator<Item = &KeptAccess> {
        self.access.values()
    }

    pub(crate) fn keep(&mut self, token: KeptToken) {
        self.tokens.insert(token.key.clone(), token);
    }

    pub(crate) fn keep_access(&mut self, token: KeptAccess) {
        self.access.insert(token.key.clone(), token);
    }

    pub(crate) fn remove(&mut self, key: &CacheKey) {
        self.tokens.remove(key);
    }

    pub(crate) fn remove_access(&mut self, key: &CacheKey) {
        self.access.remove(key);
    }
}

impl Settings {
    /// What this node's tokens for a service are found by; none if it keeps none.
    pub(crate) fn cache_key(&self, service: &EntityId) -> Option<CacheKey> {
        self.key_of(self.habits.keeps, service)
    }

    /// What this node's access tokens for a service are found by; none if it keeps none.
    pub(crate) fn access_key(&self, service: &EntityId) -> Option<CacheKey> {
        self.key_of(self.keeps_access(), service)
    }

    fn key_of(&self, keeps: Keeps, service: &EntityId) -> Option<CacheKey> {
        let tenant = match kept_under(keeps)? {
            KeptUnder::Client | KeptUnder::Service => None,
            KeptUnder::ServiceAndTenant => self.tenant.clone(),
        };
        Some(CacheKey { service: service.clone(), tenant })
    }

    const fn keeps_access(&self) -> Keeps {
        match self.habits.calls {
            Calls::Soap => Keeps::Nothing,
            Calls::Rest { keeps, .. } => keeps,
        }
    }

    /// The first instant of the true time at which a token is dropped.
    ///
    /// The client sees its own clock reach `expires - margin`. Its clock is `skew` ahead, so that
    /// this is `expires - margin - skew`: for a token of life `T` issued at `t0` it is `t0 + u`
    /// with `u = T - margin - skew`. One that counts from when the token came has `u` as its habit
    /// says, wherever its clock stands.
    #[must_use]
    pub fn dropped_at(&self, token: &KeptToken) -> Option<Timestamp> {
        self.dropped(self.habits.keeps, token.came_at, token.expires)
    }

    /// The first instant of the true time at which an access token is dropped. Its end comes as a length
    /// of time, so that a clock that is off does not matter.
    #[must_use]
    pub fn access_dropped_at(&self, token: &KeptAccess) -> Option<Timestamp> {
        self.dropped(self.keeps_access(), token.came_at, token.expires)
    }

    fn dropped(&self, keeps: Keeps, came_at: Timestamp, expires: Timestamp) -> Option<Timestamp> {
        match keeps {
            Keeps::Nothing => None,
            Keeps::Until { margin, .. } => Some(expires - margin - self.skew),
            Keeps::For { span, .. } => Some(came_at + span - self.skew),
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

    /// What is to be kept of an access token that came at `now`, sealed with `seal`: nothing if it would
    /// be dropped at once.
    pub(crate) fn kept_access(
        &self,
        granted: &Granted,
        holder: &Thumbprint,
        seal: &Arc<Seal>,
        service: &EntityId,
        now: Timestamp,
    ) -> Option<KeptAccess> {
        let came_at = self.clock(now);
        let token = KeptAccess {
            key: self.access_key(service)?,
            holder: holder.clone(),
            came_at,
            expires: came_at + granted.expires_in,
            ends: (now + granted.expires_in + Span::from_millis(999)).truncated_to_second(),
            authorization: Sealed::new(granted.authorization.clone(), Arc::clone(seal)),
        };
        let dropped_at = self.access_dropped_at(&token);
        Some(token).filter(|_| dropped_at.is_some_and(|dropped| now < dropped))
    }

    /// Whether other clients of the process use the same cache. What a client that has its own keeps and
    /// drops, nobody overhears.
    #[must_use]
    pub const fn shares_its_cache(&self) -> bool {
        is_shared(self.habits.keeps)
    }

    /// Whether other clients of the process use its access tokens.
    #[must_use]
    pub const fn shares_its_access_tokens(&self) -> bool {
        is_shared(self.keeps_access())
    }
}

const fn is_shared(keeps: Keeps) -> bool {
    match kept_under(keeps) {
        None | Some(KeptUnder::Client) => false,
        Some(KeptUnder::Service | KeptUnder::ServiceAndTenant) => true,
    }
}

const fn kept_under(keeps: Keeps) -> Option<KeptUnder> {
    match keeps {
        Keeps::Nothing => None,
        Keeps::Until { under, .. } | Keeps::For { under, .. } => Some(under),
    }
}
