//! What a run leaves in its folder: `report.html`, `report.json`, `junit.xml`, and a journal of each
//! scenario below `journal/`.
//!
//! The folder holds one run. What an older one left under these names is replaced, and a journal that
//! this run has not written is taken away. Every file is there in one step, so that nobody reads half of
//! it; and until all is well there is no report, so that nobody takes an older one for this run's.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    journal::Journal,
    report::{
        RunReport, ScenarioReport,
        html::{self, Files, Section},
        json, junit,
    },
    scenario::Scenario,
};

const PAGE: &str = "report.html";
const DATA: &str = "report.json";
const JUNIT: &str = "junit.xml";
const JOURNALS: &str = "journal";
const ENDING: &str = "jsonl";
const DRAFT: &str = "draft";

/// What came of one scenario, ready to be written: made where the scenario ran, with no journal left in
/// memory but as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was measured and judged.
    pub report: ScenarioReport,
    journal: String,
    section: Section,
}

impl Outcome {
    /// Measures, judges and tells what `journal` has of a scenario: the one at `place` in the run, from
    /// 0, that is called `name` and was read from `file`. Its messages lie below `kept`, an address seen
    /// from the page, if they are kept.
    #[must_use]
    pub fn of(
        place: usize,
        name: &str,
        file: &str,
        scenario: &Scenario,
        journal: &Journal,
        kept: Option<&str>,
    ) -> Self {
        let report = ScenarioReport::new(name, file, scenario, journal);
        let below = format!("{JOURNALS}/{name}.{ENDING}");
        let kept = kept.map(|kept| format!("{kept}/{}", html::url(name)));
        let files = Files { journal: &below, kept: kept.as_deref() };
        let section = html::section(place, &report, journal, files);
        Self { report, journal: journal.to_json_lines(), section }
    }
}

/// Two scenarios whose journals cannot both be written: one is a file where the other needs a folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal of `{file}` would be a file where that of `{below}` needs a folder: rename one of \
     the two, or run them one after the other"
)]
pub struct Clash {
    /// The scenario whose journal would be a file.
    pub file: String,
    /// The one whose journal would lie below it.
    pub below: String,
}

/// Whether the journals of scenarios that are called so can lie side by side.
///
/// # Errors
///
/// The first two of which one stands in the other's way.
pub fn check_names(names: &[&str]) -> Result<(), Clash> {
    for file in names {
        // It is written as a draft first.
        let paths = [format!("{file}.{ENDING}/"), format!("{file}.{ENDING}.{DRAFT}/")];
        let is_below = |name: &str| paths.iter().any(|path| name.starts_with(path));
        if let Some(below) = names.iter().find(|name| is_below(name)) {
            let (file, below) = ((*file).to_owned(), (*below).to_owned());
            return Err(Clash { file, below });
        }
    }
    Ok(())
}

/// The folder of a run, as it fills.
#[derive(Debug)]
pub struct Results {
    folder: PathBuf,
    journals: BTreeSet<PathBuf>,
    reports: Vec<ScenarioReport>,
    sections: Vec<Section>,
}

/// A file or folder that the machine does not let us write.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", .path.display())]
pub struct Unwritable {
    path: PathBuf,
    error: io::Error,
}

