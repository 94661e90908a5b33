//! What was received is counted at the control port, and nothing about a citizen is told.

use serde_json::{Value, json};
use sim_smdb::{
    contract::{Annul, Operation, Submission},
    course::Course,
    schema::SchemaVersion,
};
use stage::start;

use super::port::Port;
use crate::world::{World, assertion, code, cpr, cvr, submission, whole_course};

/// A number that is made up, and could be no other.
const CITIZEN: &str = "7405911048";
const REMARK: &str = "mormor hedder Karen";
const REASON: &str = "oprettet for Karen ved en fejl";

/// Two courses, one in two versions and one annulled, and a submission that breaks a rule.
fn world() -> World {
    let mut world = World::new();
    let mut details = whole_course().details;
    details.remark = Some(code(REMARK));
    let course = || Course { citizen: cpr(CITIZEN), details: details.clone() };
    for (reference, version) in [("sag-1", 1), ("sag-1", 2), ("sag-2", 1)] {
        let submission = Submission { version, course: course(), ..submission(reference) };
        let reply = world.submit(&assertion(), &submission, start());
        assert_eq!(reply.name(), "answered", "{}", reply.text());
        if reference == "sag-2" {
            let (authority, id) = (cvr("90000001"), reply.receipt().id);
            let annul = Annul { authority, id, reason: code(REASON) };
            let annul = annul.write(SchemaVersion::LATEST);
            assert_eq!(world.ask(Operation::Annul, annul, start()).name(), "answered");
        }
    }
    let mut broken = course();
    broken.details.ended_on = Some("2029-01-01".parse().unwrap());
    let broken = Submission { course: broken, ..submission("sag-3") };
    assert_eq!(world.submit(&assertion(), &broken, start()).name(), "invalid-submission");
    world
}

#[tokio::test]
async fn tells_how_much_there_is_and_with_which_receipts() {
    let world = world();
    let port = Port::open(&world).await;
    let stored = port.get("/__admin/stored").await.json();
    let received = &stored["environments"]["integration-test"];
    let counts = ["courses", "annulled", "versions", "refused"].map(|it| &received[it]);
    assert_eq!(counts, [&json!(2), &json!(1), &json!(3), &json!(1)], "{received}");
    let newest = received["newest"].as_array().unwrap();
    let of = |reference: &str| newest.iter().find(|it| it["reference"] == reference).unwrap();
    let (first, annulled) = (of("sag-1"), of("sag-2"));
    assert_eq!(first["authority"], "90000001");
    assert_eq!(first["annulment"], Value::Null);
    assert_eq!(annulled["annulment"]["at"], json!(start()));
    for record in world.smdb.ledger().records() {
        let shown = of(&record.reference.to_string());
        let receipts: Vec<_> = record.versions().map(|(_, it)| json!(it.receipt)).collect();
        let versions = shown["versions"].as_array().unwrap().iter();
        assert_eq!(versions.map(|it| it["receipt"].clone()).collect::<Vec<_>>(), receipts);
    }

    let one = port.get("/__admin/stored?limit=1").await.json();
    let received = &one["environments"]["integration-test"];
    assert_eq!(
        (received["newest"].as_array().unwrap().len(), &received["courses"]),
        (1, &json!(2))
    );
    let slip = port.get("/__admin/stored?limt=1").await;
    assert_eq!((slip.status, &slip.json()["nearest"]), (400, &json!("limit")));

    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    let again = port.get("/__admin/stored").await.json();
    assert_eq!(again["environments"]["integration-test"]["courses"], 2, "as it was at the start");
}

#[tokio::test]
async fn what_comes_over_the_wire_is_gone_after_a_reset() {
    let mut world = World::new();
    let port = Port::open(&world).await;
    let courses = async || {
        let stored = port.get("/__admin/stored").await.json();
        stored["environments"]["integration-test"]["courses"].clone()
    };
    let message = world.written(start());
    assert_eq!((port.call(&message).await.as_str(), courses().await), ("granted", json!(1)));
    assert_eq!((port.call(&message).await.as_str(), courses().await), ("replayed", json!(1)));
    port.post("/__admin/reset", &json!({})).await;
    assert_eq!(courses().await, json!(0));
    assert_eq!(port.call(&message).await, "granted", "it has never been seen");
}

#[tokio::test]
async fn nothing_about_a_citizen_is_told() {
    let port = Port::open(&world()).await;
    let mut world = World::new();
    let mut personal = Submission { course: whole_course(), ..submission("sag-9") };
    personal.course.citizen = cpr(CITIZEN);
    personal.course.details.remark = Some(code(REMARK));
    let body = personal.write(SchemaVersion::LATEST);
    let token = crate::world::signed(&assertion());
    let message = world.call(token, body, start()).write(&crate::world::HOLDER).unwrap();
    assert!(message.contains(CITIZEN) && message.contains(REMARK));
    port.call(&message).await;
    port.call(&message.replace(CITIZEN, "0101800049")).await;
    let mut told = String::new();
    for path in
        ["/__admin/stored", "/__admin/signers", "/__admin/requests", "/__admin/docs", "/metrics"]
    {
        let reply = port.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        told += &reply.text;
    }
    let requests = port.get("/__admin/requests").await.json();
    for request in requests["requests"].as_array().unwrap() {
        let trace = request["trace-id"].as_str().unwrap();
        told += &port.get(&format!("/__admin/diagnoses/{trace}")).await.text;
    }
    let words = [CITIZEN, "740591", "0101800049", REMARK, REASON, "Karen", "KOKAIN", "GADEN"];
    for word in words {
        assert!(!told.contains(word), "{word}: {told}");
    }
}
