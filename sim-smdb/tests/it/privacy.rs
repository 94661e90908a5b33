//! Personal numbers: only made-up ones, and none where somebody could read it.

use parties::Text;
use sim_smdb::{
    contract::{Annul, Fetch, Operation, Submission, Which},
    course::{Course, Details, Reference},
    rule::Rule,
    schema::SchemaVersion,
};
use stage::{Forgery, start};

use crate::world::{HOLDER, World, assertion, code, course, cpr, cvr, signed, submission, written};

/// The number could be anybody's, and so is neither kept nor repeated: not in the fault, not in the
/// rejection, not in the diagnosis, not in what was read, not in a fact.
#[test]
fn a_personal_number_that_could_be_real_is_refused_and_shown_nowhere() {
    let whole = written(&submission("sag-1"));
    for (from, to, number, expected) in [
        ("6101800049", "0101800049", "0101800049", "invalid-submission"),
        ("6101800049", "010180-0049", "010180-0049", "invalid-submission"),
        ("6101800049", "9901800049", "9901800049", "invalid-submission"),
        ("6101800049", "610180004", "610180004", "invalid-submission"),
        // In the wrong field, if only by mistake.
        ("90000001", "0101800049", "0101800049", "malformed-request"),
        ("sag-1", "sag 0101800049", "0101800049", "malformed-request"),
        ("sag-1", "010180-0049", "010180-0049", "malformed-request"),
        (
            "2030-03-01</AnmodningDato>",
            "0101800049</AnmodningDato>",
            "0101800049",
            "malformed-request",
        ),
        (">901<", ">0101800049<", "0101800049", "invalid-submission"),
        (
            "</Forloeb>",
            "<Bemaerkning>mor er 0101800049</Bemaerkning></Forloeb>",
            "0101800049",
            "invalid-submission",
        ),
        (
            "</Forloeb>",
            "<TilbudId>610180 0049</TilbudId></Forloeb>",
            "610180 0049",
            "invalid-submission",
        ),
    ] {
        let mut world = World::new();
        assert!(whole.contains(from), "{from}");
        let call = world.call(signed(&assertion()), whole.replace(from, to), start());
        let message = call.write(&HOLDER).unwrap();
        assert!(message.contains(number));
        let read = format!("{:?}", parties::Core::read(&world.smdb, message.as_bytes()));
        let reply = world.send(&message, start());
        assert_eq!(reply.name(), expected, "{to}");
        let rejection = reply.rejection().unwrap();
        for shown in [
            read,
            format!("{call:?}"),
            format!("{reply:?}"),
            format!("{rejection:?} {rejection}"),
            reply.text(),
            format!("{world:?}"),
            world.facts.join(" "),
        ] {
            assert!(!shown.contains(number), "{to}: {shown}");
        }
    }
}

/// Which rule a number breaks, by what it looks like.
#[test]
fn sim_1001_1002_and_1004_tell_what_is_wrong_with_a_number() {
    let whole = written(&submission("sag-1"));
    for (from, to, rule, field) in [
        ("6101800049", "610180-0049", Rule::CprForm, "Cpr"),
        ("6101800049", "6113800049", Rule::CprForm, "Cpr"),
        ("6101800049", "0101800049", Rule::CprLooksReal, "Cpr"),
        (
            "</Forloeb>",
            "<Bemaerkning>se 010180-0049</Bemaerkning></Forloeb>",
            Rule::CprInText,
            "Bemaerkning",
        ),
    ] {
        let fault = World::new().submit_body(whole.replace(from, to)).declared();
        assert_eq!((fault.rule, fault.field.as_deref()), (rule, Some(field)));
    }
}

#[test]
fn a_reason_may_not_hold_a_number_either() {
    let mut world = World::new();
    let id = world.submit(&assertion(), &submission("sag-1"), start()).receipt().id;
    for reason in ["forkert borger: 010180-0049", " "] {
        let annul = Annul { authority: cvr("90000001"), id: id.clone(), reason: code(reason) };
        let reply = world.ask(Operation::Annul, annul.write(SchemaVersion::LATEST), start());
        assert_eq!(reply.name(), "malformed-request");
        assert!(!format!("{reply:?} {}", reply.text()).contains("0049"));
    }
}

/// Made-up numbers belong to nobody, and are shown to those who may fetch them alone.
#[test]
fn a_made_up_personal_number_is_shown_to_who_may_fetch_it_alone() {
    let mut world = World::new();
    let reply = world.submit(&assertion(), &submission("sag-1"), start());
    let fetch = Fetch { authority: cvr("90000001"), id: reply.receipt().id };
    let fetched = world.ask(Operation::Fetch, fetch.write(SchemaVersion::LATEST), start());
    for shown in [
        format!("{:?}", submission("sag-1")),
        format!("{reply:?} {fetched:?} {world:?}").replace(&format!("{:?}", fetched.bytes), ""),
        reply.text(),
        world.facts.join(" "),
    ] {
        assert!(!shown.contains("6101800049"), "{shown}");
    }
    assert!(fetched.text().contains("<Cpr>6101800049</Cpr>"));
}

