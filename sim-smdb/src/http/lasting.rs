//! What outlives SMDB of an environment: what it received, and whose tokens it takes. That a
//! message was seen does not: it ends by itself within minutes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clock::Timestamp;
use parties::{Core, UniqueKey};
use pki::{Certificate, Path};
use serde::{Deserialize, Serialize};
use shell::FactLog;

use crate::{Fact, Smdb};

/// Something that outlives SMDB of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lasting {
    /// Something was received, annulled or refused.
    Happened(Fact),
    /// A signer of the STS is trusted.
    Trusted {
        /// Its certificate.
        signer: Certificate,
        /// From when on.
        from: Timestamp,
    },
}

/// Where it is kept.
pub(super) type Log = Arc<Mutex<FactLog<Lasting>>>;

impl Lasting {
    /// What of `facts` outlives SMDB.
    pub(super) fn of(facts: &[Fact]) -> Vec<Self> {
        let lasts = |fact: &&Fact| match fact {
            Fact::Accepted { .. } => false,
            Fact::Received { .. } | Fact::Annulled { .. } | Fact::Refused { .. } => true,
        };
        facts.iter().filter(lasts).cloned().map(Self::Happened).collect()
    }

    /// Lets it have happened. A signer of another authority than the one that is published now is
    /// of no use.
    pub(super) fn apply(self, smdb: &mut Smdb) {
        match self {
            Self::Happened(fact) => smdb.apply(fact),
            Self::Trusted { signer, from } => {
                if Path::build(&signer, smdb.anchors()).is_ok() {
                    smdb.trust_signer(&signer, from);
                }
            }
        }
    }
}

impl parties::Fact for Lasting {
    const VERSION: u16 = <Fact as parties::Fact>::VERSION;

    fn unique_key(&self) -> Option<UniqueKey> {
        match self {
            Self::Happened(fact) => fact.unique_key(),
            // The same one may be trusted twice.
            Self::Trusted { .. } => None,
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is locked here is changed whole or not at all.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
