//! The virtual world: every party in this process, real keys and real messages, no socket.
//!
//! Each message between two parties goes through one [`Link`]. Keys come from a pool and are handed
//! in; everything else that is drawn comes from the scenario's seed, one stream for each party and
//! purpose, so that the same file gives the same journal with any keys.

mod country;
mod ordering;
mod set_up;
mod standing;
mod traffic;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    sync::Arc,
};

use clock::Timestamp;
use entropy::Entropy;
use oio_idws::Credential;
use parties::{Core, Cvr, Environment, Finding, Link, Party, Pass, Slot, Step, SystemUserId};
use pki::{Certificate, KeySize, PrivateKey, RevocationReason, SigningRequest, pkcs12};
use sim_mitid::Mitid;
use sim_smdb::Smdb;
use sim_sts::{Sts, administration};
use wsc::{
    Thumbprint, Trust, Wsc,
    exchange::{self, Event},
    habits::Swap,
};

pub use country::Countries;
pub use set_up::{SetUpError, keys_needed};

use crate::{
    scenario::{Action, CertificateName, ClientName, FindBy, NodeName, ProcessName, UploadedFile},
    world::{ActionOutcome, CallOutcome, Failure, Message, Standing, World},
};

/// A virtual world.
#[derive(Clone)]
pub struct InProcess<L = Pass> {
    mitid: Mitid,
    sts: Sts,
    smdb: BTreeMap<Environment, Smdb>,
    nodes: BTreeMap<(ClientName, NodeName), Node>,
    certificates: BTreeMap<CertificateName, Held>,
    /// In the order of their names.
    system_users: Vec<SystemUserId>,
    /// Keys for certificates that are still to be made, the next one last.
    keys: Vec<PrivateKey>,
    streams: Streams,
    link: L,
    messages: Vec<Message>,
    /// Whose calls may meet something else than when that was last asked.
    touched: BTreeSet<(ClientName, NodeName)>,
}

/// One running copy of a client.
#[derive(Clone)]
struct Node {
    wsc: Wsc,
    /// Whom it trusts once it has pinned the STS's new certificate, if there is one.
    new_trust: Option<Arc<Trust>>,
    environment: Environment,
    authority: Cvr,
    find_by: FindBy,
    process: Option<Process>,
    /// Whether the world stands: what is deployed from then on is typed in by somebody.
    has_begun: bool,
    entropy: Entropy,
}

/// A process of the vendor's, in one environment: what calls another one is kept apart even there.
type Process = (ProcessName, Environment);

/// A certificate of the scenario with its key.
#[derive(Clone)]
struct Held {
    environment: Environment,
    credential: Credential,
    thumbprint: Thumbprint,
}

/// Where each party's random choices come from.
#[derive(Clone)]
struct Streams {
    mitid: Entropy,
    sts: Entropy,
    sts_encryption: Entropy,
    smdb: Entropy,
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

impl<L: Link + Clone> InProcess<L> {
    /// What carries its messages.
    pub const fn link_mut(&mut self) -> &mut L {
        &mut self.link
    }

    /// NemLog-in as it stands.
    pub const fn sts(&self) -> &Sts {
        &self.sts
    }

    /// The SMDB of an environment as it stands.
    pub fn smdb(&self, environment: Environment) -> Option<&Smdb> {
        self.smdb.get(&environment)
    }

    fn next_key(&mut self) -> Result<PrivateKey, SetUpError> {
        self.keys.pop().ok_or(SetUpError::KeyMissing { size: KeySize::Rsa3072, needed: 1 })
    }

    fn hold(
        &mut self,
        name: &CertificateName,
        environment: Environment,
        certificate: Certificate,
        key: PrivateKey,
    ) {
        let thumbprint = Thumbprint::of(&certificate);
        let held = Held { environment, credential: Credential { certificate, key }, thumbprint };
        self.certificates.insert(name.clone(), held);
    }

    fn ask_mitid(&mut self, request: &sim_mitid::Request, now: Timestamp) -> sim_mitid::Answer {
        let (answer, facts) = self.mitid.decide(request, now, &mut self.streams.mitid);
        facts.into_iter().for_each(|fact| self.mitid.apply(fact));
        answer
    }

