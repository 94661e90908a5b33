//! SMDB behind HTTP: what it carries, with which status, and what it writes down.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use clock::{Clock, Mode, Span};
use oio_idws::Binding;
use parties::{Environment, Role};
use shell::{Journal, Place, Port, Shared, Source, Traffic, control::Ready};
use sim_smdb::{
    description,
    http::{ADDRESS, Databases, WebService, metadata, router},
    rest::{CALL_PATH, TOKEN_PATH},
    schema::SchemaVersion,
};
use stage::start;
use tower::ServiceExt;

use crate::{
    lbsb,
    world::{World, after},
};

struct Served {
    router: Router,
    journal: Journal,
    clock: Clock,
}

impl Served {
    fn new(world: &World) -> Self {
        let (clock, journal) = (Clock::frozen(start()), Journal::default());
        let nowhere = "http://smdb.invalid/list.crl".parse().unwrap();
        let service = WebService {
            beside: (),
            core: Shared::new(world.smdb.clone()),
            clock: clock.clone(),
            revocation_list: Source::new(nowhere),
            journal: journal.clone(),
        };
        Self { router: router(Arc::new(service)), journal, clock }
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> (StatusCode, String, String) {
        let request = Request::builder().method(method).uri(path).body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn an_answer_comes_with_200_and_a_fault_with_500() {
    let mut world = World::new();
    let message = world.written(start());
    let served = Served::new(&world);
    let (status, kind, text) = served.ask(Method::POST, ADDRESS, message.clone()).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/soap+xml; charset=utf-8"));
    assert!(text.contains("IndberetForloebResponse"), "{text}");

    let (status, _, text) = served.ask(Method::POST, ADDRESS, message).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains("InvalidSecurity"), "{text}");
    let (status, ..) = served.ask(Method::POST, ADDRESS, "<no".to_owned()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);

    let outcomes: Vec<_> = served.journal.newest(10, None).iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, ["malformed-xml", "replayed", "granted"]);
}

#[tokio::test]
async fn a_token_ends_when_the_clock_says_so() {
    let mut world = World::new();
    let served = Served::new(&world);
    served.clock.set(after("8h"));
    let message = world.written(after("8h"));
    let (status, ..) = served.ask(Method::POST, ADDRESS, message).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let entry = &served.journal.newest(1, None)[0];
    assert_eq!((entry.outcome, entry.at), ("token-expired", after("8h")));
    assert_eq!(entry.diagnosis.decisive().unwrap().cause, "token-expired");
}

/// Of a message that is in time by the machine's clock, the client's is not to blame.
#[tokio::test]
async fn who_moved_the_clock_is_told_that_a_message_is_too_old_for_it_alone() {
    let mut world = World::new();
    let served = Served::new(&world);
    let ahead = Span::from_days(1_095);
    served.clock.run(Mode::Offset(ahead));
    let message = world.written(served.clock.now() - ahead);
    served.ask(Method::POST, ADDRESS, message).await;
    let entry = &served.journal.newest(1, None)[0];
    assert_eq!(entry.outcome, "timestamp-expired");
    let untimely = ["timestamp-expired", "timestamp-too-old"];
    for finding in entry.diagnosis.findings().iter().filter(|it| untimely.contains(&&*it.cause)) {
        let says = finding.got.en.contains("1095d ahead of this machine's");
        assert!(says && finding.who == Role::Operator, "{finding:?}");
    }
}

#[tokio::test]
async fn the_description_is_of_the_version_in_force() {
    let served = Served::new(&World::new());
    let get = async |query: &str| {
        served.ask(Method::GET, &format!("{ADDRESS}{query}"), String::new()).await
    };
    let latest = SchemaVersion::LATEST;
    let address = sim_smdb::contract::ADDRESS;
    for (query, expected) in [
        ("?wsdl", description::wsdl(latest, Binding::OioIdws, address)),
        ("?WSDL", description::wsdl(latest, Binding::OioIdws, address)),
        ("?singleWsdl", description::wsdl(latest, Binding::OioIdws, address)),
        (
            "?wsdl&version=2024-01",
            description::wsdl(SchemaVersion::V2024_01, Binding::OioIdws, address),
        ),
        ("?xsd", description::xsd(latest)),
    ] {
        let (status, kind, text) = get(query).await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/xml; charset=utf-8"), "{query}");
        assert_eq!(text, expected, "{query}");
    }
    for query in ["", "?wsdl&version=2023-01", "?wsd"] {
        let (status, _, text) = get(query).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{query}");
        assert!(text.contains("?wsdl") && text.contains("2025-07"), "{text}");
    }
}

/// SOAP 1.1 is `text/xml`, and so is its description.
#[tokio::test]
async fn under_libertys_binding_everything_is_in_soap_1_1() {
    let mut world = lbsb::world();
    let message = lbsb::message(&mut world);
    let served = Served::new(&world);
    let (status, kind, text) = served.ask(Method::POST, ADDRESS, message.clone()).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/xml; charset=utf-8"));
    assert!(text.contains("IndberetForloebResponse") && text.contains("sbf:Framework"), "{text}");
    let (status, kind, text) = served.ask(Method::POST, ADDRESS, message).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "SOAP 1.1, section 6.2");
    assert_eq!(kind, "text/xml; charset=utf-8");
    assert!(text.contains("<faultstring"), "{text}");

