//! What an administrator does at the control port, and what the STS makes of it.

use std::sync::Arc;

use entropy::Entropy;
use oio_idws::Credential;
use pki::{Authority, Certificate, CertificateKind, Holder, Serial};
use serde_json::{Value, json};
use stage::{holder, http::Reply};
use tokio::task::JoinSet;

use super::port::{Port, trace};
use crate::world::*;

/// Whether the STS knows the certificate.
async fn outcome(port: &Port, credential: &Credential, seed: u64) -> String {
    truth(port, credential, seed).await["request"]["outcome"].as_str().unwrap().to_owned()
}

/// What the control port says of a request with the certificate.
async fn truth(port: &Port, credential: &Credential, seed: u64) -> Value {
    let request = request(stage::start(), &mut Entropy::seeded(seed, "sts", "clicks"));
    let reply = port.ask(request.write(credential).unwrap().as_bytes()).await;
    port.get(&format!("/__admin/diagnoses/{}", trace(&reply))).await.json()
}

fn save(slot: &str, credential: &Credential) -> Value {
    json!({
        "system-user": user(),
        "slot": slot,
        "certificate": credential.certificate.to_pem(),
        "file-name": "fagsystem-a.cer",
    })
}

fn provision() -> Value {
    json!({ "system-user": user(), "environment": "integration-test" })
}

async fn known(port: &Port) -> Value {
    let shown = port.get("/__admin/administration").await.json();
    shown["system-users"][user().as_str()].clone()
}

#[tokio::test]
async fn what_is_saved_counts_when_it_is_provisioned() {
    let port = Port::open(&World::with_old()).await;
    assert_eq!(outcome(&port, &NEW, 1).await, "certificate-not-registered");
    let reply = port.click("save", save("active", &NEW)).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "done": true })));
    let thumbprint = |it: &Credential| json!(it.certificate.thumbprint());
    let user = known(&port).await;
    assert_eq!(user["saved"]["active"]["thumbprint"], thumbprint(&NEW));
    let in_force = &user["environments"]["integration-test"]["in-force"];
    assert_eq!(in_force[0]["thumbprint"], thumbprint(&OLD), "saving is not provisioning");
    let truth = truth(&port, &NEW, 2).await;
    assert_eq!(truth["request"]["outcome"], "certificate-not-registered");
    let got = truth["findings"][0]["got"]["en"].as_str().unwrap();
    let saved = "saved in the active slot of `fagsystem-a`, and not provisioned";
    assert!(got.contains(saved), "{got}");

    assert_eq!(port.click("provision", provision()).await.status, 200);
    assert_eq!(outcome(&port, &NEW, 3).await, "granted");
    assert_eq!(outcome(&port, &OLD, 4).await, "certificate-replaced");
    let in_force = &known(&port).await["environments"]["integration-test"]["in-force"];
    assert_eq!(
        (in_force[0]["thumbprint"].clone(), in_force.as_array().unwrap().len()),
        (thumbprint(&NEW), 1)
    );
    let again = port.click("save", save("active", &NEW)).await;
    assert_eq!((again.status, &again.json()["unchanged"]), (200, &json!(true)));

    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    assert_eq!(outcome(&port, &OLD, 5).await, "granted", "as it was at the start");
    assert_eq!(known(&port).await["saved"]["active"]["thumbprint"], thumbprint(&OLD));
}

#[tokio::test]
async fn a_rolling_certificate_is_shown_as_planned() {
    let port = Port::open(&World::with_old()).await;
    port.click("save", save("rolling", &NEW)).await;
    port.click("provision", provision()).await;
    let planned = &known(&port).await["environments"]["integration-test"]["planned"];
    let taken_over = &planned[0]["in-force"][0]["thumbprint"];
    assert_eq!(
        (&planned[0]["from"], taken_over),
        (&json!(*EXPIRY), &json!(NEW.certificate.thumbprint()))
    );
    port.post("/__admin/clock/set", &json!({ "to": *EXPIRY })).await;
    let user = known(&port).await;
    assert_eq!(user["saved"]["active"]["thumbprint"], json!(NEW.certificate.thumbprint()));
    assert_eq!(user["saved"]["rolling"], Value::Null);
    assert_eq!(user["environments"]["integration-test"]["planned"], json!([]));
}

