//! What a listener serves, exchanged while it serves.

use std::{fmt, sync::Arc};

use arc_swap::ArcSwap;
use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;

/// A router behind which another one is put while it is in use: a listener has its address before
/// what is served there is known. Clones are the same.
#[derive(Clone)]
pub struct Switch(Arc<ArcSwap<Router>>);

impl Switch {
    /// Serves `router` at first.
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(router)))
    }

    /// Asks everybody to come back, until there is something to serve.
    #[must_use]
    pub fn starting() -> Self {
        Self::new(Router::new().fallback(come_back))
    }

    /// Serves `router` from the next request on.
    pub fn turn(&self, router: Router) {
        self.0.store(Arc::new(router));
    }

    /// The router to serve, which always asks the one that was set last.
    pub fn router(&self) -> Router {
        let this = self.clone();
        Router::new().fallback(move |request: Request| {
            let router = Router::clone(&this.0.load());
            async move { router.oneshot(request).await }
        })
    }
}

impl fmt::Debug for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Switch(..)")
    }
}

async fn come_back() -> Response {
    let text = "this service is starting: GET /ready at its control port says what it waits for\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], text).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};

    use super::*;

    #[tokio::test]
    async fn serves_what_was_set_last() {
        let switch = Switch::starting();
        let router = switch.router();
        let ask = async || {
            let request = Request::get("/a").body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap()
        };
        let starting = ask().await;
        assert_eq!(starting.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(starting.headers()[header::RETRY_AFTER], "1");
        switch.turn(Router::new().route("/a", get(async || "first")));
        assert_eq!(ask().await.status(), StatusCode::OK);
        switch.turn(Router::new());
        assert_eq!(ask().await.status(), StatusCode::NOT_FOUND);
    }
}
