//! What `skift serve` can be set to: what its three programs can, under the name of each.

use std::net::SocketAddr;

use oio_idws::{Binding, fault::FaultShape};
use schemars::JsonSchema;
use serde::Deserialize;
use shell::program::Common;
use sim_mitid::http::program as mitid;
use sim_smdb::{HolderCheck, http::program as smdb};
use sim_sts::http::program as sts;

/// What `skift serve` can be set to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// What the programs have in common.
    #[serde(flatten)]
    pub common: Common,
    /// Whether every address takes any port that is free, whatever is said of it
    pub free_ports: bool,
    /// Where certificates of authorities and revocation lists are fetched
    #[schemars(with = "String")]
    pub mitid_listen: SocketAddr,
    /// Where the control port of MitID Erhverv is
    #[schemars(with = "String")]
    pub mitid_listen_control: SocketAddr,
    /// Where the token service of integration test is, in TLS
    #[schemars(with = "String")]
    pub sts_listen_integration_test: SocketAddr,
    /// Where the token service of production is, in TLS
    #[schemars(with = "String")]
    pub sts_listen_production: SocketAddr,
    /// How the token services lay a refusal out: `nemlogin`, an envelope within an envelope as the
    /// reference clients expect it, or `conformant`, as SOAP 1.1 asks for
    #[schemars(with = "String")]
    pub sts_fault_shape: FaultShape,
    /// Whether SMDB lets only approved system users in: who has no privilege there then gets no
    /// token
    pub sts_approved_only: bool,
    /// Whether `wsa:Action` and `wsa:To` of a request for a token may have `mustUnderstand`, which
    /// the real STS does not accept
    pub sts_accepts_must_understand: bool,
    /// Where metadata of the token services and of system users are fetched
    #[schemars(with = "String")]
    pub sts_listen_metadata: SocketAddr,
    /// Where the control port of NemLog-in is
    #[schemars(with = "String")]
    pub sts_listen_control: SocketAddr,
    /// Where SMDB of integration test is, in TLS
    #[schemars(with = "String")]
    pub smdb_listen_integration_test: SocketAddr,
    /// Where SMDB of production is, in TLS
    #[schemars(with = "String")]
    pub smdb_listen_production: SocketAddr,
    /// Which profile calls of SMDB by SOAP follow: `oio-idws` (SOAP 1.2), or the older `lbsb` (SOAP
    /// 1.1 with a signed sbf:Framework)
    #[schemars(with = "String")]
    pub smdb_binding: Binding,
    /// Whether SMDB looks at the certificate in a live token again: `ignored`, `validity`, or
    /// `validity-and-revocation`
    #[schemars(with = "String")]
    pub smdb_holder_certificate: HolderCheck,
    /// Where metadata of SMDB are fetched
    #[schemars(with = "String")]
    pub smdb_listen_metadata: SocketAddr,
    /// Where the control port of SMDB is
    #[schemars(with = "String")]
    pub smdb_listen_control: SocketAddr,
}

impl Default for Settings {
    fn default() -> Self {
        let (mitid, sts, smdb) =
            (mitid::Settings::default(), sts::Settings::default(), smdb::Settings::default());
        Self {
            common: Common::default(),
            free_ports: false,
            mitid_listen: mitid.listen,
            mitid_listen_control: mitid.listen_control,
            sts_listen_integration_test: sts.listen_integration_test,
            sts_listen_production: sts.listen_production,
            sts_fault_shape: sts.fault_shape,
            sts_approved_only: sts.approved_only,
            sts_accepts_must_understand: sts.accepts_must_understand,
            sts_listen_metadata: sts.listen_metadata,
            sts_listen_control: sts.listen_control,
            smdb_listen_integration_test: smdb.listen_integration_test,
            smdb_listen_production: smdb.listen_production,
            smdb_binding: smdb.binding,
            smdb_holder_certificate: smdb.holder_certificate,
            smdb_listen_metadata: smdb.listen_metadata,
            smdb_listen_control: smdb.listen_control,
        }
    }
}

impl AsRef<Common> for Settings {
    fn as_ref(&self) -> &Common {
        &self.common
    }
}

impl Settings {
    pub(super) fn mitid(&self) -> mitid::Settings {
        mitid::Settings {
            common: self.common.clone(),
            listen: self.address(self.mitid_listen),
            listen_control: self.address(self.mitid_listen_control),
        }
    }

    /// Whom it needs is told when those have their addresses.
    pub(super) fn sts(&self) -> sts::Settings {
        sts::Settings {
            common: self.common.clone(),
            listen_integration_test: self.address(self.sts_listen_integration_test),
            listen_production: self.address(self.sts_listen_production),
            fault_shape: self.sts_fault_shape,
            approved_only: self.sts_approved_only,
            accepts_must_understand: self.sts_accepts_must_understand,
            listen_metadata: self.address(self.sts_listen_metadata),
            listen_control: self.address(self.sts_listen_control),
            ..sts::Settings::default()
        }
    }

    pub(super) fn smdb(&self) -> smdb::Settings {
        smdb::Settings {
            common: self.common.clone(),
            listen_integration_test: self.address(self.smdb_listen_integration_test),
            listen_production: self.address(self.smdb_listen_production),
            binding: self.smdb_binding,
            holder_certificate: self.smdb_holder_certificate,
            listen_metadata: self.address(self.smdb_listen_metadata),
            listen_control: self.address(self.smdb_listen_control),
            ..smdb::Settings::default()
        }
    }

    const fn address(&self, mut address: SocketAddr) -> SocketAddr {
        if self.free_ports {
            address.set_port(0);
        }
        address
    }
}
