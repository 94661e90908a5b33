//! The control port of MitID Erhverv on loopback, and somebody who asks there.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use clock::Clock;
use pki::PrivateKey;
use serde_json::{Value, json};
use shell::{
    Journal, Traffic,
    control::{Control, Ready, Settings},
};
use sim_mitid::http::{KeyStock, MitidErhverv};
use stage::{
    http::{self, Reply},
    start,
};
use tokio::sync::oneshot::{self, Sender};

use crate::world::{STAGE, World, cvr};

const PATH: &str = "/__admin/administration";

/// MitID Erhverv as it is served, with a frozen clock.
pub(super) struct Port {
    pub(super) mitid: Arc<MitidErhverv>,
    /// How many key pairs its stock was asked for.
    pub(super) keys_made: Arc<AtomicUsize>,
    control: SocketAddr,
    /// It is there until this goes.
    _stop: Sender<()>,
}

impl Port {
    /// With keys from the stage: first 4, then 5, and so on.
    pub(super) async fn open(world: &World) -> Self {
        let keys_made = Arc::new(AtomicUsize::new(0));
        let made = Arc::clone(&keys_made);
        let keys = move || STAGE.key(4 + made.fetch_add(1, Ordering::Relaxed));
        Self::with(world, KeyStock::new(keys), keys_made).await
    }

    /// With a stock of nothing but this key.
    pub(super) async fn with_key(world: &World, key: PrivateKey) -> Self {
        Self::with_stock(world, KeyStock::new(move || key.clone())).await
    }

    pub(super) async fn with_stock(world: &World, keys: KeyStock) -> Self {
        Self::with(world, keys, Arc::default()).await
    }

    async fn with(world: &World, keys: KeyStock, keys_made: Arc<AtomicUsize>) -> Self {
        let (clock, journal) = (Clock::frozen(start()), Journal::default());
        let mitid = MitidErhverv::new(world.mitid.clone(), &clock, &journal, keys);
        let service = mitid.service(Traffic::default(), Ready::default());
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = Settings { address, token: None, hosts: Vec::new() };
        let port = Control::bind(settings, &service).await.unwrap();
        let (control, (stop, stopped)) = (port.address(), oneshot::channel());
        tokio::spawn(port.serve(async move { _ = stopped.await }));
        Self { mitid, keys_made, control, _stop: stop }
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        http::get(self.control, path).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        http::post(self.control, path, body).await
    }

    /// Asks MitID Erhverv.
    pub(super) async fn ask(&self, name: &str, asked: Value) -> Reply {
        self.post(PATH, &json!({ name: asked })).await
    }

    /// What the journal has of a request, and everything that speaks against it.
    pub(super) async fn truth(&self, reply: &Reply) -> Value {
        let trace = reply.header("x-skift-trace").expect("what was written down has a name");
        let truth = self.get(&format!("/__admin/diagnoses/{trace}")).await;
        assert_eq!(truth.status, 200, "{}", truth.text);
        truth.json()
    }

    /// Asks what is granted, and gives what the answer says under that name.
    #[track_caller]
    pub(super) fn granted(reply: &Reply, name: &str) -> Value {
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()[name].clone()
    }

    /// A profile of the organisation in integration test.
    pub(super) async fn profile(&self, certificate_name: &str) -> Value {
        let asked = json!({
            "environment": "integration-test",
            "cvr": cvr(),
            "certificate-name": certificate_name,
            "kind": "system",
            "contact": { "name": "Karen Kontakt", "email": crate::world::CONTACT },
        });
        let reply = self.ask("create-profile", asked).await;
        Self::granted(&reply, "profile-created")["profile"].clone()
    }

    /// An order with a one-time code.
    pub(super) async fn order(&self, method: &str) -> Ordered {
        let profile = self.profile("Fagsystem A").await;
        let asked =
            json!({ "profile": profile, "identification": "one-time-code", "method": method });
        let ordered = Self::granted(&self.ask("order", asked).await, "ordered");
        let code = ordered["code"].as_str().unwrap().to_owned();
        Ordered { reference: ordered["reference"].clone(), code }
    }

    /// What is ordered, downloaded.
    pub(super) async fn download(&self, ordered: &Ordered) -> Reply {
        self.ask("download", ordered.download(&ordered.code)).await
    }

    /// Everything that anybody can look at.
    pub(super) async fn everything_shown(&self) -> String {
        let mut shown = String::new();
        for path in [PATH, "/__admin/requests", "/__admin/docs", "/metrics", "/__admin/clock"] {
            let reply = self.get(path).await;
            assert_eq!(reply.status, 200, "{path}");
            shown += &reply.text;
        }
        shown
    }
}

/// An order, with what it takes to have it issued.
pub(super) struct Ordered {
    pub(super) reference: Value,
    pub(super) code: String,
}

impl Ordered {
    pub(super) fn download(&self, code: &str) -> Value {
        let proof = json!({ "one-time-code": code });
        json!({ "reference": self.reference, "proof": proof, "terms": true })
    }
}
