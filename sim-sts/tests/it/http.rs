//! The token service behind HTTP: what it carries, with which status, and what it fetches.

mod administration;
mod attacks;
mod port;
mod signers;
mod truth;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
    routing::get,
};
use clock::{Clock, Span, Timestamp};
use entropy::Entropy;
use parties::{Environment, Role};
use shell::{Bounds, Journal, Listener, Place, Port, Shared, Source, TRACE_HEADER};
use sim_sts::http::{ADDRESS, LastAdministration, NemLogin, TokenService, metadata, router};
use tokio::sync::{mpsc, oneshot, watch};
use tower::ServiceExt;

use crate::world::*;

/// A token service at the start of the world, the authority that it asks, and its journal.
struct Served {
    router: Router,
    journal: Journal,
    /// The authority is there until this goes.
    _authority: oneshot::Sender<()>,
}

impl Served {
    async fn over(world: &World) -> Self {
        let (list, stop) = authority(world).await;
        Self::asking(world, &list, stop)
    }

    fn asking(world: &World, list: &str, authority: oneshot::Sender<()>) -> Self {
        Self::by(Clock::frozen(stage::start()), world, list, authority)
    }

    fn by(clock: Clock, world: &World, list: &str, authority: oneshot::Sender<()>) -> Self {
        let journal = Journal::default();
        let service = TokenService {
            core: Shared::new(world.sts.issuer(TEST).unwrap().clone()),
            beside: Arc::new(LastAdministration::new(world.sts.administration().clone())),
            clock,
            revocation_list: Source::new(list.parse().unwrap()),
            journal: journal.clone(),
        };
        Self { router: router(Arc::new(service)), journal, _authority: authority }
    }

    async fn send(&self, message: impl Into<Body>) -> (StatusCode, String) {
        let request = Request::post(ADDRESS)
            .header(header::CONTENT_TYPE, "text/xml; charset=utf-8")
            .header("SOAPAction", "\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue\"")
            .body(message.into())
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/xml; charset=utf-8");
        let trace = response.headers()[TRACE_HEADER].to_str().unwrap().to_owned();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(!text.contains(&trace), "the message is as it would be without it");
        (status, text)
    }

    /// What came of each request, in their order.
    fn outcomes(&self) -> Vec<&'static str> {
        self.journal.newest(100, None).iter().rev().map(|entry| entry.outcome).collect()
    }
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// An authority with the list of the world's start, and where that is, until what is returned goes.
async fn authority(world: &World) -> (String, oneshot::Sender<()>) {
    authority_at(world, stage::start()).await
}

/// The same with the list of another instant.
async fn authority_at(world: &World, made: Timestamp) -> (String, oneshot::Sender<()>) {
    authority_with(world.revocation_list(TEST, made).der().to_vec()).await
}

/// The same with this list.
async fn authority_with(list: Vec<u8>) -> (String, oneshot::Sender<()>) {
    let authority = Router::new().route("/list.crl", get(|| async move { list }));
    let listener = Listener::bind(loopback(), None, Bounds::default()).await.unwrap();
    let at = listener.address();
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(listener.serve(authority, async move { _ = stopped.await }));
    (format!("http://{at}/list.crl"), stop)
}

fn message(seed: u64) -> Vec<u8> {
    let mut entropy = Entropy::seeded(seed, "sts", "http");
    request(stage::start(), &mut entropy).write(&OLD).unwrap().into_bytes()
}

/// Of a message that is in time by the machine's clock, the client's is not to blame.
#[tokio::test]
async fn who_moved_the_clock_is_told_that_a_message_is_too_old_for_it_alone() {
    let world = World::with_old();
    let (list, stop) = authority(&world).await;
    let ahead = Span::from_days(1_095);
    let clock = Clock::offset(ahead);
    let served = Served::by(clock.clone(), &world, &list, stop);
    for (made, who, blames) in [
        (clock.now() - ahead, Role::Operator, true),
        (clock.now() - ahead - Span::from_days(1), Role::Vendor, false),
    ] {
        let message = request(made, &mut Entropy::seeded(1, "sts", "late")).write(&OLD).unwrap();
        served.send(message).await;
        let entry = &served.journal.newest(1, None)[0];
        let finding = entry.diagnosis.decisive().unwrap();
        assert_eq!((entry.outcome, finding.who), ("timestamp-expired", who), "{finding:?}");
        let says = finding.got.en.contains("1095d ahead of this machine's");
        assert_eq!(says, blames, "{finding:?}");
        assert_eq!(finding.what.en.contains("Past an expiry"), blames, "{finding:?}");
    }
}

