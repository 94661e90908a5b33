//! Certificates of authorities and their revocation lists, in plain HTTP (RFC 5280, section 8: what
//! is published is signed).
//!
//! Each stands at the address that certificates name, on a host of its environment. Those hosts
//! cannot exist, so that the same paths are found below the environment's name too, on whatever
//! host this is reached by.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use parties::Environment;
use pki::{Addresses, Certificate};
use shell::{apart, split_address};

use super::Publication;
use crate::{Rejection, mitid::DueList};

/// RFC 2585, section 4.
const CERTIFICATE: &str = "application/pkix-cert";
const LIST: &str = "application/pkix-crl";

/// Everything that is published.
pub fn router(publication: Arc<Publication>) -> Router {
    Router::new().fallback(get(fetch)).with_state(publication)
}

/// One of the things that are published, of a hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Published {
    RootCertificate,
    RootList,
    IssuingCertificate,
    IssuingList,
}

async fn fetch(
    State(publication): State<Arc<Publication>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let Some((environment, published)) = asked_for(host, uri.path()) else {
        return (StatusCode::NOT_FOUND, what_is_here()).into_response();
    };
    // A list is signed with RSA: not on a thread that serves sockets.
    apart(move || answer(&publication, environment, published)).await
}

/// What is asked for by a path on a host.
fn asked_for(host: &str, path: &str) -> Option<(Environment, Published)> {
    let host = host.split(':').next().unwrap_or_default();
    Environment::ALL.into_iter().find_map(|environment| {
        let addresses = Addresses::of(environment);
        let path = match path.strip_prefix(&format!("/{environment}")) {
            Some(path) => path,
            None if host.eq_ignore_ascii_case(host_of(&addresses.root_list)) => path,
            None => return None,
        };
        let mut published = table(&addresses).into_iter();
        let (_, published) = published.find(|(address, _)| path_of(address) == path)?;
        Some((environment, published))
    })
}

fn table(addresses: &Addresses) -> [(&str, Published); 4] {
    [
        (&addresses.root_certificate, Published::RootCertificate),
        (&addresses.root_list, Published::RootList),
        (&addresses.issuing_certificate, Published::IssuingCertificate),
        (&addresses.issuing_list, Published::IssuingList),
    ]
}

fn answer(publication: &Publication, environment: Environment, published: Published) -> Response {
    let now = publication.clock.now();
    let octets = publication.mitid.look(|mitid| {
        let authority = mitid.authority(environment)?;
        Ok(match published {
            Published::RootCertificate => Octets::Certificate(authority.root().clone()),
            Published::IssuingCertificate => Octets::Certificate(authority.issuing().clone()),
            Published::RootList => Octets::List(mitid.due_root_list(environment, now)?),
            Published::IssuingList => Octets::List(mitid.due_list(environment, now)?),
        })
    });
    // To sign takes milliseconds, and others may look meanwhile.
    match octets {
        Ok(Octets::Certificate(certificate)) => found(CERTIFICATE, certificate.der()),
        Ok(Octets::List(due)) => found(LIST, due.sign().der()),
        // No hierarchy of that environment.
        Err::<_, Rejection>(_) => (StatusCode::NOT_FOUND, what_is_here()).into_response(),
    }
}

/// What is sent.
enum Octets {
    Certificate(Certificate),
    List(DueList),
}

fn found(kind: &'static str, der: &[u8]) -> Response {
    // Whoever keeps an older list than there is misses a revocation; time here may jump, too.
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")];
    (headers, Bytes::copy_from_slice(der)).into_response()
}

fn what_is_here() -> String {
    let mut text = "nothing is published here; there are\n".to_owned();
    for environment in Environment::ALL {
        for (address, _) in table(&Addresses::of(environment)) {
            text.push_str(&format!("/{environment}{}\n", path_of(address)));
        }
    }
    text
}

fn host_of(address: &str) -> &str {
    split_address(address).0
}

fn path_of(address: &str) -> &str {
    split_address(address).1
}
