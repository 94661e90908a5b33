//! A core that answers messages, each by itself.

use std::sync::Arc;

use clock::{Clock, Timestamp};
use entropy::Entropy;
use parties::{Core, Diagnosis, Environment, Party, Step};
use pki::RevocationList;

use crate::{
    Arrival, Decided, Door, Journal, Shared, Source, apart,
    apart::{at_once, to_the_end},
    door::Record,
    journal::{Entry, GRANTED, MessageId},
    two_clocks::{self, Unhelpful},
};

/// A core whose messages come and go by themselves: whatever it must know first is the revocation list
/// of its environment.
pub trait Answering:
    Core<Fact: Send, Need: Send + Sync, Lesson: Send> + Send + Sync + 'static
{
    /// Whom it plays.
    const PARTY: Party;
    /// The step of a call in which it is asked.
    const STEP: Step;

    /// What is known beside it, for a diagnosis alone: nothing that it decides hangs on it.
    type Beside: Send + Sync + 'static;

    /// The environment that it belongs to.
    fn environment(&self) -> Environment;

    /// Whether a rejection of this name is one of a message's own times.
    fn is_untimely(cause: &str) -> bool;

    /// Whether a rejection of this name is that no revocation list was in force.
    fn is_unknown_revocation(cause: &str) -> bool;

    /// What it is told when a list was fetched.
    fn lesson(list: RevocationList, fetched_at: Timestamp) -> Self::Lesson;
}

/// Such a core as it is served.
pub struct MessageService<C: Answering> {
    /// The core itself.
    pub core: Shared<C>,
    /// What a diagnosis may know beside it. Looked at while the core decides, so nothing is waited for there.
    pub beside: C::Beside,
    /// What time it is.
    pub clock: Clock,
    /// Where the authority of its environment publishes whom it has revoked.
    pub revocation_list: Source,
    /// Where every request and its answer are written down, with the truth that the answer hides.
    pub journal: Journal,
}

/// A message of so many octets takes a few milliseconds, nearly all of them RSA. That another thread takes it
/// over would cost more of the processor than anybody would win by it.
const SHORT: usize = 64 * 1024;

/// A message that was answered.
#[derive(Debug, Clone)]
pub struct Passed<D: Door> {
    /// What was decided.
    pub answer: D::Answer,
    /// The same in the words of the wire.
    pub reply: D::Reply,
}

/// A message that was read, before it is decided on.
struct Arrived<D: Door> {
    arrival: Arrival,
    octets: usize,
    request: D::Request,
}

impl<C: Answering> MessageService<C> {
    /// Answers one message that came in by the door `D`. One of the usual length is answered at once, by the
    /// thread that received it, if another is left for the sockets; else elsewhere.
    pub async fn answer<D: Door<Core = C>>(
        self: &Arc<Self>,
        arrival: Arrival,
        message: D::Message,
    ) -> Passed<D> {
        let is_short = D::message_octets(&message) <= SHORT;
        let begun = is_short.then(|| at_once(|| self.begin(arrival, &message))).flatten();
        match begun {
            Some(Ok(passed)) => return passed,
            Some(Err(uninformed)) => return self.go_on(uninformed).await,
            None => {}
        }
        let this = Arc::clone(self);
        to_the_end(async move {
            let beginning = Arc::clone(&this);
            match apart(move || beginning.begin(arrival, &message)).await {
                Ok(passed) => passed,
                Err(uninformed) => this.go_on(uninformed).await,
            }
        })
        .await
    }

    /// Nearly always nothing must be fetched: then all of it is done at one go. Else it comes back, as it
    /// was read.
    fn begin<D: Door<Core = C>>(
        &self,
        arrival: Arrival,
        message: &D::Message,
    ) -> Result<Passed<D>, Arrived<D>> {
        let octets = D::message_octets(message);
        let request = D::read(&self.core.wire(), message);
        let arrived = Arrived { arrival, octets, request };
        let now = self.clock.now();
        if self.is_informed(&arrived, now) {
            Ok(self.finish(arrived, now, Vec::new(), None))
        } else {
            Err(arrived)
        }
    }

