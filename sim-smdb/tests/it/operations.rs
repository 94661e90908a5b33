//! The operations beside submitting: what they answer, and to whom.

use oio_idws::{assertion::Assertion, privileges::Privileges};
use sim_smdb::{
    contract::{
        Annul, CodeLists, ErrorList, ErrorLists, FETCH_PRIVILEGE, Fetch, Fetched, GetStatus,
        Operation, Ping, Pong, Receipt, SUBMIT_PRIVILEGE, Search, SearchResult, Status,
        StatusReport, Subject, Submission, Which,
    },
    course::{Course, Details, State},
    rule::Rule,
    schema::SchemaVersion,
};
use stage::start;

use crate::world::{
    HOLDER, Reply, World, after, assertion, code, course, cpr, cvr, date, group, may_act_for,
    open_course, reference, signed, submission, whole_course,
};

const LATEST: SchemaVersion = SchemaVersion::LATEST;

/// A body of each operation, about a course that may exist.
pub(crate) fn body(operation: Operation, id: &str) -> String {
    let (authority, id) = (cvr("90000001"), id.to_owned());
    match operation {
        Operation::Ping => Ping.write(LATEST),
        Operation::Report => submission("ny").write(LATEST),
        Operation::Annul => {
            Annul { authority, id, reason: code("oprettet ved en fejl") }.write(LATEST)
        }
        Operation::Fetch => Fetch { authority, id }.write(LATEST),
        Operation::Search => period(1, 10).write(LATEST),
        Operation::Status => GetStatus { authority, which: Which::Id(id) }.write(LATEST),
        Operation::ErrorList => errors("2030-03-01", "2030-03-31").write(LATEST),
        Operation::CodeLists => CodeLists.write(LATEST),
    }
}

fn period(page: u32, page_size: u32) -> Search {
    let (from, through) = (date("2030-01-01"), date("2030-12-31"));
    let subject = Subject::Period { from, through, state: None };
    Search { authority: cvr("90000001"), subject, page, page_size }
}

fn errors(from: &str, through: &str) -> ErrorList {
    ErrorList { authority: cvr("90000001"), from: date(from), through: date(through) }
}

fn ask_as(world: &mut World, assertion: &Assertion, operation: Operation, body: String) -> Reply {
    let call = world.call_for(operation, signed(assertion), body, start());
    world.send(&call.write(&HOLDER).unwrap(), start())
}

/// A world with a course that was submitted, and its receipt.
fn with_course() -> (World, Receipt) {
    let mut world = World::new();
    let receipt = world.submit(&assertion(), &submission("sag-1"), start()).receipt();
    (world, receipt)
}

#[test]
fn ping_tells_what_the_token_says() {
    let reply = World::new().ask(Operation::Ping, Ping.write(LATEST), start());
    let pong = reply.content(Pong::read);
    assert_eq!((pong.version, pong.at, pong.cvr), (LATEST, start(), cvr("90000001")));
    let of = |privilege: &str| ("90000001".to_owned(), privilege.to_owned());
    assert_eq!(pong.privileges, [of(SUBMIT_PRIVILEGE), of(FETCH_PRIVILEGE)]);
}

#[test]
fn each_operation_asks_for_its_privilege_and_no_other() {
    let submitting = [Operation::Report, Operation::Annul];
    let for_everybody = [Operation::Ping, Operation::CodeLists];
    for operation in Operation::ALL {
        let (world, receipt) = with_course();
        let ask = |privileges: &[&str]| {
            let groups = vec![group("90000001", privileges)];
            let assertion = Assertion { privileges: Some(Privileges { groups }), ..assertion() };
            ask_as(&mut world.clone(), &assertion, *operation, body(*operation, &receipt.id)).name()
        };
        let may_submit = ask(&[SUBMIT_PRIVILEGE]);
        let may_fetch = ask(&[FETCH_PRIVILEGE]);
        let nothing = ask(&[]);
        let expected = |granted: bool| if granted { "answered" } else { "missing-privilege" };
        let anyway = for_everybody.contains(operation);
        let submits = submitting.contains(operation);
        assert_eq!(may_submit, expected(anyway || submits), "{operation}");
        assert_eq!(may_fetch, expected(anyway || !submits), "{operation}");
        assert_eq!(nothing, expected(anyway), "{operation}");
    }
}

