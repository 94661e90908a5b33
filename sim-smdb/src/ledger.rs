//! What was received, each submission once.

use std::collections::BTreeMap;

use parties::Cvr;

use crate::contract::Receipt;

/// The submissions received, by the organisation and its own reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    receipts: BTreeMap<(Cvr, String), Receipt>,
}

impl Ledger {
    pub(crate) fn enter(&mut self, authority: Cvr, receipt: Receipt) {
        self.receipts.insert((authority, receipt.reference.clone()), receipt);
    }

    /// The receipt that a submission with this reference got before.
    #[must_use]
    pub fn find(&self, authority: &Cvr, reference: &str) -> Option<&Receipt> {
        self.receipts.get(&(authority.clone(), reference.to_owned()))
    }

    /// How many submissions were received.
    #[must_use]
    pub fn len(&self) -> usize {
        self.receipts.len()
    }

    /// Whether none was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.receipts.is_empty()
    }
}
