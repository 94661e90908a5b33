//! SMDB on loopback, with its control port beside it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use clock::Clock;
use parties::Environment;
use serde_json::Value;
use shell::{
    Bounds, FactLog, Folder, Journal, Kept, Listener, Source, Traffic,
    control::{Control, Ready, Settings},
};
use sim_smdb::http::{ADDRESS, Databases, Lasting, router};
use stage::{
    http::{self, Reply},
    start,
};
use tokio::sync::oneshot::{self, Sender};

use crate::world::World;

/// SMDB of integration test as it is served, with a frozen clock.
pub(super) struct Port {
    web_service: SocketAddr,
    control: SocketAddr,
    /// They are there until these go.
    _stop: [Sender<()>; 2],
}

impl Port {
    pub(super) async fn open(world: &World) -> Self {
        Self::with(world, BTreeMap::new()).await
    }

    /// The same, which goes on with what is kept in a folder.
    pub(super) async fn going_on(world: &World, folder: &Folder) -> Self {
        let kept = FactLog::open(folder).unwrap();
        Self::with(world, BTreeMap::from([(Environment::IntegrationTest, kept)])).await
    }

    async fn with(
        world: &World,
        kept: BTreeMap<Environment, (FactLog<Lasting>, Kept<Lasting>)>,
    ) -> Self {
        let (clock, traffic) = (Clock::frozen(start()), Traffic::default());
        let nowhere = |_| Source::new("http://smdb.invalid/list.crl".parse().unwrap());
        let start = [world.smdb.clone()];
        let databases = Databases::going_on(start, kept, &clock, &Journal::default(), nowhere);
        databases.founded().unwrap();
        Self::over(&databases, traffic).await
    }

    /// What is there already, as far as integration test goes.
    pub(super) async fn over(databases: &Arc<Databases>, traffic: Traffic) -> Self {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener::bind(loopback, None, Bounds::default()).await.unwrap();
        let listener = listener.counting(traffic.clone());
        let service = Arc::clone(databases.web_service(Environment::IntegrationTest).unwrap());
        let (web_service, (stop, stopped)) = (listener.address(), oneshot::channel());
        tokio::spawn(listener.serve(router(service), async move { _ = stopped.await }));

        let settings = Settings { address: loopback, token: None, hosts: Vec::new() };
        let brought = databases.service(traffic, Ready::default());
        let port = Control::bind(settings, &brought).await.unwrap();
        let (control, (stop_control, stopped)) = (port.address(), oneshot::channel());
        tokio::spawn(port.serve(async move { _ = stopped.await }));
        Self { web_service, control, _stop: [stop, stop_control] }
    }

    /// Looks at something at the control port.
    pub(super) async fn get(&self, path: &str) -> Reply {
        http::get(self.control, path).await
    }

    /// Does something there.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        http::post(self.control, path, body).await
    }

    /// Calls SMDB, and gives what the journal says came of it.
    pub(super) async fn call(&self, message: &str) -> String {
        let truth = self.truth_of(&self.ask(message).await).await;
        truth["request"]["outcome"].as_str().unwrap().to_owned()
    }

    /// Calls SMDB.
    pub(super) async fn ask(&self, message: &str) -> Reply {
        let media_type = "application/soap+xml; charset=utf-8";
        http::post_as(self.web_service, ADDRESS, media_type, message.as_bytes()).await
    }

    /// What the control port says of a call that got this answer.
    pub(super) async fn truth_of(&self, reply: &Reply) -> Value {
        let trace = reply.header("x-skift-trace").unwrap();
        self.get(&format!("/__admin/diagnoses/{trace}")).await.json()
    }
}
