//! What nodes keep: a token of the STS and, where they call by REST, an access token that SMDB gave for it.

use clock::Timestamp;

use crate::{
    plan::{CertificateNumber, SystemUserNumber},
    signers::Signer,
};

/// What is in a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cache {
    pub(crate) token: Option<Token>,
    pub(crate) access: Option<Access>,
}

/// A token of the STS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) issued: Timestamp,
    pub(crate) holder: CertificateNumber,
    pub(crate) subject: SystemUserNumber,
    pub(crate) signer: Signer,
}

/// An access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) issued: Timestamp,
    /// The first instant at which SMDB refuses it: a whole second.
    pub(crate) until: Timestamp,
    /// Its end by the clock of the node that got it, which was told a number of whole seconds.
    pub(crate) told: Timestamp,
    pub(crate) holder: CertificateNumber,
    pub(crate) subject: SystemUserNumber,
}
