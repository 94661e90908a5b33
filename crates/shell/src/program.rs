//! What every program that serves does alike: it reads its settings, brings its services up, says where
//! they are, and stops when it is told to.

mod common;
mod host;
mod per_environment;
mod running;
mod site;
mod waiting;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::{self, Write},
    path::Path,
    pin::pin,
    process::ExitCode,
};

use clap::Command;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use tokio::runtime::{self, Runtime};

pub use self::{
    common::{Common, StartTime, from_here},
    host::{Host, MalformedHost},
    per_environment::PerEnvironment,
    running::Running,
    site::{Instruments, Site},
    waiting::{Missing, Waiting},
};
use crate::{
    BindError, FactLogError, Readers, TlsAuthorityError,
    control::ControlError,
    settings::{SettingsError, settings},
    write_whole,
};

/// A program that serves.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// What it is called.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What variables of the environment that set it begin with.
    pub prefix: &'static str,
}

/// Why a program does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else has an address.
    #[error(
        "{source}; stop who listens there, or set another address (`{setting}`), with port 0 for any that is free"
    )]
    Listen {
        /// The setting that names it.
        setting: String,
        /// Which one, and what the machine says.
        source: BindError,
    },
    /// The control port would be open to everybody as it is set.
    #[error("{why} (`{setting}`)")]
    Setting {
        /// The setting that names where it listens.
        setting: String,
        /// What is wrong with it.
        why: ControlError,
    },
    /// What is kept cannot be read or written.
    #[error(transparent)]
    Keep(#[from] io::Error),
    /// What was registered cannot be read.
    #[error(transparent)]
    Facts(#[from] FactLogError),
    /// No certificate for TLS can be made.
    #[error(transparent)]
    Tls(#[from] TlsAuthorityError),
    /// What is kept does not belong together, or what is set cannot be used.
    #[error("{0}")]
    Unusable(String),
}

impl StartError {
    /// The same of one of several programs, whose settings begin with its name.
    #[must_use]
    pub fn within(self, program: &str) -> Self {
        match self {
            Self::Listen { setting, source } => {
                Self::Listen { setting: format!("{program}-{setting}"), source }
            }
            Self::Setting { setting, why } => {
                Self::Setting { setting: format!("{program}-{setting}"), why }
            }
            other => other,
        }
    }

    /// The exit code of a program that does not start for it.
    const fn exit_code(&self) -> u8 {
        match self {
            Self::Setting { .. } => MISTAKEN,
            _ => FAILED,
        }
    }
}

/// What `--help` of a program ends with.
pub const EXIT_CODES: &str = "\
Exit codes:
  0   it was told to stop, and has
  1   it cannot serve: an address is taken, what it keeps cannot be read or written or does not belong
      together; or a part of it has come to an end, which is a fault of the program
  2   a setting has a mistake, also one that would let everybody ask the control port";

/// The exit code of a program that does not start.
const FAILED: u8 = 1;
/// The exit code of a program whose settings have a mistake.
const MISTAKEN: u8 = 2;

/// Reads the settings of `program`, brings it up, says where it is, and waits until it is told to stop.
/// `start` has what it listens at when it returns, and what it still needs is brought by the tasks of
/// [`Running`].
///
/// `line` begins with the name by which the program was called, and `help` is what `--help` ends with.
pub fn main<S: DeserializeOwned + JsonSchema + AsRef<Common>>(
    program: &Program,
    help: &str,
    line: impl IntoIterator<Item = OsString>,
    start: impl AsyncFnOnce(&S) -> Result<Running, StartError>,
) -> ExitCode {
    let command = Command::new(program.name).version(program.version).about(program.about);
    let command = command.after_help(help.to_owned());
    let set: S = match settings(command, line, std::env::vars_os(), program.prefix) {
        Ok(set) => set,
        Err(SettingsError::CommandLine(error)) => error.exit(),
        Err(error) => {
            tell(format!("{}: {error}", program.name));
            return ExitCode::from(MISTAKEN);
        }
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return failed(program, &StartError::Keep(error)),
    };
    let ended = runtime.block_on(run(program, set.as_ref(), start(&set)));
    // Keys that are being made are of no use to anybody any more.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(program, &error),
    }
}

/// Each processor has a thread that serves sockets, and all but one of them may answer a message that they
/// received: nearly all that it costs is cryptography, and to hand it over would wake another thread for
/// nothing. What else there is to do is done [`apart`](crate::apart), which says by how many at once.
fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_multi_thread().enable_all().build()
}

