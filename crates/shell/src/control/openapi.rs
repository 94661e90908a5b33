//! The description of a control port (`OpenAPI` 3.1), made of the table that it serves.

use std::sync::Arc;

use axum::Json;
use serde_json::{Map, Value, json};

use super::{Problem, Route, Routes, Service, schema_of};

const PATH: &str = "/__admin/docs";

/// The routes and one more, which describes all of them. The description is made when somebody asks
/// for it: mostly nobody does, and it is long.
pub(super) fn with_document(routes: Routes, service: &Service, asks_for_token: bool) -> Routes {
    let route = |document: Arc<dyn Fn() -> Value + Send + Sync>| {
        let handler = async move || Json(document());
        Routes::from([Route::get(PATH, "This description (OpenAPI 3.1)", handler)])
    };
    // What it describes holds itself, so it is made of a twin that nobody asks.
    let all = routes.clone().and(route(Arc::new(|| Value::Null)));
    let (name, version) = (service.name, service.version);
    let document = move || document(all.as_slice(), name, version, asks_for_token);
    routes.and(route(Arc::new(document)))
}

fn document(routes: &[Route], name: &str, version: &str, asks_for_token: bool) -> Value {
    let mut paths = Map::new();
    for route in routes {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = operation(route);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("The control port of {name}"),
            "version": version,
        },
        "paths": paths,
    });
    if asks_for_token {
        let bearer = json!({ "bearer": { "type": "http", "scheme": "bearer" } });
        document["components"] = json!({ "securitySchemes": bearer });
        document["security"] = json!([{ "bearer": [] }]);
    }
    document
}

fn operation(route: &Route) -> Value {
    let problem = schema_of::<Problem>();
    let why_not = match route.refusal {
        Some(refusal) => json!({ "oneOf": [refusal(), problem] }),
        None => problem,
    };
    let mut operation = json!({
        "operationId": name(route),
        "summary": route.summary,
        "responses": {
            "200": content("What was asked for", route.media_type, &(route.answer)()),
            "default": content("Why not", "application/json", &why_not),
        },
    });
    if route.is_traced {
        for response in ["200", "default"] {
            let description =
                "Its name in the journal: `GET /__admin/diagnoses/{trace}` tells of it";
            let schema = json!({ "type": "string", "format": "uuid" });
            // What is refused before it is decided on has none.
            operation["responses"][response]["headers"] =
                json!({ "X-Skift-Trace": { "description": description, "schema": schema } });
        }
    }
    let parameters: Vec<_> = in_path(route).chain(in_query(route)).collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(schema) = route.body {
        let schema = schema();
        let mut body = content("What is asked", "application/json", &schema);
        // What is an object without keys that must be there may be left out.
        let is_needed = schema["type"] != "object" || schema.get("required").is_some();
        body["required"] = is_needed.into();
        operation["requestBody"] = body;
    }
    operation
}

fn content(description: &str, media_type: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { media_type: { "schema": schema } } })
}

/// `post-clock-advance`, say.
fn name(route: &Route) -> String {
    let words = route.path.split(['/', '_', '{', '}']).filter(|it| !matches!(*it, "" | "admin"));
    let method = route.method.as_str().to_ascii_lowercase();
    words.fold(method, |name, word| format!("{name}-{word}"))
}

fn in_path(route: &Route) -> impl Iterator<Item = Value> {
    let parts = route.path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
    parts.map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    })
}

fn in_query(route: &Route) -> impl Iterator<Item = Value> {
    let schema = route.query.map(|schema| schema()).unwrap_or_default();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    properties.into_iter().map(move |(name, property)| {
        let is_named = |it: &Vec<Value>| it.contains(&json!(name));
        let required = schema["required"].as_array().is_some_and(is_named);
        json!({ "name": name, "in": "query", "required": required, "schema": property })
    })
}
