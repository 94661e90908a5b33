//! Who is to blame for a downtime, in words.

use clock::{Span, Timestamp};
use oracle::{Act, EventNumber, Remedy};
use parties::{Role, Slot, Text};
use serde::{Deserialize, Serialize};

use super::translation::Translated;
use crate::scenario::{ClientName, NodeName, Place, Scenario, When};

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
    /// When it should have been done.
    pub mended: Timestamp,
    /// When it was done, if it was done at all.
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

/// The blame for each node that is down.
pub(super) fn blames(scenario: &Scenario, translated: &Translated) -> Vec<Blame> {
    let words = Words { scenario, translated };
    let blame = |(client, node, number): &(ClientName, NodeName, oracle::NodeNumber)| {
        let blame = oracle::Blame::of_node(&translated.plan, *number)?;
        let entry = match &blame.remedy {
            Remedy::Move(event) => words.entry(*event),
            Remedy::IssueEarlier(_) | Remedy::Add(_) | Remedy::Renew(_) => None,
        };
        Some(Blame {
            client: client.clone(),
            node: node.clone(),
            who: blame.role,
            what: words.remedy(&blame.remedy),
            mended: blame.mended,
            done: entry.and_then(|entry| match entry.when {
                When::At(at) => Some(at),
                When::Every(_) => None,
            }),
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
    fn entry(&self, event: EventNumber) -> Option<&crate::scenario::Entry> {
        let entry = self.translated.entries.iter().find(|(number, _)| *number == event)?;
        self.scenario.entries.get(entry.1)
    }

    fn remedy(&self, remedy: &Remedy) -> Text {
        match remedy {
            Remedy::Move(event) => self.act(&self.translated.plan.event(*event).act),
            Remedy::Add(acts) => {
                let texts: Vec<Text> = acts.iter().map(|act| self.act(act)).collect();
                Text::new(
                    joined(texts.iter().map(|text| &*text.en), "and"),
                    joined(texts.iter().map(|text| &*text.da), "og"),
                )
            }
            Remedy::IssueEarlier(number) => {
                let name = self.certificate(*number);
                Text::new(format!("issue `{name}` earlier"), format!("udsted `{name}` tidligere"))
            }
            Remedy::Renew(number) => {
                let name = self.certificate(*number);
                Text::new(
                    format!("renew `{name}`, register the new certificate and deploy it"),
                    format!("forny `{name}`, registrér det nye certifikat og idriftsæt det"),
                )
            }
        }
    }

    fn act(&self, act: &Act) -> Text {
        match *act {
            Act::Save { slot, certificate, .. } => {
                let name = self.certificate(certificate);
                let plads = slot_in_danish(slot);
                Text::new(
                    format!("save `{name}` in the {slot} slot"),
                    format!("gem `{name}` på pladsen {plads}"),
                )
            }
            Act::Remove { slot, .. } => {
                let plads = slot_in_danish(slot);
                Text::new(format!("empty the {slot} slot"), format!("tøm pladsen {plads}"))
            }
            Act::Provision { environment, .. } => Text::new(
                format!("provision in {environment}"),
                format!("provisionér i {}", environment.in_danish()),
            ),
            Act::Revoke { certificate } => {
                let name = self.certificate(certificate);
                Text::new(format!("revoke `{name}`"), format!("spær `{name}`"))
            }
            Act::Deploy { node, certificate } => {
                let (name, node) = (self.certificate(certificate), self.node(node));
                Text::new(
                    format!("deploy `{name}` in {node}"),
                    format!("idriftsæt `{name}` i {node}"),
                )
            }
            Act::Install { node, certificate } => {
                let (name, node) = (self.certificate(certificate), self.node(node));
                Text::new(
                    format!("install `{name}` in {node}"),
                    format!("installér `{name}` i {node}"),
                )
            }
            Act::Restart { node } | Act::DropCache { node } => {
                let node = self.node(node);
                Text::new(format!("restart {node}"), format!("genstart {node}"))
            }
            Act::SignWith { environment, .. } => Text::new(
                format!("roll the STS of {environment} over"),
                format!("skift STS\u{2019}ens certifikat i {}", environment.in_danish()),
            ),
            Act::Pin { node, .. } => {
                let node = self.node(node);
                Text::new(
                    format!("pin the new signer in {node}"),
                    format!("lad {node} stole på det nye STS-certifikat"),
                )
            }
            Act::Trust { environment, .. } => Text::new(
                format!("let SMDB trust the new signer in {environment}"),
                format!("lad SMDB stole på det nye STS-certifikat i {}", environment.in_danish()),
            ),
        }
    }

    fn certificate(&self, number: oracle::CertificateNumber) -> String {
        let named = self.translated.certificates.iter().find(|(_, other)| *other == number);
        // What the oracle adds by itself is a renewal that nobody named.
        named.map_or_else(|| "new".to_owned(), |(name, _)| name.to_string())
    }

    fn node(&self, number: oracle::NodeNumber) -> String {
        let named = self.translated.nodes.iter().find(|(.., other)| *other == number);
        let Some((client, node, _)) = named else { return String::new() };
        let alone = self.scenario.clients.get(client).is_none_or(|it| it.nodes.len() == 1);
        if alone { client.to_string() } else { format!("{client}/{node}") }
    }
}

const fn slot_in_danish(slot: Slot) -> &'static str {
    match slot {
        Slot::Active => "til det aktive certifikat",
        Slot::Rolling => "til rullende skift",
    }
}

/// `a`, `a and b`, `a, b and c`.
fn joined<'t>(texts: impl DoubleEndedIterator<Item = &'t str>, and: &str) -> String {
    let mut texts = texts.rev();
    let Some(last) = texts.next() else { return String::new() };
    let before: Vec<&str> = texts.rev().collect();
    if before.is_empty() { last.to_owned() } else { format!("{} {and} {last}", before.join(", ")) }
}
