//! What a request must pass before a simulator sees it: its body is received whole, within bounds.

use std::{
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{Method, Uri, request::Parts},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::{select, sync::Semaphore, time::timeout};
use tower::ServiceExt;

use crate::{
    Bounds, Peer, Port, Traffic,
    apart::Share,
    arrival,
    astray::Astray,
    bodies::{Bodies, Received},
    connections::{Busy, Place},
    refusal::Refusal,
    unanswered::Unanswered,
};

/// Where the requests of one listener come in.
#[derive(Debug)]
pub(crate) struct Intake {
    router: Router,
    /// Which port of a service it is, if it is one.
    port: Option<Port>,
    bounds: Bounds,
    traffic: Traffic,
    /// One permit for each request that may be worked on.
    requests: Arc<Semaphore>,
    bodies: Bodies,
}

impl Intake {
    pub(crate) fn new(
        router: Router,
        port: Option<Port>,
        bounds: Bounds,
        traffic: Traffic,
    ) -> Arc<Self> {
        let requests = Arc::new(Semaphore::new(bounds.requests));
        let bodies = Bodies::new(bounds.bodies);
        Arc::new(Self { router, port, bounds, traffic, requests, bodies })
    }

    /// Answers one request of the connection that has this place. It ends when the client goes, but for what
    /// is being done [`apart`](crate::apart) by then.
    pub(crate) async fn take(
        &self,
        request: hyper::Request<Incoming>,
        peer: Peer,
        place: &Place,
    ) -> Response {
        let address = peer.address;
        let (head, body) = request.into_parts();
        let asked = (head.method.clone(), head.uri.clone());
        let received = self.receive(body).await;
        // Until here its place could have been given to another.
        let busy = place.busy();
        let answered = match received {
            Ok(received) => self.answer(head, received, peer).await,
            Err(refusal) => Err(refusal),
        };
        let response = match answered {
            Ok(response) => self.look_after(response, &asked, address),
            Err(refusal) => self.refuse(refusal, address),
        };
        response.map(|body| Body::new(Unsent { body, _busy: busy }))
    }

    /// A head was refused, and hyper has said so.
    pub(crate) fn refused_head(&self, refusal: Refusal, address: SocketAddr) {
        self.traffic.refused(refusal, &self.bounds, address);
    }

    /// A connection ended, and nobody could be told why.
    pub(crate) fn unanswered(&self, why: &Unanswered, address: SocketAddr) {
        self.traffic.unanswered(why, &self.bounds, address);
    }

    fn refuse(&self, refusal: Refusal, address: SocketAddr) -> Response {
        let mut response = refusal.into_response();
        if let Some(trace) = self.traffic.refused(refusal, &self.bounds, address) {
            arrival::name(&mut response, trace);
        }
        response
    }

    /// An answer that says only that here is nothing gets a name, under which the rest is told.
    fn look_after(
        &self,
        mut response: Response,
        (method, uri): &(Method, Uri),
        address: SocketAddr,
    ) -> Response {
        let astray = self.port.and_then(|port| Astray::of(port, method, uri, &response));
        if let Some(trace) = astray.and_then(|it| self.traffic.astray(&it, address)) {
            arrival::name(&mut response, trace);
        }
        response
    }

    async fn answer(
        &self,
        head: Parts,
        Received { body, room }: Received,
        peer: Peer,
    ) -> Result<Response, Refusal> {
        let permit = Arc::clone(&self.requests).try_acquire_owned();
        let permit = permit.map_err(|_| Refusal::Overloaded)?;
        let mut request = Request::from_parts(head, Body::from(body));
        request.extensions_mut().insert(peer);
        let answer = self.router.clone().oneshot(request);
        let Ok(response) = Share::new([permit, room]).during(answer).await;
        Ok(response)
    }

    async fn receive(&self, body: Incoming) -> Result<Received, Refusal> {
        if body.size_hint().lower() > self.bounds.body as u64 {
            return Err(Refusal::BodyTooLarge);
        }
        let whole = timeout(self.bounds.body_time, self.collect(body));
        whole.await.map_err(|_| Refusal::BodyTooSlow)?
    }

    async fn collect(&self, mut body: Incoming) -> Result<Received, Refusal> {
        let mut coming = self.bodies.expect();
        let mut length = 0;
        loop {
            let frame = select! {
                () = coming.gone() => return Err(Refusal::BodyMadeRoom),
                frame = body.frame() => frame,
            };
            let Some(frame) = frame else { return coming.whole() };
            let frame = frame.map_err(|_| Refusal::BodyBrokenOff)?;
            let Ok(piece) = frame.into_data() else { continue };
            length += piece.len();
            if length > self.bounds.body {
                return Err(Refusal::BodyTooLarge);
            }
            coming.add(&piece)?;
        }
    }
}

/// What is answered, until all of it was taken: for that long its connection is being answered.
struct Unsent {
    body: Body,
    _busy: Busy,
}

impl hyper::body::Body for Unsent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
