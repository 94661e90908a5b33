//! Connections to others, which carry whole messages.

use hyper_util::client::legacy::connect::HttpConnector;

/// Makes connections on which nothing that is written waits for more to be written: a message is
/// whole, and its sender waits for the answer.
#[must_use]
pub fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector
}