/// Programs that were started alone have a clock each: a list that is good by the machine's clock is not to
/// blame, nor who publishes it.
#[tokio::test]
async fn who_moved_one_clock_alone_is_told_that_the_list_is_good_by_the_others() {
    let world = World::with_old();
    let days = Span::from_days;
    for (ahead, list_ahead, en, da, remarked) in [
        (
            days(2),
            days(0),
            "stands 2d ahead of it",
            "er 2d foran det",
            "2d ahead of this machine's",
        ),
        (
            days(-2),
            days(0),
            "stands 2d behind it",
            "er 2d bagud i forhold til det",
            "2d behind this machine's",
        ),
        // Out of date by both, or nobody moved a clock here: it may be the authority's.
        (days(9), days(4), "", "", ""),
        (days(0), days(2), "", "", ""),
    ] {
        let clock = Clock::offset(ahead);
        let made = clock.now() - ahead + list_ahead;
        let (list, stop) = authority_at(&world, made).await;
        let served = Served::by(clock.clone(), &world, &list, stop);
        let mut entropy = Entropy::seeded(1, "sts", "apart");
        served.send(request(clock.now(), &mut entropy).write(&OLD).unwrap()).await;
        let entry = &served.journal.newest(1, None)[0];
        let findings = entry.diagnosis.findings();
        let finding = findings.iter().find(|it| it.cause == "revocation-unknown").unwrap();
        let interval = format!("in force from {} until", made.truncated_to_second());
        let [remark] = &*entry.remarks else { panic!("{entry:?}") };
        assert!(remark.contains(&interval) && remark.contains(remarked), "{remark}");
        assert_eq!(remark.contains("machine"), !remarked.is_empty(), "{remark}");
        assert!(finding.got.en.contains(&interval), "{finding:?}");
        assert!(finding.got.en.contains(en) && finding.got.da.contains(da), "{finding:?}");
        let blames = finding.what.en.contains("clocks of all programs")
            && finding.what.da.contains("urene i alle programmer");
        assert_eq!((finding.who, blames), (Role::Operator, !en.is_empty()), "{finding:?}");
    }
}

/// One clock for all: the list of the authority is of the hour that it is, and helps.
#[tokio::test]
async fn a_list_that_was_made_by_the_same_clock_helps_wherever_that_stands() {
    let world = World::with_old();
    let clock = Clock::offset(Span::from_days(2));
    let (list, stop) = authority_at(&world, clock.now()).await;
    let served = Served::by(clock.clone(), &world, &list, stop);
    let mut entropy = Entropy::seeded(1, "sts", "together");
    served.send(request(clock.now(), &mut entropy).write(&OLD).unwrap()).await;
    let entry = &served.journal.newest(1, None)[0];
    assert!(entry.remarks.is_empty(), "{entry:?}");
    assert!(entry.diagnosis.findings().iter().all(|it| it.cause != "revocation-unknown"));
    // Where it cannot be had, no clock is to blame.
    let (list, stop) = authority_at(&world, clock.now()).await;
    let served = Served::by(clock.clone(), &world, &format!("{list}.gone"), stop);
    served.send(request(clock.now(), &mut entropy).write(&OLD).unwrap()).await;
    let entry = &served.journal.newest(1, None)[0];
    let mut findings = entry.diagnosis.findings().iter();
    let finding = findings.find(|it| it.cause == "revocation-unknown").unwrap();
    assert!(finding.what.en.contains("the STS reach it"), "{finding:?}");
}

/// A list of another authority is in force, and of no use.
#[tokio::test]
async fn a_list_of_another_authority_is_remarked_as_that() {
    let world = World::with_old();
    let list = world.revocation_list(Environment::Production, stage::start());
    let (list, stop) = authority_with(list.der().to_vec()).await;
    let served = Served::asking(&world, &list, stop);
    served.send(message(1)).await;
    let entry = &served.journal.newest(1, None)[0];
    assert_eq!(entry.outcome, "revocation-unknown");
    assert!(entry.remarks[0].contains("it is of another authority"), "{entry:?}");
    assert!(entry.diagnosis.decisive().unwrap().what.en.contains("the STS reach it"));
}

#[tokio::test]
async fn a_token_comes_with_200_and_a_fault_with_500() {
    let served = Served::over(&World::with_old()).await;
    let (status, text) = served.send(message(1)).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert!(text.contains("EncryptedAssertion"), "{text}");

    let (status, text) = served.send(message(1)).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains("wst:RequestFailed"), "{text}");

    let (status, _) = served.send("<no").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(served.outcomes(), ["granted", "replayed", "malformed-xml"]);
}

