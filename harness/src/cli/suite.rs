//! The scenarios that a command line names, found and read.

use std::path::PathBuf;

use super::{Exit, filter::Filter, print::complain};
use crate::{
    catalogue::{self, CatalogueError, Found},
    scenario::Scenario,
};

/// Scenarios with where they were found, in the order of the catalogue.
pub(super) type Suite = Vec<(Found, Scenario)>;

/// Reads every scenario below `paths` that `filter` means, before any of them runs, so that no
/// mistake waits for an hour. The others are not opened.
///
/// # Errors
///
/// If there is none, or a mistake in any of them: all has been said, and is followed by this exit
/// code.
pub(super) fn load(paths: &[PathBuf], filter: Option<&Filter>) -> Result<Suite, Exit> {
    let mut suite = Vec::new();
    let mut exit = None;
    for found in find(paths, filter)? {
        match catalogue::load(&found.path) {
            Ok(scenario) => suite.push((found, scenario)),
            Err(mistake) => {
                complain(mistake);
                exit = Some(Exit::Mistaken);
            }
        }
    }
    exit.map_or(Ok(suite), Err)
}

fn find(paths: &[PathBuf], filter: Option<&Filter>) -> Result<Vec<Found>, Exit> {
    let all = catalogue::find(paths).map_err(|error| {
        complain(&error);
        match error {
            CatalogueError::Empty(_) => Exit::NothingFound,
            CatalogueError::Unreadable { .. }
            | CatalogueError::SameName { .. }
            | CatalogueError::TooLong(_)
            | CatalogueError::NotText(_)
            | CatalogueError::Mistake { .. } => Exit::Mistaken,
        }
    })?;
    let Some(filter) = filter else {
        return Ok(all);
    };
    let names: Vec<&str> = all.iter().map(|found| found.name.as_str()).collect();
    if names.iter().any(|name| filter.is_met_by(name)) {
        return Ok(all.into_iter().filter(|found| filter.is_met_by(&found.name)).collect());
    }
    complain(filter.complaint(&names));
    Err(Exit::NothingFound)
}
