//! The name under which a request is found again.

use std::net::IpAddr;

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::{self, Next},
    response::Response,
};
use entropy::Entropy;
use parties::TraceId;

use crate::Peer;

/// The header in which every answer says its trace id. Nothing of it stands in the message, which is
/// as the real services write it.
pub const TRACE_HEADER: HeaderName = HeaderName::from_static("x-skift-trace");

/// A request as it arrived. A handler of a [`traced`] router takes it as a request extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Its name in the journal.
    pub trace: TraceId,
    /// Where it came from, if it came over a connection.
    pub from: Option<IpAddr>,
}

/// The same router, which gives each request a trace id of its own and tells the caller which.
pub fn traced(router: Router) -> Router {
    router.layer(middleware::from_fn(trace))
}

async fn trace(mut request: Request, next: Next) -> Response {
    let from = request.extensions().get::<Peer>().map(|peer| peer.address.ip().to_canonical());
    let trace = TraceId::draw(&mut Entropy::Os);
    request.extensions_mut().insert(Arrival { trace, from });
    let mut response = next.run(request).await;
    let value = HeaderValue::from_str(&trace.to_string()).expect("a UUID is digits and hyphens");
    response.headers_mut().insert(TRACE_HEADER, value);
    response
}
