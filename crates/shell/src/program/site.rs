//! What every program has once its addresses are its own, before anything is served there.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::Router;
use clock::Clock;
use parties::Party;

use super::{Common, Program, Running, StartError, from_here};
use crate::{
    BaseUrl, Folder, Journal, Listener, Lock, Port, Ready, Traffic, Witness,
    control::{Control, Door, Service},
};

/// What all parts of a program go by, write in, count with, and wait for; clones are the same.
#[derive(Debug, Clone)]
pub struct Instruments {
    /// What time it is.
    pub clock: Clock,
    /// What was asked, and what was answered.
    pub journal: Journal,
    /// What its listeners count.
    pub traffic: Traffic,
    /// Whether it can be asked.
    pub ready: Ready,
}

impl Instruments {
    /// Those of a program that plays `party`, new but for the clock.
    fn of(party: Party, clock: Clock) -> Self {
        let (journal, ready) = (Journal::default(), Ready::default());
        let witness = Witness { journal: journal.clone(), clock: clock.clone(), party };
        Self { clock, journal, traffic: Traffic::witnessed_by(witness), ready }
    }
}

/// A program's folder, which nobody else uses, and the two addresses that each has: where it
/// publishes in plain HTTP, and its control port.
#[derive(Debug)]
pub struct Site {
    common: Common,
    lock: Lock,
    folder: Folder,
    instruments: Instruments,
    published: Listener,
    control: Control,
}

impl Site {
    /// Takes the folder of `program`, which plays `party`, and listens where `published`, a setting for
    /// one of its ports, and `control` say. The control port tells how far it is.
    ///
    /// # Errors
    ///
    /// If the machine does not let it, another program has the folder, or the control port would be
    /// open to everybody.
    pub async fn take(
        program: &Program,
        party: Party,
        common: &Common,
        clock: &Clock,
        (setting, published, port): (&'static str, SocketAddr, Port),
        control: SocketAddr,
    ) -> Result<Self, StartError> {
        let (common, instruments) = (common.clone(), Instruments::of(party, clock.clone()));
        let folder = common.folder()?.within(program.name)?;
        let lock = common.lock(&folder)?;
        let published = Common::listen(setting, published, None, &instruments.traffic).await?;
        let published = published.serving(port);
        let starting = Service::starting((program.name, program.version), instruments.clone());
        let control = common.control("listen-control", control, &starting).await?;
        Ok(Self { common, lock, folder, instruments, published, control })
    }

    /// What it is set to, of what all programs are.
    #[must_use]
    pub const fn common(&self) -> &Common {
        &self.common
    }

    /// Where it keeps what is its own.
    #[must_use]
    pub const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// What its parts go by.
    #[must_use]
    pub const fn instruments(&self) -> &Instruments {
        &self.instruments
    }

    /// Where this machine fetches what it publishes.
    #[must_use]
    pub fn published(&self) -> BaseUrl {
        BaseUrl::of(from_here(self.published.address()))
    }

    /// Where this machine finds its control port.
    #[must_use]
    pub fn control(&self) -> BaseUrl {
        BaseUrl::of(from_here(self.control.address()))
    }

    /// What its control port serves, to be exchanged.
    #[must_use]
    pub fn door(&self) -> Door {
        self.control.door()
    }

    /// Where clients find both, what it publishes under the name `published`.
    #[must_use]
    pub fn urls(&self, published: &str) -> BTreeMap<String, String> {
        let both = [(published, self.published.address()), ("control", self.control.address())];
        both.map(|(name, at)| (name.to_owned(), self.common.url("http", at))).into()
    }

    /// Publishes what `published` serves, and serves the control port, while it is `running`.
    pub fn serve(self, running: &mut Running, published: Router) {
        running.serve(self.published.serve(published, running.stopping()));
        running.serve(self.control.serve(running.stopping()));
        running.hold(self.lock);
    }
}