#[test]
fn the_answer_has_the_action_of_its_operation() {
    for operation in Operation::ALL {
        let (mut world, receipt) = with_course();
        let reply = world.ask(*operation, body(*operation, &receipt.id), start());
        let action = format!(">urn:sim:smdb:2025-07/SmdbService/{operation}Response<");
        assert!(reply.text().contains(&action), "{operation}: {}", reply.text());
    }
}

#[test]
fn a_course_is_fetched_as_it_is_stored() {
    let (mut world, receipt) = with_course();
    let fetched = world.ask(Operation::Fetch, body(Operation::Fetch, &receipt.id), start());
    assert_eq!(
        fetched.content(Fetched::read),
        Fetched { receipt: receipt.clone(), course: course() }
    );
    // In its latest version, with everything that a course may say.
    let whole = whole_course();
    let second = Submission { version: 2, course: whole.clone(), ..submission("sag-1") };
    let second = world.submit(&assertion(), &second, after("1m")).receipt();
    let fetched = world.ask(Operation::Fetch, body(Operation::Fetch, &receipt.id), start());
    assert_eq!(fetched.content(Fetched::read), Fetched { receipt: second, course: whole });
}

#[test]
fn a_course_that_is_annulled_stays_annulled() {
    let (mut world, receipt) = with_course();
    let annul = |world: &mut World, at| {
        let reply = world.ask(Operation::Annul, body(Operation::Annul, &receipt.id), after(at));
        reply.content(Annul::read_answer)
    };
    let first = annul(&mut world, "1m");
    assert_eq!((&first.id, first.status, first.at), (&receipt.id, Status::Annulled, after("1m")));
    assert_ne!(first.receipt, receipt.receipt);
    assert_eq!(annul(&mut world, "2m"), first, "the same once more");
    let fetched = world.ask(Operation::Fetch, body(Operation::Fetch, &receipt.id), after("3m"));
    assert_eq!(fetched.content(Fetched::read).receipt.status, Status::Annulled);
    let status = world.ask(Operation::Status, body(Operation::Status, &receipt.id), after("3m"));
    let status = status.content(StatusReport::read);
    assert_eq!((status.status, status.at), (Status::Annulled, after("1m")));
    // It is in nobody's way: an open course may take its place.
    let mut world = World::new();
    let open = |name| Submission { course: open_course(), ..submission(name) };
    let id = world.submit(&assertion(), &open("a"), start()).receipt().id;
    assert_eq!(world.submit(&assertion(), &open("b"), start()).name(), "invalid-submission");
    world.ask(Operation::Annul, body(Operation::Annul, &id), start());
    assert_eq!(world.submit(&assertion(), &open("b"), start()).name(), "answered");
}

#[test]
fn an_organisation_sees_its_own_courses_only() {
    let (mut world, receipt) = with_course();
    let other =
        Assertion { cvr: cvr("90000002"), privileges: may_act_for("90000002"), ..assertion() };
    let authority = cvr("90000002");
    let id = receipt.id;
    let asked = [
        (Operation::Fetch, Fetch { authority: authority.clone(), id: id.clone() }.write(LATEST)),
        (
            Operation::Status,
            GetStatus { authority: authority.clone(), which: Which::Id(id.clone()) }.write(LATEST),
        ),
        (
            Operation::Annul,
            Annul { authority: authority.clone(), id, reason: code("nej") }.write(LATEST),
        ),
    ];
    for (operation, body) in asked {
        assert_eq!(ask_as(&mut world, &other, operation, body).name(), "not-found", "{operation}");
    }
    let search = Search { authority: authority.clone(), ..period(1, 10) };
    let found = ask_as(&mut world, &other, Operation::Search, search.write(LATEST));
    assert_eq!(found.content(SearchResult::read).total, 0);
    let list = ErrorList { authority, ..errors("2030-03-01", "2030-03-31") };
    let listed = ask_as(&mut world, &other, Operation::ErrorList, list.write(LATEST));
    assert!(listed.content(ErrorLists::read).listed.is_empty());
    // And on behalf of the first one, it needs a power of attorney.
    let own = body(Operation::Search, "");
    assert_eq!(ask_as(&mut world, &other, Operation::Search, own).name(), "foreign-authority");
}

