//! The administration at the control port: every click that an administrator has, and a look at
//! what is saved and what is in force.

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

pub(super) use self::shown::{Known, Shown};
use super::NemLogin;
use crate::administration::{Answer, Request};

const PATH: &str = "/__admin/administration";
/// What may be clicked.
static FORM: LazyLock<Form> = LazyLock::new(form::form);

pub(super) fn routes(nemlogin: &Arc<NemLogin>) -> Routes {
    let [looked, clicked] = [(); 2].map(|()| Arc::clone(nemlogin));
    let look = async move || answered_apart(move || Json(looked.shown())).await;
    let click = async move |body: Bytes| apart(move || click(&clicked, &body)).await;
    Routes::from([
        Route::get(PATH, "What is saved, and what is in force in each environment", look)
            .answer::<Shown>(),
        Route::post(PATH, "One click of an administrator, a service owner or a grantor", click)
            .body_like(|| FORM.schema()),
    ])
}

/// The answer of the administration, with a diagnosis where it says no.
fn click(nemlogin: &NemLogin, body: &[u8]) -> Response {
    if let Some(slip) = FORM.slip(body) {
        return slip.into_response();
    }
    let (exchange, diagnosis) = match nemlogin.click(body) {
        Ok(answered) => answered,
        Err(error) => return Problem::unkept(&error).into_response(),
    };
    let refused = match (&exchange.answer, &exchange.request) {
        (Answer::Done | Answer::Unchanged, _) => None,
        (Answer::Rejected(_), Request::Unreadable(_)) => Some(StatusCode::BAD_REQUEST),
        (Answer::Rejected(_), _) => Some(StatusCode::CONFLICT),
    };
    answered(&exchange.bytes, refused.map(|status| (status, &diagnosis)))
}
