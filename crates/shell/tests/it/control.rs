//! A control port from the outside: who may ask what, and what is answered.

mod clock;
mod document;
mod guard;
mod journal;
mod root;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use ::clock::Clock;
use parties::{Diagnosis, Environment, Finding, Party, Role, Step, Text, TraceId};
use serde_json::Value;
use shell::{
    Journal, Traffic,
    control::{Asked, Control, Door, Ready, Route, Routes, Service, Settings, Token},
    journal::{Entry, GRANTED, MessageId},
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::oneshot::{self, Sender},
};

use crate::stage::rest_of;

const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
const START: &str = "2030-03-01T08:00:00Z";
const JSON: &str = "Content-Type: application/json\r\n";

/// A control port of a service that counts how often it was reset and has one route of its own.
struct Port {
    door: Door,
    address: SocketAddr,
    clock: Clock,
    journal: Journal,
    traffic: Traffic,
    ready: Ready,
    resets: Arc<AtomicUsize>,
    /// It is there until this goes.
    _stop: Sender<()>,
}

/// What comes back.
struct Reply {
    status: u16,
    head: String,
    text: String,
}

impl Reply {
    #[track_caller]
    fn json(&self) -> Value {
        assert!(self.head.contains("content-type: application/json\r\n"), "{}", self.head);
        serde_json::from_str(&self.text).unwrap()
    }
}

/// A route of the service's own: says what came, backwards.
fn echo() -> Routes {
    let handler = async |Asked(text): Asked<Echo>| text.text.chars().rev().collect::<String>();
    Routes::from([Route::post("/__admin/echo", "Says it backwards", handler)
        .body::<Echo>()
        .text("text/plain; charset=utf-8")])
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Echo {
    text: String,
}

impl Port {
    async fn open() -> Self {
        Self::with(Settings { address: LOOPBACK, token: None, hosts: Vec::new() }).await
    }

    async fn with(settings: Settings) -> Self {
        let resets = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&resets);
        let reset = Arc::new(move |forget: &dyn Fn()| {
            counted.fetch_add(1, Ordering::Relaxed);
            forget();
            Ok(())
        });
        let service = Service { reset, routes: echo(), ..bare() };
        let Service { clock, journal, traffic, ready, .. } = service.clone();
        let control = Control::bind(settings, &service).await.unwrap();
        let door = control.door();
        let address = control.address();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(control.serve(async move { _ = stopped.await }));
        Self { address, door, clock, journal, traffic, ready, resets, _stop: stop }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "", "").await
    }

    async fn post(&self, path: &str, body: &str) -> Reply {
        self.send("POST", path, JSON, body).await
    }

    /// One request as a client writes it.
    async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        let (host, length) = (self.address, body.len());
        let headers = format!("Host: {host}\r\n{headers}Content-Length: {length}\r\n");
        self.raw(&format!("{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n{body}"))
            .await
    }

    async fn raw(&self, request: &str) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = rest_of(&mut stream).await;
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: format!("{head}\r\n"), text: text.to_owned() }
    }
}

/// A service that does nothing.
fn bare() -> Service {
    Service {
        name: "sim-test",
        version: "1.2.3",
        clock: Clock::frozen(START.parse().unwrap()),
        journal: Journal::default(),
        traffic: Traffic::default(),
        ready: Ready::default(),
        reset: Arc::new(|_| Ok(())),
        routes: Routes::default(),
    }
}

/// A request that was granted, or refused for a cause.
fn entry(outcome: &'static str, message_id: &str) -> Entry {
    let finding = Finding {
        cause: outcome.to_owned(),
        rule: Text::new("a rule", "en regel"),
        expected: Text::new("this", "det her"),
        got: Text::new("that", "noget andet"),
        who: Role::NemloginAdministrator,
        what: Text::new("provision", "provisionér"),
    };
    let findings = if outcome == GRANTED { Vec::new() } else { vec![finding] };
    Entry {
        trace: TraceId::draw(&mut entropy::Entropy::seeded(1, "control", message_id)),
        at: START.parse().unwrap(),
        party: Party::Sts,
        environment: Some(Environment::IntegrationTest),
        step: Some(Step::One),
        act: None,
        path: "/SecurityTokenService.svc",
        from: Some(LOOPBACK.ip()),
        message_id: Some(MessageId::new(message_id)),
        answer_id: None,
        outcome,
        request_octets: 5_000,
        answer_octets: 700,
        remarks: vec!["the list could not be had".to_owned()],
        diagnosis: Diagnosis::new(findings),
    }
}

fn token() -> Token {
    Token::new("a token of a test").unwrap()
}
