//! The routes of a control port: one table from which they are served and documented.

use axum::{
    Router,
    handler::Handler,
    http::{Method, StatusCode, Uri},
    routing::{MethodFilter, MethodRouter, on},
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use super::{DiagnosisShown, Problem, form::object};
use crate::traced;

/// Makes a JSON Schema when somebody asks for the documentation: mostly nobody does, and together they are long.
type Schema = fn() -> Value;

/// One thing that can be asked, with what its documentation says.
#[derive(Debug, Clone)]
pub struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: Option<Schema>,
    pub(super) body: Option<Schema>,
    pub(super) answer: Schema,
    pub(super) media_type: &'static str,
    /// What it answers where a core refuses, beside a [`Problem`].
    pub(super) refusal: Option<Schema>,
    pub(super) is_traced: bool,
    handler: MethodRouter,
}

impl Route {
    /// Something to look at. Parts of the path in braces are whatever is asked for.
    pub fn get<T: 'static>(
        path: &'static str,
        summary: &'static str,
        handler: impl Handler<T, ()>,
    ) -> Self {
        Self::new(Method::GET, path, summary, on(MethodFilter::GET, handler))
    }

    /// Something to do.
    pub fn post<T: 'static>(
        path: &'static str,
        summary: &'static str,
        handler: impl Handler<T, ()>,
    ) -> Self {
        Self::new(Method::POST, path, summary, on(MethodFilter::POST, handler))
    }

    fn new(
        method: Method,
        path: &'static str,
        summary: &'static str,
        handler: MethodRouter,
    ) -> Self {
        let anything: Schema = || Value::Bool(true);
        Self {
            method,
            path,
            summary,
            query: None,
            body: None,
            answer: anything,
            media_type: "application/json",
            refusal: None,
            is_traced: false,
            handler,
        }
    }

    /// Gives each request to it a trace id, which the caller is told: for what is written down in
    /// the journal. Its handler takes an [`Arrival`](crate::Arrival) as a request extension.
    #[must_use]
    pub fn traced(self) -> Self {
        Self { handler: traced(self.handler), is_traced: true, ..self }
    }

    /// Says what may stand in the query: the fields of a type.
    #[must_use]
    pub fn query<Q: JsonSchema>(self) -> Self {
        Self { query: Some(schema_of::<Q>), ..self }
    }

    /// Says what the body holds.
    #[must_use]
    pub fn body<B: JsonSchema>(self) -> Self {
        self.body_like(schema_of::<B>)
    }

    /// Says what the body holds, by its schema.
    #[must_use]
    pub fn body_like(self, schema: Schema) -> Self {
        Self { body: Some(schema), ..self }
    }

    /// Says what the answer holds.
    #[must_use]
    pub fn answer<A: JsonSchema>(self) -> Self {
        Self { answer: schema_of::<A>, ..self }
    }

    /// Says what the answer holds where a core refuses, by its schema.
    #[must_use]
    pub fn refused_like(self, schema: Schema) -> Self {
        Self { refusal: Some(schema), ..self }
    }

    /// Says that the answer is a text of this type.
    #[must_use]
    pub fn text(self, media_type: &'static str) -> Self {
        Self { answer: || serde_json::json!({ "type": "string" }), media_type, ..self }
    }
}

/// The JSON Schema of a refusal: these keys, and everything that speaks against the request.
#[must_use]
pub fn refusal_of(keys: &[(&str, Value)]) -> Value {
    let diagnosis = ("diagnosis", schema_of::<DiagnosisShown>());
    object(&[keys, &[diagnosis]].concat(), &[])
}

/// The JSON Schema of a type, with nothing beside it.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|it| {
        it.inline_subschemas = true;
        it.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// What can be asked at a control port.
#[derive(Debug, Clone, Default)]
pub struct Routes(Vec<Route>);

impl Routes {
    /// These and others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(super) fn as_slice(&self) -> &[Route] {
        &self.0
    }

    /// Serves them; whoever asks for another is told which one is nearest.
    pub(super) fn into_router(self) -> Router {
        let paths: Vec<_> = self.0.iter().map(|route| route.path).collect();
        let unknown = move |uri: Uri| async move {
            let error = "there is nothing at this path";
            let what = "see GET /__admin/docs for all that can be asked";
            Problem::new(StatusCode::NOT_FOUND, error, what).near(uri.path(), paths)
        };
        let other_method = async |method: Method| {
            let error = match method {
                Method::GET | Method::HEAD => "this path does something, and is not only looked at",
                _ => "this path is only looked at, or takes another method",
            };
            let what = "use a method that the header `Allow` names, or see GET /__admin/docs";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, error, what)
        };
        let router = Router::new();
        let router = self
            .0
            .into_iter()
            .fold(router, |router, route| router.route(route.path, route.handler));
        router.fallback(unknown).method_not_allowed_fallback(other_method)
    }
}

impl<I: IntoIterator<Item = Route>> From<I> for Routes {
    fn from(routes: I) -> Self {
        Self(routes.into_iter().collect())
    }
}
