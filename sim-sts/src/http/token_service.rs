//! One path, one method: a request for a token comes in, an answer goes out.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use clock::Clock;
use entropy::Entropy;
use parties::{Diagnose, Diagnosis, Party, Step};
use pki::RevocationList;
use shell::{
    Arrival, Exchange, Journal, Shared, Source,
    journal::{Entry, GRANTED, MessageId},
    traced,
};

use super::apart;
use crate::{Issuer, IssuerLesson, IssuerNeed, issue::Answer};

/// Where the token service is, on every host (`STSDOC` 3.2).
pub const ADDRESS: &str = "/SecurityTokenService.svc";
/// SOAP 1.1 (W3C Note of 2000-05-08, section 6).
const SOAP_1_1: &str = "text/xml; charset=utf-8";

/// The STS of one environment, as it is served.
pub struct TokenService {
    /// The STS itself.
    pub issuer: Shared<Issuer>,
    /// What time it is.
    pub clock: Clock,
    /// Where the authority of its environment publishes whom it has revoked.
    pub revocation_list: Source,
    /// Where every request and its answer are written down, with the truth that the answer hides.
    pub journal: Journal,
}

/// The token service at its [`ADDRESS`].
///
/// Of the head of a request nothing is judged: what counts is signed, and is in the body. So a
/// `SOAPAction` may be quoted, bare or missing, and a body may come in chunks or whole.
pub fn router(service: Arc<TokenService>) -> Router {
    traced(Router::new().route(ADDRESS, post(answer)).with_state(service))
}

async fn answer(
    State(service): State<Arc<TokenService>>,
    Extension(arrival): Extension<Arrival>,
    message: Bytes,
) -> Response {
    let exchange = service.answer(arrival, message).await;
    let status = match exchange.answer {
        Answer::Token(_) => StatusCode::OK,
        // SOAP 1.1, section 6.2. What the real one says is not known.
        Answer::Rejected { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, [(header::CONTENT_TYPE, SOAP_1_1)], exchange.bytes).into_response()
}

impl TokenService {
    /// Answers one message.
    async fn answer(self: &Arc<Self>, arrival: Arrival, message: Bytes) -> Exchange<Issuer> {
        let now = self.clock.now();
        let (this, request_octets) = (Arc::clone(self), message.len());
        let request = apart(move || this.issuer.read(&message)).await;
        let mut remarks = Vec::new();
        for need in self.issuer.needs(&request, now) {
            match need {
                IssuerNeed::RevocationList => remarks.extend(self.fetch_revocation_list().await),
            }
        }
        let this = Arc::clone(self);
        apart(move || {
            // Before it remembers the message: for that, the message has been seen.
            let diagnosis = this.issuer.look(|issuer| issuer.diagnose(&request, now));
            let exchange = this.issuer.answer(request, now, &mut Entropy::Os);
            this.write_down(arrival, request_octets, &exchange, diagnosis, remarks);
            exchange
        })
        .await
    }

    /// Says why it could not be had: then the STS judges with what it knows.
    async fn fetch_revocation_list(&self) -> Option<String> {
        let list = match self.revocation_list.fetch().await {
            Ok(list) => RevocationList::from_der(&list).map_err(|it| it.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match list {
            Ok(list) => {
                let fetched_at = self.clock.now();
                self.issuer.learn(IssuerLesson::RevocationList { list, fetched_at });
                None
            }
            Err(why) => Some(why),
        }
    }

    fn write_down(
        &self,
        arrival: Arrival,
        request_octets: usize,
        exchange: &Exchange<Issuer>,
        diagnosis: Diagnosis,
        remarks: Vec<String>,
    ) {
        let (outcome, answer_id) = match &exchange.answer {
            Answer::Token(grant) => (GRANTED, &grant.response.message_id),
            Answer::Rejected { rejection, message_id, .. } => (rejection.name(), message_id),
        };
        let message_id = exchange.request.message_id();
        self.journal.write(Entry {
            trace: arrival.trace,
            at: exchange.at,
            party: Party::Sts,
            environment: Some(self.issuer.look(Issuer::environment)),
            step: Some(Step::One),
            path: ADDRESS,
            from: arrival.from,
            message_id: message_id.map(|it| MessageId::new(it.unverified())),
            answer_id: Some(MessageId::new(answer_id)),
            outcome,
            request_octets,
            answer_octets: exchange.bytes.len(),
            remarks,
            diagnosis,
        });
    }
}
