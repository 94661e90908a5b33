//! `skift serve`: all three services from one program, with a system user that may call at once.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use oio_idws::{Binding, Credential};
use parties::{ClientProfile, Environment};
use pki::{Certificate, PrivateKey, SigningRequest, pkcs12};
use serde_json::{Value, json};
use sim_smdb::contract::{ENTITY_ID, FETCH_PRIVILEGE, SUBMIT_PRIVILEGE};
use stage::{
    http::{Https, get, post},
    served::{self, Ended, Served},
};

use super::{
    click,
    client::{Client, Places},
    metadata, stored, tls_authority,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_skift");

/// Where the keys of the programs are, made once and kept between runs. Nothing else is: what was registered by an older
/// program, this one may not be able to read.
pub(super) static KEYS: LazyLock<PathBuf> = LazyLock::new(|| {
    let keys = PathBuf::from(concat!(env!("CARGO_TARGET_TMPDIR"), "/served-keys"));
    let made = served::data(keys.with_extension("made"), &keys);
    let ended = start(&made, &[]).terminate();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    served::data(keys, &made)
});

pub(super) fn data(test: &str) -> PathBuf {
    served::data(Path::new(env!("CARGO_TARGET_TMPDIR")).join("served").join(test), &KEYS)
}

fn arguments(data: &Path, more: &[&str]) -> Vec<String> {
    let own = ["serve", "--free-ports", "--data", data.to_str().unwrap()];
    own.iter().chain(more).map(|it| (*it).to_owned()).collect()
}

pub(super) fn start(data: &Path, more: &[&str]) -> Served {
    Served::start(PROGRAM, arguments(data, more))
}

fn run(data: &Path, more: &[&str]) -> Ended {
    served::run(PROGRAM, arguments(data, more))
}

pub(super) fn places(served: &Served, environment: Environment) -> Places {
    Places {
        sts: served.at(&format!("sts-{environment}")),
        sts_metadata: served.at("sts-metadata"),
        sts_control: served.at("sts-control"),
        smdb: served.at(&format!("smdb-{environment}")),
        smdb_metadata: served.at("smdb-metadata"),
    }
}

/// What the system user of an environment is called.
pub(super) const fn name(environment: Environment) -> &'static str {
    match environment {
        Environment::IntegrationTest => "fagsystem-test",
        Environment::Production => "fagsystem",
    }
}

/// Where its key, or its certificate, is.
fn file(data: &Path, environment: Environment, ending: &str) -> PathBuf {
    data.join(format!("fagsystem/{}-{environment}.{ending}", name(environment)))
}

/// The system user that is there from the first start on.
pub(super) fn system_user(data: &Path, environment: Environment) -> Credential {
    let file = |ending: &str| fs::read(file(data, environment, ending)).unwrap();
    Credential {
        certificate: Certificate::from_cer(&file("cer")).unwrap(),
        key: PrivateKey::from_pkcs8(&file("pk8")).unwrap(),
    }
}

async fn client(served: &Served, data: &Path, environment: Environment) -> Client {
    client_in(Binding::OioIdws, served, data, environment).await
}

async fn client_in(
    binding: Binding,
    served: &Served,
    data: &Path,
    environment: Environment,
) -> Client {
    let (places, credential) = (places(served, environment), system_user(data, environment));
    Client::new(environment, binding, places, &tls_authority(data), credential).await
}

/// The host of the real STS.
const fn real_host(environment: Environment) -> &'static str {
    match environment {
        Environment::IntegrationTest => "SecureTokenService.test-nemlog-in.dk",
        Environment::Production => "SecureTokenService.nemlog-in.dk",
    }
}

