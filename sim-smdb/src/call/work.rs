//! What there is to do for a call, or why it cannot be done. Nothing is changed here.

use clock::Timestamp;

use crate::{
    Rejection, Smdb,
    contract::{Command, ErrorList, ReceivedSubmission, Search, Which},
    course::{Course, Reference},
    date::Date,
    ledger::{Record, Refusal},
    rule::Violation,
    schema::SchemaVersion,
    validation::{self, Circumstances},
};

/// What there is to do.
pub(crate) enum Work<'r> {
    /// To say that SMDB is there.
    Ping,
    /// To store a version of a course.
    Store {
        /// The course, if there was a version before.
        record: Option<&'r Record>,
        /// What came.
        submission: &'r ReceivedSubmission,
        /// What it says, checked.
        course: Box<Course>,
        /// The rules that it breaks all the same.
        warnings: Vec<Violation>,
    },
    /// To give the receipt of a version once more.
    Receipt {
        /// The course.
        record: &'r Record,
        /// The version.
        version: u32,
    },
    /// To annul a course.
    Annul(&'r Record),
    /// To show a course.
    Show(&'r Record),
    /// To search.
    Search(&'r Search),
    /// To say what became of a course that was stored, and of a later version that was refused.
    Status {
        /// The course, if a version was stored.
        record: Option<&'r Record>,
        /// The latest refusal, if it is of a later version.
        refusal: Option<(&'r Reference, u32, &'r Refusal)>,
    },
    /// To list errors and warnings.
    ErrorList(&'r ErrorList),
    /// To give the code lists.
    CodeLists,
}

/// What there is to do for `command`.
pub(crate) fn plan<'r>(
    smdb: &'r Smdb,
    command: &'r Command,
    schema: SchemaVersion,
    now: Timestamp,
) -> Result<Work<'r>, Rejection> {
    let ledger = smdb.ledger();
    let own = |authority, id: &str| ledger.get(authority, id).ok_or(Rejection::NotFound);
    match command {
        Command::Ping(_) => Ok(Work::Ping),
        Command::CodeLists(_) => Ok(Work::CodeLists),
        Command::Report(submission) => report(smdb, submission, schema, now),
        Command::Annul(annul) => Ok(Work::Annul(own(&annul.authority, &annul.id)?)),
        Command::Fetch(fetch) => Ok(Work::Show(own(&fetch.authority, &fetch.id)?)),
        Command::Search(search) => Ok(Work::Search(search)),
        Command::ErrorList(list) => Ok(Work::ErrorList(list)),
        Command::Status(get) => {
            let record = match &get.which {
                Which::Id(id) => ledger.get(&get.authority, id),
                Which::Reference(reference) => ledger.find(&get.authority, reference),
            };
            let reference = match (&get.which, record) {
                (_, Some(record)) => &record.reference,
                (Which::Reference(reference), None) => reference,
                (Which::Id(_), None) => return Err(Rejection::NotFound),
            };
            let refusal = ledger.refusal(&get.authority, reference);
            let stored = record.map(|record| record.latest().0);
            let refusal = refusal.filter(|(_, version, _)| stored.is_none_or(|it| *version > it));
            match (record, refusal) {
                (None, None) => Err(Rejection::NotFound),
                (record, refusal) => Ok(Work::Status { record, refusal }),
            }
        }
    }
}

/// The same reference names the same course; the same version of it is the same submission.
fn report<'r>(
    smdb: &'r Smdb,
    submission: &'r ReceivedSubmission,
    schema: SchemaVersion,
    now: Timestamp,
) -> Result<Work<'r>, Rejection> {
    let ReceivedSubmission { reference, version, authority, draft } = submission;
    let version = *version;
    let record = smdb.ledger().find(authority, reference);
    let said = draft.citizen.as_ref().ok().filter(|_| draft.personal_numbers_in.is_empty());
    if let Some(record) = record {
        let (latest, _) = record.latest();
        match record.version(version) {
            Some(entry) => {
                let course = &entry.course;
                let same = said == Some(&course.citizen) && draft.details == course.details;
                return if same {
                    Ok(Work::Receipt { record, version })
                } else {
                    Err(Rejection::ConflictingResend { version })
                };
            }
            None if version < latest => {
                return Err(Rejection::OutdatedVersion { version, latest });
            }
            None => {}
        }
        if let Some(annulment) = &record.annulment {
            return Err(Rejection::CourseAnnulled { since: annulment.at });
        }
    }
    let circumstances = Circumstances {
        schema,
        today: Date::of(now),
        ledger: smdb.ledger(),
        before: record.map(|it| (it.id, &it.latest().1.course.details)),
    };
    let violations = validation::violations(draft, &circumstances);
    match &draft.citizen {
        Ok(citizen) if !violations.iter().any(Violation::is_error) => Ok(Work::Store {
            record,
            submission,
            course: Box::new(Course { citizen: citizen.clone(), details: draft.details.clone() }),
            warnings: violations,
        }),
        _ => Err(Rejection::InvalidSubmission { violations }),
    }
}
