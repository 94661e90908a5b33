//! Who may ask: no page in a browser, and nobody from elsewhere without the token.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};

use super::{Problem, Token};

/// What a machine asks to see whether the service lives, and cannot bring a token for.
const OPEN: [&str; 2] = ["/health", "/ready"];

struct Guard {
    token: Option<Token>,
    hosts: Vec<String>,
}

/// Lets through to the router only who may ask.
pub(super) fn guarded(router: Router, token: Option<Token>, hosts: &[String]) -> Router {
    let hosts = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
    let guard = Arc::new(Guard { token, hosts });
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let guard = Arc::clone(&guard);
        async move {
            let mut response = match guard.check(&request) {
                Ok(()) => next.run(request).await,
                Err(problem) => refuse(problem),
            };
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            response
        }
    }))
}

/// RFC 9110, section 15.5.2: who must show something is told what.
fn refuse(problem: Problem) -> Response {
    let mut response = problem.into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        let bearer = HeaderValue::from_static("Bearer realm=\"control\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}

impl Guard {
    fn check(&self, request: &Request) -> Result<(), Problem> {
        self.check_host(request)?;
        self.check_token(request)?;
        check_media_type(request)
    }

    /// A page may give its own name our address (DNS rebinding); then it reads what we answer. It
    /// cannot hide that name, and an address has none.
    fn check_host(&self, request: &Request) -> Result<(), Problem> {
        let asked = request.headers().get_all(header::HOST).iter().map(HeaderValue::to_str);
        let asked = asked.map(|host| host.ok().map(str::to_owned));
        let mut asked: Vec<_> = asked.collect();
        asked.extend(request.uri().authority().map(|it| Some(it.as_str().to_owned())));
        let is_ours = |host: &Option<String>| host.as_deref().is_some_and(|it| self.is_ours(it));
        if !asked.is_empty() && asked.iter().all(is_ours) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "the control port is not called by this name",
            "use its address, or localhost, or add the name to the hosts that it is configured with",
        ))
    }

    fn is_ours(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else { return false };
        let name = name.to_ascii_lowercase();
        let address_6 = name.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        address_6.is_some_and(|it| it.parse::<Ipv6Addr>().is_ok())
            || name.parse::<Ipv4Addr>().is_ok()
            || name == "localhost"
            || self.hosts.contains(&name)
    }

    fn check_token(&self, request: &Request) -> Result<(), Problem> {
        let Some(token) = &self.token else { return Ok(()) };
        if OPEN.contains(&request.uri().path()) {
            return Ok(());
        }
        let shown = request.headers().get(header::AUTHORIZATION).and_then(bearer);
        if shown.is_some_and(|shown| token.is(shown)) {
            return Ok(());
        }
        let error = if shown.is_some() { "the token is another" } else { "there is no token" };
        let what = "send the header `Authorization: Bearer …` with the token of the control port";
        Err(Problem::new(StatusCode::UNAUTHORIZED, error, what))
    }
}

/// A form in a page may post anywhere without being asked first, but not as JSON.
fn check_media_type(request: &Request) -> Result<(), Problem> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    let media_type = request.headers().get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "what changes something is asked in JSON",
        "send the header `Content-Type: application/json`, also with an empty body",
    ))
}

/// The host alone; nothing if what follows it is no port.
fn without_port(host: &str) -> Option<&str> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, ""),
    };
    port.bytes().all(|it| it.is_ascii_digit()).then_some(name)
}

/// RFC 6750, section 2.1; the scheme in any case (RFC 9110, section 11.1).
fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = value.as_bytes().split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_an_address_or_a_name_that_is_ours() {
        let guard = Guard { token: None, hosts: vec!["sim-sts".to_owned()] };
        for host in [
            "127.0.0.1",
            "127.0.0.1:9000",
            "192.0.2.7:1",
            "[::1]",
            "[::1]:9000",
            "localhost",
            "LocalHost:9000",
            "sim-sts:9000",
        ] {
            assert!(guard.is_ours(host), "{host}");
        }
        for host in [
            "",
            ":9000",
            "evil.invalid",
            "evil.invalid:9000",
            "localhost.evil.invalid",
            "127.0.0.1.evil.invalid",
            "127.0.0.1:9000.evil.invalid",
            "evil.invalid:127.0.0.1",
            "[::1]evil.invalid",
            "user@localhost",
            "::1",
            "2130706433",
            "sim-sts.evil.invalid",
        ] {
            assert!(!guard.is_ours(host), "{host}");
        }
    }
}
