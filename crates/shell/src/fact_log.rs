//! The facts of a core, kept from one start of a program to the next: a line of JSON for each.
//!
//! What happened before the program was first ready is its founding. A reset goes back to that; and
//! where a founding was broken off, it begins anew.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    marker::PhantomData,
    mem,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Fact, Recorded};

use crate::{
    Decided, Folder, Shared,
    folder::{named, private},
};

/// What happened until the program was first ready.
const FOUNDING: &str = "founding.jsonl";
/// What happened since.
const FACTS: &str = "facts.jsonl";

/// The facts that a reset forgets, until it has done everything that can fail.
const BEFORE: &str = "facts-before-reset.jsonl";

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
    /// After so many octets half of something stands, which could not be taken back.
    torn: Option<u64>,
    /// The file is still called [`BEFORE`], since a reset that was not done could not call it back.
    is_misnamed: bool,
}

/// A log that was emptied: what stood in it comes back when this is dropped before it is
/// [`done`](Self::done).
#[derive(Debug)]
#[must_use = "what stood in the log comes back at once"]
pub struct Emptied<'l>(Option<(&'l mut Place, Before)>);

/// What stood in a log before it was emptied.
#[derive(Debug)]
struct Before {
    file: File,
    torn: Option<u64>,
}

/// The facts that were kept, in the order in which they happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<F> {
    /// Those until the program was first ready.
    pub founding: Vec<F>,
    /// Those since.
    pub since: Vec<F>,
}

/// A message that was answered, after what came of it was kept.
#[derive(Debug, Clone)]
pub struct Exchange<C: Core> {
    /// What was asked.
    pub request: C::Request,
    /// What was answered.
    pub answer: C::Answer,
    /// What was remembered.
    pub facts: Vec<C::Fact>,
    /// The answer in the words of the wire.
    pub bytes: Vec<u8>,
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
        end_reset(folder)?;
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
        let is_whole = file.metadata()?.len() == whole as u64;
        if !is_whole {
            file.set_len(whole as u64).map_err(|error| named(&folder.at(FACTS), &error))?;
        }
        let place = Some(Place { folder: folder.clone(), file, torn: None, is_misnamed: false });
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

    /// The latest instant, by the clock of its time, at which something happened that was kept when
    /// it was opened.
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
        let Some(place) = &mut self.place else { return Ok(()) };
        place.mend()?;
        let mut lines = Vec::new();
        for fact in facts {
            serde_json::to_writer(&mut lines, &Recorded::new(at, fact.clone()))?;
            lines.push(b'\n');
        }
        let whole = place.file.metadata()?.len();
        let written = place.file.write_all(&lines);
        written.map_err(|error| {
            place.torn = place.file.set_len(whole).is_err().then_some(whole);
            place.named(&error)
        })
    }

    /// Lets a core decide at `now`, and keeps what it is to remember before it does: what cannot be
    /// kept has not happened.
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
        let Decided { answer, facts, .. } = decided;
        let bytes = core.wire().write(&answer, entropy);
        Ok(Exchange { request, answer, facts, bytes })
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
        if let Some(place) = &mut self.place {
            place.found()?;
        }
        self.founded = true;
        Ok(())
    }

    /// Forgets what happened since the founding; all of it, if it is not founded yet. What is
    /// returned says when there is no way back.
    ///
    /// # Errors
    ///
    /// If it cannot be: then nothing is forgotten.
    pub fn empty(&mut self) -> io::Result<Emptied<'_>> {
        let Some(place) = &mut self.place else { return Ok(Emptied(None)) };
        let before = place.empty()?;
        Ok(Emptied(Some((place, before))))
    }
}

impl Place {
    /// Takes back what is half there.
    fn mend(&mut self) -> io::Result<()> {
        let Some(whole) = self.torn else { return Ok(()) };
        self.file.set_len(whole).map_err(|error| {
            let why =
                format!("what was written last is half there, and cannot be taken back: {error}");
            self.named(&io::Error::new(error.kind(), why))
        })?;
        self.torn = None;
        Ok(())
    }

    /// Lets the file have its name again.
    fn call_back(&mut self) -> io::Result<()> {
        if self.is_misnamed {
            let [before, facts] = [BEFORE, FACTS].map(|name| self.folder.at(name));
            fs::rename(&before, &facts).map_err(|error| named(&before, &error))?;
            self.is_misnamed = false;
        }
        Ok(())
    }

