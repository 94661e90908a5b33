//! A world of given answers: it knows of each certificate when the STS accepts it, and nothing
//! else. What a run makes of it can be reckoned with a pencil.

use std::collections::{BTreeMap, BTreeSet};

use clock::{Span, Timestamp};
use harness::{
    scenario::{Action, CertificateName, ClientName, NodeName, Scenario},
    world::{ActionOutcome, CallOutcome, Content, Failure, Message, Standing, World},
};
use parties::{Direction, Environment, Party, Step};

use crate::head::{HEAD, Head};

/// When each certificate is accepted: `[from, until)`.
pub(crate) type Accepted = BTreeMap<CertificateName, (Timestamp, Timestamp)>;

/// The world.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    accepted: Accepted,
    /// What each node calls with.
    deployed: BTreeMap<(ClientName, NodeName), CertificateName>,
    messages: Vec<Message>,
}

impl Model {
    pub(crate) fn new(scenario: &Scenario, accepted: Accepted) -> Self {
        let deployed = scenario.nodes().map(|(client, node)| {
            ((client.clone(), node.clone()), scenario.clients[client].certificate.clone())
        });
        Self { deployed: deployed.collect(), accepted, messages: Vec::new() }
    }
}

impl World for Model {
    fn act(&mut self, action: &Action, _: Timestamp) -> ActionOutcome {
        if let Action::Deploy { client, nodes, certificate } = action {
            for node in nodes {
                self.deployed.insert((client.clone(), node.clone()), certificate.clone());
            }
        }
        ActionOutcome::Done { note: None }
    }

    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.messages.push(Message {
            name: "1-wsc-to-sts".to_owned(),
            from: Party::Client,
            to: Party::Sts,
            direction: Direction::Request,
            environment: Environment::Production,
            content: Content::TokenRequest { signer: None },
        });
        self.probe(client, node, now)
    }

    fn probe(&self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        let certificate = &self.deployed[&(client.clone(), node.clone())];
        let cause = match self.accepted.get(certificate) {
            Some((from, _)) if now < *from => "certificate-not-in-force",
            Some((_, until)) if now >= *until => "certificate-expired",
            Some(_) => return CallOutcome::Succeeded,
            None => "certificate-not-registered",
        };
        let cause = cause.to_owned();
        CallOutcome::Failed(Failure { step: Step::One, cause, party: Party::Sts, diagnosis: None })
    }

    fn standing(&self, _: Timestamp) -> Vec<Standing> {
        Vec::new()
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let edges = self.accepted.values().flat_map(|(from, until)| [*from, *until]);
        edges.filter(|at| *at > now).min()
    }

    fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }

    fn take_touched(&mut self) -> BTreeSet<(ClientName, NodeName)> {
        self.deployed.keys().cloned().collect()
    }
}

/// A scenario of one client, `length` long: it calls each `interval` with `old`, which expires at
/// `expires`, and turns to `new` at `swap`.
pub(crate) fn swap_scenario(
    length: Span,
    interval: Span,
    expires: Span,
    swap: Span,
    expected: &str,
) -> Scenario {
    let (length, interval) = (length.to_string(), interval.to_string());
    let expires = format!("+{expires}");
    Head { length: &length, expires: &expires, interval: Some(&interval), ..HEAD }.before(&format!(
        r#"
        [[at]]
        time = "+0s"
        do.mitid.renew = {{ certificate = "old", as = "new" }}
        [[at]]
        time = "+0s"
        do.nemlogin.save = {{ system-user = "fagsystem", slot = "rolling", certificate = "new" }}
        [[at]]
        time = "+0s"
        do.nemlogin.provision = {{ system-user = "fagsystem", environment = "production" }}
        [[at]]
        time = "+{swap}"
        do.client.deploy = {{ client = "fagsystem", certificate = "new" }}
        [expected]
        {expected}
        "#
    ))
}

/// The old certificate is accepted before `old_until`, the new one from `new_from` on; both from
/// the start of the run.
pub(crate) fn accepted(scenario: &Scenario, old_until: Span, new_from: Span) -> Accepted {
    let name = |text: &str| text.parse().unwrap();
    let forever = scenario.start + Span::from_days(36_500);
    Accepted::from([
        (name("old"), (scenario.start, scenario.start + old_until)),
        (name("new"), (scenario.start + new_from, forever)),
    ])
}
