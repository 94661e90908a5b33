//! The administration at the control port: whatever MitID Erhverv can be asked, as
//! [`wire`](crate::wire) reads it, and a look at how everything stands.
//!
//! A one-time code, a password and a `.p12` file stand in the answer to whoever asked, and nowhere
//! else.

mod form;
mod shown;

use std::sync::{Arc, LazyLock};

use axum::{
    Json,
    body::Bytes,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use shell::{
    answered_apart, apart,
    control::{
        Problem, Route, Routes,
        form::{Form, answered},
    },
};

pub(super) use self::shown::Shown;
use super::MitidErhverv;
use crate::{Answer, Request};

const PATH: &str = "/__admin/administration";
/// What may be asked.
static FORM: LazyLock<Form> = LazyLock::new(form::form);

pub(super) fn routes(mitid: &Arc<MitidErhverv>) -> Routes {
    let [looked, asked] = [(); 2].map(|()| Arc::clone(mitid));
    let look = async move || answered_apart(move || Json(looked.shown())).await;
    let ask = async move |body: Bytes| ask(&asked, body).await;
    let summary = "One act of an administrator, a contact person or a holder, or a look of theirs";
    Routes::from([
        Route::get(PATH, "Who is connected, with profiles, orders and certificates", look)
            .answer::<Shown>(),
        Route::post(PATH, summary, ask).body_like(|| FORM.schema()),
    ])
}

/// The answer of MitID Erhverv, with a diagnosis where it says no.
async fn ask(mitid: &Arc<MitidErhverv>, body: Bytes) -> Response {
    let looked = body.clone();
    if let Some(slip) = apart(move || FORM.slip(&looked)).await {
        return slip.into_response();
    }
    let (exchange, diagnosis) = match mitid.ask(body).await {
        Ok(answered) => answered,
        Err(error) => return Problem::unkept(&error).into_response(),
    };
    let refused = match (&exchange.answer, &exchange.request) {
        (Answer::Rejected(_), Request::Unreadable(_)) => Some(StatusCode::BAD_REQUEST),
        (Answer::Rejected(_), _) => Some(StatusCode::CONFLICT),
        _ => None,
    };
    answered(&exchange.bytes, refused.map(|status| (status, &diagnosis)))
}
