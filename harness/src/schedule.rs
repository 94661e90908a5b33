//! What happens in a run, in order: by instant, then by phase, then as the file has it.
//!
//! A pure function of the scenario. Calls that repeat are not written out beforehand, so that a
//! run of years costs no memory here.

use std::{cmp::Reverse, collections::BinaryHeap};

use clock::{Span, Timestamp};

use crate::scenario::{Action, ClientName, Happening, NodeName, Scenario, When};

/// The order within one instant.
///
/// What falls due by itself (an expiry, a rolling swap) has no phase here: a world reads it with
/// `now`, so that it stands before whatever a call or a deployment at that instant meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// An administrator clicks.
    Click,
    /// A client swaps its certificate.
    Swap,
    /// A client calls.
    Call,
}

impl Phase {
    /// The phase that something belongs to.
    #[must_use]
    pub const fn of(happening: &Happening) -> Self {
        match happening {
            Happening::Action(
                Action::Renew { .. }
                | Action::Order { .. }
                | Action::Revoke { .. }
                | Action::Save { .. }
                | Action::Remove { .. }
                | Action::Provision { .. }
                | Action::RollOver { .. }
                | Action::TrustSigner { .. }
                | Action::ChangeChain { .. },
            ) => Self::Click,
            Happening::Action(
                Action::Deploy { .. }
                | Action::Install { .. }
                | Action::Restart { .. }
                | Action::PinSigner { .. }
                | Action::TrustChain { .. },
            ) => Self::Swap,
            Happening::Call(_) => Self::Call,
        }
    }
}

/// One thing that happens at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'s> {
    /// When.
    pub at: Timestamp,
    /// In which part of the instant.
    pub phase: Phase,
    /// What.
    pub due: Due<'s>,
}

/// What an [`Event`] brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due<'s> {
    /// A person does something.
    Action(&'s Action),
    /// One node makes one call.
    Call(&'s ClientName, &'s NodeName),
}

/// The events of a scenario that are still to come, in order.
#[derive(Debug, Clone)]
pub struct Schedule<'s> {
    sources: Vec<Source<'s>>,
    /// When each source is next due; the index decides between sources of one phase, since they
    /// stand in the order of the file, and nodes in the order of their client.
    next: BinaryHeap<Reverse<(Timestamp, Phase, usize)>>,
    end: Timestamp,
}

/// Something that happens once, or again and again.
#[derive(Debug, Clone, Copy)]
struct Source<'s> {
    due: Due<'s>,
    interval: Option<Span>,
}

impl<'s> Schedule<'s> {
    /// Everything that happens in `scenario`.
    #[must_use]
    pub fn new(scenario: &'s Scenario) -> Self {
        let end = scenario.end();
        let mut schedule = Self { sources: Vec::new(), next: BinaryHeap::new(), end };
        for entry in &scenario.entries {
            let (first, interval) = match entry.when {
                When::At(at) => (at, None),
                When::Every(interval) => (scenario.start, Some(interval)),
            };
            let mut add = |due| {
                let place = (first, Phase::of(&entry.what), schedule.sources.len());
                schedule.next.push(Reverse(place));
                schedule.sources.push(Source { due, interval });
            };
            match &entry.what {
                Happening::Action(action) => add(Due::Action(action)),
                Happening::Call(client) => {
                    let nodes = scenario.clients.get(client).map(|client| &client.nodes);
                    nodes.into_iter().flatten().for_each(|node| add(Due::Call(client, node)));
                }
            }
        }
        schedule
    }

    /// When the next event is due.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        self.next.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes the next event that is due at `now` or before.
    pub fn take_due(&mut self, now: Timestamp) -> Option<Event<'s>> {
        if self.next_at()? > now { None } else { self.next() }
    }
}

impl<'s> Iterator for Schedule<'s> {
    type Item = Event<'s>;

    fn next(&mut self) -> Option<Event<'s>> {
        let Reverse((at, phase, index)) = self.next.pop()?;
        let source = self.sources[index];
        if let Some(interval) = source.interval
            && at + interval <= self.end
        {
            self.next.push(Reverse((at + interval, phase, index)));
        }
        Some(Event { at, phase, due: source.due })
    }
}
