//! How things stand in a world, told by the names of the file.

use clock::Timestamp;
use parties::{Environment, SystemUserId};
use pki::Certificate;
use sim_sts::{
    Sts,
    registration::{Registration, TechnicalDetails},
};

use super::{
    Planned, Standing, Token,
    certificates::Certificates,
    clients::{Clients, Node},
};
use crate::scenario::{ClientName, NodeName};

/// What NemLog-in knows of system users, wherever it runs.
pub(super) trait Registry {
    /// The draft of a system user.
    fn saved(&self, system_user: &SystemUserId, now: Timestamp) -> Option<TechnicalDetails>;

    /// Looks at what the STS of an environment knows of a system user.
    fn registration<T>(
        &self,
        system_user: &SystemUserId,
        environment: Environment,
        look: impl FnOnce(&Registration) -> T,
    ) -> Option<T>;
}

impl Registry for Sts {
    fn saved(&self, system_user: &SystemUserId, now: Timestamp) -> Option<TechnicalDetails> {
        self.administration().system_user(system_user).map(|user| user.saved(now))
    }

    fn registration<T>(
        &self,
        system_user: &SystemUserId,
        environment: Environment,
        look: impl FnOnce(&Registration) -> T,
    ) -> Option<T> {
        self.issuer(environment)?.registration(system_user).map(look)
    }
}

/// Certificates, system users, nodes: each in the order of its name.
pub(super) fn standings(
    clients: &Clients,
    system_users: &[SystemUserId],
    registry: &impl Registry,
    now: Timestamp,
) -> Vec<Standing> {
    let certificates = &clients.certificates;
    let held = certificates.iter().map(|(name, held)| {
        let certificate = &held.credential.certificate;
        Standing::Certificate {
            certificate: name.clone(),
            serial: certificate.serial().to_string(),
            environment: held.environment,
            valid_from: certificate.not_before(),
            refused_from: certificate.first_refused(),
        }
    });
    let of_user = |id: &SystemUserId| {
        let draft =
            registry.saved(id, now).map(|TechnicalDetails { active, rolling }| Standing::Draft {
                system_user: id.clone(),
                active: active.and_then(|it| certificates.name(&it)),
                rolling: rolling.and_then(|it| certificates.name(&it)),
            });
        let registrations = Environment::ALL.into_iter().filter_map(|environment| {
            registry.registration(id, environment, |registration| {
                registered(certificates, id, environment, registration, now)
            })
        });
        draft.into_iter().chain(registrations).collect::<Vec<_>>()
    };
    let system_users = system_users.iter().flat_map(of_user);
    let nodes = clients
        .nodes
        .iter()
        .map(|((client, name), node)| running(certificates, client, name, node));
    held.chain(system_users).chain(nodes).collect()
}

fn registered(
    names: &Certificates,
    system_user: &SystemUserId,
    environment: Environment,
    registration: &Registration,
    now: Timestamp,
) -> Standing {
    let all = |certificates: &[Certificate]| {
        certificates.iter().filter_map(|certificate| names.name(certificate)).collect()
    };
    let planned = registration.planned(now);
    Standing::Registration {
        system_user: system_user.clone(),
        environment,
        accepted: all(registration.accepted(now)),
        planned: planned
            .map(|(from, accepted)| Planned { from, accepted: all(accepted) })
            .collect(),
    }
}

fn running(names: &Certificates, client: &ClientName, name: &NodeName, node: &Node) -> Standing {
    let tokens = node.wsc.kept_tokens().filter_map(|token| {
        Some(Token {
            holder: names.named_by(&token.holder)?,
            expires: token.expires,
            dropped_from: node.wsc.settings().dropped_at(token)?,
        })
    });
    let settings = node.wsc.settings();
    let access_tokens = node.wsc.kept_access_tokens().filter_map(|token| {
        Some(Token {
            holder: names.named_by(&token.holder)?,
            // By the clock of who got it, which need not be this node.
            expires: token.ends,
            dropped_from: settings.access_dropped_at(token)?,
        })
    });
    Standing::Node {
        client: client.clone(),
        node: name.clone(),
        certificate: node.wsc.present().and_then(|it| names.named_by(it)),
        tokens: tokens.collect(),
        access_tokens: access_tokens.collect(),
    }
}
