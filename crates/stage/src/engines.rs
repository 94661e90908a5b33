//! Programs of others, asked for a second opinion: found, started once, asked in lines; and the
//! files they are handed.
//!
//! A program that is missing skips the test that asks for it, by name; where `CI` is set it fails
//! it.
#![expect(
    clippy::disallowed_methods,
    reason = "other programs are handed files; tests alone use it"
)]

use std::{
    cell::RefCell,
    env, fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use oio_idws::uris::{LIBERTY_SB, LIBERTY_SB_2006, WSA};
use xml_security::uris;

use crate::programs;

/// An engine behind standard input and output: a line asked, a line answered.
#[derive(Debug)]
pub struct Engine {
    // Its standard input closes with this process, and the engine ends at the end of its input.
    _child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Engine {
    fn start(program: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        let questions = child.stdin.take().expect("standard input is piped");
        let answers = BufReader::new(child.stdout.take().expect("standard output is piped"));
        Self { _child: child, questions, answers }
    }

    /// Asks: a command and its arguments.
    ///
    /// # Errors
    ///
    /// The reason for which the engine refuses.
    ///
    /// # Panics
    ///
    /// If the engine has ended.
    pub fn ask(&mut self, words: &[&str]) -> Result<String, String> {
        writeln!(self.questions, "{}", words.join("\t")).expect("the engine listens");
        self.questions.flush().expect("the engine listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the engine answers in UTF-8");
        match line.trim_end_matches('\n').split_once('\t') {
            Some(("ok", found)) => Ok(found.to_owned()),
            Some(("no", reason)) => Err(reason.to_owned()),
            _ => panic!("the engine ended, or said `{line}`"),
        }
    }
}

/// WSS4J and Santuario, or nothing where they are not installed: `engines/Apache.java` says what
/// they can be asked.
///
/// # Panics
///
/// If they are not installed and `CI` is set.
pub fn apache(test: &str) -> Option<MutexGuard<'static, Engine>> {
    static ENGINE: OnceLock<Option<Mutex<Engine>>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| {
        let Wss4j { java, jars } = Wss4j::find()?;
        let source = driver("Apache.java");
        Some(Mutex::new(Engine::start(
            &java,
            &["-XX:TieredStopAtLevel=1", "-cp", &jars, text(&source)],
        )))
    });
    lock(engine.as_ref(), test, Wss4j::PACKAGES)
}

/// Java with WSS4J beside it, for programs that are run once.
#[derive(Debug)]
pub struct Wss4j {
    java: PathBuf,
    jars: String,
}

/// Java with WSS4J beside it, or nothing where they are not installed.
///
/// # Panics
///
/// If they are not installed and `CI` is set.
#[must_use]
pub fn wss4j(test: &str) -> Option<Wss4j> {
    let found = Wss4j::find();
    if found.is_none() {
        skip(test, Wss4j::PACKAGES);
    }
    found
}

impl Wss4j {
    const PACKAGES: &str = "WSS4J (libwss4j-java, java)";
    const JARS: [&str; 6] =
        ["wss4j", "xmlsec", "commons-logging", "commons-codec", "slf4j-api", "slf4j-nop"];

    fn find() -> Option<Self> {
        let jars = Self::JARS.map(|jar| format!("/usr/share/java/{jar}.jar"));
        let java = program("java")?;
        jars.iter().all(|jar| Path::new(jar).exists()).then(|| Self { java, jars: jars.join(":") })
    }

    /// Runs a program of one file until it ends.
    ///
    /// # Panics
    ///
    /// If Java cannot be started.
    #[must_use]
    pub fn run(&self, source: &Path, arguments: &[&str]) -> programs::Answer {
        let own = ["-XX:TieredStopAtLevel=1", "-cp", &self.jars, text(source)];
        programs::run(text(&self.java), own.iter().chain(arguments), "")
    }
}

/// signxml, lxml and zeep, or nothing where they are not installed: `engines/engine.py` says what they can
/// be asked. The interpreter is `SKIFT_PYTHON`, or else `python3`.
///
/// # Panics
///
/// If they are not installed and `CI` is set.
pub fn python(test: &str) -> Option<MutexGuard<'static, Engine>> {
    static ENGINE: OnceLock<Option<Mutex<Engine>>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| {
        let python = python_with("signxml, zeep")?;
        let source = driver("engine.py");
        Some(Mutex::new(Engine::start(&python, &[text(&source)])))
    });
    lock(engine.as_ref(), test, "signxml and zeep (.ci/requirements.txt)")
}

/// What `openapi-spec-validator` says of the description of a service in a file, if it is installed.
///
/// # Panics
///
/// If it is not installed and `CI` is set.
pub fn judge_openapi(test: &str, file: &str) -> Option<programs::Answer> {
    let Some(python) = python_with("openapi_spec_validator") else {
        skip(test, "openapi-spec-validator (.ci/requirements.txt)");
        return None;
    };
    Some(programs::run(text(&python), ["-m", "openapi_spec_validator", file], ""))
}

/// The interpreter (`SKIFT_PYTHON`, or else `python3`), if it has these packages.
fn python_with(packages: &str) -> Option<PathBuf> {
    let python = match env::var_os("SKIFT_PYTHON") {
        Some(path) => PathBuf::from(path),
        None => program("python3")?,
    };
    let has_packages = Command::new(&python)
        .args(["-c", &format!("import {packages}")])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    has_packages.then_some(python)
}

