//! How far long work has come, shown where a person watches: on a terminal, and nowhere else.

use std::collections::BTreeSet;

use indicatif::{ProgressBar, ProgressStyle};

/// A line on standard error that says how many scenarios are done and which are running. It is not
/// shown unless that is a terminal, and is gone at the end.
pub(super) struct Progress<'n> {
    bar: ProgressBar,
    names: Vec<&'n str>,
    running: BTreeSet<usize>,
}

impl<'n> Progress<'n> {
    /// Nothing done yet of the scenarios that are called `names`.
    pub(super) fn new(names: Vec<&'n str>) -> Self {
        let bar = ProgressBar::new(names.len() as u64);
        let style = ProgressStyle::with_template("{pos}/{len}  {wide_msg}");
        bar.set_style(style.expect("the template is one of indicatif"));
        Self { bar, names, running: BTreeSet::new() }
    }

    /// This one has begun.
    pub(super) fn begun(&mut self, index: usize) {
        self.running.insert(index);
        self.bar.set_message(self.running());
    }

    /// This one is done.
    pub(super) fn done(&mut self, index: usize) {
        self.running.remove(&index);
        self.bar.inc(1);
        self.bar.set_message(self.running());
    }

    /// Prints something else meanwhile.
    pub(super) fn aside<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    fn running(&self) -> String {
        let names: Vec<&str> = self.running.iter().map(|index| self.names[*index]).collect();
        crate::plain::one_line(&names.join(", "))
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_running() {
        let mut progress = Progress::new(vec!["a", "b\n", "c"]);
        [0, 2, 1].into_iter().for_each(|index| progress.begun(index));
        progress.done(0);
        assert_eq!((progress.running().as_str(), progress.bar.position()), ("b , c", 1));
    }
}
