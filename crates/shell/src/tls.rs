//! A server's certificates, and what it takes of a client's.

mod authority;
mod possession;
mod servers;

use std::{collections::BTreeMap, fmt, net::SocketAddr, sync::Arc};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{
        CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer,
        pem::{self, PemObject},
    },
    server::{Acceptor, ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{LazyConfigAcceptor, server::TlsStream};

use self::possession::Possession;
pub(crate) use self::servers::Shown;
pub use self::{
    authority::{TlsAuthority, TlsAuthorityError},
    servers::Servers,
};
use crate::{Peer, unanswered::FailedHandshake};

/// How a server shows who it is: one key, and its certificate with those above it.
#[derive(Clone)]
pub struct Identity(Arc<CertifiedKey>);

/// A key and a certificate that do not belong together, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the server's certificate and key cannot be used: {0}")]
pub struct MalformedIdentity(#[from] rustls::Error);

impl Identity {
    /// Certificates in DER, the server's own first, and its key in PKCS#8.
    ///
    /// # Errors
    ///
    /// If the key cannot be read, or is not that of the first certificate.
    pub fn new(chain: Vec<Vec<u8>>, pkcs8: &[u8]) -> Result<Self, MalformedIdentity> {
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let key = PrivateKeyDer::Pkcs8(pkcs8.to_vec().into());
        let certified = CertifiedKey::from_der(chain, key, &provider())?;
        Ok(Self(Arc::new(certified)))
    }

    /// A certificate and its key, both in PEM.
    ///
    /// # Errors
    ///
    /// If one of them is missing or cannot be read, or they do not belong together.
    pub fn from_pem(pem: &str) -> Result<Self, MalformedIdentity> {
        let wrong = |error: pem::Error| rustls::Error::General(error.to_string());
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(wrong)?;
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(wrong)?;
        Self::new(vec![certificate.to_vec()], key.secret_pkcs8_der())
    }

    /// The server's own certificate, in DER.
    pub(crate) fn certificate(&self) -> &[u8] {
        self.0.cert.first().map_or(&[], |certificate| certificate.as_ref())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}

/// What a listener shows and asks for in TLS. Clones share it, and a change reaches all of them.
///
/// A client may show a certificate and need not. TLS checks that it has the key, and nothing else:
/// a chain that is unknown, expired or revoked is for the simulator to refuse, since the real
/// services answer with a fault where an alert would say nothing. Where TLS cannot check the key, since
/// it is of another kind or size, that is for the simulator to say too, and the certificate is not taken
/// for that of the client ([`Proof`](parties::Proof)). There is no resumption: each connection shows what
/// is true now.
#[derive(Clone)]
pub struct Tls(Arc<ArcSwap<ServerConfig>>);

impl Tls {
    /// Shows to each client the identity of the host that it asks for, and `default` to one that
    /// asks for no host or another one.
    ///
    /// # Panics
    ///
    /// Never: the protocol versions are those of the provider.
    #[must_use]
    pub fn new(default: Identity, hosts: BTreeMap<String, Identity>) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(config(default, hosts))))
    }

    /// Shows these from the next connection on.
    pub fn change(&self, default: Identity, hosts: BTreeMap<String, Identity>) {
        self.0.store(Arc::new(config(default, hosts)));
    }

    /// The handshake with one client.
    ///
    /// # Errors
    ///
    /// Why it failed; nothing if the client only went before it was shown anything.
    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        address: SocketAddr,
    ) -> Result<(TlsStream<S>, Peer), Option<FailedHandshake>> {
        let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await;
        let hello = hello.map_err(|error| FailedHandshake::of(&error, None))?;
        let host = hello.client_hello().server_name().map(str::to_owned);
        let stream = hello.into_stream(self.0.load_full()).await;
        let stream = stream.map_err(|error| FailedHandshake::of(&error, Some(host)))?;
        let (_, tls) = stream.get_ref();
        let shown = tls.peer_certificates().and_then(<[_]>::first);
        let peer = Peer {
            address,
            certificate: Possession::of(&provider()).proof(shown),
            server_name: tls.server_name().map(Arc::from),
        };
        Ok((stream, peer))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(..)")
    }
}

fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

fn config(default: Identity, hosts: BTreeMap<String, Identity>) -> ServerConfig {
    let provider = Arc::new(provider());
    let verifier = Possession::of(&provider);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for both versions")
        .with_client_cert_verifier(Arc::new(verifier))
        .with_cert_resolver(Arc::new(Hosts { default, hosts }));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config
}

/// Which identity a client is shown.
#[derive(Debug)]
struct Hosts {
    default: Identity,
    hosts: BTreeMap<String, Identity>,
}

impl ResolvesServerCert for Hosts {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let asked = hello.server_name().and_then(|name| self.hosts.get(&name.to_ascii_lowercase()));
        Some(Arc::clone(&asked.unwrap_or(&self.default).0))
    }
}
