//! SMDB by REST over TLS: a certificate that nobody has judged yet comes with each connection.

mod attacks;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use axum::{Router, routing::get};
use clock::{Clock, Span};
use oio_idws::{Credential, assertion::Assertion, privileges::Privileges};
use pki::{RevocationReason, Revoked};
use shell::{Bounds, Journal, Listener, Shared, Source, Tls, TlsAuthority, journal::GRANTED};
use sim_smdb::{
    HolderCheck, Policy,
    contract::{Annul, Fetch, Notation, Operation, Ping, Search, Subject, Submission},
    http::{WebService, router},
    rest::{CALL_PATH, TOKEN_PATH},
};
use stage::{
    http::{Https, Reply},
    start,
};
use tokio::sync::oneshot::{self, Sender};

use crate::{
    rest::door::{form, path},
    world::{
        HOLDER, STRANGER, World, after, assertion, code, course, cvr, group, may_act_for, signed,
        submission,
    },
};

/// The head of a request with a form.
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// SMDB on loopback, in TLS.
struct Served {
    address: SocketAddr,
    authority: String,
    journal: Journal,
    clock: Clock,
    /// It is there until this goes.
    _stop: Sender<()>,
}

impl Served {
    async fn new(world: &World, revocation_list: &str) -> Self {
        let (clock, journal) = (Clock::frozen(start()), Journal::default());
        let service = WebService {
            beside: (),
            core: Shared::new(world.smdb.clone()),
            clock: clock.clone(),
            revocation_list: Source::new(revocation_list.parse().unwrap()),
            journal: journal.clone(),
        };
        let authority = TlsAuthority::found().unwrap();
        let tls = Tls::new(authority.identity(&["localhost"]).unwrap(), BTreeMap::new());
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener::bind(loopback, Some(tls), Bounds::default()).await.unwrap();
        let (address, (stop, stopped)) = (listener.address(), oneshot::channel());
        let stopped = async move { _ = stopped.await };
        tokio::spawn(listener.serve(router(Arc::new(service)), stopped));
        let authority = authority.certificate_pem().unwrap();
        Self { address, authority, journal, clock, _stop: stop }
    }

    async fn post(&self, own: Option<&Credential>, path: &str, head: &str, body: &str) -> Reply {
        let client = match own {
            None => Https::trusting(&self.authority),
            Some(own) => Https::showing(own, &self.authority),
        };
        client.post_with(self.address, "localhost", path, head, body.as_bytes()).await.unwrap()
    }

    async fn redeem(&self, own: Option<&Credential>, assertion: &Assertion) -> Reply {
        self.post(own, TOKEN_PATH, FORM, &form(&signed(assertion))).await
    }

    async fn call(&self, own: &Credential, operation: Operation, token: &str, body: &str) -> Reply {
        self.post(Some(own), &path(operation), &with_access(token), body).await
    }

    /// Path and outcome of what was asked last.
    fn last(&self) -> (&'static str, &'static str) {
        let entry = self.journal.newest(1, None).pop().unwrap();
        (entry.path, entry.outcome)
    }
}

fn with_access(token: &str) -> String {
    format!("Authorization: Holder-of-key {token}\r\nContent-Type: application/json\r\n")
}

fn token_in(reply: &Reply) -> String {
    reply.json()["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_course_is_reported_listed_fetched_and_annulled_over_tls() {
    let served = Served::new(&World::new(), "http://smdb.invalid/list.crl").await;
    let reply = served.redeem(Some(&HOLDER), &assertion()).await;
    assert_eq!((reply.status, served.last()), (200, (TOKEN_PATH, GRANTED)));
    let header = |name| reply.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("pragma"), "no-cache");
    assert_eq!(header("content-type"), "application/json; charset=utf-8");
    let trace = header("x-skift-trace").parse().unwrap();
    assert!(served.journal.traced(trace).is_some());
    let access = token_in(&reply);

    let body = submission("sag-1").write(Notation::Json);
    let receipt = served.call(&HOLDER, Operation::Report, &access, &body).await;
    assert_eq!((receipt.status, served.last()), (200, (CALL_PATH, GRANTED)), "{}", receipt.text);
    assert_eq!(receipt.header("cache-control"), Some("no-store"));
    let id = receipt.json()["Kvittering"]["Id"].as_str().unwrap().to_owned();
    let authority = cvr("90000001");
    let subject = Subject::Citizen(course().citizen);
    let search = Search { authority: authority.clone(), subject, page: 1, page_size: 10 };
    let body = search.write(Notation::Json);
    let found = served.call(&HOLDER, Operation::Search, &access, &body).await;
    assert_eq!(found.json()["Fundet"][0]["Id"], id.as_str());
    let body = Fetch { authority: authority.clone(), id: id.clone() }.write(Notation::Json);
    let fetched = served.call(&HOLDER, Operation::Fetch, &access, &body).await;
    assert_eq!(fetched.json()["Forloeb"]["Cpr"], "6101800049");
    let body = Annul { authority, id, reason: code("fejl") }.write(Notation::Json);
    let annulled = served.call(&HOLDER, Operation::Annul, &access, &body).await;
    assert_eq!(annulled.json()["Kvittering"]["Status"], "Annulleret");
}

