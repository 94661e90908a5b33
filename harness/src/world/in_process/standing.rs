//! How things stand in a virtual world, told by the names of the file.

use clock::Timestamp;
use parties::{Environment, Link, SystemUserId};
use pki::Certificate;
use sim_sts::registration::{Registration, TechnicalDetails};

use super::InProcess;
use crate::{
    scenario::{CertificateName, ClientName, NodeName},
    world::{Planned, Standing, Token, clients::Node},
};

impl<L: Link + Clone> InProcess<L> {
    /// Certificates, system users, nodes: each in the order of its name.
    pub(super) fn all_standing(&self, now: Timestamp) -> Vec<Standing> {
        let certificates = self.clients.certificates.iter().map(|(name, held)| {
            let certificate = &held.credential.certificate;
            Standing::Certificate {
                certificate: name.clone(),
                serial: certificate.serial().to_string(),
                environment: held.environment,
                valid_from: certificate.not_before(),
                refused_from: certificate.first_refused(),
            }
        });
        let system_users = self.system_users.iter().flat_map(|id| self.system_user(id, now));
        let nodes =
            self.clients.nodes.iter().map(|((client, node), it)| self.node(client, node, it));
        certificates.chain(system_users).chain(nodes).collect()
    }

    fn system_user(&self, id: &SystemUserId, now: Timestamp) -> Vec<Standing> {
        let draft = self.services.sts.administration().system_user(id).map(|user| user.saved(now));
        let draft = draft.map(|TechnicalDetails { active, rolling }| Standing::Draft {
            system_user: id.clone(),
            active: active.and_then(|it| self.clients.certificates.name(&it)),
            rolling: rolling.and_then(|it| self.clients.certificates.name(&it)),
        });
        let registrations = Environment::ALL.into_iter().filter_map(|environment| {
            let registration = self.services.sts.issuer(environment)?.registration(id)?;
            Some(self.registration(id, environment, registration, now))
        });
        draft.into_iter().chain(registrations).collect()
    }

    fn registration(
        &self,
        system_user: &SystemUserId,
        environment: Environment,
        registration: &Registration,
        now: Timestamp,
    ) -> Standing {
        let planned = registration.planned(now);
        Standing::Registration {
            system_user: system_user.clone(),
            environment,
            accepted: self.names(registration.accepted(now)),
            planned: planned
                .map(|(from, accepted)| Planned { from, accepted: self.names(accepted) })
                .collect(),
        }
    }

    fn node(&self, client: &ClientName, name: &NodeName, node: &Node) -> Standing {
        let tokens = node.wsc.kept_tokens().filter_map(|token| {
            Some(Token {
                holder: self.clients.certificates.named_by(&token.holder)?,
                expires: token.expires,
                dropped_from: node.wsc.settings().dropped_at(token)?,
            })
        });
        Standing::Node {
            client: client.clone(),
            node: name.clone(),
            certificate: node.wsc.present().and_then(|it| self.clients.certificates.named_by(it)),
            tokens: tokens.collect(),
        }
    }

    fn names(&self, certificates: &[Certificate]) -> Vec<CertificateName> {
        certificates
            .iter()
            .filter_map(|certificate| self.clients.certificates.name(certificate))
            .collect()
    }
}
