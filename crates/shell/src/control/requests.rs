//! What the service was asked, and the truth about what it answered.

use axum::{
    Json,
    extract::{Path, rejection::PathRejection},
    http::StatusCode,
};
use clock::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DiagnosisShown, Problem, Route, Routes};
use crate::{
    Journal, answered_apart,
    control::Queried,
    journal::{Entry, MessageId},
};

/// A request and its answer, or what got no further than a listener.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Told {
    /// As the header `X-Skift-Trace` of the answer named it, if there was one.
    trace_id: String,
    /// When it was answered, or ended without an answer, by the simulated clock (RFC 3339).
    #[schemars(with = "String")]
    at: Timestamp,
    /// Who answered.
    #[schemars(with = "String")]
    party: parties::Party,
    /// The environment that it was for.
    environment: Option<&'static str>,
    /// The step of a call that it was: 1 or 3.
    #[schemars(with = "Option<u8>")]
    step: Option<parties::Step>,
    /// The administrator's act that it was.
    act: Option<&'static str>,
    /// At which path; `*` where it got no further than a listener.
    path: &'static str,
    /// From which address.
    from: Option<String>,
    /// The id of the request; of what is no UUID its SHA-256.
    message_id: Option<String>,
    /// The id of the answer.
    answer_id: Option<String>,
    /// `granted`, the name of the rejection, or why it got no further than a listener.
    outcome: &'static str,
    /// Octets of the request.
    request_octets: usize,
    /// Octets of the answer.
    answer_octets: usize,
    /// What went wrong on the way.
    remarks: Vec<String>,
}

impl From<&Entry> for Told {
    fn from(entry: &Entry) -> Self {
        let shown = |id: &Option<MessageId>| id.as_ref().map(ToString::to_string);
        Self {
            trace_id: entry.trace.to_string(),
            at: entry.at,
            party: entry.party,
            environment: entry.environment.map(parties::Environment::name),
            step: entry.step,
            act: entry.act,
            path: entry.path,
            from: entry.from.map(|it| it.to_string()),
            message_id: shown(&entry.message_id),
            answer_id: shown(&entry.answer_id),
            outcome: entry.outcome,
            request_octets: entry.request_octets,
            answer_octets: entry.answer_octets,
            remarks: entry.remarks.clone(),
        }
    }
}

/// What the service was asked lately.
#[derive(Debug, Serialize, JsonSchema)]
struct Requests {
    /// The newest first.
    requests: Vec<Told>,
    /// How many the journal keeps.
    kept: usize,
    /// How many it has forgotten to make room.
    forgotten: u64,
}

/// Which requests to tell.
#[derive(Debug, Deserialize, JsonSchema)]
struct Which {
    /// How many at most; 100 if nothing is said.
    limit: Option<usize>,
    /// Only those of this outcome: `granted`, or the name of a rejection.
    outcome: Option<String>,
}

const LIMIT: usize = 100;

/// The truth about one request.
#[derive(Debug, Serialize, JsonSchema)]
struct Truth {
    /// The request.
    request: Told,
    /// What speaks against it, the decisive finding first; empty if it was granted.
    findings: DiagnosisShown,
}

impl From<&Entry> for Truth {
    fn from(entry: &Entry) -> Self {
        Self { request: entry.into(), findings: (&entry.diagnosis).into() }
    }
}

/// The truth about all requests that a message asked or answered.
#[derive(Debug, Serialize, JsonSchema)]
struct Truths {
    /// The newest first.
    diagnoses: Vec<Truth>,
}

/// Which message.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct OfMessage {
    /// The id of the request, or of its answer.
    message_id: String,
}

pub(super) fn routes(journal: &Journal) -> Routes {
    let [list, by_trace, by_message] = [(); 3].map(|()| journal.clone());
    let list = async move |Queried(which): Queried<Which>| {
        let list = list.clone();
        let requests = move || {
            let limit = which.limit.unwrap_or(LIMIT);
            let requests = list.newest(limit, which.outcome.as_deref());
            let requests = requests.iter().map(|entry| Told::from(&**entry)).collect();
            let (kept, forgotten) = list.count();
            Json(Requests { requests, kept, forgotten })
        };
        answered_apart(requests).await
    };
    let by_trace = async move |id: Result<Path<String>, PathRejection>| {
        let id = id.map_or_else(|_| String::new(), |Path(id)| id);
        let malformed = |error: parties::MalformedTraceId| {
            Problem::bad(error.to_string(), "copy it from the header `X-Skift-Trace` of the answer")
        };
        let trace = id.parse().map_err(malformed)?;
        let entry = by_trace.traced(trace).ok_or_else(|| gone("this trace id"))?;
        Ok::<_, Problem>(Json(Truth::from(&*entry)))
    };
    let by_message = async move |Queried(which): Queried<OfMessage>| {
        let journal = by_message.clone();
        let truths = move || {
            let found = journal.of_message(&which.message_id);
            if found.is_empty() {
                return Err(gone("this message id"));
            }
            let diagnoses = found.iter().map(|entry| Truth::from(&**entry)).collect();
            Ok(Json(Truths { diagnoses }))
        };
        answered_apart(truths).await
    };
    Routes::from([
        Route::get("/__admin/requests", "What was asked lately, the newest first", list)
            .query::<Which>()
            .answer::<Requests>(),
        Route::get("/__admin/diagnoses/{trace-id}", "Why a request was refused", by_trace)
            .answer::<Truth>(),
        Route::get("/__admin/diagnoses", "The same, by the id of a message", by_message)
            .query::<OfMessage>()
            .answer::<Truths>(),
    ])
}

fn gone(what: &str) -> Problem {
    let error = format!("the journal has no request of {what}");
    let remedy = "see GET /__admin/requests for what it has: it forgets what is oldest, and a reset \
                  empties it";
    Problem::new(StatusCode::NOT_FOUND, error, remedy)
}
