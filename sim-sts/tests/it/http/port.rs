//! NemLog-in on loopback, its control port beside it, and a client that asks both.

use std::{net::SocketAddr, sync::Arc};

use clock::Clock;
use serde_json::{Value, json};
use shell::{
    Bounds, Journal, Listener, Source, Traffic,
    control::{Control, Ready, Settings},
};
use sim_sts::http::{ADDRESS, NemLogin, router};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot::{self, Sender},
};

use super::{authority, loopback};
use crate::world::*;

/// NemLog-in as it is served, with a frozen clock.
pub(super) struct Port {
    token_service: SocketAddr,
    control: SocketAddr,
    /// They are there until these go.
    _stop: [Sender<()>; 3],
}

/// What comes back.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) text: String,
}

impl Reply {
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The name of the request in the journal.
    pub(super) fn trace(&self) -> &str {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find_map(|(name, value)| (name == "x-skift-trace").then_some(value)).unwrap()
    }
}

impl Port {
    pub(super) async fn open(world: &World) -> Self {
        let (list, authority) = authority(world).await;
        let (clock, traffic) = (Clock::frozen(stage::start()), Traffic::default());
        let source = |_| Source::new(list.parse().unwrap());
        let nemlogin = NemLogin::new(world.sts.clone(), &clock, &Journal::default(), source);

        let listener = Listener::bind(loopback(), None, Bounds::default()).await.unwrap();
        let listener = listener.counting(traffic.clone());
        let service = Arc::clone(nemlogin.token_service(TEST).unwrap());
        let (token_service, (stop, stopped)) = (listener.address(), oneshot::channel());
        tokio::spawn(listener.serve(router(service), async move { _ = stopped.await }));

        let settings = Settings { address: loopback(), token: None, hosts: Vec::new() };
        let brought = nemlogin.service(traffic, Ready::default());
        let port = Control::bind(settings, brought).await.unwrap();
        let (control, (stop_control, stopped)) = (port.address(), oneshot::channel());
        tokio::spawn(port.serve(async move { _ = stopped.await }));
        Self { token_service, control, _stop: [authority, stop, stop_control] }
    }

    /// Asks the control port.
    pub(super) async fn get(&self, path: &str) -> Reply {
        send(self.control, "GET", path, "", b"").await
    }

    /// Does something at the control port.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        let json = "Content-Type: application/json\r\n";
        send(self.control, "POST", path, json, body.to_string().as_bytes()).await
    }

    /// One click of an administrator.
    pub(super) async fn click(&self, name: &str, asked: Value) -> Reply {
        self.post("/__admin/administration", &json!({ name: asked })).await
    }

    /// Asks for a token.
    pub(super) async fn ask(&self, message: &[u8]) -> Reply {
        let media_type = "Content-Type: text/xml; charset=utf-8\r\n";
        send(self.token_service, "POST", ADDRESS, media_type, message).await
    }
}

async fn send(at: SocketAddr, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
    let length = body.len();
    let headers =
        format!("Host: {at}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n");
    let mut stream = TcpStream::connect(at).await.unwrap();
    let request = [format!("{method} {path} HTTP/1.1\r\n{headers}\r\n").as_bytes(), body].concat();
    stream.write_all(&request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_owned(), text: text.to_owned() }
}