    fn administer(
        &mut self,
        request: &administration::Request,
        now: Timestamp,
    ) -> Result<(), administration::Rejection> {
        let (answer, facts) = self.sts.administration().decide(request, now, &mut self.streams.sts);
        facts.iter().for_each(|fact| self.sts.apply(fact));
        match answer {
            administration::Answer::Done | administration::Answer::Unchanged => Ok(()),
            administration::Answer::Rejected(rejection) => Err(rejection),
        }
    }

    fn save(
        &mut self,
        system_user: &SystemUserId,
        slot: Slot,
        certificate: &CertificateName,
        file: UploadedFile,
        now: Timestamp,
    ) -> Result<(), administration::Rejection> {
        // What the administrator uploads is a file, and it is read as one.
        let credential = &self.certificates[certificate].credential;
        let file = match file {
            UploadedFile::Cer => credential.certificate.to_pem().into_bytes(),
            UploadedFile::P12 => key_store_file(credential, &mut self.streams.sts),
        };
        let request = administration::Request::Save {
            system_user: system_user.clone(),
            slot,
            certificate: Certificate::from_cer(&file).map(Box::new),
            file_name: None,
        };
        self.administer(&request, now)
    }

    fn provision(
        &mut self,
        system_user: &SystemUserId,
        environment: Environment,
        now: Timestamp,
    ) -> Result<(), administration::Rejection> {
        let system_user = system_user.clone();
        self.administer(&administration::Request::Provision { system_user, environment }, now)
    }

    /// Installs a certificate at a node and in the rest of its process.
    fn install(&mut self, key: &(ClientName, NodeName), certificate: &CertificateName) {
        let credential = &self.certificates[certificate].credential;
        let process = self.process(key);
        for (_, neighbour) in neighbours(&mut self.nodes, key, process) {
            neighbour.wsc.key_store().install(credential.clone());
        }
        if let Some(node) = self.nodes.get_mut(key) {
            node.wsc.key_store().install(credential.clone());
        }
    }

