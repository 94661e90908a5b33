//! Who may ask.

use std::net::SocketAddr;

use shell::control::{Control, ControlError, Settings};

use super::{JSON, LOOPBACK, Port, token};

async fn with_token() -> Port {
    Port::with(Settings { address: LOOPBACK, token: Some(token()), hosts: Vec::new() }).await
}

#[tokio::test]
async fn nobody_elsewhere_without_a_token() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:9000"] {
        let address: SocketAddr = address.parse().unwrap();
        let settings = Settings { address, token: None, hosts: Vec::new() };
        let refused = Control::bind(settings, &super::bare()).await.unwrap_err();
        assert!(matches!(refused, ControlError::Open { .. }), "{refused}");
        assert!(refused.to_string().contains("set a token"), "{refused}");
    }
    let address = "0.0.0.0:0".parse().unwrap();
    let settings = Settings { address, token: Some(token()), hosts: Vec::new() };
    assert!(Control::bind(settings, &super::bare()).await.is_ok());
}

#[tokio::test]
async fn with_a_token_everything_asks_for_it_but_health_and_ready() {
    let port = with_token().await;
    for path in ["/version", "/metrics", "/__admin/clock", "/__admin/docs", "/nothing", "/health/"]
    {
        let reply = port.get(path).await;
        assert_eq!(reply.status, 401, "{path}");
        assert!(
            reply.head.contains("www-authenticate: Bearer realm=\"control\"\r\n"),
            "{}",
            reply.head
        );
        assert!(reply.json()["what-to-do"].as_str().unwrap().contains("Authorization"));
    }
    assert_eq!(port.get("/health").await.status, 200);
    assert_eq!(port.get("/ready").await.status, 503);
}

#[tokio::test]
async fn only_the_very_token_will_do() {
    let port = with_token().await;
    for (shown, status) in [
        ("Bearer a token of a test", 200),
        ("bearer a token of a test", 200),
        ("Bearer a token of a tesT", 401),
        ("Bearer a token of a tes", 401),
        ("Bearer a token of a test2", 401),
        ("Bearer ", 401),
        ("Basic a token of a test", 401),
        ("a token of a test", 401),
    ] {
        let header = format!("Authorization: {shown}\r\n");
        let reply = port.send("GET", "/__admin/clock", &header, "").await;
        assert_eq!(reply.status, status, "{shown}");
        assert!(!reply.text.contains("a test"), "{}", reply.text);
        let post = port.send("POST", "/__admin/clock/freeze", &format!("{JSON}{header}"), "").await;
        assert_eq!(post.status, status, "{shown}");
    }
}

/// DNS rebinding: a page reaches the port by a name of its own, and the browser says which.
#[tokio::test]
async fn a_page_with_a_name_of_its_own_reads_nothing() {
    let hosts = vec!["Sim-STS".to_owned()];
    let port = Port::with(Settings { address: LOOPBACK, token: None, hosts }).await;
    for (host, status) in [
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("localhost:1234", 200),
        ("sim-sts:9000", 200),
        ("evil.invalid", 403),
        ("localhost.evil.invalid", 403),
        ("127.0.0.1.evil.invalid", 403),
        ("", 403),
    ] {
        let request = format!("GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(port.raw(&request).await.status, status, "{host}");
    }
    for hosts in ["", "Host: localhost\r\nHost: evil.invalid\r\n"] {
        let request = format!("GET /health HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        assert!(matches!(port.raw(&request).await.status, 400 | 403), "{hosts}");
    }
    let absolute =
        "GET http://evil.invalid/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(port.raw(absolute).await.status, 403);
}

/// A form in a page can send these types without asking first.
#[tokio::test]
async fn a_form_in_a_page_changes_nothing() {
    let port = Port::open().await;
    for media_type in [
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: multipart/form-data; boundary=application/json\r\n",
        "Content-Type: text/plain; application/json\r\n",
        "Content-Type: application/jsonp\r\n",
    ] {
        let reply = port.send("POST", "/__admin/clock/advance", media_type, r#"{"by":"8h"}"#).await;
        assert_eq!(reply.status, 415, "{media_type}");
    }
    assert_eq!(port.clock.now().to_string(), super::START);
    let utf_8 = "Content-Type: application/JSON; charset=utf-8\r\n";
    let reply = port.send("POST", "/__admin/clock/advance", utf_8, r#"{"by":"8h"}"#).await;
    assert_eq!(
        (reply.status, port.clock.now().to_string()),
        (200, "2030-03-01T16:00:00Z".to_owned())
    );
    assert_eq!(port.send("PUT", "/__admin/clock", "", "").await.status, 415);
    assert_eq!(
        port.send("OPTIONS", "/__admin/clock/set", "", "").await.status,
        415,
        "no page may ask"
    );
}
