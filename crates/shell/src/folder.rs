//! A folder in which a program keeps what must outlive it: for its owner alone, since keys are
//! there.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use entropy::Entropy;

/// A folder of a program. A clone is the same folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(PathBuf);

/// That nobody else uses a folder, until this is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "it is held, and never looked at")] File);

impl Folder {
    /// The folder at `path`, which is made if need be; what is made there is for its owner alone.
    ///
    /// # Errors
    ///
    /// If it cannot be made; the error names it.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        make(&path).map_err(|error| named(&path, &error))?;
        Ok(Self(path))
    }

    /// The folder of this name in it.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn within(&self, name: &str) -> io::Result<Self> {
        Self::open(self.0.join(name))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where something of this name is in it.
    #[must_use]
    pub fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Which files there are in it goes to the disk, so that it is so also when the machine stops
    /// at once.
    ///
    /// # Errors
    ///
    /// If the machine cannot.
    pub(crate) fn sync(&self) -> io::Result<()> {
        // Elsewhere a folder cannot be opened, and need not be.
        #[cfg(unix)]
        File::open(&self.0).and_then(|it| it.sync_all()).map_err(|error| named(&self.0, &error))?;
        Ok(())
    }

    /// Keeps others away who would write there, as long as what is returned lives. What one of them
    /// left half written, when it was killed, goes.
    ///
    /// # Errors
    ///
    /// If another program holds it already, or the machine has no locks.
    pub fn lock(&self) -> io::Result<Lock> {
        let path = self.at("lock");
        let mut options = private();
        let file = options.write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| named(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {
                remove_drafts(&self.0)?;
                Ok(Lock(file))
            }
            Err(fs::TryLockError::WouldBlock) => {
                let problem = format!(
                    "{} is in use by another program: stop that, or name another folder (`data`)",
                    self.0.display()
                );
                Err(io::Error::new(ErrorKind::WouldBlock, problem))
            }
            Err(fs::TryLockError::Error(error)) => Err(named(&path, &error)),
        }
    }

    /// What stands in a file; nothing if there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be read; the error names it.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let path = self.at(name);
        match fs::read(&path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(named(&path, &error)),
        }
    }

    /// Puts this in a file, whole or not at all, in place of what was there.
    ///
    /// # Errors
    ///
    /// If it cannot be written; the error names it.
    pub fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        write_whole(&self.at(name), content, Readers::Owner)
    }

    /// What stands in a file, which is written now if there is none. Of several who do so at once
    /// one writes, and all read the same.
    ///
    /// # Errors
    ///
    /// If it cannot be read, made or written.
    pub fn read_or_write(
        &self,
        name: &str,
        make: impl FnOnce() -> io::Result<Vec<u8>>,
    ) -> io::Result<Vec<u8>> {
        if let Some(content) = self.read(name)? {
            return Ok(content);
        }
        let content = make()?;
        let path = self.at(name);
        let draft = draft(&path, &content, Readers::Owner)?;
        // A link, unlike a rename, never takes the place of what somebody else uses already.
        let placed = fs::hard_link(&draft, &path);
        let _ = fs::remove_file(&draft);
        match placed {
            Ok(()) => Ok(content),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.read(name)?.ok_or_else(|| named(&path, &error))
            }
            // No links here, and nobody to race with in all likelihood.
            Err(_) => self.write(name, &content).map(|()| content),
        }
    }
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone (mode 0600).
    Owner,
    /// Whoever the machine lets.
    Everybody,
}

/// Puts this in a file, whole or not at all, in place of what was there: somebody may be reading
/// it.
///
/// # Errors
///
/// If it cannot be written; the error names it.
pub fn write_whole(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    let draft = draft(path, content, readers)?;
    let placed = fs::rename(&draft, path).map_err(|error| named(path, &error));
    placed.inspect_err(|_| _ = fs::remove_file(&draft))
}

/// Removes what a program has left half written in a folder when it was killed; nobody else may be
/// writing there.
///
/// # Errors
///
/// If there is something, and it cannot be removed.
pub fn remove_drafts(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        let path = entry.map_err(|error| named(folder, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') && name.ends_with(DRAFT) {
            fs::remove_file(&path).map_err(|error| named(&path, &error))?;
        }
    }
    Ok(())
}

/// What the name of a draft ends with; it begins with a dot.
const DRAFT: &str = ".draft";

/// A file beside the one that is meant, with what is to stand in that.
fn draft(path: &Path, content: &[u8], readers: Readers) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}-{}{DRAFT}", Entropy::Os.uuid()));
    let mut options = match readers {
        Readers::Owner => private(),
        Readers::Everybody => OpenOptions::new(),
    };
    let opened = options.write(true).create_new(true).open(&draft);
    let written = opened.map_err(|error| named(path, &error)).and_then(|mut file| {
        let written = file.write_all(content).and_then(|()| file.sync_all());
        written.map_err(|error| named(path, &error)).inspect_err(|_| _ = fs::remove_file(&draft))
    });
    written.map(|()| draft)
}

/// An error of the machine, with the file that it is about.
pub(crate) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// What is made is for its owner alone.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn make(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(test: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("skift-folder-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Folder::open(path).unwrap()
    }

    #[test]
    fn what_is_written_is_read_and_is_for_its_owner_alone() {
        let folder = folder("private");
        assert_eq!(folder.read("a.key").unwrap(), None);
        folder.write("a.key", b"one").unwrap();
        folder.write("a.key", b"two").unwrap();
        assert_eq!(folder.read("a.key").unwrap().unwrap(), b"two");
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&folder.at("a.key")), mode(folder.path())), (0o600, 0o700));
        }
        fs::remove_dir_all(folder.path()).unwrap();
    }

    #[test]
    fn what_is_there_is_not_made_again() {
        let folder = folder("once");
        let first = folder.read_or_write("a", || Ok(b"first".to_vec())).unwrap();
        let second = folder.read_or_write("a", || Err(io::Error::other("not asked"))).unwrap();
        assert_eq!(
            (first.as_slice(), second.as_slice()),
            (b"first".as_slice(), b"first".as_slice())
        );
        // Somebody else was first, between the look and the writing.
        let raced = folder.read_or_write("b", || {
            folder.write("b", b"other")?;
            Ok(b"own".to_vec())
        });
        assert_eq!(raced.unwrap(), b"other");
        let error = folder.read_or_write("c", || Err(io::Error::other("no luck"))).unwrap_err();
        assert_eq!(error.to_string(), "no luck");
        fs::remove_dir_all(folder.path()).unwrap();
    }

    #[test]
    fn a_folder_has_one_user_at_a_time() {
        let folder = folder("lock");
        let lock = folder.lock().unwrap();
        let error = folder.lock().unwrap_err().to_string();
        assert!(error.contains("is in use by another program"), "{error}");
        drop(lock);
        // Keys may be in what somebody has left half written.
        let left = draft(&folder.at("a.key"), b"half", Readers::Owner).unwrap();
        folder.write(".a.key", b"whole").unwrap();
        assert!(folder.lock().is_ok());
        assert!(!left.exists() && folder.at(".a.key").exists());
        fs::remove_dir_all(folder.path()).unwrap();
    }

    #[test]
    fn an_error_names_its_file() {
        let folder = folder("error");
        fs::create_dir(folder.at("a")).unwrap();
        let error = folder.read("a").unwrap_err().to_string();
        assert!(error.contains(&folder.at("a").display().to_string()), "{error}");
        let error = Folder::open("/dev/null/a").unwrap_err().to_string();
        assert!(error.contains("/dev/null/a"), "{error}");
        fs::remove_dir_all(folder.path()).unwrap();
    }
}
