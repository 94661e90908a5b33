//! One path, one method: a request for a token comes in, an answer goes out.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};

use super::TokenService;
use crate::issue::Answer;

/// Where the token service is, on every host (`STSDOC` 3.2).
pub const ADDRESS: &str = "/SecurityTokenService.svc";
/// SOAP 1.1 (W3C Note of 2000-05-08, section 6).
const SOAP_1_1: &str = "text/xml; charset=utf-8";

/// The token service at its [`ADDRESS`].
///
/// Of the head of a request nothing is judged: what counts is signed, and is in the body. So a
/// `SOAPAction` may be quoted, bare or missing, and a body may come in chunks or whole.
pub fn router(service: Arc<TokenService>) -> Router {
    Router::new().route(ADDRESS, post(answer)).with_state(service)
}

async fn answer(State(service): State<Arc<TokenService>>, message: Bytes) -> Response {
    let exchange = service.answer(message.to_vec()).await;
    let status = match exchange.answer {
        Answer::Token(_) => StatusCode::OK,
        // SOAP 1.1, section 6.2. What the real one says is not known.
        Answer::Rejected { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, [(header::CONTENT_TYPE, SOAP_1_1)], exchange.bytes).into_response()
}