    /// What stands here becomes the founding. It goes to the disk: who finds the founding there,
    /// and nothing in it, would take it for one.
    fn found(&mut self) -> io::Result<()> {
        self.call_back()?;
        self.mend()?;
        self.file.sync_all().map_err(|error| self.named(&error))?;
        let [facts, founding] = [FACTS, FOUNDING].map(|name| self.folder.at(name));
        fs::rename(&facts, &founding).map_err(|error| named(&founding, &error))?;
        // What happens next is not to be added to the founding.
        let opened = open(&self.folder).and_then(|it| self.folder.sync().map(|()| it));
        self.file = opened.inspect_err(|_| _ = fs::rename(&founding, &facts))?;
        Ok(())
    }

    fn empty(&mut self) -> io::Result<Before> {
        self.call_back()?;
        let [facts, before] = [FACTS, BEFORE].map(|name| self.folder.at(name));
        fs::rename(&facts, &before).map_err(|error| named(&facts, &error))?;
        let file = open(&self.folder).inspect_err(|_| _ = fs::rename(&before, &facts))?;
        Ok(Before { file: mem::replace(&mut self.file, file), torn: self.torn.take() })
    }

    fn named(&self, error: &io::Error) -> io::Error {
        named(&self.folder.at(FACTS), error)
    }
}

impl Emptied<'_> {
    /// Nothing comes back any more.
    pub fn done(mut self) {
        if let Some((place, before)) = self.0.take() {
            // A start finds nothing in it, or no file.
            let _ = before.file.set_len(0);
            let _ = fs::remove_file(place.folder.at(BEFORE));
        }
    }
}

impl Drop for Emptied<'_> {
    fn drop(&mut self) {
        if let Some((place, before)) = self.0.take() {
            (place.file, place.torn, place.is_misnamed) = (before.file, before.torn, true);
            // Where it cannot be, the next reset or start does it.
            let _ = place.call_back();
        }
    }
}

/// A core, how it was founded, and where what happened since is kept, if it is.
pub type Founded<'c, C, F> = (&'c Shared<C>, &'c C, Option<&'c Mutex<FactLog<F>>>);

/// Lets cores go back to how they were founded, all of them or, where the log of one cannot be
/// emptied, none. Nobody is answered by any of them meanwhile. Each core is locked before its log:
/// whoever locks the log first, as for [`FactLog::answer`], must not be at it at the same time.
///
/// `forget` is called once, when all of them are locked and none can fail any more.
/// So what any of them decides after it went back comes after that.
///
/// Each log is whole whenever the program is killed, but of several some may have gone back then and
/// others not.
///
/// # Errors
///
/// If a log cannot be emptied.
pub fn go_back<C: Core, F: Fact>(cores: &[Founded<'_, C, F>], forget: &dyn Fn()) -> io::Result<()> {
    let [(core, founded, log), others @ ..] = cores else {
        forget();
        return Ok(());
    };
    core.try_replace(|_| {
        let mut log = log.map(|log| log.lock().unwrap_or_else(PoisonError::into_inner));
        let emptied = log.as_mut().map(|log| log.empty()).transpose()?;
        go_back(others, forget)?;
        if let Some(emptied) = emptied {
            emptied.done();
        }
        Ok(C::clone(founded))
    })
}

/// A reset that was broken off was not done, and what it would forget is there again. One that was
/// done may have left an empty file, or one beside what happened since.
fn end_reset(folder: &Folder) -> io::Result<()> {
    let [before, facts] = [BEFORE, FACTS].map(|name| folder.at(name));
    let octets = |file: &Path| fs::metadata(file).map_or(0, |it| it.len());
    let ended = if octets(&before) > 0 && octets(&facts) == 0 {
        fs::rename(&before, &facts)
    } else if before.exists() {
        fs::remove_file(&before)
    } else {
        Ok(())
    };
    ended.map_err(|error| named(&before, &error))
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
            serde_json::from_slice(line).map_err(|error| wrong(parties::malformed(&error).en))?;
        *last = (*last).max(Some(recorded.at));
        recorded.into_fact().map_err(|error| wrong(error.to_string()))
    };
    lines.map(fact).collect()
}

#[cfg(test)]
mod tests;
