//! A certificate is ordered of a MitID Erhverv that says no at first, or that has forgotten everything.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use parties::Environment;
use pki::{Certificate, KeySize, PrivateKey};
use serde_json::{Value, json};
use shell::{
    BaseUrl, Bounds, Folder, Listener, Portal, PortalError, Remote, Wanted, keys::KeyFile,
};
use stage::{Stage, at, start};

static STAGE: LazyLock<Stage> =
    LazyLock::new(|| Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage-keys")));

const ENVIRONMENT: Environment = Environment::IntegrationTest;

/// What stands in for MitID Erhverv: it does what it is asked, but for one thing.
#[derive(Default)]
struct Portalled {
    /// What it was asked, in order.
    asked: Vec<String>,
    /// What it refuses, and by which name.
    refuses: Option<(&'static str, &'static str)>,
    /// What it issues.
    issues: Option<Certificate>,
    /// What is missing in its answers.
    leaves_out: Option<&'static str>,
    /// Who is connected, as it shows it.
    connected: Vec<Value>,
}

type Shared = Arc<Mutex<Portalled>>;

async fn administration(
    State(state): State<Shared>,
    Json(asked): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let name = asked.as_object().unwrap().keys().next().unwrap().clone();
    let mut state = state.lock().unwrap();
    state.asked.push(name.clone());
    if let Some((_, rejection)) = state.refuses.filter(|(refused, _)| *refused == name) {
        let rejected = json!({ "rejected": { "name": rejection, "text": "no" } });
        return (StatusCode::CONFLICT, Json(rejected));
    }
    let number = state.asked.len();
    let mut answer = match &*name {
        "create-profile" => json!({ "profile-created": { "profile": format!("p-{number}") } }),
        "order" => json!({ "ordered": { "reference": format!("r-{number}"), "code": "c" } }),
        "issue" => json!({ "issued": state.issues }),
        _ => json!("done"),
    };
    let left_out = state.leaves_out.and_then(|pointer| answer.pointer_mut(pointer));
    left_out.map(Value::take);
    (StatusCode::OK, Json(answer))
}

async fn look(State(state): State<Shared>) -> Json<Value> {
    Json(json!({ "organisations": state.lock().unwrap().connected }))
}

/// It, and a portal that asks it.
async fn portal() -> (Shared, Portal) {
    let state = Shared::default();
    let router = Router::new().route("/__admin/administration", post(administration).get(look));
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = Listener::bind(loopback, None, Bounds::default()).await.unwrap();
    let control = Remote::new(BaseUrl::of(listener.address()), None);
    let router = router.with_state(Arc::clone(&state));
    tokio::spawn(listener.serve(router, std::future::pending()));
    (state, Portal::new(control))
}

/// What it was asked since the last look.
fn asked(state: &Shared) -> Vec<String> {
    std::mem::take(&mut state.lock().unwrap().asked)
}

#[tokio::test]
async fn what_was_refused_is_gone_on_with_and_not_begun_anew() {
    let (state, portal) = portal().await;
    let own = STAGE.system(ENVIRONMENT, "own", 0, start()..at("2033-03-01T08:00:00Z"));
    let wanted = Wanted::of_service(ENVIRONMENT, "own");
    state.lock().unwrap().issues = Some(own.certificate.clone());
    state.lock().unwrap().refuses = Some(("order", "certificates-not-allowed"));
    for expected in
        [&["connect", "allow-certificates", "create-profile", "order"][..], &["order"], &["order"]]
    {
        let refused = portal.clone().order(&wanted, &own.key).await.unwrap_err();
        assert!(refused.what_to_do().is_some(), "{refused}");
        assert_eq!(asked(&state), expected);
    }
    state.lock().unwrap().refuses = Some(("issue", "agreement-ended"));
    for expected in [&["order", "issue"][..], &["issue"]] {
        assert!(portal.order(&wanted, &own.key).await.is_err());
        assert_eq!(asked(&state), expected);
    }
    state.lock().unwrap().refuses = None;
    assert_eq!(portal.order(&wanted, &own.key).await.unwrap(), own.certificate);
    assert_eq!(asked(&state), ["issue"]);
    // The next one is an order of its own.
    portal.order(&wanted, &own.key).await.unwrap();
    assert_eq!(asked(&state).len(), 5);
}

#[tokio::test]
async fn what_was_forgotten_by_a_reset_is_begun_anew() {
    let (state, portal) = portal().await;
    let own = STAGE.system(ENVIRONMENT, "own", 0, start()..at("2033-03-01T08:00:00Z"));
    let wanted = Wanted::of_service(ENVIRONMENT, "own");
    state.lock().unwrap().refuses = Some(("issue", "unknown-order"));
    assert!(portal.order(&wanted, &own.key).await.is_err());
    assert_eq!(asked(&state).len(), 5);
    assert!(portal.order(&wanted, &own.key).await.is_err());
    let anew = ["issue", "connect", "allow-certificates", "create-profile", "order", "issue"];
    assert_eq!(asked(&state), anew);
}

/// What is done already is not asked for again, so that nothing is refused; in the other environment it
/// is not done.
#[tokio::test]
async fn an_organisation_is_connected_and_allowed_certificates_where_it_is_not() {
    let own = STAGE.system(ENVIRONMENT, "own", 0, start()..at("2033-03-01T08:00:00Z"));
    let wanted = Wanted::of_service(ENVIRONMENT, "own");
    for (environment, is_allowed, expected) in [
        (ENVIRONMENT, true, &[][..]),
        (ENVIRONMENT, false, &["allow-certificates"]),
        (Environment::Production, true, &["connect", "allow-certificates"]),
    ] {
        let environment = environment.name();
        let (state, portal) = portal().await;
        state.lock().unwrap().issues = Some(own.certificate.clone());
        state.lock().unwrap().connected = vec![json!({
            "environment": environment, "cvr": wanted.cvr, "certificates-allowed": is_allowed,
        })];
        portal.order(&wanted, &own.key).await.unwrap();
        let of_organisation = asked(&state).into_iter().take_while(|it| it != "create-profile");
        assert_eq!(of_organisation.collect::<Vec<_>>(), expected, "{environment}, {is_allowed}");
    }
}

/// Somebody closed it, or its certificate was issued and the answer lost.
#[tokio::test]
async fn an_order_that_is_over_is_followed_by_another_of_the_same_profile() {
    let own = STAGE.system(ENVIRONMENT, "own", 0, start()..at("2033-03-01T08:00:00Z"));
    let wanted = Wanted::of_service(ENVIRONMENT, "own");
    for over in ["code-used", "code-locked", "order-fulfilled", "order-cancelled", "order-expired"]
    {
        let (state, portal) = portal().await;
        state.lock().unwrap().refuses = Some(("issue", over));
        assert!(portal.order(&wanted, &own.key).await.is_err());
        assert_eq!(asked(&state).len(), 5);
        assert!(portal.order(&wanted, &own.key).await.is_err());
        assert_eq!(asked(&state), ["issue", "order", "issue"], "{over}");
        state.lock().unwrap().refuses = None;
        state.lock().unwrap().issues = Some(own.certificate.clone());
        assert_eq!(portal.order(&wanted, &own.key).await.unwrap(), own.certificate);
        assert_eq!(asked(&state), ["issue"]);
    }
}

#[tokio::test]
async fn an_answer_without_what_was_asked_for_is_told_as_that() {
    let own = STAGE.system(ENVIRONMENT, "own", 0, start()..at("2033-03-01T08:00:00Z"));
    let wanted = Wanted::of_service(ENVIRONMENT, "own");
    for (pointer, told, last) in [
        ("/profile-created/profile", "`create-profile` without a profile", "create-profile"),
        ("/profile-created", "`create-profile` without a profile", "create-profile"),
        ("/ordered/reference", "`order` without a reference number", "order"),
        ("/ordered/code", "`order` without a one-time code", "order"),
        ("/issued", "`issue` without a certificate", "issue"),
    ] {
        let (state, portal) = portal().await;
        state.lock().unwrap().leaves_out = Some(pointer);
        let error = portal.order(&wanted, &own.key).await.unwrap_err();
        assert!(error.what_to_do().is_some() && error.to_string().contains(told), "{error}");
        assert_eq!(asked(&state).last().unwrap(), last, "nothing is asked with it");
    }
}

/// A file of a key that is there, in a folder of its own.
fn key_file(test: &str, key: &PrivateKey) -> KeyFile {
    let folder = std::env::temp_dir().join(format!("skift-portal-{}-{test}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let folder = Folder::open(folder).unwrap();
    folder.write("own.pk8", &key.pkcs8()).unwrap();
    KeyFile::new(&folder, "own", KeySize::Rsa3072)
}

/// The certificates are fetched in one place and ordered in another.
#[tokio::test]
async fn what_another_authority_issues_is_ordered_once() {
    let (state, portal) = portal().await;
    let own = STAGE.system(ENVIRONMENT, "own", 0, start()..at("2033-03-01T08:00:00Z"));
    let (file, wanted) = (key_file("foreign", &own.key), Wanted::of_service(ENVIRONMENT, "own"));
    state.lock().unwrap().issues = Some(own.certificate.clone());
    let [published, others] = Environment::ALL.map(|it| STAGE.authority(it).anchors());
    for expected in [5, 0, 0] {
        let held = portal.held_or_ordered(&file, &wanted, &others, start());
        let refused = held.await.unwrap_err();
        assert!(matches!(refused, PortalError::Foreign { .. }) && refused.what_to_do().is_some());
        assert_eq!(asked(&state).len(), expected);
    }
    // Until another authority is published.
    let held = portal.held_or_ordered(&file, &wanted, &published, start());
    assert_eq!(held.await.unwrap().certificate, own.certificate);
    std::fs::remove_dir_all(file.folder.path()).unwrap();
}

/// What is issued is there once, however often it cannot be written.
#[tokio::test]
async fn a_certificate_that_cannot_be_written_is_not_ordered_again() {
    let (state, portal) = portal().await;
    let own = STAGE.system(ENVIRONMENT, "own", 0, start()..at("2033-03-01T08:00:00Z"));
    let (file, wanted) = (key_file("unwritten", &own.key), Wanted::of_service(ENVIRONMENT, "own"));
    state.lock().unwrap().issues = Some(own.certificate.clone());
    let anchors = STAGE.authority(ENVIRONMENT).anchors();
    // The name of a draft beside it would be longer than any that a file may have.
    let unwritable = KeyFile { name: "o".repeat(240), ..file.clone() };
    let of_key = |file: &KeyFile| file.folder.at(&format!("{}.pk8", file.name));
    std::fs::copy(of_key(&file), of_key(&unwritable)).unwrap();
    for expected in [5, 0, 0] {
        let held = portal.held_or_ordered(&unwritable, &wanted, &anchors, start());
        let refused = held.await.unwrap_err();
        assert!(matches!(refused, PortalError::Keep(_)), "{refused}");
        assert!(refused.what_to_do().unwrap().contains("make room"));
        assert_eq!(asked(&state).len(), expected);
    }
    let held = portal.held_or_ordered(&file, &wanted, &anchors, start()).await.unwrap();
    assert!(held.is_new && held.certificate == own.certificate);
    assert_eq!(asked(&state).len(), 0);
    let held = portal.held_or_ordered(&file, &wanted, &anchors, start()).await.unwrap();
    assert!(!held.is_new);
    std::fs::remove_dir_all(file.folder.path()).unwrap();
}
