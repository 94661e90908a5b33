//! A folder for what other programs read and write.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) use stage::programs::{has, run};

/// A directory for the files of one test, empty at first.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn of(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pki").join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a directory for the test");
        Self(folder)
    }

    /// Writes a file and gives its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), content).expect("the file is written");
        self.path(name)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("UTF-8").to_owned()
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).expect("the file is there")
    }
}
