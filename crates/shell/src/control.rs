//! The control port of a service: its clock, its journal, the truth about a request, and whatever
//! else its operators may do.
//!
//! It has a listener of its own, reached from this machine alone unless a token is set. All its
//! routes are one table ([`Routes`]): from it come what is served, what is documented, and the name
//! that somebody who mistyped one most likely meant.
//!
//! - [`Control`], [`Door`], [`Settings`], [`Token`]: the listener, what it serves, and who may use
//!   it
//! - [`Service`], [`Ready`], [`Reset`]: what a service brings
//! - [`Route`], [`Routes`]: more routes of its own, with their documentation
//! - [`Asked`], [`Queried`], [`Problem`]: what a handler reads, and how it says no
//! - [`act`]: what administrators do, how it is answered, and what is written down of it
//! - [`form`]: what is asked for by name, as administrators do
//! - [`DiagnosisShown`], [`CertificateShown`]: what speaks against a request, and certificates, in
//!   JSON
//! - [`certificate_in`], [`instant`]: what is handed in as text

pub mod act;
mod asked;
mod certificate;
mod clock;
mod diagnosis;
pub mod form;
mod guard;
mod openapi;
mod problem;
mod requests;
mod root;
mod routes;
pub(crate) mod tls;
mod token;

use std::{future::Future, io, net::SocketAddr, sync::Arc};

use self::asked::Nothing;
pub use self::{
    asked::{Asked, Queried},
    certificate::{CertificateShown, certificate_in},
    clock::instant,
    diagnosis::DiagnosisShown,
    problem::Problem,
    routes::{Route, Routes, refusal_of, schema_of},
    token::{Token, TokenTooShort},
};
pub use crate::Ready;
use crate::{BindError, Bounds, Journal, Listener, Switch, Traffic, program::Instruments};

/// A control port that listens.
#[derive(Debug)]
pub struct Control {
    listener: Listener,
    door: Door,
}

/// What a control port serves, to be exchanged while it is in use; clones are the same.
#[derive(Debug, Clone)]
pub struct Door {
    switch: Switch,
    token: Option<Token>,
    hosts: Arc<[String]>,
    /// How the clock ran at first, before somebody moved it who could ask already.
    start: ::clock::Mode,
}

impl Door {
    /// Serves what this service brings from now on.
    ///
    /// # Panics
    ///
    /// If the service brings a route that is there already.
    pub fn open(&self, service: &Service) {
        let routes = routes(service, self.start, self.token.is_some());
        let router = guard::guarded(routes.into_router(), self.token.clone(), &self.hosts);
        self.switch.turn(router);
    }
}

/// Where a control port listens, and whom it answers.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens.
    pub address: SocketAddr,
    /// What a caller must know, if anything.
    pub token: Option<Token>,
    /// Names by which it is called, beside `localhost` and addresses.
    pub hosts: Vec<String>,
}

/// Brings a service back, or changes nothing where that cannot be. What it is handed empties the
/// journal: it is called once, when nothing can fail any more and before anybody is answered anew. So
/// nothing that is decided afterwards is lost from the journal.
pub type Reset = Arc<dyn Fn(&dyn Fn()) -> io::Result<()> + Send + Sync>;

/// What a service brings to its control port.
#[derive(Clone)]
pub struct Service {
    /// The program's name.
    pub name: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// What time it is for the service.
    pub clock: ::clock::Clock,
    /// What it was asked.
    pub journal: Journal,
    /// What its listeners count.
    pub traffic: Traffic,
    /// Whether it can be asked.
    pub ready: Ready,
    /// Brings it back to what it was when it was first ready, but for the clock.
    pub reset: Reset,
    /// What else can be done with it.
    pub routes: Routes,
}

impl Service {
    /// A service of this name and version of which nothing is there yet but the port itself.
    #[must_use]
    pub fn starting(
        (name, version): (&'static str, &'static str),
        Instruments { clock, journal, traffic, ready }: Instruments,
    ) -> Self {
        let reset = Arc::new(|forget: &dyn Fn()| {
            forget();
            Ok(())
        });
        Self { name, version, clock, journal, traffic, ready, reset, routes: Routes::default() }
    }
}

/// Why a control port could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Whoever reaches it could do anything.
    #[error(
        "the control port would listen at {address}, where others can reach it: set a token for it, \
         or let it listen at 127.0.0.1:{}", address.port()
    )]
    Open {
        /// Where it should have listened.
        address: SocketAddr,
    },
    /// The machine does not let it.
    #[error(transparent)]
    Bind(#[from] BindError),
}

impl Control {
    /// Listens, in plain HTTP.
    ///
    /// # Errors
    ///
    /// If others than this machine could reach it and no token is set, or if the machine does not
    /// let it listen.
    ///
    /// # Panics
    ///
    /// If the service brings a route that is there already.
    pub async fn bind(settings: Settings, service: &Service) -> Result<Self, ControlError> {
        let Settings { address, token, hosts } = settings;
        if token.is_none() && !address.ip().to_canonical().is_loopback() {
            return Err(ControlError::Open { address });
        }
        let listener = Listener::bind(address, None, bounds()).await?;
        let listener = listener.counting(service.traffic.aside());
        let door = Door {
            switch: Switch::starting(),
            token,
            hosts: hosts.into(),
            start: service.clock.mode(),
        };
        door.open(service);
        Ok(Self { listener, door })
    }

    /// Where it listens, with the port that it got.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// What it serves, to be exchanged.
    #[must_use]
    pub fn door(&self) -> Door {
        self.door.clone()
    }

    /// Serves until `stop` is done.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) {
        self.listener.serve(self.door.switch.router(), stop).await;
    }
}

/// Few people and their programs ask here, and nothing that is long.
fn bounds() -> Bounds {
    Bounds { connections: 64, requests: 32, bodies: 4 * 1024 * 1024, ..Bounds::default() }
}

/// All routes of a service, and the one that tells of all of them.
fn routes(service: &Service, start: ::clock::Mode, asks_for_token: bool) -> Routes {
    let routes = root::routes(service)
        .and(clock::routes(&service.clock, start))
        .and(requests::routes(&service.journal))
        .and(root::reset(service))
        .and(service.routes.clone());
    openapi::with_document(routes, service, asks_for_token)
}