/// Every municipality of the country has given the caller its power of attorney: what is issued is taken.
#[tokio::test]
async fn an_access_token_for_the_powers_of_attorney_of_98_organisations_is_taken() {
    let served = Served::new(&World::new(), "http://smdb.invalid/list.crl").await;
    let own = may_act_for("90000001").unwrap().groups;
    let privileges: Vec<_> = own[0].privileges.iter().map(String::as_str).collect();
    for count in [1, 39, 79, 98, 200] {
        let groups = (1..=count).map(|at| group(&format!("900{at:05}"), &privileges)).collect();
        let token = Assertion { privileges: Some(Privileges { groups }), ..assertion() };
        let reply = served.redeem(Some(&HOLDER), &token).await;
        assert_eq!((reply.status, served.last().1), (200, GRANTED), "{count}");
        let access = token_in(&reply);
        let authority = cvr(&format!("900{count:05}"));
        let body = Submission { authority, ..submission("sag-1") }.write(Notation::Json);
        let reply = served.call(&HOLDER, Operation::Report, &access, &body).await;
        assert_eq!((reply.status, served.last().1), (200, GRANTED), "{count}: {}", reply.text);
    }
    // And one that could not be taken is not issued: each organisation grants something of its own.
    let groups =
        (1..=98).map(|at| group(&format!("900{at:05}"), &[format!("urn:sim:{at:060}").as_str()]));
    let groups = groups.collect();
    let token = Assertion { privileges: Some(Privileges { groups }), ..assertion() };
    let reply = served.redeem(Some(&HOLDER), &token).await;
    assert_eq!((reply.status, served.last().1), (401, "access-token-too-large"));
}

/// The longest access token that is issued is read, whatever it is made of.
#[tokio::test]
async fn what_is_issued_is_read_up_to_the_limit() {
    let served = Served::new(&World::new(), "http://smdb.invalid/list.crl").await;
    let mut longest = 0;
    for length in (7_000..8_400).step_by(100) {
        let privileges =
            Some(Privileges { groups: vec![group("90000001", &["x".repeat(length).as_str()])] });
        let token = Assertion { privileges, ..assertion() };
        let reply = served.redeem(Some(&HOLDER), &token).await;
        if reply.status != 200 {
            assert_eq!(served.last().1, "access-token-too-large");
            break;
        }
        let access = token_in(&reply);
        longest = access.len();
        let reply = served.call(&HOLDER, Operation::Ping, &access, "{}").await;
        assert_eq!(reply.status, 200, "{length}: {longest}");
    }
    assert!(longest > 11_000, "{longest}");
}

#[tokio::test]
async fn who_is_not_let_in_is_told_in_the_head() {
    let served = Served::new(&World::new(), "http://smdb.invalid/list.crl").await;
    let access = token_in(&served.redeem(Some(&HOLDER), &assertion()).await);
    let challenge = |reply: &Reply| reply.header("www-authenticate").unwrap().to_owned();
    let certificate = "Holder-of-key error=\"invalid_token\", error_description=\"A valid \
                       certificate must be presented when presenting a Holder-of-key token\"";

    let reply = served.redeem(None, &assertion()).await;
    assert_eq!((reply.status, challenge(&reply).as_str()), (401, certificate));
    assert_eq!(served.last(), (TOKEN_PATH, "certificate-missing"));
    assert_eq!(reply.text, "");
    let reply = served.redeem(Some(&STRANGER), &assertion()).await;
    assert_eq!((reply.status, served.last().1), (401, "another-holder"));
    let reply = served.call(&STRANGER, Operation::Ping, &access, "{}").await;
    assert_eq!((reply.status, challenge(&reply).as_str()), (401, certificate));
    assert_eq!(served.last(), (CALL_PATH, "another-certificate"));

    served.clock.set(after("1h"));
    let reply = served.call(&HOLDER, Operation::Ping, &access, "{}").await;
    assert_eq!((reply.status, served.last().1), (401, "access-token-expired"));
    assert!(challenge(&reply).contains("Token was expired"));
    assert_eq!(reply.header("content-type"), None);
}

