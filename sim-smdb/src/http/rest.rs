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
use parties::{Diagnosis, Party, Step};
use shell::{
    Arrival, Decided, Peer, apart,
    journal::{Entry, GRANTED, MessageId},
};

use super::WebService;
use crate::rest::{Answer, CALL_PATH, Message, Reply, Request, TOKEN_PATH};

/// Where tokens are redeemed, and the operations.
pub(super) fn routes() -> Router<Arc<WebService>> {
    Router::new().route(TOKEN_PATH, post(answer)).route(CALL_PATH, post(answer))
}

/// Answers one request, as [`MessageService::answer`](shell::MessageService::answer) does: what
/// cryptography takes is taken on threads that serve no sockets.
async fn answer(
    State(service): State<Arc<WebService>>,
    Extension(arrival): Extension<Arrival>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    head: HeaderMap,
    body: Bytes,
) -> Response {
    let (now, request_octets) = (service.clock.now(), body.len());
    let this = Arc::clone(&service);
    let request = apart(move || {
        let text = |name: HeaderName| head.get(name).and_then(|value| value.to_str().ok());
        let message = Message {
            path: uri.path(),
            content_type: text(header::CONTENT_TYPE),
            authorization: text(header::AUTHORIZATION),
            certificate: peer.as_ref().and_then(|Extension(peer)| peer.certificate.as_deref()),
            body: &body,
        };
        this.core.wire().read_rest(&message)
    })
    .await;
    let needs = service.core.look(|smdb| smdb.needs_for_rest(&request, now));
    let remarks = service.inform(&needs).await;
    apart(move || {
        // Before it remembers what was submitted: for that, it came before.
        let diagnosis = service.core.look(|smdb| smdb.diagnose_rest(&request, now));
        let Decided { answer, not_kept, .. } =
            service.core.decide(now, |smdb| smdb.decide_rest(&request, now, &mut Entropy::Os));
        let remarks = remarks.into_iter().chain(not_kept).collect();
        let reply = service.core.wire().write_rest(&answer);
        let octets = (request_octets, reply.body.len());
        write_down(&service, arrival, now, (&request, &answer), octets, diagnosis, remarks);
        reply.into_response()
    })
    .await
}

fn write_down(
    service: &WebService,
    arrival: Arrival,
    at: Timestamp,
    (request, answer): (&Request, &Answer),
    (request_octets, answer_octets): (usize, usize),
    diagnosis: Diagnosis,
    remarks: Vec<String>,
) {
    service.journal.write(Entry {
        trace: arrival.trace,
        at,
        party: Party::Smdb,
        environment: Some(service.core.look(crate::Smdb::environment)),
        step: Some(Step::Three),
        path: match request {
            Request::Redemption(_) => TOKEN_PATH,
            Request::Call(_) => CALL_PATH,
        },
        from: arrival.from,
        message_id: None,
        answer_id: Some(MessageId::new(answer.id())),
        outcome: match answer {
            Answer::Issued { .. } | Answer::Answered { .. } => GRANTED,
            Answer::Rejected { rejection, .. } => rejection.name(),
        },
        request_octets,
        answer_octets,
        remarks,
        diagnosis,
    });
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
