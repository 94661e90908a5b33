//! The programs: found, started once, asked in lines; and the files they are handed.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

/// An engine behind standard input and output: a line asked, a line answered.
pub(crate) struct Engine {
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

    /// Asks: a command and its arguments. An engine's refusal is an `Err` with its reason.
    pub(crate) fn ask(&mut self, words: &[&str]) -> Result<String, String> {
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

/// WSS4J and Santuario, or nothing where they are not installed.
pub(crate) fn apache(test: &str) -> Option<MutexGuard<'static, Engine>> {
    static ENGINE: OnceLock<Option<Mutex<Engine>>> = OnceLock::new();
    const JARS: [&str; 6] =
        ["wss4j", "xmlsec", "commons-logging", "commons-codec", "slf4j-api", "slf4j-nop"];
    let engine = ENGINE.get_or_init(|| {
        let jars = JARS.map(|jar| format!("/usr/share/java/{jar}.jar"));
        if !jars.iter().all(|jar| Path::new(jar).exists()) {
            return None;
        }
        let java = program("java")?;
        let source = folder("tests/foreign/java/Apache.java");
        Some(Mutex::new(Engine::start(
            &java,
            &["-XX:TieredStopAtLevel=1", "-cp", &jars.join(":"), text(&source)],
        )))
    });
    lock(engine.as_ref(), test, "WSS4J (libwss4j-java, java)")
}

/// signxml and lxml, or nothing where they are not installed. The interpreter is `SKIFT_PYTHON`, or
/// else `python3`.
pub(crate) fn python(test: &str) -> Option<MutexGuard<'static, Engine>> {
    static ENGINE: OnceLock<Option<Mutex<Engine>>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| {
        let python = match env::var_os("SKIFT_PYTHON") {
            Some(path) => PathBuf::from(path),
            None => program("python3")?,
        };
        let has_packages = Command::new(&python)
            .args(["-c", "import signxml"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        let source = folder("tests/foreign/python/engine.py");
        has_packages.then(|| Mutex::new(Engine::start(&python, &[text(&source)])))
    });
    lock(engine.as_ref(), test, "signxml (.ci/requirements.txt)")
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

/// `xmlsec1` with arguments: what it wrote to standard output, or its complaint.
pub(crate) struct Xmlsec(PathBuf);

/// `xmlsec1`, or nothing where it is not installed.
pub(crate) fn xmlsec(test: &str) -> Option<Xmlsec> {
    let found = program("xmlsec1").map(Xmlsec);
    if found.is_none() {
        skip(test, "xmlsec1");
    }
    found
}

impl Xmlsec {
    /// Runs it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = Command::new(&self.0).args(arguments).output().expect("xmlsec1 starts");
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
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

/// A path inside this crate.
pub(crate) fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder for one test's files, empty.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// For the test of that name.
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign").join(test);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the folder for temporary files is writable");
        Self(path)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &str {
        text(&self.0)
    }

    /// The path of a file in it.
    pub(crate) fn file(&self, name: &str) -> String {
        text(&self.0.join(name)).to_owned()
    }

    /// Writes a file and says where.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.file(name);
        fs::write(&path, content).expect("the folder is writable");
        path
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).expect("an engine wrote it, in UTF-8")
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the paths of this project are UTF-8")
}
