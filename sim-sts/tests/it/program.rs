//! The program `sim-sts`, started before anybody else is there: it says where it is and what it waits for.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use stage::{
    http::{Https, get},
    served::{self, Served},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_sim-sts");
const LISTEN: [&str; 4] =
    ["listen-integration-test", "listen-production", "listen-metadata", "listen-control"];
/// Nobody listens there: it is no port.
const NOBODY: &str = "http://127.0.0.1:1";

/// Where the keys of the tests are, made once and kept between runs.
static KEYS: LazyLock<PathBuf> = LazyLock::new(|| {
    let keys = PathBuf::from(concat!(env!("CARGO_TARGET_TMPDIR"), "/program-keys"));
    assert_eq!(start(&keys).terminate().code, Some(0));
    keys
});

fn data(test: &str) -> PathBuf {
    served::data(Path::new(env!("CARGO_TARGET_TMPDIR")).join("program").join(test), &KEYS)
}

fn start(data: &Path) -> Served {
    let free = LISTEN.map(|it| format!("--{it}=127.0.0.1:0"));
    let nobody = ["mitid", "mitid-control", "smdb"].map(|it| format!("--{it}={NOBODY}"));
    let own = ["--data".to_owned(), data.to_str().unwrap().to_owned()];
    Served::start(PROGRAM, own.into_iter().chain(free).chain(nobody))
}

#[tokio::test]
async fn it_says_what_it_waits_for_and_gives_no_tokens_meanwhile() {
    let data = data("waits");
    let program = start(&data);
    // Not as soon as it listens, perhaps: it has to ask first.
    let waits_for = loop {
        let reply = get(program.at("control"), "/ready").await;
        assert_eq!(reply.status, 503, "{}", reply.text);
        let standing = reply.json();
        assert_eq!(standing["status"], "starting");
        let waits_for = standing["waits-for"].as_str().unwrap().to_owned();
        if waits_for != "its own start" {
            break waits_for;
        }
    };
    let root = format!("{NOBODY}/integration-test/oces/root/cacert/root.cer gives nothing: ");
    assert!(waits_for.starts_with(&root), "{waits_for}");
    assert_eq!(get(program.at("control"), "/health").await.status, 200);
    assert_eq!(get(program.at("metadata"), "/production/metadata").await.status, 503);

    let authority = std::fs::read_to_string(data.join("tls/authority.pem")).unwrap();
    let https = Https::trusting(&authority);
    let (at, kind) = (program.at("production"), "text/xml; charset=utf-8");
    for host in ["localhost", "SecureTokenService.nemlog-in.dk"] {
        let reply = https.post(at, host, "/SecurityTokenService.svc", kind, b"<no").await.unwrap();
        assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")), "{}", reply.text);
    }
    let ended = program.terminate();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
}

#[test]
fn an_address_of_another_program_is_plain_and_bare() {
    let data = data("settings");
    for (wrong, expected) in [
        ("--mitid=https://localhost:8100", "sets `mitid` to something that it cannot be"),
        ("--smdb=localhost:8120", "write it as `http://host:port`"),
        ("--mitid-controll=http://a", "--mitid-control"),
    ] {
        let ended = served::run(PROGRAM, ["--data", data.to_str().unwrap(), wrong]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(expected), "{ended:?}");
    }
    assert_eq!(served::run(PROGRAM, ["--help"]).code, Some(0));
}
