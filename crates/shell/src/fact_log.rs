//! The facts of a core, kept from one start of a program to the next: a line of JSON for each.
//!
//! What happened before the program was first ready is its founding. A reset goes back to that; and where
//! a founding was broken off, it begins anew.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Fact, Recorded};

use crate::{
    Decided, Exchange, Folder, Shared,
    folder::{named, private},
};

/// What happened until the program was first ready.
const FOUNDING: &str = "founding.jsonl";
/// What happened since.
const FACTS: &str = "facts.jsonl";

/// Where facts are kept as they happen.
#[derive(Debug)]
pub struct FactLog<F> {
    /// None where nothing outlives the program.
    place: Option<Place>,
    founded: bool,
    last: Option<Timestamp>,
    facts: PhantomData<fn(F)>,
}

#[derive(Debug)]
struct Place {
    folder: Folder,
    file: File,
    /// Half of something stands at the end, and could not be taken back.
    torn: bool,
}

/// The facts that were kept, in the order in which they happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<F> {
    /// Those until the program was first ready.
    pub founding: Vec<F>,
    /// Those since.
    pub since: Vec<F>,
}

/// Facts that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FactLogError {
    /// The machine does not let it.
    #[error(transparent)]
    Machine(#[from] io::Error),
    /// A line is no fact of this program's.
    #[error(
        "{}, line {line}: {why}; to forget what was registered, remove the file", path.display()
    )]
    Line {
        /// In which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

impl<F: Fact> FactLog<F> {
    /// Opens what is kept in `folder`, and says what that is.
    ///
    /// # Errors
    ///
    /// If it cannot be read or written, or was written by a program whose facts have another form.
    pub fn open(folder: &Folder) -> Result<(Self, Kept<F>), FactLogError> {
        let founding = folder.read(FOUNDING)?;
        let founded = founding.is_some();
        // A founding that was broken off may have left anything.
        let since = if founded { folder.read(FACTS)?.unwrap_or_default() } else { Vec::new() };
        // The machine stopped while a line was written: nobody was answered, so it did not happen.
        let whole = since.iter().rposition(|octet| *octet == b'\n').map_or(0, |end| end + 1);
        let mut last = None;
        let kept = Kept {
            founding: facts(&folder.at(FOUNDING), &founding.unwrap_or_default(), &mut last)?,
            since: facts(&folder.at(FACTS), &since[..whole], &mut last)?,
        };
        let file = open(folder)?;
        file.set_len(whole as u64)?;
        let place = Some(Place { folder: folder.clone(), file, torn: false });
        Ok((Self { place, founded, last, facts: PhantomData }, kept))
    }

    /// Keeps nothing: what happens is forgotten with the program.
    #[must_use]
    pub const fn nowhere() -> Self {
        Self { place: None, founded: false, last: None, facts: PhantomData }
    }

    /// Whether the program was ever ready.
    #[must_use]
    pub const fn is_founded(&self) -> bool {
        self.founded
    }

    /// The latest instant, by the clock of its time, at which something happened that was kept when it was
    /// opened.
    #[must_use]
    pub const fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// Keeps what happened.
    ///
    /// # Errors
    ///
    /// If it cannot be written: then none of it is kept.
    pub fn append(&mut self, at: Timestamp, facts: &[F]) -> io::Result<()> {
        let Some(Place { folder, file, torn }) = &mut self.place else { return Ok(()) };
        if *torn {
            let why =
                "what was written last is half there; start the program again, which takes it back";
            return Err(named(&folder.at(FACTS), &io::Error::other(why)));
        }
        let mut lines = Vec::new();
        for fact in facts {
            serde_json::to_writer(&mut lines, &Recorded::new(at, fact.clone()))?;
            lines.push(b'\n');
        }
        let before = file.metadata()?.len();
        let written = file.write_all(&lines);
        written.map_err(|error| {
            *torn = file.set_len(before).is_err();
            named(&folder.at(FACTS), &error)
        })
    }

    /// Lets a core decide at `now`, and keeps what it is to remember before it does: what cannot be kept has not
    /// happened.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn answer<C: Core<Fact = F>>(
        &mut self,
        core: &Shared<C>,
        request: C::Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> io::Result<Exchange<C>> {
        let mut kept = Ok(());
        let decided = core.decide(now, |core: &C| {
            let (answer, facts) = core.decide(&request, now, entropy);
            kept = self.append(now, &facts);
            (answer, if kept.is_ok() { facts } else { Vec::new() })
        });
        kept?;
        let Decided { answer, facts, not_kept } = decided;
        let bytes = core.wire().write(&answer, entropy);
        Ok(Exchange { at: now, request, answer, facts, not_kept, bytes })
    }

    /// The program is ready for the first time: what happened until now is its founding.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn found(&mut self) -> io::Result<()> {
        if self.founded {
            return Ok(());
        }
        if let Some(Place { folder, file, .. }) = &mut self.place {
            let [facts, founding] = [FACTS, FOUNDING].map(|name| folder.at(name));
            fs::rename(&facts, &founding).map_err(|error| named(&founding, &error))?;
            *file = open(folder)?;
        }
        self.founded = true;
        Ok(())
    }

    /// Forgets what happened since the founding; all of it, if it is not founded yet.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn reset(&mut self) -> io::Result<()> {
        let Some(Place { folder, file, torn }) = &mut self.place else { return Ok(()) };
        file.set_len(0).map_err(|error| named(&folder.at(FACTS), &error))?;
        *torn = false;
        Ok(())
    }
}

/// The file to which facts are added.
fn open(folder: &Folder) -> io::Result<File> {
    let path = folder.at(FACTS);
    private().append(true).create(true).open(&path).map_err(|error| named(&path, &error))
}

/// The facts in `lines`; `last` becomes the latest of their instants, if it is not later already.
fn facts<F: Fact>(
    path: &Path,
    lines: &[u8],
    last: &mut Option<Timestamp>,
) -> Result<Vec<F>, FactLogError> {
    let lines = (1..).zip(lines.split(|octet| *octet == b'\n'));
    let lines = lines.filter(|(_, line)| !line.is_empty());
    let fact = |(number, line): (usize, &[u8])| {
        let wrong = |why| FactLogError::Line { path: path.to_owned(), line: number, why };
        let recorded: Recorded<F> =
            serde_json::from_slice(line).map_err(|error| wrong(parties::malformed(&error)))?;
        *last = (*last).max(Some(recorded.at));
        recorded.into_fact().map_err(|error| wrong(error.to_string()))
    };
    lines.map(fact).collect()
}

#[cfg(test)]
mod tests;
