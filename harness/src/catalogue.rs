//! Finds scenario files and reads them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

use crate::scenario::{Mistake, Place, Scenario};

/// The longest scenario file, in bytes. The longest that a person writes has a hundredth of it.
pub const FILE_SIZE_MAX: u64 = 1 << 20;

/// A scenario file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What the scenario is called: the path below the folder that was searched, without the
    /// ending; or the name of a file that was asked for by itself.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// Why scenario files cannot be found or read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The machine does not give a file or folder.
    #[error("{}: {error}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Journals are named for scenarios, so that two of one name would be written over each other.
    #[error(
        "{} and {} would both be called `{name}`; run the folder that holds both",
        .first.display(), .second.display()
    )]
    SameName {
        /// The name.
        name: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A folder that was asked for has no scenario.
    #[error("{}: no scenario found: a folder is searched for files that end with .toml", .0.display())]
    Empty(PathBuf),
    /// It is much too long.
    #[error(
        "{}: {}, and a scenario file has {FILE_SIZE_MAX} bytes at most; is it the right file?",
        .path.display(), size(*.bytes)
    )]
    TooLong {
        /// The file.
        path: PathBuf,
        /// How long it is, if it is a file with an end.
        bytes: Option<u64>,
    },
    /// It is not text.
    #[error("{}:{place}: byte {byte:#04x} at offset {offset} is not UTF-8; {}", .path.display(), encoding(*.offset, *.byte))]
    NotText {
        /// The file.
        path: PathBuf,
        /// Where the text ends.
        place: Place,
        /// The first byte that is none of a text.
        byte: u8,
        /// How many bytes stand before it.
        offset: usize,
    },
    /// It is not a scenario.
    #[error("{}", lines(.path, .mistakes))]
    Mistakes {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where; at least one.
        mistakes: Vec<Mistake>,
    },
}

fn lines(path: &Path, mistakes: &[Mistake]) -> String {
    let path = path.display();
    let lines: Vec<String> = mistakes.iter().map(|mistake| format!("{path}:{mistake}")).collect();
    lines.join("\n")
}

/// The scenario files among `paths`: files as they are, folders with every `.toml` in them and
/// below, in the order of their names. What begins with a dot is passed over, and a file that is
/// named twice counts once.
///
/// # Errors
///
/// If a path does not exist or cannot be read, a folder has no scenario, or two scenarios have one
/// name.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Found>, CatalogueError> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = found.len();
            search(path, path, &mut found)?;
            if found.len() == before {
                return Err(CatalogueError::Empty(path.clone()));
            }
        } else {
            unreadable(path, fs::metadata(path))?;
            found.push(Found {
                name: name(Path::new(path.file_name().unwrap_or_default())),
                path: path.clone(),
            });
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|one| {
        seen.insert(fs::canonicalize(&one.path).unwrap_or_else(|_| one.path.clone()))
    });

    let mut names = BTreeMap::new();
    for one in &found {
        if let Some(first) = names.insert(&one.name, &one.path) {
            return Err(CatalogueError::SameName {
                name: one.name.clone(),
                first: first.clone(),
                second: one.path.clone(),
            });
        }
    }
    Ok(found)
}

fn search(root: &Path, folder: &Path, found: &mut Vec<Found>) -> Result<(), CatalogueError> {
    let mut entries = Vec::new();
    for entry in unreadable(folder, fs::read_dir(folder))? {
        let entry = unreadable(folder, entry)?;
        let kind = unreadable(&entry.path(), entry.file_type())?;
        entries.push((entry.path(), kind));
    }
    // Without the ending, so that `a` stands before `a-mended`: a hyphen sorts before a dot.
    entries.sort_by_cached_key(|(path, _)| (path.with_extension(""), path.clone()));
    for (path, kind) in entries {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        // A link to a folder is not followed: it may lead back here.
        if kind.is_dir() {
            search(root, &path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") && path.is_file() {
            let below = path.strip_prefix(root).expect("the search began at the root");
            found.push(Found { name: name(below), path });
        }
    }
    Ok(())
}

/// A path in words: its parts without the ending, joined as a web address joins them.
fn name(path: &Path) -> String {
    let path = path.with_extension("");
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy()),
        _ => None,
    });
    match parts.collect::<Vec<_>>().join("/") {
        // Nothing but dots and the ending.
        name if name.is_empty() => "scenario".to_owned(),
        name => name,
    }
}

/// Reads one scenario.
///
/// # Errors
///
/// If the file cannot be read, or there is a mistake in it.
pub fn load(path: &Path) -> Result<Scenario, CatalogueError> {
    // What a file says of its size is not relied on: a device says nothing, and never ends.
    let file = unreadable(path, fs::File::open(path))?;
    let size = file.metadata().ok().filter(fs::Metadata::is_file).map(|it| it.len());
    let mut bytes = Vec::new();
    unreadable(path, file.take(FILE_SIZE_MAX + 1).read_to_end(&mut bytes))?;
    if bytes.len() as u64 > FILE_SIZE_MAX {
        return Err(CatalogueError::TooLong { path: path.to_owned(), bytes: size });
    }
    let text = text(path, bytes)?;
    Scenario::check(&text)
        .map_err(|mistakes| CatalogueError::Mistakes { path: path.to_owned(), mistakes })
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String, CatalogueError> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let (before, rest) = error.as_bytes().split_at(offset);
        CatalogueError::NotText {
            path: path.to_owned(),
            place: Place::after(&String::from_utf8_lossy(before)),
            byte: rest[0],
            offset,
        }
    })
}

fn size(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "it does not end".to_owned(), |bytes| format!("it has {bytes} bytes"))
}

/// What was most likely done with the file, and what to do about it.
const fn encoding(offset: usize, byte: u8) -> &'static str {
    match (offset, byte) {
        // The mark that UTF-16 begins with.
        (0, 0xfe | 0xff) => "it looks like UTF-16: save the file as UTF-8",
        _ => "save the file as UTF-8",
    }
}

fn unreadable<T>(path: &Path, result: io::Result<T>) -> Result<T, CatalogueError> {
    result.map_err(|error| CatalogueError::Unreadable { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_called_by_its_path() {
        assert_eq!(name(Path::new("rolling-swap/client.toml")), "rolling-swap/client");
        assert_eq!(name(Path::new("client.toml")), "client");
        assert_eq!(name(Path::new("../client.v2.toml")), "client.v2");
        assert_eq!(name(Path::new("..toml")), "scenario");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_without_an_end_is_too_long() {
        let endless = load(Path::new("/dev/zero"));
        assert_eq!(
            endless.unwrap_err().to_string(),
            "/dev/zero: it does not end, and a scenario file has 1048576 bytes at most; is it the \
             right file?"
        );
    }

    #[test]
    fn a_file_that_is_no_text_is_pointed_at() {
        let complaint = |bytes: &[u8]| text(Path::new("a.toml"), bytes.to_vec()).unwrap_err();
        assert_eq!(
            complaint(b"a = 1\nname = \"Bl\xe5b\xe6r\"").to_string(),
            "a.toml:2:11: byte 0xe5 at offset 16 is not UTF-8; save the file as UTF-8"
        );
        assert_eq!(
            complaint(b"\xff\xfea\0").to_string(),
            "a.toml:1:1: byte 0xff at offset 0 is not UTF-8; it looks like UTF-16: save the file as \
             UTF-8"
        );
        assert_eq!(text(Path::new("a.toml"), b"\xc3\xa5".to_vec()).unwrap(), "\u{e5}");
    }
}
