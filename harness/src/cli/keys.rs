//! The pool of keys that all scenarios of a run share.

use std::{io, path::Path};

use indicatif::ProgressBar;
use pki::{KeyPool, KeySize};

use super::{print::complain, suite::Suite};
use crate::world::in_process;

/// Opens the pool in `folder`, and makes the keys that `suite` needs and that are missing: on a
/// terminal with a bar, since it may take minutes, and with one line elsewhere.
///
/// # Errors
///
/// If the folder cannot be read or written.
pub(super) fn pool(folder: &Path, suite: &Suite) -> io::Result<KeyPool> {
    let mut needed = Vec::<(KeySize, usize)>::new();
    for (size, count) in suite.iter().flat_map(|(_, scenario)| in_process::keys_needed(scenario)) {
        match needed.iter_mut().find(|(other, _)| *other == size) {
            Some((_, most)) => *most = count.max(*most),
            None => needed.push((size, count)),
        }
    }
    let pool = KeyPool::open(folder)?;
    let mut bar = None;
    let mut progress = |made: usize, total: usize| {
        let bar = bar.get_or_insert_with(|| {
            complain(format!("making {total} RSA keys in {}, this once", folder.display()));
            ProgressBar::new(total as u64)
        });
        bar.set_position(made as u64);
    };
    pool.ensure(&needed, &mut progress)?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(pool)
}