/// Facts lie where they may: what they say of a course is sealed.
#[test]
fn facts_do_not_say_what_a_course_says() {
    let mut world = World::new();
    let details = Details { remark: Some(code("noget privat")), ..course().details };
    let course = Course { citizen: cpr("7405911048"), details };
    let submission = Submission { course, ..submission("sag-1") };
    assert_eq!(world.submit(&assertion(), &submission, start()).name(), "answered");
    let facts = world.facts.join(" ");
    for secret in ["7405911048", "noget privat", "ANDANT", "SEL101"] {
        assert!(!facts.contains(secret), "{facts}");
    }
}

/// What a caller says of itself is not repeated either if it could be a number.
#[test]
fn an_address_or_action_that_holds_a_number_is_not_repeated() {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), written(&submission("sag-1")), start());
    let to = "https://smdb.sim.invalid/?cpr=0101800049".to_owned();
    let action = "urn:x:0101800049".to_owned();
    let call = oio_idws::call::ServiceCall { to, action, ..call };
    let reply = world.send(&call.write(&HOLDER).unwrap(), start());
    assert_eq!(reply.against(), ["wrong-address", "unknown-operation"]);
    for finding in reply.diagnosis.findings() {
        assert_eq!(finding.got, Text::new("(withheld)", "(tilbageholdt)"));
    }
    assert!(!format!("{:?} {}", reply.diagnosis, reply.text()).contains("0101800049"));
}

/// Nor is what stands where a message is told apart from others, or where it is not understood; and
/// what is repeated has an end.
#[test]
fn what_is_wrong_with_a_message_is_told_without_a_number() {
    let long = format!("<{}/>", "x".repeat(100_000));
    // As long as it may be, but for the last digit.
    let halved = format!("{}0101800049</u:Expires>", "x".repeat(91 - "2030-03-01".len()));
    for (from, to, expected) in [
        ("T08:05:00.000Z</u:Expires>", " 0101800049</u:Expires>", "timestamp-unreadable"),
        ("T08:05:00.000Z</u:Expires>", &*halved, "timestamp-unreadable"),
        ("<o:Security ", "<x:y xmlns:x=\"urn:0101800049\"/><o:Security ", "not-holder"),
        ("</IndberetForloeb>", "<Cpr0101800049/></IndberetForloeb>", "malformed-request"),
        ("</IndberetForloeb>", &*long, "malformed-xml"),
        ("</IndberetForloeb>", &*format!("{long}</IndberetForloeb>"), "malformed-request"),
    ] {
        let mut world = World::new();
        let forgery = Forgery::of(&world.written(start())).replace(from, to);
        let whole = expected == "malformed-request";
        let message = if whole { forgery.sign(&HOLDER.key) } else { forgery.bare() };
        let reply = world.send(&message, start());
        assert_eq!(reply.name(), expected, "{to:.80}: {:.200?}", reply.rejection());
        let shown = format!("{:?} {:?}", reply.diagnosis, reply.rejection());
        assert!(!shown.contains("010180004") && shown.len() < 4000, "{shown:.4000}");
    }
}

#[test]
fn an_id_that_holds_a_number_is_kept_nowhere() {
    let mut world = World::new();
    let id = "urn:mor:0101800049".to_owned();
    let call = world.call(signed(&assertion()), written(&submission("sag-1")), start());
    let call = oio_idws::call::ServiceCall { message_id: id.clone(), ..call };
    let reply = world.send(&call.write(&HOLDER).unwrap(), start());
    assert_eq!(reply.name(), "answered");
    let authority = cvr("90000001");
    let fetch = Fetch { authority: authority.clone(), id: id.clone() };
    let annul = Annul { authority, id: id.clone(), reason: code("fejl") };
    let shown = format!("{world:?} {:?} {fetch:?} {annul:?} {:?}", world.facts, Which::Id(id));
    assert!(!shown.contains("0101800049"), "{shown}");
}

#[test]
fn a_reference_is_a_name_and_no_number() {
    for text in ["", " \n", "0101800049", "sag-010180-0049", "cpr0101800049", &"x".repeat(65)] {
        assert!(text.parse::<Reference>().is_err(), "{text}");
    }
    for text in ["sag-1", "00000000-0000-4000-8000-000000000001", &"x".repeat(64)] {
        assert!(text.parse::<Reference>().is_ok(), "{text}");
    }
}