/// The diagnosis is written down beside the outcome, and nothing of a message with it.
#[tokio::test]
async fn the_journal_tells_the_truth_about_rest_and_keeps_no_secret() {
    let served = Served::new(&World::new(), "http://smdb.invalid/list.crl").await;
    let access = token_in(&served.redeem(Some(&HOLDER), &assertion()).await);
    let unprivileged = Assertion { privileges: None, ..assertion() };
    let poor = token_in(&served.redeem(Some(&HOLDER), &unprivileged).await);
    let body = submission("sag-1").write(Notation::Json);
    let reply = served.call(&HOLDER, Operation::Report, &poor, &body).await;
    assert_eq!(reply.status, 401);
    assert_eq!(reply.json()["Kode"], "SIM-4002");
    served.call(&HOLDER, Operation::Report, &access, &body).await;
    let entries = served.journal.newest(10, None);
    assert_eq!(entries.len(), 4);
    let refused = &entries[1];
    assert_eq!(refused.diagnosis.decisive().unwrap().cause, "missing-privilege");
    let correlation = reply.json()["KorrelationsId"].as_str().unwrap().to_owned();
    assert_eq!(refused.answer_id.as_ref().unwrap().to_string(), correlation);
    assert_eq!(refused.request_octets, body.len());
    let written = format!("{entries:?}");
    for secret in ["6101800049", &access, &poor, "eyJ"] {
        assert!(!written.contains(secret), "{secret}");
    }
}

/// Nobody can say whether the holder's certificate is revoked: the list is asked for, and is not there.
#[tokio::test]
async fn a_revocation_list_is_asked_for_where_the_policy_looks_at_it() {
    let holder_certificate = HolderCheck::ValidityAndRevocation;
    let policy = Policy { holder_certificate, ..Policy::default() };
    let served = Served::new(&World::with_policy(policy), "http://127.0.0.1:1/list.crl").await;
    let reply = served.redeem(Some(&HOLDER), &assertion()).await;
    assert_eq!((reply.status, served.last().1), (401, "revocation-unknown"));
    assert_eq!(served.journal.newest(1, None)[0].remarks.len(), 1);
    // A form without a token asks for none.
    served.post(Some(&HOLDER), TOKEN_PATH, FORM, "").await;
    assert_eq!(served.journal.newest(1, None)[0].remarks, Vec::<String>::new());
}

/// It was fetched, and is good by the machine's clock: somebody has moved that of SMDB alone.
#[tokio::test]
async fn who_moved_one_clock_alone_is_told_that_the_list_is_good_by_the_others() {
    let made = Clock::real().now();
    let authority = crate::world::STAGE.authority(parties::Environment::IntegrationTest);
    let list = authority.revocation_list(1, made, made + Span::from_days(1), &[]).der().to_vec();
    let publishes = Router::new().route("/list.crl", get(async || list));
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = Listener::bind(loopback, None, Bounds::default()).await.unwrap();
    let (at, (_stop, stopped)) = (listener.address(), oneshot::channel::<()>());
    tokio::spawn(listener.serve(publishes, async move { _ = stopped.await }));
    let holder_certificate = HolderCheck::ValidityAndRevocation;
    let policy = Policy { holder_certificate, ..Policy::default() };
    let served = Served::new(&World::with_policy(policy), &format!("http://{at}/list.crl")).await;
    let reply = served.redeem(Some(&HOLDER), &assertion()).await;
    assert_eq!((reply.status, served.last().1), (401, "revocation-unknown"));
    let entry = &served.journal.newest(1, None)[0];
    let finding = entry.diagnosis.decisive().unwrap();
    assert!(finding.what.en.contains("clocks of all programs"), "{finding:?}");
}

#[tokio::test]
async fn a_path_that_names_no_operation_is_written_down_without_what_it_says() {
    let served = Served::new(&World::new(), "http://smdb.invalid/list.crl").await;
    let access = token_in(&served.redeem(Some(&HOLDER), &assertion()).await);
    let head = format!("Authorization: Holder-of-key {access}\r\n");
    let body = Ping.write(Notation::Json);
    for path in ["/api/2025-07/6101800049", "/api/2025-07/%36101800049"] {
        let reply = served.post(Some(&HOLDER), path, &head, &body).await;
        assert_eq!((reply.status, served.last()), (404, (CALL_PATH, "unknown-operation")));
        assert!(!reply.text.contains("101800049"), "{}", reply.text);
        assert!(!format!("{:?}", served.journal.newest(1, None)).contains("101800049"));
    }
}

/// A certificate that is revoked is still one that TLS takes: it is SMDB that refuses.
#[tokio::test]
async fn a_certificate_is_never_judged_by_tls() {
    let mut world = World::with_policy(Policy {
        holder_certificate: HolderCheck::ValidityAndRevocation,
        ..Policy::default()
    });
    let serial = *HOLDER.certificate.serial();
    let revoked = Revoked { serial, at: after("-2h"), reason: RevocationReason::KeyCompromise };
    let authority = crate::world::STAGE.authority(parties::Environment::IntegrationTest);
    let list = authority.revocation_list(1, start(), after("1d"), &[revoked]);
    let lesson = sim_smdb::Lesson::RevocationList { list, fetched_at: start() };
    parties::Core::learn(&mut world.smdb, lesson);
    let served = Served::new(&world, "http://smdb.invalid/list.crl").await;
    let reply = served.redeem(Some(&HOLDER), &assertion()).await;
    assert_eq!((reply.status, served.last().1), (401, "holder-certificate-revoked"));
}