#[tokio::test]
async fn one_message_gets_one_token_however_often_it_comes_at_once() {
    let served = Served::over(&World::with_old()).await;
    let message = message(1);
    let answers = [(); 4].map(|()| served.send(message.clone()));
    let [a, b, c, d] = answers;
    let answers = tokio::join!(a, b, c, d);
    let mut statuses = [answers.0.0, answers.1.0, answers.2.0, answers.3.0];
    statuses.sort();
    assert_eq!(statuses.map(|it| it.as_u16()), [200, 500, 500, 500]);
}

#[tokio::test]
async fn a_revocation_is_fetched() {
    let mut world = World::with_old();
    world.revoke(&OLD.certificate, after("-1h"));
    let served = Served::over(&world).await;
    let (status, _) = served.send(message(1)).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(served.outcomes(), ["certificate-revoked"]);
}

#[tokio::test]
async fn an_authority_that_is_away_is_named() {
    let nobody = Listener::bind(loopback(), None, Bounds::default()).await.unwrap();
    let at = nobody.address();
    drop(nobody);
    let (away, _) = oneshot::channel();
    let served = Served::asking(&World::with_old(), &format!("http://{at}/list.crl"), away);
    let (status, _) = served.send(message(1)).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let written = served.journal.newest(1, Some("revocation-unknown"));
    let remark = format!("http://{at}/list.crl gives nothing: ");
    assert!(written[0].remarks[0].starts_with(&remark), "{written:?}");
}

/// Clients give up sooner than we do where an authority says nothing.
#[tokio::test]
async fn who_gives_up_finds_in_the_journal_what_it_waited_for() {
    let (asked, mut is_asked) = mpsc::channel(1);
    let (go, gone) = watch::channel(false);
    let slow = move || {
        let (asked, mut gone) = (asked.clone(), gone.clone());
        async move {
            asked.send(()).await.unwrap();
            gone.wait_for(|gone| *gone).await.unwrap();
            StatusCode::NOT_FOUND
        }
    };
    let authority = Router::new().route("/list.crl", get(slow));
    let listener = Listener::bind(loopback(), None, Bounds::default()).await.unwrap();
    let at = listener.address();
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(listener.serve(authority, async move { _ = stopped.await }));
    let served = Served::asking(&World::with_old(), &format!("http://{at}/list.crl"), stop);
    tokio::select! {
        _ = served.send(message(1)) => panic!("nobody has said whether it is revoked"),
        _ = is_asked.recv() => {}
    }
    go.send(true).unwrap();
    while served.outcomes().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(served.outcomes(), ["revocation-unknown"]);
}

/// What clients are told that the ports have.
#[tokio::test]
async fn all_that_its_ports_are_said_to_have_is_there() {
    let world = World::with_old();
    let clock = Clock::frozen(stage::start());
    let nowhere = |_| Source::new("http://127.0.0.1:1/list.crl".parse().unwrap());
    let nemlogin = NemLogin::new(world.sts.clone(), &clock, &Journal::default(), nowhere);
    let metadata = metadata::router(Arc::clone(&nemlogin), |_| String::new());
    let service = Arc::clone(nemlogin.token_service(TEST).unwrap());
    for (port, router) in
        [(Port::NemloginMetadata, metadata.clone()), (Port::Sts, router(service).merge(metadata))]
    {
        for Place { method, path } in port.places() {
            let path = path.replace("{environment}", TEST.name());
            let path = path.replace("{system_user}", "fagsystem-a");
            let request = Request::builder().method(*method).uri(&path).body(Body::empty());
            let response = router.clone().oneshot(request.unwrap()).await.unwrap();
            let is_fault = *method == "POST";
            assert_eq!(response.status().as_u16(), if is_fault { 500 } else { 200 }, "{path}");
        }
        let has_service = port.places().iter().any(|it| it.path == ADDRESS);
        assert_eq!(has_service, port == Port::Sts);
    }
}

#[tokio::test]
async fn nothing_else_is_there() {
    let served = Served::over(&World::with_old()).await;
    for (method, path, status) in [
        (Method::GET, ADDRESS, StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/", StatusCode::NOT_FOUND),
        (Method::POST, "/securitytokenservice.svc", StatusCode::NOT_FOUND),
    ] {
        let request = Request::builder().method(&method).uri(path).body(Body::empty()).unwrap();
        let response = served.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
    }
}
