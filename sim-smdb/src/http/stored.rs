//! What SMDB has received, at the control port: how many of what, whose, when, and with which receipt.
//! Nothing about a citizen: no personal number, no content of a course, no free text.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use axum::Json;
use clock::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shell::{
    answered_apart,
    control::{Queried, Route, Routes},
};

use super::Databases;
use crate::{
    Smdb,
    cpr::harmless,
    ledger::{Entry, Record},
};

const LIMIT: usize = 100;

/// How many courses to tell of.
#[derive(Debug, Deserialize, JsonSchema)]
struct Which {
    /// How many at most, in each environment; 100 if nothing is said.
    limit: Option<usize>,
}

/// What SMDB of each environment has received.
#[derive(Debug, Serialize, JsonSchema)]
struct Stored {
    /// By environment.
    environments: BTreeMap<&'static str, Received>,
}

/// What SMDB of one environment has received.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Received {
    /// How many courses.
    courses: usize,
    /// How many of them are annulled.
    annulled: usize,
    /// How many versions of courses.
    versions: usize,
    /// How many submissions were refused for a rule and not corrected since.
    refused: usize,
    /// Those that were received last, the newest first.
    newest: Vec<Course>,
}

/// A course, without what it says.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Course {
    /// SMDB's id.
    id: String,
    /// The authority that it is of, by CVR number.
    authority: String,
    /// The submitter's reference.
    reference: String,
    /// Its versions, the first first.
    versions: Vec<Version>,
    /// Its annulment, if it was annulled.
    annulment: Option<Receipt>,
}

/// A version of a course.
#[derive(Debug, Serialize, JsonSchema)]
struct Version {
    /// The submitter's number for it.
    version: u32,
    /// What was given for it.
    #[serde(flatten)]
    receipt: Receipt,
    /// How many rules it breaks and was stored all the same.
    warnings: usize,
}

/// What is given for a submission.
#[derive(Debug, Serialize, JsonSchema)]
struct Receipt {
    /// When it was received (RFC 3339).
    #[schemars(with = "String")]
    at: Timestamp,
    /// Its id.
    receipt: String,
}

pub(super) fn routes(databases: &Arc<Databases>) -> Routes {
    let databases = Arc::clone(databases);
    let look = async move |Queried(which): Queried<Which>| {
        let limit = which.limit.unwrap_or(LIMIT);
        let stored = move || Stored { environments: databases.each(|it| Received::by(it, limit)) };
        answered_apart(move || Json(stored())).await
    };
    let summary = "What was received, and its receipts: nothing about a citizen";
    Routes::from([Route::get("/__admin/stored", summary, look).query::<Which>().answer::<Stored>()])
}

impl Received {
    fn by(smdb: &Smdb, limit: usize) -> Self {
        let ledger = smdb.ledger();
        let mut records: Vec<_> = ledger.records().collect();
        records.sort_by_key(|record| Reverse((record.latest().1.received_at, record.id)));
        Self {
            courses: records.len(),
            annulled: records.iter().filter(|record| record.annulment.is_some()).count(),
            versions: records.iter().map(|record| record.versions().len()).sum(),
            refused: ledger.refused(),
            newest: records.into_iter().take(limit).map(Course::of).collect(),
        }
    }
}

impl Course {
    fn of(record: &Record) -> Self {
        let version = |(version, entry): (u32, &Entry)| Version {
            version,
            receipt: Receipt { at: entry.received_at, receipt: entry.receipt.to_string() },
            warnings: entry.warnings.len(),
        };
        let annulment = record.annulment.as_ref();
        Self {
            id: record.id.to_string(),
            authority: record.authority.to_string(),
            // A reference with a personal number is none; should one ever be let in, it stops here.
            reference: harmless(&record.reference.to_string()),
            versions: record.versions().map(version).collect(),
            annulment: annulment.map(|it| Receipt { at: it.at, receipt: it.receipt.to_string() }),
        }
    }
}