#[tokio::test]
async fn a_privilege_reaches_the_sts_when_it_is_approved() {
    let port = Port::open(&World::with_old()).await;
    let uri = "https://smdb.sim.invalid/privilege/other";
    let privilege = json!({ "environment": "integration-test", "audience": service(), "uri": uri });
    let asked = || json!({ "system-user": user(), "privilege": privilege });
    for (click, status) in [("request-privilege", "requested"), ("approve-privilege", "approved")] {
        assert_eq!(port.click(click, asked()).await.status, 200, "{click}");
        let privileges = known(&port).await["privileges"].as_array().unwrap().clone();
        let of = |it: &&Value| it["privilege"] == privilege;
        assert_eq!(privileges.iter().find(of).unwrap()["status"], status);
    }
    let power = json!({ "grantor": "90000002", "attorney": "90000001", "privilege": privilege });
    let given = port.click("give-power-of-attorney", json!({ "power": power })).await;
    assert_eq!(given.status, 200, "{}", given.text);
    let shown = port.get("/__admin/administration").await.json();
    assert_eq!(shown["powers-of-attorney"], json!([power]));
    assert_eq!(shown["it-systems"][user().as_str()], "90000001");
}

#[tokio::test]
async fn a_refused_click_says_who_must_do_what_in_both_languages() {
    let port = Port::open(&World::with_old()).await;
    let reply = port.click("save", save("active", &ELSEWHERE)).await;
    assert_eq!(reply.status, 200, "the draft is for both environments: {}", reply.text);
    let reply = port.click("provision", provision()).await;
    let refused = reply.json();
    assert_eq!((reply.status, &refused["rejected"]), (409, &json!("other-environment")));
    assert!(refused["text"].as_str().unwrap().contains("not for integration-test"), "{refused}");
    let finding = &refused["diagnosis"][0];
    assert_eq!(finding["cause"], refused["rejected"]);
    for text in ["rule", "expected", "got", "what-to-do"] {
        assert!(["en", "da"].iter().all(|it| !finding[text][it].as_str().unwrap().is_empty()));
    }
    assert_ne!(finding["what-to-do"]["en"], finding["what-to-do"]["da"]);
    assert_eq!(outcome(&port, &OLD, 1).await, "granted", "nothing has changed");
}

#[tokio::test]
async fn a_click_is_found_by_the_trace_id_of_its_answer_in_both_languages() {
    let port = Port::open(&World::with_old()).await;
    let granted = port.click("save", save("active", &ELSEWHERE)).await;
    let refused = port.click("provision", provision()).await;
    let unread = port.click("provison", provision()).await;
    assert_eq!([granted.status, refused.status, unread.status], [200, 409, 400]);
    let mut expected = Vec::new();
    for (reply, act, outcome, environment) in [
        (&granted, json!("save"), "granted", Value::Null),
        (&refused, json!("provision"), "other-environment", json!("integration-test")),
        (&unread, Value::Null, "malformed-request", Value::Null),
    ] {
        let truth = port.get(&format!("/__admin/diagnoses/{}", trace(reply))).await.json();
        let request = &truth["request"];
        assert_eq!([&request["outcome"], &request["party"]], [outcome, "sts"]);
        assert_eq!([&request["environment"], &request["act"]], [&environment, &act]);
        assert_eq!(request["step"], Value::Null);
        assert_eq!(request["path"], "/__admin/administration");
        assert_eq!(request["answer-octets"], reply.text.len());
        let causes = truth["findings"].as_array().unwrap().iter().map(|it| &it["cause"]);
        assert!(causes.eq((outcome != "granted").then_some(outcome)), "{truth}");
        if outcome == "other-environment" {
            assert_eq!(truth["findings"], reply.json()["diagnosis"], "what was told at once");
            let what = &truth["findings"][0]["what-to-do"];
            assert!(what["en"].is_string() && what["da"].is_string() && what["en"] != what["da"]);
        }
        expected.insert(0, request.clone());
        let counted = port.get("/metrics").await.text;
        let line = format!("skift_requests_total{{what=\"act\",outcome=\"{outcome}\"}} 1\n");
        assert!(counted.contains(&line), "{counted}");
    }
    let told = port.get("/__admin/requests").await.json();
    assert_eq!(told, json!({ "requests": expected, "kept": 3, "forgotten": 0 }));
}