/// The system users that are registered.
async fn system_users(served: &Served) -> Vec<String> {
    let shown = get(served.at("sts-control"), "/__admin/administration").await.json();
    shown["system-users"].as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn a_client_calls_in_both_environments_within_a_minute() {
    let data = data("both");
    let served = start(&data, &[]);
    for environment in Environment::ALL {
        let mut client = client(&served, &data, environment).await;
        assert_eq!(client.report().await, Ok(()));
        // The same by the name of the real one, whose certificate in TLS is another.
        client.sts.1 = real_host(environment).to_owned();
        assert_eq!(client.report().await, Ok(()));
        assert_eq!(stored(served.at("smdb-control"), environment).await, 2);
        // Not by that of the other environment: it would be the certificate for this machine.
        let other = Environment::ALL.into_iter().find(|it| *it != environment).unwrap();
        client.sts.1 = real_host(other).to_owned();
        assert!(client.report().await.unwrap_err().contains("certificate"));
    }
    let ended = served.terminate();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
}

/// Renewed, saved in the rolling slot and provisioned, by the system user of each environment as it comes. Then the old
/// one is in force still, and the new one is planned for its end.
#[tokio::test]
async fn a_certificate_of_the_kit_is_swapped_by_a_rolling_swap() {
    let data = data("rolling");
    let served = start(&data, &[]);
    for (environment, other) in [
        (Environment::IntegrationTest, Environment::Production),
        (Environment::Production, Environment::IntegrationTest),
    ] {
        let user = name(environment);
        let old = system_user(&data, environment).certificate;
        // Another key than that of the old one; to make one takes long.
        let key = system_user(&data, other).key;
        let request = SigningRequest::make(old.subject(), &key).to_pem();
        let asked =
            json!({ "environment": environment, "serial": old.serial(), "request": request });
        let renewed = json!({ "renew": asked });
        let reply = post(served.at("mitid-control"), "/__admin/administration", &renewed).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let certificate: Certificate =
            serde_json::from_value(reply.json()["issued"].clone()).unwrap();

        let control = served.at("sts-control");
        let pem = certificate.to_pem();
        let saved = json!({ "system-user": user, "slot": "rolling", "certificate": pem });
        click(control, "save", saved).await;
        let asked = json!({ "system-user": user, "environment": environment });
        click(control, "provision", asked).await;

        let shown = get(control, "/__admin/administration").await.json();
        let known = &shown["system-users"][user]["environments"][environment.name()];
        assert_eq!(known["in-force"][0]["serial"], json!(old.serial()), "{known}");
        assert_eq!(known["planned"][0]["in-force"][0]["serial"], json!(certificate.serial()));
        assert_eq!(client(&served, &data, environment).await.report().await, Ok(()));
        let early = Credential { certificate, key };
        let authority = tls_authority(&data);
        let places = places(&served, environment);
        let mut early = Client::new(environment, Binding::OioIdws, places, &authority, early).await;
        assert_eq!(early.report().await, Err("sts-refused".to_owned()));
        let journal = get(control, "/__admin/requests").await.json();
        assert_eq!(journal["requests"][0]["outcome"], "certificate-not-in-force", "{journal}");
    }
}

/// What the services do to be there is no entry of their journals, and nothing of it is refused.
#[tokio::test]
async fn a_healthy_start_leaves_no_entry_and_no_refusal() {
    let served = start(&data("healthy"), &[]);
    for control in ["mitid-control", "sts-control", "smdb-control"] {
        let told = get(served.at(control), "/__admin/requests").await.json();
        assert_eq!(told, json!({ "requests": [], "kept": 0, "forgotten": 0 }), "{control}");
        let counted = get(served.at(control), "/metrics").await.text;
        let outcomes = counted.lines().filter(|it| it.starts_with("skift_requests_total"));
        let refused: Vec<_> = outcomes.filter(|it| !it.contains("\"granted\"")).collect();
        assert!(refused.is_empty(), "{control}: {refused:?}");
    }
}

/// The likeliest slip of who changes addresses: one of another service, or a slash too many. The answer says no more
/// than a real one does.
#[tokio::test]
async fn what_comes_to_a_wrong_address_is_told_at_the_control_port() {
    let data = data("astray");
    let served = start(&data, &[]);
    let https = Https::trusting(&tls_authority(&data));
    for (at, control, path, what) in [
        ("sts-integration-test", "sts-control", "/SecurityTokenService.svc/", "just so"),
        ("sts-production", "sts-control", "/api/accesstoken/issue", "to the port of SMDB"),
        ("smdb-production", "smdb-control", "/SecurityTokenService.svc", "to the port of the STS"),
    ] {
        let reply = https.post(served.at(at), "localhost", path, "text/xml", b"<no").await.unwrap();
        assert_eq!((reply.status, reply.text.as_str()), (404, ""), "{at} {path}");
        let trace = reply.header("x-skift-trace").unwrap();
        let truth = get(served.at(control), &format!("/__admin/diagnoses/{trace}")).await.json();
        assert_eq!(truth["request"]["outcome"], "unknown-path", "{truth}");
        assert!(at.ends_with(truth["request"]["environment"].as_str().unwrap()), "{truth}");
        assert!(
            truth["findings"][0]["what-to-do"]["en"].as_str().unwrap().contains(what),
            "{truth}"
        );
    }
    let nobody = json!({});
    let published = post(served.at("sts-metadata"), "/SecurityTokenService.svc", &nobody).await;
    assert!(published.status == 404 && published.header("x-skift-trace").is_some());
    let ocsp = post(served.at("mitid-publication"), "/ocsp", &nobody).await;
    assert!(ocsp.status == 405 && ocsp.header("x-skift-trace").is_some(), "{}", ocsp.head);
    for (control, counted) in [
        ("sts-control", "skift_refused_total{why=\"unknown-path\"} 3\n"),
        ("smdb-control", "skift_refused_total{why=\"unknown-path\"} 1\n"),
        ("mitid-control", "skift_refused_total{why=\"unknown-path\"} 1\n"),
    ] {
        let metrics = get(served.at(control), "/metrics").await.text;
        assert!(metrics.contains(counted), "{control}: {metrics}");
    }
}

/// SMDB may be set to the profile before the present one; the token service is as it was.
#[tokio::test]
async fn a_client_calls_in_libertys_binding() {
    let data = data("lbsb");
    let served = start(&data, &["--smdb-binding", "lbsb"]);
    let environment = Environment::IntegrationTest;
    let mut client = client_in(Binding::Lbsb, &served, &data, environment).await;
    assert_eq!(client.report().await, Ok(()));
    assert_eq!(stored(served.at("smdb-control"), environment).await, 1);
    for (file, part) in [
        ("client.env", "SMDB_BINDING='lbsb'"),
        ("App.config", "Digst.OioIdws.Wsc up to 2.0.0"),
        ("README.txt", "sbf:Framework"),
    ] {
        let text = fs::read_to_string(data.join("kit/integration-test").join(file)).unwrap();
        assert!(text.contains(part), "{file}: {text}");
    }
    let wrong = run(&data, &["--smdb-binding", "soap-1.1"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.stderr.contains("smdb-binding"), "{wrong:?}");
}

/// A token outlives its holder's certificate, unless SMDB is set to look at that again.
#[tokio::test]
async fn smdb_looks_at_the_certificate_in_a_live_token_if_it_is_set_to() {
    let data = data("holder");
    let served = start(&data, &["--smdb-holder-certificate", "validity-and-revocation"]);
    let environment = Environment::IntegrationTest;
    let (places, credential) = (places(&served, environment), system_user(&data, environment));
    let serial = credential.certificate.serial().to_string();
    let authority = tls_authority(&data);
    let profile = ClientProfile::DotnetCacheByEndpoint;
    let mut client = Client::of(profile, environment, places, &authority, credential).await;
    assert_eq!(client.report().await, Ok(()));
    let revoke = json!({ "environment": environment, "serial": serial, "reason": "superseded" });
    click(served.at("mitid-control"), "revoke", revoke).await;
    let later = json!({ "by": "2h" });
    let moved = post(served.at("smdb-control"), "/__admin/clock/advance", &later).await;
    assert_eq!(moved.status, 200);
    assert!(client.report().await.is_err());
    let journal = get(served.at("smdb-control"), "/__admin/requests").await.json();
    let outcomes = journal["requests"].as_array().unwrap().iter().map(|it| &it["outcome"]);
    assert_eq!(outcomes.collect::<Vec<_>>(), ["holder-certificate-revoked", "granted"]);
}

/// At the addresses that the start names, with a certificate in TLS; and what is kept is used again.
#[tokio::test]
async fn a_client_calls_by_rest() {
    let data = data("rest");
    let served = start(&data, &[]);
    for environment in Environment::ALL {
        let smdb = served.url(&format!("smdb-{environment}"));
        let host = smdb.strip_suffix("/SmdbService.svc").unwrap();
        let rest = |name: &str| served.url(&format!("smdb-{name}-{environment}"));
        assert_eq!(rest("rest"), format!("{host}/api"));
        assert_eq!(rest("access-token"), format!("{host}/api/accesstoken/issue"));
    }
    let environment = Environment::Production;
    for (profile, stored_then) in
        [(ClientProfile::JavaRestFixedCache, 2), (ClientProfile::DotnetRest, 4)]
    {
        let (places, credential) = (places(&served, environment), system_user(&data, environment));
        let authority = tls_authority(&data);
        let mut client = Client::of(profile, environment, places, &authority, credential).await;
        assert_eq!(client.report().await, Ok(()), "{profile}");
        assert_eq!(client.messages.len(), 6, "a token, an access token and a call");
        assert_eq!(client.report().await, Ok(()), "{profile}");
        assert_eq!(client.messages.len(), 8, "a call");
        assert_eq!(stored(served.at("smdb-control"), environment).await, stored_then);
    }
    let journal = get(served.at("smdb-control"), "/__admin/requests").await.json();
    let paths: Vec<_> = journal["requests"].as_array().unwrap().iter().collect();
    let redeemed = paths.iter().filter(|it| it["path"] == "/api/accesstoken/issue").count();
    assert_eq!((paths.len(), redeemed), (6, 2), "{journal}");
}

/// How the token services say no, and to whom, is set.
#[tokio::test]
async fn the_token_services_refuse_as_they_are_set_to() {
    let data = data("refuse");
    let set = ["--sts-fault-shape", "conformant", "--sts-approved-only", "true"];
    let served = start(&data, &set);
    let environment = Environment::IntegrationTest;
    assert_eq!(client(&served, &data, environment).await.report().await, Ok(()));
    for uri in [SUBMIT_PRIVILEGE, FETCH_PRIVILEGE] {
        let privilege = json!({ "environment": environment, "audience": ENTITY_ID, "uri": uri });
        let asked = json!({ "system-user": name(environment), "privilege": privilege });
        click(served.at("sts-control"), "withdraw-privilege", asked).await;
    }
    let mut client = client(&served, &data, environment).await;
    assert_eq!(client.report().await, Err("sts-refused".to_owned()));
    let fault = String::from_utf8_lossy(client.messages.last().unwrap());
    // That of NemLog-in has an envelope in an envelope.
    assert_eq!(fault.matches(":Envelope xmlns").count(), 1, "{fault}");
    let wrong = run(&data, &["--sts-fault-shape", "soap-1.1"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.stderr.contains("sts-fault-shape"), "{wrong:?}");
}

/// What the program says one may remove is made anew, and registered, and in the kit.
#[tokio::test]
async fn what_was_removed_is_another_everywhere() {
    let data = data("removed");
    assert_eq!(start(&data, &[]).terminate().code, Some(0));
    let check = async || {
        let served = start(&data, &[]);
        for environment in Environment::ALL {
            assert_eq!(client(&served, &data, environment).await.report().await, Ok(()));
            let kit = data.join("kit").join(environment.name());
            let password = fs::read_to_string(kit.join("password")).unwrap();
            let store = fs::read(kit.join(format!("{}.p12", name(environment)))).unwrap();
            let store = pkcs12::open(&store, &password);
            let user = system_user(&data, environment).certificate;
            assert_eq!(store.unwrap().certificates[0], user);
        }
        assert_eq!(served.terminate().code, Some(0));
        system_user(&data, Environment::Production).certificate
    };
    let first = check().await;
    for environment in Environment::ALL {
        fs::remove_file(file(&data, environment, "cer")).unwrap();
    }
    fs::remove_file(data.join("kit/production/password")).unwrap();
    let second = check().await;
    assert_ne!(first, second);
    // Another hierarchy, whose keys are those of the other environment: to make some takes long.
    let mitid = data.join("sim-mitid");
    let kept = ["root", "issuing"].map(|name| {
        Environment::ALL.map(|it| fs::read(mitid.join(format!("{name}-{it}.pk8"))).unwrap())
    });
    fs::remove_dir_all(&mitid).unwrap();
    fs::create_dir(&mitid).unwrap();
    for (name, keys) in ["root", "issuing"].into_iter().zip(kept) {
        for (environment, key) in Environment::ALL.into_iter().rev().zip(keys) {
            fs::write(mitid.join(format!("{name}-{environment}.pk8")), key).unwrap();
        }
    }
    fs::remove_dir_all(data.join("tls")).unwrap();
    assert_ne!(check().await, second);
}

/// Whoever waits for one of the services alone calls at once.
#[tokio::test]
async fn who_is_told_that_it_is_ready_finds_everything() {
    let data = data("gate");
    let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let control = probe.local_addr().unwrap();
    drop(probe);
    let own = ["serve", "--data", data.to_str().unwrap(), "--sts-listen-control"];
    let mut line: Vec<_> = own.map(str::to_owned).into();
    line.push(control.to_string());
    let services = ["sts-listen-", "smdb-listen-"].into_iter().flat_map(|it| {
        ["integration-test", "production", "metadata", "control"].map(|name| format!("{it}{name}"))
    });
    let mitid = ["mitid-listen", "mitid-listen-control"].map(str::to_owned);
    let others = services.chain(mitid).filter(|it| it != "sts-listen-control");
    line.extend(others.map(|it| format!("--{it}=127.0.0.1:0")));
    let started = tokio::task::spawn_blocking(move || Served::start(PROGRAM, line));
    while tokio::net::TcpStream::connect(control).await.is_err() {
        assert!(!started.is_finished(), "it listens nowhere else");
        tokio::task::yield_now().await;
    }
    served::ready(control).await;
    let shown = get(control, "/__admin/administration").await.json();
    for environment in Environment::ALL {
        assert!(shown["system-users"][name(environment)].is_object(), "{shown}");
        assert!(data.join("kit").join(environment.name()).join("README.txt").exists());
    }
    drop(started.await.unwrap());
}

/// Nobody has to trust anybody anew, and who was registered is.
#[tokio::test]
async fn what_was_registered_and_who_is_trusted_outlives_the_program() {
    let data = data("outlives");
    let served = start(&data, &[]);
    let [before, environment] = [Environment::Production, Environment::IntegrationTest];
    let path = format!("/{environment}/metadata");
    let signers = metadata(served.at("sts-metadata"), &path).await.signing;
    assert_eq!(signers.len(), 2, "the signer and the next");
    let (authority, user) = (tls_authority(&data), system_user(&data, before));
    let system = json!({ "it-system": "one-more", "organisation": "90000001" });
    click(served.at("sts-control"), "create-it-system", system).await;
    let system =
        json!({ "system-user": "b", "it-system": "one-more", "entity-id": "https://b.invalid" });
    click(served.at("sts-control"), "create-system-user", system).await;
    assert_eq!(served.terminate().code, Some(0));

    let again = start(&data, &[]);
    assert_eq!(tls_authority(&data), authority);
    assert_eq!(system_user(&data, before).certificate, user.certificate);
    assert_eq!(metadata(again.at("sts-metadata"), &path).await.signing, signers);
    assert_eq!(system_users(&again).await, ["b", "fagsystem", "fagsystem-test"]);
    for environment in Environment::ALL {
        assert_eq!(client(&again, &data, environment).await.report().await, Ok(()));
    }
    // A reset goes back to when it was first ready: with the system user that was made then.
    assert_eq!(post(again.at("sts-control"), "/__admin/reset", &json!({})).await.status, 200);
    assert_eq!(system_users(&again).await, ["fagsystem", "fagsystem-test"]);
    drop(again);
    let last = start(&data, &[]);
    assert_eq!(system_users(&last).await, ["fagsystem", "fagsystem-test"]);
    assert_eq!(client(&last, &data, before).await.report().await, Ok(()));
}

/// A report, a roll-over and the trust in it are there after a start, and a reset takes them back.
#[tokio::test]
async fn what_smdb_received_and_who_signs_outlives_the_program() {
    let data = data("register");
    let environment = Environment::IntegrationTest;
    let served = start(&data, &["--start-time", "2030-03-01T08:00:00Z"]);
    assert_eq!(client(&served, &data, environment).await.report().await, Ok(()));
    let shown = async |served: &Served, control: &str| {
        let shown = get(served.at(control), "/__admin/signers").await.json();
        shown["environments"][environment.name()].clone()
    };
    let next = shown(&served, "sts-control").await["next"]["pem"].clone();
    let trust = json!({ "environment": environment, "certificate": next });
    let roll_over = json!({ "environment": environment });
    for (control, path, asked) in [
        ("smdb-control", "/__admin/signers/trust", trust),
        ("sts-control", "/__admin/signers/roll-over", roll_over),
    ] {
        let reply = post(served.at(control), path, &asked).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    let both = ["sts-control", "smdb-control"];
    let before = [shown(&served, both[0]).await, shown(&served, both[1]).await];
    assert_eq!(before[0]["next"], Value::Null);
    assert_eq!(served.terminate().code, Some(0));

    let again = start(&data, &["--start-time", "2030-03-01T09:00:00Z"]);
    assert_eq!([shown(&again, both[0]).await, shown(&again, both[1]).await], before);
    assert_eq!(stored(again.at("smdb-control"), environment).await, 1);
    // It pins the next signer, and has a token of it that SMDB takes.
    assert_eq!(client(&again, &data, environment).await.report().await, Ok(()));
    for control in both {
        assert_eq!(post(again.at(control), "/__admin/reset", &json!({})).await.status, 200);
    }
    assert_eq!(stored(again.at("smdb-control"), environment).await, 0);
    assert_ne!(shown(&again, "sts-control").await["next"], Value::Null);
    let ended = again.terminate();
    assert!(!ended.stderr.contains("--start-time"), "{}", ended.stderr);

    // The clock is not kept, and who forgets that is told.
    let ended = start(&data, &[]).terminate();
    let told = "sim-sts: the clock begins at ";
    assert!(ended.stderr.contains(told) && ended.stderr.contains("--start-time 2030-03-01T08:0"));
}

#[tokio::test]
async fn all_have_one_clock() {
    let served = start(&data("clock"), &["--start-time", "2030-03-01T08:00:00Z"]);
    let frozen = post(served.at("smdb-control"), "/__admin/clock/freeze", &json!({})).await.json();
    assert!(frozen["now"].as_str().unwrap().starts_with("2030-03-01T08:"), "{frozen}");
    for control in ["mitid-control", "sts-control"] {
        assert_eq!(get(served.at(control), "/__admin/clock").await.json(), frozen);
    }
}

#[tokio::test]
async fn another_certificate_in_tls_is_not_trusted_before_somebody_does() {
    let data = data("tls");
    let served = start(&data, &[]);
    let mut client = client(&served, &data, Environment::Production).await;
    let renew = async |asked: Value| {
        let reply = post(served.at("sts-control"), "/__admin/tls/renew", &asked).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    };
    renew(json!({})).await;
    assert_eq!(client.report().await, Ok(()));
    renew(json!({ "another-authority": true })).await;
    assert!(client.report().await.unwrap_err().contains("certificate"));
    renew(json!({})).await;
    assert_eq!(client.report().await, Ok(()));
}

#[test]
fn its_kits_and_its_ready_file_are_there_when_it_is_ready() {
    let data = data("kit");
    let ready = data.join("ready.json");
    fs::write(&ready, "of an older run").unwrap();
    let served = start(&data, &["--ready-file", ready.to_str().unwrap()]);
    for environment in Environment::ALL {
        let kit = data.join("kit").join(environment.name());
        let settings = fs::read_to_string(kit.join("client.env")).unwrap();
        let address = served.url(&format!("sts-{environment}"));
        assert!(settings.contains(address), "{address}: {settings}");
    }
    let address = served.url("sts-control").to_owned();
    assert_eq!(served.terminate().code, Some(0));
    // Written after the line on standard output, and before the end: that it was asked to end is later.
    let said: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
    assert_eq!(said["urls"]["sts-control"], address);
}

#[test]
fn a_setting_that_is_none_is_told_with_the_nearest_one() {
    let data = data("settings");
    let ended = run(&data, &["--sts-listen-contol", "127.0.0.1:0"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("--sts-listen-control"), "{ended:?}");
    let file = data.join("settings.toml");
    fs::write(&file, "smdb-listen-producton = \"127.0.0.1:0\"\n").unwrap();
    let ended = run(&data, &["--config", file.to_str().unwrap()]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("is `smdb-listen-production` meant?"), "{ended:?}");
    let help = run(&data, &["--help"]);
    assert_eq!(help.code, Some(0));
    let listed = ["--sts-listen-production", "[SKIFT_SERVE_STS_LISTEN_PRODUCTION]", "Exit codes:"];
    for text in listed {
        assert!(help.stdout.contains(text), "{}", help.stdout);
    }
    let settings =
        help.stdout.split("\n      --").skip(1).filter(|it| it.contains("[SKIFT_SERVE_"));
    let without = settings.filter(|it| !it.contains("[default: "));
    let without: Vec<_> = without.filter_map(|it| it.split_once(' ')).map(|(it, _)| it).collect();
    assert_eq!(without, ["config", "control-token", "ready-file", "start-time"]);
}

#[test]
fn an_address_that_is_taken_is_told_with_its_setting() {
    let data = data("taken");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let own = ["serve", "--data", data.to_str().unwrap(), "--mitid-listen", &address];
    let ended = served::run(PROGRAM, own);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    let expected = format!("cannot listen at {address}: ");
    assert!(
        ended.stderr.contains(&expected) && ended.stderr.contains("(`mitid-listen`)"),
        "{ended:?}"
    );
}
