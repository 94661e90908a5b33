//! A scenario: what a file means, after checking.
//!
//! [`mod@file`] has what a file says. [`Scenario::parse`] turns it into closed types or points at the
//! mistake: after that every name is known, every instant lies where it can, and there is nothing
//! left to check.

use std::collections::BTreeMap;

use clock::{Span, Timestamp};
use parties::{ClientProfile, Cvr, EntityId, Environment, Role, Server, Slot, Step, SystemUserId};
use pki::RevocationReason;
use serde::{Deserialize, Serialize};

mod check;
pub mod file;
mod lists;
mod mistake;
mod names;
mod rules;
mod said;
pub mod schema;
mod spanned;

use mistake::Mistakes;
pub use mistake::{Mistake, Place, Wrong};
pub use names::{CertificateName, ClientName, NameError, NodeName, OrganisationName, ProcessName};
pub use rules::Rules;

/// How long a certificate lives, from its first second to the first at which it is refused.
pub const CERTIFICATE_LIFE: Span = Span::from_days(1095);

/// One timing race, ready to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// One line that says what happens.
    pub title: String,
    /// The same as prose.
    pub description: String,
    /// The first instant of the run.
    pub start: Timestamp,
    /// How long the run lasts.
    pub length: Span,
    /// What every random choice hangs on, keys and padding excepted.
    pub seed: u64,
    /// What rules the services follow.
    pub rules: Rules,
    /// Whom the system users belong to.
    pub organisations: BTreeMap<OrganisationName, Organisation>,
    /// Who is registered at NemLog-in.
    pub system_users: BTreeMap<SystemUserId, SystemUser>,
    /// The certificates that exist at `start`.
    pub certificates: BTreeMap<CertificateName, Certificate>,
    /// Who calls.
    pub clients: BTreeMap<ClientName, Client>,
    /// What happens, once or again and again, in the order of the file.
    pub entries: Vec<Entry>,
    /// What should come of it.
    pub expected: Expected,
}

impl Scenario {
    /// Reads the text of a scenario file.
    ///
    /// # Errors
    ///
    /// The first mistake in it, with its place.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        Self::check(text).map_err(|mistakes| mistakes.into_iter().next().expect("there is one"))
    }

    /// Reads the text of a scenario file, as [`Scenario::parse`] does, and looks further when there
    /// is a mistake.
    ///
    /// # Errors
    ///
    /// Its mistakes in the order of the file, at least one and twenty at most. What is no TOML, or has an unknown key or
    /// a wrong type, is one by itself; of names and values the first of each table is there, if it does not come
    /// of another.
    pub fn check(text: &str) -> Result<Self, Vec<Mistake>> {
        file::read(text)
            .map_err(Mistakes::from)
            .and_then(|file| check::check(text, &file))
            .map_err(|mistakes| mistakes.shown(text))
    }

    /// The last instant of the run: the run covers `[start, end]`, both included.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.start + self.length
    }

    /// Every node of every client, by name.
    pub fn nodes(&self) -> impl Iterator<Item = (&ClientName, &NodeName)> {
        self.clients
            .iter()
            .flat_map(|(name, client)| client.nodes.iter().map(move |node| (name, node)))
    }
}

/// An organisation (*brugerorganisation*) that system users belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its name as certificates write it.
    pub name: String,
    /// Its number, which starts with 9 as only fictitious ones do.
    pub cvr: Cvr,
}

/// A system user (*systembruger*) at NemLog-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemUser {
    /// Whom it belongs to.
    pub organisation: OrganisationName,
    /// Its entity id.
    pub entity_id: EntityId,
}

/// A system certificate that exists at the start: issued, registered in the active slot of its
/// system user and provisioned in its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The system user that it identifies.
    pub system_user: SystemUserId,
    /// The environment, and so the hierarchy, that it belongs to.
    pub environment: Environment,
    /// `E+`, the first instant at which it is refused: a whole second, and notAfter is the second
    /// before it.
    pub expires: Timestamp,
}

