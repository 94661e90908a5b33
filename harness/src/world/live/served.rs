//! The services of a live world, each at an address of its own on loopback.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use clock::{Clock, Timestamp};
use parties::{Environment, Server, SystemUserId};
use pki::Addresses;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use shell::{
    BaseUrl, Bounds, Identity, Journal, Listener, Source, Tls, TlsAuthority, Traffic,
    address_below,
    control::{Control, Ready, Service, Settings},
};
use sim_mitid::{
    Mitid,
    http::{KeyStock, MitidErhverv},
};
use sim_smdb::{Smdb, http::Databases};
use sim_sts::{
    Sts,
    http::NemLogin,
    registration::{Registration, TechnicalDetails},
};
use tokio::{runtime::Runtime, sync::watch};

use super::Keys;
use crate::world::{chains::ServerAuthority, standings::Registry};

/// The name of the machine, in certificates and addresses.
const HOST: &str = "localhost";

/// The services as they listen. They stop when this goes.
pub(super) struct Served {
    pub(super) runtime: Runtime,
    /// Who vouches for them in TLS, or will.
    authorities: BTreeMap<ServerAuthority, TlsAuthority>,
    /// What each of them shows in TLS.
    tls: BTreeMap<(Server, Environment), Tls>,
    /// The host of the STS of each environment.
    pub(super) sts: BTreeMap<Environment, String>,
    /// The host of SMDB of each environment.
    pub(super) smdb: BTreeMap<Environment, String>,
    pub(super) mitid_control: BaseUrl,
    pub(super) sts_control: BaseUrl,
    pub(super) smdb_control: BaseUrl,
    nemlogin: Arc<NemLogin>,
    _stop: watch::Sender<bool>,
}

impl Served {
    /// Serves the parties as they stand.
    pub(super) fn serve(
        mitid: Mitid,
        sts: Sts,
        smdb: BTreeMap<Environment, Smdb>,
        clock: &Clock,
        keys: &Keys,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let (stop, stopped) = watch::channel(false);
        let found = |authority| Ok((authority, TlsAuthority::found().map_err(io::Error::other)?));
        let authorities: BTreeMap<_, _> =
            ServerAuthority::ALL.into_iter().map(found).collect::<io::Result<_>>()?;
        let first = identity(&authorities[&ServerAuthority::First])?;
        let servers = Server::ALL.into_iter();
        let servers = servers.flat_map(|server| Environment::ALL.map(|it| (server, it)));
        let tls: BTreeMap<_, _> =
            servers.map(|server| (server, Tls::new(first.clone(), BTreeMap::new()))).collect();
        let opening = Opening { stopped };
        let keys = keys.clone();
        let stock = KeyStock::new(move || keys.take());
        let mitid = MitidErhverv::new(mitid, clock, &Journal::default(), stock);

        let (addresses, nemlogin) = runtime.block_on(async {
            let router = sim_mitid::http::router(Arc::clone(mitid.publication()));
            let published = opening.listen(None, router).await?;
            let mitid_control =
                opening.control(|traffic, ready| mitid.service(traffic, ready)).await?;
            let list = |environment: Environment| {
                let address = Addresses::of(environment).issuing_list;
                let base = format!("http://{published}");
                let address = address_below(&base, environment, &address);
                Source::new(address.parse().expect("the address of a list"))
            };
            let nemlogin = NemLogin::new(sts, clock, &Journal::default(), list);
            let databases = Databases::new(smdb.into_values(), clock, &Journal::default(), list);
            let (mut at_sts, mut at_smdb) = (BTreeMap::new(), BTreeMap::new());
            for environment in Environment::ALL {
                if let Some(service) = nemlogin.token_service(environment) {
                    let router = sim_sts::http::router(Arc::clone(service));
                    let tls = tls[&(Server::Sts, environment)].clone();
                    let address = opening.listen(Some(tls), router).await?;
                    at_sts.insert(environment, host(address));
                }
                if let Some(service) = databases.web_service(environment) {
                    let router = sim_smdb::http::router(Arc::clone(service));
                    let tls = tls[&(Server::Smdb, environment)].clone();
                    let address = opening.listen(Some(tls), router).await?;
                    at_smdb.insert(environment, host(address));
                }
            }
            let sts_control =
                opening.control(|traffic, ready| nemlogin.service(traffic, ready)).await?;
            let smdb_control =
                opening.control(|traffic, ready| databases.service(traffic, ready)).await?;
            let controls = [mitid_control, sts_control, smdb_control];
            io::Result::Ok(((at_sts, at_smdb, controls), nemlogin))
        })?;
        let (sts, smdb, [mitid_control, sts_control, smdb_control]) = addresses;
        Ok(Self {
            runtime,
            authorities,
            tls,
            sts,
            smdb,
            mitid_control,
            sts_control,
            smdb_control,
            nemlogin,
            _stop: stop,
        })
    }