/// A file and its name, names and handles: of a click that is granted the journal has no place for
/// them.
#[tokio::test]
async fn nothing_of_a_granted_click_is_written_down() {
    let port = Port::open(&World::with_old()).await;
    let clicked = port.click("save", save("active", &NEW)).await;
    let mut told = port.get(&format!("/__admin/diagnoses/{}", trace(&clicked))).await.text;
    told += &port.get("/__admin/requests").await.text;
    told += &port.get("/metrics").await.text;
    let file = NEW.certificate.to_pem();
    let line = file.lines().nth(1).unwrap();
    for part in [line, user().as_str(), "fagsystem-a.cer"] {
        assert!(!told.contains(part), "{told}");
    }
}

/// Whoever clicks may put a personal number into any name, and into a certificate that they signed
/// themselves. What is refused for it is written down without it, and without the file.
#[tokio::test]
async fn no_personal_number_of_a_refused_click_is_written_down() {
    const NUMBER: &str = "010170-1234";
    let port = Port::open(&World::with_old()).await;
    let entity_id = "https://a.invalid/010170-1234";
    let privilege = json!({ "environment": "integration-test", "audience": entity_id, "uri": "urn:010170-1234" });
    let power = json!({ "grantor": "90000002", "attorney": "90000001", "privilege": privilege });
    let create = json!({ "it-system": NUMBER, "organisation": "90000001" });
    let create_user = json!({ "system-user": NUMBER, "it-system": NUMBER, "entity-id": entity_id });
    for (click, asked) in [("create-it-system", &create), ("create-system-user", &create_user)] {
        assert_eq!(port.click(click, asked.clone()).await.status, 200, "{click}");
    }
    let of = |id: &str, more: Value| {
        let mut asked = json!({ "system-user": id });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asked
    };
    let file = |certificate: &Certificate| {
        let name = "010170-1234.txt";
        json!({ "slot": "active", "certificate": certificate.to_pem(), "file-name": name })
    };
    let (foreign, other) = (of_a_stranger(NUMBER), of_the_organisation(NUMBER));
    for (click, asked, outcomes) in [
        ("create-it-system", create, vec!["it-system-exists"]),
        ("create-system-user", create_user, vec!["system-user-exists"]),
        (
            "create-system-user",
            json!({ "system-user": "c", "it-system": "x-010170-1234", "entity-id": "urn:c" }),
            vec!["unknown-it-system"],
        ),
        (
            "save-entity-id",
            of(user().as_str(), json!({ "entity-id": entity_id })),
            vec!["entity-id-taken"],
        ),
        ("remove", of("x-010170-1234", json!({ "slot": "active" })), vec!["unknown-system-user"]),
        ("remove", of(NUMBER, json!({ "slot": "active" })), vec!["slot-empty"]),
        (
            "provision",
            of(NUMBER, json!({ "environment": "integration-test" })),
            vec!["nothing-saved"],
        ),
        (
            "approve-privilege",
            of(NUMBER, json!({ "privilege": privilege })),
            vec!["privilege-not-requested"],
        ),
        (
            "withdraw-privilege",
            of(NUMBER, json!({ "privilege": privilege })),
            vec!["privilege-not-held"],
        ),
        ("withdraw-power-of-attorney", json!({ "power": power }), vec!["no-power-of-attorney"]),
        ("save", of(NUMBER, file(&foreign)), vec!["wrong-file-name", "certificate-not-trusted"]),
        ("save", of(NUMBER, file(&other)), vec!["wrong-file-name", "not-system-certificate"]),
    ] {
        let reply = port.click(click, asked.clone()).await;
        assert_eq!(reply.status, 409, "{click}: {}", reply.text);
        let truth = port.get(&format!("/__admin/diagnoses/{}", trace(&reply))).await;
        let findings = truth.json()["findings"].as_array().unwrap().clone();
        assert!(findings.iter().map(|it| &it["cause"]).eq(&outcomes), "{}", truth.text);
        let last = &findings[findings.len() - 1]["got"];
        let told = |language: &str| last[language].as_str().unwrap();
        assert!(told("en").contains("(withheld)"), "{last}");
        // In Danish it is not said whose certificate is not trusted.
        let is_said = outcomes.last() != Some(&"certificate-not-trusted");
        assert_eq!(told("da").contains("(tilbageholdt)"), is_said, "{last}");
        let file = asked["certificate"].as_str().map(|it| it.lines().nth(1).unwrap().to_owned());
        for part in ["010170", "1234"].into_iter().chain(file.as_deref()) {
            assert!(!findings.iter().any(|it| it.to_string().contains(part)), "{}", truth.text);
        }
    }
}

