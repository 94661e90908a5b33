//! How a control port says no: what was wrong, and what to do.

use std::{fmt, io};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;

/// Why something was not done.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Problem {
    #[serde(skip)]
    status: u16,
    /// What was wrong.
    error: String,
    /// What to do next.
    what_to_do: String,
    /// The name that was most likely meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<String>,
}

impl Problem {
    /// A problem with the status of its answer.
    pub fn new(
        status: StatusCode,
        error: impl Into<String>,
        what_to_do: impl Into<String>,
    ) -> Self {
        let (error, what_to_do) = (error.into(), what_to_do.into());
        Self { status: status.as_u16(), error, what_to_do, nearest: None }
    }

    /// A request that cannot be carried out as it is (400).
    pub fn bad(error: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, what_to_do)
    }

    /// Something that was not done, since it could not be kept (507).
    #[must_use]
    pub fn unkept(error: &io::Error) -> Self {
        let what = "make room in the data folder, or let the program write there, and do it again";
        let error = format!("it is not done, since it cannot be kept: {error}");
        Self::new(StatusCode::INSUFFICIENT_STORAGE, error, what)
    }

    /// Says which of `known` somebody who wrote `name` most likely meant.
    #[must_use]
    pub fn near<'k>(self, name: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        Self { nearest: parties::nearest(name, known).map(str::to_owned), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.error, self.what_to_do)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("it was made of a status");
        (status, Json(self)).into_response()
    }
}
