//! What somebody wants done at the service.

use std::{fmt, sync::Arc};

use pki::{Seal, Sealed};
use serde::{Deserialize, Serialize};

/// What somebody wants done at the service. `Debug` does not show what is sent: it may be about a
/// citizen.
#[derive(Clone, PartialEq, Eq)]
pub struct Order {
    /// The operation's action; by REST, the path of it.
    pub action: String,
    /// What stands in the body: an element, or JSON.
    pub body: String,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").field("action", &self.action).finish_non_exhaustive()
    }
}

/// An order as a node remembers it while it waits: sealed with one of its own keys, so that nobody
/// who stores its facts reads of a citizen in them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedOrder {
    action: String,
    body: Sealed<String>,
}

impl SealedOrder {
    pub(crate) fn new(order: &Order, seal: Arc<Seal>) -> Self {
        Self { action: order.action.clone(), body: Sealed::new(order.body.clone(), seal) }
    }

    /// The order; none if another key sealed it.
    pub(crate) fn open(&self, seal: &Seal) -> Option<Order> {
        Some(Order { action: self.action.clone(), body: self.body.clone().open(seal)? })
    }
}

impl fmt::Debug for SealedOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedOrder").field("action", &self.action).finish_non_exhaustive()
    }
}