/// A certificate from an authority that nobody here knows.
fn of_a_stranger(name: &str) -> Certificate {
    let entropy = &mut Entropy::seeded(9, "stage", "stranger");
    let (root, issuing) = (STAGE.key(6), STAGE.key(7));
    let authority = Authority::found(TEST, root, issuing, stage::start(), entropy);
    authority.issue(&holder(name), NEW.key.public(), Serial::draw(entropy), stage::start())
}

/// A certificate of the organisation and not of a system.
fn of_the_organisation(name: &str) -> Certificate {
    let entropy = &mut Entropy::seeded(9, "stage", "organisation");
    let holder = Holder { kind: CertificateKind::Organisation, ..holder(name) };
    let (serial, from) = (Serial::draw(entropy), stage::start());
    STAGE.authority(TEST).issue(&holder, NEW.key.public(), serial, from)
}

/// What a click did is there if and only if its entry is, whether it came before a reset or after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_clicks_beside_a_reset_those_that_hold_are_in_the_journal() {
    let port = Arc::new(Port::open(&World::new()).await);
    for _ in 0..100 {
        let mut clicks = JoinSet::new();
        for number in 0..20 {
            let (port, it_system) = (Arc::clone(&port), format!("fagsystem-{number}"));
            clicks.spawn(async move {
                if number % 4 == 0 {
                    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
                }
                let asked = json!({ "it-system": it_system, "organisation": "90000001" });
                (it_system, port.click("create-it-system", asked).await)
            });
        }
        let clicks: Vec<(String, Reply)> = clicks.join_all().await;
        let shown = port.get("/__admin/administration").await.json();
        for (it_system, reply) in clicks {
            assert_eq!(reply.status, 200, "{}", reply.text);
            let holds = shown["it-systems"].get(&it_system).is_some();
            let entry = port.get(&format!("/__admin/diagnoses/{}", trace(&reply))).await.status;
            assert_eq!(entry, if holds { 200 } else { 404 }, "{it_system}");
        }
        assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    }
}

#[tokio::test]
async fn of_many_clicks_at_once_one_comes_first() {
    let port = Port::open(&World::new()).await;
    let click = || {
        let asked = json!({ "it-system": "fagsystem-c", "organisation": "90000001" });
        port.click("create-it-system", asked)
    };
    let replies = tokio::join!(click(), click(), click(), click());
    let mut statuses = [replies.0, replies.1, replies.2, replies.3].map(|it| it.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
}

#[tokio::test]
async fn a_refusal_is_described_as_it_is_told() {
    let port = Port::open(&World::new()).await;
    let document = port.get("/__admin/docs").await.json();
    let not = &document["paths"]["/__admin/administration"]["post"]["responses"]["default"];
    assert_eq!(not["headers"]["X-Skift-Trace"]["schema"]["format"], "uuid");
    let refusal = &not["content"]["application/json"]["schema"]["oneOf"][0]["properties"];
    let refused = port.click("remove", json!({ "system-user": user(), "slot": "active" })).await;
    let (described, told) = (refusal.as_object().unwrap(), refused.json());
    assert_eq!(refused.status, 409);
    assert!(told.as_object().unwrap().keys().all(|it| described.contains_key(it)), "{told}");
    assert_eq!(described.len(), told.as_object().unwrap().len());
}

#[tokio::test]
async fn a_slip_of_the_pen_is_told_by_the_nearest_name() {
    let port = Port::open(&World::new()).await;
    let remove = |key: &str| json!({ "system-user": user(), key: "active" });
    for (name, asked, status, nearest) in [
        ("provison", provision(), 400, json!("provision")),
        ("remove", remove("slots"), 400, json!("slot")),
        ("fly", json!({}), 400, Value::Null),
        ("remove", json!({ "slot": "active" }), 400, Value::Null),
        ("remove", json!("active"), 400, Value::Null),
        ("remove", remove("slot"), 409, Value::Null),
    ] {
        let reply = port.click(name, asked).await;
        assert_eq!((reply.status, &reply.json()["nearest"]), (status, &nearest), "{name}");
    }
    for body in [json!([]), json!({}), json!({ "remove": {}, "save": {} }), json!(null)] {
        let reply = port.post("/__admin/administration", &body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.json()["rejected"], "malformed-request", "{body}");
    }
}
