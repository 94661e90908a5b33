//! What SMDB received, and whose tokens it takes, is there again after a start.

use std::fs;

use clock::{Clock, Timeline};
use oio_idws::{MessageError, call::ServiceReply};
use parties::Environment;
use serde_json::{Value, json};
use shell::{FactLog, Folder, Journal, Source, Traffic};
use sim_smdb::{
    Configuration,
    contract::{Annul, Fetch, Fetched, Operation, Receipt, Search, SearchResult, Subject},
    http::Databases,
    schema::SchemaVersion,
};
use stage::start;
use xml_security::{Verified, xml::Element};

use super::{
    port::Port,
    signers::{TRUST, asked, thumbprints},
};
use crate::world::{
    HOLDER, NEXT_STS, SMDB, STS, World, assertion, code, configuration, course, cvr, signed,
    submission, written,
};

/// A folder that is gone with the test.
struct Place(Folder);

impl Place {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("skift-smdb-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(Folder::open(path).unwrap())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.path());
    }
}

/// What comes of an operation.
async fn ask<T>(
    port: &Port,
    world: &mut World,
    operation: Operation,
    body: String,
    content: impl FnOnce(Verified<Element<'_>>) -> Result<T, MessageError>,
) -> T {
    let call = world.call_for(operation, signed(&assertion()), body, start());
    let reply = port.ask(&call.write(&HOLDER).unwrap()).await;
    match ServiceReply::read(&reply.body, SMDB.certificate.public_key(), content).unwrap() {
        ServiceReply::Answer { content, .. } => content,
        ServiceReply::Fault(fault) => panic!("{fault:?}"),
    }
}

async fn received(port: &Port) -> [Value; 3] {
    let stored = port.get("/__admin/stored").await.json();
    let received = &stored["environments"]["integration-test"];
    ["courses", "annulled", "refused"].map(|it| received[it].clone())
}

#[tokio::test]
async fn what_was_reported_is_listed_and_fetched_after_a_start() {
    let place = Place::new("reported");
    let mut world = World::new();
    let port = Port::going_on(&world, &place.0).await;
    let (report, authority) = (Operation::Report, cvr("90000001"));
    let receipt =
        ask(&port, &mut world, report, written(&submission("sag-1")), Receipt::read).await;
    let other = ask(&port, &mut world, report, written(&submission("sag-2")), Receipt::read).await;
    let annul = Annul { authority: authority.clone(), id: other.id, reason: code("fejl") };
    let body = annul.write(SchemaVersion::LATEST);
    ask(&port, &mut world, Operation::Annul, body, Annul::read_answer).await;
    assert_eq!(port.post(TRUST, &asked(&NEXT_STS)).await.status, 200);
    let trusted = thumbprints(&port).await;
    drop(port);
    let kept = fs::read_to_string(place.0.at("facts.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 4, "two reports, an annulment and a signer: {kept}");
    assert!(!kept.contains("6101800049"), "{kept}");

    let port = Port::going_on(&world, &place.0).await;
    assert_eq!(thumbprints(&port).await, trusted);
    assert_eq!(received(&port).await, [json!(2), json!(1), json!(0)]);
    let subject = Subject::Citizen(course().citizen);
    let search = Search { authority: authority.clone(), subject, page: 1, page_size: 10 };
    let body = search.write(SchemaVersion::LATEST);
    let found = ask(&port, &mut world, Operation::Search, body, SearchResult::read).await;
    assert_eq!(found.total, 2);
    let body = Fetch { authority, id: receipt.id.clone() }.write(SchemaVersion::LATEST);
    let fetched = ask(&port, &mut world, Operation::Fetch, body, Fetched::read).await;
    assert_eq!(fetched.course, course());
    // The same submission once more has the receipt that it got.
    let again = ask(&port, &mut world, report, written(&submission("sag-1")), Receipt::read).await;
    assert_eq!(again.receipt, receipt.receipt);

    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    assert_eq!(received(&port).await, [json!(0), json!(0), json!(0)]);
    drop(port);
    let port = Port::going_on(&world, &place.0).await;
    assert_eq!(received(&port).await, [json!(0), json!(0), json!(0)]);
    assert_eq!(thumbprints(&port).await.len(), 1);
}

/// SMDB of both environments, which keep what they receive in a folder each.
async fn both(place: &Place) -> Port {
    let start = Environment::ALL
        .map(|environment| World::with(Configuration { environment, ..configuration() }).smdb);
    let kept = Environment::ALL
        .map(|it| (it, FactLog::open(&place.0.within(it.name()).unwrap()).unwrap()));
    let (clock, journal) = (Clock::frozen(stage::start()), Journal::default());
    let nowhere = |_| Source::new("http://smdb.invalid/list.crl".parse().unwrap());
    let databases = Databases::going_on(start, kept.into(), &clock, &journal, nowhere);
    databases.founded().unwrap();
    Port::over(&databases, Traffic::default()).await
}

/// All of it goes back or nothing, whichever of the two environments cannot.
#[tokio::test]
async fn a_reset_that_cannot_be_kept_changes_nothing_in_memory_and_on_disk() {
    for environment in Environment::ALL {
        let place = Place::new(&format!("reset-{environment}"));
        let mut world = World::new();
        let port = both(&place).await;
        let report = Operation::Report;
        ask(&port, &mut world, report, written(&submission("sag-1")), Receipt::read).await;
        assert_eq!(port.post(TRUST, &asked(&NEXT_STS)).await.status, 200);
        let trusted = thumbprints(&port).await;
        let facts = || fs::read_to_string(place.0.at("integration-test/facts.jsonl")).unwrap();
        let kept = facts();
        // What is to be forgotten cannot be put aside there.
        let aside = place.0.at(environment.name()).join("facts-before-reset.jsonl");
        fs::create_dir_all(aside.join("a")).unwrap();
        let refused = port.post("/__admin/reset", &json!({})).await;
        assert_eq!(refused.status, 507, "{}", refused.text);
        assert_eq!((thumbprints(&port).await, facts()), (trusted, kept));
        assert_eq!(received(&port).await, [json!(1), json!(0), json!(0)]);
        // Nor is what comes next lost, wherever it is put.
        ask(&port, &mut world, report, written(&submission("sag-2")), Receipt::read).await;
        drop(port);
        fs::remove_dir_all(aside).unwrap();
        let port = both(&place).await;
        assert_eq!(received(&port).await, [json!(2), json!(0), json!(0)]);
        assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
        assert_eq!(received(&port).await, [json!(0), json!(0), json!(0)]);
    }
}

/// Neither now nor after a reset: it would be trusted until the next start, and no longer.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_first_signer_that_cannot_be_kept_is_not_trusted() {
    let place = Place::new("first-signer");
    // A disk that is full.
    std::os::unix::fs::symlink("/dev/full", place.0.at("facts.jsonl")).unwrap();
    let world = World::with(Configuration { sts: Timeline::new(), ..configuration() });
    let test = Environment::IntegrationTest;
    let kept = [(test, FactLog::open(&place.0).unwrap())].into();
    let (clock, journal) = (Clock::frozen(start()), Journal::default());
    let nowhere = |_| Source::new("http://smdb.invalid/list.crl".parse().unwrap());
    let databases = Databases::going_on([world.smdb], kept, &clock, &journal, nowhere);
    assert!(databases.trust_first(test, &STS.certificate).is_err());
    let port = Port::over(&databases, Traffic::default()).await;
    assert_eq!(thumbprints(&port).await, []);
    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    assert_eq!(thumbprints(&port).await, []);
    // From here on there is room.
    databases.trust_first(test, &STS.certificate).unwrap();
    let trusted = thumbprints(&port).await;
    assert_eq!(trusted.len(), 1);
    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    assert_eq!(thumbprints(&port).await, trusted);
}