impl Results {
    /// Takes away what an older run reported in `folder`, which need not be there.
    ///
    /// # Errors
    ///
    /// If an old report cannot be taken away.
    pub fn begin(folder: &Path) -> Result<Self, Unwritable> {
        for name in [PAGE, DATA, JUNIT] {
            remove(&folder.join(name))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            journals: BTreeSet::new(),
            reports: Vec::new(),
            sections: Vec::new(),
        })
    }

    /// Writes the journal of the next scenario, and keeps what the reports will say of it.
    ///
    /// # Errors
    ///
    /// If the journal cannot be written.
    pub fn take(&mut self, outcome: Outcome) -> Result<(), Unwritable> {
        let Outcome { report, journal, section } = outcome;
        let file = self.folder.join(JOURNALS).join(format!("{}.{ENDING}", report.name));
        write(&file, &journal)?;
        self.journals.insert(file);
        self.reports.push(report);
        self.sections.push(section);
        Ok(())
    }

    /// Writes the reports. `seed` is that of the command line, if it stood in for those of the files.
    ///
    /// # Errors
    ///
    /// If a report cannot be written, or an old journal not be taken away.
    pub fn finish(self, seed: Option<u64>) -> Result<RunReport, Unwritable> {
        let journals = self.folder.join(JOURNALS);
        if journals.is_dir() {
            clear(&journals, &self.journals)?;
        }
        let report = RunReport { seed, ..RunReport::new(self.reports) };
        write(&self.folder.join(JUNIT), &junit::render(&report))?;
        write(&self.folder.join(DATA), &json::render(&report))?;
        write(&self.folder.join(PAGE), &html::page(&report, &self.sections))?;
        Ok(report)
    }
}

/// Where `other` lies, as an address seen from the page in `folder`.
///
/// # Errors
///
/// If the machine does not know where it works itself.
pub fn address(folder: &Path, other: &Path) -> io::Result<String> {
    let (folder, other) = (std::path::absolute(folder)?, std::path::absolute(other)?);
    let shared = folder.components().zip(other.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| "..".into());
    let down = other.components().skip(shared).map(|it| it.as_os_str().to_string_lossy());
    let parts: Vec<std::borrow::Cow<'_, str>> = up.chain(down).collect();
    Ok(if parts.is_empty() { ".".to_owned() } else { html::url(&parts.join("/")) })
}

/// Where the page of a run lies.
#[must_use]
pub fn page(folder: &Path) -> PathBuf {
    folder.join(PAGE)
}

/// Takes away the journals below `folder` that are not `ours`, and the folders that are empty then. Only
/// what ends as a journal does was written by skift, and nothing else is touched.
fn clear(folder: &Path, ours: &BTreeSet<PathBuf>) -> Result<(), Unwritable> {
    let unreadable = |error| Unwritable { path: folder.to_owned(), error };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(unreadable)?);
        // A link leads elsewhere, and what is there is not ours.
        if kind.is_dir() {
            clear(&path, ours)?;
            // It holds what others put there, or our journals: then it stays.
            let _ = fs::remove_dir(&path);
        } else if kind.is_file()
            && path.extension().is_some_and(|ending| ending == ENDING)
            && !ours.contains(&path)
        {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Writes a file in one step.
fn write(path: &Path, text: &str) -> Result<(), Unwritable> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let draft = path.with_added_extension(DRAFT);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&draft, text))
        .and_then(|()| fs::rename(&draft, path))
        .map_err(|error| Unwritable { path: path.to_owned(), error })
}

fn remove(path: &Path) -> Result<(), Unwritable> {
    match fs::remove_file(path) {
        Err(error) if path.exists() => Err(Unwritable { path: path.to_owned(), error }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_from_the_page_to_the_messages() {
        let address =
            |folder: &str, other: &str| address(Path::new(folder), Path::new(other)).unwrap();
        assert_eq!(address("target/skift", "messages"), "../../messages");
        assert_eq!(address("out", "out/kept ones"), "kept%20ones");
        assert_eq!(address("out", "out"), ".");
        assert_eq!(address("/a/b", "/c/\"d"), "../../c/%22d");
    }

    #[test]
    fn a_journal_that_would_stand_in_the_way_of_another_is_told_before_a_run() {
        assert_eq!(check_names(&["a", "a/b", "a.jsonl", "a-mended"]), Ok(()));
        for below in ["a.jsonl/b", "a.jsonl.draft/b"] {
            let clash = Clash { file: "a".to_owned(), below: below.to_owned() };
            assert_eq!(check_names(&[below, "a"]), Err(clash));
        }
    }
}
