//! NemLog-in on loopback, with its control port beside it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use clock::Clock;
use parties::Environment;
use serde_json::{Value, json};
use shell::{
    Bounds, FactLog, Folder, Journal, Kept, Listener, Source, Traffic,
    control::{Control, Ready, Settings},
};
use sim_sts::{
    administration::Fact,
    http::{ADDRESS, NemLogin, RolledOver, router},
};
use stage::http::{self, Reply};
use tokio::sync::oneshot::{self, Sender};

use super::{authority, loopback};
use crate::world::*;

/// NemLog-in as it is served, with a frozen clock.
pub(super) struct Port {
    token_service: SocketAddr,
    control: SocketAddr,
    /// They are there until these go.
    _stop: [Sender<()>; 3],
}

impl Port {
    pub(super) async fn open(world: &World) -> Self {
        let nothing = Kept { founding: Vec::new(), since: Vec::new() };
        Self::with(world, (FactLog::nowhere(), nothing), BTreeMap::new()).await
    }

    /// The same, which goes on with what is kept in a folder.
    pub(super) async fn going_on(world: &World, folder: &Folder) -> Self {
        let within = |it: Environment| FactLog::open(&folder.within(it.name()).unwrap()).unwrap();
        let roll_overs = Environment::ALL.map(|it| (it, within(it)));
        Self::with(world, FactLog::open(folder).unwrap(), roll_overs.into()).await
    }

    async fn with(
        world: &World,
        clicks: (FactLog<Fact>, Kept<Fact>),
        roll_overs: BTreeMap<Environment, (FactLog<RolledOver>, Kept<RolledOver>)>,
    ) -> Self {
        let (list, authority) = authority(world).await;
        let (clock, traffic) = (Clock::frozen(stage::start()), Traffic::default());
        let source = |_| Source::new(list.parse().unwrap());
        let (sts, journal) = (world.sts.clone(), Journal::default());
        let nemlogin = NemLogin::going_on(sts, clicks, roll_overs, &clock, &journal, source);
        nemlogin.founded().unwrap();

        let listener = Listener::bind(loopback(), None, Bounds::default()).await.unwrap();
        let listener = listener.counting(traffic.clone());
        let service = Arc::clone(nemlogin.token_service(TEST).unwrap());
        let (token_service, (stop, stopped)) = (listener.address(), oneshot::channel());
        tokio::spawn(listener.serve(router(service), async move { _ = stopped.await }));

        let settings = Settings { address: loopback(), token: None, hosts: Vec::new() };
        let brought = nemlogin.service(traffic, Ready::default());
        let port = Control::bind(settings, &brought).await.unwrap();
        let (control, (stop_control, stopped)) = (port.address(), oneshot::channel());
        tokio::spawn(port.serve(async move { _ = stopped.await }));
        Self { token_service, control, _stop: [authority, stop, stop_control] }
    }

    /// Asks the control port.
    pub(super) async fn get(&self, path: &str) -> Reply {
        http::get(self.control, path).await
    }

    /// Does something at the control port.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        http::post(self.control, path, body).await
    }

    /// One click of an administrator.
    pub(super) async fn click(&self, name: &str, asked: Value) -> Reply {
        self.post("/__admin/administration", &json!({ name: asked })).await
    }

    /// Asks for a token.
    pub(super) async fn ask(&self, message: &[u8]) -> Reply {
        http::post_as(self.token_service, ADDRESS, "text/xml; charset=utf-8", message).await
    }
}

/// The name of the request in the journal.
pub(super) fn trace(reply: &Reply) -> &str {
    reply.header("x-skift-trace").unwrap()
}