#[test]
fn a_search_goes_page_by_page() {
    let mut world = World::new();
    for (name, day) in
        [("c", "2030-01-03"), ("a", "2030-01-05"), ("b", "2030-01-03"), ("d", "2029-12-31")]
    {
        let details = Details { requested_on: date(day), ..course().details };
        let submission = Submission { course: Course { details, ..course() }, ..submission(name) };
        assert_eq!(world.submit(&assertion(), &submission, start()).name(), "answered");
    }
    let mut page = |search: &Search| {
        let found = world.ask(Operation::Search, search.write(LATEST), start());
        let found = found.content(SearchResult::read);
        let names = found.found.iter().map(|it| it.reference.to_string()).collect::<Vec<_>>();
        (found.total, found.page, names.concat())
    };
    assert_eq!(page(&period(1, 10)), (3, 1, "bca".to_owned()));
    assert_eq!(page(&period(1, 2)), (3, 1, "bc".to_owned()));
    assert_eq!(page(&period(2, 2)), (3, 2, "a".to_owned()));
    assert_eq!(page(&period(3, 2)), (3, 3, String::new()));
    assert_eq!(page(&period(u32::MAX, 100)), (3, u32::MAX, String::new()));
    let with = |subject| Search { subject, ..period(1, 10) };
    let (from, through) = (date("2029-12-31"), date("2030-01-03"));
    let of_state = |state| with(Subject::Period { from, through, state: Some(state) });
    assert_eq!(page(&of_state(State::Ended)).2, "dbc");
    assert_eq!(page(&of_state(State::Open)).2, "");
    assert_eq!(page(&with(Subject::Citizen(cpr("6101800049")))).0, 4);
    assert_eq!(page(&with(Subject::Citizen(cpr("7405911048")))).0, 0);
}

#[test]
fn a_search_that_makes_no_sense_is_refused() {
    for (from, to) in [
        ("<Side>1<", "<Side>0<"),
        ("<Sidestoerrelse>10<", "<Sidestoerrelse>0<"),
        ("<Sidestoerrelse>10<", "<Sidestoerrelse>101<"),
        ("<Fra>", "<Cpr>6101800049</Cpr><Fra>"),
        ("<Fra>2030-01-01</Fra>", ""),
        ("<Side>", "<Tilstand>Lukket</Tilstand><Side>"),
    ] {
        let body = period(1, 10).write(LATEST);
        assert!(body.contains(from), "{from}");
        let reply = World::new().ask(Operation::Search, body.replace(from, to), start());
        assert_eq!(reply.name(), "malformed-request", "{from} {to}");
    }
}

#[test]
fn a_status_tells_what_became_of_the_latest_version() {
    let mut world = World::new();
    let status = |world: &mut World, name: &str| {
        let which = Which::Reference(reference(name));
        let body = GetStatus { authority: cvr("90000001"), which }.write(LATEST);
        world.ask(Operation::Status, body, start())
    };
    assert_eq!(status(&mut world, "sag-1").name(), "not-found");
    let bad = Details { outcome: None, ..course().details };
    let of = |version, details| Submission {
        version,
        course: Course { details, ..course() },
        ..submission("sag-1")
    };
    // Refused before anything was stored.
    assert_eq!(
        world.submit(&assertion(), &of(1, bad.clone()), start()).name(),
        "invalid-submission"
    );
    let refused = status(&mut world, "sag-1").content(StatusReport::read);
    assert_eq!((refused.id, refused.version, refused.status), (None, 1, Status::Refused));
    assert_eq!(refused.violations[0].rule, Rule::OutcomeMissing);
    // Corrected.
    let receipt = world.submit(&assertion(), &of(1, course().details), start()).receipt();
    let accepted = status(&mut world, "sag-1").content(StatusReport::read);
    assert_eq!((accepted.id.as_ref(), accepted.status), (Some(&receipt.id), Status::Accepted));
    // The next version is refused, and the first one is stored all the same.
    assert_eq!(world.submit(&assertion(), &of(2, bad), start()).name(), "invalid-submission");
    let refused = status(&mut world, "sag-1").content(StatusReport::read);
    assert_eq!(
        (refused.id, refused.version, refused.status),
        (Some(receipt.id), 2, Status::Refused)
    );
}

