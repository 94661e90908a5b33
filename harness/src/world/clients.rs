//! What the vendors run: clients, node by node, and what their technicians do. They are the same in every
//! world; what carries their messages is not.

mod conversation;
mod order;
mod technicians;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core as _, Cvr, Diagnosis, Environment, Party, Step};
use wsc::{
    Settings, Trust, Wsc,
    exchange::{self, Event},
    habits::Habits,
};

pub(super) use self::conversation::{Answered, Came, HttpHead, Letter, Wire};
use super::{CallOutcome, Failure, certificates::Certificates, chains::TrustedAuthorities};
use crate::scenario::{ClientName, FindBy, NodeName, ProcessName, Scenario};

/// A node of a client.
pub(super) type Key = (ClientName, NodeName);

/// All clients with their nodes, and the certificates that there are to install.
#[derive(Clone, Default)]
pub(super) struct Clients {
    pub(super) nodes: BTreeMap<Key, Node>,
    pub(super) certificates: Certificates,
}

/// One running copy of a client.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) wsc: Wsc,
    /// Whom it trusts once it has pinned the STS's new certificate, if there is one.
    new_trust: Option<Arc<Trust>>,
    /// Whom it trusts in TLS.
    pub(super) authorities: TrustedAuthorities,
    pub(super) environment: Environment,
    /// The organisation on whose behalf it calls.
    tenant: Cvr,
    find_by: FindBy,
    process: Option<Process>,
    /// Whether the world stands: what is deployed from then on is typed in by somebody.
    has_begun: bool,
    entropy: Entropy,
}

/// A process of the vendor's, in one environment: what calls another one is kept apart even there.
type Process = (ProcessName, Environment);

/// Whom the clients of one environment trust.
pub(super) struct Trusted {
    /// From the start on.
    pub(super) first: Arc<Trust>,
    /// Once they have pinned the STS's new certificate, if there will be one.
    pub(super) new: Option<Arc<Trust>>,
}

impl Node {
    /// Tells the node something that it needs no message for.
    fn tell(&mut self, event: &Event, now: Timestamp) -> Result<(), wsc::Failure> {
        let (action, facts) = self.wsc.decide(event, now, &mut self.entropy);
        facts.into_iter().for_each(|fact| self.wsc.apply(fact));
        match action {
            exchange::Action::Done(result) => result,
            exchange::Action::AskSts { .. }
            | exchange::Action::CallService { .. }
            | exchange::Action::Redeem { .. }
            | exchange::Action::CallByRest { .. } => Ok(()),
        }
    }
}

impl Clients {
    /// Lets the clients of a scenario start, with the certificates that they begin with.
    pub(super) fn start(&mut self, scenario: &Scenario, trusted: &BTreeMap<Environment, Trusted>) {
        for (name, client) in &scenario.clients {
            let trusted = &trusted[&client.environment];
            let user = &scenario.system_users[&client.system_user];
            let tenant = scenario.organisations[&user.organisation].cvr.clone();
            for node in &client.nodes {
                let purpose = format!("{name}/{node}");
                let habits = Habits::of(client.profile);
                let settings = Settings {
                    habits: client.margin.map_or(habits, |margin| habits.with_margin(margin)),
                    skew: client.skew,
                    binding: scenario.rules.smdb.binding,
                    tenant: Some(tenant.clone()),
                    ..Settings::of(client.profile)
                };
                let started = Node {
                    wsc: Wsc::new(settings, Arc::clone(&trusted.first)),
                    new_trust: trusted.new.clone(),
                    authorities: TrustedAuthorities::of(client.truststore),
                    environment: client.environment,
                    tenant: tenant.clone(),
                    find_by: client.find_by,
                    process: client.process.clone().map(|name| (name, client.environment)),
                    has_begun: false,
                    entropy: Entropy::seeded(scenario.seed, "client", &purpose),
                };
                self.nodes.insert((name.clone(), node.clone()), started);
            }
        }
        // Nodes of one process share a key store: all of them are there before any starts.
        for (name, node) in scenario.nodes() {
            let key = (name.clone(), node.clone());
            // That a client does not start, each of its calls will say.
            let _ = self.deploy(&key, &scenario.clients[name].certificate, scenario.start);
        }
        self.nodes.values_mut().for_each(|node| node.has_begun = true);
    }

    /// One call by one node, from the order to the outcome; and which other nodes it touched.
    pub(super) fn call(
        &mut self,
        key: &Key,
        wire: &mut impl Wire,
        now: Timestamp,
    ) -> (CallOutcome, BTreeSet<Key>) {
        let Some(node) = self.nodes.get_mut(key) else {
            return (failed(Step::One, "no-such-node", Party::Client), BTreeSet::new());
        };
        let (outcome, remembered) = node.converse(&self.certificates, wire, now);
        let overheard = node.process.clone().filter(|_| node.wsc.settings().shares_its_cache());
        let mut touched = BTreeSet::new();
        for (other, neighbour) in neighbours(&mut self.nodes, key, overheard) {
            let before = neighbour.wsc.clone();
            remembered.iter().for_each(|fact| neighbour.wsc.overhear(fact));
            if neighbour.wsc != before {
                touched.insert(other.clone());
            }
        }
        (outcome, touched)
    }

    /// The same, but each node draws from here what it draws at random.
    pub(super) fn drawing_from(&self, entropy: &Entropy) -> Self {
        let mut copy = self.clone();
        copy.nodes.values_mut().for_each(|node| node.entropy = entropy.clone());
        copy
    }
}

/// The other nodes of a node's process: those of its name, of clients in the same process.
fn neighbours<'n>(
    nodes: &'n mut BTreeMap<Key, Node>,
    key: &'n Key,
    process: Option<Process>,
) -> impl Iterator<Item = (&'n Key, &'n mut Node)> {
    let is_neighbour = move |other: &Key, node: &Node| {
        other != key && other.1 == key.1 && process.is_some() && node.process == process
    };
    nodes.iter_mut().filter(move |(other, node)| is_neighbour(other, node))
}

/// A call that failed, and nobody says more of it.
pub(super) fn failed(step: Step, cause: &str, party: Party) -> CallOutcome {
    CallOutcome::Failed(Failure { step, cause: cause.to_owned(), party, diagnosis: None })
}

/// A call that failed, with all that is known of it.
pub(super) fn diagnosed(
    step: Step,
    cause: &str,
    party: Party,
    diagnosis: Diagnosis,
) -> CallOutcome {
    let diagnosis = Some(diagnosis);
    CallOutcome::Failed(Failure { step, cause: cause.to_owned(), party, diagnosis })
}