    let (_, _, text) = served.ask(Method::GET, &format!("{ADDRESS}?wsdl"), String::new()).await;
    let address = sim_smdb::contract::ADDRESS;
    assert_eq!(text, description::wsdl(SchemaVersion::LATEST, Binding::Lbsb, address));
}

const TEST: Environment = Environment::IntegrationTest;

/// The database of integration test alone, which asks nobody for anything.
fn databases() -> Arc<Databases> {
    let nowhere = |_| Source::new("http://smdb.invalid/list.crl".parse().unwrap());
    let clock = Clock::frozen(start());
    Databases::new([World::new().smdb], &clock, &Journal::default(), nowhere)
}

/// What clients are told that the ports have.
#[tokio::test]
async fn all_that_its_ports_are_said_to_have_is_there() {
    let databases = databases();
    let service = Arc::clone(databases.web_service(TEST).unwrap());
    let metadata = metadata::router(databases);
    for (port, router) in
        [(Port::SmdbMetadata, metadata.clone()), (Port::Smdb, router(service).merge(metadata))]
    {
        for Place { method, path } in port.places() {
            let asked = path.replace("{environment}", TEST.name());
            let asked = asked.replace("{version}", "2025-07").replace("{operation}", "Ping");
            let request = Request::builder().method(*method).uri(&asked).body(Body::empty());
            let response = router.clone().oneshot(request.unwrap()).await.unwrap();
            let status = match *path {
                ADDRESS => 500,
                TOKEN_PATH | CALL_PATH => 401,
                _ => 200,
            };
            assert_eq!(response.status().as_u16(), status, "{asked}");
        }
        let paths: Vec<_> = port.places().iter().map(|it| it.path).collect();
        for path in [ADDRESS, TOKEN_PATH, CALL_PATH] {
            assert_eq!(paths.contains(&path), port == Port::Smdb, "{path}");
        }
    }
}

/// So a call that is decided on after a reset is not lost from the journal.
#[tokio::test]
async fn the_journal_is_emptied_while_nobody_decides() {
    let databases = databases();
    let service = databases.service(Traffic::default(), Ready::default());
    let (emptied, is_emptied) = mpsc::channel();
    let forget = || {
        let core = &databases.web_service(TEST).unwrap().core;
        assert!(format!("{core:?}").contains("<locked>"));
        emptied.send(()).unwrap();
    };
    (service.reset)(&forget).unwrap();
    assert_eq!(is_emptied.try_iter().count(), 1);
}

/// A thread that serves sockets has other things to do than to wait.
#[tokio::test]
async fn what_describes_it_is_told_while_it_decides() {
    let databases = databases();
    let service = Arc::clone(databases.web_service(TEST).unwrap());
    let (decides, is_deciding) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let deciding = Arc::clone(&service);
    let deciding = thread::spawn(move || {
        deciding.core.look(|_| {
            decides.send(()).unwrap();
            // It goes on some time, also where somebody waits for it.
            gone.recv_timeout(Duration::from_secs(30)).is_ok()
        })
    });
    is_deciding.recv().unwrap();
    let router = router(service).merge(metadata::router(databases));
    for path in
        [&format!("{ADDRESS}?wsdl"), &format!("{ADDRESS}?xsd"), "/integration-test/metadata"]
    {
        let request = Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(router.clone().oneshot(request).await.unwrap().status(), StatusCode::OK);
    }
    go.send(()).unwrap();
    assert!(deciding.join().unwrap(), "they waited for the core");
}
