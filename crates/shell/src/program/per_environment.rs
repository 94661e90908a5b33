//! The services in TLS of a program that has one for each environment.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use parties::Environment;

use super::{Common, Running, Site, StartError};
use crate::{Listener, Port, Servers, Switch};

/// A service in TLS for each environment. They have the same path, so each has a listener of its
/// own.
#[derive(Debug)]
pub struct PerEnvironment {
    servers: Arc<Servers>,
    listeners: BTreeMap<Environment, Listener>,
}

impl PerEnvironment {
    /// Listens at the addresses of integration test and of production, as the same port of each. Who asks for one of `hosts`,
    /// those of the real service, is shown a certificate for it.
    ///
    /// # Errors
    ///
    /// If the machine does not let it, or what is kept for TLS cannot be read or written.
    pub async fn bind(
        site: &Site,
        integration_test: SocketAddr,
        production: SocketAddr,
        port: Port,
        hosts: fn(Environment) -> &'static [&'static str],
    ) -> Result<Self, StartError> {
        let mut servers = Servers::open(&site.common().folder()?)?;
        let mut listeners = BTreeMap::new();
        for environment in Environment::ALL {
            let (setting, address) = match environment {
                Environment::IntegrationTest => ("listen-integration-test", integration_test),
                Environment::Production => ("listen-production", production),
            };
            let own = site.common().names();
            let tls = servers.add(environment.name(), hosts(environment), own)?;
            let traffic = site.instruments().traffic.of(environment);
            let listener = Common::listen(setting, address, Some(tls), &traffic).await?;
            listeners.insert(environment, listener.serving(port));
        }
        Ok(Self { servers: Arc::new(servers), listeners })
    }

    /// What they show in TLS.
    #[must_use]
    pub const fn servers(&self) -> &Arc<Servers> {
        &self.servers
    }

    /// Where clients find `path` of each.
    #[must_use]
    pub fn urls(&self, common: &Common, path: &str) -> BTreeMap<Environment, String> {
        let url = |it: &Listener| format!("{}{path}", common.url("https", it.address()));
        self.listeners.iter().map(|(environment, it)| (*environment, url(it))).collect()
    }

    /// Serves, while it is `running`, what is still to be put behind each switch.
    pub fn serve(self, running: &mut Running) -> BTreeMap<Environment, Switch> {
        let mut switches = BTreeMap::new();
        for (environment, listener) in self.listeners {
            let switch = Switch::starting();
            running.serve(listener.serve(switch.router(), running.stopping()));
            switches.insert(environment, switch);
        }
        switches
    }
}
