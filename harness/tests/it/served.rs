//! The services over sockets, called by the reference client as its users would call: each started alone,
//! and all by `skift serve`.

mod attacks;
mod client;
mod document;
mod foreign;
mod memory;
mod programs;
mod skift;

use std::{fs, net::SocketAddr, path::Path};

use oio_idws::metadata::Metadata;
use parties::Environment;
use serde_json::{Value, json};
use stage::http::{get, post};

/// Metadata that are published at a path.
async fn metadata(at: SocketAddr, path: &str) -> Metadata {
    let reply = get(at, path).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.header("content-type"), Some("application/samlmetadata+xml; charset=utf-8"));
    Metadata::read(&reply.body).unwrap()
}

/// One click in NemLog-in's administration, which is done.
async fn click(control: SocketAddr, name: &str, asked: Value) {
    let reply = post(control, "/__admin/administration", &json!({ name: asked })).await;
    assert_eq!(reply.status, 200, "{name}: {}", reply.text);
}

/// How many courses SMDB of an environment has stored.
async fn stored(control: SocketAddr, environment: Environment) -> u64 {
    let stored = get(control, "/__admin/stored").await.json();
    stored["environments"][environment.name()]["courses"].as_u64().unwrap()
}

/// The certificate of the authority for TLS that the programs with this data share.
fn tls_authority(data: &Path) -> String {
    fs::read_to_string(data.join("tls/authority.pem")).unwrap()
}
