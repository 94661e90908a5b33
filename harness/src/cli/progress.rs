//! How far long work has come, shown where a person watches: on a terminal, and nowhere else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use clock::{Span, Timestamp};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    scenario::{Action, ClientName, NodeName, Scenario},
    world::{ActionOutcome, CallOutcome, Message, Standing, World},
};

/// A line on standard error that says how many scenarios are done, which are running, and how much of
/// their own time has gone by. It is not shown unless that is a terminal, and is gone at the end.
pub(super) struct Progress<'n> {
    bar: ProgressBar,
    names: Vec<&'n str>,
    /// Those that are running, with how much of each is over, in per cent.
    running: Mutex<BTreeMap<usize, i64>>,
}

impl<'n> Progress<'n> {
    /// Nothing done yet of the scenarios that are called `names`.
    pub(super) fn new(names: Vec<&'n str>) -> Self {
        let bar = ProgressBar::new(names.len() as u64);
        let style = ProgressStyle::with_template("{pos}/{len}  {wide_msg}");
        bar.set_style(style.expect("the template is one of indicatif"));
        Self { bar, names, running: Mutex::default() }
    }

    /// This one has begun.
    pub(super) fn begun(&self, index: usize) {
        self.lock().entry(index).or_default();
        self.bar.set_message(self.running());
    }

    /// So many per cent of this one are over.
    fn is_at(&self, index: usize, percent: i64) {
        if self.lock().insert(index, percent) != Some(percent) {
            self.bar.set_message(self.running());
        }
    }

    /// This one is done.
    pub(super) fn done(&self, index: usize) {
        self.lock().remove(&index);
        self.bar.inc(1);
        self.bar.set_message(self.running());
    }

    /// Prints something else meanwhile.
    pub(super) fn aside<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    /// The same world, in which the scenario with this index runs and is followed.
    pub(super) fn follow<'p, W>(
        &'p self,
        index: usize,
        scenario: &'p Scenario,
        world: W,
    ) -> Followed<'p, 'n, W> {
        Followed { progress: self, index, scenario, world }
    }

    fn running(&self) -> String {
        let running = self.lock();
        let words = running.iter().map(|(index, percent)| match percent {
            0 => self.names[*index].to_owned(),
            percent => format!("{} {percent} %", self.names[*index]),
        });
        crate::plain::one_line(&words.collect::<Vec<_>>().join(", "))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<usize, i64>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A world that tells how far its time has come, whenever somebody looks at how things stand in it.
pub(super) struct Followed<'p, 'n, W> {
    progress: &'p Progress<'n>,
    index: usize,
    scenario: &'p Scenario,
    world: W,
}

impl<W> Followed<'_, '_, W> {
    /// The world itself.
    pub(super) fn into_world(self) -> W {
        self.world
    }
}

impl<W: World> World for Followed<'_, '_, W> {
    fn act(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        self.world.act(action, now)
    }

    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.world.call(client, node, now)
    }

    fn probe(&self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.world.probe(client, node, now)
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.world.next_change(now)
    }

    fn looks_every(&self) -> Option<Span> {
        self.world.looks_every()
    }

    fn standing(&self, now: Timestamp) -> Vec<Standing> {
        let (over, length) = (now.since(self.scenario.start), self.scenario.length);
        self.progress.is_at(self.index, over.millis() * 100 / length.millis().max(1));
        self.world.standing(now)
    }

    fn take_messages(&mut self) -> Vec<Message> {
        self.world.take_messages()
    }

    fn take_touched(&mut self) -> BTreeSet<(ClientName, NodeName)> {
        self.world.take_touched()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::run;

    /// A world in which nothing happens.
    struct Still;

    impl World for Still {
        fn act(&mut self, _: &Action, _: Timestamp) -> ActionOutcome {
            ActionOutcome::Done { note: None }
        }

        fn call(&mut self, _: &ClientName, _: &NodeName, _: Timestamp) -> CallOutcome {
            CallOutcome::Succeeded
        }

        fn probe(&self, _: &ClientName, _: &NodeName, _: Timestamp) -> CallOutcome {
            CallOutcome::Succeeded
        }

        fn next_change(&self, _: Timestamp) -> Option<Timestamp> {
            None
        }

        fn standing(&self, _: Timestamp) -> Vec<Standing> {
            Vec::new()
        }

        fn take_messages(&mut self) -> Vec<Message> {
            Vec::new()
        }

        fn take_touched(&mut self) -> BTreeSet<(ClientName, NodeName)> {
            BTreeSet::new()
        }
    }

    #[test]
    fn names_what_is_running() {
        let progress = Progress::new(vec!["a", "b\n", "c"]);
        [0, 2, 1].into_iter().for_each(|index| progress.begun(index));
        progress.done(0);
        progress.is_at(2, 40);
        assert_eq!((progress.running().as_str(), progress.bar.position()), ("b , c 40 %", 1));
    }

    #[test]
    fn one_long_scenario_is_seen_to_move() {
        let text = include_str!("../../../scenarios/rolling-swap/client-swaps-early.toml");
        let scenario = Scenario::parse(text).unwrap_or_else(|mistake| panic!("{mistake}"));
        let progress = Progress::new(vec!["early"]);
        progress.begun(0);
        let journal = run(&scenario, &mut progress.follow(0, &scenario, Still));
        assert!(!journal.observations().is_empty());
        assert_eq!(progress.running(), "early 100 %");
    }
}
