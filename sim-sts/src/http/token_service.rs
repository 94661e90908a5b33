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
use clock::Timestamp;
use parties::{Diagnosis, Environment, Party, Step};
use pki::RevocationList;
use shell::{Answering, Arrival, AskedBySoap, MessageService, Soap, traced};

use super::LastAdministration;
use crate::{
    Cause, Issuer, IssuerLesson,
    issue::{Answer, Request},
};

/// Where the token service is, on every host (`STSDOC` 3.2).
pub const ADDRESS: &str = "/SecurityTokenService.svc";
/// SOAP 1.1 (W3C Note of 2000-05-08, section 6).
const SOAP_1_1: &str = "text/xml; charset=utf-8";

/// The STS of one environment, as it is served.
pub type TokenService = MessageService<Issuer>;

/// The token service at its [`ADDRESS`].
///
/// Of the head of a request nothing is judged: what counts is signed, and is in the body. So a
/// `SOAPAction` may be quoted, bare or missing, and a body may come in chunks or whole.
pub fn router(service: Arc<TokenService>) -> Router {
    Router::new().route(ADDRESS, traced(post(answer))).with_state(service)
}

async fn answer(
    State(service): State<Arc<TokenService>>,
    Extension(arrival): Extension<Arrival>,
    message: Bytes,
) -> Response {
    let passed = service.answer::<Soap<Issuer>>(arrival, message).await;
    let status = match passed.answer {
        Answer::Token(_) => StatusCode::OK,
        // SOAP 1.1, section 6.2. What the real one says is not known.
        Answer::Rejected { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, [(header::CONTENT_TYPE, SOAP_1_1)], passed.reply).into_response()
}

impl Answering for Issuer {
    const PARTY: Party = Party::Sts;
    const STEP: Step = Step::One;

    /// What was saved there and not provisioned.
    type Beside = Arc<LastAdministration>;

    fn environment(&self) -> Environment {
        Self::environment(self)
    }

    fn is_untimely(cause: &str) -> bool {
        [Cause::TimestampExpired, Cause::TimestampImplausible].iter().any(|it| it.name() == cause)
    }

    fn is_unknown_revocation(cause: &str) -> bool {
        Cause::RevocationUnknown.name() == cause
    }

    fn lesson(list: RevocationList, fetched_at: Timestamp) -> IssuerLesson {
        IssuerLesson::RevocationList { list, fetched_at }
    }
}

impl AskedBySoap for Issuer {
    const PATH: &'static str = ADDRESS;

    fn request_id(request: &Request) -> Option<&str> {
        request.message_id().map(|it| it.unverified().as_str())
    }

    fn answer_id(answer: &Answer) -> &str {
        match answer {
            Answer::Token(grant) => &grant.response.message_id,
            Answer::Rejected { message_id, .. } => message_id,
        }
    }

    fn refusal(answer: &Answer) -> Option<&'static str> {
        match answer {
            Answer::Token(_) => None,
            Answer::Rejected { rejection, .. } => Some(rejection.name()),
        }
    }

    fn diagnose_beside(
        &self,
        last: &Arc<LastAdministration>,
        request: &Request,
        now: Timestamp,
    ) -> Diagnosis {
        self.diagnose_with(&last.get(), request, now)
    }
}
