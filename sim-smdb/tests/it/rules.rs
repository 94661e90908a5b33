//! Each rule of the register, broken and kept.

use clock::Timestamp;
use sim_smdb::{
    contract::{Status, Submission},
    course::{Course, Details, Substance},
    rule::{Rule, Severity, Violation},
    schema::RetiredForm,
};
use stage::start;

use crate::world::{World, after, assertion, code, course, cpr, date, open_course, submission};

/// What SMDB says of a course at `now`: the codes with their fields, and whether it is stored.
fn verdict(world: &mut World, submission: &Submission, now: Timestamp) -> (Status, Vec<String>) {
    let long = oio_idws::assertion::Assertion { not_on_or_after: after("900d"), ..assertion() };
    let reply = world.submit(&long, submission, now);
    let told = |violations: &[Violation]| {
        violations.iter().map(|it| format!("{} {}", it.rule, it.field)).collect()
    };
    match reply.name() {
        "answered" => (Status::Accepted, told(&reply.receipt().warnings)),
        "invalid-submission" => (Status::Refused, told(&reply.declared().violations)),
        other => panic!("{other}"),
    }
}

fn of(course: Course) -> Submission {
    Submission { course, ..submission("sag-1") }
}

/// What SMDB says of a course by itself, at the start.
#[track_caller]
fn check(course: Course, status: Status, expected: &[&str]) {
    assert_eq!(verdict(&mut World::new(), &of(course), start()), (status, told(expected)));
}

fn told(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|it| (*it).to_owned()).collect()
}

fn with(details: Details) -> Course {
    Course { details, ..course() }
}

#[test]
fn a_course_that_keeps_every_rule_gives_no_warning() {
    let substance = Substance {
        substance: code("HEROIN"),
        intake: code("INJ"),
        frequency: code("DAGLIG"),
        main: true,
    };
    check(
        with(Details {
            treatment: Some(code("SUBST")),
            preparation: Some(code("METADON")),
            provider: Some(code("tilbud-17")),
            substances: [substance].into(),
            housing: Some(code("EGEN")),
            income: Some(code("KONTANT")),
            remark: Some(code("Henvist af egen læge.")),
            ..course().details
        }),
        Status::Accepted,
        &[],
    );
}

#[test]
fn sim_1003_a_number_without_modulus_11_is_stored_with_a_warning() {
    let citizen = cpr("6101800040");
    check(Course { citizen, ..course() }, Status::Accepted, &["SIM-1003 Cpr"]);
}

#[test]
fn sim_2001_a_citizen_has_one_open_course_in_a_municipality() {
    let mut world = World::new();
    let first = Submission { course: open_course(), ..submission("sag-1") };
    let second = Submission { course: open_course(), ..submission("sag-2") };
    assert_eq!(verdict(&mut world, &first, start()), (Status::Accepted, told(&[])));
    let refused = (Status::Refused, told(&["SIM-2001 Cpr"]));
    assert_eq!(verdict(&mut world, &second, start()), refused);
    // A version of the first one is not a second one, and a course that has ended is in no way.
    let later = Submission { version: 2, ..first.clone() };
    assert_eq!(verdict(&mut world, &later, start()), (Status::Accepted, told(&[])));
    let ended = Submission { course: course(), version: 3, ..first };
    assert_eq!(verdict(&mut world, &ended, start()), (Status::Accepted, told(&[])));
    assert_eq!(verdict(&mut world, &second, start()), (Status::Accepted, told(&[])));
    // Another citizen's is another's.
    let other = Course { citizen: cpr("7405911048"), ..open_course() };
    let other = Submission { course: other, ..submission("sag-3") };
    assert_eq!(verdict(&mut world, &other, start()), (Status::Accepted, told(&[])));
}

