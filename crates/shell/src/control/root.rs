//! Whether the service lives, which one it is, what it counts; and back to its start.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use axum::{
    Json,
    http::{StatusCode, header},
    response::IntoResponse,
};
use prometheus_client::{encoding::text, metrics::gauge::Gauge, registry::Registry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{Asked, Nothing, Problem, Queried, Route, Routes, Service};
use crate::{
    Readiness,
    apart::{apart, stand_aside},
};

/// How the service is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Health {
    /// `up` while it answers; of who is asked whether it is ready and is not, `starting` or
    /// `stopping`.
    status: &'static str,
    /// What it waits for, while it is starting.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
}

/// How long to wait.
#[derive(Debug, Deserialize, JsonSchema)]
struct Patience {
    /// For how many seconds to wait until it is ready, 600 at most; not at all if nothing is said.
    wait: Option<u64>,
}

/// The longest that one waits.
const PATIENCE_MAX: u64 = 600;

/// Which program this is.
#[derive(Debug, Serialize, JsonSchema)]
struct Version {
    /// Its name.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// That something was done.
#[derive(Debug, Serialize, JsonSchema)]
struct Done {
    /// Always true.
    done: bool,
}

/// OpenMetrics 1.0, which every Prometheus since 2.5 reads.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) fn routes(service: &Service) -> Routes {
    let Service { name, version, ready, .. } = service.clone();
    let health = async || Json(Health { status: "up", waits_for: None });
    let ready = async move |Queried(Patience { wait }): Queried<Patience>| {
        let patience = Duration::from_secs(wait.unwrap_or(0).min(PATIENCE_MAX));
        if !patience.is_zero() {
            let _waiter = ready.waiter().ok_or_else(crowded)?;
            stand_aside();
            let _ = timeout(patience, ready.wait()).await;
        }
        let (code, status, waits_for) = match ready.get() {
            Readiness::Up => (StatusCode::OK, "up", None),
            Readiness::Starting { waits_for } => {
                (StatusCode::SERVICE_UNAVAILABLE, "starting", Some(waits_for))
            }
            Readiness::Complete => {
                let waits_for = "the end of the start".to_owned();
                (StatusCode::SERVICE_UNAVAILABLE, "starting", Some(waits_for))
            }
            Readiness::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", None),
        };
        Ok::<_, Problem>((code, Json(Health { status, waits_for })))
    };
    let version = async move || Json(Version { name, version });
    Routes::from([
        Route::get("/health", "Whether the service lives", health).answer::<Health>(),
        Route::get("/ready", "Whether it can be asked: 503 until it can", ready)
            .query::<Patience>()
            .answer::<Health>(),
        Route::get("/version", "Which program this is", version).answer::<Version>(),
        metrics(service),
    ])
}

fn crowded() -> Problem {
    let what = "ask again in a second, or without `wait`";
    let error = "too many wait here already until it is ready";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, error, what)
}

fn metrics(service: &Service) -> Route {
    let mut registry = Registry::with_prefix("skift");
    service.journal.register(&mut registry);
    service.traffic.register(&mut registry);
    let shown = Gauge::<f64, AtomicU64>::default();
    registry.register("clock_seconds", "What the simulated clock shows, since 1970", shown.clone());
    let (registry, clock) = (Arc::new(registry), service.clock.clone());
    let handler = async move || {
        shown.set(clock.now().millis() as f64 / 1_000.0);
        let mut written = String::new();
        let done = text::encode(&mut written, &registry);
        done.expect("what is written to a text is written");
        ([(header::CONTENT_TYPE, METRICS)], written).into_response()
    };
    Route::get("/metrics", "What it counts, for Prometheus", handler).text(METRICS)
}

/// Back to the start. The clock stays: others may go by it, and it has a reset of its own.
pub(super) fn reset(service: &Service) -> Routes {
    let (reset, journal) = (Arc::clone(&service.reset), service.journal.clone());
    let handler = async move |Asked(Nothing {}): Asked<Nothing>| {
        let reset = Arc::clone(&reset);
        let journal = journal.clone();
        // It reads and writes: not on a thread that serves sockets. All of it, also where its
        // client goes.
        let all = move || reset(&|| journal.clear());
        apart(all).await.map_err(|error| Problem::unkept(&error))?;
        Ok::<_, Problem>(Json(Done { done: true }))
    };
    let summary =
        "Goes back to when the service was first ready, and empties the journal; the clock stays";
    Routes::from([Route::post("/__admin/reset", summary, handler)
        .body::<Nothing>()
        .answer::<Done>()])
}