/// A resend that was refused is no later version: what was stored is what became of the course.
#[test]
fn a_status_is_not_about_a_resend_that_was_refused() {
    let mut world = World::new();
    let receipt = world.submit(&assertion(), &submission("sag-1"), start()).receipt();
    let other = Course { citizen: cpr("7405911048"), ..course() };
    let other = Submission { course: other, ..submission("sag-1") };
    assert_eq!(world.submit(&assertion(), &other, start()).name(), "conflicting-resend");
    let which = Which::Reference(reference("sag-1"));
    let get = GetStatus { authority: cvr("90000001"), which };
    let status = world.ask(Operation::Status, get.write(LATEST), start());
    let status = status.content(StatusReport::read);
    assert_eq!((status.id, status.version), (Some(receipt.id), 1));
    assert_eq!((status.status, &*status.violations), (Status::Accepted, &[][..]));
}

#[test]
fn the_list_of_errors_holds_what_is_not_corrected_yet() {
    let mut world = World::new();
    let bad = Course { details: Details { outcome: None, ..course().details }, ..course() };
    let unchecked = Course { citizen: cpr("6101800040"), ..course() };
    let submit = |world: &mut World, name, course: &Course, at| {
        let submission = Submission { course: course.clone(), ..submission(name) };
        world.submit(&assertion(), &submission, after(at)).name()
    };
    assert_eq!(submit(&mut world, "a", &bad, "0s"), "invalid-submission");
    assert_eq!(submit(&mut world, "b", &unchecked, "1m"), "answered");
    assert_eq!(submit(&mut world, "c", &course(), "2m"), "answered");
    let listed = |world: &mut World, from, through| {
        let reply =
            world.ask(Operation::ErrorList, errors(from, through).write(LATEST), after("1h"));
        let lists = reply.content(ErrorLists::read).listed;
        let line = |it: &sim_smdb::contract::Listed| {
            let codes: Vec<_> = it.violations.iter().map(|it| it.rule.code()).collect();
            format!("{} {} {}", it.reference, it.status.name(), codes.join(","))
        };
        lists.iter().map(line).collect::<Vec<_>>()
    };
    let today = |world: &mut World| listed(world, "2030-03-01", "2030-03-01");
    assert_eq!(today(&mut world), ["a Afvist SIM-2007", "b Accepteret SIM-1003"]);
    assert!(listed(&mut world, "2030-02-01", "2030-02-28").is_empty());
    assert_eq!(submit(&mut world, "a", &course(), "3m"), "answered");
    assert_eq!(today(&mut world), ["b Accepteret SIM-1003"]);
    // Sent again with other content in the same version: an error until a new version comes.
    assert_eq!(submit(&mut world, "c", &unchecked, "4m"), "conflicting-resend");
    assert_eq!(today(&mut world), ["b Accepteret SIM-1003", "c Afvist SIM-5001"]);
    // A warning about a course that is annulled tells nobody anything.
    let id = world.smdb.ledger().find(&cvr("90000001"), &reference("b")).unwrap().id.to_string();
    let annul = Annul { authority: cvr("90000001"), id, reason: code("fejl") };
    assert_eq!(world.ask(Operation::Annul, annul.write(LATEST), after("5m")).name(), "answered");
    assert_eq!(today(&mut world), ["c Afvist SIM-5001"]);
}

#[test]
fn code_lists_tell_from_when_a_code_holds() {
    let reply = World::new().ask(Operation::CodeLists, CodeLists.write(LATEST), start());
    assert_eq!(reply.name(), "answered");
    assert!(reply.text().contains(
        "<Kode><Vaerdi>BL33</Vaerdi><Tekst>Barnets lov § 33</Tekst>\
         <GyldigFra>2024-01-01</GyldigFra></Kode>"
    ));
}
