//! The program `sim-mitid`, started as its users start it: what it says, what it keeps, how it ends.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::{Value, json};
use stage::{
    http::{get, post},
    served::{self, Ended, Served},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_sim-mitid");
const ADMINISTRATION: &str = "/__admin/administration";
const ROOT: &str = "/integration-test/oces/root/cacert/root.cer";

/// Where the keys of the tests are, made once and kept between runs.
static KEYS: LazyLock<PathBuf> = LazyLock::new(|| {
    let keys = PathBuf::from(concat!(env!("CARGO_TARGET_TMPDIR"), "/program-keys"));
    let ended = start(&keys, &[]).terminate();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    keys
});

fn data(test: &str) -> PathBuf {
    served::data(Path::new(env!("CARGO_TARGET_TMPDIR")).join("program").join(test), &KEYS)
}

fn arguments(data: &Path, more: &[&str]) -> Vec<String> {
    let data = data.to_str().unwrap();
    let own = ["--data", data, "--listen", "127.0.0.1:0", "--listen-control", "127.0.0.1:0"];
    own.iter().chain(more).map(|it| (*it).to_owned()).collect()
}

fn start(data: &Path, more: &[&str]) -> Served {
    Served::start(PROGRAM, arguments(data, more))
}

fn run(data: &Path, more: &[&str]) -> Ended {
    served::run(PROGRAM, arguments(data, more))
}

/// Has an organisation connected, which is the least that is remembered.
async fn connect(served: &Served, cvr: &str) {
    let asked = json!({ "environment": "production", "cvr": cvr, "name": "Testkommunen" });
    let reply = post(served.at("control"), ADMINISTRATION, &json!({ "connect": asked })).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

/// The organisations that are connected, by CVR number.
async fn connected(served: &Served) -> Vec<Value> {
    let shown = get(served.at("control"), ADMINISTRATION).await.json();
    let organisations = shown["organisations"].as_array().unwrap();
    organisations.iter().map(|it| it["cvr"].clone()).collect()
}

#[tokio::test]
async fn what_was_registered_and_who_is_trusted_outlives_the_program() {
    let data = data("outlives");
    let ready = data.join("ready.json");
    std::fs::create_dir_all(&data).unwrap();
    let served = start(&data, &["--ready-file", ready.to_str().unwrap()]);
    let root = get(served.at("publication"), ROOT).await;
    assert_eq!(root.status, 200);
    served::ready(served.at("control")).await;
    connect(&served, "90000001").await;
    let ended = served.terminate();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);

    let said: Value = serde_json::from_slice(&std::fs::read(&ready).unwrap()).unwrap();
    assert_eq!(said["program"], "sim-mitid");
    let again = start(&data, &[]);
    assert_eq!(get(again.at("publication"), ROOT).await.body, root.body);
    assert_eq!(connected(&again).await, ["90000001"]);
    connect(&again, "90000002").await;
    assert_eq!(post(again.at("control"), "/__admin/reset", &json!({})).await.status, 200);
    assert_eq!(connected(&again).await, Vec::<Value>::new());
    connect(&again, "90000003").await;
    drop(again);

    // Killed, and not told to stop: what was answered is there all the same.
    let last = start(&data, &[]);
    assert_eq!(connected(&last).await, ["90000003"]);
}

/// What cannot be kept has not happened: neither now nor for the next start.
#[cfg(unix)]
#[tokio::test]
async fn what_cannot_be_kept_is_not_done() {
    let data = data("full");
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
    let line = ["-c", script, "sh", PROGRAM].map(str::to_owned);
    let served = Served::start("sh", line.into_iter().chain(arguments(&data, &[])));
    served::ready(served.at("control")).await;
    let mut done = Vec::new();
    let refused = loop {
        assert!(done.len() < 1_000, "no file is longer than a few thousand octets");
        let cvr = (90_000_000 + done.len()).to_string();
        let asked = json!({ "environment": "production", "cvr": cvr, "name": "Testkommunen" });
        let reply = post(served.at("control"), ADMINISTRATION, &json!({ "connect": asked })).await;
        if reply.status != 200 {
            break reply;
        }
        done.push(json!(cvr));
    };
    assert_eq!(refused.status, 507, "{}", refused.text);
    assert!(refused.text.contains("it is not done"), "{}", refused.text);
    let trace = refused.header("x-skift-trace").unwrap();
    let truth = get(served.at("control"), &format!("/__admin/diagnoses/{trace}")).await.json();
    let finding = &truth["findings"][0];
    assert_eq!([&truth["request"]["outcome"], &finding["cause"]], ["not-kept"; 2]);
    assert_eq!(finding["who"], "operator");
    assert_ne!(finding["what-to-do"]["en"], finding["what-to-do"]["da"]);
    assert_eq!(connected(&served).await, done);
    drop(served);
    let again = start(&data, &[]);
    assert_eq!(connected(&again).await, done);
    connect(&again, "99999999").await;
}

#[tokio::test]
async fn a_reset_that_cannot_be_kept_changes_nothing_in_memory_and_on_disk() {
    let data = data("reset");
    let served = start(&data, &[]);
    served::ready(served.at("control")).await;
    connect(&served, "90000001").await;
    // What is to be forgotten cannot be put aside there.
    let aside = data.join("sim-mitid/facts-before-reset.jsonl");
    std::fs::create_dir_all(aside.join("a")).unwrap();
    let refused = post(served.at("control"), "/__admin/reset", &json!({})).await;
    assert_eq!(refused.status, 507, "{}", refused.text);
    assert_eq!(connected(&served).await, ["90000001"]);
    connect(&served, "90000002").await;
    drop(served);
    std::fs::remove_dir_all(aside).unwrap();
    assert_eq!(connected(&start(&data, &[])).await, ["90000001", "90000002"]);
}

#[tokio::test]
async fn the_clock_begins_where_it_is_told_to() {
    let served = start(&data("clock"), &["--start-time", "2030-03-01T08:00:00Z"]);
    let clock = get(served.at("control"), "/__admin/clock").await.json();
    assert!(clock["now"].as_str().unwrap().starts_with("2030-03-01T08:"), "{clock}");
    // The authorities are founded in that time.
    let list = get(served.at("publication"), "/production/oces/root/crl/root.crl").await;
    assert_eq!(list.status, 200);
}

#[test]
fn a_setting_that_is_none_is_told_with_the_nearest_one() {
    let data = data("settings");
    let file = data.join("settings.toml");
    std::fs::write(&file, "listne = \"127.0.0.1:0\"\n").unwrap();
    let ended = run(&data, &["--config", file.to_str().unwrap()]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("sets `listne`, which is no setting; is `listen` meant?"),
        "{ended:?}"
    );
    let ended = run(&data, &["--start-time", "tomorrow"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("sets `start-time` to something that it cannot be: `tomorrow`"),
        "{ended:?}"
    );
    let ended = run(&data, &["--host", "http://localhost"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("sets `host`") && ended.stderr.contains("a host alone"),
        "{ended:?}"
    );
    // A token is a secret, also one that is too short.
    let ended = run(&data, &["--control-token", "correct horse"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("sets `control-token`") && !ended.stderr.contains("horse"),
        "{ended:?}"
    );
    // Nor is anybody let in who could do anything.
    let open = ["--listen", "127.0.0.1:0", "--listen-control", "0.0.0.0:0"];
    let ended = served::run(PROGRAM, ["--data", data.to_str().unwrap()].iter().chain(&open));
    assert_eq!(ended.code, Some(2));
    let said = ["set a token for it", "(`listen-control`)"];
    assert!(said.iter().all(|it| ended.stderr.contains(it)), "{ended:?}");
    let help = run(&data, &["--help"]);
    assert_eq!(help.code, Some(0));
    for line in ["--listen-control", "[SKIFT_MITID_LISTEN_CONTROL]", "--data", "--ready-file"] {
        assert!(help.stdout.contains(line), "{}", help.stdout);
    }
}

#[tokio::test]
async fn what_it_cannot_have_is_said_with_what_to_do() {
    let data = data("taken");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let check = |more: &[&str], expected: &[&str]| {
        let own = ["--data", data.to_str().unwrap()];
        let ended = served::run(PROGRAM, own.iter().chain(more));
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
        for text in expected {
            assert!(ended.stderr.contains(text), "{text}: {ended:?}");
        }
    };
    let (listen, control) = ("--listen", "--listen-control");
    let expected = format!("cannot listen at {address}: ");
    check(&[listen, &address], &[&expected, "set another address (`listen`)"]);
    let expected = ["set another address (`listen-control`)"];
    check(&[listen, "127.0.0.1:0", control, &address], &expected);

    let ready = data.join("ready.json");
    let with_file = ["--ready-file", ready.to_str().unwrap()];
    let served = start(&data, &with_file);
    let ended = run(&data, &with_file);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("is in use by another program"), "{ended:?}");
    served::ready(served.at("control")).await;
    assert_eq!(served.terminate().code, Some(0));
    // Whoever was turned away has left the file of the one that was there.
    assert!(ready.exists());
}
