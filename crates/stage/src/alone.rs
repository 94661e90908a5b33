//! A program of ours that is started before those whom it needs are there.

#![expect(clippy::disallowed_methods, reason = "what a program keeps is looked at from outside")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::{
    http::{Https, get},
    served::{self, Served},
};

/// Nobody listens there: it is no port.
const NOBODY: &str = "http://127.0.0.1:1";
const LISTEN: [&str; 4] =
    ["listen-integration-test", "listen-production", "listen-metadata", "listen-control"];

/// Is held while the keys of tests are made.
static MAKING: Mutex<()> = Mutex::new(());

/// A program that serves each environment in TLS, and needs others first.
#[derive(Debug, Clone, Copy)]
pub struct Alone {
    /// Where the program is.
    pub program: &'static str,
    /// A folder for the data of its tests.
    pub folder: &'static str,
    /// The settings that say where the others are.
    pub others: [&'static str; 3],
    /// The path of its services.
    pub path: &'static str,
    /// How what they are sent is called.
    pub content_type: &'static str,
    /// The host of the real service of production.
    pub host: &'static str,
}

impl Alone {
    fn start(&self, data: &Path) -> Served {
        let free = LISTEN.map(|it| format!("--{it}=127.0.0.1:0"));
        let nobody = self.others.map(|it| format!("--{it}={NOBODY}"));
        let own = ["--data".to_owned(), data.to_str().expect("a path in UTF-8").to_owned()];
        Served::start(self.program, own.into_iter().chain(free).chain(nobody))
    }

    /// An empty folder but for the program's keys, which are made once and kept between runs.
    fn data(&self, test: &str) -> PathBuf {
        let folder = Path::new(self.folder);
        let keys = folder.join("program-keys");
        // Tests run beside one another, and a folder is one program's at a time.
        let made = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(self.start(&keys).terminate().code, Some(0));
        drop(made);
        served::data(folder.join("program").join(test), &keys)
    }

    /// It says what it waits for, asks whoever comes to its services to come back, and ends well.
    ///
    /// # Panics
    ///
    /// If it does not.
    pub async fn check_waits(&self) {
        let data = self.data("waits");
        let program = self.start(&data);
        // Not as soon as it listens, perhaps: it has to ask first.
        let waits_for = loop {
            let reply = get(program.at("control"), "/ready").await;
            assert_eq!(reply.status, 503, "{}", reply.text);
            let standing = reply.json();
            assert_eq!(standing["status"], "starting");
            let waits_for = standing["waits-for"].as_str().expect("it waits").to_owned();
            if waits_for != "its own start" {
                break waits_for;
            }
        };
        let root = format!("{NOBODY}/integration-test/oces/root/cacert/root.cer gives nothing: ");
        assert!(waits_for.starts_with(&root), "{waits_for}");
        assert_eq!(get(program.at("control"), "/health").await.status, 200);
        assert_eq!(get(program.at("metadata"), "/production/metadata").await.status, 503);

        let authority = fs::read_to_string(data.join("tls/authority.pem")).expect("it is made");
        let (https, at) = (Https::trusting(&authority), program.at("production"));
        for host in ["localhost", self.host] {
            let reply = https.post(at, host, self.path, self.content_type, b"<no").await;
            let reply = reply.expect("it answers");
            let told = (reply.status, reply.header("retry-after"));
            assert_eq!(told, (503, Some("1")), "{}", reply.text);
        }
        let ended = program.terminate();
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
    }

    /// The address of another program is plain HTTP and nothing but a host and a port.
    ///
    /// # Panics
    ///
    /// If it takes another, or does not say what is wrong.
    pub fn check_settings(&self) {
        let data = self.data("settings");
        let [first, .., last] = self.others;
        for (wrong, expected) in [
            (
                format!("--{first}=https://localhost:8100"),
                format!("sets `{first}` to something that it cannot be"),
            ),
            (format!("--{last}=localhost:8110"), "write it as `http://host:port`".to_owned()),
            ("--mitid-controll=http://a".to_owned(), "--mitid-control".to_owned()),
        ] {
            let data = data.to_str().expect("a path in UTF-8");
            let ended = served::run(self.program, ["--data", data, &wrong]);
            assert_eq!(ended.code, Some(2), "{ended:?}");
            assert!(ended.stderr.contains(&expected), "{ended:?}");
        }
        assert_eq!(served::run(self.program, ["--help"]).code, Some(0));
    }
}
