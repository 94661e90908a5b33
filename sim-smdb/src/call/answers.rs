//! What is done for a call that nothing speaks against, and the body of its answer.

use clock::Timestamp;
use entropy::Entropy;
use oio_idws::privileges::Scope;

use super::{Due, permission::Caller, work::Work};
use crate::{
    Fact, Smdb,
    contract::{
        Annul, ErrorList, ErrorLists, Fetched, Found, Listed, Notation, Pong, Receipt, Search,
        SearchResult, Status, StatusReport, Subject, write_code_lists,
    },
    course::Reference,
    cpr::harmless,
    date::Date,
    ledger::{Record, Refusal},
    schema::SchemaVersion,
};

/// Does `work`: the body of the answer in a notation, and beside it the facts.
pub(crate) fn carry_out(
    smdb: &Smdb,
    due: Due<'_>,
    notation: Notation,
    now: Timestamp,
    entropy: &mut Entropy,
    facts: &mut Vec<Fact>,
) -> String {
    let Due { work, caller, schema } = due;
    match work {
        Work::Ping => pong(caller, schema, now).write(notation),
        Work::CodeLists => write_code_lists(notation),
        Work::Store { record, submission, course, warnings } => {
            let id = record.map_or_else(|| entropy.uuid(), |record| record.id);
            let given = entropy.uuid();
            let receipt = Receipt {
                receipt: given.to_string(),
                id: id.to_string(),
                reference: submission.reference.clone(),
                version: submission.version,
                status: Status::Accepted,
                at: now,
                warnings,
            };
            facts.push(Fact::Received {
                id,
                authority: submission.authority.clone(),
                reference: receipt.reference.clone(),
                version: receipt.version,
                at: now,
                receipt: given,
                warnings: receipt.warnings.clone(),
                course: smdb.seal(course),
            });
            receipt.write(notation)
        }
        Work::Receipt { record, version } => receipt_of(record, version).write(notation),
        Work::Annul(record) => {
            let (version, _) = record.latest();
            let mut receipt = receipt_of(record, version);
            if let Some(annulment) = &record.annulment {
                // Annulled once more: the receipt that it got then.
                (receipt.receipt, receipt.at) = (annulment.receipt.to_string(), annulment.at);
            } else {
                let given = entropy.uuid();
                (receipt.receipt, receipt.at) = (given.to_string(), now);
                facts.push(Fact::Annulled { id: record.id, at: now, receipt: given });
            }
            receipt.status = Status::Annulled;
            Annul::write_answer(&receipt, notation)
        }
        Work::Show(record) => {
            let (version, entry) = record.latest();
            let receipt = Receipt { status: status(record), ..receipt_of(record, version) };
            Fetched { receipt, course: entry.course.clone() }.write(notation)
        }
        Work::Search(search) => found(smdb, search).write(notation),
        Work::Status { record, refusal } => status_report(record, refusal)
            .expect("a status is asked of what was stored or refused")
            .write(notation),
        Work::ErrorList(list) => error_lists(smdb, list).write(notation),
    }
}

fn pong(caller: Caller<'_>, version: SchemaVersion, now: Timestamp) -> Pong {
    let groups = caller.privileges.iter().flat_map(|it| &it.groups);
    let privileges = groups.flat_map(|group| {
        let scope = match &group.scope {
            Scope::Cvr(cvr) => cvr.to_string(),
            // A scope may be a person.
            Scope::Other(scope) => harmless(scope),
        };
        group.privileges.iter().map(move |privilege| (scope.clone(), privilege.clone()))
    });
    Pong { version, at: now, cvr: caller.cvr.clone(), privileges: privileges.collect() }
}

/// The receipt that a version got when it was stored.
fn receipt_of(record: &Record, version: u32) -> Receipt {
    let entry = record.version(version).expect("a receipt is of a version that was stored");
    Receipt {
        receipt: entry.receipt.to_string(),
        id: record.id.to_string(),
        reference: record.reference.clone(),
        version,
        status: Status::Accepted,
        at: entry.received_at,
        warnings: entry.warnings.to_vec(),
    }
}

const fn status(record: &Record) -> Status {
    if record.annulment.is_some() { Status::Annulled } else { Status::Accepted }
}

fn status_report(
    record: Option<&Record>,
    refusal: Option<(&Reference, u32, &Refusal)>,
) -> Option<StatusReport> {
    let id = record.map(|record| record.id.to_string());
    if let Some((reference, version, refusal)) = refusal {
        return Some(StatusReport {
            id,
            reference: reference.clone(),
            version,
            status: Status::Refused,
            at: refusal.at,
            violations: refusal.violations.clone(),
        });
    }
    let record = record?;
    let (version, entry) = record.latest();
    Some(StatusReport {
        id,
        reference: record.reference.clone(),
        version,
        status: status(record),
        at: record.annulment.as_ref().map_or(entry.received_at, |annulment| annulment.at),
        violations: entry.warnings.to_vec(),
    })
}

fn found(smdb: &Smdb, search: &Search) -> SearchResult {
    let mut found: Vec<_> = smdb
        .ledger()
        .of_authority(&search.authority)
        .filter_map(|record| {
            let (version, entry) = record.latest();
            let (citizen, details) = (&entry.course.citizen, &entry.course.details);
            let fits = match &search.subject {
                Subject::Citizen(sought) => sought == citizen,
                Subject::Period { from, through, state } => {
                    (*from..=*through).contains(&details.requested_on)
                        && state.is_none_or(|state| state == details.state())
                }
            };
            fits.then(|| Found {
                id: record.id.to_string(),
                reference: record.reference.clone(),
                version,
                citizen: citizen.clone(),
                requested_on: details.requested_on,
                ended_on: details.ended_on,
                status: status(record),
            })
        })
        .collect();
    found.sort_by(|a, b| (a.requested_on, &a.reference).cmp(&(b.requested_on, &b.reference)));
    let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let skipped = u64::from(search.page - 1) * u64::from(search.page_size);
    let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
    let size = usize::try_from(search.page_size).unwrap_or(usize::MAX);
    let found = found.into_iter().skip(skipped).take(size).collect();
    SearchResult { total, page: search.page, found }
}

fn error_lists(smdb: &Smdb, list: &ErrorList) -> ErrorLists {
    let ledger = smdb.ledger();
    let refused = ledger.refusals(&list.authority).map(|(reference, version, refusal)| Listed {
        reference: reference.clone(),
        version,
        status: Status::Refused,
        at: refusal.at,
        violations: refusal.violations.clone(),
    });
    let stored = ledger.of_authority(&list.authority).filter_map(|record| {
        let (version, entry) = record.latest();
        let warned = !entry.warnings.is_empty() && record.annulment.is_none();
        warned.then(|| Listed {
            reference: record.reference.clone(),
            version,
            status: Status::Accepted,
            at: entry.received_at,
            violations: entry.warnings.to_vec(),
        })
    });
    let mut listed: Vec<_> = refused
        .chain(stored)
        .filter(|it| (list.from..=list.through).contains(&Date::of(it.at)))
        .collect();
    listed.sort_by(|a, b| (a.at, &a.reference, a.version).cmp(&(b.at, &b.reference, b.version)));
    ErrorLists { listed }
}
