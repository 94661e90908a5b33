//! What administrators, contact persons and holders do at the control port, and what nobody else
//! learns of it.

use std::sync::{Arc, atomic::Ordering};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use pki::{Certificate, Name, SigningRequest, pkcs12};
use serde_json::{Value, json};
use sim_mitid::{Policy, http::KeyStock};
use tokio::task::JoinSet;

use super::port::{Ordered, Port};
use crate::world::{CONTACT, STAGE, World, cvr, signing_request};

#[tokio::test]
async fn a_certificate_is_ordered_downloaded_and_revoked() {
    let port = Port::open(&World::bare(Policy::default())).await;
    let here = |more: Value| {
        let mut asked = json!({ "environment": "integration-test", "cvr": cvr() });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asked
    };
    for (name, asked) in [
        ("connect", here(json!({ "name": "Testorganisation nr. 90000001" }))),
        ("allow-certificates", here(json!({ "allowed": true }))),
    ] {
        let reply = port.ask(name, asked).await;
        assert_eq!((reply.status, reply.json()), (200, json!("done")), "{name}");
    }
    assert_eq!(port.keys_made.load(Ordering::Relaxed), 0, "nobody has ordered anything");
    let ordered = port.order("browser").await;
    let reply = port.download(&ordered).await;
    assert_eq!(reply.header("cache-control"), Some("no-store"), "it is shown once");
    let downloaded = Port::granted(&reply, "downloaded");
    let file = BASE64.decode(downloaded["file"].as_str().unwrap()).unwrap();
    let opened = pkcs12::open(&file, downloaded["password"].as_str().unwrap()).unwrap();
    let certificate: Certificate =
        serde_json::from_value(downloaded["certificate"].clone()).unwrap();
    assert_eq!(opened.key.public(), certificate.public_key());

    let serial = certificate.serial();
    let asked =
        json!({ "environment": "integration-test", "serial": serial, "reason": "key-compromise" });
    let reply = port.ask("revoke", asked).await;
    assert_eq!((reply.status, reply.json()), (200, json!("revoked")));
    let shown = port.get("/__admin/administration").await.json();
    let organisation = &shown["organisations"][0];
    assert_eq!(organisation["cvr"], json!(cvr()));
    assert_eq!(organisation["certificates-allowed"], true);
    let profile = &organisation["profiles"][0];
    assert_eq!(profile["orders"][0]["status"], "issued");
    assert_eq!(profile["certificates"][0]["serial"], json!(serial));
    assert!(profile["certificates"][0]["status"]["revoked"].is_object(), "{profile}");

    assert_eq!(port.post("/__admin/reset", &json!({})).await.status, 200);
    let shown = port.get("/__admin/administration").await.json();
    assert_eq!(shown["organisations"], json!([]), "as it was at the start");
}

#[tokio::test]
async fn what_is_issued_is_published() {
    let port = Port::open(&World::new()).await;
    let ordered = port.order("api").await;
    let request = BASE64.encode(signing_request(&STAGE.key(0)).der());
    let asked = json!({ "reference": ordered.reference, "code": ordered.code, "request": request });
    let issued = Port::granted(&port.ask("issue", asked).await, "issued");
    let certificate: Certificate = serde_json::from_value(issued).unwrap();
    let serial = *certificate.serial();
    let revocations = || port.mitid.publication().mitid.look(|it| it.revocations().count());
    assert_eq!(revocations(), 0);
    let asked =
        json!({ "environment": "integration-test", "serial": serial, "reason": "unspecified" });
    assert_eq!(port.ask("revoke", asked).await.status, 200);
    assert_eq!(revocations(), 1);
}

/// Each gets a key of their own, however close they come.
#[tokio::test]
async fn many_download_at_once() {
    let port = Port::open(&World::new()).await;
    let [a, b, c] =
        [port.order("browser").await, port.order("browser").await, port.order("browser").await];
    let replies = tokio::join!(port.download(&a), port.download(&b), port.download(&c));
    let mut serials = Vec::new();
    let mut keys = Vec::new();
    for reply in [&replies.0, &replies.1, &replies.2] {
        let downloaded = Port::granted(reply, "downloaded");
        let certificate: Certificate =
            serde_json::from_value(downloaded["certificate"].clone()).unwrap();
        serials.push(*certificate.serial());
        keys.push(certificate.public_key().clone());
    }
    for (number, key) in keys.iter().enumerate() {
        assert!(!keys[..number].contains(key), "a key is certified once");
    }
    serials.sort_unstable();
    serials.dedup();
    assert_eq!(serials.len(), 3);
}