/// A client (*fagsystem*): one system that calls SMDB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Whom it calls as.
    pub system_user: SystemUserId,
    /// Where it calls.
    pub environment: Environment,
    /// How it keeps tokens and keys.
    pub profile: ClientProfile,
    /// Its running copies, in the order of the file; at least one.
    pub nodes: Vec<NodeName>,
    /// Its clock minus the true time.
    pub skew: Span,
    /// How long before its end it drops a kept token, if not as its profile does.
    pub margin: Option<Span>,
    /// How its configuration names its certificate.
    pub find_by: FindBy,
    /// Whom it trusts in TLS.
    pub truststore: Truststore,
    /// What its nodes run in, together with those nodes of other clients that have the same name:
    /// they share a key store, and whatever cache belongs to a process.
    pub process: Option<ProcessName>,
    /// What it calls with at the start.
    pub certificate: CertificateName,
}

/// How a client's configuration names its certificate (*x509FindType* and *findValue*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FindBy {
    /// By its thumbprint, as it is.
    #[default]
    Thumbprint,
    /// By its thumbprint, as it was copied from Windows' certificate dialog: with an invisible mark
    /// in front.
    CopiedThumbprint,
    /// By its common name, which a renewed certificate has as well.
    SubjectName,
}

impl FindBy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Thumbprint, Self::CopiedThumbprint, Self::SubjectName];

    /// The name that files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Thumbprint => "thumbprint",
            Self::CopiedThumbprint => "copied-thumbprint",
            Self::SubjectName => "subject-name",
        }
    }
}

/// Whom a client trusts to vouch for servers in TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Truststore {
    /// Everybody whom the store of its system has, which is kept up to date.
    #[default]
    System,
    /// The authority that vouches for the servers at the start, and no other: a truststore of its own.
    Pinned,
}

impl Truststore {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::System, Self::Pinned];

    /// The name that files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Pinned => "pinned",
        }
    }
}

/// Which file of a certificate an administrator uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UploadedFile {
    /// The certificate alone, as it should be.
    #[default]
    Cer,
    /// The key store, which holds the private key.
    P12,
}

impl UploadedFile {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Cer, Self::P12];

    /// The name that files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cer => "cer",
            Self::P12 => "p12",
        }
    }

    /// Whether it is the file that is asked for.
    #[must_use]
    pub fn is_cer(&self) -> bool {
        *self == Self::Cer
    }
}

/// Something that happens, and where the file says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub when: When,
    /// What.
    pub what: Happening,
    /// Where the entry stands in the file.
    pub place: Place,
}

/// When an [`Entry`] happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Once.
    At(Timestamp),
    /// First at the start, and then after each such time, to the end of the run.
    Every(Span),
}

/// What an [`Entry`] brings about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A person does something.
    Action(Action),
    /// Each node of the client makes one call: a submission to SMDB.
    Call(ClientName),
}