    /// Installs a certificate, names it in the node's configuration, and lets the node take that up the
    /// way its kind does.
    fn deploy(
        &mut self,
        key: &(ClientName, NodeName),
        certificate: &CertificateName,
        now: Timestamp,
    ) -> Result<(), wsc::Failure> {
        self.install(key, certificate);
        let certificate = &self.certificates[certificate].credential.certificate;
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

    fn process(&self, key: &(ClientName, NodeName)) -> Option<Process> {
        self.nodes.get(key)?.process.clone()
    }

    /// Restarts a node, and with it whatever runs in its process.
    fn restart(
        &mut self,
        key: &(ClientName, NodeName),
        now: Timestamp,
    ) -> Result<(), wsc::Failure> {
        let process = self.process(key);
        for (_, neighbour) in neighbours(&mut self.nodes, key, process) {
            // That it did not start, each of its calls will say.
            let _ = neighbour.tell(&Event::Restart, now);
        }
        self.nodes.get_mut(key).map_or(Ok(()), |node| node.tell(&Event::Restart, now))
    }

    fn renew(
        &mut self,
        certificate: &CertificateName,
        r#as: &CertificateName,
        now: Timestamp,
    ) -> ActionOutcome {
        let held = self.certificates[certificate].clone();
        let Ok(key) = self.next_key() else {
            return refused("key-missing", "the pool has no key left", None);
        };
        let name = held.credential.certificate.subject();
        let request = sim_mitid::Request::Renew {
            environment: held.environment,
            serial: *held.credential.certificate.serial(),
            request: Ok(SigningRequest::make(name, &key)),
        };
        match self.ask_mitid(&request, now) {
            sim_mitid::Answer::Issued(issued) => {
                let note = issued_as(&issued);
                self.hold(r#as, held.environment, issued, key);
                ActionOutcome::Done { note: Some(note) }
            }
            sim_mitid::Answer::Rejected(rejection) => {
                refused(rejection.name(), &rejection, Some(rejection.finding()))
            }
            other => refused("unexpected-answer", &format!("{other:?}"), None),
        }
    }

    fn revoke(
        &mut self,
        certificate: &CertificateName,
        reason: RevocationReason,
        now: Timestamp,
    ) -> ActionOutcome {
        let held = &self.certificates[certificate];
        let request = sim_mitid::Request::Revoke {
            environment: held.environment,
            serial: *held.credential.certificate.serial(),
            reason,
        };
        match self.ask_mitid(&request, now) {
            sim_mitid::Answer::Revoked => ActionOutcome::Done { note: None },
            sim_mitid::Answer::Rejected(rejection) => {
                refused(rejection.name(), &rejection, Some(rejection.finding()))
            }
            other => refused("unexpected-answer", &format!("{other:?}"), None),
        }
    }

    /// Does what one person does.
    fn carry_out(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        let done = |result: Result<(), administration::Rejection>| match result {
            Ok(()) => ActionOutcome::Done { note: None },
            Err(rejection) => refused(rejection.name(), &rejection, Some(rejection.finding())),
        };
        // A renewal that was refused leaves a name without a certificate.
        let named = match action {
            Action::Renew { certificate, .. }
            | Action::Install { certificate, .. }
            | Action::Revoke { certificate, .. }
            | Action::Save { certificate, .. }
            | Action::Deploy { certificate, .. } => Some(certificate),
            Action::Order { .. }
            | Action::Remove { .. }
            | Action::Provision { .. }
            | Action::RollOver { .. }
            | Action::TrustSigner { .. }
            | Action::Restart { .. }
            | Action::PinSigner { .. } => None,
        };
        if named.is_some_and(|certificate| !self.certificates.contains_key(certificate)) {
            return refused("no-certificate", "the certificate was never issued", None);
        }
        match action {
            Action::Renew { certificate, r#as } => self.renew(certificate, r#as, now),
            Action::Order { system_user, environment, r#as, subject_name } => {
                self.order(system_user, *environment, subject_name, r#as, now)
            }
            Action::Revoke { certificate, reason } => self.revoke(certificate, *reason, now),
            Action::Save { system_user, slot, certificate, file } => {
                done(self.save(system_user, *slot, certificate, *file, now))
            }
            Action::Remove { system_user, slot } => {
                let (system_user, slot) = (system_user.clone(), *slot);
                done(self.administer(&administration::Request::Remove { system_user, slot }, now))
            }
            Action::Provision { system_user, environment } => {
                done(self.provision(system_user, *environment, now))
            }
            // The STS and SMDB were given this in advance, as a timeline.
            Action::RollOver { .. } | Action::TrustSigner { .. } => {
                ActionOutcome::Done { note: None }
            }
            Action::PinSigner { client, nodes } => on_each(nodes, self.is_alone(client), |node| {
                if let Some(node) = self.nodes.get_mut(&(client.clone(), node.clone()))
                    && let Some(trust) = &node.new_trust
                {
                    node.wsc.pin(Arc::clone(trust));
                }
                Ok(())
            }),
            Action::Deploy { client, nodes, certificate } => {
                on_each(nodes, self.is_alone(client), |node| {
                    self.deploy(&(client.clone(), node.clone()), certificate, now)
                })
            }
            Action::Install { client, nodes, certificate } => {
                on_each(nodes, self.is_alone(client), |node| {
                    self.install(&(client.clone(), node.clone()), certificate);
                    Ok(())
                })
            }
            Action::Restart { client, nodes } => on_each(nodes, self.is_alone(client), |node| {
                self.restart(&(client.clone(), node.clone()), now)
            }),
        }
    }

    /// Whether a client has one node.
    fn is_alone(&self, client: &ClientName) -> bool {
        self.nodes.keys().filter(|(other, _)| other == client).count() == 1
    }

    /// Whether a call of `key` meets the same here as in `before`. Whoever takes part in one is compared
    /// whole, but for what each draws at random: the node, and of its environment the STS, SMDB, and what
    /// the authority's list says.
    fn meets_the_same(&self, key: &(ClientName, NodeName), before: &Self) -> bool {
        let (Some(node), Some(then)) = (self.nodes.get(key), before.nodes.get(key)) else {
            return false;
        };
        let environment = node.environment;
        let revoked = |it: &Self| -> Vec<_> {
            it.mitid.revocations().filter(|(of, _)| *of == environment).collect()
        };
        node.wsc == then.wsc
            && self.sts.issuer(environment) == before.sts.issuer(environment)
            && self.smdb.get(&environment) == before.smdb.get(&environment)
            && revoked(self) == revoked(before)
    }

    /// When an STS, or an SMDB, will first see a revocation that it has not fetched yet: neither can
    /// name that instant itself.
    fn next_revocation(&self, now: Timestamp) -> Option<Timestamp> {
        let seen = self.mitid.revocations().map(|(environment, at)| {
            let sts = self.sts.issuer(environment).map(|it| {
                let seen = at + it.policy().revocation_lag;
                // An STS that looks now and then whether a swap is due acts on it only then.
                [seen, it.policy().swap.looked_at(seen)]
            });
            let smdb = self.smdb.get(&environment).map(|it| at + it.policy().revocation_lag);
            sts.into_iter().flatten().chain(smdb)
        });
        seen.flatten().filter(|at| *at > now).min()
    }
}

impl<L: Link + Clone> World for InProcess<L> {
    fn act(&mut self, action: &Action, now: Timestamp) -> ActionOutcome {
        let before = self.clone();
        let outcome = self.carry_out(action, now);
        let touched = self.nodes.keys().filter(|key| !self.meets_the_same(key, &before));
        let touched: Vec<_> = touched.cloned().collect();
        self.touched.extend(touched);
        outcome
    }

    fn call(&mut self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.exchange(&(client.clone(), node.clone()), now)
    }

    fn probe(&self, client: &ClientName, node: &NodeName, now: Timestamp) -> CallOutcome {
        self.clone().call(client, node, now)
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let smdb = self.smdb.values().map(|smdb| smdb.next_change(now));
        let nodes = self.nodes.values().map(|node| node.wsc.next_change(now));
        let others = [self.mitid.next_change(now), self.sts.next_change(now)];
        parties::earliest(smdb.chain(nodes).chain(others).chain([self.next_revocation(now)]))
    }

    fn standing(&self, now: Timestamp) -> Vec<Standing> {
        self.all_standing(now)
    }

    fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }

    fn take_touched(&mut self) -> BTreeSet<(ClientName, NodeName)> {
        std::mem::take(&mut self.touched)
    }
}

/// The other nodes of a node's process: those of its name, of clients in the same process.
fn neighbours<'n>(
    nodes: &'n mut BTreeMap<(ClientName, NodeName), Node>,
    key: &'n (ClientName, NodeName),
    process: Option<Process>,
) -> impl Iterator<Item = (&'n (ClientName, NodeName), &'n mut Node)> {
    let is_neighbour = move |other: &(ClientName, NodeName), node: &Node| {
        other != key && other.1 == key.1 && process.is_some() && node.process == process
    };
    nodes.iter_mut().filter(move |(other, node)| is_neighbour(other, node))
}

/// The key store as the portal gives it out: what is uploaded by mistake.
fn key_store_file(credential: &Credential, entropy: &mut Entropy) -> Vec<u8> {
    let Credential { certificate, key } = credential;
    let friendly_name = certificate.subject().common_name().unwrap_or_default();
    let contents = pkcs12::Contents { key, certificate, authorities: &[], friendly_name };
    pkcs12::portal(&contents, "skift", entropy)
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
            refused(failure.name(), &texts.collect::<Vec<_>>().join("; "), Some(failure.finding()))
        }
    }
}

/// What there is to say of a certificate that was just issued.
fn issued_as(certificate: &Certificate) -> String {
    let (serial, from) = (certificate.serial(), certificate.not_before());
    format!("serial {serial}, valid from {from}, refused from {}", certificate.first_refused())
}

fn failed(step: Step, cause: &str, party: Party) -> CallOutcome {
    CallOutcome::Failed(Failure { step, cause: cause.to_owned(), party, diagnosis: None })
}

fn refused(cause: &str, text: &(impl Display + ?Sized), finding: Option<Finding>) -> ActionOutcome {
    let (cause, text, finding) = (cause.to_owned(), text.to_string(), finding.map(Box::new));
    ActionOutcome::Refused { cause, text, finding }
}