fn lock(
    engine: Option<&'static Mutex<Engine>>,
    test: &str,
    name: &str,
) -> Option<MutexGuard<'static, Engine>> {
    match engine {
        // A test that failed between two questions leaves the engine ready for the next.
        Some(engine) => Some(engine.lock().unwrap_or_else(PoisonError::into_inner)),
        None => {
            skip(test, name);
            None
        }
    }
}

/// `xmlsec1`, a process for each question.
#[derive(Debug)]
pub struct Xmlsec(PathBuf);

/// `xmlsec1`, or nothing where it is not installed.
///
/// # Panics
///
/// If it is not installed and `CI` is set.
#[must_use]
pub fn xmlsec(test: &str) -> Option<Xmlsec> {
    let found = program("xmlsec1").map(Xmlsec);
    if found.is_none() {
        skip(test, "xmlsec1");
    }
    found
}

impl Xmlsec {
    /// Runs it with arguments, and gives what it wrote to standard output.
    ///
    /// # Errors
    ///
    /// What it complains of.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = Command::new(&self.0).args(arguments).output().expect("xmlsec1 starts");
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Verifies the first signature in a file, by the certificate in another one and not by its own
    /// `KeyInfo`.
    ///
    /// # Errors
    ///
    /// What it complains of.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    pub fn verify(&self, certificate: &str, file: &str) -> Result<(), String> {
        let ids = ids();
        let mut arguments = vec!["--verify", "--pubkey-cert-pem", certificate];
        arguments.extend(["--enabled-key-data", "rsa"]);
        arguments.extend(ids.iter().map(String::as_str));
        arguments.push(file);
        self.run(&arguments).map(drop)
    }
}

/// Arguments that tell `xmlsec1` which elements have ids, and by which attribute: it asks no schema.
#[must_use]
pub fn ids() -> Vec<String> {
    let mut arguments = vec!["--id-attr:ID".to_owned(), format!("{}:Assertion", uris::SAML)];
    for (namespace, name) in [
        (uris::SOAP_1_1, "Body"),
        (uris::SOAP_1_2, "Body"),
        (WSA, "Action"),
        (WSA, "MessageID"),
        (WSA, "To"),
        (WSA, "RelatesTo"),
        (LIBERTY_SB, "Framework"),
        (LIBERTY_SB_2006, "Framework"),
        (uris::WSU, "Timestamp"),
        (uris::WSSE, "BinarySecurityToken"),
    ] {
        arguments.extend(["--id-attr:Id".to_owned(), format!("{namespace}:{name}")]);
    }
    arguments
}

/// A message without the `KeyInfo` of its signature, in either layout. WSS4J looks for a key that an
/// assertion names with OpenSAML, which Debian does not have for Java; no signature covers the element.
///
/// # Panics
///
/// If it has none.
#[must_use]
pub fn without_key_info(message: &str) -> String {
    let p = if message.contains("<ds:Signature ") { "ds:" } else { "" };
    let parts = message.split_once(&format!("</{p}SignatureValue><{p}KeyInfo>"));
    let (before, rest) = parts.expect("a signature with a KeyInfo");
    let parts = rest.split_once(&format!("</{p}KeyInfo></{p}Signature>"));
    let (_, after) = parts.expect("a KeyInfo is the last of a signature");
    format!("{before}</{p}SignatureValue></{p}Signature>{after}")
}

/// Says that a test is skipped; fails it where `CI` is set.
fn skip(test: &str, program: &str) {
    assert!(env::var_os("CI").is_none(), "{test}: {program} is not installed, and CI is set");
    // Past the test runner, which would keep it to itself.
    let line = format!("SKIPPED {test}: {program} is not installed\n");
    io::stderr().write_all(line.as_bytes()).expect("standard error takes a line");
}

fn program(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// A driver that speaks for an engine.
fn driver(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("engines").join(name)
}

/// A folder for one test's files, empty. Keys in it are taken away in the end.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    keys: RefCell<Vec<PathBuf>>,
}

impl Scratch {
    /// For the test of that name, below the folder for temporary files of its crate
    /// (`CARGO_TARGET_TMPDIR`).
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    #[must_use]
    pub fn new(temporary: &str, test: &str) -> Self {
        let folder = Path::new(temporary).join("foreign").join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the folder for temporary files is writable");
        Self { folder, keys: RefCell::default() }
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &str {
        text(&self.folder)
    }

    /// The path of a file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        text(&self.folder.join(name)).to_owned()
    }

    /// Writes a file and says where.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.file(name);
        fs::write(&path, content).expect("the folder is writable");
        path
    }

    /// Writes a private key, for its owner alone and for the life of this folder's value, and says
    /// where.
    ///
    /// # Panics
    ///
    /// If it cannot be written, or is there already.
    pub fn write_key(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.join(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        self.keys.borrow_mut().push(path.clone());
        let mut file = options.open(&path).expect("the folder is writable and empty");
        file.write_all(content.as_ref()).expect("the folder is writable");
        text(&path).to_owned()
    }

    /// Reads a file.
    ///
    /// # Panics
    ///
    /// If no engine wrote it, or not in UTF-8.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).expect("an engine wrote it, in UTF-8")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for key in self.keys.borrow().iter() {
            let _ = fs::remove_file(key);
        }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the paths of this project are UTF-8")
}
