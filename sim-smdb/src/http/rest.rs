//! SMDB by REST: forms and JSON come in with a certificate of TLS, and go out.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::post,
};
use clock::Timestamp;
use entropy::Entropy;
use parties::{Diagnosis, Proof};
use shell::{Arrival, Door, Peer, Record, journal::GRANTED, traced};

use super::WebService;
use crate::{
    Fact, Need, Smdb,
    rest::{Answer, CALL_PATH, Message, Reply, Request, TOKEN_PATH},
};

/// Where tokens are redeemed, and the operations.
pub(super) fn routes() -> Router<Arc<WebService>> {
    Router::new().route(TOKEN_PATH, traced(post(answer))).route(CALL_PATH, traced(post(answer)))
}

async fn answer(
    State(service): State<Arc<WebService>>,
    Extension(arrival): Extension<Arrival>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    head: HeaderMap,
    body: Bytes,
) -> Response {
    let peer = peer.map(|Extension(peer)| peer);
    service.answer::<Rest>(arrival, Received { uri, head, peer, body }).await.reply.into_response()
}

/// The door of REST.
struct Rest;

/// A request as it came.
struct Received {
    uri: Uri,
    head: HeaderMap,
    peer: Option<Peer>,
    body: Bytes,
}

impl Received {
    fn text(&self, name: &HeaderName) -> Option<&str> {
        self.head.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Door for Rest {
    type Core = Smdb;
    type Message = Received;
    type Request = Request;
    type Answer = Answer;
    type Reply = Reply;

    fn read(smdb: &Smdb, received: &Received) -> Request {
        smdb.read_rest(&Message {
            path: received.uri.path(),
            content_type: received.text(&header::CONTENT_TYPE),
            authorization: received.text(&header::AUTHORIZATION),
            certificate: received
                .peer
                .as_ref()
                .map_or(Proof::Missing, |peer| peer.certificate.as_ref().map(|it| &**it)),
            body: &received.body,
        })
    }

    fn needs(smdb: &Smdb, request: &Request, now: Timestamp) -> Vec<Need> {
        smdb.needs_for_rest(request, now)
    }

    fn decide(
        smdb: &Smdb,
        request: &Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Answer, Vec<Fact>) {
        smdb.decide_rest(request, now, entropy)
    }

    fn diagnose(smdb: &Smdb, (): &(), request: &Request, now: Timestamp) -> Diagnosis {
        smdb.diagnose_rest(request, now)
    }

    fn write(smdb: &Smdb, answer: &Answer, _: &mut Entropy) -> Reply {
        smdb.write_rest(answer)
    }

    fn record<'m>(request: &'m Request, answer: &'m Answer) -> Record<'m> {
        Record {
            path: match request {
                Request::Redemption(_) => TOKEN_PATH,
                Request::Call(_) => CALL_PATH,
            },
            message_id: None,
            answer_id: answer.id(),
            outcome: match answer {
                Answer::Issued { .. } | Answer::Answered { .. } => GRANTED,
                Answer::Rejected { rejection, .. } => rejection.name(),
            },
        }
    }

    fn message_octets(received: &Received) -> usize {
        received.body.len()
    }

    fn reply_octets(reply: &Reply) -> usize {
        reply.body.len()
    }
}

impl IntoResponse for Reply {
    /// Nobody on the way may keep it: it is a token, or about a citizen (RFC 6749, section 5.1).
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.status).expect("a reply has one of the statuses of HTTP");
        let mut response = (status, self.body).into_response();
        let head = response.headers_mut();
        let mut set = |name: HeaderName, value: Option<&str>| match value.map(str::parse) {
            Some(Ok(value)) => drop(head.insert(name, value)),
            Some(Err(_)) | None => drop(head.remove(name)),
        };
        set(header::CONTENT_TYPE, self.content_type);
        set(header::WWW_AUTHENTICATE, self.challenge.as_deref());
        set(header::CACHE_CONTROL, Some("no-store"));
        set(header::PRAGMA, Some("no-cache"));
        response
    }
}
