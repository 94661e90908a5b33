//! The administration at the control port: every click that an administrator has, and a look at what
//! is saved and what is in force.

mod form;
mod shown;

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::Value;
use shell::{
    apart,
    control::{DiagnosisShown, Route, Routes},
};

pub(super) use self::shown::{Known, Shown};
use super::NemLogin;
use crate::administration::{Answer, Request};

const PATH: &str = "/__admin/administration";

pub(super) fn routes(nemlogin: &Arc<NemLogin>) -> Routes {
    let [looked, clicked] = [(); 2].map(|()| Arc::clone(nemlogin));
    let look = async move || apart(move || Json(looked.shown())).await;
    let click = async move |body: Bytes| apart(move || click(&clicked, &body)).await;
    Routes::from([
        Route::get(PATH, "What is saved, and what is in force in each environment", look)
            .answer::<Shown>(),
        Route::post(PATH, "One click of an administrator, a service owner or a grantor", click)
            .body_like(form::schema()),
    ])
}

/// The answer of the administration, with a diagnosis where it says no.
fn click(nemlogin: &NemLogin, body: &[u8]) -> Response {
    if let Some(slip) = form::slip(body) {
        return slip.into_response();
    }
    let (exchange, diagnosis) = nemlogin.click(body);
    let answer: Result<Value, _> = serde_json::from_slice(&exchange.bytes);
    let mut answer = answer.expect("the administration answers in JSON");
    let status = match (&exchange.answer, &exchange.request) {
        (Answer::Done | Answer::Unchanged, _) => return Json(answer).into_response(),
        (Answer::Rejected(_), Request::Unreadable(_)) => StatusCode::BAD_REQUEST,
        (Answer::Rejected(_), _) => StatusCode::CONFLICT,
    };
    let shown = serde_json::to_value(DiagnosisShown::from(&diagnosis));
    answer["diagnosis"] = shown.expect("texts have a form in JSON");
    (status, Json(answer)).into_response()
}