/// Something that a person does, at the portal of one party or with a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The MitID administrator renews a certificate: the same subject with the same UUID, a new
    /// key and serial, and a full period from the moment of issue.
    #[serde(rename_all = "kebab-case")]
    Renew {
        /// The one to renew.
        certificate: CertificateName,
        /// What the new one is called from then on.
        r#as: CertificateName,
    },
    /// The MitID administrator orders a certificate anew: another profile, and so a subject of its own
    /// with another UUID, and a full period from the moment of issue. It is issued at once.
    #[serde(rename_all = "kebab-case")]
    Order {
        /// Whom it is for.
        system_user: SystemUserId,
        /// Where it belongs.
        environment: Environment,
        /// What it is called from then on.
        r#as: CertificateName,
        /// The name in its subject (*certifikatnavn*).
        subject_name: String,
    },
    /// The MitID administrator revokes (*spærrer*) a certificate. The STS sees it only when its
    /// revocation lag is over.
    #[serde(rename_all = "kebab-case")]
    Revoke {
        /// The one to revoke.
        certificate: CertificateName,
        /// Why.
        reason: RevocationReason,
    },
    /// The NemLog-in administrator saves a certificate in a slot of the draft. Nobody who calls
    /// can see it yet.
    #[serde(rename_all = "kebab-case")]
    Save {
        /// Whose draft.
        system_user: SystemUserId,
        /// Which place in it.
        slot: Slot,
        /// What is put there.
        certificate: CertificateName,
        /// Which file of it is uploaded.
        #[serde(default, skip_serializing_if = "UploadedFile::is_cer")]
        file: UploadedFile,
    },
    /// The NemLog-in administrator empties a slot of the draft.
    #[serde(rename_all = "kebab-case")]
    Remove {
        /// Whose draft.
        system_user: SystemUserId,
        /// Which place in it.
        slot: Slot,
    },
    /// The NemLog-in administrator provisions (*provisionerer*) what is saved, in one environment.
    #[serde(rename_all = "kebab-case")]
    Provision {
        /// Whose draft.
        system_user: SystemUserId,
        /// Where it comes into force.
        environment: Environment,
    },
    /// The STS of an environment signs with a new certificate of its own from then on.
    #[serde(rename_all = "kebab-case")]
    RollOver {
        /// Which environment's.
        environment: Environment,
    },
    /// The SMDB of an environment trusts that new certificate from then on, beside the old one.
    #[serde(rename_all = "kebab-case")]
    TrustSigner {
        /// Which environment's.
        environment: Environment,
    },
    /// The chain that a server shows in TLS leads to another authority from then on.
    #[serde(rename_all = "kebab-case")]
    ChangeChain {
        /// Which server.
        server: Server,
        /// Which environment's.
        environment: Environment,
    },
    /// The vendor puts a certificate to use in nodes of a client.
    #[serde(rename_all = "kebab-case")]
    Deploy {
        /// The client.
        client: ClientName,
        /// Which of its nodes, in the order of the client; at least one.
        nodes: Vec<NodeName>,
        /// What they call with from then on.
        certificate: CertificateName,
    },
    /// The vendor puts a certificate into the key store of nodes of a client, and changes neither
    /// configuration nor what runs.
    #[serde(rename_all = "kebab-case")]
    Install {
        /// The client.
        client: ClientName,
        /// Which of its nodes, in the order of the client; at least one.
        nodes: Vec<NodeName>,
        /// What they have from then on.
        certificate: CertificateName,
    },
    /// The vendor restarts nodes of a client: they lose what they kept in memory, and look for
    /// their certificate anew.
    #[serde(rename_all = "kebab-case")]
    Restart {
        /// The client.
        client: ClientName,
        /// Which of its nodes, in the order of the client; at least one.
        nodes: Vec<NodeName>,
    },
    /// The vendor pins the new certificate of the STS in nodes of a client, in place of the old one.
    #[serde(rename_all = "kebab-case")]
    PinSigner {
        /// The client.
        client: ClientName,
        /// Which of its nodes, in the order of the client; at least one.
        nodes: Vec<NodeName>,
    },
    /// The vendor takes that other authority into the truststore of nodes of a client, beside the first.
    #[serde(rename_all = "kebab-case")]
    TrustChain {
        /// The client.
        client: ClientName,
        /// Which of its nodes, in the order of the client; at least one.
        nodes: Vec<NodeName>,
    },
}

impl Action {
    /// Who does it: the role that must act where it was not done, or at another time.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self {
            Self::Renew { .. } | Self::Order { .. } | Self::Revoke { .. } => {
                Role::MitidAdministrator
            }
            Self::Save { .. } | Self::Remove { .. } | Self::Provision { .. } => {
                Role::NemloginAdministrator
            }
            Self::Deploy { .. }
            | Self::Install { .. }
            | Self::Restart { .. }
            | Self::PinSigner { .. }
            | Self::TrustChain { .. } => Role::Vendor,
            Self::RollOver { .. } | Self::ChangeChain { server: Server::Sts, .. } => Role::Operator,
            Self::TrustSigner { .. } | Self::ChangeChain { server: Server::Smdb, .. } => {
                Role::ServiceOwner
            }
        }
    }
}

/// What should come of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expected {
    /// Every outage of every node, in the order of the file.
    pub outages: Vec<ExpectedOutage>,
    /// How many real calls fail, if the file says so.
    pub missed_calls: Option<ExpectedCount>,
    /// Where `[expected]` stands in the file.
    pub place: Place,
}

/// A number that the file expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedCount {
    /// The number.
    pub count: u64,
    /// Where the file says so.
    pub place: Place,
}

/// One outage that the file expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExpectedOutage {
    /// Whose.
    pub client: ClientName,
    /// At which of its nodes.
    pub node: NodeName,
    /// The first instant at which a call would fail.
    pub from: Timestamp,
    /// The first instant at which one would succeed again; none if the run ends before that.
    pub until: Option<Timestamp>,
    /// The step at which a call fails at first.
    pub step: Step,
    /// The rejection's name, if the file says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Who is to blame for the downtime of the node, if the file says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blame: Option<Role>,
    /// Where the file says so.
    pub place: Place,
}

#[cfg(test)]
mod tests;
