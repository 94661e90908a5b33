//! NemLog-in behind sockets: the token service of each environment.
//!
//! Handlers do nothing but carry: bytes in, a clock, bytes out. What cryptography takes is taken on
//! threads of its own, so that a slow caller and a hard sum do not hold up each other.

mod token_service;

use std::sync::Arc;

use clock::Clock;
use entropy::Entropy;
use parties::{Diagnose, Diagnosis};
use pki::RevocationList;
use shell::{Exchange, Shared, Source};

use crate::{Issuer, IssuerLesson, IssuerNeed};

pub use token_service::{ADDRESS, router};

/// The STS of one environment, as it is served.
pub struct TokenService {
    /// The STS itself.
    pub issuer: Shared<Issuer>,
    /// What time it is.
    pub clock: Clock,
    /// Where the authority of its environment publishes whom it has revoked.
    pub revocation_list: Source,
    /// Who is told of every request and its answer.
    pub witness: Box<dyn Witness>,
}

/// Is told what the STS answered, and why.
pub trait Witness: Send + Sync {
    /// A request was answered. The diagnosis has the truth, which the answer does not.
    fn answered(&self, exchange: &Exchange<Issuer>, diagnosis: Diagnosis);

    /// A list could not be had: the STS judges with what it knows.
    fn not_fetched(&self, why: &str);
}

impl TokenService {
    /// Answers one message.
    async fn answer(self: &Arc<Self>, message: Vec<u8>) -> Exchange<Issuer> {
        let now = self.clock.now();
        let this = Arc::clone(self);
        let request = apart(move || this.issuer.read(&message)).await;
        for need in self.issuer.needs(&request, now) {
            match need {
                IssuerNeed::RevocationList => self.fetch_revocation_list().await,
            }
        }
        let this = Arc::clone(self);
        apart(move || {
            // Before it remembers the message: for that, the message has been seen.
            let diagnosis = this.issuer.look(|issuer| issuer.diagnose(&request, now));
            let exchange = this.issuer.answer(request, now, &mut Entropy::Os);
            this.witness.answered(&exchange, diagnosis);
            exchange
        })
        .await
    }

    async fn fetch_revocation_list(&self) {
        let list = match self.revocation_list.fetch().await {
            Ok(list) => RevocationList::from_der(&list).map_err(|it| it.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match list {
            Ok(list) => {
                let fetched_at = self.clock.now();
                self.issuer.learn(IssuerLesson::RevocationList { list, fetched_at });
            }
            Err(why) => self.witness.not_fetched(&why),
        }
    }
}

/// Lets a thread that serves no sockets do this.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
