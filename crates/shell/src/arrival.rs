//! The name under which a request is found again.

use std::net::IpAddr;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::{self, Next},
    response::Response,
    routing::MethodRouter,
};
use entropy::Entropy;
use parties::TraceId;

use crate::Peer;

/// The header in which an answer says its trace id, if something was written down of its request.
/// Nothing of it stands in the message, which is as the real services write it.
pub const TRACE_HEADER: HeaderName = HeaderName::from_static("x-skift-trace");

/// A request as it arrived. A handler of a [`traced`] router takes it as a request extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Its name in the journal.
    pub trace: TraceId,
    /// Where it came from, if it came over a connection.
    pub from: Option<IpAddr>,
}

/// The same methods at a path, each request to which gets a trace id of its own; the caller is told
/// which. What finds no method there is named by the listener, which writes it down.
pub fn traced<S: Clone + Send + Sync + 'static>(methods: MethodRouter<S>) -> MethodRouter<S> {
    methods.route_layer(middleware::from_fn(trace))
}

async fn trace(mut request: Request, next: Next) -> Response {
    let from = request.extensions().get::<Peer>().map(|peer| peer.address.ip().to_canonical());
    let trace = TraceId::draw(&mut Entropy::Os);
    request.extensions_mut().insert(Arrival { trace, from });
    let mut response = next.run(request).await;
    name(&mut response, trace);
    response
}

/// Tells the caller the name of its request.
pub(crate) fn name(response: &mut Response, trace: TraceId) {
    let value = HeaderValue::from_str(&trace.to_string()).expect("a UUID is digits and hyphens");
    response.headers_mut().insert(TRACE_HEADER, value);
}
