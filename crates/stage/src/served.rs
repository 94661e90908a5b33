//! A program of ours, started as its users start it.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
};

use serde_json::Value;

use crate::{http::get, machine};

/// A program that serves, from its first line on standard output. It is killed when this goes.
#[derive(Debug)]
pub struct Served {
    child: Child,
    stdout: BufReader<ChildStdout>,
    urls: Value,
}

/// What a program said and how it ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it said on standard output, but for what was read before.
    pub stdout: String,
    /// What it said on standard error.
    pub stderr: String,
}

/// The program with these arguments, and nothing in its environment that would set it.
fn command<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SKIFT_"))
    {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a program until it ends by itself.
///
/// # Panics
///
/// If it cannot be started.
pub fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Ended {
    let output = command(program, arguments).output().expect("the program is built");
    let text = |octets: Vec<u8>| String::from_utf8_lossy(&octets).into_owned();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Served {
    /// Starts it, and waits until it says where it is.
    ///
    /// # Panics
    ///
    /// If it ends before.
    #[track_caller]
    pub fn start<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Self {
        let mut child = command(program, arguments).spawn().expect("the program is built");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        let read = stdout.read_line(&mut line);
        let Ok(said) = serde_json::from_str::<Value>(&line) else {
            let mut stderr = String::new();
            let _ = child.stderr.take().expect("it is piped").read_to_string(&mut stderr);
            panic!("{program} said {line:?} ({read:?}) and ended: {stderr}");
        };
        Self { child, stdout, urls: said["urls"].clone() }
    }

    /// Where one of its services is.
    ///
    /// # Panics
    ///
    /// If it said nothing of it.
    #[must_use]
    #[track_caller]
    pub fn url(&self, name: &str) -> &str {
        self.urls[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {}", self.urls))
    }

    /// The address of one of its services, on loopback.
    ///
    /// # Panics
    ///
    /// If it said nothing of it.
    #[must_use]
    #[track_caller]
    pub fn at(&self, name: &str) -> SocketAddr {
        let port = self.url(name).split('/').nth(2).and_then(|it| it.rsplit_once(':'));
        let port = port.and_then(|(_, port)| port.parse().ok()).expect("an address has a port");
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    /// The most memory that it ever had in use, in octets; none where the machine does not tell it as Linux
    /// does.
    #[must_use]
    pub fn memory_at_most(&self) -> Option<u64> {
        machine::memory_at_most_of(self.child.id())
    }

    /// Tells it to stop, as a service manager does, and waits until it has.
    ///
    /// # Panics
    ///
    /// If it cannot be told.
    #[must_use]
    pub fn terminate(mut self) -> Ended {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.is_ok_and(|status: ExitStatus| status.success()), "it runs");
        let (mut stdout, mut stderr) = (String::new(), String::new());
        let _ = self.stdout.read_to_string(&mut stdout);
        let _ = self.child.stderr.take().expect("it is piped").read_to_string(&mut stderr);
        let status = self.child.wait().expect("it was started here");
        Ended { code: status.code(), stdout, stderr }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until a program can be asked, as its control port says. What is done before may be of its
/// founding, which is where a reset goes back to.
///
/// # Panics
///
/// If it says that it cannot be asked, and what it waits for.
pub async fn ready(control: SocketAddr) {
    let reply = get(control, "/ready?wait=120").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

/// An empty folder for the data of a test's programs, but for the keys of programs that lie in `keys`, a
/// folder for each: they take seconds to make.
///
/// # Panics
///
/// If it cannot be made.
#[must_use]
pub fn data(folder: impl Into<PathBuf>, keys: &Path) -> PathBuf {
    let folder = folder.into();
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for a test");
    let entries = |path: &Path| fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    for program in entries(keys) {
        let to = folder.join(program.file_name());
        let is_key = |path: &Path| path.extension().is_some_and(|it| it == "pk8");
        for key in entries(&program.path()).filter(|it| is_key(&it.path())) {
            fs::create_dir_all(&to).expect("a folder for a program");
            fs::copy(key.path(), to.join(key.file_name())).expect("a key can be copied");
        }
    }
    folder
}
