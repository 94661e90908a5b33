//! The administrator's order of a certificate.

use std::{collections::BTreeMap, fmt};

use entropy::Entropy;
use parties::{Cvr, Environment};
use serde::{Deserialize, Serialize};

use crate::{Rejection, register::HolderRecord};

/// What an administrator (*brugeradministrator*) fills in under a certificate profile
/// (*certifikatprofil*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewOrder {
    /// The hierarchy to issue in.
    pub environment: Environment,
    /// The organisation.
    pub cvr: Cvr,
    /// Its name.
    pub organisation: String,
    /// The name of the certificate (*certifikatnavn*), its common name.
    pub certificate_name: String,
}

/// The number of an order (*referencenummer*).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReferenceNumber(String);

impl ReferenceNumber {
    pub(crate) fn draw(entropy: &mut Entropy) -> Self {
        Self(entropy.uuid().to_string())
    }
}

impl fmt::Display for ReferenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The code (*engangskode*) that fetches an order, once. A secret: it is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OneTimeCode(String);

impl OneTimeCode {
    pub(crate) fn draw(entropy: &mut Entropy) -> Self {
        Self(entropy.uuid().simple().to_string())
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(..)")
    }
}

/// The orders that were placed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orders {
    placed: BTreeMap<ReferenceNumber, Placed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Placed {
    code: OneTimeCode,
    holder: HolderRecord,
    environment: Environment,
    fetched: bool,
}

impl Orders {
    pub(crate) fn keep(&mut self, reference: ReferenceNumber, code: OneTimeCode, order: NewOrder) {
        // A profile has one UUID for all its certificates; ours is the order's own number, so that
        // the fact alone decides it.
        let holder = HolderRecord {
            uuid: reference.0.clone(),
            certificate_name: order.certificate_name,
            organisation: order.organisation,
            cvr: order.cvr,
        };
        let environment = order.environment;
        self.placed.insert(reference, Placed { code, holder, environment, fetched: false });
    }

    pub(crate) fn close(&mut self, reference: &ReferenceNumber) {
        if let Some(placed) = self.placed.get_mut(reference) {
            placed.fetched = true;
        }
    }

    /// For whom, and in which hierarchy, `reference` and `code` may fetch a certificate.
    ///
    /// # Errors
    ///
    /// If there is no such order, the code is another, or it was fetched before.
    pub fn permit(
        &self,
        reference: &ReferenceNumber,
        code: &OneTimeCode,
    ) -> Result<(Environment, &HolderRecord), Rejection> {
        let placed = self
            .placed
            .get(reference)
            .filter(|placed| placed.code == *code)
            .ok_or(Rejection::WrongCode)?;
        if placed.fetched {
            return Err(Rejection::CodeUsed);
        }
        Ok((placed.environment, &placed.holder))
    }
}
