//! Who is to blame for a downtime, in the names of the file.

mod words;

use clock::{Span, Timestamp};
use oracle::{Act, EventNumber, NodeNumber, Remedy};
use parties::{Role, Text};
use serde::{Deserialize, Serialize};

use super::{due::Due, translation::Translated};
use crate::scenario::{Action, ClientName, Entry, Happening, NodeName, Place, Scenario, When};

/// The one thing that, done at another time or done at all, would have helped a node most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Blame {
    /// Whose node.
    pub client: ClientName,
    /// Which one.
    pub node: NodeName,
    /// Who should have acted otherwise.
    pub who: Role,
    /// What should have been done.
    pub what: Text,
    /// When it should have been done: of the instants that are as good the nearest to that at which it
    /// was done, or the last one.
    pub mended: Timestamp,
    /// The same with what it must be kept to: how much earlier or later would have been as good.
    pub due: Due,
    /// When it was done, if it was done at all; of several acts the last one. For a renewal in time it
    /// is when somebody renewed, or ordered, too late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Timestamp>,
    /// Where the file says that it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The downtime as it is, as far as it is seen until the run ends.
    pub was: Span,
    /// The downtime that would be left.
    pub left: Span,
}

/// What is left of a downtime that begins with the last instant of the run. One that is over after a
/// millisecond would be told the same.
pub const LAST_INSTANT: Span = Span::from_millis(1);

/// The blame for each node that is down.
pub(super) fn blames(scenario: &Scenario, translated: &Translated) -> Vec<Blame> {
    let words = Words { scenario, translated };
    let blame = |(client, node, number): &(ClientName, NodeName, NodeNumber)| {
        let blame = oracle::Blame::of_node(&translated.plan, *number)?;
        let entry = words.entry(&blame);
        let done = entry.and_then(|entry| match entry.when {
            When::At(at) => Some(at),
            When::Every(_) => None,
        });
        Some(Blame {
            client: client.clone(),
            node: node.clone(),
            who: blame.role,
            what: words.remedy(&blame.remedy, blame.mended),
            mended: blame.mended,
            due: words.due(&blame, done),
            done,
            place: entry.map(|entry| entry.place),
            was: blame.was,
            left: blame.left,
        })
    };
    translated.nodes.iter().filter_map(blame).collect()
}

/// Gives the oracle's numbers their names back.
struct Words<'t> {
    scenario: &'t Scenario,
    translated: &'t Translated,
}

impl Words<'_> {
    /// Where the file says that it was done.
    fn entry(&self, blame: &oracle::Blame) -> Option<&Entry> {
        match &blame.remedy {
            Remedy::Move(event) | Remedy::Correct(event, _) | Remedy::Omit(event) => {
                self.entry_of(*event)
            }
            Remedy::Accept(attempt) => {
                let attempts = &self.translated.attempts;
                let (_, entry) = attempts.iter().find(|(number, _)| number == attempt)?;
                self.scenario.entries.get(*entry)
            }
            Remedy::IssueEarlier(number) => self.issue(&self.certificate(*number)),
            Remedy::Add(acts) => {
                let first = |act: &Act| {
                    let later = self.translated.plan.events();
                    let later = later.filter(|(_, it)| it.act == *act && it.at > blame.mended);
                    later.min_by_key(|(number, it)| (it.at, *number))
                };
                let done = acts.iter().map(first).collect::<Option<Vec<_>>>()?;
                let (last, _) = done.into_iter().max_by_key(|(number, it)| (it.at, *number))?;
                self.entry_of(last)
            }
            Remedy::Renew(number) => self.renewal(&self.certificate(*number), blame.mended),
            Remedy::Configure(..) => None,
        }
    }

    fn entry_of(&self, event: EventNumber) -> Option<&Entry> {
        let (_, entry) = self.translated.entries.iter().find(|(number, _)| *number == event)?;
        self.scenario.entries.get(*entry)
    }

    /// Where a certificate is issued.
    fn issue(&self, name: &str) -> Option<&Entry> {
        self.scenario.entries.iter().find(|entry| match &entry.what {
            Happening::Action(Action::Renew { r#as, .. } | Action::Order { r#as, .. }) => {
                r#as.as_str() == name
            }
            Happening::Action(_) | Happening::Call(_) => false,
        })
    }

    /// Where somebody first renews a certificate, or orders another one in place of it, after an
    /// instant.
    fn renewal(&self, name: &str, after: Timestamp) -> Option<&Entry> {
        let (_, old) = self.scenario.certificates.iter().find(|(it, _)| it.as_str() == name)?;
        let replaces = |entry: &&Entry| match &entry.what {
            Happening::Action(Action::Renew { certificate, .. }) => certificate.as_str() == name,
            Happening::Action(Action::Order { system_user, environment, .. }) => {
                *system_user == old.system_user && *environment == old.environment
            }
            Happening::Action(_) | Happening::Call(_) => false,
        };
        let dated = self.scenario.entries.iter().filter(replaces).filter_map(|entry| {
            let When::At(at) = entry.when else { return None };
            (at > after).then_some((at, entry))
        });
        dated.min_by_key(|(at, _)| *at).map(|(_, entry)| entry)
    }

    /// Until when, or from when on, it had to be done.
    fn due(&self, blame: &oracle::Blame, done: Option<Timestamp>) -> Due {
        match &blame.remedy {
            Remedy::Configure(..) => Due::FromTheStart,
            Remedy::Correct(..) | Remedy::Accept(_) | Remedy::Omit(_) => Due::At(blame.mended),
            // Only its place among what is done at that instant was wrong.
            Remedy::Move(_) if done == Some(blame.mended) => Due::At(blame.mended),
            Remedy::Add(acts) if self.lacks_a_restart(acts, blame.mended) => Due::At(blame.mended),
            Remedy::Move(_) | Remedy::IssueEarlier(_) | Remedy::Add(_) | Remedy::Renew(_) => {
                match (blame.window.from, blame.window.until) {
                    (None, None) => Due::At(blame.mended),
                    (None, Some(until)) => Due::By(until),
                    (Some(from), None) => Due::NotBefore(from),
                    (Some(from), Some(until)) if from == until => Due::At(from),
                    (Some(from), Some(until)) => Due::Between(from, until),
                }
            }
        }
    }

    /// Whether it is the restart of a node which is given a certificate at that instant.
    fn lacks_a_restart(&self, acts: &[Act], mended: Timestamp) -> bool {
        let [Act::Restart { node }] = acts else { return false };
        self.translated.plan.events().any(|(_, event)| {
            event.at == mended && matches!(event.act, Act::Deploy { node: of, .. } if of == *node)
        })
    }

    fn certificate(&self, number: oracle::CertificateNumber) -> String {
        let named = self.translated.certificates.iter().find(|(_, other)| *other == number);
        // What the oracle adds by itself is a renewal that nobody named.
        named.map_or_else(|| "new".to_owned(), |(name, _)| name.to_string())
    }
}
