//! Reads what a caller sends, and tells a slip of the pen by its nearest name.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, request::Parts},
};
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Problem, schema_of};

/// A body in JSON. No body at all is an object without keys.
#[derive(Debug)]
pub struct Asked<T>(pub T);

/// What stands in the query.
#[derive(Debug)]
pub struct Queried<T>(pub T);

/// A body that says nothing.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Nothing {}

const WHERE: &str = "see GET /__admin/docs for what it takes";

impl<T: DeserializeOwned + JsonSchema, S: Send + Sync> FromRequest<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|_| Problem::bad("the body broke off", "send it again"))?;
        read(&body).map(Self)
    }
}

impl<T: DeserializeOwned + JsonSchema, S: Send + Sync> FromRequestParts<S> for Queried<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let malformed = |_| Problem::bad("a value in the query is of the wrong kind", WHERE);
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(malformed)?;
        check_keys::<T>(pairs.iter().map(|(key, _)| key.as_str()))?;
        let read = Query::<T>::try_from_uri(&parts.uri).map_err(malformed)?;
        Ok(Self(read.0))
    }
}

fn read<T: DeserializeOwned + JsonSchema>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    let malformed =
        |error| Problem::bad(format!("the body is {}", parties::malformed(&error).en), WHERE);
    let value: Value = serde_json::from_slice(body).map_err(malformed)?;
    let object = value.as_object();
    let object = object.ok_or_else(|| Problem::bad("the body is not an object", WHERE))?;
    check_keys::<T>(object.keys().map(String::as_str))?;
    let wrong = |error| Problem::bad(parties::malformed(&error).en, WHERE);
    serde_json::from_slice(body).map_err(wrong)
}

fn check_keys<'k, T: JsonSchema>(keys: impl Iterator<Item = &'k str>) -> Result<(), Problem> {
    let schema = schema_of::<T>();
    let known = schema["properties"].as_object();
    let known: Vec<_> = known.into_iter().flat_map(|it| it.keys().map(String::as_str)).collect();
    let mut unknown = keys.filter(|key| !known.contains(key));
    let Some(key) = unknown.next() else { return Ok(()) };
    let what = match known.as_slice() {
        [] => "leave it out: it takes no keys".to_owned(),
        known => format!("it takes {}", known.join(", ")),
    };
    Err(Problem::new(StatusCode::BAD_REQUEST, "there is a key that is not known", what)
        .near(key, known))
}
