//! Keys made once and kept in a directory: for replayed worlds, tests and benches.
//!
//! A key takes up to seconds to make and cannot be seeded, so a replay takes its keys from here,
//! and nothing that it writes down depends on them. Each key is a file of its own, readable by its
//! owner alone; processes may share a directory and race for it.
#![expect(clippy::disallowed_methods, reason = "a pool is a directory; cores never hold one")]

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use entropy::Entropy;

use crate::key::{KeySize, PrivateKey};

/// A directory of keys, each made when it is first asked for. A clone is the same pool.
#[derive(Debug, Clone)]
pub struct KeyPool {
    directory: PathBuf,
    /// What was read or made already, so that a key is parsed once.
    known: Arc<Mutex<BTreeMap<(KeySize, usize), PrivateKey>>>,
}

impl KeyPool {
    /// Opens the pool in `directory`, which is made if need be, for its owner alone (mode 0700).
    ///
    /// # Errors
    ///
    /// If the directory cannot be made, or others may look into it.
    pub fn open(directory: impl Into<PathBuf>) -> io::Result<Self> {
        let directory = directory.into();
        make_private_directory(&directory)?;
        Ok(Self { directory, known: Arc::default() })
    }

    /// Reads the first `count` keys of each size, and makes what is missing of them on every
    /// processor; calls `progress(made, total)` after each key that it makes.
    ///
    /// # Errors
    ///
    /// If a key cannot be written or read, also one that is there already.
    pub fn ensure(
        &self,
        wanted: &[(KeySize, usize)],
        progress: &mut dyn FnMut(usize, usize),
    ) -> io::Result<()> {
        let wanted =
            wanted.iter().flat_map(|(size, count)| (0..*count).map(|index| (*size, index)));
        let (present, missing): (Vec<_>, Vec<_>) =
            wanted.partition(|(size, index)| self.file(*size, *index).exists());
        for (size, index) in present {
            self.try_key(size, index)?;
        }
        let workers = thread::available_parallelism().map_or(1, usize::from).min(missing.len());
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..workers {
                let (sender, next, missing) = (sender.clone(), &next, &missing);
                scope.spawn(move || {
                    while let Some((size, index)) =
                        missing.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        if sender.send(self.try_key(*size, *index)).is_err() {
                            break; // an error was met, and nobody waits for more
                        }
                    }
                });
            }
            drop(sender);
            for (made, key) in receiver.into_iter().enumerate() {
                key?;
                progress(made + 1, missing.len());
            }
            Ok(())
        })
    }

    /// The key of that size and number, made now if nobody made it before.
    ///
    /// # Panics
    ///
    /// If it cannot be written or read; [`Self::ensure`] says so as an error beforehand.
    #[must_use]
    pub fn key(&self, size: KeySize, index: usize) -> PrivateKey {
        self.try_key(size, index)
            .unwrap_or_else(|error| panic!("no key {index} of {size:?}: {error}"))
    }

    fn try_key(&self, size: KeySize, index: usize) -> io::Result<PrivateKey> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known().get(&(size, index)) {
            return Ok(key.clone());
        }
        let file = self.file(size, index);
        let key = match read(&file, size) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.keep(&file, &PrivateKey::generate(size))?;
                // Another process may have been first: what stands in the file is the key.
                read(&file, size)?
            }
            key => key?,
        };
        Ok(known().entry((size, index)).or_insert(key).clone())
    }

    fn file(&self, size: KeySize, index: usize) -> PathBuf {
        self.directory.join(format!("rsa{}-{index}.pk8", size.bits()))
    }

    /// Writes `key` beside `file`, then puts it in place in one step, unless one is there.
    fn keep(&self, file: &Path, key: &PrivateKey) -> io::Result<()> {
        // No number of a process: in containers that share the directory each may be the first.
        let draft = self.directory.join(format!(".draft-{}", Entropy::Os.uuid()));
        let written = private_file(&draft).and_then(|mut open| {
            open.write_all(&key.pkcs8())?;
            open.sync_all()
        });
        // A link, unlike a rename, never takes the place of a key that is in use already.
        let placed = written.and_then(|()| match fs::hard_link(&draft, file) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            // No links here: the last of two racing processes wins, and the other may have read its
            // own key back before that, to use it until it ends.
            Err(error)
                if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) =>
            {
                fs::rename(&draft, file)
            }
            result => result,
        });
        let _ = fs::remove_file(&draft);
        placed
    }
}

/// What helps against a file that is no key.
const AGAIN: &str = "; remove the file, and another key is made";

fn read(file: &Path, size: KeySize) -> io::Result<PrivateKey> {
    let error =
        |kind, problem: String| io::Error::new(kind, format!("{}: {problem}", file.display()));
    let pkcs8 = fs::read(file).map_err(|unread| error(unread.kind(), unread.to_string()))?;
    let pkcs8 = zeroize::Zeroizing::new(pkcs8);
    let key = PrivateKey::from_pkcs8(&pkcs8)
        .map_err(|malformed| error(ErrorKind::InvalidData, format!("{malformed}{AGAIN}")))?;
    if key.public().bits() == size.bits() {
        Ok(key)
    } else {
        Err(error(ErrorKind::InvalidData, format!("a key of {} bits{AGAIN}", key.public().bits())))
    }
}

#[cfg(unix)]
fn make_private_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let mode = fs::metadata(directory)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        let problem = format!(
            "{} is open to others (mode {mode:o}); keys need a folder of mode 700",
            directory.display()
        );
        Err(io::Error::new(ErrorKind::PermissionDenied, problem))
    }
}

#[cfg(not(unix))]
fn make_private_directory(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