    fn is_informed<D: Door<Core = C>>(&self, arrived: &Arrived<D>, now: Timestamp) -> bool {
        self.core.look(|core| D::needs(core, &arrived.request, now)).is_empty()
    }

    /// Fetches what it needs, and then answers it. Whoever gives up meanwhile wants to find in the journal
    /// what it waited for.
    async fn go_on<D: Door<Core = C>>(self: &Arc<Self>, arrived: Arrived<D>) -> Passed<D> {
        let this = Arc::clone(self);
        to_the_end(async move {
            let fetched = this.inform().await;
            let answer = move || {
                // Later than what was fetched, which nobody could know before.
                let now = this.clock.now();
                let (remark, unhelpful) = match fetched {
                    Err(error) => (Some(error), None),
                    Ok(_) if this.is_informed(&arrived, now) => (None, None),
                    Ok(list) => {
                        let unhelpful = Unhelpful::new(list, &this.clock, now);
                        (Some(unhelpful.remark()), Some(unhelpful))
                    }
                };
                this.finish(arrived, now, Vec::from_iter(remark), unhelpful.as_ref())
            };
            apart(answer).await
        })
        .await
    }

    /// Decides, remembers, writes down and puts in words. The diagnosis is made of what was known when
    /// it was decided: what comes meanwhile, the same message too, changes neither.
    fn finish<D: Door<Core = C>>(
        &self,
        arrived: Arrived<D>,
        now: Timestamp,
        mut remarks: Vec<String>,
        unhelpful: Option<&Unhelpful>,
    ) -> Passed<D> {
        let Arrived { arrival, octets, request } = arrived;
        let decided = self.core.decide(now, |core| {
            let (answer, facts) = D::decide(core, &request, now, &mut Entropy::Os);
            let granted = D::record(&request, &answer).outcome == GRANTED;
            let diagnose = |at| D::diagnose(core, &self.beside, &request, at);
            let mut diagnosis = Diagnosis::default();
            if !granted {
                diagnosis = two_clocks::diagnosed(&self.clock, now, C::is_untimely, diagnose);
                if let Some(unhelpful) = unhelpful {
                    diagnosis = unhelpful.explain(diagnosis, C::is_unknown_revocation);
                }
            }
            ((answer, diagnosis, core.environment()), facts)
        });
        let Decided { answer: (answer, diagnosis, environment), not_kept, .. } = decided;
        remarks.extend(not_kept);
        let reply = D::write(&self.core.wire(), &answer, &mut Entropy::Os);
        let Record { path, message_id, answer_id, outcome } = D::record(&request, &answer);
        // Nobody waits while a reply is put in words. So one that was decided on just before a reset may
        // still be written down after it; none that was decided on after it is forgotten.
        self.journal.write(Entry {
            trace: arrival.trace,
            at: now,
            party: C::PARTY,
            environment: Some(environment),
            step: Some(C::STEP),
            act: None,
            path,
            from: arrival.from,
            message_id: message_id.map(MessageId::new),
            answer_id: Some(MessageId::new(answer_id)),
            outcome,
            request_octets: octets,
            answer_octets: D::reply_octets(&reply),
            remarks,
            diagnosis,
        });
        Passed { answer, reply }
    }

    /// Fetches what the core must know first, and teaches it. Says what could not be had: then the core
    /// judges with what it knows.
    async fn inform(self: &Arc<Self>) -> Result<RevocationList, String> {
        let fetched = self.revocation_list.fetch().await.map_err(|error| error.to_string())?;
        let this = Arc::clone(self);
        // It may be long, and the core may be deciding.
        apart(move || {
            let list = RevocationList::from_der(&fetched).map_err(|error| error.to_string())?;
            this.core.learn(C::lesson(list.clone(), this.clock.now()));
            Ok(list)
        })
        .await
    }
}
