//! Whether a course keeps the rules on a day.

use uuid::Uuid;

use crate::{
    codes::CodeList,
    course::{Details, Draft, State},
    cpr::CprError,
    date::Date,
    ledger::Ledger,
    rule::{Rule, Violation},
    schema::SchemaVersion,
};

/// Treatment begins within this many days after it was asked for (*behandlingsgaranti*).
const GUARANTEE_DAYS: i64 = 14;
/// A course is reported within this many days after the end of the month.
const DEADLINE_DAYS: i64 = 15;

/// What else there is to know about a course that is checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    /// The version of the schema in force.
    pub(crate) schema: SchemaVersion,
    /// The day of the check.
    pub(crate) today: Date,
    /// What was received before.
    pub(crate) ledger: &'a Ledger,
    /// SMDB's id of the course, and what its last version said, if it was received before.
    pub(crate) before: Option<(Uuid, &'a Details)>,
}

/// Every rule that `draft` breaks, errors and warnings, in the order of their codes.
pub(crate) fn violations(draft: &Draft, circumstances: &Circumstances<'_>) -> Vec<Violation> {
    let details = &draft.details;
    let mut found = Vec::new();
    citizen(draft, &mut found);
    others(draft, circumstances, &mut found);
    order(details, &mut found);
    days(details, circumstances, &mut found);
    schema(details, circumstances.schema, &mut found);
    codes(details, &mut found);
    found.sort();
    found
}

fn citizen(draft: &Draft, found: &mut Vec<Violation>) {
    match &draft.citizen {
        Ok(citizen) if citizen.checks() => {}
        Ok(_) => found.push(Violation::new(Rule::CprModulus11, "Cpr")),
        Err(CprError::Form) => found.push(Violation::new(Rule::CprForm, "Cpr")),
        Err(CprError::LooksReal) => found.push(Violation::new(Rule::CprLooksReal, "Cpr")),
    }
    found.extend(
        draft.personal_numbers_in.iter().map(|field| Violation::new(Rule::CprInText, field)),
    );
}

/// A citizen has one open course in a municipality. Courses in several overlap when somebody moves.
fn others(draft: &Draft, circumstances: &Circumstances<'_>, found: &mut Vec<Violation>) {
    let (Ok(citizen), State::Open) = (&draft.citizen, draft.details.state()) else { return };
    let own = circumstances.before.map(|(id, _)| id);
    let open = circumstances.ledger.open_courses(citizen).filter(|(id, _)| Some(*id) != own);
    let (mut here, mut elsewhere) = (false, false);
    for (_, details) in open {
        if details.municipality == draft.details.municipality {
            here = true;
        } else {
            elsewhere = true;
        }
    }
    if here {
        found.push(Violation::new(Rule::OpenCourseHere, "Cpr"));
    }
    if elsewhere {
        found.push(Violation::new(Rule::OpenCourseElsewhere, "Cpr"));
    }
}

fn order(details: &Details, found: &mut Vec<Violation>) {
    let begun = details.started_on.unwrap_or(details.requested_on);
    if begun < details.requested_on {
        found.push(Violation::new(Rule::DatesOutOfOrder, "IvaerksaetDato"));
    }
    if details.ended_on.is_some_and(|ended| ended < begun) {
        found.push(Violation::new(Rule::DatesOutOfOrder, "AfslutDato"));
    }
    if details.ended_on.is_some() && details.outcome.is_none() {
        found.push(Violation::new(Rule::OutcomeMissing, "AfslutStatus"));
    }
}

fn days(details: &Details, circumstances: &Circumstances<'_>, found: &mut Vec<Violation>) {
    let today = circumstances.today;
    let dates = [
        ("AnmodningDato", Some(details.requested_on)),
        ("IvaerksaetDato", details.started_on),
        ("AfslutDato", details.ended_on),
    ];
    for (field, date) in dates {
        if date.is_some_and(|date| date > today) {
            found.push(Violation::new(Rule::DateInFuture, field));
        }
    }
    // Whoever withdrew before treatment began was not kept waiting.
    let waited_until = details.started_on.or(details.ended_on).unwrap_or(today);
    if waited_until > details.requested_on.plus_days(GUARANTEE_DAYS) {
        found.push(Violation::new(Rule::GuaranteeExceeded, "IvaerksaetDato"));
    }
    let (field, event) = latest_event(details);
    // What a version before this one told is not told late by this one.
    let told = circumstances.before.is_some_and(|(_, before)| latest_event(before).1 == event);
    if !told && today > deadline(details, field, event) {
        found.push(Violation::new(Rule::Late, field));
    }
}

/// What a course tells last.
fn latest_event(details: &Details) -> (&'static str, Date) {
    let ended = details.ended_on.map(|date| ("AfslutDato", date));
    let started = details.started_on.map(|date| ("IvaerksaetDato", date));
    ended.or(started).unwrap_or(("AnmodningDato", details.requested_on))
}

/// The last day on which an event is reported in time: the 15th day after the end of the month, or,
/// for the start of medical treatment, the same day of the next month.
fn deadline(details: &Details, field: &str, event: Date) -> Date {
    let kind = details.treatment.as_ref().map(super::course::Written::as_str);
    match (field, kind) {
        ("IvaerksaetDato", Some("SUBST" | "MEDICIN")) => event.a_month_later(),
        _ => event.end_of_month().plus_days(DEADLINE_DAYS),
    }
}

fn schema(details: &Details, schema: SchemaVersion, found: &mut Vec<Violation>) {
    let retired = details.forms.iter().filter(|form| !schema.has(**form));
    found.extend(retired.map(|form| Violation::new(Rule::SchemaRetired, form.element())));
}

/// Each code is looked up for the day that it is about.
fn codes(details: &Details, found: &mut Vec<Violation>) {
    let requested = details.requested_on;
    let started = details.started_on.unwrap_or(requested);
    let ended = details.ended_on.unwrap_or(started);
    let single = [
        (CodeList::Municipality, Some(&details.municipality), requested),
        (CodeList::LegalBasis, Some(&details.legal_basis), requested),
        (CodeList::Treatment, details.treatment.as_ref(), started),
        (CodeList::Preparation, details.preparation.as_ref(), started),
        (CodeList::Housing, details.housing.as_ref(), requested),
        (CodeList::Income, details.income.as_ref(), requested),
        (CodeList::Outcome, details.outcome.as_ref(), ended),
    ];
    let of_substances = details.substances.iter().flat_map(|it| {
        [
            (CodeList::Substance, Some(&it.substance), requested),
            (CodeList::Intake, Some(&it.intake), requested),
            (CodeList::Frequency, Some(&it.frequency), requested),
        ]
    });
    for (list, code, on) in single.into_iter().chain(of_substances) {
        if code.is_some_and(|code| !list.has(code.as_str(), on)) {
            found.push(Violation::new(Rule::UnknownCode, list.name()));
        }
    }
}
