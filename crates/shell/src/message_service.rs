//! A core that answers messages at one path.

use std::sync::Arc;

use axum::body::Bytes;
use clock::{Clock, Timestamp};
use entropy::Entropy;
use parties::{Core, Diagnose, Diagnosis, Environment, Party, Step};
use pki::RevocationList;

use crate::{
    Arrival, Exchange, Journal, Shared, Source,
    journal::{Entry, MessageId},
};

/// A core whose messages come and go by themselves: whatever it must know first is the revocation list
/// of its environment.
pub trait Answering:
    Core<Request: Send, Answer: Send, Fact: Send, Need: Send + Sync, Lesson: Send>
    + Diagnose
    + Send
    + Sync
    + 'static
{
    /// Whom it plays.
    const PARTY: Party;
    /// The step of a call in which it is asked.
    const STEP: Step;
    /// Where it is asked.
    const PATH: &'static str;

    /// The environment that it belongs to.
    fn environment(&self) -> Environment;

    /// What it is told when a list was fetched.
    fn lesson(list: RevocationList, fetched_at: Timestamp) -> Self::Lesson;

    /// The id of a request, as it claims.
    fn request_id(request: &Self::Request) -> Option<&str>;

    /// The name of what came of a request ([`GRANTED`](crate::journal::GRANTED), or the rejection's),
    /// and the id of the answer.
    fn outcome(answer: &Self::Answer) -> (&'static str, &str);
}

/// Such a core as it is served.
pub struct MessageService<C: Core> {
    /// The core itself.
    pub core: Shared<C>,
    /// What time it is.
    pub clock: Clock,
    /// Where the authority of its environment publishes whom it has revoked.
    pub revocation_list: Source,
    /// Where every request and its answer are written down, with the truth that the answer hides.
    pub journal: Journal,
}

impl<C: Answering> MessageService<C> {
    /// Answers one message. What cryptography takes is taken on threads that serve no sockets, so that
    /// a slow caller and a hard sum do not hold up each other.
    pub async fn answer(self: &Arc<Self>, arrival: Arrival, message: Bytes) -> Exchange<C> {
        let now = self.clock.now();
        let (this, request_octets) = (Arc::clone(self), message.len());
        let request = apart(move || this.core.read(&message)).await;
        let remarks = self.inform(&self.core.needs(&request, now)).await;
        let this = Arc::clone(self);
        apart(move || {
            // Before it remembers the message: for that, the message has been seen.
            let diagnosis = this.core.look(|core| core.diagnose(&request, now));
            let exchange = this.core.answer(request, now, &mut Entropy::Os);
            this.write_down(arrival, request_octets, &exchange, diagnosis, remarks);
            exchange
        })
        .await
    }

    /// Fetches what the core must know first. Says what could not be had: then the core judges with what
    /// it knows.
    pub async fn inform(&self, needs: &[C::Need]) -> Vec<String> {
        let mut remarks = Vec::new();
        for _ in needs {
            remarks.extend(self.fetch_revocation_list().await);
        }
        remarks
    }

    async fn fetch_revocation_list(&self) -> Option<String> {
        let list = match self.revocation_list.fetch().await {
            Ok(list) => RevocationList::from_der(&list).map_err(|it| it.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match list {
            Ok(list) => {
                self.core.learn(C::lesson(list, self.clock.now()));
                None
            }
            Err(why) => Some(why),
        }
    }

    fn write_down(
        &self,
        arrival: Arrival,
        request_octets: usize,
        exchange: &Exchange<C>,
        diagnosis: Diagnosis,
        mut remarks: Vec<String>,
    ) {
        remarks.extend(exchange.not_kept.clone());
        let (outcome, answer_id) = C::outcome(&exchange.answer);
        self.journal.write(Entry {
            trace: arrival.trace,
            at: exchange.at,
            party: C::PARTY,
            environment: Some(self.core.look(C::environment)),
            step: Some(C::STEP),
            path: C::PATH,
            from: arrival.from,
            message_id: C::request_id(&exchange.request).map(MessageId::new),
            answer_id: Some(MessageId::new(answer_id)),
            outcome,
            request_octets,
            answer_octets: exchange.bytes.len(),
            remarks,
            diagnosis,
        });
    }
}

/// Lets a thread that serves no sockets do this.
pub async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
