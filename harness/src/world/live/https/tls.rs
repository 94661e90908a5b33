//! Connections over TLS: whom a client trusts, what it shows, and why it broke one off.

use std::{error::Error, io, iter::successors, sync::Arc};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use oio_idws::Credential;
use rustls::{
    CertificateError, ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use shell::connector;

/// What carries requests, each over a connection of its own.
pub(super) type Connections = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Connections that trust these roots, and show this certificate in TLS if it is asked for. Each message has
/// one of its own, so that it is sent to who is there now: one that is kept open knows nothing of a change.
pub(super) fn connections(
    roots: RootCertStore,
    own: Option<&Credential>,
) -> Result<Connections, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let config = match own {
        None => config.with_no_client_auth(),
        Some(Credential { certificate, key }) => {
            let certificate = CertificateDer::from(certificate.der().to_vec());
            let key = PrivateKeyDer::Pkcs8(key.pkcs8().to_vec().into());
            config.with_client_auth_cert(vec![certificate], key)?
        }
    };
    let https = HttpsConnectorBuilder::new().with_tls_config(config).https_only();
    let mut client = Client::builder(TokioExecutor::new());
    let mut tcp = connector();
    // What is asked for is `https`, which TLS is put upon.
    tcp.enforce_http(false);
    Ok(client.pool_max_idle_per_host(0).build(https.enable_http1().wrap_connector(tcp)))
}

/// Why a client sends nothing to a server, by what that showed in TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mistrust {
    /// The chain leads to no authority of the truststore.
    Chain,
    /// The chain may be good: the certificate itself is not, for this.
    Certificate(String),
}

impl Mistrust {
    /// What an error of a connection says of it: none if that was about something else.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let refused = |error: &(dyn Error + 'static)| match error.downcast_ref::<rustls::Error>()? {
            // Authorities that are called alike are told apart by the signature alone.
            rustls::Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            ) => Some(Self::Chain),
            rustls::Error::InvalidCertificate(why) => Some(Self::Certificate(why.to_string())),
            _ => None,
        };
        successors(Some(error), |error| inner(*error)).find_map(refused)
    }
}

/// What an error comes of. One of input and output says of the error that it wraps only what that came of.
fn inner<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a client over HTTP tells of an error in TLS.
    #[derive(Debug, thiserror::Error)]
    #[error("client error (Connect)")]
    struct Connect(#[source] io::Error);

    fn mistrust(error: rustls::Error) -> Option<Mistrust> {
        Mistrust::of(&Connect(io::Error::new(io::ErrorKind::InvalidData, error)))
    }

    #[test]
    fn a_chain_is_not_trusted_where_its_authority_is_unknown_and_nowhere_else() {
        let certificate = |why| mistrust(rustls::Error::InvalidCertificate(why));
        for why in [CertificateError::UnknownIssuer, CertificateError::BadSignature] {
            assert_eq!(certificate(why), Some(Mistrust::Chain));
        }
        for why in [
            CertificateError::Expired,
            CertificateError::NotValidYet,
            CertificateError::NotValidForName,
            CertificateError::Revoked,
            CertificateError::InvalidPurpose,
        ] {
            let told = Mistrust::Certificate(why.to_string());
            assert_eq!(certificate(why), Some(told));
        }
    }

    #[test]
    fn what_is_no_matter_of_certificates_is_no_mistrust() {
        assert_eq!(mistrust(rustls::Error::DecryptError), None);
        assert_eq!(Mistrust::of(&Connect(io::Error::other("no route to it"))), None);
    }
}
