//! The scenarios that a command line names, found and read.

use std::path::PathBuf;

use super::{
    Exit,
    filter::Filter,
    print::{complain, complain_of_mistakes},
};
use crate::{
    catalogue::{self, CatalogueError, Found},
    scenario::Scenario,
};

/// Scenarios with where they were found, in the order of the catalogue.
pub(super) type Suite = Vec<(Found, Scenario)>;

/// Which scenarios a verb is about.
#[derive(Debug, clap::Args)]
pub(super) struct Selection {
    /// Scenario files, or folders with scenario files in them.
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    /// Take only the scenarios with this text in their names. With `*` or `?` in it, it is a
    /// pattern for the whole name: `*` stands for any characters, `/` among them, and `?` for one.
    ///
    /// A scenario is called by its path below the folder, without the ending; `skift list` shows
    /// the names. Capital letters count as others.
    #[arg(long, value_name = "TEXT", env = "SKIFT_FILTER")]
    filter: Option<Filter>,
}

/// What was read of a selection.
pub(super) struct Loaded {
    /// The scenarios without a mistake.
    pub(super) suite: Suite,
    /// How many files have one. It has been shown.
    pub(super) mistaken: usize,
}

impl Selection {
    /// Reads every scenario that is meant, and shows the mistakes. The others are not opened.
    ///
    /// # Errors
    ///
    /// If there is none: all has been said, and is followed by this exit code.
    pub(super) fn load(&self) -> Result<Loaded, Exit> {
        let mut loaded = Loaded { suite: Suite::new(), mistaken: 0 };
        for found in self.find()? {
            match catalogue::load(&found.path) {
                Ok(scenario) => loaded.suite.push((found, scenario)),
                Err(mistake) => {
                    complain_of_mistakes(mistake);
                    loaded.mistaken += 1;
                }
            }
        }
        Ok(loaded)
    }

    /// Reads every scenario that is meant, before any of them runs, so that no mistake waits for
    /// an hour.
    ///
    /// # Errors
    ///
    /// If there is none, or a mistake in any: all has been said, and is followed by this exit code.
    pub(super) fn load_all(&self) -> Result<Suite, Exit> {
        match self.load()? {
            Loaded { suite, mistaken: 0 } => Ok(suite),
            Loaded { .. } => Err(Exit::Mistaken),
        }
    }

    fn find(&self) -> Result<Vec<Found>, Exit> {
        let all = catalogue::find(&self.paths).map_err(|error| {
            complain(&error);
            match error {
                CatalogueError::Empty(_) => Exit::NothingFound,
                CatalogueError::Unreadable { .. }
                | CatalogueError::SameName { .. }
                | CatalogueError::TooLong { .. }
                | CatalogueError::NotText { .. }
                | CatalogueError::Mistakes { .. } => Exit::Mistaken,
            }
        })?;
        let Some(filter) = &self.filter else {
            return Ok(all);
        };
        let names: Vec<&str> = all.iter().map(|found| found.name.as_str()).collect();
        if names.iter().any(|name| filter.is_met_by(name)) {
            return Ok(all.into_iter().filter(|found| filter.is_met_by(&found.name)).collect());
        }
        complain(filter.complaint(&names));
        Err(Exit::NothingFound)
    }
}
