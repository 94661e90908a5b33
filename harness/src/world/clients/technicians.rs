//! What the technicians of a vendor do with its clients.

use clock::Timestamp;
use std::sync::Arc;
use wsc::{exchange::Event, habits::Swap};

use super::{Clients, Key, Process, neighbours};
use crate::{
    scenario::{Action, CertificateName, ClientName, FindBy, NodeName},
    world::ActionOutcome,
};

impl Clients {
    /// What a technician of the vendor's does; none if it is somebody else who acts.
    pub(in super::super) fn carry_out(
        &mut self,
        action: &Action,
        now: Timestamp,
    ) -> Option<ActionOutcome> {
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
                    node.authorities.take_in_new();
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
    pub(super) fn deploy(
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
