//! The operations by REST: the same as by SOAP, in another notation.

use serde_json::{Value, json};
use sim_smdb::{
    contract::{
        Annul, CodeLists, ErrorList, Fetch, GetStatus, Notation, Operation, Ping, Search, Subject,
        Submission, Which,
    },
    course::Course,
    schema::SchemaVersion,
};
use stage::start;

use super::door::json;
use crate::world::{
    World, after, assertion, code, course, cvr, date, reference, submission, whole_course,
};

/// From the token to a course that was reported, listed, fetched and annulled.
#[test]
fn a_course_is_reported_listed_fetched_and_annulled_by_rest() {
    let mut world = World::new();
    let access = world.redeem(&assertion(), start()).token();
    let mut ask = |operation, body: String| {
        let reaction = world.call_rest(operation, &access, &body, start());
        assert_eq!(reaction.name(), "granted", "{operation}");
        assert_eq!(reaction.reply.status, 200);
        reaction.json()
    };
    let authority = cvr("90000001");
    let pong = ask(Operation::Ping, Ping.write(Notation::Json));
    assert_eq!((&pong["Version"], &pong["Cvr"]), (&json!("2025-07"), &json!("90000001")));
    assert_eq!(pong["Privilegium"].as_array().unwrap().len(), 2);

    let receipt = ask(Operation::Report, json(&submission("sag-1")));
    let receipt = &receipt["Kvittering"];
    assert_eq!((&receipt["Status"], &receipt["Version"]), (&json!("Accepteret"), &json!(1)));
    assert_eq!(receipt["Fejl"], json!([]));
    let id = receipt["Id"].as_str().unwrap().to_owned();

    let subject = Subject::Citizen(course().citizen);
    let search = Search { authority: authority.clone(), subject, page: 1, page_size: 10 };
    let found = ask(Operation::Search, search.write(Notation::Json));
    assert_eq!((&found["Antal"], &found["Fundet"][0]["Id"]), (&json!(1), &json!(id)));

    let fetch = Fetch { authority: authority.clone(), id: id.clone() };
    let fetched = ask(Operation::Fetch, fetch.write(Notation::Json));
    assert_eq!(fetched["Forloeb"]["Cpr"], "6101800049");
    assert_eq!(fetched["Kvittering"]["KvitteringId"], receipt["KvitteringId"]);

    let annul = Annul { authority: authority.clone(), id, reason: code("fejl") };
    let annulled = ask(Operation::Annul, annul.write(Notation::Json));
    assert_eq!(annulled["Kvittering"]["Status"], "Annulleret");

    let which = Which::Reference(reference("sag-1"));
    let status = GetStatus { authority: authority.clone(), which };
    assert_eq!(ask(Operation::Status, status.write(Notation::Json))["Status"], "Annulleret");
    let (from, through) = (date("2030-03-01"), date("2030-03-01"));
    let errors = ErrorList { authority, from, through };
    let listed = ask(Operation::ErrorList, errors.write(Notation::Json));
    assert_eq!(listed, json!({"Indberetning": []}));
    let lists = ask(Operation::CodeLists, CodeLists.write(Notation::Json));
    assert!(lists["Kodeliste"].as_array().unwrap().len() > 5);
}

/// What is said in one notation comes back in the other: there is one register.
#[test]
fn what_comes_by_one_door_is_there_at_the_other() {
    let mut world = World::new();
    let by_soap = Submission { course: whole_course(), ..submission("sag-1") };
    let receipt = world.submit(&assertion(), &by_soap, start()).receipt();
    let access = world.redeem(&assertion(), start()).token();
    // The same submission once more, by REST: the receipt that it got.
    let again = world.call_rest(Operation::Report, &access, &json(&by_soap), after("1s"));
    assert_eq!(again.json()["Kvittering"]["KvitteringId"], json!(receipt.receipt));
    assert_eq!(again.facts, []);
    // And with everything that a course may say.
    let fetch = Fetch { authority: cvr("90000001"), id: receipt.id };
    let body = fetch.write(Notation::Json);
    let fetched = world.call_rest(Operation::Fetch, &access, &body, start()).json();
    let sent: Value = serde_json::from_str(&json(&by_soap)).unwrap();
    assert_eq!(fetched["Forloeb"], sent["Forloeb"]);
    assert_eq!(fetched["Forloeb"]["Stoffer"]["Stofbrug"][0]["Hovedstof"], true);

    let by_rest = submission("sag-2");
    let body = json(&by_rest);
    let received = world.call_rest(Operation::Report, &access, &body, start()).json();
    let id = received["Kvittering"]["Id"].as_str().unwrap().to_owned();
    let body = Fetch { authority: cvr("90000001"), id }.write(SchemaVersion::LATEST);
    let fetched = world.ask(Operation::Fetch, body, start());
    let fetched = fetched.content(sim_smdb::contract::Fetched::read);
    assert_eq!(fetched.course, by_rest.course);
}

/// Who has the key may send a call again: it is the contract that makes it harmless.
#[test]
fn a_call_by_rest_may_come_twice() {
    let mut world = World::new();
    let access = world.redeem(&assertion(), start()).token();
    let body = json(&submission("sag-1"));
    let [first, second] =
        ["0s", "1s"].map(|it| world.call_rest(Operation::Report, &access, &body, after(it)));
    assert_eq!(first.json(), second.json());
    assert_eq!((first.facts.len(), second.facts.len()), (1, 0));
}

