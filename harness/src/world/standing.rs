//! How things stand with each party, by name and time: what a picture of a run is drawn from.

use clock::Timestamp;
use parties::{Environment, SystemUserId};
use serde::{Deserialize, Serialize};

use crate::scenario::{CertificateName, ClientName, NodeName};

/// How things stand with one certificate, system user or node at an instant.
///
/// Names and times alone, and nothing that depends on a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Standing {
    /// A certificate exists.
    #[serde(rename_all = "kebab-case")]
    Certificate {
        /// Which.
        certificate: CertificateName,
        /// Its serial number, by which parties speak of it. It is drawn from the seed.
        serial: String,
        /// The environment, and so the hierarchy, that it belongs to.
        environment: Environment,
        /// The first instant at which it is accepted.
        valid_from: Timestamp,
        /// `E+`, the first one at which it is refused.
        refused_from: Timestamp,
    },
    /// What is saved at NemLog-in Administration, and seen by nobody who calls.
    #[serde(rename_all = "kebab-case")]
    Draft {
        /// Whose draft; it serves both environments.
        system_user: SystemUserId,
        /// In the active slot.
        active: Option<CertificateName>,
        /// In the rolling slot.
        rolling: Option<CertificateName>,
    },
    /// What the STS of an environment knows a system user by.
    #[serde(rename_all = "kebab-case")]
    Registration {
        /// Whom.
        system_user: SystemUserId,
        /// Where.
        environment: Environment,
        /// Now: one, or two where both are accepted. An expired one stays until another takes over.
        accepted: Vec<CertificateName>,
        /// Later, if nobody does anything more.
        planned: Vec<Planned>,
    },
    /// What a node works with.
    #[serde(rename_all = "kebab-case")]
    Node {
        /// Whose node.
        client: ClientName,
        /// Which one.
        node: NodeName,
        /// The certificate that it found when it last looked for one, if it did.
        certificate: Option<CertificateName>,
        /// The tokens that it keeps.
        tokens: Vec<Token>,
        /// The access tokens that it keeps, if it calls by REST.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        access_tokens: Vec<Token>,
    },
}

/// What a system user will be known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Planned {
    /// From when on.
    pub from: Timestamp,
    /// By what.
    pub accepted: Vec<CertificateName>,
}

/// A token, or an access token, that a node keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Token {
    /// The certificate whose key it is bound to.
    pub holder: CertificateName,
    /// The first instant at which SMDB refuses it.
    pub expires: Timestamp,
    /// The first one at which the node, by its own clock, asks for another instead.
    pub dropped_from: Timestamp,
}
