//! What an authority publishes: its certificates, and whom it has revoked.

use parties::Environment;
use pki::{Addresses, Certificate, Path, TrustAnchors};

use crate::{BaseUrl, FetchError, Source};

/// Where on the host `base` (`http://127.0.0.1:8100`) something is found that has the address
/// `published` in certificates of `environment`: the hosts in certificates cannot exist.
#[must_use]
pub fn address_below(base: &str, environment: Environment, published: &str) -> String {
    format!("{}{}", base.trim_end_matches('/'), path_below(environment, published))
}

/// The path of an address in plain HTTP, below the name of its environment.
fn path_below(environment: Environment, published: &str) -> String {
    format!("/{environment}{}", split_address(published).1)
}

/// An address in its host and its path.
#[must_use]
pub fn split_address(address: &str) -> (&str, &str) {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split_at(rest.find('/').unwrap_or(rest.len()))
}

/// The authority of an environment, as it publishes itself below an address.
#[derive(Debug, Clone)]
pub struct Publication {
    base: BaseUrl,
    environment: Environment,
}

/// Why an authority cannot be relied on.
#[derive(Debug, thiserror::Error)]
pub enum PublicationError {
    /// It does not answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// What it publishes is no hierarchy.
    #[error("{base} publishes no authority of {environment}: {why}")]
    Unsound {
        /// Where.
        base: BaseUrl,
        /// Of which environment.
        environment: Environment,
        /// What is wrong.
        why: String,
    },
}

impl Publication {
    /// The authority of `environment`, published below `base`.
    #[must_use]
    pub const fn new(base: BaseUrl, environment: Environment) -> Self {
        Self { base, environment }
    }

    /// Where it publishes whom its issuing authority has revoked.
    #[must_use]
    pub fn revocation_list(&self) -> Source {
        self.source(&Addresses::of(self.environment).issuing_list)
    }

    /// Its certificates. Nothing vouches for them but the place where they lie, as for every root.
    ///
    /// # Errors
    ///
    /// If they cannot be fetched, or are not those of one hierarchy.
    pub async fn anchors(&self) -> Result<TrustAnchors, PublicationError> {
        let addresses = Addresses::of(self.environment);
        let root = self.certificate(&addresses.root_certificate).await?;
        let issuing = self.certificate(&addresses.issuing_certificate).await?;
        let signed = issuing.verify_signed_by(root.public_key());
        signed.map_err(|error| self.unsound(&error))?;
        Ok(TrustAnchors::new(root, vec![issuing]))
    }

    async fn certificate(&self, published: &str) -> Result<Certificate, PublicationError> {
        let der = self.source(published).fetch().await?;
        Certificate::from_der(&der).map_err(|error| self.unsound(&error))
    }

    fn source(&self, published: &str) -> Source {
        Source::new(self.base.at(&path_below(self.environment, published)))
    }

    fn unsound(&self, why: &dyn std::fmt::Display) -> PublicationError {
        let (base, environment) = (self.base.clone(), self.environment);
        PublicationError::Unsound { base, environment, why: why.to_string() }
    }
}

/// Whether a certificate is one of this hierarchy's, whatever the time is.
pub(crate) fn is_of(anchors: &TrustAnchors, certificate: &Certificate) -> bool {
    Path::build(certificate, anchors).is_ok()
}
