//! What the vendors run: clients, node by node, and what their technicians do. They are the same in every
//! world; what carries their messages is not.

mod order;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use clock::Timestamp;
use entropy::Entropy;
use parties::{Core as _, Cvr, Diagnose as _, Diagnosis, Environment, Party, Step};
use wsc::{
    Fact, Settings, Trust, Wsc,
    exchange::{self, Action as Next, Event},
    habits::{Habits, Swap},
    rest::{HttpReply, Post},
};

use super::{
    ActionOutcome, CallOutcome, Failure,
    certificates::Certificates,
    chains::{Anchors, NotTrusted},
};
use crate::scenario::{
    Action, CertificateName, ClientName, FindBy, NodeName, ProcessName, Scenario,
};

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
    pub(super) anchors: Anchors,
    pub(super) environment: Environment,
    authority: Cvr,
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

/// What carries a client's messages to the services of its environment, and their answers back. It
/// carries none to a server whose chain in TLS the client does not trust.
pub(super) trait Wire {
    /// Asks the STS.
    fn ask_sts(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted>;

    /// Calls SMDB.
    fn call_smdb(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted>;

    /// Posts to SMDB by REST: a token to redeem, or a call.
    fn post_to_smdb(&mut self, post: &Post, letter: Letter<'_>) -> Result<Answered, NotTrusted>;

    /// What the client made of the answer to a letter, beside what the service says of it.
    fn understood(&mut self, _: Letter<'_>, _: &Event, _: Option<&CallOutcome>) {}
}

/// A message of a client, and what there is to tell of it.
#[derive(Clone, Copy)]
pub(super) struct Letter<'a> {
    pub(super) environment: Environment,
    pub(super) bytes: &'a [u8],
    /// The certificate that it is signed with; by REST, the one that is shown in TLS.
    pub(super) signer: &'a wsc::Thumbprint,
    /// Whom the client trusts in TLS.
    pub(super) anchors: &'a Anchors,
    pub(super) now: Timestamp,
    /// By which names the file knows certificates.
    pub(super) certificates: &'a Certificates,
}

/// What came back.
pub(super) struct Answered {
    pub(super) bytes: Vec<u8>,
    pub(super) head: HttpHead,
    /// The call as it failed, if the service said no.
    pub(super) refusal: Option<CallOutcome>,
}

/// What stands before an answer over HTTP, as far as a client that calls by REST looks at it.
#[derive(Default)]
pub(super) struct HttpHead {
    pub(super) status: u16,
    /// `WWW-Authenticate`
    pub(super) challenge: Option<String>,
}

impl Answered {
    /// There was nobody to answer.
    pub(super) const fn nothing(refusal: CallOutcome) -> Self {
        let head = HttpHead { status: 0, challenge: None };
        Self { bytes: Vec::new(), head, refusal: Some(refusal) }
    }
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

    /// The outcome of a call, and what the node remembered meanwhile.
    fn converse(
        &mut self,
        certificates: &Certificates,
        wire: &mut impl Wire,
        now: Timestamp,
    ) -> (CallOutcome, Vec<Fact>) {
        let calls = self.wsc.settings().habits.calls;
        let mut event = Event::Begin(order::order(&self.authority, calls, now, &mut self.entropy));
        let mut refusal = None;
        let mut remembered = Vec::new();
        loop {
            let (action, facts) = self.wsc.decide(&event, now, &mut self.entropy);
            let bytes = self.wsc.write(&action, &mut self.entropy);
            let letter = |signer| {
                let (environment, anchors) = (self.environment, &self.anchors);
                Letter { environment, bytes: &bytes, signer, anchors, now, certificates }
            };
            let answered = match &action {
                Next::AskSts { signer, .. } => Ok(wire.ask_sts(letter(signer))),
                Next::CallService { signer, .. } => Ok(wire.call_smdb(letter(signer))),
                Next::Redeem { post, certificate } | Next::CallByRest { post, certificate } => {
                    Ok(wire.post_to_smdb(post, letter(certificate)))
                }
                Next::Done(Ok(())) => Err(CallOutcome::Succeeded),
                Next::Done(Err(failure)) => {
                    Err(refusal.take().unwrap_or_else(|| self.at_the_client(&event, failure, now)))
                }
            };
            remembered.extend(facts.iter().cloned());
            facts.into_iter().for_each(|fact| self.wsc.apply(fact));
            match answered {
                Ok(Err(NotTrusted)) => event = Event::ServerNotTrusted,
                Ok(Ok(answered)) => {
                    event = self.read(&action, &answered);
                    if let Some(signer) = proved_with(&action) {
                        wire.understood(letter(signer), &event, answered.refusal.as_ref());
                    }
                    refusal = answered.refusal;
                }
                Err(outcome) => return (outcome, remembered),
            }
        }
    }

    /// What came back after the node did this.
    fn read(&self, action: &Next, answered: &Answered) -> Event {
        match action {
            Next::AskSts { .. } | Next::CallService { .. } | Next::Done(_) => {
                self.wsc.read(&answered.bytes)
            }
            Next::Redeem { .. } | Next::CallByRest { .. } => {
                let HttpHead { status, challenge } = &answered.head;
                let (status, challenge) = (*status, challenge.as_deref());
                self.wsc.read_rest(&HttpReply { status, challenge, body: &answered.bytes })
            }
        }
    }

    /// Nobody refused: only the client knows what is wrong.
    fn at_the_client(&self, event: &Event, failure: &wsc::Failure, now: Timestamp) -> CallOutcome {
        let diagnosis = self.wsc.diagnose(event, now);
        diagnosed(failure.step(), failure.name(), Party::Client, diagnosis)
    }
}

impl Clients {
    /// Lets the clients of a scenario start, with the certificates that they begin with.
    pub(super) fn start(&mut self, scenario: &Scenario, trusted: &BTreeMap<Environment, Trusted>) {
        for (name, client) in &scenario.clients {
            let trusted = &trusted[&client.environment];
            let user = &scenario.system_users[&client.system_user];
            let authority = scenario.organisations[&user.organisation].cvr.clone();
            for node in &client.nodes {
                let purpose = format!("{name}/{node}");
                let habits = Habits::of(client.profile);
                let settings = Settings {
                    habits: client.margin.map_or(habits, |margin| habits.with_margin(margin)),
                    skew: client.skew,
                    binding: scenario.rules.smdb.binding,
                    tenant: Some(authority.clone()),
                    ..Settings::of(client.profile)
                };
                let started = Node {
                    wsc: Wsc::new(settings, Arc::clone(&trusted.first)),
                    new_trust: trusted.new.clone(),
                    anchors: Anchors::of(client.truststore),
                    environment: client.environment,
                    authority: authority.clone(),
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

    /// What a technician of the vendor's does; none if it is somebody else who acts.
    pub(super) fn carry_out(&mut self, action: &Action, now: Timestamp) -> Option<ActionOutcome> {
        let key = |client: &ClientName, node: &NodeName| (client.clone(), node.clone());
        let is_alone = |client: &ClientName| {
            self.nodes.keys().filter(|(other, _)| other == client).count() == 1
        };
        let outcome = match action {
            Action::PinSigner { client, nodes } => on_each(nodes, is_alone(client), |node| {
                if let Some(node) = self.nodes.get_mut(&key(client, node))
                    && let Some(trust) = &node.new_trust
                {
                    node.wsc.pin(Arc::clone(trust));
                }
                Ok(())
            }),
            Action::TrustChain { client, nodes } => on_each(nodes, is_alone(client), |node| {
                if let Some(node) = self.nodes.get_mut(&key(client, node)) {
                    node.anchors.take_in_new();
                }
                Ok(())
            }),
            Action::Deploy { client, nodes, certificate } => {
                on_each(nodes, is_alone(client), |node| {
                    self.deploy(&key(client, node), certificate, now)
                })
            }
            Action::Install { client, nodes, certificate } => {
                on_each(nodes, is_alone(client), |node| {
                    self.install(&key(client, node), certificate);
                    Ok(())
                })
            }
            Action::Restart { client, nodes } => {
                on_each(nodes, is_alone(client), |node| self.restart(&key(client, node), now))
            }
            Action::Renew { .. }
            | Action::Order { .. }
            | Action::Revoke { .. }
            | Action::Save { .. }
            | Action::Remove { .. }
            | Action::Provision { .. }
            | Action::RollOver { .. }
            | Action::TrustSigner { .. }
            | Action::ChangeChain { .. } => return None,
        };
        Some(outcome)
    }

    /// Installs a certificate at a node and in the rest of its process.
    fn install(&mut self, key: &Key, certificate: &CertificateName) {
        let Some(held) = self.certificates.get(certificate) else { return };
        let process = self.process(key);
        for (_, neighbour) in neighbours(&mut self.nodes, key, process) {
            neighbour.wsc.key_store().install(held.credential.clone());
        }
        if let Some(node) = self.nodes.get_mut(key) {
            node.wsc.key_store().install(held.credential.clone());
        }
    }

    /// Installs a certificate, names it in the node's configuration, and lets the node take that up the
    /// way its kind does.
    fn deploy(
        &mut self,
        key: &Key,
        certificate: &CertificateName,
        now: Timestamp,
    ) -> Result<(), wsc::Failure> {
        self.install(key, certificate);
        let Some(held) = self.certificates.get(certificate) else { return Ok(()) };
        let certificate = &held.credential.certificate;
        let Some(node) = self.nodes.get_mut(key) else { return Ok(()) };
        let find_by = match node.find_by {
            // What a client began with was typed in right.
            FindBy::CopiedThumbprint if !node.has_begun => wsc::FindBy::thumbprint_of(certificate),
            FindBy::Thumbprint => wsc::FindBy::thumbprint_of(certificate),
            FindBy::CopiedThumbprint => wsc::FindBy::copied_from_the_dialog(certificate),
            FindBy::SubjectName => wsc::FindBy::SubjectName(
                certificate.subject().common_name().unwrap_or_default().to_owned(),
            ),
        };
        node.tell(&Event::Configure(find_by), now)?;
        match node.wsc.settings().habits.swap {
            Swap::InProcess => node.tell(&Event::TakeUp, now),
            Swap::Restart => self.restart(key, now),
        }
    }

    /// Restarts a node, and with it whatever runs in its process.
    fn restart(&mut self, key: &Key, now: Timestamp) -> Result<(), wsc::Failure> {
        let process = self.process(key);
        for (_, neighbour) in neighbours(&mut self.nodes, key, process) {
            // That it did not start, each of its calls will say.
            let _ = neighbour.tell(&Event::Restart, now);
        }
        self.nodes.get_mut(key).map_or(Ok(()), |node| node.tell(&Event::Restart, now))
    }

    fn process(&self, key: &Key) -> Option<Process> {
        self.nodes.get(key)?.process.clone()
    }
}

/// The certificate that a message is signed with, or that is shown with it.
const fn proved_with(action: &Next) -> Option<&wsc::Thumbprint> {
    match action {
        Next::AskSts { signer, .. } | Next::CallService { signer, .. } => Some(signer),
        Next::Redeem { certificate, .. } | Next::CallByRest { certificate, .. } => {
            Some(certificate)
        }
        Next::Done(_) => None,
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

/// Does something at each node. A node that does not start has that from its own configuration; the
/// others go on. One that is alone needs no name.
fn on_each(
    nodes: &[NodeName],
    is_alone: bool,
    mut act: impl FnMut(&NodeName) -> Result<(), wsc::Failure>,
) -> ActionOutcome {
    let failures: Vec<_> = nodes.iter().filter_map(|node| Some((node, act(node).err()?))).collect();
    match failures.first() {
        None => ActionOutcome::Done { note: None },
        Some((_, failure)) => {
            let texts = failures.iter().map(|(node, failure)| {
                if is_alone { failure.to_string() } else { format!("{node}: {failure}") }
            });
            let text = texts.collect::<Vec<_>>().join("; ");
            ActionOutcome::refused(failure.name(), &text, Some(failure.finding()))
        }
    }
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
