//! Whether the service lives, which one it is, what it counts; and back to its start.

use std::sync::{Arc, atomic::AtomicU64};

use axum::{
    Json,
    http::{StatusCode, header},
    response::IntoResponse,
};
use prometheus_client::{encoding::text, metrics::gauge::Gauge, registry::Registry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Asked, Problem, Route, Routes, Service};

/// How the service is.
#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    /// `up` while it answers, `starting` while it is asked whether it is ready and is not.
    status: &'static str,
}

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

/// Nothing.
#[derive(Debug, Deserialize, JsonSchema)]
struct Nothing {}

/// OpenMetrics 1.0, which every Prometheus since 2.5 reads.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) fn routes(service: &Service) -> Routes {
    let Service { name, version, ready, .. } = service.clone();
    let health = async || Json(Health { status: "up" });
    let ready = async move || match ready.get() {
        true => (StatusCode::OK, Json(Health { status: "up" })),
        false => (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "starting" })),
    };
    let version = async move || Json(Version { name, version });
    Routes::from([
        Route::get("/health", "Whether the service lives", health).answer::<Health>(),
        Route::get("/ready", "Whether it can be asked: 503 until it can", ready).answer::<Health>(),
        Route::get("/version", "Which program this is", version).answer::<Version>(),
        metrics(service),
    ])
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
        reset();
        journal.clear();
        Ok::<_, Problem>(Json(Done { done: true }))
    };
    let summary = "Brings the service back to its start and empties the journal; the clock stays";
    Routes::from([Route::post("/__admin/reset", summary, handler)
        .body::<Nothing>()
        .answer::<Done>()])
}