/// The threads that wait would soon be all that there are.
#[tokio::test]
async fn who_waits_for_a_key_pair_keeps_nobody_from_being_answered() {
    let (give, given) = std::sync::mpsc::channel::<()>();
    let key = STAGE.key(4);
    let stock = KeyStock::new(move || {
        let _ = given.recv();
        key.clone()
    });
    let port = Arc::new(Port::with_stock(&World::new(), stock).await);
    let mut downloads = JoinSet::new();
    for _ in 0..20 {
        let (ordered, port) = (port.order("browser").await, Arc::clone(&port));
        downloads.spawn(async move { port.download(&ordered).await.status });
    }
    for _ in 0..20 {
        assert_eq!(port.get("/__admin/administration").await.status, 200);
    }
    drop(give);
    assert_eq!(downloads.join_all().await, [200; 20]);
}

#[tokio::test]
async fn a_key_that_is_too_short_is_never_certified() {
    let short = pki::PrivateKey::generate(pki::KeySize::Rsa2048);
    let port = Port::with_key(&World::new(), short).await;
    let ordered = port.order("browser").await;
    let reply = port.download(&ordered).await;
    assert_eq!(
        (reply.status, &reply.json()["rejected"]["name"]),
        (409, &json!("key-pair-missing"))
    );
}

#[tokio::test]
async fn a_refused_act_says_who_must_do_what_in_both_languages() {
    let port = Port::open(&World::new()).await;
    let asked = json!({ "environment": "production", "cvr": "90000002" });
    let reply = port.ask("terminate", asked).await;
    let refused = reply.json();
    assert_eq!((reply.status, &refused["rejected"]["name"]), (409, &json!("unknown-organisation")));
    let finding = &refused["diagnosis"][0];
    assert_eq!(finding["cause"], refused["rejected"]["name"]);
    for text in ["rule", "expected", "got", "who-must-act", "what-to-do"] {
        assert!(["en", "da"].iter().all(|it| !finding[text][it].as_str().unwrap().is_empty()));
    }
    assert_ne!(finding["what-to-do"]["en"], finding["what-to-do"]["da"]);
}

#[tokio::test]
async fn a_slip_of_the_pen_is_told_by_the_nearest_name() {
    let port = Port::open(&World::new()).await;
    for (name, asked, nearest) in [
        ("conect", json!({}), json!("connect")),
        ("terminate", json!({ "enviroment": "production", "cvr": cvr() }), json!("environment")),
        ("terminate", json!({ "environment": "prodution", "cvr": cvr() }), json!("production")),
        ("directory", json!("integration-tset"), json!("integration-test")),
        ("create-profile", json!({ "contact": { "nane": "Karen" } }), json!("name")),
        ("fly", json!({}), Value::Null),
        ("terminate", json!({ "environment": "production" }), Value::Null),
        ("mailbox", json!("nobody"), Value::Null),
    ] {
        let reply = port.ask(name, asked).await;
        assert_eq!((reply.status, &reply.json()["nearest"]), (400, &nearest), "{name}");
    }
    for body in [json!([]), json!({}), json!({ "order": {}, "cancel": {} }), json!(null)] {
        let reply = port.post("/__admin/administration", &body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.json()["rejected"]["name"], "malformed-request", "{body}");
    }
}

/// Codes, passwords, files and links are told to whoever asked for them, and to nobody else.
#[tokio::test]
async fn no_secret_is_told_to_anybody_else() {
    let port = Port::open(&World::new()).await;
    let ordered = port.order("browser").await;
    let Ordered { code, reference } = &ordered;
    let wrong: String = code.chars().rev().collect();
    let mut told = String::new();
    for asked in [
        json!({ "download": ordered.download(&wrong) }),
        // In the wrong places.
        json!({ "download": { "reference": reference, "proof": code, "terms": true } }),
        json!({ "download": { "reference": reference, "proof": { code: code }, "terms": code } }),
        json!({ "download": { "reference": code, "proof": "login", "terms": true, code: true } }),
        json!({ "directory": code }),
        json!({ code: reference }),
        json!([code]),
    ] {
        let reply = port.post("/__admin/administration", &asked).await;
        assert!(matches!(reply.status, 400 | 409), "{asked}: {}", reply.text);
        told += &reply.head;
        told += &reply.text;
        told += &port.truth(&reply).await.to_string();
    }
    let downloaded = Port::granted(&port.download(&ordered).await, "downloaded");
    let again = port.download(&ordered).await;
    assert_eq!(again.status, 409, "a code is used once");
    told += &again.text;
    told += &port.truth(&again).await.to_string();

    // A profile with an address in it: the link in the mail holds a token.
    let address = "drift@a.invalid";
    let asked = json!({ "environment": "integration-test", "cvr": cvr(), "kind": "system",
        "certificate-name": "Fagsystem B", "email": address });
    assert_eq!(port.ask("create-profile", asked).await.status, 200);
    let mails = Port::granted(&port.ask("mailbox", json!(address)).await, "mailbox");
    let token = mails[0]["link"].as_str().unwrap().split_once("?token=").unwrap().1.to_owned();
    told += &port.ask("mailbox", json!(CONTACT)).await.text;
    told += &port.everything_shown().await;
    let file = downloaded["file"].as_str().unwrap();
    let password = downloaded["password"].as_str().unwrap();
    for secret in [code, &code.replace('-', ""), &wrong, &token, password, &file[..100]] {
        assert!(secret.len() >= 12);
        assert!(!told.contains(secret), "{told}");
    }
}