/// The latest version says whose a course is: whom an earlier one named is free to have another.
#[test]
fn a_course_that_was_moved_to_another_citizen_is_in_nobody_elses_way() {
    let mut world = World::new();
    let first = Submission { course: open_course(), ..submission("sag-1") };
    assert_eq!(verdict(&mut world, &first, start()), (Status::Accepted, told(&[])));
    let moved = Course { citizen: cpr("7405911048"), ..open_course() };
    let moved = Submission { version: 2, course: moved, ..first.clone() };
    assert_eq!(verdict(&mut world, &moved, start()), (Status::Accepted, told(&[])));
    let own = Submission { course: open_course(), ..submission("sag-2") };
    assert_eq!(verdict(&mut world, &own, start()), (Status::Accepted, told(&[])));
    let second = Submission { course: moved.course, ..submission("sag-3") };
    let refused = (Status::Refused, told(&["SIM-2001 Cpr"]));
    assert_eq!(verdict(&mut world, &second, start()), refused);
}

#[test]
fn sim_2002_an_open_course_in_another_municipality_is_a_warning() {
    let mut world = World::new();
    assert_eq!(verdict(&mut world, &of(open_course()), start()).0, Status::Accepted);
    let moved = Details { municipality: code("902"), ..open_course().details };
    let moved =
        Submission { course: Course { details: moved, ..open_course() }, ..submission("x") };
    let warned = (Status::Accepted, told(&["SIM-2002 Cpr"]));
    assert_eq!(verdict(&mut world, &moved, start()), warned);
}

#[test]
fn sim_2003_dates_are_in_order() {
    let dates = |requested, started, ended| {
        let (started_on, ended_on) = (Some(date(started)), Some(date(ended)));
        with(Details { requested_on: date(requested), started_on, ended_on, ..course().details })
    };
    let refused = Status::Refused;
    let order = ["SIM-2003 IvaerksaetDato"];
    check(dates("2030-02-28", "2030-02-27", "2030-02-28"), refused, &order);
    check(dates("2030-02-20", "2030-02-28", "2030-02-27"), refused, &["SIM-2003 AfslutDato"]);
    check(dates("2030-02-28", "2030-02-28", "2030-02-28"), Status::Accepted, &[]);
}

#[test]
fn sim_2004_treatment_begins_within_fourteen_days() {
    let waited = |days: i64| {
        let requested_on = date("2030-03-01").plus_days(-days);
        with(Details { requested_on, ..course().details })
    };
    check(waited(14), Status::Accepted, &[]);
    check(waited(15), Status::Accepted, &["SIM-2004 IvaerksaetDato"]);
    // Who still waits is kept waiting; who withdrew is not.
    let waiting = |days: i64| {
        let requested_on = date("2030-03-01").plus_days(-days);
        Course { details: Details { requested_on, ..open_course().details }, ..course() }
    };
    check(waiting(14), Status::Accepted, &[]);
    check(waiting(15), Status::Accepted, &["SIM-2004 IvaerksaetDato"]);
    let withdrawn = with(Details {
        requested_on: date("2030-02-01"),
        started_on: None,
        ended_on: Some(date("2030-02-10")),
        ..course().details
    });
    check(withdrawn, Status::Accepted, &[]);
}

#[test]
fn sim_2005_no_date_is_in_the_future() {
    let tomorrow = date("2030-03-02");
    let requested = Details { requested_on: tomorrow, ..open_course().details };
    check(with(requested), Status::Refused, &["SIM-2005 AnmodningDato"]);
    let started = Details { started_on: Some(tomorrow), ..open_course().details };
    check(with(started), Status::Refused, &["SIM-2005 IvaerksaetDato"]);
    let ended = Details { ended_on: Some(tomorrow), ..course().details };
    check(with(ended), Status::Refused, &["SIM-2005 AfslutDato"]);
}