#[test]
fn a_submission_that_breaks_rules_is_told_each_of_them() {
    let mut world = World::new();
    let access = world.redeem(&assertion(), start()).token();
    let mut course = course();
    (course.details.requested_on, course.details.outcome) = (date("2030-03-09"), None);
    let wrong = Submission { course, ..submission("sag-1") };
    let reaction = world.call_rest(Operation::Report, &access, &json(&wrong), start());
    let fault = reaction.json();
    let codes: Vec<_> =
        fault["Fejl"].as_array().unwrap().iter().map(|it| it["Kode"].as_str().unwrap()).collect();
    assert_eq!(codes, ["SIM-2003", "SIM-2005", "SIM-2007"]);
    assert_eq!(fault["Felt"], "IvaerksaetDato");
    // It stands on the list of errors, as one by SOAP does.
    let day = date("2030-03-01");
    let list = ErrorList { authority: cvr("90000001"), from: day, through: day };
    let body = list.write(Notation::Json);
    let listed = world.call_rest(Operation::ErrorList, &access, &body, start()).json();
    assert_eq!(listed["Indberetning"][0]["Status"], "Afvist");
}

#[test]
fn json_that_the_contract_does_not_know_is_refused_by_its_fields_alone() {
    let mut world = World::new();
    let access = world.redeem(&assertion(), start()).token();
    let whole: Value = serde_json::from_str(&json(&submission("sag-1"))).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed.to_string()
    };
    let written = whole.to_string();
    let twice = written.replacen('{', "{\"Version\":1,", 1);
    let twice_null = written.replacen('{', "{\"Version\":null,", 1);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let many: String = (0..100).map(|at| format!("\"a{at}\":1,")).collect();
    for (body, told) in [
        (with("/Version", json!("first")), "Version"),
        (with("/Version", json!(1.5)), "Version"),
        // Read as a binary fraction, each would be stored in other digits than were written.
        (with("/Forloeb/Kommune", json!(901.5)), "Kommune"),
        (with("/Forloeb/Kommune", json!("@")).replace("\"@\"", "12.10"), "Kommune"),
        (
            with("/Forloeb/Kommune", json!("@")).replace("\"@\"", "90100000000000000000000"),
            "Kommune",
        ),
        (with("/Forloeb/Kommune", json!("@")).replace("\"@\"", "-0"), "Kommune"),
        (with("/Version", json!(null)), "Version"),
        (with("/Version", json!([1])), "Version"),
        (with("/Myndighed", json!("hemmelig")), "Myndighed"),
        (with("/Forloeb", json!("hemmelig")), "Forloeb"),
        (with("/Forloeb/AnmodningDato", json!("hemmelig")), "AnmodningDato"),
        (written.replacen("\"Forloeb\"", "\"hemmelig\"", 1), "IndberetForloeb"),
        (written.replacen("\"AfslutDato\"", "\"hemmelig\"", 1), "Forloeb"),
        (twice, "IndberetForloeb"),
        (twice_null, "IndberetForloeb"),
        (deep, "IndberetForloeb"),
        (written.replacen('{', &format!("{{{many}"), 1), "IndberetForloeb"),
        ("hemmelig".to_owned(), "IndberetForloeb"),
        (String::new(), "IndberetForloeb"),
        (format!("{written}{written}"), "IndberetForloeb"),
    ] {
        let reaction = world.call_rest(Operation::Report, &access, &body, start());
        assert_eq!(reaction.name(), "malformed-request", "{told}");
        let text = String::from_utf8(reaction.reply.body).unwrap();
        assert!(text.contains(told) && !text.contains("hemmelig"), "{told}: {text}");
    }
    // A slip of the pen is told by what was meant, and another name by those that there are.
    for (slip, told) in [
        ("AfslutningDato", "`Forloeb` has a child that it does not take; nearest is `AfslutDato`"),
        ("hemmelig", "`Forloeb` has a child that it does not take; it takes `Cpr`, `Kommune`, "),
    ] {
        let body = written.replacen("\"AfslutDato\"", &format!("\"{slip}\""), 1);
        let reaction = world.call_rest(Operation::Report, &access, &body, start());
        let text = String::from_utf8(reaction.reply.body).unwrap();
        assert!(text.contains(told), "{text}");
    }
    // A number may be written as a text, and what is null is not there.
    let loose = with("/Version", json!("1")).replacen('{', "{\"Intet\":null,", 1);
    let reaction = world.call_rest(Operation::Report, &access, &loose, start());
    assert_eq!(reaction.name(), "granted", "{:?}", reaction.answer);
}

#[test]
fn a_personal_number_that_could_be_real_is_refused_by_rest_too() {
    let mut world = World::new();
    let access = world.redeem(&assertion(), start()).token();
    let body = json(&submission("sag-1")).replace("6101800049", "0101800049");
    let reaction = world.call_rest(Operation::Report, &access, &body, start());
    assert_eq!((reaction.name(), reaction.reply.status), ("invalid-submission", 422));
    let told = String::from_utf8(reaction.reply.body.clone()).unwrap();
    for text in [&told, &format!("{reaction:?}"), &world.facts.join("")] {
        assert!(!text.contains("0101800049"), "{text}");
    }
    let valid = Submission { course: Course { ..course() }, ..submission("sag-2") };
    let reaction = world.call_rest(Operation::Report, &access, &json(&valid), start());
    for text in [format!("{reaction:?}"), world.facts.join("")] {
        assert!(!text.contains("6101800049") && !text.contains(&access), "{text}");
    }
}
