//! What a request must pass before a simulator sees it: its body is received whole, within bounds.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use tower::ServiceExt;

use crate::{Bounds, Peer, Traffic};

/// Where the requests of one listener come in.
#[derive(Debug)]
pub(crate) struct Intake {
    router: Router,
    bounds: Bounds,
    traffic: Traffic,
    /// One permit for each request that may be worked on.
    requests: Semaphore,
    /// One permit for each unit of body that there is room for.
    bodies: Semaphore,
}

/// Room for bodies is given out in units of so many octets.
const UNIT: usize = 1024;

impl Intake {
    pub(crate) fn new(router: Router, bounds: Bounds, traffic: Traffic) -> Arc<Self> {
        let requests = Semaphore::new(bounds.requests);
        let bodies = Semaphore::new(bounds.bodies.div_ceil(UNIT));
        Arc::new(Self { router, bounds, traffic, requests, bodies })
    }

    /// Answers one request.
    pub(crate) async fn take(&self, request: hyper::Request<Incoming>, peer: Peer) -> Response {
        match self.pass(request, peer).await {
            Ok(response) => response,
            Err(refusal) => {
                let response = refusal.into_response();
                self.traffic.refused(response.status());
                response
            }
        }
    }

    /// A head was too long, and hyper has said so.
    pub(crate) fn refused_head(&self) {
        self.traffic.refused(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }

    async fn pass(
        &self,
        request: hyper::Request<Incoming>,
        peer: Peer,
    ) -> Result<Response, Refusal> {
        let (head, body) = request.into_parts();
        let _room = self.room_for(&body)?;
        let body = self.receive(body).await?;
        let _permit = self.requests.try_acquire().map_err(|_| Refusal::Overloaded)?;
        let mut request = Request::from_parts(head, Body::from(body));
        request.extensions_mut().insert(peer);
        let Ok(response) = self.router.clone().oneshot(request).await;
        Ok(response)
    }

    /// Room for a body, as long as it may become: the length of one in chunks is not known.
    fn room_for(&self, body: &Incoming) -> Result<SemaphorePermit<'_>, Refusal> {
        let length = body.size_hint().exact();
        let limit = self.bounds.body as u64;
        if length.is_some_and(|length| length > limit) {
            return Err(Refusal::TooLarge);
        }
        let octets = length.unwrap_or(limit);
        let units = u32::try_from(octets.div_ceil(UNIT as u64)).map_err(|_| Refusal::TooLarge)?;
        self.bodies.try_acquire_many(units).map_err(|_| Refusal::Overloaded)
    }

    async fn receive(&self, body: Incoming) -> Result<hyper::body::Bytes, Refusal> {
        let whole = Limited::new(body, self.bounds.body).collect();
        match timeout(self.bounds.body_time, whole).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge),
            Ok(Err(_)) => Err(Refusal::Broken),
            Err(_) => Err(Refusal::TooSlow),
        }
    }
}

/// Why a request does not get as far as a simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    TooLarge,
    TooSlow,
    Broken,
    Overloaded,
}

impl IntoResponse for Refusal {
    /// The connection ends with it, unless only the moment was wrong: what is left of a body is not
    /// read.
    fn into_response(self) -> Response {
        let (status, text, (name, value)) = match self {
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is longer than this service takes\n",
                (header::CONNECTION, "close"),
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "the body did not come in time\n",
                (header::CONNECTION, "close"),
            ),
            Self::Broken => {
                (StatusCode::BAD_REQUEST, "the body broke off\n", (header::CONNECTION, "close"))
            }
            Self::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too many requests at once: try again\n",
                (header::RETRY_AFTER, "1"),
            ),
        };
        (status, [(name, value)], text).into_response()
    }
}