#[test]
fn sim_2006_what_is_told_after_the_deadline_is_told_late() {
    let told_at = |submission: &Submission, now: &str| {
        verdict(&mut World::new(), submission, date(now).begins()).1
    };
    // The 15th day after the end of March.
    assert_eq!(told_at(&of(course()), "2030-04-15"), told(&[]));
    assert_eq!(told_at(&of(course()), "2030-04-16"), ["SIM-2006 AfslutDato"]);
    // Medical treatment: a month after it began.
    let begun = Details { started_on: Some(date("2030-03-01")), ..open_course().details };
    let medical = Details { treatment: Some(code("SUBST")), ..begun.clone() };
    assert_eq!(told_at(&of(with(medical.clone())), "2030-04-01"), told(&[]));
    assert_eq!(told_at(&of(with(medical)), "2030-04-02"), ["SIM-2006 IvaerksaetDato"]);
    assert_eq!(told_at(&of(with(begun)), "2030-04-02"), told(&[]));
    // A correction of what was told in time is not late.
    let mut world = World::new();
    assert_eq!(verdict(&mut world, &of(course()), start()).1, told(&[]));
    let corrected = Submission { version: 2, ..of(course()) };
    assert_eq!(verdict(&mut world, &corrected, date("2030-06-01").begins()).1, told(&[]));
}

#[test]
fn sim_2007_a_course_that_ended_says_how() {
    let silent = with(Details { outcome: None, ..course().details });
    check(silent, Status::Refused, &["SIM-2007 AfslutStatus"]);
}

#[test]
fn sim_3001_forms_that_fell_away_are_refused() {
    for form in RetiredForm::ALL {
        let old = with(Details { forms: [form].into(), ..course().details });
        check(old, Status::Refused, &[&format!("SIM-3001 {}", form.element())]);
    }
}

#[test]
fn sim_3002_each_code_is_in_its_list() {
    let no = || Some(code("FINDES-IKKE"));
    let details = || course().details;
    let unknown = [
        ("Kommune", Details { municipality: code("101"), ..details() }),
        ("Lovgrundlag", Details { legal_basis: code("sel101"), ..details() }),
        ("Behandlingstype", Details { treatment: no(), ..details() }),
        ("Praeparat", Details { treatment: Some(code("SUBST")), preparation: no(), ..details() }),
        ("Bolig", Details { housing: no(), ..details() }),
        ("Hovedindtaegt", Details { income: no(), ..details() }),
        ("AfslutStatus", Details { outcome: no(), ..details() }),
    ];
    for (field, details) in unknown {
        check(with(details), Status::Refused, &[&format!("SIM-3002 {field}")]);
    }
    let substance =
        Substance { substance: code("x"), intake: code("x"), frequency: code("x"), main: false };
    let expected = ["SIM-3002 Hyppighed", "SIM-3002 Indtagelse", "SIM-3002 Stof"];
    check(
        with(Details { substances: [substance].into(), ..details() }),
        Status::Refused,
        &expected,
    );
}

/// The code of a law that came into force is in the list for courses from that day on.
#[test]
fn a_code_is_looked_up_for_the_day_that_it_is_about() {
    let by_children_act = |requested| {
        let day = date(requested);
        let (started_on, ended_on) = (Some(day), Some(day));
        let legal_basis = code("BL33");
        with(Details { legal_basis, requested_on: day, started_on, ended_on, ..course().details })
    };
    let late = "SIM-2006 AfslutDato";
    check(by_children_act("2023-12-31"), Status::Refused, &[late, "SIM-3002 Lovgrundlag"]);
    check(by_children_act("2024-01-01"), Status::Accepted, &[late]);
}

#[test]
fn an_error_decides_and_warnings_stand_beside_it() {
    let citizen = cpr("6101800040");
    let details = Details { requested_on: date("2030-03-02"), ..open_course().details };
    let reply = World::new().submit(&assertion(), &of(Course { citizen, details }), start());
    let fault = reply.declared();
    assert_eq!(fault.rule, Rule::DateInFuture);
    assert_eq!(fault.field.as_deref(), Some("AnmodningDato"));
    assert_eq!(fault.text, "Dato i fremtiden");
    let severities: Vec<_> = fault.violations.iter().map(|it| it.rule.severity()).collect();
    assert_eq!(severities, [Severity::Warning, Severity::Error]);
}