    /// The certificate of an authority that vouches for servers in TLS, or will.
    pub(super) fn certificate(
        &self,
        authority: ServerAuthority,
    ) -> io::Result<CertificateDer<'static>> {
        let pem = self.authorities[&authority].certificate_pem().map_err(io::Error::other)?;
        CertificateDer::from_pem_slice(pem.as_bytes()).map_err(io::Error::other)
    }

    /// Has a server show a chain of the new authority from the next connection on.
    pub(super) fn change_chain(&self, server: Server, environment: Environment) -> io::Result<()> {
        let identity = identity(&self.authorities[&ServerAuthority::New])?;
        self.tls[&(server, environment)].change(identity, BTreeMap::new());
        Ok(())
    }

    /// NemLog-in as it stands.
    pub(super) fn nemlogin(&self) -> &NemLogin {
        &self.nemlogin
    }
}

fn identity(authority: &TlsAuthority) -> io::Result<Identity> {
    authority.identity(&[HOST]).map_err(io::Error::other)
}

/// What all listeners of a world have in common.
struct Opening {
    stopped: watch::Receiver<bool>,
}

impl Opening {
    /// Serves at a new address, until the world goes.
    async fn listen(&self, tls: Option<Tls>, router: axum::Router) -> io::Result<SocketAddr> {
        let listener = Listener::bind(loopback(), tls, Bounds::default());
        let listener = listener.await.map_err(io::Error::other)?;
        let address = listener.address();
        tokio::spawn(listener.serve(router, gone(self.stopped.clone())));
        Ok(address)
    }

    async fn control(
        &self,
        service: impl FnOnce(Traffic, Ready) -> Service,
    ) -> io::Result<BaseUrl> {
        let ready = Ready::default();
        ready.set();
        let settings = Settings { address: loopback(), token: None, hosts: Vec::new() };
        let control = Control::bind(settings, &service(Traffic::default(), ready)).await;
        let control = control.map_err(io::Error::other)?;
        let address = control.address();
        tokio::spawn(control.serve(gone(self.stopped.clone())));
        Ok(BaseUrl::of(address))
    }
}

/// Ends when the sender goes.
async fn gone(mut stopped: watch::Receiver<bool>) {
    while stopped.changed().await.is_ok() {}
}

fn loopback() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

fn host(address: SocketAddr) -> String {
    format!("https://{HOST}:{}", address.port())
}

impl Registry for NemLogin {
    fn saved(&self, system_user: &SystemUserId, now: Timestamp) -> Option<TechnicalDetails> {
        self.look_at_administration(|it| it.system_user(system_user).map(|user| user.saved(now)))
    }

    fn registration<T>(
        &self,
        system_user: &SystemUserId,
        environment: Environment,
        look: impl FnOnce(&Registration) -> T,
    ) -> Option<T> {
        let service = self.token_service(environment)?;
        service.core.look(|issuer| issuer.registration(system_user).map(look))
    }
}