fn failed(program: &Program, error: &StartError) -> ExitCode {
    tell(format!("{}: {error}", program.name));
    ExitCode::from(error.exit_code())
}

async fn run(
    program: &Program,
    common: &Common,
    start: impl Future<Output = Result<Running, StartError>>,
) -> Result<(), StartError> {
    // Asked for before anybody knows that there is something to stop.
    let mut told_to_stop = pin!(told_to_stop()?);
    common.look_for_ready_file()?;
    let running = tokio::select! {
        () = &mut told_to_stop => return Ok(()),
        started = start => started?,
    };
    let Program { name, version, .. } = *program;
    let urls = running.urls().clone();
    let announcement = Announcement { program: name, version, urls };
    announcement.say(&mut io::stdout())?;
    let become_ready = async {
        running.founded().await?;
        match &common.ready_file {
            Some(file) => announcement.write(file),
            None => Ok(()),
        }
    };
    let outcome = tokio::select! {
        // Who is ready by now says so, even if somebody has seen the line and ends it at once.
        biased;
        became = become_ready => match became {
            Ok(()) => tokio::select! {
                () = &mut told_to_stop => Ok(()),
                () = running.failed() => Err(io::Error::other(running::FAILED).into()),
            },
            Err(error) => Err(StartError::Keep(error)),
        },
        () = &mut told_to_stop => Ok(()),
    };
    running.stop().await;
    outcome
}

/// Says something to whoever started the program.
pub fn tell(line: impl AsRef<str>) {
    // Nobody is there to be told that nobody can be told.
    let _ = writeln!(io::stderr(), "{}", line.as_ref());
}

/// What a program that serves says: where it is, and who. On standard output as soon as it listens, and in
/// a file when it is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Announcement {
    /// The program's name.
    pub program: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// Where each of its services is, by a name of its own.
    pub urls: BTreeMap<String, String>,
}

impl Announcement {
    /// One line of JSON.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("names and addresses have a form in JSON")
    }

    /// Writes it to `out`, on one line.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn say(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", self.line())?;
        out.flush()
    }

    /// Writes it to `file`, for who waits for that. The file is there whole or not at all, so that whoever
    /// sees it can read it.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let line = format!("{}\n", self.line());
        write_whole(file, line.as_bytes(), Readers::Everybody)
    }
}

/// From now on the machine's signals are heard; what is returned is done when somebody ends the program,
/// from the keyboard or by a signal.
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        sync::{Arc, Mutex, mpsc},
    };

    use super::*;
    use crate::apart;

    /// So many names of hosts may be asked for in vain at once, each for half a minute.
    #[test]
    fn threads_that_wait_take_none_from_those_that_work() {
        let runtime = runtime().unwrap();
        let (go, gone) = mpsc::channel::<()>();
        let gone = Arc::new(Mutex::new(gone));
        for _ in 0..100 {
            let gone = Arc::clone(&gone);
            runtime.spawn_blocking(move || gone.lock().unwrap().recv().is_ok());
        }
        assert_eq!(runtime.block_on(apart(|| "done")), "done");
        drop(go);
    }

    #[test]
    fn says_where_it_is_on_one_line_and_in_a_file() {
        let urls = BTreeMap::from([("control".to_owned(), "http://127.0.0.1:1".to_owned())]);
        let announcement = Announcement { program: "sim-sts", version: "1.0.0", urls };
        let folder = std::env::temp_dir().join(format!("skift-ready-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (mut out, file) = (Vec::new(), folder.join("ready.json"));
        fs::write(&file, "of an older run").unwrap();
        announcement.say(&mut out).unwrap();
        announcement.write(&file).unwrap();
        let expected = "{\"program\":\"sim-sts\",\"version\":\"1.0.0\",\
                        \"urls\":{\"control\":\"http://127.0.0.1:1\"}}\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert_eq!(fs::read_to_string(&file).unwrap(), expected);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);

        let nowhere = folder.join("is/not/there.json");
        assert!(announcement.write(&nowhere).unwrap_err().to_string().contains("there.json"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
