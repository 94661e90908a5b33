//! Who is at the other end of a connection.

use std::{net::SocketAddr, sync::Arc};

use parties::Proof;

/// What a connection tells of the one who opened it. A handler takes it as a request extension.
///
/// Nothing of it is trusted: that somebody has the key of the certificate is all that TLS has
/// proved (RFC 8446, section 4.4.3). Whether the certificate is good is for a simulator to say, at
/// its own time and in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Where it calls from.
    pub address: SocketAddr,
    /// Its own certificate in DER, if it has proved its key.
    pub certificate: Proof<Arc<[u8]>>,
    /// The host name that it asked for in TLS, if it asked for one.
    pub server_name: Option<Arc<str>>,
}