/// Whoever fills in a form may put a personal number into any field of it. What is refused for what
/// stands there is written down without it.
#[tokio::test]
async fn no_personal_number_of_a_refused_act_is_written_down() {
    let port = Port::open(&World::new()).await;
    let profile = |name: &str, email: Option<&str>| {
        json!({ "environment": "integration-test", "cvr": cvr(), "kind": "system",
            "certificate-name": name, "email": email,
            "contact": { "name": "Karen Kontakt", "email": CONTACT } })
    };
    let order = async |profile: Value, identification: &str, method: &str| {
        let created = Port::granted(&port.ask("create-profile", profile).await, "profile-created");
        let asked = json!({ "profile": created["profile"], "identification": identification,
            "method": method });
        Port::granted(&port.ask("order", asked).await, "ordered")
    };
    let signing = |name: &str, key| SigningRequest::make(&Name::with_common_name(name), key);

    let unconfirmed =
        order(profile("Fagsystem A", Some("010170-1234@a.invalid")), "login", "browser");
    let download =
        json!({ "reference": unconfirmed.await["reference"], "proof": "login", "terms": true });
    let ordered = order(profile("010170-1234 Anna", None), "one-time-code", "api").await;
    let issue = json!({ "reference": ordered["reference"], "code": ordered["code"],
        "request": signing_request(&STAGE.key(0)).to_pem() });
    let issued = Port::granted(&port.ask("issue", issue).await, "issued");
    let issued: Certificate = serde_json::from_value(issued).unwrap();
    let renew = json!({ "environment": "integration-test", "serial": issued.serial(),
        "request": signing("010170-1234 Bodil", &STAGE.key(1)).to_pem() });
    let revoke = json!({ "environment": "integration-test", "serial": "0101701234",
        "reason": "unspecified" });
    for (name, asked, outcome) in [
        (
            "create-profile",
            profile("Fagsystem A", Some("010170-1234.ø@a.invalid")),
            "email-not-ascii",
        ),
        ("create-profile", profile("Fagsystem A", Some("010170-1234")), "email-unusable"),
        ("create-profile", profile("010170-1234\n", Some("a@a.invalid")), "name-unusable"),
        ("download", download, "email-not-validated"),
        ("renew", renew, "subject-differs"),
        ("revoke", revoke, "unknown-certificate"),
    ] {
        let reply = port.ask(name, asked).await;
        let truth = port.truth(&reply).await;
        assert_eq!((reply.status, &truth["request"]["outcome"]), (409, &json!(outcome)));
        let repeats = !matches!(outcome, "email-unusable" | "name-unusable");
        let got = &truth["findings"][0]["got"];
        for (language, withheld) in [("en", "(withheld)"), ("da", "(tilbageholdt)")] {
            let told = got[language].as_str().unwrap();
            assert_eq!(told.contains(withheld), repeats, "{outcome}: {told}");
        }
        for part in ["010170", "0101701234", "1234 "] {
            assert!(!truth.to_string().contains(part), "{truth}");
        }
    }
}

#[tokio::test]
async fn describes_everything_that_can_be_asked() {
    let port = Port::open(&World::new()).await;
    let document = port.get("/__admin/docs").await.json();
    assert_eq!(document["info"]["title"], "The control port of sim-mitid");
    let administration = &document["paths"]["/__admin/administration"];
    let asked = &administration["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(asked["oneOf"].as_array().unwrap().len(), 20);
    assert_eq!(administration["post"]["requestBody"]["required"], true);
    // As it is told, and where to find it.
    let not = &administration["post"]["responses"]["default"];
    assert_eq!(not["headers"]["X-Skift-Trace"]["schema"]["format"], "uuid");
    let refusal = &not["content"]["application/json"]["schema"]["oneOf"][0];
    let asked = json!({ "environment": "production", "cvr": "90000002" });
    let refused = port.ask("terminate", asked).await.json();
    for (schema, told) in [
        (refusal, &refused),
        (&refusal["properties"]["rejected"], &refused["rejected"]),
        (&refusal["properties"]["diagnosis"]["items"], &refused["diagnosis"][0]),
    ] {
        let described = schema["properties"].as_object().unwrap().keys();
        let mut told: Vec<_> = told.as_object().unwrap().keys().collect();
        told.sort();
        let mut described: Vec<_> = described.collect();
        described.sort();
        assert_eq!(described, told);
    }
}
