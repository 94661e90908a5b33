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
                | Action::Revoke { .. }
                | Action::Save { .. }
                | Action::Remove { .. }
                | Action::Provision { .. }
                | Action::RollOver { .. }
                | Action::TrustSigner { .. },
            ) => Self::Click,
            Happening::Action(
                Action::Deploy { .. } | Action::Restart { .. } | Action::PinSigner { .. },
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

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"
        format = 1
        title = "Order"
        description = "Who comes first"
        start = 2030-03-01T08:00:00Z
        length = "4s"
        seed = 1
        [organisation.kommune]
        name = "Testkommunen"
        cvr = "90000001"
        [system-user.fagsystem]
        organisation = "kommune"
        entity-id = "https://wsc.testkommunen.invalid"
        [certificate.old]
        system-user = "fagsystem"
        environment = "production"
        expires = "+2h"
        [client.fagsystem]
        system-user = "fagsystem"
        environment = "production"
        profile = "no-cache"
        nodes = ["b", "a"]
        certificate = "old"
        [expected]
        outages = []
    "#;

    /// The events of these entries, each as `second:what`.
    fn check(entries: &str, expected: &[&str]) {
        let scenario = Scenario::parse(&format!("{HEAD}{entries}"))
            .unwrap_or_else(|mistake| panic!("{mistake}"));
        let events: Vec<String> = Schedule::new(&scenario)
            .map(|event| {
                let what = match event.due {
                    Due::Action(Action::Renew { r#as, .. }) => format!("renew {}", r#as),
                    Due::Action(Action::Revoke { certificate, .. }) => {
                        format!("revoke {certificate}")
                    }
                    Due::Action(Action::Save { certificate, .. }) => format!("save {certificate}"),
                    Due::Action(Action::Provision { .. }) => "provision".to_owned(),
                    Due::Action(Action::Deploy { certificate, .. }) => {
                        format!("deploy {certificate}")
                    }
                    Due::Action(Action::Restart { client, .. }) => format!("restart {client}"),
                    Due::Action(other) => format!("{other:?}"),
                    Due::Call(_, node) => format!("call {node}"),
                };
                format!("{}:{what}", event.at.since(scenario.start).millis() / 1000)
            })
            .collect();
        assert_eq!(events, expected);
    }

    #[test]
    fn calls_repeat_from_the_start_to_the_end_with_every_node() {
        check(
            "[[every]]\ninterval = \"2s\"\ndo.client.submit = { client = \"fagsystem\" }",
            &["0:call b", "0:call a", "2:call b", "2:call a", "4:call b", "4:call a"],
        );
        check(
            "[[every]]\ninterval = \"3s\"\ndo.client.submit = { client = \"fagsystem\" }",
            &["0:call b", "0:call a", "3:call b", "3:call a"],
        );
    }

    #[test]
    fn within_an_instant_clicks_precede_swaps_and_swaps_precede_calls() {
        check(
            r#"
            [[at]]
            time = "+2s"
            do.client.submit = { client = "fagsystem" }
            [[at]]
            time = "+2s"
            do.client.deploy = { client = "fagsystem", certificate = "new" }
            [[at]]
            time = "+2s"
            do.mitid.renew = { certificate = "old", as = "new" }
            [[at]]
            time = "+2s"
            do.nemlogin.save = { system-user = "fagsystem", slot = "rolling", certificate = "new" }
            [[at]]
            time = "+2s"
            do.nemlogin.provision = { system-user = "fagsystem", environment = "production" }
            [[at]]
            time = "+1s"
            do.client.submit = { client = "fagsystem" }
            "#,
            &[
                "1:call b",
                "1:call a",
                "2:renew new",
                "2:save new",
                "2:provision",
                "2:deploy new",
                "2:call b",
                "2:call a",
            ],
        );
    }

    #[test]
    fn clicks_of_one_instant_keep_the_order_of_the_file() {
        let provision = "[[at]]\ntime = \"+1s\"\ndo.nemlogin.provision = \
                         { system-user = \"fagsystem\", environment = \"production\" }\n";
        let save = "[[at]]\ntime = \"+1s\"\ndo.nemlogin.save = { system-user = \"fagsystem\", \
                    slot = \"rolling\", certificate = \"old\" }\n";
        check(&format!("{provision}{save}"), &["1:provision", "1:save old"]);
        check(&format!("{save}{provision}"), &["1:save old", "1:provision"]);
    }

    #[test]
    fn takes_only_what_is_due() {
        let text = format!(
            "{HEAD}[[every]]\ninterval = \"2s\"\ndo.client.submit = {{ client = \"fagsystem\" }}"
        );
        let scenario = Scenario::parse(&text).unwrap();
        let mut schedule = Schedule::new(&scenario);
        assert_eq!(schedule.next_at(), Some(scenario.start));
        assert!(schedule.take_due(scenario.start - Span::from_millis(1)).is_none());
        assert!(schedule.take_due(scenario.start).is_some());
        assert!(schedule.take_due(scenario.start).is_some());
        assert!(schedule.take_due(scenario.start).is_none());
        assert_eq!(schedule.next_at(), Some(scenario.start + Span::from_seconds(2)));
    }
}
